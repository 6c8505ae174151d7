import type { Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { ensureHouseAccounts } from './house-accounts.ts'

/** Opens a reseller's wallet in a currency, with the house's accounts beside it; one that is open stays as it is. */
export async function openWallet (tx: Tx, resellerId: Uuid, currency: Currency): Promise<void> {
  await ensureHouseAccounts(tx, currency)
  await tx`
    insert into accounts (owner_id, kind, currency)
    select ${resellerId}::uuid, 'wallet', ${currency}
    where not exists (select 1 from accounts where owner_id = ${resellerId} and kind = 'wallet' and currency = ${currency})
    on conflict do nothing`
}
