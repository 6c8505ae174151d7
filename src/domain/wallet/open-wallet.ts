import { ownedAccountKinds, type Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { ensureHouseAccounts } from './house-accounts.ts'

/** Opens a reseller's accounts in a currency, its wallet first of all, and the house's; what is open stays as it is. */
export async function openWallet (tx: Tx, resellerId: Uuid, currency: Currency): Promise<void> {
  await ensureHouseAccounts(tx, currency)
  await tx`
    insert into accounts (owner_id, kind, currency)
    select ${resellerId}::uuid, owned.kind, ${currency} from unnest(${quotedArray(ownedAccountKinds)}::text[]) as owned (kind)
    where not exists (
      select 1 from accounts as present
      where present.owner_id = ${resellerId} and present.kind = owned.kind and present.currency = ${currency}
    )
    on conflict do nothing`
}
