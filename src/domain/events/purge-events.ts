// Events are kept for so many days at least; those of a reseller are always the ones after its event_floor, without a gap.
import { eventsKeptDays } from '../../../schema/rest/events.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { lockResellers } from './lock-resellers.ts'

/**
 * A bounded pass: purges the oldest events of one reseller, as far as they are old enough and were turned into deliveries. What is
 * still due of them is given up first: its body would be gone. Gives how many events.
 */
export async function purgeEvents (db: Db, limit: number): Promise<number> {
  const [oldest] = await db<{ reseller_id: Uuid, event_floor: bigint, up_to: bigint }[]>`
    select resellers.id as reseller_id, event_floor, purged.up_to from resellers
      cross join lateral (
        select created_at from events where reseller_id = resellers.id and sequence > event_floor order by sequence limit 1) as first
      cross join lateral (
        select least(
          (select max(sequence) filter (where old) from (
            select sequence, bool_and(created_at < ${cutoff(db)}) over (order by sequence) as old from events
            where reseller_id = resellers.id and sequence > event_floor and sequence <= event_floor + ${limit}) as next),
          (select min(fanned_to) from endpoints where reseller_id = resellers.id and deleted_at is null and state <> 'disabled')) as up_to
      ) as purged
    where first.created_at < ${cutoff(db)} and purged.up_to > event_floor limit 1`
  if (!oldest) return 0
  const { reseller_id: resellerId, event_floor: floor, up_to: upTo } = oldest
  await transact(db, tx => giveUpDeliveries(tx, resellerId, floor, upTo))
  return await transact(db, async tx => {
    await lockResellers(tx, [resellerId])
    const moved = await tx`
      update resellers set event_floor = ${upTo} where id = ${resellerId} and event_floor = ${floor} and event_sequence >= ${upTo}`
    if (moved.count === 0) return 0
    await tx`delete from callback_claims where reseller_id = ${resellerId} and event_sequence <= ${upTo}`
    return (await tx`delete from events where reseller_id = ${resellerId} and sequence <= ${upTo}`).count
  })
}

function cutoff (db: Db) {
  return db`now() - make_interval(days => ${eventsKeptDays})`
}

/** Of what lies below the floor nothing is due: deliveries are many, and stay. */
async function giveUpDeliveries (tx: Tx, resellerId: Uuid, floor: bigint, upTo: bigint): Promise<void> {
  await tx`
    update deliveries set state = 'dead', due_at = null, leased_until = null, leased_by = null,
      last_error = coalesce(last_error, 'it waited until its event was no longer kept')
    where reseller_id = ${resellerId} and event_sequence > ${floor} and event_sequence <= ${upTo} and state = 'due' and sample is null`
}
