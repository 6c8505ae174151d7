import { nextRunsMax } from '../../../schema/rest/standing-orders.ts'
import type { ProblemCode } from '../../../schema/problems.ts'
import type { Currency, StandingRunOutcome } from '../../../schema/vocabulary.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Db, Reader } from '../../postgres/pool.ts'
import { snapshotVersions, type Snapshot } from '../../postgres/snapshot.ts'
import type { PlaceOrder } from '../orders/place-orders.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import { endsBefore } from './check-rule.ts'
import { decideRun, type RunPlan } from './decide-run.ts'
import { nextTimes } from './next-times.ts'
import { refusal, requestOf, takenReference } from './run-due.ts'
import { readRunFacts } from './run-facts.ts'
import type { StandingOrder } from './standing-order.ts'

export interface Preview {
  readonly nextRuns: readonly Date[]
  /** Null when it has ended. */
  readonly next: PreviewedRun | null
}

export interface PreviewedRun {
  readonly would: StandingRunOutcome
  readonly quantity: number
  readonly unitPrice: Amount | null
  readonly total: Amount
  readonly currency: Currency
  readonly onHand: number | null
  readonly code: ProblemCode | null
  readonly detail: string | null
}

interface Needs { readonly db: Db, readonly priceBook: Snapshot<PriceBook>, readonly placeOrder: PlaceOrder }

/** The next times of a standing order, and what would become of a run now: its order is tried as a dry run, and nothing changes. */
export async function previewRun ({ db, priceBook, placeOrder }: Needs, standing: StandingOrder): Promise<Preview> {
  if (standing.state === 'ended') return { nextRuns: [], next: null }
  const book = await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
  const facts = await readRunFacts(db, standing)
  const plan = decideRun(standing, facts, book)
  const { currency } = book.sku(standing.skuId)!
  const run = { currency, onHand: facts.hand?.onHand ?? null }
  const quantity = plan.kind === 'nothing_needed' ? 0 : plan.kind === 'buy' ? plan.quantity : plan.wanted
  const unitPrice = quantity === 0 ? null : book.quote(facts.buyer, standing.skuId, quantity)?.unitPrice ?? null
  const nothing = { ...run, quantity, unitPrice, total: 0n, code: null, detail: null }
  return { nextRuns: await timesAhead(db, standing, facts.now), next: await outcomeOf() }

  async function outcomeOf (): Promise<PreviewedRun> {
    if (plan.kind === 'nothing_needed') return { ...nothing, would: 'nothing_needed' }
    if (plan.kind === 'limit_reached') return { ...nothing, would: 'limit_reached', detail: plan.detail }
    const tried = plan.kind === 'refused' ? plan.problem : await tryOrder(placeOrder, standing, plan)
    if (tried instanceof Problem) {
      const { outcome, code, detail } = refusal(tried)
      return { ...nothing, would: outcome, code, detail }
    }
    return { ...nothing, ...tried, would: 'ordered' }
  }
}

/** The order that the run would place, tried; what refuses it is its outcome, unless the trouble is ours. */
async function tryOrder (
  placeOrder: PlaceOrder, standing: StandingOrder, plan: Extract<RunPlan, { kind: 'buy' }>
): Promise<{ unitPrice: Amount, total: Amount } | Problem> {
  try {
    const { order, replayed } = await placeOrder({ ...requestOf(standing, plan), settle: 'never' })
    return replayed ? takenReference(order) : { unitPrice: order.lines[0]!.unitPrice, total: order.total }
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return error
    throw error
  }
}

async function timesAhead (read: Reader, { rule, limits, nextRunAt, orders }: StandingOrder, now: Date): Promise<readonly Date[]> {
  if (nextRunAt === null) return []
  const after = nextRunAt > now ? nextRunAt : now
  const times = [nextRunAt, ...await nextTimes(read, rule, after, nextRunsMax - 1)].filter(time => !endsBefore(limits, time))
  return limits.runs_max === undefined ? times : times.slice(0, limits.runs_max - orders)
}
