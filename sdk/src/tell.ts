// The sentences of errors: what is wrong, where, what to do, and what to name when asking for support.
import type { ErrorFacts, KahubError } from './errors.ts'

const fieldErrorsToldMax = 3

/** An error of this kind that tells all that is known; `advice` is what the caller can do, and ends the message. */
export function failed<Failure extends KahubError> (
  Kind: new (message: string, facts: ErrorFacts) => Failure,
  facts: ErrorFacts,
  advice?: string | undefined
): Failure {
  return new Kind(messageOf(facts, advice), facts)
}

function messageOf ({ title, detail, errors = [], code, status, requestId, reference }: ErrorFacts, advice: string | undefined): string {
  // The detail often tells the first of them already.
  const places = errors.filter(one => !detail?.includes(one.detail)).slice(0, fieldErrorsToldMax)
  const sentences = [detail ? `${title}: ${detail}` : title, ...places.map(one => `${one.pointer || 'the request'}: ${one.detail}`)]
  if (advice) sentences.push(advice)
  const labels = Object.entries({ code, status, request: requestId, reference }).filter(([, value]) => value !== undefined)
  return `${sentences.map(one => one.replace(/([^.!?])$/, '$1.')).join(' ')} (${labels.map(label => label.join(': ')).join(', ')})`
}
