import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { withdrawLots, type WithdrawLots } from './withdraw-lots.ts'

/**
 * A pass: takes up to `limit` expired lots off the shelf; returns how many. Between passes the sale itself leaves expired
 * ranges alone. `withdraw` may do more than take them off: what is held of them stands in the way.
 */
export async function expireLots (db: Db, limit: number, withdraw: WithdrawLots = withdrawLots): Promise<number> {
  const due = await db<{ id: number }[]>`
    select id from lots
    where state = 'available' and expires_at < 'infinity' and expires_at <= now()
    order by expires_at, id limit ${limit}`
  if (due.length === 0) return 0
  return (await transact(db, tx => withdraw(tx, due.map(lot => lot.id), 'expired', 'expired'))).length
}
