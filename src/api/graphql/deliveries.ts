import { Delivery, DeliverySummary } from '../../../schema/rest/deliveries.ts'
import { readId } from '../../base/ids.ts'
import { readDeliveries } from '../../domain/callbacks/read-deliveries.ts'
import { resellerOf } from '../change.ts'
import { deliveryViews } from '../rest/deliveries.ts'
import { act, connection, read, type Resource } from './resource.ts'

/** What was sent to endpoints, and what came of it. */
export const deliveries: Resource = {
  nodes: {
    Delivery: {
      kind: 'delivery',
      schema: Delivery,
      summaries: [DeliverySummary],
      operation: 'getDelivery',
      load: async (request, ids) => await deliveryViews(request, await readDeliveries(
        request.caller.world.db, resellerOf(request).id, ids.map(id => readId('delivery', id)!)))
    }
  },
  queries: {
    delivery: read('getDelivery'),
    deliveries: connection('listDeliveries')
  },
  mutations: { replayDelivery: act('replayDelivery') },
  fields: {
    Endpoint: { deliveries: { ...connection('listDeliveries'), from: { endpoint: 'id' } } },
    Event: { deliveries: { ...connection('listEventDeliveries'), from: { id: 'id' } } }
  }
}
