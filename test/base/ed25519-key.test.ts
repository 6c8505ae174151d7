// Which Ed25519 public keys are taken, and what is said of those that are not.
import t from 'tap'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { PublicKeyRefusal, ed25519Thumbprint, importEd25519Jwk } from '../../src/base/ed25519-key.ts'

const pair = generateKeyPairSync('ed25519')
const jwk = pair.publicKey.export({ format: 'jwk' }) as { kty: string, crv: string, x: string }

t.test('a public key is taken with what key tools add, and refused with a sentence for everything else', async t => {
  for (const more of [{}, { kid: 'x' }, { ext: true, key_ops: ['verify'] }, { alg: 'EdDSA' }, { alg: 'Ed25519' }, { use: 'sig' }]) {
    t.ok(importEd25519Jwk({ ...jwk, ...more }).equals(pair.publicKey), JSON.stringify(more))
  }
  const says = (key: unknown, sentence: string) => t.throws(() => importEd25519Jwk(key),
    { name: 'PublicKeyRefusal', code: 'invalid_public_key', message: sentence })
  for (const key of [null, 'x', 1, [], [jwk], undefined]) says(key, 'The key must be a JWK object.')
  says({ ...jwk, d: 'x' }, 'This is a private key. Keep it, make a new pair, and register only the public half.')
  says({ ...jwk, e: 'x' }, 'A public key has kty, crv and x, and may have kid, alg, use, key_ops and ext.')
  for (const more of [{ kty: 'EC' }, { crv: 'X25519' }, { kty: undefined }]) {
    says({ ...jwk, ...more }, 'kty must be OKP and crv must be Ed25519.')
  }
  for (const alg of ['ES256', '', null]) says({ ...jwk, alg }, 'alg must be EdDSA or Ed25519.')
  for (const use of ['enc', '', null]) says({ ...jwk, use }, 'use must be sig.')
  for (const x of [undefined, 1, null]) says({ ...jwk, x }, 'x is missing.')
  for (const x of ['', `${jwk.x}=`, jwk.x.slice(1), `${jwk.x}A`, `${jwk.x}AA`, jwk.x.slice(0, 42) + '!']) {
    says({ ...jwk, x }, 'x must be 32 bytes in base64url without padding.')
  }
  t.ok(new PublicKeyRefusal('x') instanceof Error)
})

/** A y, and the sign of its x, as 32 bytes in base64url. */
function encoded (y: bigint, sign = 0n): string {
  return Buffer.from((y | sign << 255n).toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url')
}

t.test('what is no point to trust is no key: beyond the field, of small order, off the curve', async t => {
  const p = 2n ** 255n - 19n
  const order8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
  const says = (y: bigint, sentence: string) => {
    for (const sign of [0n, 1n]) t.throws(() => importEd25519Jwk({ ...jwk, x: encoded(y, sign) }), new PublicKeyRefusal(sentence), `${y}`)
  }
  for (const y of [p, p + 1n, p + 18n]) says(y, 'x is not the canonical encoding of a point.')
  for (const y of [0n, 1n, p - 1n, order8, p - order8]) says(y, 'x is a point of small order.')
  for (const y of [2n, 7n, p - 2n]) says(y, 'x is not a point on the curve.')
  for (const y of [3n, 4n, 5n, p - 3n]) t.equal(importEd25519Jwk({ ...jwk, x: encoded(y) }).asymmetricKeyType, 'ed25519', `${y}`)
  t.ok(importEd25519Jwk({ ...jwk, x: encoded(3n, 1n) }), 'the other x of a point is one too')
})

t.test('a thumbprint is that of RFC 8037, appendix A.3', async t => {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }, format: 'jwk' })
  t.equal(ed25519Thumbprint(key), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  t.equal(ed25519Thumbprint(importEd25519Jwk(jwk)), ed25519Thumbprint(pair.publicKey))
})
