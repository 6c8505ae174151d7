import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSession, readSessionOf, type CountedSession } from './read-sessions.ts'

/** Ends a session; again, it changes nothing. Its links go on selling, and say that it has ended. */
export async function endSession (tx: Tx, resellerId: Uuid, id: Uuid): Promise<CountedSession> {
  await lockSession(tx, resellerId, id)
  await tx`update sessions set ended_at = now(), updated_at = now() where reseller_id = ${resellerId} and id = ${id} and ended_at is null`
  return await readSessionOf(tx, resellerId, id)
}
