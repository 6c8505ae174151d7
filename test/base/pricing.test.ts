// How a unit price comes about, step by step: unit-price.ts and the book that is made of it, without a database.
import t from 'tap'
import type { Uuid } from '../../src/base/ids.ts'
import { priceBook, type BookSku } from '../../src/domain/pricing/price-book.ts'
import { enterRule, explain, noRules, priceSteps, type PriceRule } from '../../src/domain/pricing/unit-price.ts'

const id = (name: string) => name as Uuid
const [sku, other, reseller, stranger] = ['sku', 'other', 'reseller', 'stranger'].map(id) as [Uuid, Uuid, Uuid, Uuid]

/** A rule of the SKU, called by its name. */
function rule (name: string, kind: PriceRule['kind'], more: Partial<PriceRule>): PriceRule {
  return { id: id(name), kind, skuId: sku, levelId: null, resellerId: null, amount: null, rate: null, quantityMin: null, ...more }
}

const list = rule('list', 'list', { amount: 1_000n })
const gold = rule('gold', 'level', { levelId: 'gold', amount: 900n })
const contract = rule('contract', 'contract', { resellerId: reseller, amount: 800n })
const discount = rule('discount', 'level_discount', { skuId: null, levelId: 'gold', rate: 9_500 })
const ten = rule('ten', 'quantity_break', { quantityMin: 10, rate: 9_000 })
const hundred = rule('hundred', 'quantity_break', { quantityMin: 100, rate: 8_000 })
const floor = rule('floor', 'floor', { amount: 850n })
const retail = rule('retail', 'minimum_retail', { amount: 1_200n })

const bookSku: BookSku = {
  id: sku, productId: id('product'), currency: 'CNY', status: 'active', kind: 'code', quantityMin: 1, quantityMax: 1_000, quantityStep: 1
}
const bookOf = (...rules: readonly PriceRule[]) => priceBook(7n, [bookSku, { ...bookSku, id: other }], rules)
const goldBuyer = { resellerId: stranger, levelId: 'gold' }
const bronzeBuyer = { resellerId: stranger, levelId: 'bronze' }
const contracted = { resellerId: reseller, levelId: 'gold' }

t.test('each kind of rule has its place among the rules of its SKU', async t => {
  const rules = noRules()
  t.same(rules, { list: undefined, floor: undefined, minimumRetail: undefined, levels: new Map(), contracts: new Map(), breaks: [] })
  for (const entered of [list, gold, contract, ten, hundred, floor, retail]) enterRule(rules, entered)
  t.equal(rules.list, list)
  t.equal(rules.floor, floor)
  t.equal(rules.minimumRetail, retail)
  t.same([...rules.levels], [['gold', gold]])
  t.same([...rules.contracts], [[reseller, contract]])
  t.same(rules.breaks, [ten, hundred])
})

t.test('a contract goes before a level, a level before the list price at the discount; then the break, then the floor', async t => {
  const rules = { ...noRules(), list }
  const [one, two, three] = [
    { rule: 'list', id: 'list', before: null, after: 1_000n },
    { rule: 'level_discount', id: 'discount', before: 1_000n, after: 950n },
    { rule: 'quantity_break', id: 'ten', before: 950n, after: 855n }
  ]
  t.same(priceSteps(rules, undefined, undefined, undefined, undefined), [one])
  t.same(priceSteps(rules, undefined, undefined, discount, undefined), [one, two])
  t.same(priceSteps(rules, undefined, undefined, discount, ten), [one, two, three])
  const level = { rule: 'level', id: 'gold', before: null, after: 900n }
  t.same(priceSteps(rules, undefined, gold, discount, undefined), [level], 'a level price knows no discount')
  t.same(priceSteps(rules, undefined, gold, discount, ten), [level, { rule: 'quantity_break', id: 'ten', before: 900n, after: 810n }])
  t.same(priceSteps(rules, contract, gold, discount, undefined), [{ rule: 'contract', id: 'contract', before: null, after: 800n }])
  t.same(priceSteps({ ...rules, list: undefined }, undefined, gold, undefined, undefined), [level], 'no list price is needed for it')
  t.equal(priceSteps(noRules(), undefined, undefined, discount, ten), undefined, 'rates alone are no price')
})

t.test('a floor is a step only where the price would lie below it', async t => {
  const at = (amount: bigint) => ({ ...noRules(), list, floor: rule('floor', 'floor', { amount }) })
  t.equal(priceSteps(at(999n), undefined, undefined, undefined, undefined)!.length, 1)
  t.equal(priceSteps(at(1_000n), undefined, undefined, undefined, undefined)!.length, 1, 'not where it is the price itself')
  t.same(priceSteps(at(1_001n), undefined, undefined, undefined, undefined), [
    { rule: 'list', id: 'list', before: null, after: 1_000n }, { rule: 'floor', id: 'floor', before: 1_000n, after: 1_001n }
  ])
})

