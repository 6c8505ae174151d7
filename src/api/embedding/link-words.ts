// What is said of a link wherever it is shown outside of its page: price, description, what is left.
import type { BuyerLanguage, Currency, LinkState } from '../../../schema/vocabulary.ts'
import { formatAmount, type Amount } from '../../base/money.ts'
import { linkStateOf, quotaLeft, type ShownLink } from '../../domain/links/link.ts'
import { stepOf, type LeftStep } from '../buying/left.ts'
import { words } from '../buying/words.ts'

/** Characters of a description in tags and embedded pages. */
export const descriptionLengthMax = 200

/** What a visitor may know of a link's state and of what is left. */
export interface Offer { readonly state: LinkState, readonly left: LeftStep }

/** What a link offers at a moment. */
export function offerOf (link: ShownLink, nowMs: number): Offer {
  const available = link.skus.reduce((sum, sku) => sum + (sku.status === 'active' ? sku.available : 0), 0)
  const state = linkStateOf(link, available, nowMs)
  return { state, left: state === 'active' ? stepOf(Math.min(available, quotaLeft(link) ?? available)) : 'none' }
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
  if (prices.every(price => price === lowest)) return text
  return language === 'zh-CN' ? `${text} 起` : `from ${text}`
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

/** What is said of an offer, as on the link's own page. */
export function offerText ({ state, left }: Offer, language: BuyerLanguage): string {
  const { states, left: steps } = words[language]
  return state === 'active' ? steps[left] : states[state]
}
