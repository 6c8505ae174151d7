// What every call promises: it is tried again only where that is one order, it fails in words that help, and it shows no secret.
import t from 'tap'
import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import * as sdk from '../../sdk/src/index.ts'
import { Connection } from '../../sdk/src/connection.ts'
import type { KahubOptions } from '../../sdk/src/options.ts'
import { Kahub } from './generated/client.ts'
import { hangUp, json, problem, saysNothing, startReceiver, type Answering } from './receiver.ts'

const canaries = { key: 'khs_CANARYKEY000', code: 'CANARY-CODE-1', reference: 'PO-1' }
const lines = [{ sku: 'sku_a', quantity: 1 }]
const order = { id: 'ord_1', reference: 'PO-1', state: 'completed', lines: [{ line: 1, codes: [{ secret: canaries.code, number: 'N-1' }] }] }

t.test('what was never sent is tried again, whatever it is, and its error says so', async t => {
  const gone = await startReceiver([saysNothing])
  await gone.stop()
  let tried = 0
  const counting: KahubOptions['fetch'] = (url, init) => { tried++; return fetch(url, init) }
  const error = await refusal(client(gone.url, { fetch: counting }).orders.cancel('ord_1'))
  t.match(error, { name: 'ConnectionError', detail: /ECONNREFUSED/, retryable: true, message: /Nothing was sent/ })
  t.equal(tried, 3)
})

t.test('a reference that is no text is sent as it is, and a header without a value is not: no reference is put in the place of the caller’s own', async t => {
  const receiver = await startReceiver([json(order)])
  t.teardown(receiver.stop)
  const { orders } = client(receiver.url)
  await orders.place({ reference: 1001 as never, lines })
  await orders.place({ lines }, { headers: { 'Idempotency-Key': undefined as never } })
  const [numbered, made] = receiver.received
  t.equal(JSON.parse(numbered!.body).reference, 1001, 'the server refuses it; another would buy again with each try')
  t.match(JSON.parse(made!.body).reference, /^sdk_/)
  t.notOk(made!.headers['idempotency-key'])
})

t.test('a connection that broke under way is not taken for one that was never made', async t => {
  let tried = 0
  const broken = async () => {
    tried++
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('read EHOSTUNREACH'), { code: 'EHOSTUNREACH', syscall: 'read' }) })
  }
  const error = await refusal(client('http://127.0.0.1', { fetch: broken }).orders.cancel('ord_1'))
  t.match(error, { name: 'ConnectionError', message: /not known whether this was done/ })
  t.equal(tried, 1)
})

t.test('a signal that lives as long as the program gathers nothing of the calls it was given to', async t => {
  const receiver = await startReceiver([json(order)])
  t.teardown(receiver.stop)
  const stop = new AbortController()
  const { me } = client(receiver.url)
  for (let i = 0; i < 3; i++) {
    await (await me.get({ signal: stop.signal }).asResponse()).text()
    await me.get({ signal: stop.signal })
  }
  t.same(getEventListeners(stop.signal, 'abort'), [])
})

t.test('a refusal is told whatever its code is called', async t => {
  const receiver = await startReceiver(['constructor', 'toString', '__proto__'].map(code => problem(400, code)))
  t.teardown(receiver.stop)
  for (const code of ['constructor', 'toString', '__proto__']) t.match(await refusal(client(receiver.url).me.get()), { name: 'BadRequest', code })
})

t.test('once an attempt may have been carried out, no later one makes that unsaid', async t => {
  const receiver = await startReceiver([hangUp])
  let tried = 0
  const kahub = client(receiver.url, {
    fetch: async (url, init) => {
      if (++tried > 1) await receiver.stop()
      return fetch(url, init)
    }
  })
  const error = await refusal(kahub.orders.place({ reference: 'PO-1', lines }))
  t.equal(tried, 3)
  t.match(error, { detail: /ECONNREFUSED/, reference: 'PO-1', message: /not known whether this was done. Send the same again with reference "PO-1"/ })
})

