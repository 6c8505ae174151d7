import t from 'tap'
import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import {
  checkCoverage, checkWindow, hmacKey as serverHmacKey, parseSignature, signatureBase, verifyHmac
} from '../../src/base/signature.ts'
import { problems } from '../../schema/problems.ts'
import { contentDigest as serverDigest } from '../../src/base/digest.ts'
import * as sdk from '../../sdk/src/errors.ts'
import { EventStream } from '../../sdk/src/event-stream.ts'
import { lineLengthMax } from '../../sdk/src/lines.ts'
import { backoffMaxMs, retryAfterMaxMs } from '../../sdk/src/retries.ts'
import { contentDigest, hmacKey, signatureHeaders, type SignedParts } from '../../sdk/src/signing.ts'
import type { KahubOptions } from '../../sdk/src/options.ts'
import { vectors } from '../support/signing-vectors.ts'
import { KahubAdmin } from './generated/admin.ts'
import { Kahub } from './generated/client.ts'
import { hangUp, json, problem, saysNothing, startReceiver, type Answering, type Received } from './receiver.ts'

const secret = 'khs_bm90LWEtcmVhbC1zZWNyZXQtanVzdC1mb3ItdGVzdHM'
const order = { id: 'ord_1', reference: 'PO-1', state: 'completed', total: { amount: '1', currency: 'CNY' } }
const lines = [{ sku: 'sku_a', quantity: 1 }]

t.test('requests are signed byte for byte as the independent vectors say', async t => {
  t.ok(vectors.length > 0)
  for (const vector of vectors) {
    const url = new URL(vector.target, 'http://localhost')
    const headers: Array<[string, string]> = []
    if (vector.body !== null) headers.push(['content-digest', await contentDigest(new TextEncoder().encode(vector.body))])
    t.equal(headers[0]?.[1] ?? null, vector.content_digest)
    const parts: SignedParts = { method: vector.method, path: url.pathname, query: url.search || '?', headers }
    const [, created, keyId, nonce] = /created=(\d+);keyid="([^"]+)";nonce="([^"]+)"/.exec(vector.signature_input)!
    const made = await signatureHeaders(hmacKey(keyId!, vector.secret), parts, { createdS: Number(created), nonce: nonce! })
    t.same(made, { 'signature-input': vector.signature_input, signature: vector.signature })
  }
})

t.test('what the client sends is what the server accepts', async t => {
  const receiver = await startReceiver([json({ ...order, data: [], has_more: false, next_cursor: null })])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  await kahub.orders.place({ reference: '订单-1', lines }, { headers: { 'Idempotency-Key': '  "PO-9"  ' } })
  await kahub.products.list({ tag: ['a b&c', "d'é"], limit: 5 })
  await kahub.me.get()
  await kahub.request('DELETE', '/v1/holds/x?')
  await client(receiver.url, { baseUrl: `${receiver.url}/behind/a/path/` }).me.get()
  t.equal(receiver.received.at(-1)!.target, '/behind/a/path/v1/me')
  t.equal(receiver.received[1]!.target, '/v1/products?tag=a%20b%26c&tag=d%27%C3%A9&limit=5')
  for (const request of receiver.received) {
    const signature = acceptedSignature(request)
    t.ok(verifyHmac(signatureBase(signature, request), signature.bytes, serverHmacKey(secret)), request.target)
    t.equal(request.headers['kahub-version'], '2026-11-21')
    t.ok(signature.components.includes('kahub-version'))
  }
  const [placed] = receiver.received
  t.equal(placed!.headers['content-digest'], serverDigest(placed!.body))
  t.equal(JSON.parse(placed!.body).reference, '订单-1')
  t.ok(acceptedSignature(placed!).components.includes('idempotency-key'))
})

t.test('an ed25519 key signs as JWK and as imported key', async t => {
  const receiver = await startReceiver([json({ id: 'rsl_1', level: null })])
  t.teardown(receiver.stop)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const jwk = privateKey.export({ format: 'jwk' }) as { kty: string, crv: string, x: string, d: string }
  const imported = await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['sign'])
  for (const key of [jwk, imported]) {
    await new Kahub({ baseUrl: receiver.url, keyId: 'key_test_1', privateKey: key }).me.get()
    t.ok(verifiesEd25519(receiver.received.at(-1)!, publicKey))
  }
  const broken = new Kahub({ baseUrl: receiver.url, keyId: 'key_test_1', privateKey: { ...jwk, d: 'AAAA' } })
  const error = await refusal(broken.me.get())
  t.match(error, { name: 'ArgumentError', code: 'argument_invalid' })
  t.equal(receiver.received.length, 2)
})

