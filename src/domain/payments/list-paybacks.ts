import type { PaybackState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'
import { paybackColumns, type Payback } from './payback.ts'

/** Up to `count` paybacks older than the one with this id, newest first; of one state, or of all. */
export async function listPaybacks (
  read: Reader, state: PaybackState | null, before: Uuid | null, count: number
): Promise<readonly Payback[]> {
  return await read<Payback[]>`
    select ${paybackColumns(read)} from paybacks
    where ${state === null ? read`true` : read`state = ${state}`} and ${before === null ? read`true` : read`id < ${before}`}
    order by id desc limit ${count}`
}
