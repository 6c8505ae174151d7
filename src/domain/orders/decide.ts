// What becomes of a batch of orders: a pure function of the requests and of what was read under the locks. Requests are
// decided in the order of arrival; each sees the stock, the money and the references that those before it left.
import { precedence, type ProblemCode } from '../../../schema/problems.ts'
import type { Currency, Fill, LineReason, LineState } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { formatAmount, lineTotal, moneyView, type Amount } from '../../base/money.ts'
import { assert, Problem, type Fault } from '../../base/problem.ts'
import type { BookSku, Buyer, PriceBook } from '../pricing/price-book.ts'
import { referenceReused } from '../requests/claim-reference.ts'
import { nonceReused, type StoredNonce } from '../requests/spend-nonce.ts'
import { takeRanges, type MutableShelf } from '../stock/take-stock.ts'
import type { Order, OrderAllocation, OrderLine, OrderWithLines } from './order.ts'
import { nextOrderNumber, orderIdOf } from './order-number.ts'

export interface OrderRequest {
  readonly resellerId: Uuid
  readonly keyId: string
  readonly nonce: StoredNonce
  readonly ip: string
  readonly reference: string
  readonly lines: readonly { readonly skuId: Uuid, readonly quantity: number }[]
  readonly fill: Fill
  readonly maxTotal: { readonly amount: Amount, readonly currency: Currency } | null
  /** Whether the codes leave in the answer, so that a reveal row is written with the order. */
  readonly reveal: boolean
}

/** What was read under the locks. decide uses up stock, balances and sequences as it goes: they are its own. */
export interface Facts {
  readonly nowMs: number
  readonly prices: PriceBook
  /** Says why a key may not buy; undefined when it may. */
  readonly refuseKey: (keyId: string) => Problem | undefined
  /** Nonces of this batch that were spent before it. */
  readonly spentNonces: ReadonlySet<StoredNonce>
  readonly resellers: ReadonlyMap<Uuid, ResellerFacts>
  readonly wallets: ReadonlyMap<string, WalletFacts>
  readonly shelves: ReadonlyMap<Uuid, MutableShelf>
  readonly earlier: ReadonlyMap<string, OrderWithLines>
}

export interface ResellerFacts {
  readonly id: Uuid
  readonly levelId: string
  readonly status: string
  eventSequence: number
  orderNumber: number
}

export interface WalletFacts { readonly accountId: number, readonly creditLimit: Amount, balance: Amount, entries: number }

/** A new order and everything that is written with it. */
export interface NewOrder {
  readonly order: OrderWithLines
  readonly allocations: readonly OrderAllocation[]
  readonly wallet: { readonly accountId: number, readonly entry: number, readonly balance: Amount } | null
  readonly eventSequence: number
}

export type Decision =
  | { readonly kind: 'placed', readonly placed: NewOrder }
  /** The reference came before with the same fields: in the database, or earlier in this batch. */
  | { readonly kind: 'replayed', readonly order: OrderWithLines, readonly allocations: readonly OrderAllocation[] | undefined }
  | { readonly kind: 'refused', readonly problem: Problem }

/** Where a reseller's order stands under its reference, and a wallet under its currency. */
export function factKey (resellerId: Uuid, name: string): string {
  return resellerId + name
}

/** Decides a batch; an outcome for each request, in their order. */
export function decide (requests: readonly OrderRequest[], facts: Facts): Decision[] {
  const placedHere = new Map<string, NewOrder>()
  return requests.map(request => {
    try {
      return decideOne(request, facts, placedHere)
    } catch (error) {
      if (error instanceof Problem) return { kind: 'refused', problem: error }
      throw error
    }
  })
}

function decideOne (request: OrderRequest, facts: Facts, placedHere: Map<string, NewOrder>): Decision {
  if (facts.spentNonces.has(request.nonce)) throw nonceReused()
  const unusable = facts.refuseKey(request.keyId)
  if (unusable) throw unusable
  const reseller = facts.resellers.get(request.resellerId)
  if (!reseller || reseller.status !== 'active') throw new Problem('reseller_suspended', 'The reseller is not active. Ask the operator.')

  const reference = factKey(request.resellerId, request.reference)
  const twin = placedHere.get(reference)
  const earlier = twin?.order ?? facts.earlier.get(reference)
  if (earlier) {
    refuseOtherFields(request, earlier)
    return { kind: 'replayed', order: earlier, allocations: twin?.allocations }
  }

  const buyer = { resellerId: request.resellerId, levelId: reseller.levelId }
  const skus = checkLines(request, buyer, facts.prices)
  const { currency } = skus[0]!
  const wallet = facts.wallets.get(factKey(request.resellerId, currency))
  if (!wallet) throw new Problem('wallet_missing', `You have no wallet in ${currency}. Ask the operator to open one.`)
  const deliveries = divideStock(request, skus, facts.shelves)
  const lines = priceLines(buyer, facts.prices, currency, deliveries)
  const total = lines.reduce((sum, line) => sum + line.total, 0n)
  refuseTotal(request, total, currency, wallet)

  const placed = take(request, reseller, wallet, facts, currency, total, lines)
  placedHere.set(reference, placed)
  return { kind: 'placed', placed }
}

