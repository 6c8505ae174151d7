import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { formatAmount } from '../../base/money.ts'
import type { ShownLink } from '../../domain/links/link.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { linkAddress, oembedAddress, pictureAddress } from './addresses.ts'
import { describe, lowestPrice, priceOf } from './link-words.ts'
import { pictureHeight, pictureWidth } from './picture-size.ts'

/**
 * What stands in the head of a link's page for those who show the link elsewhere: Open Graph (https://ogp.me), Twitter's card, the
 * discovery of oEmbed (https://oembed.com, §4) and the canonical address. `origin` is where this server is reached, without a slash.
 */
export function shareTags (link: ShownLink, origin: string, language: BuyerLanguage): string {
  const address = linkAddress(origin, link.slug)
  const picture = pictureAddress(origin, link, language)
  const title = link.title
  const description = describe(link, language)
  const alt = `${title} · ${priceOf(link, language)}`
  const price = formatAmount(lowestPrice(link), link.currency)
  const property = (name: string, content: string) => `<meta property="${name}" content="${escapeHtml(content)}">`
  const named = (name: string, content: string) => `<meta name="${name}" content="${escapeHtml(content)}">`
  const discovery = (format: 'json' | 'xml', type: string) =>
    `<link rel="alternate" type="${type}" href="${escapeHtml(oembedAddress(origin, address, format))}" title="${escapeHtml(title)}">`
  return [
    `<link rel="canonical" href="${escapeHtml(address)}">`,
    named('description', description),
    property('og:type', 'product'),
    property('og:site_name', link.sellerName),
    property('og:title', title),
    property('og:description', description),
    property('og:url', address),
    property('og:locale', locales[language]),
    ...Object.entries(locales).filter(([other]) => other !== language).map(([, locale]) => property('og:locale:alternate', locale)),
    property('og:image', picture),
    property('og:image:type', 'image/png'),
    property('og:image:width', String(pictureWidth)),
    property('og:image:height', String(pictureHeight)),
    property('og:image:alt', alt),
    property('product:price:amount', price),
    property('product:price:currency', link.currency),
    named('twitter:card', 'summary_large_image'),
    named('twitter:title', title),
    named('twitter:description', description),
    named('twitter:image', picture),
    named('twitter:image:alt', alt),
    discovery('json', 'application/json+oembed'),
    discovery('xml', 'text/xml+oembed')
  ].join('\n')
}

const locales: Readonly<Record<BuyerLanguage, string>> = { 'zh-CN': 'zh_CN', en: 'en_US' }
