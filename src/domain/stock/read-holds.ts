import type { HoldState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Hold, HoldLine } from './hold.ts'

/** A reseller's hold; throws `not_found`. */
export async function readHold (read: Reader, resellerId: Uuid, id: Uuid): Promise<Hold> {
  const [hold] = await withLines(read, await read<HoldRow[]>`
    ${selectHolds(read)} where reseller_id = ${resellerId} and id = ${id} and checkout_id is null`)
  if (!hold) throw new Problem('not_found', 'You have no hold with this id.')
  return hold
}

/** A reseller's holds, newest first, older than the one named; of one state, as it is now, or of all. */
export async function listHolds (
  read: Reader, resellerId: Uuid, state: HoldState | null, olderThan: Uuid | null, count: number
): Promise<readonly Hold[]> {
  const older = olderThan === null ? read`` : read`and id < ${olderThan}`
  // Those that are active now are few, and have an index of their own.
  const rows = state === 'active' ? read`and state = 'active'` : read``
  return await withLines(read, await read<HoldRow[]>`
    select * from (${selectHolds(read)} where reseller_id = ${resellerId} and checkout_id is null ${older} ${rows}) as holds
    ${state === null ? read`` : read`where state = ${state}`} order by id desc limit ${count}`)
}

/** Holds that resellers made, by their ids, whoever's they are, as they stand; those of checkouts are left out. */
export async function readHolds (read: Reader, holds: readonly HoldKey[]): Promise<readonly Hold[]> {
  return await withLines(read, await read<HoldRow[]>`
    ${selectHolds(read)} where (reseller_id, id) in (select * from unnest(
      ${bareArray(holds.map(hold => hold.resellerId))}::uuid[], ${bareArray(holds.map(hold => hold.id))}::uuid[]))
      and checkout_id is null
    order by id desc`)
}

/** What a hold is found by. */
export interface HoldKey { readonly resellerId: Uuid, readonly id: Uuid }

interface HoldRow extends Omit<Hold, 'lines'> {}

/** Whoever reads a hold after its time sees it expired, and not that a pass has yet to tidy it. */
function selectHolds (read: Reader) {
  return read`
    select id, reseller_id as "resellerId", reference, quantity, order_id as "orderId", expires_at as "expiresAt",
           created_at as "createdAt",
           case when state = 'active' and expires_at <= now then 'expired' else state end as state,
           case when state = 'active' and expires_at <= now then expires_at else ended_at end as "endedAt"
    from holds cross join clock_timestamp() as now`
}

async function withLines (read: Reader, holds: readonly HoldRow[]): Promise<readonly Hold[]> {
  if (holds.length === 0) return []
  const rows = await read<(HoldLine & { holdId: Uuid })[]>`
    select hold_id as "holdId", sku_id as "skuId", quantity from hold_lines
    where hold_id = any(${bareArray(holds.map(hold => hold.id))}::uuid[]) order by hold_id, sku_id`
  const lines = new Map<Uuid, HoldLine[]>(holds.map(hold => [hold.id, []]))
  for (const { holdId, skuId, quantity } of rows) lines.get(holdId)!.push({ skuId, quantity })
  return holds.map(hold => ({ ...hold, lines: lines.get(hold.id)! }))
}
