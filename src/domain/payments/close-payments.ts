import { formerStates, paymentEntry } from '../../../schema/states.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'

/** Lets the gateways be told that nothing is wanted any more for these subjects: what was begun for them and has not ended is closed. */
export async function closePayments (tx: Tx, subjectIds: readonly Uuid[]): Promise<void> {
  await tx`
    update payments set state = 'closing', query_at = clock_timestamp()
    where subject_id = any(${bareArray(subjectIds)}::uuid[]) and state = any(${quotedArray(formerStates(paymentEntry, 'closing'))}::text[])`
}
