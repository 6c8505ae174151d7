// `decide` is pure, so thousands of worlds are tried: few SKUs, few references and little of everything, so that requests collide.
import t from 'tap'
import fc from 'fast-check'
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { precedence, problemCodes, type ProblemCode } from '../../schema/problems.ts'
import { currencies, type Currency } from '../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../src/base/ids.ts'
import { Problem } from '../../src/base/problem.ts'
import { decide, factKey, type Decision, type Facts, type OrderRequest } from '../../src/domain/orders/decide.ts'
import { noTerms } from '../../src/domain/orders/order-terms.ts'
import { orderNumberOf } from '../../src/domain/orders/order-number.ts'
import { priceBook, type BookSku } from '../../src/domain/pricing/price-book.ts'
import type { PriceRule } from '../../src/domain/pricing/unit-price.ts'
import { stockInHand } from '../../src/domain/stock/take-stock.ts'

const runs = 1_500
const level = 'gold'
const keyId = 'key_live_a'

interface SkuDraft {
  readonly currency: Currency
  readonly min: number
  readonly step: number
  readonly price: number
  readonly breakFrom: number
  readonly rate: number
  /** Sizes of the ranges on its shelf. */
  readonly ranges: readonly number[]
  /** How many of them are set aside for others, or expired. */
  readonly held: number
}

interface RequestDraft {
  readonly reseller: number
  readonly reference: number
  readonly lines: readonly { readonly sku: number, readonly quantity: number }[]
  readonly partial: boolean
  readonly max: number | null
  readonly settle: OrderRequest['settle']
  readonly faults: OrderRequest['faults']
}

interface Draft {
  readonly skus: readonly SkuDraft[]
  readonly wallets: readonly { readonly balance: number, readonly credit: number }[]
  readonly requests: readonly RequestDraft[]
}

const skuDraft = fc.record({
  currency: fc.constantFrom<Currency>('CNY', 'CNY', 'CNY', 'JPY', 'KWD'),
  min: fc.integer({ min: 1, max: 3 }),
  step: fc.integer({ min: 1, max: 3 }),
  price: fc.integer({ min: 0, max: 60_000 }),
  breakFrom: fc.integer({ min: 2, max: 6 }),
  rate: fc.integer({ min: 1, max: 10_000 }),
  ranges: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  held: fc.constantFrom(0, 0, 0, 1, 3)
})

const lineDraft = fc.record({ sku: fc.integer({ min: 0, max: 2 }), quantity: fc.integer({ min: 1, max: 8 }) })

const requestDraft = fc.record({
  reseller: fc.integer({ min: 0, max: 1 }),
  reference: fc.integer({ min: 0, max: 5 }),
  lines: fc.array(lineDraft, { minLength: 1, maxLength: 3 }),
  partial: fc.boolean(),
  max: fc.option(fc.integer({ min: 0, max: 400_000 }), { freq: 4 }),
  settle: fc.constantFrom('now', 'now', 'now', 'hold', 'never'),
  faults: fc.constantFrom('order', 'order', 'line')
})

const walletDraft = fc.record({ balance: fc.integer({ min: 0, max: 300_000 }), credit: fc.integer({ min: 0, max: 100_000 }) })

/** Some requests are sent again, as they were. */
const requestDrafts = fc.array(fc.tuple(requestDraft, fc.option(fc.nat(11), { freq: 3 })), { minLength: 1, maxLength: 12 })
  .map(drafts => drafts.map(([own, again]) => drafts[again ?? -1]?.[0] ?? own))

const draft: fc.Arbitrary<Draft> = fc.record({
  skus: fc.array(skuDraft, { minLength: 3, maxLength: 3 }),
  wallets: fc.array(walletDraft, { minLength: 2, maxLength: 2 }),
  requests: requestDrafts
})

const resellerIds = [newId(), newId()]
const skuIds = [newId(), newId(), newId()]
const nowMs = Date.UTC(2026, 10, 21)

const ordinary = { currency: 'CNY', status: 'active', kind: 'code', quantityMin: 1, quantityMax: 1_000, quantityStep: 1 } as const

