import { lotEntry } from '../../../schema/states.ts'
import { assert } from '../../base/problem.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { lockStock, type Want } from './take-stock.ts'

/** Takes all that is left of lots off the shelf for good; returns the ids of those whose state allowed it. */
export type WithdrawLots = (
  tx: Tx, lotIds: readonly number[], state: 'recalled' | 'expired', reason: string
) => Promise<readonly number[]>

/**
 * Takes all that is left of lots off the shelf for good: recalled, or expired. The stock rows of the lots' SKUs are locked here,
 * unless the caller did; what is set aside of them for holds was broken before. Lots whose state does not allow it are left
 * alone; returns the ids of the others.
 */
export async function withdrawLots (
  tx: Tx, lotIds: readonly number[], state: 'recalled' | 'expired', reason: string
): Promise<readonly number[]> {
  await lockStock(tx, await skusOfLots(tx, lotIds))
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

/** The SKUs of lots. */
export async function skusOfLots (read: Reader, lotIds: readonly number[]): Promise<readonly Uuid[]> {
  const skus = await read<{ sku_id: Uuid }[]>`select distinct sku_id from lots where id = any(${bareArray(lotIds)}::int[])`
  return skus.map(sku => sku.sku_id)
}

/** How many codes of lots are on the shelf, by SKU. */
export async function leftOfLots (read: Reader, lotIds: readonly number[]): Promise<readonly Want[]> {
  return await read<Want[]>`
    select sku_id as "skuId", sum(stop - next)::int as quantity from shelf where lot_id = any(${bareArray(lotIds)}::int[]) group by sku_id`
}

/** Codes of one lot that left the shelf unsold; a lot stands once. */
export interface Withdrawal { readonly lotId: number, readonly skuId: Uuid, readonly count: number }

/** Books codes that left the shelf unsold; the SKUs' stock rows are locked, and nobody has set these codes aside. */
export async function withdraw (tx: Tx, taken: readonly Withdrawal[]): Promise<void> {
  const lotIds = bareArray(taken.map(({ lotId }) => lotId))
  const skuIds = bareArray(taken.map(({ skuId }) => skuId))
  const counts = bareArray(taken.map(({ count }) => count))
  const stock = await tx`
    update stock set available = available - taken.count
    from (select sku_id, sum(count)::int as count
          from unnest(${skuIds}::uuid[], ${counts}::int[]) as each (sku_id, count) group by sku_id) as taken
    where stock.sku_id = taken.sku_id and stock.available >= taken.count returning stock.sku_id`
  assert(stock.length === new Set(taken.map(({ skuId }) => skuId)).size, 'codes to withdraw that nobody has set aside')
  const lots = await tx`
    update lots set withdrawn = withdrawn + taken.count
    from unnest(${lotIds}::int[], ${counts}::int[]) as taken (lot_id, count) where lots.id = taken.lot_id`
  assert(lots.count === taken.length, 'a lot for everything that was withdrawn')
}
