// GET /l/{slug}/left: what buyers' pages follow. It says the state of a link and what is left in steps, never how many.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { showId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { isBot } from '../../domain/links/live/count-visits.ts'
import { findLink } from '../../domain/links/find-link.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import type { LeftSnapshot } from '../../domain/links/live/live-snapshot.ts'
import type { World } from '../../domain/world.ts'
import type { App, Worlds } from '../app-types.ts'
import { guessesPerMinute } from '../buying/buyer-rates.ts'
import { stepOf } from '../buying/left.ts'
import { hostOf, networkOf } from '../pages/network.ts'
import { rateLimiter } from '../rate-limit.ts'
import { countPlaces } from './count-places.ts'
import { openCrowd, type Crowd } from './crowd.ts'

export const leftStreamsPerProcessMax = 5_000
/** Of a range of addresses, behind which a mobile network may have thousands of people; pages without it show what they were served. */
export const leftStreamsPerNetworkMax = 500
/** Openings of streams from a range of addresses in a minute, whether there is such a link or not. */
export const leftOpeningsPerMinute = 2_000

/** The stream of what is left, for buyers' pages. */
export function leftRoute (app: App, worlds: Worlds): void {
  const crowds = openCrowds()
  const places = countPlaces({ ofOneMax: leftStreamsPerNetworkMax, inAllMax: leftStreamsPerProcessMax })
  const rates = rateLimiter()
  const takeGuess = (ip: string, count: number) => rates.take(`guess ${hostOf(ip)}`, guesses, worlds.live.clock(), count)
  app.addHook('preClose', async () => crowds.close())

  app.get<{ Params: { slug: string } }>('/l/:slug/left', { schema: { hide: true } as never }, async (request, reply) => {
    const { slug } = request.params
    const world = worlds[worldOfAddress(slug)]
    const network = networkOf(request.ip)
    const rate = rates.take(network, { name: 'left', perMinute: leftOpeningsPerMinute }, world.clock())
    if (!rate.allowed) throw new Problem('rate_limited', 'Too many streams were opened from your network.', { retryAfterSeconds: rate.waitSeconds })
    const leave = places.take(network)
    reply.raw.once('close', leave)
    try {
      if (!crowds.knows(slug) && takeGuess(request.ip, 0).remaining === 0) throw new Problem('rate_limited', 'Too many addresses of links were tried.', whenGuessed)
      const link = slugPattern.test(slug) ? await crowds.find(world, slug) : undefined
      if (!link) {
        takeGuess(request.ip, 1)
        throw new Problem('not_found', 'There is no such link.')
      }
      // Who has gone meanwhile would never leave the crowd.
      if (reply.raw.destroyed) link.letGo()
      else join(request, reply, world, link)
      return reply.hijack()
    } catch (error) {
      leave()
      throw error
    }
  })
}

const slugPattern = /^[a-z0-9-]{3,40}$/
/** Slugs are guessed here no faster than on the link's page. */
const guesses = { name: 'guess-address', perMinute: guessesPerMinute }
const whenGuessed = { retryAfterSeconds: 60 }

function join (request: FastifyRequest, reply: FastifyReply, world: World, { id, crowd }: FollowedLink): void {
  if (!isBot(request.headers['user-agent'])) reply.raw.once('close', world.live.countViewer(id))
  crowd.join(reply.raw, { 'request-id': request.id })
}

interface FollowedLink {
  readonly id: Uuid
  readonly crowd: Crowd
  /** Ends the crowd if nobody is in it. */
  letGo (): void
}

interface Crowds {
  /** Whether a link is followed, or being looked up. */
  knows (slug: string): boolean
  /** The crowd that follows a link; it begins with its first member, who is to join at once. */
  find (world: World, slug: string): Promise<FollowedLink | undefined>
  close (): void
}

/** One crowd for each link that is followed, by slug: slugs of the two worlds differ. */
function openCrowds (): Crowds {
  const known = new Map<string, Promise<FollowedLink | undefined>>()
  const all = new Map<Crowd, AbortController>()
  let closed = false
  return {
    knows: slug => known.has(slug),
    async find (world, slug) {
      if (closed) throw new Problem('overloaded', 'This server is about to stop.')
      const finding = known.get(slug) ?? open(world, slug)
      known.set(slug, finding)
      const found = await finding.catch(error => {
        known.delete(slug)
        throw error
      })
      if (!found && known.get(slug) === finding) known.delete(slug)
      return found
    },
    close () {
      closed = true
      for (const [crowd, following] of all) {
        following.abort()
        crowd.end()
      }
    }
  }

  async function open (world: World, slug: string): Promise<FollowedLink | undefined> {
    const id = await findLink(world.db, slug)
    if (id === undefined) return undefined
    const following = new AbortController()
    const letGo = (): void => {
      if (crowd.size > 0) return
      following.abort()
      known.delete(slug)
      all.delete(crowd)
    }
    const crowd = openCrowd(letGo)
    all.set(crowd, following)
    const news = world.live.followLeft(id, following.signal)
    void (async () => {
      for await (const snapshot of news) crowd.tell(frameOf(snapshot))
      crowd.end()
    })()
    return { id, crowd, letGo }
  }
}

/** What is told: equal steps make equal frames, so that nobody counts the changes in between. */
function frameOf ({ state, left, skus }: LeftSnapshot): Buffer {
  const told = { state, left: stepOf(left), skus: Object.fromEntries(skus.map(({ skuId, left }) => [showId('sku', skuId), stepOf(left)])) }
  return Buffer.from(`data: ${JSON.stringify(told)}\n\n`)
}
