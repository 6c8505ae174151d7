import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { escapeHtml } from './escape-html.ts'

/** What a page is made of; but for the title, all of it is HTML. */
export interface DocumentParts {
  readonly language: BuyerLanguage
  readonly title: string
  /** Whether search engines may show it; they do not, unless it is said. */
  readonly found?: true
  /** More of the viewport than its width. */
  readonly viewport?: string
  /** The icon of its tab; none is asked for when it is left out. */
  readonly icon?: string
  readonly head: string
  /** Attributes of the root element, and of the body. */
  readonly root?: string
  readonly bodyAttributes?: string
  readonly body: string
}

/** A whole page: what those of buyers, hosts, payers and embedding sites have in common. */
export function printDocument (parts: DocumentParts): string {
  const { language, title, found, viewport = '', icon = 'data:,', head, root = '', bodyAttributes = '', body } = parts
  return `<!doctype html>
<html lang="${language}"${root}>
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1${viewport}">
${found ? '' : '<meta name="robots" content="noindex">\n'}<link rel="icon" href="${icon}">
${head}
</head>
<body${bodyAttributes}>
${body}
</body>
</html>
`
}

/** For pages that are light by day and dark by night, as the visitor's system is. */
export const bothSchemes = '<meta name="color-scheme" content="light dark">'
