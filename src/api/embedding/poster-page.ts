import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { ShownLink } from '../../domain/links/link.ts'
import { otherLanguage } from '../pages/language.ts'
import { words as buyingWords } from '../buying/words.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { isOfTestWorld, shortAddress } from './addresses.ts'
import type { EmbeddingAssets } from './assets.ts'
import { priceOf, priceText, shorten } from './link-words.ts'
import { printPage } from './page.ts'
import { qrSizeMax } from './qr-code.ts'

/** Sheets of paper, and the screen of a phone. */
export const posterForms = ['a4', 'phone'] as const
export type PosterForm = typeof posterForms[number]

/** SKUs that a poster names; characters of its title. */
const skusMax = 5
const titleLengthMax = 80
/** More SKUs than this leave less room for the rest. */
const roomySkusMax = 2

export interface PosterWish { readonly origin: string, readonly language: BuyerLanguage, readonly form: PosterForm }

/** A poster to print, or to keep as a picture: title, price, seller, QR code and the short address. */
export function printPosterPage (
  link: ShownLink, { origin, language, form }: PosterWish, assets: EmbeddingAssets
): string {
  const say = words[language]
  const other = otherLanguage(language)
  const { soldBy, testWorld } = buyingWords[language]
  const short = shortAddress(origin, link.slug)
  const title = shorten(link.title, titleLengthMax)
  const size = title.length <= 12 ? 'large' : title.length <= 36 ? 'middle' : 'small'
  const otherForm = form === 'a4' ? 'phone' : 'a4'
  const goods = link.skus.slice(0, skusMax).map(({ name, retailPrice }) =>
    `<li><span>${escapeHtml(name)}</span> <b>${escapeHtml(priceText(retailPrice, link.currency, language))}</b></li>`)
  const more = link.skus.length > skusMax ? `<li class="more">${say.more(link.skus.length - skusMax)}</li>` : ''
  return printPage({
    language,
    title: `${link.title} · ${say.poster}`,
    attributes: ` class="${form}"`,
    styles: ['poster.css'],
    scripts: ['poster.js'],
    body: `<nav class="tools" aria-label="${say.tools}">
<button type="button" data-print hidden>${say.print}</button>
<a href="/l/${link.slug}/qr.png?size=${qrSizeMax}" download="${link.slug}.png">${say.qr} PNG</a>
<a href="/l/${link.slug}/qr.svg" download="${link.slug}.svg">${say.qr} SVG</a>
<a href="?lang=${language}&amp;form=${otherForm}">${say.forms[otherForm]}</a>
<a href="?lang=${other}&amp;form=${form}" lang="${other}" hreflang="${other}">${buyingWords[other].languageName}</a>
</nav>
<main class="poster"><div class="sheet ${size}${link.skus.length > roomySkusMax ? ' crowded' : ''}">
<p class="seller">${mark}${escapeHtml(soldBy(link.sellerName))}</p>
<h1>${escapeHtml(title)}</h1>
<p class="price">${escapeHtml(priceOf(link, language))}</p>
${link.skus.length > 1 ? `<ul class="goods">${goods.join('')}${more}</ul>` : ''}
<figure><img src="/l/${link.slug}/qr.svg" alt="${say.qr}: ${escapeHtml(short)}" width="512" height="512">
<figcaption>${say.scan}</figcaption></figure>
<p class="address">${escapeHtml(short.replace(/^https?:\/\//, ''))}</p>
<ol>${say.steps.map(step => `<li>${step}</li>`).join('')}</ol>
${isOfTestWorld(link.slug) ? `<p class="test">${testWorld}</p>` : ''}
</div></main>`
  }, assets)
}

const mark = '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M10 7v18M22 8l-9 8 9 9"/></svg>'

interface Words {
  readonly poster: string
  readonly tools: string
  readonly print: string
  readonly qr: string
  readonly scan: string
  readonly forms: Readonly<Record<PosterForm, string>>
  readonly steps: readonly string[]
  readonly more: (count: number) => string
}

const words: Readonly<Record<BuyerLanguage, Words>> = {
  'zh-CN': {
    poster: '海报',
    tools: '打印与下载',
    print: '打印',
    qr: '二维码',
    scan: '扫码购买',
    forms: { a4: 'A4 版', phone: '手机版' },
    steps: ['扫码', '付款', '即时得卡密'],
    more: count => `另有 ${count} 种规格`
  },
  en: {
    poster: 'Poster',
    tools: 'Print and download',
    print: 'Print',
    qr: 'QR code',
    scan: 'Scan to buy',
    forms: { a4: 'For A4', phone: 'For phones' },
    steps: ['Scan', 'Pay', 'Get the code at once'],
    more: count => `and ${count} more`
  }
}
