// Which form an answer takes (GraphQL over HTTP, "Accept"; RFC 9110 §12.5.1).
import { Problem } from '../../base/problem.ts'

export const graphqlJson = 'application/graphql-response+json'
export const plainJson = 'application/json'
export const eventStream = 'text/event-stream'
export type MediaType = typeof graphqlJson | typeof plainJson | typeof eventStream

/** Of equal weight the first that is named; what is not named exactly is plain JSON, which old clients read. */
export function acceptedType (accept: string | undefined): MediaType {
  if (accept === undefined || accept.trim() === '') return plainJson
  let best: { readonly type: MediaType, readonly weight: number } | undefined
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
    const type = ranges[name]
    if (!type || !parameters.every(understood)) continue
    const weight = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
    if (weight > (best?.weight ?? 0)) best = { type, weight }
  }
  if (!best) throw new Problem('not_acceptable', `This address answers ${graphqlJson}, ${plainJson} or, for subscriptions, ${eventStream}.`)
  return best.type
}

const ranges: Readonly<Record<string, MediaType>> = {
  [graphqlJson]: graphqlJson,
  [plainJson]: plainJson,
  [eventStream]: eventStream,
  'application/*': plainJson,
  '*/*': plainJson
}

function understood (parameter: string): boolean {
  return parameter.startsWith('q=') || /^charset="?utf-8"?$/.test(parameter)
}
