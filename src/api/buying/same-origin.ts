import type { FastifyRequest } from 'fastify'
import { Problem } from '../../base/problem.ts'

/**
 * Refuses a form that another site sends. Sec-Fetch-Site says it for every browser of today; Origin for the others, but for pages that
 * send no referrer, as ours: there it is `null` (Fetch, "append a request Origin header") and says nothing.
 */
export function requireSameOrigin ({ headers, host }: FastifyRequest, ownOrigin: string): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') refuse()
  const { origin } = headers
  if (origin === undefined || origin === 'null' || origin === ownOrigin) return
  if (!URL.canParse(origin) || new URL(origin).host !== host) refuse()
}

function refuse (): never {
  throw new Problem('invalid_request', 'This form was sent from another site. Open the page itself and send it from there.')
}
