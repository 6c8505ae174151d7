import { problems, type ProblemCode } from '../../schema/problems.ts'

/** What one member of a request got wrong: an RFC 6901 pointer into the body (or a parameter's name), and a sentence. */
export interface Fault { readonly pointer: string, readonly detail: string }

/** Facts a refusal may carry beside its sentence; they stand in the problem's top level (RFC 9457 §3.2). */
export interface ProblemFacts extends Partial<Record<OwnMember, never>> {
  readonly errors?: readonly Fault[]
  readonly retryAfterSeconds?: number
  readonly [extension: string]: unknown
}

/** What a refusal says of itself; no fact may stand in its place. */
type OwnMember = 'type' | 'title' | 'title_zh' | 'status' | 'detail' | 'code' | 'request_id' | 'retryable'

/**
 * A refusal the caller can act on. Everything else that is thrown is our bug. `detail` says what to do, never a secret.
 * The stack is not captured: a refusal is an answer, and a busy server gives many.
 */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly detail: string
  readonly facts: ProblemFacts

  constructor (code: ProblemCode, detail: string, facts: ProblemFacts = {}) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(`${code}: ${detail}`)
    Error.stackTraceLimit = limit
    this.name = 'Problem'
    this.code = code
    this.detail = detail
    this.facts = facts
  }

  get status (): number { return problems[this.code].status }
}

/** Throws our own bug when the condition does not hold; `what` names the thing that was expected. */
export function assert (condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`expected ${what}`)
}
