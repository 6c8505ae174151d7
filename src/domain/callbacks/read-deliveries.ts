import type { DeliveryState, EventType } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'

/** A delivery as the log shows it. */
export interface DeliveryRecord {
  readonly id: Uuid
  readonly endpointId: Uuid
  /** Where it goes: the endpoint's URL, or its own. */
  readonly url: string
  readonly sequence: bigint
  readonly eventId: Uuid
  readonly eventSequence: bigint
  readonly type: EventType
  readonly simulated: boolean
  readonly state: DeliveryState
  readonly attempts: number
  readonly dueAt: Date | null
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly deliveredAt: Date | null
  readonly createdAt: Date
}

export interface DeliveryFilter {
  readonly endpointId: Uuid | null
  readonly state: DeliveryState | null
  readonly type: EventType | null
  readonly eventId: Uuid | null
}

/** Where a delivery stands in the log. */
export interface DeliveryPlace { readonly eventSequence: string, readonly id: Uuid }

/** A reseller's deliveries, newest event first, beyond the place. */
export async function listDeliveries (
  read: Reader, resellerId: Uuid, filter: DeliveryFilter, after: DeliveryPlace | undefined, count: number
): Promise<readonly DeliveryRecord[]> {
  const { endpointId, state, type, eventId } = filter
  return await read<DeliveryRecord[]>`
    select ${deliveryColumns(read)} from deliveries join endpoints on endpoints.id = deliveries.endpoint_id
    where deliveries.reseller_id = ${resellerId}
      and ${endpointId === null ? read`true` : read`endpoint_id = ${endpointId}`}
      and ${state === null ? read`true` : inState(read, state)}
      and ${type === null ? read`true` : read`type = ${type}`}
      and ${eventId === null ? read`true` : ofEvent(read, resellerId, eventId)}
      and ${after === undefined ? read`true` : read`(event_sequence, deliveries.id) < (${after.eventSequence}::bigint, ${after.id}::uuid)`}
    order by event_sequence desc, deliveries.id desc limit ${count}`
}

/** One of a reseller's deliveries; undefined when it is unknown or another's. */
export async function readDelivery (read: Reader, resellerId: Uuid, id: Uuid): Promise<DeliveryRecord | undefined> {
  const [delivery] = await readDeliveries(read, resellerId, [id])
  return delivery
}

/** Those of a reseller's deliveries that there are, in any order. */
export async function readDeliveries (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly DeliveryRecord[]> {
  return await read<DeliveryRecord[]>`
    select ${deliveryColumns(read)} from deliveries join endpoints on endpoints.id = deliveries.endpoint_id
    where deliveries.reseller_id = ${resellerId} and deliveries.id = any(${bareArray(ids)}::uuid[])`
}

/** One attempt of a delivery. */
export interface AttemptRecord {
  readonly attempt: number
  readonly status: number | null
  readonly error: string | null
  readonly answerHead: string
  readonly durationMs: number
  readonly startedAt: Date
}

/** The attempts of deliveries that are still kept, oldest first. */
export async function readAttempts (read: Reader, deliveryIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, readonly AttemptRecord[]>> {
  const rows = await read<(AttemptRecord & { readonly deliveryId: Uuid })[]>`
    select delivery.id as "deliveryId", log.*
    from unnest(${bareArray(deliveryIds)}::uuid[]) as delivery (id) cross join lateral (
      select attempt, status, error, answer_head as "answerHead", duration_ms as "durationMs", started_at as "startedAt"
      from delivery_attempts where delivery_id = delivery.id order by attempt limit ${attemptsShownMax}
    ) as log order by delivery.id, attempt`
  return Map.groupBy(rows, ({ deliveryId }) => deliveryId)
}

/** More than a schedule has; a delivery that is replayed over and over has more attempts than are shown. */
const attemptsShownMax = 100

/** Written out for those that have an index of their own, which a parameter would not be matched with. */
function inState (read: Reader, state: DeliveryState) {
  if (state === 'dead') return read`deliveries.state = 'dead'`
  if (state === 'due') return read`deliveries.state = 'due'`
  return read`deliveries.state = ${state}`
}

/** The index of deliveries is on the sequence of events; a simulated one stands beside an event that it is not of. */
function ofEvent (read: Reader, resellerId: Uuid, eventId: Uuid) {
  return read`event_id = ${eventId}
    and event_sequence = (select sequence from events where id = ${eventId} and reseller_id = ${resellerId})`
}

function deliveryColumns (read: Reader) {
  return read`deliveries.id, endpoint_id as "endpointId", coalesce(deliveries.url, endpoints.url) as url, deliveries.sequence,
    event_id as "eventId", event_sequence as "eventSequence", type, sample is not null as simulated, deliveries.state, attempts,
    case when deliveries.state = 'due' and endpoints.state = 'enabled' then due_at end as "dueAt", deliveries.last_status as "lastStatus",
    deliveries.last_error as "lastError", delivered_at as "deliveredAt", deliveries.created_at as "createdAt"`
}
