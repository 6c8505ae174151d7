import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { rulesPerCallMax } from '../../schema/rest/prices.ts'
import { newId, showId, type Uuid } from '../../src/base/ids.ts'
import type { Amount } from '../../src/base/money.ts'
import type { Problem } from '../../src/base/problem.ts'
import type { Sku } from '../../src/domain/catalog/read-skus.ts'
import { endPriceRules } from '../../src/domain/pricing/end-prices.ts'
import { explainPrice } from '../../src/domain/pricing/explain-price.ts'
import { listPriceRules, readPriceRules } from '../../src/domain/pricing/list-price-rules.ts'
import { priceBook, type BookSku } from '../../src/domain/pricing/price-book.ts'
import { setPriceRules, type RuleDraft } from '../../src/domain/pricing/set-prices.ts'
import { explain, type PriceRule } from '../../src/domain/pricing/unit-price.ts'
import { snapshotVersions } from '../../src/postgres/snapshot.ts'
import { openPricedWorld } from '../support/priced-world.ts'

const world = await openPricedWorld()
const { db, change } = world
t.teardown(() => world.close())

type Terms = Omit<RuleDraft, 'deliberateLoss' | 'reason'> & Partial<RuleDraft>

const set = (...rules: readonly Terms[]) =>
  change(tx => setPriceRules(tx, rules.map(rule => ({ deliberateLoss: false, reason: '', ...rule })), 'key_test_operator'))
const end = (ids: readonly Uuid[], deliberateLoss = false) =>
  change(tx => endPriceRules(tx, { ids, deliberateLoss, reason: 'over' }, 'key_test_operator'))
const refusedWith = (code: string, pointer?: string) => ({ code, ...(pointer ? { facts: { errors: [{ pointer }] } } : {}) })

/** Level discounts reach every SKU: what stands on the shelf and what is in force would meet from test to test. */
async function startAnew () {
  await db`delete from shelf`
  await db`update price_rules set replaced_at = now(), replaced_by = 'test' where replaced_at is null`
}
t.beforeEach(startAnew)

let levels = 0
const newLevel = () => world.level(`level-${++levels}`)

async function priceOf (sku: Sku, levelId: string, quantity = 1, resellerId = newId()): Promise<Amount | undefined> {
  const book = await world.book()
  return book.quote({ resellerId, levelId }, sku.id, quantity)?.unitPrice
}

t.test('a contract price goes before a level price before the list price at the level\'s discount; then break, then floor', async t => {
  const level = await newLevel()
  const reseller = await world.reseller(level)
  const sku = await world.sku()
  t.equal(await priceOf(sku, level), undefined, 'no rule, no price')
  await set({ kind: 'level_discount', levelId: level, rate: 9_000 })
  await set({ kind: 'quantity_break', skuId: sku.id, quantityMin: 10, rate: 9_500 })
  t.equal(await priceOf(sku, level), undefined, 'a rate alone is no price')
  await set({ kind: 'list', skuId: sku.id, amount: 1_000_000n })
  t.equal(await priceOf(sku, 'another'), 1_000_000n)
  t.equal(await priceOf(sku, level), 900_000n)
  t.equal(await priceOf(sku, level, 9), 900_000n)
  t.equal(await priceOf(sku, level, 10), 855_000n)
  await set({ kind: 'level', skuId: sku.id, levelId: level, amount: 870_000n })
  t.equal(await priceOf(sku, level), 870_000n, 'the discount is for the list price only')
  await set({ kind: 'contract', skuId: sku.id, resellerId: reseller, amount: 880_000n })
  t.equal(await priceOf(sku, level, 1, reseller), 880_000n, 'a contract holds even when the level pays less')
  t.equal(await priceOf(sku, level), 870_000n)
  await set({ kind: 'floor', skuId: sku.id, amount: 860_000n })
  const book = await world.book()
  const { steps, unitPrice, ruleIds } = book.quote({ resellerId: reseller, levelId: level }, sku.id, 10)!
  t.match(steps, [
    { rule: 'contract', before: null, after: 880_000n },
    { rule: 'quantity_break', before: 880_000n, after: 836_000n },
    { rule: 'floor', before: 836_000n, after: 860_000n }
  ])
  t.equal(unitPrice, 860_000n)
  t.strictSame(ruleIds, steps.map(step => step.id))
  t.equal(book.quote({ resellerId: reseller, levelId: level }, sku.id, 1)!.steps.length, 1, 'a floor that is not reached is not named')
  t.equal(book.quote({ resellerId: reseller, levelId: level }, newId(), 1), undefined)
})

