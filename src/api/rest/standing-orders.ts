import type { FastifyRequest } from 'fastify'
import {
  CreateStandingOrder, ListStandingOrders, ListStandingRuns, StandingOrder, StandingOrderPage, StandingOrderParams, StandingPreview,
  StandingRunPage, UpdateStandingOrder, nextRunsMax, refusalsInARowMax
} from '../../../schema/rest/standing-orders.ts'
import { readId } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import { createStandingOrder } from '../../domain/standing-orders/create-standing-order.ts'
import { endStandingOrder } from '../../domain/standing-orders/end-standing-order.ts'
import { pauseStandingOrder } from '../../domain/standing-orders/pause-standing-order.ts'
import { previewRun, type Preview } from '../../domain/standing-orders/preview-run.ts'
import { listStandingOrders, listStandingRuns, readStandingOrder } from '../../domain/standing-orders/read-standing-orders.ts'
import { resumeStandingOrder } from '../../domain/standing-orders/resume-standing-order.ts'
import { runView, standingOrderView } from '../../domain/standing-orders/standing-order-view.ts'
import { updateStandingOrder } from '../../domain/standing-orders/update-standing-order.ts'
import { snapshotVersions } from '../../postgres/snapshot.ts'
import type { App } from '../app-types.ts'
import { change, referenceOf, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'

const tags = ['Standing orders']

/** Orders that the clock places: packs at certain times, and top-ups to a level. */
export function standingOrderRoutes (app: App): void {
  app.post('/v1/standing-orders', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'createStandingOrder',
      'x-sdk': { resource: 'standingOrders', method: 'create' },
      summary: 'Let the clock buy',
      description: 'A schedule buys a quantity at certain times; a level buys what is missing from so many codes on hand. Each run ' +
        'places one order, under the reference `{id}/{run}`, and leaves a report. It buys with the key that signs this.',
      tags,
      body: CreateStandingOrder,
      response: { 201: StandingOrder, 200: StandingOrder }
    } as const
  }, async (request, reply) => {
    const { id: resellerId, levelId } = resellerOf(request)
    const { reference: given, ...fields } = request.body
    const reference = referenceOf(request, given)
    const book = await freshBook(request)
    const made = await createOnce(request, reply, {
      owner: resellerId,
      resource: 'standing_order',
      reference,
      fields,
      create: (tx, id) => createStandingOrder(tx, book, { resellerId, levelId }, {
        id,
        reference,
        name: fields.name,
        skuId: readId('sku', fields.sku)!,
        rule: fields.rule,
        limits: fields.limits ?? {},
        costCenter: fields.cost_center ?? null,
        keyId: request.caller.key.id
      }),
      read: (tx, id) => readStandingOrder(tx, resellerId, id)
    })
    return standingOrderView(made)
  })

  app.get('/v1/standing-orders', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listStandingOrders',
      'x-sdk': { resource: 'standingOrders', method: 'list' },
      summary: 'Your standing orders, newest first',
      tags,
      querystring: ListStandingOrders,
      response: { 200: StandingOrderPage }
    } as const
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { state = null, sku } = request.query
    const skuId = sku === undefined ? null : readId('sku', sku)!
    return answerPage(request, reply, `standing orders ${JSON.stringify([resellerId, state, skuId])}`, {
      load: (after, count) =>
        listStandingOrders(request.caller.world.db, resellerId, { state, skuId }, after ? String(after[0]) : null, count),
      placeOf: standing => [standing.id],
      view: standingOrderView
    })
  })

  app.get('/v1/standing-orders/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getStandingOrder',
      'x-sdk': { resource: 'standingOrders', method: 'get' },
      summary: 'One standing order',
      tags,
      params: StandingOrderParams,
      response: { 200: StandingOrder }
    } as const
  }, async request => standingOrderView(await ownStandingOrder(request, request.params.id)))

  app.patch('/v1/standing-orders/:id', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'updateStandingOrder',
      'x-sdk': { resource: 'standingOrders', method: 'update' },
      summary: 'Change a standing order',
      description: 'All but its SKU. From then on it buys with the key that signs this. A new rule starts anew: a level is looked at ' +
        'at once.',
      tags,
      params: StandingOrderParams,
      body: UpdateStandingOrder,
      response: { 200: StandingOrder }
    } as const
  }, async request => {
    const { name, rule, limits, cost_center: costCenter } = request.body
    const book = await freshBook(request)
    const [resellerId, id] = addressed(request, request.params.id)
    return standingOrderView(await change(request, tx =>
      updateStandingOrder(tx, book, resellerId, id, request.caller.key.id, { name, rule, limits, costCenter })))
  })

  app.post('/v1/standing-orders/:id/pause', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'pauseStandingOrder',
      'x-sdk': { resource: 'standingOrders', method: 'pause' },
      summary: 'Pause a standing order',
      description: `There are no runs until it is resumed. One whose key is revoked or expires, or whose last ${refusalsInARowMax} runs ` +
        'were refused, is paused by itself; pause_reason says why.',
      tags,
      params: StandingOrderParams,
      response: { 200: StandingOrder }
    } as const
  }, async request => {
    const [resellerId, id] = addressed(request, request.params.id)
    return standingOrderView(await change(request, tx => pauseStandingOrder(tx, resellerId, id)))
  })

  app.post('/v1/standing-orders/:id/resume', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'resumeStandingOrder',
      'x-sdk': { resource: 'standingOrders', method: 'resume' },
      summary: 'Resume a standing order',
      description: 'It runs from the next time on (a level at once), and buys with the key that signs this. What was missed is not ' +
        'made up for.',
      tags,
      params: StandingOrderParams,
      response: { 200: StandingOrder }
    } as const
  }, async request => {
    const [resellerId, id] = addressed(request, request.params.id)
    return standingOrderView(await change(request, tx => resumeStandingOrder(tx, resellerId, id, request.caller.key.id)))
  })

  app.delete('/v1/standing-orders/:id', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'endStandingOrder',
      'x-sdk': { resource: 'standingOrders', method: 'end' },
      summary: 'End a standing order',
      description: 'For good. It and its runs stay to be read; orders it has placed are not touched.',
      tags,
      params: StandingOrderParams,
      response: { 200: StandingOrder }
    } as const
  }, async request => {
    const [resellerId, id] = addressed(request, request.params.id)
    return standingOrderView(await change(request, tx => endStandingOrder(tx, resellerId, id)))
  })

  app.get('/v1/standing-orders/:id/preview', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'previewStandingOrder',
      'x-sdk': { resource: 'standingOrders', method: 'preview' },
      summary: 'What the next run would do',
      description: `The next ${nextRunsMax} times, and what would become of a run now, at the prices, stock, money, limits and budgets ` +
        'of now. Nothing changes.',
      tags,
      params: StandingOrderParams,
      response: { 200: StandingPreview }
    } as const
  }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return previewView(await previewRun(request.caller.world, await ownStandingOrder(request, request.params.id)))
  })

  app.get('/v1/standing-orders/:id/runs', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listStandingRuns',
      'x-sdk': { resource: 'standingOrders', method: 'runs' },
      summary: 'The reports of a standing order’s runs, newest first',
      tags,
      params: StandingOrderParams,
      querystring: ListStandingRuns,
      response: { 200: StandingRunPage }
    } as const
  }, async (request, reply) => {
    const standing = await ownStandingOrder(request, request.params.id)
    const { outcome = null } = request.query
    return await answerPage(request, reply, `standing runs ${JSON.stringify([standing.id, outcome])}`, {
      load: (after, count) => listStandingRuns(request.caller.world.db, standing, outcome, after ? Number(after[0]) : null, count),
      placeOf: run => [run.run],
      view: runView
    })
  })
}

function addressed (request: FastifyRequest, id: string) {
  return [resellerOf(request).id, readId('standing_order', id)!] as const
}

function ownStandingOrder (request: FastifyRequest, id: string) {
  return readStandingOrder(request.caller.world.db, ...addressed(request, id))
}

/** The price book of now: a SKU may have been listed a moment ago. */
async function freshBook (request: FastifyRequest) {
  const { db, priceBook } = request.caller.world
  return await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
}

function previewView ({ nextRuns, next }: Preview): StandingPreview {
  return {
    next_runs: nextRuns.map(time => time.toISOString()),
    next: next && {
      would: next.would,
      quantity: next.quantity,
      unit_price: next.unitPrice === null ? null : formatAmount(next.unitPrice, next.currency),
      total: formatAmount(next.total, next.currency),
      currency: next.currency,
      on_hand: next.onHand,
      code: next.code,
      detail: next.detail
    }
  }
}
