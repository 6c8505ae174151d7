// I12 by the rows: what hangs together is of one reseller. (Orders, lines, payments, refunds, reveals and approvals are tied to theirs
// by other judgements; orders and the events that tell of them by order-events.ts.)
import type { Judgement } from './judgement.ts'

/** Rows that name another row, which must be there and be of the same reseller. */
interface Tie { readonly says: string, readonly of: string, readonly faults: string }

const ties: readonly Tie[] = [
  {
    says: 'an order was placed with a key of its reseller',
    of: '@orders',
    faults: `
      select format('order %s, key %s', r.id, r.key_id) as place from @orders r left join @api_keys k on k.id = r.key_id
      where not coalesce(r.terms ? 'checkout', false) and k.reseller_id is distinct from r.reseller_id and not #reset`
  },
  {
    says: 'money that moves for an order moves between its reseller and the house',
    of: '@transfers where order_id is not null',
    faults: `
      select format('transfer %s of order %s', t.id, t.order_id) as place from (
        select id, order_id, debit_account as account from @transfers where order_id is not null
        union all select id, order_id, credit_account from @transfers where order_id is not null
      ) t
      join @accounts a on a.id = t.account and a.owner_id is not null left join @orders o on o.id = t.order_id
      where o.reseller_id is distinct from a.owner_id`
  },
  {
    says: 'a delivery is of an endpoint and an event of its reseller',
    of: '@deliveries',
    faults: `
      select format('delivery %s', d.id) as place from @deliveries d
      left join @endpoints e on e.id = d.endpoint_id and e.reseller_id = d.reseller_id
      where e.id is null
      union all
      select format('delivery %s of event %s', d.id, d.event_id) from @deliveries d join @events v on v.id = d.event_id
      where v.reseller_id <> d.reseller_id or v.sequence <> d.event_sequence or v.type <> d.type`
  },
  {
    says: 'an event goes to a callback URL by way of an endpoint of its reseller',
    of: '@callback_claims',
    faults: `
      select format('event %s of %s', c.event_sequence, c.reseller_id) as place from @callback_claims c
      where not exists (select from @endpoints e where e.id = c.endpoint_id and e.reseller_id = c.reseller_id)`
  },
  {
    says: 'a hold and a quote are of the reseller of the order that used them',
    of: '@holds where order_id is not null',
    faults: `
      select format('order %s, hold %s', o.id, h.id) as place from @orders o join @holds h on h.id = (o.terms ->> 'hold')::uuid
      where o.terms ? 'hold' and h.reseller_id <> o.reseller_id
      union all
      select format('order %s, quote %s', o.id, q.id) from @orders o join @quotes q on q.id = (o.terms ->> 'quote')::uuid
      where o.terms ? 'quote' and (q.reseller_id <> o.reseller_id or q.order_id is distinct from o.id)
      union all
      select format('hold %s, order %s', h.id, h.order_id) from @holds h join @orders o on o.id = h.order_id
      where o.reseller_id <> h.reseller_id
      union all
      select format('hold %s, key %s', r.id, r.key_id) from @holds r join @api_keys k on k.id = r.key_id
      where k.reseller_id is distinct from r.reseller_id and not #reset`
  },
  {
    says: 'a refund and a reversal are of the reseller of their order',
    of: '@refunds',
    faults: `
      select format('refund %s', r.id) as place from @refunds r
      where not exists (select from @orders o where o.id = r.order_id and o.reseller_id = r.reseller_id)
      union all
      select format('reversal %s', r.id) from @reversals r
      where not exists (select from @orders o where o.id = r.order_id and o.reseller_id = r.reseller_id)`
  },
  {
    says: 'a link, its session, its host and its settlements are of one reseller',
    of: '@links',
    faults: `
      select format('link %s', l.id) as place from @links l
      left join @sessions s on s.id = l.session_id left join @hosts h on h.id = l.host_id
      where s.reseller_id <> l.reseller_id or h.reseller_id <> l.reseller_id
      union all
      select format('session %s', s.id) from @sessions s join @hosts h on h.id = s.host_id where h.reseller_id <> s.reseller_id
      union all
      select format('settlement %s', t.id) from @settlements t join @sessions s on s.id = t.session_id where s.reseller_id <> t.reseller_id
      union all
      select format('payout %s', p.id) from @payouts p join @hosts h on h.id = p.host_id where h.reseller_id <> p.reseller_id`
  },
  {
    says: 'a checkout, its link, hold, order and settlement are of one reseller',
    of: '@checkouts',
    faults: `
      select format('checkout %s', c.id) as place from @checkouts c
      left join @links l on l.id = c.link_id
      left join @holds h on h.id = c.hold_id
      left join @orders o on o.id = c.order_id
      left join @settlements s on s.id = c.settlement_id
      where l.reseller_id is distinct from c.reseller_id or h.reseller_id is distinct from c.reseller_id
        or h.checkout_id is distinct from c.id
        or (c.order_id is not null and o.reseller_id is distinct from c.reseller_id)
        or (c.settlement_id is not null and s.reseller_id is distinct from c.reseller_id)`
  },
  {
    says: 'a payment, what came by it and what went back are of one reseller',
    of: '@payments',
    faults: `
      select format('payment %s', p.id) as place from @payments p join @checkouts c on c.id = p.subject_id
      where p.purpose = 'checkout' and c.reseller_id <> p.reseller_id
      union all
      select format('receipt %s', r.transaction) from @receipts r join @payments p on p.id = r.payment_id
      where p.reseller_id <> r.reseller_id
      union all
      select format('payback %s', b.id) from @paybacks b join @payments p on p.id = b.payment_id where p.reseller_id <> b.reseller_id`
  }
]

export const tenantJudgements: readonly Judgement[] = ties.map(tie => ({ invariant: 'I12', ...tie }))
