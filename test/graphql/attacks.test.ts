// What is sent to a graph to bring it down or to get around it: each attack is refused before anything is read, and costs little.
import t, { type Test } from 'tap'
import { getIntrospectionQuery, buildClientSchema, printSchema } from 'graphql'
import { graphReader, refusalsOf } from '../support/graph.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t)
const alice = await house.reseller()
const bob = await house.reseller()
const ask = graphReader(alice)
const sku = await house.sku({ price: '1', codes: 50 })

/** What a refused document is told: its code, and that nothing was answered. */
async function refused (t: Test, query: string, code: string, says?: RegExp, variables?: object): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const answer = await alice.send('POST', '/graphql', { body: { query, variables }, headers: newClient })
    t.equal(answer.status, 400, `${code} is a 400`)
    t.notOk('data' in answer.json, 'without data')
    t.equal(answer.json.errors[0].extensions.code, code)
    if (says) t.match(answer.json.errors[0].message, says)
  }
}

const newClient = { 'content-type': 'application/json', accept: 'application/graphql-response+json' }

t.test('a document deeper than eight fields is refused, through fragments too', async t => {
  const eight = '{ orders(first: 1) { edges { node { lines { sku { product { issuer { name } } } } } } } }'
  t.notOk((await ask(eight)).errors)
  await refused(t, '{ orders(first: 1) { edges { node { lines { sku { product { skus { product { id } } } } } } } } }', 'query_too_costly', /deeper than 8/)
  await refused(t, '{ orders(first: 1) { ...c } } fragment c on OrderConnection { edges { node { lines { ...l } } } } fragment l on OrderLine { sku { product { skus { product { id } } } } }', 'query_too_costly', /deeper than 8/)
  await refused(t, '{ ' + 'a { '.repeat(400) + 'b' + ' }'.repeat(401), 'query_too_costly', /deeper/)
})

t.test('sixteen aliases are refused, fifteen are not; copies of a fragment count', async t => {
  const aliased = (count: number) => `{ ${Array.from({ length: count }, (_, i) => `a${i}: me { world }`).join(' ')} }`
  t.equal(Object.keys((await ask(aliased(15))).data).length, 15)
  await refused(t, aliased(16), 'query_too_costly', /15 aliases/)
  await refused(t, `{ ${Array.from({ length: 15 }, (_, i) => `a${i}: me { ...f }`).join(' ')} } fragment f on Me { w: world }`, 'query_too_costly', /15 aliases/)
})

t.test('a fragment that contains itself, or doubles itself, is refused at once', async t => {
  await refused(t, '{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }', 'query_too_costly', /contains itself/)
  await refused(t, '{ me { ...a } } fragment a on Me { ...a }', 'query_too_costly', /contains itself/)
  const doubling = Array.from({ length: 30 }, (_, i) => `fragment f${i} on Me { ...f${i + 1} ...f${i + 1} }`).join(' ')
  await refused(t, `{ me { ...f0 } } ${doubling} fragment f30 on Me { world }`, 'query_too_costly', /more than 1000 fields/)
})

t.test('directives by the hundred, fields said a thousand times, and endless documents are refused', async t => {
  await refused(t, `{ me { world ${'@include(if: true) '.repeat(21)} } }`, 'query_too_costly', /20 directives/)
  await refused(t, `query ${'@a '.repeat(100)} { me { world } }`, 'query_too_costly', /20 directives/)
  await refused(t, `{ ${'me { world } '.repeat(600)} }`, 'query_too_costly', /tokens|fields/)
  await refused(t, `{ me { ${'world '.repeat(1500)} } }`, 'query_too_costly', /1000 fields/)
  await refused(t, `{ me { ${'world '.repeat(3000)} } }`, 'query_too_costly', /2000 tokens/)
  await refused(t, `{ me { world } } # ${'x'.repeat(20_000)}`, 'query_too_costly', /20000 characters/)
  await refused(t, `query (${Array.from({ length: 700 }, (_, i) => `$v${i}: Int`).join(' ')}) { me { world } }`, 'query_too_costly', /tokens/)
})

