import { Subscription, SubscriptionWithValues } from '../../../schema/rest/subscriptions.ts'
import { readId } from '../../base/ids.ts'
import { readSubscriptions } from '../../domain/subscriptions/read-subscriptions.ts'
import { resellerOf } from '../change.ts'
import { freshPrices, subscriptionViews } from '../rest/subscriptions.ts'
import { act, connection, read, type Resource } from './resource.ts'

/** Being told of stock and of prices; what is told are events. */
export const subscriptions: Resource = {
  nodes: {
    Subscription: {
      kind: 'subscription',
      schema: SubscriptionWithValues,
      summaries: [Subscription],
      operation: 'getSubscription',
      async load (request, ids) {
        const { db } = request.caller.world
        const { id: resellerId } = resellerOf(request)
        const found = await readSubscriptions(db, resellerId, ids.map(id => readId('subscription', id)!))
        return await subscriptionViews(db, await freshPrices(request), resellerId, found)
      }
    }
  },
  queries: {
    subscription: read('getSubscription'),
    subscriptions: connection('listSubscriptions')
  },
  mutations: {
    createSubscription: act('createSubscription'),
    updateSubscription: act('updateSubscription'),
    pauseSubscription: act('pauseSubscription'),
    resumeSubscription: act('resumeSubscription'),
    deleteSubscription: act('deleteSubscription')
  }
}
