import { createHash } from 'node:crypto'
import type { Uuid } from '../../base/ids.ts'

const keyLength = 12

/** Tells one purchase from the next, and nothing else: with the id of its checkout one could try contacts where its buyer comes back. */
export function purchaseKey (checkoutId: Uuid): string {
  return createHash('sha256').update(checkoutId).digest('base64url').slice(0, keyLength)
}
