// The judge: decides I1–I14 from a world's rows and the journals alone. It shares no code with the app.
import type { World } from './journal.ts'

export interface Verdict {
  readonly invariant: string
  readonly says: string
  /** How much was looked at: rows, entries. A judgement over nothing proves nothing. */
  readonly looked: number
  /** What does not hold, `where: what`, at most `faultsToldMax`. */
  readonly faults: readonly string[]
}

export interface Case {
  /** The owner's address of the database (postgres://…). */
  readonly database: string
  readonly world: World
  /** A folder of journals; undefined when only the rows are judged. */
  readonly journals?: string
}

export const faultsToldMax = 20

export declare function judge (of: Case): Promise<readonly Verdict[]>
