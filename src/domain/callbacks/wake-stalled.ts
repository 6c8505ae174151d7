import { bareArray } from '../../postgres/arrays.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { leaseSeconds } from './lease-deliveries.ts'
import { jitter, resumeSecondsMax, retryAfterMsMax } from './retry-schedule.ts'

/** Deliveries of one endpoint brought forward at once. */
const broughtForwardMax = 1_000

/**
 * One pass: has a look at endpoints that have something due and are not to be looked at for longer than anything can make them
 * wait. There is none, but after a clock was put back; gives how many.
 */
export async function wakeStalled (db: Db, limit: number): Promise<number> {
  await bringForward(db, limit)
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

/** What was made in the future, or waits for longer than any attempt does, was written before the clock was put back: it is due now. */
async function bringForward (db: Db, limit: number): Promise<void> {
  await transact(db, async tx => {
    const endpoints = await tx<{ id: Uuid }[]>`
      select id from endpoints
      where state = 'enabled' and deleted_at is null and exists (
        select from (
          select created_at, due_at from deliveries where endpoint_id = endpoints.id and state = 'due' order by due_at desc limit 1
        ) as last where ${isAhead(tx)})
      order by id limit ${limit} for no key update skip locked`
    if (endpoints.length === 0) return
    await tx`
      update deliveries set due_at = statement_timestamp()
      from unnest(${bareArray(endpoints.map(({ id }) => id))}::uuid[]) as stalled (id)
      cross join lateral (
        select sequence from deliveries
        where endpoint_id = stalled.id and state = 'due' and ${isAhead(tx)}
        order by due_at desc limit ${broughtForwardMax}
      ) as late
      where deliveries.endpoint_id = stalled.id and deliveries.sequence = late.sequence and deliveries.state = 'due'`
  })
}

function isAhead (tx: Tx) {
  return tx`due_at > statement_timestamp()
    and (created_at > statement_timestamp() or due_at > statement_timestamp() + ${longestWaitMs} * interval '1 millisecond')`
}

const longestWaitMs = retryAfterMsMax * (1 + jitter)
