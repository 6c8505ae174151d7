import { Complaint, ComplaintPage, ComplaintParams, ListComplaints } from '../../../schema/rest/complaints.ts'
import { readId, showId } from '../../base/ids.ts'
import { listComplaints, readComplaint, type Complaint as ComplaintRecord } from '../../domain/links/checkouts/list-complaints.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'

const tags = ['Purchase links']

/** What buyers say of codes that do not work. */
export function complaintRoutes (app: App): void {
  app.get('/v1/complaints', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listComplaints',
      'x-sdk': { resource: 'complaints', method: 'list' },
      summary: 'What buyers say of codes that do not work, newest first',
      tags,
      querystring: ListComplaints,
      response: { 200: ComplaintPage }
    } as const
  }, (request, reply) => {
    const { id } = resellerOf(request)
    const { link, checkout, state = null } = request.query
    const filter = {
      linkId: link === undefined ? null : readId('link', link)!,
      checkoutId: checkout === undefined ? null : readId('checkout', checkout)!,
      state
    }
    return answerPage(request, reply, `complaints ${JSON.stringify([id, filter])}`, {
      load: (after, count) => listComplaints(request.caller.world.db, id, filter, after ? String(after[0]) : null, count),
      placeOf: complaint => [complaint.id],
      view: complaintView
    })
  })

  app.get('/v1/complaints/:id', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getComplaint',
      'x-sdk': { resource: 'complaints', method: 'get' },
      summary: 'One complaint',
      tags,
      params: ComplaintParams,
      response: { 200: Complaint }
    } as const
  }, async request =>
    complaintView(await readComplaint(request.caller.world.db, resellerOf(request).id, readId('complaint', request.params.id)!)))
}

/** What a seller sees of a complaint. */
export function complaintView (complaint: ComplaintRecord): Complaint {
  return {
    id: showId('complaint', complaint.id),
    checkout: showId('checkout', complaint.checkoutId),
    link: showId('link', complaint.linkId),
    session: complaint.sessionId && showId('session', complaint.sessionId),
    order: showId('order', complaint.orderId),
    sku: showId('sku', complaint.skuId),
    position: complaint.position,
    message: complaint.message,
    contact_hint: complaint.contactHint,
    state: complaint.state,
    created_at: complaint.createdAt.toISOString()
  }
}
