// The end of money's way back to a buyer: the gateway has refunded it, or will not. Gateways are asked outside of any transaction; what
// they said is booked here, once.
import { checkoutEntry, formerStates, paybackEntry } from '../../../../schema/states.ts'
import type { Currency, PaybackState, ReturnReason } from '../../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../../base/ids.ts'
import { moneyView, type Amount } from '../../../base/money.ts'
import { assert } from '../../../base/problem.ts'
import { quotedArray } from '../../../postgres/arrays.ts'
import type { Tx } from '../../../postgres/pool.ts'
import { appendEvents } from '../../events/append-events.ts'
import { lockResellers } from '../../events/lock-resellers.ts'
import { houseAccount } from '../../wallet/house-accounts.ts'
import { move } from '../../wallet/move.ts'

/**
 * The buyer has the money back: it leaves what we owe, and a checkout all of whose money went back is refunded. Booked once; told again,
 * it changes nothing.
 */
export async function paybackSucceeded (tx: Tx, paybackId: Uuid): Promise<void> {
  const payback = await endPayback(tx, paybackId, 'succeeded', null)
  if (!payback) return
  const { currency, amount, paymentId, reason, resellerId, checkoutId, linkId, sessionId } = payback
  await move(tx, [{
    kind: 'payback',
    debit: await houseAccount(tx, 'refunds_payable', currency),
    credit: await houseAccount(tx, 'cash_in_transit', currency),
    amount,
    paymentId,
    reason: showId('payback', paybackId),
    createdBy: null
  }])
  if (checkoutId === null || linkId === null) return
  await tx`
    update checkouts set state = 'refunded'
    where id = ${checkoutId} and state = any(${quotedArray(formerStates(checkoutEntry, 'refunded'))}::text[]) and not exists (
      select from payments join paybacks on paybacks.payment_id = payments.id
      where payments.subject_id = ${checkoutId} and paybacks.state <> 'succeeded'
    )`
  await appendEvents(tx, [{
    resellerId,
    type: 'checkout.refunded',
    data: {
      checkout: showId('checkout', checkoutId),
      link: showId('link', linkId),
      session: sessionId === null ? null : showId('session', sessionId),
      amount: moneyView(amount, currency),
      reason
    }
  }])
}

/** The gateway will not give it back: the operator has to. */
export async function paybackFailed (tx: Tx, paybackId: Uuid, error: string): Promise<void> {
  await endPayback(tx, paybackId, 'failed', error)
}

interface EndedPayback {
  readonly resellerId: Uuid
  readonly paymentId: Uuid
  readonly currency: Currency
  readonly amount: Amount
  readonly reason: ReturnReason
  readonly checkoutId: Uuid | null
  readonly linkId: Uuid | null
  readonly sessionId: Uuid | null
}

/** Locks what the end changes (link, reseller, payback) and writes it; undefined when the payback has ended before. */
async function endPayback (
  tx: Tx, id: Uuid, state: Extract<PaybackState, 'succeeded' | 'failed'>, error: string | null
): Promise<EndedPayback | undefined> {
  const [payback] = await tx<EndedPayback[]>`
    select paybacks.reseller_id as "resellerId", payment_id as "paymentId", paybacks.currency, paybacks.amount, paybacks.reason,
           checkouts.id as "checkoutId", link_id as "linkId", session_id as "sessionId"
    from paybacks join payments on payments.id = payment_id left join checkouts on purpose = 'checkout' and checkouts.id = subject_id
    where paybacks.id = ${id}`
  assert(payback, 'the payback that has ended')
  await tx`select 1 from links where id = ${payback.linkId} for no key update`
  await lockResellers(tx, [payback.resellerId])
  const ended = await tx`
    update paybacks set state = ${state}, next_at = null, last_error = ${error}, ended_at = clock_timestamp()
    where id = ${id} and state = any(${quotedArray(formerStates(paybackEntry, state))}::text[]) returning id`
  return ended.count === 1 ? payback : undefined
}
