import type { Uuid } from '../../../base/ids.ts'
import { Problem } from '../../../base/problem.ts'
import type { Tx } from '../../../postgres/pool.ts'
import type { Checkout } from './checkout.ts'
import { endCheckouts, lockCheckouts } from './end-checkouts.ts'
import { readCheckout } from './read-checkout.ts'

/**
 * Ends a checkout because its buyer wants so: its stock is free at once. One that has ended without money is answered as it is. Throws
 * `not_found`, and `checkout_ended` when money came.
 */
export async function cancelCheckout (tx: Tx, id: Uuid): Promise<Checkout> {
  const seen = await readCheckout(tx, id)
  if (!seen) throw new Problem('not_found', 'There is no such purchase.')
  await lockCheckouts(tx, [seen])
  await endCheckouts(tx, [id], 'cancelled')
  const checkout = (await readCheckout(tx, id))!
  if (checkout.state === 'expired' || checkout.state === 'cancelled') return checkout
  throw new Problem('checkout_ended', 'It is paid, and cannot be cancelled any more.', { state: checkout.state })
}
