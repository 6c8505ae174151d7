import { Reveal } from '../../../schema/rest/reveals.ts'
import { readReveals, revealView } from '../../domain/orders/list-reveals.ts'
import { connection, loadOwn, type Resource } from './resource.ts'

/** Who looked at codes. */
export const reveals: Resource = {
  nodes: {
    Reveal: {
      kind: 'reveal',
      schema: Reveal,
      operation: 'listReveals',
      load: loadOwn('reveal', readReveals, (_, rows) => rows.map(revealView))
    }
  },
  queries: { reveals: connection('listReveals') },
  fields: { Order: { reveals: { ...connection('listReveals'), from: { order: 'id' } } } }
}
