import { lotEntry } from '../../../schema/states.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockStock } from './take-stock.ts'

/**
 * Takes all that is left of lots off the shelf for good: recalled, or expired. The caller holds no stock row yet; those of
 * the lots' SKUs are locked here. Lots whose state does not allow it are left alone; returns the ids of the others.
 */
export async function withdrawLots (
  tx: Tx, lotIds: readonly number[], state: 'recalled' | 'expired', reason: string
): Promise<readonly number[]> {
  const skus = await tx<{ sku_id: Uuid }[]>`select distinct sku_id from lots where id = any(${bareArray(lotIds)}::int[])`
  await lockStock(tx, skus.map(sku => sku.sku_id))
  const lots = await tx<{ id: number }[]>`
    update lots set state = ${state}, state_reason = ${reason}
    where id = any(${bareArray(lotIds)}::int[]) and state = any(${quotedArray(lotEntry[state])}::text[]) returning id`
  const taken = await tx<{ lot_id: number, sku_id: Uuid, count: number }[]>`
    with taken as (
      delete from shelf where lot_id = any(${bareArray(lots.map(lot => lot.id))}::int[]) returning lot_id, sku_id, stop - next as count
    )
    select lot_id, sku_id, sum(count)::int as count from taken group by lot_id, sku_id`
  if (taken.length > 0) await withdraw(tx, taken.map(({ lot_id: lotId, sku_id: skuId, count }) => ({ lotId, skuId, count })))
  return lots.map(lot => lot.id)
}

/** Codes of one lot that left the shelf unsold; a lot stands once. */
export interface Withdrawal { readonly lotId: number, readonly skuId: Uuid, readonly count: number }

/** Books codes that left the shelf unsold; the SKUs' stock rows are locked. What is set aside for holds stays: `in_use`. */
export async function withdraw (tx: Tx, taken: readonly Withdrawal[]): Promise<void> {
  const lotIds = bareArray(taken.map(({ lotId }) => lotId))
  const skuIds = bareArray(taken.map(({ skuId }) => skuId))
  const counts = bareArray(taken.map(({ count }) => count))
  const stock = await tx`
    update stock set available = available - taken.count
    from (select sku_id, sum(count)::int as count
          from unnest(${skuIds}::uuid[], ${counts}::int[]) as each (sku_id, count) group by sku_id) as taken
    where stock.sku_id = taken.sku_id and stock.available >= taken.count returning stock.sku_id`
  if (stock.length < new Set(taken.map(({ skuId }) => skuId)).size) {
    throw new Problem('in_use', 'Some of these codes are set aside for holds; release the holds first.')
  }
  const lots = await tx`
    update lots set withdrawn = withdrawn + taken.count
    from unnest(${lotIds}::int[], ${counts}::int[]) as taken (lot_id, count) where lots.id = taken.lot_id`
  assert(lots.count === taken.length, 'a lot for everything that was withdrawn')
}
