import type { Uuid } from '../../base/ids.ts'
import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { endHolds, skusOfHolds } from './end-holds.ts'
import { lockStock } from './take-stock.ts'

/**
 * A pass: gives back the stock of up to `limit` holds whose time is over; returns how many were due. It only tidies: a hold is
 * expired from its moment on, whatever its row says, and whoever is first under the locks ends it. Those of checkouts end with these.
 */
export async function expireHolds (db: Db, limit: number): Promise<number> {
  const due = await db<{ resellerId: Uuid, id: Uuid }[]>`
    select reseller_id as "resellerId", id from holds where state = 'active' and expires_at <= clock_timestamp() and checkout_id is null
    order by expires_at, id limit ${limit}`
  if (due.length === 0) return 0
  await transact(db, async tx => {
    await lockResellers(tx, [...new Set(due.map(hold => hold.resellerId))])
    await lockStock(tx, await skusOfHolds(tx, due))
    await endHolds(tx, due, 'expired')
  })
  return due.length
}
