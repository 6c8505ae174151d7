import { mayEnter, resellerEntry } from '../../../schema/states.ts'
import type { ResellerStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { levelUnknown } from './create-reseller.ts'
import { readReseller, type Reseller } from './list-resellers.ts'

/** What is left out stays as it is. */
export interface ResellerChanges {
  readonly name?: string | undefined
  readonly levelId?: string | undefined
  readonly status?: ResellerStatus | undefined
}

/** Changes a reseller's name, level or status; a status that may not follow the present one is refused. */
export async function updateReseller (tx: Tx, id: Uuid, changes: ResellerChanges): Promise<Reseller> {
  const present = (await lockResellers(tx, [id])).get(id)
  if (present === undefined) throw new Problem('not_found', 'There is no such reseller.')
  const { name = null, levelId = null, status = null } = changes
  if (status !== null && status !== present && !mayEnter(resellerEntry, present, status)) {
    throw new Problem('state_conflict', `A reseller that is ${present} cannot become ${status}.`, {
      errors: [{ pointer: '/status', detail: `is ${present} now` }]
    })
  }
  if (levelId !== null && (await tx`select 1 from levels where id = ${levelId}`).length === 0) throw levelUnknown(levelId)
  await tx`
    update resellers set name = coalesce(${name}, name), level_id = coalesce(${levelId}, level_id), status = coalesce(${status}, status)
    where id = ${id}`
  await raiseSnapshot(tx, 'keys')
  await raiseSnapshot(tx, 'prices')
  return (await readReseller(tx, id))!
}