t.test('what would answer much costs much: lists multiply, variables count, and 1,000 is the most', async t => {
  const lines = (first: number | string) => '{ nodes { lines { sku { name } } } }'.replace('{ nodes', `orders(first: ${first}) { nodes`).replace(/^/, '{ ') + ' }'
  t.notOk((await ask(lines(40))).errors, '1 + 40 × (1 + 10 × 2) is allowed')
  await refused(t, lines(50), 'query_too_costly', /costs 1051/)
  const withVariable = 'query ($n: Int) { orders(first: $n) { nodes { lines { sku { name } } } } }'
  t.notOk((await ask(withVariable, { n: 40 })).errors)
  t.notOk((await ask(withVariable)).errors, 'twenty, when it is not said')
  await refused(t, withVariable, 'query_too_costly', /costs 2101/, { n: 100 })
  await refused(t, withVariable.replace('$n: Int', '$n: Int = 100'), 'query_too_costly', /costs 2101/)
  await refused(t, '{ nodes(ids: $ids) { id } }'.replace('{', 'query ($ids: [ID!]!) {'), 'query_too_costly', /costs 1001/, { ids: Array(1001).fill('ord_x') })
  await refused(t, `{ ${Array.from({ length: 12 }, (_, i) => `w${i}: wallets(first: 100) { nodes { currency } }`).join(' ')} }`, 'query_too_costly', /costs 1212/)
  t.match(await ask('query ($n: Int) { orders(first: $n) { nodes { id } } }', { n: 101 }), {
    data: { orders: null }, errors: [{ extensions: { code: 'invalid_request', errors: [{ pointer: 'first', detail: 'must be <= 100' }] } }]
  }, 'beyond the bounds it is REST that refuses')
  t.match(await ask('{ orders(first: -1) { nodes { id } } }'), { errors: [{ extensions: { code: 'invalid_request' } }] })
})

t.test('what is loaded and not shown costs as much, and so does what is revealed', async t => {
  const aliased = (field: string) => `{ ${Array.from({ length: 15 }, (_, i) => `a${i}: ${field}`).join(' ')} }`
  await refused(t, aliased('orders(first: 100) { pageInfo { endCursor } }'), 'query_too_costly', /costs 1515/)
  await refused(t, '{ orders(first: 10) { nodes { codes(limit: 1000) { count } } } }', 'query_too_costly', /costs 1111/)
  await refused(t, '{ orders(first: 10) { nodes { codes(limit: 100000) { count } } } }', 'query_too_costly', /costs 1111/)
  await refused(t, 'query ($n: Int) { orders(first: 10) { nodes { codes(limit: $n) { count } } } }', 'query_too_costly', /costs 1111/, { n: 1000 })
  await refused(t, aliased('__schema { types { fields { args { name } } } }'), 'query_too_costly', /costs 2250/)
  t.match(await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array(101).fill('ord_x') }), {
    data: null, errors: [{ extensions: { code: 'invalid_request', errors: [{ pointer: 'ids', detail: 'must have no more than 100 in it' }] } }]
  })
})

t.test('introspection tells the schema, and cannot be made a bomb', async t => {
  const whole = await ask(getIntrospectionQuery())
  t.match(printSchema(buildClientSchema(whole.data)), /type Mutation/)
  const bomb = '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }'
  await refused(t, bomb, 'query_too_costly', /types within types/)
  await refused(t, `{ __schema { types { name fields { type { ${'ofType { '.repeat(14)} name ${'} '.repeat(14)} } } } } }`, 'query_too_costly', /deeper than 15/)
  await refused(t, `{ ${Array.from({ length: 16 }, (_, i) => `s${i}: __schema { types { name } }`).join(' ')} }`, 'query_too_costly', /aliases/)
})

