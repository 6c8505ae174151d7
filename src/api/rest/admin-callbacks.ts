import { EndpointWatchPage, WatchEndpoints, type EndpointWatch } from '../../../schema/rest/endpoints.ts'
import { readId, showId } from '../../base/ids.ts'
import { watchEndpoints, type WatchedEndpoint } from '../../domain/callbacks/watch-endpoints.ts'
import type { App } from '../app-types.ts'
import { answerPage } from '../page.ts'

/** For the operator: how callbacks go. */
export function adminCallbackRoutes (app: App): void {
  app.get('/admin/v1/callbacks', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listCallbacks',
      summary: 'Every endpoint: what waits for it, for how long, and whether it fails',
      description: 'Those with trouble, or with something due, first, for the longest first.',
      tags: ['Admin: callbacks'],
      'x-sdk': { resource: 'admin.callbacks', method: 'list' },
      querystring: WatchEndpoints,
      response: { 200: EndpointWatchPage }
    } as const
  }, async (request, reply) => {
    const { failing = false, reseller } = request.query as WatchEndpoints
    const filter = { failing, resellerId: reseller === undefined ? null : readId('reseller', reseller)! }
    return await answerPage(request, reply, `callbacks ${JSON.stringify([failing, reseller ?? null])}`, {
      load: (after, count) => watchEndpoints(
        request.caller.world.bulkDb, filter, after && { longestText: String(after[0]), id: String(after[1]) }, count),
      placeOf: endpoint => [endpoint.longestText, endpoint.id],
      view: watchView
    })
  })
}

function watchView (endpoint: WatchedEndpoint): EndpointWatch {
  return {
    reseller: showId('reseller', endpoint.resellerId),
    reseller_name: endpoint.resellerName,
    endpoint: showId('endpoint', endpoint.id),
    url: endpoint.url,
    state: endpoint.state,
    state_reason: endpoint.stateReason,
    backlog: endpoint.backlog,
    backlog_is_more: endpoint.backlogIsMore,
    oldest_due_at: endpoint.oldestDueAt?.toISOString() ?? null,
    oldest_due_seconds: endpoint.oldestDueSeconds,
    held_since: endpoint.heldSince?.toISOString() ?? null,
    held_error: endpoint.heldError,
    failing_since: endpoint.failingSince?.toISOString() ?? null,
    failures: endpoint.failures,
    last_status: endpoint.lastStatus,
    last_error: endpoint.lastError
  }
}
