import type { Uuid } from '../../base/ids.ts'
import { showId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { endHolds, skusOfHolds } from './end-holds.ts'
import type { Hold } from './hold.ts'
import { readHold } from './read-holds.ts'
import { lockStock } from './take-stock.ts'

/**
 * Gives a hold's stock back at once. One that has ended without an order is answered as it is; throws `not_found`, and
 * `hold_ended` when an order used it.
 */
export async function cancelHold (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Hold> {
  await lockResellers(tx, [resellerId])
  const hold = { resellerId, id }
  await readHold(tx, resellerId, id)
  await lockStock(tx, await skusOfHolds(tx, [hold]))
  await endHolds(tx, [hold], 'cancelled')
  const ended = await readHold(tx, resellerId, id)
  if (ended.state === 'used') {
    const order = showId('order', ended.orderId!)
    throw new Problem('hold_ended', `The hold was used by the order ${order}; there is nothing left to cancel.`, { order })
  }
  return ended
}
