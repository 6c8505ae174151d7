// Seeds and sizes of the models' runs. KAHUB_SEED replays what a run printed; KAHUB_RUNS multiplies how much is tried.
import { randomInt } from 'node:crypto'

const seedMax = 2 ** 31

/** A fixed seed, and one of chance; or only the one of KAHUB_SEED. */
export function seedsOf (fixed: number): readonly number[] {
  const given = process.env.KAHUB_SEED
  return given === undefined ? [fixed, randomInt(seedMax)] : [Number(given)]
}

/** How many runs to make: `usual`, times KAHUB_RUNS. */
export function runsOf (usual: number): number {
  return Math.ceil(usual * Number(process.env.KAHUB_RUNS ?? 1))
}

/** What to say of a run, so that it can be made again. */
export function told (seed: number, runs: number): string {
  return `${runs} runs with KAHUB_SEED=${seed}`
}

/** Numbers in [0, 1) that a seed decides (mulberry32): a generator of our own, so that a simulation costs no more than its steps. */
export function randomOf (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
