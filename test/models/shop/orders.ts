// The model's orders: what becomes of each, and of what is done with it afterwards.
import type { LineState } from '../../../schema/vocabulary.ts'
import type { Act } from './act.ts'
import { releaseOrder, takeCodes } from './shelf.ts'
import {
  free, isHeld, liveCodes, refused, sellable, showOrder, stateOfHold, stateOfQuote, sum, totalOf, totalOfOrder, unitOf, type Hold, type Line,
  type Order, type OrderLine, type Quote, type Shop, type Told
} from './shop.ts'

type Placing = Extract<Act, { do: 'order' }>

/** An order as it is placed, repeated, tried or refused. */
export function place (shop: Shop, act: Placing): Told {
  const reseller = shop.resellers[act.who]!
  const asked = fieldsOf(act)
  const earlier = reseller.orders.get(act.reference)
  if (earlier) return repeat(earlier, act, asked)

  const quote = act.quote === null ? null : reseller.quotes.get(act.quote)
  if (quote === undefined) return refused('quote_not_found')
  const hold = act.hold === null ? null : reseller.holds.get(act.hold)
  const unusable = refuseQuote(quote, act) ?? refuseHold(hold) ?? refuseQuantities(shop, act.lines)
  if (unusable !== undefined) return refused(unusable)

  const given = divide(shop, act.lines, hold ?? null)
  const short = given.some(({ quantity }, i) => quantity < act.lines[i]!.quantity)
  if (sum(given.map(line => line.quantity)) === 0 || (short && !act.partial)) return refused('out_of_stock')
  const draft = price(shop, act, given, quote)
  const total = totalOfOrder(draft)
  if (act.max !== null && total > act.max) return refused('price_above_max')
  if (total > reseller.balance + reseller.credit) return refused('insufficient_balance')
  if (reseller.approvalAbove !== null && total > reseller.approvalAbove) setAside(draft)
  if (act.dry) return { outcome: 'tried', ...showOrder(draft, false) }

  if (hold) hold.state = 'used'
  if (quote) quote.used = true
  for (const line of draft.lines) if (line.held === 0) line.codes = takeCodes(shop, line.sku, line.delivered)
  reseller.balance -= total
  reseller.orders.set(act.reference, { ...draft, made: ++shop.count })
  return { outcome: isHeld(draft) ? 'waits' : 'placed', ...reveal(draft, act.inline) }
}

/** What a repeat must have in common with its order. */
function fieldsOf ({ lines, partial, max, quote, hold }: Placing): string {
  return JSON.stringify([lines, partial, String(max), quote, hold])
}

function repeat (order: Order, { inline, dry }: Placing, asked: string): Told {
  if (order.state === 'void') return refused('reference_void')
  if (order.asked !== asked) return refused('reference_reused')
  return { outcome: 'repeated', ...reveal(order, inline && !dry) }
}

/** The order as it is told; codes that are shown count as revealed. */
function reveal (order: Order, inline: boolean): Told {
  const codes = liveCodes(order)
  const shows = inline && codes.length > 0
  if (shows) for (const code of codes) code.revealed = true
  return showOrder(order, shows)
}

function refuseQuote (quote: Quote | null, { lines }: Placing): string | undefined {
  if (quote === null) return undefined
  const state = stateOfQuote(quote)
  if (state !== 'open') return state === 'used' ? 'quote_used' : 'quote_expired'
  const same = quote.lines.length === lines.length &&
    quote.lines.every(({ sku, quantity }, i) => sku === lines[i]!.sku && quantity === lines[i]!.quantity)
  return same ? undefined : 'quote_changed'
}

function refuseHold (hold: Hold | null | undefined): string | undefined {
  if (hold === null) return undefined
  if (hold === undefined) return 'hold_not_found'
  const state = stateOfHold(hold)
  return state === 'active' ? undefined : state === 'expired' ? 'hold_expired' : 'hold_ended'
}

/** What is wrong with quantities, whatever there is in stock. */
export function refuseQuantities (shop: Shop, lines: readonly Line[]): string | undefined {
  const each = lines.map(({ sku: index, quantity }) => {
    const sku = shop.skus[index]!
    if (quantity < sku.min || quantity > sku.max) return 'quantity_out_of_bounds'
    return quantity % sku.step === 0 ? undefined : 'quantity_off_step'
  })
  return (['quantity_out_of_bounds', 'quantity_off_step'] as const).find(code => each.includes(code))
}

interface Given extends Line { readonly reason: OrderLine['reason'] }

