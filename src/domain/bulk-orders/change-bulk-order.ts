// What a reseller does with a bulk order after its report, each under the lock of its row: confirm, cancel, retry. The work itself is
// done in steps by run-step.ts, which takes the same lock, so no step is ever under way while one of these decides.
import { confirmHoursMax } from '../../../schema/rest/bulk-orders.ts'
import type { BulkOrderState, Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { formatAmount, type Amount } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { cancelApprovals } from '../approvals/end-approvals.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { readApprovalNeed } from './approval-need.ts'
import { linesPerChunk, lockBulkOrder, stateConflict, type BulkOrder } from './bulk-order.ts'
import { endBulkOrder, giveUpWaiting, startReleasing, tell } from './end-bulk-order.ts'

/** Who asks, and for which bulk order. */
export interface Asking {
  readonly resellerId: Uuid
  readonly id: Uuid
  readonly keyId: string
  readonly ip: string
  readonly maxTotal: { readonly amount: Amount, readonly currency: Currency } | null
}

const retriable: readonly BulkOrderState[] = ['partial', 'failed', 'cancelled']

/**
 * Starts the work. It pays no more than max_total, which is the report's total unless told. Confirmed before, it stays as it is;
 * answers whether it was. Throws `state_conflict`, and `currency_mixed` for a max_total of another currency.
 */
export async function confirmBulkOrder (tx: Tx, asking: Asking): Promise<{ readonly replayed: boolean }> {
  const bulk = await lockBulkOrder(tx, asking.resellerId, asking.id)
  if (bulk.state === 'invalid') throw stateConflict(bulk, 'Its file has lines that are wrong: see the report, and send a corrected file.')
  const maxTotal = maxTotalOf(bulk, asking) ?? bulk.total
  if (bulk.confirmedAt !== null) {
    if (asking.maxTotal === null || maxTotal === bulk.maxTotal) return { replayed: true }
    throw stateConflict(bulk, `It was confirmed before with a max_total of ${formatAmount(bulk.maxTotal!, bulk.currency!)} ${bulk.currency}.`)
  }
  if (bulk.state !== 'validated' || await isTooLate(tx, bulk)) {
    const is = bulk.state === 'validated' ? 'expired' : bulk.state
    throw stateConflict({ state: is }, `It is ${is}: only what was validated within ${confirmHoursMax} hours can be confirmed.`)
  }
  const confirmed = { ...bulk, maxTotal, confirmedBy: asking.keyId, ip: asking.ip }
  await start(tx, confirmed, await firstState(tx, confirmed))
  return { replayed: false }
}

/**
 * Stops a bulk order. What was not confirmed ends at once; what is running ends after the step under way, and keeps what was bought;
 * what is set aside is given back. Cancelled before, it stays as it is. Throws `state_conflict`.
 */
export async function cancelBulkOrder (tx: Tx, { resellerId, id, keyId }: Asking): Promise<void> {
  const bulk = await lockBulkOrder(tx, resellerId, id)
  switch (bulk.state) {
    case 'validated':
    case 'running': {
      const lines = await giveUpWaiting(tx, id, 'cancelled')
      return await endBulkOrder(tx, bulk, 'cancelled', { linesDone: lines, linesFailed: lines })
    }
    case 'reserving':
    case 'awaiting_approval':
      await lockResellers(tx, [resellerId])
      await cancelApprovals(tx, resellerId, [id], keyId)
      return await startReleasing(tx, bulk, 'cancelled', null)
    case 'cancelled':
      return
    case 'releasing':
      if (bulk.endsAs === 'cancelled') return
      throw stateConflict(bulk, `It is giving back what was set aside, and ends as ${bulk.endsAs}.`)
    case 'completing':
      throw stateConflict(bulk, 'Everything is paid already. Cancel its orders one by one, as far as their codes are unrevealed.')
    default:
      throw stateConflict(bulk, `It is ${bulk.state}: there is nothing left to stop.`)
  }
}

/**
 * Tries once more to buy what failed: lines that were refused, and what is missing of lines delivered in part, as a round of their
 * own. Throws `state_conflict`.
 */
export async function retryBulkOrder (tx: Tx, asking: Asking): Promise<void> {
  const bulk = await lockBulkOrder(tx, asking.resellerId, asking.id)
  if (!retriable.includes(bulk.state)) {
    throw stateConflict(bulk, `It is ${bulk.state}: a retry is for what is ${retriable.join(', ')}.`)
  }
  const maxTotal = maxTotalOf(bulk, asking) ?? bulk.maxTotal ?? bulk.total
  if (maxTotal < bulk.paid) {
    throw new Problem('price_above_max', `${formatAmount(bulk.paid, bulk.currency!)} ${bulk.currency} are paid already, more than max_total.`)
  }
  const chunks = bulk.chunks + await appendFailedLines(tx, bulk)
  if (chunks === bulk.chunks) throw stateConflict(bulk, 'Every line was delivered in full.')
  const again = {
    ...bulk,
    maxTotal,
    confirmedBy: asking.keyId,
    ip: asking.ip,
    chunks,
    round: bulk.round + 1,
    firstChunk: bulk.chunks,
    linesDone: bulk.linesDelivered,
    linesFailed: 0
  }
  await start(tx, again, await firstState(tx, again))
}

function maxTotalOf ({ currency, total }: BulkOrder, { maxTotal }: Asking): Amount | null {
  if (maxTotal === null) return null
  if (maxTotal.currency === currency) return maxTotal.amount
  throw new Problem('currency_mixed', `max_total is in ${maxTotal.currency}; the bulk order costs ${formatAmount(total, currency!)} ${currency}.`, {
    errors: [{ pointer: '/max_total/currency', detail: `must be ${currency}` }]
  })
}

async function isTooLate (tx: Tx, { createdAt }: BulkOrder): Promise<boolean> {
  const [row] = await tx<{ late: boolean }[]>`select clock_timestamp() >= ${createdAt}::timestamptz + make_interval(hours => ${confirmHoursMax}) as late`
  return row!.late
}

/**
 * What is bought as a whole, or may need a second key, is set aside first. Prices may have risen since the report: what it may cost
 * decides, and once it is set aside what it costs.
 */
async function firstState (tx: Tx, bulk: BulkOrder): Promise<'running' | 'reserving'> {
  if (bulk.fill === 'all_or_nothing') return 'reserving'
  const { reasons } = await readApprovalNeed(tx, bulk, bulk.maxTotal!, bulk.quantity)
  return reasons.length > 0 ? 'reserving' : 'running'
}

async function start (tx: Tx, bulk: BulkOrder, state: 'running' | 'reserving'): Promise<void> {
  const started = await tx`
    update bulk_orders set
      state = ${state}, max_total = ${bulk.maxTotal}, confirmed_by = ${bulk.confirmedBy}, ip = ${bulk.ip}, chunks = ${bulk.chunks},
      round = ${bulk.round}, first_chunk = ${bulk.firstChunk}, next_chunk = ${bulk.firstChunk}, lines_done = ${bulk.linesDone},
      lines_failed = ${bulk.linesFailed}, failure = null, ends_as = null, ended_at = null,
      confirmed_at = coalesce(confirmed_at, clock_timestamp())
    where reseller_id = ${bulk.resellerId} and id = ${bulk.id} and state = ${bulk.state}`
  assert(started.count === 1, 'the bulk order that is locked')
  await tell(tx, bulk, 'bulk_order.confirmed')
}

/**
 * Makes chunks of what is missing, in the sequence of the lines, and marks the chunks it was taken from: from now on the new ones
 * tell what became of those lines. Gives their number.
 */
async function appendFailedLines (tx: Tx, { id, chunks, round }: BulkOrder): Promise<number> {
  const appended = await tx`
    with missing as (
      select wish.line_number, wish.sku_id, wish.quantity - coalesce(line.delivered, 0) as quantity, wish.reference,
             row_number() over (order by wish.line_number) as place
      from bulk_chunks c
        cross join lateral unnest(c.line_numbers, c.sku_ids, c.quantities, c.line_references) with ordinality
          as wish (line_number, sku_id, quantity, reference, place)
        left join lateral (
          select delivered from order_lines where order_lines.order_id = c.order_id and order_lines.line = wish.place limit 1
        ) as line on true
      where c.bulk_id = ${id} and not c.retried and coalesce(line.delivered, 0) < wish.quantity
    )
    insert into bulk_chunks (bulk_id, chunk, round, line_numbers, sku_ids, quantities, line_references)
    select ${id}, chunk, ${round + 1}, array_agg(line_number order by place), array_agg(sku_id order by place),
           array_agg(quantity order by place), array_agg(reference order by place)
    from (select *, ${chunks}::int + ((place - 1) / ${linesPerChunk}::int)::int as chunk from missing) as placed group by chunk`
  if (appended.count > 0) await tx`update bulk_chunks set retried = true where bulk_id = ${id} and chunk < ${chunks} and not retried`
  return appended.count
}
