// What is said of a link wherever it is shown outside of its page: price, description, what is left.
import type { BuyerLanguage, Currency, LinkState } from '../../../schema/vocabulary.ts'
import { formatAmount, type Amount } from '../../base/money.ts'
import { linkStateOf, quotaLeft, type ShownLink } from '../../domain/links/link.ts'

/** Characters of a description in tags and embedded pages. */
export const descriptionLengthMax = 200

/** What is left is told from these numbers on, so that nobody reads a rival's exact stock. */
const leftSteps = [500, 200, 100, 50, 20, 10, 5, 1] as const

/** What a visitor may know of a link's state and of what is left. */
export interface Offer {
  readonly state: LinkState
  /** At least so many; the last step means "the last ones". 0 of what cannot be bought. */
  readonly leftFrom: number
}

/** What a link offers at a moment. */
export function offerOf (link: ShownLink, nowMs: number): Offer {
  const available = link.skus.reduce((sum, sku) => sum + (sku.status === 'active' ? sku.available : 0), 0)
  const state = linkStateOf(link, available, nowMs)
  const left = state === 'active' ? Math.min(available, quotaLeft(link) ?? available) : 0
  return { state, leftFrom: leftSteps.find(step => step <= left) ?? 0 }
}

/** An amount with its currency's sign. */
export function priceText (amount: Amount, currency: Currency, language: BuyerLanguage): string {
  // Intl reads a decimal string exactly; its type wants the string's form.
  const decimal = formatAmount(amount, currency) as `${number}`
  const fractionDigits = /\.(\d+)$/.exec(decimal)?.[1]!.length ?? 0
  const format = new Intl.NumberFormat(language, {
    style: 'currency', currency, currencyDisplay: language === 'zh-CN' || currency === 'CNY' ? 'narrowSymbol' : 'symbol', minimumFractionDigits: fractionDigits
  })
  return format.format(decimal)
}

/** The price of a link: its SKU's, or from which price on. */
export function priceOf ({ skus, currency }: ShownLink, language: BuyerLanguage): string {
  const prices = skus.map(({ retailPrice }) => retailPrice)
  const lowest = prices.reduce((least, price) => price < least ? price : least)
  const text = priceText(lowest, currency, language)
  return prices.every(price => price === lowest) ? text : linkWords[language].from(text)
}

/** What stands under the title: the seller's own words, or price and seller. */
export function describe (link: ShownLink, language: BuyerLanguage): string {
  const own = link.description.replace(/\s+/g, ' ').trim()
  return shorten(own === '' ? `${priceOf(link, language)} · ${link.sellerName}` : own, descriptionLengthMax)
}

/** The first characters of a text, as readers count them; an ellipsis where it was cut. */
export function shorten (text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  let short = ''
  let length = 0
  // A character as readers see it may be any number of code points; so may one that was made to be long.
  for (const { segment } of new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(text.slice(0, lengthMax * 4))) {
    if (++length >= lengthMax || short.length + segment.length > lengthMax * 2) return `${short}…`
    short += segment
  }
  return text.length > lengthMax * 4 ? `${short}…` : short
}

/** What is said of an offer. */
export function offerText ({ state, leftFrom }: Offer, language: BuyerLanguage): string {
  const words = linkWords[language]
  if (state !== 'active') return words.states[state]
  return leftFrom === 1 ? words.lastOnes : words.left(leftFrom)
}

interface LinkWords {
  readonly from: (price: string) => string
  readonly left: (from: number) => string
  readonly lastOnes: string
  readonly states: Readonly<Record<Exclude<LinkState, 'active'>, string>>
  readonly soldBy: (seller: string) => string
}

/** Words about links in each language. */
export const linkWords: Readonly<Record<BuyerLanguage, LinkWords>> = {
  'zh-CN': {
    from: price => `${price} 起`,
    left: from => `剩余 ${from}+`,
    lastOnes: '仅剩最后几件',
    states: { scheduled: '即将开售', paused: '暂停销售', sold_out: '已售罄', ended: '已结束' },
    soldBy: seller => `由 ${seller} 销售`
  },
  en: {
    from: price => `from ${price}`,
    left: from => `${from}+ left`,
    lastOnes: 'Only a few left',
    states: { scheduled: 'Starts soon', paused: 'Paused', sold_out: 'Sold out', ended: 'Ended' },
    soldBy: seller => `Sold by ${seller}`
  }
}
