import { randomBytes } from 'node:crypto'
import type { KeyAlgorithm, Scope, World } from '../../../schema/vocabulary.ts'
import { PublicKeyRefusal, importEd25519Jwk } from '../../base/ed25519-key.ts'
import { randomText, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { wrap, type MasterKeys } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { appendEvents } from '../events/append-events.ts'
import { apiKeyOwner } from '../secrets/owners.ts'
import { readKey, type KeyRecord, type PublicJwk } from './list-keys.ts'

const secretBytes = 32
const idLength = 20

/** What making a key needs of its world. */
export interface KeyForge { readonly name: World, readonly masterKeys: MasterKeys }

export interface KeyRow {
  readonly id: string
  readonly resellerId: Uuid | null
  readonly name: string
  readonly algorithm: KeyAlgorithm
  /** The public key of an Ed25519 key. */
  readonly publicKey: PublicJwk | null
  readonly scopes: readonly Scope[]
  readonly ipAllow: readonly string[]
  readonly requestsPerMinute: number | null
  readonly revealsPerDay: number | null
  readonly revealsAlertAt: number | null
  readonly expiresAt: Date | null
  /** The key this one takes over from. */
  readonly replaces?: string
}

/** A key just made, or made before under the same reference; the secret is told when it is made and never again. */
export interface MadeKey {
  readonly key: KeyRecord
  readonly secret: Secret<string> | undefined
  readonly replayed: boolean
}

/** A new key id of a world: 100 random bits. */
export function newKeyId (world: World): string {
  return `key_${world}_` + Array.from(randomBytes(idLength), byte => alphabet[byte & 31]).join('')
}

/** Writes a key, its event and the new version of the keyring. An HMAC key gets its secret here. */
export async function insertKey (tx: Tx, forge: KeyForge, row: KeyRow): Promise<MadeKey> {
  const secret = row.algorithm === 'hmac-sha256' ? new Secret(`khs_${randomText(secretBytes)}`) : undefined
  const sealed = secret && wrap(forge.masterKeys, apiKeyOwner(row.id), Buffer.from(secret.reveal()))
  await tx`
    insert into api_keys (id, reseller_id, name, algorithm, sealed_secret, master_key, public_key, scopes, ip_allow,
      requests_per_minute, reveals_per_day, reveals_alert_at, expires_at)
    values (${row.id}, ${row.resellerId}, ${row.name}, ${row.algorithm}, ${sealed?.wrapped ?? null}, ${sealed?.masterKey ?? null},
      ${row.publicKey && tx.json(row.publicKey as never)}, ${quotedArray(row.scopes)}::text[], ${quotedArray(row.ipAllow)}::text[],
      ${row.requestsPerMinute}, ${row.revealsPerDay}, ${row.revealsAlertAt}, ${row.expiresAt})`
  if (row.resellerId !== null) {
    await appendEvents(tx, [{
      resellerId: row.resellerId,
      type: 'key.created',
      data: {
        key: row.id,
        name: row.name,
        algorithm: row.algorithm,
        scopes: row.scopes,
        expires_at: row.expiresAt?.toISOString() ?? null,
        replaces: row.replaces ?? null
      }
    }])
  }
  await raiseSnapshot(tx, 'keys')
  return { key: (await readKey(tx, row.id))!, secret, replayed: false }
}

/** The public key as it is stored: checked, and without what key tools add. An HMAC key has none. */
export function readPublicKey (algorithm: KeyAlgorithm, jwk: unknown): PublicJwk | null {
  if (algorithm === 'hmac-sha256') {
    if (jwk !== undefined) throw publicKeyRefused('An hmac-sha256 key has a secret, which we make; leave public_key out.')
    return null
  }
  if (jwk === undefined) throw publicKeyRefused('An ed25519 key needs public_key: the public half of your key pair, as a JWK.')
  try {
    const { x } = importEd25519Jwk(jwk).export({ format: 'jwk' })
    return { kty: 'OKP', crv: 'Ed25519', x: x! }
  } catch (error) {
    if (error instanceof PublicKeyRefusal) throw publicKeyRefused(error.message)
    throw error
  }
}

function publicKeyRefused (detail: string): Problem {
  return new Problem('invalid_request', detail, { errors: [{ pointer: '/public_key', detail }] })
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
