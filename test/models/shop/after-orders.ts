// What the model's buyers do with orders afterwards: give back, undo, read their codes.
import type { Act } from './act.ts'
import { putBackCodes, releaseOrder } from './shelf.ts'
import { isHeld, liveCodes, nameOf, refused, shareOf, showOrder, sumOf, type Order, type Shop, type Told } from './shop.ts'

/** The buyer gives back what was never revealed, or gives up what is set aside. */
export function cancel (shop: Shop, { who, reference, unrevealed }: Extract<Act, { do: 'cancel' }>): Told {
  const order = shop.resellers[who]!.orders.get(reference)
  if (!order) return refused('nothing')
  if (isHeld(order)) releaseHeld(shop, who, order)
  else if (order.state === 'completed' || order.state === 'partial') {
    const again = unrevealed && order.lines.some(line => line.codes.some(code => !code.live))
    const refusal = giveBack(shop, who, order, unrevealed)
    if (refusal !== undefined && !(again && refusal === 'codes_revealed')) return refused(refusal)
  } else if (order.state !== 'cancelled' && order.state !== 'reversed') return refused('state_conflict')
  return { outcome: 'cancelled', ...showOrder(order, false) }
}

function releaseHeld (shop: Shop, who: number, order: Order): void {
  shop.resellers[who]!.balance += releaseOrder(order, 'cancelled', 'cancelled')
  if (order.approval?.state === 'pending') order.approval.state = 'cancelled'
}

/** Gives unrevealed codes back for their share of the money; says why not. */
function giveBack (shop: Shop, who: number, order: Order, unrevealed: boolean): string | undefined {
  const live = liveCodes(order)
  const hidden = live.filter(code => !code.revealed)
  if (hidden.length === 0 || (!unrevealed && hidden.length < live.length)) return 'codes_revealed'
  if (order.aged) return 'reversal_too_late'
  const touched = order.lines.filter(line => line.codes.some(code => hidden.includes(code)))
  const before = sumOf(order.lines.map(line => line.refunded))
  putBackCodes(shop, order)
  for (const line of touched) {
    const returned = line.codes.filter(code => !code.live).length
    line.refunded = shareOf(line.total, returned, line.delivered)
    line.state = returned === line.delivered ? 'returned' : 'partial'
    line.reason = 'returned'
  }
  order.state = liveCodes(order).length === 0 ? 'reversed' : 'partial'
  shop.resellers[who]!.balance += sumOf(order.lines.map(line => line.refunded)) - before
  return undefined
}

/** Undoes the order of a reference, or makes the reference unusable. */
export function reverse (shop: Shop, { who, name, reference }: Extract<Act, { do: 'reverse' }>): Told {
  const { orders, claims, reversals } = shop.resellers[who]!
  const claim = claims.get(`reversal ${name}`)
  if (claim !== undefined) return claim === reference ? { outcome: reversals.get(name)!, repeated: true } : refused('reference_reused')
  const order = orders.get(reference)
  let outcome = 'cancelled'
  if (!order) {
    const made = ++shop.count
    orders.set(reference, { state: 'void', asked: '', partial: false, made, lines: [], aged: false, approval: null })
    outcome = 'voided'
  } else if (isHeld(order)) releaseHeld(shop, who, order)
  else if (order.state === 'completed' || order.state === 'partial') {
    const refusal = giveBack(shop, who, order, false)
    if (refusal !== undefined) return refused(refusal)
    outcome = 'reversed'
  } else if (order.state === 'reversed') outcome = 'reversed'
  else if (order.state === 'void') outcome = 'voided'
  claims.set(`reversal ${name}`, reference)
  reversals.set(name, outcome)
  return { outcome, repeated: false }
}

/** A page of an order's codes, by position. */
export function readCodes (shop: Shop, { who, reference, offset, limit }: Extract<Act, { do: 'reveal' }>): Told {
  const order = shop.resellers[who]!.orders.get(reference)
  if (!order) return refused('nothing')
  if (order.state === 'reversed') return refused('state_conflict')
  const placed = order.lines.flatMap(line => line.codes).map((code, position) => ({ code, position }))
  const live = placed.filter(({ code, position }) => code.live && position >= offset)
  for (const { code } of live.slice(0, limit)) code.revealed = true
  return {
    outcome: 'shown',
    codes: live.slice(0, limit).map(({ code }) => nameOf(code)),
    next: live[limit]?.position ?? null,
    count: liveCodes(order).length
  }
}
