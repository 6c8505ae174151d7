import { timingSafeEqual } from 'node:crypto'
import type { Uuid } from '../../../base/ids.ts'
import type { Reader } from '../../../postgres/pool.ts'

/** What a receipt shows besides its checkout: of its link as it is now, and of what was bought. */
export interface ReceiptGoods {
  readonly slug: string
  readonly title: string
  readonly redeemNote: string
  readonly sellerName: string
  readonly skuName: string
  readonly productName: string
  readonly productNote: string
}

/** What was bought in a checkout, and where. */
export async function readReceiptGoods (read: Reader, checkoutId: Uuid): Promise<ReceiptGoods | undefined> {
  const [goods] = await read<ReceiptGoods[]>`
    select links.slug, links.title, links.redeem_note as "redeemNote", resellers.name as "sellerName", skus.name as "skuName",
      products.name as "productName", products.qualification_note as "productNote"
    from checkouts join links on links.id = checkouts.link_id join resellers on resellers.id = checkouts.reseller_id
      join skus on skus.id = checkouts.sku_id join products on products.id = skus.product_id
    where checkouts.id = ${checkoutId}`
  return goods
}

/** Whether a checkout was begun with the contact of this hash, compared in a time that does not tell how much of it is right. */
export async function isContactOf (read: Reader, checkoutId: Uuid, contactHash: Uuid): Promise<boolean> {
  const [row] = await read<{ contactHash: Uuid }[]>`select contact_hash as "contactHash" from checkouts where id = ${checkoutId}`
  return row !== undefined && timingSafeEqual(Buffer.from(row.contactHash), Buffer.from(contactHash))
}
