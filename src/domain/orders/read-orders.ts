// Reading orders. Where an array is joined to a table, the table stands in a lateral subquery with a limit or offset, which the
// planner cannot take apart: it looks each element up by index, and never reads the table from end to end, as a plan made while
// the table held a few rows would.
import type { OrderState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { SealedCode } from '../stock/open-codes.ts'
import { factKey } from './decide.ts'
import type { Order, OrderAllocation, OrderLine, OrderWithLines, PositionedAllocation } from './order.ts'
import { idsOfNumber } from './order-number.ts'

/** One order of a reseller with its lines; undefined when it is unknown or another's. */
export async function readOrder (read: Reader, resellerId: Uuid, id: Uuid): Promise<OrderWithLines | undefined> {
  const [order] = await read<Order[]>`select ${read.unsafe(orderColumns)} from orders o where id = ${id} and reseller_id = ${resellerId}`
  return order && { ...order, lines: await readLines(read, [order.id]) }
}

/** Orders of a reseller with their lines, in the order of their ids. */
export async function readOrdersWithLines (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly OrderWithLines[]> {
  if (ids.length === 0) return []
  const orders = await read<Order[]>`
    select ${read.unsafe(orderColumns)} from orders o where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[]) order by id`
  return await withLines(read, orders)
}

export interface OrderFilter { readonly reference: string | null, readonly number: number | null, readonly state: OrderState | null }

/** A reseller's orders, newest first, older than the one named. */
export async function listOrders (read: Reader, resellerId: Uuid, filter: OrderFilter, olderThan: Uuid | null, count: number): Promise<readonly Order[]> {
  // A condition that does not apply is left out of the text: each combination has a plan, and its index, of its own.
  const only = [read`reseller_id = ${resellerId}`]
  if (olderThan !== null) only.push(read`id < ${olderThan}`)
  if (filter.reference !== null) only.push(read`reseller_id::text = ${resellerId} and reference = ${filter.reference}`)
  if (filter.state !== null) only.push(read`state = ${filter.state}`)
  if (filter.number !== null) {
    const [first, last] = idsOfNumber(filter.number)
    only.push(read`id between ${first} and ${last}`)
  }
  return await read<Order[]>`
    select ${read.unsafe(orderColumns)} from orders o where ${only.flatMap((condition, i) => i === 0 ? condition : [read` and `, condition])}
    order by id desc limit ${count}`
}

/** The orders that were placed before under the references asked for, by factKey. */
export async function readEarlierOrders (read: Reader, wanted: readonly { readonly resellerId: Uuid, readonly reference: string }[]): Promise<Map<string, OrderWithLines>> {
  const orders = await read<Order[]>`
    select ${read.unsafe(orderColumns)}
    from unnest(${bareArray(wanted.map(want => want.resellerId))}::text[], ${quotedArray(wanted.map(want => want.reference))}::text[]) as want (reseller_id, reference),
      lateral (select * from orders where orders.reseller_id::text = want.reseller_id and orders.reference = want.reference limit 1) as o`.execute()
  return new Map((await withLines(read, orders)).map(order => [factKey(order.resellerId, order.reference), order]))
}

/** The live allocations of orders, in the order of their codes. */
export async function readAllocations (read: Reader, orderIds: readonly Uuid[]): Promise<readonly OrderAllocation[]> {
  return await read<OrderAllocation[]>`
    select order_id as "orderId", line, lot_id as "lotId", first, count from allocations
    where order_id = any(${bareArray(orderIds)}::uuid[]) and live order by order_id, line, lot_id, first`
}

/**
 * All allocations an order ever had, each with the position of its first code. Codes that were given back keep their positions,
 * so that those of the others never shift: a client resumes by position, and an audit row names positions.
 */
export async function readPositions (read: Reader, orderId: Uuid): Promise<readonly PositionedAllocation[]> {
  return await read<PositionedAllocation[]>`
    select order_id as "orderId", line, lot_id as "lotId", first, count, live,
           (sum(count) over (order by line, lot_id, first rows unbounded preceding) - count)::int as position
    from allocations where order_id = ${orderId} order by line, lot_id, first`
}

/** The sealed codes of allocations, in their order. */
export async function readSealedCodes (read: Reader, allocations: readonly OrderAllocation[]): Promise<readonly SealedCode[]> {
  if (allocations.length === 0) return []
  return await read<SealedCode[]>`
    select range.lot_id as "lotId", code.n, code.sealed
    from unnest(${bareArray(allocations.map(range => range.lotId))}::int[], ${bareArray(allocations.map(range => range.first))}::int[],
                ${bareArray(allocations.map(range => range.count))}::int[]) with ordinality as range (lot_id, first, count, place),
      lateral (
        select n, sealed from codes where codes.lot_id = range.lot_id and codes.n >= range.first and codes.n < range.first + range.count
        order by n offset 0
      ) as code
    order by range.place, code.n`.execute()
}

/** The sealed codes of a range as one value, each behind its length: a row for each would cost more than the code. */
export interface SealedRange { readonly lotId: number, readonly first: number, readonly count: number, readonly codes: Buffer }

/** The sealed codes of a few long ranges, in their order. */
export async function readSealedRanges (read: Reader, ranges: readonly OrderAllocation[]): Promise<readonly SealedRange[]> {
  if (ranges.length === 0) return []
  const rows = await read<{ codes: Buffer }[]>`
    select (
      select string_agg(int4send(octet_length(sealed)) || sealed, ''::bytea order by n) from codes
      where codes.lot_id = range.lot_id and codes.n >= range.first and codes.n < range.first + range.count
    ) as codes
    from unnest(${bareArray(ranges.map(range => range.lotId))}::int[], ${bareArray(ranges.map(range => range.first))}::int[],
                ${bareArray(ranges.map(range => range.count))}::int[]) with ordinality as range (lot_id, first, count, place)
    order by range.place`.execute()
  return rows.map(({ codes }, i) => ({ lotId: ranges[i]!.lotId, first: ranges[i]!.first, count: ranges[i]!.count, codes }))
}

/** The codes of ranges, cut out one at a time as they are asked for. */
export function * sealedCodesOf (ranges: readonly SealedRange[]): Generator<SealedCode, undefined> {
  for (const { lotId, first, count, codes } of ranges) {
    let at = 0
    for (let n = first; n < first + count; n++) {
      const start = at + lengthBytes
      at = start + codes.readInt32BE(at)
      yield { lotId, n, sealed: codes.subarray(start, at) }
    }
    assert(at === codes.length, 'the codes of a range and no more')
  }
}

const lengthBytes = 4

async function withLines (read: Reader, orders: readonly Order[]): Promise<readonly OrderWithLines[]> {
  if (orders.length === 0) return []
  const linesOf = new Map<Uuid, OrderLine[]>(orders.map(order => [order.id, []]))
  for (const line of await readLines(read, orders.map(order => order.id))) linesOf.get(line.orderId)!.push(line)
  return orders.map(order => ({ ...order, lines: linesOf.get(order.id)! }))
}

async function readLines (read: Reader, orderIds: readonly Uuid[]): Promise<OrderLine[]> {
  return await read<OrderLine[]>`
    select order_id as "orderId", line, sku_id as "skuId", quantity, delivered, held, returned, unit_price as "unitPrice", total, refunded, state, reason, price_rules as "priceRules"
    from order_lines where order_id = any(${bareArray(orderIds)}::uuid[]) order by order_id, line`
}

const orderColumns = `o.id, o.reseller_id as "resellerId", o.reference, o.state, o.fill, o.currency, o.max_total as "maxTotal",
  o.quantity, o.delivered, o.returned, o.total, o.held, o.refunded, o.terms, o.key_id as "keyId", o.created_at as "createdAt"`
