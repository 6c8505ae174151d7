import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'

/** Pins the Kahub-Version a key speaks, at its first use; one that is pinned stays as it is. */
export async function pinVersion (tx: Tx, keyId: string, version: string): Promise<void> {
  const pinned = await tx`update api_keys set api_version = ${version} where id = ${keyId} and api_version is null returning id`
  if (pinned.length > 0) await raiseSnapshot(tx, 'keys')
}
