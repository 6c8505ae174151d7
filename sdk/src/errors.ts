// Everything this SDK throws. A class says which family of answer it was, `code` says what exactly.
import type { ProblemCode, ProblemStatus } from './generated/types.ts'

/** Codes that this SDK gives itself, when there is no answer of kahub to take one from. */
export type ClientCode =
  'connection_failed' | 'timed_out' | 'aborted' | 'answer_unreadable' | 'decryption_failed' | 'callback_refused' | 'argument_invalid'

/** The codes that refusals of a status have; the list may grow. */
export type CodeOf<Status extends number> =
  | { [Code in keyof ProblemStatus]: ProblemStatus[Code] extends Status ? Code : never }[keyof ProblemStatus]
  | 'answer_unreadable' | (string & {})

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
  readonly docUrl?: string | undefined
  readonly problem?: Readonly<Record<string, unknown>> | undefined
  readonly headers?: Headers | undefined
  readonly cause?: unknown
}

/** What every call of this SDK rejects with; its subclasses tell the families of answers apart. */
export class KahubError extends Error {
  override readonly name: string = 'KahubError'
  /** What exactly went wrong; the list may grow. */
  declare readonly code: ProblemCode | ClientCode
  /** The HTTP status; undefined when there was no answer. */
  declare readonly status: number | undefined
  declare readonly title: string
  declare readonly detail: string | undefined
  /** The places of the request that are wrong. */
  declare readonly errors: readonly FieldError[]
  /** Name it when you ask for support. */
  declare readonly requestId: string | undefined
  /** The reference the call was made with: the same body with it can be sent again and is done at most once. */
  declare readonly reference: string | undefined
  /** The same request may succeed later without being changed. */
  declare readonly retryable: boolean
  /** How long to wait before the next try, in seconds, when the server said so. */
  declare readonly retryAfterSeconds: number | undefined
  /** Where the code is explained. */
  declare readonly docUrl: string | undefined
  /** The whole problem document (RFC 9457), with the members that only some codes have. */
  declare readonly problem: Readonly<Record<string, unknown>> | undefined
  /** The headers of the answer; undefined when there was none. */
  declare readonly headers: Headers | undefined

  constructor (message: string, { headers, ...facts }: ErrorFacts) {
    super(message, facts)
    // Not enumerable: an error that is printed or logged does not spread them out.
    Object.defineProperty(Object.assign(this, { errors: [], retryable: false }, facts), 'headers', { value: headers })
  }
}

/** 400: the request could not be read. */
export class BadRequest extends KahubError {
  override readonly name = 'BadRequest'
  declare readonly code: CodeOf<400>
}
/** 401: the signature was not accepted. */
export class Unauthorized extends KahubError {
  override readonly name = 'Unauthorized'
  declare readonly code: CodeOf<401>
}
/** 403: the key may not do this. */
export class Forbidden extends KahubError {
  override readonly name = 'Forbidden'
  declare readonly code: CodeOf<403>
}
/** 404: there is nothing at this address for you. */
export class NotFound extends KahubError {
  override readonly name = 'NotFound'
  declare readonly code: CodeOf<404>
}
/** 405: this address does not take this method. */
export class MethodNotAllowed extends KahubError {
  override readonly name = 'MethodNotAllowed'
  declare readonly code: CodeOf<405>
}
/** 406: no form of answer that was asked for is to be had here. */
export class NotAcceptable extends KahubError {
  override readonly name = 'NotAcceptable'
  declare readonly code: CodeOf<406>
}
/** 408: the request did not arrive in time. */
export class RequestTimeout extends KahubError {
  override readonly name = 'RequestTimeout'
  declare readonly code: CodeOf<408>
}
/** 409: the present state does not allow it; nothing was changed. */
export class Conflict extends KahubError {
  override readonly name = 'Conflict'
  declare readonly code: CodeOf<409>
}
/** 410: it is no longer kept. */
export class Gone extends KahubError {
  override readonly name = 'Gone'
  declare readonly code: CodeOf<410>
}
/** 413: more than this address takes. */
export class TooLarge extends KahubError {
  override readonly name = 'TooLarge'
  declare readonly code: CodeOf<413>
}
/** 415: a content type that this address does not take. */
export class UnsupportedMediaType extends KahubError {
  override readonly name = 'UnsupportedMediaType'
  declare readonly code: CodeOf<415>
}
/** 422: the request was understood and is wrong. */
export class Unprocessable extends KahubError {
  override readonly name = 'Unprocessable'
  declare readonly code: CodeOf<422>
}
/** 429: too many requests. */
export class RateLimited extends KahubError {
  override readonly name = 'RateLimited'
  declare readonly code: CodeOf<429>
}
/** 431: the headers are too large. */
export class HeadersTooLarge extends KahubError {
  override readonly name = 'HeadersTooLarge'
  declare readonly code: CodeOf<431>
}
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

/** The SDK was called wrongly; nothing was sent. */
export class ArgumentError extends KahubError {
  override readonly name = 'ArgumentError'

  constructor (detail: string) {
    super(detail, { code: 'argument_invalid', title: 'The call is wrong', detail })
  }
}

/** A callback is not genuine; answer it with 401 and take nothing from it. `reason` says what is wrong. */
export class CallbackError extends KahubError {
  override readonly name = 'CallbackError'
  readonly reason: CallbackReason

  constructor (reason: CallbackReason, detail: string) {
    super(`${detail} (${reason})`, { code: 'callback_refused', title: 'The callback is not genuine', detail })
    this.reason = reason
  }
}
