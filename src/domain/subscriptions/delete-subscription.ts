import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSubscription } from './read-subscriptions.ts'
import type { Subscription } from './subscription.ts'

/** Deletes a subscription for good; what it told stays told. Gives it as it was. */
export async function deleteSubscription (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Subscription> {
  const subscription = await lockSubscription(tx, resellerId, id)
  await tx`delete from subscription_marks where subscription_id = ${id}`
  await tx`delete from subscriptions where reseller_id = ${resellerId} and id = ${id}`
  return subscription
}
