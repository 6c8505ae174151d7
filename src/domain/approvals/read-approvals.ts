import type { ApprovalKind, ApprovalReason, ApprovalState, Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'

/** A purchase that waits, or waited, for a second key. */
export interface Approval {
  readonly resellerId: Uuid
  readonly id: Uuid
  readonly kind: ApprovalKind
  /** The order or bulk order. */
  readonly subjectId: Uuid
  readonly state: ApprovalState
  readonly reasons: readonly ApprovalReason[]
  readonly currency: Currency
  /** What was asked for: the total and the codes set aside. */
  readonly total: Amount
  readonly quantity: number
  readonly costCenter: string | null
  readonly requestedBy: string
  readonly decidedBy: string | null
  /** Why it was rejected. */
  readonly comment: string | null
  readonly expiresAt: Date
  readonly decidedAt: Date | null
  readonly createdAt: Date
}

export interface ApprovalFilter { readonly state: ApprovalState | null, readonly kind: ApprovalKind | null }

/** One approval of a reseller; undefined when it is unknown or another's. */
export async function readApproval (read: Reader, resellerId: Uuid, id: Uuid): Promise<Approval | undefined> {
  const [approval] = await readApprovals(read, resellerId, [id])
  return approval
}

/** Those of a reseller's approvals that there are, in any order. */
export async function readApprovals (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Approval[]> {
  return await read<Approval[]>`
    select ${read.unsafe(columns)} from approvals where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** A reseller's approvals, newest first, older than the one named. */
export async function listApprovals (
  read: Reader, resellerId: Uuid, { state, kind }: ApprovalFilter, olderThan: Uuid | null, count: number
): Promise<readonly Approval[]> {
  const only = [read`reseller_id = ${resellerId}`]
  if (olderThan !== null) only.push(read`id < ${olderThan}`)
  // What is pending is few among what was decided, and has an index of its own that the planner must see is meant.
  if (state === 'pending') only.push(read`state = 'pending'`)
  else if (state !== null) only.push(read`state = ${state}`)
  if (kind !== null) only.push(read`kind = ${kind}`)
  return await read<Approval[]>`
    select ${read.unsafe(columns)} from approvals
    where ${only.flatMap((condition, i) => i === 0 ? condition : [read` and `, condition])} order by id desc limit ${count}`
}

const columns = `reseller_id as "resellerId", id, kind, subject_id as "subjectId", state, reasons, currency, total, quantity,
  cost_center as "costCenter", requested_by as "requestedBy", decided_by as "decidedBy", comment, expires_at as "expiresAt",
  decided_at as "decidedAt", created_at as "createdAt"`