t.test('the book knows the limits of a SKU, and shows it no better off than its product', async t => {
  const product = await world.product()
  const sku = await world.sku({ productId: product.id, quantityMin: 2, quantityMax: 20, quantityStep: 2, status: 'paused' })
  t.strictSame((await world.book()).sku(sku.id), {
    id: sku.id, productId: product.id, currency: 'CNY', kind: 'code', quantityMin: 2, quantityMax: 20, quantityStep: 2, status: 'paused'
  })
  await db`update products set status = 'delisted' where id = ${product.id}`
  t.equal((await world.book()).sku(sku.id)!.status, 'delisted')
  t.equal((await world.book()).sku(newId()), undefined)
})

t.test('whatever the rules: the price is the formula\'s, is never below the floor, and its rules give it again', async t => {
  const skuId = newId()
  const resellerId = newId()
  const limits = { quantityMin: 1, quantityMax: 1_000, quantityStep: 1 }
  const sku: BookSku = { id: skuId, productId: newId(), currency: 'CNY', status: 'active', kind: 'code', ...limits }
  const amount = fc.bigInt({ min: 0n, max: 10n ** 12n })
  const rate = fc.integer({ min: 1, max: 10_000 })
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })
  fc.assert(fc.property(
    fc.record({
      list: maybe(amount),
      level: maybe(amount),
      contract: maybe(amount),
      discount: maybe(rate),
      floor: maybe(amount),
      breaks: fc.uniqueArray(fc.record({ quantityMin: fc.integer({ min: 2, max: 50 }), rate }), {
        selector: rule => rule.quantityMin, maxLength: 5
      }),
      quantities: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 })
    }),
    ({ list, level, contract, discount, floor, breaks, quantities }) => {
      const rule = (kind: PriceRule['kind'], more: Partial<PriceRule>): PriceRule =>
        ({ id: newId(), kind, skuId, levelId: null, resellerId: null, quantityMin: null, amount: null, rate: null, ...more })
      const rules: PriceRule[] = []
      if (list !== null) rules.push(rule('list', { amount: list }))
      if (level !== null) rules.push(rule('level', { amount: level, levelId: 'gold' }))
      if (contract !== null) rules.push(rule('contract', { amount: contract, resellerId }))
      if (discount !== null) rules.push(rule('level_discount', { rate: discount, levelId: 'gold', skuId: null }))
      if (floor !== null) rules.push(rule('floor', { amount: floor }))
      for (const step of breaks.toSorted((a, b) => a.quantityMin - b.quantityMin)) rules.push(rule('quantity_break', step))
      const book = priceBook(1n, [sku], rules)
      for (const quantity of quantities) {
        const quotation = book.quote({ resellerId, levelId: 'gold' }, skuId, quantity)
        const times = (price: bigint, by: number) => (2n * price * BigInt(by) + 10_000n) / 20_000n
        let expected = contract ?? level ?? (list === null ? null : discount === null ? list : times(list, discount))
        if (expected === null) {
          if (quotation) throw new Error('a price from nothing')
          continue
        }
        const reached = breaks.filter(step => step.quantityMin <= quantity).sort((a, b) => b.quantityMin - a.quantityMin)[0]
        if (reached) expected = times(expected, reached.rate)
        if (floor !== null && expected < floor) expected = floor
        if (quotation?.unitPrice !== expected) throw new Error(`${quotation?.unitPrice} instead of ${expected}`)
        const again = explain(quotation.ruleIds.map(id => rules.find(rule => rule.id === id)!))
        if (!isDeepStrictEqual(again, quotation.steps)) throw new Error('the rules of a price give another')
      }
    }
  ), { numRuns: 500 })
  t.pass('for hundreds of random sets of rules')
})

