import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import {
  CreateQuote, ListQuotes, Quote, QuoteId, QuotePage, quoteSecondsDefault, type QuoteSummary
} from '../../../schema/rest/quotes.ts'
import { readId, showId } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import { explainOrder } from '../../domain/orders/explain-order.ts'
import { makeQuote } from '../../domain/orders/make-quote.ts'
import type { Quote as StoredQuote, QuoteWithLines } from '../../domain/orders/quote.ts'
import { listQuotes, readEarlierQuote, readQuote } from '../../domain/orders/read-quotes.ts'
import { snapshotVersions } from '../../postgres/snapshot.ts'
import type { App } from '../app-types.ts'
import { referenceOf, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'
import { stepsView } from './prices.ts'

const QuoteParams = Type.Object({ id: QuoteId })

/** Prices that bind for a while. */
export function quoteRoutes (app: App): void {
  app.post('/v1/quotes', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'createQuote',
      'x-sdk': { resource: 'quotes', method: 'create' },
      summary: 'Bind prices for a while',
      description: 'The prices in force now, for one order of exactly these lines that names the quote before it expires. It sets no ' +
        'stock aside: a hold does. What an order of these lines would be refused for, stock and money apart, is refused here.',
      tags: ['Quotes and holds'],
      body: CreateQuote,
      response: { 200: Quote, 201: Quote }
    } as const
  }, async (request, reply) => {
    const reseller = resellerOf(request)
    const { lines, expires_in: seconds = quoteSecondsDefault } = request.body
    const reference = referenceOf(request, request.body.reference)
    // Before the transaction, which would otherwise hold one connection while it waits for another.
    const { db, priceBook } = request.caller.world
    const prices = await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
    const quote = await createOnce(request, reply, {
      owner: reseller.id,
      resource: 'quote',
      reference,
      fields: { lines, expires_in: seconds },
      create: (tx, id) => makeQuote(tx, prices, {
        id,
        resellerId: reseller.id,
        keyId: request.caller.key.id,
        reference,
        lines: lines.map(({ sku, quantity }) => ({ skuId: readId('sku', sku)!, quantity })),
        seconds
      }),
      read: (tx, id) => readEarlierQuote(tx, reseller.id, id)
    })
    return (await quoteViews(request, [quote]))[0]!
  })

  app.get('/v1/quotes', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listQuotes',
      'x-sdk': { resource: 'quotes', method: 'list' },
      summary: 'Your quotes, newest first',
      description: 'Without their lines. Quotes that nobody used are deleted some days after they expired.',
      tags: ['Quotes and holds'],
      querystring: ListQuotes,
      response: { 200: QuotePage }
    } as const
  }, (request, reply) => {
    const { id } = resellerOf(request)
    return answerPage(request, reply, `quotes ${id}`, {
      load: (after, count) => listQuotes(request.caller.world.db, id, after ? String(after[0]) : null, count),
      placeOf: quote => [quote.id],
      view: quoteSummaryView
    })
  })

  app.get('/v1/quotes/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getQuote',
      'x-sdk': { resource: 'quotes', method: 'get' },
      summary: 'One quote, its prices explained',
      tags: ['Quotes and holds'],
      params: QuoteParams,
      response: { 200: Quote }
    } as const
  }, async request => {
    const { db } = request.caller.world
    const quote = await readQuote(db, resellerOf(request).id, readId('quote', request.params.id)!)
    return (await quoteViews(request, [quote]))[0]!
  })
}

/** Quotes with their lines, the prices of all of them explained by one statement. */
export async function quoteViews (request: FastifyRequest, quotes: readonly QuoteWithLines[]): Promise<readonly Quote[]> {
  const steps = await explainOrder(request.caller.world.db, { lines: quotes.flatMap(quote => quote.lines) })
  let next = 0
  return quotes.map(quote => ({
    ...quoteSummaryView(quote),
    lines: quote.lines.map((line, i) => ({
      line: i + 1,
      sku: showId('sku', line.skuId),
      quantity: line.quantity,
      unit_price: formatAmount(line.unitPrice, quote.currency),
      total: formatAmount(line.total, quote.currency),
      price_rules: line.priceRules.map(id => showId('price_rule', id)),
      explanation: stepsView(steps[next++]!, quote)
    }))
  }))
}

/** A quote without its lines. */
function quoteSummaryView (quote: StoredQuote): QuoteSummary {
  return {
    id: showId('quote', quote.id),
    reference: quote.reference,
    state: quote.state,
    currency: quote.currency,
    total: formatAmount(quote.total, quote.currency),
    order: quote.orderId === null ? null : showId('order', quote.orderId),
    expires_at: quote.expiresAt.toISOString(),
    created_at: quote.createdAt.toISOString()
  }
}