t.test('huge variables, deep variables and lists of requests are refused', async t => {
  const huge = await alice.send('POST', '/graphql', { body: { query: '{ me { world } }', variables: { x: 'x'.repeat(70_000) } }, headers: newClient })
  t.match(huge, { status: 413, code: 'body_too_large' })
  const deep = await alice.send('POST', '/graphql', { body: `{"query":"{ me { world } }","variables":{"x":${'['.repeat(100)}${']'.repeat(100)}}}`, headers: newClient })
  t.match(deep, { status: 400, code: 'malformed_json' })
  const list = await alice.send('POST', '/graphql', { body: [{ query: '{ me { world } }' }, { query: '{ me { world } }' }], headers: newClient })
  t.match(list, { status: 400, json: { errors: [{ extensions: { code: 'graphql_request_invalid' } }] } })
  const polluting = await alice.send('POST', '/graphql', { body: '{"query":"{ me { world } }","variables":{"__proto__":{"a":1}}}', headers: newClient })
  t.match(polluting, { status: 400, code: 'forbidden_json_key' })
})

t.test('unknown fields, arguments and types, and values of other types, are told where they stand and nothing is done', async t => {
  await refused(t, '{ me { password } }', 'document_invalid', /Cannot query field "password" on type "Me"/)
  await refused(t, '{ order(id: "x", deleted: true) { id } }', 'document_invalid', /Unknown argument/)
  await refused(t, '{ me { world } ', 'document_invalid', /Syntax Error/)
  await refused(t, 'fragment f on Me { world }', 'document_invalid', /no operation/)
  await refused(t, '{ stock(skus: [{ a: 1 }]) { available } }', 'document_invalid')
  const place = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } } }'
  const wrong = [
    [{ reference: 'T', lines: [{ sku, quantity: '2' }] }, '/input/lines/0/quantity'],
    [{ reference: 'T', lines: [{ sku, quantity: 1.5 }] }, '/input/lines/0/quantity'],
    [{ reference: 'T', lines: [{ sku, quantity: 2 ** 40 }] }, '/input/lines/0/quantity'],
    [{ reference: 7, lines: [{ sku, quantity: 1 }] }, '/input/reference'],
    [{ reference: 'T', lines: [{ sku, quantity: 1 }], maxTotal: { amount: 5, currency: 'CNY' } }, '/input/maxTotal/amount'],
    [{ reference: 'T', lines: [{ sku, quantity: 1 }], maxTotal: { amount: '5', currency: 'XXX' } }, '/input/maxTotal/currency'],
    [{ reference: 'T', lines: [{ sku, quantity: 1 }], extra: true }, '/input']
  ] as const
  for (const [input, pointer] of wrong) {
    for (let i = 0; i < 4; i++) {
      const answer = await alice.send('POST', '/graphql', { body: { query: place, variables: { input } }, headers: newClient })
      t.match(answer, { status: 400, json: { errors: [{ extensions: { code: 'invalid_request', errors: [{ pointer }] } }] } }, JSON.stringify(input))
    }
  }
  await refused(t, place, 'invalid_request', /\$input/)
  const bounded = await ask(place, { input: { reference: 'T', lines: [{ sku: 'sku_x', quantity: 0 }] } })
  t.match(bounded, { data: { placeOrder: null }, errors: [{ extensions: { code: 'invalid_request', errors: [{ pointer: '/lines/0/sku' }, { pointer: '/lines/0/quantity' }] } }] }, 'what types cannot say, the schema of REST says')
  t.equal((await ask('{ orders { nodes { id } } }')).data.orders.nodes.length, 0, 'nothing was bought')
})

