// What becomes of callbacks in the long run: who inherits what was due, how long deliveries are kept, what a fault of ours does.
import t from 'tap'
import { nameLengthMax, reasonLengthMax, referenceLengthMax, urlLengthMax } from '../../schema/rest/common.ts'
import { eventData } from '../../schema/rest/events.ts'
import { holdLinesMax } from '../../schema/rest/holds.ts'
import { costCenterLengthMax } from '../../schema/rest/orders.ts'
import { titleLengthMax } from '../../schema/rest/sessions.ts'
import { eventTypes, type EventType } from '../../schema/vocabulary.ts'
import { newId, readId, showId, type Uuid } from '../../src/base/ids.ts'
import { disableFailing } from '../../src/domain/callbacks/disable-failing.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { attemptsMax } from '../../src/domain/callbacks/retry-schedule.ts'
import { measureBacklog } from '../../src/domain/callbacks/measure-backlog.ts'
import { purgeDeliveries } from '../../src/domain/callbacks/purge-deliveries.ts'
import { appendEvents } from '../../src/domain/events/append-events.ts'
import { callbackBody, callbackBytesMax } from '../../src/domain/events/event-view.ts'
import { purgeEvents } from '../../src/domain/events/purge-events.ts'
import { complaintLengthMax } from '../../src/domain/links/checkouts/complain.ts'
import { openSender } from '../../src/outgoing/send-callback.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openDelivering } from '../../src/workers/deliver.ts'
import { openWorkerMetrics } from '../../src/workers/metrics.ts'
import { openCallbackReceiver } from '../support/callback-receiver.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'

const rules = { ports: [443], loopback: true }
const house = await openHouse(t, { callbackRules: rules })
const { db } = house
const { live } = house.worlds

const endpointUuid = (endpoint: { id: string }) => readId('endpoint', endpoint.id)!
const fanOutAll = async () => { while ((await fanOut(live.callbackDb)).more); }

/** Makes events true. */
async function tell (reseller: Reseller, count: number, type: EventType = 'wallet.adjusted', data: object = {}): Promise<void> {
  const resellerId = readId('reseller', reseller.id)!
  await transact(live.db, tx => appendEvents(tx, Array.from({ length: count }, (_, n) => ({ resellerId, type, data: { n, ...data } }))))
}

interface Row {
  readonly id: Uuid
  readonly sequence: bigint
  readonly state: string
  readonly url: string | null
  readonly attempts: number
  readonly last_error: string | null
}

async function deliveriesOf (endpoint: { id: string }): Promise<readonly Row[]> {
  return await db<Row[]>`
    select id, sequence, state, url, attempts, last_error from deliveries where endpoint_id = ${endpointUuid(endpoint)} order by sequence`
}