t.test('a rule replaces the one in its place, and the old one stays with who and why', async t => {
  const sku = await world.sku()
  const [first] = await set({ kind: 'list', skuId: sku.id, amount: 100n, reason: 'spring' })
  const { prices: version } = Object.fromEntries(await snapshotVersions(db))
  const [same] = await set({ kind: 'list', skuId: sku.id, amount: 100n, reason: 'again' })
  t.match(same, { outcome: 'unchanged', rule: { id: first!.rule.id, reason: 'spring' } })
  t.equal(Object.fromEntries(await snapshotVersions(db)).prices, version, 'what changes nothing moves no version')
  const [second] = await set({ kind: 'list', skuId: sku.id, amount: 90n })
  t.equal(second!.outcome, 'set')
  t.equal(Object.fromEntries(await snapshotVersions(db)).prices, version! + 1n)
  const history = await listPriceRules(db, { skuId: sku.id, span: 'all' }, undefined, 10)
  t.match(history, [
    { id: second!.rule.id, amount: 90n, replacedAt: null, replacedBy: null, createdBy: 'key_test_operator' },
    { id: first!.rule.id, amount: 100n, replacedAt: Date, replacedBy: 'key_test_operator', endReason: null, reason: 'spring' }
  ])
  t.strictSame(history[0]!.createdAt, history[1]!.replacedAt, 'one ends when the other begins')
  t.strictSame((await listPriceRules(db, { skuId: sku.id, span: 'in_force' }, undefined, 10)).map(rule => rule.id), [second!.rule.id])
  t.strictSame((await listPriceRules(db, { skuId: sku.id, span: 'all' }, second!.rule.id, 10)).map(rule => rule.id), [first!.rule.id])
  await end([second!.rule.id])
  const again = await end([second!.rule.id, first!.rule.id])
  t.match(again, [{ endReason: 'over', replacedAt: Date }, { endReason: null }], 'what is out of force stays as it is')
  t.equal(await priceOf(sku, 'any'), undefined)
  await t.rejects(end([newId()]), refusedWith('invalid_request', '/ids/0'))
  t.equal(explain(await readPriceRules(db, [first!.rule.id])).at(-1)!.after, 100n, 'a line sold under it can be recomputed for ever')
})

t.test('a batch is set whole or not at all, and each fault is told with its pointer', async t => {
  const sku = await world.sku()
  const good = { kind: 'list', skuId: sku.id, amount: 5n } as const
  const faults: readonly [Terms, string][] = [
    [{ kind: 'list', amount: 5n }, '/rules/1/sku'],
    [{ kind: 'list', skuId: newId(), amount: 5n }, '/rules/1/sku'],
    [{ kind: 'floor', skuId: sku.id }, '/rules/1/amount'],
    [{ kind: 'floor', skuId: sku.id, amount: -1n }, '/rules/1/amount'],
    [{ kind: 'floor', skuId: sku.id, amount: 1n, currency: 'USD' }, '/rules/1/amount/currency'],
    [{ kind: 'floor', skuId: sku.id, amount: 1n, rate: 5 }, '/rules/1/rate'],
    [{ kind: 'level', skuId: sku.id, levelId: 'nobody', amount: 5n }, '/rules/1/level'],
    [{ kind: 'contract', skuId: sku.id, resellerId: newId(), amount: 5n }, '/rules/1/reseller'],
    [{ kind: 'quantity_break', skuId: sku.id, quantityMin: 1, rate: 5 }, '/rules/1/quantity_min'],
    [{ kind: 'quantity_break', skuId: sku.id, quantityMin: 2, rate: 10_001 }, '/rules/1/rate'],
    [{ kind: 'quantity_break', skuId: sku.id, quantityMin: 2, rate: 0 }, '/rules/1/rate'],
    [{ ...good, amount: 6n }, '/rules/1']
  ]
  for (const [rule, pointer] of faults) await t.rejects(set(good, rule), refusedWith('invalid_request', pointer), pointer)
  t.equal((await listPriceRules(db, { skuId: sku.id, span: 'all' }, undefined, 10)).length, 0)
})

t.test('a thousand rules are set at once', async t => {
  const sku = await world.sku()
  const rules = Array.from({ length: rulesPerCallMax }, (_, i): Terms => (
    { kind: 'quantity_break', skuId: sku.id, quantityMin: i + 2, rate: 10_000 - i }
  ))
  const outcomes = await set(...rules)
  t.ok(outcomes.every(({ rule, outcome }, i) => outcome === 'set' && rule.quantityMin === i + 2))
})

