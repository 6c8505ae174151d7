import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSnapshot } from '../../postgres/snapshot.ts'
import { readRulesInForce, refuseBelowCost, skusMovedBy, writeChanges, type WrittenChange } from './change-rules.ts'
import { readPriceRules, type KeptRule } from './list-price-rules.ts'

/** Rules to end, all of them or none; `deliberateLoss`: the price may fall below cost by it (a floor that goes, a level price). */
export interface RuleEnding { readonly ids: readonly Uuid[], readonly deliberateLoss: boolean, readonly reason: string }

/**
 * Takes rules out of force without a successor; those that are out already stay as they are. Unknown ones are refused
 * (`invalid_request`), and so is a price that falls below cost by it without being meant to (`price_below_cost`).
 */
export async function endPriceRules (tx: Tx, { ids, deliberateLoss, reason }: RuleEnding, actor: string): Promise<readonly KeptRule[]> {
  await lockSnapshot(tx, 'prices')
  const rules = await readPriceRules(tx, ids)
  refuseUnknown(ids, rules)
  const ending = rules.filter(rule => rule.replacedAt === null)
  if (ending.length === 0) return rules
  const moved = await skusMovedBy(tx, ending)
  const inForce = await readRulesInForce(tx, moved)
  const changes = ending.map((before): WrittenChange => ({
    index: ids.indexOf(before.id), skuId: before.skuId, levelId: before.levelId, before, after: undefined, deliberateLoss
  }))
  await refuseBelowCost(tx, moved, inForce, changes, 'ids')
  await writeChanges(tx, changes, moved, { actor, endReason: reason })
  return await readPriceRules(tx, ids)
}

function refuseUnknown (ids: readonly Uuid[], rules: readonly KeptRule[]): void {
  const known = new Set(rules.map(rule => rule.id))
  const errors = ids.flatMap((id, index) => known.has(id) ? [] : [{ pointer: `/ids/${index}`, detail: 'is not a price rule' }])
  if (errors.length > 0) throw new Problem('invalid_request', 'Some rules are unknown; none was ended.', { errors })
}
