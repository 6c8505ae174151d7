// A session is one stream: links belong to it, and by it sales are counted and settled.
import type { SessionState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

export interface Session {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly hostId: Uuid | null
  readonly title: string
  readonly startsAt: Date
  readonly endedAt: Date | null
  /** Of the addresses of its live page and its overlay: another version makes others. */
  readonly urlVersion: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a session is at a moment. */
export function sessionStateOf ({ startsAt, endedAt }: Pick<Session, 'startsAt' | 'endedAt'>, nowMs: number): SessionState {
  if (endedAt !== null) return 'ended'
  return startsAt.getTime() > nowMs ? 'scheduled' : 'live'
}

/** A session whosever it is, for pages whose address holds its token; undefined when there is none. */
export async function readSession (read: Reader, id: Uuid): Promise<Session | undefined> {
  const [session] = await read<Session[]>`select ${sessionColumns(read)} from sessions where id = ${id}`
  return session
}

/** What a Session is read from: columns of the row `sessions`. */
export function sessionColumns (read: Reader) {
  return read`sessions.id, sessions.reseller_id as "resellerId", sessions.host_id as "hostId", sessions.title,
    sessions.starts_at as "startsAt", sessions.ended_at as "endedAt", sessions.url_version as "urlVersion", sessions.created_at as "createdAt",
    sessions.updated_at as "updatedAt"`
}
