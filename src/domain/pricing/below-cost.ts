// Would a change of rules sell below cost? Without I/O: every price that a buyer could be asked, before and after the change,
// against the highest cost on the shelf. A loss is let through when it is meant: every change that has a part in it is marked, or
// every rule that takes the price below cost is.
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { enterRule, noRules, priceSteps, type PriceRule, type PriceStep, type SkuRules } from './unit-price.ts'

export interface PricedRule extends PriceRule { readonly deliberateLoss: boolean }

/** One rule set in the place of another (or of none), or one taken away. `index` is its place in the request. */
export interface RuleChange {
  readonly index: number
  /** What the rule is bound to; no SKU for a level discount. */
  readonly skuId: Uuid | null
  readonly levelId: string | null
  readonly before: PricedRule | undefined
  readonly after: PricedRule | undefined
  readonly deliberateLoss: boolean
}

/** A price below cost, and the change that has to answer for it. */
export interface Loss { readonly change: RuleChange, readonly skuId: Uuid, readonly price: Amount, readonly cost: Amount }

/** The first loss of each change that nobody meant. `inForce` are the rules before the change, `costs` the costs of the SKUs it touches. */
export function lossesOf (
  inForce: readonly PricedRule[], changes: readonly RuleChange[], costs: ReadonlyMap<Uuid, Amount>
): readonly Loss[] {
  const gone = new Set(changes.map(change => change.before?.id))
  const before = gather(inForce)
  const come = changes.map(change => change.after).filter(rule => rule !== undefined)
  const after = gather([...inForce.filter(rule => !gone.has(rule.id)), ...come])
  const changeOf = new Map<Uuid, RuleChange>()
  for (const change of changes) {
    if (change.before) changeOf.set(change.before.id, change)
    if (change.after) changeOf.set(change.after.id, change)
  }
  const bound = new Set(changes.map(change => change.skuId))
  const discounted = changes.filter(change => change.skuId === null).map(change => ({ levelId: change.levelId! }))
  const losses = new Map<RuleChange, Loss>()
  for (const [skuId, cost] of costs) {
    const [from, to] = [before, after].map(state => ({ rules: state.skus.get(skuId) ?? noRules(), discounts: state.discounts }))
    for (const buyer of bound.has(skuId) ? buyersOf(from!, to!) : discounted) {
      for (const quantity of quantitiesOf(from!.rules, to!.rules)) {
        const was = stepsFor(from!, buyer, quantity)
        const is = stepsFor(to!, buyer, quantity)
        const change = is && answerable(was, is, cost, changeOf, after.deliberate)
        if (change && !losses.has(change)) losses.set(change, { change, skuId, price: is.at(-1)!.after, cost })
      }
    }
  }
  return [...losses.values()].sort((a, b) => a.change.index - b.change.index)
}

interface State {
  readonly skus: ReadonlyMap<Uuid, SkuRules>
  readonly discounts: ReadonlyMap<string, PriceRule>
  /** The rules that are marked as a deliberate loss. */
  readonly deliberate: ReadonlySet<Uuid>
}

function gather (rules: readonly PricedRule[]): State {
  const skus = new Map<Uuid, SkuRules>()
  const discounts = new Map<string, PriceRule>()
  for (const rule of rules.toSorted((a, b) => (a.quantityMin ?? 0) - (b.quantityMin ?? 0))) {
    if (rule.skuId === null) {
      discounts.set(rule.levelId!, rule)
      continue
    }
    let page = skus.get(rule.skuId)
    if (!page) skus.set(rule.skuId, page = noRules())
    enterRule(page, rule)
  }
  return { skus, discounts, deliberate: new Set(rules.filter(rule => rule.deliberateLoss).map(rule => rule.id)) }
}

interface Ladder { readonly rules: SkuRules, readonly discounts: ReadonlyMap<string, PriceRule> }

/** A reseller with a contract, a level with rules of its own, or (both undefined) any other level. */
interface AnyBuyer { readonly resellerId?: Uuid, readonly levelId?: string }

function buyersOf (from: Ladder, to: Ladder): readonly AnyBuyer[] {
  const levels = new Set([...from.rules.levels.keys(), ...to.rules.levels.keys(), ...from.discounts.keys(), ...to.discounts.keys()])
  const buyers: AnyBuyer[] = [{}]
  for (const levelId of levels) buyers.push({ levelId })
  // Whoever loses a contract falls to the price of a level; that price is looked at as the level's, and is not of this change.
  for (const resellerId of to.rules.contracts.keys()) buyers.push({ resellerId })
  return buyers
}

function quantitiesOf (from: SkuRules, to: SkuRules): ReadonlySet<number> {
  return new Set([1, ...[...from.breaks, ...to.breaks].map(rule => rule.quantityMin!)])
}

function stepsFor ({ rules, discounts }: Ladder, { resellerId, levelId }: AnyBuyer, quantity: number): readonly PriceStep[] | undefined {
  const contract = resellerId === undefined ? undefined : rules.contracts.get(resellerId)
  const [level, discount] = levelId === undefined ? [] : [rules.levels.get(levelId), discounts.get(levelId)]
  return priceSteps(rules, contract, level, discount, rules.breaks.findLast(rule => rule.quantityMin! <= quantity))
}

/** The change that must answer for a price below cost; undefined when it is not below, not of these changes, or meant. */
function answerable (
  was: readonly PriceStep[] | undefined, is: readonly PriceStep[], cost: Amount,
  changeOf: ReadonlyMap<Uuid, RuleChange>, deliberate: ReadonlySet<Uuid>
): RuleChange | undefined {
  const price = is.at(-1)!.after
  if (price >= cost) return undefined
  const fell = was === undefined || price < was.at(-1)!.after
  const lowering = is.filter(step => step.after < cost && (step.before === null || step.after < step.before))
  if (lowering.every(step => deliberate.has(step.id))) return undefined
  const changesOf = (steps: readonly PriceStep[]) => steps.map(step => changeOf.get(step.id)).filter(change => change !== undefined)
  // A new rule must stand by the price it gives; a floor, or a rule that goes, only when the price falls by it.
  const given = changesOf([...lowering, ...is]).filter(change => fell || change.after!.kind !== 'floor')
  const taken = fell ? changesOf(was ?? []) : []
  return [...given, ...taken].find(change => !change.deliberateLoss)
}
