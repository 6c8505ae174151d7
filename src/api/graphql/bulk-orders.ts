import { BulkOrder, BulkOrderSummary } from '../../../schema/rest/bulk-orders.ts'
import { readBulkOrders } from '../../domain/bulk-orders/bulk-order.ts'
import { bulkOrderViews } from '../rest/bulk-orders.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Buying by file. The file itself is sent over REST, which reads it as it flows. */
export const bulkOrders: Resource = {
  nodes: {
    BulkOrder: {
      kind: 'bulk_order',
      schema: BulkOrder,
      summaries: [BulkOrderSummary],
      operation: 'getBulkOrder',
      load: loadOwn('bulk_order', readBulkOrders, bulkOrderViews)
    }
  },
  queries: {
    bulkOrder: read('getBulkOrder'),
    bulkOrders: connection('listBulkOrders')
  },
  mutations: {
    confirmBulkOrder: act('confirmBulkOrder'),
    cancelBulkOrder: act('cancelBulkOrder'),
    retryBulkOrder: act('retryBulkOrder')
  },
  // `lines` is how many there are, as in REST.
  fields: { BulkOrder: { outcomes: { ...connection('listBulkOrderLines'), from: { id: 'id' } } } }
}
