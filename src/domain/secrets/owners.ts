// What a wrapped value belongs to, as the associated data of its wrapping: moved to another row, it does not open.
import type { Uuid } from '../../base/ids.ts'

/** The owner of a lot's data key. */
export function lotKeyOwner (publicId: Uuid): string {
  return `lot ${publicId}`
}

/** The owner of an API key's secret. */
export function apiKeyOwner (keyId: string): string {
  return `api key ${keyId}`
}

/** The owner of a secret of the world. */
export function worldSecretOwner (name: string): string {
  return `secret ${name}`
}

/** The owner of the secret that callbacks to an endpoint are signed with. */
export function endpointOwner (endpointId: Uuid): string {
  return `endpoint ${endpointId}`
}
