// GET /back/{chk_…}: where gateways send buyers back to. The address holds no secret: the browser that began has a cookie, and any other
// shows who it is by the contact of the purchase.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { readId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import { isContactOf } from '../../domain/links/checkouts/read-receipt.ts'
import type { World } from '../../domain/world.ts'
import type { App } from '../app-types.ts'
import { languageOfRequest, sendOwnPage } from './answer-page.ts'
import { returnPath } from './begin-to-pay.ts'
import { deviceOf, receiptOf, rememberReceipt } from './cookies.ts'
import { countWithin } from './count-within.ts'
import { hidden, type Buying } from './link-routes.ts'
import { otherLanguage } from '../pages/language.ts'
import { hostOf, networkOf } from '../pages/network.ts'
import { printFrame } from './page-frame.ts'
import { contactLengthMax, readContact } from './read-contact.ts'
import type { Form } from './read-form.ts'
import { requireSameOrigin } from './same-origin.ts'
import { words } from './words.ts'

/** Contacts that may be tried for one checkout from one address, within minutes. */
export const contactTriesMax = 5
/**
 * Contacts that may be tried for one checkout from anywhere, within a day: its seller knows its id and all but four digits of the phone
 * number, and is to find the rest of it no sooner than in years.
 */
export const contactTriesOfAllMax = 10
/** Contacts that may be tried from one address range for whatever checkouts, within minutes. */
export const contactTriesOfNetworkMax = 60
const minutesMs = 10 * 60_000
const dayMs = 24 * 3_600_000
const triedMax = 50_000

interface BackRoute { Params: { checkout: string }, Querystring: { lang?: unknown } }
type BackRequest = FastifyRequest<BackRoute>

/** The way back from a gateway. */
export function backRoutes (app: App, buying: Buying): void {
  const limits = [
    { most: contactTriesOfNetworkMax, windowMs: minutesMs, whose: (_id: Uuid, ip: string) => networkOf(ip) },
    { most: contactTriesMax, windowMs: minutesMs, whose: (id: Uuid, ip: string) => `${id} ${hostOf(ip)}` },
    { most: contactTriesOfAllMax, windowMs: dayMs, whose: (id: Uuid) => id }
  ].map(limit => ({ ...limit, tries: countWithin({ windowMs: limit.windowMs, keysMax: triedMax }) }))

  app.get<BackRoute>('/back/:checkout', { schema: hidden }, async (request, reply) => {
    const id = open(buying, request, reply)
    const token = receiptOf(request)
    if (token !== undefined && worldOfToken(buying, token).buyerKeys.readToken(token)?.id === id) return leadTo(token, request, reply)
    return sendOwnPage(reply, printQuestion(buying, request, languageOfRequest(request), undefined))
  })

  app.post<BackRoute>('/back/:checkout', { schema: hidden }, async (request, reply) => {
    const id = open(buying, request, reply)
    requireSameOrigin(request, request.server.origin())
    const nowMs = buying.worlds.live.clock()
    // What a narrow limit has refused is not counted against the wider one: whoever tries too much locks nobody else out.
    for (const { tries, most, windowMs, whose } of limits) {
      if (tries.count(whose(id, request.ip), nowMs) <= most) continue
      throw new Problem('rate_limited', 'Too many contacts were tried.', { retryAfterSeconds: windowMs / 1000 })
    }
    const entered = ((request.body ?? {}) as Form).contact ?? ''
    const contact = readContact(entered)
    const language = languageOfRequest(request)
    if (contact !== undefined) {
      // An id does not say its world; that of another world, or of none, is refused as a wrong contact is.
      for (const world of [buying.worlds.live, buying.worlds.test]) {
        if (!await isContactOf(world.db, id, world.buyerKeys.hash(contact.kind, contact.value))) continue
        const token = world.buyerKeys.token('receipt', id)
        rememberReceipt(request, reply, returnPath(id), token)
        return leadTo(token, request, reply)
      }
    }
    return sendOwnPage(reply.code(contact === undefined ? 422 : 403), printQuestion(buying, request, language, entered))
  })
}

function open ({ rates }: Buying, request: BackRequest, reply: FastifyReply): Uuid {
  rates.take('back', request.ip, deviceOf(request), reply)
  const id = readId('checkout', request.params.checkout)
  if (id === undefined) throw new Problem('not_found', 'There is no such purchase.')
  return id
}

function worldOfToken ({ worlds }: Buying, token: string): World {
  return worlds[worldOfAddress(token)]
}

/** To the receipt, which sees for itself whether the token holds. */
function leadTo (token: string, request: BackRequest, reply: FastifyReply): FastifyReply {
  const { lang } = { ...request.query, ...(request.body as Form | null | undefined) }
  const language = lang === 'en' || lang === 'zh-CN' ? `?lang=${lang}` : ''
  return reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .redirect(`/r/${encodeURIComponent(token)}${language}`, 303)
}

function printQuestion (
  { assets }: Buying, { params: { checkout } }: BackRequest, language: BuyerLanguage, wrong: string | undefined
): string {
  const say = words[language]
  const problem = wrong === undefined ? '' : `<p class="field-problem" id="contact-problem" role="alert">${say.backWrong}</p>`
  const marked = wrong === undefined ? '' : ' aria-invalid="true" aria-describedby="contact-problem" autofocus'
  const kind = `type="text" inputmode="email" autocomplete="${language === 'en' ? 'email' : 'tel'}" spellcheck="false" autocapitalize="off"`
  const main = `<main id="main" data-state="question"><section class="card"><h1>${say.backTitle}</h1><p>${say.backText}</p>
<form method="post" action="/back/${checkout}"><input type="hidden" name="lang" value="${language}">
<div class="field"><label for="contact">${say.contact}</label>
<input id="contact" name="contact" ${kind} required maxlength="${contactLengthMax}"${marked}>
${problem}</div><button class="button" name="go" value="1">${say.backSend}</button></form></section></main>`
  return printFrame({
    language,
    title: say.backTitle,
    kind: 'plain',
    otherAddress: `/back/${checkout}?lang=${otherLanguage(language)}`,
    scripts: [],
    assets,
    testWorld: false
  }, main)
}
