import type { FastifyReply } from 'fastify'
import { Problem } from '../base/problem.ts'
import type { ApiKey } from '../domain/resellers/keyring.ts'
import { rateHeaders, rateLimiter, type RatePolicy } from './rate-limit.ts'

/** Wrong credentials an address may send in a minute before it is asked to wait: guessing is slowed, customers are not. */
export const failuresPerMinutePerAddress = 600

/** What keys may still send, and addresses still get wrong, in this process. */
export interface KeyRates {
  /** Takes requests out of what a key, or its level, may send; refuses with `rate_limited`. An answer's headers tell. */
  take (key: ApiKey, count: number, nowMs: number, reply?: FastifyReply): void
  /** Counts a credential that does not hold; refuses with `rate_limited` when too many came from the address. */
  countFailure (address: string, nowMs: number): void
}

/** Full buckets. */
export function keyRates (): KeyRates {
  const limits = rateLimiter()
  const failures = rateLimiter()
  const failurePolicy: RatePolicy = { name: 'address', perMinute: failuresPerMinutePerAddress }
  return {
    take (key, count, nowMs, reply) {
      const policy = { name: key.limitedBy, perMinute: key.requestsPerMinute }
      const bucket = key.limitedBy === 'level' ? key.reseller!.id : key.id
      const state = limits.take(bucket, policy, nowMs, count)
      const headers = rateHeaders(policy, state)
      reply?.header('ratelimit-policy', headers.policy).header('ratelimit', headers.limit)
      if (!state.allowed) {
        throw new Problem('rate_limited', `${policy.perMinute} requests a minute are allowed (by ${policy.name}).`, {
          retryAfterSeconds: state.waitSeconds
        })
      }
    },
    countFailure (address, nowMs) {
      const state = failures.take(address, failurePolicy, nowMs)
      if (!state.allowed) {
        throw new Problem('rate_limited', 'Too many wrong credentials came from this address.', { retryAfterSeconds: state.waitSeconds })
      }
    }
  }
}