/** The facts and requests of a draft; each call gives fresh facts. */
function worldOf ({ skus, wallets, requests }: Draft): { facts: Facts, requests: OrderRequest[] } {
  const bookSkus = skus.map((sku, i): BookSku => ({
    ...ordinary, id: skuIds[i]!, productId: skuIds[i]!, currency: sku.currency, quantityMin: sku.min, quantityStep: sku.step
  }))
  const rules = skus.flatMap((sku, i): PriceRule[] => [
    rule({ kind: 'list', skuId: skuIds[i]!, amount: BigInt(sku.price) }),
    rule({ kind: 'quantity_break', skuId: skuIds[i]!, quantityMin: sku.breakFrom, rate: sku.rate })
  ])
  let account = 0
  return {
    facts: {
      nowMs,
      prices: priceBook(1n, bookSkus, rules),
      refuseKey: () => undefined,
      spentNonces: new Set(),
      resellers: new Map(resellerIds.map(id => [id, { id, levelId: level, status: 'active', eventSequence: 7, orderNumber: 0 }])),
      wallets: new Map(resellerIds.flatMap((id, i) => (['CNY', 'JPY', 'KWD'] as const).map(currency => [
        factKey(id, currency),
        { numbered: true, accountId: ++account, heldAccountId: 100 + account, balance: BigInt(wallets[i]!.balance), creditLimit: BigInt(wallets[i]!.credit), entries: 3 }
      ] as const))),
      stocks: new Map(skus.map(({ ranges, held }, i) => [skuIds[i]!, stockInHand(sumOf(ranges) - held, {
        ranges: ranges.map((size, n) => ({ id: BigInt(n), lotId: i * 10 + n, next: 100, stop: 100 + size })), expired: 0
      })])),
      earlier: new Map(),
      ...noTerms,
      revealsLeft: new Map()
    },
    requests: requests.map(requestOf(skus))
  }
}

function rule (more: Partial<PriceRule>): PriceRule {
  return { id: newId(), kind: 'list', skuId: null, levelId: null, resellerId: null, amount: null, rate: null, quantityMin: null, ...more }
}

const requestOf = (skus: readonly SkuDraft[]) => ({ reseller, reference, lines, partial, max, settle, faults }: RequestDraft): OrderRequest => ({
  resellerId: resellerIds[reseller]!,
  keyId,
  nonce: newId(),
  ip: '127.0.0.1',
  reference: `r${reference}`,
  lines: lines.map(({ sku, quantity }) => ({ skuId: skuIds[sku]!, quantity })),
  fill: partial ? 'partial' : 'all_or_nothing',
  maxTotal: max === null ? null : { amount: BigInt(max), currency: skus[lines[0]!.sku]!.currency },
  reveal: false,
  terms: null,
  settle,
  faults
})

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

type Placed = Extract<Decision, { kind: 'placed' }>['placed']
const placedOf = (decisions: readonly Decision[]): Placed[] =>
  decisions.flatMap(decision => decision.kind === 'placed' ? [decision.placed] : [])
const codeOf = (decision: Decision | undefined): string => decision?.kind === 'refused' ? decision.problem.code : decision?.kind ?? 'none'

function holds (property: (drafted: Draft) => void): void {
  fc.assert(fc.property(draft, property), { numRuns: runs })
}

t.test('stock is never sold twice: what was given lies on the shelf, apart, and what is left is the rest', async () => {
  holds(drafted => {
    const { facts, requests } = worldOf(drafted)
    const given = new Set<string>()
    for (const { allocations } of placedOf(decide(requests, facts))) {
      for (const { lotId, first, count } of allocations) {
        const size = drafted.skus[Math.floor(lotId / 10)]!.ranges[lotId % 10]!
        ok(first >= 100 && first + count <= 100 + size, 'a range lies inside its lot')
        for (let n = first; n < first + count; n++) {
          ok(!given.has(`${lotId} ${n}`), 'a code is given once')
          given.add(`${lotId} ${n}`)
        }
      }
    }
    const left = sumOf([...facts.stocks.values()].map(stock => stock.left))
    strictEqual(left + given.size, sumOf(drafted.skus.flatMap(sku => sku.ranges)))
    for (const { ranges, left } of facts.stocks.values()) strictEqual(sumOf(ranges.map(range => range.stop - range.next)), left)
  })
})

