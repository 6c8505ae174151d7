import type { FastifyRequest } from 'fastify'
import { DebugSignature, SignatureReport } from '../../../schema/rest/debug.ts'
import { parseJsonStrictly } from '../../base/json.ts'
import { Problem } from '../../base/problem.ts'
import type { App, Worlds } from '../app-types.ts'
import { explainSignature, type SignedAttempt } from '../explain-signature.ts'
import { rateLimiter } from '../rate-limit.ts'

/** Requests a minute from one address: a developer asks now and then, and several may sit behind one address. */
export const debugsPerMinutePerAddress = 300

const secretPattern = /khs_[\w-]+/g
const hiddenSecret = 'khs_[hidden]'

/** Tells what the server saw of a signature, and which part of it differs; unsigned, since it explains why signing fails. */
export function debugRoutes (app: App, worlds: Worlds): void {
  // In a scope of its own: here a body is taken whatever its type, since it may be the very thing that is signed.
  app.register(async scope => signatureRoute(scope, worlds))
}

function signatureRoute (app: App, worlds: Worlds): void {
  const rates = rateLimiter()
  const policy = { name: 'address', perMinute: debugsPerMinutePerAddress }
  const received = new WeakMap<FastifyRequest, Buffer>()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    received.set(request, body)
    return described(request, body)
  })
  app.post('/v1/debug/signature', {
    attachValidation: true,
    schema: {
      operationId: 'debugSignature',
      summary: 'Why a signature is refused: what the server sees, line by line',
      description: 'Describe the request that was refused, with what you signed as signature_base; or sign this very request, with any body, ' +
        'to see what arrives behind your proxies. It needs no signature and looks at no key: whether key and secret fit is told by GET /v1/ping ' +
        'alone. Never send a secret.',
      tags: ['Service'],
      'x-sdk': { resource: 'debug', method: 'signature' },
      body: DebugSignature,
      response: { 200: SignatureReport }
    } as const
  }, async (request, reply) => {
    const nowMs = worlds.live.clock()
    const state = rates.take(request.ip, policy, nowMs)
    if (!state.allowed) {
      throw new Problem('rate_limited', `${policy.perMinute} requests a minute are answered here (by address).`, {
        retryAfterSeconds: state.waitSeconds
      })
    }
    reply.header('cache-control', 'no-store')
    return hideSecrets(explainSignature(attemptOf(request, received.get(request)), Math.floor(nowMs / 1000)))
  })
}

/** The description that a body is; undefined when it is something else, which only a signed request may bring. */
function described (request: FastifyRequest, body: Buffer): unknown {
  try {
    return parseJsonStrictly(body)
  } catch (error) {
    if (isSigned(request)) return undefined
    throw error
  }
}

function isSigned ({ headers }: FastifyRequest): boolean {
  return headers.signature !== undefined || headers['signature-input'] !== undefined
}

function attemptOf (request: FastifyRequest, raw: Buffer | undefined): SignedAttempt {
  if (request.validationError === undefined) return describedAttempt(request.body as DebugSignature)
  if (!isSigned(request)) throw request.validationError
  return { subject: 'this_request', method: request.method, target: request.raw.url!, headers: request.headers, body: raw }
}

function describedAttempt ({ method, url, headers, body, body_sha256: sha256, signature_base: ownBase }: DebugSignature): SignedAttempt {
  if (body !== undefined && sha256 !== undefined) throw invalid('/body_sha256', 'stands instead of body, not beside it')
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (Object.hasOwn(fields, lower)) throw invalid('/headers', `has ${lower.slice(0, 64)} twice`)
    fields[lower] = value
  }
  return {
    subject: 'described_request',
    method,
    target: targetOf(url),
    headers: fields,
    body: body === undefined ? undefined : Buffer.from(body),
    bodySha256: sha256 === undefined ? undefined : sha256Of(sha256),
    ownBase
  }
}

/** What stands in the request line for an address: nothing is decoded or encoded. */
function targetOf (url: string): string {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url)?.[0]
  if (origin === undefined) return url
  const target = url.slice(origin.length)
  return target.startsWith('/') ? target : `/${target}`
}

function sha256Of (text: string): string {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (bytes.length !== 32) throw invalid('/body_sha256', 'must be 32 bytes in base64 or hexadecimal')
  return bytes.toString('base64')
}

function invalid (pointer: string, detail: string): Problem {
  return new Problem('invalid_request', `The body does not fit: ${pointer} ${detail}.`, { errors: [{ pointer, detail }] })
}

/** What looks like a secret was sent by mistake, and is not sent back. */
function hideSecrets (report: SignatureReport): SignatureReport {
  const text = JSON.stringify(report)
  const hidden = text.replace(secretPattern, hiddenSecret)
  if (hidden === text) return report
  const { hints, ...rest } = JSON.parse(hidden) as SignatureReport
  return { ...rest, hints: [...hints, 'You sent what looks like a secret. Nobody needs it but who signs: revoke its key if it was one.'] }
}
