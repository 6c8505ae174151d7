import { Refund } from '../../../schema/rest/refunds.ts'
import { Reversal } from '../../../schema/rest/reversals.ts'
import { readId } from '../../base/ids.ts'
import { readRefundsOf, refundView } from '../../domain/orders/read-refunds.ts'
import { readReversals, reversalView } from '../../domain/orders/read-reversals.ts'
import { resellerOf } from '../change.ts'
import { act, connection, read, type Resource } from './resource.ts'

/** Orders undone by reference, and the money that went back. Undoing one by its id is cancelOrder, in orders.ts. */
export const reversals: Resource = {
  nodes: {
    Reversal: {
      kind: 'reversal',
      schema: Reversal,
      operation: 'getReversal',
      async load (request, ids) {
        const found = await readReversals(request.caller.world.db, resellerOf(request).id, ids.map(id => readId('reversal', id)!))
        return found.map(reversalView)
      }
    },
    Refund: {
      kind: 'refund',
      schema: Refund,
      operation: 'getOrder',
      async load (request, ids) {
        const found = await readRefundsOf(request.caller.world.db, resellerOf(request).id, ids.map(id => readId('refund', id)!))
        return found.map(refundView)
      }
    }
  },
  queries: {
    reversal: read('getReversal'),
    reversals: connection('listReversals')
  },
  mutations: { createReversal: act('createReversal') }
}