t.test('what is set aside is not sold: free codes go to somebody or are set aside, and never below none', async () => {
  holds(drafted => {
    const { facts, requests } = worldOf(drafted)
    const placed = placedOf(decide(requests, facts))
    drafted.skus.forEach(({ ranges, held }, i) => {
      const lines = placed.flatMap(({ order }) => order.lines).filter(line => line.skuId === skuIds[i])
      const stock = facts.stocks.get(skuIds[i]!)!
      const [sold, aside] = [sumOf(lines.map(line => line.delivered)), sumOf(lines.map(line => line.held))]
      strictEqual(stock.aside, aside)
      strictEqual(stock.free, Math.max(0, sumOf(ranges) - held) - sold - aside)
      ok(stock.free >= 0)
    })
    for (const { order, allocations } of placed) {
      if (order.state !== 'reserved') continue
      strictEqual(order.held, order.total)
      deepStrictEqual([allocations, order.delivered], [[], 0], 'an order that only sets aside has no codes')
    }
  })
})

t.test('a dry run changes nothing', async () => {
  holds(drafted => {
    const tried = { ...drafted, requests: drafted.requests.map(request => ({ ...request, settle: 'never' as const })) }
    const { facts, requests } = worldOf(tried)
    const before = structuredClone(factsOf(facts))
    decide(requests, facts)
    deepStrictEqual(factsOf(facts), before)
  })
})

t.test('a wallet never goes below its credit, and pays each order once, with its entries numbered', async () => {
  holds(drafted => {
    const { facts, requests } = worldOf(drafted)
    const running = new Map([...facts.wallets.values()].map(wallet => [wallet.accountId, { ...wallet }]))
    for (const { order, wallet } of placedOf(decide(requests, facts))) {
      strictEqual(order.total, order.lines.reduce((sum, line) => sum + line.total, 0n))
      if (order.total === 0n) {
        strictEqual(wallet, null, 'nothing is paid with no transfer')
        continue
      }
      const own = running.get(wallet!.accountId)!
      own.balance -= order.total
      own.entries++
      ok(own.balance >= -own.creditLimit, 'within credit after each order')
      strictEqual(wallet!.balance, own.balance)
      strictEqual(wallet!.entry, own.entries)
    }
    for (const wallet of facts.wallets.values()) deepStrictEqual(wallet, running.get(wallet.accountId))
  })
})

t.test('one reference is one order: repeats give it back, other fields are refused, a refusal leaves the reference free', async () => {
  holds(drafted => {
    const { facts, requests } = worldOf(drafted)
    const orders = new Map<string, Placed>()
    const fields = ({ lines, fill, maxTotal }: OrderRequest) =>
      JSON.stringify([lines, fill, maxTotal?.amount.toString(), maxTotal?.currency])
    const first = new Map<string, string>()
    decide(requests, facts).forEach((decision, i) => {
      const request = requests[i]!
      const reference = factKey(request.resellerId, request.reference)
      const earlier = orders.get(reference)
      if (!earlier) {
        ok(decision.kind !== 'replayed')
        ok(codeOf(decision) !== 'reference_reused')
        if (decision.kind === 'placed') {
          orders.set(reference, decision.placed)
          first.set(reference, fields(request))
        }
      } else if (first.get(reference) === fields(request)) {
        ok(decision.kind === 'replayed')
        strictEqual(decision.order, earlier.order)
        strictEqual(decision.allocations, earlier.allocations)
      } else {
        strictEqual(codeOf(decision), 'reference_reused')
      }
    })
    const ids = [...orders.values()].map(({ order }) => order.id)
    strictEqual(new Set(ids).size, ids.length)
  })
})

