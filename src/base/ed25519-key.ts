import { createPublicKey, hash, type KeyObject } from 'node:crypto'

/** Thrown when a registered public key cannot be trusted to verify anything; the message may be shown. */
export class PublicKeyRefusal extends Error {
  readonly code = 'invalid_public_key'

  constructor (detail: string) {
    super(detail)
    this.name = 'PublicKeyRefusal'
  }
}

/**
 * Reads a reseller's Ed25519 public key from a JWK (RFC 8037); throws PublicKeyRefusal.
 * OpenSSL takes any 32 bytes for a key, so the point itself is checked here: on the curve, canonical, not of small order
 * (with such a point one signature can fit many messages).
 */
export function importEd25519Jwk (jwk: unknown): KeyObject {
  const x = readPublicX(jwk)
  const bytes = Buffer.from(x, 'base64url')
  if (bytes.length !== 32 || bytes.toString('base64url') !== x) {
    throw new PublicKeyRefusal('x must be 32 bytes in base64url without padding.')
  }
  checkPoint(bytes)
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

/** The SHA-256 thumbprint of an Ed25519 public key in base64url (RFC 7638, RFC 8037 appendix A.3). */
export function ed25519Thumbprint (publicKey: KeyObject): string {
  const { x } = publicKey.export({ format: 'jwk' })
  return hash('sha256', `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`, 'base64url')
}

// What key tools add around a public key and what says nothing about the key itself.
const ignoredMembers = ['kid', 'ext', 'key_ops']

function readPublicX (jwk: unknown): string {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) throw new PublicKeyRefusal('The key must be a JWK object.')
  const { kty, crv, x, alg, use, ...others } = jwk as Record<string, unknown>
  if ('d' in others) throw new PublicKeyRefusal('This is a private key. Keep it, make a new pair, and register only the public half.')
  const unknown = Object.keys(others).find(name => !ignoredMembers.includes(name))
  if (unknown !== undefined) throw new PublicKeyRefusal('A public key has kty, crv and x, and may have kid, alg, use, key_ops and ext.')
  if (kty !== 'OKP' || crv !== 'Ed25519') throw new PublicKeyRefusal('kty must be OKP and crv must be Ed25519.')
  if (alg !== undefined && alg !== 'EdDSA' && alg !== 'Ed25519') throw new PublicKeyRefusal('alg must be EdDSA or Ed25519.')
  if (use !== undefined && use !== 'sig') throw new PublicKeyRefusal('use must be sig.')
  if (typeof x !== 'string') throw new PublicKeyRefusal('x is missing.')
  return x
}

const p = 2n ** 255n - 19n
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
const y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
// The y of the eight points whose order divides eight: the neutral point, orders two, four and eight.
const smallOrder = [1n, p - 1n, 0n, y8, p - y8]

function checkPoint (encoded: Buffer): void {
  const bigEndian = Buffer.from(encoded).reverse()
  const y = BigInt(`0x${bigEndian.toString('hex')}`) & (2n ** 255n - 1n)
  if (y >= p) throw new PublicKeyRefusal('x is not the canonical encoding of a point.')
  if (smallOrder.includes(y)) throw new PublicKeyRefusal('x is a point of small order.')
  // RFC 8032 section 5.1.3: x² = (y² − 1) / (d y² + 1). A quotient is a square when the product is.
  const square = (y * y) % p
  if (power((square - 1n) * (d * square + 1n) % p, (p - 1n) / 2n) !== 1n) throw new PublicKeyRefusal('x is not a point on the curve.')
}

function power (base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let factor = base, rest = exponent; rest > 0n; rest >>= 1n, factor = factor * factor % p) {
    if (rest & 1n) result = result * factor % p
  }
  return result
}
