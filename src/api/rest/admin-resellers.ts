import type { FastifyRequest } from 'fastify'
import {
  CreateReseller, ListResellersQuery, Reseller, ResellerPage, ResellerParams, UpdateReseller
} from '../../../schema/rest/resellers.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { createReseller } from '../../domain/resellers/create-reseller.ts'
import { listResellers, readReseller, type Reseller as StoredReseller } from '../../domain/resellers/list-resellers.ts'
import { updateReseller } from '../../domain/resellers/update-reseller.ts'
import { openWallet } from '../../domain/wallet/open-wallet.ts'
import type { App } from '../app-types.ts'
import { changeKeys } from '../change-keys.ts'
import { referenceOf } from '../change.ts'
import { answerPage } from '../page.ts'

/** Operator: resellers. */
export function adminResellersRoutes (app: App): void {
  app.post('/admin/v1/resellers', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'createReseller',
      'x-sdk': { resource: 'admin.resellers', method: 'create' },
      summary: 'Create a reseller',
      description: 'Creates an active reseller of a level and opens its first wallet. The same reference again gives the same reseller.',
      tags: ['Admin: resellers'],
      body: CreateReseller,
      response: { 200: Reseller, 201: Reseller }
    }
  }, async (request, reply) => {
    const { reference, name, level, currency } = request.body
    const { reseller, replayed } = await changeKeys(request, async tx => {
      const created = await createReseller(tx, { reference: referenceOf(request, reference), name, levelId: level, currency })
      await openWallet(tx, created.reseller.id, currency)
      return created
    })
    if (replayed) reply.header('idempotent-replayed', 'true')
    return reply.code(replayed ? 200 : 201).send(resellerView(reseller))
  })

  app.get('/admin/v1/resellers', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listResellers',
      'x-sdk': { resource: 'admin.resellers', method: 'list' },
      summary: 'List resellers',
      description: 'Resellers in the order they were created.',
      tags: ['Admin: resellers'],
      querystring: ListResellersQuery,
      response: { 200: ResellerPage }
    }
  }, (request, reply) => {
    const { status, level } = request.query
    return answerPage(request, reply, `resellers ${status ?? ''} ${level ?? ''}`, {
      load: (after, count) => listResellers(request.caller.world.db, { status, levelId: level }, after?.[0] as Uuid | undefined, count),
      placeOf: reseller => [reseller.id],
      view: resellerView
    })
  })

  app.get('/admin/v1/resellers/:id', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'getReseller',
      'x-sdk': { resource: 'admin.resellers', method: 'get' },
      summary: 'Get a reseller',
      description: 'One reseller.',
      tags: ['Admin: resellers'],
      params: ResellerParams,
      response: { 200: Reseller }
    }
  }, async request => resellerView(await knownReseller(request, request.params)))

  app.patch('/admin/v1/resellers/:id', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'updateReseller',
      'x-sdk': { resource: 'admin.resellers', method: 'update' },
      summary: 'Change a reseller',
      description: 'Changes name, level or status. The keys of a reseller that is suspended or closed are refused; closed is for good.',
      tags: ['Admin: resellers'],
      params: ResellerParams,
      body: UpdateReseller,
      response: { 200: Reseller }
    }
  }, async request => {
    const { name, level, status } = request.body
    return resellerView(await changeKeys(request, tx => updateReseller(tx, resellerIdOf(request.params), { name, levelId: level, status })))
  })
}

/** The reseller an operator's address names. */
export function resellerIdOf (params: { readonly id: string }): Uuid {
  const id = readId('reseller', params.id)
  if (id === undefined) throw new Problem('not_found', 'There is no such reseller.')
  return id
}

/** The reseller an operator's address names, as it stands in the database. */
export async function knownReseller (request: FastifyRequest, params: { readonly id: string }): Promise<StoredReseller> {
  const reseller = await readReseller(request.caller.world.db, resellerIdOf(params))
  if (!reseller) throw new Problem('not_found', 'There is no such reseller.')
  return reseller
}

function resellerView (reseller: StoredReseller): Reseller {
  return {
    id: showId('reseller', reseller.id),
    name: reseller.name,
    level: reseller.levelId,
    status: reseller.status,
    currency: reseller.currency,
    created_at: reseller.createdAt.toISOString()
  }
}
