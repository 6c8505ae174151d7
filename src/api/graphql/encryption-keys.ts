import { EncryptionKey } from '../../../schema/rest/encryption-keys.ts'
import { readEncryptionKeys } from '../../domain/resellers/list-encryption-keys.ts'
import { encryptionKeyView } from '../rest/encryption-keys.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** The keys that deliveries are sealed to. */
export const encryptionKeys: Resource = {
  nodes: {
    EncryptionKey: {
      kind: 'encryption_key',
      schema: EncryptionKey,
      operation: 'getEncryptionKey',
      load: loadOwn('encryption_key', readEncryptionKeys, (_, rows) => rows.map(encryptionKeyView))
    }
  },
  queries: {
    encryptionKey: read('getEncryptionKey'),
    encryptionKeys: connection('listEncryptionKeys')
  },
  mutations: {
    createEncryptionKey: act('createEncryptionKey'),
    retireEncryptionKey: act('retireEncryptionKey')
  },
  // A JWK has the members of RFC 7517, and its kid is a text among them.
  references: { EncryptionJwk: { kid: null } }
}
