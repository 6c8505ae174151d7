import { measureLoad, type Bench, type Load } from './bench.ts'
import type { LoadResult } from './load-plan.ts'

/** One of two loads that are compared. */
export interface PairedLoad {
  readonly name: string
  /** Makes what the load runs beside. */
  prepare (): Promise<void>
  load (): Load
}

/**
 * Measures two loads twice each, in the order first, second, second, first, so that what drifts (a busier machine, growing tables) weighs
 * on both alike. Both rounds of a load are kept as one result under its name: the rate of both, the worse latency at the 99th percent.
 */
export async function measurePair (bench: Bench, first: PairedLoad, second: PairedLoad): Promise<void> {
  const rounds = new Map<PairedLoad, LoadResult>()
  for (const paired of [first, second, second, first]) {
    await paired.prepare()
    const result = await measureLoad(bench, paired.name, paired.load())
    const before = rounds.get(paired)
    rounds.set(paired, before ? both(before, result) : result)
  }
  for (const [{ name }, result] of rounds) bench.loads.set(name, result)
}

function both (one: LoadResult, other: LoadResult): LoadResult {
  const measured = one.measured + other.measured
  const seconds = one.seconds + other.seconds
  const mean = (of: (result: LoadResult) => number) => (of(one) * one.measured + of(other) * other.measured) / measured
  const statuses = { ...one.statuses }
  for (const [status, count] of Object.entries(other.statuses)) statuses[status] = (statuses[status] ?? 0) + count
  return {
    measured,
    seconds,
    perSecond: measured / seconds,
    p50Ms: mean(({ p50Ms }) => p50Ms),
    p90Ms: mean(({ p90Ms }) => p90Ms),
    p99Ms: Math.max(one.p99Ms, other.p99Ms),
    p999Ms: Math.max(one.p999Ms, other.p999Ms),
    meanMs: mean(({ meanMs }) => meanMs),
    cpuUs: {
      api: mean(({ cpuUs }) => cpuUs.api),
      worker: mean(({ cpuUs }) => cpuUs.worker),
      postgres: mean(({ cpuUs }) => cpuUs.postgres),
      generator: mean(({ cpuUs }) => cpuUs.generator)
    },
    statuses,
    firstRefusal: one.firstRefusal ?? other.firstRefusal,
    ranOut: one.ranOut || other.ranOut
  }
}
