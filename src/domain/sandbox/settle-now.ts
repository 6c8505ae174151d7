import type { Uuid } from '../../base/ids.ts'
import type { Db } from '../../postgres/pool.ts'
import { settleNext } from '../links/settlement/settle-sales.ts'
import type { Settlement } from '../links/settlement/settlement.ts'
import type { TestWorld } from './faults.ts'

/** Settlements made at once; more are made by asking again. */
export const settlementsAtOnceMax = 100

/** Settles a reseller's sales up to now, as if their day were over. `db` looks rows up by key alone. */
export async function settleNow ({ db }: Pick<TestWorld, 'name'> & { readonly db: Db }, resellerId: Uuid): Promise<readonly Settlement[]> {
  const [row] = await db<{ now: Date }[]>`select now()`
  const made: Settlement[] = []
  while (made.length < settlementsAtOnceMax) {
    const settlement = await settleNext(db, resellerId, row!.now)
    if (!settlement) break
    made.push(settlement)
  }
  return made
}
