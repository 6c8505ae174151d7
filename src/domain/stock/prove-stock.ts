// The proving pass of stock: what the statements guard one by one is shown for the whole, from the rows alone. Every proof
// is one statement, so it sees one moment; a sale under way is in it whole or not at all.
import type { Reader } from '../../postgres/pool.ts'

/** Faults told per proof; more of a kind say nothing new. */
export const stockFaultsMax = 100

export type StockProof =
  | 'allocations_overlap'
  | 'shelf_overlaps'
  | 'range_beyond_lot'
  | 'sold_still_on_shelf'
  | 'stock_sum'
  | 'held_sum'
  | 'lot_sum'
  | 'codes_of_lot'
  | 'voided_not_withdrawn'

/** One thing that does not add up; ids and counts only. */
export interface StockFault { readonly proof: StockProof, readonly detail: string }

/** Runs every proof; an empty answer says the stock is sound. `codes_of_lot` counts all codes: seconds for millions. */
export async function proveStock (read: Reader): Promise<readonly StockFault[]> {
  const faults: StockFault[] = []
  for (const [proof, prove] of Object.entries(proofs) as [StockProof, typeof proofs[StockProof]][]) {
    for (const { detail } of await prove(read)) faults.push({ proof, detail })
  }
  return faults
}

type Found = PromiseLike<readonly { readonly detail: string }[]>

const proofs: Readonly<Record<StockProof, (read: Reader) => Found>> = {
  allocations_overlap: read => read<{ detail: string }[]>`
    select format('lot %s: code %s is allocated to order %s and to another', lot_id, first, order_id) as detail
    from (select lot_id, first, order_id, max(first + count) over earlier as reach
          from allocations where live
          window earlier as (partition by lot_id order by first, count rows between unbounded preceding and 1 preceding)) as sold
    where first < reach limit ${stockFaultsMax}`,

  shelf_overlaps: read => read<{ detail: string }[]>`
    select format('lot %s: code %s is on the shelf twice', lot_id, next) as detail
    from (select lot_id, next, max(stop) over earlier as reach
          from shelf
          window earlier as (partition by lot_id order by next, stop rows between unbounded preceding and 1 preceding)) as ranges
    where next < reach limit ${stockFaultsMax}`,

  range_beyond_lot: read => read<{ detail: string }[]>`
    select format('lot %s: codes %s to %s are %s, the lot is %s and has %s',
                  ranges.lot_id, first, stop - 1, place, coalesce(lots.state, 'missing'), lots.size) as detail
    from (select lot_id, first, first + count as stop, 'sold' as place from allocations where live
          union all select lot_id, next, stop, 'on the shelf' from shelf) as ranges
      left join lots on lots.id = ranges.lot_id
    where lots.id is null or first < 0 or stop > lots.size or lots.state in ('staged', 'aborted')
      or (place = 'on the shelf' and lots.state <> 'available')
    limit ${stockFaultsMax}`,

  sold_still_on_shelf: read => read<{ detail: string }[]>`
    select format('lot %s: code %s of order %s is on the shelf', sold.lot_id, sold.first, sold.order_id) as detail
    from shelf join allocations as sold
      on sold.lot_id = shelf.lot_id and sold.live and sold.first < shelf.stop and sold.first + sold.count > shelf.next
    limit ${stockFaultsMax}`,

  stock_sum: read => read<{ detail: string }[]>`
    select format('SKU %s: %s available and %s held, %s on the shelf',
                  sku_id, coalesce(available, 0), coalesce(held, 0), coalesce(count, 0)) as detail
    from stock full join (select sku_id, sum(stop - next) as count from shelf group by sku_id) as on_shelf using (sku_id)
    where coalesce(available, 0) + coalesce(held, 0) <> coalesce(count, 0) limit ${stockFaultsMax}`,

  held_sum: read => read<{ detail: string }[]>`
    select format('SKU %s: %s held, %s by holds and orders', sku_id, coalesce(held, 0), coalesce(count, 0)) as detail
    from stock full join (
      select sku_id, sum(count) as count from (
        select sku_id, hold_lines.quantity as count from hold_lines join holds on holds.id = hold_id where holds.state = 'active'
        union all
        select sku_id, order_lines.held from order_lines join orders on orders.id = order_id
        where order_lines.held > 0 and orders.state in ('awaiting_approval', 'reserved')
      ) as aside group by sku_id
    ) as aside using (sku_id)
    where coalesce(held, 0) <> coalesce(count, 0) limit ${stockFaultsMax}`,

  lot_sum: read => read<{ detail: string }[]>`
    select format('lot %s: size %s, on the shelf %s, sold %s, withdrawn %s',
                  lots.id, lots.size, coalesce(on_shelf.count, 0), coalesce(sold.count, 0), lots.withdrawn) as detail
    from lots
      left join (select lot_id, sum(stop - next) as count from shelf group by lot_id) as on_shelf
        on on_shelf.lot_id = lots.id
      left join (select lot_id, sum(count) as count from allocations where live group by lot_id) as sold
        on sold.lot_id = lots.id
    where lots.state in ('available', 'recalled', 'expired')
      and lots.size <> coalesce(on_shelf.count, 0) + coalesce(sold.count, 0) + lots.withdrawn
    limit ${stockFaultsMax}`,

  codes_of_lot: read => read<{ detail: string }[]>`
    select format('lot %s: size %s, codes %s, from %s to %s',
                  coalesce(lots.id, kept.lot_id), lots.size, coalesce(kept.count, 0), kept.first, kept.last) as detail
    from lots full join (select lot_id, count(*) as count, min(n) as first, max(n) as last from codes group by lot_id) as kept
      on kept.lot_id = lots.id
    where lots.id is null or lots.size <> coalesce(kept.count, 0) or coalesce(kept.first, 0) <> 0
      or coalesce(kept.last, -1) <> lots.size - 1
    limit ${stockFaultsMax}`,

  voided_not_withdrawn: read => read<{ detail: string }[]>`
    select format('lot %s: code %s was voided and is %s',
                  voided.lot_id, voided.n, case when shelf.id is null then 'sold' else 'on the shelf' end) as detail
    from voided_codes as voided
      left join shelf on shelf.lot_id = voided.lot_id and voided.n >= shelf.next and voided.n < shelf.stop
      left join allocations as sold
        on sold.lot_id = voided.lot_id and sold.live and voided.n >= sold.first and voided.n < sold.first + sold.count
    where shelf.id is not null or sold.order_id is not null limit ${stockFaultsMax}`
}
