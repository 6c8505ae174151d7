import type { Db } from '../../postgres/pool.ts'
import { readOneMoment } from '../../postgres/transact.ts'
import { proveStock } from '../stock/prove-stock.ts'
import { proveBooks } from '../wallet/prove-books.ts'
import { proveOrders } from './prove-orders.ts'

/** The proving pass: money, stock and orders, one sentence a fault; empty when the world is sound. For a pool with long statements. */
export async function proveWorld (db: Db): Promise<readonly string[]> {
  const money = await proveBooks(db)
  const stock = await proveStock(db)
  const orders = await readOneMoment(db, proveOrders)
  return [
    ...money.map(({ invariant, detail }) => `${invariant}: ${detail}`),
    ...stock.map(({ proof, detail }) => `${proof}: ${detail}`),
    ...orders.map(({ proof, detail }) => `${proof}: ${detail}`)
  ]
}
