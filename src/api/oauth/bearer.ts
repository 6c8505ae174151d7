// A bearer token in a request (RFC 6750): where it stands, where it may stand, and how a refusal names it.
import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { tokenScopes } from '../../../schema/vocabulary.ts'
import type { Problem } from '../../base/problem.ts'

/** The token of a request that is not signed; undefined when it bears none. A signature, where there is one, is what counts. */
export function bearerTokenOf ({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  if (headers.signature !== undefined || headers['signature-input'] !== undefined) return undefined
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
}

/** Whether a token may be used on a route: to read, with a scope that tokens have, or where the route says so. */
export function takesBearer ({ scope, bearer, body }: FastifyContextConfig, method: string): boolean {
  if (scope === undefined || body === 'stream') return false
  return bearer === true || ((method === 'GET' || method === 'HEAD') && tokenScopes.some(known => known === scope))
}

/** WWW-Authenticate of a refusal (RFC 9110, RFC 6750); undefined when it is not for want of a credential. */
export function challengeOf (problem: Problem, request: FastifyRequest): string | undefined {
  const { code, status, facts } = problem
  if (bearerTokenOf(request) !== undefined) {
    if (status === 401) return `Bearer realm="kahub", error="invalid_token", error_description="${code}"`
    if (code === 'token_not_accepted') return 'Bearer realm="kahub", error="insufficient_scope", error_description="token_not_accepted"'
    if (code === 'scope_missing') return `Bearer realm="kahub", error="insufficient_scope", scope="${String(facts.scope)}"`
    return undefined
  }
  if (status !== 401) return undefined
  const { config } = request.routeOptions
  const eitherWay = config !== undefined && takesBearer(config, request.method)
  return eitherWay ? 'Signature realm="kahub", Bearer realm="kahub"' : 'Signature realm="kahub"'
}
