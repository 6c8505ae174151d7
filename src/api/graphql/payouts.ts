import { Payout } from '../../../schema/rest/payouts.ts'
import { readPayouts } from '../../domain/links/settlement/read-payouts.ts'
import { payoutView } from '../rest/payouts.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** What hosts are owed, and were paid. */
export const payouts: Resource = {
  nodes: {
    Payout: {
      kind: 'payout',
      schema: Payout,
      operation: 'getPayout',
      load: loadOwn('payout', readPayouts, (_, rows) => rows.map(payoutView))
    }
  },
  queries: {
    payout: read('getPayout'),
    payouts: connection('listPayouts'),
    hostBalance: read('getHostBalance')
  },
  mutations: { createPayout: act('createPayout') },
  fields: {
    Host: { balance: { ...read('getHostBalance'), from: { id: 'id' } } }
  }
}
