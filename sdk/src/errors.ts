// Everything this SDK throws. A class says which family of answer it was, `code` says what exactly.
import type { ProblemCode } from './generated/types.ts'

/** Codes that this SDK gives itself, when there is no answer of kahub to take one from. */
export type ClientCode =
  'connection_failed' | 'timed_out' | 'aborted' | 'answer_unreadable' | 'decryption_failed' | 'callback_refused' | 'argument_invalid'

/** Why a callback is not genuine. */
export type CallbackReason =
  'headers_missing' | 'timestamp_malformed' | 'too_old' | 'in_future' | 'signature_wrong' | 'body_unreadable' | 'endpoint_unknown'

/** Something wrong at one place of the request; `pointer` is a JSON pointer (RFC 6901) into it. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

/** What is known about a failure. */
export interface ErrorFacts {
  readonly code: ProblemCode | ClientCode
  readonly title: string
  readonly status?: number | undefined
  readonly detail?: string | undefined
  readonly errors?: readonly FieldError[] | undefined
  readonly requestId?: string | undefined
  readonly reference?: string | undefined
  readonly retryable?: boolean | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly problem?: Readonly<Record<string, unknown>> | undefined
  /** What the caller can do; ends the message. */
  readonly advice?: string | undefined
  readonly cause?: unknown
}

/** What every call of this SDK rejects with; its subclasses tell the families of answers apart. */
export class KahubError extends Error {
  override readonly name: string = 'KahubError'
  /** What exactly went wrong; the list may grow. */
  readonly code: ProblemCode | ClientCode
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined
  readonly title: string
  readonly detail: string | undefined
  /** The places of the request that are wrong. */
  readonly errors: readonly FieldError[]
  /** Name it when you ask for support. */
  readonly requestId: string | undefined
  /** The reference the call was made with: the same body with it can be sent again and is done at most once. */
  readonly reference: string | undefined
  /** The same request may succeed later without being changed. */
  readonly retryable: boolean
  /** How long to wait before the next try, when the server said so. */
  readonly retryAfterSeconds: number | undefined
  /** The whole problem document (RFC 9457), with the members that only some codes have. */
  readonly problem: Readonly<Record<string, unknown>> | undefined

  constructor (facts: ErrorFacts) {
    super(messageOf(facts), facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = facts.code
    this.status = facts.status
    this.title = facts.title
    this.detail = facts.detail
    this.errors = facts.errors ?? []
    this.requestId = facts.requestId
    this.reference = facts.reference
    this.retryable = facts.retryable ?? false
    this.retryAfterSeconds = facts.retryAfterSeconds
    this.problem = facts.problem
  }
}

/** 400: the request could not be read. */
export class BadRequest extends KahubError { override readonly name = 'BadRequest' }
/** 401: the signature was not accepted. */
export class Unauthorized extends KahubError { override readonly name = 'Unauthorized' }
/** 403: the key may not do this. */
export class Forbidden extends KahubError { override readonly name = 'Forbidden' }
/** 404: there is nothing there for you. */
export class NotFound extends KahubError { override readonly name = 'NotFound' }
/** 409: the present state does not allow it; nothing was changed. */
export class Conflict extends KahubError { override readonly name = 'Conflict' }
/** 422: the request was understood and is wrong. */
export class Unprocessable extends KahubError { override readonly name = 'Unprocessable' }
/** 429: too many requests. */
export class RateLimited extends KahubError { override readonly name = 'RateLimited' }
/** 500 and above: something is wrong or too busy on the server's side. */
export class ServerError extends KahubError { override readonly name = 'ServerError' }
/** There was no answer, or it was cut. */
export class ConnectionError extends KahubError { override readonly name = 'ConnectionError' }
/** The answer did not come within timeoutMs. */
export class TimeoutError extends KahubError { override readonly name = 'TimeoutError' }
/** The caller's signal ended the call; `cause` is the signal's reason. */
export class AbortedError extends KahubError { override readonly name = 'AbortedError' }
/** The answer is not one of kahub's: HTML of a proxy, broken JSON, a redirect. */
export class AnswerError extends KahubError { override readonly name = 'AnswerError' }
/** The codes are sealed to an encryption key whose private half is not among decryptionKeys; nothing is lost by it. */
export class DecryptionError extends KahubError { override readonly name = 'DecryptionError' }
/** A callback is not genuine; answer it with 401 and take nothing from it. `reason` says what is wrong. */
export class CallbackError extends KahubError {
  override readonly name = 'CallbackError'
  readonly reason: CallbackReason

  constructor ({ reason, ...facts }: ErrorFacts & { readonly reason: CallbackReason }) {
    super(facts)
    this.reason = reason
  }
}
/** The SDK was called wrongly; nothing was sent. */
export class ArgumentError extends KahubError {
  override readonly name = 'ArgumentError'

  constructor (detail: string) {
    super({ code: 'argument_invalid', title: 'The SDK was called wrongly', detail })
  }
}

/** The error of an answer that says so, by its status. */
export function errorOfStatus (status: number, facts: ErrorFacts): KahubError {
  if (status >= 500) return new ServerError(facts)
  switch (status) {
    case 400: return new BadRequest(facts)
    case 401: return new Unauthorized(facts)
    case 403: return new Forbidden(facts)
    case 404: return new NotFound(facts)
    case 409: return new Conflict(facts)
    case 422: return new Unprocessable(facts)
    case 429: return new RateLimited(facts)
    default: return status >= 400 ? new KahubError(facts) : new AnswerError(facts)
  }
}

const fieldErrorsToldMax = 3

function messageOf (facts: ErrorFacts): string {
  const sentences = [facts.detail ? `${facts.title}: ${facts.detail}` : facts.title]
  // The detail often tells the first of them already.
  const told = (facts.errors ?? []).filter(({ detail }) => !facts.detail?.includes(detail)).slice(0, fieldErrorsToldMax)
  for (const { pointer, detail } of told) sentences.push(`${pointer || 'the request'}: ${detail}`)
  if (facts.advice) sentences.push(facts.advice)
  const labels = [`code: ${facts.code}`]
  if (facts.status !== undefined) labels.push(`status: ${facts.status}`)
  if (facts.requestId !== undefined) labels.push(`request: ${facts.requestId}`)
  if (facts.reference !== undefined) labels.push(`reference: ${facts.reference}`)
  return `${sentences.map(withStop).join(' ')} (${labels.join(', ')})`
}

function withStop (sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}
