// What is mutated, and what has to notice. Only pure code: SQL and the functions that send it are judged by tests on a real
// PostgreSQL, which take seconds, not milliseconds. Where a file has both, its pure functions are named, and nothing else is mutated.
import { everything, type Equivalent } from './equivalents.ts'

/** Every group has to reach this, mutants that nothing can kill counted against it. */
export const scoreMin = 85

export interface Group {
  readonly name: string
  readonly files: readonly MutatedFile[]
  /** Without a database, and quick: each is run for every mutant it reaches. */
  readonly tests: readonly string[]
}

export interface MutatedFile {
  readonly path: string
  /** The declarations that are mutated; all of the file when left out. */
  readonly only?: readonly string[]
}

export const groups: readonly Group[] = [
  {
    name: 'money',
    files: [{ path: 'src/base/money.ts' }],
    tests: ['test/base/money.test.ts']
  },
  {
    name: 'pricing',
    files: [
      { path: 'src/domain/pricing/unit-price.ts' },
      { path: 'src/domain/pricing/price-book.ts', only: ['priceBook', 'newPage', 'quotation'] },
      { path: 'src/domain/pricing/below-cost.ts' }
    ],
    tests: ['test/base/pricing.test.ts', 'test/base/below-cost.test.ts']
  },
  {
    name: 'ranges',
    files: [
      {
        path: 'src/domain/stock/take-stock.ts',
        only: ['stockInHand', 'setAside', 'takeFree', 'takeAside', 'takeRanges', 'changesOf', 'addMoves', 'countOf']
      },
      { path: 'src/domain/orders/decide.ts', only: ['divideStock', 'obtainable'] },
      { path: 'src/domain/orders/code-layout.ts', only: ['takeLive', 'countLive', 'positionRuns', 'lineRuns'] },
      { path: 'src/domain/orders/read-orders.ts', only: ['sealedCodesOf', 'lengthBytes'] }
    ],
    tests: ['test/base/ranges.test.ts', 'test/base/divided-stock.test.ts']
  },
  {
    name: 'signatures',
    files: [
      { path: 'src/base/signature.ts' },
      { path: 'src/base/signature-refusal.ts' },
      { path: 'src/base/structured-fields.ts' },
      { path: 'src/base/digest.ts' },
      { path: 'src/base/ed25519-key.ts' },
      { path: 'src/base/callback-signature.ts' }
    ],
    tests: ['signature-words', 'digest', 'ed25519-key', 'callback-signature'].map(name => `test/base/${name}.test.ts`)
  },
  {
    name: 'ssrf',
    files: [{ path: 'src/base/callback-url.ts' }, { path: 'src/outgoing/guard-address.ts' }],
    tests: ['test/base/callback-url.test.ts', 'test/outgoing/guarded-connector.test.ts']
  }
]

/** The mutants of a group that no test can kill. */
export function equivalentsOf ({ files }: Group): readonly Equivalent[] {
  return everything.filter(({ file }) => files.some(({ path }) => path === file))
}
