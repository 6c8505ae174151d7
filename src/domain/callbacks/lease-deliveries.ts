// A lease is a worker's word that it sends a delivery now; it ends by itself. An endpoint has as many leases at once as it allows,
// one while it fails, and so many a second; its room is counted under the lock of its row, by whoever leases. Sending happens
// after the commit, outside of any transaction.
//   next_due_at of an endpoint says when to look at it next. Leasing, under the lock, sets it to the earliest moment at which there
// can be something to lease; everyone else who makes something due, or gives room back, brings it forward to now.
//   What is late (a backlog) can be leased more slowly than it could be sent, so that others have the machine: what is fresh then
// overtakes it, and the endpoint is looked at again after a rest.
import type { EventType } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import type { EventRecord } from '../events/read-events.ts'
import type { SealedSigners } from './callback-keys.ts'
import { resumeSecondsMax } from './retry-schedule.ts'

/** Longer than an attempt may take, with time to settle it. */
export const leaseSeconds = 30
const endpointsPerLeaseMax = 200
/** What has been due for longer is late. */
export const lateSeconds = 1
/** A little of a backlog is taken from few endpoints: to look at each costs as much as a delivery does. */
const endpointsPerLateLeaseMax = 20
/** Looks at so many endpoints one after another, when there is no room for what they have: behind them others may wait. */
const looksPerLeaseMax = 20
/** From so many failures in a row on, an endpoint is tried once a second at most. */
export const failuresBeforeTrickle = 5

/** An endpoint as it is sent to. */
export interface Destination extends SealedSigners {
  readonly url: string
  /** Whether its last attempt failed. */
  readonly failing: boolean
}

/** A delivery this worker sends now. */
export interface LeasedDelivery {
  readonly id: Uuid
  readonly destination: Destination
  /** Another address than the endpoint's. */
  readonly url: string | null
  readonly sequence: bigint
  /** Attempts since it became due, or was replayed. */
  readonly attempts: number
  readonly simulated: boolean
  /** Whether it has been due for long. */
  readonly late: boolean
  /** The event, or the sample in its place; null when it is no longer kept. */
  readonly event: EventRecord | null
}

export interface LeaseRoom {
  /** How many deliveries the worker takes, at most. */
  readonly room: number
  /** How many of them may go to endpoints that fail. */
  readonly failingRoom: number
  /** How much of what is late, when that is less than all there is room for; and how long its endpoints are then left alone. */
  readonly late?: LateRoom | undefined
}

export interface LateRoom { readonly room: number, readonly restMs: number }

/** Leases what is due, fairly: the first of every endpoint before the second of any. */
export async function leaseDeliveries (db: Db, worker: string, room: LeaseRoom): Promise<readonly LeasedDelivery[]> {
  let { destinations, leased } = await leaseOfNext(db, worker, room)
  for (let looks = 1; leased.length === 0 && destinations.length === endpointsMax(room) && looks < looksPerLeaseMax; looks++) {
    ({ destinations, leased } = await leaseOfNext(db, worker, room))
  }
  if (leased.length === 0) return []
  const byId = new Map(destinations.map(destination => [destination.id, destination]))
  const bodies = await readBodies(db, leased)
  return leased.map(({ endpointId, eventSequence, eventId, type, createdAt, sample, resellerId, ...delivery }) => {
    const told = sample === null ? bodies.get(eventId) : { data: sample, createdAt }
    return {
      ...delivery,
      destination: byId.get(endpointId)!,
      simulated: sample !== null,
      event: told ? { id: eventId, type, sequence: eventSequence, ...told } : null
    }
  })
}

function endpointsMax ({ late }: LeaseRoom): number {
  return late && late.room > 0 ? endpointsPerLateLeaseMax : endpointsPerLeaseMax
}

interface Leased { readonly destinations: readonly Destination[], readonly leased: readonly LeasedRow[] }

