// What becomes of a batch of orders: a pure function of the requests and of what was read under the locks. Requests are
// decided in the order of arrival; each sees the stock, the money and the references that those before it left. Everything that
// can bind an order (a quote its price, a hold its stock, a policy its moment, a budget its total) is decided here.
import { precedence, type ProblemCode } from '../../../schema/problems.ts'
import type { ApprovalReason, Currency, Fill, LineReason, LineState, OrderState } from '../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { formatAmount, lineTotal, moneyView, type Amount } from '../../base/money.ts'
import { assert, Problem, type Fault } from '../../base/problem.ts'
import { approvalReasons, type ApprovalPolicy } from '../approvals/policy.ts'
import { budgetsFor, type Budget } from '../approvals/read-budgets.ts'
import type { BookSku, Buyer, PriceBook } from '../pricing/price-book.ts'
import { referenceReused } from '../requests/claim-reference.ts'
import { nonceReused, type StoredNonce } from '../requests/spend-nonce.ts'
import { revealQuotaExceeded } from '../resellers/count-reveals.ts'
import { setAside, takeFree, type StockInHand } from '../stock/take-stock.ts'
import type { Order, OrderAllocation, OrderLine, OrderTerms, OrderWithLines } from './order.ts'
import { nextOrderNumber, orderIdOf } from './order-number.ts'

export interface OrderRequest {
  readonly resellerId: Uuid
  readonly keyId: string
  /** null: the house's own clockwork asks, in a transaction that does its work once. */
  readonly nonce: StoredNonce | null
  readonly ip: string
  readonly reference: string
  readonly lines: readonly { readonly skuId: Uuid, readonly quantity: number }[]
  readonly fill: Fill
  readonly maxTotal: { readonly amount: Amount, readonly currency: Currency } | null
  /** Whether the codes leave in the answer, so that a reveal row is written with the order. */
  readonly reveal: boolean
  readonly terms: OrderTerms | null
  /** now: stock and money change hands. hold: they are set aside. never: a dry run, what would happen is told. */
  readonly settle: 'now' | 'hold' | 'never'
  /** What a line that cannot be bought refuses: the order, or itself alone, for money too, in the sequence of the lines. */
  readonly faults: 'order' | 'line'
  /** What a purchase link has sold. */
  readonly sale?: Sale
}

/**
 * Lines as a buyer was promised them, and has paid for them: at these prices, out of the reseller's proceeds, no key asked, and with what
 * its hold has set aside as long as that is there. What the reseller or the operator has decided since binds others; only stock
 * that is gone, or a reseller that is not active, refuses it.
 */
export interface Sale { readonly lines: readonly QuotedLine[] }

/** What was read under the locks. decide uses up stock, balances and sequences as it goes: they are its own. */
export interface Facts {
  readonly nowMs: number
  readonly prices: PriceBook
  /** Says why a key may not buy; undefined when it may. */
  readonly refuseKey: (keyId: string) => Problem | undefined
  /** Nonces of this batch that were spent before it. */
  readonly spentNonces: ReadonlySet<StoredNonce>
  readonly resellers: ReadonlyMap<Uuid, ResellerFacts>
  /** By factKey; the accounts that sales are paid from by proceedsKey. */
  readonly wallets: ReadonlyMap<string, WalletFacts>
  readonly stocks: ReadonlyMap<Uuid, StockInHand>
  readonly earlier: ReadonlyMap<string, OrderWithLines>
  readonly quotes: ReadonlyMap<Uuid, QuoteFacts>
  readonly holds: ReadonlyMap<Uuid, HoldFacts>
  readonly policies: ReadonlyMap<Uuid, ApprovalPolicy>
  readonly budgets: readonly BudgetFacts[]
  /** Codes that keys with a quota may still reveal today. */
  readonly revealsLeft: Map<string, number>
  /** SKUs that a reseller with a policy has not bought before, by factKey. */
  readonly firstTimes: ReadonlySet<string>
}

export interface ResellerFacts {
  readonly id: Uuid
  readonly levelId: string
  readonly status: string
  eventSequence: number
  orderNumber: number
}

export interface WalletFacts {
  /** Whether its transfers are numbered: those of wallets are, those of proceeds are not. */
  readonly numbered: boolean
  readonly accountId: number
  /** The account of what the reseller has set aside. */
  readonly heldAccountId: number
  readonly creditLimit: Amount
  balance: Amount
  entries: number
}

