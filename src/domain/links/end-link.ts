import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { appendEvents } from '../events/append-events.ts'
import { linkEvent } from './link-event.ts'
import { keepChange } from './link-members.ts'
import type { Link } from './link.ts'
import { lockLink, readLink, readLinksOfAll } from './read-links.ts'

/** Who is said to have ended links whose end came by itself. */
const bySchedule = 'schedule'

/** Ends a link for good; one that has ended stays as it is. Who is paying may go on. */
export async function endLink (tx: Tx, resellerId: Uuid, id: Uuid, keyId: string): Promise<Link> {
  const was = await lockLink(tx, resellerId, id)
  if (was.endedAt !== null) return was
  await enterEnd(tx, [id])
  const is = await readLink(tx, resellerId, id)
  await tell(tx, [was], [is], keyId)
  return is
}

/**
 * One pass: ends up to `limit` links whose end has come, or whose one purchase was made. They sell nothing any more as it is; here it is
 * told, once. Gives how many.
 */
export async function endDueLinks (db: Db, limit: number): Promise<number> {
  return await transact(db, async tx => {
    const due = await tx<{ id: Uuid }[]>`
      select id from links
      where ended_at is null and id in (
        select id from links where ended_at is null and ends_at < 'infinity' and ends_at <= now()
        union all
        select id from links where ended_at is null and kind = 'one_time' and sold_out_at is not null and sales > 0
      )
      order by id limit ${limit} for no key update skip locked`
    if (due.length === 0) return 0
    const ids = due.map(({ id }) => id)
    const were = await readLinksOfAll(tx, ids)
    await enterEnd(tx, ids)
    await tell(tx, were, await readLinksOfAll(tx, ids), bySchedule)
    return ids.length
  })
}

async function enterEnd (tx: Tx, ids: readonly Uuid[]): Promise<void> {
  await tx`
    update links set ended_at = clock_timestamp(), version = version + 1, updated_at = now()
    where id = any(${bareArray(ids)}::uuid[]) and ended_at is null`
}

async function tell (tx: Tx, were: readonly Link[], are: readonly Link[], by: string): Promise<void> {
  const before = new Map(were.map(link => [link.id, link]))
  for (const link of are) await keepChange(tx, before.get(link.id)!, link, by)
  await appendEvents(tx, are.map(link => linkEvent('link.ended', link)))
}
