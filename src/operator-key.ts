// The first key of all: made on the machine itself, since there is no key yet to sign the request for it.
import { join } from 'node:path'
import { newId } from './base/ids.ts'
import type { World } from './domain/world.ts'
import { createKey } from './domain/resellers/create-key.ts'
import { transact } from './postgres/transact.ts'
import { assert } from './base/problem.ts'
import { readCredentials, writeCredentials, type Credentials } from './credentials.ts'

/** Makes an operator key with every operator's scope; its secret is told this once. */
export async function createOperatorKey (world: World): Promise<Omit<Credentials, 'url'>> {
  const { key, secret } = await transact(world.db, tx => createKey(tx, world, {
    reference: `operator ${newId()}`, grantedBy: null, resellerId: null, name: 'operator', algorithm: 'hmac-sha256', scopes: ['admin:*']
  }))
  assert(secret, 'the secret of a key that was just made')
  return { keyId: key.id, algorithm: 'hmac-sha256', secret: secret.reveal() }
}

/** Keeps `operator.json` (of the test world `operator-test.json`) in the home: made when missing, brought to the address served now. */
export async function ensureOperatorFile (world: World, home: string, url: string): Promise<Credentials> {
  const file = join(home, world.name === 'live' ? 'operator.json' : 'operator-test.json')
  const known = await readCredentials(file)
  const credentials = known && world.keyring.current.find(known.keyId) ? { ...known, url } : { url, ...await createOperatorKey(world) }
  await writeCredentials(file, credentials)
  return credentials
}