t.test('an order’s own address is told once, whichever endpoints on its host are deleted, disabled or resumed meanwhile', async t => {
  const origin = 'https://own.example.com'
  const twoEndpoints = async () => {
    const alice = await house.reseller()
    const make = (path: string) => alice.kahub.endpoints.create({ url: `${origin}${path}`, types: ['key.revoked'] })
    return { alice, first: await make('/first'), second: await make('/second') }
  }
  const sku = await house.sku({ codes: 30, price: '1' })
  const orderOf = (reseller: Reseller, n: number) => reseller.places({ sku, quantity: 1, callback_url: `${origin}/orders/${n}` })
  const told = async (...endpoints: { id: string }[]) => (await Promise.all(endpoints.map(deliveriesOf))).flat()
    .filter(({ state }) => state === 'due').map(({ url }) => url).sort()

  t.test('deleted after another endpoint has passed the event', async t => {
    const { alice, first, second } = await twoEndpoints()
    await orderOf(alice, 1)
    // Another worker holds the first endpoint: the second comes to the event before it.
    await transact(db, async tx => {
      await tx`select from endpoints where id = ${endpointUuid(first)} for no key update`
      await fanOutAll()
    })
    await alice.kahub.endpoints.delete(first.id)
    await fanOutAll()
    t.same(await told(first, second), [`${origin}/orders/1`])
  })

  t.test('disabled when the event comes, and resumed later', async t => {
    const { alice, first, second } = await twoEndpoints()
    await db`update endpoints set state = 'disabled' where id = ${endpointUuid(first)}`
    await orderOf(alice, 2)
    await fanOutAll()
    await alice.kahub.endpoints.resume(first.id)
    await fanOutAll()
    t.same(await told(first, second), [`${origin}/orders/2`])
  })

  t.test('deleted while the callback is due', async t => {
    const { alice, first, second } = await twoEndpoints()
    for (const n of [3, 4]) await orderOf(alice, n)
    await fanOutAll()
    await alice.kahub.endpoints.delete(first.id)
    t.same(await told(first, second), [`${origin}/orders/3`, `${origin}/orders/4`], 'the other one inherits')
    t.match(await alice.kahub.endpoints.get(second.id), { sequence: 2 }, 'numbered as its own')
    await alice.kahub.endpoints.delete(second.id)
    t.same(await told(first, second), [], 'without another there is no way')
  })

  t.test('fanned out by many workers at once', async t => {
    const { alice, first, second } = await twoEndpoints()
    for (let n = 10; n < 30; n++) await orderOf(alice, n)
    await Promise.all(Array.from({ length: 6 }, fanOutAll))
    await fanOutAll()
    t.same(await told(first, second), Array.from({ length: 20 }, (_, n) => `${origin}/orders/${n + 10}`))
  })
})

t.test('a fault of ours uses up no attempt and counts against no receiver: it waits, and its operator is told', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  await alice.kahub.endpoints.create({ url: `${receiver.url}/well` })
  const id = endpointUuid(endpoint)
  // As if the master key that its secret is wrapped with were not configured any more.
  const [kept] = await db<{ master_key: string }[]>`select master_key from endpoints where id = ${id}`
  await db`update endpoints set master_key = 'lost' where id = ${id}`
  await tell(alice, 3)
  const outcomes: Record<string, number> = {}
  const sender = openSender({ rules })
  t.teardown(() => sender.close())
  const delivering = openDelivering(live, { sender, count: (outcome, count) => { outcomes[outcome] = (outcomes[outcome] ?? 0) + count } })
  const later = async () => {
    await db`update deliveries set due_at = now() where endpoint_id = ${id} and state = 'due'`
    await db`update endpoints set next_due_at = now(), resume_at = '-infinity' where id = ${id}`
  }
  for (let round = 0; round < attemptsMax + 3; round++) {
    await fanOutAll()
    await delivering.untilIdle()
    await later()
  }
  t.equal(receiver.received.filter(({ path }) => path === '/').length, 0)
  t.equal(receiver.received.filter(({ path }) => path === '/well').length, 3, 'no other waits')
  t.match(await deliveriesOf(endpoint), Array(3).fill({ state: 'due', attempts: 0, last_error: 'signing_failed' }))
  t.match(await alice.kahub.endpoints.get(endpoint.id), { state: 'enabled', failures: 0, failing_since: null, last_error: null })
  t.ok(outcomes.held! > attemptsMax)
  t.match(await house.operator.callbacks.list({ reseller: alice.id, failing: true }).toArray({ limit: 10 }), [
    { endpoint: endpoint.id, held_since: /Z$/, held_error: 'signing_failed', failures: 0 }
  ], 'the operator sees it among those that have trouble')

  await db`update endpoints set master_key = ${kept!.master_key} where id = ${id}`
  await later()
  await delivering.untilIdle()
  t.equal(receiver.received.filter(({ path }) => path === '/').length, 3)
  t.match(await house.operator.callbacks.list({ reseller: alice.id }).toArray({ limit: 10 }), Array(2).fill({ held_since: null }))
  t.equal((await house.operator.callbacks.list({ reseller: alice.id, failing: true }).toArray({ limit: 10 })).length, 0)
})

