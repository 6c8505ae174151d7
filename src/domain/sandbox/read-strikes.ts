import type { SandboxFault } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Db, Reader, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { strikesKeptDays } from '../../../schema/rest/sandbox.ts'

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

/** How long a call with a reference is remembered to have been struck. */
const callsKeptDays = 30

/** A pass: forgets what the sandbox did long ago, up to `limit` rows of each kind; returns how many of the kind that had most. */
export async function purgeSandbox (db: Db, limit: number): Promise<number> {
  return await transact(db, async tx => Math.max(
    await purgeStrikes(tx, limit), await purgeCalls(tx, limit), await purgeCallbacks(tx, limit)
  ))
}

async function purgeStrikes (tx: Tx, limit: number): Promise<number> {
  return (await tx`
    delete from sandbox_strikes where (reseller_id, id) in (
      select reseller_id, id from sandbox_strikes
      where created_at < now() - make_interval(days => ${strikesKeptDays}) limit ${limit})`).count
}

async function purgeCalls (tx: Tx, limit: number): Promise<number> {
  return (await tx`
    delete from sandbox_calls where (reseller_id, call, fault) in (
      select reseller_id, call, fault from sandbox_calls
      where seen_at < now() - make_interval(days => ${callsKeptDays}) limit ${limit})`).count
}

async function purgeCallbacks (tx: Tx, limit: number): Promise<number> {
  return (await tx`
    with gone as (
      delete from sandbox_callbacks where (reseller_id, id) in (
        select reseller_id, id from sandbox_callbacks
        where created_at < now() - make_interval(days => ${strikesKeptDays}) limit ${limit})
      returning id
    ), deliveries_gone as (delete from sandbox_deliveries using gone where fault_id = gone.id)
    select id from gone`).count
}
