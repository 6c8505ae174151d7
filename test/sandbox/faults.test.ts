// What the sandbox makes go wrong, each fault as its buyer meets it: over a bare socket, and through the SDK, which must come to one
// order in the end. Books and stock are proven after all of it.
import t from 'tap'
import { Socket } from 'node:net'
import { ConnectionError, Kahub, ServerError, TimeoutError } from '../../sdk/src/index.ts'
import { sandboxFaultKinds } from '../../schema/sandbox-faults.ts'
import { sandboxFaults, type AnswerFault } from '../../schema/vocabulary.ts'
import { openSilence, silentMax } from '../../src/api/sandbox/silence.ts'
import { serve } from '../../src/compose.ts'
import { settleUndecided } from '../../src/domain/sandbox/settle-undecided.ts'
import { openHouse, outcomeOf } from '../support/house.ts'

const house = await openHouse(t)
const { db } = house
const { test } = house.worlds
const price = 10
const sku = await house.sku({ world: 'test', price: String(price), codes: 200 })
const shop = await house.reseller({ world: 'test', balance: '10000' })

let made = 0
const newReference = () => `fault ${++made}`
const cny = (amount: number | string) => ({ amount: String(amount), currency: 'CNY' as const })

/** An order of one code under a fault, over a bare socket; rejects when no answer comes. */
function orders (fault: string, body: object = {}) {
  return shop.send('POST', '/v1/orders', {
    body: { reference: newReference(), lines: [{ sku, quantity: 1 }], ...body }, headers: { 'kahub-sandbox': fault }
  })
}

async function orderOf (reference: string) {
  return (await shop.kahub.orders.list({ reference })).data[0]
}

async function balance (): Promise<number> {
  return Number((await shop.kahub.wallets.list()).data[0]!.balance.amount)
}

async function codeOf (call: PromiseLike<unknown>): Promise<string> {
  return await call.then(() => 'answered', error => (error as { code?: string }).code ?? 'unknown')
}

t.test('a fault before the commit leaves no order, one after it leaves exactly one, and the same reference settles which', async t => {
  const cases: readonly [AnswerFault, string, string | number, made: boolean][] = [
    ['timeout_before_commit', '; ms=50', 'ECONNRESET', false],
    ['timeout_after_commit', '; ms=50', 'ECONNRESET', true],
    ['reset_before_commit', '', 'ECONNRESET', false],
    ['reset_after_commit', '', 'ECONNRESET', true],
    ['error_before_commit', '', 500, false],
    ['error_after_commit', '', 500, true],
    ['unavailable', '; retry_after=3', 503, false],
    ['rate_limited', '; retry_after=3', 429, false]
  ]
  for (const [fault, parameters, expected, isMade] of cases) {
    const reference = newReference()
    const before = await balance()
    const call = () => orders(fault + parameters, { reference })
    if (typeof expected === 'string') t.equal(await codeOf(call()), expected, `${fault}: no answer comes`)
    else {
      const { status, headers, code, json } = await call()
      t.equal(status, expected, fault)
      t.equal(headers['kahub-sandbox-fault'], fault, `${fault}: the answer says what struck it`)
      t.equal(headers['content-type'], 'application/problem+json')
      t.equal(headers['retry-after'], expected === 500 ? undefined : '3', `${fault}: Retry-After`)
      t.equal(code, { 500: 'internal_error', 503: 'overloaded', 429: 'rate_limited' }[expected])
      t.equal(json.request_id, headers['request-id'])
      t.notOk('location' in headers)
    }
    const order = await orderOf(reference)
    t.equal(order !== undefined, isMade, `${fault}: ${isMade ? 'the order is made' : 'nothing was done'}`)
    t.equal(await balance(), before - (isMade ? price : 0))

    const again = await call()
    t.equal(again.status, isMade ? 200 : 201, `${fault}: the repeat is answered`)
    t.equal(again.headers['idempotent-replayed'], isMade ? 'true' : undefined)
    t.equal(again.headers['kahub-sandbox-fault'], undefined)
    t.equal(again.json.lines[0].codes.length, 1, 'with its code')
    if (order) t.equal(again.json.id, order.id)
    t.equal(await balance(), before - price, `${fault}: paid once`)
  }
})

