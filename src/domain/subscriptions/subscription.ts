// A subscription waits for stock, or for its reseller's own prices, and tells by events. What it last told of a SKU, or saw when it was
// made, is its mark; a message comes when the condition holds now and did not at the mark (any: when the value is another). A SKU
// without a mark was last seen with no stock, or no price: what comes into a tag or into all later begins there.
// Whoever moves marks or the sequence holds the lock of the subscription's row; resellers are locked after it (appendEvents).
import type { SubscriptionScope } from '../../../schema/rest/subscriptions.ts'
import type { SubscriptionCondition, SubscriptionKind, SubscriptionState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { moneyView, type MoneyView } from '../../base/money.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Buyer, PriceBook } from '../pricing/price-book.ts'

export interface Subscription {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly kind: SubscriptionKind
  /** As REST shows it, but for the SKUs, which are rows' ids. */
  readonly scope: SubscriptionScope
  readonly condition: SubscriptionCondition
  readonly threshold: number | null
  readonly intervalSeconds: number
  readonly state: SubscriptionState
  readonly sequence: bigint
  readonly skus: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a Subscription is read from. */
export function subscriptionColumns (read: Reader) {
  return read`id, reseller_id as "resellerId", kind, scope, condition, threshold, interval_seconds as "intervalSeconds", state, sequence,
    skus, created_at as "createdAt", updated_at as "updatedAt"`
}

/** The SKUs in the scope of the row `subscriptions`. Of tags and all, stock that is delisted is no part; a price ends with its SKU. */
export function scopeSkus (read: Reader) {
  return read`
    select asked.sku_id::uuid as sku_id from jsonb_array_elements_text(subscriptions.scope -> 'skus') as asked (sku_id)
    union all
    select skus.id from products join skus on skus.product_id = products.id
    where products.tags @> array[subscriptions.scope ->> 'tag']
      and (subscriptions.kind = 'price' or (skus.status <> 'delisted' and products.status <> 'delisted'))
    union all
    select skus.id from products join skus on skus.product_id = products.id
    where subscriptions.scope ? 'all'
      and (subscriptions.kind = 'price' or (skus.status <> 'delisted' and products.status <> 'delisted'))`
}

/** A reseller's own price of one, as a mark keeps it: ten-thousandths, or none. What is delisted has none. */
export function priceMark (book: PriceBook, buyer: Buyer, skuId: Uuid): string {
  const sku = book.sku(skuId)
  if (!sku || sku.status === 'delisted') return noPrice
  return book.quote(buyer, skuId, 1)?.unitPrice.toString() ?? noPrice
}

/** A mark of a price as events and REST show it; null is none. */
export function markMoney (book: PriceBook, skuId: Uuid, value: string): MoneyView | null {
  return value === noPrice ? null : moneyView(BigInt(value), book.sku(skuId)!.currency)
}

export const noPrice = 'none'
