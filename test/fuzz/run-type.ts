// What `npm run fuzz` is made of: runs, each by itself on a ground of its own (bench/ground.ts), each with a result that can be pasted.
import type { Ending } from '../../bench/ending.ts'

export interface FuzzRun {
  /** One word, as `--only` takes it. */
  readonly name: string
  /** What is shown when it passes, in a sentence. */
  readonly says: string
  run (context: FuzzContext): Promise<FuzzResult>
}

export interface FuzzContext {
  /** The same seed sends the same requests. */
  readonly seed: number
  /** `slice` is what CI runs: less of everything. */
  readonly extent: 'slice' | 'whole'
  /** How many requests a run of random requests sends. */
  readonly requests: number
  /** Ended when this run is over, whatever happens: what it starts is added here. */
  readonly ending: Ending
  /** A line of progress. */
  say (line: string): void
}

export interface FuzzResult {
  /** How many requests, cases or values were tried: a run over nothing proves nothing, and fails. */
  readonly tried: number
  /** What does not hold, each with what shows it again. */
  readonly faults: readonly string[]
  /** What was measured, in markdown; empty when the sum says it all. */
  readonly table: string
  /** Why it was not run, when something it needs is not installed; nothing is counted then. */
  readonly leftOut?: string
}
