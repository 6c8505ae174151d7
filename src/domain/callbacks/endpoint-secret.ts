// The secret that callbacks to an endpoint are signed with (Standard Webhooks, v1): 32 random bytes, shown once as whsec_ and their
// base64, kept wrapped by a master key. One that was rotated signs beside the new one until its time is over.
import { randomBytes } from 'node:crypto'
import type { Uuid } from '../../base/ids.ts'
import { unwrap, wrap, type MasterKeys, type Wrapped } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import { endpointOwner } from '../secrets/owners.ts'

export const endpointSecretBytes = 32
const shownPrefix = 'whsec_'

/** A new secret, as it is shown once and as it is kept. */
export interface MadeSecret { readonly shown: Secret<string>, readonly kept: Wrapped }

/** Makes the secret of an endpoint. */
export function makeEndpointSecret (masterKeys: MasterKeys, endpointId: Uuid): MadeSecret {
  const bytes = randomBytes(endpointSecretBytes)
  return { shown: new Secret(shownPrefix + bytes.toString('base64')), kept: wrap(masterKeys, endpointOwner(endpointId), bytes) }
}

/** The bytes of an endpoint's secret, to sign with. */
export function openEndpointSecret (masterKeys: MasterKeys, endpointId: Uuid, kept: Wrapped): Secret<Buffer> {
  return new Secret(unwrap(masterKeys, endpointOwner(endpointId), kept))
}
