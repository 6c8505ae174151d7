// The one place where something thrown becomes an HTTP answer: application/problem+json (RFC 9457).
import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problems, type ProblemCode } from '../../schema/problems.ts'
import { amountPattern, asciiPattern } from '../../schema/rest/common.ts'
import { ratePattern } from '../../schema/rest/hosts.ts'
import { slugPattern } from '../../schema/rest/links.ts'
import { PublicKeyRefusal } from '../base/ed25519-key.ts'
import { JsonRefusal } from '../base/json.ts'
import { Problem } from '../base/problem.ts'
import { SignatureRefusal } from '../base/signature-refusal.ts'
import { failureKind, isUnstorable } from '../postgres/failure.ts'
import { challengeOf } from './oauth/bearer.ts'

export const problemType = 'application/problem+json'
const retryAfterSecondsDefault = 1

/** Answers whatever a route or hook threw. */
export function answerError (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  logFault(problem, error, request)
  return answerProblem(problem, request, reply)
}

/** Logs what the caller is not told: the fault behind a problem of ours. */
export function logFault ({ code }: Problem, error: unknown, request: FastifyRequest): void {
  if (code === 'internal_error') request.log.error({ err: safeError(error) }, 'a request failed through a fault of ours')
  else if (code === 'database_unavailable') request.log.warn({ err: safeError(error) }, 'the database could not be reached')
}

/** Answers a refusal. */
export function answerProblem (problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = problem
  const { retryAfterSeconds = status === 503 || status === 429 ? retryAfterSecondsDefault : undefined } = problem.facts
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  // What Fastify refuses before any hook has its id from here.
  reply.header('request-id', request.id)
  const challenge = challengeOf(problem, request)
  if (challenge !== undefined) reply.header('www-authenticate', challenge)
  reply.header('content-type', problemType).header('cache-control', 'no-store')
  return reply.code(status).serializer(plainJson).send(problemBody(problem, request.id))
}

/** A refusal as its body shows it. */
export function problemBody (problem: Problem, requestId: string): Record<string, unknown> {
  const { title, titleZh, status, retryable = false } = problems[problem.code]
  const { retryAfterSeconds, ...facts } = problem.facts
  const { code, detail } = problem
  return { type: `/problems#${code}`, title, title_zh: titleZh, status, detail, code, request_id: requestId, retryable, ...facts }
}