/** Leases what is due to the endpoints that were to be looked at the longest ago. */
async function leaseOfNext (db: Db, worker: string, room: LeaseRoom): Promise<Leased> {
  return await transact(db, async tx => {
    const destinations = await tx<Destination[]>`
      select id, url, signatures, sealed_secret as "sealedSecret", master_key as "masterKey",
             case when previous_until > statement_timestamp() then previous_secret end as "previousSecret",
             previous_master_key as "previousMasterKey", failures > 0 as failing
      from endpoints where state = 'enabled' and deleted_at is null and next_due_at <= statement_timestamp()
      order by next_due_at limit ${endpointsMax(room)} for no key update skip locked`
    if (destinations.length === 0) return { destinations, leased: [] }
    // Each in a statement of its own: what it reads must be as new as the locks, and as the leases.
    const ids = destinations.map(({ id }) => id)
    const leased = await lease(tx, worker, ids, room)
    await lookAgain(tx, ids, leased, room.late?.restMs ?? 0)
    return { destinations, leased }
  })
}

interface LeasedRow {
  readonly id: Uuid
  readonly endpointId: Uuid
  readonly resellerId: Uuid
  readonly url: string | null
  readonly sequence: bigint
  readonly attempts: number
  readonly late: boolean
  readonly eventSequence: bigint
  readonly eventId: Uuid
  readonly type: EventType
  readonly sample: Readonly<Record<string, unknown>> | null
  readonly createdAt: Date
}

async function lease (
  tx: Tx, worker: string, endpointIds: readonly Uuid[], { room, failingRoom, late }: LeaseRoom
): Promise<readonly LeasedRow[]> {
  const lateRoom = late?.room ?? room
  return await tx<LeasedRow[]>`
    with rooms as materialized (
      select endpoints.id, failures > 0 as failing,
             case when ${isAskedToWait(tx)} then 0
                  else greatest(0, least(${capacity(tx)} - busy.count, ${rate(tx)} - ${rateUsed(tx)})) end as free
      from endpoints cross join lateral (
        select count(*)::int as count from deliveries
        where endpoint_id = endpoints.id and state = 'due' and ${isLeased(tx)}
      ) as busy
      where endpoints.id = any(${bareArray(endpointIds)}::uuid[])
    ), found as materialized (
      select rooms.id, failing, free, sequence, due_at, late, row_number() over (partition by late order by nth, due_at) as late_turn
      from rooms cross join lateral (
        (select sequence, due_at, true as late, row_number() over (order by due_at) as nth from deliveries
         where ${isReady(tx)} and due_at <= ${lateBefore(tx)}
         order by due_at limit least(rooms.free, ${lateRoom}))
        union all
        (select sequence, due_at, false, null from deliveries
         where ${isReady(tx)} and due_at > ${lateBefore(tx)} and due_at <= statement_timestamp()
         order by due_at limit rooms.free)
      ) as first
    ), ready as materialized (
      select id, failing, free, sequence, due_at, late, row_number() over (partition by id order by due_at, sequence) as place,
             row_number() over (partition by failing order by due_at) as turn
      from found where not late or late_turn <= ${lateRoom}
    ), chosen as materialized (
      select id, sequence, late from ready
      where place <= free and (not failing or turn <= ${failingRoom}) order by place, due_at limit ${room}
    )
    update deliveries set leased_until = statement_timestamp() + make_interval(secs => ${leaseSeconds}), leased_by = ${worker}
    from chosen where deliveries.endpoint_id = chosen.id and deliveries.sequence = chosen.sequence and deliveries.state = 'due'
    returning deliveries.id, endpoint_id as "endpointId", reseller_id as "resellerId", url, deliveries.sequence,
      attempts - attempts_before as attempts, late,
              event_sequence as "eventSequence", event_id as "eventId", type, sample, created_at as "createdAt"`
}

