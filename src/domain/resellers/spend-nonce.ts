import { hash } from 'node:crypto'
import { Problem } from '../../base/problem.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'

/** A nonce as it is stored: 128 bits of SHA-256 over key id and nonce, and when the signature's window has closed for good. */
export interface Nonce { readonly id: Uuid, readonly expiresAt: Date }

/** A nonce good until the window of its signature closes. */
export function nonceOf (keyId: string, nonce: string, expiresAt: Date): Nonce {
  const hex = hash('sha256', `${keyId}\n${nonce}`, 'hex')
  return { id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`, expiresAt }
}

/** Spends a nonce in the transaction of the change it signs; one that was spent before is refused and nothing changes. */
export async function spendNonce (tx: Tx, nonce: Nonce): Promise<void> {
  const spent = await tx`insert into nonces (id, expires_at) values (${nonce.id}, ${nonce.expiresAt}) on conflict do nothing returning id`
  if (spent.length === 0) throw nonceReused()
}

/** The refusal of a nonce that was used before. */
export function nonceReused (): Problem {
  return new Problem('nonce_reused', 'Sign every request anew with a fresh random nonce, retries included.')
}
