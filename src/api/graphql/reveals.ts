import { Reveal } from '../../../schema/rest/reveals.ts'
import { readId } from '../../base/ids.ts'
import { readReveals, revealView } from '../../domain/orders/list-reveals.ts'
import { resellerOf } from '../change.ts'
import { connection, type Resource } from './resource.ts'

/** Who looked at codes. */
export const reveals: Resource = {
  nodes: {
    Reveal: {
      kind: 'reveal',
      schema: Reveal,
      operation: 'listReveals',
      async load (request, ids) {
        const found = await readReveals(request.caller.world.db, resellerOf(request).id, ids.map(id => readId('reveal', id)!))
        return found.map(revealView)
      }
    }
  },
  queries: { reveals: connection('listReveals') },
  fields: { Order: { reveals: { ...connection('listReveals'), from: { order: 'id' } } } }
}
