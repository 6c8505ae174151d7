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
import { lockEndpoint, readEndpoint, type EndpointRecord } from './read-endpoints.ts'

/** Deliveries that one call looks through; of those that do not fit there may be many. */
export const replayLooksMax = 20_000
/** By how much deliveries can have been made in another order than they are numbered: longer than any transaction lasts. */
const disorderMsMax = 60_000

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
  await makeDue(tx, found.endpoint_id, [sequence], [state])
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

/**
 * Makes deliveries of an endpoint due again, oldest first. A call looks through so many, and takes so many of them, at most, and says
 * where to go on: whatever is asked for, the endpoint is locked for no longer than those take. They are looked for before it is
 * locked; what has become due by itself meanwhile is left as it is. What became true too long ago is left out.
 */
export async function replayEndpoint (tx: Tx, resellerId: Uuid, endpointId: Uuid, wish: ReplayWish): Promise<Replay> {
  const endpoint = await readEndpoint(tx, resellerId, endpointId)
  refuseDisabled(endpoint)
  const range = await rangeOf(tx, endpoint, wish)
  const { taken, nextSequence } = await findReplayable(tx, resellerId, endpointId, { ...wish, ...range })
  await lockReplayable(tx, resellerId, endpointId)
  return { replayed: await makeDue(tx, endpointId, taken, statesOf(wish)), nextSequence }
}

interface Range { readonly from: bigint, readonly to: bigint }

/** Where what is asked for lies at most. Since a time: that is found by halving, since deliveries are numbered as they are made. */
async function rangeOf (tx: Tx, { id, sequence }: EndpointRecord, { since, fromSequence, toSequence }: ReplayWish): Promise<Range> {
  let from = BigInt(fromSequence ?? 1)
  const to = toSequence === null || BigInt(toSequence) > sequence ? sequence : BigInt(toSequence)
  if (since === null) return { from, to }
  // Transactions that waited for each other are numbered in the order of their ends, and have the times of their beginnings.
  const early = new Date(since.getTime() - disorderMsMax)
  let beyond = to + 1n
  while (from < beyond) {
    const middle = (from + beyond) / 2n
    const [probe] = await tx<{ sequence: bigint, isEarlier: boolean }[]>`
      select sequence, created_at < ${early} as "isEarlier" from deliveries
      where endpoint_id = ${id} and sequence >= ${middle} and sequence < ${beyond} order by sequence limit 1`
    if (probe?.isEarlier) from = probe.sequence + 1n
    else beyond = middle
  }
  return { from, to }
}

interface Found { readonly taken: readonly bigint[], readonly nextSequence: number | null }

async function findReplayable (tx: Tx, resellerId: Uuid, endpointId: Uuid, { from, to, since, state }: ReplayWish & Range): Promise<Found> {
  // Of what was given up there is an index, which a parameter would not be matched with.
  const rows = await tx<{ sequence: bigint, fits: boolean, looked: number }[]>`
    with looked as materialized (
      select sequence, ${since === null ? tx`true` : tx`created_at >= ${since}`}
        and state = any(${quotedArray(statesOf({ state }))}::text[])
        and (sample is not null or event_sequence > (select event_floor from resellers where id = ${resellerId})) as fits
      from deliveries
      where endpoint_id = ${endpointId} and sequence between ${from} and ${to} and ${state === 'dead' ? tx`state = 'dead'` : tx`true`}
      order by sequence limit ${replayLooksMax}
    )
    select sequence, fits, looked from (
      select sequence, fits, count(*) over ()::int as looked, max(sequence) over () as last from looked) as counted
    where fits or sequence = last order by sequence limit ${replayedPerCallMax + 2}`
  const fitting = rows.filter(({ fits }) => fits).map(({ sequence }) => sequence)
  const taken = fitting.slice(0, replayedPerCallMax)
  const next = fitting.length > taken.length
    ? fitting[taken.length]!
    : rows[0]?.looked === replayLooksMax ? rows.at(-1)!.sequence + 1n : null
  return { taken, nextSequence: next === null || next > to ? null : Number(next) }
}

function statesOf ({ state }: Pick<ReplayWish, 'state'>): readonly DeliveryState[] {
  return state === null ? replayable : [state]
}

async function lockReplayable (tx: Tx, resellerId: Uuid, endpointId: Uuid): Promise<void> {
  refuseDisabled(await lockEndpoint(tx, resellerId, endpointId))
}

function refuseDisabled ({ state }: EndpointRecord): void {
  if (state === 'disabled') throw new Problem('state_conflict', 'The endpoint is disabled. Resume it first.')
}

/** Gives how many of them were still in one of the states. */
async function makeDue (tx: Tx, endpointId: Uuid, sequences: readonly bigint[], states: readonly DeliveryState[]): Promise<number> {
  if (sequences.length === 0) return 0
  const made = await tx`
    update deliveries set state = 'due', due_at = clock_timestamp(), attempts_before = attempts, leased_until = null, leased_by = null
    where endpoint_id = ${endpointId} and sequence = any(${bareArray(sequences)}::bigint[])
      and state = any(${quotedArray(states)}::text[])`
  await tx`
    update endpoints set next_due_at = least(next_due_at, clock_timestamp())
    where id = ${endpointId}`
  await hintDeliveries(tx)
  return made.count
}
