// Giving back codes that were never revealed: money returns to the wallet, codes to the shelf. This is the one place where that
// happens. Rules: within so many hours of the order, or of its approval, by the database's clock; a code that was revealed once stays sold. The caller
// holds the reseller's lock; here the wallet is locked, then the stock rows, then the order, which reveals lock too: of a reveal and a
// return of one code, only one can happen. Revenue comes last, as in the batches of orders.
import type { Currency, OrderState, RefundReason, ReturnedCodes } from '../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { roundShare, type Amount } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { addSpends } from '../approvals/read-budgets.ts'
import { appendEvents } from '../events/append-events.ts'
import { putBack } from '../stock/put-back.ts'
import { lockStock } from '../stock/take-stock.ts'
import { revenueAccount, revenueShards } from '../wallet/house-accounts.ts'
import { lockAccounts, move } from '../wallet/move.ts'
import { codesOfBuyer, type OrderTerms, type OrderWithLines, type PositionedAllocation } from './order.ts'
import { orderSummaryView } from './order-view.ts'
import { readOrder, readPositions } from './read-orders.ts'
import { readRefunds, refundSummaryView, type KeptLine, type Refund } from './read-refunds.ts'

/** How long after an order its codes can be given back. */
export const returnHoursMax = 48

export interface Return {
  readonly resellerId: Uuid
  readonly orderId: Uuid
  readonly codes: ReturnedCodes
  readonly reason: RefundReason
  /** What the reseller says about it. */
  readonly note: string | null
  /** The key that asks. */
  readonly keyId: string
}

export interface Returned { readonly order: OrderWithLines, readonly refund: Refund }

/**
 * Gives back the codes of an order that is completed or partial, with its refund. Throws `codes_revealed`, `reversal_too_late` and
 * `codes_of_buyer` with the facts. The caller holds the reseller's lock.
 */
export async function returnCodes (tx: Tx, wanted: Return): Promise<Returned> {
  const { resellerId, orderId } = wanted
  const wallet = await lockWalletAndStock(tx, resellerId, orderId)
  const order = await lockOrder(tx, resellerId, orderId)
  const pieces = cutAtReveals(await readPositions(tx, orderId), await readRevealed(tx, orderId))
  refuse(order, pieces, wanted.codes)

  const returned = pieces.filter(piece => piece.live && !piece.revealed)
  await writeAllocations(tx, pieces)
  await putBack(tx, returned)
  const lines = shareRefund(await readLines(tx, orderId), returned, order.currency)
  const refundId = await writeRefund(tx, wanted, order, lines, wallet)

  const [refund] = (await readRefunds(tx, [orderId])).filter(({ id }) => id === refundId)
  const after = await readOrder(tx, resellerId, orderId)
  assert(refund && after, 'the refund and the order just written')
  await appendEvents(tx, [{
    resellerId,
    type: after.state === 'reversed' ? 'order.reversed' : 'order.refunded',
    data: { order: orderSummaryView(after), refund: refundSummaryView(refund) }
  }])
  return { order: after, refund }
}

async function lockWalletAndStock (tx: Tx, resellerId: Uuid, orderId: Uuid): Promise<number> {
  const [owned] = await tx<{ wallet: number }[]>`
    select accounts.id as wallet from orders
      join accounts on accounts.owner_id = orders.reseller_id and accounts.kind = 'wallet' and accounts.currency = orders.currency
    where orders.reseller_id = ${resellerId} and orders.id = ${orderId}`
  assert(owned, 'an order and the wallet that paid for it')
  await lockAccounts(tx, [owned.wallet])
  const skus = await tx<{ sku_id: Uuid }[]>`select distinct sku_id from order_lines where order_id = ${orderId} and delivered > returned`
  await lockStock(tx, skus.map(sku => sku.sku_id))
  return owned.wallet
}

interface LockedOrder {
  readonly state: OrderState
  readonly currency: Currency
  readonly delivered: number
  readonly returned: number
  readonly terms: OrderTerms | null
  readonly createdAt: Date
  /** When it could be paid for: with the order, or when a second key approved it. */
  readonly settledAt: Date
  readonly now: Date
  readonly late: boolean
}

