import type { Db } from '../../postgres/pool.ts'
import { leaseSeconds } from './lease-deliveries.ts'
import { resumeSecondsMax } from './retry-schedule.ts'

/**
 * One pass: has a look at endpoints that have something due and are not to be looked at for longer than anything can make them
 * wait. There is none, but after a clock was put back; gives how many.
 */
export async function wakeStalled (db: Db, limit: number): Promise<number> {
  const woken = await db`
    update endpoints set next_due_at = statement_timestamp()
    where id in (
      select endpoints.id from endpoints
      where state = 'enabled' and deleted_at is null
        and (next_due_at is null or next_due_at > statement_timestamp() + make_interval(secs => ${leaseSeconds}))
        and (next_due_at is distinct from resume_at or resume_at > statement_timestamp() + make_interval(secs => ${resumeSecondsMax}))
        and exists (select from deliveries where endpoint_id = endpoints.id and state = 'due' and due_at <= statement_timestamp())
      limit ${limit} for no key update skip locked)`
  return woken.count
}
