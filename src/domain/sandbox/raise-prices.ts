import type { Uuid } from '../../base/ids.ts'
import { transact } from '../../postgres/transact.ts'
import type { Snapshot } from '../../postgres/snapshot.ts'
import type { Buyer, PriceBook } from '../pricing/price-book.ts'
import { setPriceRules } from '../pricing/set-prices.ts'
import type { TestWorld } from './faults.ts'

export interface PricedTestWorld extends TestWorld {
  readonly priceBook: Snapshot<PriceBook>
  refresh (): Promise<boolean>
}

/** Raises what a reseller pays for SKUs by so many percent, by contract prices of its own: nobody else's prices move. */
export async function raisePrices (world: PricedTestWorld, buyer: Buyer, skuIds: readonly Uuid[], percent: number): Promise<void> {
  await world.refresh()
  const rules = [...new Set(skuIds)].flatMap(skuId => {
    // One code reaches no quantity break, which goes on applying to the new price.
    const present = world.priceBook.current.quote(buyer, skuId, 1)?.unitPrice
    if (present === undefined || present === 0n) return []
    const amount = (present * BigInt(100 + percent) + 99n) / 100n
    return [{
      kind: 'contract' as const, skuId, resellerId: buyer.resellerId, amount, deliberateLoss: false, reason: 'Kahub-Sandbox: price_change'
    }]
  })
  if (rules.length > 0) await transact(world.db, tx => setPriceRules(tx, rules, 'sandbox'))
}
