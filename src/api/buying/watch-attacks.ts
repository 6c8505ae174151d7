// When starting a purchase needs a proof of work: for all buyers of a link that is started far more often than crowds start, and for a
// network from which many starts were refused as no person's are. Known to this process alone, and forgotten after some minutes.
import type { ProblemCode } from '../../../schema/problems.ts'
import type { Uuid } from '../../base/ids.ts'
import { countWithin } from './count-within.ts'

/** Starts of a link in a minute, beyond which it is under attack: half as many again as the rush we promise to serve. */
export const linkStartsPerMinute = 30_000
/** Suspicious refusals of one network at one link in a minute, beyond which that network is an attacker's. */
export const networkRefusalsPerMinute = 30
/** How long an attack is held to go on after its last sign. */
export const attackMs = 5 * 60_000

export interface AttackWatch {
  countStart (link: Uuid, nowMs: number): void
  /** A start was refused; refusals that a rush brings by itself do not count. */
  countRefusal (link: Uuid, network: string, code: ProblemCode, nowMs: number): void
  /** A field was filled in that no person sees: its network is an attacker's at once. */
  accuse (link: Uuid, network: string, nowMs: number): void
  /** Whether buyers of this link that come from this network have to do work. */
  underAttack (link: Uuid, network: () => string, nowMs: number): boolean
}

/** What a person is refused seldom, and a script often. */
const suspicious: readonly ProblemCode[] = [
  'invalid_request', 'contact_invalid', 'buyer_limit_reached', 'price_changed', 'sku_not_for_sale', 'quantity_out_of_bounds', 'quantity_off_step',
  'gateway_not_found', 'challenge_needed', 'rate_limited'
]

const keysMax = 20_000
const windowMs = 60_000

/** Opens the watch of this process. */
export function watchAttacks (): AttackWatch {
  const starts = countWithin({ windowMs, keysMax })
  const refusals = countWithin({ windowMs, keysMax })
  const attacks = new Map<string, number>()
  const begin = (key: string, nowMs: number) => {
    attacks.delete(key)
    if (attacks.size >= keysMax) attacks.delete(attacks.keys().next().value!)
    attacks.set(key, nowMs + attackMs)
  }
  const goesOn = (key: string, nowMs: number) => {
    const endsMs = attacks.get(key)
    if (endsMs === undefined || endsMs > nowMs) return endsMs !== undefined
    attacks.delete(key)
    return false
  }
  return {
    countStart (link, nowMs) {
      if (starts.count(link, nowMs) > linkStartsPerMinute) begin(link, nowMs)
    },
    countRefusal (link, network, code, nowMs) {
      const key = `${link} ${network}`
      if (suspicious.includes(code) && refusals.count(key, nowMs) > networkRefusalsPerMinute) begin(key, nowMs)
    },
    accuse: (link, network, nowMs) => begin(`${link} ${network}`, nowMs),
    // Most of the time nobody attacks anything, and the network need not be known.
    underAttack: (link, network, nowMs) => attacks.size > 0 && (goesOn(link, nowMs) || goesOn(`${link} ${network()}`, nowMs))
  }
}
