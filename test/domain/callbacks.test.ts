// Every fact reaches every endpoint that asks for it, at least once and under one id, whatever receivers, workers and clocks do; and
// one receiver's trouble is nobody else's.
import t, { type Test } from 'tap'
import { createPublicKey, verify } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { webhooks } from '../../sdk/src/index.ts'
import type { EventType } from '../../schema/vocabulary.ts'
import { readId, type Uuid } from '../../src/base/ids.ts'
import { disableFailing } from '../../src/domain/callbacks/disable-failing.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { countOrders } from '../../src/domain/callbacks/count-orders.ts'
import { lateSeconds, leaseDeliveries, type LateRoom } from '../../src/domain/callbacks/lease-deliveries.ts'
import { attemptsMax, jitter, waitAfterMs, waitsMs } from '../../src/domain/callbacks/retry-schedule.ts'
import { settleDeliveries, type AttemptResult } from '../../src/domain/callbacks/settle-deliveries.ts'
import { wakeStalled } from '../../src/domain/callbacks/wake-stalled.ts'
import { appendEvents } from '../../src/domain/events/append-events.ts'
import { openSender, type Sender } from '../../src/outgoing/send-callback.ts'
import { transact } from '../../src/postgres/transact.ts'
import { startWorkers } from '../../src/compose.ts'
import { givesWayMs, lateRoomMax, openPace, restFactor, restMsMax, restMsMin } from '../../src/workers/give-way.ts'
import { openDelivering, type Delivering } from '../../src/workers/deliver.ts'
import { openWorkerMetrics } from '../../src/workers/metrics.ts'
import { openHouse, type Reseller } from '../support/house.ts'
import { openCallbackReceiver } from '../support/callback-receiver.ts'

const rules = { ports: [443], loopback: true }
const house = await openHouse(t, { callbackRules: rules })
const { db } = house
const { live } = house.worlds
const sku = await house.sku({ codes: 200 })

const plenty = { room: 1_000, failingRoom: 1_000 }

function deliveringFor (t: Test, sender: Sender = openSender({ rules })): Delivering {
  t.teardown(() => sender.close())
  return openDelivering(live, { sender })
}

const fanOutAll = async () => { while ((await fanOut(live.callbackDb)).more); }
const deliverAll = async (delivering: Delivering) => {
  await fanOutAll()
  await delivering.untilIdle()
}

/** Makes so many events true at once. */
async function tell (reseller: Reseller, count: number, type: EventType = 'wallet.adjusted'): Promise<void> {
  const resellerId = readId('reseller', reseller.id)!
  for (let from = 0; from < count; from += 1_000) {
    await transact(live.db, tx => appendEvents(tx, Array.from({ length: Math.min(1_000, count - from) }, (_, n) => ({
      resellerId,
      type,
      data: { n: from + n }
    }))))
  }
}

/** Makes what is waited for happen now: retries are due, leases over, seconds of rates past. */
async function letTimePass (endpointId?: Uuid): Promise<void> {
  await db`update deliveries set due_at = least(due_at, now() - interval '1 second'),
      leased_until = case when leased_until is not null then now() - interval '1 second' end
    where state = 'due' and ${endpointId === undefined ? db`true` : db`endpoint_id = ${endpointId}`}`
  await db`update endpoints set next_due_at = now(), resume_at = '-infinity', rate_at = '-infinity'
    where ${endpointId === undefined ? db`true` : db`id = ${endpointId}`}`
}

async function deliveriesOf (endpoint: { id: string }) {
  return await db<{
    id: Uuid,
    sequence: bigint,
    state: string,
    attempts: number,
    waits_ms: number | null,
    last_status: number | null,
    last_error: string | null,
    leased_by: string | null
  }[]>`
    select id, sequence, state, attempts, (extract(epoch from due_at - now()) * 1000)::float8 as waits_ms, last_status, last_error,
      leased_by from deliveries
    where endpoint_id = ${readId('endpoint', endpoint.id)!} order by sequence`
}

