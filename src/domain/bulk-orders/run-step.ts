// The work of bulk orders, step by step. A step is one transaction: the row of one bulk order is locked (what another process works
// on is passed over), a chunk of it is bought, set aside, completed or released, and how far it is now is written beside. So a
// crash leaves a step done or not begun, and nobody can take a chunk twice. A step holds the reseller's and the stock's locks: while
// single orders wait for these it is of one chunk, with a pause after it; while nobody does, of a few.
import { setTimeout as pause } from 'node:timers/promises'
import type { BulkOrderFailure } from '../../../schema/rest/bulk-orders.ts'
import { lineReasons, type BulkOrderState, type LineReason } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { requestApproval } from '../approvals/request-approval.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { OrderRequest } from '../orders/decide.ts'
import { completeOrders, releaseOrders } from '../orders/held-orders.ts'
import type { OrderWithLines } from '../orders/order.ts'
import type { PlaceInside } from '../orders/place-orders.ts'
import { readOrdersWithLines } from '../orders/read-orders.ts'
import { lockStock } from '../stock/take-stock.ts'
import { lockAccounts } from '../wallet/move.ts'
import { readApprovalNeed } from './approval-need.ts'
import { bulkOrderColumns, chunkReference, reasonOfEnd, type BulkOrder } from './bulk-order.ts'
import { endBulkOrder, giveUpWaiting, startReleasing, tell } from './end-bulk-order.ts'

export interface StepNeeds { readonly stepDb: Db, readonly placeInside: PlaceInside }

/** How long others have the locks to themselves after a step that they waited for: twice as long as it took. */
export const pauseMs = 20
/** Chunks of a step while nobody waits. */
export const chunksPerStepMax = 4

/** A pass: makes up to `limit` steps, of the bulk orders in turn; returns how many. Several processes may run it at once. */
export async function runBulkOrders (needs: StepNeeds, limit: number): Promise<number> {
  let steps = 0
  for (let chunks = 1; steps < limit;) {
    const step = await runStep(needs, chunks)
    if (step === 'none') break
    steps++
    chunks = step === 'made' ? Math.min(2 * chunks, chunksPerStepMax) : 1
    if (step === 'waited for') await pause(pauseMs)
  }
  return steps
}

/** Makes one step, of up to `chunks`, of the bulk order that has waited longest for one; says when others waited for it to end. */
export async function runStep (needs: StepNeeds, chunks = 1): Promise<'none' | 'made' | 'waited for'> {
  let taken: BulkOrder | undefined
  try {
    return await transact(needs.stepDb, async tx => {
      taken = await takeOne(tx)
      if (!taken) return 'none'
      if (chunks > 1) await lockAhead(tx, taken, chunks)
      let bulk = taken
      for (let done = 1; ; done++) {
        await workOn(tx, needs.placeInside, bulk)
        if (done === chunks) break
        bulk = await present(tx, bulk)
        if (!atWork.includes(bulk.state)) break
      }
      return await isWaitedFor(tx) ? 'waited for' : 'made'
    })
  } catch (error) {
    // Whatever is wrong with this one, the others shall have their turn before it is tried again.
    if (taken) await sendToTheBack(needs.stepDb, taken).catch(() => {})
    throw error
  }
}

const atWork: readonly BulkOrderState[] = ['running', 'reserving', 'completing', 'releasing']

async function takeOne (tx: Tx): Promise<BulkOrder | undefined> {
  const [bulk] = await tx<BulkOrder[]>`
    select ${tx.unsafe(bulkOrderColumns)} from bulk_orders b
    where b.state in ('running', 'reserving', 'completing', 'releasing')
    order by b.worked_at nulls first, b.id limit 1 for no key update skip locked`
  return bulk
}

/**
 * Locks at once, in the order of the house, what several chunks will lock one after the other: the stock of the second may stand
 * before that of the first, and whoever locks both in their order would wait for this step while it waits for them.
 */
async function lockAhead (tx: Tx, { resellerId, id, currency, nextChunk }: BulkOrder, chunks: number): Promise<void> {
  await lockResellers(tx, [resellerId])
  const accounts = await tx<{ id: number }[]>`select id from accounts where owner_id = ${resellerId} and currency = ${currency}`
  await lockAccounts(tx, accounts.map(account => account.id))
  const skus = await tx<{ id: Uuid }[]>`
    select distinct sku_id as id from bulk_chunks, unnest(sku_ids) as sku_id
    where bulk_id = ${id} and chunk >= ${nextChunk} and chunk < ${nextChunk + chunks}`
  await lockStock(tx, skus.map(sku => sku.id))
}