t.test('what sells below the highest cost on the shelf is refused, in whatever way the price falls', async t => {
  const level = await newLevel()
  const reseller = await world.reseller(level)
  const sku = await world.sku()
  await world.stock(sku, 60n)
  await world.stock(sku, 90n)
  await set({ kind: 'list', skuId: sku.id, amount: 100n })
  const refused = async (what: string, rule: Terms, index = 0) => {
    await t.rejects(set(rule), refusedWith('price_below_cost', `/rules/${index}`), what)
  }
  await refused('list', { kind: 'list', skuId: sku.id, amount: 89n })
  await refused('level', { kind: 'level', skuId: sku.id, levelId: level, amount: 89n })
  await refused('contract', { kind: 'contract', skuId: sku.id, resellerId: reseller, amount: 89n })
  await refused('discount', { kind: 'level_discount', levelId: level, rate: 8_900 })
  await refused('break', { kind: 'quantity_break', skuId: sku.id, quantityMin: 10, rate: 8_900 })
  await set({ kind: 'level_discount', levelId: level, rate: 9_500 })
  await refused('a break on top of a discount', { kind: 'quantity_break', skuId: sku.id, quantityMin: 10, rate: 9_400 })
  await refused('a list price under a discount', { kind: 'list', skuId: sku.id, amount: 94n })
  await set({ kind: 'quantity_break', skuId: sku.id, quantityMin: 10, rate: 9_500 })
  await refused('a contract under a break', { kind: 'contract', skuId: sku.id, resellerId: reseller, amount: 94n })
  const [floor] = await set({ kind: 'floor', skuId: sku.id, amount: 90n })
  const [below] = await set({ kind: 'contract', skuId: sku.id, resellerId: reseller, amount: 10n })
  t.equal(await priceOf(sku, level, 1, reseller), 90n, 'a floor at cost makes any rule safe')
  await refused('a lower floor', { kind: 'floor', skuId: sku.id, amount: 89n })
  await t.rejects(end([floor!.rule.id]), refusedWith('price_below_cost', '/ids/0'), 'a floor that goes')
  await end([below!.rule.id])
  await set({ kind: 'level', skuId: sku.id, levelId: level, amount: 100n }, { kind: 'level_discount', levelId: level, rate: 5_000 })
  const [held] = await listPriceRules(db, { skuId: sku.id, kind: 'level', span: 'in_force' }, undefined, 1)
  await t.rejects(change(async tx => {
    await endPriceRules(tx, { ids: [floor!.rule.id], deliberateLoss: false, reason: '' }, 'test')
    await endPriceRules(tx, { ids: [held!.id], deliberateLoss: false, reason: '' }, 'test')
  }), refusedWith('price_below_cost', '/ids/0'), 'a level price that goes uncovers the discount')
})

t.test('the refusal names each rule and the cost, and takes the batch as a whole', async t => {
  const one = await world.sku()
  const two = await world.sku()
  await world.stock(one, 900_000n)
  await world.stock(two, 900_000n)
  const refusal = await set(
    { kind: 'list', skuId: one.id, amount: 1_000_000n }, { kind: 'list', skuId: two.id, amount: 800_000n },
    { kind: 'quantity_break', skuId: one.id, quantityMin: 5, rate: 5_000 }
  ).then(() => undefined, (error: Problem) => error)
  t.match(refusal, {
    code: 'price_below_cost',
    facts: {
      errors: [
        { pointer: '/rules/1', detail: `would sell ${showId('sku', two.id)} at 80.00, which costs up to 90.00 CNY` },
        { pointer: '/rules/2', detail: `would sell ${showId('sku', one.id)} at 50.00, which costs up to 90.00 CNY` }
      ]
    }
  })
  t.equal((await listPriceRules(db, { skuId: one.id, span: 'all' }, undefined, 10)).length, 0)
  await set({ kind: 'list', skuId: two.id, amount: 800_000n }, { kind: 'floor', skuId: two.id, amount: 900_000n })
  t.equal(await priceOf(two, 'any'), 900_000n, 'what a batch sets together is judged together')
})

