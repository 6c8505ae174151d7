import type { LoadResult } from './load-plan.ts'

/** What is told of latencies, which come in ascending order. */
export function percentilesOf (latencies: Float64Array): Pick<LoadResult, 'p50Ms' | 'p90Ms' | 'p99Ms' | 'p999Ms' | 'meanMs'> {
  const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? NaN
  const meanMs = latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length
  return { p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), p999Ms: at(0.999), meanMs }
}
