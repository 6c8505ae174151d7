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
  const currencyDisplay = language === 'zh-CN' || currency === 'CNY' ? 'narrowSymbol' : 'symbol'
  const format = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay, minimumFractionDigits: fractionDigits })
  return format.format(decimal)
}

/** The lowest price of a link's SKUs. */
export function lowestPrice ({ skus }: Pick<ShownLink, 'skus'>): Amount {
  return skus.map(({ retailPrice }) => retailPrice).reduce((least, price) => price < least ? price : least)
}

/** The price of a link: its SKU's, or from which price on. */
export function priceOf ({ skus, currency }: ShownLink, language: BuyerLanguage): string {
  const lowest = lowestPrice({ skus })
  const text = priceText(lowest, currency, language)
  if (skus.every(({ retailPrice }) => retailPrice === lowest)) return text
  return language === 'zh-CN' ? `${text} 起` : `from ${text}`
}

/** What stands under the title: the seller's own words, or price and seller. */
export function describe (link: ShownLink, language: BuyerLanguage): string {
  const own = link.description.replace(/\s+/g, ' ').trim()
  return shorten(own === '' ? `${priceOf(link, language)} · ${link.sellerName}` : own, descriptionLengthMax)
}

/** UTF-16 units that a character as readers see it has on the average at most; beyond, a text is cut sooner. */
const unitsPerCharacterMax = 4

/** The first characters of a text, as readers count them; an ellipsis where it was cut. */
export function shorten (text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  const unitsMax = lengthMax * unitsPerCharacterMax
  const characters = Array.from(graphemesOf(text.slice(0, unitsMax + 1)), ({ segment }) => segment)
  if (characters.length <= lengthMax && text.length <= unitsMax) return text
  let short = ''
  for (const character of characters.slice(0, lengthMax - 1)) {
    if (short.length + character.length > unitsMax) break
    short += character
  }
  return `${short}…`
}

function graphemesOf (text: string): Intl.Segments {
  return new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(text)
}

/** What is said of an offer, as on the link's own page. */
export function offerText ({ state, left }: Offer, language: BuyerLanguage): string {
  const { states, left: steps } = words[language]
  return state === 'active' ? steps[left] : states[state]
}
