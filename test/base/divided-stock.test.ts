// How the stock there is is divided among the lines of an order: `decide`, asked by dry runs, without a database.
import t from 'tap'
import { newId, showId, type Uuid } from '../../src/base/ids.ts'
import type { Problem } from '../../src/base/problem.ts'
import { decide, factKey, type HoldFacts, type OrderRequest } from '../../src/domain/orders/decide.ts'
import { noTerms } from '../../src/domain/orders/order-terms.ts'
import { priceBook, type BookSku } from '../../src/domain/pricing/price-book.ts'
import type { PriceRule } from '../../src/domain/pricing/unit-price.ts'
import { stockInHand } from '../../src/domain/stock/take-stock.ts'

const [resellerId, sku, other, never, unknown, holdId] = Array.from({ length: 6 }, newId) as [Uuid, Uuid, Uuid, Uuid, Uuid, Uuid]
const nowMs = Date.UTC(2026, 10, 21)

/** What is on the shelves: `free` of the codes are nobody's, `shelf` of them lie there. */
interface Shelves { readonly free?: number, readonly shelf?: number, readonly step?: number, readonly min?: number }

const asked: OrderRequest = {
  resellerId,
  keyId: 'key_live_a',
  nonce: null,
  ip: '127.0.0.1',
  reference: 'r',
  lines: [],
  fill: 'all_or_nothing',
  maxTotal: null,
  reveal: false,
  terms: null,
  settle: 'never',
  faults: 'order'
}

function decided (request: Partial<OrderRequest>, { free = 10, shelf = free, step = 1, min = 1 }: Shelves = {}, hold?: HoldFacts['lines']) {
  const skus = [sku, other, never].map((id): BookSku => ({
    id, productId: id, currency: 'CNY', status: 'active', kind: 'code', quantityMin: min, quantityMax: 1_000, quantityStep: step
  }))
  const rules = skus.map(({ id }): PriceRule => ({
    id: newId(), kind: 'list', skuId: id, levelId: null, resellerId: null, amount: 10_000n, rate: null, quantityMin: null
  }))
  const stock = () => stockInHand(free, { ranges: [{ id: 1n, lotId: 1, next: 0, stop: shelf }], expired: 0 })
  const [decision] = decide([{ ...asked, ...request }], {
    ...noTerms,
    nowMs,
    prices: priceBook(1n, skus, rules),
    refuseKey: () => undefined,
    spentNonces: new Set(),
    resellers: new Map([[resellerId, { id: resellerId, levelId: 'gold', status: 'active', eventSequence: 0, orderNumber: 0 }]]),
    wallets: new Map([[factKey(resellerId, 'CNY'), {
      numbered: true, accountId: 1, heldAccountId: 2, balance: 100_000_000n, creditLimit: 0n, entries: 0
    }]]),
    stocks: new Map([[sku, stock()], [other, stock()]]),
    earlier: new Map(),
    holds: new Map(hold && [[holdId, { resellerId, checkoutId: null, expiresAt: new Date(nowMs + 1), lines: hold, state: 'active' }]]),
    revealsLeft: new Map()
  })
  return decision!
}

const wanting = (...quantities: readonly (number | readonly [Uuid, number])[]): Partial<OrderRequest> =>
  ({ lines: quantities.map(want => typeof want === 'number' ? { skuId: sku, quantity: want } : { skuId: want[0], quantity: want[1] }) })

/** What each line gets, and why not more. */
function gets (...words: Parameters<typeof decided>) {
  const decision = decided(...words)
  return decision.kind === 'tried' ? decision.order.lines.map(({ delivered, reason }) => [delivered, reason]) : decision
}

/** Why the order is refused as a whole. */
function refusal (...words: Parameters<typeof decided>): Pick<Problem, 'code' | 'detail' | 'facts'> | undefined {
  const decision = decided(...words)
  return decision.kind === 'refused' ? decision.problem : undefined
}

const partial = { fill: 'partial' } as const
const byLine = { fill: 'partial', faults: 'line' } as const

t.test('what is there is given, to the last code', async t => {
  t.same(gets(wanting(10)), [[10, null]])
  t.same(gets(wanting(4, 6)), [[4, null], [6, null]], 'lines of one SKU share its stock')
  t.same(gets(wanting(10, [other, 10])), [[10, null], [10, null]], 'those of another do not')
})