async function lockOrder (tx: Tx, resellerId: Uuid, orderId: Uuid): Promise<LockedOrder> {
  const [order] = await tx<LockedOrder[]>`
    select state, currency, delivered, returned, terms, created_at as "createdAt", settled.at as "settledAt", clock_timestamp() as now,
           clock_timestamp() > settled.at + make_interval(hours => ${returnHoursMax}) as late
    from orders cross join lateral (
      select greatest(orders.created_at, max(decided_at)) as at from approvals
      where approvals.reseller_id = orders.reseller_id and subject_id in (orders.id, (orders.terms ->> 'bulk')::uuid)
        and approvals.state = 'approved'
    ) as settled
    where orders.reseller_id = ${resellerId} and orders.id = ${orderId} for no key update of orders`
  assert(order && (order.state === 'completed' || order.state === 'partial'), 'an order with codes that can be given back')
  return order
}

interface Span { readonly first: number, readonly stop: number }

/** The positions that were ever revealed, as spans without overlap, in order: a page may have been fetched many times. */
async function readRevealed (tx: Tx, orderId: Uuid): Promise<readonly Span[]> {
  return await tx<Span[]>`
    select min(first) as first, max(stop) as stop from (
      select first, stop, sum(starts) over (order by first, stop rows unbounded preceding) as span from (
        select first, first + count as stop,
               (first > coalesce(max(first + count) over earlier, -1))::int as starts
        from reveals where order_id = ${orderId}
        window earlier as (order by first, first + count rows between unbounded preceding and 1 preceding)
      ) as reveal
    ) as reveal group by span order by 1`
}

/** A part of an allocation that was revealed as a whole, or not at all. */
interface Piece extends PositionedAllocation {
  readonly revealed: boolean
  /** Where its allocation begins, and how many codes that has. */
  readonly from: number
  readonly size: number
}

/** Cuts allocations where what was revealed begins and ends. */
function cutAtReveals (positions: readonly PositionedAllocation[], revealed: readonly Span[]): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const range of positions) {
    const stop = range.position + range.count
    const cut = (position: number, end: number, revealed: boolean) => {
      const first = range.first + position - range.position
      pieces.push({ ...range, first, position, count: end - position, revealed, from: range.first, size: range.count })
    }
    let position = range.position
    while (position < stop) {
      while (at < revealed.length && revealed[at]!.stop <= position) at++
      const span = revealed[at]
      const inside = span !== undefined && span.first <= position
      const end = Math.min(stop, span === undefined ? stop : inside ? span.stop : span.first)
      cut(position, end, inside)
      position = end
    }
  }
  return pieces
}

/** Of several reasons, the one that stands first in the table of problems; what a buyer has paid for is never given back. */
function refuse (
  { delivered, returned, terms, createdAt, settledAt, now, late }: LockedOrder, pieces: readonly Piece[], codes: ReturnedCodes
): void {
  if (terms?.checkout !== undefined) throw codesOfBuyer(terms.checkout)
  const revealed = countOf(pieces.filter(piece => piece.live && piece.revealed))
  const unrevealed = delivered - returned - revealed
  if (unrevealed === 0 || (codes === 'all' && revealed > 0)) {
    const advice = unrevealed === 0 ? '' : ` Cancel with codes: unrevealed to give back the other ${unrevealed}.`
    const detail = `${revealed} of the ${delivered} codes of the order were revealed, and cannot be given back.${advice}`
    throw new Problem('codes_revealed', detail, { revealed, delivered, returned })
  }
  if (late) {
    const until = new Date(settledAt.getTime() + returnHoursMax * 3_600_000)
    throw new Problem('reversal_too_late', `Codes can be given back within ${returnHoursMax} hours of their order, or of its approval.`, {
      ordered_at: createdAt.toISOString(), returnable_until: until.toISOString(), now: now.toISOString()
    })
  }
}

/** An allocation that is given back in part becomes several rows, so that each is live or not as a whole. */
async function writeAllocations (tx: Tx, pieces: readonly Piece[]): Promise<void> {
  const given = new Set(pieces.filter(piece => piece.live && !piece.revealed).map(keyOf))
  const touched = pieces.filter(piece => given.has(keyOf(piece)))
  const fronts = touched.filter(piece => piece.first === piece.from)
  const orderId = touched[0]!.orderId
  const updated = await tx`
    update allocations set count = front.count, live = front.live
    from unnest(${bareArray(fronts.map(piece => piece.line))}::smallint[], ${bareArray(fronts.map(piece => piece.lotId))}::int[],
                ${bareArray(fronts.map(piece => piece.first))}::int[], ${bareArray(fronts.map(piece => piece.size))}::int[],
                ${bareArray(fronts.map(piece => piece.count))}::int[], ${bareArray(fronts.map(piece => piece.revealed))}::boolean[])
      as front (line, lot_id, first, size, count, live)
    where allocations.order_id = ${orderId} and allocations.line = front.line and allocations.lot_id = front.lot_id
      and allocations.first = front.first and allocations.count = front.size and allocations.live`
  assert(updated.count === fronts.length, 'every allocation that is given back, as it was read')
  const rest = touched.filter(piece => piece.first !== piece.from)
  await tx`
    insert into allocations (order_id, line, lot_id, first, count, live)
    select ${orderId}, * from unnest(
      ${bareArray(rest.map(piece => piece.line))}::smallint[], ${bareArray(rest.map(piece => piece.lotId))}::int[],
      ${bareArray(rest.map(piece => piece.first))}::int[], ${bareArray(rest.map(piece => piece.count))}::int[],
      ${bareArray(rest.map(piece => piece.revealed))}::boolean[])`
}

