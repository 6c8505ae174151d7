import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Payment } from './payment.ts'

/** The payment with this id, if there is one. */
export async function readPayment (read: Reader, id: Uuid): Promise<Payment | undefined> {
  const [payment] = await read<Payment[]>`select ${paymentColumns(read)} from payments where id = ${id}`
  return payment
}

/** What a Payment is read from: columns of the row `payments`. */
export function paymentColumns (read: Reader) {
  return read`payments.id, payments.reseller_id as "resellerId", payments.purpose, payments.subject_id as "subjectId", payments.reference,
    payments.gateway, payments.currency, payments.amount, payments.state, payments.action, payments.gateway_ref as "gatewayRef",
    payments.return_url as "returnUrl", payments.expires_at as "expiresAt", payments.last_error as "lastError",
    payments.paid_at as "paidAt", payments.created_at as "createdAt"`
}
