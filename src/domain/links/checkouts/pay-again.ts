import { newId, type Uuid } from '../../../base/ids.ts'
import { Problem } from '../../../base/problem.ts'
import type { Tx } from '../../../postgres/pool.ts'
import { closePayments } from '../../payments/close-payments.ts'
import { firstQuerySeconds, type Payment } from '../../payments/payment.ts'
import { paymentsPerCheckoutMax } from './checkout.ts'
import { readNewestPayments } from './read-checkout.ts'

/**
 * Begins another payment of a checkout that is still open, with the same gateway or another; those before it are wanted no more. Its
 * gateway is to be asked next. Throws `not_found`, `checkout_ended`, and `state_conflict` after paymentsPerCheckoutMax payments.
 */
export async function payAgain (tx: Tx, checkoutId: Uuid, gateway: string, returnUrl: string): Promise<Payment> {
  const [place] = await tx<{ linkId: Uuid }[]>`select link_id as "linkId" from checkouts where id = ${checkoutId}`
  if (!place) throw new Problem('not_found', 'There is no such purchase.')
  await tx`select 1 from links where id = ${place.linkId} for no key update`
  const [checkout] = await tx<{ state: string, isOver: boolean, payments: number }[]>`
    select state, expires_at <= clock_timestamp() as "isOver",
           (select count(*)::int from payments where subject_id = checkouts.id) as payments
    from checkouts where id = ${checkoutId}`
  const { state, isOver, payments } = checkout!
  if (state !== 'open' || isOver) throw new Problem('checkout_ended', 'The time to pay is over. Buy again.', { state })
  if (payments >= paymentsPerCheckoutMax) {
    throw new Problem('state_conflict', `It was tried to pay ${payments} times. Pay with the last one, or buy again.`)
  }
  await closePayments(tx, [checkoutId])
  await tx`
    insert into payments (
      id, reseller_id, purpose, subject_id, gateway, currency, amount, state, return_url, expires_at, query_at, created_at
    )
    select ${newId()}, reseller_id, 'checkout', id, ${gateway}, currency, total, 'created', ${returnUrl}, expires_at,
           clock_timestamp() + make_interval(secs => ${firstQuerySeconds}::int), clock_timestamp()
    from checkouts where id = ${checkoutId}`
  return (await readNewestPayments(tx, [checkoutId])).get(checkoutId)!
}
