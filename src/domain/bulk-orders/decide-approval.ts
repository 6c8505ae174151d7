// A purchase that waits for a second key ends once: approved or rejected by a key that did not make it, expired by the clock of the
// database, or cancelled. Whoever ends it locks in the order of the house: the bulk order's row where there is one, the approval, then
// the reseller; what decides is read after that.
import type { Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { endApprovals, type ApprovalEnd } from '../approvals/end-approvals.ts'
import { readApproval, type Approval } from '../approvals/read-approvals.ts'
import { refuseMaker } from '../approvals/refuse-maker.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { completeOrders, releaseOrders } from '../orders/held-orders.ts'
import { recheckKey } from '../resellers/recheck-key.ts'
import { lockBulkOrder } from './bulk-order.ts'
import { approveBulkOrder, releaseBulkOrder } from './end-bulk-order.ts'

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
 * over, the refusal: that is not thrown, because what it releases is to be kept. Throws `not_found`, `approval_by_maker` and
 * `state_conflict`.
 */
export async function decideApproval (tx: Tx, decision: Verdict): Promise<Approval | Problem> {
  const { resellerId, approvalId, verdict, keyId, reason } = decision
  const { approval, makers, isOver } = await lockApproval(tx, resellerId, approvalId)
  await recheckKey(tx, keyId)
  await refuseMaker(tx, resellerId, makers, keyId)
  if (approval.state === verdict) return approval
  if (approval.state === 'expired') return expired(approval)
  if (approval.state !== 'pending') {
    throw new Problem('state_conflict', `The approval is ${approval.state}, and stays so.`, { state: approval.state })
  }
  if (isOver) {
    await endApproval(tx, approval, { state: 'expired', by: null, comment: null })
    return expired(approval)
  }
  await endApproval(tx, approval, { state: verdict, by: keyId, comment: reason })
  return await approvalOf(tx, resellerId, approvalId)
}

/** Expires an approval whose time is over, and releases what it held; one that ended before is left alone. */
export async function expireApproval (tx: Tx, resellerId: Uuid, id: Uuid): Promise<void> {
  const { approval, isOver } = await lockApproval(tx, resellerId, id)
  if (approval.state === 'pending' && isOver) await endApproval(tx, approval, { state: 'expired', by: null, comment: null })
}

interface Locked {
  readonly approval: Approval
  /** The keys that made the purchase. */
  readonly makers: readonly string[]
  /** Whether its time is over, by the clock after the locks. */
  readonly isOver: boolean
}

async function lockApproval (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Locked> {
  const { kind, subjectId, requestedBy, expiresAt } = await approvalOf(tx, resellerId, id)
  const makers = [requestedBy]
  // Whoever uploaded a bulk order made the purchase as much as whoever confirmed it.
  if (kind === 'bulk_order') makers.push((await lockBulkOrder(tx, resellerId, subjectId)).keyId)
  await tx`select 1 from approvals where reseller_id = ${resellerId} and id = ${id} for update`
  await lockResellers(tx, [resellerId])
  const [clock] = await tx<{ now: Date }[]>`select clock_timestamp() as now`
  return { approval: await approvalOf(tx, resellerId, id), makers, isOver: clock!.now >= expiresAt }
}

async function approvalOf (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Approval> {
  const approval = await readApproval(tx, resellerId, id)
  if (!approval) throw new Problem('not_found', 'You have no approval with this id.')
  return approval
}

/** How an approval ends here; cancelled it is where its purchase is. */
type Decided = ApprovalEnd & { readonly state: Exclude<ApprovalEnd['state'], 'cancelled'> }

/** Ends a pending approval and settles what waited for it. */
async function endApproval (tx: Tx, { resellerId, kind, subjectId }: Approval, end: Decided): Promise<void> {
  const ended = await endApprovals(tx, resellerId, [subjectId], end)
  assert(ended.length === 1, 'the pending approval under its lock')
  if (kind === 'bulk_order') return await settleBulkOrder(tx, resellerId, subjectId, end.state)
  const settled = end.state === 'approved'
    ? await completeOrders(tx, resellerId, [subjectId])
    : await releaseOrders(tx, resellerId, [subjectId], { state: end.state, reason: end.state })
  assert(settled.length === 1, 'the order that waited for its approval')
}

/** What a bulk order has set aside is turned into orders, or given back, in steps by its own pass. */
async function settleBulkOrder (tx: Tx, resellerId: Uuid, id: Uuid, state: Decided['state']): Promise<void> {
  if (state === 'approved') await approveBulkOrder(tx, resellerId, id)
  else await releaseBulkOrder(tx, resellerId, id, state)
}

function expired ({ expiresAt }: Approval): Problem {
  return new Problem('approval_expired', `It expired at ${expiresAt.toISOString()}, and what it held was released. Order again.`)
}