t.test('the one field of a subscription is not chosen by @skip or @include, wherever they stand', async t => {
  const frags = 'subscription ($v: Boolean!) { ...a @include(if: $v) } fragment a on Subscription { events { id } }'
  for (const [query, variables] of [
    ['subscription ($v: Boolean!) { events @include(if: $v) { id } }', { v: true }],
    ['subscription ($v: Boolean!) { ... @skip(if: $v) { events { id } } }', { v: true }],
    [frags, { v: true }],
    [frags.replace('...a @include(if: $v)', '...a').replace('events {', 'events @include(if: $v) {'), { v: true }],
    ['subscription { events @include(if: false) { id } }', {}]
  ] as const) {
    for (const accept of [newClient.accept, 'text/event-stream']) {
      const answer = await alice.send('POST', '/graphql', { body: { query, variables }, headers: { ...newClient, accept } })
      t.match(JSON.parse(answer.text), { errors: [{ extensions: { code: 'document_invalid' } }] }, query)
    }
  }
})

t.test('one change a request, never by GET, never twice by one signature', async t => {
  const one = (alias: string, reference: string) => `${alias}: placeOrder(input: { reference: "${reference}", lines: [{ sku: "${sku}", quantity: 1 }] }) { order { id } }`
  await refused(t, `mutation { ${one('a', 'M 1')} ${one('b', 'M 2')} }`, 'query_too_costly', /one field/)
  await refused(t, `mutation { ${one('a', 'M 1')} ...f } fragment f on Mutation { ${one('b', 'M 2')} }`, 'query_too_costly', /one field/)
  const target = `/graphql?query=${encodeURIComponent(`mutation { ${one('a', 'M 3')} }`)}`
  const byGet = await alice.send('GET', target)
  t.match(byGet, { status: 405, headers: { allow: 'POST' }, json: { errors: [{ extensions: { code: 'method_not_allowed' } }] } })
  const hidden = encodeURIComponent(`query q { me { world } } mutation m { ${one('a', 'M 3')} }`)
  t.match(await alice.send('GET', `/graphql?query=${hidden}&operationName=m`), { status: 405 })
  t.match((await alice.send('GET', `/graphql?query=${hidden}&operationName=q`)).json, { data: { me: { world: 'live' } } })
  for (let i = 0; i < 4; i++) {
    // The same document, compiled by now for one of its operations: the other one is still itself.
    const both = 'query q { me { world } } query r { me { key { id } } }'
    const answer = await alice.send('POST', '/graphql', { body: { query: both, operationName: i % 2 === 0 ? 'q' : 'r' } })
    t.same(Object.keys(answer.json.data.me), i % 2 === 0 ? ['world'] : ['key'])
  }
  const nonce = `n-${Date.now()}-0123456789`
  const body = { query: `mutation { ${one('a', 'M 4')} }` }
  t.match(await alice.send('POST', '/graphql', { body, tamper: { nonce } }), { status: 200, json: { data: { a: { order: { id: String } } } } })
  t.match(await alice.send('POST', '/graphql', { body, tamper: { nonce } }), { status: 401, code: 'nonce_reused' })
  t.equal((await ask('{ orders { nodes { id } } }')).data.orders.nodes.length, 1)
})

t.test('what belongs to another is not there; what the key may not read is refused field by field', async t => {
  const order = (await ask(`mutation { placeOrder(input: { reference: "O 1", lines: [{ sku: "${sku}", quantity: 1 }] }) { order { id } } }`)).data.placeOrder.order.id
  const foreign = await graphReader(bob)(`{ order(id: "${order}") { id } node(id: "${order}") { id } nodes(ids: ["${order}", "prd_x", "x"]) { id } }`)
  t.same(foreign.data, { order: null, node: null, nodes: [null, null, null] })
  t.same(refusalsOf(foreign), [['order', 'not_found']])
  const narrow = graphReader(await alice.withKey({ scopes: ['orders:read'] }))
  const partly = await narrow(`{ order(id: "${order}") { id lines { quantity sku { name } } codes { data { secret } } } wallets { nodes { currency } } }`)
  t.match(partly.data, { order: { id: order, lines: [{ quantity: 1, sku: null }], codes: null }, wallets: null })
  t.same(refusalsOf(partly).sort(), [['order.codes', 'scope_missing'], ['order.lines.0.sku', 'scope_missing'], ['wallets', 'scope_missing']])
  t.same(refusalsOf(await narrow(`mutation { cancelOrder(id: "${order}") { order { id } } }`)), [['cancelOrder', 'scope_missing']])
  t.match(await house.operators.live.send('POST', '/graphql', { body: { query: '{ me { world } }' } }), { json: { errors: [{ extensions: { code: 'scope_missing' } }] } })
})

