// Signature → caller. Order of checks: parse, window, signature (before the body is read); digest, nonce, key, address,
// scope, rate (after it). An unknown key and a wrong signature look and cost the same.
import type { KeyObject } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { KeyAlgorithm } from '../../schema/vocabulary.ts'
import { digestMatches, digestStream, type DigestStream } from '../base/digest.ts'
import { parseJsonStrictly } from '../base/json.ts'
import { Problem } from '../base/problem.ts'
import {
  checkCoverage, checkWindow, parseSignature, signatureAgeMaxS, signatureAheadMaxS, signatureBase, verifyEd25519, verifyHmac, type ParsedSignature
} from '../base/signature.ts'
import { allowsAddress, holdsScope, refuseUnusableKey, type ApiKey } from '../domain/resellers/keyring.ts'
import { nonceReused, storedNonce } from '../domain/requests/spend-nonce.ts'
import type { Caller, Worlds } from './app-types.ts'
import type { World } from '../domain/world.ts'
import { nonceMemory } from './nonce-memory.ts'
import { rateHeaders, rateLimiter, type RatePolicy } from './rate-limit.ts'

/** The versions of the contract that are spoken, newest first. */
export const apiVersions = ['2026-11-21'] as const

/** Wrong signatures an address may send in a minute before it is asked to wait: guessing and misconfiguration are slowed, not customers. */
export const failuresPerMinutePerAddress = 600

export interface Authenticate {
  /** onRequest: refuses what is not signed by a key we know. */
  verifySignature (request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** preValidation: refuses another body than the signed one, and a caller who may not. */
  admit (request: FastifyRequest, reply: FastifyReply): Promise<void>
}

/** The one decorator of the house: after it, `request.caller` says who asks. */
export function authenticateFor (worlds: Worlds, decoys: Readonly<Record<KeyAlgorithm, KeyObject>>): Authenticate {
  const limits = rateLimiter()
  const failures = rateLimiter()
  const failurePolicy: RatePolicy = { name: 'address', perMinute: failuresPerMinutePerAddress }
  const seen = nonceMemory()
  /** Versions that keys were pinned to by requests here, until the keyring tells them. */
  const pinnedHere = new Map<string, string>()

  return {
    async verifySignature (request) {
      if (request.routeOptions.config.scope === undefined) return
      const hasBody = carriesBody(request)
      if (hasBody && (request.method === 'GET' || request.method === 'HEAD')) throw new Problem('body_not_allowed', 'A GET has no body; send its parameters in the query.')
      const signature = parseSignature(request.headers)
      const world = worldOf(signature.keyId, worlds)
      checkWindow(signature, Math.floor(world.clock() / 1000))
      checkCoverage(signature, { headers: request.headers, hasBody })
      const keyring = world.keyring.current
      let key = await verifiedKey(request, signature, world)
      if (!key) {
        // The key may be newer than the keyring; a wrong signature waits for the same look, so that the two do not differ. The
        // keyring itself tells whether it has moved: another refresh may have brought the key while this one waited.
        await world.refresh()
        if (world.keyring.current !== keyring) key = await verifiedKey(request, signature, world)
      }
      if (!key) {
        const state = failures.take(request.ip, failurePolicy, world.clock())
        if (!state.allowed) throw new Problem('rate_limited', 'Too many wrong signatures came from this address.', { retryAfterSeconds: state.waitSeconds })
        throw new Problem('signature_invalid', 'Check the key id, the secret and the signature base: what you signed is not what arrived.')
      }
      request.caller = callerOf(request, world, key, signature)
    },

    async admit (request, reply) {
      const { scope, body } = request.routeOptions.config
      if (scope === undefined) return
      if (body !== 'stream') readBody(request)
      const { world, key, nonce } = request.caller
      const nowMs = world.clock()
      if (!seen.add(nonce, nowMs)) throw nonceReused()
      refuseUnusableKey(key, nowMs)
      if (!allowsAddress(key, request.ip)) throw new Problem('ip_not_allowed', `The key ${key.id} may not be used from ${request.ip}. Ask the owner of the key to allow it.`)
      if (scope !== null && !holdsScope(key, scope)) throw new Problem('scope_missing', `The key ${key.id} needs the scope ${scope}.`, { scope })
      takeFromRate(request, reply, key, nowMs)
      pinVersion(request, reply, world, key)
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

  function takeFromRate (request: FastifyRequest, reply: FastifyReply, key: ApiKey, nowMs: number): void {
    const policy = { name: key.limitedBy, perMinute: key.requestsPerMinute }
    const bucket = key.limitedBy === 'level' ? key.reseller!.id : key.id
    const state = limits.take(bucket, policy, nowMs)
    const headers = rateHeaders(policy, state)
    reply.header('ratelimit-policy', headers.policy).header('ratelimit', headers.limit)
    if (!state.allowed) {
      throw new Problem('rate_limited', `${policy.perMinute} requests a minute are allowed (by ${policy.name}).`, { retryAfterSeconds: state.waitSeconds })
    }
  }

  /** A key speaks the version it first spoke, unless the request names another. */
  function pinVersion (request: FastifyRequest, reply: FastifyReply, world: World, key: ApiKey): void {
    const wanted = request.headers['kahub-version']
    if (wanted !== undefined && !apiVersions.some(version => version === wanted)) {
      throw new Problem('version_unknown', `Known versions: ${apiVersions.join(', ')}. Leave the header out to speak the one your key is pinned to.`)
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

/** The raw body becomes the request's body once its digest matches the signed one. */
function readBody (request: FastifyRequest): void {
  const raw = request.body as Buffer | undefined
  const header = request.headers['content-digest']
  if ((raw && raw.byteLength > 0) || header !== undefined) {
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

function worldOf (keyId: string, worlds: Worlds): World {
  return keyId.startsWith('key_test_') ? worlds.test : worlds.live
}

function callerOf (request: FastifyRequest, world: World, key: ApiKey, signature: ParsedSignature): Caller {
  // Good until no signature made with it can pass the window any more.
  const nonce = storedNonce(key.id, signature.nonce, signature.created + signatureAgeMaxS + signatureAheadMaxS)
  return { world, key, nonce, ip: request.ip }
}
