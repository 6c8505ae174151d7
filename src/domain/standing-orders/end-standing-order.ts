import { standingOrderEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockStandingOrder, readStandingOrder } from './read-standing-orders.ts'
import type { StandingOrder } from './standing-order.ts'

/** Ends a standing order for good; its runs stay to be read. One that has ended stays as it is. */
export async function endStandingOrder (tx: Tx, resellerId: Uuid, id: Uuid): Promise<StandingOrder> {
  await lockStandingOrder(tx, resellerId, id)
  await enterEnd(tx, resellerId, id)
  return await readStandingOrder(tx, resellerId, id)
}

/** Ends what has not ended. The standing order is locked. */
export async function enterEnd (tx: Tx, resellerId: Uuid, id: Uuid): Promise<void> {
  await tx`
    update standing_orders set state = 'ended', pause_reason = null, next_run_at = null, updated_at = now()
    where reseller_id = ${resellerId} and id = ${id} and state = any(${quotedArray(standingOrderEntry.ended)}::text[])`
}
