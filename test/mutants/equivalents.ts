// Mutants that were looked at one by one, and that no test can kill: what they change cannot be seen. They count against the score
// all the same; here stands why. An entry that no surviving mutant fits any more is an error: the code has changed, look again.

export interface Equivalent {
  readonly file: string
  /** A part of the line that the mutant begins on. */
  readonly line: string
  /** Stryker's name of the kind of mutant, and what it puts in; any of the kind when left out. */
  readonly mutator: string
  readonly replacement?: string
  readonly because: string
}

export const everything: readonly Equivalent[] = [
]
