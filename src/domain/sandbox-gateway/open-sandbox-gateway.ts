import { currencyCodes, type World } from '../../../schema/vocabulary.ts'
import { wrap, type MasterKeys } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Db } from '../../postgres/pool.ts'
import { lockSnapshot, raiseSnapshot } from '../../postgres/snapshot.ts'
import { transact } from '../../postgres/transact.ts'
import { openWorldSecret } from '../secrets/open-world-secret.ts'
import { gatewayOwner } from '../secrets/owners.ts'

export const sandboxGatewayId = 'sandbox'

/** Whoever changed the row when a start did: what a start disabled, a start may enable again. */
const startedBy = 'settings'

/** The sandbox gateway of a world that has one. */
export interface SandboxGateway {
  /** What it and its one merchant, this house, sign with. */
  readonly secret: Secret<Buffer>
}

/** What the adapter is configured with. */
export interface SandboxGatewayConfig { readonly world: World, readonly secret: string }

/** Opens the sandbox gateway of a world, and makes the house its merchant: the gateway `sandbox`, made when it is not there. */
export async function openSandboxGateway (db: Db, masterKeys: MasterKeys, world: World): Promise<SandboxGateway> {
  const secret = await openWorldSecret(db, masterKeys, 'sandbox-gateway')
  const config: SandboxGatewayConfig = { world, secret: secret.toString('base64') }
  const { masterKey, wrapped } = wrap(masterKeys, gatewayOwner(sandboxGatewayId), Buffer.from(JSON.stringify(config)))
  await transact(db, async tx => {
    await lockSnapshot(tx, 'gateways')
    const changed = await tx`
      insert into gateways (id, kind, name, name_zh, currencies, state, sealed_config, master_key, updated_by)
      values (
        ${sandboxGatewayId}, 'sandbox', 'Sandbox', '沙箱支付', ${quotedArray(currencyCodes)}::text[], 'enabled',
        ${wrapped}, ${masterKey}, ${startedBy}
      )
      on conflict (id) do update set state = 'enabled', updated_at = now()
      where gateways.state = 'disabled' and gateways.updated_by = ${startedBy} and gateways.kind = 'sandbox'
      returning 1`
    if (changed.length > 0) await raiseSnapshot(tx, 'gateways')
  })
  return { secret: new Secret(secret) }
}

/** Takes the sandbox gateway out of a world that is not to have one: what was begun with it can only end. */
export async function shutSandboxGateway (db: Db): Promise<null> {
  return await transact(db, async tx => {
    await lockSnapshot(tx, 'gateways')
    const changed = await tx`
      update gateways set state = 'disabled', updated_by = ${startedBy}, updated_at = now()
      where kind = 'sandbox' and state = 'enabled' returning 1`
    if (changed.length > 0) await raiseSnapshot(tx, 'gateways')
    return null
  })
}