t.test('cost is taken from the rate: dear documents end it sooner than cheap ones', async t => {
  const slow = await alice.withKey({ requestsPerMinute: 20 })
  const dear = '{ orders(first: 40) { nodes { lines { sku { name } } } } }'
  const first = await slow.send('POST', '/graphql', { body: { query: dear } })
  t.match(first, { status: 200, headers: { ratelimit: /r=11/ } }, '841 costs nine')
  await slow.send('POST', '/graphql', { body: { query: dear } })
  t.match(await slow.send('POST', '/graphql', { body: { query: dear } }), { status: 429, code: 'rate_limited', headers: { 'retry-after': /\d/ } })
})

t.test('media types and forms that are not taken are refused as everywhere', async t => {
  const query = '{ me { world } }'
  t.match(await alice.send('POST', '/graphql', { body: query, headers: { 'content-type': 'application/graphql' } }), { status: 415, code: 'unsupported_media_type' })
  t.match(await alice.send('POST', '/graphql', { body: `query=${query}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } }), { status: 415 })
  t.match(await alice.send('POST', '/graphql', { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } }), { status: 415 })
  t.match(await alice.send('POST', '/graphql', { body: { query }, headers: { accept: 'text/html' } }), { status: 406, code: 'not_acceptable' })
  t.match(await alice.send('POST', '/graphql', { body: { query }, headers: { accept: 'application/json;q=0' } }), { status: 406 })
  t.match(await alice.send('POST', '/graphql', { body: { query }, headers: { accept: 'application/json;q=0.1, application/graphql-response+json;q=0.5' } }), {
    status: 200, headers: { 'content-type': /^application\/graphql-response\+json/, 'cache-control': 'no-store' }
  })
  t.match(await alice.send('PUT', '/graphql', { body: { query } }), { status: 405, headers: { allow: 'GET, POST' } })
  t.match(await alice.send('GET', '/graphql'), { status: 400, json: { errors: [{ extensions: { code: 'graphql_request_invalid' } }] } })
  t.match(await alice.send('GET', '/graphql?query=a&query=b'), { status: 400 })
  t.match(await alice.send('GET', `/graphql?query=${encodeURIComponent(query)}&variables=nonsense`), { status: 400 })
  t.match(await alice.send('POST', '/graphql', { body: { query, qeury: 1 } }), { status: 400 })
  t.match(await alice.send('POST', '/graphql', { body: { query }, tamper: { headersAfter: { signature: null, 'signature-input': null } } }), { status: 401, code: 'signature_missing', headers: { 'content-type': /problem\+json/ } })
})

t.test('a fault of ours is told to nobody, and spoils only its own field', async t => {
  const { live } = house.worlds
  const { queryStock } = live
  t.teardown(() => Object.assign(live, { queryStock }))
  Object.assign(live, { queryStock: async () => { throw new Error('secret words of the inside') } })
  const answer = await ask(`{ stock(skus: ["${sku}"]) { available } me { world } }`)
  t.same(answer.data, { stock: null, me: { world: 'live' } })
  t.same(refusalsOf(answer), [['stock', 'internal_error']])
  t.notMatch(JSON.stringify(answer), /secret words|stack|\.ts/)
  t.match(answer.errors![0]!.extensions, { status: 500, retryable: true, requestId: /^req_/, titleZh: String })
})
