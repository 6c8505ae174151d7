import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { paybackColumns, type Payback } from './payback.ts'

/** Makes a payback that failed due again: the gateway is asked with the same id, so that what it did after all is not done twice. */
export async function retryPayback (tx: Tx, id: Uuid): Promise<Payback> {
  const [payback] = await tx<Payback[]>`
    update paybacks set state = 'due', next_at = now(), attempts = 0, ended_at = null where id = ${id} and state = 'failed'
    returning ${paybackColumns(tx)}`
  if (payback) return payback
  const [other] = await tx<{ state: string }[]>`select state from paybacks where id = ${id}`
  if (!other) throw new Problem('not_found', 'There is no payback with this id.')
  throw new Problem('state_conflict', `The payback is ${other.state}; only one that failed is tried again.`)
}
