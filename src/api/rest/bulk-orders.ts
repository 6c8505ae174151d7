import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  BulkOrder, BulkOrderBody, BulkOrderLinePage, BulkOrderPage, BulkOrderParams, bulkBytesMax, ConfirmBulkOrder, CreateBulkOrderQuery,
  ListBulkOrderLines, ListBulkOrders, RetryBulkOrder
} from '../../../schema/rest/bulk-orders.ts'
import type { Money } from '../../../schema/rest/common.ts'
import type { BulkFormat, BulkOrderState } from '../../../schema/vocabulary.ts'
import { readId, showId } from '../../base/ids.ts'
import { parseAmount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { readBulkOrder, type ReportedBulkOrder } from '../../domain/bulk-orders/bulk-order.ts'
import { bulkOrderSummaryView, bulkOrderView } from '../../domain/bulk-orders/bulk-order-view.ts'
import { cancelBulkOrder, confirmBulkOrder, retryBulkOrder, type Asking } from '../../domain/bulk-orders/change-bulk-order.ts'
import { tooManyBytes } from '../../domain/bulk-orders/file-reader.ts'
import { listBulkOrders, readRefunded } from '../../domain/bulk-orders/read-bulk-orders.ts'
import {
  firstPlace, readResultLines, readResultPage, resultAsCsv, resultAsNdjson, type ResultPlace
} from '../../domain/bulk-orders/read-result-lines.ts'
import { receiveBulkOrder } from '../../domain/bulk-orders/receive-bulk-order.ts'
import { bulkOrderTemplate } from '../../domain/bulk-orders/template.ts'
import { spendNonce } from '../../domain/requests/spend-nonce.ts'
import type { App } from '../app-types.ts'
import { startStreamedBody, verifyStreamedBody } from '../authenticate.ts'
import { change, referenceOf, resellerOf, signedNonce } from '../change.ts'
import { answerPage } from '../page.ts'

/** Files a process takes in at the same time. */
export const filesAtOnceMax = 4
const formats: Readonly<Record<string, BulkFormat>> = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson', 'application/json': 'json' }

/** Buying by file. */
export function bulkOrderRoutes (app: App): void {
  app.register(async scope => uploadRoute(scope as unknown as App))
  workRoutes(app)

  app.get('/v1/bulk-orders', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listBulkOrders',
      'x-sdk': { resource: 'bulkOrders', method: 'list' },
      summary: 'Your bulk orders, newest first',
      tags: ['Bulk orders'],
      querystring: ListBulkOrders,
      response: { 200: BulkOrderPage }
    }
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { reference = null, state = null } = request.query
    return answerPage(request, reply, `bulk orders ${JSON.stringify([resellerId, reference, state])}`, {
      load: (after, count) =>
        listBulkOrders(request.caller.world.db, resellerId, { reference, state }, after ? String(after[0]) : null, count),
      placeOf: bulk => [bulk.id],
      view: bulkOrderSummaryView
    })
  })

  app.get('/v1/bulk-orders/template', {
    config: { scope: 'catalog:read' },
    schema: {
      operationId: 'getBulkOrderTemplate',
      'x-sdk': { resource: 'bulkOrders', method: 'template' },
      summary: 'A CSV file to start from',
      description: 'A header row, and a row for each of some SKUs you can order, each with its name for you to read; the name is passed over ' +
        'when you send it.',
      tags: ['Bulk orders'],
      response: { 200: { description: 'A CSV file in UTF-8.', content: { 'text/csv': { schema: { type: 'string' } } } } }
    } as const
  }, async (request, reply) => {
    const { id: resellerId, levelId } = resellerOf(request)
    const { db, priceBook } = request.caller.world
    reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="bulk-order.csv"')
    return await bulkOrderTemplate(db, priceBook.current, { resellerId, levelId })
  })

  app.get('/v1/bulk-orders/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getBulkOrder',
      'x-sdk': { resource: 'bulkOrders', method: 'get', watch: true },
      summary: 'One bulk order: its report, and how far it is',
      description: 'Ask again after Retry-After while it is at work.',
      tags: ['Bulk orders'],
      params: BulkOrderParams,
      response: { 200: BulkOrder }
    }
  }, async (request, reply) => await answerBulkOrder(request, reply, await ownBulkOrder(request, request.params.id)))

  app.get('/v1/bulk-orders/:id/lines', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listBulkOrderLines',
      'x-sdk': { resource: 'bulkOrders', method: 'lines' },
      summary: 'What became of each line: a page as JSON, or all of them as NDJSON or CSV',
      description: 'Send Accept: application/x-ndjson for a stream of one line a line, ending with {"end":true,"count":…}, or Accept: text/csv for ' +
        'a file. A line that was delivered in part and retried stands there once for each round.',
      tags: ['Bulk orders'],
      params: BulkOrderParams,
      querystring: ListBulkOrderLines,
      response: {
        200: {
          description: 'Lines in the order of rounds and of the file.',
          content: {
            'application/json': { schema: BulkOrderLinePage },
            'application/x-ndjson': { schema: { type: 'string' } },
            'text/csv': { schema: { type: 'string' } }
          }
        }
      }
    } as const
  }, async (request, reply) => await answerLines(request, reply, await ownBulkOrder(request, request.params.id)))
}

