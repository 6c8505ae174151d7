import type { Uuid } from '../../base/ids.ts'
import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { expireApproval } from './decide-approval.ts'

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
    await transact(db, tx => expireApproval(tx, resellerId, id)).catch(error => failures.push(error))
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${due.length} approvals could not be expired`)
  return due.length
}
