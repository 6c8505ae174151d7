import type { Reversal as ReversalView } from '../../../schema/rest/reversals.ts'
import type { ReversalOutcome } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { readRefunds, refundView, type Refund } from './read-refunds.ts'

/** What became of a reseller's wish to undo the order with a reference. */
export interface Reversal {
  readonly id: Uuid
  readonly reference: string
  readonly orderReference: string
  readonly orderId: Uuid
  readonly outcome: ReversalOutcome
  readonly refund: Refund | null
  readonly createdAt: Date
}

/** One reversal of a reseller; undefined when it is unknown or another's. */
export async function readReversal (read: Reader, resellerId: Uuid, id: Uuid): Promise<Reversal | undefined> {
  const [reversal] = await readReversals(read, resellerId, [id])
  return reversal
}

/** Those of a reseller's reversals that there are, in any order. */
export async function readReversals (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Reversal[]> {
  return await withTheirRefunds(read, await read<ReversalRow[]>`
    select ${columns(read)} from reversals where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`)
}

/** A reseller's reversals, newest first, older than the one named. */
export async function listReversals (read: Reader, resellerId: Uuid, olderThan: Uuid | null, count: number): Promise<readonly Reversal[]> {
  return await withTheirRefunds(read, await read<ReversalRow[]>`
    select ${columns(read)} from reversals
    where reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`id < ${olderThan}`}
    order by id desc limit ${count}`)
}

/** A reversal as its reseller sees it. */
export function reversalView (reversal: Reversal): ReversalView {
  return {
    id: showId('reversal', reversal.id),
    reference: reversal.reference,
    order_reference: reversal.orderReference,
    order: showId('order', reversal.orderId),
    outcome: reversal.outcome,
    refund: reversal.refund && refundView(reversal.refund),
    created_at: reversal.createdAt.toISOString()
  }
}

type ReversalRow = Omit<Reversal, 'refund'> & { readonly refundId: Uuid | null }

function columns (read: Reader) {
  return read`
    id, reference, order_reference as "orderReference", order_id as "orderId", outcome, refund_id as "refundId", created_at as "createdAt"`
}

async function withTheirRefunds (read: Reader, rows: readonly ReversalRow[]): Promise<readonly Reversal[]> {
  const refunded = rows.filter(row => row.refundId !== null)
  const refunds = refunded.length === 0 ? [] : await readRefunds(read, refunded.map(row => row.orderId))
  const byId = new Map(refunds.map(refund => [refund.id, refund]))
  return rows.map(({ refundId, ...row }) => ({ ...row, refund: refundId === null ? null : byId.get(refundId) ?? null }))
}
