// What all pages of this folder have: a head, and nothing inline.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { printDocument } from '../pages/print-document.ts'
import type { EmbeddingAsset, EmbeddingAssets } from './assets.ts'

export interface PageParts {
  readonly language: BuyerLanguage
  readonly title: string
  readonly theme?: Theme
  readonly styles: readonly EmbeddingAsset[]
  readonly scripts: readonly EmbeddingAsset[]
  /** More of the root element, and the body: HTML. */
  readonly attributes?: string
  readonly body: string
}

/** How a page looks; auto: as the visitor's system does. */
export const themes = ['auto', 'light', 'dark'] as const
export type Theme = typeof themes[number]

/** A whole page. */
export function printPage (parts: PageParts, assets: EmbeddingAssets): string {
  const { language, title, theme = 'auto', styles, scripts, attributes = '', body } = parts
  return printDocument({
    language,
    title,
    root: ` data-theme="${theme}"${attributes}`,
    head: styles.map(name => `<link rel="stylesheet" href="${assets.paths[name]}">`).join('\n'),
    body: `${body}\n${scripts.map(name => `<script src="${assets.paths[name]}" defer></script>`).join('\n')}`
  })
}

/** The page where there is nothing. */
export function printNothingHere (language: BuyerLanguage, assets: EmbeddingAssets): string {
  const [title, text] = nothingHere[language]
  const body = `<main class="alone"><h1>${title}</h1><p>${text}</p></main>`
  return printPage({ language, title, styles: ['embed.css'], scripts: [], body }, assets)
}

const nothingHere: Readonly<Record<BuyerLanguage, readonly [string, string]>> = {
  'zh-CN': ['没有这个页面', '链接可能写错了，或已经失效。'],
  en: ['There is no such page', 'The link may be mistyped, or no longer good.']
}
