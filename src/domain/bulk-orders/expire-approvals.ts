import type { Uuid } from '../../base/ids.ts'
import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { readApproval } from '../approvals/read-approvals.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { endApproval, lockSubject } from './decide-approval.ts'

/**
 * A pass: expires up to `limit` approvals whose time is over and releases what they held; returns how many were due. Each has a
 * transaction of its own, and one that fails does not keep the others waiting: the pass fails when it is through.
 */
export async function expireApprovals (db: Db, limit: number): Promise<number> {
  const due = await db<{ resellerId: Uuid, id: Uuid }[]>`
    select reseller_id as "resellerId", id from approvals where state = 'pending' and expires_at <= clock_timestamp()
    order by expires_at, id limit ${limit}`
  const failures: unknown[] = []
  for (const { resellerId, id } of due) {
    try {
      await transact(db, async tx => {
        const approval = (await readApproval(tx, resellerId, id))!
        await lockSubject(tx, approval)
        await lockResellers(tx, [resellerId])
        await endApproval(tx, approval, { state: 'expired', by: null, comment: null })
      })
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${due.length} approvals could not be expired`)
  return due.length
}
