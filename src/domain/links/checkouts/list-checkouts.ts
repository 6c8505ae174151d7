import type { CheckoutState, Currency, ReceiptSource, ReturnReason } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'
import { Problem } from '../../../base/problem.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Reader } from '../../../postgres/pool.ts'
import { paybackColumns, type Payback } from '../../payments/payback.ts'
import type { Payment } from '../../payments/payment.ts'
import { paymentColumns } from '../../payments/read-payments.ts'
import type { Checkout } from './checkout.ts'
import { checkoutColumns } from './read-checkout.ts'

/** A checkout as its seller sees it. */
export interface SoldCheckout extends Checkout {
  readonly settlementId: Uuid | null
  /** Codes of it of which the buyer has complained. */
  readonly complaints: number
}

/** What came of a checkout's payments; oldest first. */
export interface CheckoutMoney {
  readonly payments: readonly Payment[]
  readonly receipts: readonly KeptReceipt[]
  readonly paybacks: readonly Payback[]
}

/** Money that came. */
export interface KeptReceipt {
  readonly gateway: string
  readonly transaction: string
  readonly paymentId: Uuid
  readonly currency: Currency
  readonly amount: Amount
  readonly applied: boolean
  readonly reason: ReturnReason | null
  readonly source: ReceiptSource
  readonly createdAt: Date
}

/** Which checkouts are wanted; null: whatever it is. */
export interface CheckoutFilter {
  readonly linkId: Uuid | null
  readonly sessionId: Uuid | null
  readonly state: CheckoutState | null
  /** Begun then or later, and earlier than that. */
  readonly createdFrom: Date | null
  readonly createdBefore: Date | null
}

/** The checkouts of a reseller's links, newest first, older than the one named. */
export async function listCheckouts (
  read: Reader, resellerId: Uuid, { linkId, sessionId, state, createdFrom, createdBefore }: CheckoutFilter, olderThan: Uuid | null,
  count: number
): Promise<readonly SoldCheckout[]> {
  return await read<SoldCheckout[]>`
    select ${soldColumns(read)} from checkouts
    where reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`id < ${olderThan}`}
      and ${linkId === null ? read`true` : read`link_id = ${linkId}`}
      and ${sessionId === null ? read`true` : read`session_id = ${sessionId}`}
      and ${state === null ? read`true` : read`state = ${state}`}
      and ${createdFrom === null ? read`true` : read`created_at >= ${createdFrom}`}
      and ${createdBefore === null ? read`true` : read`created_at < ${createdBefore}`}
    order by id desc limit ${count}`
}

/** One checkout of a reseller's links; the refusal `not_found` when it is unknown or another's. */
export async function readSoldCheckout (read: Reader, resellerId: Uuid, id: Uuid): Promise<SoldCheckout> {
  const [checkout] = await readSoldCheckouts(read, resellerId, [id])
  if (!checkout) throw new Problem('not_found', 'You have no checkout with this id.')
  return checkout
}

/** Those checkouts of a reseller's links that there are, in any order. */
export async function readSoldCheckouts (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly SoldCheckout[]> {
  return await read<SoldCheckout[]>`
    select ${soldColumns(read)} from checkouts where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** What came of the payments of checkouts, by checkout, in as many statements whatever their number. */
export async function readCheckoutMoney (read: Reader, checkoutIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, CheckoutMoney>> {
  const payments = await read<Payment[]>`
    select ${paymentColumns(read)} from payments
    where subject_id = any(${bareArray(checkoutIds)}::uuid[]) and purpose = 'checkout' order by id`
  const paymentIds = bareArray(payments.map(({ id }) => id))
  const [receipts, paybacks] = await Promise.all([
    read<KeptReceipt[]>`
      select gateway, transaction, payment_id as "paymentId", currency, amount, applied, reason, source, created_at as "createdAt"
      from receipts where payment_id = any(${paymentIds}::uuid[]) order by created_at, transaction`,
    read<Payback[]>`select ${paybackColumns(read)} from paybacks where payment_id = any(${paymentIds}::uuid[]) order by id`
  ])
  const byCheckout = Map.groupBy(payments, ({ subjectId }) => subjectId)
  return new Map(checkoutIds.map(id => {
    const own = byCheckout.get(id) ?? []
    const ofOwn = ({ paymentId }: { readonly paymentId: Uuid }) => own.some(payment => payment.id === paymentId)
    return [id, { payments: own, receipts: receipts.filter(ofOwn), paybacks: paybacks.filter(ofOwn) }]
  }))
}

function soldColumns (read: Reader) {
  return read`${checkoutColumns(read)}, checkouts.settlement_id as "settlementId",
    (select count(*)::int from complaints where complaints.checkout_id = checkouts.id) as complaints`
}
