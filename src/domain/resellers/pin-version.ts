import { Problem } from '../../base/problem.ts'
import type { Db } from '../../postgres/pool.ts'

/**
 * Pins the Kahub-Version a key speaks, at its first use, and gives the one it is pinned to: the first stays. The keyring's
 * version is not raised, or the first requests of many new keys would each have every process load all keys anew.
 */
export async function pinVersion (db: Db, keyId: string, version: string): Promise<string> {
  await db`update api_keys set api_version = ${version} where id = ${keyId} and api_version is null`
  const [row] = await db<{ version: string }[]>`select api_version as version from api_keys where id = ${keyId}`
  if (!row) throw new Problem('not_found', 'There is no such key.')
  return row.version
}
