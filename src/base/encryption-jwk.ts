// The public keys that deliveries are sealed to (RFC 7517; RFC 7518 §4.3, §4.6; RFC 8037). A key is checked as far as it can be
// before anything is sealed to it: what is sealed to a weak key is open to others, and to a broken one closed to its owner.
import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import type { EncryptionAlgorithm } from '../../schema/vocabulary.ts'
import { Problem } from './problem.ts'

export const rsaBitsMin = 2048
export const rsaBitsMax = 8192
/** A larger exponent makes every seal dear and none safer. */
const exponentBytesMax = 4
const coordinateBytes = 32

/** A public key as it is kept: what its kind needs and nothing else. */
export type EncryptionJwk =
  | { readonly kty: 'OKP', readonly crv: 'X25519', readonly x: string }
  | { readonly kty: 'EC', readonly crv: 'P-256', readonly x: string, readonly y: string }
  | { readonly kty: 'RSA', readonly n: string, readonly e: string }

/**
 * Reads a public key from a JWK: X25519, P-256, or RSA of 2048 to 8192 bits. Throws encryption_key_private for one that holds
 * anything private, encryption_key_weak for one that cannot be sealed to safely; no refusal repeats what was sent.
 */
export function readEncryptionJwk (jwk: Readonly<Record<string, unknown>>): { algorithm: EncryptionAlgorithm, jwk: EncryptionJwk } {
  refusePrivate(jwk)
  switch (jwk.kty) {
    case 'OKP': return { algorithm: checkPurpose(jwk, 'ECDH-ES'), jwk: readX25519(jwk) }
    case 'EC': return { algorithm: checkPurpose(jwk, 'ECDH-ES'), jwk: readP256(jwk) }
    case 'RSA': return { algorithm: checkPurpose(jwk, 'RSA-OAEP-256'), jwk: readRsa(jwk) }
    default: throw weak('kty', 'must be OKP (with crv X25519), EC (with crv P-256) or RSA')
  }
}

// RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2.
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function refusePrivate (jwk: Readonly<Record<string, unknown>>): void {
  const found = privateMembers.filter(name => Object.hasOwn(jwk, name))
  if (found.length === 0) return
  throw new Problem(
    'encryption_key_private',
    `The key holds ${found.join(', ')}, which only its owner may know. It was not kept, but it has travelled: make a new pair, and send ` +
      'the public half only.',
    { errors: found.map(name => ({ pointer: `/jwk/${name}`, detail: 'is private' })) }
  )
}

/** What the key says of its own use must not speak against sealing with the algorithm. */
function checkPurpose (jwk: Readonly<Record<string, unknown>>, algorithm: EncryptionAlgorithm): EncryptionAlgorithm {
  if (jwk.use !== undefined && jwk.use !== 'enc') throw weak('use', 'must be enc, or be left out: a key for signatures is not sealed to')
  if (jwk.alg !== undefined && jwk.alg !== algorithm) throw weak('alg', `must be ${algorithm}, or be left out`)
  if (Array.isArray(jwk.key_ops) && jwk.key_ops.some(name => name === 'sign' || name === 'verify')) {
    throw weak('key_ops', 'must not be those of signatures')
  }
  return algorithm
}

function readX25519 (jwk: Readonly<Record<string, unknown>>): EncryptionJwk {
  if (jwk.crv !== 'X25519') throw weak('crv', 'must be X25519')
  const x = readBytes(jwk, 'x', coordinateBytes)
  const u = BigInt(`0x${Buffer.from(x).reverse().toString('hex')}`)
  if (u >= 2n ** 255n - 19n) throw weak('x', 'is not the canonical encoding of a point')
  const key = { kty: 'OKP', crv: 'X25519', x: x.toString('base64url') } as const
  // With a point of small order every secret agreed on is zero, whoever asks (RFC 7748 §6.1): OpenSSL refuses to give it.
  try {
    diffieHellman({ publicKey: createPublicKey({ key, format: 'jwk' }), privateKey: generateKeyPairSync('x25519').privateKey })
  } catch {
    throw weak('x', 'is a point of small order')
  }
  return key
}

function readP256 (jwk: Readonly<Record<string, unknown>>): EncryptionJwk {
  if (jwk.crv !== 'P-256') throw weak('crv', 'must be P-256')
  const x = readBytes(jwk, 'x', coordinateBytes)
  const y = readBytes(jwk, 'y', coordinateBytes)
  const key = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') } as const
  if (!isOnP256(toNumber(x), toNumber(y))) throw weak('x', 'is, with y, not a point on the curve')
  return key
}

const p256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
const p256b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

/** y² = x³ − 3x + b (SP 800-186 §3.2.1.3); the group has prime order, so a point on the curve is of no small order. */
function isOnP256 (x: bigint, y: bigint): boolean {
  if (x >= p256 || y >= p256) return false
  return (y * y - x * x * x + 3n * x - p256b) % p256 === 0n
}

function readRsa (jwk: Readonly<Record<string, unknown>>): EncryptionJwk {
  const n = readBytes(jwk, 'n')
  const bits = n.length * 8 - Math.clz32(n[0]!) + 24
  if (bits < rsaBitsMin || bits > rsaBitsMax) throw weak('n', `has ${bits} bits; it must have ${rsaBitsMin} to ${rsaBitsMax}`)
  const modulus = toNumber(n)
  if (smallPrimes.some(prime => modulus % prime === 0n)) throw weak('n', 'is divisible by a small number')
  const e = readBytes(jwk, 'e')
  const exponent = e.length > exponentBytesMax ? 0n : toNumber(e)
  if (exponent < 65537n || exponent % 2n === 0n) {
    throw weak('e', `must be odd, 65537 (AQAB) or more, and of ${exponentBytesMax} bytes at most`)
  }
  return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') }
}

const smallPrimes = [
  2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n, 59n, 61n, 67n, 71n, 73n, 79n, 83n, 89n, 97n
]

/** A member that is bytes in base64url, in the one spelling they have: not padded, and a number without zeros in front. */
function readBytes (jwk: Readonly<Record<string, unknown>>, name: string, length?: number): Buffer {
  const text = jwk[name]
  if (typeof text !== 'string' || text === '') throw weak(name, 'is missing')
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw weak(name, 'must be base64url without padding')
  if (length !== undefined && bytes.length !== length) throw weak(name, `must be ${length} bytes`)
  if (length === undefined && bytes[0] === 0) throw weak(name, 'must have no zeros in front')
  return bytes
}

function toNumber (bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function weak (member: string, reason: string): Problem {
  return new Problem('encryption_key_weak', `${member} ${reason}.`, { errors: [{ pointer: `/jwk/${member}`, detail: reason }] })
}
