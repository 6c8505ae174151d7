import type { Reader, Tx } from '../../postgres/pool.ts'
import type { SandboxPayment, SandboxPaymentReceipt } from './payment.ts'

/** A payment of the gateway's, as it stands now. */
export async function readSandboxPayment (read: Reader, id: string): Promise<SandboxPayment | undefined> {
  const [row] = await read<PaymentRow[]>`
    select id, merchant_payment as "merchantPayment", currency, amount, subject, notify_url as "notifyUrl", return_url as "returnUrl",
           language, expires_at as "expiresAt", failed_at as "failedAt", closed_at is not null or expires_at <= clock_timestamp() as ended,
           extract(epoch from expires_at - clock_timestamp())::float8 as "secondsLeft"
    from sandbox_gateway_payments where id = ${id}`
  if (!row) return undefined
  const receipts = await read<ReceiptRow[]>`
    select transaction, currency, amount, comes_at as "comesAt", comes_at <= clock_timestamp() as came
    from sandbox_gateway_receipts where payment_id = ${id} order by comes_at, transaction`
  const { ended, ...payment } = row
  const state = receipts.some(({ came }) => came) ? 'paid' : ended ? 'closed' : 'open'
  return { ...payment, state, receipts }
}

/** The same under the payment's lock, which all that changes it takes. */
export async function lockSandboxPayment (tx: Tx, id: string): Promise<SandboxPayment | undefined> {
  await tx`select 1 from sandbox_gateway_payments where id = ${id} for update`
  return await readSandboxPayment(tx, id)
}

interface PaymentRow extends Omit<SandboxPayment, 'state' | 'receipts'> { readonly ended: boolean }
type ReceiptRow = SandboxPaymentReceipt
