// The clockwork of standing orders. A run is one transaction: the standing order is locked (a run that another process has begun
// is passed over), what it buys is decided, ordered and reported, and its next time is set. A crash leaves it done or not done.
// Times that were missed while nobody ran are made up for by one run: the next time is the first one after now.
import type { ProblemCode } from '../../../schema/problems.ts'
import { refusalsInARowMax, type StandingPauseReason } from '../../../schema/rest/standing-orders.ts'
import type { StandingRunOutcome } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { snapshotVersions, type Snapshot } from '../../postgres/snapshot.ts'
import { transact } from '../../postgres/transact.ts'
import { appendEvents } from '../events/append-events.ts'
import type { OrderRequest } from '../orders/decide.ts'
import type { OrderWithLines } from '../orders/order.ts'
import type { PlaceInside } from '../orders/place-orders.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import { endsBefore } from './check-rule.ts'
import { decideRun, type RunPlan } from './decide-run.ts'
import { enterEnd } from './end-standing-order.ts'
import { nextTimes } from './next-times.ts'
import { enterPause } from './pause-standing-order.ts'
import { readRunFacts, type RunFacts } from './run-facts.ts'
import { runView } from './standing-order-view.ts'
import { standingOrderColumns, type StandingOrder, type StandingRun } from './standing-order.ts'

export interface RunNeeds {
  readonly db: Db
  /** Where the transactions of the runs come from. */
  readonly stepDb: Db
  readonly priceBook: Snapshot<PriceBook>
  readonly placeInside: PlaceInside
}

/** Codes of refusals after which no run can succeed until somebody acts. */
const pausing: readonly (ProblemCode & StandingPauseReason)[] = ['key_revoked', 'key_expired', 'reseller_suspended']

/**
 * A pass: runs up to `limit` standing orders that are due; returns how many. Safe in several processes at once. One that fails
 * through a fault of ours does not keep the others from running; the first failure is thrown in the end.
 */
