import { Transfer } from '../../../schema/rest/wallets.ts'
import { readId } from '../../base/ids.ts'
import { readTransfersOf } from '../../domain/wallet/list-transfers.ts'
import { resellerOf } from '../change.ts'
import { transferView } from '../rest/wallets.ts'
import { connection, type Resource } from './resource.ts'

/** Balances, and what moved them. */
export const wallets: Resource = {
  nodes: {
    Transfer: {
      kind: 'transfer',
      schema: Transfer,
      operation: 'listTransfers',
      async load (request, ids) {
        const found = await readTransfersOf(request.caller.world.db, resellerOf(request).id, ids.map(id => readId('transfer', id)!))
        return found.map(transferView)
      }
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
