// How often buyers may ask, per address and per browser, in this process. Many phones share one address of their carrier, so addresses
// have room for a crowd; a browser has room for a person.
import type { FastifyReply } from 'fastify'
import { Problem } from '../../base/problem.ts'
import { rateHeaders, rateLimiter, type RatePolicy } from '../rate-limit.ts'
import { hostOf } from '../pages/network.ts'

/** What a buyer does, each with a rate of its own. */
export type BuyerAct = 'page' | 'start' | 'receipt' | 'back' | 'challenge'

/** Requests a minute of one address (IPv6: of a /64, as one host has them). */
export const ratesPerAddress: Readonly<Record<BuyerAct, number>> = { page: 6_000, start: 300, receipt: 3_000, back: 120, challenge: 300 }
/** Requests a minute of one browser, as its cookie tells it apart; of receipts, for one receipt. */
export const ratesPerDevice: Readonly<Record<BuyerAct, number>> = { page: 300, start: 20, receipt: 180, back: 30, challenge: 30 }
/** Slugs a minute that one address may name of which there is no link; beyond, only links that are in memory are shown to it. */
export const guessesPerMinute = 30

export interface BuyerRates {
  /** Takes a request out of the rates of its address and its browser; refuses with `rate_limited`. */
  take (act: BuyerAct, ip: string, device: string | undefined, reply: FastifyReply): void
  /** Counts a slug that named nothing. */
  countGuess (ip: string): void
  /** Whether an address has named too many of them. */
  mayGuess (ip: string): boolean
}

/** Opens the rates of this process. */
export function openBuyerRates (clock: () => number = Date.now): BuyerRates {
  const limiter = rateLimiter()
  const policies = Object.fromEntries((Object.keys(ratesPerAddress) as BuyerAct[]).map(act => [act, {
    address: { name: `${act}-address`, perMinute: ratesPerAddress[act] },
    device: { name: `${act}-device`, perMinute: ratesPerDevice[act] }
  }])) as Record<BuyerAct, Record<'address' | 'device', RatePolicy>>
  const takeOne = (bucket: string, policy: RatePolicy, nowMs: number, reply: FastifyReply) => {
    const state = limiter.take(bucket, policy, nowMs)
    if (state.allowed) return
    const headers = rateHeaders(policy, state)
    reply.headers({ 'ratelimit-policy': headers.policy, ratelimit: headers.limit })
    throw new Problem('rate_limited', `Wait ${state.waitSeconds} seconds, then try again.`, { retryAfterSeconds: state.waitSeconds })
  }
  const guess: RatePolicy = { name: 'guess-address', perMinute: guessesPerMinute }
  return {
    take (act, ip, device, reply) {
      const nowMs = clock()
      takeOne(`${act} ${hostOf(ip)}`, policies[act].address, nowMs, reply)
      if (device !== undefined) takeOne(`${act} d ${device}`, policies[act].device, nowMs, reply)
    },
    countGuess: ip => { limiter.take(`guess ${hostOf(ip)}`, guess, clock()) },
    mayGuess: ip => limiter.take(`guess ${hostOf(ip)}`, guess, clock(), 0).remaining > 0
  }
}
