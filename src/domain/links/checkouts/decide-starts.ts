// Who may begin to pay: a pure function of the wishes and of what was read. Those of a batch are decided in the order of arrival; each
// sees the quota, the stock and the buyers' counts that those before it left.
import type { Currency } from '../../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../../base/ids.ts'
import { lineTotal, moneyView, type Amount } from '../../../base/money.ts'
import { assert, Problem } from '../../../base/problem.ts'
import type { BookSku, PriceBook } from '../../pricing/price-book.ts'
import { setAside, type StockInHand } from '../../stock/take-stock.ts'
import { checkoutQuantityMax, checkoutSeconds, type Checkout, type CheckoutWish } from './checkout.ts'
import { commissionOf } from '../commission.ts'
import { linkStateOf, quotaLeft, type LinkFacts } from '../link.ts'

/** From one address range as much as from so many buyers may be bought: a household, an office, a carrier's gateway. */
const buyersPerNetworkMax = 20
/** And this many pieces in any case. */
const piecesPerNetworkMin = 50
/** Pieces that a buyer may have set aside unpaid on a link without a limit per buyer. */
const openPiecesPerBuyerMax = checkoutQuantityMax
/** And an address range. */
const openPiecesPerNetworkMax = buyersPerNetworkMax * openPiecesPerBuyerMax

/** A wish with what was made of it before the batch. */
export interface Start extends CheckoutWish {
  /** The id the checkout will have. */
  readonly id: Uuid
  readonly contactHash: Uuid
  readonly contactHint: string
}

export type StartTrait = 'contact' | 'device' | 'network'

/** What was read of a link that somebody wants to buy through; decideStarts counts `held` up. */
export interface StartLink extends LinkFacts {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly levelId: string
  /** Whether its reseller is active, and has accounts in the link's currency. */
  readonly sellerReady: boolean
  readonly sessionId: Uuid | null
  readonly hostId: Uuid | null
  readonly currency: Currency
  readonly commissionRate: number | null
  readonly commissionAmount: Amount | null
  readonly quotaPerBuyer: number | null
  /** Retail prices by SKU. */
  readonly skus: ReadonlyMap<Uuid, Amount>
  held: number
}

/** Pieces that a buyer has bought or is paying for, and of these the ones not paid yet. */
export interface Pieces { readonly all: number, readonly open: number }

/** A checkout that was begun with the same press of the button. */
export interface EarlierStart {
  readonly id: Uuid
  readonly linkId: Uuid
  readonly skuId: Uuid
  readonly quantity: number
  readonly contactHash: Uuid
}

/** What was read. decideStarts uses up quota, stock and counts as it goes: they are its own. */
export interface StartFacts {
  readonly nowMs: number
  readonly prices: PriceBook
  readonly links: ReadonlyMap<Uuid, StartLink>
  /** Of every SKU of these links. */
  readonly stocks: ReadonlyMap<Uuid, StockInHand>
  /** By attemptKey, and by the id that a start of this very batch may have had in an earlier try. */
  readonly earlier: Map<string, EarlierStart>
  /** By traitKey. */
  readonly pieces: Map<string, Pieces>
}

/** A checkout as it begins, with what is only written. */
export interface NewCheckout {
  readonly checkout: Checkout
  readonly paymentId: Uuid
  readonly priceRules: readonly Uuid[]
}

export type StartDecision =
  | { readonly kind: 'started', readonly started: NewCheckout }
  /** The same attempt came before: in the database, or earlier in this batch. */
  | { readonly kind: 'resumed', readonly checkoutId: Uuid }
  | { readonly kind: 'refused', readonly problem: Problem }

/** Where what was begun with a press of the button stands. */
export function attemptKey (linkId: Uuid, attempt: Uuid): string {
  return `${linkId} ${attempt}`
}

/** Where a buyer's pieces are counted. */
export function traitKey (linkId: Uuid, trait: StartTrait, hash: Uuid): string {
  return `${trait} ${linkId} ${hash}`
}

