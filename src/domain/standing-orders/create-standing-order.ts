import { standingOrdersOpenMax, type StandingLimits, type StandingRule } from '../../../schema/rest/standing-orders.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { Buyer, PriceBook } from '../pricing/price-book.ts'
import { checkLimits, checkQuantities, checkRule, checkRunsAreLeft, checkSku } from './check-rule.ts'
import { clockTime, firstTime } from './next-times.ts'
import { readStandingOrder } from './read-standing-orders.ts'
import type { StandingOrder } from './standing-order.ts'

export interface NewStandingOrder {
  readonly id: Uuid
  readonly reference: string
  readonly name: string
  readonly skuId: Uuid
  readonly rule: StandingRule
  readonly limits: StandingLimits
  readonly costCenter: string | null
  readonly keyId: string
}

/** Makes a standing order, active from now on; a rule or limit that makes no sense is refused with its pointer. */
export async function createStandingOrder (tx: Tx, book: PriceBook, buyer: Buyer, wanted: NewStandingOrder): Promise<StandingOrder> {
  const { id, reference, name, skuId, limits, costCenter, keyId } = wanted
  const rule = await checkRule(tx, wanted.rule)
  const sku = checkSku(book, buyer, skuId)
  checkQuantities(rule, sku)
  checkLimits(limits, sku)
  await refuseOneTooMany(tx, buyer.resellerId)
  const nextRunAt = await firstTime(tx, rule, await clockTime(tx))
  checkRunsAreLeft(limits, 0, nextRunAt)
  await tx`
    insert into standing_orders (reseller_id, id, reference, name, state, sku_id, rule, limits, cost_center, key_id, next_run_at)
    values (${buyer.resellerId}, ${id}, ${reference}, ${name}, 'active', ${skuId}, ${tx.json(rule as never)}, ${tx.json(limits as never)},
      ${costCenter}, ${keyId}, ${nextRunAt})`
  return await readStandingOrder(tx, buyer.resellerId, id)
}

async function refuseOneTooMany (tx: Tx, resellerId: Uuid): Promise<void> {
  await lockResellers(tx, [resellerId])
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from standing_orders where reseller_id = ${resellerId} and state <> 'ended'`
  if (row!.count >= standingOrdersOpenMax) {
    throw new Problem('state_conflict', `There are ${row!.count} standing orders, as many as there may be. End one first.`, {
      standing_orders_max: standingOrdersOpenMax
    })
  }
}
