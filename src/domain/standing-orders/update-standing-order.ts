import type { StandingLimits, StandingRule } from '../../../schema/rest/standing-orders.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import { checkLimits, checkQuantities, checkRule, checkRunsAreLeft } from './check-rule.ts'
import { clockTime, firstTime } from './next-times.ts'
import { lockStandingOrder, readStandingOrder } from './read-standing-orders.ts'
import type { StandingOrder } from './standing-order.ts'

/** What is left out stays; a cost center of null is none. */
export interface StandingChange {
  readonly name?: string | undefined
  readonly rule?: StandingRule | undefined
  readonly limits?: StandingLimits | undefined
  readonly costCenter?: string | null | undefined
}

/**
 * Changes a standing order, which from then on buys with the key that asks: whoever sets a quantity is whoever ordered it, and
 * does not approve it. A new rule starts anew.
 */
export async function updateStandingOrder (
  tx: Tx, book: PriceBook, resellerId: Uuid, id: Uuid, keyId: string, change: StandingChange
): Promise<StandingOrder> {
  const before = await lockStandingOrder(tx, resellerId, id)
  if (before.state === 'ended') throw new Problem('state_conflict', 'The standing order has ended. Make a new one.')
  const sku = book.sku(before.skuId)
  assert(sku, 'the SKU of a standing order')
  const rule = change.rule ? await checkRule(tx, change.rule) : before.rule
  const limits = change.limits ?? before.limits
  if (change.rule) checkQuantities(rule, sku)
  if (change.limits) checkLimits(limits, sku)
  const nextRunAt = change.rule && before.nextRunAt ? await firstTime(tx, rule, await clockTime(tx)) : before.nextRunAt
  if (nextRunAt) checkRunsAreLeft(limits, before.orders, nextRunAt)
  const { name = before.name, costCenter = before.costCenter } = change
  await tx`
    update standing_orders set name = ${name}, rule = ${tx.json(rule as never)}, limits = ${tx.json(limits as never)},
      cost_center = ${costCenter}, key_id = ${keyId}, next_run_at = ${nextRunAt}, updated_at = now()
    where reseller_id = ${resellerId} and id = ${id}`
  return await readStandingOrder(tx, resellerId, id)
}
