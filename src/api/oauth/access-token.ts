// Access tokens (RFC 9068): made and read here, signed with a key of their world that signs nothing else.
import { randomUUID } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import { worlds as worldNames, tokenScopes, type Scope, type TokenScope } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import type { World } from '../../domain/world.ts'
import type { Worlds } from '../app-types.ts'
import { worldOf } from '../world-of.ts'
import type { IssuerNames } from './issuer.ts'

/** How long an access token is good. */
export const tokenSeconds = 600
/** The longest token read, in characters: ours have about 700. */
export const tokenLengthMax = 2_048

const type = 'at+jwt'
const algorithm = 'EdDSA'

/** A token to be: for which key, and what it may do. */
export interface TokenGrant {
  readonly keyId: string
  readonly scopes: readonly TokenScope[]
  readonly nowMs: number
}

/** What a token of ours says; nothing is known yet of the key it was given to. */
export interface AccessToken {
  readonly world: World
  readonly keyId: string
  readonly scopes: ReadonlySet<Scope>
  readonly expiresAtMs: number
}

/** A signed token of a world. */
export function signAccessToken (world: World, issuer: string, { keyId, scopes, nowMs }: TokenGrant): Promise<string> {
  const nowS = Math.floor(nowMs / 1000)
  return new SignJWT({ client_id: keyId, scope: scopes.join(' ') })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: world.tokenKey.jwk.kid })
    .setIssuer(issuer)
    .setAudience(issuer)
    .setSubject(keyId)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + tokenSeconds)
    .setJti(randomUUID())
    .sign(world.tokenKey.privateKey.reveal())
}

/** Reads a token; throws `token_invalid` and `token_expired`. */
export async function readAccessToken (worlds: Worlds, issuers: IssuerNames, token: string): Promise<AccessToken> {
  const world = signingWorld(worlds, token)
  if (!world) throw tokenInvalid()
  const { payload } = await jwtVerify(token, world.tokenKey.publicKey, {
    algorithms: [algorithm],
    typ: type,
    issuer: [...issuers()],
    audience: [...issuers()],
    requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti', 'scope'],
    currentDate: new Date(world.clock())
  }).catch((error: unknown) => { throw refusalOf(error) })
  const { sub, exp, scope } = payload
  if (typeof sub !== 'string' || typeof scope !== 'string' || payload.client_id !== sub || worldOf(sub, worlds) !== world) throw tokenInvalid()
  const told = scope.split(' ')
  return { world, keyId: sub, scopes: new Set(tokenScopes.filter(known => told.includes(known))), expiresAtMs: exp! * 1000 }
}

/** The refusal `token_invalid`: in the same words whatever is wrong, since nothing of such a token is believed. */
export function tokenInvalid (): Problem {
  return new Problem('token_invalid', 'Get a token with POST /oauth/token and send it whole, as in "Authorization: Bearer eyJ…".')
}

/** The world whose key the token names; which of them really signed it is seen by verifying. */
function signingWorld (worlds: Worlds, token: string): World | undefined {
  if (token.length > tokenLengthMax) return undefined
  try {
    const { kid } = decodeProtectedHeader(token)
    return worldNames.map(name => worlds[name]).find(world => world.tokenKey.jwk.kid === kid)
  } catch {
    return undefined
  }
}

function refusalOf (error: unknown): unknown {
  if (error instanceof errors.JWTExpired) {
    return new Problem('token_expired', `A token is good for ${tokenSeconds / 60} minutes. Get another with POST /oauth/token.`)
  }
  return error instanceof errors.JOSEError || error instanceof TypeError ? tokenInvalid() : error
}
