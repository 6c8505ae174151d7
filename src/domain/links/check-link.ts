// What a link may say, whoever makes or edits it: what is sold, at which price, when, and with which picture. Each refusal names the
// member of the body that is wrong.
import { scheduleDaysMax } from '../../../schema/rest/links.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { amountMax, lineTotal, minorUnit, moneyView, type Amount, type MoneyView } from '../../base/money.ts'
import { Problem, type Fault } from '../../base/problem.ts'
import type { BookSku, Buyer, PriceBook } from '../pricing/price-book.ts'
import { checkoutQuantityMax } from './checkouts/checkout.ts'
import { commissionOf, rateOne, type Commission } from './commission.ts'
import type { Link, LinkSku } from './link.ts'

/** A SKU as a body names it, in the currency it was said in. */
export interface SkuWish extends LinkSku { readonly currency: Currency }

/** Refuses SKUs that cannot be sold by a link: unknown, not for sale, named twice, without a price, or in several currencies. */
export function checkSkus (book: PriceBook, buyer: Buyer, wishes: readonly SkuWish[]): void {
  const named = (id: Uuid) => showId('sku', id)
  refuseAll('sku_not_found', wishes, ({ skuId }) => book.sku(skuId) ? undefined : `${named(skuId)} is unknown`)
  refuseAll('sku_not_for_sale', wishes, ({ skuId }) => {
    const { kind, status } = book.sku(skuId)!
    if (kind !== 'code') return `${named(skuId)} is no code; a link sells codes`
    return status === 'active' ? undefined : `${named(skuId)} is ${status}`
  })
  refuseAll('invalid_request', wishes, ({ skuId }, i) =>
    wishes.findIndex(other => other.skuId === skuId) < i ? `${named(skuId)} is named twice` : undefined)
  refuseAll('price_missing', wishes, ({ skuId }) => quoteOf(book, buyer, skuId) ? undefined : `${named(skuId)} has no price for you`)
  refuseAll('currency_mixed', wishes, ({ skuId, currency }) => {
    const { currency: own } = book.sku(skuId)!
    if (own !== currency) return `${named(skuId)} is sold in ${own}, and its price is said in ${currency}`
    return own === wishes[0]!.currency ? undefined : `${named(skuId)} is sold in ${own}, and the first one in ${wishes[0]!.currency}`
  }, 'retail_price/currency')
  refuseAll('invalid_request', wishes, ({ retailPrice, currency }) => {
    if (retailPrice <= 0n) return 'has to be more than nothing'
    return isWhole(retailPrice, currency) ? undefined : `has to be in whole minor units of ${currency}`
  }, 'retail_price/amount')
}

/** Refuses prices below what they may be (`link_price_too_low`), with the least price of each. The SKUs were checked before. */
export function checkPrices (book: PriceBook, buyer: Buyer, commission: Commission, skus: readonly LinkSku[]): void {
  const errors = skus.flatMap(({ skuId, retailPrice }, i): readonly LowPrice[] => {
    const { currency } = book.sku(skuId)!
    const least = minimumRetailOf(book, buyer, commission, skuId)
    if (least !== undefined && retailPrice >= least) return []
    const at = { pointer: `/skus/${i}/retail_price`, sku: showId('sku', skuId) }
    if (least === undefined) return [{ ...at, detail: `the commission leaves nothing for ${at.sku}`, minimum: null }]
    const minimum = moneyView(least, currency)
    return [{ ...at, detail: `${at.sku} may not be sold below ${minimum.amount} ${currency}`, minimum }]
  })
  if (errors.length === 0) return
  throw new Problem('link_price_too_low', `${errors.map(({ detail }) => detail).join(', ')}.`, {
    errors: errors.map(({ pointer, detail, minimum }) => ({ pointer, detail, minimum })),
    minimums: Object.fromEntries(errors.map(({ sku, minimum }) => [sku, minimum]))
  })
}

interface LowPrice extends Fault { readonly sku: string, readonly minimum: MoneyView | null }

/**
 * The least retail price of a SKU, in whole minor units: not below its floor and minimum retail price, and such that whatever quantity a
 * buyer takes, what the reseller pays and owes the host is covered. undefined: it has no price, or the commission takes all.
 */
export function minimumRetailOf (book: PriceBook, buyer: Buyer, commission: Commission, skuId: Uuid): Amount | undefined {
  const sku = book.sku(skuId)
  const prices = sku && pricesOf(book, buyer, sku)
  if (!prices) return undefined
  const cost = highest(prices.map(([, price]) => price)) + (commission.commissionAmount ?? 0n)
  const kept = BigInt(rateOne - (commission.commissionRate ?? 0))
  if (kept === 0n && cost > 0n) return undefined
  const covering = (perPiece: Amount) => kept === 0n ? 0n : (perPiece * BigInt(rateOne) + kept - 1n) / kept
  const step = minorUnit(sku.currency)
  const least = roundUp(highest([book.minimumRetail(skuId), covering(cost), step]), step)
  // Totals and commissions are rounded, each by half a minor unit at most; usually the next price but one covers that.
  for (let tried = least, tries = 0; tries < triesMax; tried += step, tries++) {
    if (covers(prices, commission, sku.currency, tried)) return tried
  }
  const safe = roundUp(highest([least, covering(cost + step + 1n)]), step)
  return safe <= amountMax ? safe : undefined
}

