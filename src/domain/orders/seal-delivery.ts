// Sealing codes to their buyer: JWE in compact form (RFC 7516), the key of each agreed on or wrapped by the algorithm of the
// buyer's key, the content A256GCM. What is sealed are the lines of the plain answer, so that whoever opens them has the same bytes,
// and the same sum over them, as a buyer whose codes leave in the clear.
import { CompactEncrypt, importJWK } from 'jose'
import type { Uuid } from '../../base/ids.ts'
import type { EncryptionKeyInUse } from '../resellers/keyring.ts'
import type { PlainCode } from '../stock/open-codes.ts'
import { ndjson, writePieces } from './code-lines.ts'
import type { OrderWithLines } from './order.ts'

/** Imported keys that are held; the one used longest ago goes first. */
export const importedKeysMax = 1_000

type ImportedKey = Awaited<ReturnType<typeof importJWK>>

/** Seals to the keys of buyers. */
export interface Sealing {
  /** One JWE for each piece of lines. */
  seal (to: EncryptionKeyInUse, pieces: readonly Uint8Array[]): Promise<string[]>
}

/** Starts sealing; it holds the keys that were used last as they were imported. A key never changes, so none goes stale. */
export function openSealing (): Sealing {
  const held = new Map<Uuid, Promise<ImportedKey>>()

  return {
    async seal (to, pieces) {
      const key = await importedKey(to)
      const header = { alg: to.algorithm, enc: 'A256GCM', kid: String(to.jwk.kid), typ: 'kahub-codes+jwe', cty: 'application/x-ndjson' }
      return await Promise.all(pieces.map(piece => new CompactEncrypt(piece).setProtectedHeader(header).encrypt(key)))
    }
  }

  function importedKey ({ id, algorithm, jwk }: EncryptionKeyInUse): Promise<ImportedKey> {
    const key = held.get(id) ?? importJWK(jwk, algorithm)
    held.delete(id)
    held.set(id, key)
    if (held.size > importedKeysMax) held.delete(held.keys().next().value!)
    return key
  }
}

/** The codes of an order, in the order of its lines, sealed to their buyer: what stands in the answer to the order itself. */
export async function sealCodes (
  sealing: Sealing,
  to: EncryptionKeyInUse,
  order: OrderWithLines,
  codes: readonly PlainCode[]
): Promise<readonly string[]> {
  const runs = order.lines.map(({ line, skuId, delivered, returned }) => ({ line, skuId, count: delivered - returned }))
  let next = 0
  return await sealing.seal(to, [...writePieces(ndjson, runs, () => codes[next++]!)].map(({ bytes }) => bytes))
}
