import type { FastifyRequest } from 'fastify'
import { CreateHost, Host, HostPage, HostParams, ListHosts, UpdateHost } from '../../../schema/rest/hosts.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { rateText, readRate } from '../../domain/links/commission.ts'
import { createHost } from '../../domain/links/create-host.ts'
import type { Host as HostRecord } from '../../domain/links/host.ts'
import { listHosts, readHost } from '../../domain/links/read-hosts.ts'
import { updateHost } from '../../domain/links/update-host.ts'
import type { App } from '../app-types.ts'
import { change, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'

const tags = ['Purchase links']

/** Who sells in streams. */
export function hostRoutes (app: App): void {
  app.post('/v1/hosts', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'createHost',
      'x-sdk': { resource: 'hosts', method: 'create' },
      summary: 'Add a host',
      description: 'Somebody who sells in your streams: you, or somebody under you. Purchases count for the host of their link, and what ' +
        'you owe the host of each is kept apart from your margin.',
      tags,
      body: CreateHost,
      response: { 201: Host, 200: Host }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { reference, name, commission_rate: rate = '0' } = request.body
    const commissionRate = readRate(rate)
    return hostView(await createOnce(request, reply, {
      owner: resellerId,
      resource: 'host',
      reference,
      fields: { name, commission_rate: commissionRate },
      create: (tx, id) => createHost(tx, resellerId, { id, name, commissionRate }),
      read: (tx, id) => readHost(tx, resellerId, id)
    }))
  })

  app.get('/v1/hosts', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listHosts',
      'x-sdk': { resource: 'hosts', method: 'list' },
      summary: 'Your hosts, newest first',
      tags,
      querystring: ListHosts,
      response: { 200: HostPage }
    } as const
  }, (request, reply) => {
    const { id } = resellerOf(request)
    const { state = null } = request.query
    return answerPage(request, reply, `hosts ${JSON.stringify([id, state])}`, {
      load: (after, count) => listHosts(request.caller.world.db, id, state, after ? String(after[0]) : null, count),
      placeOf: host => [host.id],
      view: hostView
    })
  })

  app.get('/v1/hosts/:id', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getHost',
      'x-sdk': { resource: 'hosts', method: 'get' },
      summary: 'One host',
      tags,
      params: HostParams,
      response: { 200: Host }
    } as const
  }, async request => hostView(await readHost(request.caller.world.db, ...addressed(request))))

  app.patch('/v1/hosts/:id', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'updateHost',
      'x-sdk': { resource: 'hosts', method: 'update' },
      summary: 'Change or archive a host',
      tags,
      params: HostParams,
      body: UpdateHost,
      response: { 200: Host }
    } as const
  }, async request => {
    const { name, commission_rate: rate, state } = request.body
    const commissionRate = rate === undefined ? undefined : readRate(rate)
    return hostView(await change(request, tx => updateHost(tx, ...addressed(request), { name, commissionRate, state })))
  })
}

/** Whose host the path names, and which. */
function addressed (request: FastifyRequest): readonly [Uuid, Uuid] {
  return [resellerOf(request).id, readId('host', (request.params as { id: string }).id)!]
}

/** What a reseller sees of a host. */
export function hostView (host: HostRecord): Host {
  return {
    id: showId('host', host.id),
    name: host.name,
    commission_rate: rateText(host.commissionRate),
    state: host.state,
    created_at: host.createdAt.toISOString(),
    updated_at: host.updatedAt.toISOString()
  }
}