t.test('a limit that is used up is waited for as RateLimit says, and Retry-After comes first', async t => {
  const limited = (headers: Record<string, string>) => problem(429, 'rate_limited', {}, headers)
  const receiver = await startReceiver([
    limited({ ratelimit: '"key";r=0;t=7' }),
    limited({ ratelimit: '"level";r=5;t=40, "key"; t=9; r=0' }),
    json(order),
    limited({ ratelimit: '"key";r=3;t=50' }),
    limited({ ratelimit: '"key";r=0;t=50', 'retry-after': '2' }),
    json(order),
    limited({ ratelimit: '"key";r=0;t=3600' })
  ])
  t.teardown(receiver.stop)
  const pauses: number[] = []
  const kahub = client(receiver.url, { pause: async ms => { pauses.push(ms) } })
  for (let i = 0; i < 2; i++) await kahub.orders.place({ lines })
  const within = [[7000, 7500], [9000, 10_000], [0, 500], [2000, 3000]] as const
  t.ok(within.every(([from, to], i) => pauses[i]! >= from && pauses[i]! <= to), pauses.join(', '))
  t.match(await refusal(kahub.orders.place({ lines })), { name: 'RateLimited', retryAfterSeconds: 3600 })
  t.equal(pauses.length, 4, 'an hour is told, not waited for')
})

t.test('the same order still under way is waited for; a conflict that stays is not repeated', async t => {
  const receiver = await startReceiver([
    problem(409, 'still_at_work', {}, { 'retry-after': '1' }), problem(425, 'too_early'), json(order, 201), problem(409, 'out_of_stock', { retryable: true })
  ])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  t.equal((await kahub.orders.place({ reference: 'PO-1', lines })).id, 'ord_1')
  t.equal(new Set(receiver.received.map(({ body }) => body)).size, 1)
  t.match(await refusal(kahub.orders.place({ lines })), { name: 'Conflict', code: 'out_of_stock', retryable: true })
  t.equal(receiver.received.length, 4)
})

t.test('the pauses between attempts are anything up to twice the one before: full jitter', async t => {
  const receiver = await startReceiver([problem(503, 'overloaded')])
  t.teardown(receiver.stop)
  const pauses: number[] = []
  const kahub = client(receiver.url, { retriesMax: 10, pause: async ms => { pauses.push(ms) } })
  for (let i = 0; i < 3; i++) await refusal(kahub.me.get())
  const bounds = Array.from({ length: 10 }, (_, retry) => Math.min(8_000, 500 * 2 ** retry))
  t.ok(pauses.length === 30 && pauses.every((ms, i) => ms >= 0 && ms <= bounds[i % 10]!))
  t.equal(new Set(pauses).size, 30)
  t.ok(pauses.some((ms, i) => ms < bounds[i % 10]! / 2) && pauses.some((ms, i) => ms > bounds[i % 10]! / 2))
})

t.test('an error names its page, its headers and whether to try again', async t => {
  const receiver = await startReceiver([
    problem(409, 'insufficient_balance', { type: '/problems#insufficient_balance', retryable: true }, { 'request-id': 'req_9', 'x-own': 'v' }),
    problem(404, 'not_found', { type: 'about:blank' })
  ])
  t.teardown(receiver.stop)
  const error = await refusal(client(receiver.url).orders.place({ reference: 'PO-1', lines }))
  t.match(error, { docUrl: `${receiver.url}/problems#insufficient_balance`, status: 409, requestId: 'req_1', reference: 'PO-1', retryable: true })
  t.equal(error.headers?.get('x-own'), 'v')
  t.equal((await refusal(client(receiver.url).me.get())).docUrl, 'about:blank')
})

