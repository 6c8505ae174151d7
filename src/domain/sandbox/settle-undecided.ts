import type { Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { completeOrders, releaseOrders } from '../orders/held-orders.ts'

/** A pass: orders that nobody knew about become what they are to become, up to `limit`; returns how many. */
export async function settleUndecided (db: Db, limit: number): Promise<number> {
  let settled = 0
  while (settled < limit && await transact(db, settleOne)) settled++
  return settled
}

interface Undecided {
  readonly resellerId: Uuid
  readonly reference: string
  readonly outcome: 'completed' | 'cancelled'
  readonly orderId: Uuid | null
}

async function settleOne (tx: Tx): Promise<boolean> {
  const [due] = await tx<Undecided[]>`
    select undecided.reseller_id as "resellerId", undecided.reference, outcome, (
      select id from orders where orders.reseller_id::text = undecided.reseller_id::text and orders.reference = undecided.reference
        and terms ->> 'bulk' is null
    ) as "orderId"
    from sandbox_undecided as undecided where settle_at <= clock_timestamp()
    order by settle_at limit 1 for update of undecided skip locked`
  if (!due) return false
  const { resellerId, reference, outcome, orderId } = due
  if (orderId !== null && outcome === 'completed') await completeOrders(tx, resellerId, [orderId])
  if (orderId !== null && outcome === 'cancelled') {
    await releaseOrders(tx, resellerId, [orderId], { state: 'cancelled', reason: 'out_of_stock' })
  }
  await tx`delete from sandbox_undecided where reseller_id = ${resellerId} and reference = ${reference}`
  return true
}
