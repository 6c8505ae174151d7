import { sessionsOpenMax } from '../../../schema/rest/sessions.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { namedHost } from './named.ts'
import { readSessionOf, type CountedSession } from './read-sessions.ts'

export interface NewSession {
  readonly id: Uuid
  readonly title: string
  readonly hostId: Uuid | null
  /** null: now. */
  readonly startsAt: Date | null
}

/** Makes a session of a reseller. */
export async function createSession (tx: Tx, resellerId: Uuid, { id, title, hostId, startsAt }: NewSession): Promise<CountedSession> {
  await namedHost(tx, resellerId, hostId)
  await lockResellers(tx, [resellerId])
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from sessions where reseller_id = ${resellerId} and ended_at is null`
  if (row!.count >= sessionsOpenMax) {
    throw new Problem('state_conflict', `You have ${row!.count} sessions that have not ended, as many as there may be. End one first.`, {
      sessions_max: sessionsOpenMax
    })
  }
  await tx`
    insert into sessions (reseller_id, id, host_id, title, starts_at)
    values (${resellerId}, ${id}, ${hostId}, ${title}, coalesce(${startsAt}::timestamptz, now()))`
  return await readSessionOf(tx, resellerId, id)
}