async function dueTo (endpointIds: readonly Uuid[]): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from deliveries where state = 'due' and endpoint_id = any(${[...endpointIds]}::uuid[])`
  return row!.count
}

async function rowOf (endpoint: { id: string }) {
  const [row] = await db<{
    state: string,
    failures: number,
    failing_since: Date | null,
    state_reason: string | null,
    next_due_at: Date | null
  }[]>`
    select state, failures, failing_since, state_reason, next_due_at from endpoints where id = ${readId('endpoint', endpoint.id)!}`
  return row!
}

t.test('an order is told to its reseller’s endpoints and to no other, signed so that the official package takes it', async t => {
  const [alice, bob] = [await house.reseller(), await house.reseller()]
  const receiver = await openCallbackReceiver(t)
  const all = await alice.kahub.endpoints.create({ url: `${receiver.url}/all` })
  const some = await alice.kahub.endpoints.create({ url: `${receiver.url}/orders?of=alice`, types: ['order.completed'] })
  await bob.kahub.endpoints.create({ url: `${receiver.url}/bob` })
  const order = await alice.places({ sku, quantity: 2 })
  await tell(alice, 1)
  await deliverAll(deliveringFor(t))

  const at = (path: string) => receiver.received.filter(callback => callback.path === path)
  t.same(at('/bob'), [])
  t.equal(at('/all').length, 2)
  const [told] = at('/orders?of=alice')
  t.equal(at('/orders?of=alice').length, 1)
  t.match(told!.json, { type: 'order.completed', sequence: 1, data: { order: { id: order.id, quantity: 2 } } })
  const event = await alice.kahub.events.get(told!.json.id)
  const { sequence, endpoint, ...body } = told!.json
  t.equal(endpoint, some.id)
  t.same({ ...body, sequence: body.event_sequence, event_sequence: undefined }, { ...event, event_sequence: undefined },
    'the same object as in the feed')
  t.ok(told!.text.length < 20_000)
  t.notMatch(told!.text, /CODE-/)

  t.ok(new Webhook(some.secret!).verify(told!.text, told!.headers as Record<string, string>))
  t.throws(() => new Webhook(all.secret!).verify(told!.text, told!.headers as Record<string, string>))
  const { keys } = await (await fetch(`${house.url}/.well-known/jwks.json`)).json() as { keys: { kid: string }[] }
  const jwk = keys.find(key => key.kid === live.callbackKey.jwk.kid)!
  const v1a = /v1a,(\S+)/.exec(String(told!.headers['webhook-signature']))![1]!
  const signed = Buffer.from(`${told!.id}.${told!.headers['webhook-timestamp']}.${told!.text}`)
  t.ok(verify(null, signed, createPublicKey({ key: jwk as never, format: 'jwk' }), Buffer.from(v1a, 'base64')))
  t.match(await alice.kahub.deliveries.get(told!.id), {
    state: 'delivered', attempts: 1, last_status: 200, log: [{ attempt: 1, status: 200, error: null }], request: { body: told!.text }
  })
  t.same(at('/all').map(({ json }) => json.sequence).sort(), [1, 2])
})

t.test('by the key of all, a callback is genuine to the endpoint it was sent to and to no other', async t => {
  const [alice, mallory] = [await house.reseller(), await house.reseller()]
  const receiver = await openCallbackReceiver(t)
  const own = await alice.kahub.endpoints.create({ url: receiver.url, signatures: ['v1a'] })
  await mallory.kahub.endpoints.create({ url: receiver.url, signatures: ['v1a'] })
  await tell(alice, 1)
  await tell(mallory, 1)
  await deliverAll(deliveringFor(t))
  const publicKeys = webhooks.publicKeysAt(`${house.url}/.well-known/jwks.json`)
  const told = await Promise.all(receiver.received.map(({ text, headers }) =>
    webhooks.unwrap(text, headers, { publicKeys, endpoints: own.id }).then(({ endpoint }) => endpoint, ({ reason }) => reason)))
  t.same(told.sort(), ['endpoint_unknown', own.id].sort())
})

t.test('while a secret rotates, both sign', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url, signatures: ['v1'] })
  const { secret } = await alice.kahub.endpoints.rotateSecret(endpoint.id)
  await tell(alice, 1)
  const delivering = deliveringFor(t)
  await deliverAll(delivering)
  const headersOf = (n: number) => receiver.received[n]!.headers as Record<string, string>
  for (const known of [secret!, endpoint.secret!]) t.ok(new Webhook(known).verify(receiver.received[0]!.text, headersOf(0)))
  t.match(headersOf(0)['webhook-signature'], /^v1,\S+ v1,\S+$/)
  await db`update endpoints set previous_until = now() - interval '1 second' where id = ${readId('endpoint', endpoint.id)!}`
  await tell(alice, 1)
  await deliverAll(delivering)
  t.throws(() => new Webhook(endpoint.secret!).verify(receiver.received[1]!.text, headersOf(1)), 'its time is over')
})

t.test('two weeks of failure: every wait of the schedule, then given up; warned after a day, disabled after five', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t, () => 503)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  const endpointId = readId('endpoint', endpoint.id)!
  await tell(alice, 1)
  const delivering = deliveringFor(t)
  await deliverAll(delivering)
  for (let attempt = 1; attempt < attemptsMax; attempt++) {
    const [delivery] = await deliveriesOf(endpoint)
    t.match(delivery, { state: 'due', attempts: attempt, last_status: 503 })
    const expected = waitsMs[attempt]!
    t.ok(delivery!.waits_ms! > expected * (1 - jitter) - 5_000 && delivery!.waits_ms! <= expected * (1 + jitter),
      `${attempt}: ${delivery!.waits_ms} of ${expected}`)
    t.equal((await leaseDeliveries(live.callbackDb, 'early', plenty)).filter(({ destination }) => destination.id === endpointId).length,
      0, 'not before')
    await letTimePass(endpointId)
    await delivering.untilIdle()
  }
  t.match(await deliveriesOf(endpoint), [{ state: 'dead', attempts: attemptsMax }])
  t.equal(receiver.received.length, attemptsMax)
  t.equal(new Set(receiver.received.map(({ id }) => id)).size, 1, 'one id')
  t.equal(new Set(receiver.received.map(({ text }) => text)).size, 1, 'one body')

  const failingFor = async (hours: number) => {
    await db`update endpoints set failing_since = now() - make_interval(hours => ${hours}) where id = ${endpointId}`
    await disableFailing(live.db, 100)
    return (await db<{ type: string }[]>`
      select type from events where reseller_id = ${readId('reseller', alice.id)!} and type like 'endpoint.%' order by sequence`).map(({ type }) => type)
  }
  t.same(await failingFor(23), [])
  t.same(await failingFor(25), ['endpoint.failing'])
  t.same(await failingFor(119), ['endpoint.failing'], 'warned once')
  t.same(await failingFor(121), ['endpoint.failing', 'endpoint.disabled'])
  t.match(await alice.kahub.endpoints.get(endpoint.id), { state: 'disabled', state_reason: /5 days/ })
  await tell(alice, 3)
  await deliverAll(delivering)
  t.equal(receiver.received.length, attemptsMax, 'nothing more is sent')
  await alice.kahub.endpoints.resume(endpoint.id)
  await fanOutAll()
  t.equal((await deliveriesOf(endpoint)).filter(({ state }) => state === 'due').length, 5, 'resumed, it is told of what it missed')
})

t.test('the schedule waits longer when it is asked to, a day at most', async t => {
  t.equal(waitAfterMs(1, null, () => 0.5), 5_000)
  t.equal(waitAfterMs(1, null, () => 0), 4_000)
  t.equal(waitAfterMs(1, 60_000, () => 0.5), 60_000)
  t.equal(waitAfterMs(1, 10 * 86_400_000, () => 0.5), 86_400_000)
  t.equal(waitAfterMs(4, 1_000, () => 0.5), 1_800_000, 'never shorter')
  t.equal(waitAfterMs(attemptsMax, 1_000), null)
  t.ok(waitsMs.reduce((sum, wait) => sum + wait, 0) > 75 * 3_600_000)
})

t.test('Retry-After puts off the delivery, and the endpoint for a while', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t, () => ({ status: 429, headers: { 'retry-after': '3600' } }))
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  await db`update endpoints set concurrency_max = 1 where id = ${readId('endpoint', endpoint.id)!}`
  await tell(alice, 3)
  await deliverAll(deliveringFor(t))
  t.equal(receiver.received.length, 1, 'the others wait too')
  const [first] = await deliveriesOf(endpoint)
  t.ok(first!.waits_ms! > 3_590_000 && first!.waits_ms! <= 3_600_000)
  const { next_due_at: next } = await rowOf(endpoint)
  t.ok(next!.getTime() > Date.now() + 250_000 && next!.getTime() < Date.now() + 310_000, 'five minutes at most')
})

t.test('410 disables the endpoint, and its reseller is told; at an order’s own address it ends that delivery alone', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t, ({ path }) => path === '/gone' ? 410 : 200)
  const endpoint = await alice.kahub.endpoints.create({ url: `${receiver.url}/gone` })
  const other = await alice.kahub.endpoints.create({ url: `${receiver.url}/well` })
  await tell(alice, 1)
  const delivering = deliveringFor(t)
  await deliverAll(delivering)
  t.match(await rowOf(endpoint), { state: 'disabled', state_reason: 'It answered 410 Gone.' })
  await deliverAll(delivering)
  const told = receiver.received.filter(({ path, json }) => path === '/well' && json.type === 'endpoint.disabled')
  t.match(told.map(({ json }) => json.data), [{ endpoint: endpoint.id, last_status: 410, failing_since: /Z$/ }])
  t.match(await rowOf(other), { state: 'enabled', failures: 0 })

  await tell(alice, 1)
  await fanOutAll()
  await db`update deliveries set url = ${`${receiver.url}/gone`} where endpoint_id = ${readId('endpoint', other.id)!} and state = 'due'`
  await delivering.untilIdle()
  t.match((await deliveriesOf(other)).at(-1), { state: 'dead', attempts: 1, last_status: 410 })
  t.equal((await rowOf(other)).state, 'enabled')
})

t.test('an order’s own address is told of the order by way of the first endpoint on its host, whatever that asks for', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  await alice.kahub.endpoints.create({ url: `${receiver.url}/first`, types: ['key.revoked'] })
  await alice.kahub.endpoints.create({ url: `${receiver.url}/second` })
  const gone = await alice.kahub.endpoints.create({ url: 'https://elsewhere.example.com/', types: ['key.revoked'] })
  const urls = [`${receiver.url}/orders/1`, 'https://elsewhere.example.com/2', `${receiver.url}/first`]
  const ids: string[] = []
  for (const url of urls) ids.push((await alice.places({ sku, quantity: 1, callback_url: url })).id)
  await alice.kahub.endpoints.delete(gone.id)
  await deliverAll(deliveringFor(t))
  t.same(receiver.received.map(({ path, json }) => `${path} ${ids.indexOf(json.data.order.id) + 1}`).sort(), [
    '/first 3', '/orders/1 1', '/second 1', '/second 2', '/second 3'
  ])
})

t.test('a worker that is killed between sending and settling loses nothing: the same id comes again, and its late word changes nothing',
  async t => {
    const alice = await house.reseller()
    const receiver = await openCallbackReceiver(t)
    const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
    const endpointId = readId('endpoint', endpoint.id)!
    await tell(alice, 1)
    await fanOutAll()
    const [leased] = (await leaseDeliveries(live.callbackDb, 'killed', plenty)).filter(({ destination }) => destination.id === endpointId)
    t.ok(leased)
    const delivering = deliveringFor(t)
    await delivering.untilIdle()
    t.equal(receiver.received.length, 0, 'while the lease runs nobody else sends')
    const late: AttemptResult = {
      deliveryId: leased!.id,
      endpointId,
      endpointUrl: endpoint.url,
      elsewhere: false,
      attempts: 0,
      status: 500,
      error: null,
      answerHead: '',
      retryAfterMs: null,
      startedAt: new Date(),
      durationMs: 1
    }
    await letTimePass(endpointId)
    await delivering.untilIdle()
    t.equal(receiver.received.length, 1)
    t.same(await settleDeliveries(live.callbackDb, 'killed', [late]), { delivered: 0, failed: 0, dead: 0, held: 0 })
    t.match(await deliveriesOf(endpoint), [{ state: 'delivered', attempts: 1, last_status: 200 }])
    t.match(await rowOf(endpoint), { failures: 0 })

    await tell(alice, 1)
    await fanOutAll()
    const [taken] = (await leaseDeliveries(live.callbackDb, 'killed', plenty)).filter(({ destination }) => destination.id === endpointId)
    await letTimePass(endpointId)
    const [again] = (await leaseDeliveries(live.callbackDb, 'second', plenty)).filter(({ destination }) => destination.id === endpointId)
    t.equal(again!.id, taken!.id)
    t.same(await settleDeliveries(live.callbackDb, 'killed', [{ ...late, deliveryId: taken!.id, status: 200 }]), {
      delivered: 0,
      failed: 0,
      dead: 0,
      held: 0
    }, 'another has it')
    t.same(await settleDeliveries(live.callbackDb, 'second', [{ ...late, deliveryId: taken!.id, status: 200 }]), {
      delivered: 1,
      failed: 0,
      dead: 0,
      held: 0
    })
    t.same(await settleDeliveries(live.callbackDb, 'second', [{ ...late, deliveryId: taken!.id, status: 500 }]), {
      delivered: 0,
      failed: 0,
      dead: 0,
      held: 0
    }, 'once')
  })

t.test('many workers at once lease and fan out each thing once', async t => {
  const alice = await house.reseller()
  const endpoints = await Promise.all(Array.from({ length: 5 }, (_, n) => alice.kahub.endpoints.create({ url: `http://127.0.0.1:9/${n}` })))
  const ids = endpoints.map(({ id }) => readId('endpoint', id)!)
  await tell(alice, 200)
  await Promise.all(Array.from({ length: 6 }, fanOutAll))
  await fanOutAll()
  for (const endpoint of endpoints) t.equal((await deliveriesOf(endpoint)).length, 200)
  const workers = ['a', 'b', 'c', 'd']
  const taken = await Promise.all(workers.flatMap(worker => [1, 2, 3].map(async () => (await leaseDeliveries(live.callbackDb, worker,
    plenty)).map(delivery => ({ worker, delivery })))))
  const leased = taken.flat().filter(({ delivery }) => ids.includes(delivery.destination.id))
  t.equal(new Set(leased.map(({ delivery }) => delivery.id)).size, leased.length, 'nothing twice')
  t.equal(leased.length, 5 * 10, 'as many as the endpoints allow at once')
  for (const { worker, delivery } of leased) {
    t.equal((await db`select leased_by from deliveries where id = ${delivery.id}`)[0]!.leased_by,
      worker)
  }
  await db`update endpoints set state = 'paused' where id = any(${ids}::uuid[])`
})

