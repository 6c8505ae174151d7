import { newNumber } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'

/** How many random numbers are tried; two products in 2⁴⁸ meet once in a very long while. */
export const numberAttemptsMax = 3

/** Inserts with random numbers until one is free; `insert` gives the row, or undefined when the number is taken. */
export async function withFreshNumber<Row> (insert: (number: number) => Promise<Row | undefined>): Promise<Row> {
  for (let attempt = 1; attempt <= numberAttemptsMax; attempt++) {
    const row = await insert(newNumber())
    if (row) return row
  }
  assert(false, `a free number among ${numberAttemptsMax}`)
}
