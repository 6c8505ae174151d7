import { endpointsPerResellerMax } from '../../../schema/rest/endpoints.ts'
import type { CallbackSignature, EventType } from '../../../schema/vocabulary.ts'
import { readCallbackUrl, type CallbackRules } from '../../base/callback-url.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { MasterKeys } from '../../base/seal.ts'
import type { Secret } from '../../base/secret.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { makeEndpointSecret } from './endpoint-secret.ts'
import { readEndpoint, type EndpointRecord } from './read-endpoints.ts'

export const concurrencyDefault = 10
export const perSecondDefault = 100

/** What making an endpoint, or changing one, needs of its world. */
export interface EndpointGround { readonly masterKeys: MasterKeys, readonly callbackRules: CallbackRules }

export interface NewEndpoint {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly url: string
  readonly types: readonly EventType[]
  readonly signatures: readonly CallbackSignature[]
  readonly description: string
  readonly concurrencyMax: number
  readonly perSecondMax: number
}

/** An endpoint with its secret, which is told when it is made and never again. */
export interface MadeEndpoint { readonly endpoint: EndpointRecord, readonly secret: Secret<string> | null }

/** Makes an endpoint, which is told of what becomes true from now on. The URL is refused when callbacks could never go there. */
export async function createEndpoint (tx: Tx, ground: EndpointGround, wish: NewEndpoint): Promise<MadeEndpoint> {
  const { id, resellerId } = wish
  const url = readUrl(wish.url, ground.callbackRules)
  await lockResellers(tx, [resellerId])
  await guardCount(tx, resellerId)
  const { shown, kept } = makeEndpointSecret(ground.masterKeys, id)
  // The time under the lock, not that of the beginning of the transaction: events of in between came before the endpoint.
  await tx`
    insert into endpoints (reseller_id, id, url, description, types, signatures, sealed_secret, master_key, state, fanned_to,
      concurrency_max, per_second_max, created_at, updated_at)
    select ${resellerId}, ${id}, ${url}, ${wish.description}, ${quotedArray(wish.types)}::text[], ${quotedArray(wish.signatures)}::text[],
      ${kept.wrapped}, ${kept.masterKey}, 'enabled', event_sequence, ${wish.concurrencyMax}, ${wish.perSecondMax},
      now, now
    from resellers cross join clock_timestamp() as now where id = ${resellerId}`
  return { endpoint: await readEndpoint(tx, resellerId, id), secret: shown }
}

/** The one form of a URL, or the refusal that says why nothing is sent there. */
export function readUrl (text: string, rules: CallbackRules): string {
  const read = readCallbackUrl(text, rules)
  if ('url' in read) return read.url
  throw new Problem('url_not_allowed', read.refusal, { errors: [{ pointer: '/url', detail: read.refusal }] })
}

async function guardCount (tx: Tx, resellerId: Uuid): Promise<void> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from endpoints where reseller_id = ${resellerId} and deleted_at is null`
  if (row!.count < endpointsPerResellerMax) return
  throw new Problem('state_conflict', `You have ${row!.count} endpoints, as many as there may be. Delete one first.`, {
    endpoints_max: endpointsPerResellerMax
  })
}