t.test('an endpoint is sent to so often a second, and one at a time while it fails', async t => {
  const alice = await house.reseller()
  const endpoint = await alice.kahub.endpoints.create({ url: 'http://127.0.0.1:9/' })
  const endpointId = readId('endpoint', endpoint.id)!
  await db`update endpoints set concurrency_max = 100, per_second_max = 7 where id = ${endpointId}`
  await tell(alice, 30)
  await fanOutAll()
  const leaseNow = async () => (await leaseDeliveries(live.callbackDb, 'worker',
    plenty)).filter(({ destination }) => destination.id === endpointId)
  t.equal((await leaseNow()).length, 7)
  await db`update endpoints set next_due_at = now() where id = ${endpointId}`
  t.equal((await leaseNow()).length, 0, 'the second is used up')
  const { next_due_at: next } = await rowOf(endpoint)
  t.ok(next!.getTime() <= Date.now() + 1_000)
  await db`update endpoints set next_due_at = now(), rate_at = rate_at - interval '1 second' where id = ${endpointId}`
  const more = await leaseNow()
  t.equal(more.length, 7)
  await letTimePass(endpointId)
  await db`update endpoints set failures = 1, per_second_max = 100 where id = ${endpointId}`
  t.equal((await leaseNow()).length, 1)
  await db`update endpoints set next_due_at = now() where id = ${endpointId}`
  t.equal((await leaseNow()).length, 0, 'there is one under way')
  await db`update endpoints set state = 'paused' where id = ${endpointId}`
})

