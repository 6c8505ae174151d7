import { codesFor, orderLoad, type Bench, type Scenario } from '../bench.ts'
import { measurePair } from '../measure-pair.ts'
import { showSkus } from '../shop.ts'
import { callJson } from '../signed-call.ts'

const connections = 64

/** What REST answers to an order, all but what is the same for all of them. */
const placing = `mutation Place($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    replayed
    order {
      id number reference state fill currency quantity delivered createdAt
      total { amount currency }
      lines { line skuId quantity delivered unitPrice { amount currency } total { amount currency } state codes { secret } }
    }
  }
}`
const asking = 'query Stock($skus: [ID!]!) { stock(skus: $skus) { skuId available held status } }'

/** The loads of this scenario: by REST, and the same by the graph. */
export const graphLoads = {
  orders: ['orders by REST, beside the graph', 'orders by the graph'],
  stock: ['stock of 1 SKU by REST, beside the graph', 'stock of 1 SKU by the graph'],
  stockOfMany: ['stock of many SKUs by REST, beside the graph', 'stock of many SKUs by the graph']
} as const

export const graphql: Scenario = {
  name: 'graphql',
  says: 'the same orders and stock queries by REST and by the graph',
  async run (bench) {
    const { skus } = bench.shop
    const shown = showSkus(skus)
    await bench.shop.fillShelves(skus, codesFor(bench, 4, skus.length))
    await measurePair(bench, {
      name: graphLoads.orders[0], prepare: nothing, load: () => ({ connections, load: orderLoad('rest', skus) })
    }, {
      name: graphLoads.orders[1], prepare: nothing, load: () => ({ connections, load: { ...orderLoad('graph', skus), kind: 'graph orders', query: placing } })
    })
    await compareStock(bench, graphLoads.stock, shown.map(sku => [sku]))
    await compareStock(bench, graphLoads.stockOfMany, [shown])
  }
}

async function compareStock (bench: Bench, [byRest, byGraph]: readonly [string, string], asked: readonly (readonly string[])[]): Promise<void> {
  const targets = asked.map(skus => `/v1/stock?${skus.map(sku => `sku=${sku}`).join('&')}`)
  const bodies = asked.map(skus => JSON.stringify({ query: asking, variables: { skus } }))
  // The graph tells errors with 200: one answer is looked at.
  const answer = await callJson<{ errors?: unknown }>(bench.server, bench.shop.buyers[0]!, { method: 'POST', target: '/graphql', body: bodies[0]! })
  if (answer.errors) throw new Error(`the graph refuses its query: ${JSON.stringify(answer.errors)}`)
  await measurePair(bench, {
    name: byRest, prepare: nothing, load: () => ({ connections, load: { kind: 'reads', targets } })
  }, {
    name: byGraph, prepare: nothing, load: () => ({ connections, load: { kind: 'queries', target: '/graphql', bodies } })
  })
}

async function nothing (): Promise<void> {}
