// The one presenter of bulk orders: REST and events show what stands here.
import { confirmHoursMax, type BulkOrder as BulkOrderView, type BulkOrderSummary } from '../../../schema/rest/bulk-orders.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { showId } from '../../base/ids.ts'
import { formatAmount, type Amount } from '../../base/money.ts'
import type { BulkOrder, ReportedBulkOrder } from './bulk-order.ts'

/** A bulk order with its report; `refunded` is what was given back since, over all its orders. */
export function bulkOrderView (bulk: ReportedBulkOrder, refunded: Amount): BulkOrderView {
  const summary = bulkOrderSummaryView(bulk)
  const { total, held, paid } = summary
  return { ...summary, amounts: { wanted: total, held, paid, refunded: shown(refunded, bulk.currency) }, report: bulk.report }
}

/** A bulk order without its report, as lists and events show it. */
export function bulkOrderSummaryView (bulk: BulkOrder): BulkOrderSummary {
  const { state, currency, maxTotal, createdAt } = bulk
  return {
    id: showId('bulk_order', bulk.id),
    reference: bulk.reference,
    state,
    fill: bulk.fill,
    format: bulk.format,
    currency,
    cost_center: bulk.costCenter,
    round: bulk.round,
    lines: bulk.lines,
    lines_done: bulk.linesDone,
    lines_delivered: bulk.linesDelivered,
    lines_failed: bulk.linesFailed,
    quantity: bulk.quantity,
    delivered: bulk.delivered,
    percent: percentOf(bulk),
    total: currency === null ? null : formatAmount(bulk.total, currency),
    max_total: maxTotal === null || currency === null ? null : formatAmount(maxTotal, currency),
    held: shown(bulk.held, currency),
    paid: shown(bulk.paid, currency),
    failure: bulk.failure,
    created_by: bulk.keyId,
    confirmed_by: bulk.confirmedBy,
    created_at: createdAt.toISOString(),
    confirm_before: state === 'validated' ? new Date(createdAt.getTime() + confirmHoursMax * 3_600_000).toISOString() : null,
    confirmed_at: bulk.confirmedAt?.toISOString() ?? null,
    ended_at: bulk.endedAt?.toISOString() ?? null
  }
}

/** Without a currency nothing was ever bought. */
function shown (amount: Amount, currency: Currency | null): string {
  return currency === null ? '0' : formatAmount(amount, currency)
}

function percentOf ({ state, chunks, firstChunk, nextChunk }: BulkOrder): number {
  const part = chunks > firstChunk ? (nextChunk - firstChunk) / (chunks - firstChunk) : 1
  switch (state) {
    case 'invalid':
    case 'validated': return 0
    case 'running': return Math.floor(100 * part)
    case 'reserving': return Math.floor(50 * part)
    case 'awaiting_approval': return 50
    case 'completing':
    case 'releasing': return Math.floor(50 + 50 * part)
    default: return 100
  }
}