export interface QuoteFacts {
  readonly resellerId: Uuid
  readonly expiresAt: Date
  readonly lines: readonly QuotedLine[]
  orderId: Uuid | null
}

export interface QuotedLine {
  readonly skuId: Uuid
  readonly quantity: number
  readonly unitPrice: Amount
  readonly priceRules: readonly Uuid[]
}

export interface HoldFacts {
  readonly resellerId: Uuid
  /** Whose it is, when it was set aside for a buyer. */
  readonly checkoutId: Uuid | null
  readonly expiresAt: Date
  readonly lines: readonly { readonly skuId: Uuid, readonly quantity: number }[]
  state: string
}

export interface BudgetFacts extends Omit<Budget, 'spent'> { spent: Amount }

/** A new order and everything that is written with it. */
export interface NewOrder {
  readonly order: OrderWithLines
  readonly allocations: readonly OrderAllocation[]
  readonly wallet: PayingAccount | null
  /** null: nobody is told. */
  readonly eventSequence: number | null
  readonly approval: { readonly id: Uuid, readonly reasons: readonly ApprovalReason[], readonly expiresInSeconds: number } | null
  /** Whether the reseller's first purchases are remembered. */
  readonly remembered: boolean
}

/** What an order is paid from; entry and balance are null where transfers are not numbered. */
export interface PayingAccount {
  readonly accountId: number
  readonly heldAccountId: number
  readonly entry: number | null
  readonly balance: Amount | null
}

/** Why a line of a request, counted from 0, was left out. */
export interface LineRefusal { readonly line: number, readonly reason: LineReason }

export type Decision =
  | { readonly kind: 'placed', readonly placed: NewOrder }
  /** The reference came before with the same fields: in the database, or earlier in this batch. */
  | { readonly kind: 'replayed', readonly order: OrderWithLines, readonly allocations: readonly OrderAllocation[] | undefined }
  /** A dry run: the order as it would be. */
  | { readonly kind: 'tried', readonly order: OrderWithLines }
  /** Every line was left out. */
  | { readonly kind: 'nothing', readonly lines: readonly LineRefusal[] }
  | { readonly kind: 'refused', readonly problem: Problem }

/** Where a reseller's order stands under its reference, and a wallet under its currency. */
export function factKey (resellerId: Uuid, name: string): string {
  return resellerId + name
}

/** Where the account stands that what a reseller sold through links in a currency is paid from. */
export function proceedsKey (resellerId: Uuid, currency: Currency): string {
  return factKey(resellerId, `proceeds ${currency}`)
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
  if (request.nonce !== null && facts.spentNonces.has(request.nonce)) throw nonceReused()
  const unusable = request.sale ? undefined : facts.refuseKey(request.keyId)
  if (unusable) throw unusable
  const reseller = facts.resellers.get(request.resellerId)
  if (!reseller || reseller.status !== 'active') throw new Problem('reseller_suspended', 'The reseller is not active. Ask the operator.')

  const reference = factKey(request.resellerId, request.reference)
  const twin = placedHere.get(reference)
  const earlier = twin?.order ?? facts.earlier.get(reference)
  if (earlier) {
    refuseOtherFields(request, earlier)
    takeReveals(request, earlier, facts)
    return { kind: 'replayed', order: earlier, allocations: twin?.allocations }
  }

  const { sale } = request
  const quote = quoteOf(request, facts)
  const hold = sale ? holdOfSale(request, facts) : holdOf(request, facts)
  const buyer = { resellerId: request.resellerId, levelId: reseller.levelId }
  const { currency, lines: checked } = sale ? linesOfSale(request, facts.prices) : checkLines(request, buyer, facts.prices, quote)
  const wallet = facts.wallets.get(sale ? proceedsKey(request.resellerId, currency) : factKey(request.resellerId, currency))
  if (!wallet) throw new Problem('wallet_missing', `You have no wallet in ${currency}. Ask the operator to open one.`)
  const deliveries = divideStock(request, checked, facts.stocks, hold)
  const priced = priceLines(buyer, facts.prices, currency, deliveries, sale ?? quote)
  const budgets = budgetsOf(request, currency, facts)
  const lines = request.faults === 'line' ? leaveOutUnpaid(request, priced, wallet, budgets) : priced
  if (lines.every(line => line.delivered === 0)) {
    return { kind: 'nothing', lines: lines.map(({ reason }, line) => ({ line, reason: reason! })) }
  }
  const total = lines.reduce((sum, line) => sum + line.total, 0n)
  refuseTotal(request, total, currency, wallet, budgets)

  const reasons = reasonsToAsk(request, currency, total, lines, facts)
  const settling: Settling = { reseller, wallet, currency, total, lines, budgets, state: stateOf(request, lines, reasons) }
  const { order, number } = draftOf(request, settling, facts, hold)
  if (request.settle === 'never') return { kind: 'tried', order }
  takeReveals(request, order, facts)
  reseller.orderNumber = number
  const placed = take(order, settling, hold, quote, reasons, facts)
  placedHere.set(reference, placed)
  return { kind: 'placed', placed }
}

