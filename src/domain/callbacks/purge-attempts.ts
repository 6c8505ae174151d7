import { attemptsKeptDays } from '../../../schema/rest/deliveries.ts'
import type { Db } from '../../postgres/pool.ts'

/** A bounded pass: deletes attempts that are no longer shown. Gives how many. */
export async function purgeAttempts (db: Db, limit: number): Promise<number> {
  const purged = await db`
    delete from delivery_attempts where (delivery_id, attempt) in (
      select delivery_id, attempt from delivery_attempts
      where started_at < now() - make_interval(days => ${attemptsKeptDays}) order by started_at limit ${limit} for update skip locked)`
  return purged.count
}