/** Whether anybody waits for a lock while the step still holds its own. */
async function isWaitedFor (tx: Tx): Promise<boolean> {
  const [row] = await tx<{ waiting: boolean }[]>`select exists (select from pg_locks where not granted) as waiting`
  return row!.waiting
}

async function sendToTheBack (db: Db, { resellerId, id }: BulkOrder): Promise<void> {
  await db`update bulk_orders set worked_at = clock_timestamp() where reseller_id = ${resellerId} and id = ${id}`
}

async function workOn (tx: Tx, placeInside: PlaceInside, bulk: BulkOrder): Promise<void> {
  const [chunk] = await tx<Chunk[]>`
    select chunk, line_numbers as "lineNumbers", sku_ids as "skuIds", quantities, order_id as "orderId", reasons from bulk_chunks
    where bulk_id = ${bulk.id} and chunk = ${bulk.nextChunk}`
  switch (bulk.state) {
    case 'running':
      assert(chunk, 'a chunk while there is work')
      return await buy(tx, placeInside, bulk, chunk)
    case 'reserving':
      return chunk ? await reserve(tx, placeInside, bulk, chunk) : await endReserving(tx, bulk)
    case 'completing':
      return chunk ? await complete(tx, bulk, chunk) : await endCompleting(tx, bulk)
    default:
      return chunk ? await release(tx, bulk, chunk) : await endReleasing(tx, bulk)
  }
}

interface Chunk {
  readonly chunk: number
  readonly lineNumbers: readonly number[]
  readonly skuIds: readonly Uuid[]
  readonly quantities: readonly number[]
  readonly orderId: Uuid | null
  readonly reasons: readonly LineReason[] | null
}

/** What a step adds to the counts. */
interface Progress { readonly done: number, readonly delivered: number, readonly codes: number, readonly paid: Amount }

const noProgress: Progress = { done: 0, delivered: 0, codes: 0, paid: 0n }

/** running: a chunk is bought line by line; what cannot be bought is left out with its reason. */
async function buy (tx: Tx, placeInside: PlaceInside, bulk: BulkOrder, chunk: Chunk): Promise<void> {
  const placing = await place(tx, placeInside, orderOf(bulk, chunk, 'now'))
  if (placing.kind === 'refused') return await stop(tx, bulk, failureOf(placing.problem, null))
  const done = chunk.lineNumbers.length
  if (placing.kind === 'nothing') await settleChunk(tx, bulk, chunk, null, placing.reasons, { ...noProgress, done })
  else await settleChunk(tx, bulk, chunk, placing.order.id, null, progressOf(placing.order, done))
  if (bulk.nextChunk + 1 === bulk.chunks) await endRunning(tx, bulk)
}

/** reserving: a chunk is set aside. What is wanted as a whole is given up with the first line that cannot be had. */
async function reserve (tx: Tx, placeInside: PlaceInside, bulk: BulkOrder, chunk: Chunk): Promise<void> {
  const placing = await place(tx, placeInside, orderOf(bulk, chunk, 'hold'))
  if (placing.kind === 'refused') {
    const failure = failureOf(placing.problem, chunk)
    await settleChunk(tx, bulk, chunk, null, reasonsOf(placing.problem, chunk), { ...noProgress, done: chunk.lineNumbers.length })
    return await startReleasing(tx, bulk, 'failed', failure)
  }
  if (placing.kind === 'nothing') {
    return await settleChunk(tx, bulk, chunk, null, placing.reasons, { ...noProgress, done: chunk.lineNumbers.length })
  }
  await settleChunk(tx, bulk, chunk, placing.order.id, null, noProgress)
}

/** Everything that can be had is set aside: it becomes orders, waits for a second key, or there was nothing. */
async function endReserving (tx: Tx, bulk: BulkOrder): Promise<void> {
  const { held, missing } = await codesHeld(tx, bulk)
  if (held === 0) return await startReleasing(tx, bulk, 'failed', nothingToBuy)
  if (missing > 0 && bulk.fill === 'all_or_nothing') return await startReleasing(tx, bulk, 'failed', withdrawn)
  const quantity = bulk.delivered + held
  const { reasons, expiresInSeconds } = await readApprovalNeed(tx, bulk, bulk.paid + bulk.held, quantity)
  const state = reasons.length > 0 ? 'awaiting_approval' : 'completing'
  await tx`
    update bulk_orders set state = ${state}, next_chunk = first_chunk, worked_at = clock_timestamp()
    where reseller_id = ${bulk.resellerId} and id = ${bulk.id}`
  if (reasons.length === 0) return
  await lockResellers(tx, [bulk.resellerId])
  await requestApproval(tx, {
    resellerId: bulk.resellerId,
    id: newId(),
    kind: 'bulk_order',
    subjectId: bulk.id,
    reasons,
    currency: bulk.currency!,
    total: bulk.paid + bulk.held,
    quantity,
    costCenter: bulk.costCenter,
    requestedBy: bulk.confirmedBy!,
    expiresInSeconds
  })
  await tell(tx, bulk, 'bulk_order.awaiting_approval')
}

