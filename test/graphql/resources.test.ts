// Every resource of a reseller once through the graph: made, read, listed, found as a node and changed; what is missing in a list is
// loaded for all of it together; and what is another reseller's is not there, whichever way it is asked for.
import t, { type Test } from 'tap'
import { GraphQLNonNull, isObjectType } from 'graphql'
import type { World } from '../../schema/vocabulary.ts'
import { randomText, readId } from '../../src/base/ids.ts'
import { appForPrinting } from '../../src/compose.ts'
import { runBulkOrders } from '../../src/domain/bulk-orders/run-step.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { complain } from '../../src/domain/links/checkouts/complain.ts'
import { readCheckout } from '../../src/domain/links/checkouts/read-checkout.ts'
import { settleSales } from '../../src/domain/links/settlement/settle-sales.ts'
import { transact } from '../../src/postgres/transact.ts'
import { begins, receiptOf } from '../support/buyers.ts'
import { statementsOf } from '../support/count-statements.ts'
import { readContract } from '../support/contract.ts'
import { graphReader, refusalsOf, type GraphAnswer } from '../support/graph.ts'
import { openHouse, type Reseller } from '../support/house.ts'

const house = await openHouse(t, { sandboxGateway: 'both worlds' })
const { live } = house.worlds
const alice = await house.reseller()
const bob = await house.reseller()
const sku = await house.sku({ price: '10.5', codes: 500 })

