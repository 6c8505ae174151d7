import { hostsActiveMax } from '../../../schema/rest/hosts.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { Host } from './host.ts'
import { readHost } from './read-hosts.ts'

/** Makes a host of a reseller. */
export async function createHost (
  tx: Tx, resellerId: Uuid, { id, name, commissionRate }: Pick<Host, 'id' | 'name' | 'commissionRate'>
): Promise<Host> {
  await refuseHostTooMany(tx, resellerId)
  await tx`
    insert into hosts (reseller_id, id, name, commission_rate, state) values (${resellerId}, ${id}, ${name}, ${commissionRate}, 'active')`
  return await readHost(tx, resellerId, id)
}

/** Refuses one active host more than there may be; two who come at the same time are counted one after the other. */
export async function refuseHostTooMany (tx: Tx, resellerId: Uuid): Promise<void> {
  await lockResellers(tx, [resellerId])
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from hosts where reseller_id = ${resellerId} and state = 'active'`
  if (row!.count < hostsActiveMax) return
  throw new Problem('state_conflict', `You have ${row!.count} active hosts, as many as there may be. Archive one first.`, {
    hosts_max: hostsActiveMax
  })
}
