// An Ed25519 key of a world, made of a secret of the world: what signs callbacks (v1a), and what signs access tokens.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { ed25519KeyOf } from '../../base/callback-signature.ts'
import { ed25519Thumbprint } from '../../base/ed25519-key.ts'
import type { MasterKeys } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import type { Db } from '../../postgres/pool.ts'
import { openWorldSecret } from './open-world-secret.ts'

/** The public half of a world's key as a JWKS shows it (RFC 8037). */
export interface WorldJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

export interface WorldKey {
  readonly privateKey: Secret<KeyObject>
  readonly publicKey: KeyObject
  readonly jwk: WorldJwk
}

/** A key of the world for one purpose: made once, the same for ever, whichever master key is current. */
export async function openWorldKey (db: Db, masterKeys: MasterKeys, name: 'callbacks' | 'tokens'): Promise<WorldKey> {
  const privateKey = ed25519KeyOf(await openWorldSecret(db, masterKeys, name))
  const publicKey = createPublicKey(privateKey)
  const { x } = publicKey.export({ format: 'jwk' })
  return {
    privateKey: new Secret(privateKey),
    publicKey,
    jwk: { kty: 'OKP', crv: 'Ed25519', x: x!, kid: ed25519Thumbprint(publicKey), alg: 'EdDSA', use: 'sig' }
  }
}