/** A file is left on the socket whatever its type, JSON too, and read as it flows: so this route reads its bodies in a scope of its own. */
function uploadRoute (app: App): void {
  let filesInHand = 0
  const { validatorCompiler } = app
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', (_request, body, done) => done(null, body))
  app.addContentTypeParser('*', (_request, body, done) => done(null, body))

  app.post('/v1/bulk-orders', {
    config: { scope: 'orders:write', body: 'stream' },
    bodyLimit: bulkBytesMax,
    // The body is read line by line, and each line told of; here it would only be seen that it is a stream.
    validatorCompiler: part => part.httpPart === 'body' ? () => true : validatorCompiler!(part),
    schema: {
      operationId: 'createBulkOrder',
      'x-sdk': { resource: 'bulkOrders', method: 'create' },
      summary: 'Send a file to be checked as a whole',
      description: 'Checks up to 100,000 lines or 1,000,000 codes, and keeps them with a report: what is wrong with which line, what is short, what ' +
        'it costs. Nothing moves. Confirm it within 24 hours. The same reference with the same bytes gives the same bulk order.',
      tags: ['Bulk orders'],
      querystring: CreateBulkOrderQuery,
      body: BulkOrderBody,
      response: { 200: BulkOrder, 201: BulkOrder }
    }
  }, async (request, reply) => {
    if (filesInHand >= filesAtOnceMax) throw new Problem('overloaded', 'Other files are being taken in; send this one again in a moment.')
    filesInHand++
    try {
      return await takeFile(request, reply, request.query)
    } finally {
      filesInHand--
    }
  })
}

function workRoutes (app: App): void {
  app.post('/v1/bulk-orders/:id/confirm', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'confirmBulkOrder',
      'x-sdk': { resource: 'bulkOrders', method: 'confirm' },
      summary: 'Confirm a bulk order: the work begins',
      description: 'Buys in the background, never for more than max_total. Confirmed again, it is answered as it is.',
      tags: ['Bulk orders'],
      params: BulkOrderParams,
      body: ConfirmBulkOrder,
      response: { 200: BulkOrder, 202: BulkOrder }
    }
  }, async (request, reply) => {
    const asking = askingOf(request, request.params.id, request.body.max_total)
    const { bulk, replayed } = await change(request, async tx => {
      const outcome = await confirmBulkOrder(tx, asking)
      return { ...outcome, bulk: await readBulkOrder(tx, asking.resellerId, asking.id) }
    })
    if (replayed) reply.header('idempotent-replayed', 'true')
    else answerAccepted(reply, request.params.id)
    return await answerBulkOrder(request, reply, bulk)
  })

  app.post('/v1/bulk-orders/:id/cancel', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'cancelBulkOrder',
      'x-sdk': { resource: 'bulkOrders', method: 'cancel' },
      summary: 'Stop a bulk order',
      description: 'What was bought stays bought; what is set aside is given back; the rest is not bought. Cancelled again, it is answered as it is.',
      tags: ['Bulk orders'],
      params: BulkOrderParams,
      response: { 200: BulkOrder }
    }
  }, async (request, reply) => {
    const asking = askingOf(request, request.params.id, undefined)
    return await answerBulkOrder(request, reply, await change(request, async tx => {
      await cancelBulkOrder(tx, asking)
      return await readBulkOrder(tx, asking.resellerId, asking.id)
    }))
  })

  app.post('/v1/bulk-orders/:id/retry', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'retryBulkOrder',
      'x-sdk': { resource: 'bulkOrders', method: 'retry' },
      summary: 'Try once more what failed',
      description: 'Starts another round for the lines that lack codes, and for nothing else; from partial, failed or cancelled.',
      tags: ['Bulk orders'],
      params: BulkOrderParams,
      body: RetryBulkOrder,
      response: { 202: BulkOrder }
    }
  }, async (request, reply) => {
    const asking = askingOf(request, request.params.id, request.body.max_total)
    const bulk = await change(request, async tx => {
      await retryBulkOrder(tx, asking)
      return await readBulkOrder(tx, asking.resellerId, asking.id)
    })
    answerAccepted(reply, request.params.id)
    return await answerBulkOrder(request, reply, bulk)
  })
}

