// Signature or bearer token → caller. Order of checks: parse, window, signature or token (before the body is read); digest, nonce, key,
// address, scope, rate (after it). An unknown key and a wrong signature look and cost the same.
import type { KeyObject } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { KeyAlgorithm } from '../../schema/vocabulary.ts'
import { digestMatches, digestStream, type DigestStream } from '../base/digest.ts'
import { parseJsonStrictly } from '../base/json.ts'
import { Problem } from '../base/problem.ts'
import {
  checkCoverage, checkWindow, parseSignature, signatureAgeMaxS, signatureAheadMaxS, signatureBase, verifyEd25519, verifyHmac,
  type ParsedSignature
} from '../base/signature.ts'
import { allowsAddress, holdsScope, refuseUnusableKey, type ApiKey } from '../domain/resellers/keyring.ts'
import { nonceReused, storedNonce } from '../domain/requests/spend-nonce.ts'
import type { World } from '../domain/world.ts'
import type { Caller, Worlds } from './app-types.ts'
import { tokenNotAccepted } from './change.ts'
import type { KeyRates } from './key-rates.ts'
import { nonceMemory } from './nonce-memory.ts'
import { readAccessToken, tokenInvalid, type AccessToken } from './oauth/access-token.ts'
import { bearerTokenOf, takesBearer } from './oauth/bearer.ts'
import type { IssuerNames } from './oauth/issuer.ts'
import { worldOf } from './world-of.ts'

/** The versions of the contract that are spoken, newest first. */
export const apiVersions = ['2026-11-21'] as const

const signatureInvalidDetail = 'The key id, the secret or the signature base is not right. ' +
  'POST /v1/debug/signature shows the base of what arrived.'

/** What tells who asks. */
export interface Authentication {
  readonly decoys: Readonly<Record<KeyAlgorithm, KeyObject>>
  readonly rates: KeyRates
  readonly issuers: IssuerNames
}

