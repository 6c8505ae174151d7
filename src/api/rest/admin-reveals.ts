import { AdminListReveals, OperatorRevealPage } from '../../../schema/rest/reveals.ts'
import { readId } from '../../base/ids.ts'
import { operatorRevealView } from '../../domain/orders/list-reveals.ts'
import type { App } from '../app-types.ts'
import { answerReveals } from './reveals.ts'

/** Operator: who looked at codes; never the codes. */
export function adminRevealRoutes (app: App): void {
  app.get('/admin/v1/reveals', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'adminListReveals',
      summary: 'Who looked at codes, newest first',
      description: 'The reveal log of all resellers, or of one, an order or a key.',
      tags: ['Reveals'],
      'x-sdk': { resource: 'admin.reveals', method: 'list' },
      querystring: AdminListReveals,
      response: { 200: OperatorRevealPage }
    } as const
  }, async (request, reply) => {
    const { reseller } = request.query as AdminListReveals
    return await answerReveals(request, reply, reseller === undefined ? null : readId('reseller', reseller)!, operatorRevealView)
  })
}
