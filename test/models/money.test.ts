// Money and prices, a hundred thousand cases of each: the product's integers beside exact fractions and another writing of the rules.
import t from 'tap'
import fc from 'fast-check'
import { ok, strictEqual } from 'node:assert/strict'
import { currencies, currencyCodes, type Currency } from '../../schema/vocabulary.ts'
import { newId } from '../../src/base/ids.ts'
import { amountMax, applyRate, formatAmount, lineTotal, parseAmount, roundShare, roundToMinor } from '../../src/base/money.ts'
import { priceBook, type BookSku } from '../../src/domain/pricing/price-book.ts'
import { explain, type PriceRule } from '../../src/domain/pricing/unit-price.ts'
import { holds } from './holds.ts'
import { randomOf, runsOf } from './seeds.ts'

const cases = runsOf(100_000)
const amount = fc.bigInt({ min: -amountMax, max: amountMax })
const price = fc.oneof(fc.bigInt({ min: 0n, max: 60_000n }), fc.bigInt({ min: 0n, max: amountMax }))
const currency = fc.constantFrom<Currency>(...currencyCodes)

/** The nearest multiple of `unit` to a fraction, halves away from zero: by what is left over, without adding a half. */
function nearest (numerator: bigint, denominator: bigint, unit: bigint): bigint {
  const size = numerator < 0n ? -numerator : numerator
  const by = denominator * unit
  const whole = (size - size % by) / by
  const rounded = (2n * (size - whole * by) >= by ? whole + 1n : whole) * unit
  return numerator < 0n ? -rounded : rounded
}

/** How many ten-thousandths the currency's smallest coin is, by counting its decimals. */
const coin = (currency: Currency): bigint => BigInt('1' + '0'.repeat(4 - currencies[currency]))

holds(t, 'an amount that is written is read as the same, with as many decimals as it needs', cases, fc.tuple(amount, currency),
  (amount, currency) => {
    const text = formatAmount(amount, currency)
    strictEqual(parseAmount(text), amount)
    const decimals = text.split('.')[1] ?? ''
    ok(decimals.length >= currencies[currency] && decimals.length <= 4)
    ok(decimals.length === currencies[currency] || !decimals.endsWith('0'), 'no nought too many')
    const [whole, part = ''] = text.replace('-', '').split('.')
    strictEqual((amount < 0n ? '-' : '') + BigInt(whole! + part.padEnd(4, '0')), String(amount === 0n ? 0n : amount))
  })

const before = fc.constantFrom('', '-', '+', ' ', '0', '０', '１')
const behind = fc.constantFrom('', '.', '.5', ',5', 'e3', '.00005', '\n', '_0', '.5 ')
const written = fc.oneof(
  fc.stringMatching(/^-?\d{0,17}(\.\d{0,6})?$/),
  fc.tuple(before, fc.nat(10 ** 9).map(String), behind).map(parts => parts.join('')),
  fc.string({ maxLength: 8 })
)

holds(t, 'what is no plain decimal is refused, and nothing is read as what it does not say', cases, fc.tuple(written), text => {
  const plain = /^-?\d+(\.\d+)?$/.test(text) && !/^-?0\d/.test(text)
  const [whole = '', part = ''] = text.replace('-', '').split('.')
  const expected = plain && part.length <= 4 ? BigInt(whole + part.padEnd(4, '0')) : undefined
  const inBounds = expected !== undefined && expected <= amountMax
  strictEqual(parseAmount(text), inBounds ? (text.startsWith('-') ? -expected : expected) : undefined)
})

holds(t, 'a line is rounded once, half up, to the smallest coin', cases, fc.tuple(price, fc.integer({ min: 0, max: 1_000_000 }), currency),
  (unit, quantity, currency) => {
    strictEqual(lineTotal(unit, quantity, currency), nearest(unit * BigInt(quantity), 1n, coin(currency)))
  })

holds(t, 'rounding changes an amount by half a coin at most, keeps its sign, and is done when it is done', cases,
  fc.tuple(amount, currency), (amount, currency) => {
    const rounded = roundToMinor(amount, currency)
    strictEqual(rounded, nearest(amount, 1n, coin(currency)))
    strictEqual(roundToMinor(rounded, currency), rounded)
    strictEqual(roundToMinor(-amount, currency), -rounded)
  })

const parts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 })

holds(t, 'what is given back in parts comes to the whole, and no part is below zero', cases, fc.tuple(price, parts, currency),
  (unit, parts, currency) => {
    const whole = parts.reduce((sum, part) => sum + part, 0)
    const total = lineTotal(unit, whole, currency)
    let returned = 0
    let refunded = 0n
    for (const part of parts) {
      returned += part
      const share = roundShare(total, returned, whole, currency)
      strictEqual(share, nearest(total * BigInt(returned), BigInt(whole), coin(currency)))
      ok(share >= refunded && share <= total)
      refunded = share
    }
    strictEqual(refunded, total)
  })

holds(t, 'a rate is applied half up to the ten-thousandth, and never makes a price dearer', cases,
  fc.tuple(price, fc.integer({ min: 1, max: 10_000 })), (price, rate) => {
    const after = applyRate(price, rate)
    strictEqual(after, nearest(price * BigInt(rate), 10_000n, 1n))
    ok(after <= price)
  })

