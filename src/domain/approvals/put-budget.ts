import type { BudgetKind, Currency } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { budgetsPerResellerMax, readBudgets, type Budget } from './read-budgets.ts'

export interface BudgetWish {
  readonly resellerId: Uuid
  readonly kind: BudgetKind
  /** The id of a key of the reseller, or the name of a cost center. */
  readonly subject: string
  readonly currency: Currency
  /** What may be spent in a month; below what was spent already, nothing more is. */
  readonly limit: Amount
  /** The key that asks. */
  readonly updatedBy: string
}

/** Sets the budget of a key or cost center in a currency; what was spent of it in this month stays spent. */
export async function putBudget (tx: Tx, wish: BudgetWish): Promise<Budget> {
  const { resellerId, kind, subject, currency, limit, updatedBy } = wish
  await lockResellers(tx, [resellerId])
  if (kind === 'key') await refuseUnknownKey(tx, resellerId, subject)
  const present = await readBudgets(tx, [resellerId])
  const same = present.find(budget => budget.kind === kind && budget.subject === subject && budget.currency === currency)
  if (!same && present.length >= budgetsPerResellerMax) {
    throw new Problem('state_conflict', `There are ${present.length} budgets, as many as there may be. Remove one first.`, {
      budgets_max: budgetsPerResellerMax
    })
  }
  const id = same?.id ?? newId()
  await tx`
    insert into budgets (reseller_id, id, kind, subject, currency, monthly_limit, updated_by)
    values (${resellerId}, ${id}, ${kind}, ${subject}, ${currency}, ${limit}::bigint, ${updatedBy})
    on conflict (reseller_id, id) do update
      set monthly_limit = excluded.monthly_limit, updated_by = excluded.updated_by, updated_at = now()`
  if (present.length === 0) await raiseSnapshot(tx, 'keys')
  return (await readBudgets(tx, [resellerId])).find(budget => budget.id === id)!
}

/** Removes a budget and what is known of its spending, and gives it as it was; what it bound is bound by it no more. */
export async function removeBudget (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Budget> {
  await lockResellers(tx, [resellerId])
  const present = await readBudgets(tx, [resellerId])
  const removed = present.find(budget => budget.id === id)
  if (!removed) throw new Problem('not_found', 'You have no budget with this id.')
  await tx`delete from budget_spends where reseller_id = ${resellerId} and budget_id = ${id}`
  await tx`delete from budgets where reseller_id = ${resellerId} and id = ${id}`
  if (present.length === 1) await raiseSnapshot(tx, 'keys')
  return removed
}

async function refuseUnknownKey (tx: Tx, resellerId: Uuid, keyId: string): Promise<void> {
  const [key] = await tx`select 1 from api_keys where id = ${keyId} and reseller_id = ${resellerId}`
  if (key) return
  throw new Problem('invalid_request', 'You have no such key.', { errors: [{ pointer: '/subject', detail: 'is no key of yours' }] })
}
