// Seeds: a race draws all it chooses from one, and runs once for each of KAHUB_SEEDS (as in 1,2,3; 1 when not set).
import t, { type Test } from 'tap'
import { drawer } from '../../bench/prepare-requests.ts'

export interface Draw {
  readonly seed: number
  /** A whole number from zero up to, and without, the bound. */
  below (bound: number): number
  between (least: number, most: number): number
  one<Value>(list: readonly Value[]): Value
  shuffled<Value>(list: readonly Value[]): Value[]
}

/** Runs a race once for each seed, which stands in its name. */
export function race (name: string, run: (t: Test, draw: Draw) => Promise<unknown>): void {
  for (const seed of seeds()) t.test(`${name} (seed ${seed})`, t => run(t, drawOf(seed)))
}

const seedsMax = 100

function seeds (): readonly number[] {
  const wanted = (process.env.KAHUB_SEEDS ?? '1').split(',').map(Number)
  if (wanted.length > seedsMax || !wanted.every(seed => Number.isSafeInteger(seed) && seed >= 0)) {
    throw new Error(`KAHUB_SEEDS is up to ${seedsMax} whole numbers, as in 1,2,3`)
  }
  return wanted
}

function drawOf (seed: number): Draw {
  const below = drawer(seed)
  return {
    seed,
    below,
    between: (least, most) => least + below(most - least + 1),
    one: list => list[below(list.length)]!,
    shuffled: list => {
      const cards = [...list]
      for (let left = cards.length; left > 1; left--) {
        const at = below(left)
        const card = cards[at]!
        cards[at] = cards[left - 1]!
        cards[left - 1] = card
      }
      return cards
    }
  }
}

/** So many of something. */
export function times<Made> (count: number, make: (i: number) => Made): Made[] {
  return Array.from({ length: count }, (_, i) => make(i))
}
