import { Hold } from '../../../schema/rest/holds.ts'
import { readId } from '../../base/ids.ts'
import { holdView } from '../../domain/stock/hold.ts'
import { readHolds } from '../../domain/stock/read-holds.ts'
import { resellerOf } from '../change.ts'
import { act, connection, read, type Resource } from './resource.ts'

/** Stock set aside for a while. */
export const holds: Resource = {
  nodes: {
    Hold: {
      kind: 'hold',
      schema: Hold,
      operation: 'getHold',
      async load (request, ids) {
        const { id: resellerId } = resellerOf(request)
        const found = await readHolds(request.caller.world.db, ids.map(id => ({ resellerId, id: readId('hold', id)! })))
        return found.map(holdView)
      }
    }
  },
  queries: {
    hold: read('getHold'),
    holds: connection('listHolds')
  },
  mutations: {
    createHold: act('createHold'),
    cancelHold: act('cancelHold')
  }
}