t.test('the SDK comes to one order through every fault that a repeat heals', async t => {
  const healed = [
    'timeout_before_commit', 'timeout_after_commit', 'reset_before_commit', 'reset_after_commit', 'error_before_commit',
    'error_after_commit', 'unavailable; retry_after=0', 'rate_limited; retry_after=0'
  ]
  for (const fault of healed) {
    const kahub = new Kahub({ ...shop.credentials, timeoutMs: 300, pause: async () => {} })
    const before = await balance()
    const headers = { 'kahub-sandbox': fault }
    const order = await kahub.orders.place({ reference: newReference(), lines: [{ sku, quantity: 1 }] }, { headers })
    t.equal(order.state, 'completed', fault)
    t.equal(await balance(), before - price, `${fault}: paid once`)
  }
  const kahub = new Kahub({ ...shop.credentials, timeoutMs: 200, retriesMax: 0 })
  const place = (fault: string) => kahub.orders.place({ reference: newReference(), lines: [{ sku, quantity: 1 }] }, {
    headers: { 'kahub-sandbox': fault }
  })
  await t.rejects(place('timeout_after_commit'), TimeoutError)
  await t.rejects(place('reset_after_commit'), ConnectionError)
  await t.rejects(place('error_after_commit'), ServerError)
})

t.test('times and repeat say how often a fault strikes; without a reference it strikes in turns', async t => {
  const reference = newReference()
  const statuses = []
  for (let n = 0; n < 4; n++) statuses.push((await orders('unavailable; times=3', { reference })).status)
  t.same(statuses, [503, 503, 503, 201])
  for (let n = 0; n < 3; n++) t.equal((await orders('unavailable; repeat', { reference })).status, 503)
  const asks = async () => (await shop.send('GET', '/v1/me', { headers: { 'kahub-sandbox': 'unavailable' } })).status
  t.same([await asks(), await asks(), await asks(), await asks()], [503, 200, 503, 200])
  const other = await shop.send('GET', '/v1/wallets', { headers: { 'kahub-sandbox': 'unavailable' } })
  t.equal(other.status, 503, 'another call counts for itself')
})

t.test('a slow answer is the true one, late; it is told as struck', async t => {
  const beganMs = performance.now()
  const { status, headers, json } = await orders('slow_answer; ms=250')
  t.ok(performance.now() - beganMs >= 250)
  t.equal(status, 201)
  t.equal(headers['kahub-sandbox-fault'], 'slow_answer')
  t.equal(json.state, 'completed')
})

t.test('goods that were bought by others meanwhile are out of stock for one order, whatever the stock query said', async t => {
  const [before] = (await shop.kahub.stock.query({ skus: [sku] })).data
  const reference = newReference()
  const refused = await orders('out_of_stock', { reference, lines: [{ sku, quantity: 2 }] })
  t.match(refused, { status: 409, code: 'out_of_stock', headers: { 'kahub-sandbox-fault': 'out_of_stock' } })
  t.match(refused.json.errors[0], { pointer: '/lines/0/quantity', available: 0 })
  t.equal((await shop.kahub.stock.query({ skus: [sku] })).data[0]!.available, before!.available, 'nothing was taken')
  t.equal((await orders('out_of_stock', { reference, lines: [{ sku, quantity: 2 }] })).status, 201, 'the reference stays free')
})

t.test('of goods that have become few, a partial order gets what is left, and the rest is refused', async t => {
  const refused = await orders('partial_stock; available=2', { lines: [{ sku, quantity: 5 }] })
  t.match(refused, { status: 409, code: 'out_of_stock' })
  t.equal(refused.json.errors[0].available, 2)
  const partial = await orders('partial_stock; available=2', { lines: [{ sku, quantity: 5 }], fill: 'partial' })
  t.match(partial.json, { state: 'partial', delivered: 2, lines: [{ state: 'partial', reason: 'out_of_stock' }] })
  t.equal(partial.json.lines[0].codes.length, 2)
})

t.test('orders beside a struck one find the stock there is', async t => {
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => orders(n % 3 === 0 ? 'out_of_stock' : 'slow_answer; ms=1')))
  t.same(answers.map(({ status }) => status), Array.from({ length: 30 }, (_, n) => n % 3 === 0 ? 409 : 201))
})

t.test('a price that rises between looking and buying is refused by max_total, bound by a quote, and paid without either', async t => {
  const buyer = await house.reseller({ world: 'test', balance: '1000' })
  const other = await house.reseller({ world: 'test', balance: '1000' })
  const lines = [{ sku, quantity: 1 }]
  const quote = await buyer.kahub.quotes.create({ lines })
  const places = (fault: string, body: object = {}) => buyer.send('POST', '/v1/orders', {
    body: { reference: newReference(), lines, ...body }, headers: { 'kahub-sandbox': fault }
  })
  const refused = await places('price_change; percent=20', { max_total: cny(price) })
  t.match(refused, { status: 409, code: 'price_above_max' })
  t.match(refused.json.total, { amount: '12.00' })
  t.equal((await buyer.kahub.prices.get({ sku: [sku] })).data[0]!.unit_price?.amount, '12.00', 'the price has changed')
  t.equal((await buyer.places({ lines, quote: quote.id })).total, '10.00', 'a quote binds')
  t.equal((await places('price_change; percent=50')).json.total, '18.00', 'who says no limit pays what it costs now')
  t.equal((await other.places({ lines })).total, '10.00', 'nobody else’s price moved')
  const late = await buyer.kahub.quotes.create({ lines })
  t.match(await places('quote_expiry', { quote: late.id }), { status: 409, code: 'quote_expired' })
})

