import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSubscription, readSubscription } from './read-subscriptions.ts'
import type { Subscription } from './subscription.ts'

/**
 * Lets a subscription tell again: what is another than it last told is told once, as it is now. Its next look stays when it was, so
 * that pausing does not shorten the interval. One that is active stays as it is.
 */
export async function resumeSubscription (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Subscription> {
  await lockSubscription(tx, resellerId, id)
  await tx`update subscriptions set state = 'active', updated_at = now() where id = ${id} and state = 'paused'`
  return await readSubscription(tx, resellerId, id)
}
