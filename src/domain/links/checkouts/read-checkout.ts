import type { Uuid } from '../../../base/ids.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Reader } from '../../../postgres/pool.ts'
import type { Payment } from '../../payments/payment.ts'
import { paymentColumns } from '../../payments/read-payments.ts'
import type { Checkout } from './checkout.ts'

/** What a Checkout is read from: columns of the row `checkouts`. */
export function checkoutColumns (read: Reader) {
  return read`checkouts.id, checkouts.reseller_id as "resellerId", checkouts.link_id as "linkId", checkouts.session_id as "sessionId",
    checkouts.host_id as "hostId", checkouts.sku_id as "skuId", checkouts.quantity, checkouts.currency,
    checkouts.retail_price as "retailPrice", checkouts.total, checkouts.wholesale_price as "wholesalePrice", checkouts.wholesale,
    checkouts.commission, checkouts.state, checkouts.reason, checkouts.hold_id as "holdId", checkouts.order_id as "orderId",
    checkouts.contact_kind as "contactKind", checkouts.contact_hint as "contactHint", checkouts.language,
    checkouts.expires_at as "expiresAt", checkouts.ended_at as "endedAt", checkouts.created_at as "createdAt"`
}

/** A checkout, whoever's it is: who asks has shown that it is theirs to see. */
export async function readCheckout (read: Reader, id: Uuid): Promise<Checkout | undefined> {
  return (await readCheckouts(read, [id]))[0]
}

/** Those checkouts that there are by these ids, in any order. */
export async function readCheckouts (read: Reader, ids: readonly Uuid[]): Promise<readonly Checkout[]> {
  return await read<Checkout[]>`select ${checkoutColumns(read)} from checkouts where id = any(${bareArray(ids)}::uuid[])`
}

/** The payments begun for a checkout, oldest first: by the database's clock, for those of processes differ, and ids follow them. */
export async function readPaymentsOf (read: Reader, checkoutId: Uuid): Promise<readonly Payment[]> {
  return await read<Payment[]>`select ${paymentColumns(read)} from payments where subject_id = ${checkoutId} order by created_at, id`
}

/** The newest payment of each checkout, by checkout. */
export async function readNewestPayments (read: Reader, checkoutIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Payment>> {
  const rows = await read<Payment[]>`
    select ${paymentColumns(read)} from unnest(${bareArray(checkoutIds)}::uuid[]) as wanted (id),
      lateral (
        select * from payments as own where own.subject_id = wanted.id order by own.created_at desc, own.id desc limit 1
      ) as payments`
  return new Map(rows.map(payment => [payment.subjectId, payment]))
}
