import type { ApprovalState } from '../../../schema/vocabulary.ts'
import { approvalEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'

/** How a pending approval ends. */
export interface ApprovalEnd {
  readonly state: Exclude<ApprovalState, 'pending'>
  /** The key that decided or cancelled; null where time did. */
  readonly by: string | null
  readonly comment: string | null
}

/**
 * Ends the pending approvals of orders or bulk orders, and gives the subjects whose approval it ended; one that was decided before
 * stays as it is. The caller holds the reseller's lock.
 */
export async function endApprovals (tx: Tx, resellerId: Uuid, subjectIds: readonly Uuid[], end: ApprovalEnd): Promise<readonly Uuid[]> {
  const ended = await tx<{ subject_id: Uuid }[]>`
    update approvals set state = ${end.state}, decided_by = ${end.by}, comment = ${end.comment}, decided_at = clock_timestamp()
    where reseller_id = ${resellerId} and subject_id = any(${bareArray(subjectIds)}::uuid[])
      and state = any(${quotedArray(approvalEntry[end.state])}::text[])
    returning subject_id`.execute()
  return ended.map(row => row.subject_id)
}

/** What was bought is no longer wanted: its pending approval, if it has one, is cancelled. The caller holds the reseller's lock. */
export async function cancelApprovals (tx: Tx, resellerId: Uuid, subjectIds: readonly Uuid[], by: string): Promise<void> {
  await endApprovals(tx, resellerId, subjectIds, { state: 'cancelled', by, comment: null })
}
