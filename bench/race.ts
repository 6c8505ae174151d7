// Loads that are put beside each other are measured beside each other: in rounds, each of them once a round, every second round in the
// reverse order. A machine drifts, and what is measured a minute later is measured on another one; within a round there is little drift,
// so a ratio is that of one round, and the figure is the middle one of all rounds.
import type { Uuid } from '../src/base/ids.ts'
import { codesFor, keepLoad, type Bench } from './bench.ts'
import type { LoadResult } from './load-plan.ts'

/** One of the loads that are measured in rounds. */
export interface Contestant {
  readonly name: string
  /** Whether it runs in every round, or only in some: a run with few rounds keeps them for what ratios are made of. */
  readonly rounds: 'all' | 'some'
  /** SKUs of which each of its orders sells one code. */
  readonly sells?: readonly Uuid[]
  measure (): Promise<LoadResult>
}

/** Measures the contestants in rounds, and keeps the rate of each round and, of each contestant, its middle round. */
export async function race (bench: Bench, contestants: readonly Contestant[]): Promise<void> {
  const { ground, rates, say, size } = bench
  await fillFor(bench, contestants)
  const results = new Map<string, LoadResult[]>()
  for (let round = 0; round < size.rounds; round++) {
    say(`  round ${round + 1} of ${size.rounds}`)
    // What ratios are made of stays together; the rest of the round comes after it.
    const inRound = contestants.filter(({ rounds }) => rounds === 'all' || round < size.roundsOfSome)
      .toSorted((a, b) => Number(a.rounds === 'some') - Number(b.rounds === 'some'))
    for (const { name, measure } of round % 2 === 0 ? inRound : inRound.toReversed()) {
      // Every measurement begins with the same distance to the next checkpoint, and with no fat of an earlier one to be written.
      await ground.owner`checkpoint`
      const result = await measure()
      rates.set(name, [...rates.get(name) ?? [], result.perSecond])
      const before = results.get(name) ?? []
      results.set(name, [...before, result])
      say(`    ${name}: ${Math.round(result.perSecond)}/s`)
    }
  }
  for (const { name } of contestants) keepLoad(bench, name, middle(results.get(name)!))
}

/** Codes for all orders of the race at once, so that nothing is imported between two measurements. */
async function fillFor (bench: Bench, contestants: readonly Contestant[]): Promise<void> {
  const measurements = new Map<readonly Uuid[], number>()
  for (const { rounds, sells } of contestants) {
    if (sells) measurements.set(sells, (measurements.get(sells) ?? 0) + (rounds === 'all' ? bench.size.rounds : bench.size.roundsOfSome))
  }
  for (const [skus, count] of measurements) await bench.shop.fillShelves(skus, codesFor(bench, count, skus.length))
}

function middle (results: readonly LoadResult[]): LoadResult {
  return results.toSorted((a, b) => a.perSecond - b.perSecond)[results.length >> 1]!
}
