import { Settlement, SettlementSummary } from '../../../schema/rest/settlements.ts'
import { readSettlements } from '../../domain/links/settlement/read-settlements.ts'
import { settlementViews } from '../rest/settlements.ts'
import { connection, loadOwn, read, type Resource } from './resource.ts'

/** What the sales through purchase links came to, day by day. */
export const settlements: Resource = {
  nodes: {
    Settlement: {
      kind: 'settlement',
      schema: Settlement,
      summaries: [SettlementSummary],
      operation: 'getSettlement',
      load: loadOwn('settlement', readSettlements, settlementViews)
    }
  },
  queries: {
    settlement: read('getSettlement'),
    settlements: connection('listSettlements')
  },
  fields: {
    Settlement: { lines: { ...connection('listSettlementLines'), from: { id: 'id' } } },
    Session: { settlements: { ...connection('listSettlements'), from: { session: 'id' } } }
  }
}
