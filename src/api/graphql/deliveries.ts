import { Delivery, DeliverySummary } from '../../../schema/rest/deliveries.ts'
import { readDeliveries } from '../../domain/callbacks/read-deliveries.ts'
import { deliveryViews } from '../rest/deliveries.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** What was sent to endpoints, and what came of it. */
export const deliveries: Resource = {
  nodes: {
    Delivery: {
      kind: 'delivery',
      schema: Delivery,
      summaries: [DeliverySummary],
      operation: 'getDelivery',
      load: loadOwn('delivery', readDeliveries, deliveryViews)
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
