import { Type } from '@sinclair/typebox'
import { ListOrders, Order, OrderId, OrderPage } from '../../../schema/rest/orders.ts'
import { ResellerId } from '../../../schema/rest/resellers.ts'
import { readId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { explainOrder } from '../../domain/orders/explain-order.ts'
import { orderView, withExplanations } from '../../domain/orders/order-view.ts'
import { readRefunds, withRefunds } from '../../domain/orders/read-refunds.ts'
import { readOrder } from '../../domain/orders/read-orders.ts'
import type { App } from '../app-types.ts'
import { answerOrders } from './orders.ts'
import { knownReseller, resellerIdOf } from './admin-resellers.ts'

/** Operator: what resellers have ordered; never a code. */
export function adminOrderRoutes (app: App): void {
  app.get('/admin/v1/resellers/:id/orders', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'adminListOrders',
      'x-sdk': { resource: 'admin.orders', method: 'list' },
      summary: 'List a reseller’s orders',
      description: 'Newest first.',
      tags: ['Admin: resellers'],
      params: Type.Object({ id: ResellerId }),
      querystring: ListOrders,
      response: { 200: OrderPage }
    } as const
  }, async (request, reply) => await answerOrders(request, reply, (await knownReseller(request, request.params)).id))

  app.get('/admin/v1/resellers/:id/orders/:order', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'adminGetOrder',
      'x-sdk': { resource: 'admin.orders', method: 'get' },
      summary: 'Read an order',
      description: 'With its lines and their prices explained; never with codes.',
      tags: ['Admin: resellers'],
      params: Type.Object({ id: ResellerId, order: OrderId }),
      response: { 200: Order }
    } as const
  }, async request => {
    const { db } = request.caller.world
    const order = await readOrder(db, resellerIdOf(request.params), readId('order', request.params.order)!)
    if (!order) throw new Problem('not_found', 'The reseller has no order with this id.')
    return withRefunds(withExplanations(orderView(order), await explainOrder(db, order)), await readRefunds(db, [order.id]))
  })
}
