// What must hold of settlements, payouts and banking at every moment, each said once in SQL that shares nothing with what writes them.
import type { Reader } from '../../../postgres/pool.ts'
import { settlementTimeZone } from './settlement-day.ts'

/** Faults told of one proof; more of the same kind say nothing new. */
const faultsPerProofMax = 20

/** What should hold, and where it does not. */
export interface SettlementFault { readonly proof: string, readonly detail: string }

/** Everything of settlement that does not hold; `read` must see one moment. Reads every sale: for a pool with long statements. */
export async function proveSettlements (read: Reader): Promise<readonly SettlementFault[]> {
  const faults: SettlementFault[] = []
  for (const [proof, check] of Object.entries(proofs)) {
    faults.push(...(await check(read)).map(({ detail }) => ({ proof, detail })))
  }
  return faults
}

const proofs: Readonly<Record<string, (read: Reader) => Promise<readonly { readonly detail: string }[]>>> = {
  'a settlement is the sum of its sales': read => read`
    with summed as (
      select settlement_id, count(*) as sales, sum(quantity) as quantity, sum(total) as gross, sum(wholesale) as wholesale,
             sum(commission) as commission
      from checkouts where settlement_id is not null group by settlement_id
    )
    select format('settlement %s: %s of %s, %s, %s; sales %s of %s, %s, %s', coalesce(id, settlement_id),
      settlements.sales, settlements.gross, settlements.wholesale, settlements.commission,
      summed.sales, summed.gross, summed.wholesale, summed.commission) as detail
    from settlements full join summed on settlement_id = id
    where (settlements.sales, settlements.quantity, settlements.gross, settlements.wholesale, settlements.commission) is distinct from
      (summed.sales, summed.quantity, summed.gross, summed.wholesale, summed.commission)
    limit ${faultsPerProofMax}`,

  'a sale is in a settlement of its reseller, session, currency and day': read => read`
    select format('checkout %s in settlement %s', checkouts.id, settlements.id) as detail
    from checkouts join settlements on settlements.id = settlement_id
    where checkouts.state <> 'completed'
      or (checkouts.reseller_id, checkouts.session_id, checkouts.currency, (checkouts.ended_at at time zone ${settlementTimeZone})::date)
        is distinct from (settlements.reseller_id, settlements.session_id, settlements.currency, day)
    limit ${faultsPerProofMax}`,

  'the share of a host is the sum of its sales': read => read`
    with summed as (
      select settlement_id, host_id, count(*) as sales, sum(quantity) as quantity, sum(commission) as commission
      from checkouts where settlement_id is not null and host_id is not null group by settlement_id, host_id
    )
    select format('host %s in settlement %s', host_id, settlement_id) as detail
    from settlement_hosts as shares full join summed using (settlement_id, host_id)
    where (shares.sales, shares.quantity, shares.commission) is distinct from (summed.sales, summed.quantity, summed.commission)
    limit ${faultsPerProofMax}`,

  'the margin of a settlement is in the wallet': read => read`
    with moved as (
      select settlement_id, sum(amount) as amount, min(debit.owner_id::text) as payer, min(credit.owner_id::text) as payee,
             bool_and(debit.kind = 'proceeds' and credit.kind = 'wallet') as fits
      from transfers join accounts as debit on debit.id = debit_account join accounts as credit on credit.id = credit_account
      where transfers.kind = 'settlement' group by settlement_id
    )
    select format('settlement %s: margin %s, moved %s', coalesce(id, settlement_id), margin, coalesce(amount, 0)) as detail
    from settlements full join moved on settlement_id = id
    where margin is distinct from coalesce(amount, 0)
      or (amount is not null and (not fits or payer is distinct from reseller_id::text or payee is distinct from reseller_id::text))
    limit ${faultsPerProofMax}`,

  'proceeds are the margins of sales that are not settled': read => read`
    with due as (
      select reseller_id, currency, sum(total - wholesale - commission) as margin
      from checkouts where state = 'completed' and settlement_id is null group by reseller_id, currency
    )
    select format('account %s: %s, sales %s', id, balance, coalesce(margin, 0)) as detail
    from accounts left join due on reseller_id = owner_id and due.currency = accounts.currency
    where kind = 'proceeds' and balance <> coalesce(margin, 0) limit ${faultsPerProofMax}`,

  'commission is what was earned less what was paid out': read => read`
    with moved as (
      select reseller_id, currency, sum(amount) as amount from (
        select reseller_id, currency, commission as amount from checkouts where state = 'completed'
        union all select reseller_id, currency, -amount from payouts
      ) as every_move group by reseller_id, currency
    )
    select format('account %s: %s, owed %s', id, balance, coalesce(amount, 0)) as detail
    from accounts left join moved on reseller_id = owner_id and moved.currency = accounts.currency
    where kind = 'commission' and balance <> coalesce(amount, 0) limit ${faultsPerProofMax}`,

  'a payout is a transfer': read => read`
    select format('payout %s: %s, moved %s', coalesce(payouts.id, moved.id), payouts.amount, moved.amount) as detail
    from payouts full join (select id, amount from transfers where kind = 'payout') as moved on moved.id = payouts.id
    where payouts.amount is distinct from moved.amount limit ${faultsPerProofMax}`,

  'no host was paid more than it earned': read => read`
    with earned as (
      select host_id, currency, sum(commission) as amount from settlement_hosts group by host_id, currency
    ), paid as (
      select host_id, currency, sum(amount) as amount from payouts group by host_id, currency
    )
    select format('host %s: earned %s, paid %s %s', host_id, coalesce(earned.amount, 0), paid.amount, currency) as detail
    from paid left join earned using (host_id, currency) where paid.amount > coalesce(earned.amount, 0) limit ${faultsPerProofMax}`,

  'what was banked is what came and went': read => read`
    with marked as (
      select currency, sum(amount) as amount from (
        select currency, amount from receipts where banked_at is not null
        union all select currency, -amount from paybacks where banked_at is not null
      ) as every_row group by currency
    ), moved as (
      select currency, sum(case when accounts.kind = 'cash' then amount else -amount end) as amount
      from transfers join accounts on accounts.id = debit_account where transfers.kind = 'banked' group by currency
    )
    select format('%s: marked %s, moved %s', currency, coalesce(marked.amount, 0), coalesce(moved.amount, 0)) as detail
    from marked full join moved using (currency) where coalesce(marked.amount, 0) <> coalesce(moved.amount, 0)`,

  'cash in transit is what came and is not banked': read => read`
    with open_rows as (
      select currency, sum(amount) as amount from (
        select currency, amount from receipts where banked_at is null
        union all select currency, -amount from paybacks where state = 'succeeded' and banked_at is null
      ) as every_row group by currency
    )
    select format('%s: %s, not banked %s', accounts.currency, -balance, coalesce(amount, 0)) as detail
    from accounts left join open_rows using (currency) where kind = 'cash_in_transit' and -balance <> coalesce(amount, 0)`
}
