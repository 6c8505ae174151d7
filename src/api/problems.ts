// The one place where something thrown becomes an HTTP answer: application/problem+json (RFC 9457).
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problems, type ProblemCode } from '../../schema/problems.ts'
import { PublicKeyRefusal } from '../base/ed25519-key.ts'
import { JsonRefusal } from '../base/json.ts'
import { Problem } from '../base/problem.ts'
import { SignatureRefusal } from '../base/signature-refusal.ts'
import { failureKind } from '../postgres/failure.ts'

export const problemType = 'application/problem+json'
const retryAfterSecondsDefault = 1

/** Answers whatever a route or hook threw. */
export function answerError (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  if (problem.code === 'internal_error') request.log.error({ err: safeError(error) }, 'a request failed through a fault of ours')
  else if (problem.code === 'database_unavailable') request.log.warn({ err: safeError(error) }, 'the database could not be reached')
  return answerProblem(problem, request, reply)
}

/** Answers a refusal. */
export function answerProblem (problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = problem
  const { retryAfterSeconds = status === 503 || status === 429 ? retryAfterSecondsDefault : undefined } = problem.facts
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  // What Fastify refuses before any hook has its id from here.
  reply.header('request-id', request.id)
  if (status === 401) reply.header('www-authenticate', 'Signature realm="kahub"')
  return reply.code(status).header('content-type', problemType).header('cache-control', 'no-store').serializer(plainJson).send(problemBody(problem, request.id))
}

/** A refusal as its body shows it. */
export function problemBody (problem: Problem, requestId: string): Record<string, unknown> {
  const { title, titleZh, status, retryable = false } = problems[problem.code]
  const { retryAfterSeconds, ...facts } = problem.facts
  return { type: `/problems#${problem.code}`, title, title_zh: titleZh, status, detail: problem.detail, code: problem.code, request_id: requestId, retryable, ...facts }
}

/** Answers on the bare socket what Node could not read as a request. */
export function answerBrokenRequest (error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const code: ProblemCode = error.code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_timeout' : 'malformed_request'
  const body = JSON.stringify(problemBody(new Problem(code, 'The connection is closed; send the request anew.'), 'none'))
  const { status } = problems[code]
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
}

/** What a thrown thing means to the caller. */
export function problemOf (error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof SignatureRefusal) return new Problem(error.code, error.message, error.uncovered.length > 0 ? { uncovered: error.uncovered } : {})
  if (error instanceof JsonRefusal) return new Problem(error.code, error.message)
  if (error instanceof PublicKeyRefusal) return new Problem('invalid_request', error.message, { errors: [{ pointer: '/public_key', detail: error.message }] })
  const { validation, validationContext, code } = error as FastifyError
  if (validation) return invalidRequest(validation as unknown as SchemaFault[], validationContext)
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined
  if (known) return new Problem(known[0], known[1])
  if (failureKind(error) === 'transient') return new Problem('database_unavailable', 'Nothing is lost: send the request again shortly, with the same reference.')
  return new Problem('internal_error', 'We have been told. Send the request again with the same reference, or ask us with the request id.')
}

const fastifyCodes: Record<string, readonly [ProblemCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'Send a smaller body.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send application/json, or what this address is documented to take.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_request', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported_media_type', 'Say what the body is with Content-Type.'],
  FST_ERR_BAD_URL: ['malformed_request', 'The address cannot be decoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['malformed_request', 'A part of the address is too long.'],
  ERR_STREAM_PREMATURE_CLOSE: ['malformed_request', 'The body ended before it was whole.']
}

interface SchemaFault { readonly instancePath: string, readonly message?: string, readonly keyword: string, readonly params: Record<string, unknown> }

const faultsMax = 20

function invalidRequest (faults: readonly SchemaFault[], context: string | undefined): Problem {
  const errors = faults.slice(0, faultsMax).map(fault => {
    const member = fault.params.missingProperty ?? fault.params.additionalProperty
    const pointer = fault.instancePath + (member === undefined ? '' : `/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    const detail = fault.keyword === 'additionalProperties'
      ? 'is not a known member'
      : fault.keyword === 'required' ? 'is missing' : fault.keyword === 'enum' ? `must be one of ${(fault.params.allowedValues as unknown[]).join(', ')}` : fault.message ?? 'is not valid'
    return { pointer: context === 'body' ? pointer : pointer.replace(/^\//, ''), detail }
  })
  const first = errors[0]!
  return new Problem('invalid_request', `${context === 'body' ? 'The body' : 'The query'} does not fit: ${first.pointer || 'it'} ${first.detail}.`, { errors })
}

/** An error without what it may quote: a database error's message and parameters can hold values of the request. */
function safeError (error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, routine, constraint_name: constraint, table_name: table } = error as Error & Record<string, unknown>
  const fromDatabase = error.name === 'PostgresError'
  return { type: error.name, message: fromDatabase ? '[not logged]' : error.message, code, routine, constraint, table, stack: fromDatabase ? undefined : error.stack }
}

function plainJson (body: unknown): string {
  return JSON.stringify(body)
}
