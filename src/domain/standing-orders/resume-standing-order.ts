import { standingOrderEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { endsBefore } from './check-rule.ts'
import { clockTime, firstTime } from './next-times.ts'
import { lockStandingOrder, readStandingOrder } from './read-standing-orders.ts'
import type { StandingOrder } from './standing-order.ts'

/** Lets a paused standing order run again, from the first time after now on and with the key that asks; an active one stays as it is. */
export async function resumeStandingOrder (tx: Tx, resellerId: Uuid, id: Uuid, keyId: string): Promise<StandingOrder> {
  const { state, rule, limits, orders } = await lockStandingOrder(tx, resellerId, id)
  if (state === 'active') return await readStandingOrder(tx, resellerId, id)
  if (state === 'ended') throw new Problem('state_conflict', 'The standing order has ended. Make a new one.')
  const nextRunAt = await firstTime(tx, rule, await clockTime(tx))
  if (endsBefore(limits, nextRunAt) || (limits.runs_max !== undefined && limits.runs_max <= orders)) {
    throw new Problem('state_conflict', 'Its limits leave no run: change ends_at or runs_max first.')
  }
  await tx`
    update standing_orders set state = 'active', pause_reason = null, next_run_at = ${nextRunAt}, refusals = 0, key_id = ${keyId},
      updated_at = now()
    where reseller_id = ${resellerId} and id = ${id} and state = any(${quotedArray(standingOrderEntry.active)}::text[])`
  return await readStandingOrder(tx, resellerId, id)
}
