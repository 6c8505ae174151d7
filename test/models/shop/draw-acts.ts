// Acts drawn at random: few names and little of everything, so that they meet.
import fc from 'fast-check'
import type { Act, PriceAct } from './act.ts'
import type { Line } from './shop.ts'

export const skuCount = 3
export const lotsDrawn = 6

const usual = [[1, 2, 3, 4], [2, 2, 4, 6], [2, 3, 4, 5]] as const
const who = fc.constantFrom(0, 1)
const sku = fc.nat(skuCount - 1)
/** Numbers: `aim` makes of them what there is. */
const reference = fc.nat(59).map(n => `r${n}`)
const name = fc.nat(7).map(n => `n${n}`)
/** Quantities that the SKU allows, for the most part. */
const line: fc.Arbitrary<Line> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ sku, quantity: fc.integer({ min: 1, max: 4 }) }).map(({ sku, quantity }) =>
      ({ sku, quantity: usual[sku]![quantity - 1]! }))
  },
  { weight: 1, arbitrary: fc.record({ sku, quantity: fc.integer({ min: 1, max: 30 }) }) }
)
const lines = fc.oneof({ weight: 3, arbitrary: fc.tuple(line) }, { weight: 2, arbitrary: fc.tuple(line, line) }, fc.tuple(line, line, line))
/** Each SKU once, as holds want it. */
const apart = fc.uniqueArray(line, { minLength: 1, maxLength: 2, selector: ({ sku }) => sku })
const seldom = <Value>(arbitrary: fc.Arbitrary<Value>, freq = 4) => fc.option(arbitrary, { freq: 1, nil: null }).chain(value =>
  value === null ? fc.constant(null) : fc.nat(freq).map(n => n === 0 ? value : null))
/** Ten-thousandths: prices have four decimals, what moves in wallets has two. */
const unit = fc.oneof(fc.bigInt({ min: 0n, max: 40_000n }), fc.bigInt({ min: 90_000n, max: 110_000n }))
const fens = (max: bigint) => fc.bigInt({ min: 1n, max }).map(fen => fen * 100n)

const order: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('order' as const),
  who,
  reference,
  lines,
  partial: fc.boolean(),
  max: seldom(fens(6_000n)),
  quote: fc.constant(null),
  hold: seldom(name, 2),
  inline: fc.nat(4).map(n => n > 2),
  dry: fc.nat(7).map(n => n === 0)
})

const price: fc.Arbitrary<PriceAct> = fc.oneof(
  fc.record({ kind: fc.constantFrom('list' as const, 'list' as const, 'level' as const), sku, amount: unit }),
  fc.record({ kind: fc.constant('floor' as const), sku, amount: fc.bigInt({ min: 0n, max: 20_000n }) }),
  fc.record({ kind: fc.constant('contract' as const), sku, who, amount: unit }),
  fc.record({
    kind: fc.constant('quantity_break' as const),
    sku,
    from: fc.integer({ min: 2, max: 5 }),
    rate: fc.bigInt({ min: 1n, max: 10_000n })
  }),
  fc.record({ kind: fc.constant('level_discount' as const), rate: fc.bigInt({ min: 5_000n, max: 10_000n }) })
)

/** An order by a quote, whose lines are the same as often as not. */
const quoted = fc.record({ quote: name, lines: fc.option(lines, { freq: 3, nil: null }) })

const buys = [
  { weight: 34, arbitrary: order },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hold' as const), who, name, lines: apart }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel hold' as const), who, name }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('cancel' as const), who, reference, unrevealed: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reverse' as const), who, name: fc.nat(11).map(n => `v${n}`), reference }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('reveal' as const), who, reference, offset: fc.nat(3), limit: fc.integer({ min: 1, max: 3 }) })
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      who: fc.constant(0),
      reference,
      approve: fc.nat(2).map(n => n > 0)
    })
  }
]

const keeps = [
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deposit' as const), who, name, amount: fens(5_000n) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('adjust' as const), who, name, amount: fens(8_000n).map(amount => -amount) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('credit' as const),
      who,
      limit: fc.bigInt({ min: 0n, max: 4_000n }).map(fen => fen * 100n)
    })
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('price' as const), price }) }
]

const times: { readonly weight: number, readonly arbitrary: fc.Arbitrary<Act> }[] = [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('stock' as const),
      sku,
      count: fc.integer({ min: 1, max: 9 }),
      expiry: fc.constantFrom(1, 2, 9)
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recall' as const), lot: fc.nat(lotsDrawn) }) },
  {
    weight: 4,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constant('time' as const), of: fc.constantFrom('hold' as const, 'quote' as const), who, which: name }),
      fc.record({ do: fc.constant('time' as const), of: fc.constantFrom('approval' as const, 'order' as const), who, which: reference }),
      fc.record({ do: fc.constant('time' as const), of: fc.constant('lot' as const), who, which: fc.nat(lotsDrawn).map(String) })
    )
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      pass: fc.constantFrom('holds' as const, 'lots' as const, 'ranges' as const, 'approvals' as const)
    })
  }
]

/** An order that is sent again, as it was. */
const repeats: fc.Arbitrary<Act> = order.map(act => ({ ...act as Extract<Act, { do: 'order' }>, lines: sameLines, hold: null }))

/** A quote, or a purchase that names one. `sameLines` stands for the lines of that quote. */
const quotes: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('quote' as const), who, name, lines }),
  fc.tuple(order, quoted).map(([act, { quote, lines: others }]): Act => {
    const bought = act as Extract<Act, { do: 'order' }>
    return { ...bought, quote, partial: false, lines: others ?? sameLines }
  })
)

/** Lines that an order takes over from the quote it names, or from the earlier order of its reference. */
export const sameLines: readonly Line[] = Object.freeze([])

/** Whatever may happen in a shop, one act after the other. */
export const anyAct: fc.Arbitrary<Act> = fc.oneof(...buys, ...keeps, ...times, { weight: 8, arbitrary: quotes },
  { weight: 5, arbitrary: repeats })

/** What clients and the operator may do at the same time: everything but what takes a row's time or its lot by hand. */
export const concurrentAct: fc.Arbitrary<Act> = fc.oneof(...buys, ...keeps,
  { weight: 4, arbitrary: fc.record({ do: fc.constant('quote' as const), who, name, lines }) })