async function takeFile (request: FastifyRequest, reply: FastifyReply, query: CreateBulkOrderQuery): Promise<BulkOrder> {
  const { world, key, ip } = request.caller
  const nonce = signedNonce(request)
  const reseller = resellerOf(request)
  const format = formatOf(request)
  const reference = referenceOf(request, query.reference)
  if (Number(request.headers['content-length'] ?? 0) > bulkBytesMax) throw tooManyBytes()
  const digest = startStreamedBody(request)
  const sum = createHash('sha256')
  const buyer = { resellerId: reseller.id, levelId: reseller.levelId }
  const { fill = 'partial', currency = null, cost_center: costCenter = null } = query
  const wish = { resellerId: reseller.id, reference, format, fill, currency, costCenter, keyId: key.id, ip }
  const { bulk, replayed } = await receiveBulkOrder(world, buyer, wish, {
    body: flowing(request.body as Readable | undefined, chunk => {
      digest.update(chunk)
      sum.update(chunk)
    }),
    arrived () {
      verifyStreamedBody(digest)
      return sum.digest()
    },
    alongside: tx => spendNonce(tx, nonce)
  })
  reply.code(replayed ? 200 : 201)
  if (replayed) reply.header('idempotent-replayed', 'true')
  else reply.header('location', `/v1/bulk-orders/${showId('bulk_order', bulk.id)}`)
  return await answerBulkOrder(request, reply, bulk)
}

function formatOf (request: FastifyRequest): BulkFormat {
  const type = request.headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase()
  const format = type === undefined ? undefined : formats[type]
  if (!format) throw new Problem('unsupported_media_type', `Send ${Object.keys(formats).join(', ')}.`)
  return format
}

/**
 * A body as it comes. Left before its end it stays open, so that the refusal can still be answered; the rest of it is then let go by, or
 * the next request on the connection would wait behind it.
 */
async function * flowing (body: Readable | undefined, hear: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  if (body === undefined) return
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      hear(chunk as Buffer)
      yield chunk as Buffer
    }
  } finally {
    body.resume()
  }
}

function askingOf (request: FastifyRequest, id: string, maxTotal: Money | undefined): Asking {
  const { key, ip } = request.caller
  return { resellerId: resellerOf(request).id, id: readId('bulk_order', id)!, keyId: key.id, ip, maxTotal: maxTotal === undefined ? null : maxTotalOf(maxTotal) }
}

function maxTotalOf ({ amount, currency }: Money): NonNullable<Asking['maxTotal']> {
  const parsed = parseAmount(amount)
  if (parsed === undefined || parsed < 0n) {
    throw new Problem('invalid_request', 'max_total is a decimal number of major units, zero or more.', {
      errors: [{ pointer: '/max_total/amount', detail: 'must be zero or more' }]
    })
  }
  return { amount: parsed, currency }
}

function answerAccepted (reply: FastifyReply, id: string): void {
  reply.code(202).header('location', `/v1/bulk-orders/${id}`)
}

async function ownBulkOrder (request: FastifyRequest, id: string): Promise<ReportedBulkOrder> {
  return await readBulkOrder(request.caller.world.db, resellerOf(request).id, readId('bulk_order', id)!)
}

/** In how many seconds to ask again, as long as something may still come. */
const retryAfterSeconds: Readonly<Partial<Record<BulkOrderState, number>>> = {
  validated: 10, running: 1, reserving: 1, awaiting_approval: 10, completing: 1, releasing: 1
}

async function answerBulkOrder (request: FastifyRequest, reply: FastifyReply, bulk: ReportedBulkOrder): Promise<BulkOrder> {
  reply.header('cache-control', 'no-store')
  const seconds = retryAfterSeconds[bulk.state]
  if (seconds !== undefined) reply.header('retry-after', seconds)
  const [view] = await bulkOrderViews(request, [bulk])
  return view!
}

/** Bulk orders with their reports. */
export async function bulkOrderViews (request: FastifyRequest, bulks: readonly ReportedBulkOrder[]): Promise<readonly BulkOrder[]> {
  const refunded = await readRefunded(request.caller.world.db, resellerOf(request).id, bulks.map(bulk => bulk.id))
  return bulks.map(bulk => bulkOrderView(bulk, refunded.get(bulk.id) ?? 0n))
}

async function answerLines (request: FastifyRequest, reply: FastifyReply, bulk: ReportedBulkOrder) {
  const { reference = null, state = null } = request.query as ListBulkOrderLines
  const { db } = request.caller.world
  const filter = { reference, state }
  reply.header('cache-control', 'no-store')
  const accepted = request.headers.accept ?? ''
  const whole = () => readResultLines(db, bulk, filter, firstPlace)
  if (accepted.includes('application/x-ndjson')) return reply.type('application/x-ndjson').send(Readable.from(resultAsNdjson(whole()), { objectMode: false }))
  if (accepted.includes('text/csv')) return reply.type('text/csv; charset=utf-8').send(Readable.from(resultAsCsv(whole()), { objectMode: false }))
  return await answerPage(request, reply, `bulk order lines ${JSON.stringify([bulk.id, reference, state])}`, {
    load: (after, count) => readResultPage(db, bulk, filter, placeOf(after), count),
    placeOf: line => [line.chunk, line.place],
    view: line => line.view
  })
}

function placeOf (after: readonly unknown[] | undefined): ResultPlace {
  return after ? { chunk: Number(after[0]), place: Number(after[1]) } : firstPlace
}
