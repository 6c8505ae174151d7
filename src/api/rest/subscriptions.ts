import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  CreateSubscription, intervalSecondsDefault, ListSubscriptions, Subscription, SubscriptionPage, SubscriptionParams, SubscriptionWithValues,
  UpdateSubscription, type SubscriptionScope, type SubscriptionValue
} from '../../../schema/rest/subscriptions.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { createSubscription } from '../../domain/subscriptions/create-subscription.ts'
import { deleteSubscription } from '../../domain/subscriptions/delete-subscription.ts'
import { pauseSubscription } from '../../domain/subscriptions/pause-subscription.ts'
import { listSubscriptions, readSubscription, readValues, type SeenValue } from '../../domain/subscriptions/read-subscriptions.ts'
import { resumeSubscription } from '../../domain/subscriptions/resume-subscription.ts'
import { markMoney, noPrice, type Subscription as SubscriptionRecord } from '../../domain/subscriptions/subscription.ts'
import { updateSubscription } from '../../domain/subscriptions/update-subscription.ts'
import type { PriceBook } from '../../domain/pricing/price-book.ts'
import type { Reader } from '../../postgres/pool.ts'
import { snapshotVersions } from '../../postgres/snapshot.ts'
import type { App } from '../app-types.ts'
import { change, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'

const tags = ['Subscriptions']

/** Being told of stock and of prices. */
export function subscriptionRoutes (app: App): void {
  app.post('/v1/subscriptions', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'createSubscription',
      'x-sdk': { resource: 'subscriptions', method: 'create' },
      summary: 'Be told when stock, or your price, changes',
      description: 'The messages are events stock.changed and price.changed: in the feed, its stream and callbacks. The answer says what ' +
        'is there now; from here on only what becomes another is told, once per SKU and interval, and always as it is then. What comes ' +
        'into a tag or into all later begins with no stock, and no price.',
      tags,
      body: CreateSubscription,
      response: { 201: SubscriptionWithValues, 200: SubscriptionWithValues }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { reference, kind, scope, condition, threshold = null, interval_seconds: intervalSeconds = intervalSecondsDefault } = request.body
    const book = await freshPrices(request)
    return await createOnce(request, reply, {
      owner: resellerId,
      resource: 'subscription',
      reference,
      fields: { kind, scope, condition, threshold, interval_seconds: intervalSeconds },
      create: async (tx, id) => withValues(tx, reply, book, await createSubscription(tx, book, {
        id, resellerId, kind, scope: keptScope(scope), condition, threshold, intervalSeconds
      })),
      read: async (tx, id) => withValues(tx, reply, book, await readSubscription(tx, resellerId, id))
    })
  })

  app.get('/v1/subscriptions', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listSubscriptions',
      'x-sdk': { resource: 'subscriptions', method: 'list' },
      summary: 'Your subscriptions, newest first',
      tags,
      querystring: ListSubscriptions,
      response: { 200: SubscriptionPage }
    } as const
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { kind = null, state = null } = request.query
    return answerPage(request, reply, `subscriptions ${JSON.stringify([resellerId, kind, state])}`, {
      load: (after, count) =>
        listSubscriptions(request.caller.world.db, resellerId, { kind, state }, after ? String(after[0]) : null, count),
      placeOf: subscription => [subscription.id],
      view: subscriptionView
    })
  })

  app.get('/v1/subscriptions/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getSubscription',
      'x-sdk': { resource: 'subscriptions', method: 'get' },
      summary: 'One subscription, and where it goes on from',
      tags,
      params: SubscriptionParams,
      response: { 200: SubscriptionWithValues }
    } as const
  }, async (request, reply) => {
    const { world } = request.caller
    const subscription = await readSubscription(world.db, ...addressed(request))
    return await withValues(world.db, reply, await freshPrices(request), subscription)
  })

  changingRoutes(app)
}

