// Rate limits: a token bucket per key or per reseller in this process, told in the headers of
// draft-ietf-httpapi-ratelimit-headers-11 (RateLimit-Policy, RateLimit).

export interface RatePolicy { readonly name: string, readonly perMinute: number }

export interface RateLimiter {
  /** Takes requests out of a bucket, one unless told otherwise; refused when it has not as many until `waitSeconds` have passed. */
  take (bucket: string, policy: RatePolicy, nowMs: number, count?: number): RateState
}

export interface RateState { readonly allowed: boolean, readonly remaining: number, readonly resetSeconds: number, readonly waitSeconds: number }

const windowMs = 60_000
const bucketsMax = 100_000
/** How many are left when there were too many: going through all of them is not repeated for each new one. */
const bucketsLeft = 90_000

/** Buckets that fill continuously: one number each, the time at which the bucket is full again (GCRA). */
export function rateLimiter (): RateLimiter {
  const fullAt = new Map<string, number>()
  return {
    take (bucket, { perMinute }, nowMs, count = 1) {
      const eachMs = windowMs / perMinute
      // What costs more than a minute has takes the whole minute: else it could never be had.
      const costMs = Math.min(count, perMinute) * eachMs
      const full = Math.max(fullAt.get(bucket) ?? 0, nowMs) + costMs
      const allowed = full - nowMs <= windowMs
      if (allowed) {
        if (fullAt.size >= bucketsMax) forgetFull(fullAt, nowMs)
        fullAt.set(bucket, full)
      }
      const debtMs = allowed ? full - nowMs : full - costMs - nowMs
      return {
        allowed,
        remaining: Math.max(0, Math.floor((windowMs - debtMs) / eachMs)),
        resetSeconds: Math.ceil(debtMs / 1000),
        waitSeconds: allowed ? 0 : Math.max(1, Math.ceil((full - nowMs - windowMs) / 1000))
      }
    }
  }
}

/** The header values that tell a caller where it stands. */
export function rateHeaders (policy: RatePolicy, state: RateState): { readonly policy: string, readonly limit: string } {
  return { policy: `"${policy.name}";q=${policy.perMinute};w=60`, limit: `"${policy.name}";r=${state.remaining};t=${state.resetSeconds}` }
}

function forgetFull (fullAt: Map<string, number>, nowMs: number): void {
  for (const [bucket, full] of fullAt) if (full <= nowMs) fullAt.delete(bucket)
  // Every bucket is in use: the oldest go, and start full again.
  for (const bucket of fullAt.keys()) {
    if (fullAt.size <= bucketsLeft) break
    fullAt.delete(bucket)
  }
}
