import { timingSafeEqual } from 'node:crypto'
import type { Currency, ReturnReason } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'
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

/** Money of the buyer that did not buy. */
export interface ReturnedMoney {
  readonly reason: ReturnReason
  readonly amount: Amount
  readonly currency: Currency
  /** Whether it has gone back; it is on its way otherwise. */
  readonly isBack: boolean
}

/** What came for a checkout and goes back, in the order it came: a second payment, another amount, money that came too late. */
export async function readReturnedMoney (read: Reader, checkoutId: Uuid): Promise<readonly ReturnedMoney[]> {
  return await read<ReturnedMoney[]>`
    select paybacks.reason, paybacks.amount, paybacks.currency, paybacks.state = 'succeeded' as "isBack"
    from paybacks join payments on payments.id = payment_id
    where payments.subject_id = ${checkoutId} order by paybacks.id`
}

/** Whether a checkout was begun with the contact of this hash, compared in a time that does not tell how much of it is right. */
export async function isContactOf (read: Reader, checkoutId: Uuid, contactHash: Uuid): Promise<boolean> {
  const [row] = await read<{ contactHash: Uuid }[]>`select contact_hash as "contactHash" from checkouts where id = ${checkoutId}`
  return row !== undefined && timingSafeEqual(Buffer.from(row.contactHash), Buffer.from(contactHash))
}