const triesMax = 4

/** What a reseller pays for one of a SKU in a link: at the SKU's minimum quantity, the least that can be bought. */
export function quoteOf (book: PriceBook, buyer: Buyer, skuId: Uuid) {
  const sku = book.sku(skuId)
  return sku && book.quote(buyer, skuId, sku.quantityMin)
}

/** A quantity, and what the reseller pays for one of so many. */
type QuantityPrice = readonly [quantity: number, price: Amount]

/** Each quantity that one purchase may be of, with its price; undefined without a price. */
function pricesOf (
  book: PriceBook, buyer: Buyer, { id, quantityMin, quantityMax, quantityStep }: BookSku
): readonly QuantityPrice[] | undefined {
  const prices: QuantityPrice[] = []
  const most = Math.max(quantityMin, Math.min(quantityMax, checkoutQuantityMax))
  for (let quantity = quantityMin; quantity <= most; quantity += quantityStep) {
    const quotation = book.quote(buyer, id, quantity)
    if (!quotation) return undefined
    prices.push([quantity, quotation.unitPrice])
  }
  return prices
}

function covers (prices: readonly QuantityPrice[], commission: Commission, currency: Currency, retailPrice: Amount): boolean {
  return prices.every(([quantity, price]) => {
    const total = retailPrice * BigInt(quantity)
    return lineTotal(price, quantity, currency) + commissionOf(commission, total, quantity, currency) <= total
  })
}

function highest (amounts: readonly Amount[]): Amount {
  return amounts.reduce((most, amount) => amount > most ? amount : most)
}

/** Refuses a commission for a piece that is not in whole minor units of the link's currency. */
export function checkCommission ({ commissionAmount }: Commission, said: Currency | undefined, currency: Currency): void {
  if (commissionAmount === null) return
  if (said !== undefined && said !== currency) refuse('/commission/amount/currency', `has to be the link’s, ${currency}`)
  if (commissionAmount < 0n) refuse('/commission/amount/amount', 'must not be below nothing')
  if (!isWhole(commissionAmount, currency)) refuse('/commission/amount/amount', `has to be in whole minor units of ${currency}`)
}

/** Refuses a schedule that ends before it begins, is over, or lies too far ahead. */
export function checkSchedule ({ startsAt, endsAt }: Pick<Link, 'startsAt' | 'endsAt'>, nowMs: number): void {
  const farthest = nowMs + scheduleDaysMax * dayMs
  for (const [member, at] of [['starts_at', startsAt], ['ends_at', endsAt]] as const) {
    if (at !== null && at.getTime() > farthest) refuse(`/${member}`, `lies more than ${scheduleDaysMax} days ahead`)
  }
  if (endsAt === null) return
  if (endsAt.getTime() <= nowMs) refuse('/ends_at', 'is over already')
  if (startsAt !== null && endsAt <= startsAt) refuse('/ends_at', 'has to be later than starts_at')
}

/** Refuses quotas that contradict the kind of the link, or each other. */
export function checkQuotas ({ kind, quota, quotaPerBuyer }: Pick<Link, 'kind' | 'quota' | 'quotaPerBuyer'>): void {
  if (kind === 'one_time' && quota !== null) refuse('/quota', 'is of shared links: a one-time link is ended by its one purchase')
  if (quota !== null && quotaPerBuyer !== null && quotaPerBuyer > quota) refuse('/quota_per_buyer', 'must not be more than quota')
}

/** Refuses a picture that a page should not fetch: only https, to a host, without user or password. */
export function checkPicture (url: string | null): void {
  if (url === null) return
  const read = URL.canParse(url) ? new URL(url) : undefined
  if (read?.protocol !== 'https:' || read.username !== '' || read.password !== '') {
    refuse('/picture_url', 'has to be a whole https address without user or password')
  }
}

const dayMs = 86_400_000

function refuse (pointer: string, detail: string): never {
  throw new Problem('invalid_request', `${pointer} ${detail}.`, { errors: [{ pointer, detail }] })
}

function refuseAll (
  code: 'sku_not_found' | 'sku_not_for_sale' | 'price_missing' | 'currency_mixed' | 'invalid_request', wishes: readonly SkuWish[],
  faultOf: (wish: SkuWish, index: number) => string | undefined, member = 'sku'
): void {
  const errors = wishes.flatMap((wish, i) => {
    const detail = faultOf(wish, i)
    return detail === undefined ? [] : [{ pointer: `/skus/${i}/${member}`, detail }]
  })
  if (errors.length === 0) return
  const told = errors.map(({ pointer, detail }) => member === 'sku' ? detail : `${pointer} ${detail}`)
  throw new Problem(code, `${told.join(', ')}.`, { errors })
}

function isWhole (amount: Amount, currency: Currency): boolean {
  return amount % minorUnit(currency) === 0n
}

function roundUp (amount: Amount, step: Amount): Amount {
  return (amount + step - 1n) / step * step
}
