import type { EncryptionAlgorithm } from '../../../schema/vocabulary.ts'
import type { EncryptionJwk } from '../../base/encryption-jwk.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { EncryptionKeyInUse } from './keyring.ts'

/** A key that a reseller's deliveries are, or were, sealed to. */
export interface EncryptionKeyRecord {
  readonly id: Uuid
  readonly name: string
  readonly algorithm: EncryptionAlgorithm
  readonly jwk: EncryptionJwk & { readonly kid: string }
  /** The API key that registered it. */
  readonly createdBy: string
  readonly createdAt: Date
  /** The API key that retired it, or registered its successor. */
  readonly retiredBy: string | null
  readonly retiredAt: Date | null
}

/** A reseller's encryption keys, newest first, older than the one named. */
export async function listEncryptionKeys (
  read: Reader,
  resellerId: Uuid,
  olderThan: Uuid | null,
  count: number
): Promise<readonly EncryptionKeyRecord[]> {
  return await read<EncryptionKeyRecord[]>`
    select ${encryptionKeyColumns(read)} from encryption_keys
    where reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`id < ${olderThan}`}
    order by id desc limit ${count}`
}

/** One of a reseller's encryption keys; undefined when it is unknown or another's. */
export async function readEncryptionKey (read: Reader, resellerId: Uuid, id: Uuid): Promise<EncryptionKeyRecord | undefined> {
  const [key] = await readEncryptionKeys(read, resellerId, [id])
  return key
}

/** Those of a reseller's encryption keys that there are, in any order. */
export async function readEncryptionKeys (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly EncryptionKeyRecord[]> {
  return await read<EncryptionKeyRecord[]>`
    select ${encryptionKeyColumns(read)} from encryption_keys
    where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** The key that a reseller's codes are sealed to now; null when they leave in the clear. */
export async function readEncryptionKeyInUse (read: Reader, resellerId: Uuid): Promise<EncryptionKeyInUse | null> {
  const [key] = await read<EncryptionKeyInUse[]>`
    select id, algorithm, jwk from encryption_keys where reseller_id = ${resellerId} and retired_at is null`
  return key ?? null
}

/** The columns of an EncryptionKeyRecord. */
export function encryptionKeyColumns (read: Reader) {
  return read`id, name, algorithm, jwk, created_by as "createdBy", created_at as "createdAt", retired_by as "retiredBy",
    retired_at as "retiredAt"`
}
