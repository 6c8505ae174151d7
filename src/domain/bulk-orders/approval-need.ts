import type { ApprovalReason } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import type { Reader } from '../../postgres/pool.ts'
import { approvalReasons, readPolicy } from '../approvals/policy.ts'
import { readFirstTimers } from '../approvals/purchased-skus.ts'
import type { BulkOrder } from './bulk-order.ts'

/** Why a bulk order that costs so much needs a second key, by the policy in force now, and how long that one has. */
export async function readApprovalNeed (
  read: Reader, { resellerId, id, currency, firstChunk }: BulkOrder, total: Amount, quantity: number
): Promise<{ readonly reasons: readonly ApprovalReason[], readonly expiresInSeconds: number }> {
  const [row] = await read<{ policy: unknown }[]>`select policy from approval_policies where reseller_id = ${resellerId}`
  if (!row) return { reasons: [], expiresInSeconds: 0 }
  const policy = readPolicy(row.policy)
  const skus = await read<{ id: Uuid }[]>`
    select distinct sku_id as id from bulk_chunks, unnest(sku_ids) as sku_id where bulk_id = ${id} and chunk >= ${firstChunk}`
  const skuIds = skus.map(sku => sku.id)
  const firstTime = policy.firstPurchase && (await readFirstTimers(read, [{ resellerId, skuIds }])).size > 0
  return {
    reasons: approvalReasons(policy, { currency: currency!, total, quantity, skuIds, firstTime }),
    expiresInSeconds: policy.expiresInSeconds
  }
}
