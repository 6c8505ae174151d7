// The judge: decides from the rows alone whether the books are sound (reliability.md, I1–I3, I6, I9). It shares no code with
// the app and asks in other words than the app's own proofs, so that one mistake cannot hide in both.
import type { Db } from '../src/postgres/pool.ts'

export interface Verdict { readonly invariant: string, readonly says: string, readonly faults: number }

/** Judges a world's rows; `ordersExpected` are the orders that clients were told of, and nobody else made any. */
export async function judgeBooks (db: Db, ordersExpected: number): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const { invariant, says, counts } of judgements) {
    const [row] = await db.unsafe<[{ faults: bigint }]>(counts)
    verdicts.push({ invariant, says, faults: Number(row.faults) })
  }
  const [kept] = await db<[{ count: bigint }]>`select count(*) as count from orders`
  const faults = Math.abs(Number(kept.count) - ordersExpected)
  return [...verdicts, { invariant: 'I4', says: 'there are exactly the orders that were acknowledged', faults }]
}

const judgements = [
  {
    invariant: 'I1',
    says: 'no code is given twice',
    counts: `select count(*) as faults from (
      select first, lag(first + count, 1, 0) over (partition by lot_id order by first) as taken_up_to from allocations where live
    ) as given where first < taken_up_to`
  },
  {
    invariant: 'I1',
    says: 'the codes of a lot are given, on the shelf or withdrawn, each once',
    counts: `select count(*) as faults from lots where state in ('available', 'recalled', 'expired') and size - withdrawn <>
      (select coalesce(sum(count), 0) from allocations where live and lot_id = lots.id)
      + (select coalesce(sum(stop - next), 0) from shelf where lot_id = lots.id)`
  },
  {
    invariant: 'I1',
    says: 'the codes of a lot are all there',
    counts: `select count(*) as faults from lots where state in ('available', 'recalled', 'expired')
      and size <> (select count(*) from codes where lot_id = lots.id and n between 0 and size - 1)`
  },
  {
    invariant: 'I1',
    says: 'no plaintext is stocked twice',
    counts: 'select count(*) - count(distinct fingerprint) as faults from codes'
  },
  {
    invariant: 'I1',
    says: 'what is said to be available is on the shelf',
    counts: `select count(*) as faults from stock
      where available + held <> (select coalesce(sum(stop - next), 0) from shelf where shelf.sku_id = stock.sku_id)`
  },
  {
    invariant: 'I2',
    says: 'a transfer has two accounts that exist',
    counts: `select count(*) as faults from transfers
      where not exists (select from accounts where id = debit_account) or not exists (select from accounts where id = credit_account)`
  },
  {
    invariant: 'I2',
    says: 'a balance is what came in less what went out',
    counts: `with came as (select credit_account as id, sum(amount) as total from transfers group by 1),
        went as (select debit_account as id, sum(amount) as total from transfers group by 1)
      select count(*) as faults from accounts left join came using (id) left join went using (id)
      where balance <> coalesce(came.total, 0) - coalesce(went.total, 0)`
  },
  {
    invariant: 'I2',
    says: 'the balances of a currency cancel out',
    counts: 'select count(*) as faults from (select from accounts group by currency having sum(balance) <> 0) as uneven'
  },
  {
    invariant: 'I3',
    says: 'no wallet is below its credit limit, now or after any of its entries',
    counts: `select (select count(*) from accounts where kind = 'wallet' and balance < -credit_limit)
      + (select count(*) from transfers join accounts on accounts.id = wallet_id where wallet_balance < -credit_limit) as faults`
  },
  {
    invariant: 'I6',
    says: 'what was paid for an order is what its lines delivered, at their price, or was refunded',
    counts: `with paid as (select order_id, sum(amount) as amount from transfers where kind = 'order' group by order_id),
        owed as (select order_id, sum(delivered * unit_price) as amount, sum(refunded) as refunded from order_lines group by order_id)
      select count(*) as faults from paid full join owed using (order_id) full join orders on orders.id = order_id
      where coalesce(paid.amount, 0) is distinct from owed.amount or orders.total is distinct from owed.amount
        or orders.refunded is distinct from owed.refunded`
  },
  {
    invariant: 'I6',
    says: 'a line has as many codes as it says were delivered',
    counts: `with given as (select order_id, line, sum(count) as count from allocations where live group by 1, 2)
      select count(*) as faults from order_lines full join given using (order_id, line)
      where coalesce(delivered, 0) <> coalesce(given.count, 0)`
  },
  {
    invariant: 'I9',
    says: 'a reference has one order',
    counts: 'select count(*) as faults from (select from orders group by reseller_id, reference having count(*) > 1) as repeated'
  },
  {
    invariant: 'I9',
    says: 'an order is paid once',
    counts: `select count(*) as faults from (
      select from transfers where kind = 'order' group by order_id having count(*) > 1) as paid_again`
  }
] as const
