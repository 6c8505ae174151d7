import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { GatewayFailure, type PayAction } from '../../base/gateway.ts'
import { showId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { keepAction, keepPaymentError } from '../../domain/payments/keep-action.ts'
import type { Payment } from '../../domain/payments/payment.ts'
import type { World } from '../../domain/world.ts'
import { transact } from '../../postgres/transact.ts'

/** Who pays, and for what, as the gateway shows it to them; nothing of it is kept. */
export interface Payer {
  readonly client: 'phone' | 'desktop'
  readonly ip: string
  readonly language: BuyerLanguage
  /** What is paid for, in a line. */
  readonly subject: string
}

/**
 * Asks the gateway for a way to pay and keeps it; asked again, it is the same. No transaction may be open meanwhile. Refuses with
 * `gateway_unavailable` (ask again), `gateway_refused` (take another gateway), and `checkout_ended` when the payment is over. `origin`:
 * where we are reached from outside, without a slash at the end.
 */
export async function beginPayment (world: World, origin: string, payment: Payment, payer: Payer): Promise<PayAction> {
  const action = payableAction(payment)
  if (action) return action
  const open = world.gateways.current.find(payment.gateway)
  if (!open) throw unavailable()
  try {
    const created = await open.gateway.create({
      paymentId: showId('payment', payment.id),
      gatewayRef: payment.gatewayRef,
      amount: payment.amount,
      currency: payment.currency,
      notifyUrl: newsUrl(world, origin, payment.gateway),
      returnUrl: payment.returnUrl,
      expiresAt: payment.expiresAt,
      ...payer
    })
    return payableAction(await transact(world.db, tx => keepAction(tx, payment.id, created.action, created.gatewayRef))) ?? created.action
  } catch (error) {
    if (!(error instanceof GatewayFailure)) throw error
    await transact(world.db, tx => keepPaymentError(tx, payment.id, error.message))
    if (error.kind === 'unreachable') throw unavailable()
    throw new Problem('gateway_refused', 'The gateway does not take this payment. Choose another.')
  }
}

/** Where a gateway's server tells what became of payments. */
export function newsUrl (world: World, origin: string, gateway: string): string {
  return `${origin}/pay/${world.name}/${gateway}/news`
}

/** How a payment is paid, once the gateway has said so; of one that is over, nothing is. */
function payableAction ({ state, action }: Payment): PayAction | null {
  if (state === 'created') return null
  if (state !== 'pending') throw new Problem('checkout_ended', 'This payment is over: it is paid, or its time has passed.')
  return action
}

function unavailable (): Problem {
  return new Problem('gateway_unavailable', 'The gateway does not answer. Try again in a moment, or choose another.', {
    retryAfterSeconds: retrySeconds
  })
}

const retrySeconds = 5
