// What whoever stands before the pay page can do: pay, or make one of those things happen that payments do to merchants.
import type { Currency } from '../../../schema/vocabulary.ts'
import { randomText } from '../../base/ids.ts'
import { minorUnit, roundToMinor, type Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { appendNotices, type NewNotice } from './append-notices.ts'
import type { SandboxPayment } from './payment.ts'
import { lockSandboxPayment } from './read-payment.ts'

/**
 * pay: it is paid and told. fail: it is not, and may be tried again. late: it is paid so many seconds from now, even when it has ended by
 * then. twice: it is paid two times. told_twice: paid once, told two times. out_of_order: a refund is told before the payment, and that
 * it is open after. never: paid, and not told: only a query finds it. cancel: nothing happens.
 */
export const sandboxActions = [
  'pay', 'fail', 'late', 'twice', 'told_twice', 'out_of_order', 'never', 'wrong_amount', 'wrong_currency', 'cancel'
] as const
export type SandboxAction = typeof sandboxActions[number]

export const lateSecondsMax = 7 * 86_400
/** How long after its end a payment is paid late, when nobody says when. */
export const lateSecondsDefault = 5
/** Between notices that are sent out of order, so that they arrive in theirs. */
const noticeGapMs = 250
const transactionBytes = 12

/**
 * Does it, and gives the payment as it stood before. What money has come for, or will come for, is left as it is. Throws `not_found`
 * without such a payment, and `checkout_ended` when it has ended and may only be paid late.
 */
export async function actOnPayment (tx: Tx, id: string, action: SandboxAction, lateSeconds?: number): Promise<SandboxPayment> {
  const payment = await lockSandboxPayment(tx, id)
  if (!payment) throw new Problem('not_found', 'There is no such payment.')
  if (payment.receipts.length > 0 || action === 'cancel') return payment
  if (payment.state === 'closed' && action !== 'late') throw new Problem('checkout_ended', 'This payment has ended.')
  if (action === 'fail') {
    await tx`update sandbox_gateway_payments set failed_at = now() where id = ${id}`
    await appendNotices(tx, payment, [{ type: 'payment.failed', afterMs: 0 }])
    return payment
  }
  const { money, notices } = scripts[action](payment, lateSeconds)
  const receipts = await takeMoney(tx, payment, money)
  await appendNotices(tx, payment, notices.map(({ of, ...notice }) => ({ ...notice, ...(of !== undefined && { receipt: receipts[of]! }) })))
  return payment
}

/** Money that comes, and what is told of it; `of` is the place of the money in the list. */
interface Script {
  readonly money: readonly { readonly amount: Amount, readonly currency: Currency, readonly afterMs: number }[]
  readonly notices: readonly (Omit<NewNotice, 'receipt'> & { readonly of?: number })[]
}

type Scripted = Exclude<SandboxAction, 'fail' | 'cancel'>

const scripts: Readonly<Record<Scripted, (payment: SandboxPayment, lateSeconds: number | undefined) => Script>> = {
  pay: payment => ({ money: [asked(payment)], notices: [paid(0)] }),
  late: (payment, lateSeconds = Math.max(0, Math.ceil(payment.secondsLeft)) + lateSecondsDefault) => {
    const afterMs = lateSeconds * 1_000
    return { money: [{ ...asked(payment), afterMs }], notices: [paid(0, afterMs)] }
  },
  twice: payment => ({ money: [asked(payment), asked(payment)], notices: [paid(0), paid(1)] }),
  told_twice: payment => ({ money: [asked(payment)], notices: [paid(0), paid(0)] }),
  out_of_order: payment => ({
    money: [asked(payment)],
    notices: [{ type: 'payment.refunded', afterMs: 0 }, paid(0, noticeGapMs), { type: 'payment.open', afterMs: 2 * noticeGapMs }]
  }),
  never: payment => ({ money: [asked(payment)], notices: [] }),
  wrong_amount: payment => ({ money: [{ ...asked(payment), amount: otherAmount(payment) }], notices: [paid(0)] }),
  wrong_currency: payment => ({ money: [inOtherCurrency(payment)], notices: [paid(0)] })
}

function asked ({ amount, currency }: SandboxPayment): Script['money'][number] {
  return { amount, currency, afterMs: 0 }
}

function paid (of: number, afterMs = 0): Script['notices'][number] {
  return { type: 'payment.paid', of, afterMs }
}

/** A minor unit too little or, where there is no less, too much. */
function otherAmount ({ amount, currency }: SandboxPayment): Amount {
  const minor = minorUnit(currency)
  return amount > minor ? amount - minor : amount + minor
}

function inOtherCurrency ({ amount, currency: asked }: SandboxPayment): Script['money'][number] {
  const currency = asked === 'USD' ? 'CNY' : 'USD'
  const rounded = roundToMinor(amount, currency)
  return { amount: rounded > 0n ? rounded : minorUnit(currency), currency, afterMs: 0 }
}

async function takeMoney (tx: Tx, { id }: SandboxPayment, money: Script['money']): Promise<Required<NewNotice>['receipt'][]> {
  const rows = money.map(one => ({ ...one, transaction: `sbx_${randomText(transactionBytes)}` }))
  const taken = await tx<{ transaction: string, comesAt: Date }[]>`
    insert into sandbox_gateway_receipts (transaction, payment_id, currency, amount, comes_at)
    select transaction, ${id}, currency, amount, clock_timestamp() + after_ms * interval '1 millisecond'
    from unnest(
      ${quotedArray(rows.map(row => row.transaction))}::text[], ${quotedArray(rows.map(row => row.currency))}::text[],
      ${bareArray(rows.map(row => row.amount))}::bigint[], ${bareArray(rows.map(row => row.afterMs))}::int[]
    ) as money (transaction, currency, amount, after_ms)
    returning transaction, comes_at as "comesAt"`
  const comesAt = new Map(taken.map(row => [row.transaction, row.comesAt]))
  return rows.map(({ transaction, currency, amount }) => ({ transaction, currency, amount, comesAt: comesAt.get(transaction)! }))
}
