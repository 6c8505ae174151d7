// A bulk order as it is kept. Its lines stand in chunks; a chunk becomes one order, whose lines are the chunk's in
// their sequence. Chunks are numbered through all rounds.
import type { BulkOrderFailure, BulkOrderReport } from '../../../schema/rest/bulk-orders.ts'
import type { BulkFormat, BulkOrderState, Currency, Fill, LineReason } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'

/** What the work of releasing leads to. */
export type BulkOrderEnd = 'failed' | 'cancelled' | 'rejected' | 'expired'

export interface BulkOrder {
  readonly resellerId: Uuid
  readonly id: Uuid
  readonly reference: string
  readonly state: BulkOrderState
  readonly format: BulkFormat
  readonly fill: Fill
  /** null: no line of the file names a SKU. */
  readonly currency: Currency | null
  readonly costCenter: string | null
  readonly lines: number
  readonly quantity: number
  readonly total: Amount
  readonly maxTotal: Amount | null
  readonly keyId: string
  readonly ip: string
  readonly confirmedBy: string | null
  readonly chunks: number
  readonly round: number
  readonly firstChunk: number
  readonly nextChunk: number
  readonly endsAs: BulkOrderEnd | null
  readonly linesDone: number
  readonly linesDelivered: number
  readonly linesFailed: number
  readonly delivered: number
  /** What its orders have set aside; read from them, because withdrawn stock is released without it. */
  readonly held: Amount
  readonly paid: Amount
  readonly failure: BulkOrderFailure | null
  readonly createdAt: Date
  readonly confirmedAt: Date | null
  readonly endedAt: Date | null
}

/** A bulk order with what its file was found to be. */
export interface ReportedBulkOrder extends BulkOrder { readonly report: BulkOrderReport }

/** Lines of one order, and of the shortest step: more would be bought faster, and hold the locks longer than single orders can wait. */
export const linesPerChunk = 250

export const bulkOrderColumns = `b.reseller_id as "resellerId", b.id, b.reference, b.state, b.format, b.fill, b.currency,
  b.cost_center as "costCenter", b.lines, b.quantity, b.total, b.max_total as "maxTotal", b.key_id as "keyId", b.ip,
  b.confirmed_by as "confirmedBy", b.chunks, b.round, b.first_chunk as "firstChunk", b.next_chunk as "nextChunk", b.ends_as as "endsAs",
  b.lines_done as "linesDone", b.lines_delivered as "linesDelivered", b.lines_failed as "linesFailed", b.delivered, b.paid,
  b.failure, b.created_at as "createdAt", b.confirmed_at as "confirmedAt", b.ended_at as "endedAt",
  case when b.state in ('reserving', 'awaiting_approval', 'completing', 'releasing') then (
    select coalesce(sum(o.held), 0)::bigint from bulk_chunks c
      cross join lateral (select held from orders where orders.reseller_id = b.reseller_id and orders.id = c.order_id offset 0) as o
    where c.bulk_id = b.id
  ) else 0::bigint end as held`

/** A reseller's bulk order under its lock, the first lock of all; throws `not_found`. */
export async function lockBulkOrder (tx: Tx, resellerId: Uuid, id: Uuid): Promise<BulkOrder> {
  const [bulk] = await tx<BulkOrder[]>`
    select ${tx.unsafe(bulkOrderColumns)} from bulk_orders b where b.reseller_id = ${resellerId} and b.id = ${id} for no key update`
  if (!bulk) throw unknownBulkOrder()
  return bulk
}

/** A reseller's bulk order with its report; throws `not_found`. */
export async function readBulkOrder (read: Reader, resellerId: Uuid, id: Uuid): Promise<ReportedBulkOrder> {
  const [bulk] = await readBulkOrders(read, resellerId, [id])
  if (!bulk) throw unknownBulkOrder()
  return bulk
}

/** Those of a reseller's bulk orders that there are, with their reports, in any order. */
export async function readBulkOrders (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly ReportedBulkOrder[]> {
  return await read<ReportedBulkOrder[]>`
    select ${read.unsafe(bulkOrderColumns)}, b.report from bulk_orders b
    where b.reseller_id = ${resellerId} and b.id = any(${bareArray(ids)}::uuid[])`
}

function unknownBulkOrder (): Problem {
  return new Problem('not_found', 'You have no bulk order with this id.')
}

/** The reference of the order that a chunk becomes. */
export function chunkReference (id: Uuid, chunk: number): string {
  return `${showId('bulk_order', id)}/${chunk}`
}

/** Refuses what the present state does not allow. */
export function stateConflict ({ state }: Pick<BulkOrder, 'state'>, detail: string): Problem {
  return new Problem('state_conflict', detail, { state })
}

/** What lines say that were given up with the whole. */
export function reasonOfEnd (end: BulkOrderEnd): LineReason {
  return end === 'failed' ? 'cancelled' : end
}