t.test('black holes delay nobody: the healthy are told all while others never answer', async t => {
  const opened = Promise.withResolvers<number>()
  const receiver = await openCallbackReceiver(t, ({ path }) => path.startsWith('/hole') ? opened.promise : 200)
  const alice = await house.reseller()
  const make = (path: string, count: number) => Promise.all(Array.from({ length: count }, (_,
    n) => alice.kahub.endpoints.create({ url: `${receiver.url}/${path}/${n}` })))
  const holes = await make('hole', 4)
  const healthy = await make('well', 16)
  const events = 50
  await tell(alice, events)
  await fanOutAll()
  const sender = openSender({ rules })
  const delivering = deliveringFor(t, sender)
  const healthyIds = healthy.map(({ id }) => readId('endpoint', id)!)
  const left = () => dueTo(healthyIds)
  while (await left() > 0) {
    await delivering.run()
    await new Promise(resolve => setImmediate(resolve))
  }
  t.equal(receiver.received.filter(({ path }) => path.startsWith('/well')).length, 16 * events)
  for (const [path, most] of receiver.atOnce) if (path.startsWith('/hole')) t.ok(most <= 10, `${path} had ${most} at once`)
  t.ok(delivering.inFlight >= 4, 'the holes still hold theirs')
  opened.resolve(500)
  await delivering.untilIdle()
  for (const hole of holes) t.ok((await rowOf(hole)).failures > 0)

  const path = '/hole/0'
  const before = receiver.received.filter(callback => callback.path === path).length
  ;(receiver.atOnce as Map<string, number>).clear()
  await letTimePass(readId('endpoint', holes[0]!.id)!)
  await delivering.untilIdle()
  t.ok(receiver.received.filter(callback => callback.path === path).length > before)
  t.equal(receiver.atOnce.get(path), 1, 'what fails is tried one at a time')
})

