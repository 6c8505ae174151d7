import { assert } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { Allocation } from './take-stock.ts'

/**
 * Puts sold ranges back on the shelf as rows of their own; what is of a lot that was recalled or has expired goes nowhere and counts
 * as withdrawn. The SKUs' stock rows are locked, and the ranges are nobody's any more.
 */
export async function putBack (tx: Tx, ranges: readonly Allocation[]): Promise<void> {
  const [put] = await tx<{ count: number }[]>`
    with back as (
      select lots.id as lot_id, lots.sku_id, lots.expires_at, first, first + count as stop, count,
             lots.state = 'available' and lots.expires_at > clock_timestamp() as sellable
      from unnest(${bareArray(ranges.map(range => range.lotId))}::int[], ${bareArray(ranges.map(range => range.first))}::int[],
                  ${bareArray(ranges.map(range => range.count))}::int[]) as range (lot_id, first, count)
        join lots on lots.id = range.lot_id
    ), shelved as (
      insert into shelf (sku_id, lot_id, expires_at, next, stop)
      select sku_id, lot_id, expires_at, first, stop from back where sellable order by lot_id, first
    ), raised as (
      update stock set available = available + more.count
      from (select sku_id, sum(count)::int as count from back where sellable group by sku_id) as more
      where stock.sku_id = more.sku_id returning more.count
    ), withdrawn as (
      update lots set withdrawn = withdrawn + gone.count
      from (select lot_id, sum(count)::int as count from back where not sellable group by lot_id) as gone
      where lots.id = gone.lot_id returning gone.count
    )
    select (coalesce((select sum(count) from raised), 0) + coalesce((select sum(count) from withdrawn), 0))::int as count`
  assert(put!.count === ranges.reduce((sum, range) => sum + range.count, 0), 'a shelf or a withdrawal for every code that comes back')
}
