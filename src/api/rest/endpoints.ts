import type { FastifyReply, FastifyRequest } from 'fastify'
import { DeliverySummary } from '../../../schema/rest/deliveries.ts'
import {
  CreateEndpoint, Endpoint, EndpointPage, EndpointParams, EndpointWithSecret, ListEndpoints, Replayed, ReplayEndpoint, RotateEndpointSecret,
  rotationSecondsDefault, SimulateEvent, UpdateEndpoint
} from '../../../schema/rest/endpoints.ts'
import { Problem } from '../../base/problem.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { concurrencyDefault, createEndpoint, perSecondDefault, type MadeEndpoint } from '../../domain/callbacks/create-endpoint.ts'
import { deleteEndpoint } from '../../domain/callbacks/delete-endpoint.ts'
import { pauseEndpoint } from '../../domain/callbacks/pause-endpoint.ts'
import { listEndpoints, readEndpoint, type EndpointRecord } from '../../domain/callbacks/read-endpoints.ts'
import { readDelivery } from '../../domain/callbacks/read-deliveries.ts'
import { replayEndpoint } from '../../domain/callbacks/replay-deliveries.ts'
import { resumeEndpoint } from '../../domain/callbacks/resume-endpoint.ts'
import { rotateEndpointSecret } from '../../domain/callbacks/rotate-secret.ts'
import { simulateEvent, testEndpoint } from '../../domain/callbacks/try-endpoint.ts'
import { updateEndpoint } from '../../domain/callbacks/update-endpoint.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { App } from '../app-types.ts'
import { change, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'
import { deliverySummaryView } from './deliveries.ts'

/** Where a reseller is called back. */
export function endpointRoutes (app: App): void {
  makingRoutes(app)
  readingRoutes(app)
  changingRoutes(app)
  tryingRoutes(app)
}

function makingRoutes (app: App): void {
  app.post('/v1/endpoints', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'createEndpoint',
      summary: 'Be told: register an address for callbacks',
      description: 'From now on every event of these types is sent there, signed as Standard Webhooks, and tried for three days. The ' +
        'secret is shown this once: a repeat of the reference shows the endpoint without it.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'create' },
      body: CreateEndpoint,
      response: { 201: EndpointWithSecret, 200: EndpointWithSecret }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { reference, url, types = [], signatures = ['v1', 'v1a'], description = '' } = request.body
    const { concurrency_max: concurrencyMax = concurrencyDefault, per_second_max: perSecondMax = perSecondDefault } = request.body
    const { world } = request.caller
    return answerWithSecret(reply, await createOnce(request, reply, {
      owner: resellerId,
      resource: 'endpoint',
      reference,
      fields: { url, types, signatures, description, concurrency_max: concurrencyMax, per_second_max: perSecondMax },
      create: (tx, id) => createEndpoint(tx, world, { id, resellerId, url, types, signatures, description, concurrencyMax, perSecondMax }),
      read: (tx, id) => withoutSecret(tx, resellerId, id)
    }))
  })

  app.post('/v1/endpoints/:id/rotate-secret', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'rotateEndpointSecret',
      summary: 'Give an endpoint a new secret',
      description: 'The secret until now signs beside the new one for overlap_seconds: every callback then has both signatures. The new ' +
        'one is shown this once. Rotated again meanwhile, the oldest signs no more.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'rotateSecret' },
      params: EndpointParams,
      body: RotateEndpointSecret,
      response: { 201: EndpointWithSecret, 200: EndpointWithSecret }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const endpointId = idOf(request)
    const { reference, overlap_seconds: overlapSeconds = rotationSecondsDefault } = request.body
    const { masterKeys, db } = request.caller.world
    // Whose it is comes before what its reference says.
    await readEndpoint(db, resellerId, endpointId)
    return answerWithSecret(reply, await createOnce(request, reply, {
      owner: resellerId,
      resource: 'endpoint_rotation',
      reference,
      fields: { endpoint: endpointId, overlap_seconds: overlapSeconds },
      create: tx => rotateEndpointSecret(tx, masterKeys, resellerId, endpointId, overlapSeconds),
      read: tx => withoutSecret(tx, resellerId, endpointId)
    }))
  })
}

