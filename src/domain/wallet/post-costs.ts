import { formatAmount, type Amount } from '../../base/money.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { ensureHouseAccounts, houseAccount } from './house-accounts.ts'
import { lockAccounts, move, movesMax, type Move } from './move.ts'

/**
 * One pass: posts the cost of codes sold since the last one, of up to `limit` lots; returns of how many. Codes that came back
 * to the shelf take their cost back. Safe at once in several workers: the accounts' locks let one after the other count.
 */
export async function postCosts (db: Db, limit: number): Promise<number> {
  const due = await db<{ id: number, currency: Currency }[]>`
    select lots.id, lots.currency from lots
    left join (select lot_id, sum(stop - next)::int as count from shelf group by lot_id) as on_shelf on on_shelf.lot_id = lots.id
    where lots.state in ('available', 'recalled', 'expired') and lots.size - coalesce(on_shelf.count, 0) - lots.withdrawn <> lots.costed
    order by lots.id limit ${Math.min(limit, movesMax)}`
  if (due.length === 0) return 0
  return transact(db, tx => postLots(tx, due.map(lot => lot.id), [...new Set(due.map(lot => lot.currency))].sort()))
}

async function postLots (tx: Tx, lotIds: readonly number[], currencies: readonly Currency[]): Promise<number> {
  const accounts = new Map<Currency, CostAccounts>()
  for (const currency of currencies) {
    await ensureHouseAccounts(tx, currency)
    accounts.set(
      currency,
      { goods: await houseAccount(tx, 'cost_of_goods', currency), payable: await houseAccount(tx, 'supplier_payable', currency) }
    )
  }
  await lockAccounts(tx, [...accounts.values()].flatMap(({ goods, payable }) => [goods, payable]))
  await tx`select 1 from lots where id = any(${bareArray(lotIds)}::int[]) order by id for no key update`

  // Under the locks and in a new statement: what another worker has posted meanwhile is not due any more.
  const sold = await tx<SoldLot[]>`
    select id, public_id, currency, unit_cost, size - withdrawn - on_shelf.count - costed as uncosted
    from lots, lateral (select coalesce(sum(stop - next), 0)::int as count from shelf where shelf.lot_id = lots.id) as on_shelf
    where id = any(${bareArray(lotIds)}::int[]) and size - withdrawn - on_shelf.count <> costed`
  await move(tx, sold.filter(lot => lot.unit_cost > 0n).map(lot => costOf(lot, accounts.get(lot.currency)!)))
  await tx`
    update lots set costed = costed + sold.uncosted
    from unnest(${bareArray(sold.map(lot => lot.id))}::int[], ${bareArray(sold.map(lot => lot.uncosted))}::int[]) as sold (id, uncosted)
    where lots.id = sold.id`
  return sold.length
}

interface CostAccounts { readonly goods: number, readonly payable: number }

interface SoldLot { id: number, public_id: Uuid, currency: Currency, unit_cost: Amount, uncosted: number }

function costOf (lot: SoldLot, { goods, payable }: CostAccounts): Move {
  const returned = lot.uncosted < 0
  const count = Math.abs(lot.uncosted)
  const moved = returned ? 'back on' : 'sold from'
  return {
    kind: 'cost',
    debit: returned ? goods : payable,
    credit: returned ? payable : goods,
    amount: lot.unit_cost * BigInt(count),
    reason: `${count} codes ${moved} ${showId('lot', lot.public_id)} at ${formatAmount(lot.unit_cost, lot.currency)}`,
    createdBy: null
  }
}