t.test('an endpoint that is changed, paused or deleted while something is due is as it is when that is sent', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  const delivering = deliveringFor(t)
  const [changed, paused, deleted] = await Promise.all(['changed', 'paused',
    'deleted'].map(path => alice.kahub.endpoints.create({ url: `${receiver.url}/${path}` })))
  await tell(alice, 2)
  await fanOutAll()
  await alice.kahub.endpoints.update(changed!.id, { url: `${receiver.url}/moved` })
  await alice.kahub.endpoints.pause(paused!.id)
  await alice.kahub.endpoints.delete(deleted!.id)
  await tell(alice, 1)
  await deliverAll(delivering)
  t.same(receiver.received.map(({ path }) => path), ['/moved', '/moved', '/moved'])
  t.same((await deliveriesOf(paused!)).map(({ state }) => state), ['due', 'due', 'due'], 'they gather')
  t.same((await deliveriesOf(deleted!)).map(({ state }) => state), ['dropped', 'dropped'])
  await alice.kahub.endpoints.resume(paused!.id)
  await deliverAll(delivering)
  t.equal(receiver.received.filter(({ path }) => path === '/paused').length, 3)

  await tell(alice, 1)
  await fanOutAll()
  const [leased] = (await leaseDeliveries(live.callbackDb, 'slow',
    plenty)).filter(({ destination }) => destination.id === readId('endpoint', changed!.id)!)
  await alice.kahub.endpoints.delete(changed!.id)
  t.same(await settleDeliveries(live.callbackDb, 'slow', [{
    deliveryId: leased!.id,
    endpointId: leased!.destination.id,
    endpointUrl: leased!.destination.url,
    elsewhere: false,
    attempts: 0,
    status: 500,
    error: null,
    answerHead: '',
    retryAfterMs: null,
    startedAt: new Date(),
    durationMs: 1
  }]), { delivered: 0, failed: 0, dead: 0, held: 0 }, 'deleted while it was under way: dropped, and not due again')
  t.equal((await deliveriesOf(changed!)).at(-1)!.state, 'dropped')
})