t.test('the content of demo.json makes a client, and wrong options are told before anything is sent', async t => {
  const receiver = await startReceiver([json({ id: 'rsl_1', level: 'gold' })])
  t.teardown(receiver.stop)
  const demo = JSON.parse(JSON.stringify({ url: receiver.url, keyId: 'key_test_1', algorithm: 'hmac-sha256', secret })) as KahubOptions
  t.same(await new Kahub(demo).me.get(), { id: 'rsl_1', level: 'gold' })
  const good = { baseUrl: receiver.url, keyId: 'key_test_1', secret }
  const bad: Array<[object, RegExp]> = [
    [{ baseUrl: 'nowhere' }, /baseUrl/], [{ baseUrl: 'ftp://a' }, /https/], [{ baseUrl: 'http://a/?q' }, /an address|https address/],
    [{ keyId: 'a"b' }, /keyId/], [{ keyId: '' }, /keyId/], [{ secret: '' }, /secret/], [{ algorithm: 'ed25519' }, /algorithm/],
    [{ timeoutMs: 0 }, /timeoutMs/], [{ timeoutMs: Infinity }, /timeoutMs/],
    [{ retriesMax: 1.5 }, /retriesMax/], [{ retriesMax: 11 }, /retriesMax/],
    [{ privateKey: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }, /private key, not the public/]
  ]
  for (const [wrong, message] of bad) {
    t.throws(() => new Kahub({ ...good, ...wrong } as KahubOptions), { name: 'ArgumentError', message }, JSON.stringify(wrong))
  }
  const kahub = new Kahub(good)
  await t.rejects(kahub.orders.get('..'), { name: 'ArgumentError' }, 'an id cannot climb out of its path')
  await t.rejects(kahub.orders.get(''), { name: 'ArgumentError' })
  await t.rejects(kahub.request('GET', 'v1/me'), { name: 'ArgumentError' })
  await kahub.orders.get('a/b?c')
  t.equal(receiver.received.at(-1)!.target, '/v1/orders/a%2Fb%3Fc')
  t.equal(receiver.received.length, 2)
})

t.test('a creating call is repeated with the same reference and body, a fresh nonce and a fresh signature', async t => {
  const receiver = await startReceiver([hangUp, problem(503, 'overloaded'), json(order, 201)])
  t.teardown(receiver.stop)
  const pauses: number[] = []
  const kahub = client(receiver.url, { pause: async ms => { pauses.push(ms) } })
  t.same(await kahub.orders.place({ lines }), order)
  const { received } = receiver
  t.equal(received.length, 3)
  t.equal(new Set(received.map(request => request.body)).size, 1)
  t.match(JSON.parse(received[0]!.body).reference, /^sdk_[0-9a-f]{32}$/)
  t.equal(new Set(received.map(request => request.nonce)).size, 3)
  t.equal(new Set(received.map(request => request.headers.signature)).size, 3)
  t.ok(pauses.length === 2 && pauses.every(ms => ms >= 0 && ms <= backoffMaxMs))
  await kahub.orders.place({ lines })
  t.not(JSON.parse(received[3]!.body).reference, JSON.parse(received[0]!.body).reference, 'another call is another order')
})

t.test('a call that cannot be repeated safely is sent once', async t => {
  const receiver = await startReceiver([problem(503, 'overloaded'), hangUp, hangUp, problem(503, 'overloaded')])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  t.match(await refusal(kahub.orders.cancel('ord_1')), { name: 'ServerError', code: 'overloaded', retryable: true })
  const lost = await refusal(kahub.orders.cancel('ord_1'))
  t.match(lost, { name: 'ConnectionError', code: 'connection_failed', status: undefined, message: /not known whether this was done/ })
  t.equal(receiver.received.length, 2)
  await refusal(kahub.request('PATCH', '/v1/x', { body: { reference: 'r' } }))
  await refusal(kahub.request('POST', '/v1/x', { body: { lines } }))
  t.equal(receiver.received.length, 4)
})