/** completing: what a chunk holds becomes an order. */
async function complete (tx: Tx, bulk: BulkOrder, { orderId, lineNumbers }: Chunk): Promise<void> {
  if (bulk.fill === 'all_or_nothing' && bulk.nextChunk === bulk.firstChunk && (await codesHeld(tx, bulk)).missing > 0) {
    return await startReleasing(tx, bulk, 'failed', withdrawn)
  }
  if (orderId === null) return await advance(tx, bulk, noProgress)
  await completeOrders(tx, bulk.resellerId, [orderId])
  const [order] = await readOrdersWithLines(tx, bulk.resellerId, [orderId])
  await advance(tx, bulk, progressOf(order!, lineNumbers.length))
}

/** releasing: what a chunk holds is given back; what was not tried yet is given up with the first step. */
async function release (tx: Tx, bulk: BulkOrder, { orderId, reasons, lineNumbers }: Chunk): Promise<void> {
  const reason = reasonOfEnd(bulk.endsAs!)
  const givenUp = bulk.nextChunk === bulk.firstChunk ? await giveUpWaiting(tx, bulk.id, reason) : 0
  if (orderId === null) {
    assert(reasons !== null || givenUp > 0 || bulk.nextChunk > bulk.firstChunk, 'a chunk with its reasons')
    return await advance(tx, bulk, { ...noProgress, done: givenUp })
  }
  const state = bulk.endsAs === 'failed' ? 'cancelled' : bulk.endsAs!
  await releaseOrders(tx, bulk.resellerId, [orderId], { state, reason })
  await advance(tx, bulk, { ...noProgress, done: givenUp + lineNumbers.length })
}

async function endRunning (tx: Tx, worked: BulkOrder): Promise<void> {
  const bulk = await present(tx, worked)
  await endBulkOrder(tx, bulk, bulk.linesFailed === 0 ? 'completed' : bulk.delivered > 0 ? 'partial' : 'failed', nothingMore)
}

async function endCompleting (tx: Tx, bulk: BulkOrder): Promise<void> {
  if (bulk.delivered === 0) {
    // The stock behind every line was withdrawn meanwhile: nothing was bought, and nothing is left to be given back.
    await startReleasing(tx, bulk, 'failed', nothingToBuy)
    return await endReleasing(tx, { ...bulk, endsAs: 'failed' })
  }
  await endBulkOrder(tx, bulk, bulk.linesFailed === 0 ? 'completed' : 'partial', nothingMore)
}

async function endReleasing (tx: Tx, bulk: BulkOrder): Promise<void> {
  await endBulkOrder(tx, bulk, bulk.endsAs === 'failed' && bulk.delivered > 0 ? 'partial' : bulk.endsAs!, nothingMore)
}

/** The whole cannot go on (the key was revoked, the reseller suspended): what was bought stays, the rest is given up. */
async function stop (tx: Tx, bulk: BulkOrder, failure: BulkOrderFailure): Promise<void> {
  const lines = await giveUpWaiting(tx, bulk.id, 'cancelled')
  await endBulkOrder(tx, bulk, bulk.delivered > 0 ? 'partial' : 'failed', { linesDone: lines, linesFailed: lines, failure })
}

const nothingMore = { linesDone: 0, linesFailed: 0 }
const withdrawn: BulkOrderFailure = { code: 'out_of_stock', detail: 'Stock that was set aside was withdrawn by the operator.', line: null }
const nothingToBuy: BulkOrderFailure = { code: 'out_of_stock', detail: 'None of its lines could be had; each says why.', line: null }

function orderOf (bulk: BulkOrder, { chunk, skuIds, quantities }: Chunk, settle: 'now' | 'hold'): OrderRequest {
  const left = bulk.maxTotal! - bulk.paid - bulk.held
  return {
    resellerId: bulk.resellerId,
    keyId: bulk.confirmedBy!,
    nonce: null,
    ip: bulk.ip,
    reference: chunkReference(bulk.id, chunk),
    lines: skuIds.map((skuId, i) => ({ skuId, quantity: quantities[i]! })),
    fill: bulk.fill,
    maxTotal: { amount: left > 0n ? left : 0n, currency: bulk.currency! },
    reveal: false,
    terms: { bulk: bulk.id, chunk, ...(bulk.costCenter !== null && { cost_center: bulk.costCenter }) },
    settle,
    faults: bulk.fill === 'all_or_nothing' ? 'order' : 'line'
  }
}

