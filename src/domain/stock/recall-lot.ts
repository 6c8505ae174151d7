import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { readLot, type Lot } from './read-lots.ts'
import { withdrawLots } from './withdraw-lots.ts'

/** Takes a lot's unsold codes off the shelf for good; what is sold stays sold. Throws `not_found` and `state_conflict`. */
export async function recallLot (tx: Tx, publicId: Uuid, reason: string): Promise<Lot> {
  const { id } = await readLot(tx, publicId)
  const [recalled] = await withdrawLots(tx, [id], 'recalled', reason)
  // Read after the lock: another may have recalled it, or it expired, while this waited.
  const lot = await readLot(tx, publicId)
  if (recalled === undefined && lot.state !== 'recalled') {
    throw new Problem('state_conflict', `The lot is ${lot.state}; only an available one can be recalled.`)
  }
  return lot
}
