// When a callback is tried again. The waits are from one attempt to the next, about 76 hours in all; then it is given up.
const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** Before each attempt, the first included. */
export const waitsMs = [
  0, 5 * second, 30 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour
] as const
export const attemptsMax = waitsMs.length
export const jitter = 0.2
/** The longest that Retry-After can put off one delivery. */
export const retryAfterMsMax = 24 * hour
/** The longest that it can put off an endpoint as a whole: what it asks for one callback may not silence all for long. */
export const resumeSecondsMax = 300

/**
 * How long to wait, in milliseconds, after so many failed attempts; null: give up. Retry-After makes it longer, never shorter.
 * `random` is in [0, 1): the wait is spread by a fifth to each side, so that what failed together does not come back together.
 */
export function waitAfterMs (failedAttempts: number, retryAfterMs: number | null, random: () => number = Math.random): number | null {
  const waitMs = waitsMs[failedAttempts]
  if (waitMs === undefined) return null
  const spreadMs = waitMs * (1 - jitter + 2 * jitter * random())
  return Math.round(Math.max(spreadMs, Math.min(retryAfterMs ?? 0, retryAfterMsMax)))
}
