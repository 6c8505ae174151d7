import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  inlineCodesMax, ListOrders, Order, OrderId, OrderPage, PlaceOrder, type OrderSummary
} from '../../../schema/rest/orders.ts'
import { readCallbackUrl } from '../../base/callback-url.ts'
import { readId, type Uuid } from '../../base/ids.ts'
import { parseAmount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { OrderTerms } from '../../domain/orders/order.ts'
import { hasOrigin } from '../../domain/callbacks/has-origin.ts'
import { isHeld } from '../../domain/orders/decide.ts'
import { explainOrder } from '../../domain/orders/explain-order.ts'
import { orderSummaryView, orderView, withCodes, withExplanations } from '../../domain/orders/order-view.ts'
import { readRefunds, withRefunds } from '../../domain/orders/read-refunds.ts'
import { listOrders, readOrder } from '../../domain/orders/read-orders.ts'
import { holdsScope } from '../../domain/resellers/keyring.ts'
import type { App } from '../app-types.ts'
import { referenceOf, resellerOf, signedNonce } from '../change.ts'
import { answerPage, type PageAnswer } from '../page.ts'

const OrderParams = Type.Object({ id: OrderId })

/** Placing and reading orders. */
export function orderRoutes (app: App): void {
  app.post('/v1/orders', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'placeOrder',
      summary: 'Buy: one or many lines, answered at once',
      description: 'Money, stock and order move together or not at all. The same reference with the same fields gives the same order, codes included, however often it is sent. 200: it came before, or was a dry run. 202: it awaits approval, or (state reserved) its supplier.',
      tags: ['Orders'],
      'x-sdk': { resource: 'orders', method: 'place' },
      body: PlaceOrder,
      response: { 201: Order, 200: Order, 202: Order }
    } as const
  }, async (request, reply) => {
    const wish = orderRequest(request, request.body)
    if (wish.terms?.callback_url !== undefined) await guardCallbackUrl(request, wish.terms.callback_url, wish.reference)
    const placed = await request.caller.world.placeOrder(wish)
    const view = orderView(placed.order)
    reply.header('cache-control', 'no-store')
    if (placed.tried) return { ...view, dry_run: true }
    reply.code(placed.replayed ? 200 : isHeld(placed.order.state) ? 202 : 201)
    if (placed.replayed) reply.header('idempotent-replayed', 'true')
    else reply.header('location', `/v1/orders/${view.id}`)
    if (placed.sealedCodes) return { ...view, sealed_codes: [...placed.sealedCodes] }
    return placed.codes ? withCodes(view, placed.codes) : view
  })

  app.get('/v1/orders', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listOrders', summary: 'Your orders, newest first', tags: ['Orders'], 'x-sdk': { resource: 'orders', method: 'list' }, querystring: ListOrders, response: { 200: OrderPage }
    } as const
  }, async (request, reply) => await answerOrders(request, reply, resellerOf(request).id))

  app.get('/v1/orders/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getOrder', summary: 'One order, its prices explained', tags: ['Orders'], 'x-sdk': { resource: 'orders', method: 'get' }, params: OrderParams, response: { 200: Order }
    } as const
  }, async request => {
    const order = await ownOrder(request, request.params.id)
    const { db } = request.caller.world
    return withRefunds(withExplanations(orderView(order), await explainOrder(db, order)), await readRefunds(db, [order.id]))
  })
}

/** A page of one reseller's orders. */
export async function answerOrders (request: FastifyRequest, reply: FastifyReply, resellerId: Uuid): Promise<PageAnswer<OrderSummary>> {
  const { reference = null, number = null, state = null } = request.query as ListOrders
  return await answerPage(request, reply, `orders ${JSON.stringify([resellerId, reference, number, state])}`, {
    load: (after, count) => listOrders(request.caller.world.db, resellerId, { reference, number, state }, after ? String(after[0]) : null, count),
    placeOf: order => [order.id],
    view: orderSummaryView
  })
}

