// I5: what is set aside waits for something that will end, and ends as that ends. Holds, approvals, bulk orders and standing orders.
import type { Judgement } from './judgement.ts'

const ended = '\'completed\', \'partial\', \'failed\', \'cancelled\', \'rejected\', \'expired\''

export const heldJudgements: readonly Judgement[] = [
  {
    invariant: 'I5',
    says: 'a hold is its lines, and it has an order when it is used',
    of: '@holds',
    faults: `
      select h.id::text as place from @holds h
      left join (select hold_id, sum(quantity) as quantity from @hold_lines group by hold_id) l on l.hold_id = h.id
      where h.quantity <> coalesce(l.quantity, 0) or (h.state = 'used') <> (h.order_id is not null)
        or (h.order_id is not null and not exists (select from @orders o where o.id = h.order_id and o.reseller_id = h.reseller_id))`
  },
  {
    invariant: 'I5',
    says: 'a reserved order waits for its bulk order, which is not at its end',
    of: '@orders where state = \'reserved\'',
    faults: `
      select format('order %s, bulk order %s %s', o.id, b.id, b.state) as place from @orders o
      left join @bulk_orders b on b.reseller_id = o.reseller_id and b.id::text = o.terms ->> 'bulk'
      where o.state = 'reserved' and (b.id is null or b.state in (${ended}, 'invalid', 'validated', 'running'))`
  },
  {
    invariant: 'I5',
    says: 'an order awaits approval as long as its approval is pending, for what it holds, and ends as that ends',
    of: '@approvals where kind = \'order\'',
    faults: `
      select format('order %s: %s, approval %s', coalesce(o.id, a.subject_id), o.state, a.state) as place
      from (select o.*, (select sum(held) from @order_lines l where l.order_id = o.id) as codes from @orders o
            where o.state = 'awaiting_approval' or o.id in (select subject_id from @approvals where kind = 'order')) o
      full join (select * from @approvals where kind = 'order') a on a.subject_id = o.id and a.reseller_id = o.reseller_id
      where case a.state
        when 'pending' then (o.state, o.total, o.codes, o.currency) is distinct from ('awaiting_approval', a.total, a.quantity, a.currency)
        when 'approved' then o.state not in ('completed', 'partial', 'reversed') and not (o.state = 'cancelled' and (
          -- Its codes had expired by the time it was approved: there was nothing left to be had.
          select bool_and(reason = 'stock_withdrawn') from @order_lines l where l.order_id = o.id and l.state = 'released'))
        when 'rejected' then o.state <> 'rejected'
        when 'expired' then o.state <> 'expired'
        when 'cancelled' then o.state <> 'cancelled'
        else true end is not false`
  },
  {
    invariant: 'I5',
    says: 'a bulk order at its end has an outcome for every line and holds nothing',
    of: '@bulk_orders where ended_at is not null',
    faults: `
      select format('bulk order %s %s', b.id, b.state) as place from @bulk_orders b
      where (b.ended_at is not null) <> (b.state in (${ended}))
        or (b.ended_at is not null and (b.lines_done <> b.lines
          or exists (select from @bulk_chunks c where c.bulk_id = b.id and c.order_id is null and c.reasons is null)
          or b.id in (select (terms ->> 'bulk')::uuid from @orders where terms ? 'bulk' and state in ('reserved', 'awaiting_approval'))))
        or (b.state = 'completed' and b.lines_failed > 0) or (b.state = 'partial' and (b.lines_failed = 0 or b.delivered = 0))
        or (b.state = 'failed' and b.delivered > 0)`
  },
  {
    invariant: 'I5',
    says: 'a bulk order awaits approval as long as its approval is pending',
    of: '@approvals where kind = \'bulk_order\'',
    faults: `
      select coalesce(b.id, a.subject_id)::text as place from (select * from @bulk_orders where state = 'awaiting_approval') b
      full join (select * from @approvals where kind = 'bulk_order' and state = 'pending') a
        on a.subject_id = b.id and a.reseller_id = b.reseller_id
      where b.id is null or a.id is null`
  },
  {
    invariant: 'I5',
    says: 'nobody decided on what they ordered',
    of: '@approvals where state in (\'approved\', \'rejected\')',
    faults: `
      with recursive rotations (id, other) as (
        select id, replaced_by from @api_keys where replaced_by is not null
        union all select replaced_by, id from @api_keys where replaced_by is not null
      ), makers (approval, key_id) as (
        select id, requested_by from @approvals where state in ('approved', 'rejected')
        union select approval, other from makers join rotations on rotations.id = key_id
      )
      select a.id::text as place from @approvals a join makers m on m.approval = a.id and m.key_id = a.decided_by`
  },
  {
    invariant: 'I9',
    says: 'a chunk of a bulk order became one order of its lines, or says of each why not, or was not tried',
    of: '@bulk_chunks',
    faults: `
      select format('chunk %s of %s, order %s', coalesce(c.chunk::text, o.terms ->> 'chunk'),
                    coalesce(c.bulk_id::text, o.terms ->> 'bulk'), o.id) as place
      from (select * from @bulk_chunks where order_id is not null) c
      full join (select * from @orders where terms ? 'bulk') o on o.id = c.order_id
      left join @bulk_orders b on b.id = c.bulk_id
      where c.bulk_id is null or o.id is null or o.reseller_id <> b.reseller_id or o.terms ->> 'bulk' <> c.bulk_id::text
        or o.terms ->> 'chunk' <> c.chunk::text or o.reference !~ ('^blk_[0-9a-z]{26}/' || c.chunk || '$') or c.reasons is not null
        or array(select row (line::int, sku_id, quantity) from @order_lines l where l.order_id = o.id order by line) <>
           array(select row (place::int, sku_id, quantity)
                 from unnest(c.sku_ids, c.quantities) with ordinality as w (sku_id, quantity, place) order by place)
      union all
      select format('chunk %s of %s', chunk, bulk_id) from @bulk_chunks
      where cardinality(quantities) not between 1 and 500
        or array[cardinality(sku_ids), cardinality(line_numbers), cardinality(line_references)]
          <> array_fill(cardinality(quantities), array[3])
        or cardinality(reasons) <> cardinality(quantities) or array_position(reasons, null) is not null`
  },
  {
    invariant: 'I6',
    says: 'a bulk order counts what its chunks and their orders say',
    of: '@bulk_orders',
    faults: `
      select format('bulk order %s %s: %s of %s lines, %s codes, paid %s',
                    b.id, b.state, b.lines_done, b.lines, b.delivered, b.paid) as place
      from @bulk_orders b
      cross join lateral (
        select count(*) as chunks, coalesce(sum(o.delivered), 0) as delivered, coalesce(sum(o.held), 0) as held,
               coalesce(sum(o.total - o.held), 0) as paid
        from @bulk_chunks c left join @orders o on o.id = c.order_id where c.bulk_id = b.id
      ) c
      cross join lateral (
        select count(*) filter (where not c.retried or l.delivered = w.quantity) as lines,
               count(*) filter (where l.delivered = w.quantity) as delivered
        from @bulk_chunks c cross join unnest(c.quantities) with ordinality as w (quantity, line)
          left join @order_lines l on l.order_id = c.order_id and l.line = w.line
        where c.bulk_id = b.id
      ) l
      where b.chunks <> c.chunks or (b.delivered, b.paid) is distinct from (c.delivered, c.paid)
        or b.lines_done <> b.lines_delivered + b.lines_failed or b.lines_delivered <> l.delivered
        or (b.chunks > 0 and b.lines <> l.lines) or (b.chunks = 0) <> (b.state = 'invalid') or b.paid + c.held > coalesce(b.max_total, 0)`
  },
  {
    invariant: 'I9',
    says: 'a standing order counts its runs, and those that ordered',
    of: '@standing_runs',
    faults: `
      select format('standing order %s: %s runs', s.id, s.runs) as place from @standing_orders s
      left join lateral (
        select count(*) as runs, coalesce(max(run), 0) as last, count(*) filter (where outcome = 'ordered') as orders from @standing_runs
        where standing_id = s.id
      ) r on true
      where (s.runs, s.runs, s.orders) is distinct from (r.runs::int, r.last, r.orders::int)
      union all
      select format('run %s of %s', run, standing_id) from @standing_runs r
      where not exists (select from @standing_orders s where s.id = r.standing_id and s.reseller_id = r.reseller_id)`
  },
  {
    invariant: 'I9',
    says: 'the order of a standing order’s run is there once, under its reference',
    of: '@standing_runs where outcome = \'ordered\'',
    faults: `
      select format('run %s of %s', coalesce(r.run::text, o.reference), coalesce(r.standing_id::text, o.terms ->> 'standing')) as place
      from (select * from @standing_runs where outcome = 'ordered') r
      full join (select * from @orders where terms ? 'standing') o
        on o.id = r.order_id and o.reseller_id = r.reseller_id and o.terms ->> 'standing' = r.standing_id::text
          and o.reference ~ ('^sto_[0-9a-z]{26}/' || r.run || '$') and o.quantity = r.quantity
      where r.run is null or o.id is null`
  }
]

