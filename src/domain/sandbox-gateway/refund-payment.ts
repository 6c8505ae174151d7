import type { Currency } from '../../../schema/vocabulary.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { appendNotices } from './append-notices.ts'
import { lockSandboxPayment } from './read-payment.ts'

export interface SandboxRefundWish {
  readonly merchantRefund: string
  readonly transaction: string
  readonly currency: Currency
  readonly amount: Amount
  readonly reason: string
}

/**
 * Gives money back, once for each name of the merchant's: the same again changes nothing. Throws `not_found` without such a payment, and
 * `state_conflict` when the money did not come, came in another currency, or is not as much.
 */
export async function refundSandboxPayment (tx: Tx, id: string, wish: SandboxRefundWish): Promise<void> {
  const { merchantRefund, transaction, currency, amount, reason } = wish
  const payment = await lockSandboxPayment(tx, id)
  if (!payment) throw new Problem('not_found', 'There is no such payment.')
  const [earlier] = await tx<{ same: boolean }[]>`
    select payment_id = ${id} and transaction = ${transaction} and currency = ${currency} and amount = ${amount}::bigint as same
    from sandbox_gateway_refunds where merchant_refund = ${merchantRefund}`
  if (earlier?.same) return
  if (earlier) throw new Problem('state_conflict', 'A refund of this name was another one.')
  const receipt = payment.receipts.find(receipt => receipt.came && receipt.transaction === transaction)
  if (receipt?.currency !== currency) throw new Problem('state_conflict', 'No such money came with this payment.')
  const refunded = await tx`
    insert into sandbox_gateway_refunds (merchant_refund, payment_id, transaction, currency, amount, reason)
    select ${merchantRefund}, ${id}, ${transaction}, ${currency}, ${amount}::bigint, ${reason}
    where ${amount}::bigint <= ${receipt.amount}::bigint - (
      select coalesce(sum(amount), 0) from sandbox_gateway_refunds where transaction = ${transaction}
    )
    returning 1`
  if (refunded.length === 0) throw new Problem('state_conflict', 'That is more than came.')
  await appendNotices(tx, payment, [{ type: 'payment.refunded', afterMs: 0 }])
}

/** Whether a refund of this name was made of the payment. */
export async function isRefunded (read: Reader, id: string, merchantRefund: string): Promise<boolean> {
  const rows = await read`select 1 from sandbox_gateway_refunds where merchant_refund = ${merchantRefund} and payment_id = ${id}`
  return rows.length > 0
}
