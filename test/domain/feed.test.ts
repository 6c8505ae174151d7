// The feed of events and its stream: every event once, in its sequence, for as long as it is kept.
import t from 'tap'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Kahub, webhooks } from '../../sdk/src/index.ts'
import type { Event } from '../../sdk/src/index.ts'
import { readId } from '../../src/base/ids.ts'
import { streamEvents, streamsPerKeyMax, streamsPerResellerMax } from '../../src/api/event-stream.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { appendEvents } from '../../src/domain/events/append-events.ts'
import { readFeed, readFeedBounds } from '../../src/domain/events/read-events.ts'
import { transact } from '../../src/postgres/transact.ts'
import { purgeEvents } from '../../src/domain/events/purge-events.ts'
import { sign } from '../../src/base/signature.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const house = await openHouse(t)
const { db } = house
const { live } = house.worlds
const sku = await house.sku({ codes: 2_000 })

const sequences = (events: readonly Event[]) => events.map(({ sequence }) => sequence)
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

async function buys (reseller: Reseller, times: number): Promise<void> {
  await Promise.all(Array.from({ length: times }, () => reseller.places({ sku, quantity: 1 })))
}

/** The sequence of a reseller's newest event. */
async function newestOf (reseller: Reseller): Promise<number> {
  const [row] = await db<{ event_sequence: bigint }[]>`select event_sequence from resellers where id = ${readId('reseller', reseller.id)!}`
  return Number(row!.event_sequence)
}

t.test('the feed gives every event once and in sequence, page by page, and goes on where it was left', async t => {
  const alice = await house.reseller()
  const before = await newestOf(alice)
  await buys(alice, 7)
  const all = await alice.kahub.events.list({ limit: 2 }).toArray({ limit: 100 })
  t.same(sequences(all), numbers(1, before + 7))
  t.ok(all.slice(before).every(event => event.type === 'order.completed' && event.data.order.state === 'completed'), 'typed by its type')
  t.same(sequences(await alice.kahub.events.list({ after: before + 5 }).toArray({ limit: 100 })), numbers(before + 6, before + 7), 'by sequence')

  const end = await alice.kahub.events.list({ after: before + 7 })
  t.match(end, { data: [], has_more: false })
  await buys(alice, 2)
  t.same(sequences((await alice.kahub.events.list({ cursor: end.next_cursor })).data), numbers(before + 8, before + 9), 'by the cursor of the end')
  t.equal(await outcomeOf(alice.kahub.events.list({ cursor: end.next_cursor, types: ['order.voided'] })), 'cursor_invalid', 'which is bound to its filter')

  await alice.kahub.endpoints.create({ url: 'https://shop.example.com/' }).then(({ id }) => alice.kahub.endpoints.test(id))
  t.match(await alice.kahub.events.list({ types: ['endpoint.test', 'key.revoked'] }).toArray({ limit: 10 }), [{ type: 'endpoint.test', sequence: before + 10 }])
  const [event] = all
  t.same(await alice.kahub.events.get(event!.id), event)
  const bob = await house.reseller()
  t.equal(await outcomeOf(bob.kahub.events.get(event!.id)), 'not_found')
  t.ok((await bob.kahub.events.list().toArray({ limit: 100 })).every(own => !all.some(({ id }) => id === own.id)))
})

