// A fault of every kind that rows can have, each planted by hand into the world of whole-world.ts; `also` names the judgements that it
// cannot but wake as well. Guards of the tables that would refuse it are taken away first.

export interface Planted { readonly says: string, readonly rows: string, readonly also?: readonly string[] }

const reseller = (reference: string) => `(select reseller_id from orders where reference = '${reference}' order by total desc limit 1)`
const order = (reference: string) => `(select id from orders where reference = '${reference}' order by total desc limit 1)`
/** The shop whose purchases need a second key: nobody calls it back. */
const shop = reseller('given back')
const bob = reseller('unseen')
/** Two rows give each other what a column holds. */
const swap = (table: string, column: string, [one, other]: readonly [string, string]) => `
  update ${table} t set ${column} = case when t.ctid = a.ctid then b.${column} else a.${column} end
  from (select * , ctid from ${table} where ${one} limit 1) a, (select *, ctid from ${table} where ${other} limit 1) b
  where t.ctid in (a.ctid, b.ctid)`

const stateTold = 'the last event of an order tells the state it is in'
const goesBack = 'a receipt is what its checkout or deposit needed, once, or goes back whole'
const holdsOf = 'what an order holds is what was set aside for it and neither paid nor released'

const codes: readonly Planted[] = [
  {
    says: 'a code has one live allocation at most',
    rows: `drop index allocations_live;
      update allocations set first = other.first from allocations other
      where allocations.order_id = ${order('plain one')} and other.order_id = ${order('many')} and other.line = 1
        and other.lot_id = allocations.lot_id`,
    also: ['a code is on the shelf or sold, never both, and on the shelf once']
  },
  {
    says: 'a code is on the shelf or sold, never both, and on the shelf once',
    rows: 'update shelf set next = next - 1, stop = stop - 1 where id = (select id from shelf where next > 0 order by id limit 1)'
  },
  {
    says: 'every range lies inside a lot of its SKU',
    rows: `update shelf set next = next + 1, stop = stop + 1 where id = (
      select shelf.id from shelf join lots on lots.id = lot_id where stop = size order by shelf.id limit 1)`
  },
  {
    says: 'a lot is what it has sold, what is on the shelf and what was withdrawn',
    rows: 'update lots set withdrawn = withdrawn + 1 where id = (select min(id) from lots)'
  },
  { says: 'a lot has every one of its codes', rows: 'delete from codes where lot_id = (select min(id) from lots) and n = 7' },
  {
    says: 'the same code is stocked once',
    rows: `drop index codes_by_fingerprint;
      update codes set fingerprint = (select fingerprint from codes where n = 1 order by lot_id limit 1) where n = 0`
  },
  {
    says: 'a code that was made void is neither sold nor on the shelf',
    rows: `insert into voided_codes (lot_id, n, reason, created_by)
      select lot_id, first, 'dead', 'x' from allocations where live limit 1`
  },
  {
    says: 'stock is what is on the shelf',
    rows: 'update stock set available = available + 1 where sku_id = (select sku_id from stock limit 1)'
  },
  {
    says: 'stock held is what active holds and held orders set aside',
    rows: `update stock set held = held + 1, available = available - 1
      where sku_id = (select sku_id from stock where available > 0 order by sku_id limit 1)`
  }
]

const transfer = (id: string, kind: string, debit: string, credit: string, more = 'null') => `
  insert into transfers (id, kind, debit_account, credit_account, amount, order_id)
  values ('${id}', '${kind}', ${debit}, ${credit}, 5, ${more});`
const account = (kind: string, currency: string) =>
  `(select id from accounts where kind = '${kind}' and currency = '${currency}' and shard = 9)`
const house = (kind: string, currency: string, balance: number) =>
  `insert into accounts (kind, currency, shard, balance) values ('${kind}', '${currency}', 9, ${balance});`
const heldOf = (owner: string) => `(select id from accounts where kind = 'held' and owner_id = ${owner})`
const noCreditBelow =
  'alter table accounts drop constraint accounts_check; alter table accounts drop constraint accounts_credit_limit_check;'

