// Events are what became true for a reseller, numbered without a gap per reseller, in the transaction that made them true.
// Like references and nonces they are ground of the domain: every capability may append.
import type { EventType } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from './lock-resellers.ts'

export const eventsPerAppendMax = 10_000

/** Something that became true; `data` is what the reseller will see of it, never a code or a secret. */
export interface NewEvent {
  readonly resellerId: Uuid
  readonly type: EventType
  readonly data: Readonly<Record<string, unknown>>
}

/** Appends events, numbered per reseller in the order given. Locks the resellers, ids ascending, if they are not locked yet. */
export async function appendEvents (tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  assert(events.length <= eventsPerAppendMax, `at most ${eventsPerAppendMax} events at once`)
  const resellerIds = [...new Set(events.map(event => event.resellerId))]
  const locked = await lockResellers(tx, resellerIds)
  assert(locked.size === resellerIds.length, 'the resellers of the events')
  await tx`
    with appended as (
      select id, reseller_id, type, data, row_number() over (partition by reseller_id order by position) as place
      from unnest(
        ${bareArray(events.map(() => newId()))}::uuid[], ${bareArray(events.map(event => event.resellerId))}::uuid[],
        ${quotedArray(events.map(event => event.type))}::text[], ${quotedArray(events.map(event => JSON.stringify(event.data)))}::json[]
      ) with ordinality as event (id, reseller_id, type, data, position)
    ), counted as (
      select reseller_id, count(*) as count from appended group by reseller_id
    ), raised as (
      update resellers set event_sequence = event_sequence + counted.count
      from counted where resellers.id = counted.reseller_id
      returning resellers.id, event_sequence - counted.count as before
    )
    insert into events (reseller_id, sequence, id, type, data)
    select appended.reseller_id, raised.before + appended.place, appended.id, appended.type, appended.data
    from appended join raised on raised.id = appended.reseller_id`
}
