// What the command itself refuses, before or beside the server; each message is one or more whole sentences.
import type { FieldError } from '../../sdk/src/admin.ts'

/** The command was called wrongly or lacks something it needs to start: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What is known about a refusal beside its sentence. */
export interface RefusalFacts {
  /** The places that are wrong, such as the lines of a file. */
  readonly errors?: readonly FieldError[]
  /** Places beyond those. */
  readonly errorsMore?: number
  readonly requestId?: string | undefined
}

/** What was asked for cannot be done: exit code 1. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: string
  readonly facts: RefusalFacts

  constructor (code: string, message: string, facts: RefusalFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }
}

/** Ctrl-C ended it; the sentence says what is left and how to go on: exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}
