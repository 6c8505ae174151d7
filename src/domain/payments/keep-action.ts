import type { PayAction } from '../../base/gateway.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lastErrorCharsMax, type Payment } from './payment.ts'
import { paymentColumns } from './read-payments.ts'

/**
 * Keeps what the gateway said of a payment that was created there: how the payer pays, and its own name for it. A payment that has ended
 * meanwhile, or was created by another who asked at the same time, stays as it is, but for that name: with it, it can be closed there.
 */
export async function keepAction (tx: Tx, id: Uuid, action: PayAction, gatewayRef: string | null): Promise<Payment> {
  const [payment] = await tx<Payment[]>`
    update payments set
      state = case state when 'created' then 'pending' else state end,
      action = case state when 'created' then ${tx.json(action as never)}::jsonb else action end,
      gateway_ref = coalesce(gateway_ref, ${gatewayRef}),
      last_error = case state when 'created' then null else last_error end
    where id = ${id} returning ${paymentColumns(tx)}`
  assert(payment, 'the payment that was created at its gateway')
  return payment
}

/** Keeps why a gateway did not create a payment, or did not answer for it. */
export async function keepPaymentError (tx: Tx, id: Uuid, error: string): Promise<void> {
  await tx`update payments set last_error = ${error.slice(0, lastErrorCharsMax)} where id = ${id}`
}
