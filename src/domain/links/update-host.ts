import type { HostState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { refuseHostTooMany } from './create-host.ts'
import type { Host } from './host.ts'
import { readHost } from './read-hosts.ts'

/** What is left out stays. */
export interface HostChange {
  readonly name?: string | undefined
  readonly commissionRate?: number | undefined
  readonly state?: HostState | undefined
}

/** Changes a host, for links that come later; those there are keep their commission. */
export async function updateHost (tx: Tx, resellerId: Uuid, id: Uuid, change: HostChange): Promise<Host> {
  const was = await readHost(tx, resellerId, id)
  if (change.state === 'active' && was.state === 'archived') await refuseHostTooMany(tx, resellerId)
  await tx`
    update hosts set name = coalesce(${change.name ?? null}, name),
      commission_rate = coalesce(${change.commissionRate ?? null}, commission_rate), state = coalesce(${change.state ?? null}, state), updated_at = now()
    where reseller_id = ${resellerId} and id = ${id}`
  return await readHost(tx, resellerId, id)
}
