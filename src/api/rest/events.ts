import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  Event, EventPage, EventParams, ListEvents, StreamEvents, eventsKeptDays, eventsPageDefault, streamSecondsMax
} from '../../../schema/rest/events.ts'
import type { EventType } from '../../../schema/vocabulary.ts'
import { readId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { eventView } from '../../domain/events/event-view.ts'
import { readEvent, readFeed, readFeedBounds, refuseOutside } from '../../domain/events/read-events.ts'
import type { App } from '../app-types.ts'
import { streamEvents, streamLimits, type StreamLimits } from '../event-stream.ts'
import { resellerOf } from '../change.ts'
import { cursorAt } from '../page.ts'

/** The feed of a reseller's events, and its stream. */
export function eventRoutes (app: App): void {
  const limits = streamLimits()
  // Streams have no end of their own: a server that closes would wait for them.
  app.addHook('preClose', async () => limits.close())
  feedRoutes(app)
  streamRoute(app, limits)
}

const feed = `Everything that became true for you, in its sequence, for ${eventsKeptDays} days: the same objects as in callbacks. To ` +
  'stay in step, keep the sequence of the last event you took and send it as after (or keep next_cursor). Events further back than are kept are ' +
  'refused with events_expired.'

function feedRoutes (app: App): void {
  app.get('/v1/events', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listEvents',
      summary: 'The feed: your events, oldest first',
      description: feed,
      tags: ['Callbacks'],
      'x-sdk': { resource: 'events', method: 'list' },
      querystring: ListEvents,
      response: { 200: EventPage }
    } as const
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    const { cursors, name, db } = request.caller.world
    const { limit = eventsPageDefault, cursor, after, types } = request.query as ListEvents
    const list = `${name} events ${JSON.stringify([resellerId, types ?? null])}`
    const from = cursor === undefined ? after : Number(cursors.read(list, cursor)[0])
    const part = await readFeed(db, resellerId, { after: from === undefined ? undefined : BigInt(from), types, limit })
    const cursorBehind = (sequence: bigint) => cursors.show(list, [Number(sequence)])
    return {
      data: part.events.map(eventView),
      has_more: part.hasMore,
      next_cursor: cursorBehind(part.upTo),
      [cursorAt]: (index: number) => cursorBehind(part.events[index]!.sequence)
    }
  })

  app.get('/v1/events/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getEvent',
      summary: 'One of your events',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'events', method: 'get' },
      params: EventParams,
      response: { 200: Event }
    } as const
  }, async request => {
    const event = await readEvent(request.caller.world.db, resellerOf(request).id, readId('event', request.params.id)!)
    if (!event) throw new Problem('not_found', 'You have no event with this id; events are kept for a month.')
    return eventView(event)
  })
}

function streamRoute (app: App, limits: StreamLimits): void {
  app.get('/v1/events/stream', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'streamEvents',
      summary: 'The feed as it grows, as server-sent events',
      description: 'Each event has its sequence as id, its type as event and the event as JSON in data. Last-Event-ID (or after) goes on ' +
        'behind that sequence; without either it begins now. A comment comes every ten seconds. It ends when your key does, and after an ' +
        'hour: connect anew, with a new signature.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'events', method: 'stream' },
      querystring: StreamEvents,
      response: {
        200: { description: 'Events, for as long as you listen.', content: { 'text/event-stream': { schema: { type: 'string' } } } }
      }
    } as const
  }, async (request, reply) => {
    const { after, types, close_after_seconds: seconds = streamSecondsMax } = request.query as StreamEvents
    const { world } = request.caller
    const { id: resellerId } = resellerOf(request)
    const bounds = await readFeedBounds(world.db, resellerId)
    const from = lastEventId(request) ?? (after === undefined ? bounds.newest : BigInt(after))
    refuseOutside(from, bounds)
    return answerStream(request, reply, limits, { from, types, seconds })
  })
}

function answerStream (
  request: FastifyRequest, reply: FastifyReply, limits: StreamLimits,
  { from, types, seconds }: { readonly from: bigint, readonly types: readonly EventType[] | undefined, readonly seconds: number }
): FastifyReply {
  const { world, key, goodUntilMs } = request.caller
  const { id: resellerId } = resellerOf(request)
  // With a bearer token it ends when that does.
  const secondsLeft = Math.ceil((goodUntilMs - world.clock()) / 1000)
  const stream = limits.open(key.id, resellerId)
  request.raw.once('close', stream.end)
  const text = streamEvents(world, { resellerId, keyId: key.id, after: from, types, seconds: Math.min(seconds, secondsLeft), signal: stream.signal })
  reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no')
  return reply.send(Readable.from(text, { objectMode: false }).once('close', stream.end))
}

function lastEventId (request: FastifyRequest): bigint | undefined {
  const given = request.headers['last-event-id']
  if (given === undefined || given === '') return undefined
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return BigInt(given)
  throw new Problem('invalid_request', 'Last-Event-ID is the id of the last event you got: a sequence.', {
    errors: [{ pointer: 'last-event-id', detail: 'must be a sequence' }]
  })
}