/** A repeat must ask for what was ordered before; deliver, dry_run and the key it is signed with may differ. */
function refuseOtherFields (request: OrderRequest, earlier: OrderWithLines): void {
  if (earlier.state === 'void') {
    throw new Problem('reference_void', `The reference ${JSON.stringify(request.reference)} was made unusable by a reversal. Use a new one.`)
  }
  const differing: string[] = []
  const sameLines = earlier.lines.length === request.lines.length &&
    earlier.lines.every((line, i) => line.skuId === request.lines[i]!.skuId && line.quantity === request.lines[i]!.quantity)
  if (!sameLines) differing.push('lines')
  if (earlier.fill !== request.fill) differing.push('fill')
  const sameMax = request.maxTotal === null
    ? earlier.maxTotal === null
    : request.maxTotal.amount === earlier.maxTotal && request.maxTotal.currency === earlier.currency
  if (!sameMax) differing.push('max_total')
  for (const term of ['quote', 'hold', 'cost_center', 'callback_url', 'bulk', 'standing', 'checkout'] as const) {
    if (earlier.terms?.[term] !== request.terms?.[term]) differing.push(term)
  }
  if (differing.length > 0) throw referenceReused(request.reference, differing)
}

/** Codes that leave in the answer are taken from the key's quota of the day. */
function takeReveals ({ reveal, keyId }: OrderRequest, { delivered, returned }: Order, { revealsLeft }: Facts): void {
  const left = reveal ? revealsLeft.get(keyId) : undefined
  if (left === undefined) return
  const wanted = delivered - returned
  if (wanted > left) throw revealQuotaExceeded(keyId, left, wanted)
  revealsLeft.set(keyId, left - wanted)
}

/** The quote the order names: its own, unused, in time, of exactly these lines. */
function quoteOf ({ terms, resellerId, lines, fill }: OrderRequest, { quotes, nowMs }: Facts): QuoteFacts | undefined {
  if (terms?.quote === undefined) return undefined
  const at = (detail: string) => ({ errors: [{ pointer: '/quote', detail }] })
  if (fill === 'partial') {
    throw new Problem('invalid_request', 'A quote is for all of its lines: leave fill out, or the quote.', at('cannot be combined with fill: partial'))
  }
  const quote = quotes.get(terms.quote)
  if (quote?.resellerId !== resellerId) throw new Problem('quote_not_found', 'You have no quote with this id.', at('is unknown'))
  if (quote.orderId !== null) {
    const order = showId('order', quote.orderId)
    throw new Problem('quote_used', `The quote was used by the order ${order}; a quote is good for one order.`, { order, ...at('was used') })
  }
  if (quote.expiresAt.getTime() <= nowMs) {
    throw new Problem('quote_expired', `The quote expired at ${quote.expiresAt.toISOString()}. Ask for a new one.`, at('has expired'))
  }
  const same = quote.lines.length === lines.length &&
    quote.lines.every((quoted, i) => quoted.skuId === lines[i]!.skuId && quoted.quantity === lines[i]!.quantity)
  if (!same) {
    const detail = 'The lines are not those that were quoted, in their sequence. Order those, or ask for another quote.'
    throw new Problem('quote_changed', detail, at('was made for other lines'))
  }
  return quote
}

