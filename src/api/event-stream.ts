// Events as server-sent events (WHATWG HTML §9.2). They are read from the database as fast as the socket takes them, and no faster.
import type { EventType } from '../../schema/vocabulary.ts'
import type { Uuid } from '../base/ids.ts'
import { Problem } from '../base/problem.ts'
import { eventView } from '../domain/events/event-view.ts'
import type { EventRecord } from '../domain/events/read-events.ts'
import { refuseUnusableKey } from '../domain/resellers/keyring.ts'
import type { World } from '../domain/world.ts'

export const streamsPerKeyMax = 10
export const streamsPerProcessMax = 1_000
export const heartbeatMs = 10_000
/** How often a quiet stream looks whether its key is still good. */
const keyCheckMs = 1_000
const whenFull = { retryAfterSeconds: 10 }

/** The streams that are open in this process. */
export interface StreamLimits {
  /** Takes a place for a stream of this key; refuses one too many. */
  open (keyId: string): OpenStream
  /** Ends all of them; no other begins. */
  close (): void
}

export interface OpenStream { readonly signal: AbortSignal, readonly end: () => void }

/** Counts streams per key and in all. */
export function streamLimits (): StreamLimits {
  const open = new Map<string, Set<AbortController>>()
  let count = 0
  let closing = false
  return {
    open (keyId) {
      const ofKey = open.get(keyId) ?? new Set()
      if (ofKey.size >= streamsPerKeyMax) {
        throw new Problem('rate_limited', `The key ${keyId} has ${streamsPerKeyMax} streams open, as many as it may.`, whenFull)
      }
      if (closing || count >= streamsPerProcessMax) {
        throw new Problem('overloaded', 'This server has as many streams open as it may. Read GET /v1/events meanwhile.', whenFull)
      }
      const ending = new AbortController()
      count++
      open.set(keyId, ofKey.add(ending))
      return {
        signal: ending.signal,
        end () {
          ending.abort()
          if (!ofKey.delete(ending)) return
          count--
          if (ofKey.size === 0) open.delete(keyId)
        }
      }
    },
    close () {
      closing = true
      for (const ofKey of open.values()) for (const ending of ofKey) ending.abort()
    }
  }
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
  const { resellerId, keyId, after, types, seconds, signal } = wish
  const startedMs = world.clock()
  let saidMs = startedMs
  // An id without data: who connects anew before the first event goes on from here.
  yield `retry: 1000\nid: ${after}\n: this stream begins after ${after}\n\n`
  const quietMs = seconds === 0 ? 0 : keyCheckMs
  for await (const { events, upTo } of world.events.follow(resellerId, { after, types, quietMs, signal })) {
    const nowMs = world.clock()
    const over = endOf(world, keyId, nowMs)
    if (over !== undefined) return yield `: ${over}\n\n`
    const isQuiet = events.length === 0
    if (!isQuiet || seconds === 0 || nowMs - saidMs >= heartbeatMs) {
      yield isQuiet ? `id: ${upTo}\n: still here\n\n` : events.map(frameOf).join('')
      saidMs = nowMs
    }
    if (seconds === 0 ? isQuiet : nowMs - startedMs >= seconds * 1_000) return
  }
}

/** Why a key may listen no longer; undefined while it may. */
function endOf (world: World, keyId: string, nowMs: number): string | undefined {
  const key = world.keyring.current.find(keyId)
  if (!key) return 'the key is gone'
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
