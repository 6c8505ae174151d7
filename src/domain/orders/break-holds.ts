// Stock that must leave the shelf leaves it whatever was promised of it: a bad lot is recalled at once, an expired one is not
// sold. Then holds are broken, newest first, and after them held orders are released, newest first, until enough is free; those
// who had it hear of it. Who would be concerned is found before the locks, to take them in the order of the house (approvals,
// resellers, stock), and found again under them. Whoever has set stock aside in between is locked out of turn, and therefore
// without waiting: where that is not to be had, the transaction fails as after a time-out, and `transact` does it again.
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { endApprovals } from '../approvals/end-approvals.ts'
import { appendEvents, eventsPerAppendMax } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { endHolds } from '../stock/end-holds.ts'
import { holdView } from '../stock/hold.ts'
import { readHolds, type HoldKey } from '../stock/read-holds.ts'
import { lockStock, type Want } from '../stock/take-stock.ts'
import { heldOrdersPerCallMax, releaseOrders } from './held-orders.ts'

/**
 * Frees as much of each SKU as `wanted` says is to be withdrawn, and leaves the SKUs' stock rows locked. `wanted` is asked once
 * before the locks and once under them.
 */
export async function breakHolds (tx: Tx, skuIds: readonly Uuid[], wanted: () => Promise<readonly Want[]>): Promise<void> {
  const foreseen = await findConcerned(tx, await missingOf(tx, await wanted()))
  await tx`
    select 1 from approvals where state = 'pending' and subject_id = any(${bareArray(foreseen.orders.map(order => order.id))}::uuid[])
    order by id for update`
  await lockResellers(tx, resellersOf(foreseen))
  await lockStock(tx, [...new Set([...skuIds, ...await skusOf(tx, foreseen)])])

  const concerned = await findConcerned(tx, await missingOf(tx, await wanted()))
  await lockUnforeseen(tx, foreseen, concerned)
  await endAndTell(tx, concerned.holds)
  await releaseAll(tx, concerned.orders)
}

/** Holds and held orders that make way, in that order. */
interface Concerned { readonly holds: readonly Setting[], readonly orders: readonly Setting[] }

/** A hold, or a held order, and how much it has set aside of each SKU that is missing. */
interface Setting extends HoldKey { readonly lines: readonly Want[] }

/** What is wanted of each SKU beyond what nobody has set aside. */
async function missingOf (tx: Tx, wants: readonly Want[]): Promise<Map<Uuid, number>> {
  const rows = await tx<Want[]>`
    select want.sku_id as "skuId", want.quantity - stock.available as quantity
    from unnest(${bareArray(wants.map(want => want.skuId))}::uuid[], ${bareArray(wants.map(want => want.quantity))}::int[])
      as want (sku_id, quantity) join stock on stock.sku_id = want.sku_id
    where want.quantity > stock.available`
  return new Map(rows.map(({ skuId, quantity }) => [skuId, quantity]))
}

/** Who makes way for what is missing; the map is used up. */
async function findConcerned (tx: Tx, missing: Map<Uuid, number>): Promise<Concerned> {
  if (missing.size === 0) return { holds: [], orders: [] }
  const holds = choose(await activeHolds(tx, missing), missing)
  return { holds, orders: missing.size === 0 ? [] : choose(await heldOrders(tx, missing), missing) }
}

/** Holds with anything of these SKUs: those whose time is over first, for they cost nobody anything, then the newest. */
async function activeHolds (tx: Tx, missing: ReadonlyMap<Uuid, number>): Promise<readonly Setting[]> {
  // Active holds are few, and the lines of ended ones are not looked at: hence the subquery that stays by itself.
  return await tx<Setting[]>`
    select active.reseller_id as "resellerId", active.id, lines
    from (select reseller_id, id, created_at, expires_at <= clock_timestamp() as over from holds where state = 'active' offset 0) as active,
      lateral (
        select json_agg(json_build_object('skuId', sku_id, 'quantity', quantity)) as lines from hold_lines
        where hold_id = active.id and sku_id = any(${bareArray([...missing.keys()])}::uuid[])
      ) as of_these
    where lines is not null order by over desc, created_at desc, id desc`
}