function readingRoutes (app: App): void {
  app.get('/v1/endpoints', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listEndpoints',
      summary: 'Your endpoints, newest first',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'list' },
      querystring: ListEndpoints,
      response: { 200: EndpointPage }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    return await answerPage(request, reply, `endpoints ${resellerId}`, {
      load: (after, count) => listEndpoints(request.caller.world.db, resellerId, after ? String(after[0]) : null, count),
      placeOf: endpoint => [endpoint.id],
      view: endpointView
    })
  })

  app.get('/v1/endpoints/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getEndpoint',
      summary: 'One of your endpoints, and how it goes',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'get' },
      params: EndpointParams,
      response: { 200: Endpoint }
    } as const
  }, async request => endpointView(await readEndpoint(request.caller.world.db, resellerOf(request).id, idOf(request))))
}

function changingRoutes (app: App): void {
  app.patch('/v1/endpoints/:id', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'updateEndpoint',
      summary: 'Change an endpoint',
      description: 'Only what is given. What is due goes to the new URL; other types count for what becomes true from now on.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'update' },
      params: EndpointParams,
      body: UpdateEndpoint,
      response: { 200: Endpoint }
    } as const
  }, async request => {
    const { url, types, signatures, description, concurrency_max: concurrencyMax, per_second_max: perSecondMax } = request.body
    const wish = { url, types, signatures, description, concurrencyMax, perSecondMax }
    const { callbackRules } = request.caller.world
    return endpointView(await change(request, tx => updateEndpoint(tx, callbackRules, resellerOf(request).id, idOf(request), wish)))
  })

  app.post('/v1/endpoints/:id/pause', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'pauseEndpoint',
      summary: 'Pause an endpoint',
      description: 'What it would be told gathers until it is resumed. Paused for longer than events are kept, it loses the oldest.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'pause' },
      params: EndpointParams,
      response: { 200: Endpoint }
    } as const
  }, async request => endpointView(await change(request, tx => pauseEndpoint(tx, resellerOf(request).id, idOf(request)))))

  app.post('/v1/endpoints/:id/resume', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'resumeEndpoint',
      summary: 'Resume an endpoint that is paused or disabled',
      description: 'Its failures are forgotten, and what gathered is sent; of what became true while it was disabled, too. What was ' +
        'given up (dead) stays so until you replay it.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'resume' },
      params: EndpointParams,
      response: { 200: Endpoint }
    } as const
  }, async request => endpointView(await change(request, tx => resumeEndpoint(tx, resellerOf(request).id, idOf(request)))))

  app.delete('/v1/endpoints/:id', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'deleteEndpoint',
      summary: 'Delete an endpoint, for good',
      description: 'It is told nothing more; what is due is dropped, but for what goes to orders’ own addresses, if another ' +
        'endpoint is on that host. What was sent to it can still be read.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'delete' },
      params: EndpointParams,
      response: { 200: Endpoint }
    } as const
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    return endpointView(await change(request, async tx => {
      const endpoint = await readEndpoint(tx, resellerId, idOf(request))
      await deleteEndpoint(tx, resellerId, endpoint.id)
      return { ...endpoint, state: 'disabled' as const, stateReason: 'It was deleted.' }
    }))
  })
}

