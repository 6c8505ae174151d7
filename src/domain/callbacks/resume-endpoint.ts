import { endpointEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { hintDeliveries } from './hint-deliveries.ts'
import { lockEndpoint, readEndpoint, type EndpointRecord } from './read-endpoints.ts'

/**
 * Lets an endpoint be told again, paused or disabled; its failures are forgotten, and what gathered is sent. Of what became true
 * while it was disabled it is told as far back as events are kept. One that is enabled stays as it is.
 */
export async function resumeEndpoint (tx: Tx, resellerId: Uuid, id: Uuid): Promise<EndpointRecord> {
  await lockEndpoint(tx, resellerId, id)
  await tx`
    update endpoints set state = 'enabled', state_reason = null, failures = 0, failing_since = null, warned_at = null, last_status = null,
      last_error = null, resume_at = '-infinity', updated_at = clock_timestamp(),
      fanned_to = greatest(fanned_to, (select event_floor from resellers where resellers.id = ${resellerId})),
      next_due_at = (select min(due_at) from deliveries where endpoint_id = ${id} and state = 'due')
    where id = ${id} and state = any(${quotedArray(endpointEntry.enabled.filter(state => state !== null))}::text[])`
  await hintDeliveries(tx)
  return await readEndpoint(tx, resellerId, id)
}
