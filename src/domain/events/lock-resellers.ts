import { bareArray } from '../../postgres/arrays.ts'
import type { Uuid } from '../../base/ids.ts'
import type { ResellerStatus } from '../../../schema/vocabulary.ts'
import type { Tx } from '../../postgres/pool.ts'

/**
 * Locks resellers, ids ascending: the first lock of every change that writes events (resellers, then accounts, then stock).
 * Gives the status of those that exist; one that is missing is missing in the answer.
 */
export async function lockResellers (tx: Tx, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, ResellerStatus>> {
  // Not `for update`: that would also stop the foreign-key checks of keys and accounts being added.
  const rows = await tx<{ id: Uuid, status: ResellerStatus }[]>`
    select id, status from resellers where id = any(${bareArray(ids)}::uuid[]) order by id for no key update`
  return new Map(rows.map(row => [row.id, row.status]))
}