t.test('a clock that jumps leaves nothing behind', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  const endpointId = readId('endpoint', endpoint.id)!
  await tell(alice, 2)
  await fanOutAll()
  t.equal((await leaseDeliveries(live.callbackDb, 'killed', plenty)).filter(({ destination }) => destination.id === endpointId).length, 2)
  // As if all that was written while the clock was a day ahead.
  await db`update deliveries set leased_until = now() + interval '1 day' where endpoint_id = ${endpointId}`
  await db`update endpoints set next_due_at = now() + interval '1 day', resume_at = now() + interval '1 day',
    rate_at = now() + interval '1 day', rate_used = 1000 where id = ${endpointId}`
  t.ok(await wakeStalled(live.callbackDb, 100) >= 1)
  await deliveringFor(t).untilIdle()
  t.equal(receiver.received.length, 2)
  t.equal(await wakeStalled(live.callbackDb, 100), 0)
})

t.test('what was made while the clock was ahead is sent when it is put right', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  const endpointId = readId('endpoint', endpoint.id)!
  await tell(alice, 3)
  await fanOutAll()
  await db`update deliveries set due_at = now() + interval '1 day', created_at = now() + interval '1 day' where endpoint_id = ${endpointId}`
  await db`update deliveries set created_at = now() - interval '1 hour', due_at = now() + interval '2 days', attempts = 3
    where endpoint_id = ${endpointId} and sequence = 3`
  await db`update endpoints set next_due_at = now() + interval '1 day' where id = ${endpointId}`
  t.ok(await wakeStalled(live.callbackDb, 100) >= 1)
  await deliveringFor(t).untilIdle()
  t.equal(receiver.received.length, 3)
})

t.test('a worker that sends one delivery twice at once, after a leap of the clock, counts it once and goes on', async t => {
  const alice = await house.reseller()
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  const { promise: full, resolve: fill } = Promise.withResolvers<void>()
  let arrived = 0
  const receiver = await openCallbackReceiver(t, async () => {
    if (++arrived === 6) fill()
    await opened
    return 200
  })
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  await tell(alice, 3)
  await fanOutAll()
  const delivering = deliveringFor(t)
  await delivering.run()
  await letTimePass(readId('endpoint', endpoint.id)!)
  await delivering.run()
  await full
  open()
  await delivering.untilIdle()
  t.match(await deliveriesOf(endpoint), Array(3).fill({ state: 'delivered', attempts: 1 }))
})

t.test('endpoints that fail, however many and without room for them, hide nobody', async t => {
  const alice = await house.reseller()
  const endpoint = await alice.kahub.endpoints.create({ url: 'http://127.0.0.1:9/' })
  const endpointId = readId('endpoint', endpoint.id)!
  await tell(alice, 1)
  await fanOutAll()
  await db`insert into endpoints (reseller_id, id, url, signatures, sealed_secret, master_key, state, fanned_to, sequence, failures,
      failing_since, next_due_at)
    select reseller_id, gen_random_uuid(), url, signatures, sealed_secret, master_key, state, fanned_to, 1, 3, now(),
      now() - interval '1 minute' from endpoints, generate_series(1, 450) where id = ${endpointId}`
  await db`insert into deliveries (endpoint_id, sequence, id, reseller_id, event_sequence, event_id, type, state, due_at)
    select endpoints.id, 1, gen_random_uuid(), endpoints.reseller_id, event_sequence, event_id, type, 'due', now() - interval '1 minute'
    from endpoints join deliveries using (reseller_id) where deliveries.endpoint_id = ${endpointId} and failures = 3`
  const leased = await leaseDeliveries(live.callbackDb, 'crowded', { room: 100, failingRoom: 0 })
  t.same(leased.map(({ destination }) => destination.id), [endpointId])
  const crowd = db`reseller_id = ${readId('reseller', alice.id)!} and failures = 3`
  await db`delete from deliveries where endpoint_id in (select id from endpoints where ${crowd})`
  await db`delete from endpoints where ${crowd}`
})

