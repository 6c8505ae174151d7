// What all pages of this folder have: a head, and nothing inline.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { escapeHtml } from '../pages/escape-html.ts'
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
  return `<!doctype html>
<html lang="${language}" data-theme="${theme}"${attributes}>
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
${styles.map(name => `<link rel="stylesheet" href="${assets.paths[name]}">`).join('\n')}
</head>
<body>
${body}
${scripts.map(name => `<script src="${assets.paths[name]}" defer></script>`).join('\n')}
</body>
</html>
`
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
