import type { Currency, GatewayKind, GatewayState, World } from '../../../schema/vocabulary.ts'
import {
  describeAccount, gatewayConfigCharsMax, gatewayCurrencies, readAccountConfig, refuseOtherWorld, type AccountKind
} from '../../base/gateway-config.ts'
import { Problem } from '../../base/problem.ts'
import { unwrap, wrap, type MasterKeys } from '../../base/seal.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSnapshot, raiseSnapshot } from '../../postgres/snapshot.ts'
import { gatewayOwner } from '../secrets/owners.ts'
import { readKeptGateway, showGateway, type KeptGateway, type ShownGateway } from './read-gateways.ts'

export interface GatewayWish {
  /** The operator's name for it, as it stands in payments and addresses. */
  readonly id: string
  readonly kind: GatewayKind
  readonly name: string
  readonly nameZh: string
  readonly currencies: readonly Currency[]
  readonly state: GatewayState
  /** The account; null keeps the one there is. */
  readonly config: unknown
  /** The key of the operator. */
  readonly updatedBy: string
}

export interface PutNeeds { readonly world: World, readonly masterKeys: MasterKeys }

/**
 * Configures a gateway, or changes it; what it is configured with is sealed and never shown again. Refuses with `invalid_request` what is
 * no complete and right configuration, and with `in_use` another account while payments were made with the one there is.
 */
export async function putGateway (tx: Tx, { world, masterKeys }: PutNeeds, wish: GatewayWish): Promise<ShownGateway> {
  await lockSnapshot(tx, 'gateways')
  const kept = await readKeptGateway(tx, wish.id)
  const config = wish.config ?? (kept && openConfig(masterKeys, kept))
  if (config === undefined) throw fault('/config', 'is missing: a new gateway needs its account')
  checkConfig(world, wish, config)
  if (kept && isOtherAccount(masterKeys, kept, wish.kind, config) && await hasPayments(tx, kept.id)) {
    throw new Problem('in_use', `The account of ${kept.id} took payments, and may have to give them back. Put the other under another id.`)
  }
  const sealed = wrap(masterKeys, gatewayOwner(wish.id), Buffer.from(JSON.stringify(config)))
  await tx`
    insert into gateways (id, kind, name, name_zh, currencies, state, sealed_config, master_key, updated_by)
    values (${wish.id}, ${wish.kind}, ${wish.name}, ${wish.nameZh}, ${quotedArray(wish.currencies)}::text[],
      ${wish.state}, ${sealed.wrapped}, ${sealed.masterKey}, ${wish.updatedBy})
    on conflict (id) do update set kind = excluded.kind, name = excluded.name, name_zh = excluded.name_zh, currencies = excluded.currencies,
      state = excluded.state, sealed_config = excluded.sealed_config, master_key = excluded.master_key, updated_by = excluded.updated_by,
      updated_at = now()`
  await raiseSnapshot(tx, 'gateways')
  return showGateway(masterKeys, (await readKeptGateway(tx, wish.id))!)
}

function openConfig (masterKeys: MasterKeys, kept: KeptGateway): unknown {
  try {
    return JSON.parse(unwrap(masterKeys, gatewayOwner(kept.id), kept).toString())
  } catch {
    throw fault('/config', 'must be sent anew: what is kept cannot be opened')
  }
}

function checkConfig (world: World, { kind, currencies }: GatewayWish, config: unknown): void {
  if (JSON.stringify(config).length > gatewayConfigCharsMax) throw fault('/config', `must have at most ${gatewayConfigCharsMax} characters`)
  // It is made when the world is opened, and has no account to be configured with.
  if (kind === 'sandbox') throw fault('/kind', 'the sandbox gateway is there by itself, where it is allowed')
  const account = readAccountConfig(kind, config, '/config')
  refuseOtherWorld(world, account, '/config')
  const other = currencies.findIndex(currency => !gatewayCurrencies[kind].includes(currency))
  if (other >= 0) throw fault(`/currencies/${other}`, `is not taken by ${kind}`)
}

/** Whether the money of payments lies in another account than this one; a key may change, the account may not. */
function isOtherAccount (masterKeys: MasterKeys, kept: KeptGateway, kind: GatewayKind, config: unknown): boolean {
  if (kept.kind !== kind) return true
  const { account } = showGateway(masterKeys, kept)
  const wanted = describeAccount(readAccountConfig(kind as AccountKind, config))
  return identifying.some(name => account[name] !== undefined && account[name] !== wanted[name])
}

const identifying = ['app_id', 'seller_id', 'mchid', 'mode']

async function hasPayments (tx: Tx, gateway: string): Promise<boolean> {
  const [row] = await tx`select 1 from payments where gateway = ${gateway} limit 1`
  return row !== undefined
}

function fault (pointer: string, detail: string): Problem {
  return new Problem('invalid_request', 'The gateway cannot be configured so.', { errors: [{ pointer, detail }] })
}