/** The hold the order names: its own, in time, not ended. */
function holdOf ({ terms, resellerId }: OrderRequest, { holds, nowMs }: Facts): HoldFacts | undefined {
  if (terms?.hold === undefined) return undefined
  const at = (detail: string) => ({ errors: [{ pointer: '/hold', detail }] })
  const instead = 'Hold anew, or order without it.'
  const hold = holds.get(terms.hold)
  if (hold?.resellerId !== resellerId || hold.checkoutId !== null) {
    throw new Problem('hold_not_found', 'You have no hold with this id.', at('is unknown'))
  }
  if (hold.state === 'expired' || (hold.state === 'active' && hold.expiresAt.getTime() <= nowMs)) {
    throw new Problem('hold_expired', `The hold expired at ${hold.expiresAt.toISOString()}. ${instead}`, at('has expired'))
  }
  if (hold.state !== 'active') throw new Problem('hold_ended', `The hold is ${hold.state}. ${instead}`, at(`is ${hold.state}`))
  return hold
}

/** What was set aside for a sale, whatever the clock says, unless the stock was withdrawn or the hold has ended. */
function holdOfSale ({ terms }: OrderRequest, { holds }: Facts): HoldFacts | undefined {
  const hold = terms?.hold === undefined ? undefined : holds.get(terms.hold)
  assert(!hold || hold.checkoutId === terms?.checkout, 'the hold of the checkout that is sold')
  return hold?.state === 'active' ? hold : undefined
}

/** A sale's lines were checked when the buyer began to pay: neither a pause nor new bounds undo them. */
function linesOfSale ({ lines }: OrderRequest, prices: PriceBook): { readonly currency: Currency, readonly lines: readonly CheckedLine[] } {
  const skus = lines.map(({ skuId }): BookSku => {
    const sku = prices.sku(skuId)
    assert(sku, 'the SKU of a sale')
    return sku
  })
  return { currency: skus[0]!.currency, lines: skus.map(sku => ({ sku, reason: null })) }
}

/** A line of the request, with its SKU, or with what refuses it alone. */
type CheckedLine = { readonly sku: BookSku, readonly reason: null } | { readonly sku: undefined, readonly reason: LineReason }

interface LineFault { readonly line: number | null, readonly code: ProblemCode & LineReason, readonly fault: Fault }

/** What is checked of lines before stock and money: their SKUs, prices, quantities, and that they are in one currency. */
export interface CheckableLines extends Pick<OrderRequest, 'lines' | 'maxTotal' | 'faults'> {}

/**
 * Every line's SKU, all in one currency; of all that is wrong with the lines the first by precedence is told, of every line it
 * concerns. Where faults are a line's own, each line has the first of its own.
 */
export function checkLines (
  request: CheckableLines, buyer: Buyer, prices: PriceBook, quote?: QuoteFacts
): { readonly currency: Currency, readonly lines: readonly CheckedLine[] } {
  const skus = request.lines.map(line => prices.sku(line.skuId))
  const currency = (request.faults === 'line' ? request.maxTotal?.currency : undefined) ?? skus.find(sku => sku)?.currency
  const faults = findFaults(request, skus, currency, buyer, prices, quote)
  if (faults.length === 0) return { currency: currency!, lines: skus.map(sku => ({ sku: sku!, reason: null })) }
  if (request.faults === 'line' && currency !== undefined) {
    const first = new Map<number | null, LineFault>()
    for (const fault of faults) {
      const other = first.get(fault.line)
      if (!other || precedence[fault.code] < precedence[other.code]) first.set(fault.line, fault)
    }
    return { currency, lines: skus.map((sku, i) => first.has(i) ? { sku: undefined, reason: first.get(i)!.code } : { sku: sku!, reason: null }) }
  }
  const code = faults.map(({ code }) => code).sort((a, b) => precedence[a] - precedence[b])[0]!
  const told = faults.filter(entry => entry.code === code).map(({ fault }) => fault)
  throw new Problem(code, sentenceOf(told), { errors: told })
}

