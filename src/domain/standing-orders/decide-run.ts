// What a run would do: a pure function of the standing order, what was read and the prices. Whether there is stock and money
// is decided with the order itself.
import type { StandingLimits } from '../../../schema/rest/standing-orders.ts'
import { formatAmount, lineTotal, parseAmount, type Amount } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { BookSku, Buyer, PriceBook } from '../pricing/price-book.ts'
import { refuseUnusableKey } from '../resellers/keyring.ts'
import { smallestOf } from './check-rule.ts'
import type { RunFacts } from './run-facts.ts'
import type { LevelRule, StandingOrder } from './standing-order.ts'

export type RunPlan =
  | { readonly kind: 'nothing_needed' }
  | { readonly kind: 'refused', readonly wanted: number, readonly problem: Problem }
  | { readonly kind: 'limit_reached', readonly wanted: number, readonly detail: string }
  /** maxTotal: what the limits leave, null when none is about money. */
  | { readonly kind: 'buy', readonly wanted: number, readonly quantity: number, readonly maxTotal: Amount | null }

/** Decides how much a run buys, if anything. */
export function decideRun (standing: StandingOrder, { now, key, buyer, hand, month }: RunFacts, book: PriceBook): RunPlan {
  const { rule, limits, skuId } = standing
  const sku = book.sku(skuId)
  assert(sku, 'the SKU of a standing order')
  const missing = rule.kind === 'level' ? rule.level - hand!.onHand : rule.quantity
  const wanted = rule.kind === 'schedule' ? rule.quantity : missing > 0 ? batchOf(rule, sku, missing) : 0
  try {
    refuseUnusableKey(key, now.getTime())
  } catch (problem) {
    return { kind: 'refused', wanted, problem: problem as Problem }
  }
  if (missing <= 0) return { kind: 'nothing_needed' }
  const left = leftOf(limits, month)
  const quantity = rule.kind === 'level' ? withinLimits(book, buyer, sku, wanted, left) : wanted
  const beyond = beyondLimits(book, buyer, sku, quantity || smallestOf(sku), left)
  if (beyond !== undefined) return { kind: 'limit_reached', wanted, detail: beyond }
  return { kind: 'buy', wanted, quantity, maxTotal: left.total }
}

/** What is missing, rounded up to what the SKU allows, and no more than may be bought at once. */
function batchOf (rule: LevelRule, sku: BookSku, missing: number): number {
  const { quantityMax, quantityStep } = sku
  const most = Math.max(smallestOf(sku), floorTo(Math.min(rule.batch_max ?? quantityMax, quantityMax), quantityStep))
  return Math.min(most, Math.max(smallestOf(sku), Math.ceil(missing / quantityStep) * quantityStep))
}

/** What the limits leave, null where there is none, and in words which limit that is. */
interface Left {
  readonly quantity: number | null
  readonly total: Amount | null
  readonly quantityTold: string
  readonly totalTold: string
}

function leftOf (limits: StandingLimits, month: RunFacts['month']): Left {
  const { monthly_quantity: monthlyQuantity, monthly_total: monthlyTotal, max_total_per_run: perRun } = limits
  const ofMonth = monthlyTotal === undefined ? null : parseAmount(monthlyTotal.amount)! - month.total
  const ofRun = perRun === undefined ? null : parseAmount(perRun.amount)!
  const monthIsLess = ofMonth !== null && (ofRun === null || ofMonth < ofRun)
  const told = ([name, money]: readonly [string, typeof perRun]) => `${name} is ${money?.amount} ${money?.currency}`
  return {
    quantity: monthlyQuantity === undefined ? null : monthlyQuantity - month.quantity,
    total: monthIsLess ? (ofMonth > 0n ? ofMonth : 0n) : ofRun,
    quantityTold: `monthly_quantity is ${monthlyQuantity}, and ${month.quantity} were bought this month`,
    totalTold: told(monthIsLess ? ['monthly_total', monthlyTotal] : ['max_total_per_run', perRun])
  }
}

/** The largest quantity that the limits leave of what is wanted; 0 is none. A smaller quantity may cost more each. */
function withinLimits (book: PriceBook, buyer: Buyer, sku: BookSku, wanted: number, left: Left): number {
  let quantity = left.quantity === null ? wanted : floorTo(Math.min(wanted, left.quantity), sku.quantityStep)
  while (quantity >= smallestOf(sku)) {
    const unitPrice = book.quote(buyer, sku.id, quantity)?.unitPrice ?? 0n
    if (left.total === null || lineTotal(unitPrice, quantity, sku.currency) <= left.total) return quantity
    quantity = floorTo(Math.min(quantity - 1, Number(left.total / unitPrice)), sku.quantityStep)
  }
  return 0
}

/** Which limit a quantity would break, in words; undefined when none. */
function beyondLimits (book: PriceBook, buyer: Buyer, sku: BookSku, quantity: number, left: Left): string | undefined {
  if (left.quantity !== null && quantity > left.quantity) return `${left.quantityTold}: ${quantity} more are too many.`
  const unitPrice = book.quote(buyer, sku.id, quantity)?.unitPrice ?? 0n
  const total = lineTotal(unitPrice, quantity, sku.currency)
  if (left.total === null || total <= left.total) return undefined
  const [costs, leaves] = [formatAmount(total, sku.currency), formatAmount(left.total, sku.currency)]
  return `${left.totalTold}: ${quantity} would cost ${costs} ${sku.currency}, and ${leaves} is left.`
}

function floorTo (quantity: number, step: number): number {
  return Math.floor(quantity / step) * step
}