t.test('the figures of the clockwork tell what waits, for how long, and who fails or is held', async t => {
  const alice = await house.reseller()
  const [waits, fails, held, paused] = await Promise.all(['waits', 'fails', 'held', 'paused'].map(path =>
    alice.kahub.endpoints.create({ url: `https://figures.example.com/${path}` })))
  await alice.kahub.endpoints.pause(paused!.id)
  const figures = async () => {
    const metrics = openWorkerMetrics()
    let measured = 0
    metrics.watchBacklog('live', () => {
      measured++
      return measureBacklog(live.db)
    })
    metrics.watchBacklog('test', () => Promise.reject(new Error('no database')))
    const [text] = await Promise.all([metrics.registry.metrics(), metrics.registry.metrics()])
    t.equal(measured, 1, 'however often it is asked')
    t.notMatch(text, /world="test"/, 'what cannot be measured is left out')
    return (name: string) => Number(new RegExp(`^${name}\\{world="live"\\} (\\S+)$`, 'm').exec(text)![1])
  }
  const before = await figures()
  await tell(alice, 5)
  await fanOutAll()
  await db`update endpoints set failing_since = now() where id = ${endpointUuid(fails!)}`
  await db`update endpoints set held_since = now() where id = ${endpointUuid(held!)}`
  await db`update deliveries set due_at = now() - interval '10 days' where endpoint_id = ${endpointUuid(waits!)} and sequence = 3`
  await db`update deliveries set due_at = now() + interval '1 hour' where endpoint_id = ${endpointUuid(fails!)} and sequence > 1`
  const after = await figures()
  t.equal(after('kahub_deliveries_due') - before('kahub_deliveries_due'), 5 + 1 + 5)
  const oldest = after('kahub_deliveries_oldest_due_seconds')
  t.ok(oldest >= 864_000 && oldest < 864_100, String(oldest))
  t.equal(after('kahub_endpoints_failing') - before('kahub_endpoints_failing'), 1)
  t.equal(after('kahub_endpoints_held') - before('kahub_endpoints_held'), 1)
  for (const endpoint of [waits, fails, held, paused]) await alice.kahub.endpoints.delete(endpoint!.id)
})

t.test('the days of a fault of ours are no days of failure', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t, () => 500)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  const id = endpointUuid(endpoint)
  await db`update endpoints set failures = 3, warned_at = now(), failing_since = now() - interval '6 days',
    held_since = now() - interval '4 days', held_error = 'signing_failed' where id = ${id}`
  await disableFailing(live.db, 100)
  t.equal((await alice.kahub.endpoints.get(endpoint.id)).state, 'enabled')
  await tell(alice, 1)
  await fanOutAll()
  const sender = openSender({ rules })
  t.teardown(() => sender.close())
  await openDelivering(live, { sender }).untilIdle()
  const [{ days } = { days: 0 }] = await db<{ days: number }[]>`
    select extract(epoch from now() - failing_since)::float8 / 86400 as days from endpoints where id = ${id} and held_since is null`
  t.ok(days > 1.99 && days < 2.01, String(days))
  await disableFailing(live.db, 100)
  t.equal((await alice.kahub.endpoints.get(endpoint.id)).state, 'enabled')
})

t.test('a body that is larger than callbacks are is told of and not sent', async t => {
  const alice = await house.reseller()
  const receiver = await openCallbackReceiver(t)
  const endpoint = await alice.kahub.endpoints.create({ url: receiver.url })
  await tell(alice, 1, 'wallet.adjusted', { reason: 'x'.repeat(callbackBytesMax) })
  await tell(alice, 1)
  await fanOutAll()
  const sender = openSender({ rules })
  t.teardown(() => sender.close())
  await openDelivering(live, { sender }).untilIdle()
  t.equal(receiver.received.length, 1)
  t.match(await deliveriesOf(endpoint), [{ state: 'dead', attempts: 1, last_error: 'body_too_large' }, { state: 'delivered' }])
  t.match(await alice.kahub.endpoints.get(endpoint.id), { failures: 0, failing_since: null }, 'its receiver is not blamed')
})

