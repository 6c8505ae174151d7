import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSubscription, readSubscription } from './read-subscriptions.ts'
import type { Subscription } from './subscription.ts'

/** Pauses a subscription: it tells nothing until it is resumed. One that is paused stays as it is. */
export async function pauseSubscription (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Subscription> {
  await lockSubscription(tx, resellerId, id)
  await tx`update subscriptions set state = 'paused', updated_at = now() where id = ${id} and state = 'active'`
  return await readSubscription(tx, resellerId, id)
}
