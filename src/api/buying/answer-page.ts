// Pages that are said of nothing in particular: no such link, too many requests, a fault of ours. In the buyer's language, always HTML.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problems } from '../../../schema/problems.ts'
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { Problem } from '../../base/problem.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { logFault, problemOf } from '../problems.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { BuyingAssets } from './assets.ts'
import { languageOf } from '../pages/language.ts'
import { buyingPolicy, printFrame } from './page-frame.ts'
import { words } from './words.ts'

/** What a buyer is told of a refusal: what it is, and what to do about it. */
export function toldOf ({ code }: Pick<Problem, 'code'>, language: BuyerLanguage): { readonly message: string, readonly hint: string } {
  const { title, titleZh } = problems[code]
  return { message: language === 'en' ? title : titleZh, hint: words[language].tellsRefusals[code] ?? '' }
}

/** The language of a request: of its form, of its address, of its browser. */
export function languageOfRequest (request: FastifyRequest): BuyerLanguage {
  const wish = (request.body as { lang?: unknown } | null | undefined)?.lang ?? (request.query as { lang?: unknown } | undefined)?.lang
  return languageOf(wish, request.headers['accept-language'])
}

/** Sends a page that is made for one request and kept nowhere. */
export function sendOwnPage (reply: FastifyReply, html: string): FastifyReply {
  return reply.headers(pageHeaders(buyingPolicy(reply.server.origin(), 'nobody')))
    .headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow' }).send(html)
}

/** Answers whatever a page's route threw with a page. */
export function answerWithPage (assets: BuyingAssets): (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    const problem = problemOf(error)
    logFault(problem, error, request)
    const { status } = problem
    const { retryAfterSeconds = 1 } = problem.facts
    const retry = status === 429 || status === 503
    if (retry) reply.header('retry-after', retryAfterSeconds)
    return sendOwnPage(reply.code(status), printTold(problem, retryAfterSeconds, languageOfRequest(request), assets))
  }
}

function printTold (problem: Problem, waitSeconds: number, language: BuyerLanguage, assets: BuyingAssets): string {
  const say = words[language]
  const { message, hint } = toldOf(problem, language)
  const [title, text] = problem.code === 'not_found'
    ? [say.unknownTitle, say.unknownText]
    : problem.status === 429
      ? [say.busyTitle, say.busyText(waitSeconds)]
      : problem.status >= 500 ? [say.brokenTitle, say.brokenText] : [message, hint]
  const main = `<main id="main" data-problem="${problem.code}"><section class="card"><h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p></section></main>`
  return printFrame({ language, title, kind: 'plain', scripts: [], assets, testWorld: false }, main)
}