/** Sets when to look at each endpoint again, after so many of its deliveries were leased; what is late rests for so long. */
async function lookAgain (tx: Tx, endpointIds: readonly Uuid[], leased: readonly LeasedRow[], restMs: number): Promise<void> {
  const counts = new Map<Uuid, number>()
  for (const { endpointId } of leased) counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1)
  await tx`
    update endpoints set
      rate_at = case when ${inRateSecond(tx)} then rate_at else statement_timestamp() end,
      rate_used = ${rateUsed(tx)} + looked.count,
      next_due_at = case
        when due.first is null then busy.until
        when ${isAskedToWait(tx)} then resume_at
        when due.first > statement_timestamp() then least(due.first, busy.until)
        when ${rateUsed(tx)} + looked.count >= ${rate(tx)} then
          case when ${inRateSecond(tx)} then rate_at else statement_timestamp() end + interval '1 second'
        when busy.count >= ${capacity(tx)} then busy.until
        -- The worker’s own room was the end of it: for what is well another has some, for what fails there is time.
        when failures > 0 then statement_timestamp() + interval '1 second'
        when due.first <= ${lateBefore(tx)} then statement_timestamp() + ${restMs} * interval '1 millisecond'
        else statement_timestamp() end
    from unnest(${bareArray(endpointIds)}::uuid[], ${bareArray(endpointIds.map(id => counts.get(id) ?? 0))}::int[]) as looked (id, count)
    cross join lateral (
      select count(*)::int as count, min(leased_until) as until from deliveries
      where endpoint_id = looked.id and state = 'due' and ${isLeased(tx)}
    ) as busy
    left join lateral (
      select due_at as first from deliveries
      where endpoint_id = looked.id and state = 'due' and (leased_until is null or not ${isLeased(tx)})
      order by due_at limit 1
    ) as due on true
    where endpoints.id = looked.id`
}

/** Due to the endpoint of `rooms`, and no worker has it. */
function isReady (tx: Tx) {
  return tx`endpoint_id = rooms.id and state = 'due' and (leased_until is null or not ${isLeased(tx)})`
}

function lateBefore (tx: Tx) {
  return tx`(statement_timestamp() - make_interval(secs => ${lateSeconds}))`
}

function capacity (tx: Tx) {
  return tx`case when failures > 0 then 1 else concurrency_max end`
}

function rate (tx: Tx) {
  return tx`case when failures >= ${failuresBeforeTrickle} then 1 else per_second_max end`
}

function rateUsed (tx: Tx) {
  return tx`case when ${inRateSecond(tx)} then rate_used else 0 end`
}

// What lies further ahead than it can was written before the clock was put back: it counts no more.

function isLeased (tx: Tx) {
  return tx`(leased_until > statement_timestamp() and leased_until <= statement_timestamp() + make_interval(secs => ${leaseSeconds}))`
}

function isAskedToWait (tx: Tx) {
  return tx`(resume_at > statement_timestamp() and resume_at <= statement_timestamp() + make_interval(secs => ${resumeSecondsMax}))`
}

function inRateSecond (tx: Tx) {
  return tx`rate_at between statement_timestamp() - interval '1 second' and statement_timestamp()`
}

type Body = Pick<EventRecord, 'data' | 'createdAt'>

/** What the events say; an event that is no longer kept is missing. */
async function readBodies (db: Db, leased: readonly LeasedRow[]): Promise<ReadonlyMap<Uuid, Body>> {
  const told = leased.filter(({ sample }) => sample === null)
  const rows = await db<(Body & { id: Uuid })[]>`
    select id, data, created_at as "createdAt"
    from unnest(${bareArray(told.map(({ resellerId }) => resellerId))}::uuid[],
      ${bareArray(told.map(({ eventSequence }) => eventSequence))}::bigint[])
      as told (reseller_id, sequence)
    join events using (reseller_id, sequence)`
  return new Map(rows.map(({ id, data, createdAt }) => [id, { data, createdAt }]))
}
