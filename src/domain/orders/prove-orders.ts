// The orders' part of the proving pass: what their references, events, reveals and prices must look like, from the rows alone.
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { explain, type PriceRule } from '../pricing/unit-price.ts'

/** Faults told per proof; more of a kind say nothing new. */
export const orderFaultsMax = 20

export interface OrderFault { readonly proof: string, readonly detail: string }

/** Runs every proof; an empty answer says the orders are sound. Reads every order: for a pool with long statements. */
export async function proveOrders (read: Reader): Promise<readonly OrderFault[]> {
  const faults: OrderFault[] = []
  for (const [proof, prove] of Object.entries(proofs)) {
    for (const { detail } of await prove(read)) faults.push({ proof, detail })
  }
  faults.push(...await proveUnitPrices(read))
  return faults
}

type Proof = (read: Reader) => PromiseLike<readonly { readonly detail: string }[]>

const proofs: Readonly<Record<string, Proof>> = {
  'the events of a reseller have no gap': read => read<{ detail: string }[]>`
    with counted as (select reseller_id, count(*) as count, min(sequence) as first, max(sequence) as last from events group by reseller_id)
    select format('reseller %s: sequence %s, purged to %s, %s events from %s to %s', id, event_sequence, event_floor, coalesce(count, 0), first, last) as detail
    from resellers left join counted on reseller_id = id
    where event_sequence - event_floor <> coalesce(count, 0) or coalesce(last, event_floor) <> event_sequence
      or coalesce(first, event_floor + 1) <> event_floor + 1 limit ${orderFaultsMax}`,

  'a settled order has its event': read => read<{ detail: string }[]>`
    with told as (select reseller_id, count(*) as count from events where type in ('order.completed', 'order.partial') group by reseller_id),
    placed as (
      select reseller_id, count(*) as count from orders where state in ('completed', 'partial', 'reversed') group by reseller_id
    )
    select format('reseller %s: %s orders, %s events of orders', coalesce(placed.reseller_id, told.reseller_id), placed.count, told.count) as detail
    from placed full join told on told.reseller_id = placed.reseller_id
    where placed.count is distinct from told.count
      -- Of those whose oldest events were purged, what is left must not be more than there are orders.
      and (coalesce(told.count, 0) > coalesce(placed.count, 0)
        or (select event_floor from resellers where id = coalesce(placed.reseller_id, told.reseller_id)) = 0)
    limit ${orderFaultsMax}`,

  'a refund and a tombstone have their events': read => read<{ detail: string }[]>`
    with told as (
      select reseller_id, count(*) filter (where type in ('order.reversed', 'order.refunded')) as refunds,
             count(*) filter (where type = 'order.voided') as voids
      from events where type in ('order.reversed', 'order.refunded', 'order.voided') group by reseller_id
    ), given as (
      select id as reseller_id, (select count(*) from refunds where reseller_id = resellers.id) as refunds,
             (select count(*) from orders where reseller_id = resellers.id and state = 'void') as voids
      from resellers
    )
    select format('reseller %s: %s refunds and %s tombstones, %s and %s events of them', given.reseller_id, given.refunds, given.voids,
      coalesce(told.refunds, 0), coalesce(told.voids, 0)) as detail
    from given left join told using (reseller_id) join resellers on resellers.id = given.reseller_id and event_floor = 0
    where given.refunds <> coalesce(told.refunds, 0) or given.voids <> coalesce(told.voids, 0) limit ${orderFaultsMax}`,

  'a code that was given back was never revealed': read => read<{ detail: string }[]>`
    with placed as (
      select order_id, count, live,
             sum(count) over (partition by order_id order by line, lot_id, first rows unbounded preceding) - count as position
      from allocations where order_id in (select id from orders where returned > 0)
    )
    select format('order %s: codes from %s were given back, and revealed', placed.order_id, position) as detail
    from placed join reveals on reveals.order_id = placed.order_id and first < position + placed.count and position < first + reveals.count
    where not live limit ${orderFaultsMax}`,

  'a reveal is of its reseller’s own order and within it': read => read<{ detail: string }[]>`
    select format('order %s: codes %s to %s of %s were revealed to %s', order_id, first, first + count - 1, delivered, reveals.reseller_id) as detail
    from reveals left join orders on orders.reseller_id = reveals.reseller_id and orders.id = order_id
    where orders.id is null or first < 0 or count <= 0 or first + count > delivered limit ${orderFaultsMax}`
}

/** Recomputes each unit price from the rules its line was sold under: each way of coming about once, however many lines it gave. */
async function proveUnitPrices (read: Reader): Promise<readonly OrderFault[]> {
  const sold = await read<{ rules: Uuid[], unitPrice: Amount, lines: bigint }[]>`
    select price_rules as rules, unit_price as "unitPrice", count(*) as lines from order_lines group by price_rules, unit_price`
  const ids = [...new Set(sold.flatMap(({ rules }) => rules))]
  const rules = await read<PriceRule[]>`
    select id, kind, sku_id as "skuId", level_id as "levelId", reseller_id as "resellerId", quantity_min as "quantityMin", amount, rate
    from price_rules where id = any(${bareArray(ids)}::uuid[])`
  const byId = new Map(rules.map(rule => [rule.id, rule]))
  const proof = 'a unit price is what its rules make it'
  return sold.flatMap(({ rules, unitPrice, lines }) => {
    const known = rules.flatMap(id => byId.get(id) ?? [])
    const recomputed = known.length === rules.length && known.length > 0 ? explain(known).at(-1)!.after : undefined
    return recomputed === unitPrice ? [] : [{ proof, detail: `${lines} lines at ${unitPrice} under the rules ${rules.join(', ')}, which make ${recomputed ?? 'no price'}` }]
  }).slice(0, orderFaultsMax)
}