export interface Authenticate {
  /** onRequest: refuses what is neither signed by a key we know nor bears a token of ours, where a token will do. */
  verifyCaller (request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** preValidation: refuses another body than the signed one, and a caller who may not. */
  admit (request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Both for a bearer token on a connection that is no request. */
  admitBearer (token: string, ip: string): Promise<Caller>
}

/** The one decorator of the house: after it, `request.caller` says who asks. */
export function authenticateFor (worlds: Worlds, { decoys, rates, issuers }: Authentication): Authenticate {
  const seen = nonceMemory()
  /** Versions that keys were pinned to by requests here, until the keyring tells them. */
  const pinnedHere = new Map<string, string>()

  return {
    async verifyCaller (request, reply) {
      const { config } = request.routeOptions
      if (config.scope === undefined) return
      const hasBody = carriesBody(request)
      if (hasBody && (request.method === 'GET' || request.method === 'HEAD')) {
        throw new Problem('body_not_allowed', 'A GET has no body; send its parameters in the query.')
      }
      const token = bearerTokenOf(request)
      if (token === undefined) request.caller = await signer(request, reply, hasBody)
      else if (takesBearer(config, request.method)) request.caller = await bearer(token, request.ip, reply)
      else throw tokenNotAccepted()
    },

    async admit (request, reply) {
      const { scope, body } = request.routeOptions.config
      if (scope === undefined) return
      const { world, key, nonce, ip } = request.caller
      if (body !== 'stream') readBody(request)
      const nowMs = world.clock()
      if (nonce !== undefined && !seen.add(nonce, nowMs)) throw nonceReused()
      refuseForeignKey(key, ip, nowMs)
      if (scope !== null && !holdsScope(key, scope)) {
        throw new Problem('scope_missing', `The ${nonce === undefined ? 'token' : `key ${key.id}`} needs the scope ${scope}.`, { scope })
      }
      rates.take(key, 1, nowMs, reply)
      pinVersion(request, reply, world, key)
    },

    async admitBearer (token, ip) {
      const caller = await bearer(token, ip)
      const nowMs = caller.world.clock()
      refuseForeignKey(caller.key, ip, nowMs)
      rates.take(caller.key, 1, nowMs)
      return caller
    }
  }

  async function signer (request: FastifyRequest, reply: FastifyReply, hasBody: boolean): Promise<Caller> {
    const signature = parseSignature(request.headers)
    const world = worldOf(signature.keyId, worlds)
    checkWindow(signature, Math.floor(world.clock() / 1000))
    checkCoverage(signature, { headers: request.headers, hasBody })
    const key = await findKey(world, () => verifiedKey(request, signature, world))
    if (!key) {
      rates.countFailure(request.ip, world.clock())
      throw new Problem('signature_invalid', signatureInvalidDetail)
    }
    // Good until no signature made with it can pass the window any more.
    const nonce = storedNonce(key.id, signature.nonce, signature.created + signatureAgeMaxS + signatureAheadMaxS)
    return callerOf({ world, key, nonce, ip: request.ip, goodUntilMs: Infinity }, reply)
  }

  async function bearer (token: string, ip: string, reply?: FastifyReply): Promise<Caller> {
    const read = await readToken(token, ip)
    const key = await findKey(read.world, async () => read.world.keyring.current.find(read.keyId))
    // A key that is long gone is no longer in the keyring.
    if (!key) throw tokenInvalid()
    const narrowed: ApiKey = { ...key, scopes: new Set([...key.scopes].filter(scope => read.scopes.has(scope))) }
    return callerOf({ world: read.world, key: narrowed, nonce: undefined, ip, goodUntilMs: read.expiresAtMs }, reply)
  }

  async function readToken (token: string, ip: string): Promise<AccessToken> {
    try {
      return await readAccessToken(worlds, issuers, token)
    } catch (error) {
      if (error instanceof Problem && error.code === 'token_invalid') rates.countFailure(ip, worlds.live.clock())
      throw error
    }
  }

  async function verifiedKey (request: FastifyRequest, signature: ParsedSignature, world: World): Promise<ApiKey | undefined> {
    const key = world.keyring.current.find(signature.keyId)
    const usable = key?.algorithm === signature.algorithm ? key : undefined
    const verifyingKey = usable?.verifyingKey ?? decoys[signature.algorithm]
    const base = signatureBase(signature, { method: request.method, target: request.raw.url!, headers: request.headers })
    const holds = signature.algorithm === 'hmac-sha256'
      ? verifyHmac(base, signature.bytes, verifyingKey)
      : await verifyEd25519(base, signature.bytes, verifyingKey)
    return holds ? usable : undefined
  }

  function callerOf (known: Omit<Caller, 'takeCost'>, reply: FastifyReply | undefined): Caller {
    return { ...known, takeCost: count => rates.take(known.key, count, known.world.clock(), reply) }
  }

  /** A key speaks the version it first spoke, unless the request names another. */
  function pinVersion (request: FastifyRequest, reply: FastifyReply, world: World, key: ApiKey): void {
    const wanted = request.headers['kahub-version']
    if (wanted !== undefined && !apiVersions.some(version => version === wanted)) {
      const known = apiVersions.join(', ')
      throw new Problem('version_unknown', `Known versions: ${known}. Leave the header out to speak the one your key is pinned to.`)
    }
    const pinned = key.apiVersion ?? pinnedHere.get(key.id)
    reply.header('kahub-version', wanted ?? pinned ?? apiVersions[0])
    if (pinned === undefined) {
      pinnedHere.set(key.id, apiVersions[0])
      // A pin that fails is tried again with the next request.
      world.pinVersion(key.id, apiVersions[0]).then(version => pinnedHere.set(key.id, version), () => pinnedHere.delete(key.id))
    }
  }
}

/** The digest of a body that flows: feed it every chunk, then call `verifyStreamedBody` before anything becomes visible. */
export function startStreamedBody (request: FastifyRequest): DigestStream {
  return digestStream(request.headers['content-digest'])
}

/** Refuses a streamed body that is not the signed one. */
export function verifyStreamedBody (digest: DigestStream): void {
  if (!digest.matches()) throw digestMismatch()
}

/** The raw body becomes the request's body once its digest matches the signed one; with a bearer token a digest is not needed. */
function readBody (request: FastifyRequest): void {
  const raw = request.body as Buffer | undefined
  const header = request.headers['content-digest']
  const needsDigest = request.caller.nonce !== undefined && raw !== undefined && raw.byteLength > 0
  if (needsDigest || header !== undefined) {
    if (!digestMatches(header, raw ?? empty)) throw digestMismatch()
  }
  request.body = raw && raw.byteLength > 0 ? parseJsonStrictly(raw) : undefined
}

const empty = new Uint8Array(0)

function digestMismatch (): Problem {
  return new Problem('digest_mismatch', 'Content-Digest is the base64 SHA-256 of exactly the bytes of the body.')
}

function carriesBody (request: FastifyRequest): boolean {
  const length = request.headers['content-length']
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/**
 * Looks for a key by verifying with what the keyring has. The key may be newer than the keyring; a wrong signature waits for the same
 * look, so that the two do not differ. The keyring itself tells whether it has moved: another refresh may have brought the key while
 * this one waited.
 */
export async function findKey (world: World, verify: () => Promise<ApiKey | undefined>): Promise<ApiKey | undefined> {
  const keyring = world.keyring.current
  const key = await verify()
  if (key) return key
  await world.refresh()
  return world.keyring.current === keyring ? undefined : await verify()
}

/** Refuses a key that may no longer be used, or not from this address. */
export function refuseForeignKey (key: ApiKey, ip: string, nowMs: number): void {
  refuseUnusableKey(key, nowMs)
  if (!allowsAddress(key, ip)) {
    throw new Problem('ip_not_allowed', `The key ${key.id} may not be used from ${ip}. Ask the owner of the key to allow it.`)
  }
}