t.test('all or nothing: one line that is short refuses the order, and each that is short is named', async t => {
  t.match(refusal(wanting(11)), {
    code: 'out_of_stock',
    detail: 'Line 1: 10 of 11 are available.',
    facts: { errors: [{ pointer: '/lines/0/quantity', detail: '10 of 11 are available.', sku: showId('sku', sku), available: 10 }] }
  })
  const two = refusal(wanting([other, 3], 8, 5))
  t.match(two, {
    code: 'out_of_stock',
    detail: 'Line 3: 2 of 5 are available.',
    facts: { errors: [{ pointer: '/lines/2/quantity', available: 2 }] }
  })
  t.equal(two!.facts.errors!.length, 1)
  t.equal(refusal(wanting(11, [other, 11]))!.facts.errors!.length, 2)
  t.match(refusal(wanting(1), { free: 0 }), { code: 'out_of_stock', detail: 'Line 1: 0 of 1 are available.' })
})

t.test('in part: each line gets what is left, in whole steps and not below the minimum', async t => {
  t.same(gets({ ...partial, ...wanting(11) }), [[10, 'out_of_stock']])
  t.same(gets({ ...partial, ...wanting(8, 5, 1) }), [[8, null], [2, 'out_of_stock'], [0, 'out_of_stock']])
  t.same(gets({ ...partial, ...wanting(12) }, { step: 3, min: 3 }), [[9, 'out_of_stock']], 'whole steps')
  t.same(gets({ ...partial, ...wanting(12, 6) }, { free: 14, step: 3, min: 3 }), [[12, null], [0, 'out_of_stock']],
    'less than a step is nothing')
  t.same(gets({ ...partial, ...wanting(6, 6) }, { free: 10, step: 2, min: 4 }), [[6, null], [4, 'out_of_stock']],
    'the minimum itself will do')
  t.same(gets({ ...partial, ...wanting(8, 6) }, { free: 10, step: 2, min: 4 }), [[8, null], [0, 'below_minimum']], 'below it is nothing')
  t.same(gets({ ...partial, ...wanting(8, 6, 4) }, { free: 11, step: 2, min: 4 }), [[8, null], [0, 'below_minimum'], [0, 'below_minimum']],
    'what a line could not use is left for the next')
})

t.test('in part, but nothing at all, is a refusal too', async t => {
  t.match(refusal({ ...partial, ...wanting(1, 2) }, { free: 0 }), {
    code: 'out_of_stock',
    detail: 'Line 1: 0 of 1 are available. The same holds for 1 more; see errors.',
    facts: { errors: [{ pointer: '/lines/0/quantity' }, { pointer: '/lines/1/quantity', detail: '0 of 2 are available.' }] }
  })
  t.match(refusal({ ...partial, ...wanting([never, 1]) }), { code: 'out_of_stock', detail: 'Line 1: 0 of 1 are available.' },
    'what was never stocked')
})

t.test('line by line: each line that cannot be had tells why, and refuses itself alone', async t => {
  t.same(gets({ ...byLine, ...wanting([unknown, 1], 4, [never, 1]) }), [[0, 'sku_not_found'], [4, null], [0, 'out_of_stock']])
  t.same(gets({ ...byLine, fill: 'all_or_nothing', ...wanting(8, 5) }), [[8, null], [2, 'out_of_stock']])
  t.same(decided({ ...byLine, ...wanting(3, 1) }, { free: 0 }), {
    kind: 'nothing', lines: [{ line: 0, reason: 'out_of_stock' }, { line: 1, reason: 'out_of_stock' }]
  })
})

t.test('what the order’s own hold has set aside is its to take, and nobody else’s', async t => {
  const terms = { hold: holdId }
  t.match(refusal(wanting(6), { free: 4, shelf: 10 }), { detail: 'Line 1: 4 of 6 are available.' }, 'without the hold only what is free')
  t.same(gets({ ...wanting(6), terms }, { free: 4, shelf: 10 }, [{ skuId: sku, quantity: 2 }]), [[6, null]])
  t.match(refusal({ ...wanting(7), terms }, { free: 4, shelf: 10 }, [{ skuId: sku, quantity: 2 }]),
    { detail: 'Line 1: 6 of 7 are available.' })
  t.match(refusal({ ...wanting(6), terms }, { free: 4, shelf: 10 }, [{ skuId: other, quantity: 2 }]),
    { detail: 'Line 1: 4 of 6 are available.' })
  t.same(gets({ ...wanting(6), terms }, { free: 4, shelf: 10 }, [{ skuId: other, quantity: 9 }, { skuId: sku, quantity: 2 }]), [[6, null]])
  t.match(refusal({ ...wanting(6), terms }, { free: 4, shelf: 5 }, [{ skuId: sku, quantity: 2 }]),
    { detail: 'Line 1: 5 of 6 are available.' }, 'and never more than lies on the shelf')
})
