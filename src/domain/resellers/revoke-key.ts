import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { lockKeysOf, readKeyOf } from './key-guards.ts'
import { readKey, type KeyRecord } from './list-keys.ts'

/** Revokes a reseller's key; one that is revoked stays as it is, another's is not found. */
export async function revokeKeyOf (tx: Tx, resellerId: Uuid, keyId: string): Promise<KeyRecord> {
  await readKeyOf(tx, resellerId, keyId)
  return revokeKey(tx, keyId)
}

/** Revokes any key, for the operator. The last key with which the operator could make another is kept. */
export async function revokeKey (tx: Tx, keyId: string): Promise<KeyRecord> {
  const { resellerId } = await readKeyOf(tx, undefined, keyId)
  if (resellerId === null) {
    await lockKeysOf(tx, null)
    await guardLastOperatorKey(tx, keyId)
  } else {
    await lockResellers(tx, [resellerId])
  }
  const revoked = await tx<{ revoked_at: Date }[]>`
    update api_keys set revoked_at = now() where id = ${keyId} and revoked_at is null returning revoked_at`
  if (revoked.length > 0) {
    if (resellerId !== null) {
      await appendEvents(tx, [{ resellerId, type: 'key.revoked', data: { key: keyId, revoked_at: revoked[0]!.revoked_at.toISOString() } }])
    }
    await raiseSnapshot(tx, 'keys')
  }
  return (await readKey(tx, keyId))!
}

async function guardLastOperatorKey (tx: Tx, keyId: string): Promise<void> {
  const makers = await tx<{ id: string }[]>`
    select id from api_keys
    where reseller_id is null and revoked_at is null and (expires_at is null or expires_at > now())
      and scopes && array['admin:*', 'admin:resellers']`
  if (makers.length === 1 && makers[0]!.id === keyId) {
    throw new Problem('in_use', 'This is the last key that can make keys. Create another operator key first.')
  }
}