/** Answers on the bare socket what Node could not read as a request. */
export function answerBrokenRequest (this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const code = brokenRequestCodes[error.code ?? ''] ?? 'malformed_request'
  const { status } = problems[code]
  const requestId = `req_${randomBytes(12).toString('base64url')}`
  this.log.info({ reqId: requestId, status, reason: error.code }, 'what arrived could not be read as a request')
  const body = JSON.stringify(problemBody(new Problem(code, 'The connection is closed; send the request anew.'), requestId))
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `request-id: ${requestId}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
    '',
    body
  ].join('\r\n'))
  // Who goes on sending all the same has heard the answer by now, or does not listen.
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

const lingerMs = 1_000

const brokenRequestCodes: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout'
}

/** What a thrown thing means to the caller. */
export function problemOf (error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof SignatureRefusal) {
    return new Problem(error.code, error.message, error.uncovered.length > 0 ? { uncovered: error.uncovered } : {})
  }
  if (error instanceof JsonRefusal) return new Problem(error.code, error.message)
  if (error instanceof PublicKeyRefusal) {
    return new Problem('invalid_request', error.message, { errors: [{ pointer: '/public_key', detail: error.message }] })
  }
  const { validation, validationContext, code } = error as FastifyError
  if (validation) return invalidRequest(validation as unknown as SchemaFault[], validationContext)
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined
  if (known) return new Problem(known[0], known[1])
  if (isUnstorable(error)) {
    return new Problem('invalid_request', 'A text holds a character that cannot be stored (U+0000), or a time is out of range.')
  }
  if (failureKind(error) === 'transient') {
    return new Problem('database_unavailable', 'Nothing is lost: send the request again shortly, with the same reference.')
  }
  return internalError()
}

/** The answer to a fault of ours. */
export function internalError (): Problem {
  return new Problem('internal_error', 'We have been told. Send the request again with the same reference, or ask us with the request id.')
}

const fastifyCodes: Record<string, readonly [ProblemCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'Send a smaller body.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send application/json, or what this address is documented to take.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_request', 'The body is not as long as Content-Length says.'],
  // Only of QUERY, which must say what its body is (RFC 10008 section 2), even where no address takes it.
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: ['unsupported_media_type', 'Say what the body is with Content-Type.'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported_media_type', 'Say what the body is with Content-Type.'],
  FST_ERR_BAD_URL: ['malformed_request', 'The address cannot be decoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['malformed_request', 'A part of the address is too long.'],
  ERR_STREAM_PREMATURE_CLOSE: ['malformed_request', 'The body ended before it was whole.']
}

interface SchemaFault {
  readonly instancePath: string
  readonly message?: string
  readonly keyword: string
  readonly params: Record<string, unknown>
}

const faultsMax = 20

function invalidRequest (faults: readonly SchemaFault[], context: string | undefined): Problem {
  const errors = faults.slice(0, faultsMax).map(fault => {
    const member = fault.params.missingProperty ?? fault.params.additionalProperty
    const pointer = fault.instancePath + (member === undefined ? '' : `/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    const detail = faultIn(fault)
    return { pointer: context === 'body' ? pointer : pointer.replace(/^\//, ''), detail }
  })
  const first = errors[0]!
  const part = parts[context ?? ''] ?? 'The query'
  return new Problem('invalid_request', `${part} does not fit: ${first.pointer || 'it'} ${first.detail}.`, { errors })
}

const parts: Readonly<Record<string, string>> = { body: 'The body', params: 'The address', headers: 'A header' }

function faultIn ({ keyword, params, message = 'is not valid' }: SchemaFault): string {
  switch (keyword) {
    case 'additionalProperties': return 'is not a known member'
    case 'required': return 'is missing'
    case 'enum': return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'pattern': return shapeOf(String(params.pattern)) ?? message
    case 'minProperties': return `must have at least ${Number(params.limit)} of its members`
    case 'maxProperties': return `must have no more than ${Number(params.limit)} of its members`
    case 'minItems': return `must have at least ${Number(params.limit)} in it`
    case 'maxItems': return `must have no more than ${Number(params.limit)} in it`
    case 'uniqueItems': return `must not have the same twice (at ${Number(params.j)} and ${Number(params.i)})`
    case 'format': return params.format === 'date-time' ? 'must be a time with its zone, as in 2026-11-21T08:00:00Z' : message
    default: return message
  }
}

const shapes: Readonly<Record<string, string>> = {
  [asciiPattern]: 'must be plain ASCII without spaces: other letters percent-encoded, a host in punycode',
  [slugPattern]: 'must be small letters a to z, digits and hyphens, and begin and end with a letter or digit',
  [ratePattern]: 'must be a part from 0 to 1 with at most four decimals, as in 0.08 for 8 %',
  [amountPattern]: 'must be a plain number with at most four decimals, as in 99.90'
}

/** What a text has to look like, where words say more than its pattern: for an id its prefix does. */
function shapeOf (pattern: string): string | undefined {
  if (pattern in shapes) return shapes[pattern]
  const prefix = /^\^([a-z]+_)/.exec(pattern)?.[1]
  return prefix && `must be an id as we gave it, ${prefix}…`
}

/** An error for the log, without what it may quote: a database error's message and parameters can hold values of the request. */
export function safeError (error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, routine, constraint_name: constraint, table_name: table } = error as Error & Record<string, unknown>
  const fromDatabase = error.name === 'PostgresError'
  const told = fromDatabase ? { message: '[not logged]' } : { message: error.message, stack: error.stack }
  return { type: error.name, ...told, code, routine, constraint, table }
}

function plainJson (body: unknown): string {
  return JSON.stringify(body)
}
