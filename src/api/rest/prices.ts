import { Prices, QueryPrices, type Price } from '../../../schema/rest/prices.ts'
import { readId, showId } from '../../base/ids.ts'
import { formatAmount, moneyView } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { BookSku, Buyer, PriceBook, PriceStep } from '../../domain/pricing/price-book.ts'
import { snapshotVersions } from '../../postgres/snapshot.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'

/** A reseller's own prices, explained. */
export function priceRoutes (app: App): void {
  app.get('/v1/prices', {
    config: { scope: 'catalog:read' },
    schema: {
      operationId: 'getPrices',
      'x-sdk': { resource: 'prices', method: 'get' },
      summary: 'Read your prices, explained',
      description: 'Your unit price for each SKU at a quantity, and the rules that gave it. It is the price in force now; an order is ' +
        'priced when it is placed (max_total guards it).',
      tags: ['Catalogue'],
      querystring: QueryPrices,
      response: { 200: Prices }
    } as const
  }, async request => {
    const reseller = resellerOf(request)
    const { db, priceBook } = request.caller.world
    const versions = await snapshotVersions(db)
    const book = await priceBook.atLeast(versions.get('prices')!)
    const skus = request.query.sku.map(text => book.sku(readId('sku', text)!))
    const unknown = skus.flatMap((sku, index) => sku ? [] : [{ pointer: `sku/${index}`, detail: 'is not a SKU' }])
    if (unknown.length > 0) throw new Problem('sku_not_found', 'Some SKUs are unknown; leave them out.', { errors: unknown })
    const buyer = { resellerId: reseller.id, levelId: reseller.levelId }
    return { data: skus.map(sku => priceView(book, buyer, sku!, request.query.quantity ?? sku!.quantityMin)) }
  })
}

function priceView (book: PriceBook, buyer: Buyer, sku: BookSku, quantity: number): Price {
  const quotation = book.quote(buyer, sku.id, quantity)
  return {
    sku: showId('sku', sku.id),
    status: sku.status,
    quantity,
    currency: sku.currency,
    unit_price: quotation ? moneyView(quotation.unitPrice, sku.currency) : null,
    explanation: quotation ? stepsView(quotation.steps, sku) : []
  }
}

/** The steps of a price, in major units of the SKU's currency. */
export function stepsView (steps: readonly PriceStep[], { currency }: Pick<BookSku, 'currency'>) {
  return steps.map(({ rule, id, before, after }) => ({
    rule,
    id: showId('price_rule', id),
    before: before === null ? null : formatAmount(before, currency),
    after: formatAmount(after, currency)
  }))
}
