import type { GatewayState } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import type { MasterKeys } from '../../base/seal.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSnapshot, raiseSnapshot } from '../../postgres/snapshot.ts'
import { readKeptGateway, showGateway, type ShownGateway } from './read-gateways.ts'

/** Opens a gateway for new payments, or closes it; what was begun with it is finished either way. */
export async function setGatewayState (
  tx: Tx, masterKeys: MasterKeys, id: string, state: GatewayState, updatedBy: string
): Promise<ShownGateway> {
  await lockSnapshot(tx, 'gateways')
  const [row] = await tx`update gateways set state = ${state}, updated_by = ${updatedBy}, updated_at = now() where id = ${id} returning id`
  if (!row) throw new Problem('not_found', 'There is no gateway with this id.')
  await raiseSnapshot(tx, 'gateways')
  return showGateway(masterKeys, (await readKeptGateway(tx, id))!)
}
