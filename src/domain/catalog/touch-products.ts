import { bareArray } from '../../postgres/arrays.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'

/** Marks products as changed by this transaction, so that the next sync of every reseller tells them again. */
export async function touchProducts (tx: Tx, ids: readonly Uuid[]): Promise<void> {
  await tx`
    update products set changed = pg_current_xact_id(), updated_at = now()
    where id in (select id from products where id = any (${bareArray(ids)}::uuid[]) order by id for update)`
}
