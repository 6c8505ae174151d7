// From a response to what was asked for, or to the error it stands for.
import {
  AbortedError, AnswerError, BadRequest, Conflict, ConnectionError, Forbidden, Gone, HeadersTooLarge, KahubError, MethodNotAllowed,
  NotAcceptable, NotFound, RateLimited, RequestTimeout, ServerError, TimeoutError, TooLarge, Unauthorized, Unprocessable, UnsupportedMediaType, type FieldError
} from './errors.ts'
import { isUnsent } from './retries.ts'
import { failed } from './tell.ts'

const excerptLengthMax = 120

/** What an error should know about the call that failed. */
export interface CallFacts {
  readonly reference?: string | undefined
  /** Doing it twice is doing it once. */
  readonly repeatable: boolean
  /** An attempt before this one may have been carried out. */
  readonly doubtful?: boolean
  /** The present in milliseconds since 1970. */
  readonly now: number
  /** Where it was sent. */
  readonly url?: string
}

/** What reading goes on with after the headers: it changes nothing. */
export const reading: CallFacts = { repeatable: true, now: 0 }

/** The JSON of an answer; undefined when it has no body. */
export async function readJson (response: Response, call: CallFacts): Promise<unknown> {
  const body = await response.text()
  if (body === '') return undefined
  const type = mediaType(response)
  if (!isJson(type)) throw unreadable(`It is ${type}, not JSON: a proxy in between may have given it.`, response, call)
  try {
    return JSON.parse(body)
  } catch {
    // Nothing of the body, nor the parser's message, which repeats some of it, goes into the error: it may hold codes.
    throw unreadable('It says it is JSON and is not.', response, call)
  }
}

/** The error an answer of any status but 2xx stands for; never throws. */
export async function readError (response: Response, call: CallFacts): Promise<KahubError> {
  const { status, headers } = response
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    response.body?.cancel().catch(() => {})
    return failed(AnswerError, {
      code: 'answer_unreadable',
      title: 'The server answered with a redirect',
      status: status || undefined,
      detail: 'A signed request is never sent on to another address.',
      reference: call.reference,
      headers
    }, 'Give the final address as baseUrl')
  }
  const type = mediaType(response)
  let problem: Record<string, unknown> = {}
  let detail: string | undefined
  try {
    const body = await response.text()
    const parsed: unknown = isJson(type) && JSON.parse(body)
    if (isRecord(parsed)) problem = parsed
    else detail = notOurs(type, body)
  } catch {
    detail = 'The answer was cut or is not the JSON it says it is.'
  }
  const code = textOf(problem.code) ?? 'answer_unreadable'
  const docs = textOf(problem.type)
  return failed(statusErrors[status] ?? (status >= 500 ? ServerError : KahubError), {
    code,
    status,
    title: textOf(problem.title) ?? `The server answered ${status}`,
    detail: textOf(problem.detail) ?? detail,
    errors: fieldErrors(problem.errors),
    requestId: textOf(problem.request_id) ?? requestIdOf(response),
    reference: call.reference,
    retryable: typeof problem.retryable === 'boolean' ? problem.retryable : status === 408 || status === 429 || status >= 500,
    retryAfterSeconds: retryAfterSeconds(response, call.now) ?? rateLimitSeconds(headers),
    docUrl: docs && URL.canParse(docs, call.url) ? new URL(docs, call.url).href : undefined,
    problem: detail === undefined ? problem : undefined,
    headers
  }, adviceFor(code, response, call))
}

/** The error for an answer that is not what it should be. */
export function unreadable (detail: string, response?: Response, call: CallFacts = reading): AnswerError {
  return failed(AnswerError, {
    code: 'answer_unreadable',
    title: 'The answer cannot be read',
    status: response?.status,
    detail,
    requestId: response && requestIdOf(response),
    reference: call.reference,
    headers: response?.headers
  }, outcomeAdvice(call))
}

/** The error for a connection that could not be made or was cut. */
export function connectionFailed (cause: unknown, call: CallFacts): ConnectionError {
  // The reason below the runtime's own words, which are often only "fetch failed".
  const { message, cause: below } = cause as Partial<Error>
  const { message: reason, code } = (below ?? {}) as { readonly message?: string, readonly code?: string }
  return failed(ConnectionError, {
    code: 'connection_failed',
    title: 'The server cannot be reached, or the connection was cut',
    detail: reason || code || message,
    reference: call.reference,
    retryable: true,
    cause
  }, isUnsent(cause) && !call.doubtful ? 'Nothing was sent' : outcomeAdvice(call))
}