t.test('a clock that is behind, ahead, or that nobody can tell', async t => {
  const now = Date.UTC(2026, 10, 21)
  const date = new Date(now).toUTCString()
  const cases: Array<[string, Record<string, string>, number, RegExp]> = [
    ['signature_expired', { date }, now - 400_000, /Set the clock of this machine: it is 400 seconds behind the server's\./],
    ['signature_in_future', { date }, now + 3_600_000, /Set the clock of this machine: it is 3600 seconds ahead of the server's\./],
    ['signature_expired', { date: 'sometime' }, now, /Set the clock of this machine\. \(/]
  ]
  for (const [code, headers, clock, message] of cases) {
    const receiver = await startReceiver([problem(401, code, {}, headers)])
    t.match(await refusal(client(receiver.url, { clock: () => clock }).me.get()), { name: 'Unauthorized', code, message })
    t.equal(receiver.received.length, 1)
    await receiver.stop()
  }
})

t.test('a key of the wrong kind is told before anything is sent, and is not repeated in the error', async t => {
  const good = { baseUrl: 'https://api.example.com', keyId: 'key_test_1' }
  const rsa = await crypto.subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }, true, ['sign', 'verify'])
  const ed25519 = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']) as { publicKey: object }
  const pem = `-----BEGIN PRIVATE KEY-----\n${canaries.key}\n-----END PRIVATE KEY-----`
  const wrong: Array<[object, RegExp]> = [
    [{ secret: `whsec_${canaries.key}` }, /khs_…/], [{ secret: 'key_live_1' }, /khs_…/], [{ secret: pem }, /ed25519 key takes privateKey/],
    [{ privateKey: pem }, /createPrivateKey\(pem\)/], [{ privateKey: rsa.privateKey }, /Ed25519 CryptoKey/],
    [{ privateKey: ed25519.publicKey }, /private key, not the public/], [{ privateKey: null }, /Ed25519/],
    [{ privateKey: { kty: 'RSA', d: canaries.key, n: 'n', e: 'AQAB' } }, /Ed25519/],
    [{ privateKey: { kty: 'OKP', crv: 'X25519', d: canaries.key, x: 'x' } }, /Ed25519/], [{}, /khs_…/],
    [{ secret: canaries.key, algorithm: 'ed25519' }, /ed25519 takes privateKey/]
  ]
  for (const [key, message] of wrong) {
    let error: unknown
    try {
      console.log(new Kahub({ ...good, ...key } as KahubOptions))
    } catch (thrown) {
      error = thrown
    }
    t.match(error, { name: 'ArgumentError', code: 'argument_invalid', message }, String(message))
    t.notMatch(inspect(error, { depth: 9 }), 'CANARY')
  }
})

t.test('in a browser no key is taken, unless that is asked for by its name', t => {
  const options = { baseUrl: 'https://api.example.com', keyId: 'key_live_1', secret: canaries.key }
  const page = globalThis as { window?: object, document?: object }
  page.window = {}
  t.ok(new Kahub(options), 'a window alone is no browser: some runtimes have one')
  page.document = {}
  t.teardown(() => { delete page.window; delete page.document })
  t.throws(() => new Kahub(options), { name: 'ArgumentError', message: /every visitor could take the key.*dangerouslyAllowBrowser/ })
  t.throws(() => new sdk.Kahub(options), { name: 'ArgumentError' })
  t.throws(() => new Connection(options), { name: 'ArgumentError' })
  t.ok(new Kahub({ ...options, dangerouslyAllowBrowser: true }))
  t.end()
})

t.test('a code is not printed by accident, wherever it comes from, and is there when it is wanted', async t => {
  const stream: Answering = response => { response.writeHead(200).end(`{"secret":"${canaries.code}"}\n{"end":true,"count":1}\n`) }
  const page = json({ data: [{ secret: canaries.code, number: 'N-1' }], count: 1, next_offset: null })
  const receiver = await startReceiver([json(order, 201), json(order), page, stream])
  t.teardown(receiver.stop)
  const kahub = new sdk.Kahub({ baseUrl: receiver.url, keyId: 'key_test_1', secret: 'khs_x' })
  const placed = await kahub.orders.place({ reference: 'PO-1', lines })
  const answers: unknown[] = [
    placed, await kahub.orders.get('ord_1').withResponse(), await kahub.orders.codes('ord_1'), await kahub.orders.streamCodes('ord_1').toArray({ limit: 1 })
  ]
  for (const answer of answers) {
    const shown = [inspect(answer, { depth: 9, showHidden: true }), JSON.stringify(answer), JSON.stringify(structuredClone(JSON.parse(JSON.stringify(answer))))]
    for (const text of shown) t.notMatch(text, 'CANARY')
    t.match(JSON.stringify(answer), 'Secret(…)')
  }
  const { secret } = placed.lines[0]!.codes![0]!
  t.ok(secret instanceof sdk.Secret)
  t.same([`${secret}`, String(secret), '' + secret, inspect({ secret })], ['Secret(…)', 'Secret(…)', 'Secret(…)', '{ secret: Secret(…) }'])
  t.equal(secret.reveal(), canaries.code)
  t.equal(sdk.toClearJson(placed), JSON.stringify(order))
  t.same(JSON.parse(sdk.toClearJson([secret, { secret }, 1, null])), [canaries.code, { secret: canaries.code }, 1, null])
})

t.test('a log tells each attempt, retry and failure, and holds no key, signature, code, body or query', async t => {
  const receiver = await startReceiver([
    problem(503, 'overloaded'), json(order, 201), problem(409, 'reference_reused', { detail: `It bought ${canaries.code}.` }, { 'request-id': 'req_1' }), json(order)
  ])
  t.teardown(receiver.stop)
  const told: Array<[string, string, object]> = []
  const logger = Object.fromEntries(['debug', 'info', 'warn', 'error'].map(level => [level, (line: string, facts: object) => told.push([level, line, facts])]))
  const kahub = client(receiver.url, { logger, secret: canaries.key })
  const headers = { authorization: 'Bearer CANARY-TOKEN', cookie: 'CANARY-COOKIE', 'idempotency-key': 'PO-1' }
  await kahub.orders.place({ reference: 'PO-1', lines: [{ sku: 'CANARY-BODY', quantity: 1 }] }, { headers })
  await refusal(kahub.orders.place({ reference: 'PO-1', lines }))
  await kahub.request('GET', '/v1/orders/{id}?q=CANARY-QUERY', { path: { id: 'CANARY-ID' }, query: { of: 'CANARY-QUERY' } })
  t.same(told.map(([level, line]) => [level, line.replace('kahub: ', '')]), [
    ['debug', 'POST /v1/orders is sent'], ['debug', 'POST /v1/orders is answered'], ['info', 'POST /v1/orders is tried again'],
    ['debug', 'POST /v1/orders is sent'], ['debug', 'POST /v1/orders is answered'],
    ['debug', 'POST /v1/orders is sent'], ['debug', 'POST /v1/orders is answered'], ['warn', 'POST /v1/orders failed'],
    ['debug', 'GET /v1/orders/{id} is sent'], ['debug', 'GET /v1/orders/{id} is answered']
  ])
  const sent = receiver.received.flatMap(({ headers }) => [headers.signature, headers['signature-input'], headers['content-digest']]).filter(Boolean)
  const written = inspect(told, { depth: 9 }) + JSON.stringify(told)
  for (const secret of ['CANARY', ...sent]) t.notOk(written.includes(String(secret)), String(secret))
  t.match(told[0]![2], { method: 'POST', headers: { signature: '[redacted]', authorization: '[redacted]', 'kahub-version': '2026-11-21' } })
  t.match(told[2]![2], { attempt: 1, code: 'overloaded', status: 503, reference: 'PO-1', waitMs: Number })
  t.match(told[7]![2], { code: 'reference_reused', status: 409, requestId: 'req_1', reference: 'PO-1' })
})

t.test('a call is a promise that is sent once, and gives its response when asked', async t => {
  const receiver = await startReceiver([json({ id: 'rsl_1', level: 'gold' })])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  const call = kahub.me.get()
  const [first, second, { data, response, requestId }] = await Promise.all([call, call, call.withResponse()])
  t.same([first, second, data], Array(3).fill({ id: 'rsl_1', level: 'gold' }))
  t.match([response.status, response.headers.get('content-type'), requestId], [200, 'application/json', undefined])
  t.equal(await call.then(({ id }) => id).finally(() => {}), 'rsl_1')
  t.equal(receiver.received.length, 1, 'however often it is awaited')
  await t.rejects(call.asResponse(), { name: 'ArgumentError', message: /asked of the call at once/ })

  const raw = await kahub.me.get().asResponse()
  t.notOk(raw.bodyUsed)
  t.same(await raw.json(), { id: 'rsl_1', level: 'gold' })
  t.same(await (await kahub.request('GET', '/v1/x').asResponse()).json(), { id: 'rsl_1', level: 'gold' })
  t.equal(receiver.received.length, 3)

  void kahub.me.get()
  await kahub.me.get()
  t.equal(receiver.received.length, 5, 'what nobody waits for is sent all the same')
})

t.test('what fails is thrown by each way of asking', async t => {
  const receiver = await startReceiver([problem(404, 'not_found')])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  const ways: Array<() => PromiseLike<unknown>> = [
    () => kahub.me.get(), () => kahub.me.get().withResponse(), () => kahub.me.get().asResponse(), () => kahub.requestRaw('GET', '/v1/me'),
    () => kahub.products.list(), () => kahub.products.list().withResponse(), () => kahub.products.list().asResponse(),
    () => kahub.products.list().toArray({ limit: 1 })
  ]
  for (const way of ways) t.match(await refusal(way()), { name: 'NotFound', status: 404 })
  t.equal(await kahub.me.get().catch((error: { code: string }) => error.code), 'not_found')
})

t.test('a list gives its response too, and an array of it needs a limit', async t => {
  const receiver = await startReceiver([json({ data: [{ id: 'a' }], has_more: false, next_cursor: null })])
  t.teardown(receiver.stop)
  const { products } = client(receiver.url)
  const { data, response } = await products.list({ kind: 'code' }).withResponse()
  t.same([data.data.map(({ id }) => id), response.status, await data.nextPage()], [['a'], 200, undefined])
  t.match(await (await products.list().asResponse()).json(), { data: [{ id: 'a' }] })
  await t.rejects(products.list().toArray({} as never), { name: 'ArgumentError', message: /limit/ })
  await t.rejects(products.list().toArray({ limit: NaN }), { name: 'ArgumentError' })
})

t.test('headers, signal, time-out and retries can be given with each call', async t => {
  const receiver = await startReceiver([problem(503, 'overloaded'), json({}), saysNothing])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  t.match(await refusal(kahub.me.get({ retriesMax: 0 })), { status: 503 })
  await kahub.me.get({ headers: { 'X-Own': 'v' } })
  t.equal(receiver.received[1]!.headers['x-own'], 'v')
  t.match(await refusal(kahub.me.get({ timeoutMs: 100, retriesMax: 0 })), { name: 'TimeoutError', message: /within 100 ms/ })
  t.match(await refusal(kahub.me.get({ signal: AbortSignal.abort('no') })), { name: 'AbortedError', cause: 'no' })
})

t.test('a stream of events that is cut within an event goes on behind the last whole one, and tells each once', async t => {
  const frame = (n: number) => `id: ${n}\nevent: moon.landed\ndata: {"id":"evt_${n}","type":"moon.landed","sequence":${n}}\n\n`
  const sends = (text: string): Answering => response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(text, () => response.socket?.destroy())
  }
  const receiver = await startReceiver([
    sends(frame(1) + ': still here\n\n' + frame(2) + frame(3).slice(0, 40)), hangUp, problem(503, 'overloaded'), sends(frame(3) + 'id: 4\n\n'),
    sends(frame(5)), problem(401, 'key_revoked')
  ])
  t.teardown(receiver.stop)
  const kahub = new sdk.Kahub({ baseUrl: receiver.url, keyId: 'key_test_1', secret: 'khs_x', retriesMax: 0, pause: async () => {} })
  const stream = kahub.events.stream({ after: 0 })
  const told: string[] = []
  const error = await refusal((async () => { for await (const { id } of stream) told.push(id) })())
  t.match(error, { name: 'Unauthorized', code: 'key_revoked' }, 'what waiting does not mend ends it')
  t.same(told, ['evt_1', 'evt_2', 'evt_3', 'evt_5'])
  t.equal(stream.lastSequence, 5)
  t.same(receiver.received.map(({ headers }) => headers['last-event-id']), [undefined, '2', '2', '2', '4', '5'])
})

