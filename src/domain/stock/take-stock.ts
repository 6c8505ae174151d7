// Taking codes from the shelf, in four steps that the order batch puts between its own: lock the SKUs' stock rows, read as
// much of their shelves as is wanted, decide in memory which ranges each want gets, write what moved.
//
// Rules: shelf rows are read and moved only under their SKU's stock row lock. Reading is a statement of its own, begun
// after the lock was granted: a statement that waits for a lock reads on with its old snapshot. Every function issues its
// statements before it returns its promise, so that a caller may send several without waiting in between. Updates name their
// rows twice, by the join and by `= any`: whichever way the planner turns the join, it reads those rows and no others.
import type { Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, StatementPart, Tx } from '../../postgres/pool.ts'

/** Shelf rows read per SKU at first; nearly always one is enough. */
export const shelfRowsFirst = 8
/** Shelf rows read per SKU at most: a want that needs more pieces finds only what these hold. */
export const shelfRowsMax = 10_000

export interface StockRow { readonly skuId: Uuid, readonly available: number, readonly held: number }

/** Unsold codes next … stop-1 of a lot. */
export interface ShelfRange { readonly id: bigint, readonly lotId: number, readonly next: number, readonly stop: number }

/** Codes first … first+count-1 of a lot, given to somebody. */
export interface Allocation { readonly lotId: number, readonly first: number, readonly count: number }

/** How much of a SKU is wanted. */
export interface Want { readonly skuId: Uuid, readonly quantity: number }

/** A SKU's shelf as far as it was read: ranges in order of use, and how many codes of expired lots still stand on it. */
export interface ShelfRead { readonly ranges: readonly ShelfRange[], readonly expired: number }

/** A shelf row that moved: from `fromNext` to `toNext`; it is gone when that is its `stop`. */
export interface ShelfMove { readonly id: bigint, readonly fromNext: number, readonly toNext: number, readonly stop: number }

/** Locks the stock rows of SKUs in ascending order and returns them as they are under the lock; a SKU never stocked has none. */
export function lockStock (tx: Tx, skuIds: readonly Uuid[]): Promise<readonly StockRow[]> {
  return tx<{ sku_id: Uuid, available: number, held: number }[]>`
    select sku_id, available, held from stock where sku_id = any(${bareArray(skuIds)}::uuid[]) order by sku_id for update
  `.execute().then(rows => rows.map(row => ({ skuId: row.sku_id, available: row.available, held: row.held })))
}

/**
 * Reads, for each want, ranges that cover it, or all there are: unexpired, in order of use (earliest expiry, then oldest lot).
 * Wants name each SKU once. SKUs without anything on the shelf are not in the answer.
 */
export function readShelf (read: Reader, wants: readonly Want[]): Promise<ReadonlyMap<Uuid, ShelfRead>> {
  return read<(ShelfRow & { expired: number })[]>`
    select want.sku_id, near.id, near.lot_id, near.next, near.stop, (
      select coalesce(sum(gone.stop - gone.next), 0)::int from shelf as gone where gone.sku_id = want.sku_id and gone.expires_at <= now()
    ) as expired
    from unnest(${bareArray(wants.map(want => want.skuId))}::uuid[]) as want (sku_id),
      lateral (
        select id, lot_id, next, stop from shelf
        where shelf.sku_id = want.sku_id and expires_at > now()
        order by expires_at, lot_id, id limit ${shelfRowsFirst}
      ) as near
  `.execute().then(async rows => {
      const shelves = groupBySku(rows)
      // A shelf that showed fewer rows than asked for has shown all it has.
      const short = wants.filter(want => {
        const ranges = shelves.get(want.skuId)
        return ranges !== undefined && ranges.length === shelfRowsFirst && countOf(ranges) < want.quantity
      })
      if (short.length > 0) for (const [skuId, ranges] of await readDeep(read, short)) shelves.set(skuId, ranges)
      const expired = new Map(rows.map(row => [row.sku_id, row.expired]))
      return new Map([...shelves].map(([skuId, ranges]) => [skuId, { ranges, expired: expired.get(skuId)! }]))
    })
}

/** One SKU's stock in the hands of a decision: ranges move as they are taken, codes go between free and held, nothing else does. */
export interface StockInHand {
  readonly ranges: readonly { readonly id: bigint, readonly lotId: number, readonly start: number, next: number, readonly stop: number }[]
  /** The first range that is not used up. */
  at: number
  /** Codes left in the ranges, those set aside for others among them. */
  left: number
  /** Codes that nobody has set aside. */
  free: number
  readonly freeBefore: number
  /** By how much the number of codes set aside has changed. */
  aside: number
}

/** Takes a SKU's stock in hand, as its row and its shelf were read under the lock. */
export function stockInHand (available: number, { ranges, expired }: ShelfRead): StockInHand {
  const free = Math.max(0, available - expired)
  return {
    ranges: ranges.map(({ id, lotId, next, stop }) => ({ id, lotId, start: next, next, stop })),
    at: 0,
    left: countOf(ranges),
    free,
    freeBefore: free,
    aside: 0
  }
}

/** Sets free codes aside (below zero: gives them back). The caller has checked `free`. */
export function setAside (stock: StockInHand, quantity: number): void {
  assert(quantity <= stock.free, 'no more to be set aside than is free')
  stock.free -= quantity
  stock.aside += quantity
}

/** Takes free codes from the shelf, in order of use. The caller has checked `free` and `left`. */
export function takeFree (stock: StockInHand, quantity: number): Allocation[] {
  assert(quantity <= stock.free, 'no more to be taken than is free')
  stock.free -= quantity
  return takeRanges(stock, quantity)
}

