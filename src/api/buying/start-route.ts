// POST /l/{slug}/checkouts: a buyer begins to pay. The form says what is wanted; what it costs and whether it is there is judged inside.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readId, type Uuid } from '../../base/ids.ts'
import { parseAmount, type Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { CheckoutWish } from '../../domain/links/checkouts/checkout.ts'
import { shareTags } from '../embedding/share-tags.ts'
import type { App } from '../app-types.ts'
import { problemOf } from '../problems.ts'
import { languageOfRequest, sendOwnPage, toldOf } from './answer-page.ts'
import { returnAddress, returnPath, tryToPay } from './begin-to-pay.ts'
import { deviceOf, rememberDevice, rememberReceipt } from './cookies.ts'
import { factsOf, type PageFacts } from './page-facts.ts'
import { printLinkPage } from './link-page.ts'
import { findLink, hidden, type Buying } from './link-routes.ts'
import { networkOf } from '../pages/network.ts'
import { plainAmount } from './format.ts'
import { priceText } from '../embedding/link-words.ts'
import { readContact } from './read-contact.ts'
import type { Form } from './read-form.ts'
import { requireSameOrigin } from './same-origin.ts'
import type { LinkInMemory } from './page-memory.ts'
import { words } from './words.ts'

type StartRequest = FastifyRequest<{ Params: { slug: string } }>

/** The form of a link's page. */
export function startRoute (app: App, buying: Buying): void {
  app.post<{ Params: { slug: string } }>('/l/:slug/checkouts', { schema: hidden }, async (request, reply) => {
    const found = await findLink(buying, request.params.slug, request.ip)
    try {
      return await start(buying, found, request, reply)
    } catch (error) {
      const problem = problemOf(error)
      // What is not the form's fault is told by the page of faults.
      if (problem.status >= 500 && problem.code !== 'gateway_unavailable' && problem.code !== 'gateway_refused') throw error
      return refuse(buying, found, request, reply, problem)
    }
  })
}

async function start (buying: Buying, { world, link }: LinkInMemory, request: StartRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = request.body as Form
  const { ip } = request
  const origin = request.server.origin()
  const nowMs = world.clock()
  requireSameOrigin(request, origin)
  buying.rates.take('start', ip, deviceOf(request), reply)
  const network = networkOf(ip)
  buying.attacks.countStart(link.id, nowMs)
  if (form.website) buying.attacks.accuse(link.id, network, nowMs)
  if (buying.attacks.underAttack(link.id, () => network, nowMs) && !await buying.challengesOf(world).spend(link.id, form.challenge ?? '')) {
    throw new Problem('challenge_needed', 'Send the form with a solved challenge.')
  }
  const language = languageOfRequest(request)
  const wish: CheckoutWish = {
    ...readWish(form),
    linkId: link.id,
    gateway: gatewayIn(form, world.gateways.current.enabledFor(link.currency)),
    deviceHash: world.buyerKeys.hash('device', rememberDevice(request, reply)),
    networkHash: world.buyerKeys.hash('network', network),
    language,
    returnUrl: checkoutId => returnAddress(origin, checkoutId)
  }
  const { checkout, payment } = await world.startCheckout(wish)
  const token = world.buyerKeys.token('receipt', checkout.id)
  rememberReceipt(request, reply, returnPath(checkout.id), token)
  const receipt = `/r/${token}?lang=${language}`
  const address = checkout.state === 'open' ? await tryToPay(world, request, payment, link.title, language) : undefined
  return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(address ?? receipt, 303)
}

/** What the form wishes for; nothing of it is believed, the price is only what the buyer saw. */
function readWish (form: Form): Pick<CheckoutWish, 'attempt' | 'skuId' | 'quantity' | 'seenPrice' | 'contact'> {
  const skuId = readId('sku', form.sku ?? '')
  if (skuId === undefined) throw new Problem('sku_not_for_sale', 'Choose one of the SKUs.')
  if (!/^[1-9]\d{0,5}$/.test(form.quantity ?? '')) throw new Problem('quantity_out_of_bounds', 'A quantity is a whole number.')
  const seenPrice = seenPriceOf(form)
  if (seenPrice === undefined) throw new Problem('price_changed', 'Say the price you saw.')
  const contact = readContact(form.contact ?? '')
  if (contact === undefined) throw new Problem('contact_invalid', 'Give a phone number or an e-mail address.')
  const attempt: Uuid | null = uuidPattern.test(form.attempt ?? '') ? form.attempt!.toLowerCase() : null
  return { attempt, skuId, quantity: Number(form.quantity), seenPrice, contact }
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `98.00`, or of several SKUs each with its own: `sku_…=98.00 sku_…=50.00`. */
function seenPriceOf ({ seen_price: seen = '', sku }: Form): Amount | undefined {
  const own = seen.includes('=') ? seen.split(' ').find(pair => pair.startsWith(`${sku}=`))?.slice(sku!.length + 1) : seen
  return own === undefined ? undefined : parseAmount(own)
}

function gatewayIn ({ gateway }: Form, enabled: readonly { readonly id: string }[]): string {
  const found = enabled.find(({ id }) => id === gateway)
  if (found === undefined) throw new Problem('gateway_not_found', 'Choose one of the ways to pay.')
  return found.id
}

async function refuse (buying: Buying, found: LinkInMemory, request: StartRequest, reply: FastifyReply, problem: Problem): Promise<FastifyReply> {
  const { world } = found
  const nowMs = world.clock()
  const network = networkOf(request.ip)
  buying.attacks.countRefusal(found.link.id, network, problem.code, nowMs)
  const language = languageOfRequest(request)
  // What has just been refused may have changed since the page in memory was read.
  const { link } = changed.includes(problem.code) ? await freshly(buying, found) : found
  const facts = factsOf(link, world.gateways.current, nowMs)
  const values = (request.body ?? {}) as Form
  const { message, hint } = toldOf(problem, language)
  const { retryAfterSeconds } = problem.facts
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  const html = printLinkPage(facts, { language, embedded: false, challenged: buying.attacks.underAttack(link.id, () => network, nowMs) }, {
    assets: buying.assets, testWorld: world.name === 'test', tags: shareTags(link, request.server.origin(), language), nowMs
  }, { values, code: problem.code, message, hint: problem.code === 'price_changed' ? priceHint(facts, values, language) ?? hint : hint })
  return sendOwnPage(reply.code(problem.status), html)
}

/** Refusals that say that the link is not what the page showed. */
const changed: readonly string[] = ['link_not_started', 'link_paused', 'link_ended', 'link_sold_out', 'price_changed', 'out_of_stock', 'sku_not_for_sale']

/** The link read anew; one that is known not to be open needs no reading, so that a crowd that came too late costs none. */
async function freshly ({ memory }: Buying, found: LinkInMemory): Promise<LinkInMemory> {
  const recalled = memory.recall(found.link.slug)
  if (recalled !== undefined && recalled !== 'unknown' && recalled.facts.state !== 'active') return recalled
  const read = await memory.read(found.link.slug)
  return read === 'unknown' ? found : read
}

function priceHint ({ skus, currency }: PageFacts, values: Form, language: 'zh-CN' | 'en'): string | undefined {
  const before = seenPriceOf(values)
  const now = skus.find(({ id }) => id === values.sku)?.price
  if (before === undefined || now === undefined || plainAmount(before, currency) === now) return undefined
  return words[language].priceNow(priceText(before, currency, language), priceText(parseAmount(now)!, currency, language))
}