t.test('a loss that is meant is kept as such, and covers only itself', async t => {
  const level = await newLevel()
  const sku = await world.sku()
  await world.stock(sku, 90n)
  await set({ kind: 'list', skuId: sku.id, amount: 100n })
  const [loss] = await set({ kind: 'level', skuId: sku.id, levelId: level, amount: 80n, deliberateLoss: true, reason: 'to win them' })
  t.match(loss!.rule, { deliberateLoss: true, reason: 'to win them' })
  await set({ kind: 'list', skuId: sku.id, amount: 110n })
  await t.rejects(set({ kind: 'quantity_break', skuId: sku.id, quantityMin: 5, rate: 9_000 }), refusedWith('price_below_cost'))
  await set({ kind: 'quantity_break', skuId: sku.id, quantityMin: 5, rate: 9_000, deliberateLoss: true })
  t.equal(await priceOf(sku, level, 5), 72n)
})

t.test('when the cost has risen above a price, ending or raising towards it is possible, a new loss is not', async t => {
  const reseller = await world.reseller(await newLevel())
  const sku = await world.sku()
  await set({ kind: 'list', skuId: sku.id, amount: 100n })
  const [contract] = await set({ kind: 'contract', skuId: sku.id, resellerId: reseller, amount: 50n })
  await world.stock(sku, 120n)
  await t.rejects(set({ kind: 'list', skuId: sku.id, amount: 110n }), refusedWith('price_below_cost'))
  await set({ kind: 'floor', skuId: sku.id, amount: 110n })
  await end([contract!.rule.id])
  await set({ kind: 'list', skuId: sku.id, amount: 120n })
  t.equal(await priceOf(sku, 'any', 1, reseller), 120n)
})

t.test('cost counts only while it is on the shelf', async t => {
  const sku = await world.sku()
  await world.stock(sku, 90n)
  await db`update shelf set expires_at = now() - interval '1 second' where sku_id = ${sku.id}`
  t.equal((await set({ kind: 'list', skuId: sku.id, amount: 1n }))[0]!.outcome, 'set')
  t.equal(await priceOf(sku, 'any'), 1n)
})

t.test('two writers at once cannot make a loss together that neither makes alone', async t => {
  for (let round = 0; round < 5; round++) {
    await startAnew()
    const level = await newLevel()
    const sku = await world.sku()
    await world.stock(sku, 90n)
    await set({ kind: 'list', skuId: sku.id, amount: 100n })
    const writers = await Promise.allSettled([
      set({ kind: 'level_discount', levelId: level, rate: 9_400 }),
      set({ kind: 'quantity_break', skuId: sku.id, quantityMin: 2, rate: 9_400 })
    ])
    t.strictSame(writers.map(writer => writer.status).toSorted(), ['fulfilled', 'rejected'])
    t.ok((await priceOf(sku, level, 2))! >= 90n)
  }
})

t.test('twenty writers of one price leave one in force and nineteen in its history', async t => {
  const sku = await world.sku()
  await Promise.all(Array.from({ length: 20 }, (_, i) => set({ kind: 'list', skuId: sku.id, amount: BigInt(i) })))
  const history = await listPriceRules(db, { skuId: sku.id, span: 'all' }, undefined, 100)
  t.equal(history.length, 20)
  t.equal(history.filter(rule => rule.replacedAt === null).length, 1)
  t.ok(history.every(rule => rule.replacedAt === null || rule.replacedAt >= rule.createdAt))
})

t.test('the operator\'s explanation has the rules, who set them, and the highest cost', async t => {
  const level = await newLevel()
  const reseller = await world.reseller(level)
  const sku = await world.sku()
  await world.stock(sku, 70n)
  await world.stock(sku, 60n)
  await set({ kind: 'list', skuId: sku.id, amount: 100n, reason: 'launch' }, { kind: 'level_discount', levelId: level, rate: 9_000 })
  const book = await world.book()
  t.match(await explainPrice(db, book, { skuId: sku.id, resellerId: reseller, quantity: 1 }), {
    currency: 'CNY',
    levelId: level,
    unitCostMax: 70n,
    quotation: { unitPrice: 90n },
    rules: [{ kind: 'list', reason: 'launch', createdBy: 'key_test_operator' }, { kind: 'level_discount' }]
  })
  await t.rejects(explainPrice(db, book, { skuId: newId(), resellerId: reseller, quantity: 1 }), refusedWith('not_found'))
  await t.rejects(explainPrice(db, book, { skuId: sku.id, resellerId: newId(), quantity: 1 }), refusedWith('not_found'))
})