t.test('a backlog that gives way is taken a little at a time, and what is fresh overtakes it', async t => {
  // The room is for all that is late, whoever it is due to.
  await db`update endpoints set state = 'paused' where state = 'enabled'`
  const alice = await house.reseller()
  const endpoint = await alice.kahub.endpoints.create({ url: 'http://127.0.0.1:9/' })
  const endpointId = readId('endpoint', endpoint.id)!
  await db`update endpoints set concurrency_max = 100 where id = ${endpointId}`
  const leaseOf = async (room: LateRoom) => (await leaseDeliveries(live.callbackDb, 'worker', { ...plenty, late: room }))
    .filter(({ destination }) => destination.id === endpointId).map(({ sequence, late }) => ({ sequence: Number(sequence), late }))
  const late = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => ({ sequence: from + n + 1, late: true }))
  const fresh = (from: number, to: number) => late(from, to).map(one => ({ ...one, late: false }))
  const bySequence = (rows: { sequence: number, late: boolean }[]) => rows.sort((a, b) => a.sequence - b.sequence)

  await tell(alice, 20)
  await fanOutAll()
  await db`update deliveries set due_at = now() - make_interval(secs => ${lateSeconds + 60} - sequence) where endpoint_id = ${endpointId}`
  await tell(alice, 3)
  await fanOutAll()
  t.same(bySequence(await leaseOf({ room: 5, restMs: 60_000 })), [...late(0, 5), ...fresh(20, 23)], 'the oldest, and all that is fresh')
  const { next_due_at: next } = await rowOf(endpoint)
  t.ok(next!.getTime() > Date.now() + 20_000, 'the rest of it rests')
  t.same(await leaseOf({ room: 5, restMs: 60_000 }), [])

  await tell(alice, 2)
  await fanOutAll()
  t.same(bySequence(await leaseOf({ room: 0, restMs: 60_000 })), fresh(23, 25), 'what is fresh waits for no rest')
  await db`update endpoints set next_due_at = now() where id = ${endpointId}`
  t.same(bySequence(await leaseOf({ room: 100, restMs: 0 })), late(5, 20))
  await db`update endpoints set state = 'paused' where id = ${endpointId}`
})

t.test('an endpoint has no more than its places, late and fresh together', async t => {
  const alice = await house.reseller()
  const endpoint = await alice.kahub.endpoints.create({ url: 'http://127.0.0.1:9/' })
  const endpointId = readId('endpoint', endpoint.id)!
  // The room for what is late is one for all endpoints.
  await db`update endpoints set state = 'paused' where id <> ${endpointId} and state = 'enabled'`
  await db`update endpoints set concurrency_max = 8 where id = ${endpointId}`
  await tell(alice, 20)
  await fanOutAll()
  await db`update deliveries set due_at = now() - interval '1 minute' where endpoint_id = ${endpointId} and sequence <= 10`
  const leased = (await leaseDeliveries(live.callbackDb, 'worker', { ...plenty, late: { room: 5, restMs: 0 } }))
    .filter(({ destination }) => destination.id === endpointId)
  t.same([leased.filter(({ late }) => late).length, leased.filter(({ late }) => !late).length], [5, 3])
  await db`update endpoints set state = 'paused' where id = ${endpointId}`
})

t.test('a worker gives way while orders are placed, rests the longer the longer the database took, and not for ever', async t => {
  const pace = openPace()
  t.equal(pace.late(0), undefined)
  pace.looked(7n, 0)
  pace.looked(7n, 1_000)
  t.equal(pace.late(1_000), undefined, 'orders of long ago are in nobody’s way')
  t.equal(pace.took(500, 10, 1_000), 0)
  pace.looked(8n, 2_000)
  t.same(pace.late(2_000), { room: lateRoomMax, restMs: restMsMin })
  t.equal(pace.took(lateRoomMax, 10, 2_000), 10 * restFactor)
  t.same(pace.late(2_010), { room: 0, restMs: 10 * restFactor - 10 }, 'it rests')
  t.equal(pace.took(0, 10, 2_010), 10 * restFactor - 10, 'what is fresh makes no rest longer')
  t.equal(pace.late(2_000 + 10 * restFactor)!.room, lateRoomMax)
  t.equal(pace.took(lateRoomMax, 1_000_000, 2_100), restMsMax)
  t.equal(pace.took(lateRoomMax, 0, 2_600), restMsMin)
  t.equal(pace.late(2_000 + givesWayMs), undefined)

  // The database writes its statistics once a second: orders go on until they are seen.
  const before = await countOrders(live.callbackDb)
  const buyer = await house.reseller()
  const wanted = await house.sku({ codes: 2_000 })
  do await buyer.kahub.orders.place({ lines: [{ sku: wanted, quantity: 1 }] }); while (await countOrders(live.callbackDb) === before)
  t.ok(await countOrders(live.callbackDb) > before)
})

t.test('410 from an address that the endpoint has left disables nothing', async t => {
  const alice = await house.reseller()
  const endpoint = await alice.kahub.endpoints.create({ url: 'http://127.0.0.1:9/old' })
  const receiver = await openCallbackReceiver(t, async ({ path }) => {
    if (path === '/new') return 200
    await alice.kahub.endpoints.update(endpoint.id, { url: `${receiver.url}/new` })
    return 410
  })
  await alice.kahub.endpoints.update(endpoint.id, { url: `${receiver.url}/old` })
  await tell(alice, 1)
  const delivering = deliveringFor(t)
  await deliverAll(delivering)
  t.match(await rowOf(endpoint), { state: 'enabled', failures: 1 })
  await letTimePass(readId('endpoint', endpoint.id)!)
  await delivering.untilIdle()
  t.match(receiver.received.map(({ path }) => path), ['/old', '/new'])
})

