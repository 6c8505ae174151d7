// The graph over HTTP: what it answers, and that it says what REST says.
import t from 'tap'
import { graphReader } from '../support/graph.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t)
const alice = await house.reseller()
const bob = await house.reseller()
const ask = graphReader(alice)

t.test('an order is placed and read back with its SKU, its product and its codes, in one request each', async t => {
  const sku = await house.sku({ price: '10.5', codes: 5 })
  const placed = await ask(`mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { replayed order { id state total { amount currency } lines { unitPrice { amount currency } codes { secret } sku { id product { name } } } } }
  }`, { input: { reference: 'G 1', lines: [{ sku, quantity: 2 }], maxTotal: { amount: '21', currency: 'CNY' } } })
  t.match(placed, { data: { placeOrder: { replayed: false, order: { state: 'completed', total: { amount: '21.00', currency: 'CNY' }, lines: [{ unitPrice: { amount: '10.50', currency: 'CNY' }, codes: [{ secret: String }, { secret: String }], sku: { id: sku, product: { name: 'Wallet' } } }] } } } })
  t.notOk(placed.errors)
  const { id } = placed.data.placeOrder.order
  const query = '{ orders(first: 2) { edges { cursor node { id number lines { total { amount } sku { name } explanation { rule } } refunds { id } } } pageInfo { hasNextPage endCursor } } }'
  for (let i = 0; i < 5; i++) {
    const listed = await ask(query)
    t.match(listed, { data: { orders: { edges: [{ node: { id, lines: [{ total: { amount: '21.00' }, sku: { name: String }, explanation: [{ rule: 'list' }] }] } }] } } }, JSON.stringify(listed))
  }
  t.match(await ask(`{ node(id: "${id}") { __typename id ... on Order { state } } }`), { data: { node: { __typename: 'Order', id, state: 'completed' } } })
  t.match(await graphReader(bob)(`{ node(id: "${id}") { id } order(id: "${id}") { id } }`), { data: { node: null, order: null }, errors: [{ path: ['order'], extensions: { code: 'not_found', status: 404 } }] })
  t.match(await ask(`{ stock(skus: ["${sku}"]) { available held sku { name unitPrice { amount } } } me { reseller { name } wallets { balance { amount } transfers(first: 1) { nodes { amount { amount } order { id } } } } } }`), { data: { stock: [{ available: 3 }] } })
})
