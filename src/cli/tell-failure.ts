import { CommanderError } from 'commander'
import pc from 'picocolors'
import { ArgumentError, ConnectionError, KahubError, TimeoutError } from '../../sdk/src/admin.ts'
import { InterruptedError, RefusedError, UsageError } from './failures.ts'

export const exitCodes = { done: 0, refused: 1, usage: 2, unreachable: 3, interrupted: 130 } as const

/** Places told one by one in the text; --json has them all. */
export const placesToldMax = 20

/** Tells a failure where it can be read, in sentences or as one JSON value; returns the exit code it stands for. */
export function tellFailure (error: unknown, form: 'text' | 'json'): number {
  // The parser of the command line has told its own failures already, and help is none.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const failure = readFailure(error)
  if (form === 'json') process.stdout.write(JSON.stringify({ error: jsonOf(failure) }) + '\n')
  else process.stderr.write(textOf(failure))
  return failure.exitCode
}

interface Failure {
  readonly exitCode: number
  readonly message: string
  readonly code: string
  readonly requestId?: string | undefined
  readonly reference?: string | undefined
  readonly places: ReadonlyArray<{ readonly pointer: string, readonly detail: string }>
  /** Beyond those in `places`. */
  readonly placesMore: number
  readonly advice?: string | undefined
}

function readFailure (error: unknown): Failure {
  if (error instanceof RefusedError) {
    const { errors = [], errorsMore = 0, requestId } = error.facts
    return { exitCode: exitCodes.refused, message: error.message, code: error.code, requestId, places: errors, placesMore: errorsMore }
  }
  if (error instanceof InterruptedError) {
    return { exitCode: exitCodes.interrupted, message: error.message, code: 'interrupted', places: [], placesMore: 0 }
  }
  if (error instanceof UsageError) return { exitCode: exitCodes.usage, message: error.message, code: 'usage', places: [], placesMore: 0 }
  if (error instanceof ArgumentError) {
    return { exitCode: exitCodes.usage, message: sentence(error.detail ?? error.title), code: 'usage', places: [], placesMore: 0 }
  }
  if (error instanceof KahubError) return readAnswer(error)
  const { message, code } = error as NodeJS.ErrnoException
  return { exitCode: exitCodes.refused, message: sentence(message ?? String(error)), code: code ?? 'failed', places: [], placesMore: 0 }
}

function readAnswer (error: KahubError): Failure {
  const unreachable = error instanceof ConnectionError || error instanceof TimeoutError
  const counted = typeof error.problem?.fault_count === 'number' ? error.problem.fault_count : error.errors.length
  return {
    exitCode: error.code === 'aborted' ? exitCodes.interrupted : unreachable ? exitCodes.unreachable : exitCodes.refused,
    message: [error.title, error.detail]
      .filter(part => part !== undefined)
      .map(sentence)
      .join(' '),
    code: error.code,
    requestId: error.requestId,
    // One that the SDK made by itself is of use only to send the same again.
    reference: unreachable || !error.reference?.startsWith('sdk_') ? error.reference : undefined,
    places: error.errors,
    placesMore: counted - error.errors.length,
    advice: adviceFor(error)
  }
}

function adviceFor (error: KahubError): string | undefined {
  switch (error.code) {
    case 'connection_failed':
      return 'Is the server running? Start it with: npm start. Elsewhere? Set KAHUB_URL, or give --url or --credentials.' +
        repeatAdvice(error)
    case 'timed_out':
      return `The server is there but slow: try again in a moment.${repeatAdvice(error)}`
    case 'signature_expired':
    case 'signature_in_future':
      return clockAdvice(error)
    case 'signature_invalid':
      return 'The key is not one of this server, or the secret is not the key’s: see which file --credentials or KAHUB_HOME gives, ' +
        'and whether it was made by this server.'
    case 'key_revoked':
    case 'key_expired':
      return 'Use the credentials of another operator key (--credentials FILE).'
    case 'scope_missing':
      return 'Use a key with this scope: kahub keys create makes one, for a reseller or, with --operator, for an operator.'
    case 'rate_limited':
      return `Try again in ${error.retryAfterSeconds ?? 60} seconds.`
    case 'import_part_unexpected':
      return 'Another run of this import is going on or has just ended: wait for it, then give the command again.'
    case 'reference_reused':
      return 'Give another --reference for another purpose.'
    case 'price_below_cost':
      return 'If the loss is meant, add --deliberate-loss.'
    case 'answer_unreadable':
      return 'Is the URL that of kahub itself?'
    case 'database_unavailable':
    case 'overloaded':
      return 'Try again in a moment.'
    case 'internal_error':
      return 'Name the request id to those who run the server.'
    default:
      return undefined
  }
}

/** What creates something may have been done before the connection was lost; a connection that was never made did nothing. */
function repeatAdvice (error: KahubError): string {
  const { code } = (error.cause as { cause?: { code?: string } } | undefined)?.cause ?? {}
  if (error.reference === undefined || code === 'ECONNREFUSED' || code === 'ENOTFOUND') return ''
  return ` It is not known whether this was done: give the same command again with --reference ${error.reference}, ` +
    'and it is done at most once.'
}

/** The SDK has compared the clocks, by the Date of the answer. */
function clockAdvice (error: KahubError): string {
  return sentence(
    /Set the clock of this machine(: it is \d+ seconds \w+(?: of)? the server's)?/.exec(error.message)?.[0] ??
      'Set the clock of this machine'
  )
}

function jsonOf (failure: Failure) {
  return {
    code: failure.code,
    message: failure.message,
    ...(failure.requestId !== undefined && { request_id: failure.requestId }),
    ...(failure.reference !== undefined && { reference: failure.reference }),
    ...(failure.places.length > 0 && { errors: failure.places }),
    ...(failure.placesMore > 0 && { errors_more: failure.placesMore }),
    ...(failure.advice !== undefined && { advice: failure.advice })
  }
}

function textOf (failure: Failure): string {
  const told = failure.places.slice(0, placesToldMax)
  const more = failure.places.length - told.length + failure.placesMore
  const labels = [
    failure.code === 'usage' ? undefined : `code ${failure.code}`,
    failure.requestId && `request ${failure.requestId}`,
    failure.reference && `reference ${failure.reference}`
  ].filter(Boolean)
  return (
    [
      `${pc.red('kahub:')} ${failure.message}`,
      ...told.map(({ pointer, detail }) => `  ${pointer.startsWith('/lines/') ? detail : `${pointer || 'the request'}: ${detail}`}`),
      ...(more > 0 ? [`  and ${more.toLocaleString('en')} more`] : []),
      ...(failure.advice ? [failure.advice] : []),
      ...(labels.length > 0 ? [pc.dim(`(${labels.join(', ')})`)] : [])
    ].join('\n') + '\n'
  )
}

function sentence (text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
