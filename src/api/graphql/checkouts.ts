import { Checkout, CheckoutSummary } from '../../../schema/rest/checkouts.ts'
import { readSoldCheckouts } from '../../domain/links/checkouts/list-checkouts.ts'
import { checkoutViews } from '../rest/checkouts.ts'
import { connection, loadOwn, read, type Resource } from './resource.ts'

/** What buyers bought, and are buying. */
export const checkouts: Resource = {
  nodes: {
    Checkout: {
      kind: 'checkout',
      schema: Checkout,
      summaries: [CheckoutSummary],
      operation: 'getCheckout',
      load: loadOwn('checkout', readSoldCheckouts, ({ caller }, rows) => checkoutViews(caller.world.db, rows))
    }
  },
  queries: { checkout: read('getCheckout'), checkouts: connection('listCheckouts') }
}
