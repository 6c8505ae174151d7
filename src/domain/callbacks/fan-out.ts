// Fan-out turns the events of resellers into deliveries of their endpoints, numbered without a gap per endpoint. An endpoint
// remembers up to which event it was done (fanned_to); whoever holds the lock of its row does what is next, in one transaction with
// the remembering, so any number of workers do each event once. A reseller's event_sequence is seen when it is committed, and then
// every event up to it is, so none is passed over.
import { endpointStates } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Reader } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { originPattern } from './has-origin.ts'
import { hintDeliveries } from './hint-deliveries.ts'

export const endpointsPerFanOutMax = 500
/** Events looked at for all endpoints of a pass together, and for each of them at least. */
const eventsPerFanOutMax = 5_000
const eventsPerEndpointMin = 10

const fannedStates = endpointStates.filter(state => state !== 'disabled')

export interface FannedOut { readonly deliveries: number, readonly more: boolean }

/** One pass: makes the deliveries of what is new. Tells how many, and whether there is more to do. */
export async function fanOut (db: Db, endpointsMax = endpointsPerFanOutMax): Promise<FannedOut> {
  return await transact(db, async tx => {
    const behind = await tx<{ id: Uuid }[]>`
      select endpoints.id from endpoints join resellers on resellers.id = endpoints.reseller_id
      where endpoints.deleted_at is null and endpoints.state = any(${quotedArray(fannedStates)}::text[])
        and resellers.event_sequence > endpoints.fanned_to
      limit ${endpointsMax} for no key update of endpoints skip locked`
    if (behind.length === 0) return { deliveries: 0, more: false }
    const ids = behind.map(({ id }) => id)
    const eventsMax = Math.max(eventsPerEndpointMin, Math.floor(eventsPerFanOutMax / ids.length))
    // In a statement of its own: what it reads must be as new as the locks.
    const [done] = await tx<{ deliveries: number, cut: boolean }[]>`
      with span as materialized (
        select endpoints.id, shown, endpoints.reseller_id, endpoints.sequence, types, url, event_sequence,
               greatest(fanned_to, event_floor) as low, least(event_sequence, greatest(fanned_to, event_floor) + ${eventsMax}) as high
        from unnest(${bareArray(ids)}::uuid[], ${quotedArray(ids.map(id => showId('endpoint', id)))}::text[]) as behind (id, shown)
        join endpoints on endpoints.id = behind.id join resellers on resellers.id = endpoints.reseller_id
      ), told as materialized (
        select span.id, span.reseller_id, span.sequence, url, events.sequence as event_sequence, events.id as event_id, events.type,
               case when events.type = 'endpoint.test' then events.data ->> 'endpoint' = shown
                    else types = '{}' or events.type = any(types) end as wanted,
               case when events.type like 'order.%' then events.data #>> '{order,callback_url}' end as asked
        from span join events on events.reseller_id = span.reseller_id and events.sequence > span.low and events.sequence <= span.high
      ), claimed as (
        insert into callback_claims (reseller_id, event_sequence, endpoint_id)
        select distinct on (reseller_id, event_sequence) reseller_id, event_sequence, id from told
        where asked is not null and substring(asked from ${originPattern}) = substring(url from ${originPattern})
        order by reseller_id, event_sequence, id on conflict do nothing
        returning reseller_id, event_sequence, endpoint_id
      ), made as materialized (
        select told.id, told.reseller_id, told.event_sequence, event_id, type, way.url,
               told.sequence + row_number() over (partition by told.id order by told.event_sequence, way.url nulls first) as sequence
        from told left join claimed on claimed.reseller_id = told.reseller_id and claimed.event_sequence = told.event_sequence
          and claimed.endpoint_id = told.id
        cross join lateral (${waysOf(tx)}) as way
      ), moved as (
        update endpoints set fanned_to = span.high, sequence = coalesce(counted.last, endpoints.sequence),
          next_due_at = case when counted.last is null then next_due_at else least(next_due_at, statement_timestamp()) end
        from span left join (select id, max(sequence) as last from made group by id) as counted on counted.id = span.id
        where endpoints.id = span.id
      ), inserted as (
        insert into deliveries (endpoint_id, sequence, id, reseller_id, event_sequence, event_id, type, url, state, due_at)
        select id, sequence, ${newIdSql(tx)}, reseller_id, event_sequence, event_id, type, url, 'due', statement_timestamp() from made
        returning 1
      )
      select (select count(*) from inserted)::int as deliveries, (select bool_or(high < event_sequence) from span) as cut`
    const { deliveries, cut } = done!
    if (deliveries > 0) await hintDeliveries(tx)
    return { deliveries, more: cut || ids.length === endpointsMax }
  })
}

/**
 * The ways an event goes to an endpoint: to its URL, when it is of the types that are asked for; and to the callback_url of its
 * order, by way of that endpoint of the reseller on its host which comes to the event first and claims it. So it goes there once,
 * whichever of them is disabled, resumed or deleted meanwhile. A test goes to the endpoint it names, and to no other.
 */
function waysOf (tx: Reader) {
  return tx`
    select null::text as url where wanted
    union all
    select asked where claimed.endpoint_id is not null and (asked <> told.url or not wanted)`
}

/** A UUIDv7 (RFC 9562 §5.7): the time in front of what is random. */
function newIdSql (tx: Reader) {
  return tx`encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid`
}