t.test('an order that nobody knows about yet is undecided under its reference until it is settled, either way', async t => {
  for (const outcome of ['completed', 'cancelled'] as const) {
    const event = `order.${outcome}` as const
    const reference = newReference()
    const before = await balance()
    const place = () => orders(`supplier_unknown; seconds=600; outcome=${outcome}`, { reference })
    const first = await place()
    t.match(first, { status: 202, headers: { 'kahub-sandbox-fault': 'supplier_unknown' } })
    t.match(first.json, { state: 'reserved', delivered: 0, lines: [{ state: 'held' }] })
    t.notOk('codes' in first.json.lines[0])
    t.equal(await balance(), before - price, 'the money is set aside')
    const again = await place()
    t.match(again, { status: 200, headers: { 'idempotent-replayed': 'true' } })
    t.match(again.json, { id: first.json.id, state: 'reserved' })
    await settleUndecided(test.stepDb, 10)
    t.equal((await orderOf(reference))!.state, 'reserved', 'before its time it stays so')

    await db`update test.sandbox_undecided set settle_at = now() where reference = ${reference}`
    await settleUndecided(test.stepDb, 10)
    t.equal((await orderOf(reference))!.state, outcome)
    t.equal(await balance(), outcome === 'completed' ? before - price : before)
    const told = (await shop.kahub.events.list({ after: 0, limit: 100, types: [event] })).data
    t.ok(told.some(({ data }) => (data as { order: { reference: string } }).order.reference === reference), `${event} is told`)
    if (outcome === 'completed') t.equal((await place()).json.lines[0].codes.length, 1, 'the codes are there, under the same reference')
  }
  const beyond = await orders('supplier_unknown', { lines: [{ sku, quantity: 100_000 }] })
  t.match(beyond, { status: 409, code: 'out_of_stock' }, 'what cannot be had is refused as ever')
  t.same(await db`select from test.sandbox_undecided`, [], 'and leaves nothing to be settled')
})

t.test('asking for an undecided order again, under the same fault, puts off nothing', async t => {
  const reference = newReference()
  const place = () => orders('supplier_unknown; seconds=600; repeat', { reference })
  t.equal((await place()).status, 202)
  const told = async () => await db`select settle_at from test.sandbox_undecided where reference = ${reference}`
  await db`update test.sandbox_undecided set settle_at = now() where reference = ${reference}`
  const due = await told()
  t.match(await place(), { status: 200, json: { state: 'reserved' }, headers: { 'kahub-sandbox-fault': 'supplier_unknown' } })
  t.same(await told(), due)
  await settleUndecided(test.stepDb, 10)
  t.match((await place()).json, { state: 'completed' })
  t.same(await db`select from test.sandbox_undecided`, [], 'what is settled is not settled again')
})

t.test('goods with a fault meet it without any header', async t => {
  const { admin } = house.operators.test
  for (const [fault, status] of [['out_of_stock', 409], ['unavailable', 503], ['error_after_commit', 500]] as const) {
    const product = await admin.products.create({ reference: fault, name: fault, kind: 'code', issuer: 'steam', tags: [`fault:${fault}`] })
    const magic = await house.sku({ world: 'test', product: product.id, codes: 5 })
    const body = { reference: newReference(), lines: [{ sku: magic, quantity: 1 }] }
    const struck = await shop.send('POST', '/v1/orders', { body })
    t.match(struck, { status, headers: { 'kahub-sandbox-fault': fault } })
    t.equal((await shop.send('POST', '/v1/orders', { body })).headers['kahub-sandbox-fault'], undefined, 'once a reference')
  }
})