t.test('events and order numbers of a reseller rise, the events without a gap', async () => {
  holds(drafted => {
    const { facts, requests } = worldOf(drafted)
    for (const id of resellerIds) facts.resellers.get(id)!.orderNumber = 0
    const placed = placedOf(decide(requests, facts))
    for (const id of resellerIds) {
      const own = placed.filter(({ order }) => order.resellerId === id)
      const told = own.flatMap(({ eventSequence }) => eventSequence ?? [])
      deepStrictEqual(told, told.map((_, i) => 8 + i))
      strictEqual(told.length, own.filter(({ order }) => order.state !== 'reserved').length, 'what is only set aside is not told')
      strictEqual(facts.resellers.get(id)!.eventSequence, 7 + told.length)
      const numbers = own.map(({ order }) => orderNumberOf(order.id))
      for (let i = 1; i < numbers.length; i++) ok(numbers[i]! > numbers[i - 1]!)
    }
  })
})

t.test('a line gets what there is, by minimum and step, and is priced by what it gets', async () => {
  holds(any => {
    const drafted: Draft = {
      ...any,
      skus: any.skus.map(sku => ({ ...sku, held: 0 })),
      requests: any.requests.map(request => ({ ...request, settle: 'now', faults: 'order' }))
    }
    const { facts, requests } = worldOf(drafted)
    const left = drafted.skus.map(sku => sku.ranges.reduce((sum, size) => sum + size, 0))
    decide(requests, facts).forEach((decision, i) => {
      if (decision.kind !== 'placed') return
      const { order, allocations } = decision.placed
      strictEqual(order.fill, requests[i]!.fill)
      let complete = true
      for (const line of order.lines) {
        const at = skuIds.indexOf(line.skuId)
        const sku = drafted.skus[at]!
        let expected = line.quantity
        if (left[at]! < line.quantity) {
          expected = left[at]! - left[at]! % sku.step
          if (expected < sku.min) expected = 0
        }
        strictEqual(line.delivered, expected)
        left[at]! -= expected
        complete &&= expected === line.quantity
        strictEqual(line.state, expected === line.quantity ? 'delivered' : expected === 0 ? 'refused' : 'partial')
        strictEqual(line.reason === null, expected === line.quantity)
        const priced = expected === 0 ? line.quantity : expected
        const unit = priced >= sku.breakFrom ? (BigInt(sku.price) * BigInt(sku.rate) + 5_000n) / 10_000n : BigInt(sku.price)
        strictEqual(line.unitPrice, unit)
        strictEqual(line.total, halfUp(unit * BigInt(expected), 4 - currencies[sku.currency]))
        strictEqual(allocations.filter(range => range.line === line.line).reduce((sum, range) => sum + range.count, 0), expected)
      }
      strictEqual(order.state, complete ? 'completed' : 'partial')
      ok(complete || order.fill === 'partial', 'all or nothing is all')
      ok(order.delivered > 0, 'an order that gets nothing is refused')
      strictEqual(order.delivered, order.lines.reduce((sum, line) => sum + line.delivered, 0))
      strictEqual(order.quantity, order.lines.reduce((sum, line) => sum + line.quantity, 0))
      const { maxTotal } = requests[i]!
      ok(maxTotal === null || order.total <= maxTotal.amount)
    })
  })
})

function halfUp (amount: bigint, digits: number): bigint {
  const unit = 10n ** BigInt(digits)
  return (2n * amount + unit) / (2n * unit) * unit
}

t.test('a refusal leaves every fact as it was, and a batch decides as one after the other would', async () => {
  holds(drafted => {
    const together = worldOf(drafted)
    const alone = worldOf(drafted)
    const decisions = decide(together.requests, together.facts)
    const earlier = alone.facts.earlier as Map<string, Placed['order']>
    alone.requests.forEach((request, i) => {
      const before = factsOf(alone.facts)
      const [decision] = decide([request], alone.facts)
      strictEqual(codeOf(decision), codeOf(decisions[i]))
      if (decision!.kind === 'placed') earlier.set(factKey(request.resellerId, request.reference), decision!.placed.order)
      else deepStrictEqual(factsOf(alone.facts), before)
    })
    deepStrictEqual({ ...factsOf(alone.facts), numbers: 0 }, { ...factsOf(together.facts), numbers: 0 })
  })
})

/** All that decide may use up; order numbers are made of chance. */
function factsOf ({ stocks, wallets, resellers }: Facts) {
  return structuredClone({
    stocks: [...stocks],
    wallets: [...wallets],
    events: [...resellers.values()].map(({ eventSequence }) => eventSequence),
    numbers: [...resellers.values()].map(({ orderNumber }) => orderNumber)
  })
}

