import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CodeDigest, CodePage, codesPageDefault, codesPageMax, OrderId, ReadCodes } from '../../../schema/rest/orders.ts'
import { deliverCsv, deliverLines, type Delivery } from '../../domain/orders/deliver-codes.ts'
import { orderNumberOf } from '../../domain/orders/order-number.ts'
import { revealPage } from '../../domain/orders/reveal-codes.ts'
import type { OrderWithLines } from '../../domain/orders/order.ts'
import type { App } from '../app-types.ts'
import { resellerOf, signedNonce } from '../change.ts'
import { ownOrder } from './orders.ts'

const ndjson = 'application/x-ndjson'

const OrderParams = Type.Object({ id: OrderId })

const streams = `Send Accept: application/x-ndjson or text/csv for a stream of one code a line. NDJSON ends with {"end":true,"count":…,
"sha256":…}: the number of codes in this answer, and the digest of the lines before that line. CSV (RFC 4180, CR LF) begins with its header
at offset 0, and a field that a spreadsheet would take for a formula gets a ' in front; Kahub-Codes-Count says how many codes will come.
An answer that was cut is resumed with the same offset, and the codes that came as taken. With an encryption key in use the codes leave
sealed to it: a page has them in sealed, NDJSON as lines {"jwe":…} whose opened lines are counted and summed; CSV is refused. Every reveal
is recorded before a code leaves.`.replaceAll('\n', ' ')

const streamHeaders = {
  'Kahub-Codes-First': { type: 'integer', description: 'Streams: the offset that was asked for.' },
  'Kahub-Codes-Count': { type: 'integer', description: 'Streams: the codes that this answer has when it is whole.' },
  'Kahub-Codes-Total': { type: 'integer', description: 'Streams: the codes of the whole order, without those given back.' }
}

/** The codes of orders. */
export function orderCodeRoutes (app: App): void {
  app.get('/v1/orders/:id/codes', {
    config: { scope: 'codes:read' },
    schema: {
      operationId: 'listOrderCodes',
      summary: 'The codes of an order: a page as JSON, or all of them as NDJSON or CSV',
      description: streams,
      tags: ['Orders'],
      'x-sdk': { resource: 'orders', method: 'codes' },
      params: OrderParams,
      querystring: ReadCodes,
      response: {
        200: {
          description: 'Codes in the order of the lines.',
          headers: streamHeaders,
          content: {
            'application/json': { schema: CodePage },
            'application/x-ndjson': { schema: { type: 'string' } },
            'text/csv': { schema: { type: 'string' } }
          }
        }
      }
    } as const
  }, async (request, reply) => {
    const order = await ownOrder(request, request.params.id)
    reply.header('cache-control', 'no-store')
    if (accepts(request, ndjson)) return answerStream(reply, ndjson, request.query, await deliverLines(...delivery(request, order)))
    if (!accepts(request, 'text/csv')) return await answerCodePage(request, order)
    const csv = await deliverCsv(...delivery(request, order))
    reply.header('content-disposition', `attachment; filename="codes-${orderNumberOf(order.id)}.csv"`)
    return answerStream(reply, 'text/csv; charset=utf-8; header=present', request.query, csv)
  })

  app.get('/v1/orders/:id/codes/digest', {
    config: { scope: 'codes:read' },
    schema: {
      operationId: 'getOrderCodesDigest',
      summary: 'The sums over the codes of an order',
      description: 'For those who keep an order’s codes as a file: whether it is whole and unchanged. Given once all codes were revealed, ' +
        'by any key and in any form.',
      tags: ['Orders'],
      'x-sdk': { resource: 'orders', method: 'codesDigest' },
      params: OrderParams,
      response: { 200: CodeDigest }
    } as const
  }, async (request, reply) => {
    const { id } = await ownOrder(request, request.params.id)
    const { count, ndjsonSha256, csvSha256 } = await request.caller.world.digestCodes(resellerOf(request).id, id)
    reply.header('cache-control', 'no-store')
    return { count, ndjson_sha256: ndjsonSha256, csv_sha256: csvSha256 }
  })
}

function accepts (request: FastifyRequest, type: string): boolean {
  return request.headers.accept?.includes(type) ?? false
}

async function answerCodePage (request: FastifyRequest, order: OrderWithLines) {
  const { limit = codesPageDefault } = request.query as ReadCodes
  const [world, by, range] = delivery(request, order)
  return await revealPage(world, by, { ...range, count: Math.min(limit, codesPageMax) })
}

function answerStream (reply: FastifyReply, type: string, { offset = 0 }: ReadCodes, delivery: Delivery): FastifyReply {
  const { count, total, pieces } = delivery
  reply.type(type).header('kahub-codes-first', offset).header('kahub-codes-count', count).header('kahub-codes-total', total)
  return reply.send(Readable.from(pieces, { objectMode: false }))
}

/** Who reads which codes of an order, out of which world. */
function delivery (request: FastifyRequest, order: OrderWithLines) {
  const { key, ip, world } = request.caller
  const { offset = 0, taken = 0, limit = Number.MAX_SAFE_INTEGER } = request.query as ReadCodes
  const by = { orderId: order.id, resellerId: resellerOf(request).id, keyId: key.id, nonce: signedNonce(request), ip }
  return [world, by, { first: offset, pass: taken, count: limit }] as const
}