interface Rules {
  readonly list: bigint | null,
  readonly level: bigint | null,
  readonly contract: bigint | null,
  readonly discount: number | null
  readonly breaks: readonly (readonly [number, number])[],
  readonly floor: bigint | null
}
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { freq: 2, nil: null })
const unitPrice = fc.bigInt({ min: 0n, max: 200_000n })
const rate = fc.integer({ min: 1, max: 10_000 })
const rules: fc.Arbitrary<Rules> = fc.record({
  list: maybe(unitPrice),
  level: maybe(unitPrice),
  contract: maybe(unitPrice),
  discount: maybe(rate),
  breaks: fc.uniqueArray(fc.tuple(fc.integer({ min: 2, max: 30 }), rate), { maxLength: 4, selector: ([from]) => from }),
  floor: maybe(unitPrice)
})
const [skuId, resellerId] = [newId(), newId()]
const sku: BookSku = {
  id: skuId,
  productId: skuId,
  currency: 'CNY',
  status: 'active',
  kind: 'code',
  quantityMin: 1,
  quantityMax: 1_000,
  quantityStep: 1
}
const empty = { id: skuId, skuId, levelId: null, resellerId: null, amount: null, rate: null, quantityMin: null }

/** The rules as the operator has them, in an order that a seed decides: only breaks come sorted. */
function rulesOf ({ list, level, contract, discount, breaks, floor }: Rules, shuffle: () => number): PriceRule[] {
  const all: PriceRule[] = [
    ...(list === null ? [] : [{ ...empty, kind: 'list' as const, amount: list }]),
    ...(level === null ? [] : [{ ...empty, kind: 'level' as const, levelId: 'gold', amount: level }]),
    ...(contract === null ? [] : [{ ...empty, kind: 'contract' as const, resellerId, amount: contract }]),
    ...(discount === null ? [] : [{ ...empty, kind: 'level_discount' as const, skuId: null, levelId: 'gold', rate: discount }]),
    ...(floor === null ? [] : [{ ...empty, kind: 'floor' as const, amount: floor }]),
    // Rules of others, which must not count.
    { ...empty, kind: 'contract', resellerId: skuId, amount: 1n },
    { ...empty, kind: 'level', levelId: 'iron', amount: 1n },
    { ...empty, kind: 'level_discount', skuId: null, levelId: 'iron', rate: 1 }
  ]
  const shuffled = all.map(rule => [shuffle(), rule] as const).sort((a, b) => a[0] - b[0]).map(([, rule]) => rule)
  const sorted = breaks.toSorted((a, b) => a[0] - b[0]).map(([quantityMin, rate]) =>
    ({ ...empty, kind: 'quantity_break' as const, quantityMin, rate }))
  return [...shuffled, ...sorted]
}

/** The design's sentence, word for word: contract ?? level ?? list × discount, then the break, then the floor. */
function priceBy ({ list, level, contract, discount, breaks, floor }: Rules, quantity: number): bigint | undefined {
  let unit = contract ?? level
  if (unit === null) {
    if (list === null) return undefined
    unit = discount === null ? list : nearest(list * BigInt(discount), 10_000n, 1n)
  }
  let best: readonly [number, number] | undefined
  for (const one of breaks) if (one[0] <= quantity && (!best || one[0] > best[0])) best = one
  if (best) unit = nearest(unit * BigInt(best[1]), 10_000n, 1n)
  return floor !== null && unit < floor ? floor : unit
}

holds(t, 'a price is what the rules say, each step of it named, and never below the floor', cases,
  fc.tuple(rules, fc.integer({ min: 1, max: 40 }), fc.nat()), (rules, quantity, order) => {
    const kept = rulesOf(rules, randomOf(order))
    const book = priceBook(1n, [sku], kept)
    const buyer = { resellerId, levelId: 'gold' }
    const quotation = book.quote(buyer, skuId, quantity)
    strictEqual(quotation?.unitPrice, priceBy(rules, quantity))
    strictEqual(book.quote(buyer, skuId, quantity), quotation, 'asked again it is the same')
    if (!quotation) return
    ok(rules.floor === null || quotation.unitPrice >= rules.floor)
    strictEqual(quotation.steps.at(-1)!.after, quotation.unitPrice)
    quotation.steps.forEach((step, i) => strictEqual(step.before, i === 0 ? null : quotation.steps[i - 1]!.after))
    const applied = quotation.steps.map(({ rule: kind }) => kept.find(rule => rule.kind === kind &&
    (rule.levelId ?? 'gold') === 'gold' && (rule.resellerId ?? resellerId) === resellerId &&
    (rule.kind !== 'quantity_break' ||
      rule.quantityMin === Math.max(...rules.breaks.map(([from]) => from).filter(from => from <= quantity))))!)
    strictEqual(explain(applied).at(-1)!.after, quotation.unitPrice, 'recomputed from its rules it is the same')
    // A dearer list, level or contract price never makes the unit cheaper.
    const more = (amount: bigint | null) => amount === null ? null : amount + 7n
    const dearer = { ...rules, list: more(rules.list), level: more(rules.level), contract: more(rules.contract) }
    ok(priceBook(1n, [sku], rulesOf(dearer, randomOf(order))).quote(buyer, skuId, quantity)!.unitPrice >= quotation.unitPrice, 'monotone')
  })
