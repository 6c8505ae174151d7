import { drawer } from '../../bench/prepare-requests.ts'

/** Everything that is left to chance: the same for the same seed. */
export interface Draw {
  /** A whole number from 0 to below the bound. */
  below (bound: number): number
  pick<Item> (list: readonly Item[]): Item
  /** Whether it happens, so many times in a hundred. */
  percent (of: number): boolean
}

/** The chance of one request: number and seed decide it, not what came before. */
export function drawFor (seed: number, number: number): Draw {
  const below = drawer(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35))
  return {
    below,
    pick: list => list[below(list.length)]!,
    percent: of => below(100) < of
  }
}