t.test('a delivery whose event is no longer kept is given up at once, and its receiver is not blamed', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  await tell(alice, 2)
  await fanOutAll()
  const { reseller_id: resellerId, event_floor: floor } = (await db<{ reseller_id: Uuid, event_floor: bigint }[]>`
    update resellers set event_floor = event_sequence - 1 where id = ${readId('reseller', alice.id)!}
    returning id as reseller_id, event_floor`)[0]!
  await db`delete from events where reseller_id = ${resellerId} and sequence <= ${floor}`
  await deliveringFor(t).untilIdle()
  t.match(await deliveriesOf(endpoint), [{ state: 'dead', attempts: 1, last_error: 'event_expired' }, { state: 'delivered' }])
  t.match(await rowOf(endpoint), { failures: 0, failing_since: null })
})

t.test('thousands of events, a fifth of the endpoints failing and workers killed at random: every one arrives, and no sequence has a gap',
  async t => {
    const bad = (path: string) => path.startsWith('/bad')
    let healed = false
    const receiver = await openCallbackReceiver(t, ({ path, id }) =>
      bad(path) && !healed && id.charCodeAt(id.length - 1) % 3 > 0 ? 500 : 200)
    const resellers = await Promise.all(Array.from({ length: 4 }, () => house.reseller()))
    const endpoints = (await Promise.all(resellers.map(reseller => Promise.all(Array.from({ length: 5 }, (_, n) =>
      reseller.kahub.endpoints.create({ url: `${receiver.url}/${n === 0 ? 'bad' : 'good'}/${reseller.id}/${n}` })))))).flat()
    const ids = endpoints.map(({ id }) => readId('endpoint', id)!)
    await db`update endpoints set concurrency_max = 50, per_second_max = 10000 where id = any(${ids}::uuid[])`
    const events = 250
    // A kill between sending and settling: the receiver has it, and nobody hears of that.
    const real = openSender({ rules })
    let kills = 0
    let calls = 0
    const deadly: Sender = {
      send: async callback => {
        const outcome = await real.send(callback)
        return ++calls % 17 === 0 && ++kills ? { ...outcome, error: 'stopped' } : outcome
      },
      close: () => real.close()
    }
    t.teardown(() => real.close())
    const workers = [deliveringFor(t, deadly), deliveringFor(t, deadly)]
    for (let round = 0; round < 5; round++) {
      await Promise.all(resellers.map(reseller => tell(reseller, events / 5)))
      await Promise.all([fanOutAll(), fanOutAll(), ...workers.map(worker => worker.untilIdle())])
      await letTimePass()
    }
    healed = true
    await fanOutAll()
    const left = () => dueTo(ids)
    for (let round = 0; round < 50 && await left() > 0; round++) {
      await letTimePass()
      await Promise.all(workers.map(worker => worker.untilIdle()))
    }
    t.ok(kills > 50, `${kills} kills`)
    for (const [n, endpoint] of endpoints.entries()) {
      const path = endpoint.url.slice(receiver.url.length)
      const heard = receiver.received.filter(callback => callback.path === path)
      const told = new Map(heard.map(({ id, json }) => [id, json.sequence as number]))
      const expected = await deliveriesOf(endpoint)
      t.same([...told.values()].sort((a, b) => a - b), expected.map(({ sequence }) => Number(sequence)),
      `${path}: every sequence, each under one id`)
      t.ok(told.size >= events, String(n))
      t.equal(new Set(heard.map(({ id, text }) => `${id} ${text}`)).size, told.size, 'a repeat is the same, byte for byte')
    }
    t.equal(await left(), 0)
  })

t.test('the clockwork does all of this by itself, tells its figures, and ends when it is told to', async t => {
  const heard = Promise.withResolvers<void>()
  const receiver = await openCallbackReceiver(t, ({ path }) => {
    if (path === '/hook') heard.resolve()
    return path === '/hook' ? 200 : new Promise(() => {})
  })
  const alice = await house.reseller()
  await alice.kahub.endpoints.create({ url: `${receiver.url}/hook` })
  const hanging = await alice.kahub.endpoints.create({ url: `${receiver.url}/hangs` })
  const metrics = openWorkerMetrics()
  const failures: string[] = []
  const workers = startWorkers(house.worlds, (pass, error) => failures.push(`${pass}: ${(error as Error).message}`), metrics)
  await alice.places({ sku, quantity: 1 })
  await heard.promise
  while (!receiver.received.some(({ path }) => path === '/hangs')) await new Promise(resolve => setImmediate(resolve))
  await workers.stop()
  t.same(failures, [])
  const told = await metrics.registry.metrics()
  t.match(told, /kahub_deliveries_made_total\{world="live"\} [2-9]/)
  t.match(told, /kahub_delivery_attempts_total\{world="live",outcome="delivered"\} [1-9]/)
  t.match(await deliveriesOf(hanging), [{ state: 'due', attempts: 0, leased_by: null }],
    'what was under way is given back, and is no attempt')
})

t.test('and all of it is proven', async t => {
  await house.proves(t)
})
