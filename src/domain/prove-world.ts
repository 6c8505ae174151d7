import type { Db } from '../postgres/pool.ts'
import { readOneMoment } from '../postgres/transact.ts'
import { proveLinks } from './links/prove-links.ts'
import { proveSettlements } from './links/settlement/prove-settlements.ts'
import { proveOrders } from './orders/prove-orders.ts'
import { proveStock } from './stock/prove-stock.ts'
import { proveBooks } from './wallet/prove-books.ts'

/**
 * The proving pass: money, stock, orders, links and settlement, one sentence a fault; empty when the world is sound. For a pool with long
 * statements.
 */
export async function proveWorld (db: Db): Promise<readonly string[]> {
  const money = await proveBooks(db)
  const stock = await proveStock(db)
  const orders = await readOneMoment(db, proveOrders)
  const links = await readOneMoment(db, proveLinks)
  const settlements = await readOneMoment(db, proveSettlements)
  return [
    ...money.map(({ invariant, detail }) => `${invariant}: ${detail}`),
    ...[...stock, ...orders, ...links, ...settlements].map(({ proof, detail }) => `${proof}: ${detail}`)
  ]
}
