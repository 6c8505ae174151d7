// Banking: a gateway pays us, a day later, what it took of buyers less what it gave back to them. Money that came stands in the house's
// account of kind cash_in_transit, what goes back leaves it; of days that are over, the difference becomes cash. A row is banked once:
// banked_at is set in the transaction that moves its money, under the lock of the account.
import type { Currency } from '../../../../schema/vocabulary.ts'
import type { Amount } from '../../../base/money.ts'
import type { Db, Tx } from '../../../postgres/pool.ts'
import { transact } from '../../../postgres/transact.ts'
import { houseAccount } from '../../wallet/house-accounts.ts'
import { lockAccounts, move, type Move } from '../../wallet/move.ts'
import { settledUntil } from './settlement-day.ts'

/** Receipts, and paybacks, in one transfer: whoever takes money in waits for its account meanwhile. */
export const receiptsPerBankingMax = 1_000

/** One pass: banks what came and went back on days that are over, in up to `limit` transfers; returns how many were needed. */
export async function bankReceipts (db: Db, limit: number, now: Date | null = null): Promise<number> {
  const until = await settledUntil(db, now)
  const due = await db<{ currency: Currency }[]>`
    select currency from receipts where banked_at is null and created_at < ${until}
    union
    select currency from paybacks where state = 'succeeded' and banked_at is null and ended_at < ${until}
    order by currency`
  let made = 0
  for (const { currency } of due) {
    while (made < limit && await transact(db, tx => bankNext(tx, currency, until))) made++
  }
  return made
}

/** Banks the oldest rows of a currency before a time; whether there were any. */
async function bankNext (tx: Tx, currency: Currency, until: Date): Promise<boolean> {
  const cash = await houseAccount(tx, 'cash', currency)
  const transit = await houseAccount(tx, 'cash_in_transit', currency)
  await lockAccounts(tx, [cash, transit])
  const [banked] = await tx<Banked[]>`
    with came as (
      select gateway, transaction from receipts
      where currency = ${currency} and banked_at is null and created_at < ${until}
      order by created_at limit ${receiptsPerBankingMax}
    ), receipt as (
      update receipts set banked_at = now() from came
      where receipts.gateway = came.gateway and receipts.transaction = came.transaction returning amount
    ), went as (
      select id from paybacks
      where currency = ${currency} and state = 'succeeded' and banked_at is null and ended_at < ${until}
      order by ended_at limit ${receiptsPerBankingMax}
    ), payback as (
      update paybacks set banked_at = now() from went where paybacks.id = went.id returning amount
    )
    select (select count(*) from receipt)::int as receipts, (select count(*) from payback)::int as paybacks,
           ((select coalesce(sum(amount), 0) from receipt) - (select coalesce(sum(amount), 0) from payback))::bigint as net`
  const { receipts, paybacks, net } = banked!
  if (net !== 0n) await move(tx, [transferOf(banked!, cash, transit)])
  return receipts + paybacks > 0
}

interface Banked { readonly receipts: number, readonly paybacks: number, readonly net: Amount }

/** More may have gone back than came: then cash pays the gateway. */
function transferOf ({ receipts, paybacks, net }: Banked, cash: number, transit: number): Move {
  const gains = net > 0n
  return {
    kind: 'banked',
    debit: gains ? cash : transit,
    credit: gains ? transit : cash,
    amount: gains ? net : -net,
    reason: `${receipts} receipts, ${paybacks} paybacks`,
    createdBy: null
  }
}
