import type { Tx } from '../../postgres/pool.ts'
import type { SandboxPayment } from './payment.ts'
import { lockSandboxPayment } from './read-payment.ts'

/** Makes a payment payable no more, unless money has come; gives it as it stands then. */
export async function closeSandboxPayment (tx: Tx, id: string): Promise<SandboxPayment | undefined> {
  const payment = await lockSandboxPayment(tx, id)
  if (payment?.state !== 'open') return payment
  await tx`update sandbox_gateway_payments set closed_at = now() where id = ${id} and closed_at is null`
  return { ...payment, state: 'closed' }
}
