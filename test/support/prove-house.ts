// The invariants of a house, by SQL that shares nothing with the app: what does not hold is told as `invariant: where`.
import type { World } from '../../schema/vocabulary.ts'
import type { Db } from '../../src/postgres/pool.ts'

/** Every place where an invariant does not hold in a world; none when all is well. `db` is the owner of the database. */
export async function proveHouse (db: Db, world: World): Promise<readonly string[]> {
  const faults: string[] = []
  for (const [invariant, statement] of Object.entries(statements)) {
    const rows = await db.unsafe<{ place: string }[]>(statement.replaceAll('#reset', resetIn[world]).replaceAll('@', `${world}.`))
    for (const { place } of rows) faults.push(`${invariant}: ${place}`)
  }
  return faults
}

/** Whether reveal r is of a reseller whose keys have gone on to another: a reset of the sandbox, whose record stands only there. */
const resetIn: Readonly<Record<World, string>> = {
  live: 'false',
  test: 'exists (select from @sandbox_resets where old_reseller_id = r.reseller_id)'
}

// Each gives a row for every fault. @ stands for the schema of the world.
const statements: Readonly<Record<string, string>> = {
  'I1 a code has one live allocation at most': `
    select format('lot %s from %s', lot_id, first) as place from (
      select lot_id, first, lag(first + count) over (partition by lot_id order by first) as ended from @allocations where live
    ) ranges where first < ended`,
  'I1 a code is on the shelf or sold, never both, and on the shelf once': `
    select format('lot %s from %s', lot_id, first) as place from (
      select lot_id, first, lag(stop) over (partition by lot_id order by first, stop) as ended from (
        select lot_id, first, first + count as stop from @allocations where live
        union all select lot_id, next, stop from @shelf
      ) every_range
    ) ranges where first < ended`,
  'I1 every range lies inside its lot': `
    select format('lot %s %s-%s', r.lot_id, r.first, r.stop) as place from (
      select lot_id, first, first + count as stop from @allocations union all select lot_id, next, stop from @shelf
    ) r left join @lots l on l.id = r.lot_id where l.id is null or r.first < 0 or r.stop > l.size`,
  'I1 a lot is what it has sold, what is on the shelf and what was withdrawn': `
    select format('lot %s: %s of %s', l.id, coalesce(a.sold, 0) + coalesce(s.left_over, 0) + l.withdrawn, l.size) as place from @lots l
    left join (select lot_id, sum(count) as sold from @allocations where live group by lot_id) a on a.lot_id = l.id
    left join (select lot_id, sum(stop - next) as left_over from @shelf group by lot_id) s on s.lot_id = l.id
    where l.state not in ('staged', 'aborted') and coalesce(a.sold, 0) + coalesce(s.left_over, 0) + l.withdrawn <> l.size`,
  'I1 a lot has every one of its codes': `
    select format('lot %s', l.id) as place from @lots l
    where l.state not in ('staged', 'aborted')
      and (select count(*) from @codes c where c.lot_id = l.id and c.n >= 0 and c.n < l.size) <> l.size`,
  'I1 the same code is stocked once': 'select fingerprint::text as place from @codes group by fingerprint having count(*) > 1',
  'stock is what is on the shelf': `
    select coalesce(s.sku_id, k.sku_id)::text as place from @stock s
    full join (select sku_id, sum(stop - next) as left_over from @shelf group by sku_id) k on k.sku_id = s.sku_id
    where coalesce(s.available, 0) + coalesce(s.held, 0) <> coalesce(k.left_over, 0)`,
  'stock held is what active holds and held orders set aside': `
    select format('%s: %s, set aside are %s', s.sku_id, s.held, coalesce(h.by_holds, 0) + coalesce(o.by_orders, 0)) as place from @stock s
    left join (select sku_id, sum(quantity) as by_holds from @hold_lines
               where hold_id in (select id from @holds where state = 'active') group by sku_id) h on h.sku_id = s.sku_id
    left join (select sku_id, sum(held) as by_orders from @order_lines
               where order_id in (select id from @orders where state in ('awaiting_approval', 'reserved')) group by sku_id) o
      on o.sku_id = s.sku_id
    where s.held <> coalesce(h.by_holds, 0) + coalesce(o.by_orders, 0)`,
  'a hold is its lines, and it has an order when it is used': `
    select h.id::text as place from @holds h
    left join (select hold_id, sum(quantity) as quantity from @hold_lines group by hold_id) l on l.hold_id = h.id
    where h.quantity <> coalesce(l.quantity, 0) or (h.state = 'used') <> (h.order_id is not null)
      or (h.order_id is not null and not exists (select from @orders o where o.id = h.order_id and o.reseller_id = h.reseller_id))`,
  'I2 a balance is the sum of its transfers': `
    select format('account %s: %s, transfers say %s', a.id, a.balance, coalesce(m.moved, 0)) as place from @accounts a
    left join (select account, sum(amount) as moved from (
      select credit_account as account, amount from @transfers union all select debit_account, -amount from @transfers
    ) sides group by account) m on m.account = a.id
    where a.balance <> coalesce(m.moved, 0)`,
  'I2 a transfer has two accounts of one currency': `
    select t.id::text as place from @transfers t
    left join @accounts d on d.id = t.debit_account left join @accounts c on c.id = t.credit_account
    where d.id is null or c.id is null or d.currency <> c.currency`,
  'I2 the balances of a currency sum to zero': 'select currency as place from @accounts group by currency having sum(balance) <> 0',
  'I2 the entries of a wallet have no gap and its running balance no jump': `
    select format('wallet %s entry %s', wallet_id, wallet_entry) as place from (
      select wallet_id, wallet_entry, wallet_balance,
             row_number() over w as counted,
             sum(case when credit_account = wallet_id then amount else -amount end) over w as summed
      from @transfers where wallet_id is not null window w as (partition by wallet_id order by wallet_entry)
    ) entries where wallet_entry <> counted or wallet_balance <> summed`,
  'I2 a wallet knows how many entries it has': `
    select a.id::text as place from @accounts a
    where a.kind = 'wallet' and a.entries <> (select count(*) from @transfers t where t.wallet_id = a.id)`,
  'I3 a wallet is never below its credit': 'select id::text as place from @accounts where kind = \'wallet\' and balance < -credit_limit',
  'I6 a line has the codes it says were delivered, those given back apart': `
    select format('order %s line %s', l.order_id, l.line) as place from @order_lines l
    left join (select order_id, line, sum(count) as given, sum(count) filter (where live) as kept
               from @allocations group by order_id, line) a using (order_id, line)
    where l.delivered <> coalesce(a.given, 0) or l.delivered - l.returned <> coalesce(a.kept, 0) or l.delivered + l.held > l.quantity`,
  'I6 an allocation belongs to a line of its SKU': `
    select format('order %s line %s', a.order_id, a.line) as place from @allocations a
    left join @order_lines l using (order_id, line) left join @lots lot on lot.id = a.lot_id
    where l.order_id is null or lot.sku_id <> l.sku_id`,
  'I6 a line costs its unit price times what is delivered or set aside, and its refund is the share of what was given back': `
    select format('order %s line %s', l.order_id, l.line) as place from @order_lines l join @orders o on o.id = l.order_id
    cross join lateral (
      select case when o.currency in ('JPY', 'KRW', 'VND') then 0 when o.currency = 'KWD' then 3 else 2 end as digits
    ) d
    where l.total <> round(l.unit_price::numeric * (l.delivered + l.held) / 10000, d.digits) * 10000
      or l.refunded <> case when l.delivered = 0 then 0
                            else round(l.total::numeric * l.returned / l.delivered / 10000, d.digits) * 10000 end`,
  'a line is in the state that its codes say': `
    select format('order %s line %s: %s, %s of %s, held %s, returned %s', order_id, line, state, delivered, quantity, held, returned) as place
    from @order_lines
    where not case state
      when 'held' then held > 0 and delivered = 0
      when 'delivered' then held = 0 and delivered = quantity and returned = 0
      when 'partial' then held = 0 and delivered > returned and (delivered < quantity or returned > 0)
      when 'returned' then held = 0 and delivered > 0 and returned = delivered
      when 'released' then held = 0 and delivered = 0
      when 'refused' then held = 0 and delivered = 0
      else false end`,
  'I6 an order is the sum of its lines, and in the state that they say': `
    select format('%s %s', o.id, o.state) as place from @orders o
    left join (select order_id, sum(total) as total, sum(delivered) as delivered, sum(quantity) as quantity, sum(refunded) as refunded,
                      sum(returned) as returned, sum(held) as held
               from @order_lines group by order_id) l on l.order_id = o.id
    where (l.order_id is null) <> (o.state = 'void')
      or (o.total, o.delivered, o.quantity, o.refunded, o.returned) is distinct from
        (coalesce(l.total, 0), coalesce(l.delivered, 0), coalesce(l.quantity, 0), coalesce(l.refunded, 0), coalesce(l.returned, 0))
      or not case
        when o.state in ('awaiting_approval', 'reserved') then l.held > 0 and o.delivered = 0 and o.held = o.total
        when o.state = 'completed' then o.delivered = o.quantity and o.returned = 0 and l.held = 0
        when o.state = 'partial' then o.delivered > o.returned and (o.delivered < o.quantity or o.returned > 0) and l.held = 0
        when o.state = 'reversed' then o.delivered > 0 and o.returned = o.delivered and o.refunded = o.total and l.held = 0
        when o.state in ('cancelled', 'rejected', 'expired') then o.delivered = 0 and o.total = 0 and l.held = 0
        when o.state = 'void' then o.quantity = 0 and o.total = 0
        else false end
      or (o.held <> 0 and o.state not in ('awaiting_approval', 'reserved'))`,
  'I6 an order was paid by its reseller, once, in full: what it cost, but for what is set aside': `
    select o.id::text as place from @orders o
    left join (select t.order_id, sum(t.amount) as paid, min(a.owner_id::text) as payer, max(a.owner_id::text) as other_payer,
                      count(*) as times
               from @transfers t join @accounts a on a.id = t.debit_account
               where t.kind = 'order' group by t.order_id) p on p.order_id = o.id
    where o.total - o.held <> coalesce(p.paid, 0) or p.times > 1
      or (p.paid > 0 and (p.payer is distinct from o.reseller_id::text or p.other_payer is distinct from o.reseller_id::text))`,
  'what an order holds is what was set aside for it and neither paid nor released': `
    select coalesce(o.id, m.order_id)::text as place from @orders o
    full join (select t.order_id, sum(case when t.kind = 'hold' then t.amount else -t.amount end) as held
               from @transfers t join @accounts a on a.kind = 'held' and a.id in (t.debit_account, t.credit_account)
               group by t.order_id) m on m.order_id = o.id
    where coalesce(o.held, 0) <> coalesce(m.held, 0)`,
  'what a reseller has set aside is what its orders hold': `
    select format('account %s: %s', a.id, a.balance) as place from @accounts a
    left join (select reseller_id, currency, sum(held) as held from @orders group by reseller_id, currency) o
      on o.reseller_id = a.owner_id and o.currency = a.currency
    where a.kind = 'held' and a.balance <> coalesce(o.held, 0)`,
  'I6 what was refunded is told by refunds, paid by transfers, and stands at the order and its lines': `
    select format('order %s: %s, refunds %s, transfers %s',
                  coalesce(o.id, r.order_id, t.order_id), o.refunded, r.amount, t.amount) as place
    from @orders o
    full join (select order_id, sum(amount) as amount, sum(quantity) as quantity from @refunds group by order_id) r on r.order_id = o.id
    full join (select t.order_id, sum(t.amount) as amount from @transfers t join @accounts a on a.id = t.credit_account and a.kind = 'wallet'
               join @orders owned on owned.id = t.order_id and owned.reseller_id = a.owner_id
               where t.kind = 'refund' group by t.order_id) t on t.order_id = coalesce(o.id, r.order_id)
    where o.id is null or o.refunded <> coalesce(r.amount, 0) or o.refunded <> coalesce(t.amount, 0) or o.returned <> coalesce(r.quantity, 0)
    union all
    select format('line %s of %s', coalesce(l.line, r.line), coalesce(l.order_id, r.order_id)) from @order_lines l
    full join (select order_id, line, sum(given.amount::bigint) as amount, sum(given.quantity) as quantity from @refunds,
                 jsonb_to_recordset(lines) as given (line smallint, quantity int, amount text) group by order_id, line) r
      on r.order_id = l.order_id and r.line = l.line
    where l.order_id is null or l.refunded <> coalesce(r.amount, 0) or l.returned <> coalesce(r.quantity, 0)`,
  'a reversal is of an order of its reseller, which is undone': `
    select v.id::text as place from @reversals v left join @orders o on o.id = v.order_id and o.reseller_id = v.reseller_id
    where o.id is null or o.reference <> v.order_reference
      or not case v.outcome when 'voided' then o.state = 'void' when 'reversed' then o.state = 'reversed'
                            else o.state in ('cancelled', 'rejected', 'expired') end`,
  'I6 a payment belongs to an order': `
    select t.id::text as place from @transfers t left join @orders o on o.id = t.order_id where t.kind = 'order' and o.id is null`,
  'I9 one reference is one order': `
    select format('%s of %s', reference, reseller_id) as place from @orders group by reseller_id, reference having count(*) > 1`,
  'I11 a reveal is of codes of an order of its reseller': `
    select r.id::text as place from @reveals r left join @orders o on o.id = r.order_id and o.reseller_id = r.reseller_id
    left join @api_keys k on k.id = r.key_id
    where o.id is null or (k.reseller_id <> r.reseller_id and not #reset) or r.first < 0 or r.count < 1 or r.first + r.count > o.delivered`,
  'I11 a code that was given back was never revealed': `
    select format('order %s from %s', given.order_id, given.position) as place from (
      select order_id, count, live,
             sum(count) over (partition by order_id order by line, lot_id, first rows unbounded preceding) - count as position
      from @allocations
    ) given join @reveals r on r.order_id = given.order_id and r.first < given.position + given.count and given.position < r.first + r.count
    where not given.live`,
  'I11 what a key with a quota revealed in a day is counted, and is within it': `
    select format('key %s on %s: %s', c.key_id, c.day, c.count) as place from @reveal_counts c
    left join (select key_id, (created_at at time zone 'UTC')::date as day, sum(count) as revealed from @reveals group by 1, 2) r
      using (key_id, day)
    where c.count > coalesce(r.revealed, 0)`,
  'a standing order counts its runs, those that ordered, and those refused in a row': `
    select format('standing order %s: %s runs', s.id, s.runs) as place from @standing_orders s
    left join lateral (
      select count(*) as runs, coalesce(max(run), 0) as last, count(*) filter (where outcome = 'ordered') as orders from @standing_runs
      where standing_id = s.id
    ) r on true
    where (s.runs, s.runs, s.orders) is distinct from (r.runs::int, r.last, r.orders::int)
    union all
    select format('run %s of %s', run, standing_id) from @standing_runs r
    where not exists (select from @standing_orders s where s.id = r.standing_id and s.reseller_id = r.reseller_id)`,
  'the order of a standing order’s run is there once, under its reference': `
    select format('run %s of %s', coalesce(r.run::text, o.reference), coalesce(r.standing_id::text, o.terms ->> 'standing')) as place
    from (select * from @standing_runs where outcome = 'ordered') r
    full join (select * from @orders where terms ? 'standing') o
      on o.id = r.order_id and o.reseller_id = r.reseller_id and o.terms ->> 'standing' = r.standing_id::text
        and o.reference ~ ('^sto_[0-9a-z]{26}/' || r.run || '$') and o.quantity = r.quantity
    where r.run is null or o.id is null`,
  'an order awaits approval as long as its approval is pending, for what it holds, and ends as that ends': `
    select format('order %s: %s, approval %s', coalesce(o.id, a.subject_id), o.state, a.state) as place
    from (select o.*, (select sum(held) from @order_lines l where l.order_id = o.id) as codes from @orders o) o
    full join (select * from @approvals where kind = 'order') a on a.subject_id = o.id and a.reseller_id = o.reseller_id
    where (o.id is null or a.id is not null or o.state = 'awaiting_approval') and case a.state
      when 'pending' then (o.state, o.total, o.codes, o.currency) is distinct from ('awaiting_approval', a.total, a.quantity, a.currency)
      when 'approved' then o.state not in ('completed', 'partial', 'reversed') and not (o.state = 'cancelled' and (
        -- Its codes had expired by the time it was approved: there was nothing left to be had.
        select bool_and(reason = 'stock_withdrawn') from @order_lines l where l.order_id = o.id and l.state = 'released'))
      when 'rejected' then o.state <> 'rejected'
      when 'expired' then o.state <> 'expired'
      when 'cancelled' then o.state <> 'cancelled'
      else true end is not false`,
  'a chunk of a bulk order became one order of its lines, or says of each why not, or was not tried': `
    select format('chunk %s of %s, order %s', coalesce(c.chunk::text, o.terms ->> 'chunk'), coalesce(c.bulk_id::text, o.terms ->> 'bulk'), o.id) as place
    from (select * from @bulk_chunks where order_id is not null) c
    full join (select * from @orders where terms ? 'bulk') o on o.id = c.order_id
    left join @bulk_orders b on b.id = c.bulk_id
    where c.bulk_id is null or o.id is null or o.reseller_id <> b.reseller_id or o.terms ->> 'bulk' <> c.bulk_id::text
      or o.terms ->> 'chunk' <> c.chunk::text or o.reference !~ ('^blk_[0-9a-z]{26}/' || c.chunk || '$') or c.reasons is not null
      or array(select row (line::int, sku_id, quantity) from @order_lines l where l.order_id = o.id order by line) <>
         array(select row (place::int, sku_id, quantity) from unnest(c.sku_ids, c.quantities) with ordinality as w (sku_id, quantity, place) order by place)
    union all
    select format('chunk %s of %s', chunk, bulk_id) from @bulk_chunks
    where cardinality(quantities) not between 1 and 500
      or array[cardinality(sku_ids), cardinality(line_numbers), cardinality(line_references)] <> array_fill(cardinality(quantities), array[3])
      or cardinality(reasons) <> cardinality(quantities) or array_position(reasons, null) is not null`,
  'a bulk order counts what its chunks and their orders say': `
    select format('bulk order %s %s: %s of %s lines, %s codes, paid %s', b.id, b.state, b.lines_done, b.lines, b.delivered, b.paid) as place
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
      or (b.chunks > 0 and b.lines <> l.lines) or (b.chunks = 0) <> (b.state = 'invalid') or b.paid + c.held > coalesce(b.max_total, 0)`,
  'a bulk order at its end has an outcome for every line and holds nothing': `
    select format('bulk order %s %s', b.id, b.state) as place from @bulk_orders b
    where (b.ended_at is not null) <> (b.state in ('completed', 'partial', 'failed', 'cancelled', 'rejected', 'expired'))
      or (b.ended_at is not null and (b.lines_done <> b.lines
        or exists (select from @bulk_chunks c where c.bulk_id = b.id and c.order_id is null and c.reasons is null)
        or exists (select from @orders o where o.terms ->> 'bulk' = b.id::text and o.state in ('reserved', 'awaiting_approval'))))
      or (b.state = 'completed' and b.lines_failed > 0) or (b.state = 'partial' and (b.lines_failed = 0 or b.delivered = 0))
      or (b.state = 'failed' and b.delivered > 0)`,
  'a bulk order awaits approval as long as its approval is pending': `
    select coalesce(b.id, a.subject_id)::text as place from (select * from @bulk_orders where state = 'awaiting_approval') b
    full join (select * from @approvals where kind = 'bulk_order' and state = 'pending') a
      on a.subject_id = b.id and a.reseller_id = b.reseller_id
    where b.id is null or a.id is null`,
  'nobody decided on what they ordered': `
    with recursive rotations (id, other) as (
      select id, replaced_by from @api_keys where replaced_by is not null
      union all select replaced_by, id from @api_keys where replaced_by is not null
    ), makers (approval, key_id) as (
      select id, requested_by from @approvals where state in ('approved', 'rejected')
      union select approval, other from makers join rotations on rotations.id = key_id
    )
    select a.id::text as place from @approvals a join makers m on m.approval = a.id and m.key_id = a.decided_by`,
  'what was spent of a budget is what its orders of the month cost, less what was given back': `
    select format('budget %s in %s: %s, its orders say %s', budget_id, month, coalesce(s.spent, 0), coalesce(o.cost, 0)) as place from (
      select b.reseller_id, b.id as budget_id, date_trunc('month', o.created_at at time zone 'utc')::date as month,
             sum(o.total - o.refunded) as cost
      from @orders o cross join lateral jsonb_array_elements_text(o.terms -> 'budgets') as spent_of (id)
      join @budgets b on b.reseller_id = o.reseller_id and b.id = spent_of.id::uuid
      group by 1, 2, 3
    ) o full join @budget_spends s using (reseller_id, budget_id, month)
    where coalesce(s.spent, 0) <> coalesce(o.cost, 0)`,
  'a subscription counts what it told, and the feed has it without a gap as far back as it goes': `
    with told as (
      select reseller_id, data ->> 'subscription' as shown, count(*) as events, min(told) as first, max(told) as last
      from (select *, (data ->> 'subscription_sequence')::bigint as told from @events where type in ('stock.changed', 'price.changed')) e
      group by 1, 2
    ), counted as (
      select *, 'sub_' || (
        select string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + substring(bits from 5 * place + 1 for 5)::bit(5)::int, 1), '' order by place)
        from generate_series(0, 25) as place
      ) as shown from (select *, B'00' || ('x' || replace(id::text, '-', ''))::bit(128) as bits from @subscriptions) s
    )
    select format('%s: %s messages', shown, events) as place from told where last - first + 1 <> events
    union all
    select format('%s: %s, told %s', c.shown, c.sequence, coalesce(t.last, 0)) from counted c
    join @resellers r on r.id = c.reseller_id left join told t on t.reseller_id = c.reseller_id and t.shown = c.shown
    where c.sequence <> coalesce(t.last, case when r.event_floor > 0 then c.sequence else 0 end) or (r.event_floor = 0 and t.first > 1)
    union all
    select format('mark of %s', subscription_id) from @subscription_marks m
    where not exists (select from @subscriptions s where s.id = m.subscription_id)`,
  'events of a reseller have no gap': `
    select format('%s of %s', e.sequence, e.reseller_id) as place from (
      select reseller_id, sequence, row_number() over (partition by reseller_id order by sequence) as counted from @events
    ) e join @resellers r on r.id = e.reseller_id where e.sequence <> r.event_floor + e.counted
    union all
    select r.id::text from @resellers r where r.event_sequence <> r.event_floor + (select count(*) from @events e where e.reseller_id = r.id)`,
  'I8 the deliveries of an endpoint have no gap, and it knows how many there are': `
    select format('%s of endpoint %s', d.sequence, d.endpoint_id) as place from (
      select endpoint_id, sequence, row_number() over (partition by endpoint_id order by sequence) as counted from @deliveries
    ) d join @endpoints e on e.id = d.endpoint_id
    where d.sequence <> d.counted and e.purged = 0 or d.sequence < 1 or d.sequence > e.sequence
    union all
    select e.id::text from @endpoints e where e.sequence <> e.purged + (select count(*) from @deliveries d where d.endpoint_id = e.id)
    union all
    select d.id::text from @deliveries d left join @endpoints e on e.id = d.endpoint_id and e.reseller_id = d.reseller_id where e.id is null`,
  'I8 of every event since an endpoint is as it is, and which it asks for, there is a delivery': `
    select format('event %s of %s for endpoint %s', v.sequence, v.reseller_id, e.id) as place from @endpoints e
    join @events v on v.reseller_id = e.reseller_id and v.sequence <= e.fanned_to and v.created_at > greatest(e.created_at, e.updated_at)
    where e.deleted_at is null and v.type <> 'endpoint.test' and (e.types = '{}' or v.type = any(e.types))
      and not exists (select from @deliveries d where d.endpoint_id = e.id and d.event_id = v.id and d.event_sequence = v.sequence)
    union all
    select format('endpoint %s is ahead of its reseller', e.id) from @endpoints e join @resellers r on r.id = e.reseller_id
    where e.fanned_to > r.event_sequence`,
  'I8 a delivery that is settled was taken, or given up, after as many attempts as it says': `
    select d.id::text as place from @deliveries d
    where (d.state = 'due') <> (d.due_at is not null) or (d.state = 'delivered' and d.delivered_at is null)
      or (d.state <> 'due' and (d.leased_until is not null or d.leased_by is not null)) or (d.leased_until is null) <> (d.leased_by is null)
      or d.attempts < (select count(*) from @delivery_attempts a where a.delivery_id = d.id)
      or (d.state = 'delivered' and d.attempts = 0)`,
  'every order that was settled has one event that told of it': `
    select coalesce(o.id::text, e.shown) as place from (
      select id, reseller_id, row_number() over (partition by reseller_id order by id) as place from @orders
      where state in ('completed', 'partial', 'reversed')
    ) o full join (
      select reseller_id, min(data -> 'order' ->> 'id') as shown, row_number() over (partition by reseller_id order by min(sequence)) as place
      from @events where type in ('order.completed', 'order.partial') group by reseller_id, data -> 'order' ->> 'id' having count(*) = 1
    ) e on e.reseller_id = o.reseller_id and e.place = o.place
    where (o.id is null or e.shown is null) and ${unpurged('coalesce(o.reseller_id, e.reseller_id)')}`,
  'every order that was given back, cancelled, rejected, expired or made void has its event': `
    select format('%s %s', reseller_id, type) as place from (
      select reseller_id, 'order.' || case when state = 'void' then 'voided' else state end as type, count(*) as count from @orders
      where state in ('reversed', 'void') or (state in ('cancelled', 'rejected', 'expired') and terms ->> 'bulk' is null) group by 1, 2
    ) o full join (
      select reseller_id, type, count(*) as count from @events
      where type in ('order.reversed', 'order.cancelled', 'order.rejected', 'order.expired', 'order.voided') group by 1, 2
    ) e using (reseller_id, type)
    where coalesce(o.count, 0) <> coalesce(e.count, 0) and ${unpurged('reseller_id')}`,
  'every refund has its event': `
    select reseller_id::text as place from (select reseller_id, count(*) as count from @refunds group by 1) r
    full join (select reseller_id, count(*) as count from @events where type in ('order.reversed', 'order.refunded') group by 1) e
      using (reseller_id)
    where coalesce(r.count, 0) <> coalesce(e.count, 0) and ${unpurged('reseller_id')}`
}

/** Of a reseller whose oldest events were purged, what they told is not known any more. */
function unpurged (reseller: string): string {
  return `exists (select from @resellers whole where whole.id = ${reseller} and whole.event_floor = 0)`
}
