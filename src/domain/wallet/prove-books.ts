// The money part of the proving pass: what must hold of accounts, transfers and orders at every moment, each said once in
// SQL that shares nothing with the statements that write. A fault is our bug, or somebody's hand in the database.
import type { Db, Reader } from '../../postgres/pool.ts'
import { readOneMoment } from '../../postgres/transact.ts'

/** Faults told of one invariant; more of the same kind say nothing new. */
export const faultsPerInvariantMax = 20

export interface BookFault { readonly invariant: BookInvariant, readonly detail: string }

export const bookInvariants = [
  'a balance is the sum of its transfers',
  'the balances of a currency sum to zero',
  'a wallet stays within its credit limit',
  'a transfer joins two accounts of one currency',
  'a transfer of a wallet has an entry in it',
  'the entries of a wallet have no gap',
  'an entry holds the balance after it',
  'an order is the sum of its lines',
  'a paid line is delivered or refunded',
  'a delivered line has its codes',
  'an order was paid by its reseller',
  'what is set aside is held by orders',
  'what was refunded was paid back',
  'cost is posted for what is marked as costed'
] as const
export type BookInvariant = typeof bookInvariants[number]

/** Checks all the books as of one moment; empty when they are sound. Reads every transfer and order: for a pool with long statements. */
export async function proveBooks (db: Db): Promise<readonly BookFault[]> {
  return await readOneMoment(db, async read => {
    const faults: BookFault[] = []
    for (const invariant of bookInvariants) {
      const rows = await checks[invariant](read)
      faults.push(...rows.map(row => ({ invariant, detail: row.detail })))
    }
    return faults
  })
}

type Check = (read: Reader) => Promise<readonly { detail: string }[]>

