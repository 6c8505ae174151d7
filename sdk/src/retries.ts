// When a call is made again, and how long it waits before.
import { ConnectionError, TimeoutError, type KahubError } from './errors.ts'

export const backoffFirstMs = 500
export const backoffMaxMs = 8_000
/** A longer Retry-After is not waited for: the error is told at once, with `retryAfterSeconds`. */
export const retryAfterMaxMs = 60_000

const repeatableMethods = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])
const retriedStatuses = new Set([408, 429, 500, 502, 503, 504])

/** Whether doing it twice is doing it once: by its method, or because its reference makes it so. */
export function isRepeatable (method: string, reference: string | undefined): boolean {
  return repeatableMethods.has(method) || (method === 'POST' && reference !== undefined)
}

/** How many milliseconds to wait before the next attempt; undefined when there must be none. `retry` counts from 0. */
export function waitBeforeRetry (error: KahubError, retry: number): number | undefined {
  if (!deservesRetry(error)) return undefined
  const jitterMs = Math.random() * Math.min(backoffMaxMs, backoffFirstMs * 2 ** retry)
  if (error.retryAfterSeconds === undefined) return jitterMs
  const askedMs = error.retryAfterSeconds * 1000
  // Many clients are told the same time: the jitter comes on top of it.
  return askedMs > retryAfterMaxMs ? undefined : askedMs + jitterMs
}

function deservesRetry (error: KahubError): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true
  return error.status !== undefined && retriedStatuses.has(error.status) && error.problem?.retryable !== false
}
