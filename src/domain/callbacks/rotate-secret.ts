import type { Uuid } from '../../base/ids.ts'
import type { MasterKeys } from '../../base/seal.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { MadeEndpoint } from './create-endpoint.ts'
import { makeEndpointSecret } from './endpoint-secret.ts'
import { lockEndpoint, readEndpoint } from './read-endpoints.ts'

/** Makes a new secret; the one until now signs beside it for the overlap, in seconds, and one that did so until now no more. */
export async function rotateEndpointSecret (
  tx: Tx, masterKeys: MasterKeys, resellerId: Uuid, id: Uuid, overlapSeconds: number
): Promise<MadeEndpoint> {
  await lockEndpoint(tx, resellerId, id)
  const { shown, kept } = makeEndpointSecret(masterKeys, id)
  // Without an overlap nothing of the old secret is kept.
  await tx`
    update endpoints set sealed_secret = ${kept.wrapped}, master_key = ${kept.masterKey}, updated_at = clock_timestamp(),
      previous_secret = case when ${overlapSeconds}::int > 0 then sealed_secret end,
      previous_master_key = case when ${overlapSeconds}::int > 0 then master_key end,
      previous_until = case when ${overlapSeconds}::int > 0 then now() + make_interval(secs => ${overlapSeconds}::int) end
    where id = ${id}`
  return { endpoint: await readEndpoint(tx, resellerId, id), secret: shown }
}
