// What setting and ending rules have in common: the rules in force that could matter, the check against cost, and the rows.
// The caller holds the lock on the snapshot 'prices' from before its first read to its commit, so two writers see each other.
import { showId, type Uuid } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { lossesOf, type Loss, type PricedRule, type RuleChange } from './below-cost.ts'
import { readUnitCosts } from './unit-costs.ts'

/** Who changes rules (a key's id), and why. */
export interface Hand { readonly actor: string, readonly endReason: string | null }

/** The rules in force of these SKUs, and every level discount. */
export async function readRulesInForce (read: Reader, skuIds: readonly Uuid[]): Promise<readonly PricedRule[]> {
  return await read<PricedRule[]>`
    select id, kind, sku_id as "skuId", level_id as "levelId", reseller_id as "resellerId", quantity_min as "quantityMin",
           amount, rate, deliberate_loss as "deliberateLoss"
    from price_rules where replaced_at is null and (sku_id is null or sku_id = any (${bareArray(skuIds)}::uuid[]))`
}

/** The SKUs whose prices a change can move: those it names, and for a level discount every one with a list price. */
export async function skusMovedBy (read: Reader, bound: readonly { readonly skuId: Uuid | null }[]): Promise<readonly Uuid[]> {
  const named = new Set(bound.map(rule => rule.skuId).filter(id => id !== null))
  if (bound.every(rule => rule.skuId !== null)) return [...named]
  const listed = await read<{ id: Uuid }[]>`select sku_id as id from price_rules where kind = 'list' and replaced_at is null`
  for (const { id } of listed) named.add(id)
  return [...named]
}

/** Refuses changes that would sell below the highest cost on the shelf without being meant to (`price_below_cost`). */
export async function refuseBelowCost (
  read: Reader, skuIds: readonly Uuid[], inForce: readonly PricedRule[], changes: readonly RuleChange[], list: string
): Promise<void> {
  const costs = await readUnitCosts(read, skuIds)
  const losses = lossesOf(inForce, changes, costs)
  if (losses.length === 0) return
  const rows = await read<{ id: Uuid, currency: Currency }[]>`
    select id, currency from skus where id = any (${bareArray(losses.map(loss => loss.skuId))}::uuid[])`
  const currencies = new Map(rows.map(row => [row.id, row.currency]))
  const which = losses.length === 1 ? 'A rule' : `${losses.length} rules`
  throw new Problem('price_below_cost', `${which} would sell below cost. Raise the price, or mark the loss as deliberate.`, {
    errors: losses.slice(0, lossesToldMax).map(loss => ({
      pointer: `/${list}/${loss.change.index}`, detail: tell(loss, currencies.get(loss.skuId)!)
    }))
  })
}

const lossesToldMax = 100

function tell ({ skuId, price, cost }: Loss, currency: Currency): string {
  const costsUpTo = `${formatAmount(cost, currency)} ${currency}`
  return `would sell ${showId('sku', skuId)} at ${formatAmount(price, currency)}, which costs up to ${costsUpTo}`
}

/** Writes changes that were checked: the old rules leave, the new ones come, and every product they price is told again. */
export async function writeChanges (tx: Tx, changes: readonly WrittenChange[], skuIds: readonly Uuid[], hand: Hand): Promise<void> {
  const gone = changes.filter(change => change.before)
  const come = changes.map(change => change.after).filter(rule => rule !== undefined)
  // The moment is after the wait for the lock: now() is when the transaction began, and could be before the rule it replaces.
  const [{ moment }] = await tx<[{ moment: string }]>`select clock_timestamp()::text as moment`
  await tx`
    update price_rules r set replaced_at = ${moment}, replaced_by = ${hand.actor}, end_reason = ${hand.endReason},
           end_deliberate_loss = gone.loss
    from unnest(${bareArray(gone.map(change => change.before!.id))}::uuid[],
                ${bareArray(gone.map(change => change.after ? null : change.deliberateLoss))}::boolean[]) as gone (id, loss)
    where r.id = gone.id and r.replaced_at is null`
  await tx`
    insert into price_rules
      (id, kind, sku_id, level_id, reseller_id, quantity_min, amount, rate, deliberate_loss, created_by, reason, created_at)
    select id, kind, sku_id, level_id, reseller_id, quantity_min, amount, rate, loss, ${hand.actor}, reason, ${moment}::timestamptz
    from unnest(${bareArray(come.map(rule => rule.id))}::uuid[], ${quotedArray(come.map(rule => rule.kind))}::text[],
                ${bareArray(come.map(rule => rule.skuId))}::uuid[], ${quotedArray(come.map(rule => rule.levelId))}::text[],
                ${bareArray(come.map(rule => rule.resellerId))}::uuid[], ${bareArray(come.map(rule => rule.quantityMin))}::int[],
                ${bareArray(come.map(rule => rule.amount))}::bigint[], ${bareArray(come.map(rule => rule.rate))}::int[],
                ${bareArray(come.map(rule => rule.deliberateLoss))}::boolean[], ${quotedArray(come.map(rule => rule.reason))}::text[])
      as come (id, kind, sku_id, level_id, reseller_id, quantity_min, amount, rate, loss, reason)`
  await tx`
    update products set changed = pg_current_xact_id(), updated_at = now()
    where id in (
      select id from products where id in (select product_id from skus where id = any (${bareArray(skuIds)}::uuid[])) order by id for update
    )`
  await raiseSnapshot(tx, 'prices')
}

export interface WrittenChange extends RuleChange {
  readonly after: (PricedRule & { readonly reason: string }) | undefined
}
