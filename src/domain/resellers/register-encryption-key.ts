// The key that a reseller's deliveries are sealed to. One at most is in use; it changes under the reseller's lock.
import type { EncryptionAlgorithm } from '../../../schema/vocabulary.ts'
import type { EncryptionJwk } from '../../base/encryption-jwk.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { Problem, assert } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { appendEvents, type NewEvent } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { encryptionKeyColumns, type EncryptionKeyRecord } from './list-encryption-keys.ts'

export const encryptionKeysPerResellerMax = 1_000

export interface NewEncryptionKey {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly name: string
  readonly algorithm: EncryptionAlgorithm
  /** The public key, as readEncryptionJwk gives it. */
  readonly jwk: EncryptionJwk
  /** The API key that asks. */
  readonly createdBy: string
}

/** Puts a key into use and retires the one before it, both at once: no delivery between them is in the clear. */
export async function registerEncryptionKey (tx: Tx, wish: NewEncryptionKey): Promise<EncryptionKeyRecord> {
  const { id, resellerId, name, algorithm, createdBy } = wish
  await lockResellers(tx, [resellerId])
  await guardCount(tx, resellerId)
  const retired = await retireKeyInUse(tx, resellerId, createdBy)
  const jwk = { ...wish.jwk, kid: showId('encryption_key', id) }
  const [key] = await tx<EncryptionKeyRecord[]>`
    insert into encryption_keys (reseller_id, id, name, algorithm, jwk, created_by)
    values (${resellerId}, ${id}, ${name}, ${algorithm}, ${tx.json(jwk)}, ${createdBy})
    returning ${encryptionKeyColumns(tx)}`
  assert(key, 'the encryption key that was just inserted')
  await appendEvents(tx, [
    ...retired.map(old => retiredEvent(resellerId, old, id)),
    { resellerId, type: 'encryption_key.registered', data: { encryption_key: jwk.kid, name, algorithm } }
  ])
  await raiseSnapshot(tx, 'keys')
  return key
}

/** Retires whatever key is in use; the caller holds the reseller's lock. */
export async function retireKeyInUse (tx: Tx, resellerId: Uuid, retiredBy: string): Promise<readonly EncryptionKeyRecord[]> {
  return await tx<EncryptionKeyRecord[]>`
    update encryption_keys set retired_at = clock_timestamp(), retired_by = ${retiredBy}
    where reseller_id = ${resellerId} and retired_at is null returning ${encryptionKeyColumns(tx)}`
}

/** What a reseller hears of a key that was retired, and of the key that took its place if one did. */
export function retiredEvent (resellerId: Uuid, key: EncryptionKeyRecord, successor: Uuid | null): NewEvent {
  return {
    resellerId,
    type: 'encryption_key.retired',
    data: {
      encryption_key: showId('encryption_key', key.id),
      name: key.name,
      retired_at: key.retiredAt!.toISOString(),
      replaced_by: successor === null ? null : showId('encryption_key', successor)
    }
  }
}

async function guardCount (tx: Tx, resellerId: Uuid): Promise<void> {
  const [row] = await tx<{ count: number }[]>`select count(*)::int as count from encryption_keys where reseller_id = ${resellerId}`
  if (row!.count < encryptionKeysPerResellerMax) return
  throw new Problem('state_conflict', `You have registered ${row!.count} encryption keys, as many as there may be. Ask the operator.`, {
    encryption_keys_max: encryptionKeysPerResellerMax
  })
}
