// Subscriptions over Server-Sent Events and WebSocket: nothing missed, nothing twice, and an end with the key that began them.
import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { createClient, type Client } from 'graphql-ws'
import { WebSocket } from 'ws'
import { graphReader, openSse, signedUpgrade } from '../support/graph.ts'
import { openHouse, type Reseller } from '../support/house.ts'

const house = await openHouse(t)
const sku = await house.sku({ price: '1', codes: 200 })
const wsUrl = house.url.replace('http', 'ws') + '/graphql'
const following = 'subscription ($after: SafeInt, $types: [String!]) { events(after: $after, types: $types) { id type sequence data about { id ... on Order { reference total { amount } } } } }'

function socketOf (reseller: Reseller): Client {
  return createClient({
    url: wsUrl,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    webSocketImpl: class extends WebSocket {
      constructor (url: string, protocols: string) { super(url, protocols, { headers: signedUpgrade(reseller, '/graphql') }) }
    }
  })
}

async function takes (count: number, results: AsyncIterable<any>): Promise<any[]> {
  const taken: any[] = []
  for await (const result of results) {
    taken.push(result)
    if (taken.length === count) break
  }
  return taken
}

t.test('events come over a WebSocket as they become true, with the order they are about', async t => {
  const alice = await house.reseller()
  await alice.places({ reference: 'W 1', sku, quantity: 1 })
  const client = socketOf(alice)
  t.teardown(() => client.dispose())
  const first = takes(3, client.iterate({ query: following, variables: { after: 0, types: ['order.completed'] } }))
  const deposits = takes(1, client.iterate({ query: following, variables: { after: 0, types: ['wallet.deposited'] } }))
  await alice.places({ reference: 'W 2', sku, quantity: 2 })
  await alice.places({ reference: 'W 3', sku, quantity: 3 })
  const events = (await first).map(({ data }) => data.events)
  t.match(events, ['W 1', 'W 2', 'W 3'].map((reference, i) => ({ type: 'order.completed', about: { reference, total: { amount: `${i + 1}.00` } } })))
  t.match(await deposits, [{ data: { events: { type: 'wallet.deposited', about: null } } }])
  t.ok(events[0].sequence < events[1].sequence)
  t.match(await takes(1, client.iterate({ query: '{ me { world } }' })), [{ data: { me: { world: 'live' } } }], 'a socket carries queries, too')
  const resumed = await takes(1, client.iterate({ query: following, variables: { after: events[1].sequence, types: ['order.completed'] } }))
  t.equal(resumed[0].data.events.about.reference, 'W 3', 'what was taken does not come again')
})

t.test('the same comes as server-sent events, to be resumed by sequence', async t => {
  const alice = await house.reseller()
  const stream = await openSse(alice, { query: following, variables: { types: ['order.completed'] } })
  t.match(stream.headers['content-type'], /^text\/event-stream/)
  await alice.places({ reference: 'S 1', sku, quantity: 1 })
  const one = await stream.next()
  t.match(one, { event: 'next', data: { data: { events: { about: { reference: 'S 1' } } } } })
  stream.close()
  await alice.places({ reference: 'S 2', sku, quantity: 1 })
  const again = await openSse(alice, { query: following, variables: { after: one.data.data.events.sequence, types: ['order.completed'] } })
  t.match(await again.next(), { data: { data: { events: { about: { reference: 'S 2' } } } } })
  again.close()
  const query = await openSse(alice, { query: '{ me { world } }' })
  t.match(await query.next(), { event: 'next', data: { data: { me: { world: 'live' } } } })
  t.match(await query.next(), { event: 'complete' })
})

t.test('what is asked wrongly is refused before a stream begins', async t => {
  const alice = await house.reseller()
  const ask = (query: string, accept = 'text/event-stream') => alice.send('POST', '/graphql', { body: { query }, headers: { 'content-type': 'application/json', accept } })
  t.match(await ask('subscription { events { type } }', 'application/json'), { status: 406, code: 'not_acceptable' })
  t.match((await ask('subscription { events(after: 1000000) { type } }')).json.errors[0].extensions, { code: 'invalid_request', errors: [{ pointer: '/after' }] })
  t.match((await ask('subscription { events(types: ["no.such"]) { type } }')).json.errors[0].extensions, { code: 'invalid_request' })
  t.match((await ask('subscription { events { nonsense } }')).json.errors[0].extensions, { code: 'document_invalid' })
  t.match((await ask('subscription { a: events { id } b: events { id } }')).json.errors[0].extensions, { code: 'document_invalid' })
  const narrow = await alice.withKey({ scopes: ['stock:read'] })
  const refused = await narrow.send('POST', '/graphql', { body: { query: 'subscription { events { id } }' }, headers: { 'content-type': 'application/json', accept: 'text/event-stream' } })
  t.match(refused.json.errors[0].extensions, { code: 'scope_missing' })
})