function tryingRoutes (app: App): void {
  app.post('/v1/endpoints/:id/test', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'testEndpoint',
      summary: 'Send a test to an endpoint',
      description: 'Appends an event endpoint.test, which goes to this endpoint alone, whatever its types; GET /v1/deliveries shows ' +
        'what came of it. While it is paused the test waits: the state in the answer says so.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'test' },
      params: EndpointParams,
      response: { 200: Endpoint }
    } as const
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    return endpointView(await change(request, async tx => {
      await testEndpoint(tx, resellerId, idOf(request))
      return await readEndpoint(tx, resellerId, idOf(request))
    }))
  })

  app.post('/v1/endpoints/:id/simulate', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'simulateEvent',
      summary: 'Send a sample of any type of event to an endpoint',
      description: 'Its body says simulated: true, and nothing of it is true; the feed does not have it.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'simulate' },
      params: EndpointParams,
      body: SimulateEvent,
      response: { 200: DeliverySummary }
    } as const
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    return deliverySummaryView(await change(request, async tx => {
      const deliveryId = await simulateEvent(tx, resellerId, idOf(request), request.body.type)
      return (await readDelivery(tx, resellerId, deliveryId))!
    }))
  })

  app.post('/v1/endpoints/:id/replay', {
    config: { scope: 'callbacks:write' },
    schema: {
      operationId: 'replayEndpoint',
      summary: 'Send again: everything since a time, a range, or what was given up',
      description: 'Under the same ids, so that a receiver that remembers them takes nothing twice. Oldest first, and so much ' +
        'in a call: say next_sequence as from_sequence to go on, until it is null. What is no longer kept is left out.',
      tags: ['Callbacks'],
      'x-sdk': { resource: 'endpoints', method: 'replay' },
      params: EndpointParams,
      body: ReplayEndpoint,
      response: { 200: Replayed }
    } as const
  }, async request => {
    const { since, from_sequence: fromSequence = null, to_sequence: toSequence = null, state = null } = request.body
    if (fromSequence !== null && toSequence !== null && fromSequence > toSequence) {
      throw new Problem('invalid_request', 'from_sequence is above to_sequence: there is nothing between them.', {
        errors: [{ pointer: '/to_sequence', detail: `must be at least ${fromSequence}` }]
      })
    }
    const wish = { since: since === undefined ? null : new Date(since), fromSequence, toSequence, state }
    const { replayed, nextSequence } = await change(request, tx => replayEndpoint(tx, resellerOf(request).id, idOf(request), wish))
    return { replayed, has_more: nextSequence !== null, next_sequence: nextSequence }
  })
}

/** The endpoint of the path. */
function idOf (request: FastifyRequest): Uuid {
  return readId('endpoint', (request.params as { id: string }).id)!
}

async function withoutSecret (tx: Tx, resellerId: Uuid, id: Uuid): Promise<MadeEndpoint> {
  return { endpoint: await readEndpoint(tx, resellerId, id), secret: null }
}

function answerWithSecret (reply: FastifyReply, { endpoint, secret }: MadeEndpoint): EndpointWithSecret {
  reply.header('cache-control', 'no-store')
  return { ...endpointView(endpoint), secret: secret?.reveal() ?? null }
}

const paused = 'You paused it: what it is to be told waits, tests too, until you resume it.'

/** An endpoint as its reseller sees it. */
export function endpointView (endpoint: EndpointRecord): Endpoint {
  return {
    id: showId('endpoint', endpoint.id),
    url: endpoint.url,
    description: endpoint.description,
    types: [...endpoint.types],
    signatures: [...endpoint.signatures],
    concurrency_max: endpoint.concurrencyMax,
    per_second_max: endpoint.perSecondMax,
    state: endpoint.state,
    state_reason: endpoint.state === 'paused' ? paused : endpoint.stateReason,
    sequence: Number(endpoint.sequence),
    failures: endpoint.failures,
    failing_since: endpoint.failingSince?.toISOString() ?? null,
    last_status: endpoint.lastStatus,
    last_error: endpoint.lastError,
    next_attempt_at: endpoint.state === 'enabled' ? endpoint.nextDueAt?.toISOString() ?? null : null,
    previous_secret_until: endpoint.previousUntil?.toISOString() ?? null,
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.updatedAt.toISOString()
  }
}
