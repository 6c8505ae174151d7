// Which change of rules sells below cost without being meant to, and which does not: below-cost.ts, without a database.
import t from 'tap'
import type { Uuid } from '../../src/base/ids.ts'
import { lossesOf, type PricedRule, type RuleChange } from '../../src/domain/pricing/below-cost.ts'
import type { PriceRule } from '../../src/domain/pricing/unit-price.ts'

const [sku, other, reseller] = ['sku', 'other', 'reseller'] as unknown as [Uuid, Uuid, Uuid]

let named = 0
function rule (kind: PriceRule['kind'], more: Partial<PricedRule>): PricedRule {
  const id = `${kind} ${++named}` as Uuid
  return {
    id,
    kind,
    skuId: sku,
    levelId: null,
    resellerId: null,
    amount: null,
    rate: null,
    quantityMin: null,
    deliberateLoss: false,
    ...more
  }
}
const list = (amount: bigint, more: Partial<PricedRule> = {}) => rule('list', { amount, ...more })
const gold = (amount: bigint, more: Partial<PricedRule> = {}) => rule('level', { levelId: 'gold', amount, ...more })
const contract = (amount: bigint, more: Partial<PricedRule> = {}) => rule('contract', { resellerId: reseller, amount, ...more })
const discount = (rate: number, more: Partial<PricedRule> = {}) => rule('level_discount', { skuId: null, levelId: 'gold', rate, ...more })
const breakAt = (quantityMin: number, rate: number, more: Partial<PricedRule> = {}) => rule('quantity_break',
  { quantityMin, rate, ...more })
const floor = (amount: bigint, more: Partial<PricedRule> = {}) => rule('floor', { amount, ...more })

/** A rule that comes, one that goes, or one in the place of another; each is marked as its rule is, a rule that goes when said. */
const come = (after: PricedRule, before?: PricedRule, index = 0): RuleChange =>
  ({ index, skuId: after.skuId, levelId: after.levelId, before, after, deliberateLoss: after.deliberateLoss })
const go = (before: PricedRule, index = 0, deliberateLoss = false): RuleChange =>
  ({ index, skuId: before.skuId, levelId: before.levelId, before, after: undefined, deliberateLoss })

/** The losses in short: which change, of which SKU, at what price. */
const losses = (inForce: readonly PricedRule[], changes: readonly RuleChange[],
  costs: readonly (readonly [Uuid, bigint])[] = [[sku, 100n]]) =>
  lossesOf(inForce, changes, new Map(costs)).map(({ change, skuId, price, cost }) => [change.index, skuId, price, cost])

t.test('a price below cost is a loss, one at cost is none', async t => {
  t.same(losses([], [come(list(99n))]), [[0, sku, 99n, 100n]])
  t.same(losses([], [come(list(100n))]), [])
  t.same(losses([], [come(list(99n))], []), [], 'what has no cost cannot be sold below it')
  t.same(losses([], [come(list(99n))], [[other, 100n]]), [], 'another SKU’s cost is not its own')
  t.same(losses([list(99n)], []), [], 'what changes nothing answers for nothing')
})

t.test('who marks the loss is let through', async t => {
  t.same(losses([], [come(list(50n, { deliberateLoss: true }))]), [])
  const meant = list(50n, { deliberateLoss: true })
  t.same(losses([], [{ ...come(meant), deliberateLoss: false }]), [], 'the rule that takes the price below cost is marked')
  const plain = list(50n)
  t.same(losses([], [{ ...come(plain), deliberateLoss: true }]), [], 'or the change is')
})

t.test('a step below cost is no loss when the price ends at cost or above', async t => {
  t.same(losses([floor(150n)], [come(list(50n))]), [])
  t.same(losses([floor(100n)], [come(list(50n))]), [])
  t.same(losses([floor(99n)], [come(list(50n))]), [[0, sku, 99n, 100n]])
})

t.test('only the rules that take a price below cost have to be marked', async t => {
  const meant = { deliberateLoss: true }
  t.same(losses([], [come(list(100n)), come(breakAt(10, 9_000, meant), undefined, 1)]), [],
    'a list price at cost, then a break that is meant')
  const [high, lower] = [floor(95n), floor(92n)]
  t.same(losses([list(50n, meant), high], [come(lower, high)]), [], 'a floor does not take it there, though it lets it fall')
  t.same(losses([list(90n, meant)], [come(breakAt(10, 10_000))]), [], 'nor does a break that leaves it as it is')
})

t.test('every price that some buyer could be asked is looked at', async t => {
  t.same(losses([list(200n)], [come(gold(90n))]), [[0, sku, 90n, 100n]], 'a level’s')
  t.same(losses([list(200n)], [come(contract(90n))]), [[0, sku, 90n, 100n]], 'a contract’s')
  t.same(losses([list(200n)], [come(discount(4_000))]), [[0, sku, 80n, 100n]], 'a level’s at its discount')
  t.same(losses([list(200n)], [come(breakAt(10, 4_000))]), [[0, sku, 80n, 100n]], 'one of ten')
  t.same(losses([list(200n), breakAt(10, 6_000)], [come(breakAt(20, 4_000))]), [[0, sku, 80n, 100n]], 'one of twenty')
  t.same(losses([list(200n), breakAt(10, 9_000)], [come(contract(105n))]), [[0, sku, 95n, 100n]], 'a contract’s at ten')
  t.same(losses([list(200n), discount(6_000)], [come(breakAt(10, 8_000))]), [[0, sku, 96n, 100n]], 'a level’s of ten at its discount')
  t.same(losses([list(200n), gold(110n)], [come(breakAt(10, 9_000))]), [[0, sku, 99n, 100n]])
  t.same(losses([list(200n), contract(110n)], [come(breakAt(10, 9_000))]), [[0, sku, 99n, 100n]])
  t.same(losses([gold(110n)], [come(breakAt(10, 9_000))]), [[0, sku, 99n, 100n]], 'without a list price too')
})

