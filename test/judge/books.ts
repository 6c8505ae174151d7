// I2 and I3: money only moves, from one account to another, and no wallet goes deeper than its credit.
import type { Judgement } from './judgement.ts'

export const bookJudgements: readonly Judgement[] = [
  {
    invariant: 'I2',
    says: 'a balance is the sum of its transfers',
    of: '@transfers',
    faults: `
      select format('account %s: %s, transfers say %s', a.id, a.balance, coalesce(m.moved, 0)) as place from @accounts a
      left join (select account, sum(amount) as moved from (
        select credit_account as account, amount from @transfers union all select debit_account, -amount from @transfers
      ) sides group by account) m on m.account = a.id
      where a.balance <> coalesce(m.moved, 0)`
  },
  {
    invariant: 'I2',
    says: 'a transfer has two accounts of one currency',
    of: '@transfers',
    faults: `
      select t.id::text as place from @transfers t
      left join @accounts d on d.id = t.debit_account left join @accounts c on c.id = t.credit_account
      where d.id is null or c.id is null or d.currency <> c.currency or t.amount <= 0`
  },
  {
    invariant: 'I2',
    says: 'the balances of a currency sum to zero',
    of: '@accounts',
    faults: 'select currency as place from @accounts group by currency having sum(balance) <> 0'
  },
  {
    invariant: 'I2',
    says: 'a transfer of a wallet is an entry of that wallet, and of no other account',
    of: '@transfers',
    faults: `
      select format('transfer %s of wallet %s', t.id, coalesce(d.id, c.id, t.wallet_id)) as place from @transfers t
      left join @accounts d on d.kind = 'wallet' and d.id = t.debit_account
      left join @accounts c on c.kind = 'wallet' and c.id = t.credit_account
      where t.wallet_id is distinct from coalesce(d.id, c.id) or (d.id is not null and c.id is not null)
        or (t.wallet_id is not null and (t.wallet_entry is null or t.wallet_balance is null))`
  },
  {
    invariant: 'I2',
    says: 'the entries of a wallet have no gap and its running balance no jump',
    of: '@transfers where wallet_id is not null',
    faults: `
      select format('wallet %s entry %s', wallet_id, wallet_entry) as place from (
        select wallet_id, wallet_entry, wallet_balance,
               row_number() over w as counted,
               sum(case when credit_account = wallet_id then amount else -amount end) over w as summed
        from @transfers where wallet_id is not null window w as (partition by wallet_id order by wallet_entry)
      ) entries where wallet_entry <> counted or wallet_balance <> summed`
  },
  {
    invariant: 'I2',
    says: 'a wallet knows how many entries it has',
    of: '@accounts where kind = \'wallet\'',
    faults: `
      select format('wallet %s: %s, there are %s', a.id, a.entries, coalesce(t.entries, 0)) as place from @accounts a
      left join (select wallet_id, count(*) as entries from @transfers where wallet_id is not null group by wallet_id) t
        on t.wallet_id = a.id
      where a.kind = 'wallet' and a.entries <> coalesce(t.entries, 0)`
  },
  {
    invariant: 'I2',
    says: 'the cost of goods is what was marked as costed',
    of: '@lots',
    faults: `
      select format('%s: marked %s, posted %s', currency, coalesce(m.cost, 0), coalesce(p.cost, 0)) as place
      from (select currency, sum(costed::bigint * unit_cost) as cost from @lots group by currency) m
      full join (select currency, sum(balance) as cost from @accounts where kind = 'cost_of_goods' group by currency) p using (currency)
      where coalesce(m.cost, 0) <> coalesce(p.cost, 0)`
  },
  {
    invariant: 'I3',
    says: 'a wallet is never below its credit',
    of: '@accounts where kind = \'wallet\'',
    faults: 'select format(\'wallet %s: %s\', id, balance) as place from @accounts where kind = \'wallet\' and balance < -credit_limit'
  },
  {
    invariant: 'I3',
    says: 'no entry of a wallet left it below the largest credit it ever had',
    of: '@transfers where wallet_id is not null',
    faults: `
      select format('wallet %s entry %s: %s', t.wallet_id, t.wallet_entry, t.wallet_balance) as place from @transfers t
      join (
        select a.id, greatest(a.credit_limit, max(c.before), max(c.after)) as limit
        from @accounts a left join @credit_limit_changes c on c.account_id = a.id where a.kind = 'wallet' group by a.id
      ) w on w.id = t.wallet_id
      where t.wallet_balance < -w.limit`
  },
  {
    invariant: 'I3',
    says: 'what is set aside, or kept for others, is never less than nothing',
    of: '@accounts where kind in (\'held\', \'proceeds\', \'commission\')',
    faults: `
      select format('account %s (%s): %s', id, kind, balance) as place from @accounts
      where kind in ('held', 'proceeds', 'commission') and balance < 0`
  },
  {
    invariant: 'I3',
    says: 'what was spent of a budget is what its orders of the month cost, less what was given back',
    of: '@budget_spends',
    faults: `
      select format('budget %s in %s: %s, its orders say %s', budget_id, month, coalesce(s.spent, 0), coalesce(o.cost, 0)) as place from (
        select b.reseller_id, b.id as budget_id, date_trunc('month', o.created_at at time zone 'utc')::date as month,
               sum(o.total - o.refunded) as cost
        from @orders o cross join lateral jsonb_array_elements_text(o.terms -> 'budgets') as spent_of (id)
        join @budgets b on b.reseller_id = o.reseller_id and b.id = spent_of.id::uuid
        where o.terms ? 'budgets'
        group by 1, 2, 3
      ) o full join @budget_spends s using (reseller_id, budget_id, month)
      where coalesce(s.spent, 0) <> coalesce(o.cost, 0)`
  }
]
