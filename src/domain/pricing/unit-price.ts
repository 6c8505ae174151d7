// How a unit price comes about, without I/O: which rules apply to a buyer and a quantity, and what each of them does.
//   contract price ?? level price ?? list price × level discount, then the quantity break reached, then never below the floor.
// The price book, the check against cost and the explanation of a sold line all go through here.
import type { PriceRuleKind } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { applyRate, type Amount } from '../../base/money.ts'
import { assert } from '../../base/problem.ts'

/**
 * What a rule is bound to, and what it does to a price: `amount` sets it (ten-thousandths of a major unit), `rate`
 * multiplies it (ten-thousandths of one).
 */
export interface PriceRule {
  readonly id: Uuid
  readonly kind: PriceRuleKind
  readonly skuId: Uuid | null
  readonly levelId: string | null
  readonly resellerId: Uuid | null
  readonly amount: Amount | null
  readonly rate: number | null
  readonly quantityMin: number | null
}

/** One rule that applied; `before` is null for the rule that gave the first price. */
export interface PriceStep { readonly rule: PriceRuleKind, readonly id: Uuid, readonly before: Amount | null, readonly after: Amount }

/** The rules in force of one SKU; `breaks` ascend by quantity. */
export interface SkuRules {
  list: PriceRule | undefined
  floor: PriceRule | undefined
  /** Binds those who sell on; it gives no price. */
  minimumRetail: PriceRule | undefined
  readonly levels: Map<string, PriceRule>
  readonly contracts: Map<Uuid, PriceRule>
  readonly breaks: PriceRule[]
}

/** Rules of a SKU that has none yet. */
export function noRules (): SkuRules {
  return { list: undefined, floor: undefined, minimumRetail: undefined, levels: new Map(), contracts: new Map(), breaks: [] }
}

/** Puts a rule that is bound to a SKU in its place; breaks must come in ascending order of quantity. */
export function enterRule (rules: SkuRules, rule: PriceRule): void {
  if (rule.kind === 'list' || rule.kind === 'floor') rules[rule.kind] = rule
  else if (rule.kind === 'minimum_retail') rules.minimumRetail = rule
  else if (rule.kind === 'level') rules.levels.set(rule.levelId!, rule)
  else if (rule.kind === 'contract') rules.contracts.set(rule.resellerId!, rule)
  else rules.breaks.push(rule)
}

/**
 * The steps from nothing to the unit price, or undefined when no rule gives a price. `contract` and `level` are the buyer's
 * rules for this SKU, `discount` the one of the buyer's level, `reached` the quantity break.
 */
export function priceSteps (
  rules: SkuRules, contract: PriceRule | undefined, level: PriceRule | undefined, discount: PriceRule | undefined,
  reached: PriceRule | undefined
): readonly PriceStep[] | undefined {
  const special = contract ?? level
  const first = special ?? rules.list
  if (!first) return undefined
  const steps = explain([first, special ? undefined : discount, reached].filter(rule => rule !== undefined))
  const { floor } = rules
  if (!floor || steps.at(-1)!.after >= floor.amount!) return steps
  return [...steps, step(floor, steps.at(-1)!.after)]
}

/** What rules do to a price when applied in this order, as for a sold line from its rule ids; the last step ends at the unit price. */
export function explain (rules: readonly PriceRule[]): readonly PriceStep[] {
  const steps: PriceStep[] = []
  for (const rule of rules) steps.push(step(rule, steps.at(-1)?.after ?? null))
  return steps
}

function step (rule: PriceRule, before: Amount | null): PriceStep {
  const { id, kind } = rule
  if (kind === 'list' || kind === 'level' || kind === 'contract') return { rule: kind, id, before, after: rule.amount! }
  assert(before !== null, `a price before the rule ${id} of kind ${kind}`)
  if (kind === 'floor') return { rule: kind, id, before, after: before > rule.amount! ? before : rule.amount! }
  return { rule: kind, id, before, after: applyRate(before, rule.rate!) }
}
