// The invariants of a house, by SQL that shares nothing with the app: what does not hold is told as `invariant: where`.
import type { World } from '../../schema/vocabulary.ts'
import type { Db } from '../../src/postgres/pool.ts'

/** Every place where an invariant does not hold in a world; none when all is well. `db` is the owner of the database. */
export async function proveHouse (db: Db, world: World): Promise<readonly string[]> {
  const faults: string[] = []
  for (const [invariant, statement] of Object.entries(statements)) {
    const rows = await db.unsafe<{ place: string }[]>(statement.replaceAll('@', `${world}.`))
    for (const { place } of rows) faults.push(`${invariant}: ${place}`)
  }
  return faults
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
  'I6 a line has the codes it says were delivered': `
    select format('order %s line %s', l.order_id, l.line) as place from @order_lines l
    left join (select order_id, line, sum(count) as given from @allocations where live group by order_id, line) a using (order_id, line)
    where l.delivered <> coalesce(a.given, 0) or l.delivered > l.quantity`,
  'I6 an allocation belongs to a line of its SKU': `
    select format('order %s line %s', a.order_id, a.line) as place from @allocations a
    left join @order_lines l using (order_id, line) left join @lots lot on lot.id = a.lot_id
    where l.order_id is null or lot.sku_id <> l.sku_id`,
  'I6 a line costs its unit price times what was delivered, rounded once, half up': `
    select format('order %s line %s', l.order_id, l.line) as place from @order_lines l join @orders o on o.id = l.order_id
    cross join lateral (
      select case when o.currency in ('JPY', 'KRW', 'VND') then 0 when o.currency = 'KWD' then 3 else 2 end as digits
    ) d where l.total <> round(l.unit_price::numeric * l.delivered / 10000, d.digits) * 10000`,
  'I6 an order is the sum of its lines': `
    select o.id::text as place from @orders o
    left join (select order_id, sum(total) as total, sum(delivered) as delivered, sum(quantity) as quantity, sum(refunded) as refunded
               from @order_lines group by order_id) l on l.order_id = o.id
    where l.order_id is null
      or (o.total, o.delivered, o.quantity, o.refunded) is distinct from (l.total, l.delivered, l.quantity, l.refunded)
      or o.state <> case when o.delivered = o.quantity then 'completed' else 'partial' end`,
  'I6 an order was paid from a wallet of its reseller, once, in full': `
    select o.id::text as place from @orders o
    left join (select t.order_id, sum(t.amount) as paid, min(a.owner_id::text) as payer, max(a.owner_id::text) as other_payer
               from @transfers t join @accounts a on a.id = t.debit_account
               where t.kind = 'order' group by t.order_id) p on p.order_id = o.id
    where o.total <> coalesce(p.paid, 0) or (o.total > 0 and (p.payer <> o.reseller_id::text or p.other_payer <> o.reseller_id::text))`,
  'I6 a payment belongs to an order': `
    select t.id::text as place from @transfers t left join @orders o on o.id = t.order_id where t.kind = 'order' and o.id is null`,
  'I9 one reference is one order': `
    select format('%s of %s', reference, reseller_id) as place from @orders group by reseller_id, reference having count(*) > 1`,
  'I11 a reveal is of codes of an order of its reseller': `
    select r.id::text as place from @reveals r left join @orders o on o.id = r.order_id and o.reseller_id = r.reseller_id
    left join @api_keys k on k.id = r.key_id
    where o.id is null or k.reseller_id <> r.reseller_id or r.first < 0 or r.count < 1 or r.first + r.count > o.delivered`,
  'events of a reseller have no gap': `
    select format('%s of %s', e.sequence, e.reseller_id) as place from (
      select reseller_id, sequence, row_number() over (partition by reseller_id order by sequence) as counted from @events
    ) e where e.sequence <> e.counted
    union all
    select r.id::text from @resellers r where r.event_sequence <> (select count(*) from @events e where e.reseller_id = r.id)`,
  'every order has one event': `
    select o.id::text as place from @orders o
    join (select reseller_id, count(*) as told from @events where type in ('order.completed', 'order.partial') group by reseller_id) e
      on e.reseller_id = o.reseller_id
    group by o.id, o.reseller_id, e.told having e.told <> (select count(*) from @orders own where own.reseller_id = o.reseller_id)`
}
