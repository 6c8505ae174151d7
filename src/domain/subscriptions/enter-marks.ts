import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { Buyer, PriceBook } from '../pricing/price-book.ts'
import { noPrice, priceMark, scopeSkus } from './subscription.ts'

/** Marks the stock of every SKU in scope as it is now: from here on it is waited. The caller holds the subscription's row. */
export async function markStock (tx: Tx, id: Uuid): Promise<void> {
  await tx`
    insert into subscription_marks (subscription_id, sku_id, value)
    select subscriptions.id, scope.sku_id, coalesce(stock.available, 0)
    from subscriptions cross join lateral (${scopeSkus(tx)}) as scope
      left join stock on stock.sku_id = scope.sku_id
      left join subscription_marks as marks on marks.subscription_id = subscriptions.id and marks.sku_id = scope.sku_id
    where subscriptions.id = ${id} and coalesce(stock.available, 0)::text <> coalesce(marks.value, '0')
    on conflict (subscription_id, sku_id) do update set value = excluded.value`
}

/** Marks the reseller's prices of every SKU in scope as they are in the book. */
export async function markPrices (tx: Tx, book: PriceBook, buyer: Buyer, id: Uuid): Promise<void> {
  const rows = await tx<{ skuId: Uuid }[]>`
    select scope.sku_id as "skuId" from subscriptions cross join lateral (${scopeSkus(tx)}) as scope where subscriptions.id = ${id}`
  const marks = rows.map(({ skuId }) => ({ skuId, value: priceMark(book, buyer, skuId) })).filter(({ value }) => value !== noPrice)
  await tx`
    insert into subscription_marks (subscription_id, sku_id, value)
    select ${id}, * from unnest(
      ${bareArray(marks.map(({ skuId }) => skuId))}::uuid[], ${quotedArray(marks.map(({ value }) => value))}::text[])`
}
