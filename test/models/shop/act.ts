// What can be done in a shop, and what the model says of each act.
import { cancel, readCodes, reverse } from './after-orders.ts'
import { decide, expireApproval, place, refuseQuantities } from './orders.ts'
import { endHold, joinRows, withdrawLots } from './shelf.ts'
import {
  free, refused, stateOfHold, stateOfQuote, sum, totalOf, unitOf, type Amount, type Line, type Shop, type Told
} from './shop.ts'

export type PriceAct =
  | { readonly kind: 'list' | 'level' | 'floor', readonly sku: number, readonly amount: Amount }
  | { readonly kind: 'contract', readonly sku: number, readonly who: number, readonly amount: Amount }
  | { readonly kind: 'quantity_break', readonly sku: number, readonly from: number, readonly rate: bigint }
  | { readonly kind: 'level_discount', readonly rate: bigint }

export type Act =
  | {
    readonly do: 'order',
    readonly who: number,
    readonly reference: string,
    readonly lines: readonly Line[],
    readonly partial: boolean
    readonly max: Amount | null,
    readonly quote: string | null,
    readonly hold: string | null,
    readonly inline: boolean,
    readonly dry: boolean
  }
  | { readonly do: 'hold' | 'quote', readonly who: number, readonly name: string, readonly lines: readonly Line[] }
  | { readonly do: 'cancel hold', readonly who: number, readonly name: string }
  | { readonly do: 'cancel', readonly who: number, readonly reference: string, readonly unrevealed: boolean }
  | { readonly do: 'reverse', readonly who: number, readonly name: string, readonly reference: string }
  | { readonly do: 'reveal', readonly who: number, readonly reference: string, readonly offset: number, readonly limit: number }
  | { readonly do: 'decide', readonly who: number, readonly reference: string, readonly approve: boolean }
  | { readonly do: 'deposit' | 'adjust', readonly who: number, readonly name: string, readonly amount: Amount }
  | { readonly do: 'credit', readonly who: number, readonly limit: Amount }
  | { readonly do: 'price', readonly price: PriceAct }
  | { readonly do: 'stock', readonly sku: number, readonly count: number, readonly expiry: number }
  | { readonly do: 'recall', readonly lot: number }
  /** Time passes for one thing: its row is back-dated. `which`: a hold's, quote's or order's name, or a lot's number. */
  | { readonly do: 'time', readonly of: 'hold' | 'quote' | 'approval' | 'order' | 'lot', readonly who: number, readonly which: string }
  | { readonly do: 'pass', readonly pass: 'holds' | 'lots' | 'ranges' | 'approvals' }

/** Does an act in the model; gives what the product has to say of it. */
export function perform (shop: Shop, act: Act): Told {
  switch (act.do) {
    case 'order': return place(shop, act)
    case 'hold': return hold(shop, act)
    case 'quote': return quote(shop, act)
    case 'cancel hold': return cancelHold(shop, act)
    case 'cancel': return cancel(shop, act)
    case 'reverse': return reverse(shop, act)
    case 'reveal': return readCodes(shop, act)
    case 'decide': return decide(shop, act)
    case 'deposit':
    case 'adjust': return moveMoney(shop, act)
    case 'credit': return setCredit(shop, act)
    case 'price': return setPrice(shop, act.price)
    case 'stock': return stock(shop, act)
    case 'recall': return recall(shop, act)
    case 'time': return passTime(shop, act)
    case 'pass': return tidy(shop, act)
  }
}

const fields = (lines: readonly Line[]): string => JSON.stringify(lines)

function hold (shop: Shop, { who, name, lines }: Extract<Act, { name: string, lines: readonly Line[] }>): Told {
  const { holds, claims } = shop.resellers[who]!
  const claim = claims.get(`hold ${name}`)
  if (claim !== undefined) {
    return claim === fields(lines)
      ? { outcome: stateOfHold(holds.get(name)!), repeated: true }
      : refused('reference_reused')
  }
  const already = sum([...holds.values()].filter(hold => stateOfHold(hold) === 'active').flatMap(hold =>
    hold.lines.map(line => line.quantity)))
  if (already + sum(lines.map(line => line.quantity)) > shop.heldCodesMax) return refused('hold_limit_exceeded')
  if (lines.some(({ sku, quantity }) => quantity > free(shop, sku))) return refused('out_of_stock')
  claims.set(`hold ${name}`, fields(lines))
  holds.set(name, { state: 'active', over: false, lines, made: ++shop.count })
  return { outcome: 'active', repeated: false }
}

