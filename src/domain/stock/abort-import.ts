import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { lockImport, readImport, type Import } from './import.ts'

/** Codes deleted in one transaction. */
export const codesClearedPerStep = 10_000

/**
 * Gives an import up; an aborted one is answered as it is. Its codes were never for sale; they are deleted by
 * clearAbortedLots, and can be imported anew once they are gone. Throws `state_conflict` for a committed one.
 */
export async function abortImport (tx: Tx, id: Uuid): Promise<Import> {
  const open = await lockImport(tx, id)
  if (open.state === 'aborted') return open
  if (open.state === 'committed') throw new Problem('state_conflict', 'The import was committed; recall its lots instead.')
  await tx`update lots set state = 'aborted', state_reason = 'import aborted' where import_id = ${id} and state = 'staged'`
  await tx`update imports set state = 'aborted', touched_at = now() where id = ${id} and state = 'open'`
  return await readImport(tx, id)
}

/** Deletes up to about `limit` codes of aborted imports, their fingerprints with them; returns how many. */
export async function clearAbortedLots (db: Db, limit: number): Promise<number> {
  let cleared = 0
  while (cleared < limit) {
    const step = await transact(db, clearOneStep)
    if (step === 0) break
    cleared += step
  }
  return cleared
}

/** Deletes from a lot's end, so that its size keeps saying what is left. */
async function clearOneStep (tx: Tx): Promise<number> {
  const [lot] = await tx<{ id: number, size: number }[]>`
    select id, size from lots where state = 'aborted' and size > 0 order by id limit 1 for update skip locked`
  if (!lot) return 0
  const size = Math.max(0, lot.size - codesClearedPerStep)
  await tx`delete from codes where lot_id = ${lot.id} and n >= ${size}`
  await tx`update lots set size = ${size} where id = ${lot.id}`
  return lot.size - size
}
