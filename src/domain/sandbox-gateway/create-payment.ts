import { randomText } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { SandboxPayment } from './payment.ts'

const idBytes = 16

export type NewSandboxPayment = Pick<
  SandboxPayment,
  'merchantPayment' | 'currency' | 'amount' | 'subject' | 'notifyUrl' | 'returnUrl' | 'language' | 'expiresAt'
>

/** Makes a payment, or finds the one of the same name; gives the gateway's id. Another amount under that name is `state_conflict`. */
export async function createSandboxPayment (tx: Tx, wanted: NewSandboxPayment): Promise<string> {
  const { merchantPayment, currency, amount, subject, notifyUrl, returnUrl, language, expiresAt } = wanted
  await tx`
    insert into sandbox_gateway_payments
      (id, merchant_payment, currency, amount, subject, notify_url, return_url, language, expires_at)
    values (
      ${randomText(idBytes)}, ${merchantPayment}, ${currency}, ${amount}, ${subject}, ${notifyUrl}, ${returnUrl}, ${language}, ${expiresAt}
    )
    on conflict do nothing`
  const [row] = await tx<{ id: string, same: boolean }[]>`
    select id, currency = ${currency} and amount = ${amount}::bigint as same from sandbox_gateway_payments
    where merchant_payment = ${merchantPayment}`
  if (!row!.same) throw new Problem('state_conflict', 'This payment was made before, of another amount.')
  return row!.id
}
