import type { Refund as RefundView, RefundSummary } from '../../../schema/rest/refunds.ts'
import type { Order as OrderView } from '../../../schema/rest/orders.ts'
import type { Currency, RefundReason } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { moneyView, type Amount } from '../../base/money.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'

/** Money that went back into a wallet for codes that were given back unrevealed. */
export interface Refund {
  readonly id: Uuid
  readonly orderId: Uuid
  readonly reason: RefundReason
  readonly note: string | null
  readonly amount: Amount
  readonly currency: Currency
  readonly quantity: number
  readonly lines: readonly RefundLine[]
  readonly createdAt: Date
}

export interface RefundLine { readonly line: number, readonly quantity: number, readonly amount: Amount }

/** The refunds of orders, oldest first. */
export async function readRefunds (read: Reader, orderIds: readonly Uuid[]): Promise<readonly Refund[]> {
  const rows = await read<RefundRow[]>`
    select ${columns(read)} from refunds where order_id = any(${bareArray(orderIds)}::uuid[]) order by id`
  return rows.map(toRefund)
}

/** Those of a reseller's refunds that there are by these ids, in any order. */
export async function readRefundsOf (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Refund[]> {
  const rows = await read<RefundRow[]>`
    select ${columns(read)} from refunds where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
  return rows.map(toRefund)
}

/** A line of a refund as it is kept: the amount as a string of ten-thousandths, which JSON's numbers could not all hold. */
export interface KeptLine { readonly line: number, readonly quantity: number, readonly amount: string }

/** A refund as its reseller sees it. */
export function refundView (refund: Refund): RefundView {
  const lines = refund.lines.map(line => ({ ...line, amount: moneyView(line.amount, refund.currency) }))
  return { ...refundSummaryView(refund), lines }
}

/** A refund as events tell it: of hundreds of lines, a callback would be too large. */
export function refundSummaryView (refund: Refund): RefundSummary {
  return {
    id: showId('refund', refund.id),
    reason: refund.reason,
    note: refund.note,
    amount: moneyView(refund.amount, refund.currency),
    quantity: refund.quantity,
    created_at: refund.createdAt.toISOString()
  }
}

/** Puts what was refunded into the view of an order. */
export function withRefunds (view: OrderView, refunds: readonly Refund[]): OrderView {
  return { ...view, refunds: refunds.map(refundView) }
}

interface RefundRow extends Omit<Refund, 'lines'> { readonly lines: readonly KeptLine[] }

function columns (read: Reader) {
  return read`id, order_id as "orderId", reason, note, amount, currency, quantity, lines, created_at as "createdAt"`
}

function toRefund (row: RefundRow): Refund {
  return { ...row, lines: row.lines.map(line => ({ ...line, amount: BigInt(line.amount) })) }
}
