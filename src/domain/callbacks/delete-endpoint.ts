import type { Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { lockEndpoint } from './read-endpoints.ts'

/** Deliveries dropped with their endpoint at once; the others follow by a pass. */
export const droppedAtOnceMax = 1_000

/** Deletes an endpoint for good: it is told nothing more, and what is due is dropped. Its deliveries can still be read. */
export async function deleteEndpoint (tx: Tx, resellerId: Uuid, id: Uuid): Promise<void> {
  await lockEndpoint(tx, resellerId, id)
  await tx`update endpoints set deleted_at = clock_timestamp(), next_due_at = null, updated_at = now() where id = ${id}`
  await drop(tx, id, droppedAtOnceMax)
}

/** A bounded pass: drops what is still due to endpoints that were deleted. Gives how many. */
export async function dropDeliveries (db: Db, limit: number): Promise<number> {
  return await transact(db, async tx => {
    const [endpoint] = await tx<{ id: Uuid }[]>`
      select id from endpoints where deleted_at is not null
        and exists (select from deliveries where endpoint_id = endpoints.id and state = 'due') limit 1 for no key update skip locked`
    return endpoint ? await drop(tx, endpoint.id, limit) : 0
  })
}

/** The caller holds the lock of the endpoint. What is under way just now is dropped too; the receiver may still get it. */
async function drop (tx: Tx, endpointId: Uuid, limit: number): Promise<number> {
  const dropped = await tx`
    update deliveries set state = 'dropped', due_at = null, leased_until = null, leased_by = null
    where endpoint_id = ${endpointId} and state = 'due' and sequence in (
      select sequence from deliveries where endpoint_id = ${endpointId} and state = 'due' order by due_at limit ${limit})`
  return dropped.count
}
