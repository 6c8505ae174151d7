import { Refund } from '../../../schema/rest/refunds.ts'
import { Reversal } from '../../../schema/rest/reversals.ts'
import { readRefundsOf, refundView } from '../../domain/orders/read-refunds.ts'
import { readReversals, reversalView } from '../../domain/orders/read-reversals.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Orders undone by reference, and the money that went back. Undoing one by its id is cancelOrder, in orders.ts. */
export const reversals: Resource = {
  nodes: {
    Reversal: {
      kind: 'reversal',
      schema: Reversal,
      operation: 'getReversal',
      load: loadOwn('reversal', readReversals, (_, rows) => rows.map(reversalView))
    },
    Refund: {
      kind: 'refund',
      schema: Refund,
      operation: 'getOrder',
      load: loadOwn('refund', readRefundsOf, (_, rows) => rows.map(refundView))
    }
  },
  queries: {
    reversal: read('getReversal'),
    reversals: connection('listReversals')
  },
  mutations: { createReversal: act('createReversal') }
}
