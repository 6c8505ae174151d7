import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CodePage, codesPageDefault, codesPageMax, OrderId, ReadCodes } from '../../../schema/rest/orders.ts'
import type { Uuid } from '../../base/ids.ts'
import { openOrderCodes, revealCodes, streamCodes } from '../../domain/orders/reveal-codes.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { ownOrder } from './orders.ts'

const OrderParams = Type.Object({ id: OrderId })

/** The codes of orders. */
export function orderCodeRoutes (app: App): void {
  app.get('/v1/orders/:id/codes', {
    config: { scope: 'codes:read' },
    schema: {
      operationId: 'listOrderCodes',
      summary: 'The codes of an order: a page as JSON, or all of them as NDJSON',
      description: 'Send Accept: application/x-ndjson for a stream of one code a line, ending with {"end":true,"count":…}; resume a cut stream with offset. Every reveal is recorded before a code leaves.',
      tags: ['Orders'],
      'x-sdk': { resource: 'orders', method: 'codes' },
      params: OrderParams,
      querystring: ReadCodes,
      response: { 200: { description: 'Codes in the order of the lines.', content: { 'application/json': { schema: CodePage }, 'application/x-ndjson': { schema: { type: 'string' } } } } }
    } as const
  }, async (request, reply) => {
    const order = await ownOrder(request, request.params.id)
    reply.header('cache-control', 'no-store')
    return wantsLines(request) ? await answerLines(request, reply, order.id) : await answerCodePage(request, order.id)
  })
}

function wantsLines (request: FastifyRequest): boolean {
  return request.headers.accept?.includes('application/x-ndjson') ?? false
}

async function answerCodePage (request: FastifyRequest, orderId: Uuid) {
  const { offset = 0, limit = codesPageDefault } = request.query as { offset?: number, limit?: number }
  const page = await revealCodes(request.caller.world, revealBy(request, orderId), { first: offset, count: Math.min(limit, codesPageMax) })
  return { data: openOrderCodes(page), count: page.total, next_offset: page.next }
}

async function answerLines (request: FastifyRequest, reply: FastifyReply, orderId: Uuid): Promise<FastifyReply> {
  const { offset = 0, limit = Number.MAX_SAFE_INTEGER } = request.query as { offset?: number, limit?: number }
  const lines = await streamCodes(request.caller.world, revealBy(request, orderId), { first: offset, count: limit })
  return reply.type('application/x-ndjson').send(Readable.from(lines, { objectMode: false }))
}

function revealBy (request: FastifyRequest, orderId: Uuid) {
  const { key, nonce, ip } = request.caller
  return { orderId, resellerId: resellerOf(request).id, keyId: key.id, nonce, ip }
}
