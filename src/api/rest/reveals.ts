import type { FastifyReply, FastifyRequest } from 'fastify'
import { ListReveals, RevealPage, type AdminListReveals } from '../../../schema/rest/reveals.ts'
import { readId, type Uuid } from '../../base/ids.ts'
import { listReveals, revealView, type Reveal } from '../../domain/orders/list-reveals.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { answerPage, type PageAnswer } from '../page.ts'

/** The reveal log of a reseller. */
export function revealRoutes (app: App): void {
  app.get('/v1/reveals', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listReveals',
      summary: 'Who looked at your codes, newest first',
      description: 'Each time codes left, in an order’s answer or fetched: when, by which key, which codes of which order, and where to. ' +
        'It is written before they leave; a code that does not stand here was never shown, and can be given back.',
      tags: ['Reveals'],
      'x-sdk': { resource: 'reveals', method: 'list' },
      querystring: ListReveals,
      response: { 200: RevealPage }
    } as const
  }, async (request, reply) => await answerReveals(request, reply, resellerOf(request).id, revealView))
}

/** A page of the reveal log, of one reseller or (null) of all. */
export async function answerReveals<View> (
  request: FastifyRequest, reply: FastifyReply, resellerId: Uuid | null, view: (reveal: Reveal) => View
): Promise<PageAnswer<View>> {
  const { order, key = null } = request.query as AdminListReveals
  const filter = { resellerId, orderId: order === undefined ? null : readId('order', order)!, keyId: key }
  return await answerPage(request, reply, `reveals ${JSON.stringify([resellerId, filter.orderId, key])}`, {
    load: (after, count) => listReveals(request.caller.world.db, filter, after ? String(after[0]) : null, count),
    placeOf: reveal => [reveal.id],
    view
  })
}
