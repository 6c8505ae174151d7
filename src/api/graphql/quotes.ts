import { Quote, QuoteSummary } from '../../../schema/rest/quotes.ts'
import { readQuotes } from '../../domain/orders/read-quotes.ts'
import { quoteViews } from '../rest/quotes.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Prices that bind for a while. */
export const quotes: Resource = {
  nodes: {
    Quote: {
      kind: 'quote',
      schema: Quote,
      summaries: [QuoteSummary],
      operation: 'getQuote',
      load: loadOwn('quote', readQuotes, quoteViews)
    }
  },
  queries: {
    quote: read('getQuote'),
    quotes: connection('listQuotes')
  },
  mutations: { createQuote: act('createQuote') }
}
