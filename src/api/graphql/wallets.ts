import { connection, type Resource } from './resource.ts'

/** Balances, and what moved them. */
export const wallets: Resource = {
  queries: {
    wallets: connection('listWallets'),
    transfers: connection('listTransfers')
  },
  fields: {
    Wallet: { transfers: { ...connection('listTransfers'), from: { currency: 'currency' } } }
  }
}