t.test('breaks are climbed in order of quantity, however they come', async t => {
  const rungs = [breakAt(100, 5_500), breakAt(10, 6_000)]
  t.same(losses([list(200n), ...rungs], [come(breakAt(50, 5_200))]), [], 'above cost on every rung')
  t.same(losses([list(200n), ...rungs], [come(list(190n, { id: 'new' as Uuid }))]), [])
  t.same(losses([list(200n), ...rungs], [come(list(180n))]), [[0, sku, 99n, 100n]], 'the hundred at 55 %')
  t.same(losses([...rungs, list(200n)], [come(list(150n))]), [[0, sku, 90n, 100n]], 'the first rung that is below: ten at 60 %')
})

t.test('the rule in whose place another comes is gone', async t => {
  const old = list(90n)
  t.same(losses([old], [come(list(150n), old)]), [])
  const cheap = gold(90n)
  t.same(losses([list(200n), cheap], [come(gold(95n), cheap)]), [[0, sku, 95n, 100n]], 'raised, and below cost all the same')
  t.same(losses([list(90n), gold(150n)], [come(gold(140n))]), [], 'the loss at the list price was there before')
})

t.test('a price that was below cost before is nobody’s fault unless somebody gives it or it falls', async t => {
  const [low, ten] = [list(90n), breakAt(10, 9_900)]
  t.same(losses([low], [come(ten)]), [[0, sku, 89n, 100n]], 'it falls by the break')
  t.same(losses([list(90n, { deliberateLoss: true })], [come(breakAt(10, 9_000))]), [[0, sku, 81n, 100n]], 'and the break is not marked')
  t.same(losses([low], [come(floor(95n))]), [], 'a floor that raises it, if not far enough, is no fault')
  const [high, lower] = [floor(95n), floor(92n)]
  t.same(losses([low, high], [come(lower, high)]), [[0, sku, 92n, 100n]], 'a floor that lets it fall is')
  t.same(losses([low, high], [go(high)]), [[0, sku, 90n, 100n]], 'so is one that goes')
  t.same(losses([low, high], [{ ...go(high), deliberateLoss: true }]), [], 'unless it is meant')
  const raised = floor(97n)
  t.same(losses([low, high], [come(raised, high)]), [], 'a floor that raises it further is none')
  t.same(losses([low, high], [come(floor(95n), high)]), [], 'nor is one that leaves it')
})

t.test('a rule that goes answers where the price falls by it', async t => {
  const dear = gold(150n)
  t.same(losses([list(90n), dear], [go(dear)]), [[0, sku, 90n, 100n]], 'the level falls to the list price')
  const cheap = gold(80n)
  t.same(losses([list(90n), cheap], [go(cheap)]), [], 'it rises')
  const guard = contract(150n)
  t.same(losses([list(90n), guard], [go(guard)]), [], 'whoever loses a contract falls to what the level pays, which was so before')
  const only = list(150n)
  t.same(losses([only], [go(only)]), [], 'no price is no loss')
  const rate = breakAt(10, 5_000)
  t.same(losses([list(150n), rate], [go(rate)]), [])
})

t.test('a level discount is looked at for every SKU with a cost, and for its own level only', async t => {
  const lists = [list(200n), list(150n, { skuId: other })]
  const costs = [[sku, 100n], [other, 100n]] as const
  t.same(losses(lists, [come(discount(6_000))], costs), [[0, other, 90n, 100n]])
  t.same(losses([...lists, gold(60n, { levelId: 'silver', deliberateLoss: false })], [come(discount(9_000))], costs), [],
    'silver is another matter')
  t.same(losses(lists, [come(discount(4_000))], costs), [[0, sku, 80n, 100n]], 'one loss for each change, the first')
  const gentle = discount(9_000)
  t.same(losses([...lists, gentle], [come(discount(6_000), gentle)], costs), [[0, other, 90n, 100n]])
  t.same(losses([...lists, gold(120n)], [come(discount(4_000, {}))], [[sku, 100n]]), [], 'a level price knows no discount')
  t.same(losses([list(90n), gentle], [go(gentle)]), [], 'the price rises when it goes')
})

t.test('several changes answer each for its own, in their order', async t => {
  const changes = [
    come(contract(90n), undefined, 2), come(gold(80n), undefined, 1), come(list(95n, { skuId: other }), undefined, 0),
    come(list(500n), undefined, 3)
  ]
  t.same(losses([], changes, [[sku, 100n], [other, 100n]]), [[0, other, 95n, 100n], [1, sku, 80n, 100n], [2, sku, 90n, 100n]])
  const [cheap, ten] = [come(list(110n), undefined, 0), come(breakAt(10, 8_000), undefined, 1)]
  t.same(losses([], [cheap, ten]), [[1, sku, 88n, 100n]], 'the one that takes the price below cost')
  const both = [come(list(90n), undefined, 0), come(breakAt(10, 8_000), undefined, 1)]
  t.same(losses([], both), [[0, sku, 90n, 100n]], 'the first of the two that took part, at every quantity')
  t.same(losses([], [come(list(90n, { deliberateLoss: true })), come(breakAt(10, 8_000), undefined, 1)]), [[1, sku, 72n, 100n]])
  const old = discount(9_000)
  t.same(losses([old], [come(list(120n, {}), undefined, 0), come(discount(8_000), old, 1)]), [[1, sku, 96n, 100n]])
})