/** Takes codes that were set aside from the shelf, in order of use. */
export function takeAside (stock: StockInHand, quantity: number): Allocation[] {
  stock.aside -= quantity
  return takeRanges(stock, quantity)
}

function takeRanges (stock: StockInHand, quantity: number): Allocation[] {
  assert(quantity <= stock.left, 'no more to be taken than is left on the shelf')
  const taken: Allocation[] = []
  let missing = quantity
  while (missing > 0) {
    const range = stock.ranges[stock.at]!
    const count = Math.min(missing, range.stop - range.next)
    taken.push({ lotId: range.lotId, first: range.next, count })
    range.next += count
    missing -= count
    if (range.next === range.stop) stock.at++
  }
  stock.left -= quantity
  return taken
}

/** What a decision has made of stock: the shelf rows that move, and by how much each SKU's counts change. */
export interface StockChanges { readonly moves: readonly ShelfMove[], readonly counts: readonly CountChange[] }

interface CountChange { readonly skuId: Uuid, readonly available: number, readonly held: number }

/** What has to be written. */
export function changesOf (stocks: ReadonlyMap<Uuid, StockInHand>): StockChanges {
  const moves: ShelfMove[] = []
  const counts: CountChange[] = []
  for (const [skuId, stock] of stocks) {
    addMoves(moves, stock)
    const available = stock.free - stock.freeBefore
    if (available !== 0 || stock.aside !== 0) counts.push({ skuId, available, held: stock.aside })
  }
  return { moves, counts }
}

function addMoves (moves: ShelfMove[], { ranges }: StockInHand): void {
  for (const { id, start, next, stop } of ranges) {
    if (next === start) break
    moves.push({ id, fromNext: start, toNext: next, stop })
  }
}

/** Parts of a statement's `with` list; each gives back a row for every row it changed. A caller compares their number. */
export interface StockParts {
  /** Shelf rows moved on. */
  readonly onward: Part
  /** Shelf rows taken off because they are used up. */
  readonly usedUp: Part
  /** Stock rows changed. */
  readonly counted: Part
  /** Rows that must come back from the three together; fewer mean one was not as it was read, or a count would fall below zero. */
  readonly rows: number
}

type Part = StatementPart<{ id: unknown }>

/** What writes changed stock, to be part of a larger statement. */
export function stockParts (tx: Tx, { moves, counts }: StockChanges): StockParts {
  const onward = moves.filter(move => move.toNext < move.stop)
  const usedUp = moves.filter(move => move.toNext === move.stop)
  const onwardIds = bareArray(onward.map(move => move.id))
  const usedUpIds = bareArray(usedUp.map(move => move.id))
  const skuIds = bareArray(counts.map(count => count.skuId))
  return {
    onward: tx`
      update shelf set next = moved.to_next
      from unnest(${onwardIds}::bigint[], ${bareArray(onward.map(move => move.fromNext))}::int[], ${bareArray(onward.map(move => move.toNext))}::int[])
        as moved (id, from_next, to_next)
      where shelf.id = moved.id and shelf.id = any(${onwardIds}::bigint[]) and shelf.next = moved.from_next and shelf.stop > moved.to_next
      returning shelf.id`,
    usedUp: tx`
      delete from shelf
      using unnest(${usedUpIds}::bigint[], ${bareArray(usedUp.map(move => move.fromNext))}::int[], ${bareArray(usedUp.map(move => move.stop))}::int[])
        as used (id, from_next, stop)
      where shelf.id = used.id and shelf.id = any(${usedUpIds}::bigint[]) and shelf.next = used.from_next and shelf.stop = used.stop
      returning shelf.id`,
    counted: tx`
      update stock set available = stock.available + change.available, held = stock.held + change.held
      from unnest(${skuIds}::uuid[], ${bareArray(counts.map(count => count.available))}::int[], ${bareArray(counts.map(count => count.held))}::int[])
        as change (sku_id, available, held)
      where stock.sku_id = change.sku_id and stock.sku_id = any(${skuIds}::uuid[])
        and stock.available + change.available >= 0 and stock.held + change.held >= 0
      returning stock.sku_id as id`,
    rows: moves.length + counts.length
  }
}

interface ShelfRow { sku_id: Uuid, id: bigint, lot_id: number, next: number, stop: number }

/** Reads on until the want is covered, for shelves in many pieces. */
async function readDeep (read: Reader, wants: readonly Want[]): Promise<Map<Uuid, ShelfRange[]>> {
  const rows = await read<ShelfRow[]>`
    select want.sku_id, near.id, near.lot_id, near.next, near.stop
    from unnest(${bareArray(wants.map(want => want.skuId))}::uuid[],
                ${bareArray(wants.map(want => want.quantity))}::int[]) as want (sku_id, quantity),
      lateral (
        select id, lot_id, next, stop, expires_at, sum(stop - next) over (order by expires_at, lot_id, id rows unbounded preceding) as reach
        from shelf where shelf.sku_id = want.sku_id and expires_at > now()
      ) as near
    where near.reach - (near.stop - near.next) < want.quantity
    order by want.sku_id, near.expires_at, near.lot_id, near.id
    limit ${shelfRowsMax * wants.length}`
  return groupBySku(rows)
}

function groupBySku (rows: readonly ShelfRow[]): Map<Uuid, ShelfRange[]> {
  const shelves = new Map<Uuid, ShelfRange[]>()
  for (const row of rows) {
    const range = { id: row.id, lotId: row.lot_id, next: row.next, stop: row.stop }
    const ranges = shelves.get(row.sku_id)
    if (ranges) ranges.push(range)
    else shelves.set(row.sku_id, [range])
  }
  return shelves
}

function countOf (ranges: readonly ShelfRange[]): number {
  let count = 0
  for (const range of ranges) count += range.stop - range.next
  return count
}
