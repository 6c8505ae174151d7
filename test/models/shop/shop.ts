// A shop as a few plain values: what kahub has to be indistinguishable from. Its arithmetic is its own; nothing of src is imported.
import type { ApprovalState, HoldState, LineReason, LineState, LotState, OrderState } from '../../../schema/vocabulary.ts'

/** Ten-thousandths of a major unit. */
export type Amount = bigint
export interface Line { readonly sku: number, readonly quantity: number }

/** Codes next … stop-1 of a lot, in a row of the shelf. */
export interface Row { row: number, readonly lot: number, next: number, stop: number }
/** `expiry` is a rank: what is lower expires earlier. `over`: its time has passed, whatever its state says. */
export interface Lot { readonly sku: number, readonly expiry: number, over: boolean, state: LotState }

export interface Sku {
  readonly min: number
  readonly max: number
  readonly step: number
  list: Amount
  level: Amount | null
  floor: Amount
  /** Quantity breaks: from this quantity on, at this rate in ten-thousandths. */
  breaks: Map<number, bigint>
  contracts: Map<number, Amount>
  rows: Row[]
}

/** `piece`: which taking from the shelf it came with. */
export interface SoldCode { readonly lot: number, readonly n: number, readonly piece: number, live: boolean, revealed: boolean }

export interface OrderLine {
  readonly sku: number
  readonly quantity: number
  readonly unit: Amount
  total: Amount
  refunded: Amount
  delivered: number
  held: number
  state: LineState
  reason: LineReason | null
  codes: SoldCode[]
}

export interface Order {
  state: OrderState
  /** What it was asked with. */
  readonly asked: string
  readonly partial: boolean
  readonly made: number
  lines: OrderLine[]
  aged: boolean
  approval: { state: ApprovalState, over: boolean } | null
}

export interface Hold { state: HoldState, over: boolean, readonly lines: readonly Line[], readonly made: number }
export interface Quote { used: boolean, over: boolean, readonly lines: readonly (Line & { readonly unit: Amount })[] }

export interface Reseller {
  balance: Amount
  credit: Amount
  /** Totals above which an order needs a second key. */
  readonly approvalAbove: Amount | null
  readonly orders: Map<string, Order>
  readonly holds: Map<string, Hold>
  readonly quotes: Map<string, Quote>
  /** What creating calls were asked with, by resource and reference. */
  readonly claims: Map<string, string>
  readonly reversals: Map<string, string>
}

export interface Shop {
  readonly skus: Sku[]
  readonly lots: Lot[]
  readonly resellers: Reseller[]
  /** Of the level that both resellers have. */
  discount: bigint | null
  readonly heldCodesMax: number
  /** Counts rows, pieces, holds and orders as they are made. */
  count: number
}

/** What is told of an act: compared as a whole with what the product says. */
export type Told = Readonly<Record<string, unknown>>
export const refused = (code: string): Told => ({ outcome: code })

/** x / by, halves away from zero upwards; neither is negative. */
export function halfUp (x: bigint, by: bigint): bigint {
  const rest = x % by
  return x / by + (rest + rest >= by ? 1n : 0n)
}

const fen = 100n
const one = 10_000n

/** What so many cost: rounded once, to the fen. */
export function totalOf (unit: Amount, quantity: number): Amount {
  return halfUp(unit * BigInt(quantity), fen) * fen
}

/** `part` of `whole` codes that cost `total`, to the fen. */
export function shareOf (total: Amount, part: number, whole: number): Amount {
  return halfUp(total * BigInt(part), BigInt(whole) * fen) * fen
}

