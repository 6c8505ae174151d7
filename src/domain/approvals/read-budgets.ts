// Budgets bound what may be spent in a calendar month (UTC, by the clock of the database) by a key or for a cost center. Budgets
// and what was spent of them are read and moved under their reseller's lock. A key that was rotated is the same key still: its
// budget binds every key before and after it.
import type { BudgetKind, Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'

/** So many are read with every order of a reseller that has any. */
export const budgetsPerResellerMax = 200

export interface Budget {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly kind: BudgetKind
  /** A key's id, or the name of a cost center. */
  readonly subject: string
  /** The key and all it was rotated from and to; empty for a cost center. */
  readonly keyIds: readonly string[]
  readonly currency: Currency
  readonly limit: Amount
  /** In this month. */
  readonly spent: Amount
}

/** The budgets of resellers with what was spent in this month. */
export async function readBudgets (read: Reader, resellerIds: readonly Uuid[]): Promise<Budget[]> {
  return await read<Budget[]>`
    with recursive rotations (id, other) as (
      select id, replaced_by from api_keys where reseller_id = any(${bareArray(resellerIds)}::uuid[]) and replaced_by is not null
      union all
      select replaced_by, id from api_keys where reseller_id = any(${bareArray(resellerIds)}::uuid[]) and replaced_by is not null
    ), keys (budget_id, key_id) as (
      select id, subject from budgets where reseller_id = any(${bareArray(resellerIds)}::uuid[]) and kind = 'key'
      union
      select budget_id, other from keys join rotations on rotations.id = key_id
    )
    select b.id, b.reseller_id as "resellerId", b.kind, b.subject, array(select key_id from keys where budget_id = b.id) as "keyIds",
           b.currency, b.monthly_limit as "limit", coalesce(s.spent, 0) as spent
    from budgets b left join budget_spends s on s.reseller_id = b.reseller_id and s.budget_id = b.id
      and s.month = date_trunc('month', clock_timestamp() at time zone 'utc')::date
    where b.reseller_id = any(${bareArray(resellerIds)}::uuid[])
    order by b.reseller_id, b.id`.execute()
}

/** Up to `count` budgets of a reseller beyond one, oldest first. They are few, so that all are read. */
export async function listBudgets (read: Reader, resellerId: Uuid, beyond: Uuid | null, count: number): Promise<Budget[]> {
  const budgets = await readBudgets(read, [resellerId])
  return budgets.filter(({ id }) => beyond === null || id > beyond).slice(0, count)
}

/** The budgets that a purchase spends: those of its key, its rotations included, and of its cost center, in its currency. */
export function budgetsFor<Kept extends Budget> (
  budgets: readonly Kept[],
  purchase: { readonly resellerId: Uuid, readonly keyId: string, readonly costCenter: string | null, readonly currency: Currency }
): Kept[] {
  return budgets.filter(({ resellerId, kind, subject, keyIds, currency }) =>
    resellerId === purchase.resellerId && currency === purchase.currency &&
    (kind === 'key' ? keyIds.includes(purchase.keyId) : subject === purchase.costCenter))
}

/** What is added to, or below zero given back to, what was spent of a budget in the month of a time (UTC), or in this one. */
export interface Spend { readonly resellerId: Uuid, readonly budgetId: Uuid, readonly amount: Amount, readonly month: Date | 'now' }

/**
 * Adds to what was spent, in a set. What is given back is given to the month it was spent in, so `month` is the time of the order;
 * a budget that is there no more is passed over.
 */
export async function addSpends (tx: Tx, spends: readonly Spend[]): Promise<void> {
  if (spends.length === 0) return
  await tx`
    with added as (
      select reseller_id, budget_id, date_trunc('month', coalesce(at, clock_timestamp()) at time zone 'utc')::date as month,
             sum(amount)::bigint as amount
      from unnest(
        ${bareArray(spends.map(spend => spend.resellerId))}::uuid[], ${bareArray(spends.map(spend => spend.budgetId))}::uuid[],
        ${bareArray(spends.map(spend => spend.amount))}::bigint[],
        ${quotedArray(spends.map(({ month }) => month === 'now' ? null : month.toISOString()))}::timestamptz[]
      ) as spend (reseller_id, budget_id, amount, at)
      group by 1, 2, 3
    ), moved as (
      update budget_spends as kept set spent = greatest(0, kept.spent + added.amount) from added
      where kept.reseller_id = added.reseller_id and kept.budget_id = added.budget_id and kept.month = added.month
      returning kept.reseller_id, kept.budget_id, kept.month
    )
    insert into budget_spends (reseller_id, budget_id, month, spent)
    select added.reseller_id, added.budget_id, added.month, added.amount
    from added join budgets on budgets.reseller_id = added.reseller_id and budgets.id = added.budget_id
      left join moved on moved.reseller_id = added.reseller_id and moved.budget_id = added.budget_id and moved.month = added.month
    where moved.budget_id is null and added.amount > 0`.execute()
}
