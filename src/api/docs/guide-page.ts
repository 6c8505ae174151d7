// The pages around the guides: head, navigation, foot. No script is needed to read them; one copies code where there is one.
import { escapeHtml } from '../pages/escape-html.ts'
import type { Heading, RenderWords } from './render-markdown.ts'
import { guidePath, homePath, languages, referencePath, type Guide, type Language } from './guides.ts'

/** A guide as the navigation shows it. */
export interface Entry { readonly guide: Guide, readonly title: string, readonly lead: string }

export interface EntryGroup { readonly title: string, readonly entries: readonly Entry[] }

export interface Page {
  readonly language: Language
  readonly title: string
  /** The language of the text itself, where it is not written in the page's. */
  readonly textLanguage?: Language
  /** The guide that is shown; undefined on other pages. */
  readonly name?: string
  readonly headings: readonly Heading[]
  readonly html: string
  /** The same page in each language. */
  readonly sameIn: Readonly<Record<Language, string>>
  readonly groups: readonly EntryGroup[]
  /** A text that tells this version of the style and the script from others. */
  readonly version: string
}

/** A whole page. */
export function printPage (page: Page): string {
  const { language, title, headings, html, version } = page
  const say = words[language]
  const toc = headings.filter(({ depth }) => depth === 2)
  const body = page.textLanguage === undefined || page.textLanguage === language ? html : `<p class="note">${say.notTranslated}</p>\n<div lang="${page.textLanguage}">${html}</div>`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>${escapeHtml(title === 'kahub' ? `kahub · ${say.guides}` : `${title} · kahub`)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230b6e62'/%3E%3Cpath d='M10 7v18M22 8l-9 8 9 9' fill='none' stroke='%23fff' stroke-width='3.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/docs/assets/guides.css?${version}">
${languages.map(other => `<link rel="alternate" hreflang="${other}" href="${page.sameIn[other]}">`).join('\n')}
</head>
<body>
<a class="skip" href="#content">${say.skip}</a>
<header class="top">
<a class="brand" href="${homePath(language)}"><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M10 7v18M22 8l-9 8 9 9"/></svg>kahub</a>
<nav aria-label="${say.main}">
<a href="${homePath(language)}"${page.name === undefined ? ' aria-current="page"' : ''}>${say.guides}</a>
<a href="${referencePath}">${say.reference}</a>
<a href="${guidePath('errors', language)}"${page.name === 'errors' ? ' aria-current="page"' : ''}>${say.errors}</a>
</nav>
<nav class="languages" aria-label="${say.language}">${languages.filter(other => other !== language)
  .map(other => `<a href="${page.sameIn[other]}" lang="${other}" hreflang="${other}">${languageNames[other]}</a>`).join('')}</nav>
</header>
<div class="columns">
<details class="menu"><summary>${say.allGuides}</summary>
${printNavigation(page, say.allGuides)}
</details>
<div class="side">${printNavigation(page, say.allGuides)}</div>
<main id="content">
${toc.length > 2 && page.name !== undefined ? `<details class="toc-fold"><summary>${say.onPage}</summary>${printToc(toc)}</details>` : ''}
${body}
${printNeighbours(page, say)}
</main>
${toc.length > 2 && page.name !== undefined ? `<nav class="toc" aria-labelledby="toc-title"><h2 id="toc-title">${say.onPage}</h2>${printToc(toc)}</nav>` : ''}
</div>
<footer><p>${say.served} <a href="/openapi.yaml">openapi.yaml</a> · <a href="/problems">/problems</a></p></footer>
<script src="/docs/assets/guides.js?${version}" defer></script>
</body>
</html>
`
}

/** What the home says: a guide to begin with, and all of them by group. */
export function printHome (language: Language, groups: readonly EntryGroup[]): string {
  const say = words[language]
  const first = guidePath('first-purchase', language)
  const cards = (entries: readonly Entry[]) => entries.map(({ guide, title, lead }) =>
    `<li><a href="${guidePath(guide.name, language)}">${escapeHtml(title)}</a><p>${escapeHtml(lead)}</p></li>`).join('\n')
  const referenceCard = `<li><a href="${referencePath}">${say.referenceTitle}</a><p>${say.referenceLead}</p></li>`
  return `<div class="hero">
<h1>${say.heroTitle}</h1>
<p class="lead">${say.heroLead}</p>
<p class="actions"><a class="button" href="${first}">${say.begin}</a> <a class="button quiet" href="${referencePath}">${say.reference}</a></p>
</div>
${groups.filter(({ entries }) => entries.length > 0).map(({ title, entries }, index) => `<section aria-labelledby="group-${index}">
<h2 id="group-${index}">${title}</h2>
<ul class="cards">
${cards(entries)}${index === groups.length - 1 ? referenceCard : ''}
</ul>
</section>`).join('\n')}`
}

/** What rendered text says by itself. */
export function renderWords (language: Language): RenderWords {
  return words[language]
}

function printNavigation ({ groups, name, language }: Page, label: string): string {
  return `<nav aria-label="${label}">${groups.filter(({ entries }) => entries.length > 0).map(({ title, entries }) => `<p>${title}</p><ul>${entries.map(({ guide, title }) =>
    `<li><a href="${guidePath(guide.name, language)}"${guide.name === name ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a></li>`).join('')}</ul>`).join('')}</nav>`
}

function printToc (headings: readonly Heading[]): string {
  return `<ul>${headings.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`).join('')}</ul>`
}

function printNeighbours ({ groups, name, language }: Page, say: Words): string {
  const all = groups.flatMap(({ entries }) => entries)
  const at = all.findIndex(({ guide }) => guide.name === name)
  if (at < 0) return ''
  const link = (entry: Entry | undefined, rel: 'prev' | 'next', label: string) => entry === undefined
    ? ''
    : `<a rel="${rel}" href="${guidePath(entry.guide.name, language)}"><span>${label}</span> ${escapeHtml(entry.title)}</a>`
  return `<nav class="neighbours" aria-label="${say.further}">${link(all[at - 1], 'prev', say.previous)}${link(all[at + 1], 'next', say.next)}</nav>`
}

type Words = Record<
  'skip' | 'main' | 'guides' | 'reference' | 'errors' | 'language' | 'allGuides' | 'onPage' | 'further' | 'previous' | 'next' | 'served' | 'notTranslated' |
  'heroTitle' | 'heroLead' | 'begin' | 'referenceTitle' | 'referenceLead', string> & RenderWords

const languageNames: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '中文' }

const words: Readonly<Record<Language, Words>> = {
  en: {
    skip: 'Skip to the text',
    main: 'Main',
    guides: 'Guides',
    reference: 'Reference',
    errors: 'Errors',
    language: 'Language',
    allGuides: 'All guides',
    onPage: 'On this page',
    further: 'Further',
    previous: 'Before',
    next: 'Next',
    served: 'Served by this kahub itself; nothing is loaded from elsewhere.',
    notTranslated: 'This page is in English.',
    heroTitle: 'Buy digital goods in bulk, and never twice',
    heroLead: 'Signed orders on sealed stock. Your own order number always gives the same order and the same codes, however often it is sent.',
    begin: 'Your first purchase, in five minutes',
    referenceTitle: 'Reference',
    referenceLead: 'Every call, field and limit, with examples for curl and TypeScript.',
    copy: 'Copy',
    anchor: 'Link to this section',
    background: 'In a terminal of its own'
  },
  'zh-CN': {
    skip: '跳到正文',
    main: '主导航',
    guides: '指南',
    reference: '接口参考',
    errors: '错误码',
    language: '语言',
    allGuides: '全部指南',
    onPage: '本页内容',
    further: '继续阅读',
    previous: '上一篇',
    next: '下一篇',
    served: '由这台 kahub 自己提供，不从外部加载任何内容。',
    notTranslated: '本页只有英文。',
    heroTitle: '批量采购数字商品，绝不重复扣款',
    heroLead: '对加密库存下签名订单。同一个下游单号无论重发多少次，得到的永远是同一张订单、同一批卡密。',
    begin: '五分钟完成第一笔采购',
    referenceTitle: '接口参考',
    referenceLead: '每个接口、字段和限制，附 curl 与 TypeScript 示例。',
    copy: '复制',
    anchor: '本节链接',
    background: '另开一个终端'
  }
}
