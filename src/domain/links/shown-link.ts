import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { LinkSku, ShownLink, ShownSku } from './link.ts'
import { linkColumns, type LinkRow } from './read-links.ts'

/**
 * The link with this slug as its page shows it, in one statement; undefined when there is none. Codes of expired lots are not available,
 * and what is sold by a reseller that is not active is paused.
 */
export async function readShownLink (read: Reader, slug: string): Promise<ShownLink | undefined> {
  const rows = await read<ShownRow[]>`
    select ${linkColumns(read)}, resellers.name as "sellerName", resellers.status <> 'active' as "sellerInactive",
      link_skus.sku_id as "skuId", link_skus.retail_price as "retailPrice", skus.name, products.name as "productName",
      products.qualification_note as "productNote",
      ${statusOf(read)} as status,
      ${availableOf(read)} as available,
      skus.quantity_min as "quantityMin", skus.quantity_max as "quantityMax", skus.quantity_step as "quantityStep"
    from links join resellers on resellers.id = links.reseller_id
      join link_skus on link_skus.link_id = links.id
      join skus on skus.id = link_skus.sku_id
      join products on products.id = skus.product_id
      left join stock on stock.sku_id = skus.id
    where links.slug = ${slug} order by link_skus.place`
  const [first] = rows
  if (!first) return undefined
  const {
    skuId, retailPrice, name, productName, productNote, status, available, quantityMin, quantityMax, quantityStep, sellerInactive, ...link
  } = first
  return { ...link, pausedAt: link.pausedAt ?? (sellerInactive ? link.updatedAt : null), skus: rows.map(skuOf) }
}

/** What is free of a SKU in the rows `stock` (joined from the left) and `skus`: a pass takes expired lots out of the count, this at once. */
export function availableOf (read: Reader) {
  return read`greatest(0, coalesce(stock.available, 0) - (
    select coalesce(sum(gone.stop - gone.next), 0) from shelf as gone where gone.sku_id = skus.id and gone.expires_at <= now()
  ))::int`
}

/** The worse of the statuses of the rows `skus` and `products`. */
export function statusOf (read: Reader) {
  return read`case when 'delisted' in (skus.status, products.status) then 'delisted'
    when 'paused' in (skus.status, products.status) then 'paused' else 'active' end`
}

interface ShownRow extends LinkRow, LinkSku, Omit<ShownSku, keyof LinkSku> {
  readonly sellerName: string
  readonly sellerInactive: boolean
  readonly skuId: Uuid
}

function skuOf (row: ShownRow): ShownSku {
  const { skuId, retailPrice, name, productName, productNote, status, available, quantityMin, quantityMax, quantityStep } = row
  return { skuId, retailPrice, name, productName, productNote, status, available, quantityMin, quantityMax, quantityStep }
}
