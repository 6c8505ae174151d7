import type { Db } from '../../../postgres/pool.ts'
import { transact } from '../../../postgres/transact.ts'
import { endCheckouts, lockCheckouts, type CheckoutPlace } from './end-checkouts.ts'

/**
 * A pass: ends up to `limit` checkouts whose time is over, so that others may buy what they kept; returns how many were due. Money that
 * comes for one of them later still finds it.
 */
export async function expireCheckouts (db: Db, limit: number): Promise<number> {
  const due = await db<CheckoutPlace[]>`
    select id, reseller_id as "resellerId", link_id as "linkId", sku_id as "skuId" from checkouts
    where state = 'open' and expires_at <= clock_timestamp() order by expires_at, id limit ${limit}`
  if (due.length === 0) return 0
  await transact(db, async tx => {
    await lockCheckouts(tx, due)
    await endCheckouts(tx, due.map(({ id }) => id), 'expired')
  })
  return due.length
}
