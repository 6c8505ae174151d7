import { orderEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { readPolicy, storedPolicy, type ApprovalPolicy } from './policy.ts'

/** A reseller's policy; who set it and when is null as long as nobody did. */
export interface PolicyRecord { readonly policy: ApprovalPolicy, readonly updatedBy: string | null, readonly updatedAt: Date | null }

/** The policy in force for a reseller. */
export async function readPolicyOf (read: Reader, resellerId: Uuid): Promise<PolicyRecord> {
  const [row] = await read<{ policy: unknown, updatedBy: string, updatedAt: Date }[]>`
    select policy, updated_by as "updatedBy", updated_at as "updatedAt" from approval_policies where reseller_id = ${resellerId}`
  return { updatedBy: row?.updatedBy ?? null, updatedAt: row?.updatedAt ?? null, policy: readPolicy(row?.policy) }
}

/**
 * Puts a policy in the place of the one in force; what is pending stays as it was asked. One that asks about first purchases finds
 * what was bought before it: the most of that is looked up before the reseller is locked, so that no order waits for it.
 */
export async function putPolicy (tx: Tx, resellerId: Uuid, policy: ApprovalPolicy, keyId: string): Promise<PolicyRecord> {
  await refuseUnknownSkus(tx, [...policy.skus])
  const before = await readPolicyOf(tx, resellerId)
  const known = policy.firstPurchase && !before.policy.firstPurchase ? await rememberSettled(tx, resellerId) : undefined

  await lockResellers(tx, [resellerId])
  const replaced = await readPolicyOf(tx, resellerId)
  if (policy.firstPurchase && !replaced.policy.firstPurchase) await rememberRest(tx, resellerId, known ?? nothingKnown)
  await tx`
    insert into approval_policies (reseller_id, policy, updated_by)
    values (${resellerId}, ${tx.json(storedPolicy(policy) as never)}, ${keyId})
    on conflict (reseller_id) do update set policy = excluded.policy, updated_by = excluded.updated_by, updated_at = now()`
  await raiseSnapshot(tx, 'keys')
  return await readPolicyOf(tx, resellerId)
}

async function refuseUnknownSkus (tx: Tx, ids: readonly Uuid[]): Promise<void> {
  const unknown = await tx<{ place: bigint }[]>`
    select place from unnest(${bareArray(ids)}::uuid[]) with ordinality as named (id, place)
    where not exists (select from skus where skus.id = named.id) order by place`
  if (unknown.length === 0) return
  throw new Problem('sku_not_found', 'The policy names a SKU that is not there.', {
    errors: unknown.map(({ place }) => ({ pointer: `/skus/${Number(place) - 1}`, detail: 'There is no such SKU.' }))
  })
}

/** Up to which order purchases are remembered, but for those that were held then and may have been settled since. */
interface Known { readonly last: Uuid, readonly held: readonly Uuid[] }

const nothingKnown: Known = { last: '00000000-0000-0000-0000-000000000000', held: [] }
/** What may still expire is held. */
const heldStates = orderEntry.expired
/** A reseller may have millions of lines. */
const lookBackTimeout = '60s'

/** Remembers what was bought in orders so far, without a lock. */
async function rememberSettled (tx: Tx, resellerId: Uuid): Promise<Known> {
  await tx`select set_config('statement_timeout', ${lookBackTimeout}, true)`
  const [known] = await tx<Known[]>`
    select (select id from orders where reseller_id = ${resellerId} order by id desc limit 1) as last,
           array(select id from orders where reseller_id = ${resellerId} and state = any(${bareArray(heldStates)}::text[])) as held`
  if (known!.last === null) return nothingKnown
  await tx`
    insert into purchased_skus (reseller_id, sku_id)
    select distinct reseller_id, sku_id from orders join order_lines on order_id = id
    where reseller_id = ${resellerId} and id <= ${known!.last} and order_lines.delivered > 0
    on conflict do nothing`
  return known!
}

/** Remembers what was bought since, under the reseller's lock. */
async function rememberRest (tx: Tx, resellerId: Uuid, { last, held }: Known): Promise<void> {
  await tx`
    insert into purchased_skus (reseller_id, sku_id)
    select distinct reseller_id, sku_id from orders join order_lines on order_id = id
    where reseller_id = ${resellerId} and (id > ${last} or id = any(${bareArray(held)}::uuid[])) and order_lines.delivered > 0
    on conflict do nothing`
}
