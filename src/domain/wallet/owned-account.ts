import type { Currency, ownedAccountKinds } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import type { Reader } from '../../postgres/pool.ts'

/** A reseller's account of a kind in a currency; openWallet has opened it. */
export async function ownedAccount (
  read: Reader, resellerId: Uuid, kind: typeof ownedAccountKinds[number], currency: Currency
): Promise<number> {
  const [row] = await read<{ id: number }[]>`
    select id from accounts where owner_id = ${resellerId} and kind = ${kind} and currency = ${currency}`
  assert(row, `the reseller's ${kind} account in ${currency}`)
  return row.id
}
