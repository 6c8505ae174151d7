// Money that goes back, until the gateway says that it has gone. A payback is leased by moving its next attempt forward; the gateway is
// asked outside of any transaction, always with the payback's own id, so that a request whose answer was lost is not done twice.
import { GatewayFailure, type Gateways, type RefundStanding } from '../../base/gateway.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { paybackColumns, type Payback } from './payback.ts'
import { lastErrorCharsMax } from './payment.ts'

/** Longer than a gateway may take to answer twice, with time to book what it said. */
export const paybackLeaseSeconds = 60
/** Asked for at once, of each gateway. */
export const paybacksPerGatewayMax = 8
/** With waits that double up to six hours, about twelve days; then it is the operator's. */
export const paybackAttemptsMax = 60
const waitSecondsMin = 10
const waitSecondsMax = 6 * 3_600

export interface PaybackNeeds {
  readonly db: Db
  readonly gateways: Gateways
  /** Books that the money has gone back, and ends the payback. */
  readonly paybackSucceeded: (tx: Tx, paybackId: Uuid) => Promise<unknown>
  /** Ends the payback without success: it is the operator's from now on. */
  readonly paybackFailed: (tx: Tx, paybackId: Uuid, error: string) => Promise<unknown>
}

/** Sends back, or asks about, what is due, up to the limit; returns how many were leased. A failure of ours is thrown at the end. */
export async function sendPaybacks (needs: PaybackNeeds, limit: number): Promise<number> {
  const leased = await leasePaybacks(needs.db, limit)
  const sent = await Promise.allSettled(leased.map(payback => sendOne(needs, payback)))
  for (const outcome of sent) if (outcome.status === 'rejected') throw outcome.reason
  return leased.length
}

/** A payback that is sent now, with its gateway's name for the payment. */
export type LeasedPayback = Payback & { readonly gatewayRef: string | null }

/** Leases what is due, of every gateway. */
export async function leasePaybacks (db: Db, limit: number): Promise<readonly LeasedPayback[]> {
  return await transact(db, tx => tx<LeasedPayback[]>`
    with due as materialized (
      select first.id from gateways cross join lateral (
        select id from paybacks where gateway = gateways.id and next_at <= now()
        order by next_at limit ${paybacksPerGatewayMax} for update skip locked
      ) as first limit ${limit}
    )
    update paybacks set attempts = attempts + 1, next_at = now() + make_interval(secs => ${paybackLeaseSeconds})
    from due, payments where paybacks.id = due.id and payments.id = paybacks.payment_id and paybacks.state in ('due', 'sent')
    returning ${paybackColumns(tx)}, payments.gateway_ref as "gatewayRef"`)
}

async function sendOne (needs: PaybackNeeds, payback: LeasedPayback): Promise<void> {
  const { db, gateways } = needs
  let standing: RefundStanding
  try {
    standing = await askGateway(gateways, payback)
  } catch (error) {
    if (!(error instanceof GatewayFailure)) throw error
    const { kind, message } = error
    return await transact(db, tx => kind === 'refused' ? fail(tx, needs, payback, message) : tryLater(tx, needs, payback, message))
  }
  switch (standing) {
    case 'succeeded': return await transact(db, async tx => { await needs.paybackSucceeded(tx, payback.id) })
    case 'failed': return await transact(db, tx => fail(tx, needs, payback, 'the gateway says that the refund failed'))
    case 'pending':
    case 'unknown': return await transact(db, tx => tryLater(tx, needs, payback, null))
  }
}

/** What became of it; a refund that the gateway does not know of, though it was sent, is sent again. */
async function askGateway (gateways: Gateways, payback: LeasedPayback): Promise<RefundStanding> {
  const { id, paymentId, gatewayRef, transaction, amount, currency, reason } = payback
  const gateway = gateways.find(payback.gateway)?.gateway
  if (!gateway) throw new GatewayFailure('unreachable', 'the gateway cannot be used as it is configured')
  const refund = {
    paymentId: showId('payment', paymentId),
    gatewayRef,
    paybackId: showId('payback', id),
    transaction,
    amount,
    paid: amount,
    currency,
    reason: `Refund: ${reason.replaceAll('_', ' ')}`
  }
  if (payback.state === 'due') return await gateway.refund(refund)
  const standing = await gateway.queryRefund(refund)
  return standing === 'unknown' ? await gateway.refund(refund) : standing
}

async function fail (tx: Tx, { paybackFailed }: PaybackNeeds, { id }: LeasedPayback, why: string): Promise<void> {
  await paybackFailed(tx, id, why.slice(0, lastErrorCharsMax))
}

/** Waits twice as long as the time before. Without a reason the gateway has it, and takes its time. */
async function tryLater (tx: Tx, needs: PaybackNeeds, payback: LeasedPayback, why: string | null): Promise<void> {
  const { id, attempts } = payback
  const error = why?.slice(0, lastErrorCharsMax) ?? null
  if (attempts >= paybackAttemptsMax) return await fail(tx, needs, payback, why ?? 'the gateway has not finished the refund')
  const seconds = Math.min(waitSecondsMax, waitSecondsMin * 2 ** Math.min(attempts - 1, 20))
  await tx`
    update paybacks set state = case when ${why === null} then 'sent' else state end, last_error = ${error},
      next_at = now() + make_interval(secs => ${seconds})
    where id = ${id} and state in ('due', 'sent')`
}
