// I1: each code has at most one live allocation; the same plaintext is never stocked twice; and nothing of a lot is lost.
import type { Judgement } from './judgement.ts'

export const codeJudgements: readonly Judgement[] = [
  {
    invariant: 'I1',
    says: 'a code has one live allocation at most',
    of: '@allocations where live',
    faults: `
      select format('lot %s from %s', lot_id, first) as place from (
        select lot_id, first, max(first + count) over (
          partition by lot_id order by first, count rows between unbounded preceding and 1 preceding
        ) as reached from @allocations where live
      ) ranges where first < reached`
  },
  {
    invariant: 'I1',
    says: 'a code is on the shelf or sold, never both, and on the shelf once',
    of: '@shelf',
    faults: `
      select format('lot %s from %s', lot_id, first) as place from (
        select lot_id, first, max(stop) over (
          partition by lot_id order by first, stop rows between unbounded preceding and 1 preceding
        ) as reached from (
          select lot_id, first, first + count as stop from @allocations where live
          union all select lot_id, next, stop from @shelf
        ) every_range
      ) ranges where first < reached`
  },
  {
    invariant: 'I1',
    says: 'every range lies inside a lot of its SKU',
    of: '@lots',
    faults: `
      select format('lot %s %s-%s', r.lot_id, r.first, r.stop) as place from (
        select lot_id, first, first + count as stop, null::uuid as sku_id from @allocations
        union all select lot_id, next, stop, sku_id from @shelf
      ) r left join @lots l on l.id = r.lot_id
      where l.id is null or r.first < 0 or r.stop > l.size or r.sku_id <> l.sku_id`
  },
  {
    invariant: 'I1',
    says: 'a lot is what it has sold, what is on the shelf and what was withdrawn',
    of: '@lots where state not in (\'staged\', \'aborted\')',
    faults: `
      select format('lot %s: %s of %s', l.id, coalesce(a.sold, 0) + coalesce(s.left_over, 0) + l.withdrawn, l.size) as place from @lots l
      left join (select lot_id, sum(count) as sold from @allocations where live group by lot_id) a on a.lot_id = l.id
      left join (select lot_id, sum(stop - next) as left_over from @shelf group by lot_id) s on s.lot_id = l.id
      where l.state not in ('staged', 'aborted') and coalesce(a.sold, 0) + coalesce(s.left_over, 0) + l.withdrawn <> l.size`
  },
  {
    invariant: 'I1',
    says: 'a lot has every one of its codes',
    of: '@codes',
    faults: `
      select format('lot %s: %s of %s', l.id, coalesce(c.there, 0), l.size) as place from @lots l
      left join (select lot_id, count(*) as there, min(n) as first, max(n) as last from @codes group by lot_id) c on c.lot_id = l.id
      where l.state not in ('staged', 'aborted') and l.size > 0
        and (c.there, c.first, c.last) is distinct from (l.size::bigint, 0, l.size - 1)`
  },
  {
    invariant: 'I1',
    says: 'the same code is stocked once',
    of: '@codes',
    faults: 'select fingerprint::text as place from @codes group by fingerprint having count(*) > 1'
  },
  {
    invariant: 'I1',
    says: 'a code that was made void is neither sold nor on the shelf',
    of: '@voided_codes',
    faults: `
      select format('lot %s code %s', v.lot_id, v.n) as place from @voided_codes v
      where exists (select from @shelf s where s.lot_id = v.lot_id and s.next <= v.n and v.n < s.stop)
        or exists (select from @allocations a where a.live and a.lot_id = v.lot_id and a.first <= v.n and v.n < a.first + a.count)`
  },
  {
    invariant: 'I1',
    says: 'stock is what is on the shelf',
    of: '@stock',
    faults: `
      select coalesce(s.sku_id, k.sku_id)::text as place from @stock s
      full join (select sku_id, sum(stop - next) as left_over from @shelf group by sku_id) k on k.sku_id = s.sku_id
      where coalesce(s.available, 0) + coalesce(s.held, 0) <> coalesce(k.left_over, 0)`
  },
  {
    invariant: 'I1',
    says: 'stock held is what active holds and held orders set aside',
    of: '@stock',
    faults: `
      select format('%s: %s, set aside are %s', s.sku_id, s.held, coalesce(h.by_holds, 0) + coalesce(o.by_orders, 0)) as place from @stock s
      left join (select sku_id, sum(quantity) as by_holds from @hold_lines
                 where hold_id in (select id from @holds where state = 'active') group by sku_id) h on h.sku_id = s.sku_id
      left join (select sku_id, sum(held) as by_orders from @order_lines
                 where order_id in (select id from @orders where state in ('awaiting_approval', 'reserved')) group by sku_id) o
        on o.sku_id = s.sku_id
      where s.held <> coalesce(h.by_holds, 0) + coalesce(o.by_orders, 0)`
  }
]