/** What alice has of each kind, for whom it is not. */
const kept = new Map<string, string>()
/** Of a list, and two or three kinds of things that hang on it. */
const statementsMax = 10
const vaultJwk = { kty: 'OKP', crv: 'X25519', x: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08' }

/** Asks, and holds that nothing was refused. */
function asker (t: Test, reseller: Reseller = alice): (query: string, variables?: object) => Promise<any> {
  const ask = graphReader(reseller)
  return async (query, variables) => {
    const { data, errors } = await ask(query, variables)
    t.notOk(errors, JSON.stringify(errors))
    return data
  }
}

/** Holds that one thing is the same by its own field, as a node and in its list, and remembers it. */
async function standsEverywhere (
  t: Test, type: string, id: string, { field, list, fields }: { field?: string, list?: string, fields: string }
) {
  const ask = asker(t)
  const { node } = await ask(`query ($id: ID!) { node(id: $id) { __typename id ... on ${type} { ${fields} } } }`, { id })
  t.match(node, { __typename: type, id })
  const { __typename: _, ...own } = node
  if (field !== undefined) {
    t.same(
      (await ask(`query ($id: ID!) { it: ${field}(id: $id) { id ${fields} } }`, { id })).it,
      own,
      `${field} says what node says`
    )
  }
  if (list !== undefined) {
    t.same(
      (await ask(`{ it: ${list} { nodes { id ${fields} } } }`)).it.nodes.find((one: any) => one.id === id),
      own,
      `${list} says what node says`
    )
  }
  kept.set(type, id)
  return own
}

t.test('quotes and holds', async t => {
  const ask = asker(t)
  const make = `mutation ($input: CreateQuoteInput!) { createQuote(input: $input) {
    replayed quote { id state lines { unitPrice { amount currency } sku { name } } }
  } }`
  const input = { reference: 'Q 1', lines: [{ sku, quantity: 2 }] }
  const { createQuote } = await ask(make, { input })
  t.match(
    createQuote,
    {
      replayed: false,
      quote: { state: 'open', lines: [{ unitPrice: { amount: '10.50', currency: 'CNY' }, sku: { name: String } }] }
    }
  )
  t.match(await ask(make, { input }), { createQuote: { replayed: true, quote: { id: createQuote.quote.id } } })
  await standsEverywhere(
    t,
    'Quote',
    createQuote.quote.id,
    {
      field: 'quote',
      list: 'quotes(first: 2)',
      fields: 'state total { amount currency } lines { line total { amount currency } explanation { rule } }'
    }
  )

  const { createHold: { hold } } = await ask(
    `mutation ($input: CreateHoldInput!) { createHold(input: $input) {
      replayed hold { id state quantity order { id } lines { quantity sku { id } } }
    } }`,
    { input: { reference: 'H 1', lines: [{ sku, quantity: 3 }] } }
  )
  t.match(hold, { state: 'active', quantity: 3, order: null, lines: [{ quantity: 3, sku: { id: sku } }] })
  await standsEverywhere(t, 'Hold', hold.id, { field: 'hold', list: 'holds(state: active)', fields: 'state quantity lines { sku { id } }' })
  t.match(
    await ask('mutation ($id: ID!) { cancelHold(id: $id) { hold { state endedAt } } }', { id: hold.id }),
    { cancelHold: { hold: { state: 'cancelled', endedAt: String } } }
  )

  const bought = await alice.places({ reference: 'Q 1 bought', quote: createQuote.quote.id, lines: [{ sku, quantity: 2 }] })
  t.match(
    await ask(`{ order(id: "${bought.id}") { quote { state order { id } } hold { id } } }`),
    { order: { quote: { state: 'used', order: { id: bought.id } }, hold: null } }
  )
})

t.test('reversals, their refunds, transfers and the reveal log', async t => {
  const ask = asker(t)
  await alice.places({ reference: 'undone', sku, quantity: 1, deliver: 'fetch' })
  const { createReversal: { reversal } } = await ask(`mutation { createReversal(input: { reference: "R 1", orderReference: "undone" }) {
    reversal { id outcome order { state } refund { id amount { amount } } } } }`)
  t.match(reversal, { outcome: 'reversed', order: { state: 'reversed' }, refund: { amount: { amount: '10.50' } } })
  await standsEverywhere(
    t,
    'Reversal',
    reversal.id,
    { field: 'reversal', list: 'reversals', fields: 'outcome refund { id quantity } order { reference }' }
  )
  await standsEverywhere(t, 'Refund', reversal.refund.id, { fields: 'reason amount { amount currency } lines { line quantity }' })

  const { transfers } = await ask('{ transfers(currency: CNY, kind: refund) { nodes { id } } }')
  const transfer = await standsEverywhere(
    t,
    'Transfer',
    transfers.nodes[0].id,
    { list: 'transfers(currency: CNY)', fields: 'kind entry amount { amount currency } order { reference }' }
  )
  t.match(transfer, { kind: 'refund', amount: { amount: '10.50', currency: 'CNY' }, order: { reference: 'undone' } })

  const order = await alice.places({ reference: 'looked at', sku, quantity: 2 })
  const { order: { reveals } } = await ask(`{ order(id: "${order.id}") { reveals { nodes { id count } } } }`)
  t.match(reveals.nodes, [{ count: 2 }])
  t.match(
    await standsEverywhere(t, 'Reveal', reveals.nodes[0].id, { list: 'reveals', fields: 'count key order { reference }' }),
    { order: { reference: 'looked at' } }
  )
  kept.set('Order', order.id)
})

t.test('bulk orders are confirmed, stopped and tried again; each line says what became of it', async t => {
  const ask = asker(t)
  const { id } = await alice.kahub.bulkOrders.create(`sku,quantity,reference\n${sku},2,L 1\n${sku},1,L 2\n`, 'text/csv')
  const all = `state held { amount currency } amounts { wanted { amount } refunded { amount } }
    report { total { amount currency } skus { quantity sku { id } } }`
  t.match(await standsEverywhere(t, 'BulkOrder', id, { field: 'bulkOrder', list: 'bulkOrders', fields: all }), {
    state: 'validated',
    held: { amount: '0.00', currency: 'CNY' },
    amounts: { wanted: { amount: '31.50' } },
    report: {
      skus: [{ quantity: 3, sku: { id: sku } }]
    }
  })
  t.match(
    await ask('mutation ($id: ID!) { confirmBulkOrder(id: $id) { bulkOrder { state } } }', { id }),
    { confirmBulkOrder: { bulkOrder: { state: 'running' } } }
  )
  while (await runBulkOrders(live, 100) > 0);
  t.match(await ask(`{ bulkOrder(id: "${id}") { state outcomes(first: 1) {
    nodes { reference state unitPrice { amount currency } order { state } sku { name } } pageInfo { hasNextPage }
  } } }`), {
    bulkOrder: {
      state: 'completed',
      outcomes: {
        nodes: [
          { reference: 'L 1', state: 'delivered', unitPrice: { amount: '10.50', currency: 'CNY' }, order: { state: 'completed' } }
        ],
        pageInfo: { hasNextPage: true }
      }
    }
  })
  const stopped = (await alice.kahub.bulkOrders.create(`sku,quantity\n${sku},1\n`, 'text/csv')).id
  t.match(
    await ask(`mutation { cancelBulkOrder(id: "${stopped}") { bulkOrder { state } } }`),
    { cancelBulkOrder: { bulkOrder: { state: 'cancelled' } } }
  )
  t.match(
    await ask(`mutation { retryBulkOrder(id: "${stopped}", input: { maxTotal: {
      amount: "20", currency: CNY } }) { bulkOrder { state round maxTotal {
      amount currency } } } }`),
    { retryBulkOrder: { bulkOrder: { round: 2, maxTotal: { amount: '20.00', currency: 'CNY' } } } }
  )
  while (await runBulkOrders(live, 100) > 0);
  const unknown = (await alice.kahub.bulkOrders.create('sku,quantity\n7,1\n', 'text/csv')).id
  t.match(await ask(`{ node(id: "${unknown}") { ... on BulkOrder {
    state held { amount } paid { amount } amounts { held { amount } } report { errors { code } currency }
  } } }`), {
    node: {
      state: 'invalid',
      held: null,
      paid: null,
      amounts: { held: null },
      report: { currency: null, errors: [{ code: 'sku_not_found' }] }
    }
  }, 'without a currency there is no money')
})

t.test('a second key approves and rejects; the policy and budgets are set', async t => {
  const ask = asker(t)
  const guarded = await house.sku({ price: '3', codes: 10 })
  const { putApprovalPolicy } = await ask(
    `mutation ($input: PutApprovalPolicyInput) { putApprovalPolicy(input: $input) {
      approvalPolicy { skuIds quantityAbove amountAbove { amount currency } } } }`,
    { input: { skus: [guarded], amountAbove: [{ amount: '9000', currency: 'CNY' }] } }
  )
  t.match(
    putApprovalPolicy.approvalPolicy,
    { skuIds: [guarded], quantityAbove: null, amountAbove: [{ amount: '9000.00', currency: 'CNY' }] }
  )
  t.match(await ask('{ approvalPolicy { skuIds } }'), { approvalPolicy: { skuIds: [guarded] } })
  const maker = await alice.withKey({})
  for (const reference of ['A 1', 'A 2']) await maker.places({ reference, sku: guarded, quantity: 1 })
  const { approvals: { nodes: [second, first] } } = await ask(`{ approvals(state: pending) {
    nodes { id bulkOrder { id } order { reference } }
  } }`)
  t.match(first, { bulkOrder: null, order: { reference: 'A 1' } })
  t.match(
    await ask(`mutation { approveApproval(id: "${first.id}") { approval { state order { state } } } }`),
    { approveApproval: { approval: { state: 'approved', order: { state: 'completed' } } } }
  )
  t.match(
    await ask(`mutation { rejectApproval(id: "${second.id}", input: { reason: "no" }) { approval { state reason } } }`),
    { rejectApproval: { approval: { state: 'rejected', reason: 'no' } } }
  )
  await standsEverywhere(
    t,
    'Approval',
    first.id,
    { field: 'approval', list: 'approvals', fields: 'state total { amount currency } order { id }' }
  )

  const put = (subject: string) => ask(
    'mutation ($input: PutBudgetInput!) { putBudget(input: $input) { budget { id remaining { amount currency } } } }',
    { input: { kind: 'cost_center', subject, monthlyLimit: { amount: '100', currency: 'CNY' } } }
  )
  const { putBudget: { budget } } = await put('it')
  t.match(budget, { remaining: { amount: '100.00', currency: 'CNY' } })
  await standsEverywhere(
    t,
    'Budget',
    budget.id,
    { list: 'budgets', fields: 'kind subject monthlyLimit { amount currency } spent { amount }' }
  )
  const { putBudget: { budget: spare } } = await put('spare')
  await ask(`mutation { removeBudget(id: "${spare.id}") { budget { subject } } }`)
  t.match(await ask(`{ node(id: "${spare.id}") { id } }`), { node: null })
})

t.test('standing orders', async t => {
  const ask = asker(t)
  const input = {
    reference: 'S 1',
    name: 'pack',
    sku,
    rule: { kind: 'schedule', every: 'month', at: '09:00', day: 1, quantity: 1 },
    limits: { monthlyTotal: { amount: '50', currency: 'CNY' } }
  }
  const { createStandingOrder: { standingOrder: { id } } } = await ask(
    'mutation ($input: CreateStandingOrderInput!) { createStandingOrder(input: $input) { standingOrder { id } } }',
    { input }
  )
  t.match(
    await standsEverywhere(
      t,
      'StandingOrder',
      id,
      {
        field: 'standingOrder',
        list: 'standingOrders',
        fields: 'state runs rule { kind every day } limits { monthlyTotal { amount currency } } sku { id }'
      }
    ),
    { limits: { monthlyTotal: { amount: '50', currency: 'CNY' } } }
  )
  t.match(await ask(`{ standingOrder(id: "${id}") {
    preview { nextRuns next { would total { amount currency } } } reports { nodes { run } }
  } }`), {
    standingOrder: {
      preview: { nextRuns: [String], next: { would: 'ordered', total: { amount: '10.50', currency: 'CNY' } } },
      reports: { nodes: [] }
    }
  })
  t.match(
    await ask(`mutation { updateStandingOrder(id: "${id}", input: { name: "box" }) { standingOrder { name } } }`),
    { updateStandingOrder: { standingOrder: { name: 'box' } } }
  )
  for (const [field, state] of [['pause', 'paused'], ['resume', 'active'], ['end', 'ended']]) {
    t.match(
      await ask(`mutation { it: ${field}StandingOrder(id: "${id}") { standingOrder { state } } }`),
      { it: { standingOrder: { state } } }
    )
  }
})

t.test('keys, and keys that deliveries are sealed to', async t => {
  const carol = await house.reseller()
  const ask = asker(t, carol)
  const { createKey: { key } } = await ask(
    'mutation ($input: CreateKeyInput!) { createKey(input: $input) { replayed key { id secret scopes expiresAt } } }',
    { input: { reference: 'K 1', name: 'second', algorithm: 'hmac-sha256', scopes: ['orders:read'] } }
  )
  t.match(key, { secret: String, scopes: ['orders:read'], expiresAt: null })
  const { rotateKey } = await ask(`mutation { rotateKey(id: "${key.id}", input: { reference: "K 2", overlapSeconds: 60 }) {
    key { id secret }
  } }`)
  t.match(
    (await ask('{ keys { nodes { id replacedBy } } }')).keys.nodes.find(({ id }: any) => id === key.id),
    { replacedBy: rotateKey.key.id }
  )
  t.match(
    await ask(`mutation { revokeKey(id: "${rotateKey.key.id}") { key { revokedAt } } }`),
    { revokeKey: { key: { revokedAt: String } } }
  )

  const create = `mutation ($jwk: JSON!, $reference: String!) {
    createEncryptionKey(input: { reference: $reference, name: "vault", jwk: $jwk }) { encryptionKey { id inUse jwk { kty crv x kid } } }
  }`
  const { createEncryptionKey: { encryptionKey } } = await asker(t)(create, { reference: 'E 1', jwk: vaultJwk })
  t.match(encryptionKey, { inUse: true, jwk: { ...vaultJwk, kid: encryptionKey.id } })
  await standsEverywhere(
    t,
    'EncryptionKey',
    encryptionKey.id,
    { field: 'encryptionKey', list: 'encryptionKeys', fields: 'algorithm inUse jwk { kid }' }
  )
  t.match(
    await asker(t)(`mutation { retireEncryptionKey(id: "${encryptionKey.id}") { encryptionKey { inUse } } }`),
    { retireEncryptionKey: { encryptionKey: { inUse: false } } }
  )
  t.same(
    refusalsOf(await graphReader(carol)(create, { reference: 'E 2', jwk: { ...vaultJwk, d: 'private' } })),
    [['createEncryptionKey', 'encryption_key_private']]
  )
})

t.test('endpoints, what was sent to them, and the events it was of', async t => {
  const ask = asker(t)
  const create = 'mutation ($input: CreateEndpointInput!) { createEndpoint(input: $input) { replayed secret endpoint { id state types } } }'
  const input = { reference: 'EP 1', url: 'https://shop.example.com/kahub', types: ['order.completed'] }
  const { createEndpoint: { endpoint: { id }, secret } } = await ask(create, { input })
  t.match(secret, /^whsec_/)
  t.match(await ask(create, { input }), { createEndpoint: { replayed: true, secret: null, endpoint: { id } } }, 'a secret is shown once')
  await standsEverywhere(t, 'Endpoint', id, { field: 'endpoint', list: 'endpoints', fields: 'url types signatures concurrencyMax' })
  t.match(
    await ask(`mutation { rotateEndpointSecret(id: "${id}", input: { reference: "EP 2" }) {
      secret endpoint { id previousSecretUntil }
    } }`),
    { rotateEndpointSecret: { secret: /^whsec_/, endpoint: { previousSecretUntil: String } } }
  )
  t.match(
    await ask(`mutation { updateEndpoint(id: "${id}", input: { types: ["order.completed", "hold.broken"], perSecondMax: 5 }) {
      endpoint { types perSecondMax } } }`),
    { updateEndpoint: { endpoint: { types: ['order.completed', 'hold.broken'], perSecondMax: 5 } } }
  )

  const order = await alice.places({ reference: 'told', sku, quantity: 1 })
  while ((await fanOut(live.db)).more);
  const { endpoint: { deliveries } } = await ask(`{ endpoint(id: "${id}") { deliveries {
    nodes { id simulated event { type about { id } } endpoint { id } }
  } } }`)
  t.match(deliveries.nodes, [{ simulated: false, event: { type: 'order.completed', about: { id: order.id } }, endpoint: { id } }])
  const told = await standsEverywhere(
    t,
    'Delivery',
    deliveries.nodes[0].id,
    {
      field: 'delivery',
      list: 'deliveries',
      fields: 'state url log { attempt } request { headers body } event { id deliveries { nodes { id } } }'
    }
  )
  t.match(
    told,
    {
      state: 'due',
      log: [],
      request: { headers: { 'webhook-id': told.id } },
      event: { deliveries: { nodes: [{ id: told.id }] } }
    }
  )
  t.match(JSON.parse(told.request.body), { type: 'order.completed', data: { order: { id: order.id } } })
  await standsEverywhere(t, 'Event', told.event.id, { field: 'event', list: 'events', fields: 'type sequence timestamp data' })

  t.match(
    await ask(`mutation { simulateEvent(id: "${id}", input: { type: "hold.broken" }) { delivery { type simulated request { body } } } }`),
    { simulateEvent: { delivery: { type: 'hold.broken', simulated: true, request: { body: /"simulated":true/ } } } }
  )
  t.match(await ask(`mutation { testEndpoint(id: "${id}") { endpoint { state } } }`), { testEndpoint: { endpoint: { state: 'enabled' } } })
  t.match(
    await ask(`mutation { replayDelivery(id: "${told.id}") { delivery { id state } } }`),
    { replayDelivery: { delivery: { id: told.id, state: 'due' } } }
  )
  t.match(
    await ask(`mutation { replayEndpoint(id: "${id}", input: { state: "dead" }) { progress { replayed hasMore nextSequence } } }`),
    { replayEndpoint: { progress: { replayed: 0, hasMore: false, nextSequence: null } } }
  )
  for (const [field, state] of [['pause', 'paused'], ['resume', 'enabled']]) {
    t.match(await ask(`mutation { it: ${field}Endpoint(id: "${id}") { endpoint { state } } }`), { it: { endpoint: { state } } })
  }
  const { createEndpoint: { endpoint: spare } } = await ask(create, { input: { ...input, reference: 'EP 3' } })
  await ask(`mutation { deleteEndpoint(id: "${spare.id}") { endpoint { state } } }`)
  t.match(await ask(`{ node(id: "${spare.id}") { id } }`), { node: null })
})

t.test('subscriptions to stock and to prices', async t => {
  const ask = asker(t)
  const input = { reference: 'SUB 1', kind: 'price', scope: { skus: [sku] }, condition: 'any', intervalSeconds: 60 }
  const { createSubscription: { subscription } } = await ask(
    `mutation ($input: CreateSubscriptionInput!) { createSubscription(input: $input) {
      subscription { id scope { skuIds all } values { available price {
      amount currency } sku { name } } } } }`,
    { input }
  )
  t.match(
    subscription,
    {
      scope: { skuIds: [sku], all: null },
      values: [{ available: null, price: { amount: '10.50', currency: 'CNY' }, sku: { name: String } }]
    }
  )
  const { id } = subscription
  await standsEverywhere(
    t,
    'Subscription',
    id,
    {
      field: 'subscription',
      list: 'subscriptions(kind: price)',
      fields: 'kind condition intervalSeconds values { price { amount } toldAt }'
    }
  )
  t.match(
    await ask(`mutation { updateSubscription(id: "${id}", input: { intervalSeconds: 7 }) {
      subscription { intervalSeconds values { price { amount } } } } }`),
    { updateSubscription: { subscription: { intervalSeconds: 7, values: [{ price: { amount: '10.50' } }] } } },
    'what the answer of the change lacks is loaded'
  )
  for (const [field, state] of [['pause', 'paused'], ['resume', 'active']]) {
    t.match(await ask(`mutation { it: ${field}Subscription(id: "${id}") { subscription { state } } }`), { it: { subscription: { state } } })
  }
  const { createSubscription: { subscription: spare } } = await ask(`mutation {
    createSubscription(input: { reference: "SUB 2", kind: stock, scope: { all: true }, condition: out }) { subscription { id } }
  }`)
  await ask(`mutation { deleteSubscription(id: "${spare.id}") { subscription { id } } }`)
  t.match(await ask(`{ node(id: "${spare.id}") { id } }`), { node: null })
})

t.test('the sandbox’s levers are those of the test world', async t => {
  const world: World = 'test'
  const tester = await house.reseller({ world })
  const testSku = await house.sku({ world, price: '2' })
  const ask = asker(t, tester)
  t.match(
    await ask(
      'mutation ($input: FillSandboxStockInput!) { fillSandboxStock(input: $input) { stock { available made sku { id name } } } }',
      { input: { sku: testSku, quantity: 4 } }
    ),
    { fillSandboxStock: { stock: { available: 4, made: 4, sku: { id: testSku } } } }
  )
  t.match(
    await ask('mutation { setSandboxBalance(input: { amount: { amount: "77", currency: CNY } }) { wallet { balance { amount } } } }'),
    { setSandboxBalance: { wallet: { balance: { amount: '77.00' } } } }
  )
  t.match(
    await ask('mutation { setSandboxLevel(input: { level: "gold" }) { reseller { level name } } }'),
    { setSandboxLevel: { reseller: { level: 'gold' } } }
  )
  t.match(await ask('{ sandboxStrikes { nodes { fault delivery { id } } } }'), { sandboxStrikes: { nodes: [] } })
  t.match(
    await ask('mutation { resetSandbox { reseller { balance { amount } } } }'),
    { resetSandbox: { reseller: { balance: { amount: '100000.00' } } } }
  )
  const refused = await graphReader(alice)('mutation { resetSandbox { reseller { name } } }')
  t.equal(refused.data.resetSandbox, null)
  t.match(refusalsOf(refused), [['resetSandbox', String]], 'a key of the live world has none of them')
})

t.test('however many nodes of a kind are asked for, they are loaded by the same statements', async t => {
  const dora = await house.reseller()
  const { kahub } = dora
  const checker = await dora.withKey({})
  const guarded = await house.sku({ price: '1', codes: 50 })
  const { id: endpoint } = await kahub.endpoints.create({ url: 'https://dora.example.com/', types: ['order.completed'] })
  await kahub.approvalPolicy.put({ skus: [guarded] })
  const made = new Map<string, string[]>()
  const keep = (type: string, id: string) => made.set(type, [...made.get(type) ?? [], id])
  for (let i = 0; i < 9; i++) {
    const lines = [{ sku, quantity: 1 }]
    keep('Quote', (await kahub.quotes.create({ lines })).id)
    keep('Hold', (await kahub.holds.create({ lines })).id)
    await dora.places({ reference: `N ${i}`, lines, deliver: 'fetch' })
    keep('Reversal', (await kahub.reversals.create({ order_reference: `N ${i}` })).id)
    await dora.places({ reference: `G ${i}`, sku: guarded, quantity: 1 })
    keep('BulkOrder', (await kahub.bulkOrders.create(`sku,quantity\n${sku},1\n`, 'text/csv')).id)
    keep(
      'StandingOrder',
      (
        await kahub.standingOrders.create({ name: 'pack', sku, rule: { kind: 'schedule', every: 'day', at: '09:00', quantity: 1 } })
      ).id
    )
    keep(
      'Subscription',
      (await kahub.subscriptions.create({ reference: `N ${i}`, kind: 'stock', scope: { skus: [sku] }, condition: 'out' })).id
    )
    keep('EncryptionKey', (await kahub.encryptionKeys.create({ name: 'vault', jwk: { ...vaultJwk, x: randomX() } })).id)
    keep('Endpoint', (await kahub.endpoints.create({ reference: `N ${i}`, url: 'https://dora.example.com/', types: ['hold.broken'] })).id)
    keep(
      'Budget',
      (await kahub.budgets.put({ kind: 'cost_center', subject: `c ${i}`, monthly_limit: { amount: '1', currency: 'CNY' } })).id
    )
    const sample = await kahub.endpoints.simulate(endpoint, { type: 'order.completed' })
    keep('Delivery', sample.id)
    for (let attempt = 1; attempt <= 1 + i % 3; attempt++) {
      await house.db`
        insert into delivery_attempts (delivery_id, attempt, status, duration_ms, started_at)
        values (${readId('delivery', sample.id)!}, ${attempt}, ${500 + i}, 5, now())`
    }
  }
  await kahub.encryptionKeys.retire(made.get('EncryptionKey')!.at(-1)!)
  for (const { id } of (await checker.kahub.approvals.list()).data) keep('Approval', id)
  for (let i = 0; i < 9; i++) await dora.places({ reference: `R ${i}`, sku, quantity: 1 })
  while ((await fanOut(live.db)).more);
  for (const { id } of (await kahub.deliveries.list()).data.filter(({ simulated }) => !simulated).slice(0, 9)) keep('Delivery', id)
  for (const { id } of (await kahub.wallets.transfers('CNY')).data.slice(0, 9)) keep('Transfer', id)
  for (const { id } of (await kahub.reveals.list()).data) keep('Reveal', id)
  for (const { id } of (await kahub.events.list()).data.slice(0, 9)) keep('Event', id)
  for (const { refund } of (await kahub.reversals.list()).data) keep('Refund', refund!.id)

  const fields: Readonly<Record<string, string>> = {
    Quote: 'lines { unitPrice { amount } sku { name } }',
    Hold: 'lines { quantity sku { name } }',
    Reversal: 'refund { amount { amount } } order { reference }',
    Refund: 'amount { amount } lines { line }',
    BulkOrder: 'amounts { refunded { amount } } report { skus { sku { name } } }',
    StandingOrder: 'name sku { name }',
    Subscription: 'values { available sku { name } }',
    EncryptionKey: 'inUse jwk { x }',
    Endpoint: 'url',
    Budget: 'subject remaining { amount }',
    Delivery: 'log { attempt status } request { body } endpoint { url } event { type }',
    Approval: 'reasons order { reference lines { quantity } }',
    Transfer: 'amount { amount } order { reference }',
    Reveal: 'count order { reference }',
    Event: 'type data'
  }
  t.same([...made.keys()].sort(), Object.keys(fields).sort())
  const ask = asker(t, dora)
  for (const [type, ids] of made) {
    t.ok(ids.length >= 9, `${type}: ${ids.length}`)
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ${type} { ${fields[type]} } } }`
    const answers: any[] = []
    const few = await statementsOf(live, async () => answers.push(await ask(query, { ids: ids.slice(0, 1) })))
    const many = await statementsOf(live, async () => answers.push(await ask(query, { ids })))
    t.same(answers[1].nodes.map(({ id }: any) => id), ids, `${type}: each in its place`)
    t.equal(many.length, few.length, `${type}: ${few.length} statements for one, ${many.length} for ${ids.length}`)
    t.ok(few.length > 0 && few.length <= statementsMax)
    t.same(answers[1].nodes[0], answers[0].nodes[0], `${type}: the same among others as alone`)
  }
  const { nodes } = await ask(
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Delivery { simulated log { attempt status } request { body } } } }',
    { ids: made.get('Delivery') }
  )
  t.same(
    nodes.slice(0, 9).map(({ log }: any) => log),
    Array.from({ length: 9 }, (_, i) => Array.from({ length: 1 + i % 3 }, (_, n) => ({ attempt: n + 1, status: 500 + i }))),
    'each delivery has its own attempts'
  )
  for (const { simulated, request } of nodes) t.equal(/"simulated":true/.test(request.body), simulated)

  const lists: Readonly<Record<string, string>> = {
    quotes: 'quotes(first: $n) { nodes { id lines { sku { name } } } }',
    bulkOrders: 'bulkOrders(first: $n) { nodes { id report { linesRead: lines } amounts { paid { amount } } } }',
    subscriptions: 'subscriptions(first: $n) { nodes { id values { available sku { name } } } }',
    deliveries: 'deliveries(first: $n) { nodes { id log { attempt } request { body } endpoint { url } event { about { id } } } }',
    approvals: 'approvals(first: $n) { nodes { id order { reference } } }',
    reversals: 'reversals(first: $n) { nodes { id order { reference } } }',
    holds: 'holds(first: $n) { nodes { id lines { sku { name product { name } } } } }'
  }
  for (const [name, text] of Object.entries(lists)) {
    const query = `query ($n: Int!) { ${text} }`
    const few = await statementsOf(live, () => ask(query, { n: 1 }))
    const many = await statementsOf(live, () => ask(query, { n: 9 }))
    t.equal(many.length, few.length, `${name}: ${few.length} statements for one, ${many.length} for nine`)
    t.ok(few.length > 0 && few.length <= statementsMax)
  }
})

t.test('what is sold through links, and the money of it', async t => {
  const { kahub } = alice
  const host = await kahub.hosts.create({ reference: 'host', name: 'Lili', commission_rate: '0.10' })
  const session = await kahub.sessions.create({ reference: 'session', host: host.id, title: 'Tonight', starts_at: new Date().toISOString() })
  const link = await kahub.links.create({
    reference: 'link', title: 'Cards', session: session.id, skus: [{ sku, retail_price: { amount: '20.00', currency: 'CNY' } }]
  })
  const { checkout: { id }, payment } = await begins(live, { link: readId('link', link.id)!, sku, seen: 20 })
  t.same(await live.receivePayment(receiptOf(payment)), { kind: 'applied' })
  await transact(live.db, async tx => await complain(tx, (await readCheckout(tx, id))!, { position: 0, message: 'It is used up.' }))
  t.equal(await settleSales(live.db, 10, new Date(Date.now() + 3 * 86_400_000)), 1)
  const payout = await kahub.payouts.create(host.id, { reference: 'payout', amount: { amount: '2.00', currency: 'CNY' } })
  const deposit = await kahub.deposits.create({ reference: 'deposit', amount: { amount: '5.00', currency: 'CNY' }, gateway: 'sandbox' })

  t.match(await standsEverywhere(t, 'Host', host.id, { field: 'host', list: 'hosts', fields: 'name commissionRate balance { balances { due { amount } } }' }), {
    name: 'Lili', balance: { balances: [{ due: { amount: '0.00' } }] }
  })
  await standsEverywhere(t, 'Session', session.id, { field: 'session', list: 'sessions', fields: 'title state settlements { nodes { gross { amount } } }' })
  t.match(await standsEverywhere(t, 'Link', link.id, { field: 'link', list: 'links', fields: 'slug state sold changes { nodes { version } }' }), { sold: 1 })
  const [sold] = (await kahub.checkouts.list().toArray({ limit: 1 }))
  t.match(await standsEverywhere(t, 'Checkout', sold!.id, { field: 'checkout', list: 'checkouts', fields: 'state' }), { state: 'completed' })
  const [complaint] = (await kahub.complaints.list().toArray({ limit: 1 }))
  await standsEverywhere(t, 'Complaint', complaint!.id, { field: 'complaint', list: 'complaints', fields: 'message position' })
  const [settlement] = (await kahub.settlements.list().toArray({ limit: 1 }))
  t.match(await standsEverywhere(t, 'Settlement', settlement!.id, { field: 'settlement', list: 'settlements', fields: 'gross { amount } lines { nodes { quantity } }' }), {
    gross: { amount: '20.00' }, lines: { nodes: [{ quantity: 1 }] }
  })
  await standsEverywhere(t, 'Payout', payout.id, { field: 'payout', list: 'payouts', fields: 'amount { amount }' })
  await standsEverywhere(t, 'WalletDeposit', deposit.id, { field: 'deposit', list: 'deposits', fields: 'state amount { amount }' })
})

t.test('what is another reseller’s is not there: not as a node, not by any field that takes an id', async t => {
  kept.set('ApiKey', alice.credentials.keyId)
  const app = await appForPrinting()
  await app.ready()
  const { schema } = app.graphql
  const shared = ['Product', 'Sku']
  const nodeTypes = schema.getPossibleTypes(schema.getType('Node') as never).map(({ name }) => name).filter(name => !shared.includes(name))
  t.same(nodeTypes.filter(name => !kept.has(name)), [], 'alice has one of each')
  const asBob = graphReader(bob)
  const ids = nodeTypes.map(name => kept.get(name)!)
  const own = await graphReader(alice)('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }', { ids })
  t.same(own, { data: { nodes: nodeTypes.map(__typename => ({ __typename })) } })
  t.same(await asBob('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }), { data: { nodes: ids.map(() => null) } })
  for (const id of ids) t.same(await asBob(`{ node(id: "${id}") { id } }`), { data: { node: null } })

  const inputs: Readonly<Record<string, string>> = {
    rejectApproval: '{ reason: "x" }',
    simulateEvent: '{ type: "order.completed" }',
    replayEndpoint: '{ state: "dead" }',
    rotateEndpointSecret: '{ reference: "x" }',
    updateEndpoint: '{ perSecondMax: 1 }',
    updateStandingOrder: '{ name: "x" }',
    updateSubscription: '{ intervalSeconds: 9 }',
    rotateKey: '{ reference: "x" }',
    updateHost: '{ name: "x" }',
    updateSession: '{ title: "x" }',
    updateLink: '{ version: 1, title: "x" }',
    createPayout: '{ reference: "x", amount: { amount: "1.00", currency: CNY } }'
  }
  const prefixes = new Map([...kept.values()].map(id => [id.slice(0, id.indexOf('_')), id]))
  const contract = new Map(readContract().map(operation => [operation.operationId, operation]))
  let tried = 0
  for (const root of [schema.getQueryType()!, schema.getMutationType()!]) {
    for (const field of Object.values(root.getFields())) {
      const operation = contract.get(String(field.extensions.operation))
      for (const { name, in: place, schema: { pattern = '' } } of operation?.parameters ?? []) {
        const id = prefixes.get(/^\^([a-z]+)_[([]/.exec(pattern)?.[1] ?? '')
        if (id === undefined) continue
        const input = inputs[field.name]
        const arg = field.args.find(arg => arg.name === name)
        t.ok(arg, `${field.name} has the argument ${name}`)
        if (!arg) continue
        const isList = arg.type.toString().startsWith('[')
        const given = `${name}: ${isList ? `["${id}"]` : `"${id}"`}${input ? `, input: ${input}` : ''}`
        const kind = isObjectType(field.type) && field.type.name.endsWith('Connection') ? '{ nodes { __typename } }' : '{ __typename }'
        const answer: GraphAnswer = await asBob(`${root.name === 'Query' ? 'query' : 'mutation'} { ${field.name}(${given}) ${kind} }`)
        if (place === 'path') t.same(refusalsOf(answer), [[field.name, 'not_found']], `${field.name}(${name}: ${id})`)
        else t.same(answer, { data: { [field.name]: { nodes: [] } } }, `${field.name}(${name}: ${id})`)
        t.equal(arg.type instanceof GraphQLNonNull, place === 'path')
        tried++
      }
    }
  }
  t.ok(tried > 35, `${tried} arguments were tried`)
})

/** A point that nobody knows the private half of; any 32 bytes are one. */
function randomX (): string {
  return Buffer.from(randomText(32)).subarray(0, 32).toString('base64url')
}
