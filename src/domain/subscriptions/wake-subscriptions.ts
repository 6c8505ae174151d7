import type { Db } from '../../postgres/pool.ts'

/**
 * One pass: has a look at subscriptions whose next look lies further ahead than their interval. That was written before the clock was
 * put back. Gives how many.
 */
export async function wakeSubscriptions (db: Db, limit: number): Promise<number> {
  const woken = await db`
    update subscriptions set next_check_at = statement_timestamp()
    where id in (
      select id from subscriptions
      where state = 'active' and next_check_at > statement_timestamp() + make_interval(secs => interval_seconds)
      limit ${limit} for update skip locked)`
  return woken.count
}