function keyOf (piece: Piece): string {
  return `${piece.line} ${piece.lotId} ${piece.from}`
}

interface SoldLine {
  readonly line: number
  readonly delivered: number
  readonly returned: number
  readonly total: Amount
  readonly refunded: Amount
}

async function readLines (tx: Tx, orderId: Uuid): Promise<readonly SoldLine[]> {
  return await tx<SoldLine[]>`select line, delivered, returned, total, refunded from order_lines where order_id = ${orderId} order by line`
}

interface LineShare { readonly line: number, readonly quantity: number, readonly amount: Amount }

/** What each line gets back: the share of all its codes given back so far, less what was refunded before, so that no cent is lost. */
function shareRefund (lines: readonly SoldLine[], returned: readonly Piece[], currency: Currency): readonly LineShare[] {
  return lines.flatMap(({ line, delivered, returned: before, total, refunded }) => {
    const quantity = countOf(returned.filter(piece => piece.line === line))
    return quantity === 0 ? [] : [{ line, quantity, amount: roundShare(total, before + quantity, delivered, currency) - refunded }]
  })
}

/** Writes lines, order, refund, money and budgets; gives the refund's id. */
async function writeRefund (tx: Tx, wanted: Return, order: LockedOrder, lines: readonly LineShare[], wallet: number): Promise<Uuid> {
  const { resellerId, orderId, reason, note, keyId } = wanted
  const id = newId()
  const amount = lines.reduce((sum, line) => sum + line.amount, 0n)
  const quantity = countOf(lines.map(line => ({ count: line.quantity })))
  const kept: KeptLine[] = lines.map(line => ({ ...line, amount: String(line.amount) }))
  const changed = await tx`
    update order_lines set returned = returned + share.quantity, refunded = refunded + share.amount,
      state = case when returned + share.quantity = delivered then 'returned' else 'partial' end, reason = 'returned'
    from unnest(${bareArray(lines.map(line => line.line))}::smallint[], ${bareArray(lines.map(line => line.quantity))}::int[],
                ${bareArray(lines.map(line => line.amount))}::bigint[]) as share (line, quantity, amount)
    where order_id = ${orderId} and order_lines.line = share.line`
  assert(changed.count === lines.length, 'every line of which codes are given back')
  await tx`
    update orders set returned = returned + ${quantity}, refunded = refunded + ${amount},
      state = case when returned + ${quantity} = delivered then 'reversed' else 'partial' end
    where reseller_id = ${resellerId} and id = ${orderId}`
  await tx`
    insert into refunds (reseller_id, id, order_id, reason, amount, currency, quantity, lines, note, key_id)
    values (${resellerId}, ${id}, ${orderId}, ${reason}, ${amount}, ${order.currency}, ${quantity}, ${tx.json(kept as never)}, ${note},
      ${keyId})`
  if (amount > 0n) {
    await move(tx, [{
      kind: 'refund',
      // Any shard will do: the end of the id spreads refunds over them.
      debit: await revenueAccount(tx, order.currency, parseInt(orderId.slice(-2), 16) % revenueShards),
      credit: wallet,
      amount,
      orderId,
      reason: `${quantity} codes given back unrevealed, ${showId('refund', id)}`,
      createdBy: keyId
    }])
  }
  await addSpends(tx, (order.terms?.budgets ?? []).map(budgetId => ({ resellerId, budgetId, amount: -amount, month: order.createdAt })))
  return id
}

function countOf (pieces: readonly { readonly count: number }[]): number {
  return pieces.reduce((sum, piece) => sum + piece.count, 0)
}