t.test('variables that do not fit are refused before a stream begins, and are no fault of ours', async t => {
  const alice = await house.reseller()
  const query = 'subscription ($after: SafeInt, $show: Boolean!) { events(after: $after) { id type @include(if: $show) } }'
  for (const variables of [{ after: 'x', show: true }, { after: 1 }, { show: {} }, { after: [[]], show: null }, {}]) {
    const body = JSON.stringify({ query, variables })
    const answer = await alice.send('POST', '/graphql', { body, headers: { 'content-type': 'application/json', accept: 'text/event-stream' } })
    t.match(answer.text, /"code":"invalid_request"/, body)
    t.notMatch(answer.text, /internal_error/)
  }
})

t.test('a stream ends when its key is revoked, over both ways', async t => {
  const alice = await house.reseller()
  const key = await alice.withKey({})
  const sse = await openSse(key, { query: 'subscription { events { id } }' })
  const socket = socketOf(key)
  t.teardown(() => socket.dispose())
  const closed = new Promise<CloseEvent>(resolve => socket.on('closed', event => resolve(event as CloseEvent)))
  const listening = takes(1, socket.iterate({ query: 'subscription { events(types: ["order.voided"]) { id } }' })).catch(() => [])
  await new Promise<void>(resolve => socket.on('connected', () => resolve()))
  await alice.kahub.keys.revoke(key.credentials.keyId)
  let frame = await sse.next()
  while (frame.data?.data) frame = await sse.next()
  t.match(frame, { event: 'next', data: { errors: [{ extensions: { code: 'key_revoked' } }] } })
  t.match(await sse.next(), { event: 'complete' })
  t.match(await closed, { code: 4403, reason: 'key_revoked' })
  await listening
})

t.test('a socket says who it is before anything, by signature or by token, and keeps to the protocol', async t => {
  const alice = await house.reseller()
  const unsigned = async (messages: readonly string[], protocol = 'graphql-transport-ws') => {
    const socket = new WebSocket(wsUrl, protocol)
    await once(socket, 'open')
    for (const message of messages) socket.send(message)
    const [code, reason] = await once(socket, 'close')
    return [code, String(reason)]
  }
  const init = '{"type":"connection_init"}'
  t.same(await unsigned([init]), [4403, 'signature_missing'])
  t.same(await unsigned(['{"type":"connection_init","payload":{"authorization":"Bearer nonsense"}}']), [4403, 'token_invalid'])
  t.same((await unsigned(['{"type":"subscribe","id":"1","payload":{"query":"{ me { world } }"}}']))[0], 4401)
  t.same((await unsigned(['nonsense']))[0], 4400)
  t.same((await unsigned(['{"type":"connection_init","type":"ping"}']))[0], 4400)
  await t.rejects(unsigned([], 'other'), 'another protocol is not spoken')
  const wrong = new WebSocket(wsUrl, 'graphql-transport-ws', { headers: { ...signedUpgrade(alice, '/graphql'), signature: 'sig1=:AAAA:' } })
  const [error] = await once(wrong, 'error')
  t.match(error.message, /401/)
  const elsewhere = new WebSocket(house.url.replace('http', 'ws') + '/v1/me', { headers: signedUpgrade(alice, '/v1/me') })
  t.match((await once(elsewhere, 'error'))[0].message, /200|400/)

  const socket = await greeted(t, alice)
  const said = async (message: object) => {
    socket.send(JSON.stringify(message))
    return JSON.parse(String((await once(socket, 'message'))[0]))
  }
  t.match(await said({ type: 'ping' }), { type: 'pong' })
  t.match(await said({ type: 'subscribe', id: '1', payload: { query: `mutation { placeOrder(input: { reference: "W", lines: [{ sku: "${sku}", quantity: 1 }] }) { order { id } } }` } }), { id: '1', type: 'error', payload: [{ extensions: { code: 'method_not_allowed' } }] })
  t.match(await said({ type: 'subscribe', id: '2', payload: { query: '{ nonsense }' } }), { id: '2', type: 'error', payload: [{ extensions: { code: 'document_invalid' } }] })
  t.match(await said({ type: 'subscribe', id: '3', payload: { query: 7 } }), { id: '3', type: 'error', payload: [{ extensions: { code: 'graphql_request_invalid' } }] })
  await alice.places({ reference: 'reveal', sku, quantity: 1 })
  t.match(await said({ type: 'subscribe', id: '4', payload: { query: '{ orders { nodes { codes { data { secret } } } } }' } }), { id: '4', type: 'next', payload: { data: { orders: { nodes: [{ codes: null }] } }, errors: [{ extensions: { code: 'method_not_allowed' } }] } })
  socket.send(init)
  t.equal((await once(socket, 'close'))[0], 4429)
})

t.test('a key has so many sockets and streams, and no more; what ends makes room', async t => {
  const alice = await house.reseller()
  const sockets = await Promise.all(Array.from({ length: 10 }, () => greeted(t, alice)))
  const eleventh = new WebSocket(wsUrl, 'graphql-transport-ws', { headers: signedUpgrade(alice, '/graphql') })
  t.match((await once(eleventh, 'error'))[0].message, /429/)
  sockets[0]!.close()
  await once(sockets[0]!, 'close')
  await greeted(t, alice)
  const streams = await Promise.all(Array.from({ length: 10 }, () => openSse(alice, { query: 'subscription { events { id } }' })))
  t.match(await alice.send('POST', '/graphql', { body: { query: 'subscription { events { id } }' }, headers: { 'content-type': 'application/json', accept: 'text/event-stream' } }), { status: 429, code: 'rate_limited' })
  for (const stream of streams) stream.close()
})

