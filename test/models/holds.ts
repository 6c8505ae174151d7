// A property as a test: under a fixed seed and one of chance, so often as is said.
import type { Test } from 'tap'
import fc from 'fast-check'
import { seedsOf, told } from './seeds.ts'

/** Asserts that a property holds of everything drawn; `promise` says what it is. */
export function holds<Values extends unknown[]> (
  t: Test, promise: string, cases: number, drawn: fc.Arbitrary<Values>, property: (...values: Values) => void
): void {
  for (const seed of seedsOf(20_261_124)) {
    t.test(`${promise}: ${told(seed, cases)}`, async t => {
      fc.assert(fc.property(drawn, values => property(...values)), { seed, numRuns: cases })
      t.pass()
    })
  }
}
