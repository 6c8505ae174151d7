import { endpointStates } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { originPattern } from './has-origin.ts'
import { hintDeliveries } from './hint-deliveries.ts'
import { lockEndpoint } from './read-endpoints.ts'

/** Deliveries dropped with their endpoint at once; the others follow by a pass. */
export const droppedAtOnceMax = 1_000

/**
 * Deletes an endpoint for good: it is told nothing more, and what is due is dropped. Its deliveries can still be read. What was due to
 * orders’ own addresses goes there all the same, by way of another endpoint on that host, if there is one.
 */
export async function deleteEndpoint (tx: Tx, resellerId: Uuid, id: Uuid): Promise<void> {
  await lockHeirs(tx, resellerId)
  await lockEndpoint(tx, resellerId, id)
  await tx`update endpoints set deleted_at = clock_timestamp(), next_due_at = null, updated_at = clock_timestamp() where id = ${id}`
  await drop(tx, resellerId, id, droppedAtOnceMax)
}

/** A bounded pass: drops what is still due to endpoints that were deleted. Gives how many. */
export async function dropDeliveries (db: Db, limit: number): Promise<number> {
  const [endpoint] = await db<{ id: Uuid, resellerId: Uuid }[]>`
    select id, reseller_id as "resellerId" from endpoints where deleted_at is not null
      and exists (select from deliveries where endpoint_id = endpoints.id and state = 'due') limit 1`
  if (!endpoint) return 0
  return await transact(db, async tx => {
    await lockHeirs(tx, endpoint.resellerId)
    await tx`select from endpoints where id = ${endpoint.id} for no key update`
    return await drop(tx, endpoint.resellerId, endpoint.id, limit)
  })
}

/** Locks the endpoints that may inherit, ids ascending: all of the reseller’s, which are few. */
async function lockHeirs (tx: Tx, resellerId: Uuid): Promise<void> {
  await tx`select from endpoints where reseller_id = ${resellerId} and deleted_at is null order by id for no key update`
}

interface Dropped { readonly eventSequence: bigint, readonly url: string | null, readonly simulated: boolean }

/** The caller holds the locks of endpoint and heirs. What is under way just now is dropped too; the receiver may still get it. */
async function drop (tx: Tx, resellerId: Uuid, endpointId: Uuid, limit: number): Promise<number> {
  const dropped = await tx<Dropped[]>`
    update deliveries set state = 'dropped', due_at = null, leased_until = null, leased_by = null
    where endpoint_id = ${endpointId} and state = 'due' and sequence in (
      select sequence from deliveries where endpoint_id = ${endpointId} and state = 'due' order by due_at limit ${limit})
    returning event_sequence as "eventSequence", url, sample is not null as simulated`
  const sequences = dropped.filter(({ url, simulated }) => url !== null && !simulated).map(({ eventSequence }) => eventSequence)
  if (sequences.length > 0) await inherit(tx, resellerId, endpointId, sequences)
  return dropped.length
}

/** Numbers what was due to orders’ own addresses anew, as deliveries of the first endpoint there is on each host. */
async function inherit (tx: Tx, resellerId: Uuid, endpointId: Uuid, eventSequences: readonly bigint[]): Promise<void> {
  const states = endpointStates.filter(state => state !== 'disabled')
  const inherited = await tx`
    with inherited as materialized (
      select heir.id as endpoint_id, heir.sequence + row_number() over (partition by heir.id order by event_sequence) as sequence,
             new_id, event_sequence, event_id, type, deliveries.url
      from unnest(${bareArray(eventSequences)}::bigint[], ${bareArray(eventSequences.map(() => newId()))}::uuid[])
        as was (event_sequence, new_id) join deliveries using (event_sequence)
      cross join lateral (
        select id, sequence from endpoints
        where reseller_id = ${resellerId} and deleted_at is null and state = any(${quotedArray(states)}::text[])
          and substring(endpoints.url from ${originPattern}) = substring(deliveries.url from ${originPattern})
        order by id limit 1
      ) as heir
      where deliveries.reseller_id = ${resellerId} and deliveries.endpoint_id = ${endpointId} and deliveries.url is not null
        and sample is null and deliveries.state = 'dropped'
    ), counted as (
      update endpoints set sequence = last, next_due_at = least(next_due_at, statement_timestamp())
      from (select endpoint_id, max(sequence) as last from inherited group by endpoint_id) as counted
      where endpoints.id = counted.endpoint_id
    )
    insert into deliveries (endpoint_id, sequence, id, reseller_id, event_sequence, event_id, type, url, state, due_at)
    select endpoint_id, sequence, new_id, ${resellerId}, event_sequence, event_id, type, url, 'due', statement_timestamp() from inherited`
  if (inherited.count > 0) await hintDeliveries(tx)
}
