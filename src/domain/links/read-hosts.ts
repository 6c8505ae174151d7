import type { HostState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Host } from './host.ts'

/** A reseller's hosts, newest first, older than the one named. */
export async function listHosts (
  read: Reader, resellerId: Uuid, state: HostState | null, olderThan: Uuid | null, count: number
): Promise<readonly Host[]> {
  return await read<Host[]>`
    select ${hostColumns(read)} from hosts
    where reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`id < ${olderThan}`}
      and ${state === null ? read`true` : read`state = ${state}`}
    order by id desc limit ${count}`
}

/** One of a reseller's hosts; the refusal `not_found` when it is unknown or another's. */
export async function readHost (read: Reader, resellerId: Uuid, id: Uuid): Promise<Host> {
  const [host] = await readHosts(read, resellerId, [id])
  if (!host) throw new Problem('not_found', 'You have no host with this id.')
  return host
}

/** Those of a reseller's hosts that there are, in any order. */
export async function readHosts (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Host[]> {
  return await read<Host[]>`
    select ${hostColumns(read)} from hosts where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

function hostColumns (read: Reader) {
  return read`id, reseller_id as "resellerId", name, commission_rate as "commissionRate", state, created_at as "createdAt",
    updated_at as "updatedAt"`
}
