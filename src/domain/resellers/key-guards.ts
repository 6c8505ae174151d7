// What holds whenever keys are made, rotated or revoked. The keys of a reseller change under the reseller's lock, those of
// the operator under the lock of the keyring's version.
import type { Scope } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { isNoWider } from './ip-allow.ts'
import { readKey, type KeyRecord } from './list-keys.ts'

export const usableKeysPerOwnerMax = 20

/** Locks the keys of one owner against every other change; a reseller that is unknown or closed gets no more keys. */
export async function lockKeysOf (tx: Tx, resellerId: Uuid | null): Promise<void> {
  if (resellerId === null) {
    await tx`select 1 from snapshots where name = 'keys' for no key update`
    return
  }
  const status = (await lockResellers(tx, [resellerId])).get(resellerId)
  if (status === undefined) throw new Problem('not_found', 'There is no such reseller.')
  if (status === 'closed') throw new Problem('state_conflict', 'The reseller is closed and gets no more keys.')
}

/** The key that asks, when it is of the same owner and so bounds what it gives; an operator's key gives resellers any scope. */
export async function readGrantor (tx: Tx, grantedBy: string | null, resellerId: Uuid | null): Promise<KeyRecord | undefined> {
  if (grantedBy === null) return undefined
  const grantor = (await readKey(tx, grantedBy))!
  // The keyring that let the request in may be a second old.
  if (grantor.revokedAt) {
    throw new Problem(
      'key_revoked',
      `The key ${grantor.id} was revoked at ${grantor.revokedAt.toISOString()}. Sign with another key.`
    )
  }
  if (grantor.resellerId !== null && grantor.resellerId !== resellerId) throw new Problem('not_found', 'There is no such key.')
  return grantor.resellerId === resellerId ? grantor : undefined
}

/** Refuses a key that could do more, or from more places, than the key that asks for it. */
export function guardGrant (grantor: KeyRecord | undefined, scopes: readonly Scope[], ipAllow: readonly string[]): void {
  if (!grantor || grantor.scopes.includes('admin:*')) return
  const missing = scopes.filter(scope => !grantor.scopes.includes(scope))
  if (missing.length > 0) {
    throw new Problem('scope_missing', `The key that signs gives only scopes it holds itself; it lacks ${missing.join(', ')}.`, {
      errors: missing.map(scope => ({ pointer: `/scopes/${scopes.indexOf(scope)}`, detail: 'is not held by the key that signs' }))
    })
  }
  if (!isNoWider(ipAllow, grantor.ipAllow)) {
    throw new Problem('invalid_request', 'The new key may not be used from more addresses than the key that signs.', {
      errors: [{ pointer: '/ip_allow', detail: 'must lie within the list of the key that signs' }]
    })
  }
}

/** Refuses one key too many; the caller holds lockKeysOf. */
export async function guardKeyCount (tx: Tx, resellerId: Uuid | null): Promise<void> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from api_keys
    where reseller_id is not distinct from ${resellerId}::uuid and revoked_at is null and (expires_at is null or expires_at > now())`
  if (row!.count >= usableKeysPerOwnerMax) {
    throw new Problem(
      'state_conflict',
      `There are ${row!.count} usable keys, as many as there may be. Revoke one first.`,
      { keys_max: usableKeysPerOwnerMax }
    )
  }
}

/** A key of this owner (undefined: of anyone); another's is as unknown as none. */
export async function readKeyOf (tx: Tx, resellerId: Uuid | null | undefined, keyId: string): Promise<KeyRecord> {
  const key = await readKey(tx, keyId)
  if (!key || (resellerId !== undefined && key.resellerId !== resellerId)) throw new Problem('not_found', 'There is no such key.')
  return key
}
