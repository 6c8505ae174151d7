// Ranges of codes in memory: taken from a shelf, found in an order, told apart again. Without a database.
import t from 'tap'
import type { Uuid } from '../../src/base/ids.ts'
import { countLive, lineRuns, positionRuns, takeLive, type CodeLayout } from '../../src/domain/orders/code-layout.ts'
import { sealedCodesOf } from '../../src/domain/orders/read-orders.ts'
import { changesOf, setAside, stockInHand, takeAside, takeFree, type ShelfRead } from '../../src/domain/stock/take-stock.ts'

const [sku, other, orderId] = ['sku', 'other', 'order'] as unknown as [Uuid, Uuid, Uuid]

/** A shelf of three ranges: 5 codes from 100, 3 from 0, 4 from 20; `expired` more stand on it. */
const shelf = (expired = 0): ShelfRead => ({
  ranges: [{ id: 1n, lotId: 7, next: 100, stop: 105 }, { id: 2n, lotId: 8, next: 0, stop: 3 }, { id: 3n, lotId: 9, next: 20, stop: 24 }],
  expired
})

t.test('stock in hand is what the row and the shelf say; what has expired is not free', async t => {
  t.same(stockInHand(12, shelf()), {
    ranges: [
      { id: 1n, lotId: 7, start: 100, next: 100, stop: 105 }, { id: 2n, lotId: 8, start: 0, next: 0, stop: 3 },
      { id: 3n, lotId: 9, start: 20, next: 20, stop: 24 }
    ],
    at: 0,
    left: 12,
    free: 12,
    freeBefore: 12,
    aside: 0
  })
  t.match(stockInHand(12, shelf(5)), { left: 12, free: 7, freeBefore: 7 })
  t.match(stockInHand(4, shelf(5)), { free: 0, freeBefore: 0 }, 'never below none')
  t.match(stockInHand(0, { ranges: [], expired: 0 }), { ranges: [], left: 0, free: 0 })
})

t.test('codes leave in order of use, across ranges, each once', async t => {
  const stock = stockInHand(12, shelf())
  t.same(takeFree(stock, 2), [{ lotId: 7, first: 100, count: 2 }])
  t.match(stock, { at: 0, left: 10, free: 10, freeBefore: 12, aside: 0 })
  t.same(takeFree(stock, 3), [{ lotId: 7, first: 102, count: 3 }], 'to the end of a range')
  t.equal(stock.at, 1)
  t.same(takeFree(stock, 4), [{ lotId: 8, first: 0, count: 3 }, { lotId: 9, first: 20, count: 1 }])
  t.match(stock, { at: 2, left: 3, free: 3 })
  t.same(takeFree(stock, 0), [])
  t.same(takeFree(stock, 3), [{ lotId: 9, first: 21, count: 3 }])
  t.match(stock, { at: 3, left: 0, free: 0 })
  t.same(takeFree(stock, 0), [])
  const whole = stockInHand(12, shelf())
  t.same(takeFree(whole, 12), [{ lotId: 7, first: 100, count: 5 }, { lotId: 8, first: 0, count: 3 }, { lotId: 9, first: 20, count: 4 }])
})

t.test('no more is taken or set aside than is there', async t => {
  const stock = stockInHand(10, shelf())
  t.throws(() => takeFree(stock, 11), new Error('expected no more to be taken than is free'))
  t.throws(() => setAside(stock, 11), new Error('expected no more to be set aside than is free'))
  t.throws(() => takeAside(stock, 13), new Error('expected no more to be taken than is left on the shelf'))
  const untouched = stockInHand(10, shelf())
  setAside(untouched, 10)
  t.match(untouched, { free: 0, aside: 10, left: 12 }, 'all that is free can be')
  const short = stockInHand(20, shelf())
  t.throws(() => takeFree(short, 13), new Error('expected no more to be taken than is left on the shelf'))
})

t.test('what was set aside is taken from the shelf without touching what is free', async t => {
  const stock = stockInHand(12, shelf())
  setAside(stock, 6)
  t.match(stock, { free: 6, aside: 6, left: 12, at: 0 })
  t.same(takeAside(stock, 6), [{ lotId: 7, first: 100, count: 5 }, { lotId: 8, first: 0, count: 1 }])
  t.match(stock, { free: 6, aside: 0, left: 6 })
  setAside(stock, -2)
  t.match(stock, { free: 8, aside: -2 }, 'given back')
})

t.test('what is written is what moved, and by how much each count changed', async t => {
  const stock = stockInHand(12, shelf())
  const untouched = stockInHand(5, shelf())
  t.same(changesOf(new Map([[sku, stock], [other, untouched]])), { moves: [], counts: [] })
  takeFree(stock, 6)
  t.same(changesOf(new Map([[sku, stock], [other, untouched]])), {
    moves: [{ id: 1n, fromNext: 100, toNext: 105, stop: 105 }, { id: 2n, fromNext: 0, toNext: 1, stop: 3 }],
    counts: [{ skuId: sku, available: -6, held: 0 }]
  })
  const held = stockInHand(12, shelf())
  setAside(held, 4)
  t.same(changesOf(new Map([[other, held]])), { moves: [], counts: [{ skuId: other, available: -4, held: 4 }] })
  takeAside(held, 4)
  t.same(changesOf(new Map([[other, held]])), {
    moves: [{ id: 1n, fromNext: 100, toNext: 104, stop: 105 }], counts: [{ skuId: other, available: -4, held: 0 }]
  })
  const released = stockInHand(12, shelf())
  takeAside(released, 1)
  t.same(changesOf(new Map([[sku, released]])).counts, [{ skuId: sku, available: 0, held: -1 }],
    'a count that stays, beside one that falls')
})

