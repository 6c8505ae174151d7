import { Gateway, GatewayPage, ListGatewaysQuery } from '../../../schema/rest/gateways.ts'
import type { OpenGateway } from '../../base/gateway.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'

/** The payment gateways that are open for new payments. */
export function gatewayRoutes (app: App): void {
  app.get('/v1/gateways', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listGateways',
      'x-sdk': { resource: 'gateways', method: 'list' },
      summary: 'List payment gateways',
      description: 'The gateways that buyers can pay through, and that wallets can be filled through, in the order of their ids.',
      tags: ['Purchase links'],
      querystring: ListGatewaysQuery,
      response: { 200: GatewayPage }
    }
  }, (request, reply) => {
    resellerOf(request)
    const { enabled } = request.caller.world.gateways.current
    return answerPage(request, reply, 'gateways', {
      load: async (after, count) => enabled.filter(({ id }) => after === undefined || id > String(after[0])).slice(0, count),
      placeOf: gateway => [gateway.id],
      view: gatewayView
    })
  })
}

function gatewayView ({ id, gateway, name, nameZh, currencies }: OpenGateway): Gateway {
  return { id, kind: gateway.kind, name, name_zh: nameZh, currencies: [...currencies] }
}
