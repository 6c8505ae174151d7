import { Quote, QuoteSummary } from '../../../schema/rest/quotes.ts'
import { readId } from '../../base/ids.ts'
import { readQuotes } from '../../domain/orders/read-quotes.ts'
import { resellerOf } from '../change.ts'
import { quoteViews } from '../rest/quotes.ts'
import { act, connection, read, type Resource } from './resource.ts'

/** Prices that bind for a while. */
export const quotes: Resource = {
  nodes: {
    Quote: {
      kind: 'quote',
      schema: Quote,
      summaries: [QuoteSummary],
      operation: 'getQuote',
      load: async (request, ids) => await quoteViews(request, await readQuotes(
        request.caller.world.db, resellerOf(request).id, ids.map(id => readId('quote', id)!)))
    }
  },
  queries: {
    quote: read('getQuote'),
    quotes: connection('listQuotes')
  },
  mutations: { createQuote: act('createQuote') }
}
