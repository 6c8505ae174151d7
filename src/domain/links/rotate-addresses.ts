import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSession, readSessionOf, type CountedSession } from './read-sessions.ts'

/** Gives a session's live page and overlay new addresses; the old ones open nothing any more. */
export async function rotateAddresses (tx: Tx, resellerId: Uuid, id: Uuid): Promise<CountedSession> {
  await lockSession(tx, resellerId, id)
  await tx`update sessions set url_version = url_version + 1, updated_at = now() where reseller_id = ${resellerId} and id = ${id}`
  return await readSessionOf(tx, resellerId, id)
}
