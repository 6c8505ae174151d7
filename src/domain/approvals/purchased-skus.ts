// SKUs that a reseller has bought, kept for those whose policy asks about first purchases; read and written under the reseller's
// lock.
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'

/** A SKU a reseller has bought. */
export interface Bought { readonly resellerId: Uuid, readonly skuId: Uuid }

/** Of the SKUs asked about those that their reseller never bought before: the reseller's id and the SKU's, written together. */
export async function readFirstTimers (
  read: Reader, asked: readonly { readonly resellerId: Uuid, readonly skuIds: readonly Uuid[] }[]
): Promise<Set<string>> {
  if (asked.length === 0) return new Set()
  const pairs = asked.flatMap(({ resellerId, skuIds }) => skuIds.map(skuId => ({ resellerId, skuId })))
  const rows = await read<Bought[]>`
    select distinct asked.reseller_id as "resellerId", asked.sku_id as "skuId"
    from unnest(${bareArray(pairs.map(pair => pair.resellerId))}::uuid[], ${bareArray(pairs.map(pair => pair.skuId))}::uuid[])
      as asked (reseller_id, sku_id)
    where not exists (select from purchased_skus p where p.reseller_id = asked.reseller_id and p.sku_id = asked.sku_id)`.execute()
  return new Set(rows.map(({ resellerId, skuId }) => resellerId + skuId))
}

/** Remembers what was bought; again, it changes nothing. */
export async function rememberPurchases (tx: Tx, bought: readonly Bought[]): Promise<void> {
  if (bought.length === 0) return
  await tx`
    insert into purchased_skus (reseller_id, sku_id)
    select * from unnest(${bareArray(bought.map(one => one.resellerId))}::uuid[], ${bareArray(bought.map(one => one.skuId))}::uuid[])
    on conflict do nothing`.execute()
}
