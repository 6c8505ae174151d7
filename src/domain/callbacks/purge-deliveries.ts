// Deliveries are kept as long as their event, and so many days at least; those that were given up, for longer, so that a reseller finds
// them after its holidays. So "did you tell me?" has its answer for as long as there is an event to ask about, and what can be replayed
// is there. An endpoint counts what was purged of it: with what is kept, that is its sequence. What is due is never purged.
import { deadKeptDays, deliveriesKeptDays } from '../../../schema/rest/deliveries.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Reader } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'

/** A bounded pass: purges the oldest deliveries that are no longer shown. Gives how many it looked at, of which others may hold some. */
export async function purgeDeliveries (db: Db, limit: number): Promise<number> {
  const old = await db<{ id: Uuid, endpointId: Uuid }[]>`
    (select id, endpoint_id as "endpointId" from deliveries
      where state in ('delivered', 'dropped') and created_at < ${daysAgo(db, deliveriesKeptDays)} and ${isOver(db)}
      order by created_at limit ${limit})
    union all
    (select id, endpoint_id from deliveries where state = 'dead' and created_at < ${daysAgo(db, deadKeptDays)} and ${isOver(db)}
      order by created_at limit ${limit})`
  const taken = old.slice(0, limit)
  if (taken.length === 0) return 0
  await transact(db, async tx => {
    // Endpoints before their deliveries; one that is being leased from, or settled, has its turn at the next pass.
    const endpoints = await tx<{ id: Uuid }[]>`
      select id from endpoints where id = any(${bareArray([...new Set(taken.map(({ endpointId }) => endpointId))])}::uuid[])
      order by id for no key update skip locked`
    const locked = new Set(endpoints.map(({ id }) => id))
    const ids = taken.filter(({ endpointId }) => locked.has(endpointId)).map(({ id }) => id)
    await tx`
      with purged as (
        delete from deliveries where id = any(${bareArray(ids)}::uuid[]) and state <> 'due'
        returning id, endpoint_id
      ), with_attempts as (
        delete from delivery_attempts using purged where delivery_id = purged.id
      )
      update endpoints set purged = endpoints.purged + counted.count
      from (select endpoint_id, count(*) as count from purged group by endpoint_id) as counted where endpoints.id = counted.endpoint_id`
  })
  return taken.length
}

function daysAgo (read: Reader, days: number) {
  return read`statement_timestamp() - make_interval(days => ${days})`
}

/** Neither is there an event to ask about or to send again, nor was it delivered, after a replay, within the days. */
function isOver (read: Reader) {
  return read`coalesce(delivered_at, created_at) < ${daysAgo(read, deliveriesKeptDays)}
    and (sample is not null or event_sequence <= (select event_floor from resellers where resellers.id = deliveries.reseller_id))`
}
