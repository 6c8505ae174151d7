import type { GatewayKind } from '../../../schema/vocabulary.ts'
import type { Gateway } from '../../base/gateway.ts'

/** The adapter of a kind of gateway, from its configuration. */
export function openGateway (kind: GatewayKind, config: unknown): Gateway {
  throw new Error(`not built yet: ${kind} ${typeof config}`)
}
