import type { StandingOrder as StandingOrderView, StandingRun as StandingRunView } from '../../../schema/rest/standing-orders.ts'
import { showId } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import type { StandingOrder, StandingRun } from './standing-order.ts'

/** A standing order as its reseller sees it. */
export function standingOrderView (standing: StandingOrder): StandingOrderView {
  return {
    id: showId('standing_order', standing.id),
    reference: standing.reference,
    name: standing.name,
    state: standing.state,
    sku: showId('sku', standing.skuId),
    rule: standing.rule,
    limits: standing.limits,
    cost_center: standing.costCenter,
    key: standing.keyId,
    runs: standing.runs,
    orders: standing.orders,
    next_run_at: standing.nextRunAt?.toISOString() ?? null,
    pause_reason: standing.pauseReason,
    created_at: standing.createdAt.toISOString(),
    updated_at: standing.updatedAt.toISOString()
  }
}

/** A run as its reseller sees it. */
export function runView (run: StandingRun): StandingRunView {
  return {
    run: run.run,
    due_at: run.dueAt.toISOString(),
    ran_at: run.ranAt.toISOString(),
    outcome: run.outcome,
    wanted: run.wanted,
    on_hand: run.onHand,
    order: run.orderId === null ? null : showId('order', run.orderId),
    quantity: run.quantity,
    total: formatAmount(run.total, run.currency),
    currency: run.currency,
    code: run.code,
    detail: run.detail
  }
}