/** A hold is given up by its reseller. */
function cancelHold (shop: Shop, { who, name }: Extract<Act, { do: 'cancel hold' }>): Told {
  const hold = shop.resellers[who]!.holds.get(name)
  if (!hold) return refused('nothing')
  if (hold.state === 'used') return refused('hold_ended')
  endHold(hold, 'cancelled')
  return { outcome: 'ended', state: hold.state }
}

function quote (shop: Shop, { who, name, lines }: Extract<Act, { name: string, lines: readonly Line[] }>): Told {
  const { quotes, claims } = shop.resellers[who]!
  const claim = claims.get(`quote ${name}`)
  const show = () => {
    const quote = quotes.get(name)!
    return { state: stateOfQuote(quote), lines: quote.lines.map(({ unit, quantity }) => ({ unit, total: totalOf(unit, quantity) })) }
  }
  if (claim !== undefined) return claim === fields(lines) ? { outcome: 'quoted', repeated: true, ...show() } : refused('reference_reused')
  const wrong = refuseQuantities(shop, lines)
  if (wrong !== undefined) return refused(wrong)
  claims.set(`quote ${name}`, fields(lines))
  quotes.set(name, { used: false, over: false, lines: lines.map(line => ({ ...line, unit: unitOf(shop, who, line) })) })
  return { outcome: 'quoted', repeated: false, ...show() }
}

function moveMoney (shop: Shop, { do: kind, who, name, amount }: Extract<Act, { do: 'deposit' | 'adjust' }>): Told {
  const reseller = shop.resellers[who]!
  const claim = reseller.claims.get(`${kind} ${name}`)
  if (claim !== undefined) return claim === String(amount) ? { outcome: 'moved', repeated: true } : refused('reference_reused')
  if (reseller.balance + reseller.credit + amount < 0n) return refused('insufficient_balance')
  reseller.balance += amount
  reseller.claims.set(`${kind} ${name}`, String(amount))
  return { outcome: 'moved', repeated: false }
}

function setCredit (shop: Shop, { who, limit }: Extract<Act, { do: 'credit' }>): Told {
  const reseller = shop.resellers[who]!
  if (reseller.balance + limit < 0n) return refused('credit_in_use')
  reseller.credit = limit
  return { outcome: 'set' }
}

function setPrice (shop: Shop, price: PriceAct): Told {
  if (price.kind === 'level_discount') shop.discount = price.rate
  else {
    const sku = shop.skus[price.sku]!
    if (price.kind === 'contract') sku.contracts.set(price.who, price.amount)
    else if (price.kind === 'quantity_break') sku.breaks.set(price.from, price.rate)
    else sku[price.kind] = price.amount
  }
  return { outcome: 'set' }
}

function stock (shop: Shop, { sku, count, expiry }: Extract<Act, { do: 'stock' }>): Told {
  const lot = shop.lots.push({ sku, expiry, over: false, state: 'available' }) - 1
  shop.skus[sku]!.rows.push({ row: ++shop.count, lot, next: 0, stop: count })
  return { outcome: 'stocked' }
}

function recall (shop: Shop, { lot }: Extract<Act, { do: 'recall' }>): Told {
  const { state } = shop.lots[lot]!
  if (state !== 'available' && state !== 'recalled') return refused('state_conflict')
  if (state === 'available') withdrawLots(shop, [lot], 'recalled')
  return { outcome: 'recalled' }
}

function passTime (shop: Shop, { of, who, which }: Extract<Act, { do: 'time' }>): Told {
  const { holds, quotes, orders } = shop.resellers[who]!
  if (of === 'hold' && holds.has(which)) holds.get(which)!.over = true
  if (of === 'quote' && quotes.has(which)) quotes.get(which)!.over = true
  if (of === 'lot' && shop.lots[Number(which)]) shop.lots[Number(which)]!.over = true
  const order = orders.get(which)
  if (of === 'approval' && order?.approval) order.approval.over = true
  if (of === 'order' && order && (order.state === 'completed' || order.state === 'partial')) order.aged = true
  return { outcome: 'later' }
}

function tidy (shop: Shop, { pass }: Extract<Act, { do: 'pass' }>): Told {
  if (pass === 'ranges') joinRows(shop)
  if (pass === 'holds') for (const { holds } of shop.resellers) for (const hold of holds.values()) if (hold.over) endHold(hold, 'expired')
  if (pass === 'lots') {
    const due = [...shop.lots.keys()].filter(lot => shop.lots[lot]!.over && shop.lots[lot]!.state === 'available')
    if (due.length > 0) withdrawLots(shop, due, 'expired')
  }
  if (pass === 'approvals') {
    shop.resellers.forEach(({ orders }, who) => {
      for (const order of orders.values()) if (order.approval?.state === 'pending' && order.approval.over) expireApproval(shop, who, order)
    })
  }
  return { outcome: 'tidied' }
}
