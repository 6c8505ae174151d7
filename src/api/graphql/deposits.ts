import { WalletDeposit } from '../../../schema/rest/deposits.ts'
import { readDeposits } from '../../domain/deposits/read-deposits.ts'
import { depositView } from '../rest/deposits.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Money that a reseller pays into its own wallet. */
export const deposits: Resource = {
  nodes: {
    WalletDeposit: {
      kind: 'payment',
      schema: WalletDeposit,
      operation: 'getDeposit',
      load: loadOwn('payment', readDeposits, (_, rows) => rows.map(depositView))
    }
  },
  queries: {
    deposit: read('getDeposit'),
    deposits: connection('listDeposits')
  },
  mutations: { createDeposit: act('startDeposit', { noun: 'deposit' }) }
}