/** An order of two lines: codes 0…4 of line 0, 5…7 given back, 8…11 of line 1 in another lot, from its code 30 on. */
const order: CodeLayout = {
  delivered: 12,
  returned: 3,
  skuOf: new Map([[0, sku], [1, other]]),
  positions: [
    { line: 0, position: 0, lotId: 7, first: 100, count: 5, live: true },
    { line: 0, position: 5, lotId: 7, first: 105, count: 3, live: false },
    { line: 1, position: 8, lotId: 8, first: 30, count: 4, live: true }
  ].map(range => ({ orderId, ...range }))
}

/** Ranges in short: position, first and count. */
const short = ({ ranges, next }: ReturnType<typeof takeLive>) => ({
  ranges: ranges.map(({ position, first, count }) => [position, first,
    count]),
  next
})

t.test('codes of an order are found by their positions, those given back passed over', async t => {
  const found: readonly (readonly [{ first: number, pass?: number, count: number }, readonly number[][], number | null])[] = [
    [{ first: 0, count: 12 }, [[0, 100, 5], [8, 30, 4]], null],
    [{ first: 0, count: 9 }, [[0, 100, 5], [8, 30, 4]], null],
    [{ first: 0, count: 8 }, [[0, 100, 5], [8, 30, 3]], 11],
    [{ first: 0, count: 5 }, [[0, 100, 5]], 8],
    [{ first: 0, count: 4 }, [[0, 100, 4]], 4],
    [{ first: 0, count: 0 }, [], 0],
    [{ first: 4, count: 1 }, [[4, 104, 1]], 8],
    [{ first: 4, count: 2 }, [[4, 104, 1], [8, 30, 1]], 9],
    [{ first: 5, count: 1 }, [[8, 30, 1]], 9],
    [{ first: 7, count: 0 }, [], 8],
    [{ first: 9, count: 1 }, [[9, 31, 1]], 10],
    [{ first: 9, count: 3 }, [[9, 31, 3]], null],
    [{ first: 11, count: 5 }, [[11, 33, 1]], null],
    [{ first: 12, count: 5 }, [], null],
    [{ first: 0, pass: 2, count: 2 }, [[2, 102, 2]], 4],
    [{ first: 0, pass: 5, count: 2 }, [[8, 30, 2]], 10],
    [{ first: 0, pass: 6, count: 2 }, [[9, 31, 2]], 11],
    [{ first: 3, pass: 3, count: 9 }, [[9, 31, 3]], null],
    [{ first: 2, pass: 1, count: 3 }, [[3, 103, 2], [8, 30, 1]], 9],
    [{ first: 0, pass: 9, count: 1 }, [], null],
    [{ first: 0, pass: 8, count: 0 }, [], 11]
  ]
  for (const [range, ranges, next] of found) {
    t.same(short(takeLive(order, range)), { ranges, next }, JSON.stringify(range))
    t.equal(countLive(order, range), ranges.reduce((sum, [,, count]) => sum + count!, 0))
  }
  t.same(takeLive(order, { first: 4, count: 2 }).ranges, [
    { orderId, line: 0, position: 4, lotId: 7, first: 104, count: 1, live: true },
    { orderId, line: 1, position: 8, lotId: 8, first: 30, count: 1, live: true }
  ], 'each with the line and lot it is of')
})

t.test('ranges are told as positions without a gap, and as lines', async t => {
  const { ranges } = takeLive(order, { first: 0, count: 12 })
  t.same(positionRuns(ranges), [{ first: 0, count: 5 }, { first: 8, count: 4 }])
  t.same(positionRuns(order.positions), [{ first: 0, count: 12 }], 'neighbours are one')
  t.same(positionRuns([]), [])
  t.same(positionRuns([order.positions[2]!, order.positions[0]!]), [{ first: 8, count: 4 }, { first: 0, count: 5 }])
  t.same(lineRuns(order, ranges), [{ line: 0, skuId: sku, count: 5 }, { line: 1, skuId: other, count: 4 }])
})

t.test('sealed codes are cut out one by one, with their numbers in the lot', async t => {
  const piece = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)])
  const range = { lotId: 7, first: 100, count: 3, codes: Buffer.concat(['a', '', 'long one'].map(piece)) }
  const cut = [...sealedCodesOf([range, { lotId: 8, first: 0, count: 1, codes: piece('b') }])]
  t.same(cut.map(({ lotId, n, sealed }) => [lotId, n, Buffer.from(sealed).toString()]), [
    [7, 100, 'a'], [7, 101, ''], [7, 102, 'long one'], [8, 0, 'b']
  ])
  t.throws(() => [...sealedCodesOf([{ ...range, count: 2 }])], new Error('expected the codes of a range and no more'))
  t.throws(() => [...sealedCodesOf([{ ...range, count: 4 }])], 'nor fewer')
})
