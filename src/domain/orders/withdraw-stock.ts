// Withdrawing stock, whatever is held of it: the capability stock takes it off the shelf, after what stands in its way was broken.
import type { KeyObject } from 'node:crypto'
import type { Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { expireLots } from '../stock/expire-lots.ts'
import { readLot, type Lot } from '../stock/read-lots.ts'
import { recallLot } from '../stock/recall-lot.ts'
import { countNamed, voidCodes, type Because, type PlacedCodes, type WrittenCodes } from '../stock/void-codes.ts'
import { leftOfLots, skusOfLots, withdrawLots, type WithdrawLots } from '../stock/withdraw-lots.ts'
import { breakHolds } from './break-holds.ts'

/** Recalls a lot, breaking holds and releasing held orders that its codes are needed for. Throws `not_found` and `state_conflict`. */
export async function recallHeldLot (tx: Tx, publicId: Uuid, reason: string): Promise<Lot> {
  const { id } = await readLot(tx, publicId)
  await breakHoldsOfLots(tx, [id])
  return await recallLot(tx, publicId, reason)
}

/** Voids codes in the same way; returns how many. Throws `code_not_on_shelf` and then breaks nothing. */
export async function voidHeldCodes (
  tx: Tx, fingerprintKey: KeyObject, which: WrittenCodes | PlacedCodes, because: Because
): Promise<number> {
  const wants = await countNamed(tx, fingerprintKey, which)
  await breakHolds(tx, wants.map(want => want.skuId), async () => wants)
  return await voidCodes(tx, fingerprintKey, which, because)
}

/** The pass `expireLots`, for lots whose codes may be held. */
export function expireHeldLots (db: Db, limit: number): Promise<number> {
  return expireLots(db, limit, withdrawHeld)
}

const withdrawHeld: WithdrawLots = async (tx, lotIds, state, reason) => {
  await breakHoldsOfLots(tx, lotIds)
  return await withdrawLots(tx, lotIds, state, reason)
}

async function breakHoldsOfLots (tx: Tx, lotIds: readonly number[]): Promise<void> {
  await breakHolds(tx, await skusOfLots(tx, lotIds), () => leftOfLots(tx, lotIds))
}
