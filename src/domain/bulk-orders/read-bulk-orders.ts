import type { BulkOrderState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { bulkOrderColumns, type BulkOrder } from './bulk-order.ts'

export interface BulkOrderFilter { readonly reference: string | null, readonly state: BulkOrderState | null }

/** A reseller's bulk orders, newest first, older than the one named. */
export async function listBulkOrders (
  read: Reader, resellerId: Uuid, { reference, state }: BulkOrderFilter, olderThan: Uuid | null, count: number
): Promise<readonly BulkOrder[]> {
  return await read<BulkOrder[]>`
    select ${read.unsafe(bulkOrderColumns)} from bulk_orders b
    where b.reseller_id = ${resellerId} and (${olderThan}::uuid is null or b.id < ${olderThan}::uuid)
      and (${reference}::text is null or b.reference = ${reference}) and (${state}::text is null or b.state = ${state})
    order by b.id desc limit ${count}`
}

/** What was given back since of what each of a reseller's bulk orders delivered, over all its orders; those without are left out. */
export async function readRefunded (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Amount>> {
  const rows = await read<{ id: Uuid, refunded: Amount }[]>`
    select c.bulk_id as id, sum(o.refunded)::bigint as refunded from bulk_chunks c
      cross join lateral (select refunded from orders where orders.reseller_id = ${resellerId} and orders.id = c.order_id offset 0) as o
    where c.bulk_id = any(${bareArray(ids)}::uuid[]) group by c.bulk_id`
  return new Map(rows.map(({ id, refunded }) => [id, refunded]))
}
