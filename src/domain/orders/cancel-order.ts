import type { ReturnedCodes } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { OrderWithLines } from './order.ts'
import { readOrder } from './read-orders.ts'
import { returnCodes } from './return-codes.ts'
import { lockApprovalOf, releaseHeld } from './release-held.ts'

export interface Cancel {
  readonly resellerId: Uuid
  readonly orderId: Uuid
  readonly codes: ReturnedCodes
  /** What the reseller says about it. */
  readonly note: string | null
  /** The key that asks. */
  readonly keyId: string
}

/**
 * Cancels an order: what is set aside is released, codes that were delivered are given back with their refund. One that was
 * cancelled before is answered again. Throws `not_found`, `state_conflict`, `codes_revealed` and `reversal_too_late`.
 */
export async function cancelOrder (tx: Tx, cancel: Cancel): Promise<OrderWithLines> {
  const { resellerId, orderId, keyId } = cancel
  await lockApprovalOf(tx, resellerId, orderId)
  await lockResellers(tx, [resellerId])
  const order = await readOrder(tx, resellerId, orderId)
  if (!order) throw new Problem('not_found', 'You have no order with this id.')
  switch (order.state) {
    case 'awaiting_approval':
    case 'reserved':
      return await releaseHeld(tx, order, keyId)
    case 'completed':
    case 'partial':
      return await giveBack(tx, cancel, order)
    case 'cancelled':
    case 'reversed':
      return order
    default:
      throw new Problem('state_conflict', `The order is ${order.state}: there is nothing to cancel.`, { state: order.state })
  }
}

async function giveBack (tx: Tx, cancel: Cancel, order: OrderWithLines): Promise<OrderWithLines> {
  try {
    return (await returnCodes(tx, { ...cancel, reason: 'cancelled' })).order
  } catch (error) {
    // The answer to giving back what was unrevealed was lost, and it is asked for again: there is nothing left to give.
    const again = cancel.codes === 'unrevealed' && order.returned > 0 && error instanceof Problem && error.code === 'codes_revealed'
    if (again) return order
    throw error
  }
}