async function heldOrders (tx: Tx, missing: ReadonlyMap<Uuid, number>): Promise<readonly Setting[]> {
  return await tx<Setting[]>`
    select orders.reseller_id as "resellerId", orders.id,
           json_agg(json_build_object('skuId', sku_id, 'quantity', order_lines.held)) as lines
    from order_lines join orders on orders.id = order_id
    where order_lines.sku_id = any(${bareArray([...missing.keys()])}::uuid[]) and order_lines.held > 0
      and orders.state in ('awaiting_approval', 'reserved')
    group by orders.reseller_id, orders.id, orders.created_at order by orders.created_at desc, orders.id desc`
}

function choose (settings: readonly Setting[], missing: Map<Uuid, number>): readonly Setting[] {
  return settings.filter(({ lines }) => {
    if (!lines.some(line => missing.has(line.skuId))) return false
    for (const { skuId, quantity } of lines) {
      const left = (missing.get(skuId) ?? 0) - quantity
      if (left > 0) missing.set(skuId, left)
      else missing.delete(skuId)
    }
    return true
  })
}

function resellersOf ({ holds, orders }: Concerned): readonly Uuid[] {
  return [...new Set([...holds, ...orders].map(setting => setting.resellerId))]
}

/** All SKUs of which holds and orders have set anything aside, those that nobody misses too. */
async function skusOf (tx: Tx, { holds, orders }: Concerned): Promise<readonly Uuid[]> {
  const rows = await tx<{ sku_id: Uuid }[]>`
    select sku_id from hold_lines where hold_id = any(${bareArray(holds.map(hold => hold.id))}::uuid[])
    union select sku_id from order_lines where order_id = any(${bareArray(orders.map(order => order.id))}::uuid[]) and held > 0`
  return rows.map(row => row.sku_id)
}

async function lockUnforeseen (tx: Tx, foreseen: Concerned, concerned: Concerned): Promise<void> {
  const known = new Set([...foreseen.holds, ...foreseen.orders].map(setting => setting.id))
  const fresh = (settings: readonly Setting[]) => settings.filter(setting => !known.has(setting.id))
  const unforeseen = { holds: fresh(concerned.holds), orders: fresh(concerned.orders) }
  if (unforeseen.holds.length + unforeseen.orders.length === 0) return
  await tx`
    select 1 from approvals
    where state = 'pending' and subject_id = any(${bareArray(unforeseen.orders.map(order => order.id))}::uuid[]) for update nowait`
  await tx`select 1 from resellers where id = any(${bareArray(resellersOf(unforeseen))}::uuid[]) for no key update nowait`
  await tx`select 1 from stock where sku_id = any(${bareArray(await skusOf(tx, unforeseen))}::uuid[]) for update nowait`
}

async function endAndTell (tx: Tx, holds: readonly Setting[]): Promise<void> {
  if (holds.length === 0) return
  await endHolds(tx, holds, 'broken')
  const broken = (await readHolds(tx, holds)).filter(hold => hold.state === 'broken')
  for (let from = 0; from < broken.length; from += eventsPerAppendMax) {
    await appendEvents(tx, broken.slice(from, from + eventsPerAppendMax).map(hold =>
      ({ resellerId: hold.resellerId, type: 'hold.broken', data: { hold: holdView(hold) } })))
  }
}

async function releaseAll (tx: Tx, orders: readonly Setting[]): Promise<void> {
  const perReseller = new Map<Uuid, Uuid[]>()
  for (const { resellerId, id } of orders) perReseller.set(resellerId, [...perReseller.get(resellerId) ?? [], id])
  for (const [resellerId, ids] of perReseller) {
    for (let from = 0; from < ids.length; from += heldOrdersPerCallMax) {
      const some = ids.slice(from, from + heldOrdersPerCallMax)
      await releaseOrders(tx, resellerId, some, { state: 'cancelled', reason: 'stock_withdrawn' })
      await endApprovals(tx, resellerId, some, { state: 'cancelled', by: null, comment: 'The stock was withdrawn.' })
    }
  }
}