t.test('repeats inside a batch, replays, partial fills and every refusal of money and stock do occur in these worlds', async t => {
  const seen = new Set<string>()
  holds(drafted => {
    const { facts, requests } = worldOf(drafted)
    for (const decision of decide(requests, facts)) {
      seen.add(decision.kind === 'placed' ? decision.placed.order.state : codeOf(decision))
    }
  })
  const expected = [
    'completed', 'partial', 'reserved', 'nothing', 'tried', 'replayed', 'reference_reused', 'currency_mixed', 'quantity_out_of_bounds', 'quantity_off_step', 'out_of_stock',
    'price_above_max', 'insufficient_balance'
  ]
  t.same(expected.filter(outcome => !seen.has(outcome)), [])
})

/** What can be wrong with one request, each by itself: a change to the facts or to the request. */
const wrongs = {
  nonce_reused: (facts, request) => ({ facts: { ...facts, spentNonces: new Set([request.nonce!]) }, request }),
  key_revoked: (facts, request) => ({ facts: { ...facts, refuseKey: () => new Problem('key_revoked', 'Sign with another.') }, request }),
  reseller_suspended: (facts, request) => {
    const suspended = { ...facts.resellers.get(request.resellerId)!, status: 'suspended' }
    return { facts: { ...facts, resellers: new Map([[request.resellerId, suspended]]) }, request }
  },
  reference_reused: (facts, request) => {
    const earlier = placedOf(decide([{ ...worldOf(plain).requests[0]!, reference: request.reference }], worldOf(plain).facts))[0]!.order
    const other = { ...earlier, fill: 'partial' as const }
    return { facts: { ...facts, earlier: new Map([[factKey(request.resellerId, request.reference), other]]) }, request }
  },
  sku_not_found: (facts, request) => ({ facts, request: withLine(request, { skuId: newId(), quantity: 2 }) }),
  sku_not_for_sale: (facts, request) => ({ facts, request: withLine(request, { skuId: pausedSku, quantity: 2 }) }),
  price_missing: (facts, request) => ({ facts, request: withLine(request, { skuId: unpricedSku, quantity: 2 }) }),
  currency_mixed: (facts, request) => ({ facts, request: withLine(request, { skuId: skuIds[1]!, quantity: 2 }) }),
  quantity_out_of_bounds: (facts, request) => ({ facts, request: withLine(request, { skuId: skuIds[0]!, quantity: 2_000 }) }),
  quantity_off_step: (facts, request) => ({ facts, request: withLine(request, { skuId: steppedSku, quantity: 3 }) }),
  wallet_missing: (facts, request) => ({ facts: { ...facts, wallets: new Map() }, request }),
  out_of_stock: (facts, request) => ({ facts: { ...facts, stocks: new Map() }, request }),
  price_above_max: (facts, request) => ({ facts, request: { ...request, maxTotal: { amount: 1n, currency: 'CNY' } } }),
  insufficient_balance: (facts, request) => {
    const poor = [...facts.wallets].map(([key, wallet]) => [key, { ...wallet, balance: 0n, creditLimit: 0n }] as const)
    return { facts: { ...facts, wallets: new Map(poor) }, request }
  }
} satisfies Partial<Record<ProblemCode, (facts: Facts, request: OrderRequest) => { facts: Facts, request: OrderRequest }>>

const plain: Draft = {
  skus: (['CNY', 'JPY', 'CNY'] as const).map(currency =>
    ({ currency, min: 1, step: 1, price: 20_000, breakFrom: 5, rate: 9_000, ranges: [50], held: 0 })),
  wallets: [{ balance: 10_000_000, credit: 0 }, { balance: 10_000_000, credit: 0 }],
  requests: [{ reseller: 0, reference: 0, lines: [{ sku: 0, quantity: 2 }], partial: false, max: null, settle: 'now', faults: 'order' }]
}
const pausedSku: Uuid = newId()
const unpricedSku: Uuid = newId()
const steppedSku: Uuid = newId()

