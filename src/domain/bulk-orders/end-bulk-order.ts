// How bulk orders end, or begin to give back. The caller holds the lock of the row.
import { confirmHoursMax, type BulkOrderFailure } from '../../../schema/rest/bulk-orders.ts'
import { bulkOrderEntry, formerStates } from '../../../schema/states.ts'
import type { BulkOrderState, EventType, LineReason } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { appendEvents } from '../events/append-events.ts'
import { bulkOrderColumns, readBulkOrder, type BulkOrder, type BulkOrderEnd } from './bulk-order.ts'
import { bulkOrderSummaryView } from './bulk-order-view.ts'

/** What an end adds to the counts. */
interface Counted { readonly linesDone: number, readonly linesFailed: number, readonly failure?: BulkOrderFailure }

/** Enters an end and tells the reseller. */
export async function endBulkOrder (tx: Tx, { resellerId, id }: BulkOrder, state: BulkOrderState, counted: Counted): Promise<void> {
  const { linesDone, linesFailed, failure } = counted
  const ended = await tx`
    update bulk_orders set
      state = ${state}, ended_at = clock_timestamp(), lines_done = lines_done + ${linesDone}, lines_failed = lines_failed + ${linesFailed},
      failure = coalesce(${failure === undefined ? null : tx.json(failure as never)}::jsonb, failure)
    where reseller_id = ${resellerId} and id = ${id} and state = any(${quotedArray(formerStates(bulkOrderEntry, state))}::text[])`
  assert(ended.count === 1, `a bulk order that may become ${state}`)
  await tell(tx, { resellerId, id }, 'bulk_order.ended')
}

/** Begins to give back what was set aside. Its chunks are gone through once more. */
export async function startReleasing (tx: Tx, { resellerId, id }: Pick<BulkOrder, 'resellerId' | 'id'>, endsAs: BulkOrderEnd, failure: BulkOrderFailure | null): Promise<void> {
  const started = await tx`
    update bulk_orders set state = 'releasing', ends_as = ${endsAs}, next_chunk = first_chunk,
      failure = ${failure === null ? null : tx.json(failure as never)}::jsonb
    where reseller_id = ${resellerId} and id = ${id} and state = any(${quotedArray(formerStates(bulkOrderEntry, 'releasing'))}::text[])`
  assert(started.count === 1, 'a bulk order that holds something')
}

/** Gives up what nobody has tried to buy; gives the number of lines. */
export async function giveUpWaiting (tx: Tx, id: Uuid, reason: LineReason): Promise<number> {
  const rows = await tx<{ lines: number }[]>`
    update bulk_chunks set reasons = array_fill(${reason}::text, array[cardinality(quantities)])
    where bulk_id = ${id} and order_id is null and reasons is null
    returning cardinality(quantities) as lines`
  return rows.reduce((sum, row) => sum + row.lines, 0)
}

/** Tells the reseller what the bulk order is now. */
export async function tell (tx: Tx, { resellerId, id }: Pick<BulkOrder, 'resellerId' | 'id'>, type: EventType): Promise<void> {
  const bulk = await readBulkOrder(tx, resellerId, id)
  await appendEvents(tx, [{ resellerId, type, data: { bulk_order: bulkOrderSummaryView(bulk) } }])
}

/** A second key has approved: what is set aside becomes orders. The caller holds the lock of the row. */
export async function approveBulkOrder (tx: Tx, resellerId: Uuid, id: Uuid): Promise<void> {
  const approved = await tx`
    update bulk_orders set state = 'completing', next_chunk = first_chunk
    where reseller_id = ${resellerId} and id = ${id} and state = 'awaiting_approval'`
  assert(approved.count === 1, 'a bulk order that waits for its approval')
}

/** A second key has rejected it, or its time is over: what is set aside is given back. The caller holds the lock of the row. */
export async function releaseBulkOrder (tx: Tx, resellerId: Uuid, id: Uuid, endsAs: BulkOrderEnd): Promise<void> {
  await startReleasing(tx, { resellerId, id }, endsAs, null)
}

/** A pass: ends bulk orders that nobody confirmed in time, up to `limit`; returns how many. */
export async function expireBulkOrders (db: Db, limit: number): Promise<number> {
  let expired = 0
  while (expired < limit && await transact(db, expireOne)) expired++
  return expired
}

async function expireOne (tx: Tx): Promise<boolean> {
  const [bulk] = await tx<BulkOrder[]>`
    select ${tx.unsafe(bulkOrderColumns)} from bulk_orders b
    where b.state = 'validated' and b.created_at <= clock_timestamp() - make_interval(hours => ${confirmHoursMax})
    order by b.created_at limit 1 for no key update skip locked`
  if (!bulk) return false
  const lines = await giveUpWaiting(tx, bulk.id, 'expired')
  await endBulkOrder(tx, bulk, 'expired', { linesDone: lines, linesFailed: lines })
  return true
}