/** A repeat must ask for what was ordered before; deliver and the key it is signed with may differ. */
function refuseOtherFields (request: OrderRequest, earlier: OrderWithLines): void {
  const differing: string[] = []
  const sameLines = earlier.lines.length === request.lines.length &&
    earlier.lines.every((line, i) => line.skuId === request.lines[i]!.skuId && line.quantity === request.lines[i]!.quantity)
  if (!sameLines) differing.push('lines')
  if (earlier.fill !== request.fill) differing.push('fill')
  const sameMax = request.maxTotal === null
    ? earlier.maxTotal === null
    : request.maxTotal.amount === earlier.maxTotal && request.maxTotal.currency === earlier.currency
  if (!sameMax) differing.push('max_total')
  if (differing.length > 0) throw referenceReused(request.reference, differing)
}

/**
 * Every line's SKU, all in one currency; of all that is wrong with the lines the first by precedence is told, of every line it
 * concerns.
 */
function checkLines (request: OrderRequest, buyer: Buyer, prices: PriceBook): readonly BookSku[] {
  const faults: { code: ProblemCode, fault: Fault }[] = []
  const skus: BookSku[] = []
  request.lines.forEach((line, i) => {
    const sku = prices.sku(line.skuId)
    const wrong = (code: ProblemCode, member: string, detail: string) => {
      faults.push({ code, fault: { pointer: `/lines/${i}/${member}`, detail } })
    }
    if (!sku) return wrong('sku_not_found', 'sku', 'There is no such SKU.')
    skus.push(sku)
    if (sku.kind !== 'code') wrong('sku_not_for_sale', 'sku', 'Top-ups cannot be ordered yet.')
    else if (sku.status !== 'active') wrong('sku_not_for_sale', 'sku', `The SKU is ${sku.status}.`)
    else if (!prices.quote(buyer, line.skuId, line.quantity)) wrong('price_missing', 'sku', 'No price is set for your level.')
    const { currency } = skus[0]!
    if (sku.currency !== currency) wrong('currency_mixed', 'sku', `It is in ${sku.currency}, not ${currency}: send an order for each.`)
    if (line.quantity < sku.quantityMin) wrong('quantity_out_of_bounds', 'quantity', `The minimum is ${sku.quantityMin}.`)
    else if (line.quantity > sku.quantityMax) wrong('quantity_out_of_bounds', 'quantity', `The maximum is ${sku.quantityMax}.`)
    else if (line.quantity % sku.quantityStep !== 0) wrong('quantity_off_step', 'quantity', `It must be a multiple of ${sku.quantityStep}.`)
  })
  const { maxTotal } = request
  if (maxTotal && skus.length > 0 && maxTotal.currency !== skus[0]!.currency) {
    const detail = `max_total is in ${maxTotal.currency}, the lines are in ${skus[0]!.currency}.`
    faults.push({ code: 'currency_mixed', fault: { pointer: '/max_total/currency', detail } })
  }
  if (faults.length === 0) return skus
  const code = faults.map(({ code }) => code).sort((a, b) => precedence[a] - precedence[b])[0]!
  const told = faults.filter(entry => entry.code === code).map(({ fault }) => fault)
  throw new Problem(code, sentenceOf(told), { errors: told })
}

/** The first fault in words, with its line; the others are counted, and all stand in `errors`. */
function sentenceOf (faults: readonly Fault[]): string {
  const { pointer, detail } = faults[0]!
  const line = /^\/lines\/(\d+)/.exec(pointer)
  const more = faults.length - 1
  return (line ? `Line ${Number(line[1]) + 1}: ` : '') + detail + (more > 0 ? ` The same holds for ${more} more; see errors.` : '')
}

interface LineDelivery { readonly skuId: Uuid, readonly quantity: number, readonly delivered: number, readonly reason: LineReason | null }

