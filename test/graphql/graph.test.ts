// The graph over HTTP: the audits of graphql-http against the running server, and an order as its buyer meets it there.
import { auditServer, type AuditResult } from 'graphql-http'
import t from 'tap'
import { graphReader, signingFetch } from '../support/graph.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t)
const alice = await house.reseller()
const bob = await house.reseller()
const ask = graphReader(alice)

t.test('all 61 audits of GraphQL over HTTP are passed', async t => {
  const results: AuditResult[] = await auditServer({ url: `${house.url}/graphql`, fetchFn: signingFetch(alice) })
  t.equal(results.length, 61)
  for (const result of results) t.equal(result.status, 'ok', `${result.id} ${result.name}: ${'reason' in result ? result.reason : ''}`)
})

t.test('an order is placed and read back with its SKU, its product and its codes, in one request each', async t => {
  const sku = await house.sku({ price: '10.5', codes: 5 })
  const placed = await ask(`mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { replayed order {
    id state total { amount currency } lines { unitPrice { amount currency } codes { secret } sku { id product { name } } }
  } } }`, { input: { reference: 'G 1', lines: [{ sku, quantity: 2 }], maxTotal: { amount: '21', currency: 'CNY' } } })
  t.notOk(placed.errors)
  const { replayed, order } = placed.data.placeOrder
  t.equal(replayed, false)
  t.match(order, { state: 'completed', total: { amount: '21.00', currency: 'CNY' } })
  t.match(order.lines, [{
    unitPrice: { amount: '10.50', currency: 'CNY' },
    codes: [{ secret: String }, { secret: String }],
    sku: { id: sku, product: { name: 'Wallet' } }
  }])

  const { id } = order
  const list = `{ orders(first: 2) { edges { cursor node {
    id number lines { total { amount } sku { name } explanation { rule } } refunds { id }
  } } pageInfo { hasNextPage endCursor } } }`
  const first = await ask(list)
  const lines = [{ total: { amount: '21.00' }, sku: { name: String }, explanation: [{ rule: 'list' }] }]
  t.match(first, { data: { orders: { edges: [{ node: { id, lines } }] } } }, JSON.stringify(first))
  // A document that comes often is not prepared anew each time.
  for (let i = 0; i < 4; i++) t.same(await ask(list), first, 'the same document gives the same answer')

  const node = await ask(`{ node(id: "${id}") { __typename id ... on Order { state } } }`)
  t.match(node, { data: { node: { __typename: 'Order', id, state: 'completed' } } })
  t.match(await graphReader(bob)(`{ node(id: "${id}") { id } order(id: "${id}") { id } }`), {
    data: { node: null, order: null }, errors: [{ path: ['order'], extensions: { code: 'not_found', status: 404 } }]
  })
  t.match(await ask(`{
    stock(skus: ["${sku}"]) { available held sku { name unitPrice { amount } } }
    me { reseller { name } wallets { balance { amount } transfers(first: 1) { nodes { amount { amount } order { id } } } } }
  }`), { data: { stock: [{ available: 3 }], me: { wallets: [{ transfers: { nodes: [{ amount: { amount: '-21.00' }, order: { id } }] } }] } } })
})
