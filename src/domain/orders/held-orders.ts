// Orders whose stock and money are set aside, awaiting approval or reserved for a bulk order, end here in one of two ways: they are
// completed, and what was set aside changes hands, or released, and all of it goes back. Either happens once: under the reseller's
// lock, and only from a state that holds. What is no longer held is passed over, so both may be asked again.
import { orderEntry } from '../../../schema/states.ts'
import type { Currency, LineReason, LineState, OrderState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { lineTotal } from '../../base/money.ts'
import { assert } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { readPolicy } from '../approvals/policy.ts'
import { rememberPurchases } from '../approvals/purchased-skus.ts'
import { addSpends } from '../approvals/read-budgets.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { changesOf, lockStock, readShelf, setAside, stockInHand, stockParts, takeAside, type StockInHand } from '../stock/take-stock.ts'
import { houseAccount } from '../wallet/house-accounts.ts'
import { lockAccounts, move, type Move } from '../wallet/move.ts'
import { isHeld } from './decide.ts'
import type { Order, OrderAllocation, OrderLine, OrderWithLines } from './order.ts'
import { orderSummaryView } from './order-view.ts'
import { readOrdersWithLines } from './read-orders.ts'

/** Held orders settled in one call at most. */
export const heldOrdersPerCallMax = 200

/** Into what a held order is released, and what its lines say why. */
export interface Release { readonly state: 'cancelled' | 'rejected' | 'expired', readonly reason: LineReason }

/** Completes held orders of a reseller: codes are allocated, money is paid; gives those that were held, as they are now. */
export async function completeOrders (tx: Tx, resellerId: Uuid, orderIds: readonly Uuid[]): Promise<readonly OrderWithLines[]> {
  const { orders, stocks } = await lockHeld(tx, resellerId, orderIds)
  if (orders.length === 0) return orders
  const allocations: OrderAllocation[] = []
  const completed = orders.map(order => complete(order, stocks, allocations))
  await write(tx, orders, completed, stocks, allocations)
  await rememberFirstPurchases(tx, resellerId, completed)
  return completed
}

/** Releases held orders of a reseller: stock goes back on sale, money to the wallet; gives those that were held, as they are now. */
export async function releaseOrders (tx: Tx, resellerId: Uuid, orderIds: readonly Uuid[], into: Release): Promise<readonly OrderWithLines[]> {
  const { orders, stocks } = await lockHeld(tx, resellerId, orderIds)
  if (orders.length === 0) return orders
  const released = orders.map(order => release(order, stocks, into))
  await write(tx, orders, released, stocks, [])
  return released
}

interface Held { readonly orders: readonly OrderWithLines[], readonly stocks: ReadonlyMap<Uuid, StockInHand> }

/** Locks in the order of the house; what is read is read after its lock. */
async function lockHeld (tx: Tx, resellerId: Uuid, orderIds: readonly Uuid[]): Promise<Held> {
  assert(orderIds.length <= heldOrdersPerCallMax, `at most ${heldOrdersPerCallMax} orders at once`)
  await lockResellers(tx, [resellerId])
  const orders = (await readOrdersWithLines(tx, resellerId, orderIds)).filter(order => isHeld(order.state))
  await lockAccounts(tx, await accountsOf(tx, resellerId, orders))
  const wants = new Map<Uuid, number>()
  for (const { skuId, held } of orders.flatMap(order => order.lines)) if (held > 0) wants.set(skuId, (wants.get(skuId) ?? 0) + held)
  const rows = await lockStock(tx, [...wants.keys()])
  const shelves = await readShelf(tx, [...wants].map(([skuId, quantity]) => ({ skuId, quantity })))
  return {
    orders,
    stocks: new Map(rows.map(({ skuId, available }) =>
      [skuId, stockInHand(available, shelves.get(skuId) ?? { ranges: [], expired: available })]))
  }
}

async function accountsOf (tx: Tx, resellerId: Uuid, orders: readonly Order[]): Promise<readonly number[]> {
  const rows = await tx<{ id: number }[]>`
    select id from accounts where owner_id = ${resellerId} and currency = any(${bareArray(orders.map(order => order.currency))}::text[])`
  return rows.map(row => row.id)
}

/**
 * Codes of lots that expired meanwhile, and are not withdrawn yet, are not delivered, nor paid; an order that is all or nothing then
 * gets nothing.
 */
function complete (order: OrderWithLines, stocks: Held['stocks'], allocations: OrderAllocation[]): OrderWithLines {
  if (order.fill === 'all_or_nothing' && lacksStock(order, stocks)) return release(order, stocks, { state: 'cancelled', reason: 'stock_withdrawn' })
  const lines = order.lines.map((line): OrderLine => {
    if (line.held === 0) return line
    const stock = stocks.get(line.skuId)!
    const delivered = Math.min(line.held, stock.left)
    const taken = takeAside(stock, delivered)
    setAside(stock, delivered - line.held)
    taken.sort((a, b) => a.lotId - b.lotId || a.first - b.first)
    for (const range of taken) allocations.push({ orderId: order.id, line: line.line, lotId: range.lotId, first: range.first, count: range.count })
    const [state, reason] = stateAfter(line, delivered)
    return { ...line, delivered, held: 0, total: lineTotal(line.unitPrice, delivered, order.currency), state, reason }
  })
  const delivered = lines.reduce((sum, line) => sum + line.delivered, 0)
  return {
    ...order,
    lines,
    delivered,
    held: 0n,
    total: lines.reduce((sum, line) => sum + line.total, 0n),
    state: delivered === order.quantity ? 'completed' : delivered > 0 ? 'partial' : 'cancelled'
  }
}

function lacksStock ({ lines }: OrderWithLines, stocks: Held['stocks']): boolean {
  const wanted = new Map<Uuid, number>()
  for (const { skuId, held } of lines) wanted.set(skuId, (wanted.get(skuId) ?? 0) + held)
  return [...wanted].some(([skuId, held]) => held > 0 && held > stocks.get(skuId)!.left)
}

function stateAfter ({ quantity, held, reason }: OrderLine, delivered: number): [LineState, LineReason | null] {
  if (delivered === 0) return ['released', 'stock_withdrawn']
  if (delivered === quantity) return ['delivered', null]
  return ['partial', delivered < held ? 'stock_withdrawn' : reason]
}

function release (order: OrderWithLines, stocks: Held['stocks'], { state, reason }: Release): OrderWithLines {
  const lines = order.lines.map((line): OrderLine => {
    if (line.held === 0) return line
    setAside(stocks.get(line.skuId)!, -line.held)
    return { ...line, held: 0, total: 0n, state: 'released', reason }
  })
  return { ...order, lines, held: 0n, total: 0n, state }
}

/** Writes orders as they are after: what they held pays what they now cost, and the rest goes back. */
async function write (
  tx: Tx, before: readonly OrderWithLines[], after: readonly OrderWithLines[], stocks: Held['stocks'], allocations: readonly OrderAllocation[]
): Promise<void> {
  const lines = after.flatMap((order, i) => order.lines.filter((line, n) => line !== before[i]!.lines[n]))
  const stock = stockParts(tx, changesOf(stocks))
  const from = [...new Set(after.flatMap(order => orderEntry[order.state]))].filter(state => state !== null)
  await tx`
    with changed_orders as (
      update orders set state = new.state, delivered = new.delivered, total = new.total, held = 0
      from unnest(
        ${bareArray(after.map(order => order.id))}::uuid[], ${bareArray(after.map(order => order.state))}::text[],
        ${bareArray(after.map(order => order.delivered))}::int[], ${bareArray(after.map(order => order.total))}::bigint[]
      ) as new (id, state, delivered, total)
      where orders.reseller_id = ${after[0]!.resellerId} and orders.id = new.id and orders.state = any(${quotedArray(from)}::text[])
      returning orders.id
    ), changed_lines as (
      update order_lines set state = new.state, reason = new.reason, delivered = new.delivered, total = new.total, held = 0
      from unnest(
        ${bareArray(lines.map(line => line.orderId))}::uuid[], ${bareArray(lines.map(line => line.line))}::smallint[],
        ${bareArray(lines.map(line => line.state))}::text[], ${bareArray(lines.map(line => line.reason))}::text[],
        ${bareArray(lines.map(line => line.delivered))}::int[], ${bareArray(lines.map(line => line.total))}::bigint[]
      ) as new (order_id, line, state, reason, delivered, total)
      where order_lines.order_id = new.order_id and order_lines.line = new.line and order_lines.state = 'held'
      returning order_lines.order_id
    ), new_allocations as (
      insert into allocations (order_id, line, lot_id, first, count)
      select * from unnest(
        ${bareArray(allocations.map(one => one.orderId))}::uuid[], ${bareArray(allocations.map(one => one.line))}::smallint[],
        ${bareArray(allocations.map(one => one.lotId))}::int[], ${bareArray(allocations.map(one => one.first))}::int[],
        ${bareArray(allocations.map(one => one.count))}::int[])
    ), onward as (${stock.onward}), used_up as (${stock.usedUp}), counted as (${stock.counted})
    select 1 / ((select count(*) from changed_orders) = ${after.length}::int and (select count(*) from changed_lines) = ${lines.length}::int
      and (select count(*) from onward) + (select count(*) from used_up) + (select count(*) from counted) = ${stock.rows}::int)::int`
  await moveMoney(tx, before, after)
  await addSpends(tx, after.flatMap((order, i) => (order.terms?.budgets ?? []).map(budgetId =>
    ({ resellerId: order.resellerId, budgetId, amount: order.total - before[i]!.total, month: order.createdAt }))))
  // What was reserved for a bulk order was never told of, so its release is not told either.
  const told = after.filter((order, i) => before[i]!.state !== 'reserved' || order.terms?.bulk === undefined || order.delivered > 0)
  await appendEvents(tx, told.map(order =>
    ({ resellerId: order.resellerId, type: `order.${order.state as ToldState}`, data: { order: orderSummaryView(order) } })))
}

type ToldState = Exclude<OrderState, 'reserved' | 'void'>

async function moveMoney (tx: Tx, before: readonly Order[], after: readonly Order[]): Promise<void> {
  const moves: Move[] = []
  const accounts = new Map<Currency, Accounts>()
  for (const { resellerId, currency } of after) if (!accounts.has(currency)) accounts.set(currency, await accountsIn(tx, resellerId, currency))
  for (const [i, order] of after.entries()) {
    const { wallet, aside, revenue } = accounts.get(order.currency)!
    const back = before[i]!.held - order.total
    const of = { orderId: order.id, reason: null, createdBy: null }
    if (order.total > 0n) moves.push({ ...of, kind: 'order', debit: aside, credit: revenue, amount: order.total })
    if (back > 0n) moves.push({ ...of, kind: 'release', debit: aside, credit: wallet, amount: back })
  }
  await move(tx, moves)
}

interface Accounts { readonly wallet: number, readonly aside: number, readonly revenue: number }

async function accountsIn (tx: Tx, resellerId: Uuid, currency: Currency): Promise<Accounts> {
  const rows = await tx<{ kind: string, id: number }[]>`
    select kind, id from accounts where owner_id = ${resellerId} and currency = ${currency}`
  const idOf = (kind: string): number => {
    const id = rows.find(row => row.kind === kind)?.id
    assert(id, `the reseller's account of kind ${kind}`)
    return id
  }
  return { wallet: idOf('wallet'), aside: idOf('held'), revenue: await houseAccount(tx, 'revenue', currency) }
}

async function rememberFirstPurchases (tx: Tx, resellerId: Uuid, orders: readonly OrderWithLines[]): Promise<void> {
  const [row] = await tx<{ policy: unknown }[]>`select policy from approval_policies where reseller_id = ${resellerId}`
  if (!row || !readPolicy(row.policy).firstPurchase) return
  await rememberPurchases(tx, orders.flatMap(order => order.lines).flatMap(({ skuId, delivered }) => delivered > 0 ? { resellerId, skuId } : []))
}