t.test('events are purged oldest first when they are a month old and were turned into deliveries; who wants them is told', async t => {
  const alice = await house.reseller()
  const { id: endpoint } = await alice.kahub.endpoints.create({ url: 'https://shop.example.com/', types: ['order.completed'] })
  await alice.kahub.endpoints.pause(endpoint)
  const before = await newestOf(alice)
  await buys(alice, 10)
  const resellerId = readId('reseller', alice.id)!
  await db`update events set created_at = now() - interval '31 days' where reseller_id = ${resellerId} and sequence <= ${before + 6}`
  t.equal(await purgeEvents(live.db, 1_000), before, 'what was before the endpoint')
  while ((await fanOut(live.db)).more);
  let purged = 0
  for (let count = 1; count > 0;) purged += count = await purgeEvents(live.db, 4)
  t.equal(purged, 6, 'in steps, and no newer one')
  t.equal(await purgeEvents(live.db, 1_000), 0)
  t.same(sequences(await alice.kahub.events.list().toArray({ limit: 100 })), numbers(before + 7, before + 10), 'the feed begins with the oldest kept')
  const expired = await alice.send('GET', `/v1/events?after=${before + 5}`)
  t.match([expired.status, expired.code, expired.json.events_after], [410, 'events_expired', before + 6])
  t.equal((await alice.send('GET', `/v1/events?after=${before + 6}`)).status, 200)
  t.equal((await alice.send('GET', `/v1/events/stream?after=${before}`)).code, 'events_expired')
  for (const path of ['', '/stream']) {
    const beyond = await alice.send('GET', `/v1/events${path}?after=${before + 1_000}`)
    t.match([beyond.code, beyond.json.errors], ['invalid_request', [{ pointer: '/after' }]], 'a number that was counted elsewhere')
  }
  const deliveries = await alice.kahub.deliveries.list({ limit: 100 })
  t.equal(deliveries.data.filter(({ state }) => state === 'dead').length, 6, 'what still waited of them is given up')
  const dead = deliveries.data.find(({ state }) => state === 'dead')!
  t.equal((await alice.kahub.deliveries.get(dead.id)).request, null)
  t.equal(await outcomeOf(alice.kahub.deliveries.replay(dead.id)), 'events_expired')
  t.match(await alice.kahub.endpoints.replay(endpoint, { state: 'dead' }), { replayed: 0 })
  await house.proves(t)
})

t.test('the stream gives what becomes true while it is open, of the types it is asked for', async t => {
  const alice = await house.reseller()
  const came: Event[] = []
  const ending = new AbortController()
  const stream = alice.kahub.events.stream({ types: ['order.completed'] }, { signal: ending.signal })
  const outcome = outcomeOf((async () => { for await (const event of stream) if (came.push(event) === 5) ending.abort() })())
  await until(() => stream.lastSequence !== undefined)
  const before = stream.lastSequence!
  await alice.kahub.endpoints.create({ url: 'https://shop.example.com/' }).then(({ id }) => alice.kahub.endpoints.test(id))
  await buys(alice, 5)
  t.equal(await outcome, 'aborted')
  t.same(sequences(came), numbers(before + 2, before + 6))
  t.same(came[0], await alice.kahub.events.get(came[0]!.id), 'the same object as in the feed')
})

t.test('a stream that is cut goes on behind the last event: none is missed, none told twice', async t => {
  const alice = await house.reseller()
  const before = await newestOf(alice)
  const line = await openLine()
  t.teardown(() => line.close())
  const ending = new AbortController()
  const came: Event[] = []
  const through = new Kahub({ ...alice.credentials, url: line.url, pause: () => pause(1) })
  const stream = through.events.stream({ after: before }, { signal: ending.signal })
  const outcome = outcomeOf((async () => { for await (const event of stream) if (came.push(event) === 40) ending.abort() })())
  for (let round = 0; round < 4; round++) {
    await buys(alice, 10)
    await until(() => came.length >= round * 10 + 3)
    line.cut()
  }
  t.equal(await outcome, 'aborted')
  t.same(sequences(came), numbers(before + 1, before + 40))
})

t.test('each event is a frame with its sequence as id, its type, and the event as data', async t => {
  const alice = await house.reseller()
  await buys(alice, 1)
  const last = await newestOf(alice)
  const { status, headers, text } = await alice.send('GET', '/v1/events/stream?close_after_seconds=0', { headers: { 'last-event-id': String(last - 1) } })
  t.match([status, headers['content-type'], headers['cache-control']], [200, 'text/event-stream; charset=utf-8', 'no-store'])
  const [event] = (await alice.kahub.events.list({ after: last - 1 })).data
  t.equal(text, `retry: 1000\nid: ${last - 1}\n: this stream begins after ${last - 1}\n\n` +
    `id: ${last}\nevent: order.completed\ndata: ${JSON.stringify(event)}\n\nid: ${last}\n: still here\n\n`)
  t.equal((await alice.send('GET', '/v1/events/stream', { headers: { 'last-event-id': 'x' } })).code, 'invalid_request')
})