/** A world with a SKU for every fault. */
function faultyWorld (): { facts: Facts, request: OrderRequest } {
  const { facts, requests } = worldOf(plain)
  const known = (id: Uuid, more: Partial<BookSku> = {}): BookSku => ({ ...ordinary, id, productId: id, ...more })
  const skus = [
    known(skuIds[0]!), known(skuIds[1]!, { currency: 'JPY' }), known(pausedSku, { status: 'paused' }), known(unpricedSku),
    known(steppedSku, { quantityStep: 2 })
  ]
  const rules = skus.filter(sku => sku.id !== unpricedSku).map(sku => rule({ kind: 'list', skuId: sku.id, amount: 20_000n }))
  return { facts: { ...facts, prices: priceBook(1n, skus, rules) }, request: requests[0]! }
}

function withLine (request: OrderRequest, line: OrderRequest['lines'][number]): OrderRequest {
  return { ...request, lines: [...request.lines, line] }
}

t.test('of all that is wrong with a request, what stands first in the table of refusals is told', async t => {
  t.equal(codeOf(decide([faultyWorld().request], faultyWorld().facts)[0]), 'placed', 'a request without a fault is placed')
  const names = problemCodes.filter(code => code in wrongs) as (keyof typeof wrongs)[]
  fc.assert(fc.property(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), chosen => {
    let { facts, request } = faultyWorld()
    for (const wrong of chosen) ({ facts, request } = wrongs[wrong](facts, request))
    const first = chosen.toSorted((a, b) => precedence[a] - precedence[b])[0]!
    strictEqual(codeOf(decide([request], facts)[0]), first)
  }), { numRuns: runs })
  t.pass(`${names.length} refusals, alone and together`)
})

t.test('a repeat that differs in one thing alone is refused, and the thing is named', async t => {
  const plainly = faultyWorld().request
  const max = { amount: 1_000_000n, currency: 'CNY' } as const
  const capped = { ...plainly, maxTotal: max }
  const terms = ['quote', 'hold', 'cost_center', 'callback_url', 'bulk', 'standing', 'checkout'] as const
  const cases: readonly (readonly [member: string, first: OrderRequest, change: Partial<OrderRequest>])[] = [
    ['lines', plainly, { lines: plainly.lines.map(line => ({ ...line, quantity: line.quantity + 1 })) }],
    ['lines', plainly, { lines: plainly.lines.map(line => ({ ...line, skuId: steppedSku })) }],
    ['lines', plainly, withLine(plainly, plainly.lines[0]!)],
    ['fill', plainly, { fill: 'partial' }],
    ['max_total', plainly, { maxTotal: max }],
    ['max_total', capped, { maxTotal: null }],
    ['max_total', capped, { maxTotal: { ...max, amount: 999_999n } }],
    ['max_total', capped, { maxTotal: { ...max, currency: 'JPY' } }],
    ...terms.map(term => [term, plainly, { terms: { [term]: newId() } }] as const)
  ]
  for (const [member, first, change] of cases) {
    const [placed, repeat] = decide([first, { ...first, ...change, nonce: newId() }], faultyWorld().facts)
    t.equal(codeOf(placed), 'placed')
    t.equal(codeOf(repeat), 'reference_reused', member)
    if (repeat?.kind === 'refused') t.same(repeat.problem.facts.errors?.map(({ pointer }) => pointer), [`/${member}`])
  }
})

t.test('a fault that several lines have is told of each of them', async t => {
  const { facts, request } = faultyWorld()
  const unknown = () => ({ skuId: newId(), quantity: 1 })
  const [decision] = decide([{ ...request, lines: [unknown(), request.lines[0]!, unknown()] }], facts)
  t.ok(decision?.kind === 'refused')
  if (decision?.kind !== 'refused') return
  t.equal(decision.problem.code, 'sku_not_found')
  t.same(decision.problem.facts.errors?.map(({ pointer }) => pointer), ['/lines/0/sku', '/lines/2/sku'])
})

t.test('what is not a refusal is not swallowed', async t => {
  const { facts, request } = faultyWorld()
  t.throws(() => decide([request], { ...facts, refuseKey: () => { throw new TypeError('our bug') } }), { message: 'our bug' })
})
