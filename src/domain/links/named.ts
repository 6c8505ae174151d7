// Hosts and sessions that a body names: they have to be the reseller's own, and still to be had.
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { Host } from './host.ts'
import { readHosts } from './read-hosts.ts'
import { sessionColumns, type Session } from './session.ts'

/** The active host that a body names; null when it names none. */
export async function namedHost (tx: Tx, resellerId: Uuid, id: Uuid | null): Promise<Host | null> {
  if (id === null) return null
  const [host] = await readHosts(tx, resellerId, [id])
  if (!host) throw unknown('host', 'You have no host with this id. GET /v1/hosts lists those you have.')
  if (host.state !== 'archived') return host
  throw new Problem('state_conflict', `The host ${JSON.stringify(host.name)} is archived. Make it active first.`)
}

/** The session that a body names, which does not end before this transaction; null when it names none. */
export async function namedSession (tx: Tx, resellerId: Uuid, id: Uuid | null): Promise<Session | null> {
  if (id === null) return null
  const [session] = await tx<Session[]>`
    select ${sessionColumns(tx)} from sessions where reseller_id = ${resellerId} and id = ${id} for share`
  if (!session) throw unknown('session', 'You have no session with this id. GET /v1/sessions lists those you have.')
  if (session.endedAt === null) return session
  throw new Problem('state_conflict', `The session ${JSON.stringify(session.title)} has ended. Make a new one.`)
}

function unknown (member: string, detail: string): Problem {
  return new Problem('invalid_request', detail, { errors: [{ pointer: `/${member}`, detail: 'is none of yours' }] })
}
