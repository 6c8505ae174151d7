// A purchase that waits for a second key ends once: approved or rejected by a key that did not make it, expired by the clock of the
// database, or cancelled. All of it happens under the lock of its reseller, where the approval is read again; a bulk order's row is
// locked before, as everywhere.
import type { Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { endApprovals, type ApprovalEnd } from '../approvals/end-approvals.ts'
import { readApproval, type Approval } from '../approvals/read-approvals.ts'
import { refuseMaker } from '../approvals/refuse-maker.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { completeOrders, releaseOrders } from '../orders/held-orders.ts'
import { recheckKey } from '../resellers/recheck-key.ts'

export interface Verdict {
  readonly resellerId: Uuid
  readonly approvalId: Uuid
  readonly verdict: 'approved' | 'rejected'
  /** The key that decides. */
  readonly keyId: string
  /** Why it is rejected. */
  readonly reason: string | null
}

/**
 * Approves or rejects what is pending; the same verdict again answers it again. Gives the approval as it is now or, when its time is
 * over, the refusal: that is not thrown, because what it releases is to be kept.
 */
export async function decideApproval (tx: Tx, decision: Verdict): Promise<Approval | Problem> {
  const { resellerId, approvalId, verdict, keyId, reason } = decision
  const makers = await lockSubject(tx, await approvalOf(tx, resellerId, approvalId))
  await lockResellers(tx, [resellerId])
  await recheckKey(tx, keyId)
  const approval = await approvalOf(tx, resellerId, approvalId)
  await refuseMaker(tx, resellerId, [approval.requestedBy, ...makers], keyId)
  if (approval.state === verdict) return approval
  if (approval.state === 'expired') return expired(approval)
  if (approval.state !== 'pending') {
    throw new Problem('state_conflict', `The approval is ${approval.state}, and stays it.`, { state: approval.state })
  }
  if (await isOver(tx, approval)) {
    await endApproval(tx, approval, { state: 'expired', by: null, comment: null })
    return expired(approval)
  }
  await endApproval(tx, approval, { state: verdict, by: keyId, comment: reason })
  return await approvalOf(tx, resellerId, approvalId)
}

/** Ends a pending approval and settles what waited for it, under the locks of both; one that ended before is left alone. */
export async function endApproval (tx: Tx, { resellerId, kind, subjectId }: Approval, end: ApprovalEnd): Promise<void> {
  const ended = await endApprovals(tx, resellerId, [subjectId], end)
  if (ended.length === 0) return
  if (kind === 'bulk_order') return
  const settled = end.state === 'approved'
    ? await completeOrders(tx, resellerId, [subjectId])
    : await releaseOrders(tx, resellerId, [subjectId], { state: end.state, reason: end.state })
  assert(settled.length === 1, 'the order that waited for its approval')
}

/** The row that is locked before the reseller's, where there is one; gives who made the purchase beside the key that asked. */
export async function lockSubject (tx: Tx, { kind, resellerId, subjectId }: Approval): Promise<readonly string[]> {
  if (kind === 'order') return []
  const [bulk] = await tx<{ key_id: string }[]>`
    select key_id from bulk_orders where reseller_id = ${resellerId} and id = ${subjectId} for no key update`
  assert(bulk, 'the bulk order that waits for its approval')
  return [bulk.key_id]
}

async function approvalOf (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Approval> {
  const approval = await readApproval(tx, resellerId, id)
  if (!approval) throw new Problem('not_found', 'You have no approval with this id.')
  return approval
}

async function isOver (tx: Tx, { expiresAt }: Approval): Promise<boolean> {
  const [clock] = await tx<{ now: Date }[]>`select clock_timestamp() as now`
  return clock!.now >= expiresAt
}

function expired ({ expiresAt }: Approval): Problem {
  return new Problem('approval_expired', `It expired at ${expiresAt.toISOString()}, and what it held was released. Order again.`)
}
