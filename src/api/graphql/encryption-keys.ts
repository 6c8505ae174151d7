import { EncryptionKey } from '../../../schema/rest/encryption-keys.ts'
import { readId } from '../../base/ids.ts'
import { readEncryptionKeys } from '../../domain/resellers/list-encryption-keys.ts'
import { resellerOf } from '../change.ts'
import { encryptionKeyView } from '../rest/encryption-keys.ts'
import { act, connection, read, type Resource } from './resource.ts'

/** The keys that deliveries are sealed to. */
export const encryptionKeys: Resource = {
  nodes: {
    EncryptionKey: {
      kind: 'encryption_key',
      schema: EncryptionKey,
      operation: 'getEncryptionKey',
      async load (request, ids) {
        const { db } = request.caller.world
        const found = await readEncryptionKeys(db, resellerOf(request).id, ids.map(id => readId('encryption_key', id)!))
        return found.map(encryptionKeyView)
      }
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
