import { formerStates, holdEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { HoldKey } from './read-holds.ts'

/**
 * Ends holds and gives their stock back; the resellers, and the stock rows of all lines, are locked. Those whose time is
 * over end as `expired`, whatever was meant; those that have ended before are left alone. Returns the ids of the holds that ended.
 */
export async function endHolds (tx: Tx, holds: readonly HoldKey[], state: 'cancelled' | 'expired' | 'broken'): Promise<readonly Uuid[]> {
  if (holds.length === 0) return []
  const ids = bareArray(holds.map(hold => hold.id))
  const resellerIds = bareArray(holds.map(hold => hold.resellerId))
  const [ended] = await tx<{ ids: Uuid[], rows: number, changed: number }[]>`
    with ended as (
      update holds set state = case when expires_at <= at then 'expired' else ${state} end, ended_at = least(expires_at, at)
      from unnest(${resellerIds}::uuid[], ${ids}::uuid[]) as named (reseller_id, id) cross join clock_timestamp() as at
      where holds.reseller_id = named.reseller_id and holds.id = named.id and holds.reseller_id = any(${resellerIds}::uuid[])
        and holds.id = any(${ids}::uuid[]) and state = any(${quotedArray(formerStates(holdEntry, state))}::text[])
        and (${state}::text <> 'expired' or expires_at <= at)
      returning holds.id
    ), back as (
      select sku_id, sum(quantity)::int as quantity
      from hold_lines where hold_id = any(${ids}::uuid[]) and hold_id in (select id from ended) group by sku_id
    ), given as (
      update stock set available = available + back.quantity, held = held - back.quantity
      from back where stock.sku_id = back.sku_id and stock.held >= back.quantity returning stock.sku_id
    )
    select (select coalesce(array_agg(id), '{}') from ended) as ids, (select count(*)::int from back) as rows,
           (select count(*)::int from given) as changed`
  assert(ended!.rows === ended!.changed, 'what a hold had set aside, in the stock row')
  return ended!.ids
}

/** The SKUs of holds, whose lines never change: what is to be locked before they end. */
export async function skusOfHolds (tx: Tx, holds: readonly HoldKey[]): Promise<readonly Uuid[]> {
  const rows = await tx<{ sku_id: Uuid }[]>`
    select distinct sku_id from hold_lines where hold_id = any(${bareArray(holds.map(hold => hold.id))}::uuid[])`
  return rows.map(row => row.sku_id)
}
