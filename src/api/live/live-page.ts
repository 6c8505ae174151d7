// The host's page around its parts: head, order, foot.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { assert } from '../../base/problem.ts'
import { otherLanguage } from '../pages/language.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { bothSchemes, printDocument } from '../pages/print-document.ts'
import { liveWords } from './live-words.ts'
import { printSections, type Shown } from './live-sections.ts'

export interface LivePage {
  readonly snapshot: Shown
  readonly language: BuyerLanguage
  readonly isTest: boolean
  /** Where they are. */
  readonly assets: Readonly<Record<'live.css' | 'live.js', string>>
}

/** How often a page without a script loads itself anew, in seconds. */
const refreshSeconds = 5

/** The page of a session, while it runs and afterwards. */
export function printLivePage ({ snapshot, language, isTest, assets }: LivePage): string {
  const say = liveWords[language]
  const { session } = snapshot
  assert(session, 'a session')
  const over = session.endedAt !== null
  const parts = printSections(snapshot, language)
  return printFrame({
    language,
    title: `${session.title} · ${over ? say.report : say.page}`,
    head: `${over ? '' : `<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>\n<script src="${assets['live.js']}" defer></script>`}`,
    style: assets['live.css'],
    body: `<a class="skip" href="#figures">${say.skip}</a>
${isTest ? `<p class="test">${say.testWorld}</p>` : ''}
<header>
<div><p class="kind">${over ? say.report : say.page}${session.hostName === null ? '' : ` · ${escapeHtml(session.hostName)}`}</p>
<h1>${escapeHtml(session.title)}</h1>
<p id="status">${parts.status}</p></div>
<nav><a href="?lang=${otherLanguage(language)}" lang="${otherLanguage(language)}" hreflang="${otherLanguage(language)}">${say.otherLanguage}</a>
${over ? '' : `<p id="connection" role="status" data-here="${say.connection.here}" data-lost="${say.connection.lost}"><noscript>${say.connection.plain}</noscript></p>`}</nav>
</header>
<main>
<section id="figures">${parts.figures}</section>
<div class="columns">
<div>
<section id="stock" class="card">${parts.stock}</section>
<section id="funnel" class="card">${parts.funnel}</section>
</div>
<div>
<section id="charts" class="card">${parts.charts}</section>
<section id="newest" class="card">${parts.newest}</section>
</div>
</div>
<div id="more">${parts.more}</div>
</main>`
  })
}

/** A page that says why there is none. */
export function printNoLivePage (language: BuyerLanguage, why: 'gone' | 'busy', style: string): string {
  const say = liveWords[language]
  return printFrame({ language, title: say[why], head: '', style, body: `<main class="alone"><h1>${say[why]}</h1><p>${say[`${why}Text`]}</p></main>` })
}

interface Frame { readonly language: BuyerLanguage, readonly title: string, readonly head: string, readonly style: string, readonly body: string }

function printFrame ({ style, head, ...parts }: Frame): string {
  return printDocument({ ...parts, head: `${bothSchemes}\n<link rel="stylesheet" href="${style}">\n${head}` })
}