function findFaults (
  { lines, maxTotal, faults: whose }: CheckableLines, skus: readonly (BookSku | undefined)[], currency: Currency | undefined,
  buyer: Buyer, prices: PriceBook, quote: QuoteFacts | undefined
): readonly LineFault[] {
  const faults: LineFault[] = []
  lines.forEach((line, i) => {
    const sku = skus[i]
    const wrong = (code: LineFault['code'], member: string, detail: string) => {
      faults.push({ line: i, code, fault: { pointer: `/lines/${i}/${member}`, detail } })
    }
    if (!sku) return wrong('sku_not_found', 'sku', 'There is no such SKU.')
    if (sku.kind !== 'code') wrong('sku_not_for_sale', 'sku', 'Top-ups cannot be ordered yet.')
    else if (sku.status !== 'active') wrong('sku_not_for_sale', 'sku', `The SKU is ${sku.status}.`)
    else if (!quote && !prices.quote(buyer, line.skuId, line.quantity)) wrong('price_missing', 'sku', 'No price is set for your level.')
    if (sku.currency !== currency) wrong('currency_mixed', 'sku', `It is in ${sku.currency}, not ${currency}: send an order for each.`)
    if (line.quantity < sku.quantityMin) wrong('quantity_out_of_bounds', 'quantity', `The minimum is ${sku.quantityMin}.`)
    else if (line.quantity > sku.quantityMax) wrong('quantity_out_of_bounds', 'quantity', `The maximum is ${sku.quantityMax}.`)
    else if (line.quantity % sku.quantityStep !== 0) wrong('quantity_off_step', 'quantity', `It must be a multiple of ${sku.quantityStep}.`)
  })
  if (whose === 'order' && maxTotal && currency !== undefined && maxTotal.currency !== currency) {
    const detail = `max_total is in ${maxTotal.currency}, the lines are in ${currency}.`
    faults.push({ line: null, code: 'currency_mixed', fault: { pointer: '/max_total/currency', detail } })
  }
  return faults
}

/** The first fault in words, with its line; the others are counted, and all stand in `errors`. */
function sentenceOf (faults: readonly Fault[]): string {
  const { pointer, detail } = faults[0]!
  const line = /^\/lines\/(\d+)/.exec(pointer)
  const more = faults.length - 1
  return (line ? `Line ${Number(line[1]) + 1}: ` : '') + detail + (more > 0 ? ` The same holds for ${more} more; see errors.` : '')
}

interface LineDelivery { readonly skuId: Uuid, readonly quantity: number, readonly delivered: number, readonly reason: LineReason | null }

