import { codesPageDefault, Order, OrderSummary } from '../../../schema/rest/orders.ts'
import { readId } from '../../base/ids.ts'
import { explainOrder } from '../../domain/orders/explain-order.ts'
import { orderView, withExplanations } from '../../domain/orders/order-view.ts'
import { readOrdersWithLines } from '../../domain/orders/read-orders.ts'
import { readRefunds, withRefunds } from '../../domain/orders/read-refunds.ts'
import { resellerOf } from '../change.ts'
import { act, connection, read, type GraphNode, type Resource } from './resource.ts'

const node: GraphNode = {
  kind: 'order',
  schema: Order,
  summaries: [OrderSummary],
  operation: 'getOrder',
  async load (request, ids) {
    const { db } = request.caller.world
    const orders = await readOrdersWithLines(db, resellerOf(request).id, ids.map(id => readId('order', id)!))
    const [steps, refunds] = await Promise.all([
      explainOrder(db, { lines: orders.flatMap(order => order.lines) }),
      readRefunds(db, orders.map(order => order.id))
    ])
    const refundsOf = Map.groupBy(refunds, refund => refund.orderId)
    let from = 0
    return orders.map(order => {
      const own = steps.slice(from, from += order.lines.length)
      return withRefunds(withExplanations(orderView(order), own), refundsOf.get(order.id) ?? [])
    })
  }
}

/** Orders, their codes, and undoing them. */
export const orders: Resource = {
  nodes: { Order: node },
  queries: {
    order: read('getOrder'),
    orders: connection('listOrders')
  },
  mutations: {
    placeOrder: act('placeOrder'),
    cancelOrder: act('cancelOrder')
  },
  fields: {
    Order: {
      codes: { ...read('listOrderCodes', { weighedBy: ['limit', codesPageDefault, 10] }), from: { id: 'id' }, reveals: true },
      codesDigest: { ...read('getOrderCodesDigest'), from: { id: 'id' } }
    }
  }
}
