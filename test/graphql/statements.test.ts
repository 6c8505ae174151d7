// No N+1: what a document asks of the database does not grow with what it answers, counted in the driver.
import t, { type Test } from 'tap'
import { statementsOf } from '../support/count-statements.ts'
import { graphReader } from '../support/graph.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t)
const { live } = house.worlds
const alice = await house.reseller()
const ask = graphReader(alice)

/** Asks for few and for many, and holds that both take the same statements, at most so many. */
async function asksTheSame (t: Test, name: string, query: string, few: object, many: object, statementsMax: number): Promise<void> {
  for (const time of ['interpreted', 'again', 'again', 'compiled']) {
    const answers: any[] = []
    const forFew = await statementsOf(live, async () => answers.push(await ask(query, few)))
    const forMany = await statementsOf(live, async () => answers.push(await ask(query, many)))
    for (const answer of answers) t.notOk(answer.errors, JSON.stringify(answer.errors))
    t.ok(JSON.stringify(answers[1]).length > 3 * JSON.stringify(answers[0]).length, `${name}: many is more`)
    t.same(forMany.toSorted(), forFew.toSorted(), `${name}, ${time}: ${forFew.length} statements for few, ${forMany.length} for many`)
    t.ok(forMany.length <= statementsMax && forMany.length > 0, `${name}: ${forMany.length} statements, at most ${statementsMax}`)
  }
}

t.test('statements do not grow with what is asked for', async t => {
  const skus: string[] = []
  for (let i = 0; i < 30; i++) {
    const { id: product } = await house.operator.products.create({ reference: `N ${i}`, name: `Product ${i}`, kind: 'code', issuer: await issuer() })
    skus.push(await house.sku({ price: '1', codes: 60, product }))
  }
  const orders: string[] = []
  for (let i = 0; i < 40; i++) {
    const { id } = await alice.places({ reference: `N ${i}`, lines: [{ sku: skus[i % 30]!, quantity: 1 }, { sku: skus[(i + 7) % 30]!, quantity: 1 }] })
    orders.push(id)
  }
  await asksTheSame(t, 'orders, their lines, SKUs and products', `query ($n: Int!) {
    orders(first: $n) { nodes { id refunds { id } lines { sku { name product { name } } } } }
  }`, { n: 2 }, { n: 20 }, 10)
  await asksTheSame(t, 'explanations', 'query ($n: Int!) { orders(first: $n) { nodes { refunds { id } lines { unitPrice { amount } explanation { rule id } } } } }', { n: 1 }, { n: 8 }, 8)
  await asksTheSame(t, 'transfers and their orders', 'query ($n: Int!) { transfers(currency: CNY, first: $n) { nodes { id order { reference lines { quantity } } } } }', { n: 2 }, { n: 40 }, 6)
  await asksTheSame(t, 'stock and its SKUs', 'query ($skus: [ID!]!) { stock(skus: $skus) { available sku { name product { name } } } }', { skus: skus.slice(0, 2) }, { skus }, 6)
  await asksTheSame(t, 'nodes of several kinds', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { reference lines { sku { name } } } ... on Sku { name product { name } } } }',
    { ids: [orders[0], skus[0]] }, { ids: [...orders.slice(0, 20), ...skus.slice(0, 20)] }, 12)
  await asksTheSame(t, 'events and what they are about', 'query ($n: Int!) { events(first: $n, types: ["order.completed"]) { nodes { type about { ... on Order { reference lines { quantity } } } } } }', { n: 2 }, { n: 40 }, 6)
})

async function issuer (): Promise<string> {
  return (await house.operator.issuers.put('steam', { name: 'Steam' })).id
}
