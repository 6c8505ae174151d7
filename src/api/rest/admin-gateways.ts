import type { FastifyRequest } from 'fastify'
import {
  ConfiguredGateway, ConfiguredGatewayPage, GatewayParams, ListGatewaysQuery, ListPaybacks, Payback, PaybackPage, PaybackParams, PutGateway
} from '../../../schema/rest/gateways.ts'
import type { GatewayState } from '../../../schema/vocabulary.ts'
import { readId, showId } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { listPaybacks } from '../../domain/payments/list-paybacks.ts'
import type { Payback as StoredPayback } from '../../domain/payments/payback.ts'
import { putGateway } from '../../domain/payments/put-gateway.ts'
import { listGateways, readGateway, type ShownGateway } from '../../domain/payments/read-gateways.ts'
import { retryPayback } from '../../domain/payments/retry-payback.ts'
import { setGatewayState } from '../../domain/payments/set-gateway-state.ts'
import type { Tx } from '../../postgres/pool.ts'
import { refreshSnapshots } from '../../postgres/snapshot.ts'
import type { App } from '../app-types.ts'
import { change } from '../change.ts'
import { answerPage } from '../page.ts'
import { newsUrl } from '../payments/begin-payment.ts'

/** Operator: the gateways that take buyers' money, and money that goes back through them. */
export function adminGatewayRoutes (app: App): void {
  const view = ({ caller }: FastifyRequest, gateway: ShownGateway) => gatewayView(gateway, newsUrl(caller.world, app.origin(), gateway.id))

  app.put('/admin/v1/gateways/:id', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'putGateway',
      'x-sdk': { resource: 'admin.gateways', method: 'put' },
      summary: 'Configure a payment gateway',
      description: 'Configures the gateway with this id, or changes it. Its account is checked as far as that can be done without asking ' +
        'the gateway, then sealed. Another account needs another id once payments were made.',
      tags: ['Admin: money'],
      params: GatewayParams,
      body: PutGateway,
      response: { 200: ConfiguredGateway }
    }
  }, async request => {
    const { body, caller: { world, key } } = request
    const wish = {
      id: request.params.id,
      kind: body.kind,
      name: body.name,
      nameZh: body.name_zh,
      currencies: body.currencies,
      state: body.state ?? 'enabled',
      config: body.config ?? null,
      updatedBy: key.id
    }
    return view(request, await changeGateways(request, tx => putGateway(tx, { world: world.name, masterKeys: world.masterKeys }, wish)))
  })

  app.get('/admin/v1/gateways', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'adminListGateways',
      'x-sdk': { resource: 'admin.gateways', method: 'list' },
      summary: 'List configured payment gateways',
      description: 'All gateways, disabled ones included, in the order of their ids.',
      tags: ['Admin: money'],
      querystring: ListGatewaysQuery,
      response: { 200: ConfiguredGatewayPage }
    }
  }, (request, reply) => {
    const { db, masterKeys } = request.caller.world
    return answerPage(request, reply, 'admin gateways', {
      load: (after, count) => listGateways(db, masterKeys, after && String(after[0]), count),
      placeOf: gateway => [gateway.id],
      view: gateway => view(request, gateway)
    })
  })

  app.get('/admin/v1/gateways/:id', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'adminGetGateway',
      'x-sdk': { resource: 'admin.gateways', method: 'get' },
      summary: 'Read a configured payment gateway',
      description: 'One gateway; of its account what is no secret.',
      tags: ['Admin: money'],
      params: GatewayParams,
      response: { 200: ConfiguredGateway }
    }
  }, async request => {
    const { db, masterKeys } = request.caller.world
    const gateway = await readGateway(db, masterKeys, request.params.id)
    if (!gateway) throw new Problem('not_found', 'There is no gateway with this id.')
    return view(request, gateway)
  })

  const setState = async (request: FastifyRequest, id: string, state: GatewayState) => {
    const { world, key } = request.caller
    return view(request, await changeGateways(request, tx => setGatewayState(tx, world.masterKeys, id, state, key.id)))
  }

  app.post('/admin/v1/gateways/:id/enable', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'enableGateway',
      'x-sdk': { resource: 'admin.gateways', method: 'enable' },
      summary: 'Enable a payment gateway',
      description: 'Opens the gateway for new payments.',
      tags: ['Admin: money'],
      params: GatewayParams,
      response: { 200: ConfiguredGateway }
    }
  }, async request => await setState(request, request.params.id, 'enabled'))

  app.post('/admin/v1/gateways/:id/disable', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'disableGateway',
      'x-sdk': { resource: 'admin.gateways', method: 'disable' },
      summary: 'Disable a payment gateway',
      description: 'Closes the gateway for new payments; those begun are finished, and money that has to go back goes back.',
      tags: ['Admin: money'],
      params: GatewayParams,
      response: { 200: ConfiguredGateway }
    }
  }, async request => await setState(request, request.params.id, 'disabled'))

  app.get('/admin/v1/paybacks', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'adminListPaybacks',
      'x-sdk': { resource: 'admin.paybacks', method: 'list' },
      summary: 'List money that goes back',
      description: 'What came and could not be used, on its way back to whoever paid, newest first.',
      tags: ['Admin: money'],
      querystring: ListPaybacks,
      response: { 200: PaybackPage }
    }
  }, (request, reply) => {
    const { state = null } = request.query
    return answerPage(request, reply, `paybacks ${state}`, {
      load: (after, count) => listPaybacks(request.caller.world.db, state, after ? String(after[0]) : null, count),
      placeOf: payback => [payback.id],
      view: paybackView
    })
  })

  app.post('/admin/v1/paybacks/:id/retry', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'retryPayback',
      'x-sdk': { resource: 'admin.paybacks', method: 'retry' },
      summary: 'Try a payback again',
      description: 'Asks the gateway once more, with the same id, after what stood in the way is put right: a balance there, for one.',
      tags: ['Admin: money'],
      params: PaybackParams,
      response: { 200: Payback }
    }
  }, async request => paybackView(await change(request, tx => retryPayback(tx, readId('payback', request.params.id)!))))
}

/** This process knows the change when it answers, the others within a second. */
async function changeGateways<Result> (request: FastifyRequest, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const { db, gateways } = request.caller.world
  const result = await change(request, work)
  // What was changed is committed: a reload that fails comes with the next poll.
  await refreshSnapshots(db, [gateways]).catch(() => {})
  return result
}

function gatewayView (gateway: ShownGateway, news: string): ConfiguredGateway {
  return {
    id: gateway.id,
    kind: gateway.kind,
    name: gateway.name,
    name_zh: gateway.nameZh,
    currencies: [...gateway.currencies],
    state: gateway.state,
    account: { ...gateway.account },
    fault: gateway.fault,
    news_url: news,
    updated_by: gateway.updatedBy,
    created_at: gateway.createdAt.toISOString(),
    updated_at: gateway.updatedAt.toISOString()
  }
}

function paybackView (payback: StoredPayback): Payback {
  return {
    id: showId('payback', payback.id),
    payment: showId('payment', payback.paymentId),
    reseller: showId('reseller', payback.resellerId),
    gateway: payback.gateway,
    transaction: payback.transaction,
    amount: moneyView(payback.amount, payback.currency),
    reason: payback.reason,
    state: payback.state,
    attempts: payback.attempts,
    next_at: payback.nextAt?.toISOString() ?? null,
    last_error: payback.lastError,
    created_at: payback.createdAt.toISOString(),
    ended_at: payback.endedAt?.toISOString() ?? null
  }
}
