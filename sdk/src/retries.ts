// When a call is made again, and how long it waits before.
import { ConnectionError, TimeoutError, type KahubError } from './errors.ts'

export const backoffFirstMs = 500
export const backoffMaxMs = 8_000
/** A longer Retry-After is not waited for: the error is told at once, with `retryAfterSeconds`. */
export const retryAfterMaxMs = 60_000

const retriedStatuses = [408, 425, 429, 500, 502, 503, 504]

/** Whether doing it twice is doing it once: by its method, or because its reference makes it so. */
export function isRepeatable (method: string, reference: string | undefined): boolean {
  return ['GET', 'HEAD', 'PUT', 'DELETE'].includes(method) || (method === 'POST' && reference !== undefined)
}

/** Whether a connection was never made, so that nothing can have been done. */
export function isUnsent (cause: unknown): boolean {
  const { code, syscall, cause: below } = (cause ?? {}) as { readonly code?: unknown, readonly syscall?: unknown, readonly cause?: unknown }
  if (below !== undefined) return isUnsent(below)
  // A network that goes away can end a connection that stood, too.
  return syscall !== 'read' && syscall !== 'write' && /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$/.test(String(code))
}

/** How many milliseconds to wait before the next attempt; undefined when there must be none. `retry` counts from 0. */
export function waitBeforeRetry (error: KahubError, retry: number): number | undefined {
  if (!deservesRetry(error)) return undefined
  const jitterMs = Math.random() * Math.min(backoffMaxMs, backoffFirstMs * 2 ** retry)
  const askedMs = (error.retryAfterSeconds ?? 0) * 1000
  // Many clients are told the same time: the jitter comes on top of it.
  return askedMs > retryAfterMaxMs ? undefined : askedMs + jitterMs
}

function deservesRetry (error: KahubError): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true
  const { status, retryAfterSeconds, problem } = error
  // A conflict with a time to come back is one with the same request, still under way (draft-ietf-httpapi-idempotency-key-header).
  const inFlight = status === 409 && retryAfterSeconds !== undefined
  return (inFlight || retriedStatuses.includes(status!)) && problem?.retryable !== false
}
