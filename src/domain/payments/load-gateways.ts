// The gateways of a world as they are configured: a snapshot, so that a change reaches every process.
import type { Gateway, Gateways, OpenGateway } from '../../base/gateway.ts'
import { unwrap, type MasterKeys } from '../../base/seal.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { GatewayKind } from '../../../schema/vocabulary.ts'
import { gatewayOwner } from '../secrets/owners.ts'
import { gatewayFault, readKeptGateways } from './read-gateways.ts'

/** Makes the adapter of a kind of gateway from its configuration (JSON, checked when it was put). */
export type OpenGatewayAdapter = (kind: GatewayKind, config: unknown) => Gateway

/** Reads every gateway; `read` must see one moment. One that cannot be opened is told in `broken`, and keeps no other from working. */
export async function loadGateways (
  read: Reader, version: bigint, masterKeys: MasterKeys, openAdapter: OpenGatewayAdapter
): Promise<Gateways> {
  const byId = new Map<string, OpenGateway>()
  const enabled: OpenGateway[] = []
  const broken: { id: string, fault: string }[] = []
  for (const { id, kind, name, nameZh, currencies, state, wrapped, masterKey } of await readKeptGateways(read)) {
    try {
      const config: unknown = JSON.parse(unwrap(masterKeys, gatewayOwner(id), { wrapped, masterKey }).toString())
      const gateway = { id, name, nameZh, currencies, gateway: openAdapter(kind, config) }
      byId.set(id, gateway)
      if (state === 'enabled') enabled.push(gateway)
    } catch (error) {
      broken.push({ id, fault: gatewayFault(error) })
    }
  }
  return {
    version,
    broken,
    enabled,
    enabledFor: currency => enabled.filter(({ currencies }) => currencies.includes(currency)),
    find: id => byId.get(id)
  }
}
