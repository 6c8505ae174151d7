// The overlay of a stream: a page that streaming software lays over the picture, and the news it shows, over server-sent events. It shows
// what every viewer of the stream may see: how much was sold, what is left in steps, and of buyers no more than the hint of their contact.
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import type { LiveSnapshot } from '../../domain/links/live/live-snapshot.ts'
import { readSession } from '../../domain/links/session.ts'
import type { World } from '../../domain/world.ts'
import type { Worlds } from '../app-types.ts'
import { stepOf, type LeftStep } from '../buying/left.ts'
import { purchaseKey } from '../live/purchase-key.ts'

/** Purchases that an overlay may show at a time. */
export const purchasesMax = 10
export const purchasesDefault = 4
/** Overlays that may be open: of a session, and of this process. */
export const overlaysPerSessionMax = 30
export const overlaysPerProcessMax = 1_000
const heartbeatMs = 10_000
const whenFull = { retryAfterSeconds: 10 }

/** A token that opens the overlay of a session now. */
export interface Overlay {
  readonly world: World
  readonly sessionId: Uuid
  readonly title: string
  /** Whether it opens it still, when the session's addresses have this version. */
  holds (urlVersion: number): boolean
}

/** Whose overlay a token opens; undefined when it opens none, or no more. */
export async function readOverlay (worlds: Worlds, token: string): Promise<Overlay | undefined> {
  const world = worlds[worldOfAddress(token)]
  const read = world.buyerKeys.readToken(token)
  if (!read) return undefined
  const session = await readSession(world.db, read.id)
  if (!session || !read.holds('overlay', session.urlVersion)) return undefined
  return { world, sessionId: session.id, title: session.title, holds: urlVersion => read.holds('overlay', urlVersion) }
}

/** What an overlay is told. */
export interface OverlayNews {
  /** Of the server's clock, in milliseconds since 1970. */
  readonly now: number
  readonly sold: number
  readonly left: LeftStep
  /** Newest first. */
  readonly purchases: readonly {
    /** Tells one from the next, and nothing else. */
    readonly key: string
    readonly at: number
    readonly buyer: string
    readonly goods: string
    readonly quantity: number
  }[]
}

/** The part of a snapshot that everybody may see. */
export function newsOf ({ quantity, left, newest }: LiveSnapshot, nowMs: number): OverlayNews {
  return {
    now: nowMs,
    sold: quantity,
    left: stepOf(left),
    purchases: newest.slice(0, purchasesMax).map(({ checkoutId, at, contactHint, productName, skuName, quantity }) => ({
      key: purchaseKey(checkoutId),
      at: at.getTime(),
      buyer: contactHint,
      goods: `${productName} ${skuName}`.trim(),
      quantity
    }))
  }
}

/** The text of an overlay's stream, piece by piece: the news at once and whenever they change, until its token opens nothing any more. */
export async function * streamOverlay ({ world, sessionId, holds }: Overlay, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  const snapshots = world.live.followSession(sessionId, signal)
  let last = ''
  let next = snapshots.next()
  try {
    yield 'retry: 2000\n\n'
    for (;;) {
      const came = await cameWithin(next, heartbeatMs)
      if (came === undefined) {
        yield ': still here\n\n'
        continue
      }
      if (came.done || !holds(came.value.session!.urlVersion)) return
      next = snapshots.next()
      const news = newsOf(came.value, world.clock())
      const text = JSON.stringify({ ...news, now: 0 })
      if (text === last) continue
      last = text
      yield `event: news\ndata: ${JSON.stringify(news)}\n\n`
    }
  } finally {
    next.catch(() => {})
    void snapshots.return()
  }
}

/** What comes; undefined when it has not come in time. */
async function cameWithin<Value> (coming: Promise<Value>, ms: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => { timer = setTimeout(resolve, ms, undefined) })
  return await Promise.race([coming, late]).finally(() => clearTimeout(timer))
}

/** The overlays that are open in this process. */
export interface OpenOverlays {
  /** Takes a place for one; refuses one too many. */
  open (sessionId: Uuid): { readonly signal: AbortSignal, readonly end: () => void }
  /** Ends all of them; no other begins. */
  close (): void
}

/** Counts overlays per session and in all. */
export function openOverlays (): OpenOverlays {
  const open = new Map<AbortController, Uuid>()
  let closing = false
  return {
    open (sessionId) {
      const ofSession = [...open.values()].filter(id => id === sessionId).length
      if (ofSession >= overlaysPerSessionMax) throw new Problem('rate_limited', `${overlaysPerSessionMax} of them are open.`, whenFull)
      if (closing || open.size >= overlaysPerProcessMax) throw new Problem('overloaded', 'As many overlays are open as may be.', whenFull)
      const ending = new AbortController()
      open.set(ending, sessionId)
      return {
        signal: ending.signal,
        end () {
          open.delete(ending)
          ending.abort()
        }
      }
    },
    close () {
      closing = true
      for (const ending of open.keys()) ending.abort()
    }
  }
}
