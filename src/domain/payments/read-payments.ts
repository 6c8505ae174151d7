import type { Reader } from '../../postgres/pool.ts'

/** What a Payment is read from: columns of the row `payments`. */
export function paymentColumns (read: Reader) {
  return read`payments.id, payments.reseller_id as "resellerId", payments.purpose, payments.subject_id as "subjectId", payments.reference,
    payments.gateway, payments.currency, payments.amount, payments.state, payments.action, payments.gateway_ref as "gatewayRef",
    payments.return_url as "returnUrl", payments.expires_at as "expiresAt", payments.last_error as "lastError",
    payments.paid_at as "paidAt", payments.created_at as "createdAt"`
}
