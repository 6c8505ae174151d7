// From a response to what was asked for, or to the error it stands for.
import { AbortedError, AnswerError, ConnectionError, errorOfStatus, type FieldError, type KahubError } from './errors.ts'

const excerptLengthMax = 120

/** What an error should know about the call that failed. */
export interface CallFacts {
  readonly reference: string | undefined
  readonly repeatable: boolean
  /** The present in milliseconds since 1970. */
  readonly now: number
}

/** The JSON of an answer; undefined when it has no body. */
export async function readJson (response: Response, call: CallFacts): Promise<unknown> {
  if (response.status === 204) return undefined
  const type = mediaType(response)
  const body = await response.text()
  if (body === '') return undefined
  if (!isJson(type)) throw unreadable(response, call, `It is ${type}, not JSON: a proxy in between may have given it.`)
  try {
    return JSON.parse(body)
  } catch {
    // Nothing of the body, nor the parser's message, which repeats some of it, goes into the error: it may hold codes.
    throw unreadable(response, call, 'It says it is JSON and is not.')
  }
}

/** The error an answer of any status but 2xx stands for; never throws. */
export async function readError (response: Response, call: CallFacts): Promise<KahubError> {
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel().catch(() => {})
    return redirected(response, call)
  }
  const type = mediaType(response)
  let problem: Record<string, unknown> | undefined
  let detail: string | undefined
  try {
    const body = await response.text()
    problem = isJson(type) ? asRecord(JSON.parse(body)) : undefined
    if (problem === undefined) detail = notOurs(type, body)
  } catch {
    detail = 'The answer was cut or is not the JSON it says it is.'
  }
  const status = response.status
  const code = textOf(problem?.code) ?? 'answer_unreadable'
  return errorOfStatus(status, {
    code,
    status,
    title: textOf(problem?.title) ?? `The server answered ${status}`,
    detail: textOf(problem?.detail) ?? detail,
    errors: fieldErrors(problem?.errors),
    requestId: textOf(problem?.request_id) ?? requestIdOf(response),
    reference: call.reference,
    retryable: typeof problem?.retryable === 'boolean' ? problem.retryable : status === 408 || status === 429 || status >= 500,
    retryAfterSeconds: retryAfterSeconds(response, call.now),
    problem,
    advice: adviceFor(code, response, call)
  })
}

/** The error for an answer that is not what it should be. */
export function unreadable (response: Response, call: CallFacts, detail: string): AnswerError {
  return new AnswerError({
    code: 'answer_unreadable',
    title: 'The answer cannot be read',
    status: response.status,
    detail,
    requestId: requestIdOf(response),
    reference: call.reference,
    advice: outcomeAdvice(call)
  })
}

/** The error for a connection that could not be made or was cut. */
export function connectionFailed (cause: unknown, call: CallFacts): ConnectionError {
  return new ConnectionError({
    code: 'connection_failed',
    title: 'The server cannot be reached, or the connection was cut',
    detail: reasonOf(cause),
    reference: call.reference,
    retryable: true,
    advice: outcomeAdvice(call),
    cause
  })
}

/** The error for a call that the caller's own signal ended. */
export function abortedBy (signal: AbortSignal, call: CallFacts): AbortedError {
  return new AbortedError({
    code: 'aborted',
    title: 'The call was ended by its signal',
    reference: call.reference,
    advice: outcomeAdvice(call),
    cause: signal.reason
  })
}

/** What to do when it is not known whether the call was carried out. */
export function outcomeAdvice (call: CallFacts): string | undefined {
  if (call.reference !== undefined) {
    const reference = JSON.stringify(call.reference)
    return `It is not known whether this was done. Send the same again with reference ${reference}: it is done at most once`
  }
  return call.repeatable ? undefined : 'It is not known whether this was done: look before you send it again'
}

function redirected (response: Response, call: CallFacts): AnswerError {
  return new AnswerError({
    code: 'answer_unreadable',
    title: 'The server answered with a redirect',
    status: response.status || undefined,
    detail: 'A signed request is never sent on to another address.',
    reference: call.reference,
    advice: 'Give the final address as baseUrl'
  })
}

function adviceFor (code: string, response: Response, call: CallFacts): string | undefined {
  switch (code) {
    case 'signature_expired':
    case 'signature_in_future': return clockAdvice(response, call.now)
    case 'signature_invalid': return 'Check keyId and the secret or private key that belongs to it'
    case 'reference_reused': return 'Use a new reference for other content, or the same content for this reference'
    case 'scope_missing': return 'Ask for a key with this scope'
    case 'insufficient_balance': return 'Top up the wallet and send the same again'
    default: return response.status >= 500 || response.status === 408 ? outcomeAdvice(call) : undefined
  }
}

function clockAdvice (response: Response, now: number): string {
  const serverMs = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(serverMs)) return 'Set the clock of this machine'
  const aheadS = Math.round((now - serverMs) / 1000)
  return `Set the clock of this machine: it is ${Math.abs(aheadS)} seconds ${aheadS < 0 ? 'behind' : 'ahead of'} the server's`
}

/** When the server asks to be asked again. */
export function retryAfterSeconds (response: Response, now: number): number | undefined {
  const value = response.headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

function fieldErrors (errors: unknown): FieldError[] {
  if (!Array.isArray(errors)) return []
  return errors.map(asRecord).filter(error => error !== undefined)
    .map(error => ({ pointer: textOf(error.pointer) ?? '', detail: textOf(error.detail) ?? '' }))
}

/** The reason below the runtime's own words, which are often only "fetch failed". */
function reasonOf (cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const { cause: below } = cause
  return below instanceof Error && below.message ? below.message : cause.message
}

function requestIdOf (response: Response): string | undefined {
  return response.headers.get('request-id') ?? undefined
}

function mediaType (response: Response): string {
  return (response.headers.get('content-type') ?? 'of no type').split(';', 1)[0]!.trim().toLowerCase()
}

function isJson (type: string): boolean {
  return type === 'application/json' || type.endsWith('+json')
}

function notOurs (type: string, body: string): string {
  const words = body.replace(/\s+/g, ' ').trim()
  const excerpt = words === '' ? 'It is empty' : `It begins: ${words.slice(0, excerptLengthMax)}`
  return `The answer is ${type}, not a problem of kahub: a proxy in between may have given it. ${excerpt}`
}

function textOf (value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function asRecord (value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined
}
