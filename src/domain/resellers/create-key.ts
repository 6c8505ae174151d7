import { operatorScopes, resellerScopes, type KeyAlgorithm, type Scope } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem, assert } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { claimReference } from '../requests/claim-reference.ts'
import { insertKey, newKeyId, readPublicKey, type KeyForge, type MadeKey } from './insert-key.ts'
import { readIpAllow } from './ip-allow.ts'
import { guardGrant, guardKeyCount, lockKeysOf, readGrantor } from './key-guards.ts'
import { readKey } from './list-keys.ts'

export interface NewKey {
  readonly reference: string
  /** The id of the key that asks; null is the house itself, when it is set up. */
  readonly grantedBy: string | null
  /** Whose key it will be; null: the operator's. */
  readonly resellerId: Uuid | null
  readonly name: string
  readonly algorithm: KeyAlgorithm
  /** The public half of the caller's key pair, as a JWK; ed25519 only. */
  readonly publicKey?: unknown
  readonly scopes: readonly Scope[]
  /** Addresses and CIDR ranges; left out it is that of the key that asks, when that is of the same owner. */
  readonly ipAllow?: readonly string[] | undefined
  /** Left out it is that of the key that asks, when that is of the same owner; null: the level's limit holds. */
  readonly requestsPerMinute?: number | null | undefined
  /** Left out it is that of the key that asks, when that is of the same owner; null: as many as there are. */
  readonly revealsPerDay?: number | null | undefined
  readonly revealsAlertAt?: number | null | undefined
  readonly expiresAt?: Date | null | undefined
}

/**
 * Makes a key. A key of the same owner gives no more than it has itself: its scopes, and its addresses or fewer. The same
 * reference with the same fields gives the earlier key without its secret.
 */
export async function createKey (tx: Tx, forge: KeyForge, wish: NewKey): Promise<MadeKey> {
  const { reference, grantedBy, resellerId, name, algorithm, scopes, expiresAt = null } = wish
  refuseForeignScopes(scopes, resellerId === null ? operatorScopes : resellerScopes)
  const publicKey = readPublicKey(algorithm, wish.publicKey)
  const given = wish.ipAllow && readIpAllow(wish.ipAllow)
  const id = newKeyId(forge.name)
  const earlierId = await claimReference(tx, {
    owner: await ownerOf(tx, grantedBy),
    resource: 'key',
    reference,
    fields: {
      reseller: resellerId,
      name,
      algorithm,
      public_key: publicKey,
      scopes: [...scopes].sort(),
      ip_allow: given && [...given].sort(),
      requests_per_minute: wish.requestsPerMinute,
      reveals_per_day: wish.revealsPerDay,
      reveals_alert_at: wish.revealsAlertAt,
      expires_at: expiresAt
    },
    resourceId: id
  })
  if (earlierId !== undefined) return { key: (await readKey(tx, earlierId))!, secret: undefined, replayed: true }

  await lockKeysOf(tx, resellerId)
  const grantor = await readGrantor(tx, grantedBy, resellerId)
  const ipAllow = given ?? grantor?.ipAllow ?? []
  guardGrant(grantor, scopes, ipAllow)
  await guardKeyCount(tx, resellerId)
  await refusePast(tx, expiresAt)
  const limit = <Name extends 'requestsPerMinute' | 'revealsPerDay' | 'revealsAlertAt'>(name: Name) => {
    const wished = wish[name]
    return wished === undefined ? grantor?.[name] ?? null : wished
  }
  return insertKey(
    tx,
    forge,
    {
      id,
      resellerId,
      name,
      algorithm,
      publicKey,
      scopes: [...new Set(scopes)],
      ipAllow,
      requestsPerMinute: limit('requestsPerMinute'),
      revealsPerDay: limit('revealsPerDay'),
      revealsAlertAt: limit('revealsAlertAt'),
      expiresAt
    }
  )
}

/** Refuses an expiry that is no time or has passed by the database's clock. */
export async function refusePast (tx: Tx, expiresAt: Date | null): Promise<void> {
  if (expiresAt === null) return
  const [row] = Number.isNaN(expiresAt.getTime()) ? [] : await tx<{ future: boolean }[]>`select ${expiresAt}::timestamptz > now() as future`
  if (!row?.future) {
    throw new Problem(
      'invalid_request',
      'A key must expire in the future.',
      { errors: [{ pointer: '/expires_at', detail: 'must be a time in the future' }] }
    )
  }
}

/** Whose references are counted: those of the reseller whose key asks, or the operator's. */
export async function ownerOf (tx: Tx, grantedBy: string | null): Promise<string> {
  if (grantedBy === null) return 'operator'
  const grantor = await readKey(tx, grantedBy)
  assert(grantor, 'the key that asks')
  return grantor.resellerId ?? 'operator'
}

function refuseForeignScopes (scopes: readonly Scope[], allowed: readonly Scope[]): void {
  const errors = scopes.flatMap((scope, index) => {
    return allowed.includes(scope) ? [] : [{ pointer: `/scopes/${index}`, detail: 'is no scope of such a key' }]
  })
  if (scopes.length === 0) errors.push({ pointer: '/scopes', detail: 'must name at least one scope' })
  if (errors.length > 0) throw new Problem('invalid_request', `The scopes of such a key are ${allowed.join(', ')}.`, { errors })
}
