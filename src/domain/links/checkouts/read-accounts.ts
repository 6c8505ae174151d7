import type { Currency } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import { assert } from '../../../base/problem.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Tx } from '../../../postgres/pool.ts'
import type { NewReceipt } from '../../payments/payment.ts'
import { ensureHouseAccounts } from '../../wallet/house-accounts.ts'
import type { PaymentFacts } from './decide-receipts.ts'

/** The accounts that money of a batch moves between. */
export interface Accounts {
  find (kind: MovedKind, currency: Currency, ownerId?: Uuid): number
  /** Those of all moves that may come, ids ascending. */
  of (payments: readonly PaymentFacts[], receipts: readonly NewReceipt[]): readonly number[]
}

/** The kinds that its moves are between. */
type MovedKind = 'wallet' | 'proceeds' | 'commission' | 'cash_in_transit' | 'refunds_payable'

/** Reads which accounts there are of these resellers, and of the house in these currencies; those of the house are opened if need be. */
export async function readAccounts (tx: Tx, resellerIds: readonly Uuid[], currencies: readonly Currency[]): Promise<Accounts> {
  // Money may come in a currency that nobody has sold in yet.
  const house = await tx<{ currency: Currency }[]>`
    select currency from accounts where owner_id is null and kind = 'refunds_payable' and currency = any(${bareArray(currencies)}::text[])`
  for (const currency of currencies) {
    if (!house.some(row => row.currency === currency)) await ensureHouseAccounts(tx, currency)
  }
  const rows = await tx<{ id: number, ownerId: Uuid | null, kind: MovedKind, currency: Currency }[]>`
    select id, owner_id as "ownerId", kind, currency from accounts
    where owner_id = any(${bareArray(resellerIds)}::uuid[]) and kind in ('wallet', 'proceeds', 'commission')
    union all
    select id, owner_id, kind, currency from accounts
    where owner_id is null and kind in ('cash_in_transit', 'refunds_payable') and currency = any(${bareArray(currencies)}::text[])`
  const ids = new Map(rows.map(row => [`${row.kind} ${row.currency} ${row.ownerId}`, row.id]))
  const find: Accounts['find'] = (kind, currency, ownerId) => {
    const id = ids.get(`${kind} ${currency} ${ownerId ?? null}`)
    assert(id, `the ${kind} account in ${currency}`)
    return id
  }
  return {
    find,
    of (payments, receipts) {
      const owned = payments.flatMap(({ purpose, resellerId, currency }) => purpose === 'deposit'
        ? [find('wallet', currency, resellerId)]
        : [find('proceeds', currency, resellerId), find('commission', currency, resellerId)])
      const house = receipts.flatMap(({ currency }) => [find('cash_in_transit', currency), find('refunds_payable', currency)])
      return [...new Set([...owned, ...house])].sort((a, b) => a - b)
    }
  }
}
