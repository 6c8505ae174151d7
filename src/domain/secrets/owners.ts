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

/** The owner of what a payment gateway is configured with. */
export function gatewayOwner (gatewayId: string): string {
  return `gateway ${gatewayId}`
}

/** The owner of a buyer's phone number or e-mail address. */
export function contactOwner (checkoutId: Uuid): string {
  return `contact ${checkoutId}`
}
