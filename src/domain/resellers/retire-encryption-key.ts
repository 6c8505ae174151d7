import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { readEncryptionKey, type EncryptionKeyRecord } from './list-encryption-keys.ts'
import { retireKeyInUse, retiredEvent } from './register-encryption-key.ts'

/** Retires a key: from then on codes leave in the clear. One that is retired stays as it is; another's is not found. */
export async function retireEncryptionKey (
  tx: Tx,
  { resellerId, id, retiredBy }: { readonly resellerId: Uuid, readonly id: Uuid, readonly retiredBy: string }
): Promise<EncryptionKeyRecord> {
  await lockResellers(tx, [resellerId])
  const key = await readEncryptionKey(tx, resellerId, id)
  if (!key) throw new Problem('not_found', 'You have no encryption key with this id.')
  if (key.retiredAt) return key
  const [retired] = await retireKeyInUse(tx, resellerId, retiredBy)
  await appendEvents(tx, [retiredEvent(resellerId, retired!, null)])
  await raiseSnapshot(tx, 'keys')
  return retired!
}
