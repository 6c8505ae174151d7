import { endpointEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockEndpoint, readEndpoint, type EndpointRecord } from './read-endpoints.ts'

/** Pauses an endpoint: what it would be told gathers until it is resumed. One that is paused stays as it is. */
export async function pauseEndpoint (tx: Tx, resellerId: Uuid, id: Uuid): Promise<EndpointRecord> {
  const { state } = await lockEndpoint(tx, resellerId, id)
  if (state === 'disabled') {
    throw new Problem('state_conflict', 'The endpoint is disabled and gets nothing as it is. Resume it when it is well again.')
  }
  await tx`
    update endpoints set state = 'paused', updated_at = clock_timestamp()
    where id = ${id} and state = any(${quotedArray(endpointEntry.paused as readonly string[])}::text[])`
  return await readEndpoint(tx, resellerId, id)
}
