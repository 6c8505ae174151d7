// What a rule and its limits must be, beyond their shape: every fault is told with its pointer.
import { timeZoneDefault, type StandingLimits, type StandingRule } from '../../../schema/rest/standing-orders.ts'
import type { Uuid } from '../../base/ids.ts'
import { parseAmount } from '../../base/money.ts'
import { Problem, type Fault } from '../../base/problem.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { BookSku, Buyer, PriceBook } from '../pricing/price-book.ts'
import type { Rule, ScheduleRule } from './standing-order.ts'

/** A rule with the members of its kind, and no others; a Problem `invalid_request` that names every fault. */
export async function checkRule (read: Reader, given: StandingRule): Promise<Rule> {
  const faults = memberFaults(given)
  if (faults.length > 0) throw faulty('The rule is not one of its kind', faults)
  if (given.kind === 'level') return given as Rule
  const zone = given.time_zone ?? timeZoneDefault
  const [known] = await read`select 1 from pg_timezone_names where name = ${zone} and name !~ '^posix'`
  if (!known) throw faulty('The time zone is unknown', [{ pointer: '/rule/time_zone', detail: 'is not a name of the IANA database' }])
  return { ...given, time_zone: zone } as ScheduleRule
}

/** A SKU that can be bought now, at a price; else the Problem that an order of it would meet. */
export function checkSku (book: PriceBook, buyer: Buyer, skuId: Uuid): BookSku {
  const sku = book.sku(skuId)
  const refuse = (code: 'sku_not_found' | 'sku_not_for_sale' | 'price_missing', detail: string) =>
    new Problem(code, detail, { errors: [{ pointer: '/sku', detail }] })
  if (!sku) throw refuse('sku_not_found', 'There is no such SKU.')
  if (sku.kind !== 'code') throw refuse('sku_not_for_sale', 'Top-ups cannot be ordered yet.')
  if (sku.status !== 'active') throw refuse('sku_not_for_sale', `The SKU is ${sku.status}.`)
  if (!book.quote(buyer, skuId, sku.quantityMin)) throw refuse('price_missing', 'No price is set for your level.')
  return sku
}

/** Quantities that the SKU allows at all. */
export function checkQuantities (rule: Rule, sku: BookSku): void {
  const { quantityMin, quantityMax, quantityStep } = sku
  const refuse = (code: 'quantity_out_of_bounds' | 'quantity_off_step', member: string, detail: string) =>
    new Problem(code, detail, { errors: [{ pointer: `/rule/${member}`, detail }] })
  if (rule.kind === 'level') {
    const least = smallestOf(sku)
    if (rule.batch_max !== undefined && rule.batch_max < least) {
      throw refuse('quantity_out_of_bounds', 'batch_max', `At least ${least} are bought at once.`)
    }
    return
  }
  if (rule.quantity < quantityMin) throw refuse('quantity_out_of_bounds', 'quantity', `The minimum is ${quantityMin}.`)
  if (rule.quantity > quantityMax) throw refuse('quantity_out_of_bounds', 'quantity', `The maximum is ${quantityMax}.`)
  if (rule.quantity % quantityStep !== 0) throw refuse('quantity_off_step', 'quantity', `It must be a multiple of ${quantityStep}.`)
}

/** The smallest quantity of a SKU that can be ordered. */
export function smallestOf ({ quantityMin, quantityStep }: BookSku): number {
  return Math.ceil(quantityMin / quantityStep) * quantityStep
}

/** Limits that leave something: money above zero in the currency of the SKU, an end that is a time. */
export function checkLimits (limits: StandingLimits, sku: BookSku): void {
  const faults: Fault[] = []
  const foreign: Fault[] = []
  for (const member of ['max_total_per_run', 'monthly_total'] as const) {
    const money = limits[member]
    if (money === undefined) continue
    const amount = parseAmount(money.amount)
    const pointer = `/limits/${member}`
    if (amount === undefined || amount <= 0n) faults.push({ pointer: `${pointer}/amount`, detail: 'must be above zero and not too large' })
    if (money.currency !== sku.currency) foreign.push({ pointer: `${pointer}/currency`, detail: `must be ${sku.currency}, as the SKU is` })
  }
  if (limits.ends_at !== undefined && Number.isNaN(new Date(limits.ends_at).getTime())) {
    faults.push({ pointer: '/limits/ends_at', detail: 'is not a time' })
  }
  if (faults.length > 0) throw faulty('The limits do not hold together', faults)
  if (foreign.length > 0) throw new Problem('currency_mixed', `The SKU is in ${sku.currency}: so must the limits be.`, { errors: foreign })
}

/** Refuses limits under which there would be no run any more. */
export function checkRunsAreLeft (limits: StandingLimits, orders: number, nextRunAt: Date): void {
  const faults: Fault[] = []
  if (limits.runs_max !== undefined && limits.runs_max <= orders) {
    faults.push({ pointer: '/limits/runs_max', detail: `leaves no run: there were ${orders} orders` })
  }
  if (endsBefore(limits, nextRunAt)) {
    faults.push({ pointer: '/limits/ends_at', detail: `leaves no run: the next would be at ${nextRunAt.toISOString()}` })
  }
  if (faults.length > 0) throw faulty('The limits leave no run', faults)
}

/** Whether a run at that time would come after the end. */
export function endsBefore (limits: StandingLimits, time: Date): boolean {
  return limits.ends_at !== undefined && new Date(limits.ends_at).getTime() <= time.getTime()
}

const membersOf = {
  schedule: { needed: ['every', 'at', 'quantity'], allowed: ['kind', 'time_zone'] },
  level: { needed: ['level', 'check_every_minutes'], allowed: ['kind', 'batch_max'] }
} as const

function memberFaults (rule: StandingRule): Fault[] {
  const needed: string[] = [...membersOf[rule.kind].needed]
  if (rule.kind === 'schedule' && rule.every === 'week') needed.push('weekday')
  if (rule.kind === 'schedule' && rule.every === 'month') needed.push('day')
  const known: readonly string[] = [...needed, ...membersOf[rule.kind].allowed]
  const kind = rule.kind === 'schedule' && rule.every !== undefined ? `schedule every ${rule.every}` : rule.kind
  return [
    ...needed.filter(member => !(member in rule)).map(member => ({ pointer: `/rule/${member}`, detail: `is missing, with ${kind}` })),
    ...Object.keys(rule).filter(member => !known.includes(member))
      .map(member => ({ pointer: `/rule/${member}`, detail: `does not go with ${kind}` }))
  ]
}

function faulty (told: string, errors: readonly Fault[]): Problem {
  const { pointer, detail } = errors[0]!
  return new Problem('invalid_request', `${told}: ${pointer} ${detail}.`, { errors })
}
