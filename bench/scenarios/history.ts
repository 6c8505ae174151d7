import { codesFor, measureLoad, orderLoad, type Scenario } from '../bench.ts'
import { fillHistory } from '../fill-history.ts'

export const history: Scenario = {
  name: 'history',
  says: 'orders and stock again, with millions of codes in stock and orders in history',
  async run (bench) {
    const { shop, size, say } = bench
    await shop.fillShelves(shop.skus, codesFor(bench, 1, shop.skus.length))
    const startedMs = performance.now()
    await fillHistory(bench)
    bench.tally.ordersAcknowledged += size.historyOrders
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
    say(`  filled with ${size.historyStock} codes in stock and ${size.historyOrders} orders in ${seconds} s`)
    await measureLoad(bench, 'orders, 64 connections, with history', { connections: 64, load: orderLoad('history', shop.skus) })
  }
}
