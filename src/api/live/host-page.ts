// The host's page of a session, whose address is its key: /live/{token}. It only shows; nothing can be changed from it.
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import type { LiveSnapshot } from '../../domain/links/live/live-snapshot.ts'
import { readSession, type Session } from '../../domain/links/session.ts'
import { readSessionReport } from '../../domain/links/live/session-report.ts'
import type { World } from '../../domain/world.ts'
import type { App, Worlds } from '../app-types.ts'
import { languageOf } from '../pages/language.ts'
import { networkOf } from '../pages/network.ts'
import { answerAsset, openAssets } from '../pages/assets.ts'
import { discreetHeaders, pageHeaders, pagePolicy } from '../pages/page-headers.ts'
import { rateLimiter } from '../rate-limit.ts'
import { countPlaces } from './count-places.ts'
import { printLivePage, printNoLivePage } from './live-page.ts'
import { openSectionFrames, type SectionFrames } from './section-frames.ts'
import { untilQuiet } from './until-quiet.ts'

export const hostStreamsPerSessionMax = 50
export const hostStreamsPerProcessMax = 1_000
/** Pages and streams asked for from a range of addresses in a minute. */
export const hostRequestsPerMinute = 300
const heartbeatMs = 15_000
/** How long a page waits for its figures. */
const figuresMsMax = 5_000

type LiveRequest = FastifyRequest<{ Params: { token: string }, Querystring: { lang?: string } }>

/** The host's page, its stream, and what it loads. */
export function hostPageRoutes (app: App, worlds: Worlds): void {
  const assets = openAssets(new URL('assets/', import.meta.url), '/live/assets', ['live.css', 'live.js'])
  const frames = openSectionFrames()
  const places = countPlaces({ ofOneMax: hostStreamsPerSessionMax, inAllMax: hostStreamsPerProcessMax })
  const rates = rateLimiter()
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  const route = { schema: { hide: true } as never, config: { secretPath: true } } as const

  const hold = (request: LiveRequest, world: World): void => {
    const { allowed, waitSeconds } = rates.take(networkOf(request.ip), { name: 'live', perMinute: hostRequestsPerMinute }, world.clock())
    if (!allowed) throw new Problem('rate_limited', 'Too many live pages were asked for from your network.', { retryAfterSeconds: waitSeconds })
  }

  app.get('/live/:token', route, async (request: LiveRequest, reply) => {
    const language = languageOf(request.query.lang, request.headers['accept-language'])
    const world = worlds[worldOfAddress(request.params.token)]
    const answer = (status: number, html: string) => reply.code(status).headers(livePageHeaders).send(html)
    try {
      hold(request, world)
      const session = await openSession(world, request.params.token)
      const snapshot = session.endedAt === null ? await figuresNow(world, session) : await readSessionReport(world.db, session.resellerId, session.id)
      return answer(200, printLivePage({ snapshot, language, isTest: world.name === 'test', assets: assets.paths }))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const { retryAfterSeconds } = error.facts
      if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
      return answer(error.status, printNoLivePage(language, error.code === 'not_found' ? 'gone' : 'busy', assets.paths['live.css']))
    }
  })

  app.get('/live/:token/events', route, async (request: LiveRequest, reply) => {
    const language = languageOf(request.query.lang, request.headers['accept-language'])
    const world = worlds[worldOfAddress(request.params.token)]
    hold(request, world)
    const session = await openSession(world, request.params.token)
    const leave = places.take(session.id)
    const ended = new AbortController()
    reply.raw.once('close', () => {
      ended.abort()
      leave()
    })
    const snapshots = world.live.followSession(session.id, AbortSignal.any([ended.signal, closing.signal]))
    const text = tellSections(frames, snapshots, session, language)
    reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no')
    return reply.headers(discreetHeaders).send(Readable.from(text, { objectMode: false }))
  })

  app.get<{ Params: { name: string } }>('/live/assets/:name', { schema: { hide: true } as never }, (request, reply) =>
    answerAsset(assets, request, reply))
}

const livePageHeaders = {
  ...pageHeaders(pagePolicy({ runs: 'scripts' })),
  'x-robots-tag': 'noindex',
  'cache-control': 'no-store',
  vary: 'accept-language'
}

/** The session a token opens; a token that was replaced by another opens none. */
async function openSession (world: World, token: string): Promise<Session> {
  const named = world.buyerKeys.readToken(token)
  const session = named && await readSession(world.db, named.id)
  if (!session || !named.holds('live', session.urlVersion)) throw new Problem('not_found', 'There is no such page.')
  return session
}

/** What a session shows now: shared with all who look at it at the same time. */
async function figuresNow (world: World, { id }: Session): Promise<LiveSnapshot> {
  const snapshots = world.live.followSession(id, AbortSignal.timeout(figuresMsMax))
  const { value } = await snapshots.next()
  await snapshots.return()
  if (!value) throw new Problem('overloaded', 'The figures could not be read in time.')
  return value
}

async function * tellSections (
  frames: SectionFrames, snapshots: AsyncGenerator<LiveSnapshot, void, undefined>, { urlVersion, endedAt }: Session, language: BuyerLanguage
): AsyncGenerator<string, void, undefined> {
  let before: LiveSnapshot | undefined
  yield 'retry: 2000\n\n'
  for await (const next of untilQuiet(snapshots, heartbeatMs)) {
    if (next === 'quiet') {
      yield ': here\n\n'
      continue
    }
    // A page that was open when its address was replaced, or when the session ended, is told to look anew: it finds nothing, or the report.
    if (next.session?.urlVersion !== urlVersion || (next.session.endedAt !== null && endedAt === null)) return yield 'event: over\ndata: {}\n\n'
    yield before === undefined ? frames.whole(next, language) : frames.difference(before, next, language)
    before = next
  }
}