const books: readonly Planted[] = [
  {
    says: 'a balance is the sum of its transfers',
    rows: `update accounts set balance = balance + case kind when 'cash' then 1 else -1 end
      where (kind = 'adjustment' or kind = 'cash') and currency = 'CNY' and shard = 0`
  },
  {
    says: 'a transfer has two accounts of one currency',
    rows: house('cash', 'CNY', 5) + house('adjustment', 'EUR', -5) + house('cash', 'EUR', 5) + house('adjustment', 'CNY', -5) +
      transfer('00000000-0000-7000-8000-000000000001', 'adjustment', account('adjustment', 'EUR'), account('cash', 'CNY')) +
      transfer('00000000-0000-7000-8000-000000000002', 'adjustment', account('adjustment', 'CNY'), account('cash', 'EUR'))
  },
  {
    says: 'the balances of a currency sum to zero',
    rows: house('cash', 'EUR', 5),
    also: ['a balance is the sum of its transfers']
  },
  {
    says: 'a transfer of a wallet is an entry of that wallet, and of no other account',
    rows: `update transfers set wallet_id = credit_account, wallet_entry = 1, wallet_balance = amount
      where id = (select id from transfers where kind = 'cost' limit 1)`
  },
  {
    says: 'the entries of a wallet have no gap and its running balance no jump',
    rows: 'update transfers set wallet_balance = wallet_balance + 1 where id = (select id from transfers where wallet_entry = 2 limit 1)'
  },
  {
    says: 'a wallet knows how many entries it has',
    rows: `update accounts set entries = entries + 1 where kind = 'wallet' and owner_id = ${bob}`
  },
  {
    says: 'the cost of goods is what was marked as costed',
    rows: 'update lots set costed = costed + 1 where id = (select min(id) from lots)'
  },
  {
    says: 'a wallet is never below its credit',
    rows: `${noCreditBelow}
      insert into credit_limit_changes (account_id, before, after, reason, created_by)
      select id, 0, 1000000000000, 'x', 'x' from accounts where kind = 'wallet' and owner_id = ${bob};
      update accounts set credit_limit = -balance - 1 where kind = 'wallet' and owner_id = ${bob}`
  },
  {
    says: 'no entry of a wallet left it below the largest credit it ever had',
    rows: `${noCreditBelow}
      update accounts set credit_limit = -1 - (select min(wallet_balance) from transfers where wallet_id = accounts.id)
      where kind = 'wallet' and owner_id = ${reseller('plain one')}`
  },
  {
    says: 'what is set aside, or kept for others, is never less than nothing',
    rows: house('cash', 'CNY', 5) + transfer('00000000-0000-7000-8000-000000000001', 'release', heldOf(bob), account('cash', 'CNY')) +
      `update accounts set balance = balance - 5 where id = ${heldOf(bob)}`,
    also: [holdsOf, 'what a reseller has set aside is what its orders hold']
  },
  {
    says: 'what was spent of a budget is what its orders of the month cost, less what was given back',
    rows: 'update budget_spends set spent = spent + 1'
  }
]

const orders: readonly Planted[] = [
  {
    says: 'a line has the codes it says were delivered, those given back apart',
    rows: swap('allocations', 'order_id', [`order_id = ${order('plain one')}`, `order_id = ${order('many')} and line = 1`])
  },
  {
    says: 'an allocation is of the SKU of its line',
    rows: swap('allocations', 'order_id', [`order_id = ${order('plain one')}`, `order_id = ${order('dear one')}`])
  },
  {
    says: 'a line costs its unit price times what is delivered or set aside, and its refund is the share of what was given back',
    rows: `update order_lines set total = total + case line when 1 then 100 else -100 end where order_id = ${order('many')}`
  },
  {
    says: 'a line is in the state that its codes say',
    rows: `update order_lines set state = 'released' where order_id = ${order('plain one')}`
  },
  {
    says: 'an order is the sum of its lines, and in the state that they say',
    rows: `update orders set quantity = 9 where id = ${order('plain one')}`
  },
  {
    says: 'an order was paid by its reseller, once, in full: what it cost, but for what is set aside',
    rows: swap('transfers', 'order_id', [`order_id = ${order('plain one')}`, `order_id = ${order('dear one')}`])
  },
  {
    says: holdsOf,
    rows: swap('transfers', 'order_id', ['', 'not'].map(not => `kind = 'hold' and order_id ${not} in (
      select order_id from transfers where kind = 'hold' order by order_id limit 1)`) as [string, string])
  },
  {
    says: 'what a reseller has set aside is what its orders hold',
    rows: transfer('00000000-0000-7000-8000-000000000001', 'hold', heldOf(shop), heldOf(bob)) +
      `update accounts set balance = balance + case when id = ${heldOf(bob)} then 5 else -5 end
       where id in (${heldOf(bob)}, ${heldOf(shop)})`,
    also: [holdsOf]
  },
  {
    says: 'what was refunded is told by refunds, paid by transfers, and stands at the order and its lines',
    rows: 'update refunds set amount = amount + 1'
  },
  {
    says: 'a reversal is of an order of its reseller, which is undone',
    rows: 'update reversals set order_reference = \'another\' where outcome = \'voided\''
  },
  {
    says: 'one reference is one order',
    rows: `drop index orders_by_reference; update orders set reference = 'dear one' where id = ${order('plain one')}`
  },
  {
    says: 'a bulk order counts what its chunks and their orders say',
    rows: 'update bulk_orders set paid = paid + 1 where state = \'completed\''
  }
]

export const plantedInBooks: readonly Planted[] = [...codes, ...books, ...orders]

export const words = { shop, bob, order, reseller, swap, stateTold, goesBack }