/** What each line gets, one after the other: what is free and what its own hold has set aside, as far as it has not expired. */
function divide (shop: Shop, lines: readonly Line[], hold: Hold | null): Given[] {
  const gone = new Map<number, number>()
  return lines.map(({ sku: index, quantity }) => {
    const { min, step } = shop.skus[index]!
    const own = sum((hold?.lines ?? []).filter(line => line.sku === index).map(line => line.quantity))
    const there = Math.min(free(shop, index) + own, sellable(shop, index)) - (gone.get(index) ?? 0)
    let gets = quantity
    let reason: OrderLine['reason'] = null
    if (there < quantity) {
      gets = Math.floor(there / step) * step
      reason = gets > 0 && gets < min ? 'below_minimum' : 'out_of_stock'
      if (gets < min) gets = 0
    }
    gone.set(index, (gone.get(index) ?? 0) + gets)
    return { sku: index, quantity: gets, reason }
  })
}

function price (shop: Shop, act: Placing, given: readonly Given[], quote: Quote | null): Order {
  const { who, lines, partial } = act
  const order = given.map(({ sku, quantity: delivered, reason }, i): OrderLine => {
    const { quantity } = lines[i]!
    const unit = quote ? quote.lines[i]!.unit : unitOf(shop, who, { sku, quantity: delivered === 0 ? quantity : delivered })
    return {
      sku,
      quantity,
      unit,
      total: totalOf(unit, delivered),
      refunded: 0n,
      delivered,
      held: 0,
      state: stateOf(delivered, quantity),
      reason,
      codes: []
    }
  })
  const complete = order.every(line => line.delivered === line.quantity)
  const state = complete ? 'completed' : 'partial'
  return { state, asked: fieldsOf(act), partial, made: 0, lines: order, aged: false, approval: null }
}

const stateOf = (delivered: number, quantity: number): LineState => delivered === 0
  ? 'refused'
  : delivered === quantity
    ? 'delivered'
    : 'partial'

function setAside (order: Order): void {
  order.state = 'awaiting_approval'
  order.approval = { state: 'pending', over: false }
  for (const line of order.lines) if (line.delivered > 0) Object.assign(line, { held: line.delivered, delivered: 0, state: 'held' })
}

/** A second key approves or rejects. */
export function decide (shop: Shop, { who, reference, approve }: Extract<Act, { do: 'decide' }>): Told {
  const reseller = shop.resellers[who]!
  const order = reseller.orders.get(reference)
  if (!order?.approval) return refused('nothing')
  const { approval } = order
  const verdict = approve ? 'approved' : 'rejected'
  if (approval.state === verdict) return { outcome: verdict }
  if (approval.state === 'expired') return refused('approval_expired')
  if (approval.state !== 'pending') return refused('state_conflict')
  if (approval.over) {
    expireApproval(shop, who, order)
    return refused('approval_expired')
  }
  approval.state = verdict
  if (!approve) reseller.balance += releaseOrder(order, 'rejected', 'rejected')
  else reseller.balance += complete(shop, order)
  return { outcome: verdict }
}

/** An approval whose time is over ends, and what its order held goes back. */
export function expireApproval (shop: Shop, who: number, order: Order): void {
  order.approval!.state = 'expired'
  shop.resellers[who]!.balance += releaseOrder(order, 'expired', 'expired')
}

/** What was set aside changes hands, as far as it has not expired; gives the money that is left over. */
function complete (shop: Shop, order: Order): bigint {
  const held = totalOfOrder(order)
  const skus = [...new Set(order.lines.map(line => line.sku))]
  const short = skus.some(sku => sum(order.lines.filter(line => line.sku === sku).map(line => line.held)) > sellable(shop, sku))
  if (short && !order.partial) return releaseOrder(order, 'cancelled', 'stock_withdrawn')
  for (const line of order.lines) {
    if (line.held === 0) continue
    const delivered = Math.min(line.held, sellable(shop, line.sku))
    if (delivered < line.held) line.reason = 'stock_withdrawn'
    line.codes = takeCodes(shop, line.sku, delivered)
    const state = delivered === 0 ? 'released' : stateOf(delivered, line.quantity)
    Object.assign(line, { delivered, held: 0, total: totalOf(line.unit, delivered), state })
  }
  const got = order.lines.map(line => line.delivered)
  order.state = order.lines.every(line => line.delivered === line.quantity) ? 'completed' : sum(got) > 0 ? 'partial' : 'cancelled'
  return held - totalOfOrder(order)
}
