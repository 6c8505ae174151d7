import type { Currency } from '../../../schema/vocabulary.ts'
import { newId } from '../../base/ids.ts'
import { Problem, assert } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { claimReference } from '../requests/claim-reference.ts'
import { readReseller, type Reseller } from './list-resellers.ts'

export interface NewReseller {
  readonly reference: string
  readonly name: string
  readonly levelId: string
  /** What the first wallet is in; the wallet itself is opened by the wallet capability in the same transaction. */
  readonly currency: Currency
}

/** Creates an active reseller; the same reference with the same fields gives the earlier one as it is now. */
export async function createReseller (tx: Tx, reseller: NewReseller): Promise<{ reseller: Reseller, replayed: boolean }> {
  const { reference, name, levelId, currency } = reseller
  const id = newId()
  const earlierId = await claimReference(tx, {
    owner: 'operator', resource: 'reseller', reference, fields: { name, level: levelId, currency }, resourceId: id
  })
  if (earlierId === undefined) {
    const made = await tx`
      insert into resellers (id, name, level_id, status, currency)
      select ${id}::uuid, ${name}, levels.id, 'active', ${currency} from levels where levels.id = ${levelId} returning id`
    if (made.length === 0) throw levelUnknown(levelId)
    await raiseSnapshot(tx, 'keys')
    await raiseSnapshot(tx, 'prices')
  }
  const row = await readReseller(tx, earlierId ?? id)
  assert(row, 'the reseller of the reference')
  return { reseller: row, replayed: earlierId !== undefined }
}

/** The refusal of a level that does not exist. */
export function levelUnknown (levelId: string): Problem {
  return new Problem('invalid_request', `There is no level ${JSON.stringify(levelId)}. Create it first with PUT /admin/v1/levels/{id}.`, {
    errors: [{ pointer: '/level', detail: 'is not the id of a level' }]
  })
}
