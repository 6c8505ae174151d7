import type { SessionState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { sessionColumns, type Session } from './session.ts'

/** A session with what its links came to. */
export interface CountedSession extends Session {
  readonly links: number
  /** Pieces being paid for, pieces bought, purchases. */
  readonly held: number
  readonly sold: number
  readonly sales: number
}

export interface SessionFilter { readonly state: SessionState | null, readonly hostId: Uuid | null }

/** A reseller's sessions, newest first, older than the one named. */
export async function listSessions (
  read: Reader, resellerId: Uuid, { state, hostId }: SessionFilter, olderThan: Uuid | null, count: number
): Promise<readonly CountedSession[]> {
  return await read<CountedSession[]>`
    select ${countedColumns(read)} from sessions ${countsOf(read)}
    where reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`id < ${olderThan}`}
      and ${hostId === null ? read`true` : read`host_id = ${hostId}`} and ${state === null ? read`true` : inState(read, state)}
    order by id desc limit ${count}`
}

/** One of a reseller's sessions; the refusal `not_found` when it is unknown or another's. */
export async function readSessionOf (read: Reader, resellerId: Uuid, id: Uuid): Promise<CountedSession> {
  const [session] = await readSessions(read, resellerId, [id])
  return session ?? refuseUnknown()
}

/** Those of a reseller's sessions that there are, in any order. */
export async function readSessions (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly CountedSession[]> {
  return await read<CountedSession[]>`
    select ${countedColumns(read)} from sessions ${countsOf(read)}
    where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** Locks a session and reads it as it is under the lock. */
export async function lockSession (tx: Tx, resellerId: Uuid, id: Uuid): Promise<CountedSession> {
  const locked = await tx`select id from sessions where reseller_id = ${resellerId} and id = ${id} for no key update`
  return locked.count === 1 ? await readSessionOf(tx, resellerId, id) : refuseUnknown()
}

function countedColumns (read: Reader) {
  return read`${sessionColumns(read)}, counts.links, counts.held, counts.sold, counts.sales`
}

/** Of its links, whose session stays the same once something was bought through them. */
function countsOf (read: Reader) {
  return read`cross join lateral (
    select count(*)::int as links, coalesce(sum(held), 0)::int as held, coalesce(sum(sold), 0)::int as sold,
      coalesce(sum(sales), 0)::int as sales
    from links where links.session_id = sessions.id
  ) as counts`
}

/** What sessionStateOf judges, said in SQL for lists. */
function inState (read: Reader, state: SessionState) {
  switch (state) {
    case 'ended': return read`ended_at is not null`
    case 'scheduled': return read`ended_at is null and starts_at > now()`
    case 'live': return read`ended_at is null and starts_at <= now()`
  }
}

function refuseUnknown (): never {
  throw new Problem('not_found', 'You have no session with this id.')
}
