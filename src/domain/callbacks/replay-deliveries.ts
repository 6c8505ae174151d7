// A replay makes what was delivered, or given up, due again under the same id, and its schedule begins anew. The endpoint is locked
// first, then its deliveries, as by those who send.
import { deliveryEntry } from '../../../schema/states.ts'
import { replayedPerCallMax } from '../../../schema/rest/endpoints.ts'
import type { DeliveryState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { hintDeliveries } from './hint-deliveries.ts'
import { lockEndpoint } from './read-endpoints.ts'

const replayable = deliveryEntry.due.filter(state => state !== null)

/** Makes one delivery due again; one that is due already is tried at once, instead of when its turn comes. */
export async function replayDelivery (tx: Tx, resellerId: Uuid, id: Uuid): Promise<void> {
  const [found] = await tx<{ endpoint_id: Uuid, deleted: boolean }[]>`
    select endpoint_id, deleted_at is not null as deleted from deliveries join endpoints on endpoints.id = endpoint_id
    where deliveries.reseller_id = ${resellerId} and deliveries.id = ${id}`
  if (!found) throw new Problem('not_found', 'You have no delivery with this id, or it is no longer kept.')
  if (found.deleted) throw new Problem('state_conflict', 'The endpoint of the delivery was deleted; GET /v1/events has the event.')
  await lockReplayable(tx, resellerId, found.endpoint_id)
  const [delivery] = await tx<{ sequence: bigint, state: DeliveryState, kept: boolean, leased: boolean }[]>`
    select sequence, state, coalesce(leased_until > clock_timestamp(), false) as leased,
      sample is not null or exists (
        select from events where reseller_id = deliveries.reseller_id and sequence = event_sequence) as kept
    from deliveries where id = ${id} for no key update`
  const { sequence, state, kept, leased } = delivery!
  if (!kept) throw new Problem('events_expired', 'The event of this delivery is no longer kept.')
  if (state === 'due' && leased) return
  if (state !== 'due' && !replayable.includes(state)) {
    throw new Problem('state_conflict', `The delivery is ${state} and cannot be sent again.`)
  }
  await makeDue(tx, found.endpoint_id, [sequence])
}

/** Which deliveries of an endpoint: what fits everything that is given. */
export interface ReplayWish {
  readonly since: Date | null
  readonly fromSequence: number | null
  readonly toSequence: number | null
  readonly state: 'delivered' | 'dead' | null
}

export interface Replay {
  readonly replayed: number
  /** From where to go on; null when that was all. */
  readonly nextSequence: number | null
}

/** Makes deliveries of an endpoint due again, oldest first, at most so many at once. What became true too long ago is left out. */
export async function replayEndpoint (tx: Tx, resellerId: Uuid, endpointId: Uuid, wish: ReplayWish): Promise<Replay> {
  await lockReplayable(tx, resellerId, endpointId)
  const states = wish.state === null ? replayable : [wish.state]
  const found = await tx<{ sequence: bigint }[]>`
    select sequence from deliveries
    where endpoint_id = ${endpointId} and state = any(${quotedArray(states)}::text[])
      and sequence between ${wish.fromSequence ?? 1}::bigint and ${wish.toSequence ?? Number.MAX_SAFE_INTEGER}::bigint
      and ${wish.since === null ? tx`true` : tx`created_at >= ${wish.since}`}
      and (sample is not null or event_sequence > (select event_floor from resellers where id = ${resellerId}))
    order by sequence limit ${replayedPerCallMax + 1}`
  const taken = found.slice(0, replayedPerCallMax).map(({ sequence }) => sequence)
  await makeDue(tx, endpointId, taken)
  return { replayed: taken.length, nextSequence: found.length > taken.length ? Number(found.at(-1)!.sequence) : null }
}

async function lockReplayable (tx: Tx, resellerId: Uuid, endpointId: Uuid): Promise<void> {
  const { state } = await lockEndpoint(tx, resellerId, endpointId)
  if (state === 'disabled') throw new Problem('state_conflict', 'The endpoint is disabled. Resume it first.')
}

async function makeDue (tx: Tx, endpointId: Uuid, sequences: readonly bigint[]): Promise<void> {
  if (sequences.length === 0) return
  await tx`
    update deliveries set state = 'due', due_at = clock_timestamp(), attempts_before = attempts, leased_until = null, leased_by = null
    where endpoint_id = ${endpointId} and sequence = any(${bareArray(sequences)}::bigint[])`
  await tx`
    update endpoints set next_due_at = least(next_due_at, clock_timestamp())
    where id = ${endpointId}`
  await hintDeliveries(tx)
}
