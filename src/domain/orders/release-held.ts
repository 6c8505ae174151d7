import { showId, type Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { cancelApprovals } from '../approvals/end-approvals.ts'
import { releaseOrders } from './held-orders.ts'
import type { OrderWithLines } from './order.ts'

/** Locks the approval that an order waits for, if it does: before the reseller, as whoever decides it does. */
export async function lockApprovalOf (tx: Tx, resellerId: Uuid, orderId: Uuid): Promise<void> {
  await tx`select 1 from approvals where reseller_id = ${resellerId} and subject_id = ${orderId} for update`
}

/**
 * Releases an order whose stock and money are set aside, at its buyer's wish; its approval is cancelled with it. One that is a part
 * of a bulk order is refused: `state_conflict`. The caller holds the reseller's lock.
 */
export async function releaseHeld (tx: Tx, { resellerId, id, terms, state }: OrderWithLines, keyId: string): Promise<OrderWithLines> {
  if (terms?.bulk !== undefined) {
    const bulk = showId('bulk_order', terms.bulk)
    throw new Problem('state_conflict', `The order is reserved for the bulk order ${bulk}; cancel that.`, { state, bulk_order: bulk })
  }
  const [released] = await releaseOrders(tx, resellerId, [id], { state: 'cancelled', reason: 'cancelled' })
  assert(released, 'an order that is held under the lock')
  await cancelApprovals(tx, resellerId, [id], keyId)
  return released
}
