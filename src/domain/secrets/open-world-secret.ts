import { randomBytes } from 'node:crypto'
import { keyBytes, unwrap, wrap, type MasterKeys } from '../../base/seal.ts'
import { assert } from '../../base/problem.ts'
import type { Db } from '../../postgres/pool.ts'
import { worldSecretOwner } from './owners.ts'

/** What a world has a secret for, each its own. */
export type WorldSecretName = 'fingerprint' | 'cursor' | 'callbacks' | 'tokens' | 'buyers' | 'sandbox-gateway'

/**
 * A random secret of the world (32 bytes), the same for ever: made by whichever process asks first, kept wrapped by a master
 * key and never derived from one, so that changing the master key changes nothing that was made with it.
 */
export async function openWorldSecret (db: Db, masterKeys: MasterKeys, name: WorldSecretName): Promise<Buffer> {
  const owner = worldSecretOwner(name)
  const fresh = wrap(masterKeys, owner, randomBytes(keyBytes))
  await db`insert into secrets (name, wrapped, master_key) values (${name}, ${fresh.wrapped}, ${fresh.masterKey}) on conflict do nothing`
  // Read in a statement of its own: the row may be another process's, committed while the insert waited for it.
  const [row] = await db<{ wrapped: Buffer, master_key: string }[]>`select wrapped, master_key from secrets where name = ${name}`
  assert(row, 'the secret that was just made or was there before')
  return unwrap(masterKeys, owner, { wrapped: row.wrapped, masterKey: row.master_key })
}
