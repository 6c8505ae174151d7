// Refusals as OAuth writes them (RFC 6749 §5.2): what a client library of anybody's understands.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answerError, problemOf } from '../problems.ts'

export const oauthErrors = [
  'invalid_request', 'invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope', 'temporarily_unavailable'
] as const
export type OauthErrorCode = typeof oauthErrors[number]

/** A request for a token that is refused; the description is a sentence for the developer. */
export class OauthRefusal extends Error {
  readonly code: OauthErrorCode

  constructor (code: OauthErrorCode, description: string) {
    super(description)
    this.name = 'OauthRefusal'
    this.code = code
  }
}

/** Answers whatever was thrown at the token endpoint. */
export function answerOauthError (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, status, message, retryAfterSeconds } = readRefusal(error)
  // A fault of ours is told, and logged, as everywhere else.
  if (status === 500) return answerError(error, request, reply)
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  return neverStored(reply).code(status).send({ error: code, error_description: descriptionOf(message), request_id: request.id })
}

/** Marks an answer of the token endpoint, as RFC 6749 §5.1 wants it. */
export function neverStored (reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
}

interface Refusal {
  readonly code: OauthErrorCode
  readonly status: number
  readonly message: string
  readonly retryAfterSeconds?: number | undefined
}

const retrySecondsDefault = 1
const spentAssertion = 'The assertion was used before: make a new one, with a new jti, for every request.'

function readRefusal (error: unknown): Refusal {
  if (error instanceof OauthRefusal) return { code: error.code, status: 400, message: error.message }
  const problem = problemOf(error)
  const { code, status, detail: message } = problem
  if (status === 429 || status === 503) {
    return { code: 'temporarily_unavailable', status, message, retryAfterSeconds: problem.facts.retryAfterSeconds ?? retrySecondsDefault }
  }
  if (code === 'nonce_reused') return { code: 'invalid_client', status: 400, message: spentAssertion }
  if (code === 'ip_not_allowed' || code === 'reseller_suspended') return { code: 'unauthorized_client', status: 400, message }
  if (status === 401) return { code: 'invalid_client', status: 400, message }
  return { code: 'invalid_request', status: status === 422 ? 400 : status, message }
}

/** The characters RFC 6749 allows in a description. */
function descriptionOf (message: string): string {
  return message.replace(/["\\]/g, "'").replace(/[‘’]/g, "'").replace(/…/g, '...').replace(/[^\x20-\x7e]/g, '?')
}