export async function runDueStandingOrders (needs: RunNeeds, limit: number): Promise<number> {
  const due = await needs.db<{ id: Uuid }[]>`
    select id from standing_orders where state = 'active' and next_run_at <= clock_timestamp() order by next_run_at limit ${limit}`
  if (due.length === 0) return 0
  const book = await needs.priceBook.atLeast((await snapshotVersions(needs.db)).get('prices')!)
  const failures: unknown[] = []
  for (const { id } of due) {
    try {
      await transact(needs.stepDb, tx => runOne(tx, needs, book, id))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return due.length
}

async function runOne (tx: Tx, { placeInside }: RunNeeds, book: PriceBook, id: Uuid): Promise<void> {
  const [standing] = await tx<StandingOrder[]>`
    select ${tx.unsafe(standingOrderColumns)} from standing_orders
    where id = ${id} and state = 'active' and next_run_at <= clock_timestamp() for no key update skip locked`
  if (!standing) return
  const facts = await readRunFacts(tx, standing)
  if (endsBefore(standing.limits, facts.now)) return await enterEnd(tx, standing.resellerId, id)
  const report = await carryOut(tx, standing, decideRun(standing, facts, book), placeInside)
  await settle(tx, standing, facts, report, book)
}

/** What a run came to. */
interface Report {
  readonly outcome: StandingRunOutcome
  readonly wanted: number
  readonly orderId: Uuid | null
  readonly quantity: number
  readonly total: Amount
  readonly code: ProblemCode | null
  readonly detail: string | null
}

async function carryOut (tx: Tx, standing: StandingOrder, plan: RunPlan, placeInside: PlaceInside): Promise<Report> {
  const nothing = { orderId: null, quantity: 0, total: 0n, code: null, detail: null }
  if (plan.kind === 'nothing_needed') return { ...nothing, outcome: 'nothing_needed', wanted: 0 }
  const { wanted } = plan
  if (plan.kind === 'limit_reached') return { ...nothing, outcome: 'limit_reached', wanted, detail: plan.detail }
  if (plan.kind === 'refused') return { ...nothing, ...refusal(plan.problem), wanted }
  const [placing] = await placeInside(tx, [requestOf(standing, plan)])
  assert(placing && placing.kind !== 'nothing', 'an order that is placed or refused')
  if (placing.kind === 'refused') return { ...nothing, ...refusal(placing.problem), wanted }
  const { order, replayed } = placing
  if (replayed) return { ...nothing, ...refusal(takenReference(order)), wanted }
  return { ...nothing, outcome: 'ordered', wanted, orderId: order.id, quantity: order.quantity, total: order.total }
}

/** The refusal of a run whose reference its reseller has used for an order of their own; the next run has another. */
export function takenReference ({ reference }: Pick<OrderWithLines, 'reference'>): Problem {
  return new Problem('reference_reused', `You placed an order under the reference ${reference} yourself.`)
}

/** A price that has risen over what the limits leave is a limit reached. */
export function refusal ({ code, detail }: Problem): { outcome: StandingRunOutcome, code: ProblemCode, detail: string } {
  return { outcome: code === 'price_above_max' ? 'limit_reached' : 'refused', code, detail }
}

/** The order of the next run of a standing order. */
export function requestOf (
  { id, resellerId, keyId, runs, skuId, costCenter, limits }: StandingOrder, { quantity, maxTotal }: Extract<RunPlan, { kind: 'buy' }>
): OrderRequest {
  const { currency } = limits.max_total_per_run ?? limits.monthly_total ?? {}
  return {
    resellerId,
    keyId,
    nonce: null,
    ip: '',
    reference: `${showId('standing_order', id)}/${runs + 1}`,
    lines: [{ skuId, quantity }],
    fill: 'all_or_nothing',
    maxTotal: maxTotal === null ? null : { amount: maxTotal, currency: currency! },
    reveal: false,
    terms: { standing: id, ...(costCenter !== null && { cost_center: costCenter }) },
    settle: 'now',
    faults: 'order'
  }
}

/** Writes the report, counts the run and sets the next time, or pauses or ends the standing order. */
async function settle (tx: Tx, standing: StandingOrder, { now, hand }: RunFacts, report: Report, book: PriceBook): Promise<void> {
  const { id, resellerId, rule, limits } = standing
  const { outcome, wanted, orderId, quantity, total, code, detail } = report
  const [before] = await tx<{ outcome: StandingRunOutcome }[]>`
    select outcome from standing_runs where standing_id = ${id} and run = ${standing.runs}`
  const orders = standing.orders + (outcome === 'ordered' ? 1 : 0)
  const refusals = outcome === 'refused' ? standing.refusals + 1 : 0
  const [nextRunAt] = await nextTimes(tx, rule, now, 1)
  const run: StandingRun = {
    run: standing.runs + 1,
    dueAt: standing.nextRunAt!,
    ranAt: now,
    outcome,
    wanted,
    onHand: hand?.onHand ?? null,
    orderId,
    quantity,
    total,
    currency: book.sku(standing.skuId)!.currency,
    code,
    detail
  }
  await tx`
    insert into standing_runs
      (reseller_id, standing_id, run, due_at, outcome, wanted, on_hand, order_id, quantity, total, code, detail, ran_at)
    values (${resellerId}, ${id}, ${run.run}, ${run.dueAt}, ${outcome}, ${wanted}, ${run.onHand}, ${orderId}, ${quantity}, ${total},
      ${code}, ${detail}, ${now})`
  await tx`
    update standing_orders set runs = ${run.run}, orders = ${orders}, refusals = ${refusals},
      used_up_to = ${hand?.usedUpTo ?? standing.usedUpTo}, next_run_at = ${nextRunAt!}
    where id = ${id}`
  // A look that finds nothing to do, or the same limit as the look before, is no news.
  const isNews = outcome === 'ordered' || outcome === 'refused' || (outcome === 'limit_reached' && before?.outcome !== 'limit_reached')
  if (isNews) {
    const data = { standing_order: showId('standing_order', id), run: runView(run) }
    await appendEvents(tx, [{ resellerId, type: 'standing_order.ran', data }])
  }
  const reason = pausing.find(known => known === code) ?? (refusals >= refusalsInARowMax ? 'refused_in_a_row' : undefined)
  const isLast = endsBefore(limits, nextRunAt!) || (limits.runs_max !== undefined && orders >= limits.runs_max)
  if (isLast) await enterEnd(tx, resellerId, id)
  else if (reason) await enterPause(tx, resellerId, id, reason)
}