t.test('raw POSTs are repeated when a reference or an Idempotency-Key makes it safe', async t => {
  const receiver = await startReceiver([hangUp, json({}), hangUp, json({}), hangUp, json({})])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  await kahub.request('POST', '/v1/orders', { body: { reference: 'PO-1', lines } })
  await kahub.request('POST', '/v1/orders', { body: { lines }, headers: { 'idempotency-key': 'PO-2' } })
  await kahub.orders.place({ lines }, { headers: { 'Idempotency-Key': 'PO-3' } })
  t.equal(receiver.received.length, 6)
  t.same(JSON.parse(receiver.received[4]!.body), { lines }, 'no reference is made beside an Idempotency-Key')
})

t.test('retries end at retriesMax, and only for answers that time may change', async t => {
  for (const status of [408, 429, 500, 502, 503, 504]) {
    const receiver = await startReceiver([problem(status, 'some_code')])
    t.match(await refusal(client(receiver.url).me.get()), { status })
    t.equal(receiver.received.length, 3, `${status} is tried three times`)
    t.match(await refusal(client(receiver.url).me.get({ retriesMax: 0 })), { status })
    t.equal(receiver.received.length, 4)
    await receiver.stop()
  }
  for (const status of [400, 401, 403, 404, 409, 422, 501]) {
    const receiver = await startReceiver([problem(status, 'some_code', { retryable: true })])
    t.match(await refusal(client(receiver.url).me.get()), { status })
    t.equal(receiver.received.length, 1, `${status} is tried once`)
    await receiver.stop()
  }
  const final = await startReceiver([problem(503, 'some_code', { retryable: false })])
  t.teardown(final.stop)
  t.match(await refusal(client(final.url).me.get()), { retryable: false })
  t.equal(final.received.length, 1)
})

t.test('Retry-After is obeyed, in seconds and as a date, and a long one is handed to the caller', async t => {
  const now = Date.UTC(2026, 10, 21)
  const receiver = await startReceiver([
    problem(429, 'rate_limited', {}, { 'retry-after': '7' }),
    problem(503, 'overloaded', {}, { 'retry-after': new Date(now + 9000).toUTCString() }),
    json({ id: 'rsl_1' }),
    problem(429, 'rate_limited', {}, { 'retry-after': '3600' })
  ])
  t.teardown(receiver.stop)
  const pauses: number[] = []
  const kahub = client(receiver.url, { clock: () => now, pause: async ms => { pauses.push(ms) } })
  await kahub.me.get()
  t.ok(pauses[0]! >= 7000 && pauses[0]! <= 7000 + backoffMaxMs)
  t.ok(pauses[1]! >= 9000 && pauses[1]! <= 9000 + backoffMaxMs)
  t.ok(3600 * 1000 > retryAfterMaxMs)
  t.match(await refusal(kahub.me.get()), { name: 'RateLimited', retryAfterSeconds: 3600, retryable: true })
  t.equal(receiver.received.length, 4)
})

