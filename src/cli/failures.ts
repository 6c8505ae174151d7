// What the command itself refuses, before or beside the server; each message is one or more whole sentences.
import type { FieldError } from '../../sdk/src/admin.ts'

/** The command was called wrongly or lacks something it needs to start: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What was asked for cannot be done: exit code 1. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: string
  /** The places that are wrong, such as the lines of a file. */
  readonly errors: readonly FieldError[]
  readonly requestId: string | undefined

  constructor (code: string, message: string, facts: { readonly errors?: readonly FieldError[], readonly requestId?: string | undefined } = {}) {
    super(message)
    this.code = code
    this.errors = facts.errors ?? []
    this.requestId = facts.requestId
  }
}
