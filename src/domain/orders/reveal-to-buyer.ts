import { newId, showId, type Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import type { LotKeys } from '../stock/lot-keys.ts'
import { openCodes, type PlainCode } from '../stock/open-codes.ts'
import { positionRuns } from './code-layout.ts'
import { readPositions, readSealedCodes } from './read-orders.ts'

/** What a buyer bought through a purchase link; without an order it is not paid yet, and has no codes. */
export interface Bought { readonly id: Uuid, readonly resellerId: Uuid, readonly orderId: Uuid | null }

/**
 * The codes that a buyer paid for, in their order. That they were shown, and to which address, is on record before they are opened; the
 * keys that the reseller's own deliveries are sealed to do not apply, for these are not the reseller's.
 */
export async function revealToBuyer (
  { db, lotKeys }: { readonly db: Db, readonly lotKeys: LotKeys }, { id, resellerId, orderId }: Bought, ip: string
): Promise<readonly PlainCode[]> {
  if (orderId === null) return []
  const { sealed, keys } = await transact(db, async tx => {
    const [order] = await tx<{ checkout: Uuid | null }[]>`
      select terms ->> 'checkout' as checkout from orders where reseller_id = ${resellerId} and id = ${orderId} for share`
    assert(order?.checkout === id, 'the order of the checkout')
    const ranges = (await readPositions(tx, orderId)).filter(range => range.live)
    const runs = positionRuns(ranges)
    const [sealed, keys] = await Promise.all([
      readSealedCodes(tx, ranges),
      lotKeys.keysOf(tx, ranges.map(({ lotId }) => lotId)),
      tx`insert into reveals (order_id, id, reseller_id, first, count, key_id, ip)
         select ${orderId}, id, ${resellerId}, first, count, ${showId('checkout', id)}, ${ip}
         from unnest(${bareArray(runs.map(() => newId()))}::uuid[], ${bareArray(runs.map(run => run.first))}::int[],
                     ${bareArray(runs.map(run => run.count))}::int[]) as run (id, first, count)`.execute()
    ])
    return { sealed, keys }
  })
  return openCodes(keys, sealed)
}
