// What is around every page a buyer sees: head, policy, foot.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { pagePolicy, type FramedBy } from '../pages/page-headers.ts'
import type { BuyingAssets } from './assets.ts'
import { otherLanguage } from '../pages/language.ts'
import { bothSchemes, printDocument } from '../pages/print-document.ts'
import { words } from './words.ts'

export interface Frame {
  readonly language: BuyerLanguage
  readonly title: string
  /** The same page in the other language; undefined where there is none. */
  readonly otherAddress?: string
  /** More for the head, as HTML. */
  readonly head?: string
  readonly scripts: readonly (keyof BuyingAssets['paths'])[]
  readonly assets: BuyingAssets
  readonly testWorld: boolean
  /** Inside another page: without header and foot. */
  readonly embedded?: boolean
  /** What kind of page it is, for its style. */
  readonly kind: 'link' | 'receipt' | 'plain'
}

/** A whole page around `main`, which is HTML. */
export function printFrame (frame: Frame, main: string): string {
  const { language, title, otherAddress, head = '', scripts, assets, testWorld, embedded = false, kind } = frame
  const say = words[language]
  const other = otherLanguage(language)
  const switchTo = otherAddress === undefined
    ? ''
    : `<a class="language" href="${escapeHtml(otherAddress)}" lang="${other}" hreflang="${other}">${words[other].languageName}</a>`
  return printDocument({
    language,
    title,
    // A receipt says for itself that nobody is to find it.
    found: true,
    viewport: ', viewport-fit=cover',
    icon,
    head: `${bothSchemes}
<meta name="theme-color" content="#faf7f5" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#141112" media="(prefers-color-scheme: dark)">
<link rel="stylesheet" href="${assets.paths['buying.css']}">
${head}${scripts.map(script => `<script src="${assets.paths[script]}" defer></script>`).join('\n')}`,
    bodyAttributes: ` class="${kind}${embedded ? ' embedded' : ''}"`,
    body: `${embedded ? '' : `<a class="skip" href="#main">${say.skip}</a>\n`}${testWorld ? `<p class="test-world" role="note">${say.testWorld}</p>\n` : ''}${main}
<footer>${embedded ? '' : `<p>${say.privacy}</p>`}<p>${switchTo}</p></footer>`
  })
}

/**
 * What a buyer's page may load: our own style and scripts, and pictures. Browsers hold form-action against every redirect after a form too,
 * so it names where gateways may be: any server by https, and by http where this one is reached so.
 */
export function buyingPolicy (origin: string, framedBy: FramedBy): string {
  const plain = origin.startsWith('http:') ? ' http:' : ''
  return pagePolicy({ runs: 'scripts and workers', pictures: `'self' data: https:${plain}`, formsTo: `'self' https:${plain}`, framedBy })
}

const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E" +
  "%3Crect width='32' height='32' rx='9' fill='%23cf3515'/%3E" +
  "%3Cpath d='M10 7v18M22 8l-9 8 9 9' fill='none' stroke='%23fff' stroke-width='3.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E"