t.test('a key has so many streams and no more, and a closed one gives its place back', async t => {
  const alice = await house.reseller()
  const open = await Promise.all(Array.from({ length: streamsPerKeyMax }, () => openStream(alice)))
  const refused = await alice.send('GET', '/v1/events/stream')
  t.match([refused.status, refused.code, refused.headers['retry-after']], [429, 'rate_limited', '10'])
  open[0]!.close()
  await until(async () => {
    const one = await openStream(alice)
    one.close()
    return one.status === 200
  })
  for (const one of open) one.close()
})

t.test('the keys of a reseller have so many streams together, and leave other resellers theirs', async t => {
  const alice = await house.reseller()
  const bob = await house.reseller()
  const keys = await Promise.all(Array.from({ length: streamsPerResellerMax / streamsPerKeyMax + 1 }, () => alice.withKey({})))
  const full = keys.slice(0, -1)
  const open = (await Promise.all(full.map(key => Promise.all(Array.from({ length: streamsPerKeyMax }, () => openStream(key)))))).flat()
  const refused = await keys.at(-1)!.send('GET', '/v1/events/stream')
  t.match([refused.status, refused.code, refused.headers['retry-after']], [429, 'rate_limited', '10'])
  const other = await openStream(bob)
  t.equal(other.status, 200)
  for (const one of [other, ...open]) one.close()
  await until(async () => {
    const one = await openStream(keys.at(-1)!)
    one.close()
    return one.status === 200
  })
})

t.test('while events are purged, the feed is without a gap or refused, and a stream that is behind says that it ends', async t => {
  const alice = await house.reseller()
  const resellerId = readId('reseller', alice.id)!
  await transact(live.db, tx => appendEvents(tx, Array.from({ length: 3_000 }, (_, n) => ({ resellerId, type: 'wallet.adjusted' as const, data: { n } }))))
  await db`update events set created_at = now() - interval '31 days' where reseller_id = ${resellerId}`
  let at = (await readFeedBounds(live.db, resellerId)).floor
  const outcomes = new Set<string>()
  const readOn = async () => {
    for (let n = 0; n < 400; n++) {
      try {
        const { events } = await readFeed(live.db, resellerId, { after: at, types: undefined, limit: 50 })
        for (const [i, event] of events.entries()) if (event.sequence !== at + 1n + BigInt(i)) outcomes.add(`a gap at ${event.sequence}`)
        outcomes.add('read')
      } catch (error) {
        outcomes.add((error as { code: string }).code)
        at = (await readFeedBounds(live.db, resellerId)).floor
      }
    }
  }
  const purge = async () => { while (await purgeEvents(live.db, 100) > 0); }
  await Promise.all([readOn(), purge()])
  t.same([...outcomes].sort(), ['events_expired', 'read'])

  // As if it were purged between the look at what is kept and the first read.
  const { newest } = await readFeedBounds(live.db, resellerId)
  const parts = streamEvents(live, {
    resellerId, keyId: alice.credentials.keyId, after: newest - 1n, types: undefined, seconds: 5, signal: new AbortController().signal
  })
  const said = []
  for await (const text of parts) said.push(text)
  t.same(said.slice(1), [': events_expired\n\n'])
})

t.test('a stream ends when its key is revoked', async t => {
  const alice = await house.reseller()
  const other = await alice.withKey({})
  const stream = await openStream(other)
  await alice.kahub.keys.revoke(other.credentials.keyId)
  t.match(await stream.ended, /: key_revoked\n\n$/)
})

