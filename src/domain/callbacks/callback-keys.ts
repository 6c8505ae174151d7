// What callbacks are signed with: the secret of each endpoint, sealed in its row, and one Ed25519 key of the world.
import type { CallbackSignature } from '../../../schema/vocabulary.ts'
import type { CallbackSigners } from '../../base/callback-signature.ts'
import type { Uuid } from '../../base/ids.ts'
import type { MasterKeys } from '../../base/seal.ts'
import type { Db } from '../../postgres/pool.ts'
import { openWorldKey, type WorldJwk, type WorldKey } from '../secrets/open-world-key.ts'
import { openEndpointSecret } from './endpoint-secret.ts'

/** The key that signs a world's callbacks, and its public half. */
export type CallbackKey = Pick<WorldKey, 'privateKey' | 'jwk'>
export type CallbackJwk = WorldJwk

/** The key that signs a world's callbacks (v1a). */
export function openCallbackKey (db: Db, masterKeys: MasterKeys): Promise<CallbackKey> {
  return openWorldKey(db, masterKeys, 'callbacks')
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
