// Opening JWE in compact form (RFC 7516) by WebCrypto alone: ECDH-ES (RFC 7518 §4.6) with X25519 and P-256, RSA-OAEP-256 (§4.3), and
// A256GCM (§5.3). What the server never uses (other algorithms, compression, critical extensions) is not opened.
import type { ImportedKey } from './signing.ts'

/** A private key that deliveries are opened with: a JWK of kind X25519, P-256 or RSA. */
export interface DecryptionJwk {
  readonly kty: string
  /** The id under which the public half was registered (enc_…); without one the key is tried on every delivery of its kind. */
  readonly kid?: string | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly d?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
}

/** The header of a JWE, as far as it is used. */
export interface JweHeader {
  readonly alg: string
  readonly enc: string
  readonly kid: string | undefined
  readonly epk: DecryptionJwk | undefined
  readonly apu: string | undefined
  readonly apv: string | undefined
}

/** A JWE taken apart. */
export interface Jwe {
  readonly header: JweHeader
  /** The header as it stands in the JWE: it is authenticated with the content. */
  readonly protectedText: string
  readonly encryptedKey: Bytes
  readonly iv: Bytes
  readonly ciphertext: Bytes
  readonly tag: Bytes
}

type Bytes = Uint8Array<ArrayBuffer>

const contentKeyBits = 256
const ivBytes = 12
const tagBytes = 16
const text = new TextEncoder()

/** Takes a JWE apart; undefined when it is not one that is opened here. */
export function readJwe (compact: string): Jwe | undefined {
  const parts = compact.split('.')
  if (parts.length !== 5) return undefined
  try {
    const [head, encryptedKey, iv, ciphertext, tag] = parts.map(fromBase64url) as [Bytes, Bytes, Bytes, Bytes, Bytes]
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head)) as JweHeader & Record<string, unknown>
    if (header.enc !== 'A256GCM' || header.zip !== undefined || header.crit !== undefined) return undefined
    if (iv.length !== ivBytes || tag.length !== tagBytes) return undefined
    return { header, protectedText: parts[0]!, encryptedKey, iv, ciphertext, tag }
  } catch {
    return undefined
  }
}

/** Imports a private key for opening; undefined when it is of no kind that is. */
export async function importDecryptionKey (key: DecryptionJwk | ImportedKey): Promise<ImportedKey | undefined> {
  if (!('kty' in key)) return key
  const { kty, crv, x, y, d, n, e, p, q, dp, dq, qi } = key
  try {
    if (kty === 'OKP' && crv === 'X25519') return await importJwk({ kty, crv, x, d }, 'X25519', 'deriveBits')
    if (kty === 'EC' && crv === 'P-256') return await importJwk({ kty, crv, x, y, d }, { name: 'ECDH', namedCurve: crv }, 'deriveBits')
    if (kty === 'RSA') return await importJwk({ kty, n, e, d, p, q, dp, dq, qi }, { name: 'RSA-OAEP', hash: 'SHA-256' }, 'decrypt')
  } catch {
    // The cause is left out: it might repeat the key.
  }
  return undefined
}

/** Opens a JWE; undefined when the key is of another kind, or not the one it is sealed to, or the JWE was changed. */
export async function openJwe (jwe: Jwe, key: ImportedKey): Promise<Bytes | undefined> {
  try {
    const contentKey = await contentKeyOf(jwe, key)
    if (contentKey === undefined || contentKey.length * 8 !== contentKeyBits) return undefined
    const imported = await crypto.subtle.importKey('raw', contentKey, 'AES-GCM', false, ['decrypt'])
    const sealed = new Uint8Array(jwe.ciphertext.length + jwe.tag.length)
    sealed.set(jwe.ciphertext)
    sealed.set(jwe.tag, jwe.ciphertext.length)
    const how = { name: 'AES-GCM', iv: jwe.iv, additionalData: text.encode(jwe.protectedText), tagLength: tagBytes * 8 }
    return new Uint8Array(await crypto.subtle.decrypt(how, imported, sealed))
  } catch {
    return undefined
  }
}

/**
 * The key agreed on, of `bits` bits, 256 at most (RFC 7518 §4.6.2: the Concat KDF of SP 800-56A with SHA-256, one round of it).
 * `apu` and `apv` are bytes.
 */
export async function concatKdf (
  secret: Uint8Array,
  { algorithm, bits, apu, apv }: { readonly algorithm: string, readonly bits: number, readonly apu: Uint8Array, readonly apv: Uint8Array }
): Promise<Bytes> {
  const told = [text.encode(algorithm), apu, apv].flatMap(part => [bigEndian(part.length), part])
  const parts = [bigEndian(1), secret, ...told, bigEndian(bits)]
  const input = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    input.set(part, at)
    at += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input)).slice(0, bits / 8)
}

/** Bytes from base64url without padding; throws when it is something else. */
export function fromBase64url (encoded: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(encoded)) throw new Error('not base64url')
  const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

async function contentKeyOf ({ header, encryptedKey }: Jwe, key: ImportedKey): Promise<Bytes | undefined> {
  const { name } = key.algorithm
  if (header.alg === 'RSA-OAEP-256') {
    return name === 'RSA-OAEP' ? new Uint8Array(await crypto.subtle.decrypt({ name }, key, encryptedKey)) : undefined
  }
  if (header.alg !== 'ECDH-ES' || header.epk === undefined || encryptedKey.length > 0) return undefined
  const { kty, crv, x, y } = header.epk
  const sender = name === 'X25519' && kty === 'OKP' && crv === 'X25519'
    ? await importJwk({ kty, crv, x }, 'X25519')
    : name === 'ECDH' && kty === 'EC' && crv === 'P-256'
      ? await importJwk({ kty, crv, x, y }, { name, namedCurve: crv })
      : undefined
  if (sender === undefined) return undefined
  const secret = new Uint8Array(await crypto.subtle.deriveBits({ name, public: sender }, key, 256))
  const [apu, apv] = [header.apu, header.apv].map(party => fromBase64url(party ?? ''))
  return await concatKdf(secret, { algorithm: header.enc, bits: contentKeyBits, apu: apu!, apv: apv! })
}

function importJwk (
  jwk: object,
  algorithm: 'X25519' | { name: 'ECDH', namedCurve: string } | { name: 'RSA-OAEP', hash: string },
  ...usages: Array<'deriveBits' | 'decrypt'>
): Promise<ImportedKey> {
  const given = Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== undefined))
  return crypto.subtle.importKey('jwk', given, algorithm, false, usages)
}

function bigEndian (value: number): Bytes {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}
