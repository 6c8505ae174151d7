import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { namedHost } from './named.ts'
import { lockSession, readSessionOf, type CountedSession } from './read-sessions.ts'

/** What is left out stays; a host of null is none. */
export interface SessionChange {
  readonly title?: string | undefined
  readonly hostId?: Uuid | null | undefined
  readonly startsAt?: Date | undefined
}

/** Changes a session that has not ended. */
export async function updateSession (tx: Tx, resellerId: Uuid, id: Uuid, change: SessionChange): Promise<CountedSession> {
  const was = await lockSession(tx, resellerId, id)
  if (was.endedAt !== null) throw new Problem('state_conflict', 'The session has ended; it is not changed any more.')
  const { title = was.title, hostId = was.hostId, startsAt = was.startsAt } = change
  if (hostId !== was.hostId) await namedHost(tx, resellerId, hostId)
  await tx`
    update sessions set title = ${title}, host_id = ${hostId}, starts_at = ${startsAt}, updated_at = now()
    where reseller_id = ${resellerId} and id = ${id}`
  return await readSessionOf(tx, resellerId, id)
}
