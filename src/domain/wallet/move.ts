// Money outside of orders moves here. A transfer goes from one account (debit, which loses) to another (credit, which gains),
// so what is written is balanced. Of the two at most one is a wallet; it numbers its transfers without a gap and keeps the
// balance after each. Orders write their transfers in their own batch by the same rules.
import type { TransferKind } from '../../../schema/vocabulary.ts'
import type { Amount } from '../../base/money.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { Problem, assert } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'

export const movesMax = 1_000

export interface Move {
  /** The transfer's id; left out it gets a new one. */
  readonly id?: Uuid
  readonly kind: TransferKind
  readonly debit: number
  readonly credit: number
  /** Above zero. */
  readonly amount: Amount
  /** The order it belongs to, if it does. */
  readonly orderId?: Uuid
  /** The payment it belongs to, if it does. */
  readonly paymentId?: Uuid
  /** The settlement it belongs to, if it does. */
  readonly settlementId?: Uuid
  readonly reason: string | null
  /** The key that wanted it; null for a pass. */
  readonly createdBy: string | null
}

/** Locks accounts, ids ascending: after the resellers, before the stock. */
export async function lockAccounts (tx: Tx, ids: readonly number[]): Promise<void> {
  await tx`select 1 from accounts where id = any(${bareArray(ids)}::int[]) order by id for no key update`
}

/** Carries out all the moves or, when a wallet would go below its credit limit, refuses with `insufficient_balance`. */
export async function move (tx: Tx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return
  assert(moves.length <= movesMax, `at most ${movesMax} moves at once`)
  await lockAccounts(tx, [...new Set(moves.flatMap(({ debit, credit }) => [debit, credit]))])
  const moved = await tx`
    with wanted as (
      select * from unnest(
        ${bareArray(moves.map(one => one.id ?? newId()))}::uuid[], ${quotedArray(moves.map(one => one.kind))}::text[],
        ${bareArray(moves.map(one => one.debit))}::int[], ${bareArray(moves.map(one => one.credit))}::int[],
        ${bareArray(moves.map(one => one.amount))}::bigint[], ${quotedArray(moves.map(one => one.reason))}::text[],
        ${quotedArray(moves.map(one => one.createdBy))}::text[], ${bareArray(moves.map(one => one.orderId ?? null))}::uuid[],
        ${bareArray(moves.map(one => one.paymentId ?? null))}::uuid[], ${bareArray(moves.map(one => one.settlementId ?? null))}::uuid[]
      ) with ordinality as move (id, kind, debit, credit, amount, reason, created_by, order_id, payment_id, settlement_id, place)
    ), sides as (
      select place, debit as account_id, -amount as delta from wanted
      union all
      select place, credit, amount from wanted
    ), totals as (
      select account_id, sum(delta)::bigint as delta, count(*) as count from sides group by account_id
    ), moved as (
      update accounts set balance = balance + totals.delta, entries = entries + case when kind = 'wallet' then totals.count else 0 end
      from totals
      where accounts.id = totals.account_id
        and (kind not in ('wallet', 'proceeds', 'commission') or balance + totals.delta + credit_limit >= 0)
      returning accounts.id, kind, balance - totals.delta as balance_before, entries - totals.count as entries_before
    ), entries as (
      select place, moved.id as wallet_id, entries_before + row_number() over own as entry,
             (balance_before + sum(delta) over own)::bigint as balance
      from sides join moved on moved.id = sides.account_id and moved.kind = 'wallet'
      window own as (partition by moved.id order by place)
    )
    insert into transfers (
      id, kind, debit_account, credit_account, amount, order_id, payment_id, settlement_id, wallet_id, wallet_entry, wallet_balance,
      reason, created_by
    )
    select wanted.id, kind, debit, credit, amount, order_id, payment_id, settlement_id, wallet_id, entry, balance, reason, created_by
    from wanted left join entries using (place)
    where (select count(*) from moved) = (select count(*) from totals)
    order by place
    returning id`
  if (moved.length < moves.length) throw new Problem('insufficient_balance', 'The wallet and its credit limit do not cover this.')
}