t.test('many listeners of many resellers each get their own', async t => {
  const resellers = await Promise.all(Array.from({ length: 10 }, () => house.reseller()))
  const ending = new AbortController()
  const heard = resellers.map(() => [] as Event[])
  const streams = resellers.map(reseller => reseller.kahub.events.stream({ types: ['order.completed'] }, { signal: ending.signal }))
  const outcomes = streams.map((stream, i) => outcomeOf((async () => { for await (const event of stream) heard[i]!.push(event) })()))
  await until(() => streams.every(stream => stream.lastSequence !== undefined))
  await Promise.all(resellers.map(reseller => buys(reseller, 20)))
  await until(() => heard.every(events => events.length === 20))
  ending.abort()
  t.same(await Promise.all(outcomes), resellers.map(() => 'aborted'))
  for (const [i, events] of heard.entries()) {
    const own = await resellers[i]!.kahub.orders.list({ limit: 100 }).toArray({ limit: 100 })
    t.same(events.map(event => event.type === 'order.completed' && event.data.order.id).sort(), own.map(order => order.id).sort())
  }
})

/** A line to the house that can be cut; who connects anew gets through. */
async function openLine (): Promise<{ url: string, cut (): void, close (): void }> {
  const sockets = new Set<Socket>()
  const { hostname, port } = new URL(house.url)
  const server = createServer(near => {
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => { sockets.delete(socket); other.destroy() }).pipe(other)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const cut = () => { for (const socket of sockets) socket.destroy() }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close () {
      server.close()
      cut()
    }
  }
}

t.test('kahub listen forwards what becomes true, signed with the secret it tells, and says what came of it', async t => {
  const alice = await house.reseller()
  const got: { headers: Record<string, unknown>, body: string }[] = []
  const receiver = createHttpServer(async (request, response) => {
    got.push({ headers: request.headers, body: Buffer.concat(await request.toArray()).toString() })
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  const { url, keyId, secret } = alice.credentials
  const words = ['src/cli/kahub.ts', 'listen', '--forward', `http://127.0.0.1:${port}/hook`, '--types', 'order.completed', '--after', '0']
  const listening = spawn(process.execPath, words, {
    cwd: root, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', KAHUB_URL: url, KAHUB_KEY_ID: keyId, KAHUB_SECRET: secret! }, stdio: ['ignore', 'pipe', 'inherit']
  })
  const exited = once(listening, 'exit')
  const lines = createInterface({ input: listening.stdout })[Symbol.asyncIterator]()
  const next = async () => (await lines.next()).value as string
  t.match(await next(), `Listening to ${url} with ${keyId}`)
  const [, told] = /(whsec_\S+)$/.exec(await next())!
  const order = await alice.places({ sku, quantity: 1 })
  t.match(await next(), /order\.completed +→ 204 in \d+ ms$/)
  const callback = await webhooks.unwrap(got[0]!.body, got[0]!.headers as Record<string, string>, { secrets: told! })
  t.match(callback, { type: 'order.completed', sequence: 1, data: { order: { id: order.id } } })
  receiver.close()
  await alice.places({ sku, quantity: 1 })
  t.match(await next(), /→ no answer \(ECONNREFUSED\)$/, 'what cannot be reached is said')
  listening.kill('SIGINT')
  t.same(await exited, [0, null])
})

interface OpenStream { readonly status: number, readonly ended: Promise<string>, close (): void }

/** A stream on a bare socket; answers when its headers are there. */
function openStream ({ credentials }: Reseller): Promise<OpenStream> {
  const method = 'GET'
  const target = '/v1/events/stream'
  const key = { id: credentials.keyId, algorithm: 'hmac-sha256' as const, secret: credentials.secret }
  const headers = sign({ method, target, headers: {} }, key, { created: Math.floor(Date.now() / 1000), nonce: crypto.randomUUID() })
  const { hostname, port } = new URL(house.url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path: target, headers: { ...headers }, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', piece => { text += piece })
      const ended = new Promise<string>(resolve => { response.once('close', () => resolve(text)) })
      response.on('error', () => {})
      resolve({ status: response.statusCode!, ended, close: () => request.destroy() })
    })
    request.once('error', reject)
    request.end()
  })
}

/** Looks again until it is so; the test's own time-out ends what never comes. */
async function until (holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await pause(5)
}
