// AES-256-GCM (NIST SP 800-38D). A sealed value is nonce (12 bytes) ‖ tag (16) ‖ ciphertext. What it belongs to (a lot and
// a position, a key's id) is associated data: a value moved elsewhere does not open.
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto'
import { assert } from './problem.ts'
import { Secret } from './secret.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
export const keyBytes = 32
export const sealedOverheadBytes = nonceBytes + tagBytes

/** Seals bytes under a key for one owner, named by the associated data. */
export function seal (key: KeyObject, owner: string, plain: Uint8Array): Buffer {
  return sealWithNonce(key, randomBytes(nonceBytes), owner, plain)
}

/** Seals many values under one key, each for its owner. Their nonces are drawn together, which costs less than drawing each. */
export function sealAll (key: KeyObject, values: readonly { readonly owner: string, readonly plain: string }[]): Buffer[] {
  const nonces = randomBytes(nonceBytes * values.length)
  return values.map(({ owner, plain }, i) => sealWithNonce(key, nonces.subarray(i * nonceBytes, (i + 1) * nonceBytes), owner, Buffer.from(plain)))
}

function sealWithNonce (key: KeyObject, nonce: Buffer, owner: string, plain: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(sealedOverheadBytes + plain.byteLength)
  nonce.copy(sealed)
  const cipher = createCipheriv(algorithm, key, nonce)
  cipher.setAAD(Buffer.from(owner))
  cipher.update(plain).copy(sealed, sealedOverheadBytes)
  cipher.final()
  cipher.getAuthTag().copy(sealed, nonceBytes)
  return sealed
}

/** Opens what seal made; throws when the key, the owner or a byte is another. */
export function open (key: KeyObject, owner: string, sealed: Uint8Array): Buffer {
  assert(sealed.byteLength >= sealedOverheadBytes, 'a sealed value of at least nonce and tag')
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(owner))
  decipher.setAuthTag(sealed.subarray(nonceBytes, sealedOverheadBytes))
  const plain = decipher.update(sealed.subarray(sealedOverheadBytes))
  decipher.final()
  return plain
}

/** The master keys a process holds: the first seals, all of them open. */
export interface MasterKeys {
  readonly current: string
  readonly byId: ReadonlyMap<string, Secret<KeyObject>>
}

export const masterKeysMax = 8

/** Reads `id:base64` pairs, comma-separated, newest first (KAHUB_MASTER_KEY); throws a sentence without the key in it. */
export function readMasterKeys (text: string): MasterKeys {
  const byId = new Map<string, Secret<KeyObject>>()
  for (const pair of text.split(',').map(part => part.trim()).filter(part => part !== '')) {
    const match = /^([a-z0-9-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(pair)
    if (!match) throw new Error('the master key must be id:base64 of 32 bytes (several, comma-separated, newest first), e.g. made by: npm run main master-key')
    if (byId.has(match[1]!)) throw new Error(`the master key id ${match[1]} stands twice`)
    byId.set(match[1]!, new Secret(createSecretKey(Buffer.from(match[2]!, 'base64'))))
  }
  const current = byId.keys().next().value
  if (current === undefined) throw new Error('there is no master key')
  if (byId.size > masterKeysMax) throw new Error(`at most ${masterKeysMax} master keys are held at once`)
  return { current, byId }
}

/** A new master key as KAHUB_MASTER_KEY takes it. */
export function newMasterKey (): string {
  return `k${Date.now().toString(36)}:${randomBytes(keyBytes).toString('base64')}`
}

/** A value wrapped by a master key, and which one. */
export interface Wrapped { readonly masterKey: string, readonly wrapped: Buffer }

/** Seals a key or a secret under the current master key. */
export function wrap (masterKeys: MasterKeys, owner: string, plain: Uint8Array): Wrapped {
  const key = masterKeys.byId.get(masterKeys.current)
  assert(key, 'the current master key')
  return { masterKey: masterKeys.current, wrapped: seal(key.reveal(), owner, plain) }
}

/** Opens what wrap made, under whichever master key made it; throws naming the key id that is missing. */
export function unwrap (masterKeys: MasterKeys, owner: string, { masterKey, wrapped }: Wrapped): Buffer {
  const key = masterKeys.byId.get(masterKey)
  if (!key) throw new Error(`the master key ${masterKey} is not among those given (KAHUB_MASTER_KEY): ${owner} cannot be opened`)
  return open(key.reveal(), owner, wrapped)
}

/** A new random key for data, as bytes to be wrapped and as a key to seal with. */
export function newDataKey (): { bytes: Buffer, key: KeyObject } {
  const bytes = randomBytes(keyBytes)
  return { bytes, key: createSecretKey(bytes) }
}

/** A key for one purpose, derived from a random one (RFC 5869). */
export function deriveKey (secret: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), purpose, keyBytes)))
}
