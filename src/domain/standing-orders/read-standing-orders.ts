import type { StandingOrderState, StandingRunOutcome } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { standingOrderColumns, type StandingOrder, type StandingRun } from './standing-order.ts'

/** A reseller's standing order; `not_found` when it is unknown or another's. */
export async function readStandingOrder (read: Reader, resellerId: Uuid, id: Uuid): Promise<StandingOrder> {
  const [found] = await readStandingOrders(read, resellerId, [id])
  if (!found) throw new Problem('not_found', 'You have no standing order with this id.')
  return found
}

/** Those of a reseller's standing orders that there are, in any order. */
export async function readStandingOrders (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly StandingOrder[]> {
  return await read<StandingOrder[]>`
    select ${read.unsafe(standingOrderColumns)} from standing_orders
    where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** One, locked: no run begins before the transaction ends, and one under way has ended. */
export async function lockStandingOrder (tx: Tx, resellerId: Uuid, id: Uuid): Promise<StandingOrder> {
  await tx`select 1 from standing_orders where reseller_id = ${resellerId} and id = ${id} for no key update`
  return await readStandingOrder(tx, resellerId, id)
}

export interface StandingFilter { readonly state: StandingOrderState | null, readonly skuId: Uuid | null }

/** A reseller's standing orders, newest first, older than the one named. */
export async function listStandingOrders (
  read: Reader, resellerId: Uuid, { state, skuId }: StandingFilter, olderThan: Uuid | null, count: number
): Promise<readonly StandingOrder[]> {
  return await read<StandingOrder[]>`
    select ${read.unsafe(standingOrderColumns)} from standing_orders
    where reseller_id = ${resellerId} and (${state}::text is null or state = ${state}) and (${skuId}::uuid is null or sku_id = ${skuId})
      and (${olderThan}::uuid is null or id < ${olderThan})
    order by id desc limit ${count}`
}

/** The runs of a standing order, newest first, before the one named. */
export async function listStandingRuns (
  read: Reader, standing: Pick<StandingOrder, 'id'>, outcome: StandingRunOutcome | null, before: number | null, count: number
): Promise<readonly StandingRun[]> {
  return await read<StandingRun[]>`
    select r.run, r.due_at as "dueAt", r.ran_at as "ranAt", r.outcome, r.wanted, r.on_hand as "onHand", r.order_id as "orderId",
           r.quantity, r.total, k.currency, r.code, r.detail
    from standing_runs r join standing_orders s on s.id = r.standing_id join skus k on k.id = s.sku_id
    where r.standing_id = ${standing.id} and (${outcome}::text is null or r.outcome = ${outcome})
      and (${before}::int is null or r.run < ${before})
    order by r.run desc limit ${count}`
}
