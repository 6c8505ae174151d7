import type { Currency, GatewayKind, GatewayState } from '../../../schema/vocabulary.ts'
import { describeAccount, readAccountConfig } from '../../base/gateway-config.ts'
import { unwrap, type MasterKeys, type Wrapped } from '../../base/seal.ts'
import type { Reader } from '../../postgres/pool.ts'
import { gatewayOwner } from '../secrets/owners.ts'

/** A gateway as it may be shown to the operator: of its configuration, what is no secret. */
export interface ShownGateway {
  readonly id: string
  readonly kind: GatewayKind
  readonly name: string
  readonly nameZh: string
  readonly currencies: readonly Currency[]
  readonly state: GatewayState
  /** Which account it is, and the fingerprints of its public keys, by name. */
  readonly account: Readonly<Record<string, string>>
  /** Why it cannot be used; null when it can. */
  readonly fault: string | null
  readonly updatedBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The row of a gateway. */
export interface KeptGateway extends Omit<ShownGateway, 'account' | 'fault'>, Wrapped {}

/** Up to `count` gateways whose ids come after this one, in the order of their ids. */
export async function listGateways (
  read: Reader, masterKeys: MasterKeys, after: string | undefined, count: number
): Promise<readonly ShownGateway[]> {
  const rows = await read<KeptGateway[]>`
    select ${gatewayColumns(read)} from gateways where ${after === undefined ? read`true` : read`id > ${after}`} order by id limit ${count}`
  return rows.map(row => showGateway(masterKeys, row))
}

/** The gateway with this id, if there is one. */
export async function readGateway (read: Reader, masterKeys: MasterKeys, id: string): Promise<ShownGateway | undefined> {
  const row = await readKeptGateway(read, id)
  return row && showGateway(masterKeys, row)
}

/** The row of the gateway with this id. */
export async function readKeptGateway (read: Reader, id: string): Promise<KeptGateway | undefined> {
  const [row] = await read<KeptGateway[]>`select ${gatewayColumns(read)} from gateways where id = ${id}`
  return row
}

/** The rows of all gateways, in the order of their ids. */
export async function readKeptGateways (read: Reader): Promise<readonly KeptGateway[]> {
  return await read<KeptGateway[]>`select ${gatewayColumns(read)} from gateways order by id`
}

/** A gateway without its secrets. */
export function showGateway (masterKeys: MasterKeys, { wrapped, masterKey, ...gateway }: KeptGateway): ShownGateway {
  try {
    const config = JSON.parse(unwrap(masterKeys, gatewayOwner(gateway.id), { wrapped, masterKey }).toString())
    return { ...gateway, account: gateway.kind === 'sandbox' ? {} : describeAccount(readAccountConfig(gateway.kind, config)), fault: null }
  } catch (error) {
    return { ...gateway, account: {}, fault: gatewayFault(error) }
  }
}

/** Why a gateway cannot be used, in a sentence without a secret. */
export function gatewayFault (error: unknown): string {
  const { errors } = (error as { facts?: { errors?: readonly { pointer: string, detail: string }[] } }).facts ?? {}
  if (errors) return errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  return error instanceof Error && error.message.startsWith('the master key') ? error.message : 'its configuration cannot be opened'
}

function gatewayColumns (read: Reader) {
  return read`
    id, kind, name, name_zh as "nameZh", currencies, state, sealed_config as wrapped, master_key as "masterKey", updated_by as "updatedBy",
    created_at as "createdAt", updated_at as "updatedAt"`
}
