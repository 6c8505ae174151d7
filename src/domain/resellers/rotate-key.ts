import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { claimReference } from '../requests/claim-reference.ts'
import { ownerOf, refusePast } from './create-key.ts'
import { insertKey, newKeyId, readPublicKey, type KeyForge, type MadeKey } from './insert-key.ts'
import { guardGrant, guardKeyCount, lockKeysOf, readGrantor, readKeyOf } from './key-guards.ts'
import { readKey } from './list-keys.ts'

export interface Rotation {
  readonly reference: string
  /** The id of the key that asks. */
  readonly grantedBy: string
  /** Whose key is rotated; null: the operator's. */
  readonly resellerId: Uuid | null
  readonly keyId: string
  /** How long the old key still works, at most overlapSecondsMax of the contract; 0: not at all. */
  readonly overlapSeconds: number
  /** The new public key of an ed25519 key. */
  readonly publicKey?: unknown
  /** Left out, the new key lives as long as the old one was made for. */
  readonly expiresAt?: Date | null | undefined
}

/**
 * Makes a key with the same scopes, limits and addresses, and lets the old one expire after the overlap. A key that was
 * rotated, revoked or has expired is refused; so is one that can do more than the key that asks, whose secret would be told.
 */
export async function rotateKey (tx: Tx, forge: KeyForge, rotation: Rotation): Promise<MadeKey> {
  const { reference, grantedBy, resellerId, keyId, overlapSeconds } = rotation
  const { algorithm } = await readKeyOf(tx, resellerId, keyId)
  const publicKey = readPublicKey(algorithm, rotation.publicKey)
  const id = newKeyId(forge.name)
  const earlierId = await claimReference(tx, {
    owner: await ownerOf(tx, grantedBy),
    resource: 'key_rotation',
    reference,
    fields: { key: keyId, overlap_seconds: overlapSeconds, public_key: publicKey, expires_at: rotation.expiresAt },
    resourceId: id
  })
  if (earlierId !== undefined) return { key: (await readKey(tx, earlierId))!, secret: undefined, replayed: true }

  await lockKeysOf(tx, resellerId)
  const old = await readKeyOf(tx, resellerId, keyId)
  const [row] = await tx<{ usable: boolean, expires_at: Date | null }[]>`
    select revoked_at is null and (expires_at is null or expires_at > now()) as usable, now() + (expires_at - created_at) as expires_at
    from api_keys where id = ${keyId}`
  if (old.replacedBy) throw new Problem('state_conflict', `The key was rotated before. Rotate ${old.replacedBy}, which took its place.`)
  if (!row!.usable) throw new Problem('state_conflict', 'The key is revoked or has expired. Create a new one.')
  if (keyId !== grantedBy) guardGrant(await readGrantor(tx, grantedBy, resellerId), old.scopes, old.ipAllow)
  await guardKeyCount(tx, resellerId)
  await refusePast(tx, rotation.expiresAt ?? null)
  const made = await insertKey(tx, forge, {
    id,
    resellerId,
    name: old.name,
    algorithm,
    publicKey,
    scopes: old.scopes,
    ipAllow: old.ipAllow,
    requestsPerMinute: old.requestsPerMinute,
    revealsPerDay: old.revealsPerDay,
    revealsAlertAt: old.revealsAlertAt,
    expiresAt: rotation.expiresAt === undefined ? row!.expires_at : rotation.expiresAt,
    replaces: keyId
  })
  await tx`
    update api_keys set replaced_by = ${id}, expires_at = least(expires_at, now() + make_interval(secs => ${overlapSeconds}))
    where id = ${keyId}`
  return made
}
