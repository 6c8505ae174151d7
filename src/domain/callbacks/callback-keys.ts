// What callbacks are signed with: the secret of each endpoint, sealed in its row, and one Ed25519 key of the world.
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { CallbackSignature } from '../../../schema/vocabulary.ts'
import { ed25519KeyOf, type CallbackSigners } from '../../base/callback-signature.ts'
import { ed25519Thumbprint } from '../../base/ed25519-key.ts'
import type { Uuid } from '../../base/ids.ts'
import type { MasterKeys } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import type { Db } from '../../postgres/pool.ts'
import { openWorldSecret } from '../secrets/open-world-secret.ts'
import { openEndpointSecret } from './endpoint-secret.ts'

/** The public half of a world's key as its JWKS shows it (RFC 8037). */
export interface CallbackJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

export interface CallbackKey {
  readonly privateKey: Secret<KeyObject>
  readonly jwk: CallbackJwk
}

/** The key that signs a world's callbacks (v1a): made once, the same for ever, whichever master key is current. */
export async function openCallbackKey (db: Db, masterKeys: MasterKeys): Promise<CallbackKey> {
  const privateKey = ed25519KeyOf(await openWorldSecret(db, masterKeys, 'callbacks'))
  const publicKey = createPublicKey(privateKey)
  const { x } = publicKey.export({ format: 'jwk' })
  return {
    privateKey: new Secret(privateKey),
    jwk: { kty: 'OKP', crv: 'Ed25519', x: x!, kid: ed25519Thumbprint(publicKey), alg: 'EdDSA', use: 'sig' }
  }
}

/** What a row of `endpoints` says of its signatures; the previous secret is null when its time is over. */
export interface SealedSigners {
  readonly id: Uuid
  readonly signatures: readonly CallbackSignature[]
  readonly sealedSecret: Buffer | null
  readonly masterKey: string | null
  readonly previousSecret: Buffer | null
  readonly previousMasterKey: string | null
}

/** Opens what signs the callbacks of an endpoint: its secrets, newest first, and the world's key, as far as it asks for them. */
export function openSigners (masterKeys: MasterKeys, key: CallbackKey, sealed: SealedSigners): CallbackSigners {
  const pairs = [[sealed.sealedSecret, sealed.masterKey], [sealed.previousSecret, sealed.previousMasterKey]] as const
  const secrets = !sealed.signatures.includes('v1')
    ? []
    : pairs.flatMap(([wrapped, masterKey]) =>
      wrapped === null || masterKey === null ? [] : [openEndpointSecret(masterKeys, sealed.id, { wrapped, masterKey }).reveal()])
  return { secrets, privateKey: sealed.signatures.includes('v1a') ? key.privateKey.reveal() : undefined }
}
