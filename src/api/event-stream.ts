// Events as server-sent events (WHATWG HTML §9.2). They are read from the database as fast as the socket takes them, and no faster.
import type { EventType } from '../../schema/vocabulary.ts'
import type { Uuid } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import { eventView } from '../domain/events/event-view.ts'
import type { EventRecord, FeedPart } from '../domain/events/read-events.ts'
import { refuseUnusableKey } from '../domain/resellers/keyring.ts'
import type { World } from '../domain/world.ts'

export const streamsPerKeyMax = 10
/** Of all its keys together, so that one reseller leaves the others theirs. */
export const streamsPerResellerMax = 50
export const streamsPerProcessMax = 1_000
export const heartbeatMs = 10_000
/** How often a quiet stream looks whether its key is still good. */
export const keyCheckMs = 1_000
const whenFull = { retryAfterSeconds: 10 }

/** The streams that are open in this process. */
export interface StreamLimits {
  /** Takes a place for a stream of this key of this reseller; refuses one too many. */
  open (keyId: string, resellerId: Uuid): OpenStream
  /** Ends all of them; no other begins. */
  close (): void
}

export interface OpenStream { readonly signal: AbortSignal, readonly end: () => void }

/** Counts streams per key, per reseller and in all. */
export function streamLimits (): StreamLimits {
  const open = new Map<AbortController, { readonly keyId: string, readonly resellerId: Uuid }>()
  const ofKeys = new Map<string, number>()
  const ofResellers = new Map<Uuid, number>()
  let closing = false
  return {
    open (keyId, resellerId) {
      if ((ofKeys.get(keyId) ?? 0) >= streamsPerKeyMax) {
        throw new Problem('rate_limited', `The key ${keyId} has ${streamsPerKeyMax} streams open, as many as it may.`, whenFull)
      }
      if ((ofResellers.get(resellerId) ?? 0) >= streamsPerResellerMax) {
        throw new Problem('rate_limited', `Your keys have ${streamsPerResellerMax} streams open, as many as they may together.`, whenFull)
      }
      if (closing || open.size >= streamsPerProcessMax) {
        throw new Problem('overloaded', 'This server has as many streams open as it may. Read GET /v1/events meanwhile.', whenFull)
      }
      const ending = new AbortController()
      open.set(ending, { keyId, resellerId })
      add(ofKeys, keyId, 1)
      add(ofResellers, resellerId, 1)
      return {
        signal: ending.signal,
        end () {
          ending.abort()
          if (!open.delete(ending)) return
          add(ofKeys, keyId, -1)
          add(ofResellers, resellerId, -1)
        }
      }
    },
    close () {
      closing = true
      for (const ending of open.keys()) ending.abort()
    }
  }
}

function add<Whose extends string> (counts: Map<Whose, number>, whose: Whose, count: number): void {
  const now = (counts.get(whose) ?? 0) + count
  if (now === 0) counts.delete(whose)
  else counts.set(whose, now)
}

export interface StreamWish {
  readonly resellerId: Uuid
  readonly keyId: string
  readonly after: bigint
  readonly types: readonly EventType[] | undefined
  /** How long it lasts at most; 0: until it has shown what there is. */
  readonly seconds: number
  readonly signal: AbortSignal
}

/** The text of a stream, piece by piece; it ends with its signal, its key, or its time. */
export async function * streamEvents (world: World, wish: StreamWish): AsyncGenerator<string, void, undefined> {
  const { resellerId, after, types, seconds, signal } = wish
  const startedMs = world.clock()
  let saidMs = startedMs
  // An id without data: who connects anew before the first event goes on from here.
  yield `retry: 1000\nid: ${after}\n: this stream begins after ${after}\n\n`
  const quietMs = seconds === 0 ? 0 : keyCheckMs
  for await (const { events, upTo } of untilExpired(world.events.follow(resellerId, { after, types, quietMs, signal }))) {
    if (upTo === undefined) return yield ': events_expired\n\n'
    const nowMs = world.clock()
    const over = whyOver(world, wish, nowMs)
    if (over !== undefined) return yield `: ${over}\n\n`
    const isQuiet = events.length === 0
    if (!isQuiet || seconds === 0 || nowMs - saidMs >= heartbeatMs) {
      yield isQuiet ? `id: ${upTo}\n: still here\n\n` : events.map(frameOf).join('')
      saidMs = nowMs
    }
    if (seconds === 0 ? isQuiet : nowMs - startedMs >= seconds * 1_000) return
  }
}

/** A reader that was so slow that what is next for it was purged is told so, at its end; whoever connects anew there is refused. */
async function * untilExpired (parts: AsyncIterable<FeedPart>): AsyncGenerator<FeedPart | { readonly events: [], readonly upTo?: never }> {
  try {
    yield * parts
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'events_expired')) throw error
    yield { events: [] }
  }
}

/** Why a key may listen no longer; undefined while it may. */
export function whyOver (world: World, { keyId, resellerId }: Pick<StreamWish, 'keyId' | 'resellerId'>, nowMs: number): string | undefined {
  const key = world.keyring.current.find(keyId)
  if (!key) return 'the key is gone'
  // A reset of the sandbox gives the key another reseller: nothing more happens to this one.
  if (key.reseller?.id !== resellerId) return 'the reseller was reset'
  try {
    refuseUnusableKey(key, nowMs)
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

function frameOf (event: EventRecord): string {
  return `id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`
}
