// GET /l/{slug} and what belongs to it: from memory, in the buyer's language, known again by its ETag.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../base/problem.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import { isBot } from '../../domain/links/live/count-visits.ts'
import { shareTags } from '../embedding/share-tags.ts'
import type { App, Worlds } from '../app-types.ts'
import { answerAsset, encodingFor } from '../pages/assets.ts'
import { pageHeaders, type FramedBy } from '../pages/page-headers.ts'
import type { BuyingAssets } from './assets.ts'
import type { BuyerRates } from './buyer-rates.ts'
import type { Challenges } from './challenge.ts'
import { deviceOf } from './cookies.ts'
import { languageOf } from '../pages/language.ts'
import { printLinkPage } from './link-page.ts'
import { networkOf } from '../pages/network.ts'
import { buyingPolicy } from './page-frame.ts'
import { openPageMemory, type LinkInMemory, type PageMemory } from './page-memory.ts'
import type { AttackWatch } from './watch-attacks.ts'

/** What all of these routes share, of one process. */
export interface Buying {
  readonly worlds: Worlds
  readonly assets: BuyingAssets
  readonly memory: PageMemory
  readonly rates: BuyerRates
  readonly attacks: AttackWatch
  readonly challengesOf: (world: LinkInMemory['world']) => Challenges
}

export const hidden = { hide: true } as never

/** Opens the memory of links' pages over the worlds. */
export function openMemory (app: App, worlds: Worlds, assets: BuyingAssets): PageMemory {
  return openPageMemory(slug => worlds[worldOfAddress(slug)], (world, link, facts, variant) => printLinkPage(facts, variant, {
    assets, testWorld: world.name === 'test', tags: shareTags(link, app.origin(), variant.language), nowMs: world.clock()
  }))
}

type LinkRequest = FastifyRequest<{ Params: { slug: string }, Querystring: { lang?: unknown, embed?: unknown } }>

/** The page of a link, its assets, and the challenges of links under attack. */
export function linkRoutes (app: App, buying: Buying): void {
  const { assets, attacks, rates, challengesOf } = buying
  const headersOf = (framedBy: FramedBy) => pageHeaders(buyingPolicy(app.origin(), framedBy))
  const policies = onceFor(() => ({ alone: headersOf('nobody'), framed: headersOf('everybody') }))
  const send = (found: LinkInMemory, request: LinkRequest, reply: FastifyReply): FastifyReply => {
    const { query, headers, ip } = request
    const { world, link } = found
    const embedded = query.embed === '1'
    const challenged = attacks.underAttack(link.id, () => networkOf(ip), world.clock())
    const page = found.page({ language: languageOf(query.lang, headers['accept-language']), embedded, challenged })
    if (!isBot(headers['user-agent'])) world.live.countVisit(link.id)
    const { alone, framed } = policies()
    reply.headers(embedded ? framed : alone).headers(keptHeaders).header('etag', page.etag)
    if (headers['if-none-match']?.includes(page.etag) === true) return reply.code(304).send()
    if (encodingFor(headers['accept-encoding']) === 'identity') return reply.send(page.plain)
    return reply.header('content-encoding', 'gzip').send(page.packed())
  }

  app.get<{ Params: { slug: string }, Querystring: { lang?: unknown, embed?: unknown } }>('/l/:slug', {
    schema: hidden,
    // Programs that preview links ask for the headers first.
    exposeHeadRoute: true
  }, (request, reply) => {
    rates.take('page', request.ip, deviceOf(request), reply)
    const { slug } = request.params
    const found = buying.memory.recall(slug)
    if (found !== undefined && found !== 'unknown') return send(found, request, reply)
    return findLink(buying, slug, request.ip).then(found => send(found, request, reply))
  })

  // Whoever loads the address of a refused form anew is led back to the page.
  app.get<{ Params: { slug: string } }>('/l/:slug/checkouts', { schema: hidden }, (request, reply) =>
    reply.redirect(`/l/${encodeURIComponent(request.params.slug)}`, 303))

  app.get<{ Params: { name: string } }>('/l/assets/:name', { schema: hidden }, (request, reply) => answerAsset(assets, request, reply))

  app.get<{ Params: { slug: string } }>('/l/:slug/challenge', { schema: hidden }, async (request, reply) => {
    rates.take('challenge', request.ip, deviceOf(request), reply)
    const { world, link } = await findLink(buying, request.params.slug, request.ip)
    const challenge = await challengesOf(world).make(link.id)
    return reply.headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      .send(JSON.stringify({ worker: assets.paths['solve.js'], challenge }))
  })
}

/** A link of at most 300 ms ago; refuses with `not_found`, and those who try one slug after another with `rate_limited`. */
export async function findLink ({ memory, rates }: Buying, slug: string, ip: string): Promise<LinkInMemory> {
  const recalled = memory.recall(slug)
  if (recalled !== undefined && recalled !== 'unknown') return recalled
  // Who guesses is shown nothing but links that others are looking at.
  if (!memory.remembers(slug) && !rates.mayGuess(ip)) {
    throw new Problem('rate_limited', 'Too many addresses of links were tried.', { retryAfterSeconds: guessWaitSeconds })
  }
  const found = recalled ?? (slugPattern.test(slug) ? await memory.read(slug) : 'unknown')
  if (found !== 'unknown') return found
  rates.countGuess(ip)
  throw new Problem('not_found', 'There is no such link.')
}

const slugPattern = /^[a-z0-9-]{3,40}$/
const guessWaitSeconds = 60
const keptHeaders = { 'cache-control': 'no-cache', vary: 'accept-language, accept-encoding' }

/** Made when it is first wanted: the address of the server is known once it listens. */
function onceFor<Value> (make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}
