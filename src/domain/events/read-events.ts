import type { EventType } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'

/** An event as it is kept. */
export interface EventRecord {
  readonly id: Uuid
  readonly type: EventType
  readonly sequence: bigint
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

/** Which events of a reseller: those after a sequence; without types, all. */
export interface FeedWish {
  /** Undefined: from the oldest that is kept. */
  readonly after: bigint | undefined
  readonly types: readonly EventType[] | undefined
  readonly limit: number
}

export interface FeedPart {
  readonly events: readonly EventRecord[]
  /** Up to this sequence everything was looked at. */
  readonly upTo: bigint
  readonly hasMore: boolean
}

/** Events looked through for those of certain types, in one part of the feed. */
export const eventsScannedMax = 20_000

/**
 * The next events of a reseller, in their sequence; the refusal `events_expired` when they are no longer kept. One statement, which sees
 * the bounds and the events at one moment: what is purged is refused, and never a gap.
 */
export async function readFeed (read: Reader, resellerId: Uuid, { after, types, limit }: FeedWish): Promise<FeedPart> {
  // What is newer than `newest` waits for the next part: whoever counts on the sequence must not see beyond what was looked at.
  const scannedMax = types === undefined ? null : eventsScannedMax
  const rows = await read<(FeedBounds & { from: bigint, last: bigint, event: boolean } & EventRecord)[]>`
    select floor, newest, "from", last, next.id is not null as event, next.id, type, sequence, data, "createdAt"
    from (
      select event_floor as floor, event_sequence as newest, coalesce(${after ?? null}::bigint, event_floor) as "from",
             least(event_sequence, coalesce(${after ?? null}::bigint, event_floor) + ${scannedMax}::bigint) as last
      from resellers where id = ${resellerId}
    ) as bounds left join lateral (
      select id, type, sequence, data, created_at as "createdAt" from events
      where reseller_id = ${resellerId} and sequence > bounds."from" and sequence <= bounds.last
        and ${types === undefined ? read`true` : read`type = any(${quotedArray(types)}::text[])`}
      order by sequence limit ${limit}
    ) as next on true
    order by sequence`
  const { floor, newest, from, last } = rows[0]!
  refuseOutside(from, { floor, newest })
  const events = rows.filter(({ event }) => event)
    .map(({ id, type, sequence, data, createdAt }): EventRecord => ({ id, type, sequence, data, createdAt }))
  const upTo = events.length === limit ? events.at(-1)!.sequence : last > from ? last : from
  return { events, upTo, hasMore: upTo < newest }
}

/** Refuses to read on from where not every event is kept, or from where no event has come yet: that number is of another feed. */
export function refuseOutside (after: bigint, { floor, newest }: FeedBounds): void {
  if (after < floor) {
    const detail = `Events up to ${floor} are no longer kept. Read what changed from its own resources, then go on after ${floor}.`
    throw new Problem('events_expired', detail, { events_after: Number(floor) })
  }
  if (after > newest) {
    throw new Problem('invalid_request', `Your newest event is ${newest}: ${after} is a number of another feed, or of another database.`, {
      errors: [{ pointer: '/after', detail: `must be at most ${newest}` }]
    })
  }
}

export interface FeedBounds { readonly floor: bigint, readonly newest: bigint }

/** Events up to `floor` are no longer kept; `newest` is the last there is. */
export async function readFeedBounds (read: Reader, resellerId: Uuid): Promise<FeedBounds> {
  const [row] = await read<FeedBounds[]>`
    select event_floor as floor, event_sequence as newest from resellers where id = ${resellerId}`
  return row!
}

/** One of a reseller's events; undefined when it is unknown, another's, or no longer kept. */
export async function readEvent (read: Reader, resellerId: Uuid, id: Uuid): Promise<EventRecord | undefined> {
  const [event] = await readEvents(read, resellerId, [id])
  return event
}

/** Those of a reseller's events that are kept, in any order. */
export async function readEvents (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly EventRecord[]> {
  return await read<EventRecord[]>`
    select id, type, sequence, data, created_at as "createdAt" from events
    where id = any(${bareArray(ids)}::uuid[]) and reseller_id = ${resellerId}`
}