function orderRequest (request: FastifyRequest, body: PlaceOrder) {
  const { key, ip } = request.caller
  const { id: resellerId } = resellerOf(request)
  let codes = 0
  const lines = body.lines.map(({ sku, quantity }) => {
    codes += quantity
    return { skuId: readId('sku', sku)!, quantity }
  })
  return {
    resellerId,
    keyId: key.id,
    nonce: signedNonce(request),
    ip,
    reference: referenceOf(request, body.reference),
    lines,
    fill: body.fill ?? 'all_or_nothing',
    maxTotal: body.max_total === undefined ? null : maxTotalOf(body.max_total),
    reveal: body.dry_run !== true && revealsInline(request, body.deliver, codes),
    terms: termsOf(request, body),
    settle: body.dry_run === true ? 'never' : 'now',
    faults: 'order'
  } as const
}

function termsOf (request: FastifyRequest, { quote, hold, cost_center: costCenter, callback_url: callbackUrl }: PlaceOrder): OrderTerms | null {
  if (quote === undefined && hold === undefined && costCenter === undefined && callbackUrl === undefined) return null
  return {
    ...(quote !== undefined && { quote: readId('quote', quote)! }),
    ...(hold !== undefined && { hold: readId('hold', hold)! }),
    ...(costCenter !== undefined && { cost_center: costCenter }),
    ...(callbackUrl !== undefined && { callback_url: callbackUrlOf(request, callbackUrl) })
  }
}

/** The one form of the URL, which is what its host is compared by. */
function callbackUrlOf (request: FastifyRequest, text: string): string {
  const read = readCallbackUrl(text, request.caller.world.callbackRules)
  if ('url' in read) return read.url
  throw new Problem('url_not_allowed', read.refusal, { errors: [{ pointer: '/callback_url', detail: read.refusal }] })
}

/** The host must be that of an endpoint; an order that came before stands, whatever became of its endpoint. */
async function guardCallbackUrl (request: FastifyRequest, url: string, reference: string): Promise<void> {
  const { db } = request.caller.world
  const { id: resellerId } = resellerOf(request)
  if (await hasOrigin(db, resellerId, url)) return
  if ((await listOrders(db, resellerId, { reference, number: null, state: null }, null, 1)).length > 0) return
  throw new Problem('callback_host_unknown', 'callback_url must have the scheme, host and port of an endpoint of yours. Register one: POST /v1/endpoints.', {
    errors: [{ pointer: '/callback_url', detail: 'is on no host of your endpoints' }]
  })
}

function maxTotalOf ({ amount, currency }: NonNullable<PlaceOrder['max_total']>) {
  const parsed = parseAmount(amount)
  if (parsed === undefined || parsed < 0n) {
    throw new Problem('invalid_request', 'max_total is a decimal number of major units, zero or more.', { errors: [{ pointer: '/max_total/amount', detail: 'must be zero or more' }] })
  }
  return { amount: parsed, currency }
}

/** Inline where it is asked for or possible; asked for and impossible is refused, so that nobody waits for codes that do not come. */
function revealsInline (request: FastifyRequest, deliver: PlaceOrder['deliver'], codes: number): boolean {
  const allowed = holdsScope(request.caller.key, 'codes:read')
  if (deliver !== 'inline') return deliver === undefined && allowed && request.caller.key.revealsPerDay === null && codes <= inlineCodesMax
  if (!allowed) throw new Problem('scope_missing', `The key ${request.caller.key.id} needs the scope codes:read for deliver: inline.`, { scope: 'codes:read' })
  if (codes > inlineCodesMax) {
    throw new Problem('invalid_request', `At most ${inlineCodesMax} codes come inline; use deliver: fetch and GET /v1/orders/{id}/codes.`, {
      errors: [{ pointer: '/deliver', detail: `must be fetch beyond ${inlineCodesMax} codes` }]
    })
  }
  return true
}

/** The caller's order with this id. */
export async function ownOrder (request: FastifyRequest, id: string) {
  const order = await readOrder(request.caller.world.db, resellerOf(request).id, readId('order', id)!)
  if (!order) throw new Problem('not_found', 'You have no order with this id.')
  return order
}