t.test('rules explain a sold line in the order they were applied', async t => {
  t.same(explain([]), [])
  t.same(explain([list, ten, floor]).map(({ before, after }) => [before, after]), [[null, 1_000n], [1_000n, 900n], [900n, 900n]])
  t.same(explain([list, hundred, floor]).map(({ after }) => after), [1_000n, 800n, 850n])
  t.same(explain([list, rule('same', 'floor', { amount: 1_000n })]).map(({ after }) => after), [1_000n, 1_000n])
  t.same(explain([gold, contract]).map(({ before, after }) => [before, after]), [[null, 900n], [900n, 800n]],
    'a price takes the place of another')
  for (const first of [ten, discount, floor]) {
    t.throws(() => explain([first]), new Error(`expected a price before the rule ${first.id} of kind ${first.kind}`))
  }
})

t.test('a book quotes by buyer and quantity, and every quantity of one rung alike', async t => {
  const book = bookOf(list, discount, ten, hundred)
  t.equal(book.version, 7n)
  t.equal(book.sku(sku), bookSku)
  t.equal(book.sku(id('unknown')), undefined)
  t.same(book.quote(goldBuyer, sku, 10), {
    unitPrice: 855n,
    ruleIds: ['list', 'discount', 'ten'],
    steps: [
      { rule: 'list', id: 'list', before: null, after: 1_000n },
      { rule: 'level_discount', id: 'discount', before: 1_000n, after: 950n },
      { rule: 'quantity_break', id: 'ten', before: 950n, after: 855n }
    ]
  })
  const prices = (buyer: typeof goldBuyer) => [1, 9, 10, 99, 100, 1_000].map(quantity => book.quote(buyer, sku, quantity)?.unitPrice)
  t.same(prices(goldBuyer), [950n, 950n, 855n, 855n, 760n, 760n])
  t.same(prices(bronzeBuyer), [1_000n, 1_000n, 900n, 900n, 800n, 800n])
  t.same(prices(goldBuyer), [950n, 950n, 855n, 855n, 760n, 760n], 'whoever asked in between')
  t.equal(book.quote(goldBuyer, sku, 11), book.quote({ resellerId: reseller, levelId: 'gold' }, sku, 99),
    'a quotation is kept for its level and rung')
  t.equal(book.quote(goldBuyer, other, 1), undefined, 'a SKU without a price')
  t.equal(book.quote(goldBuyer, id('unknown'), 1), undefined)
})

t.test('a contract is its reseller’s alone, whatever was asked before', async t => {
  const book = bookOf(list, gold, contract, rule('theirs', 'contract', { resellerId: id('third'), amount: 700n }), ten)
  for (const time of ['first', 'again']) {
    t.equal(book.quote(goldBuyer, sku, 1)?.unitPrice, 900n, time)
    t.equal(book.quote(contracted, sku, 1)?.unitPrice, 800n, time)
    t.equal(book.quote(contracted, sku, 10)?.unitPrice, 720n)
    t.equal(book.quote({ resellerId: id('third'), levelId: 'gold' }, sku, 1)?.unitPrice, 700n)
    t.equal(book.quote(bronzeBuyer, sku, 1)?.unitPrice, 1_000n)
  }
  t.equal(book.quote(contracted, sku, 10), book.quote({ ...contracted, levelId: 'bronze' }, sku, 10), 'at whatever level')
  // A level could bear the id of a reseller: their quotations are kept apart.
  const twin = bookOf(list, contract, rule('twin', 'level', { levelId: reseller, amount: 500n }))
  t.equal(twin.quote(contracted, sku, 1)?.unitPrice, 800n)
  t.equal(twin.quote({ resellerId: stranger, levelId: reseller }, sku, 1)?.unitPrice, 500n)
})

t.test('below the higher of minimum retail price and floor nothing is sold on', async t => {
  t.equal(bookOf().minimumRetail(sku), 0n)
  t.equal(bookOf().minimumRetail(id('unknown')), 0n)
  t.equal(bookOf(retail).minimumRetail(sku), 1_200n)
  t.equal(bookOf(floor).minimumRetail(sku), 850n)
  t.equal(bookOf(floor, retail).minimumRetail(sku), 1_200n)
  t.equal(bookOf(retail, rule('floor', 'floor', { amount: 1_300n })).minimumRetail(sku), 1_300n)
  t.equal(bookOf(retail).minimumRetail(other), 0n)
  t.equal(bookOf(retail, list).quote(goldBuyer, sku, 1)?.unitPrice, 1_000n, 'it gives no price')
})

t.test('a rule of a SKU that the book does not have is a fault of ours', async t => {
  t.throws(() => priceBook(1n, [], [list]), new Error('expected the SKU of a price rule'))
})
