import type { CallbackSignature, EventType } from '../../../schema/vocabulary.ts'
import type { CallbackRules } from '../../base/callback-url.ts'
import type { Uuid } from '../../base/ids.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { readUrl } from './create-endpoint.ts'
import { lockEndpoint, readEndpoint, type EndpointRecord } from './read-endpoints.ts'

export interface EndpointChange {
  readonly url?: string | undefined
  readonly types?: readonly EventType[] | undefined
  readonly signatures?: readonly CallbackSignature[] | undefined
  readonly description?: string | undefined
  readonly concurrencyMax?: number | undefined
  readonly perSecondMax?: number | undefined
}

/** Changes what is given. What is due goes to the new URL; other types count for what becomes true from now on. */
export async function updateEndpoint (
  tx: Tx, rules: CallbackRules, resellerId: Uuid, id: Uuid, change: EndpointChange
): Promise<EndpointRecord> {
  const was = await lockEndpoint(tx, resellerId, id)
  const url = change.url === undefined ? was.url : readUrl(change.url, rules)
  await tx`
    update endpoints set url = ${url}, description = ${change.description ?? was.description},
      types = ${quotedArray(change.types ?? was.types)}::text[], signatures = ${quotedArray(change.signatures ?? was.signatures)}::text[],
      concurrency_max = ${change.concurrencyMax ?? was.concurrencyMax}, per_second_max = ${change.perSecondMax ?? was.perSecondMax},
      updated_at = clock_timestamp()
    where id = ${id}`
  return await readEndpoint(tx, resellerId, id)
}
