import { hash } from 'node:crypto'
import { Problem } from '../../base/problem.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'

/**
 * A nonce as it is stored: 32 bits of the second in which its signature's window has closed for good, 96 bits of SHA-256 over
 * key id and nonce. A captured request has both the same, so it is found; and what is worthless can be deleted by range.
 */
export type StoredNonce = Uuid

/** The stored form of a nonce that is good until expiresAtS (seconds since 1970). */
export function storedNonce (keyId: string, nonce: string, expiresAtS: number): StoredNonce {
  const hex = hash('sha256', `${keyId}\n${nonce}`, 'hex')
  return `${expiresAtS.toString(16).padStart(8, '0')}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 24)}`
}

/** Spends a nonce in the transaction of the change it signs; one that was spent before is refused and nothing changes. */
export async function spendNonce (tx: Tx, nonce: StoredNonce): Promise<void> {
  const spent = await tx`insert into nonces (id) values (${nonce}) on conflict do nothing returning id`
  if (spent.length === 0) throw nonceReused()
}

/** The refusal of a nonce that was used before. */
export function nonceReused (): Problem {
  return new Problem('nonce_reused', 'Sign every request anew with a fresh random nonce, retries included.')
}

/** The nonce of one part of a signed request: as good once as the request's own, and another for each part. */
export function nonceAt (nonce: StoredNonce, part: string): StoredNonce {
  const hex = hash('sha256', `${nonce}\n${part}`, 'hex')
  return `${nonce.slice(0, 9)}${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 24)}`
}
