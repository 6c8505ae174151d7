// Client assertions (RFC 7523, private_key_jwt): a JWT a reseller signs with the private half of a registered Ed25519 key.
import { compactVerify, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type ProtectedHeaderParameters } from 'jose'
import type { KeyObject } from 'node:crypto'
import { keyIdLengthMax } from '../../base/signature.ts'
import { storedNonce, type StoredNonce } from '../../domain/requests/spend-nonce.ts'
import type { ApiKey } from '../../domain/resellers/keyring.ts'
import type { World } from '../../domain/world.ts'
import type { Worlds } from '../app-types.ts'
import { findKey } from '../authenticate.ts'
import type { KeyRates } from '../key-rates.ts'
import { worldOf } from '../world-of.ts'
import { tokenPath, type IssuerNames } from './issuer.ts'
import { OauthRefusal } from './refusal.ts'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const assertionAlgorithms = ['EdDSA', 'Ed25519'] as const
/** The longest assertion read, in characters. */
export const assertionLengthMax = 2_048
/** How far ahead `exp` may lie. */
export const assertionSecondsMax = 300
/** What the clocks of client and server may differ by. */
const skewSeconds = 30
const jtiLengthMax = 128
/** An assertion says what it is, or nothing: any other type was signed for another purpose. */
const types = ['jwt', 'client-authentication+jwt']

/** What to do for whoever comes with a shared secret. */
export const needsEd25519 = 'A key of algorithm hmac-sha256 cannot get a token: register an ed25519 key (POST /v1/keys, ' +
  'or kahub keys create --algorithm ed25519), and sign the assertion with EdDSA.'

/** A client that is who it says; its key may be revoked, expired or used from elsewhere: that is yet to be asked. */
export interface Client {
  readonly world: World
  readonly key: ApiKey
  /** To be spent, all of them, in one transaction: the assertion is then good no more. */
  readonly nonces: readonly StoredNonce[]
}

export interface AssertionChecks {
  readonly decoy: KeyObject
  readonly issuers: IssuerNames
  readonly rates: KeyRates
  readonly address: string
}

/** Reads an assertion and finds its client; throws `invalid_client`, in the same words for an unknown key and a wrong signature. */
export async function readAssertion (worlds: Worlds, assertion: string, checks: AssertionChecks): Promise<Client> {
  if (assertion.length > assertionLengthMax) throw refusal(`is longer than ${assertionLengthMax} characters`)
  const [header, claimed] = decode(assertion)
  if (!assertionAlgorithms.some(known => known === header.alg)) {
    throw new OauthRefusal('invalid_client', `The assertion must be signed with EdDSA. ${needsEd25519}`)
  }
  if (header.typ !== undefined && !types.includes(String(header.typ).toLowerCase().replace(/^application\//, ''))) {
    throw refusal('has a typ other than JWT or client-authentication+jwt')
  }
  if (header.crit !== undefined) throw refusal('has a crit, and nothing is understood that would stand there')
  const { sub } = claimed
  if (typeof sub !== 'string' || sub === '' || sub.length > keyIdLengthMax || claimed.iss !== sub) {
    throw refusal('needs the key id as both iss and sub')
  }
  const world = worldOf(sub, worlds)
  const nowS = Math.floor(world.clock() / 1000)
  const { exp, jti } = readClaims(claimed, nowS, checks.issuers)
  const key = await findKey(world, () => verifiedKey(world, sub, assertion, checks.decoy))
  if (!key) {
    checks.rates.countFailure(checks.address, world.clock())
    throw new OauthRefusal('invalid_client', 'There is no ed25519 key of this id, or the assertion is not signed by it. ' + needsEd25519)
  }
  return { world, key, nonces: noncesOf(key.id, jti, exp) }
}

/** Seconds that share a slot of `noncesOf`: more than the time in which two assertions can both be good. */
const slotSeconds = 512

/**
 * What makes a `jti` good once, whatever the `exp` beside it: two neighbouring slots of time are marked, so that any two
 * assertions that are good at the same time have a mark in common.
 */
function noncesOf (keyId: string, jti: string, exp: number): StoredNonce[] {
  const slot = Math.floor(exp / slotSeconds)
  return [slot, slot + 1].map(marked => storedNonce(keyId, `client assertion\n${jti}`, (marked + 2) * slotSeconds))
}

function decode (assertion: string): readonly [ProtectedHeaderParameters, JWTPayload] {
  try {
    return [decodeProtectedHeader(assertion), decodeJwt(assertion)]
  } catch {
    throw refusal('is not a JWT')
  }
}

function readClaims (claims: JWTPayload, nowS: number, issuers: IssuerNames): { exp: number, jti: string } {
  const { exp, iat, nbf, jti } = claims
  const audiences = issuers().flatMap(issuer => [issuer, issuer + tokenPath])
  const named = [claims.aud ?? []].flat()
  if (named.length === 0 || !named.every(one => audiences.includes(one))) {
    throw refusal(`is for another server: its aud must be ${audiences[0]} or ${audiences[1]} and nothing else`)
  }
  if (typeof exp !== 'number') throw refusal('has no exp')
  if (exp <= nowS - skewSeconds) throw refusal(`has expired ${Math.ceil(nowS - exp)} seconds ago by the server's clock`)
  if (exp > nowS + assertionSecondsMax + skewSeconds) {
    throw refusal(`has an exp more than ${assertionSecondsMax} seconds ahead of the server's clock`)
  }
  for (const [name, time] of [['iat', iat], ['nbf', nbf]] as const) {
    const past = typeof time === 'number' && time <= nowS + skewSeconds
    if (time !== undefined && !past) throw refusal(`has an ${name} ahead of the server's clock`)
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > jtiLengthMax) {
    throw refusal(`needs a jti of 1 to ${jtiLengthMax} characters, new and random each time`)
  }
  return { exp, jti }
}

/** The key, when it is an Ed25519 key and the assertion its; otherwise a decoy is verified with, which costs the same. */
async function verifiedKey (world: World, keyId: string, assertion: string, decoy: KeyObject): Promise<ApiKey | undefined> {
  const key = world.keyring.current.find(keyId)
  const usable = key?.algorithm === 'ed25519' ? key : undefined
  try {
    await compactVerify(assertion, usable?.verifyingKey ?? decoy, { algorithms: [...assertionAlgorithms] })
    return usable
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

function refusal (fault: string): OauthRefusal {
  return new OauthRefusal('invalid_client', `The assertion ${fault}.`)
}