type Placed =
  | { readonly kind: 'placed', readonly order: OrderWithLines }
  | { readonly kind: 'nothing', readonly reasons: readonly LineReason[] }
  | { readonly kind: 'refused', readonly problem: Problem }

async function place (tx: Tx, placeInside: PlaceInside, request: OrderRequest): Promise<Placed> {
  const [placing] = await placeInside(tx, [request])
  assert(placing, 'an outcome of the order')
  if (placing.kind === 'refused') return placing
  if (placing.kind === 'nothing') return { kind: 'nothing', reasons: placing.lines.map(({ reason }) => reason) }
  // No step is made twice: whoever placed an order under this reference was the reseller.
  if (placing.replayed) {
    return { kind: 'refused', problem: new Problem('reference_reused', `You placed an order with the reference ${request.reference} yourself.`) }
  }
  return placing
}

/** What an order has brought, counted line by line. */
function progressOf (order: OrderWithLines, done: number): Progress {
  const delivered = order.lines.reduce((count, line) => count + (line.delivered === line.quantity ? 1 : 0), 0)
  return { done, delivered, codes: order.delivered, paid: order.total }
}

/** Writes what became of a chunk, and how far its bulk order is now. */
async function settleChunk (
  tx: Tx, bulk: BulkOrder, { chunk }: Chunk, orderId: Uuid | null, reasons: readonly LineReason[] | null, progress: Progress
): Promise<void> {
  const [settled] = await Promise.all([
    tx`
      update bulk_chunks set order_id = ${orderId}, reasons = ${reasons === null ? null : bareArray(reasons)}::text[]
      where bulk_id = ${bulk.id} and chunk = ${chunk} and order_id is null and reasons is null`.execute(),
    advance(tx, bulk, progress)
  ])
  assert(settled.count === 1, 'a chunk that nobody has bought')
}

async function advance (tx: Tx, { resellerId, id, nextChunk }: BulkOrder, { done, delivered, codes, paid }: Progress): Promise<void> {
  const advanced = await tx`
    update bulk_orders set
      next_chunk = next_chunk + 1, worked_at = clock_timestamp(), lines_done = lines_done + ${done}, lines_delivered = lines_delivered + ${delivered},
      lines_failed = lines_failed + ${done - delivered}, delivered = delivered + ${codes}, paid = paid + ${paid}
    where reseller_id = ${resellerId} and id = ${id} and next_chunk = ${nextChunk}`.execute()
  assert(advanced.count === 1, 'the bulk order as it was locked')
}

async function present (tx: Tx, { resellerId, id }: BulkOrder): Promise<BulkOrder> {
  const [bulk] = await tx<BulkOrder[]>`select ${tx.unsafe(bulkOrderColumns)} from bulk_orders b where reseller_id = ${resellerId} and id = ${id}`
  return bulk!
}

/** Codes that the present round has set aside, and by how many that is less than it wants. */
async function codesHeld (tx: Tx, { id, firstChunk }: BulkOrder): Promise<{ readonly held: number, readonly missing: number }> {
  const [row] = await tx<{ held: number, missing: number }[]>`
    select coalesce(sum(aside.held), 0)::int as held, coalesce(sum(wish.quantity - coalesce(aside.held, 0)), 0)::int as missing
    from bulk_chunks c
      cross join lateral (select sum(quantity)::int as quantity from unnest(c.quantities) as quantity) as wish
      cross join lateral (select sum(held)::int as held from order_lines where order_lines.order_id = c.order_id) as aside
    where c.bulk_id = ${id} and c.chunk >= ${firstChunk}`
  return row!
}

/** Why the whole was given up, with the line of the file where it was met. */
function failureOf ({ code, detail, facts }: Problem, chunk: Chunk | null): BulkOrderFailure {
  const place = chunk === null ? undefined : linePlace(facts.errors?.[0]?.pointer)
  return { code, detail, line: place === undefined ? null : chunk!.lineNumbers[place] ?? null }
}

/** For each line of a chunk that was refused as a whole why it was not had. */
function reasonsOf ({ code, facts }: Problem, { lineNumbers }: Chunk): readonly LineReason[] {
  const known = (lineReasons as readonly string[]).includes(code) ? code as LineReason : 'cancelled'
  const places = new Set((facts.errors ?? []).flatMap(({ pointer }) => linePlace(pointer) ?? []))
  return lineNumbers.map((_, i) => places.size === 0 || places.has(i) ? known : 'cancelled')
}

function linePlace (pointer: string | undefined): number | undefined {
  const found = /^\/lines\/(\d+)/.exec(pointer ?? '')
  return found ? Number(found[1]) : undefined
}
