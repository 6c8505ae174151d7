// The source behind every stream of events (SSE, GraphQL subscriptions): each follower reads the feed from the database, so that it
// can begin anywhere, reads no faster than it is used, and misses nothing. What wakes it is one small query for all resellers that are
// followed in this process, several times a second. Not NOTIFY: it would take one lock of the whole database at every commit of an order.
import { setTimeout as pause } from 'node:timers/promises'
import type { EventType } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db } from '../../postgres/pool.ts'
import { readFeed, type FeedPart } from './read-events.ts'

export const eventPollMs = 200
/** Events read at once; a follower holds no more than that in memory. */
const eventsPerReadMax = 100

export interface Following {
  readonly after: bigint
  readonly types: readonly EventType[] | undefined
  /** A part without events comes after so long a silence, so that its reader can say that it is there. */
  readonly quietMs: number
  readonly signal: AbortSignal
}

export interface EventSource {
  /** The events of a reseller after a sequence, part by part, as they become true; it ends with the signal or the source. */
  follow (resellerId: Uuid, following: Following): AsyncGenerator<FeedPart, void, undefined>
  /** Ends every follower. */
  close (): void
}

interface Waiting { readonly beyond: bigint, readonly wake: () => void }

/** Opens the source of one world's events; it asks nothing of the database while nobody follows. */
export function openEventSource (db: Db): EventSource {
  const waiting = new Map<Uuid, Set<Waiting>>()
  const closing = new AbortController()
  let polling = false

  return {
    async * follow (resellerId, { after, types, quietMs, signal }) {
      const ended = AbortSignal.any([signal, closing.signal])
      let at = after
      while (!ended.aborted) {
        const part = await readFeed(db, resellerId, { after: at, types, limit: eventsPerReadMax })
        at = part.upTo
        if (part.events.length > 0) yield part
        if (part.hasMore || ended.aborted) continue
        // Quiet is known without reading: the poll asks for all who wait.
        while (!ended.aborted && await waitBeyond(resellerId, at, quietMs, ended) === 'quiet') {
          yield { events: [], upTo: at, hasMore: false }
        }
      }
    },
    close () { closing.abort() }
  }

  function waitBeyond (resellerId: Uuid, beyond: bigint, quietMs: number, ended: AbortSignal): Promise<'news' | 'quiet'> {
    return new Promise(resolve => {
      const others = waiting.get(resellerId) ?? new Set()
      const settle = (why: 'news' | 'quiet') => {
        clearTimeout(timer)
        ended.removeEventListener('abort', end)
        others.delete(one)
        if (others.size === 0) waiting.delete(resellerId)
        resolve(why)
      }
      const end = () => settle('news')
      const one: Waiting = { beyond, wake: end }
      const timer = setTimeout(() => settle('quiet'), quietMs)
      ended.addEventListener('abort', end, { once: true })
      waiting.set(resellerId, others.add(one))
      if (!polling) poll()
    })
  }

  async function poll (): Promise<void> {
    polling = true
    while (waiting.size > 0 && !closing.signal.aborted) {
      await pause(eventPollMs, undefined, { ref: false })
      // A poll that fails is followed by the next; a follower whose own read fails tells so.
      const rows = await db<{ id: Uuid, event_sequence: bigint }[]>`
        select id, event_sequence from resellers where id = any(${bareArray([...waiting.keys()])}::uuid[])`.catch(() => [])
      for (const { id, event_sequence: newest } of rows) {
        for (const { beyond, wake } of [...waiting.get(id) ?? []]) if (newest > beyond) wake()
      }
    }
    polling = false
  }
}
