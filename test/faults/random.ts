// Chance that can be had again: the same seed draws the same (mulberry32).

export interface Random {
  /** A whole number from 0 to below the bound. */
  below (bound: number): number
  /** A whole number from low to high, both included. */
  between (low: number, high: number): number
  chance (share: number): boolean
  pick<Item> (items: readonly Item[]): Item
  /** A source of its own, so that who draws in between changes nothing for others. */
  branch (name: string): Random
}

/** Opens a source of chance; seeds are whole numbers up to 2³². */
export function openRandom (seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: share => next() < share,
    pick: items => items[below(items.length)]!,
    branch: name => openRandom(mixInto(seed, name))
  }
}

/** FNV-1a over the name, begun with the seed. */
function mixInto (seed: number, name: string): number {
  let mixed = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < name.length; i++) mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193) >>> 0
  return mixed
}
