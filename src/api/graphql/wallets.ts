import { Transfer } from '../../../schema/rest/wallets.ts'
import { readTransfersOf } from '../../domain/wallet/list-transfers.ts'
import { transferView } from '../rest/wallets.ts'
import { connection, loadOwn, type Resource } from './resource.ts'

/** Balances, and what moved them. */
export const wallets: Resource = {
  nodes: {
    Transfer: {
      kind: 'transfer',
      schema: Transfer,
      operation: 'listTransfers',
      load: loadOwn('transfer', readTransfersOf, (_, rows) => rows.map(transferView))
    }
  },
  queries: {
    wallets: connection('listWallets'),
    transfers: connection('listTransfers')
  },
  fields: {
    Wallet: { transfers: { ...connection('listTransfers'), from: { currency: 'currency' } } }
  }
}
