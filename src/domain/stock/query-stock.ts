import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db } from '../../postgres/pool.ts'

/** Codes that can be bought now, and codes set aside for holds. */
export interface StockCount { readonly available: number, readonly held: number }

/** The stock of SKUs, read after the call was made. The map may hold more than was asked for; a SKU never stocked is not in it. */
export type QueryStock = (skuIds: readonly Uuid[]) => Promise<ReadonlyMap<Uuid, StockCount>>

/** SKUs one statement asks for; a single query may ask for more and then travels alone. */
export const skusPerStatementMax = 5_000
/** Statements in flight at once. */
export const stockStatementsMax = 2

/** Queries that arrive while a statement runs wait and share the next one: it begins after all of them arrived. */
export function coalesceStockQueries (db: Db): QueryStock {
  let waiting: Waiter[] = []
  let running = 0
  let scheduled = false

  return skuIds => new Promise((resolve, reject) => {
    waiting.push({ skuIds, resolve, reject })
    if (scheduled || running >= stockStatementsMax) return
    // Queries read from the sockets in this turn of the event loop leave together.
    scheduled = true
    setImmediate(() => {
      scheduled = false
      leave()
    })
  })

  function leave (): void {
    while (waiting.length > 0 && running < stockStatementsMax) void run(takeSharers())
  }

  function takeSharers (): { sharers: Waiter[], skuIds: Set<Uuid> } {
    const skuIds = new Set<Uuid>()
    let count = 0
    while (count < waiting.length && (count === 0 || skuIds.size + waiting[count]!.skuIds.length <= skusPerStatementMax)) {
      for (const skuId of waiting[count]!.skuIds) skuIds.add(skuId)
      count++
    }
    const sharers = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return { sharers, skuIds }
  }

  async function run ({ sharers, skuIds }: { sharers: readonly Waiter[], skuIds: ReadonlySet<Uuid> }): Promise<void> {
    running++
    try {
      const counts = await readStock(db, [...skuIds])
      for (const sharer of sharers) sharer.resolve(counts)
    } catch (error) {
      for (const sharer of sharers) sharer.reject(error)
    }
    running--
    leave()
  }
}

interface Waiter {
  readonly skuIds: readonly Uuid[]
  readonly resolve: (counts: ReadonlyMap<Uuid, StockCount>) => void
  readonly reject: (error: unknown) => void
}

async function readStock (db: Db, skuIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, StockCount>> {
  const rows = await db<(StockCount & { sku_id: Uuid })[]>`
    select sku_id, available, held from stock where sku_id = any(${bareArray(skuIds)}::uuid[])`
  const counts = new Map<Uuid, StockCount>()
  for (const row of rows) counts.set(row.sku_id, row)
  return counts
}