/** How long after its time something may wait for the pass that ends it. */
const graceSeconds = 60

/** For a world whose workers have had the time to finish. */
export const overdueJudgements: readonly Judgement[] = [
  {
    invariant: 'I5',
    says: 'every order that is not at its end has an open case that is in time: an approval, or a bulk order at work',
    of: '@orders where state in (\'awaiting_approval\', \'reserved\')',
    faults: `
      select format('order %s %s', o.id, o.state) as place from @orders o
      left join @approvals a on a.subject_id = o.id and a.state = 'pending'
      left join @bulk_orders b on b.id::text = o.terms ->> 'bulk'
      left join @approvals of_bulk on of_bulk.subject_id = b.id and of_bulk.state = 'pending'
      where o.state in ('awaiting_approval', 'reserved') and not coalesce(
        coalesce(a.expires_at, of_bulk.expires_at, b.worked_at + interval '${graceSeconds} s')
          > now() - interval '${graceSeconds} s', false)`
  },
  {
    invariant: 'I5',
    says: 'a hold, a checkout and an approval are ended when their time is over',
    of: '@holds',
    faults: `
      select format('%s %s', kind, id) as place from (
        select 'hold' as kind, id, expires_at from @holds where state = 'active'
        union all select 'checkout', id, expires_at from @checkouts where state = 'open'
        union all select 'approval', id, expires_at from @approvals where state = 'pending'
      ) waiting where expires_at < now() - interval '${graceSeconds} s'`
  }
]