t.test('an upgrade that does not come about takes no place', async t => {
  const alice = await house.reseller()
  const { host, port } = new URL(house.url)
  for (let i = 0; i < 11; i++) {
    const socket = connect(Number(port), '127.0.0.1')
    const headers = { host, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '99', 'sec-websocket-key': `${'A'.repeat(22)}==`, ...signedUpgrade(alice, '/graphql') }
    socket.write(`GET /graphql HTTP/1.1\r\n${Object.entries(headers).map(header => header.join(': ')).join('\r\n')}\r\n\r\n`)
    t.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 400 /)
    socket.destroy()
  }
  await greeted(t, alice)
})

t.test('what events cost is taken from the rate; when there is none left a stream waits, and misses nothing', async t => {
  const alice = await house.reseller()
  const count = 66
  for (let i = 0; i < count; i++) await alice.places({ reference: `C ${i}`, sku, quantity: 1 })
  const key = await alice.withKey({ requestsPerMinute: 600 })
  const dear = Array.from({ length: 7 }, (_, i) => `a${i}: about { ... on Order { lines { sku { product { skus { id } } } } } }`).join(' ')
  const stream = await openSse(key, { query: `subscription { events(after: 0, types: ["order.completed"]) { data ${dear} } }` })
  const frames = []
  for (let i = 0; i < count; i++) frames.push(await stream.next())
  stream.close()
  t.same(frames.map(({ data }) => data.data.events.data.order.reference), Array.from({ length: count }, (_, i) => `C ${i}`))
  const left = Number(/r=(\d+)/.exec((await key.send('GET', '/v1/me')).headers.ratelimit as string)![1])
  t.ok(left < 100, `${left} are left of 600`)
})

t.test('a socket knows its reseller as it is by now', async t => {
  const alice = await house.reseller()
  const { level } = await house.reseller({ level: 'promoted' }).then(async other => (await other.kahub.me.get()).reseller)
  const socket = await greeted(t, alice)
  await house.operator.resellers.update(alice.id, { level: level.id })
  await house.worlds.live.refresh()
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ me { reseller { level { id } } } }' } }))
  t.match(JSON.parse(String((await once(socket, 'message'))[0])), { type: 'next', payload: { data: { me: { reseller: { level: { id: 'promoted' } } } } } })
})

t.test('who asks and does not read what is answered is left', async t => {
  const alice = await house.reseller()
  const socket = await greeted(t, alice)
  socket.on('error', () => {})
  socket.pause()
  // It is there, as its pongs say; but what it asks for waits, beyond what the system's buffers take.
  const query = `{ ${['a', 'b', 'c'].map(name => `${name}: __schema { types { name description } }`).join(' ')} }`
  let asked = 0
  const asking = setInterval(() => {
    socket.pong()
    socket.send(JSON.stringify({ type: 'subscribe', id: `${asked++}`, payload: { query } }))
  }, 5)
  t.teardown(() => clearInterval(asking))
  const [code] = await once(socket, 'close')
  t.equal(code, 1006)
})

t.test('ids of operations are bounded, so that a refusal can repeat them', async t => {
  const alice = await house.reseller()
  const ended = async (id: string) => {
    const socket = await greeted(t, alice)
    for (let i = 0; i < 2; i++) socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query: 'subscription { events { id } }' } }))
    const [code, reason] = await once(socket, 'close')
    return [code, String(reason)]
  }
  const longest = '单'.repeat(30)
  t.same(await ended(longest), [4409, `Subscriber for ${longest} already exists`])
  t.same(await ended(longest + '1'), [4400, 'Invalid message'])
})

t.test('sockets that do not say who they are have so many places, and signed ones have theirs', async t => {
  const alice = await house.reseller()
  const silent = Array.from({ length: 200 }, () => new WebSocket(wsUrl, 'graphql-transport-ws'))
  t.teardown(() => silent.forEach(socket => socket.terminate()))
  await Promise.all(silent.map(socket => once(socket, 'open')))
  const [error] = await once(new WebSocket(wsUrl, 'graphql-transport-ws'), 'error')
  t.match(error.message, /503/)
  await greeted(t, alice)
})

t.test('requests that ask for other upgrades are answered as requests', async t => {
  const alice = await house.reseller()
  t.match(await alice.send('GET', '/v1/me', { headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA' } }), { status: 200 })
  t.match(await graphReader(alice)('{ me { world } }'), { data: { me: { world: 'live' } } })
  t.match(await alice.send('GET', '/graphql/unsigned-socket'), { status: 404 })
})

async function greeted (t: Test, reseller: Reseller): Promise<WebSocket> {
  const socket = new WebSocket(wsUrl, 'graphql-transport-ws', { headers: signedUpgrade(reseller, '/graphql') })
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  t.match(JSON.parse(String((await once(socket, 'message'))[0])), { type: 'connection_ack' })
  return socket
}
