import type { SubscriptionCondition } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { checkCondition, takesThreshold } from './check-condition.ts'
import { markStock } from './enter-marks.ts'
import { lockSubscription, readSubscription } from './read-subscriptions.ts'
import type { Subscription } from './subscription.ts'

export interface SubscriptionChange {
  readonly condition?: SubscriptionCondition | undefined
  readonly threshold?: number | undefined
  readonly intervalSeconds?: number | undefined
}

/** Changes what is given. Another condition or threshold waits from now on; another interval counts from the last look. */
export async function updateSubscription (tx: Tx, resellerId: Uuid, id: Uuid, change: SubscriptionChange): Promise<Subscription> {
  const was = await lockSubscription(tx, resellerId, id)
  const { condition = was.condition, intervalSeconds = was.intervalSeconds } = change
  const threshold = change.threshold ?? (takesThreshold(condition) ? was.threshold : null)
  checkCondition({ kind: was.kind, condition, threshold })
  await tx`
    update subscriptions set condition = ${condition}, threshold = ${threshold}, interval_seconds = ${intervalSeconds}, updated_at = now(),
      next_check_at = next_check_at + make_interval(secs => ${intervalSeconds}::int - interval_seconds)
    where reseller_id = ${resellerId} and id = ${id}`
  if (condition !== was.condition || threshold !== was.threshold) await markStock(tx, id)
  return await readSubscription(tx, resellerId, id)
}
