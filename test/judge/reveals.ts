// I11 by the rows: what was revealed is written down, and is of whom it was revealed to.
import type { Judgement } from './judgement.ts'

export const revealJudgements: readonly Judgement[] = [
  {
    invariant: 'I11',
    says: 'a reveal is of codes of an order of its reseller, to a key of that reseller',
    of: '@reveals',
    faults: `
      select r.id::text as place from @reveals r left join @orders o on o.id = r.order_id and o.reseller_id = r.reseller_id
      left join @api_keys k on k.id = r.key_id
      where o.id is null or (k.reseller_id <> r.reseller_id and not #reset)
        or r.first < 0 or r.count < 1 or r.first + r.count > o.delivered`
  },
  {
    invariant: 'I11',
    says: 'a code that was given back was never revealed',
    of: '@allocations where not live',
    faults: `
      select format('order %s from %s', given.order_id, given.position) as place from (
        select order_id, count, live,
               sum(count) over (partition by order_id order by line, lot_id, first rows unbounded preceding) - count as position
        from @allocations where order_id in (select order_id from @allocations where not live)
      ) given
      join @reveals r on r.order_id = given.order_id and r.first < given.position + given.count and given.position < r.first + r.count
      where not given.live`
  },
  {
    invariant: 'I11',
    says: 'what a key with a quota revealed in a day is counted, and is within it',
    of: '@reveal_counts',
    faults: `
      select format('key %s on %s: %s', c.key_id, c.day, c.count) as place from @reveal_counts c
      left join (select key_id, (created_at at time zone 'UTC')::date as day, sum(count) as revealed from @reveals
                 where key_id in (select key_id from @reveal_counts) group by 1, 2) r
        using (key_id, day)
      where c.count > coalesce(r.revealed, 0)`
  }
]
