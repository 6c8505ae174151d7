import { Type } from '@sinclair/typebox'
import { Order, OrderId } from '../../../schema/rest/orders.ts'
import { CancelOrder, CreateReversal, ListReversals, Reversal, ReversalPage, ReversalParams } from '../../../schema/rest/reversals.ts'
import { readId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { cancelOrder } from '../../domain/orders/cancel-order.ts'
import { orderView } from '../../domain/orders/order-view.ts'
import { readRefunds, withRefunds } from '../../domain/orders/read-refunds.ts'
import { listReversals, readReversal, reversalView } from '../../domain/orders/read-reversals.ts'
import { reverseOrder } from '../../domain/orders/reverse-order.ts'
import type { App } from '../app-types.ts'
import { change, referenceOf, resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'

/** Undoing orders: by their id, or by the reference of an order that may never have arrived. */
export function reversalRoutes (app: App): void {
  app.post('/v1/orders/:id/cancel', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'cancelOrder',
      summary: 'Cancel an order',
      description: 'What is set aside is released at once. Of what was delivered, codes that were never revealed go back on the shelf within ' +
        '48 hours of the order, or of its approval, and their money into your wallet. Again, it changes nothing.',
      tags: ['Orders'],
      'x-sdk': { resource: 'orders', method: 'cancel' },
      params: Type.Object({ id: OrderId }),
      body: CancelOrder,
      response: { 200: Order }
    } as const
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    const { codes = 'all', reason: note = null } = request.body
    const orderId = readId('order', request.params.id)!
    const order = await change(request, tx => cancelOrder(tx, { resellerId, orderId, codes, note, keyId: request.caller.key.id }))
    return withRefunds(orderView(order), await readRefunds(request.caller.world.db, [orderId]))
  })

  app.post('/v1/reversals', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'createReversal',
      summary: 'Undo the order with your reference, whether it arrived or not',
      description: 'For when an order’s answer was lost. An order that arrived is undone whole within 48 hours while none of its codes was ' +
        'revealed; if none arrived, the reference is made unusable, so that none can arrive later.',
      tags: ['Orders'],
      'x-sdk': { resource: 'reversals', method: 'create' },
      body: CreateReversal,
      response: { 200: Reversal, 201: Reversal }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { reversal, replayed } = await change(request, tx => reverseOrder(tx, {
      resellerId,
      reference: referenceOf(request, request.body.reference),
      orderReference: request.body.order_reference,
      keyId: request.caller.key.id
    }))
    const view = reversalView(reversal)
    if (replayed) reply.header('idempotent-replayed', 'true')
    else reply.header('location', `/v1/reversals/${view.id}`)
    return reply.code(replayed ? 200 : 201).send(view)
  })

  app.get('/v1/reversals', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listReversals',
      summary: 'Your reversals, newest first',
      tags: ['Orders'],
      'x-sdk': { resource: 'reversals', method: 'list' },
      querystring: ListReversals,
      response: { 200: ReversalPage }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    return await answerPage(request, reply, `reversals ${resellerId}`, {
      load: (after, count) => listReversals(request.caller.world.db, resellerId, after ? String(after[0]) : null, count),
      placeOf: reversal => [reversal.id],
      view: reversalView
    })
  })

  app.get('/v1/reversals/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getReversal',
      summary: 'One reversal',
      tags: ['Orders'],
      'x-sdk': { resource: 'reversals', method: 'get' },
      params: ReversalParams,
      response: { 200: Reversal }
    } as const
  }, async request => {
    const reversal = await readReversal(request.caller.world.db, resellerOf(request).id, readId('reversal', request.params.id)!)
    if (!reversal) throw new Problem('not_found', 'You have no reversal with this id.')
    return reversalView(reversal)
  })
}
