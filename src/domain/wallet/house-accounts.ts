import { houseAccountKinds, type Currency } from '../../../schema/vocabulary.ts'
import { assert } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'

export type HouseAccountKind = typeof houseAccountKinds[number]

/** Revenue of a currency is spread over this many accounts, so that order batches in flight do not wait for each other. */
export const revenueShards = 16

/** Opens the house's accounts of a currency, those that are not there yet. */
export async function ensureHouseAccounts (tx: Tx, currency: Currency): Promise<void> {
  // Two transactions may open the same currency at once: in one order, so that they cannot wait for each other in a circle.
  await tx`
    insert into accounts (kind, currency, shard)
    select house.kind, ${currency}, house.shard
    from unnest(${quotedArray(houseAccountKinds)}::text[]) as wanted (kind),
      lateral (
        select wanted.kind, shard
        from generate_series(0, case when wanted.kind = 'revenue' then ${revenueShards}::int - 1 else 0 end) as shard
      ) as house
    where not exists (
      select 1 from accounts as present
      where present.owner_id is null and present.kind = house.kind and present.currency = ${currency} and present.shard = house.shard
    )
    order by house.kind, house.shard on conflict do nothing`
}

/** The one account of a kind and currency (revenue: its first shard); ensureHouseAccounts has opened it. */
export async function houseAccount (read: Reader, kind: HouseAccountKind, currency: Currency): Promise<number> {
  const [row] = await read<{ id: number }[]>`
    select id from accounts where owner_id is null and kind = ${kind} and currency = ${currency} and shard = 0`
  assert(row, `the ${kind} account in ${currency}`)
  return row.id
}

/** The revenue account of a currency in one of its shards. */
export async function revenueAccount (read: Reader, currency: Currency, shard: number): Promise<number> {
  const [row] = await read<{ id: number }[]>`
    select id from accounts where owner_id is null and kind = 'revenue' and currency = ${currency} and shard = ${shard}`
  assert(row, `the revenue account ${shard} in ${currency}`)
  return row.id
}