/** The error for an answer that did not come in time. */
export function tooLate (title: string, call: CallFacts): TimeoutError {
  return failed(TimeoutError, { code: 'timed_out', title, reference: call.reference, retryable: true }, outcomeAdvice(call))
}

/** The error for a call that the caller's own signal ended. */
export function abortedBy (signal: AbortSignal, call: CallFacts): AbortedError {
  const title = 'The call was ended by its signal'
  return failed(AbortedError, { code: 'aborted', title, reference: call.reference, cause: signal.reason }, outcomeAdvice(call))
}

/** When the server asks to be asked again, in seconds. */
export function retryAfterSeconds ({ headers }: Response, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

/** When a limit that is used up is there again (draft-ietf-httpapi-ratelimit-headers-11): t of those with r=0. */
function rateLimitSeconds (headers: Headers): number | undefined {
  const spent = (headers.get('ratelimit') ?? '').split(',').filter(limit => /;\s*r=0\b/.test(limit))
  return spent.length === 0 ? undefined : Math.max(...spent.map(limit => Number(/;\s*t=(\d+)/.exec(limit)?.[1] ?? 0)))
}

/** The id of the request that this answers. */
export function requestIdOf ({ headers }: Response): string | undefined {
  return headers.get('request-id') ?? undefined
}

const statusErrors: Readonly<Record<number, typeof KahubError>> = {
  400: BadRequest,
  401: Unauthorized,
  403: Forbidden,
  404: NotFound,
  405: MethodNotAllowed,
  406: NotAcceptable,
  408: RequestTimeout,
  409: Conflict,
  410: Gone,
  413: TooLarge,
  415: UnsupportedMediaType,
  422: Unprocessable,
  429: RateLimited,
  431: HeadersTooLarge
}

/** What to do when it is not known whether the call was carried out. */
function outcomeAdvice ({ reference, repeatable }: CallFacts): string | undefined {
  const unknown = 'It is not known whether this was done'
  if (reference !== undefined) return `${unknown}. Send the same again with reference ${JSON.stringify(reference)}: it is done at most once`
  return repeatable ? undefined : `${unknown}: look before you send it again`
}

const advices: Readonly<Record<string, string>> = {
  signature_invalid: 'Check keyId and the secret or private key that belongs to it',
  reference_reused: 'Use a new reference for other content',
  scope_missing: 'Ask for a key with this scope',
  insufficient_balance: 'Top up the wallet and send the same again'
}

function adviceFor (code: string, response: Response, call: CallFacts): string | undefined {
  if (/^signature_(expired|in_future)$/.test(code)) return clockAdvice(response, call.now)
  // textOf: a code may be named as something that every object has.
  return textOf(advices[code]) ?? (response.status >= 500 || response.status === 408 ? outcomeAdvice(call) : undefined)
}

function clockAdvice ({ headers }: Response, now: number): string {
  const aheadS = Math.round((now - Date.parse(headers.get('date') ?? '')) / 1000)
  const by = Number.isNaN(aheadS) ? '' : `: it is ${Math.abs(aheadS)} seconds ${aheadS < 0 ? 'behind' : 'ahead of'} the server's`
  return `Set the clock of this machine${by}`
}

function fieldErrors (errors: unknown): FieldError[] {
  if (!Array.isArray(errors)) return []
  return errors.filter(isRecord).map(error => ({ pointer: textOf(error.pointer) ?? '', detail: textOf(error.detail) ?? '' }))
}

function mediaType ({ headers }: Response): string {
  return (headers.get('content-type') ?? 'of no type').split(';', 1)[0]!.trim().toLowerCase()
}

function isJson (type: string): boolean {
  return /^application\/json$|\+json$/.test(type)
}

function notOurs (type: string, body: string): string {
  const words = body.replace(/\s+/g, ' ').trim()
  const excerpt = words === '' ? 'It is empty' : `It begins: ${words.slice(0, excerptLengthMax)}`
  return `The answer is ${type}, not a problem of kahub: a proxy in between may have given it. ${excerpt}`
}

function textOf (value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
