import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { keepChange } from './link-members.ts'
import type { Link } from './link.ts'
import { lockLink, readLink } from './read-links.ts'
import { refuseOver } from './update-link.ts'

/** Lets a paused link sell again; one that is not paused stays as it is, one that has ended is refused (`state_conflict`). */
export async function resumeLink (tx: Tx, resellerId: Uuid, id: Uuid, keyId: string, nowMs: number): Promise<Link> {
  const was = await lockLink(tx, resellerId, id)
  refuseOver(was, nowMs)
  if (was.pausedAt === null) return was
  await tx`update links set paused_at = null, version = version + 1, updated_at = now() where reseller_id = ${resellerId} and id = ${id}`
  const is = await readLink(tx, resellerId, id)
  await keepChange(tx, was, is, keyId)
  return is
}