/** What each line gets, without taking it yet; what a hold has set aside is its order's to take. */
function divideStock (
  request: OrderRequest, checked: readonly CheckedLine[], stocks: Facts['stocks'], hold: HoldFacts | undefined
): readonly LineDelivery[] {
  const left = new Map<Uuid, number>()
  const short: { pointer: string, detail: string, sku: string, available: number }[] = []
  const deliveries = request.lines.map(({ skuId, quantity }, i): LineDelivery => {
    const { sku, reason: refused } = checked[i]!
    if (!sku) return { skuId, quantity, delivered: 0, reason: refused }
    const available = left.get(skuId) ?? obtainable(stocks.get(skuId), skuId, hold)
    const { quantityMin, quantityStep } = sku
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
  if (request.faults === 'line') return deliveries
  const nothing = deliveries.every(({ delivered }) => delivered === 0)
  if (nothing || (request.fill === 'all_or_nothing' && short.length > 0)) {
    throw new Problem('out_of_stock', sentenceOf(short), { errors: short })
  }
  return deliveries
}

function obtainable (stock: StockInHand | undefined, skuId: Uuid, hold: HoldFacts | undefined): number {
  if (!stock) return 0
  const own = hold?.lines.find(line => line.skuId === skuId)?.quantity ?? 0
  return Math.min(stock.free + own, stock.left)
}

interface PricedLine extends LineDelivery {
  readonly unitPrice: Amount
  readonly total: Amount
  readonly priceRules: readonly Uuid[]
}

/** Prices what is delivered (what is ordered, where nothing is), so that a break must be reached by goods, not by wishes. */
function priceLines (
  buyer: Buyer, prices: PriceBook, currency: Currency, deliveries: readonly LineDelivery[], quote: Pick<QuoteFacts, 'lines'> | undefined
): readonly PricedLine[] {
  return deliveries.map((line, i): PricedLine => {
    const quotation = quote
      ? { unitPrice: quote.lines[i]!.unitPrice, ruleIds: quote.lines[i]!.priceRules }
      : prices.quote(buyer, line.skuId, line.delivered || line.quantity)
    assert(quotation || line.delivered === 0, 'a price for every line that gets something')
    if (!quotation) return { ...line, unitPrice: 0n, total: 0n, priceRules: [] }
    return { ...line, unitPrice: quotation.unitPrice, total: lineTotal(quotation.unitPrice, line.delivered, currency), priceRules: quotation.ruleIds }
  })
}

/** Buys lines in their sequence; one that max_total, the wallet or a budget does not cover any more is left out. */
function leaveOutUnpaid (
  { maxTotal }: OrderRequest, lines: readonly PricedLine[], wallet: WalletFacts, budgets: readonly BudgetFacts[]
): readonly PricedLine[] {
  const budgetLeft = budgets.reduce<Amount | undefined>((least, { limit, spent }) => {
    const left = limit - spent
    return least === undefined || left < least ? left : least
  }, undefined)
  let sum = 0n
  return lines.map(line => {
    if (line.delivered === 0) return line
    const total = sum + line.total
    const reason = maxTotal && total > maxTotal.amount
      ? 'price_above_max'
      : total > wallet.balance + wallet.creditLimit ? 'insufficient_balance' : budgetLeft !== undefined && total > budgetLeft ? 'budget_exceeded' : null
    if (reason !== null) return { ...line, delivered: 0, total: 0n, reason }
    sum = total
    return line
  })
}

function budgetsOf ({ resellerId, keyId, terms, sale }: OrderRequest, currency: Currency, { budgets }: Facts): readonly BudgetFacts[] {
  if (sale) return []
  return budgets.length === 0 ? budgets : budgetsFor(budgets, { resellerId, keyId, costCenter: terms?.cost_center ?? null, currency })
}

function refuseTotal (
  request: OrderRequest, total: Amount, currency: Currency, wallet: WalletFacts, budgets: readonly BudgetFacts[]
): void {
  if (request.maxTotal && total > request.maxTotal.amount) {
    const max = formatAmount(request.maxTotal.amount, currency)
    throw new Problem('price_above_max', `The total is ${formatAmount(total, currency)} ${currency}, above the max_total of ${max}.`, {
      total: moneyView(total, currency)
    })
  }
  const usable = wallet.balance + wallet.creditLimit
  assert(!request.sale || total <= usable, 'proceeds that cover what was sold')
  if (total > usable) {
    const [required, available] = [moneyView(total, currency), moneyView(usable, currency)]
    const told = `The order costs ${required.amount} ${currency}; balance and credit come to ${available.amount}.`
    throw new Problem('insufficient_balance', `${told} Ask the operator for a deposit.`, { required, available })
  }
  for (const { id, kind, subject, limit, spent } of budgets) {
    if (spent + total <= limit) continue
    const [required, left] = [moneyView(total, currency), moneyView(limit - spent, currency)]
    const told = `The order costs ${required.amount} ${currency}; of this month's budget of ${kind === 'key' ? 'the key' : 'the cost center'} ${subject}`
    throw new Problem('budget_exceeded', `${told} ${left.amount} is left.`, { budget: showId('budget', id), required, available: left })
  }
}

/** Why a second key has to approve; the parts of a bulk order are approved as a whole. */
function reasonsToAsk (
  { resellerId, terms, settle, sale }: OrderRequest, currency: Currency, total: Amount, lines: readonly PricedLine[],
  { policies, firstTimes }: Facts
): readonly ApprovalReason[] {
  const policy = policies.get(resellerId)
  if (!policy || settle === 'hold' || terms?.bulk !== undefined || sale) return []
  const skuIds = [...new Set(lines.filter(line => line.delivered > 0).map(line => line.skuId))]
  const quantity = lines.reduce((sum, line) => sum + line.delivered, 0)
  return approvalReasons(policy, { currency, total, quantity, skuIds, firstTime: skuIds.some(id => firstTimes.has(factKey(resellerId, id))) })
}

function stateOf ({ settle }: OrderRequest, lines: readonly PricedLine[], reasons: readonly ApprovalReason[]): OrderState {
  if (reasons.length > 0) return 'awaiting_approval'
  if (settle === 'hold') return 'reserved'
  return lines.every(line => line.delivered === line.quantity) ? 'completed' : 'partial'
}

interface Settling {
  readonly reseller: ResellerFacts
  readonly wallet: WalletFacts
  readonly currency: Currency
  readonly total: Amount
  readonly lines: readonly PricedLine[]
  readonly budgets: readonly BudgetFacts[]
  readonly state: OrderState
}

/** Whether an order in this state has its stock and money set aside. */
export function isHeld (state: OrderState): boolean {
  return state === 'awaiting_approval' || state === 'reserved'
}

/** The order that this makes, and the number it has; nothing is taken yet. */
function draftOf (
  request: OrderRequest, { reseller, currency, total, lines: priced, budgets, state }: Settling, { nowMs }: Facts,
  hold: HoldFacts | undefined
): { readonly order: OrderWithLines, readonly number: number } {
  const number = nextOrderNumber(reseller.orderNumber, nowMs)
  const id = orderIdOf(number)
  const held = isHeld(state)
  const lines = priced.map((line, i): OrderLine => ({
    orderId: id,
    line: i + 1,
    skuId: line.skuId,
    quantity: line.quantity,
    delivered: held ? 0 : line.delivered,
    held: held ? line.delivered : 0,
    returned: 0,
    unitPrice: line.unitPrice,
    total: line.total,
    refunded: 0n,
    state: lineStateOf(line, held),
    reason: line.reason,
    priceRules: line.priceRules
  }))
  const bound = request.sale && !hold ? withoutHold(request.terms) : request.terms
  const terms = budgets.length > 0 ? { ...bound, budgets: budgets.map(budget => budget.id) } : bound
  return {
    number,
    order: {
      id,
      resellerId: request.resellerId,
      reference: request.reference,
      state,
      fill: request.fill,
      currency,
      maxTotal: request.maxTotal?.amount ?? null,
      quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
      delivered: lines.reduce((sum, line) => sum + line.delivered, 0),
      returned: 0,
      total,
      held: held ? total : 0n,
      refunded: 0n,
      terms,
      keyId: request.keyId,
      createdAt: new Date(nowMs),
      lines
    }
  }
}

function withoutHold (terms: OrderTerms | null): OrderTerms {
  const { hold, ...rest } = terms ?? {}
  return rest
}

function lineStateOf ({ quantity, delivered }: PricedLine, held: boolean): LineState {
  if (delivered === 0) return 'refused'
  if (held) return 'held'
  return delivered === quantity ? 'delivered' : 'partial'
}

/** Takes what the order costs out of the facts. A hold is given back to its order, which then takes as any other would. */
function take (
  order: OrderWithLines, { reseller, wallet, total, budgets }: Settling, hold: HoldFacts | undefined, quote: QuoteFacts | undefined,
  reasons: readonly ApprovalReason[], facts: Facts
): NewOrder {
  if (hold) {
    for (const { skuId, quantity } of hold.lines) setAside(facts.stocks.get(skuId)!, -quantity)
    hold.state = 'used'
  }
  if (quote) quote.orderId = order.id
  const allocations: OrderAllocation[] = []
  for (const { line, skuId, held, delivered } of order.lines) {
    if (held > 0) setAside(facts.stocks.get(skuId)!, held)
    if (delivered === 0) continue
    const taken = takeFree(facts.stocks.get(skuId)!, delivered)
    if (taken.length > 1) taken.sort((a, b) => a.lotId - b.lotId || a.first - b.first)
    for (const range of taken) allocations.push({ orderId: order.id, line, lotId: range.lotId, first: range.first, count: range.count })
  }
  for (const budget of budgets) budget.spent += total
  wallet.balance -= total
  if (total > 0n && wallet.numbered) wallet.entries++
  const told = order.state !== 'reserved'
  if (told) reseller.eventSequence++
  const policy = order.terms?.checkout === undefined ? facts.policies.get(order.resellerId) : undefined
  const { accountId, heldAccountId, numbered } = wallet
  return {
    order,
    allocations,
    wallet: total > 0n
      ? { accountId, heldAccountId, entry: numbered ? wallet.entries : null, balance: numbered ? wallet.balance : null }
      : null,
    eventSequence: told ? reseller.eventSequence : null,
    approval: reasons.length > 0 ? { id: newId(), reasons, expiresInSeconds: policy!.expiresInSeconds } : null,
    remembered: policy?.firstPurchase === true && order.state !== 'awaiting_approval' && order.state !== 'reserved'
  }
}
