import { standingOrderEntry } from '../../../schema/states.ts'
import type { StandingPauseReason } from '../../../schema/rest/standing-orders.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockStandingOrder, readStandingOrder } from './read-standing-orders.ts'
import type { StandingOrder } from './standing-order.ts'

/** Pauses a standing order until it is resumed; one that is paused stays as it is. */
export async function pauseStandingOrder (tx: Tx, resellerId: Uuid, id: Uuid): Promise<StandingOrder> {
  const { state } = await lockStandingOrder(tx, resellerId, id)
  if (state === 'ended') throw new Problem('state_conflict', 'The standing order has ended: it has no more runs.')
  await enterPause(tx, resellerId, id, 'requested')
  return await readStandingOrder(tx, resellerId, id)
}

/** Pauses what is active and tells its reseller why. The standing order is locked. */
export async function enterPause (tx: Tx, resellerId: Uuid, id: Uuid, reason: StandingPauseReason): Promise<void> {
  const paused = await tx`
    update standing_orders set state = 'paused', pause_reason = ${reason}, next_run_at = null, updated_at = now()
    where reseller_id = ${resellerId} and id = ${id} and state = any(${quotedArray(standingOrderEntry.paused)}::text[]) returning id`
  if (paused.length === 0) return
  await appendEvents(tx, [{
    resellerId, type: 'standing_order.paused', data: { standing_order: showId('standing_order', id), pause_reason: reason }
  }])
}
