import type { ApprovalKind, ApprovalReason, Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'

/** A purchase that waits for a second key; what it sets aside is set aside by whoever asks. */
export interface ApprovalRequest {
  readonly resellerId: Uuid
  readonly id: Uuid
  readonly kind: ApprovalKind
  /** The order or bulk order. */
  readonly subjectId: Uuid
  readonly reasons: readonly ApprovalReason[]
  readonly currency: Currency
  readonly total: Amount
  readonly quantity: number
  readonly costCenter: string | null
  /** The key that buys: neither it nor its rotations may decide. */
  readonly requestedBy: string
  readonly expiresInSeconds: number
}

/** Writes down that a purchase waits for a second key. The caller holds the reseller's lock. */
export function requestApproval (tx: Tx, request: ApprovalRequest): Promise<void> {
  return requestApprovals(tx, [request])
}

/** The same for several purchases, in one statement. */
export async function requestApprovals (tx: Tx, requests: readonly ApprovalRequest[]): Promise<void> {
  if (requests.length === 0) return
  await tx`
    insert into approvals
      (reseller_id, id, kind, subject_id, state, reasons, currency, total, quantity, cost_center, requested_by, expires_at)
    select reseller_id, id, kind, subject_id, 'pending', reasons::text[], currency, total, quantity, cost_center, requested_by,
           clock_timestamp() + make_interval(secs => seconds)
    from unnest(
      ${bareArray(requests.map(one => one.resellerId))}::uuid[], ${bareArray(requests.map(one => one.id))}::uuid[],
      ${bareArray(requests.map(one => one.kind))}::text[], ${bareArray(requests.map(one => one.subjectId))}::uuid[],
      ${quotedArray(requests.map(one => bareArray(one.reasons)))}::text[], ${bareArray(requests.map(one => one.currency))}::text[],
      ${bareArray(requests.map(one => one.total))}::bigint[], ${bareArray(requests.map(one => one.quantity))}::int[],
      ${quotedArray(requests.map(one => one.costCenter))}::text[], ${quotedArray(requests.map(one => one.requestedBy))}::text[],
      ${bareArray(requests.map(one => one.expiresInSeconds))}::int[]
    ) as request (reseller_id, id, kind, subject_id, reasons, currency, total, quantity, cost_center, requested_by, seconds)`.execute()
}