/** The unit price of so many of a SKU. */
export function unitOf (shop: Shop, who: number, { sku: index, quantity }: Line): Amount {
  const sku = shop.skus[index]!
  let unit = sku.contracts.get(who) ?? sku.level
  if (unit === null) unit = shop.discount === null ? sku.list : halfUp(sku.list * shop.discount, one)
  const reached = Math.max(...[...sku.breaks.keys()].filter(from => from <= quantity))
  const rate = sku.breaks.get(reached)
  if (rate !== undefined) unit = halfUp(unit * rate, one)
  return unit < sku.floor ? sku.floor : unit
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
export const sumOf = (amounts: readonly Amount[]): Amount => amounts.reduce((total, amount) => total + amount, 0n)

/** What an order has of live codes, in the sequence of their positions. */
export const liveCodes = (order: Order): SoldCode[] => order.lines.flatMap(line => line.codes).filter(code => code.live)
export const totalOfOrder = (order: Order): Amount => sumOf(order.lines.map(line => line.total))
export const isHeld = ({ state }: Order): boolean => state === 'awaiting_approval' || state === 'reserved'
export const nameOf = ({ lot, n }: { readonly lot: number, readonly n: number }): string => `L${lot}C${n}`

/** What REST shows of an order, with or without the codes. */
export function showOrder (order: Order, codes: boolean): Told {
  return {
    state: order.state,
    total: totalOfOrder(order),
    refunded: sumOf(order.lines.map(line => line.refunded)),
    lines: order.lines.map(line => ({
      delivered: line.delivered,
      held: line.held,
      returned: line.codes.filter(code => !code.live).length,
      unit: line.unit,
      total: line.total,
      refunded: line.refunded,
      state: line.state,
      reason: line.reason,
      codes: codes ? line.codes.filter(code => code.live).map(nameOf) : null
    }))
  }
}

/** Stock, wallets, and the states of everything, orders without their lines. */
export function glanceAt (shop: Shop): Told {
  return show(shop, order => {
    const { lines, ...summary } = showOrder(order, false)
    return summary
  })
}

/** Everything that can be seen of a shop from outside. */
export function showShop (shop: Shop): Told {
  return show(shop, order => showOrder(order, false))
}

function show (shop: Shop, showOne: (order: Order) => Told): Told {
  return {
    stock: shop.skus.map((_, sku) => ({ available: available(shop, sku), held: heldOf(shop, sku) })),
    resellers: shop.resellers.map(({ balance, credit, orders, holds, quotes }) => ({
      balance,
      credit,
      orders: Object.fromEntries([...orders].map(([reference, order]) => [reference, showOne(order)])),
      approvals: Object.fromEntries([...orders].flatMap(([reference, { approval }]) => approval ? [[reference, approval.state]] : [])),
      holds: Object.fromEntries([...holds].map(([name, hold]) => [name, stateOfHold(hold)])),
      quotes: Object.fromEntries([...quotes].map(([name, quote]) => [name, stateOfQuote(quote)]))
    }))
  }
}

export const stateOfHold = ({ state, over }: Hold): HoldState => state === 'active' && over ? 'expired' : state
export const stateOfQuote = ({ used, over }: Quote): string => used ? 'used' : over ? 'expired' : 'open'

const sizeOf = ({ next, stop }: Row): number => stop - next
export const onShelf = (shop: Shop, sku: number): number => sum(shop.skus[sku]!.rows.map(sizeOf))
/** On the shelf and not expired. */
export const sellable = (shop: Shop, sku: number): number =>
  sum(shop.skus[sku]!.rows.filter(({ lot }) => !shop.lots[lot]!.over).map(sizeOf))

/** Set aside by holds and held orders. */
export function heldOf (shop: Shop, sku: number): number {
  const lines = shop.resellers.flatMap(({ orders, holds }) => [
    ...[...orders.values()].flatMap(order => order.lines.map(line => ({ sku: line.sku, quantity: line.held }))),
    ...[...holds.values()].filter(hold => hold.state === 'active').flatMap(hold => hold.lines)
  ])
  return sum(lines.filter(line => line.sku === sku).map(line => line.quantity))
}

export const available = (shop: Shop, sku: number): number => onShelf(shop, sku) - heldOf(shop, sku)
/** What nobody has set aside, without what has expired. */
export const free = (shop: Shop, sku: number): number => Math.max(0, available(shop, sku) - (onShelf(shop, sku) - sellable(shop, sku)))
