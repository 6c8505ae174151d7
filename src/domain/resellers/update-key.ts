import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { readIpAllow } from './ip-allow.ts'
import { guardGrant, lockKeysOf, readGrantor, readKeyOf } from './key-guards.ts'
import { readKey, type KeyRecord } from './list-keys.ts'

/** What is to be changed of a key; what is left out stays. */
export interface KeyChange {
  readonly name?: string | undefined
  /** Addresses and CIDR ranges; empty allows all. */
  readonly ipAllow?: readonly string[] | undefined
  readonly revealsPerDay?: number | null | undefined
  readonly revealsAlertAt?: number | null | undefined
}

/**
 * Changes any key, for the operator. Of the operator's own keys none can be opened to more addresses than the key that asks, and
 * none reveals codes. A revoked key stays as it is: `state_conflict`.
 */
export async function updateKey (tx: Tx, grantedBy: string, keyId: string, change: KeyChange): Promise<KeyRecord> {
  const { resellerId } = await readKeyOf(tx, undefined, keyId)
  const ipAllow = change.ipAllow && readIpAllow(change.ipAllow)
  await lockKeysOf(tx, resellerId)
  const key = await readKeyOf(tx, undefined, keyId)
  if (key.revokedAt) throw new Problem('state_conflict', 'The key is revoked. Create a new one.')
  if (resellerId === null && (typeof change.revealsPerDay === 'number' || typeof change.revealsAlertAt === 'number')) {
    throw new Problem('invalid_request', 'A key of the operator reveals no codes.', {
      errors: [{ pointer: '/reveals_per_day', detail: 'is for keys of resellers' }]
    })
  }
  if (ipAllow) guardGrant(await readGrantor(tx, grantedBy, resellerId), key.scopes, ipAllow)
  const { name = key.name, revealsPerDay = key.revealsPerDay, revealsAlertAt = key.revealsAlertAt } = change
  await tx`
    update api_keys set name = ${name}, ip_allow = ${quotedArray(ipAllow ?? key.ipAllow)}::text[], reveals_per_day = ${revealsPerDay},
      reveals_alert_at = ${revealsAlertAt}
    where id = ${keyId}`
  await raiseSnapshot(tx, 'keys')
  return (await readKey(tx, keyId))!
}
