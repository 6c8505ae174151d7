import type { Uuid } from '../../base/ids.ts'
import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { abortImport, clearAbortedLots, codesClearedPerStep } from './abort-import.ts'
import { importUntouchedHoursMax } from './import.ts'

/** A pass: aborts up to `limit` imports nobody has touched for a day, and clears away codes of aborted ones; returns how many of both. */
export async function abortStaleImports (db: Db, limit: number): Promise<number> {
  const aborted = await transact(db, async tx => {
    const stale = await tx<{ id: Uuid }[]>`
      select id from imports
      where state = 'open' and touched_at < now() - make_interval(hours => ${importUntouchedHoursMax})
      order by id limit ${limit} for update skip locked`
    for (const { id } of stale) await abortImport(tx, id)
    return stale.length
  })
  return aborted + await clearAbortedLots(db, codesClearedPerStep)
}
