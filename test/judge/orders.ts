// I6, and what of I9 the rows alone can say: paid is delivered or refunded, by line; one reference is one order.
import type { Judgement } from './judgement.ts'

export const orderJudgements: readonly Judgement[] = [
  {
    invariant: 'I6',
    says: 'a line has the codes it says were delivered, those given back apart',
    of: '@order_lines',
    faults: `
      select format('order %s line %s', coalesce(l.order_id, a.order_id), coalesce(l.line, a.line)) as place from @order_lines l
      full join (select order_id, line, sum(count) as given, sum(count) filter (where live) as kept
                 from @allocations group by order_id, line) a on a.order_id = l.order_id and a.line = l.line
      where l.order_id is null or l.delivered <> coalesce(a.given, 0) or l.delivered - l.returned <> coalesce(a.kept, 0)
        or l.delivered + l.held > l.quantity`
  },
  {
    invariant: 'I6',
    says: 'an allocation is of the SKU of its line',
    of: '@allocations',
    faults: `
      select format('order %s line %s', a.order_id, a.line) as place from @allocations a
      join @order_lines l on l.order_id = a.order_id and l.line = a.line join @lots lot on lot.id = a.lot_id
      where lot.sku_id <> l.sku_id`
  },
  {
    invariant: 'I6',
    says: 'a line costs its unit price times what is delivered or set aside, and its refund is the share of what was given back',
    of: '@order_lines',
    faults: `
      select format('order %s line %s', l.order_id, l.line) as place from @order_lines l join @orders o on o.id = l.order_id
      cross join lateral (
        select case when o.currency in ('JPY', 'KRW', 'VND') then 0 when o.currency = 'KWD' then 3 else 2 end as digits
      ) d
      where l.total <> round(l.unit_price::numeric * (l.delivered + l.held) / 10000, d.digits) * 10000
        or l.refunded <> case when l.delivered = 0 then 0
                              else round(l.total::numeric * l.returned / l.delivered / 10000, d.digits) * 10000 end`
  },
  {
    invariant: 'I6',
    says: 'a line is in the state that its codes say',
    of: '@order_lines',
    faults: `
      select format('order %s line %s: %s, %s of %s, held %s, returned %s',
                    order_id, line, state, delivered, quantity, held, returned) as place
      from @order_lines
      where not case state
        when 'held' then held > 0 and delivered = 0
        when 'delivered' then held = 0 and delivered = quantity and returned = 0
        when 'partial' then held = 0 and delivered > returned and (delivered < quantity or returned > 0)
        when 'returned' then held = 0 and delivered > 0 and returned = delivered
        when 'released' then held = 0 and delivered = 0
        when 'refused' then held = 0 and delivered = 0
        else false end`
  },
  {
    invariant: 'I6',
    says: 'an order is the sum of its lines, and in the state that they say',
    of: '@orders',
    faults: `
      select format('order %s %s', coalesce(o.id, l.order_id), o.state) as place from @orders o
      full join (select order_id, sum(total) as total, sum(delivered) as delivered, sum(quantity) as quantity, sum(refunded) as refunded,
                        sum(returned) as returned, sum(held) as held
                 from @order_lines group by order_id) l on l.order_id = o.id
      where o.id is null or (l.order_id is null) <> (o.state = 'void')
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
        or (o.held <> 0 and o.state not in ('awaiting_approval', 'reserved'))`
  },
  {
    invariant: 'I6',
    says: 'an order was paid by its reseller, once, in full: what it cost, but for what is set aside',
    of: '@transfers where kind = \'order\'',
    faults: `
      select coalesce(o.id, p.order_id)::text as place from @orders o
      full join (select t.order_id, sum(t.amount) as paid, min(a.owner_id::text) as payer, max(a.owner_id::text) as other_payer,
                        count(*) as times, min(a.currency) as currency
                 from @transfers t join @accounts a on a.id = t.debit_account
                 where t.kind = 'order' group by t.order_id) p on p.order_id = o.id
      where o.id is null or o.total - o.held <> coalesce(p.paid, 0) or p.times > 1 or p.currency <> o.currency
        or (p.paid > 0 and (p.payer is distinct from o.reseller_id::text or p.other_payer is distinct from o.reseller_id::text))`
  },
  {
    invariant: 'I6',
    says: 'what an order holds is what was set aside for it and neither paid nor released',
    of: '@orders',
    faults: `
      select coalesce(o.id, m.order_id)::text as place from @orders o
      full join (select t.order_id, sum(case when t.kind = 'hold' then t.amount else -t.amount end) as held
                 from (select order_id, kind, amount, debit_account as account from @transfers
                       union all select order_id, kind, amount, credit_account from @transfers) t
                 join @accounts a on a.kind = 'held' and a.id = t.account
                 group by t.order_id) m on m.order_id = o.id
      where coalesce(o.held, 0) <> coalesce(m.held, 0)`
  },
  {
    invariant: 'I6',
    says: 'what a reseller has set aside is what its orders hold',
    of: '@accounts where kind = \'held\'',
    faults: `
      select format('account %s: %s', a.id, a.balance) as place from @accounts a
      left join (select reseller_id, currency, sum(held) as held from @orders group by reseller_id, currency) o
        on o.reseller_id = a.owner_id and o.currency = a.currency
      where a.kind = 'held' and a.balance <> coalesce(o.held, 0)`
  },
  {
    invariant: 'I6',
    says: 'what was refunded is told by refunds, paid by transfers, and stands at the order and its lines',
    of: '@orders where refunded > 0',
    faults: `
      select format('order %s: %s, refunds %s, transfers %s',
                    coalesce(o.id, r.order_id, t.order_id), o.refunded, r.amount, t.amount) as place
      from @orders o
      full join (select order_id, sum(amount) as amount, sum(quantity) as quantity from @refunds group by order_id) r on r.order_id = o.id
      full join (select t.order_id, sum(t.amount) as amount from @transfers t
                 join @accounts a on a.id = t.credit_account and a.kind = 'wallet'
                 join @orders owned on owned.id = t.order_id and owned.reseller_id = a.owner_id
                 where t.kind = 'refund' group by t.order_id) t on t.order_id = coalesce(o.id, r.order_id)
      where o.id is null or o.refunded <> coalesce(r.amount, 0) or o.refunded <> coalesce(t.amount, 0)
        or o.returned <> coalesce(r.quantity, 0)
      union all
      select format('line %s of %s', coalesce(l.line, r.line), coalesce(l.order_id, r.order_id)) from @order_lines l
      full join (select order_id, line, sum(given.amount::bigint) as amount, sum(given.quantity) as quantity from @refunds,
                   jsonb_to_recordset(lines) as given (line smallint, quantity int, amount text) group by order_id, line) r
        on r.order_id = l.order_id and r.line = l.line
      where l.order_id is null or l.refunded <> coalesce(r.amount, 0) or l.returned <> coalesce(r.quantity, 0)`
  },
  {
    invariant: 'I6',
    says: 'a reversal is of an order of its reseller, which is undone',
    of: '@reversals',
    faults: `
      select v.id::text as place from @reversals v left join @orders o on o.id = v.order_id and o.reseller_id = v.reseller_id
      where o.id is null or o.reference <> v.order_reference
        or not case v.outcome when 'voided' then o.state = 'void' when 'reversed' then o.state = 'reversed'
                              else o.state in ('cancelled', 'rejected', 'expired') end`
  },
  {
    invariant: 'I9',
    says: 'one reference is one order',
    of: '@orders',
    faults: `
      select format('%s of %s', reference, reseller_id) as place from @orders group by reseller_id, reference having count(*) > 1
      union all
      select format('order %s', id) from @orders group by id having count(*) > 1`
  }
]