t.test('deliveries are purged when they are old and so is their event; what is due and what can be asked for or replayed stays',
  async t => {
    const alice = await house.reseller()
    const resellerId = readId('reseller', alice.id)!
    const endpoint = await alice.kahub.endpoints.create({ url: 'https://kept.example.com/' })
    await alice.kahub.endpoints.pause(endpoint.id)
    await tell(alice, 10)
    await fanOutAll()
    const { id: sample } = await alice.kahub.endpoints.simulate(endpoint.id, { type: 'order.completed' })
    const id = endpointUuid(endpoint)
    // 1 to 4 arrived, 5 was dropped, 6 and 7 were given up, 8 arrived again lately; 9 and 10 are due, 11 is a sample that arrived.
    const set = (state: string, ...sequences: number[]) => db`
      update deliveries set state = ${state}, due_at = null, attempts = 1,
        delivered_at = case when ${state} = 'delivered' then created_at end
      where endpoint_id = ${id} and sequence = any(${sequences}::bigint[])`
    await set('delivered', 1, 2, 3, 4, 8, 11)
    await set('dropped', 5)
    await set('dead', 6, 7)
    await db`update deliveries set created_at = now() - interval '40 days', delivered_at = delivered_at - interval '40 days'
      where endpoint_id = ${id}`
    await db`update deliveries set delivered_at = now() where endpoint_id = ${id} and sequence = 8`
    await db`update deliveries set created_at = now() - interval '91 days' where endpoint_id = ${id} and sequence = 7`
    await db`insert into delivery_attempts
      select id, 1, 200, null, '', 1, now() from deliveries where endpoint_id = ${id} and state <> 'due'`
    const events = await alice.kahub.events.list({ types: ['wallet.adjusted'] }).toArray({ limit: 100 })
    const purgeAll = async () => { while (await purgeDeliveries(live.db, 3) > 0); }
    const kept = async () => (await deliveriesOf(endpoint)).map(({ sequence }) => Number(sequence))

    const old = (await deliveriesOf(endpoint))[0]!
    await purgeAll()
    t.same(await kept(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'as long as their events, which can be asked about; a sample is of none')
    t.equal(await outcomeOf(alice.kahub.deliveries.get(sample)), 'not_found')
    t.equal((await alice.kahub.events.deliveries(events[0]!.id)).data.length, 1, 'did you tell me?')

    await db`update events set created_at = now() - interval '31 days' where reseller_id = ${resellerId}`
    // Fan-out has passed them, so they go; what is due of them would be given up, and is put back here to be looked at.
    while (await purgeEvents(live.db, 1_000) > 0);
    await db`update deliveries set state = 'due', due_at = now() where endpoint_id = ${id} and sequence in (9, 10)`
    await purgeAll()
    t.same(await kept(), [6, 8, 9, 10])
    t.match(await alice.send('GET', `/v1/deliveries/${showId('delivery', old.id)}`), { status: 404, json: { detail: /kept for 30 days/ } })
    t.match(await alice.kahub.endpoints.get(endpoint.id), { sequence: 11 })
    const [orphans] = await db<{ count: number }[]>`
      select count(*)::int as count from delivery_attempts where delivery_id not in (select id from deliveries)`
    t.equal(orphans!.count, 0, 'their attempts go with them')
    t.match(await alice.kahub.endpoints.simulate(endpoint.id, { type: 'order.completed' }), { sequence: 12 }, 'the sequence goes on')
    await house.proves(t)
  })

t.test('no callback is larger than 20 kB, with everything in it as large as it can be', async t => {
  const [endpointId, sequence] = [newId(), BigInt(Number.MAX_SAFE_INTEGER)]
  for (const type of eventTypes) {
    const data = largestOf(eventData[type], type) as Record<string, unknown>
    const event = { id: newId(), type, sequence, data, createdAt: new Date() }
    const bytes = Buffer.byteLength(callbackBody(event, { endpointId, sequence, simulated: true }))
    t.ok(bytes > 250 && bytes <= callbackBytesMax, `${type}: ${bytes}`)
  }
})

t.test('whatever is no 2xx is a failure and is tried again', async t => {
  const alice = await house.reseller()
  const statuses = [300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 429, 500, 503]
  const headers = { location: '/204', 'retry-after': '3600' }
  const receiver = await openCallbackReceiver(t, ({ path }) => ({ status: Number(path.slice(1)), headers }))
  const endpoints = await Promise.all(statuses.map(status =>
    alice.kahub.endpoints.create({ url: `${receiver.url}/${status}`, types: ['wallet.adjusted'] })))
  await tell(alice, 1)
  await fanOutAll()
  const sender = openSender({ rules })
  t.teardown(() => sender.close())
  await openDelivering(live, { sender }).untilIdle()
  t.equal(receiver.received.length, statuses.length, 'nothing is followed')
  for (const [n, status] of statuses.entries()) {
    const [delivery] = (await alice.kahub.deliveries.list({ endpoint: endpoints[n]!.id })).data
    t.match(delivery, { state: 'due', attempts: 1, last_status: status, last_error: null })
    t.ok(Date.parse(delivery!.next_attempt_at!) > Date.now() + 3_500_000, 'when the receiver asked for')
  }
})

t.test('and all of it is proven', async t => {
  await house.proves(t)
})

/** As much of JSON Schema as the types of events use. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly examples?: readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly uniqueItems?: boolean
  readonly anyOf?: readonly Schema[]
}

/** The longest texts by name, in characters of four bytes, as what they are made from allows; those that only we write, in bytes. */
const lettersMax: Readonly<Record<string, number>> = {
  reference: referenceLengthMax,
  cost_center: costCenterLengthMax,
  note: reasonLengthMax,
  reason: reasonLengthMax,
  name: nameLengthMax,
  title: titleLengthMax,
  message: complaintLengthMax
}
const bytesMax: Readonly<Record<string, number>> = {
  // A sentence of ours, even if it named all the lines of a chunk that was refused.
  detail: 14_000,
  callback_url: urlLengthMax,
  url: urlLengthMax,
  created_by: 40,
  confirmed_by: 40,
  algorithm: 40,
  code: 40,
  pause_reason: 40,
  last_error: 40,
  slug: 40
}
const itemsMax: Readonly<Record<string, number>> = { lines: holdLinesMax }
/** What stands in answers only. */
const neverTold = ['sealed_codes', 'dry_run']

function largestOf (schema: Schema, name: string): unknown {
  if (schema.anyOf) {
    return schema.anyOf.map(one => largestOf(one, name)).sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0]
  }
  if (schema.enum) return [...schema.enum].sort((a, b) => String(b).length - String(a).length)[0]
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'object': return Object.fromEntries(Object.entries(schema.properties!).filter(([field]) => !neverTold.includes(field))
      .map(([field, of]) => [field, largestOf(of, field)]))
    case 'array': {
      const length = schema.items!.enum?.length ?? itemsMax[name]
      if (length === undefined) throw new Error(`how many ${name} can there be?`)
      return Array.from({ length }, () => largestOf(schema.items!, name))
    }
    case 'integer': return -Number.MAX_SAFE_INTEGER
    case 'boolean': return false
    case 'null': return null
  }
  if (schema.format === 'date-time') return new Date().toISOString()
  if (schema.format === 'date') return '2026-11-22'
  if (schema.pattern?.startsWith('^-?(0|')) return '-999999999999.9999'
  if (schema.examples) return schema.examples[0]
  const letters = lettersMax[name]
  if (letters !== undefined) return '🎁'.repeat(letters)
  const bytes = bytesMax[name]
  if (bytes === undefined) throw new Error(`how long can ${name} be?`)
  return 'x'.repeat(bytes)
}
