import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { appendEvents } from '../events/append-events.ts'
import { linkEvent } from './link-event.ts'
import { keepChange } from './link-members.ts'
import type { Link } from './link.ts'
import { lockLink, readLink } from './read-links.ts'
import { refuseOver } from './update-link.ts'

/**
 * Pauses a link: whoever has not begun to pay by now does not any more, wherever the page stands open. Who is paying may go on. One that
 * is paused stays as it is; one that has ended is refused (`state_conflict`).
 */
export async function pauseLink (tx: Tx, resellerId: Uuid, id: Uuid, keyId: string, nowMs: number): Promise<Link> {
  const was = await lockLink(tx, resellerId, id)
  refuseOver(was, nowMs)
  if (was.pausedAt !== null) return was
  await tx`
    update links set paused_at = clock_timestamp(), version = version + 1, updated_at = now()
    where reseller_id = ${resellerId} and id = ${id}`
  const is = await readLink(tx, resellerId, id)
  await keepChange(tx, was, is, keyId)
  await appendEvents(tx, [linkEvent('link.paused', is)])
  return is
}