t.test('work in the background is told as it goes on, at the times the server names, and a cut look at it is looked again', async t => {
  const bulk = (state: string, percent: number, seconds?: number): Answering => response => {
    response.writeHead(200, { 'content-type': 'application/json', ...(seconds !== undefined && { 'retry-after': String(seconds) }) })
    response.end(JSON.stringify({ id: 'blk_1', state, percent }))
  }
  const receiver = await startReceiver([bulk('running', 0, 2), hangUp, bulk('running', 0, 2), bulk('running', 60, 1), bulk('completed', 100)])
  t.teardown(receiver.stop)
  const pauses: number[] = []
  const kahub = new sdk.Kahub({ baseUrl: receiver.url, keyId: 'key_test_1', secret: 'khs_x', pause: async ms => { pauses.push(ms) } })
  const seen: number[] = []
  for await (const { percent } of kahub.bulkOrders.watch('blk_1')) seen.push(percent)
  t.same(seen, [0, 60, 100])
  t.same([pauses[0], pauses[2], pauses[3]], [2_000, 3_000, 1_000], 'what does not change is looked at less often')
  t.match(await kahub.bulkOrders.watch('blk_1').end(), { state: 'completed' })
})

t.test('what an answer has more than is known of it, is there', async t => {
  const odd = { id: 'ord_1', state: 'state_of_tomorrow', colour: { is: 'new' }, lines: [] }
  const receiver = await startReceiver([json(odd)])
  t.teardown(receiver.stop)
  t.same(await client(receiver.url).orders.get('ord_1'), odd)
  const secret = sdk.webhooks.newSecret()
  const event = { type: 'moon.landed', timestamp: '2026-11-21T00:00:00Z', sequence: 1, endpoint: 'ep_1', event_sequence: 1, data: { crater: 1 }, colour: 'new' }
  const { body, headers } = await sdk.webhooks.signForTest(event, { secret })
  t.same(await sdk.webhooks.unwrap(body, headers, { secrets: secret }), event)
})

function client (baseUrl: string, more: Partial<KahubOptions> & { secret?: string } = {}): Kahub {
  return new Kahub({ baseUrl, keyId: 'key_test_1', secret: 'khs_x', pause: async () => {}, ...more } as KahubOptions)
}

async function refusal (call: PromiseLike<unknown>): Promise<sdk.KahubError> {
  const answer = await Promise.resolve(call).then(() => new Error('the call was expected to be refused'), (error: unknown) => error)
  if (answer instanceof sdk.KahubError) return answer
  throw answer
}
