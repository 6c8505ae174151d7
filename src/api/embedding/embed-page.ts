import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { ShownLink } from '../../domain/links/link.ts'
import { words as buyingWords } from '../buying/words.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { isOfTestWorld } from './addresses.ts'
import type { EmbeddingAssets } from './assets.ts'
import { offerOf, offerText, priceOf } from './link-words.ts'
import { printPage, type Theme } from './page.ts'

/** The size an iframe is given where it cannot size itself. */
export const frameWidth = 480
export const frameHeight = 132

export interface EmbedLook { readonly language: BuyerLanguage, readonly theme: Theme, readonly nowMs: number }

/** What stands in an iframe on somebody's page: title, price, what is left, and a button that opens the link in a new tab. */
export function printEmbedPage (
  link: ShownLink, { language, theme, nowMs }: EmbedLook, assets: EmbeddingAssets
): string {
  const offer = offerOf(link, nowMs)
  const say = words[language]
  const { soldBy, testWorld } = buyingWords[language]
  const canBuy = offer.state === 'active'
  const target = `/l/${encodeURIComponent(link.slug)}?lang=${language}`
  return printPage({
    language,
    theme,
    title: link.title,
    styles: ['embed.css'],
    scripts: ['embedded.js'],
    body: `<main>
<div class="what">
<h1>${escapeHtml(link.title)}</h1>
<p class="price">${escapeHtml(priceOf(link, language))} <span>${offerText(offer, language)}</span></p>
<p>${escapeHtml(soldBy(link.sellerName))}</p>${isOfTestWorld(link.slug) ? `\n<p class="test">${testWorld}</p>` : ''}
</div>
<a class="buy${canBuy ? '' : ' quiet'}" href="${target}" target="_blank" rel="noopener">${canBuy ? say.buy : say.look}</a>
</main>`
  }, assets)
}

const words: Readonly<Record<BuyerLanguage, { readonly buy: string, readonly look: string }>> = {
  'zh-CN': { buy: '立即购买', look: '查看详情' },
  en: { buy: 'Buy now', look: 'See more' }
}
