import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { MasterKeys } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import type { Db } from '../../postgres/pool.ts'
import { openWorldSecret } from '../secrets/open-world-secret.ts'

/** 128 bits as hexadecimal digits, which Postgres reads as a uuid. */
export type Fingerprint = string

/** The key of the world's fingerprints, made when it is first asked for. */
export async function openFingerprintKey (db: Db, masterKeys: MasterKeys): Promise<Secret<KeyObject>> {
  return new Secret(createSecretKey(await openWorldSecret(db, masterKeys, 'fingerprint')))
}

/**
 * A code's fingerprint within its issuer. Case, spaces and dashes make no other code, nor do full-width letters; with a
 * number, number and secret together are the code.
 */
export function fingerprintOf (key: KeyObject, issuerId: string, code: { readonly secret: string, readonly number?: string }): Fingerprint {
  const text = `${issuerId}\n${code.number === undefined ? '' : normalised(code.number)}\n${normalised(code.secret)}`
  return createHmac('sha256', key).update(text).digest('hex').slice(0, fingerprintDigits)
}

/** A code's field without what people change when they copy it; empty when nothing else was there. */
export function normalised (field: string): string {
  return field.normalize('NFKC').toUpperCase().replace(spacesAndDashes, '')
}

const fingerprintDigits = 32
const spacesAndDashes = /[\s\p{Pd}]+/gu