const checks: Record<BookInvariant, Check> = {
  'a balance is the sum of its transfers': read => read`
    with moved as (
      select account_id, sum(delta) as total from (
        select debit_account as account_id, -amount as delta from transfers
        union all select credit_account, amount from transfers
      ) as sides group by account_id
    )
    select format('account %s: balance %s, transfers %s', coalesce(id, account_id), balance, coalesce(total, 0)) as detail
    from accounts full join moved on account_id = id
    where balance is distinct from coalesce(total, 0) limit ${faultsPerInvariantMax}`,

  'the balances of a currency sum to zero': read => read`
    select format('%s: %s', currency, sum(balance)) as detail
    from accounts group by currency having sum(balance) <> 0 limit ${faultsPerInvariantMax}`,

  'a wallet stays within its credit limit': read => read`
    select format('account %s: balance %s, credit limit %s', id, balance, credit_limit) as detail
    from accounts where kind = 'wallet' and balance + credit_limit < 0 limit ${faultsPerInvariantMax}`,

  'a transfer joins two accounts of one currency': read => read`
    select format('transfer %s: %s %s', transfers.id,
      coalesce(debit.currency, 'no account'), coalesce(credit.currency, 'no account')) as detail
    from transfers left join accounts debit on debit.id = debit_account left join accounts credit on credit.id = credit_account
    where debit.currency is distinct from credit.currency or debit.id is null limit ${faultsPerInvariantMax}`,

  'a transfer of a wallet has an entry in it': read => read`
    select format('transfer %s of account %s', transfers.id, wallet.id) as detail
    from transfers join accounts wallet on wallet.id in (debit_account, credit_account) and wallet.kind = 'wallet'
    where wallet_id is distinct from wallet.id or wallet_entry is null or wallet_balance is null limit ${faultsPerInvariantMax}`,

  'the entries of a wallet have no gap': read => read`
    with counted as (
      select wallet_id, count(*) as count, min(wallet_entry) as first, max(wallet_entry) as last
      from transfers where wallet_id is not null group by wallet_id
    )
    select format('account %s: %s entries, %s transfers from %s to %s', id, entries, coalesce(count, 0), first, last) as detail
    from accounts left join counted on wallet_id = id
    where kind = 'wallet' and (entries <> coalesce(count, 0) or coalesce(first, 1) <> 1 or coalesce(last, 0) <> entries)
    limit ${faultsPerInvariantMax}`,

  'an entry holds the balance after it': read => read`
    select format('account %s, entry %s: balance %s, transfers %s', wallet_id, wallet_entry, wallet_balance, total) as detail
    from (
      select wallet_id, wallet_entry, wallet_balance,
             sum(case when debit_account = wallet_id then -amount else amount end)
               over (partition by wallet_id order by wallet_entry) as total
      from transfers where wallet_id is not null
    ) as entry
    where wallet_balance is distinct from total limit ${faultsPerInvariantMax}`,

  'an order is the sum of its lines': read => read`
    with summed as (
      select order_id, sum(total) as total, sum(refunded) as refunded, sum(delivered) as delivered, sum(returned) as returned,
             sum(quantity) as quantity
      from order_lines group by order_id
    )
    select format('order %s: total %s, refunded %s, delivered %s of %s, returned %s; lines %s, %s, %s of %s, %s', coalesce(id, order_id),
      orders.total, orders.refunded, orders.delivered, orders.quantity, orders.returned,
      summed.total, summed.refunded, summed.delivered, summed.quantity, summed.returned) as detail
    from orders full join summed on order_id = id
    where (orders.total, orders.refunded, orders.delivered, orders.returned, orders.quantity) is distinct from
      (summed.total, summed.refunded, summed.delivered, summed.returned, summed.quantity)
      and (orders.state <> 'void' or summed.order_id is not null or orders.total <> 0 or orders.quantity <> 0)
    limit ${faultsPerInvariantMax}`,

  'a paid line is delivered or refunded': read => read`
    select format('order %s, line %s: total %s, refunded %s, delivered %s of %s',
      order_id, line, total, refunded, delivered, quantity) as detail
    from order_lines
    where refunded < 0 or refunded > total or delivered < 0 or delivered + held > quantity or returned > delivered
      or (delivered = 0 and held = 0 and total <> refunded) or (returned = 0 and refunded <> 0)
      or (returned = delivered and delivered > 0 and refunded <> total)
      or (state = 'delivered' and delivered <> quantity) or (state in ('refused', 'released', 'held') and delivered <> 0)
      or (state = 'returned') <> (delivered > 0 and returned = delivered) or (state = 'held') <> (held > 0)
    limit ${faultsPerInvariantMax}`,

  'a delivered line has its codes': read => read`
    with given as (
      select order_id, line, sum(count) as count, sum(count) filter (where live) as live from allocations group by order_id, line
    )
    select format('order %s, line %s: delivered %s, codes %s; returned %s, live %s',
      coalesce(lines.order_id, given.order_id), coalesce(lines.line, given.line),
      lines.delivered, coalesce(given.count, 0), lines.returned, coalesce(given.live, 0)) as detail
    from (
      select order_id, line, delivered, returned from order_lines
      join skus on skus.id = sku_id join products on products.id = product_id where products.kind = 'code'
    ) as lines full join given on given.order_id = lines.order_id and given.line = lines.line
    where lines.delivered is distinct from coalesce(given.count, 0)
      or lines.delivered - lines.returned is distinct from coalesce(given.live, 0)
    limit ${faultsPerInvariantMax}`,

  'an order was paid by its reseller': read => read`
    with paid as (
      select order_id, sum(amount) as total, min(accounts.owner_id::text)::uuid as payer, count(distinct accounts.id) as accounts,
             min(accounts.currency) as currency, bool_or(accounts.kind = 'proceeds') as by_buyers
      from transfers left join accounts on accounts.id = debit_account and accounts.kind in ('wallet', 'held', 'proceeds')
      where transfers.kind = 'order' group by order_id
    )
    select format('order %s: total %s, held %s, paid %s', coalesce(id, order_id), orders.total, orders.held,
      coalesce(paid.total, 0)) as detail
    from orders full join paid on order_id = id
    where orders.total - orders.held is distinct from coalesce(paid.total, 0)
      or (paid.total is not null
        and (payer is distinct from reseller_id or accounts <> 1 or paid.currency is distinct from orders.currency
          or by_buyers is distinct from coalesce(orders.terms ? 'checkout', false)))
    limit ${faultsPerInvariantMax}`,

  'what is set aside is held by orders': read => read`
    with moved as (
      select order_id, sum(delta) as held from (
        select order_id, case when kind = 'hold' then amount else -amount end as delta from transfers where kind in ('hold', 'release')
        union all
        select order_id, -amount from transfers join accounts on accounts.id = debit_account and accounts.kind = 'held'
        where transfers.kind = 'order'
      ) as sides group by order_id
    ), owed as (
      select reseller_id, currency, sum(held) as held from orders group by reseller_id, currency
    )
    select format('order %s: held %s, set aside %s', coalesce(id, order_id), orders.held, coalesce(moved.held, 0)) as detail
    from orders full join moved on order_id = id where orders.held is distinct from coalesce(moved.held, 0)
    union all
    select format('account %s: balance %s, orders hold %s', id, balance, coalesce(owed.held, 0))
    from accounts left join owed on reseller_id = owner_id and owed.currency = accounts.currency
    where kind = 'held' and balance <> coalesce(owed.held, 0) limit ${faultsPerInvariantMax}`,

  'what was refunded was paid back': read => read`
    with told as (
      select order_id, sum(amount) as amount, sum(quantity) as quantity from refunds group by order_id
    ), paid as (
      select order_id, sum(amount) as amount from transfers where kind = 'refund' group by order_id
    )
    select format('order %s: refunded %s for %s codes, refunds %s for %s, paid back %s', coalesce(id, told.order_id, paid.order_id),
      refunded, returned, coalesce(told.amount, 0), coalesce(told.quantity, 0), coalesce(paid.amount, 0)) as detail
    from orders full join told on told.order_id = id full join paid on paid.order_id = coalesce(id, told.order_id)
    where refunded is distinct from coalesce(told.amount, 0) or refunded is distinct from coalesce(paid.amount, 0)
      or returned is distinct from coalesce(told.quantity, 0) limit ${faultsPerInvariantMax}`,

  'cost is posted for what is marked as costed': read => read`
    with marked as (
      select currency, sum(costed * unit_cost) as cost from lots group by currency
    ), posted as (
      select currency, sum(balance) as cost from accounts where kind = 'cost_of_goods' group by currency
    )
    select format('%s: marked %s, posted %s', currency, coalesce(marked.cost, 0), coalesce(posted.cost, 0)) as detail
    from marked full join posted using (currency)
    where coalesce(marked.cost, 0) <> coalesce(posted.cost, 0) limit ${faultsPerInvariantMax}`
}