t.test('an answer that does not come ends in TimeoutError that names the reference', async t => {
  const receiver = await startReceiver([saysNothing])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url, { timeoutMs: 300 })
  const error = await refusal(kahub.orders.place({ reference: 'PO-7', lines }))
  t.match(error, { name: 'TimeoutError', code: 'timed_out', reference: 'PO-7', retryable: true })
  t.match(error.message, /Send the same again with reference "PO-7"/)
  t.equal(receiver.received.length, 3)
  const slow = await startReceiver([response => { response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":') }])
  t.teardown(slow.stop)
  await t.rejects(client(slow.url).me.get({ timeoutMs: 300, retriesMax: 0 }), { name: 'TimeoutError' }, 'a body that stops counts too')
})

t.test("the caller's signal ends a call in flight, a pause, and a call not yet begun", async t => {
  const began = deferred()
  const receiver = await startReceiver([() => began.resolve(), problem(503, 'overloaded')])
  t.teardown(receiver.stop)
  const first = new AbortController()
  const call = refusal(client(receiver.url).orders.place({ reference: 'PO-8', lines }, { signal: first.signal }))
  await began.promise
  first.abort(new Error('the shop closed'))
  t.match(await call, { name: 'AbortedError', code: 'aborted', reference: 'PO-8', cause: { message: 'the shop closed' } })
  await receiver.received[0]!.closed

  const second = new AbortController()
  const pausing = client(receiver.url, { pause: () => new Promise(() => { second.abort() }) })
  t.match(await refusal(pausing.me.get({ signal: second.signal })), { name: 'AbortedError' })
  t.equal(receiver.received.length, 2)
  t.match(await refusal(pausing.me.get({ signal: second.signal })), { name: 'AbortedError' })
  t.equal(receiver.received.length, 2, 'nothing is sent when the signal has ended before')
})

t.test('a refusal is the error class of its status and says all that the server said', async t => {
  const classes: Array<[number, typeof sdk.KahubError]> = [
    [400, sdk.BadRequest], [401, sdk.Unauthorized], [403, sdk.Forbidden], [404, sdk.NotFound], [409, sdk.Conflict],
    [422, sdk.Unprocessable], [429, sdk.RateLimited], [405, sdk.MethodNotAllowed], [406, sdk.NotAcceptable], [408, sdk.RequestTimeout], [410, sdk.Gone],
    [413, sdk.TooLarge], [415, sdk.UnsupportedMediaType], [431, sdk.HeadersTooLarge], [500, sdk.ServerError], [502, sdk.ServerError], [503, sdk.ServerError],
    [418, sdk.KahubError]
  ]
  for (const { status } of Object.values(problems)) t.ok(classes.some(([known]) => known === status), `${status} has a class of its own`)
  const errors = [{ pointer: '/lines/0/quantity', detail: 'must be >= 1' }]
  const required = { amount: '5', currency: 'CNY' }
  for (const [status, Family] of classes) {
    const receiver = await startReceiver([problem(status, 'code_of_tomorrow', { detail: 'This is why.', errors, required })])
    const error = await refusal(client(receiver.url, { retriesMax: 0 }).orders.place({ reference: 'PO-1', lines }))
    await receiver.stop()
    t.equal(error.constructor, Family)
    t.ok(error instanceof sdk.KahubError && error instanceof Error)
    t.match(error, { status, code: 'code_of_tomorrow', title: 'About code_of_tomorrow', detail: 'This is why.', errors })
    t.match(error, { requestId: 'req_1', reference: 'PO-1', problem: { required } })
    t.match(error.message, /This is why\. \/lines\/0\/quantity: must be >= 1\..*code: code_of_tomorrow.*req_1.*PO-1/)
    t.match(inspect(error), new RegExp(`^${error.name}: `))
  }
})

t.test('a wrong clock is told, and by how much', async t => {
  const now = Date.UTC(2026, 10, 21)
  const receiver = await startReceiver([problem(401, 'signature_expired', {}, { date: new Date(now).toUTCString() })])
  t.teardown(receiver.stop)
  const slow = client(receiver.url, { clock: () => now - 400_000 })
  t.match(await refusal(slow.me.get()), { name: 'Unauthorized', message: /400 seconds behind/ })
})

t.test('what proxies and broken servers answer becomes an error that says so', async t => {
  const html: Answering = response => { response.writeHead(502, { 'content-type': 'text/html' }).end('<html>\n<h1>Bad gateway</h1>') }
  const htmlAsSuccess: Answering = response => { response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>') }
  const brokenProblem: Answering = response => { response.writeHead(409, { 'content-type': 'application/problem+json' }).end('{"code":') }
  const oddProblem: Answering = response => {
    response.writeHead(422, { 'content-type': 'application/problem+json' })
    response.end('{"code":7,"title":null,"errors":[null,{"pointer":1}],"retryable":"x"}')
  }
  const listProblem: Answering = response => { response.writeHead(400, { 'content-type': 'application/json' }).end('[1]') }
  const redirect: Answering = response => { response.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' }).end() }
  const cases: Array<[Answering, object]> = [
    [html, { name: 'ServerError', status: 502, code: 'answer_unreadable', detail: /text\/html.*Bad gateway/, retryable: true }],
    [htmlAsSuccess, { name: 'AnswerError', status: 200, code: 'answer_unreadable' }],
    [brokenProblem, { name: 'Conflict', status: 409, code: 'answer_unreadable' }],
    [oddProblem, { name: 'Unprocessable', title: 'The server answered 422', errors: [{ pointer: '', detail: '' }] }],
    [listProblem, { name: 'BadRequest', code: 'answer_unreadable' }],
    [redirect, { name: 'AnswerError', status: 307, message: /final address as baseUrl/ }]
  ]
  for (const [answer, expected] of cases) {
    const receiver = await startReceiver([answer])
    t.match(await refusal(client(receiver.url, { retriesMax: 0 }).me.get()), expected)
    t.equal(receiver.received.length, 1)
    await receiver.stop()
  }
})

t.test('a broken answer repeats nothing of itself in the error', async t => {
  const receiver = await startReceiver([response => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"codes":[{"secret":"CANARY-1234"},oops')
  }])
  t.teardown(receiver.stop)
  const error = await refusal(client(receiver.url).orders.place({ reference: 'PO-1', lines }))
  t.match(error, { name: 'AnswerError', reference: 'PO-1' })
  t.notMatch(inspect(error, { depth: 9, showHidden: true }), 'CANARY')
  const stream = await startReceiver([response => { response.writeHead(200).end('{"secret":"CANARY-1234"\n') }])
  t.teardown(stream.stop)
  t.notMatch(inspect(await refusal(client(stream.url).orders.streamCodes('ord_1').toArray({ limit: 1 })), { depth: 9 }), 'CANARY')
})

t.test('an answer that is cut is asked for again, where that is safe', async t => {
  const cut: Answering = response => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': '500' })
    response.write('{"id":', () => response.socket?.destroy())
  }
  const receiver = await startReceiver([cut, json(order)])
  t.teardown(receiver.stop)
  t.same(await client(receiver.url).orders.place({ lines }), order)
  t.equal(receiver.received[0]!.body, receiver.received[1]!.body)
})

t.test('a list is a page when awaited, and all items when iterated, asking for no page before it is needed', async t => {
  const receiver = await startReceiver([threePages])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  const list = kahub.products.list({ kind: 'code' })
  t.equal(receiver.received.length, 0, 'nothing is asked before it is wanted')
  const page = await list
  t.same({ ...page }, { data: [{ id: 'a' }, { id: 'b' }], has_more: true, next_cursor: 'c1', synced_until: 'w1' })
  t.same(await ids(page), ['a', 'b', 'c', 'd', 'e'])
  const asked = receiver.received.map(({ target }) => target)
  t.same(asked, ['', '&cursor=c1', '&cursor=c2'].map(more => `/v1/products?kind=code${more}`))
  t.same(await ids(kahub.products.list()), ['a', 'b', 'c', 'd', 'e'])
  t.same((await kahub.products.list().toArray({ limit: 3 })).map(({ id }) => id), ['a', 'b', 'c'])
  t.equal(receiver.received.length, 8, 'the third page was not asked for')
  t.same(await kahub.products.list().toArray({ limit: 0 }), [])
  const sizes: number[] = []
  for await (const { data } of kahub.products.list({ cursor: 'c1' }).byPage()) sizes.push(data.length)
  t.same(sizes, [2, 1])
  const both = await Promise.all([kahub.products.list(), kahub.products.list({ cursor: 'c2' })])
  t.same(both.map(({ data }) => data.length), [2, 1])
})

t.test('a list that goes in circles or is no list ends in an error', async t => {
  const circle = await startReceiver([json({ data: [{ id: 'a' }], has_more: true, next_cursor: 'same' })])
  t.teardown(circle.stop)
  await t.rejects(ids(client(circle.url).products.list()), { name: 'AnswerError' })
  t.equal(circle.received.length, 2)
  const none = await startReceiver([json({ hello: 1 })])
  t.teardown(none.stop)
  await t.rejects(client(none.url).products.list().catch(error => { throw error }), { name: 'AnswerError' })
})

t.test('codes come line by line, however the bytes are cut, and leaving the loop ends the answer', async t => {
  const whole = new TextEncoder().encode('{"secret":"卡-1"}\n{"secret":"卡-2"}\r\n\n{"secret":"卡-3"}\n{"end":true,"count":3}')
  const drip = async () => new Response(new ReadableStream({
    start (controller) {
      for (const byte of whole) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    }
  }))
  const wholeAtOnce: Answering = response => { response.writeHead(200).end(whole) }
  const endless: Answering = response => {
    const more = (): void => { while (response.write('{"secret":"again"}\n'.repeat(100))); }
    response.on('drain', more)
    more()
  }
  const receiver = await startReceiver([wholeAtOnce, endless])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  for (const source of [kahub, client(receiver.url, { fetch: drip })]) {
    const codes = await source.orders.streamCodes('ord_1').toArray({ limit: 10 })
    t.same(codes.map(({ secret }) => secret.reveal()), ['卡-1', '卡-2', '卡-3'])
  }
  t.equal(receiver.received[0]!.headers.accept, 'application/x-ndjson')
  t.equal((await kahub.orders.streamCodes('ord_1').toArray({ limit: 1000 })).length, 1000)
  await receiver.received[1]!.closed
})

t.test('a stream that is cut, silent, endless in one line, or ended by its signal is told as such after the items it gave', async t => {
  const start = '{"secret":"1"}\n{"secret":"2"}\n'
  const cut: Answering = response => { response.writeHead(200).write(start, () => response.socket?.destroy()) }
  const silent: Answering = response => { response.writeHead(200).write(start) }
  const endless: Answering = response => { response.writeHead(200).write(start + 'x'.repeat(lineLengthMax * 2)) }
  const noEnd: Answering = response => { response.writeHead(200).end(start) }
  const wrongCount: Answering = response => { response.writeHead(200).end(`${start}{"end":true,"count":3}\n`) }
  const half: Answering = response => { response.writeHead(200).end(start + '{"secr') }
  const ending = new AbortController()
  const cases: Array<[Answering, object, string]> = [
    [cut, {}, 'ConnectionError'], [silent, { timeoutMs: 300 }, 'TimeoutError'], [endless, {}, 'AnswerError'], [half, {}, 'AnswerError'],
    [noEnd, {}, 'ConnectionError'], [wrongCount, {}, 'AnswerError'],
    [silent, { signal: ending.signal }, 'AbortedError']
  ]
  for (const [answer, options, name] of cases) {
    const receiver = await startReceiver([answer])
    const items: string[] = []
    const error = await refusal((async () => {
      for await (const { secret } of client(receiver.url).orders.streamCodes('ord_1', {}, options)) {
        items.push(secret.reveal())
        if (items.length === 2 && name === 'AbortedError') ending.abort()
      }
    })())
    t.equal(error.name, name)
    t.same(items, ['1', '2'])
    await receiver.stop()
  }
})

t.test('a stream of events that ends as soon as it begins is begun anew with longer and longer pauses', async t => {
  const receiver = await startReceiver([response => { response.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: 7\n\n') }])
  t.teardown(receiver.stop)
  const ending = new AbortController()
  const pauses: number[] = []
  const kahub = client(receiver.url, { pause: async ms => { if (pauses.push(ms) === 6) ending.abort() } })
  const stream = new EventStream(kahub, '/v1/events/stream', { signal: ending.signal })
  const error = await refusal((async () => { for await (const event of stream) t.fail(event.id) })())
  t.equal(error.name, 'AbortedError')
  t.same(pauses, [500, 1_000, 2_000, 4_000, 8_000, 8_000])
  t.equal(receiver.received.length, 7)
  t.same(receiver.received.slice(1).map(({ headers }) => headers['last-event-id']), Array(6).fill('7'))
})

t.test('the secret is not printed, inspected, serialised or told in errors', async t => {
  const receiver = await startReceiver([problem(401, 'signature_invalid')])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  const error = await refusal(kahub.orders.place({ lines }))
  t.match(error, { name: 'Unauthorized', message: /Check keyId and the secret/ })
  for (const thing of [kahub, kahub.orders, error, { nested: [kahub] }]) {
    const shown = [inspect(thing, { depth: 9, showHidden: true }), JSON.stringify(thing), String(thing)]
    for (const text of shown) t.notMatch(text, secret.slice(0, 12))
  }
  t.equal(inspect(kahub), `Kahub { baseUrl: '${receiver.url}', keyId: 'key_test_1' }`)
  t.same(JSON.parse(JSON.stringify(kahub)), { baseUrl: receiver.url, keyId: 'key_test_1' })
})

t.test('raw access gives JSON, nothing for an empty answer, or the response itself', async t => {
  const empty: Answering = response => { response.writeHead(204).end() }
  const receiver = await startReceiver([json({ a: 1 }), empty, json({ b: 2 }), problem(404, 'not_found')])
  t.teardown(receiver.stop)
  const kahub = client(receiver.url)
  const options = { query: { y: [true, 2], z: undefined }, body: [1], headers: { 'X-Own': 'v' } }
  t.same(await kahub.request('POST', '/v1/anything?x=1', options), { a: 1 })
  t.match(receiver.received[0], { target: '/v1/anything?x=1&y=true&y=2', body: '[1]' })
  t.match(receiver.received[0]!.headers, { 'x-own': 'v', 'content-type': 'application/json' })
  t.equal(await kahub.holds.release('hld_1'), undefined)
  const response = await kahub.requestRaw('GET', '/v1/x')
  t.same(await response.json(), { b: 2 })
  await t.rejects(kahub.requestRaw('GET', '/v1/x'), { name: 'NotFound' })
})

t.test('the operator client sends bytes as they are', async t => {
  const receiver = await startReceiver([json({ lines: 2 })])
  t.teardown(receiver.stop)
  const admin = new KahubAdmin({ baseUrl: receiver.url, keyId: 'key_live_1', secret })
  await admin.imports.putPart('imp_1', 3, new TextEncoder().encode('a\nb\n'), 'text/csv')
  t.match(receiver.received[0], { method: 'PUT', target: '/admin/v1/imports/imp_1/parts/3', body: 'a\nb\n' })
  t.equal(receiver.received[0]!.headers['content-type'], 'text/csv')
  t.equal(receiver.received[0]!.headers['content-digest'], serverDigest('a\nb\n'))
  await admin.levels.put('gold', { name: 'Gold' })
  t.equal(receiver.received[1]!.target, '/admin/v1/levels/gold')
})

t.test('a server that is not there is a ConnectionError that says why', async t => {
  const receiver = await startReceiver([saysNothing])
  await receiver.stop()
  t.match(await refusal(client(receiver.url).me.get()), { name: 'ConnectionError', detail: /ECONNREFUSED/, retryable: true })
})

function client (baseUrl: string, more: Partial<KahubOptions> = {}): Kahub {
  return new Kahub({ baseUrl, keyId: 'key_test_1', secret, pause: async () => {}, ...more } as KahubOptions)
}

async function refusal (call: PromiseLike<unknown>): Promise<sdk.KahubError> {
  try {
    await call
  } catch (error) {
    if (error instanceof sdk.KahubError) return error
    throw error
  }
  throw new Error('the call was expected to be refused')
}

function acceptedSignature (request: Received) {
  const signature = parseSignature(request.headers)
  checkWindow(signature, Math.floor(Date.now() / 1000))
  checkCoverage(signature, { headers: request.headers, hasBody: request.body !== '' })
  return signature
}

function verifiesEd25519 (request: Received, publicKey: KeyObject): boolean {
  const signature = acceptedSignature(request)
  return verify(null, Buffer.from(signatureBase(signature, request)), publicKey, signature.bytes)
}

function deferred (): { readonly promise: Promise<void>, readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>(_resolve => { resolve = _resolve })
  return { promise, resolve }
}

async function ids (items: AsyncIterable<{ id: string }>): Promise<string[]> {
  const found: string[] = []
  for await (const { id } of items) found.push(id)
  return found
}

function threePages (...[response, request]: Parameters<Answering>): void {
  const cursor = new URL(request.target, 'http://localhost').searchParams.get('cursor')
  const pages: Record<string, object> = {
    none: { data: [{ id: 'a' }, { id: 'b' }], has_more: true, next_cursor: 'c1', synced_until: 'w1' },
    c1: { data: [{ id: 'c' }, { id: 'd' }], has_more: true, next_cursor: 'c2', synced_until: 'w1' },
    c2: { data: [{ id: 'e' }], has_more: false, next_cursor: null, synced_until: 'w1' }
  }
  json(pages[cursor ?? 'none'])(response, request)
}