/** What each line gets, without taking it yet. */
function divideStock (request: OrderRequest, skus: readonly BookSku[], shelves: Facts['shelves']): readonly LineDelivery[] {
  const left = new Map<Uuid, number>()
  const short: { pointer: string, detail: string, sku: string, available: number }[] = []
  const deliveries = request.lines.map(({ skuId, quantity }, i): LineDelivery => {
    const available = left.get(skuId) ?? shelves.get(skuId)?.left ?? 0
    const { quantityMin, quantityStep } = skus[i]!
    let delivered = quantity
    let reason: LineReason | null = null
    if (available < quantity) {
      const detail = `${available} of ${quantity} are available.`
      short.push({ pointer: `/lines/${i}/quantity`, detail, sku: showId('sku', skuId), available })
      delivered = available - available % quantityStep
      reason = 'out_of_stock'
      if (delivered < quantityMin) {
        if (delivered > 0) reason = 'below_minimum'
        delivered = 0
      }
    }
    left.set(skuId, available - delivered)
    return { skuId, quantity, delivered, reason }
  })
  const nothing = deliveries.every(({ delivered }) => delivered === 0)
  if (nothing || (request.fill === 'all_or_nothing' && short.length > 0)) {
    throw new Problem('out_of_stock', sentenceOf(short), { errors: short })
  }
  return deliveries
}

interface PricedLine extends LineDelivery {
  readonly unitPrice: Amount
  readonly total: Amount
  readonly priceRules: readonly Uuid[]
  readonly state: LineState
}

/** Prices what is delivered (what is ordered, where nothing is), so that a break must be reached by goods, not by wishes. */
function priceLines (buyer: Buyer, prices: PriceBook, currency: Currency, deliveries: readonly LineDelivery[]): readonly PricedLine[] {
  return deliveries.map((line): PricedLine => {
    const quotation = prices.quote(buyer, line.skuId, line.delivered || line.quantity)
    assert(quotation, 'a price for every line that was checked')
    const state = line.delivered === line.quantity ? 'delivered' : line.delivered === 0 ? 'refused' : 'partial'
    const total = lineTotal(quotation.unitPrice, line.delivered, currency)
    return { ...line, unitPrice: quotation.unitPrice, total, priceRules: quotation.ruleIds, state }
  })
}

function refuseTotal (request: OrderRequest, total: Amount, currency: Currency, wallet: WalletFacts): void {
  if (request.maxTotal && total > request.maxTotal.amount) {
    throw new Problem('price_above_max', `The total is ${formatAmount(total, currency)} ${currency}, above max_total.`, {
      total: moneyView(total, currency)
    })
  }
  const usable = wallet.balance + wallet.creditLimit
  if (total > usable) {
    const [required, available] = [moneyView(total, currency), moneyView(usable, currency)]
    const told = `The order costs ${required.amount} ${currency}; balance and credit come to ${available.amount}.`
    throw new Problem('insufficient_balance', `${told} Ask the operator for a deposit.`, { required, available })
  }
}

function take (
  request: OrderRequest, reseller: ResellerFacts, wallet: WalletFacts, facts: Facts, currency: Currency, total: Amount,
  priced: readonly PricedLine[]
): NewOrder {
  reseller.orderNumber = nextOrderNumber(reseller.orderNumber, facts.nowMs)
  const id = orderIdOf(reseller.orderNumber)
  const allocations: OrderAllocation[] = []
  let quantity = 0
  let delivered = 0
  const lines = priced.map((line, i): OrderLine => {
    quantity += line.quantity
    delivered += line.delivered
    if (line.delivered > 0) {
      const taken = takeRanges(facts.shelves.get(line.skuId)!, line.delivered)
      if (taken.length > 1) taken.sort((a, b) => a.lotId - b.lotId || a.first - b.first)
      for (const range of taken) allocations.push({ orderId: id, line: i + 1, lotId: range.lotId, first: range.first, count: range.count })
    }
    const { skuId, unitPrice, total, state, reason, priceRules } = line
    return {
      orderId: id,
      line: i + 1,
      skuId,
      quantity: line.quantity,
      delivered: line.delivered,
      unitPrice,
      total,
      refunded: 0n,
      state,
      reason,
      priceRules
    }
  })
  wallet.balance -= total
  if (total > 0n) wallet.entries++
  reseller.eventSequence++
  const order: Order = {
    id,
    resellerId: request.resellerId,
    reference: request.reference,
    state: delivered === quantity ? 'completed' : 'partial',
    fill: request.fill,
    currency,
    maxTotal: request.maxTotal?.amount ?? null,
    quantity,
    delivered,
    total,
    refunded: 0n,
    keyId: request.keyId,
    createdAt: new Date(facts.nowMs)
  }
  return {
    order: { ...order, lines },
    allocations,
    wallet: total > 0n ? { accountId: wallet.accountId, entry: wallet.entries, balance: wallet.balance } : null,
    eventSequence: reseller.eventSequence
  }
}
