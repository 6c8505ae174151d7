// Purchase links: what buyers pay is codes or money again, and every amount of it stands where it belongs.
import type { Judgement } from './judgement.ts'

export const linkJudgements: readonly Judgement[] = [
  {
    invariant: 'I6',
    says: 'a buyer has paid for codes, or has the money back or on its way',
    of: '@checkouts',
    faults: `
      with money as (
        select subject_id, currency, sum(came) as came, sum(back) as back from (
          select p.subject_id, r.currency, r.amount as came, 0 as back from @receipts r join @payments p on p.id = r.payment_id
          where p.purpose = 'checkout'
          union all
          select p.subject_id, b.currency, 0, b.amount from @paybacks b join @payments p on p.id = b.payment_id
          where p.purpose = 'checkout'
        ) moves group by 1, 2
      ), sold as (
        select c.id, sum(a.count) as codes from @checkouts c join @allocations a on a.order_id = c.order_id and a.live group by 1
      )
      select format('checkout %s %s: %s came, %s went back', c.id, c.state, m.came, m.back) as place
      from @checkouts c left join money m on m.subject_id = c.id and m.currency = c.currency left join sold s on s.id = c.id
      where coalesce(m.came, 0) - coalesce(m.back, 0) <> case c.state when 'completed' then c.total else 0 end
        or coalesce(s.codes, 0) <> case c.state when 'completed' then c.quantity else 0 end
      union all
      select format('checkout %s: %s %s came, %s went back', m.subject_id, m.came, m.currency, m.back)
      from money m left join @checkouts c on c.id = m.subject_id
      where c.id is null or (m.currency <> c.currency and m.came <> m.back)`
  },
  {
    invariant: 'I6',
    says: 'what a buyer bought was ordered as it was agreed',
    of: '@checkouts where state = \'completed\'',
    faults: `
      select format('checkout %s, order %s', coalesce(c.id::text, o.terms ->> 'checkout'), o.id) as place
      from (select * from @checkouts where state = 'completed') c
      full join (select o.*, l.sku_id, l.unit_price from @orders o join @order_lines l on l.order_id = o.id where o.terms ? 'checkout') o
        on o.id = c.order_id and o.terms ->> 'checkout' = c.id::text
      where (o.state, o.sku_id, o.quantity, o.delivered, o.currency, o.unit_price, o.total) is distinct from
        ('completed', c.sku_id, c.quantity, c.quantity, c.currency, c.wholesale_price, c.wholesale)`
  },
  {
    invariant: 'I9',
    says: 'a receipt is what its checkout or deposit needed, once, or goes back whole',
    of: '@receipts',
    faults: `
      select format('receipt %s', r.transaction) as place from @receipts r
      left join @payments p on p.id = r.payment_id
      left join @paybacks b on b.gateway = r.gateway and b.transaction = r.transaction
      where r.applied = (b.id is not null) or (b.amount, b.currency) is distinct from
          (case when r.applied then null else r.amount end, case when r.applied then null else r.currency end)
        or (r.applied and (r.amount, r.currency, r.gateway) is distinct from (p.amount, p.currency, p.gateway)) or p.state <> 'paid'
      union all
      select format('payment %s is paid by nothing', p.id) from @payments p
      where p.state = 'paid' and not exists (select from @receipts r where r.payment_id = p.id)
      union all
      select format('%s %s was applied %s times', p.purpose, p.subject_id, count(*))
      from @receipts r join @payments p on p.id = r.payment_id
      where r.applied group by p.purpose, p.subject_id having count(*) > 1`
  },
  {
    invariant: 'I5',
    says: 'a link holds what its open checkouts hold, and has sold what was bought, a one-time link once',
    of: '@links',
    faults: `
      select format('link %s: held %s, sold %s in %s', l.id, l.held, l.sold, l.sales) as place from @links l
      left join (
        select link_id, sum(quantity) filter (where state = 'open') as held, sum(quantity) filter (where state = 'completed') as sold,
               count(*) filter (where state = 'completed') as sales
        from @checkouts group by link_id
      ) c on c.link_id = l.id
      where (l.held, l.sold, l.sales) is distinct from (coalesce(c.held, 0)::int, coalesce(c.sold, 0)::int, coalesce(c.sales, 0)::int)
        or (l.kind = 'one_time' and l.sales > 1)
      union all
      select format('hold %s of checkout %s %s', h.id, c.id, c.state) from @holds h join @checkouts c on c.id = h.checkout_id
      where h.state = 'active' and c.state <> 'open'
      union all
      select format('checkout %s is open, its hold %s is %s', c.id, c.hold_id, h.state)
      from @checkouts c left join @holds h on h.id = c.hold_id
      where c.state = 'open' and not coalesce(h.state in ('active', 'broken') or (h.state = 'expired' and c.expires_at <= now()), false)`
  },
  {
    invariant: 'I5',
    says: 'a checkout is refunded when all its money has gone back, and not before',
    of: '@checkouts where state in (\'refunding\', \'refunded\')',
    faults: `
      select format('checkout %s %s: %s paybacks, %s missing', c.id, c.state, coalesce(b.paybacks, 0), coalesce(b.missing, 0)) as place
      from @checkouts c left join (
        select p.subject_id, count(*) as paybacks, count(*) filter (where b.state <> 'succeeded') as missing
        from @paybacks b join @payments p on p.id = b.payment_id where p.purpose = 'checkout' group by 1
      ) b on b.subject_id = c.id
      where case c.state
        when 'refunding' then coalesce(b.missing, 0) = 0
        when 'refunded' then coalesce(b.paybacks, 0) = 0
        when 'completed' then false
        else coalesce(b.paybacks, 0) > 0 end`
  },
  {
    invariant: 'I2',
    says: 'what buyers paid stands in proceeds, commission, refunds payable and cash in transit, to the last fen',
    of: '@receipts',
    faults: `
      with owed (kind, owner, currency, amount) as (
        select 'proceeds', reseller_id, currency, sum(total - wholesale - commission) from @checkouts
        where state = 'completed' and settlement_id is null group by 2, 3
        union all
        select 'commission', reseller_id, currency, sum(amount) from (
          select reseller_id, currency, commission as amount from @checkouts where state = 'completed'
          union all select reseller_id, currency, -amount from @payouts
        ) earned group by 2, 3
        union all
        select 'refunds_payable', null, currency, sum(amount) from @paybacks where state <> 'succeeded' group by 3
        union all
        select 'cash_in_transit', null, currency, -sum(amount) from (
          select currency, amount from @receipts where banked_at is null
          union all select currency, -amount from @paybacks where state = 'succeeded' and banked_at is null
        ) unbanked group by 3
      )
      select format('%s of %s: %s, should be %s',
                    coalesce(a.kind, o.kind), coalesce(a.currency, o.currency), a.balance, coalesce(o.amount, 0)) as place
      from (select kind, owner_id, currency, sum(balance) as balance from @accounts
            where kind in ('proceeds', 'commission', 'refunds_payable', 'cash_in_transit') group by 1, 2, 3) a
      full join owed o on o.kind = a.kind and coalesce(o.owner::text, '') = coalesce(a.owner_id::text, '') and o.currency = a.currency
      where coalesce(a.balance, 0) <> coalesce(o.amount, 0)`
  },
  {
    invariant: 'I2',
    says: 'a settlement is the sum of its sales, those of its hosts their share, and its margin was moved to the wallet',
    of: '@settlements',
    faults: `
      select format('settlement %s', coalesce(s.id, c.settlement_id)) as place from @settlements s
      full join (
        select settlement_id, count(*) as sales, sum(quantity) as quantity, sum(total) as gross, sum(wholesale) as wholesale,
               sum(commission) as commission, count(distinct (reseller_id, currency, session_id)) as kinds,
               bool_and(state = 'completed') as bought
        from @checkouts where settlement_id is not null group by settlement_id
      ) c on c.settlement_id = s.id
      left join (
        select t.settlement_id, sum(t.amount) as amount,
               bool_and(d.kind = 'proceeds' and w.kind = 'wallet' and d.owner_id = w.owner_id) as fits, min(w.owner_id::text) as owner
        from @transfers t join @accounts d on d.id = t.debit_account join @accounts w on w.id = t.credit_account
        where t.kind = 'settlement' group by t.settlement_id
      ) m on m.settlement_id = s.id
      where (s.sales, s.quantity, s.gross, s.wholesale, s.commission)
          is distinct from (c.sales, c.quantity, c.gross, c.wholesale, c.commission)
        or c.kinds <> 1 or not c.bought or s.margin <> coalesce(m.amount, 0)
        or (m.amount is not null and (not m.fits or m.owner <> s.reseller_id::text))
      union all
      select format('host %s in settlement %s', host_id, settlement_id) from @settlement_hosts h
      full join (
        select settlement_id, host_id, count(*) as sales, sum(quantity) as quantity, sum(commission) as commission
        from @checkouts where settlement_id is not null and host_id is not null group by 1, 2
      ) c using (settlement_id, host_id)
      where (h.sales, h.quantity, h.commission) is distinct from (c.sales, c.quantity, c.commission)
      union all
      select format('payout %s', coalesce(p.id, t.id)) from @payouts p
      full join (select id, amount from @transfers where kind = 'payout') t on t.id = p.id
      where p.amount is distinct from t.amount`
  }
]