t.test('a live key that asks for a fault is refused, whatever it asks, and so is what asks for none there is', async t => {
  const liveSku = await house.sku({ codes: 10 })
  const live = await house.reseller()
  for (const fault of sandboxFaults) {
    const answer = await live.send('POST', '/v1/orders', {
      body: { reference: fault, lines: [{ sku: liveSku, quantity: 1 }] }, headers: { 'kahub-sandbox': fault }
    })
    t.match(answer, { status: 403, code: 'sandbox_only' }, fault)
    t.equal(answer.headers['kahub-sandbox-fault'], undefined)
  }
  t.equal((await live.kahub.orders.list()).data.length, 0, 'nothing was bought')
  t.equal((await house.operators.test.send('GET', '/admin/v1/books', { headers: { 'kahub-sandbox': 'unavailable' } })).code, 'sandbox_only')
  const invalid = [
    '', 'nonsense', 'unavailable; retry_after=999', 'unavailable; after=1', 'slow_answer, unavailable', 'out_of_stock, out_of_stock',
    'slow_answer; ms=', 'supplier_unknown; outcome=maybe', 'x'.repeat(501), sandboxFaults.slice(8).join(',')
  ]
  for (const fault of invalid) {
    t.match(await orders(fault), { status: 422, code: 'sandbox_fault_invalid' }, JSON.stringify(fault.slice(0, 40)))
  }
  const elsewhere = await shop.send('GET', '/v1/me', { headers: { 'kahub-sandbox': 'out_of_stock' } })
  t.match(elsewhere, { status: 422, code: 'sandbox_fault_invalid' })
  const uncovered = await shop.send('GET', '/v1/me', { tamper: { headersAfter: { 'kahub-sandbox': 'unavailable' } } })
  t.equal(uncovered.code, 'signature_insufficient', 'the header is signed')
})

t.test('orders of the graph are struck as those of REST are', async t => {
  const query = 'mutation ($input: PlaceOrderInput!) { placeOrder (input: $input) { order { state delivered } } }'
  const reference = newReference()
  const mutate = (fault: string) => shop.send('POST', '/graphql', {
    body: { query, variables: { input: { reference, lines: [{ sku, quantity: 1 }] } } }, headers: { 'kahub-sandbox': fault }
  })
  t.match((await mutate('out_of_stock')).json, { errors: [{ extensions: { code: 'out_of_stock' } }] })
  t.equal(await codeOf(mutate('reset_after_commit')), 'ECONNRESET')
  t.match(await orderOf(reference), { state: 'completed' })
  t.match((await mutate('reset_after_commit')).json.data.placeOrder.order, { delivered: 1 })
  const live = await house.reseller()
  const refused = await live.send('POST', '/graphql', { body: { query: '{ __typename }' }, headers: { 'kahub-sandbox': 'slow_answer' } })
  t.equal(refused.status, 403)
})

t.test('what struck can be read, by its reseller alone', async t => {
  const reference = newReference()
  await orders('unavailable', { reference })
  const { data } = await shop.kahub.sandbox.listStrikes({ reference })
  t.match(data, [{ fault: 'unavailable', call: 'POST /v1/orders', reference }])
  t.same((await (await house.reseller({ world: 'test' })).kahub.sandbox.listStrikes({ reference })).data, [])
  t.equal(await outcomeOf((await house.reseller()).kahub.sandbox.listStrikes()), 'sandbox_only')
})

t.test('connections are kept silent up to a bound, and none keeps the server from ending', async t => {
  const silence = openSilence()
  const sockets = Array.from({ length: silentMax + 2 }, () => new Socket())
  for (const socket of sockets) silence.keep(socket, 60_000)
  t.same(sockets.map(({ destroyed }) => destroyed), sockets.map((_, n) => n < 2), 'the longest silent are closed')
  silence.end()
  t.ok(sockets.every(({ destroyed }) => destroyed))

  const serving = await serve(house.worlds, { host: '127.0.0.1', port: 0, metricsPort: 0, trustProxy: false, logger: false })
  const calls = Array.from({ length: 3 }, (_, n) => codeOf(shop.at(serving.url).send('GET', `/v1/orders?limit=${n + 1}`, {
    headers: { 'kahub-sandbox': 'timeout_before_commit; ms=120000' }
  })))
  const seen = async () => (await db<{ count: number }[]>`
    select count(*)::int from test.sandbox_strikes where parameters @> '{"ms": 120000}'`)[0]!.count
  while (await seen() < calls.length) await new Promise(resolve => setImmediate(resolve))
  await serving.close()
  t.same(await Promise.all(calls), ['ECONNRESET', 'ECONNRESET', 'ECONNRESET'])
})

t.test('every fault is told with its meaning', async t => {
  t.same(Object.keys(sandboxFaultKinds), [...sandboxFaults])
})

t.test('after all of it the books hold in both worlds', async t => {
  await house.proves(t)
})
