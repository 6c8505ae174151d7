import { orderLoad, sendLoad, type Scenario } from '../bench.ts'
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

/** The loads of this scenario; each has its like by REST. */
export const graphLoads = {
  orders: 'orders by the graph, 64 connections',
  stock: 'stock of 1 SKU by the graph',
  stockOfMany: 'stock of many SKUs by the graph'
} as const

export const graphql: Scenario = {
  name: 'graphql',
  says: 'the same orders and stock queries by the graph',
  async contestants (bench) {
    const { server, shop } = bench
    const shown = showSkus(shop.skus)
    const bodies = (asked: readonly (readonly string[])[]): string[] => {
      return asked.map(skus => JSON.stringify({ query: asking, variables: { skus } }))
    }
    const one = bodies(shown.map(sku => [sku]))
    // The graph tells errors with 200: one answer is looked at.
    const answer = await callJson<{ errors?: unknown }>(server, shop.buyers[0]!, { method: 'POST', target: '/graphql', body: one[0]! })
    if (answer.errors) throw new Error(`the graph refuses its query: ${JSON.stringify(answer.errors)}`)
    const ask = (asked: readonly string[]) => sendLoad(bench, { connections, load: { kind: 'queries', target: '/graphql', bodies: asked } })
    // Nothing else warms the graph up.
    for (const asked of [one, bodies([shown])]) await ask(asked)
    return [
      {
        name: graphLoads.orders,
        rounds: 'some',
        sells: shop.skus,
        measure: () => sendLoad(bench, { connections, load: { ...orderLoad('graph', shop.skus), kind: 'graph orders', query: placing } })
      },
      { name: graphLoads.stock, rounds: 'some', measure: () => ask(one) },
      { name: graphLoads.stockOfMany, rounds: 'some', measure: () => ask(bodies([shown])) }
    ]
  }
}
