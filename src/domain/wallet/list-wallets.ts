import type { Currency } from '../../../schema/vocabulary.ts'
import type { Amount } from '../../base/money.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

export interface Wallet {
  readonly accountId: number
  readonly currency: Currency
  readonly balance: Amount
  readonly creditLimit: Amount
  /** How many transfers it has had. */
  readonly entries: bigint
  readonly createdAt: Date
}

/** Up to `count` wallets of a reseller beyond a currency, by currency. */
export async function listWallets (read: Reader, resellerId: Uuid, after: Currency | undefined, count: number): Promise<readonly Wallet[]> {
  const rows = await read<WalletRow[]>`
    select id, currency, balance, credit_limit, entries, created_at from accounts
    where owner_id = ${resellerId} and kind = 'wallet' and currency > ${after ?? ''} order by currency limit ${count}`
  return rows.map(toWallet)
}

/** A reseller's wallet in a currency, if it is open. */
export async function readWallet (read: Reader, resellerId: Uuid, currency: Currency): Promise<Wallet | undefined> {
  const [row] = await read<WalletRow[]>`
    select id, currency, balance, credit_limit, entries, created_at from accounts
    where owner_id = ${resellerId} and kind = 'wallet' and currency = ${currency}`
  return row && toWallet(row)
}

interface WalletRow { id: number, currency: Currency, balance: bigint, credit_limit: bigint, entries: bigint, created_at: Date }

function toWallet (row: WalletRow): Wallet {
  return {
    accountId: row.id,
    currency: row.currency,
    balance: row.balance,
    creditLimit: row.credit_limit,
    entries: row.entries,
    createdAt: row.created_at
  }
}