/** Decides a batch; an outcome for each, in their order. What starts is taken out of the facts. */
export function decideStarts (starts: readonly Start[], facts: StartFacts): StartDecision[] {
  return starts.map(start => {
    const decision = judgeStart(start, facts)
    if (decision.kind === 'started') take(start, decision.started.checkout, facts)
    return decision
  })
}

/** What becomes of one start, as if no other came; takes nothing. */
export function judgeStart (start: Start, facts: StartFacts): StartDecision {
  try {
    const earlier = earlierOf(start, facts)
    if (earlier) return { kind: 'resumed', checkoutId: earlier.id }
    return { kind: 'started', started: draftOf(start, facts) }
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refused', problem: error }
    throw error
  }
}

function earlierOf (start: Start, { earlier }: StartFacts): EarlierStart | undefined {
  const { id, linkId, attempt, skuId, quantity, contactHash } = start
  const found = earlier.get(id) ?? (attempt === null ? undefined : earlier.get(attemptKey(linkId, attempt)))
  if (!found) return undefined
  const differing = [
    ...(found.skuId === skuId ? [] : ['sku']),
    ...(found.quantity === quantity ? [] : ['quantity']),
    ...(found.contactHash === contactHash ? [] : ['contact'])
  ]
  if (differing.length > 0) {
    throw new Problem('reference_reused', `This purchase was begun with another ${differing.join(' and ')}. Open the page anew.`, {
      errors: differing.map(member => ({ pointer: `/${member}`, detail: 'differs from the earlier request' }))
    })
  }
  return found
}

function draftOf (start: Start, facts: StartFacts): NewCheckout {
  const link = facts.links.get(start.linkId)
  if (!link) throw new Problem('not_found', 'There is no such purchase link.')
  refuseClosed(link, facts)
  const { skuId, quantity, seenPrice } = start
  const { sku, retailPrice } = skuOf(start, link, facts.prices)
  refuseQuantity(quantity, sku)
  if (seenPrice !== retailPrice) {
    const price = moneyView(retailPrice, link.currency)
    throw new Problem('price_changed', `One costs ${price.amount} ${price.currency} now.`, { price })
  }
  const total = lineTotal(retailPrice, quantity, link.currency)
  const quotation = facts.prices.quote(link, skuId, quantity)
  const wholesale = quotation && lineTotal(quotation.unitPrice, quantity, link.currency)
  const commission = link.hostId === null ? 0n : commissionOf(link, total, quantity, link.currency)
  if (wholesale === undefined || total === 0n || wholesale + commission > total) throw notForSale('It is not for sale at this price now.')
  refuseBuyer(start, link, facts)
  refuseShort(quantity, link, skuId, facts)
  return {
    paymentId: newId(),
    priceRules: quotation!.ruleIds,
    checkout: {
      id: start.id,
      resellerId: link.resellerId,
      linkId: link.id,
      sessionId: link.sessionId,
      hostId: link.hostId,
      skuId,
      quantity,
      currency: link.currency,
      retailPrice,
      total,
      wholesalePrice: quotation!.unitPrice,
      wholesale,
      commission,
      state: 'open',
      reason: null,
      holdId: newId(),
      orderId: null,
      contactKind: start.contact.kind,
      contactHint: start.contactHint,
      language: start.language,
      expiresAt: new Date(facts.nowMs + checkoutSeconds * 1_000),
      endedAt: null,
      createdAt: new Date(facts.nowMs)
    }
  }
}

/** What nobody can buy through now. */
function refuseClosed (link: StartLink, { stocks, nowMs }: StartFacts): void {
  let available = 0
  for (const skuId of link.skus.keys()) available += stocks.get(skuId)?.free ?? 0
  switch (linkStateOf(link, available, nowMs)) {
    case 'ended': throw new Problem('link_ended', 'The sale is over.')
    case 'scheduled': {
      const startsAt = link.startsAt!.toISOString()
      throw new Problem('link_not_started', `The sale begins at ${startsAt}.`, { starts_at: startsAt })
    }
    case 'paused': throw paused()
    case 'sold_out': throw new Problem('link_sold_out', 'Nothing is left.')
    case 'active': if (!link.sellerReady) throw paused()
  }
}

