import type { SandboxFault } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

/** A fault that struck, as the journal keeps it. */
export interface StrikeRecord {
  readonly id: Uuid
  readonly fault: SandboxFault
  readonly call: string
  readonly reference: string | null
  readonly endpointId: Uuid | null
  readonly deliveryId: Uuid | null
  readonly status: number | null
  readonly error: string | null
  readonly createdAt: Date
}

export interface StrikeFilter { readonly fault: SandboxFault | null, readonly reference: string | null }

/** What struck a reseller, newest first, older than the one named. */
export async function listStrikes (
  read: Reader, resellerId: Uuid, { fault, reference }: StrikeFilter, olderThan: Uuid | null, count: number
): Promise<readonly StrikeRecord[]> {
  return await read<StrikeRecord[]>`
    select id, fault, call, reference, endpoint_id as "endpointId", delivery_id as "deliveryId", status, error, created_at as "createdAt"
    from sandbox_strikes
    where reseller_id = ${resellerId} and (${fault}::text is null or fault = ${fault})
      and (${reference}::text is null or reference = ${reference})
      and (${olderThan}::uuid is null or id < ${olderThan})
    order by id desc limit ${count}`
}