function changingRoutes (app: App): void {
  app.patch('/v1/subscriptions/:id', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'updateSubscription',
      'x-sdk': { resource: 'subscriptions', method: 'update' },
      summary: 'Change a subscription',
      description: 'Its condition, threshold and interval. With another condition or threshold it goes on from what is there now.',
      tags,
      params: SubscriptionParams,
      body: UpdateSubscription,
      response: { 200: Subscription }
    } as const
  }, async request => {
    const { condition, threshold, interval_seconds: intervalSeconds } = request.body
    return subscriptionView(await change(request, tx =>
      updateSubscription(tx, ...addressed(request), { condition, threshold, intervalSeconds })))
  })

  app.post('/v1/subscriptions/:id/pause', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'pauseSubscription',
      'x-sdk': { resource: 'subscriptions', method: 'pause' },
      summary: 'Pause a subscription',
      description: 'It tells nothing until it is resumed.',
      tags,
      params: SubscriptionParams,
      response: { 200: Subscription }
    } as const
  }, async request => subscriptionView(await change(request, tx => pauseSubscription(tx, ...addressed(request)))))

  app.post('/v1/subscriptions/:id/resume', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'resumeSubscription',
      'x-sdk': { resource: 'subscriptions', method: 'resume' },
      summary: 'Resume a subscription',
      description: 'What is another than it last told is told, once, as it is now.',
      tags,
      params: SubscriptionParams,
      response: { 200: Subscription }
    } as const
  }, async request => subscriptionView(await change(request, tx => resumeSubscription(tx, ...addressed(request)))))

  app.delete('/v1/subscriptions/:id', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'deleteSubscription',
      'x-sdk': { resource: 'subscriptions', method: 'delete' },
      summary: 'Delete a subscription, for good',
      description: 'Its events stay in the feed.',
      tags,
      params: SubscriptionParams,
      response: { 200: Subscription }
    } as const
  }, async request => subscriptionView(await change(request, tx => deleteSubscription(tx, ...addressed(request)))))
}

/** Whose subscription the path names, and which. */
function addressed (request: FastifyRequest): readonly [Uuid, Uuid] {
  return [resellerOf(request).id, readId('subscription', (request.params as { id: string }).id)!]
}

/** The price book of now: a SKU may have been listed a moment ago. */
export async function freshPrices (request: FastifyRequest): Promise<PriceBook> {
  const { db, priceBook } = request.caller.world
  return await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
}

function keptScope (scope: SubscriptionScope): SubscriptionScope {
  return scope.skus === undefined ? scope : { skus: scope.skus.map(sku => readId('sku', sku)!) }
}

async function withValues (
  read: Reader, reply: FastifyReply, book: PriceBook, subscription: SubscriptionRecord
): Promise<SubscriptionWithValues> {
  reply.header('cache-control', 'no-store')
  return (await subscriptionViews(read, book, subscription.resellerId, [subscription]))[0]!
}

/** A reseller's subscriptions with where they go on from. */
export async function subscriptionViews (
  read: Reader, book: PriceBook, resellerId: Uuid, subscriptions: readonly SubscriptionRecord[]
): Promise<readonly SubscriptionWithValues[]> {
  const values = await readValues(read, resellerId, subscriptions.map(({ id }) => id))
  return subscriptions.map(subscription => ({
    ...subscriptionView(subscription),
    values: (values.get(subscription.id) ?? []).map(seen => valueView(book, subscription, seen))
  }))
}

function valueView (book: PriceBook, { kind }: SubscriptionRecord, { skuId, value, toldAt }: SeenValue): SubscriptionValue {
  return {
    sku: showId('sku', skuId),
    available: kind === 'stock' ? Number(value ?? 0) : null,
    price: kind === 'price' ? markMoney(book, skuId, value ?? noPrice) : null,
    told_at: toldAt?.toISOString() ?? null
  }
}

function subscriptionView (subscription: SubscriptionRecord): Subscription {
  const { scope } = subscription
  return {
    id: showId('subscription', subscription.id),
    kind: subscription.kind,
    scope: scope.skus === undefined ? scope : { skus: scope.skus.map(id => showId('sku', id)) },
    condition: subscription.condition,
    threshold: subscription.threshold,
    interval_seconds: subscription.intervalSeconds,
    state: subscription.state,
    sequence: Number(subscription.sequence),
    skus: subscription.skus,
    created_at: subscription.createdAt.toISOString(),
    updated_at: subscription.updatedAt.toISOString()
  }
}
