import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  deadKeptDays, deliveriesKeptDays, Delivery, DeliveryPage, DeliveryParams, DeliverySummary, ListDeliveries, ListEventDeliveries
} from '../../../schema/rest/deliveries.ts'
import { EventParams } from '../../../schema/rest/events.ts'
import { readId, showId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import {
  listDeliveries, readAttempts, readDelivery, type AttemptRecord, type DeliveryFilter, type DeliveryRecord
} from '../../domain/callbacks/read-deliveries.ts'
import { replayDelivery } from '../../domain/callbacks/replay-deliveries.ts'
import { readCallbacks } from '../../domain/callbacks/read-callback.ts'
import { readEvent } from '../../domain/events/read-events.ts'
import type { App } from '../app-types.ts'
import { change, resellerOf } from '../change.ts'
import { answerPage, type PageAnswer } from '../page.ts'

const kept = `Deliveries are kept for ${deliveriesKeptDays} days, those that were given up for ${deadKeptDays}.`

/** What was sent to a reseller's endpoints, and what came of it. */
export function deliveryRoutes (app: App): void {
  app.get('/v1/deliveries', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listDeliveries',
      summary: 'What was sent to your endpoints, newest first',
      description: 'With state=dead: what was given up. ' + kept,
      tags: ['Callbacks'],
      'x-sdk': { resource: 'deliveries', method: 'list' },
      querystring: ListDeliveries,
      response: { 200: DeliveryPage }
    } as const
  }, async (request, reply) => {
    const { endpoint, state = null, type = null, event } = request.query as ListDeliveries
    return await answerDeliveries(request, reply, {
      endpointId: endpoint === undefined ? null : readId('endpoint', endpoint)!,
      state,
      type,
      eventId: event === undefined ? null : readId('event', event)!
    })
  })

  app.get('/v1/deliveries/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getDelivery',
      summary: 'One delivery: what is sent, and every attempt',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'deliveries', method: 'get' },
      params: DeliveryParams,
      response: { 200: Delivery }
    } as const
  }, async request => {
    const delivery = await readDelivery(request.caller.world.db, resellerOf(request).id, readId('delivery', request.params.id)!)
    if (!delivery) throw new Problem('not_found', `You have no delivery with this id. ${kept}`)
    return (await deliveryViews(request, [delivery]))[0]!
  })

  app.post('/v1/deliveries/:id/replay', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'replayDelivery',
      summary: 'Send a delivery again',
      description: 'Under the same id, and its schedule begins anew. One that waits for its next attempt is tried now.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'deliveries', method: 'replay' },
      params: DeliveryParams,
      response: { 200: DeliverySummary }
    } as const
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    const id = readId('delivery', request.params.id)!
    return deliverySummaryView(await change(request, async tx => {
      await replayDelivery(tx, resellerId, id)
      return (await readDelivery(tx, resellerId, id))!
    }))
  })

  app.get('/v1/events/:id/deliveries', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listEventDeliveries',
      summary: 'Did you tell me? Where an event was sent, and whether it arrived',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'events', method: 'deliveries' },
      params: EventParams,
      querystring: ListEventDeliveries,
      response: { 200: DeliveryPage }
    } as const
  }, async (request, reply) => {
    const eventId = readId('event', request.params.id)!
    const event = await readEvent(request.caller.world.db, resellerOf(request).id, eventId)
    if (!event) throw new Problem('not_found', 'You have no event with this id; events are kept for a month.')
    return await answerDeliveries(request, reply, { endpointId: null, state: null, type: null, eventId })
  })
}

async function answerDeliveries (
  request: FastifyRequest, reply: FastifyReply, filter: DeliveryFilter
): Promise<PageAnswer<DeliverySummary>> {
  const { id: resellerId } = resellerOf(request)
  return await answerPage(request, reply, `deliveries ${JSON.stringify([resellerId, ...Object.values(filter)])}`, {
    load: (after, count) => listDeliveries(
      request.caller.world.db, resellerId, filter, after && { eventSequence: String(after[0]), id: String(after[1]) }, count),
    placeOf: delivery => [String(delivery.eventSequence), delivery.id],
    view: deliverySummaryView
  })
}

/** Deliveries with what is sent, and every attempt. */
export async function deliveryViews (request: FastifyRequest, deliveries: readonly DeliveryRecord[]): Promise<readonly Delivery[]> {
  const { db } = request.caller.world
  const logs = await readAttempts(db, deliveries.map(delivery => delivery.id))
  const attempted = deliveries.map(delivery => ({ delivery, attemptedAt: logs.get(delivery.id)?.at(-1)?.startedAt }))
  const sent = await readCallbacks(db, resellerOf(request).id, attempted)
  return deliveries.map((delivery, i) => ({
    ...deliverySummaryView(delivery), log: (logs.get(delivery.id) ?? []).map(attemptView), request: sent[i]!
  }))
}

/** A delivery as lists show it. */
export function deliverySummaryView (delivery: DeliveryRecord): DeliverySummary {
  return {
    id: showId('delivery', delivery.id),
    endpoint: showId('endpoint', delivery.endpointId),
    url: delivery.url,
    sequence: Number(delivery.sequence),
    event: showId('event', delivery.eventId),
    event_sequence: Number(delivery.eventSequence),
    type: delivery.type,
    simulated: delivery.simulated,
    state: delivery.state,
    attempts: delivery.attempts,
    next_attempt_at: delivery.dueAt?.toISOString() ?? null,
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
    delivered_at: delivery.deliveredAt?.toISOString() ?? null,
    created_at: delivery.createdAt.toISOString()
  }
}

function attemptView (attempt: AttemptRecord): Delivery['log'][number] {
  return {
    attempt: attempt.attempt,
    started_at: attempt.startedAt.toISOString(),
    duration_ms: attempt.durationMs,
    status: attempt.status,
    error: attempt.error,
    answer_head: attempt.answerHead
  }
}
