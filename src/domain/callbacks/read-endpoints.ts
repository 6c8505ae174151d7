import type { CallbackSignature, EndpointState, EventType } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'

/** An endpoint as its reseller sees it; of its secrets only until when the previous one signs. */
export interface EndpointRecord {
  readonly id: Uuid
  readonly url: string
  readonly description: string
  /** Empty: all. */
  readonly types: readonly EventType[]
  readonly signatures: readonly CallbackSignature[]
  readonly concurrencyMax: number
  readonly perSecondMax: number
  readonly state: EndpointState
  readonly stateReason: string | null
  readonly sequence: bigint
  readonly failures: number
  readonly failingSince: Date | null
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly nextDueAt: Date | null
  readonly previousUntil: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A reseller's endpoints, newest first, older than the one named; deleted ones are gone. */
export async function listEndpoints (
  read: Reader, resellerId: Uuid, olderThan: Uuid | null, count: number
): Promise<readonly EndpointRecord[]> {
  return await read<EndpointRecord[]>`
    select ${endpointColumns(read)} from endpoints
    where reseller_id = ${resellerId} and deleted_at is null and ${olderThan === null ? read`true` : read`id < ${olderThan}`}
    order by id desc limit ${count}`
}

/** One of a reseller's endpoints; the refusal `not_found` when it is unknown, deleted or another's. */
export async function readEndpoint (read: Reader, resellerId: Uuid, id: Uuid): Promise<EndpointRecord> {
  const [endpoint] = await readEndpoints(read, resellerId, [id])
  return endpoint ?? refuseUnknown()
}

/** Those of a reseller's endpoints that there are, in any order; deleted ones are gone. */
export async function readEndpoints (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly EndpointRecord[]> {
  return await read<EndpointRecord[]>`
    select ${endpointColumns(read)} from endpoints
    where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[]) and deleted_at is null`
}

/** Locks an endpoint, against those who send to it too, and reads it. Its deliveries are locked after it, never before. */
export async function lockEndpoint (tx: Tx, resellerId: Uuid, id: Uuid): Promise<EndpointRecord> {
  const locked = await tx`
    select id from endpoints where reseller_id = ${resellerId} and id = ${id} and deleted_at is null for no key update`
  return locked.count === 1 ? await readEndpoint(tx, resellerId, id) : refuseUnknown()
}

function refuseUnknown (): never {
  throw new Problem('not_found', 'You have no endpoint with this id.')
}

function endpointColumns (read: Reader) {
  return read`id, url, description, types, signatures, concurrency_max as "concurrencyMax", per_second_max as "perSecondMax", state,
    state_reason as "stateReason", sequence, failures, failing_since as "failingSince", last_status as "lastStatus",
    last_error as "lastError", next_due_at as "nextDueAt",
    case when previous_until > now() then previous_until end as "previousUntil", created_at as "createdAt", updated_at as "updatedAt"`
}