function paused (): Problem {
  return new Problem('link_paused', 'The sale is paused. Look again in a while.')
}

function notForSale (detail: string): Problem {
  return new Problem('sku_not_for_sale', detail)
}

function skuOf ({ skuId }: Start, link: StartLink, prices: PriceBook): { readonly sku: BookSku, readonly retailPrice: Amount } {
  const retailPrice = link.skus.get(skuId)
  const sku = prices.sku(skuId)
  if (retailPrice === undefined || !sku) throw notForSale('The link does not sell this.')
  if (sku.kind !== 'code' || sku.status !== 'active' || sku.currency !== link.currency) throw notForSale('It is not for sale now.')
  if (retailPrice < prices.minimumRetail(skuId)) throw notForSale('It is not for sale at this price now.')
  return { sku, retailPrice }
}

function refuseQuantity (quantity: number, { quantityMin, quantityMax, quantityStep }: BookSku): void {
  const most = Math.min(quantityMax, checkoutQuantityMax)
  if (quantity < quantityMin || quantity > most) {
    throw new Problem('quantity_out_of_bounds', `From ${quantityMin} to ${most} can be bought at once.`)
  }
  if (quantity % quantityStep !== 0) throw new Problem('quantity_off_step', `It is sold in multiples of ${quantityStep}.`)
}

/** What a buyer, by contact, by device or by address range, may not have more of. */
function refuseBuyer (start: Start, { id, quotaPerBuyer }: StartLink, { pieces }: StartFacts): void {
  const { quantity, contactHash, deviceHash, networkHash } = start
  const beyond = (trait: StartTrait, hash: Uuid, most: number, mostOpen: number): boolean => {
    const { all, open } = pieces.get(traitKey(id, trait, hash)) ?? { all: 0, open: 0 }
    return quotaPerBuyer === null ? open + quantity > mostOpen : all + quantity > most
  }
  const perBuyer = quotaPerBuyer ?? 0
  const network = Math.max(piecesPerNetworkMin, perBuyer * buyersPerNetworkMax)
  if (beyond('contact', contactHash, perBuyer, openPiecesPerBuyerMax) ||
    (deviceHash !== null && beyond('device', deviceHash, perBuyer, openPiecesPerBuyerMax))) {
    const told = quotaPerBuyer === null ? 'Pay for what you have begun to buy first.' : `A buyer may have ${quotaPerBuyer}.`
    throw new Problem('buyer_limit_reached', told, { quota_per_buyer: quotaPerBuyer })
  }
  if (beyond('network', networkHash, network, openPiecesPerNetworkMax)) {
    throw new Problem('buyer_limit_reached', 'Too many are bought from your network.', { quota_per_buyer: quotaPerBuyer })
  }
}

/** How many are left exactly is not told: rivals would read it. */
function refuseShort (quantity: number, link: StartLink, skuId: Uuid, { stocks }: StartFacts): void {
  const left = Math.min(stocks.get(skuId)?.free ?? 0, quotaLeft(link) ?? Infinity)
  if (left < quantity) throw new Problem('out_of_stock', 'Fewer are left than you want.', { sku: showId('sku', skuId) })
}

function take (start: Start, checkout: Checkout, facts: StartFacts): void {
  const { id, linkId, attempt, skuId, quantity, contactHash, deviceHash, networkHash } = start
  const stock = facts.stocks.get(skuId)
  assert(stock, 'the stock of what starts')
  setAside(stock, quantity)
  facts.links.get(linkId)!.held += quantity
  for (const [trait, hash] of [['contact', contactHash], ['device', deviceHash], ['network', networkHash]] as const) {
    if (hash === null) continue
    const key = traitKey(linkId, trait, hash)
    const { all, open } = facts.pieces.get(key) ?? { all: 0, open: 0 }
    facts.pieces.set(key, { all: all + quantity, open: open + quantity })
  }
  if (attempt !== null) facts.earlier.set(attemptKey(linkId, attempt), { id: checkout.id, linkId, skuId, quantity, contactHash })
  facts.earlier.set(id, { id, linkId, skuId, quantity, contactHash })
}
