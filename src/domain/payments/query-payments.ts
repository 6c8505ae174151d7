// Payments that the gateway is asked about, because its own word may never come: pending ones on a schedule until they expire, and those
// that nobody wants any more until it has closed them. A payment is leased by moving its next question forward; the gateway is asked
// outside of any transaction; what it says is then kept, unless the payment has moved on meanwhile. Who dies in between leaves it due.
//   A payment that a gateway will not close is asked about again and again, ever more seldom, for days: it may still be paid.
import type { Currency, PaymentState, ReceiptSource } from '../../../schema/vocabulary.ts'
import { GatewayFailure, type Gateways, type GatewayReceipt, type PaymentStanding } from '../../base/gateway.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import type { NewReceipt } from './payment.ts'

/** Longer than a gateway may take to answer, with time to book what it said. */
export const queryLeaseSeconds = 30
/** Asked about at once, of each gateway: one that does not answer keeps no other from being asked. */
export const queriesPerGatewayMax = 32
/** When to ask next, after so many questions: at 5 s, 15 s, 30 s, 1 min, 2 min, 5 min from the beginning, then every 5 minutes. */
export const querySeconds = [10, 15, 30, 60, 180, 300] as const
/** A payer may have begun to pay at the last moment, and clocks differ: only so long after the end, a payment unknown there is closed. */
export const closingGraceSeconds = 60
const closingSecondsMin = 15
const closingSecondsMax = 6 * 3_600
/** After so long a gateway is not asked any more; if it tells us of money still, that is booked all the same. */
export const closingDaysMax = 7

export interface QueryNeeds {
  readonly db: Db
  readonly gateways: Gateways
  readonly receivePayment: (receipt: NewReceipt) => Promise<unknown>
}

/** Asks about the payments that are due, up to the limit; returns how many were leased. A failure of ours is thrown when all are done. */
export async function queryPayments (needs: QueryNeeds, limit: number): Promise<number> {
  const leased = await leasePayments(needs.db, limit)
  const asked = await Promise.allSettled(leased.map(payment => queryOne(needs, payment)))
  for (const outcome of asked) if (outcome.status === 'rejected') throw outcome.reason
  return leased.length
}

/** A payment that is asked about now. */
export interface LeasedPayment {
  readonly id: Uuid
  readonly gateway: string
  readonly gatewayRef: string | null
  readonly state: Extract<PaymentState, 'created' | 'pending' | 'closing'>
  readonly amount: Amount
  readonly currency: Currency
}

/** Leases what is due, of every gateway; what has ended needs no question. */
export async function leasePayments (db: Db, limit: number): Promise<readonly LeasedPayment[]> {
  return await transact(db, async tx => {
    const rows = await tx<(Omit<LeasedPayment, 'state'> & { readonly state: PaymentState })[]>`
      with due as materialized (
        select first.id from gateways cross join lateral (
          select id from payments where gateway = gateways.id and query_at <= now()
          order by query_at limit ${queriesPerGatewayMax} for update skip locked
        ) as first limit ${limit}
      )
      update payments set queries = queries + 1, query_at = case when state in ('paid', 'closed') then null
        else now() + make_interval(secs => ${queryLeaseSeconds}) end
      from due where payments.id = due.id
      returning payments.id, gateway, gateway_ref as "gatewayRef", state, amount, currency`
    return rows.filter((row): row is LeasedPayment => row.state !== 'paid' && row.state !== 'closed')
  })
}

async function queryOne ({ db, gateways, receivePayment }: QueryNeeds, payment: LeasedPayment): Promise<void> {
  const source: ReceiptSource = payment.state === 'closing' ? 'close' : 'query'
  const name = { paymentId: showId('payment', payment.id), gatewayRef: payment.gatewayRef }
  let standing: PaymentStanding
  try {
    const open = gateways.find(payment.gateway)
    if (!open) throw new GatewayFailure('unreachable', 'the gateway cannot be used as it is configured')
    standing = await (source === 'close' ? open.gateway.close(name) : open.gateway.query(name))
  } catch (error) {
    if (!(error instanceof GatewayFailure)) throw error
    return await transact(db, tx => askLater(tx, payment, error.message))
  }
  if (standing.state === 'paid') {
    for (const receipt of standing.receipts) await receivePayment(newReceipt(payment, receipt, source))
    await transact(db, tx => tx`update payments set query_at = null where id = ${payment.id} and state = 'paid'`)
  } else {
    const { state } = standing
    const isEnd = state === 'closed' || (state === 'unknown' && payment.state === 'closing')
    await transact(db, tx => isEnd ? close(tx, payment, state) : askLater(tx, payment, null))
  }
}

function newReceipt ({ id, gateway }: LeasedPayment, receipt: GatewayReceipt, source: ReceiptSource): NewReceipt {
  const { paymentId, transaction, currency, amount, paidAt } = receipt
  if (readId('payment', paymentId) !== id) throw new Error(`expected the gateway ${gateway} to answer of the payment it was asked about`)
  return { gateway, transaction, paymentId: id, currency, amount, paidAt, source }
}

/** The gateway has closed it; or, some time after its end, has never heard of it, and will not take what nobody can open any more. */
async function close (tx: Tx, { id, state }: LeasedPayment, standing: 'closed' | 'unknown'): Promise<void> {
  const grace = tx`make_interval(secs => ${standing === 'closed' ? 0 : closingGraceSeconds})`
  const isOver = standing === 'closed' ? tx`true` : tx`expires_at + ${grace} <= now()`
  await tx`
    update payments set state = case when ${isOver} then 'closed' else state end, last_error = null,
      query_at = case when ${isOver} then null else expires_at + ${grace} end
    where id = ${id} and state = ${state}`
}

/** Sets when to ask next. A payment that is over is to be closed from now on; one that cannot be closed is asked about ever more seldom. */
async function askLater (tx: Tx, { id, state }: LeasedPayment, error: string | null): Promise<void> {
  if (state === 'closing') {
    await tx`
      update payments set
        state = case when expires_at < now() - make_interval(days => ${closingDaysMax}) then 'closed' else state end,
        query_at = case when expires_at < now() - make_interval(days => ${closingDaysMax}) then null else now() + make_interval(secs =>
          least(${closingSecondsMax}, greatest(${closingSecondsMin}, extract(epoch from now() - expires_at) / 2))) end,
        last_error = ${error}
      where id = ${id} and state = 'closing'`
  } else {
    const secondsAfter = tx`(${bareArray(querySeconds)}::int[])[least(queries, ${querySeconds.length})]`
    await tx`
      update payments set
        state = case when expires_at <= now() then 'closing' else state end,
        query_at = case when expires_at <= now() then now()
          else least(expires_at, now() + make_interval(secs => ${secondsAfter})) end,
        last_error = ${error}
      where id = ${id} and state in ('created', 'pending')`
  }
}
