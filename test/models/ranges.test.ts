// The shelf in hand and the places of an order's codes, beside a list of single codes: what ranges say is what each code would say.
import t from 'tap'
import fc from 'fast-check'
import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert/strict'
import { countLive, positionRuns, takeLive, type CodeLayout } from '../../src/domain/orders/code-layout.ts'
import { changesOf, setAside, stockInHand, takeAside, takeFree, type Allocation } from '../../src/domain/stock/take-stock.ts'
import { holds } from './holds.ts'
import { runsOf } from './seeds.ts'

const cases = runsOf(100_000)
const namesOf = (ranges: readonly Allocation[]): string[] =>
  ranges.flatMap(({ lotId, first, count }) => Array.from({ length: count }, (_, i) => `${lotId} ${first + i}`))

const shelf = fc.array(fc.record({ lotId: fc.nat(3), size: fc.integer({ min: 1, max: 6 }) }), { maxLength: 5 })
  // Ranges of one lot lie apart: each begins where a tenth further would be free.
  .map(ranges => ranges.map(({ lotId, size }, i) => ({ id: BigInt(i), lotId, next: i * 10, stop: i * 10 + size })))
const step = fc.record({
  do: fc.constantFrom('sell', 'set aside', 'give back', 'sell what is aside'),
  quantity: fc.integer({ min: 0, max: 9 })
})

holds(t, 'no code is taken twice, none is lost, and they are taken in the order of the shelf', cases,
  fc.tuple(shelf, fc.nat(4), fc.nat(3), fc.array(step, { maxLength: 8 })),
  (ranges, othersHold, expired, steps) => {
    const codes = namesOf(ranges.map(({ lotId, next, stop }) => ({ lotId, first: next, count: stop - next })))
    const available = codes.length + expired - othersHold
    const stock = stockInHand(available, { ranges, expired })
    let free = available < expired ? 0 : available - expired
    const before = free
    let aside = 0
    const taken: string[] = []
    for (const { do: act, quantity } of steps) {
      const left = codes.length - taken.length
      if (act === 'sell') {
        if (quantity > free || quantity > left) {
          throws(() => takeFree(structuredClone(stock), quantity), 'more than there is is never taken')
          continue
        }
        taken.push(...namesOf(takeFree(stock, quantity)))
        free -= quantity
      } else if (act === 'set aside') {
        if (quantity > free) throws(() => setAside(structuredClone(stock), quantity))
        else {
          setAside(stock, quantity)
          free -= quantity
          aside += quantity
        }
      } else if (act === 'give back') {
        const back = Math.min(quantity, aside)
        setAside(stock, -back)
        free += back
        aside -= back
      } else {
        const sold = Math.min(quantity, aside, left)
        taken.push(...namesOf(takeAside(stock, sold)))
        aside -= sold
      }
    }
    deepStrictEqual(taken, codes.slice(0, taken.length), 'in the order of use, each once')
    deepStrictEqual([stock.left, stock.free, stock.aside], [codes.length - taken.length, free, aside])

    const { moves, counts } = changesOf(new Map([['sku', stock]]))
    strictEqual(moves.reduce((sum, { fromNext, toNext }) => sum + toNext - fromNext, 0), taken.length)
    for (const { id, fromNext, toNext, stop } of moves) {
      const range = ranges[Number(id)]!
      deepStrictEqual([fromNext, stop], [range.next, range.stop])
      ok(toNext > fromNext && toNext <= stop)
    }
    deepStrictEqual(counts, free === before && aside === 0 ? [] : [{ skuId: 'sku', available: free - before, held: aside }])
    // What is written keeps the sum: what left the free and the held left the shelf.
    const change = counts[0] ?? { available: 0, held: 0 }
    strictEqual(change.available + change.held + taken.length, 0)
  })

const allocations = fc.array(fc.record({ line: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 1, max: 5 }), live: fc.boolean() }),
  { maxLength: 7 })
  .map(list => {
    let position = 0
    return list.toSorted((a, b) => a.line - b.line).map(({ line, count, live }, i) => {
      const range = { orderId: 'order', line, lotId: i, first: i * 7, count, live, position }
      position += count
      return range
    })
  })

holds(t, 'a page of codes is those that are there from its place on, and says where the next one stands', cases,
  fc.tuple(allocations, fc.nat(12), fc.nat(4), fc.nat(12)),
  (positions, first, pass, count) => {
    const layout: CodeLayout = { delivered: 0, returned: 0, positions, skuOf: new Map() }
    const every = positions.flatMap(({ lotId, first, count, live, position }) =>
      Array.from({ length: count }, (_, i) => ({ name: `${lotId} ${first + i}`, live, position: position + i })))
    const there = every.filter(code => code.live && code.position >= first).slice(pass)
    const { ranges, next } = takeLive(layout, { first, pass, count })
    deepStrictEqual(namesOf(ranges), there.slice(0, count).map(code => code.name))
    strictEqual(next, there[count]?.position ?? null)
    strictEqual(countLive(layout, { first, pass, count }), Math.min(count, there.length))
    const runs = positionRuns(ranges)
    deepStrictEqual(runs.flatMap(run => Array.from({ length: run.count }, (_, i) => run.first + i)),
      there.slice(0, count).map(code => code.position))
    for (let i = 1; i < runs.length; i++) ok(runs[i]!.first > runs[i - 1]!.first + runs[i - 1]!.count, 'runs do not touch')
  })

holds(t, 'page after page gives every code once, whatever the size of the pages', cases,
  fc.tuple(allocations, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 })),
  (positions, sizes) => {
    const layout: CodeLayout = { delivered: 0, returned: 0, positions, skuOf: new Map() }
    const seen: string[] = []
    let at: number | null = 0
    for (let page = 0; at !== null; page++) {
      ok(page <= 40, 'pages come to an end')
      const { ranges, next }: ReturnType<typeof takeLive> = takeLive(layout, { first: at, count: sizes[page % sizes.length]! })
      seen.push(...namesOf(ranges))
      ok(next === null || next > at)
      at = next
    }
    deepStrictEqual(seen, namesOf(positions.filter(range => range.live)))
  })
