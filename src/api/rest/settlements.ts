import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  ListSettlementLines, ListSettlements, Settlement, SettlementLinePage, SettlementPage, SettlementParams, type SettlementLine,
  type SettlementSummary
} from '../../../schema/rest/settlements.ts'
import { readId, showId } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import {
  listSettledSales, listSettlements, readHostShares, readSettlement, settlementAsCsv
} from '../../domain/links/settlement/read-settlements.ts'
import type { SettledSale, Settlement as StoredSettlement } from '../../domain/links/settlement/settlement.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'

const tags = ['Settlement']

/** What the sales through purchase links came to, day by day. */
export function settlementRoutes (app: App): void {
  app.get('/v1/settlements', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listSettlements',
      'x-sdk': { resource: 'settlements', method: 'list' },
      summary: 'Your settlements, newest first',
      description: 'The sales of a day in China are settled when the day is over: of each session, and of links without one. What buyers paid, ' +
        'less the codes’ wholesale price and the hosts’ commission, comes into your wallet.',
      tags,
      querystring: ListSettlements,
      response: { 200: SettlementPage }
    } as const
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { session, day_from: dayFrom = null, day_to: dayTo = null } = request.query
    const sessionId = session === undefined ? null : readId('session', session)!
    reply.header('cache-control', 'no-store')
    return answerPage(request, reply, `settlements ${JSON.stringify([resellerId, sessionId, dayFrom, dayTo])}`, {
      load: (after, count) =>
        listSettlements(request.caller.world.db, resellerId, { sessionId, dayFrom, dayTo }, after ? String(after[0]) : null, count),
      placeOf: settlement => [settlement.id],
      view: settlementSummaryView
    })
  })

  app.get('/v1/settlements/:id', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getSettlement',
      'x-sdk': { resource: 'settlements', method: 'get' },
      summary: 'One settlement, with what each host earned',
      tags,
      params: SettlementParams,
      response: { 200: Settlement }
    } as const
  }, async (request, reply) => {
    const settlement = await ownSettlement(request, request.params.id)
    reply.header('cache-control', 'no-store')
    return (await settlementViews(request, [settlement]))[0]!
  })

  app.get('/v1/settlements/:id/lines', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listSettlementLines',
      'x-sdk': { resource: 'settlements', method: 'lines' },
      summary: 'The statement: every sale of a settlement, as pages or as a CSV file',
      description: 'Send Accept: text/csv for all of them as a file (RFC 4180, UTF-8 with a byte order mark). A field that a spreadsheet would ' +
        'take for a formula gets a \' in front there.',
      tags,
      params: SettlementParams,
      querystring: ListSettlementLines,
      response: {
        200: {
          description: 'Sales in the sequence in which they were begun.',
          content: { 'application/json': { schema: SettlementLinePage }, 'text/csv': { schema: { type: 'string' } } }
        }
      }
    } as const
  }, async (request, reply) => await answerLines(request, reply, await ownSettlement(request, request.params.id)))
}

async function answerLines (request: FastifyRequest, reply: FastifyReply, { id, day }: StoredSettlement) {
  const { db } = request.caller.world
  reply.header('cache-control', 'no-store')
  if ((request.headers.accept ?? '').includes('text/csv')) {
    reply.type('text/csv; charset=utf-8; header=present')
    reply.header('content-disposition', `attachment; filename="settlement-${day}-${showId('settlement', id)}.csv"`)
    return reply.send(Readable.from(settlementAsCsv(db, id), { objectMode: false }))
  }
  return await answerPage(request, reply, `settlement lines ${id}`, {
    load: (after, count) => listSettledSales(db, id, after ? String(after[0]) : null, count),
    placeOf: sale => [sale.checkoutId],
    view: lineView
  })
}

function ownSettlement (request: FastifyRequest, id: string): Promise<StoredSettlement> {
  return readSettlement(request.caller.world.db, resellerOf(request).id, readId('settlement', id)!)
}

/** Settlements with what each host earned, all of them read by one statement. */
export async function settlementViews (request: FastifyRequest, settlements: readonly StoredSettlement[]): Promise<readonly Settlement[]> {
  const shares = Map.groupBy(await readHostShares(request.caller.world.db, settlements.map(({ id }) => id)), share => share.settlementId)
  return settlements.map(settlement => ({
    ...settlementSummaryView(settlement),
    hosts: (shares.get(settlement.id) ?? []).map(({ hostId, sales, quantity, commission, currency }) => (
      { host: showId('host', hostId), sales, quantity, commission: formatAmount(commission, currency) }
    ))
  }))
}

/** A settlement without its hosts. */
export function settlementSummaryView (settlement: StoredSettlement): SettlementSummary {
  const { currency } = settlement
  return {
    id: showId('settlement', settlement.id),
    session: settlement.sessionId && showId('session', settlement.sessionId),
    day: settlement.day,
    currency,
    sales: settlement.sales,
    quantity: settlement.quantity,
    gross: formatAmount(settlement.gross, currency),
    wholesale: formatAmount(settlement.wholesale, currency),
    commission: formatAmount(settlement.commission, currency),
    margin: formatAmount(settlement.margin, currency),
    created_at: settlement.createdAt.toISOString()
  }
}

function lineView (sale: SettledSale): SettlementLine {
  const { currency, total, wholesale, commission } = sale
  return {
    checkout: showId('checkout', sale.checkoutId),
    completed_at: sale.completedAt.toISOString(),
    sku: showId('sku', sale.skuId),
    sku_name: sale.skuName,
    quantity: sale.quantity,
    currency,
    total: formatAmount(total, currency),
    wholesale: formatAmount(wholesale, currency),
    commission: formatAmount(commission, currency),
    margin: formatAmount(total - wholesale - commission, currency),
    order: showId('order', sale.orderId),
    link: showId('link', sale.linkId),
    host: sale.hostId && showId('host', sale.hostId)
  }
}
