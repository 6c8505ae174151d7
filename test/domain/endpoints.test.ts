// Endpoints and their deliveries as their reseller has them: secrets, states, the log, replays. Sending itself is tested elsewhere.
import t from 'tap'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { endpointEntry, mayEnter } from '../../schema/states.ts'
import { callbackOf } from '../../schema/rest/events.ts'
import { endpointsPerResellerMax, replayedPerCallMax } from '../../schema/rest/endpoints.ts'
import { endpointStates, eventTypes } from '../../schema/vocabulary.ts'
import { readId } from '../../src/base/ids.ts'
import { openEndpointSecret } from '../../src/domain/callbacks/endpoint-secret.ts'
import { dropDeliveries } from '../../src/domain/callbacks/delete-endpoint.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { replayLooksMax } from '../../src/domain/callbacks/replay-deliveries.ts'
import { purgeAttempts } from '../../src/domain/callbacks/purge-attempts.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'

const house = await openHouse(t)
const { db, operator } = house
const { live } = house.worlds
const sku = await house.sku({ codes: 100 })
const url = 'https://shop.example.com/kahub'

const uuidOf = (id: string) => readId('endpoint', id)!
const fanOutAll = async () => { while ((await fanOut(live.db)).more); }

async function endpointOf (reseller: Reseller, wish: object = {}) {
  return await reseller.kahub.endpoints.create({ url, ...wish })
}

/** What a worker would have written of an attempt. */
async function attempted (deliveryId: string, { state, status, error = null }: { state: string, status: number | null, error?: string | null }) {
  const id = readId('delivery', deliveryId)!
  await db`
    with tried as (
      update deliveries set state = ${state}, due_at = null, attempts = attempts + 1, last_status = ${status}, last_error = ${error},
        delivered_at = case when ${state} = 'delivered' then now() end where id = ${id} returning attempts)
    insert into delivery_attempts (delivery_id, attempt, status, error, answer_head, duration_ms, started_at)
    select ${id}, attempts, ${status}, ${error}, 'ok', 12, now() from tried`
}

t.test('an endpoint tells its secret once, and begins with what becomes true from then on', async t => {
  const alice = await house.reseller()
  await alice.places({ sku, quantity: 1 })
  const wish = { reference: 'first', url, types: ['order.completed'] as const, description: 'the shop' }
  const made = await alice.kahub.endpoints.create(wish)
  t.match(made, { url, state: 'enabled', signatures: ['v1', 'v1a'], types: ['order.completed'], sequence: 0, secret: /^whsec_[\w+/]{43}=$/ })
  const { secret, ...shown } = await alice.kahub.endpoints.create(wish)
  t.equal(secret, null, 'a repeat tells it no more')
  t.equal(shown.id, made.id)
  t.same(await alice.kahub.endpoints.get(made.id), shown)
  t.same((await alice.kahub.endpoints.list()).data, [shown])
  t.equal(await outcomeOf(alice.kahub.endpoints.create({ ...wish, url: `${url}/2` })), 'reference_reused')

  await fanOutAll()
  t.same((await alice.kahub.deliveries.list()).data, [], 'what was before is not told')
  const order = await alice.places({ sku, quantity: 1 })
  await fanOutAll()
  const [delivery] = (await alice.kahub.deliveries.list()).data
  t.match(delivery, { endpoint: made.id, sequence: 1, type: 'order.completed', state: 'due', attempts: 0, simulated: false })
  t.match((await alice.kahub.events.get(delivery!.event)).data, { order: { id: order.id } })
  const [row] = await db<{ dump: string }[]>`select endpoints::text as dump from endpoints where id = ${uuidOf(made.id)}`
  t.notOk(row!.dump.includes(Buffer.from(made.secret!.slice(6), 'base64').toString('hex')), 'the row holds the secret sealed')
})

t.test('an address that callbacks never go to is refused, with the reason', async t => {
  const alice = await house.reseller()
  for (const bad of ['http://shop.example.com/', 'https://10.0.0.1/', 'https://user:pass@shop.example.com/', 'https://shop.example.com:22/',
    'https://[fd00::1]/', 'https://0x0a000001/', 'ftp://shop.example.com/', 'shop.example.com']) {
    const answer = await alice.send('POST', '/v1/endpoints', { body: { reference: bad, url: bad } })
    t.match([answer.status, answer.code, answer.json.errors?.[0]?.pointer], [422, 'url_not_allowed', '/url'], bad)
  }
  const endpoint = await endpointOf(alice)
  t.equal(await outcomeOf(alice.kahub.endpoints.update(endpoint.id, { url: 'https://169.254.169.254/latest' })), 'url_not_allowed')
  t.equal((await alice.kahub.endpoints.get(endpoint.id)).url, url)
})

t.test('a reseller has so many endpoints and no more, and a deleted one makes room', async t => {
  const alice = await house.reseller()
  const made = await Promise.all(Array.from({ length: endpointsPerResellerMax + 3 }, () =>
    alice.kahub.endpoints.create({ url }).then(endpoint => endpoint.id, error => error.code)))
  t.equal(made.filter(id => id === 'state_conflict').length, 3, 'created at once too')
  const [one] = made.filter(id => id.startsWith('ep_'))
  await alice.kahub.endpoints.simulate(one!, { type: 'order.completed' })
  await alice.kahub.endpoints.delete(one!)
  t.equal(await outcomeOf(alice.kahub.endpoints.get(one!)), 'not_found')
  t.match((await alice.kahub.deliveries.list({ endpoint: one! })).data, [{ state: 'dropped', next_attempt_at: null }], 'what was due is dropped')
  await endpointOf(alice)
})

t.test('what is due to a deleted endpoint is dropped by the pass, however much it is', async t => {
  const alice = await house.reseller()
  const { id } = await endpointOf(alice)
  await fill(alice, id, 1_500, 'due')
  await alice.kahub.endpoints.delete(id)
  const due = async () => (await db`select 1 from deliveries where endpoint_id = ${uuidOf(id)} and state = 'due'`).count
  t.equal(await due(), 500)
  t.equal(await dropDeliveries(live.db, 400), 400)
  t.equal(await dropDeliveries(live.db, 400), 100)
  t.equal(await due(), 0)
})

t.test('an endpoint goes from state to state as the table says, and no other way', async t => {
  const alice = await house.reseller()
  for (const from of endpointStates) {
    for (const to of ['enabled', 'paused'] as const) {
      const { id } = await endpointOf(alice)
      await db`update endpoints set state = ${from}, state_reason = 'x', failures = 7, failing_since = now(), warned_at = now() where id = ${uuidOf(id)}`
      const { endpoints } = alice.kahub
      const outcome = await outcomeOf(to === 'enabled' ? endpoints.resume(id) : endpoints.pause(id))
      const allowed = from === to || mayEnter(endpointEntry, from, to)
      t.equal(outcome, allowed ? 'accepted' : 'state_conflict', `${from} → ${to}`)
      const now = await endpoints.get(id)
      t.equal(now.state, allowed ? to : from)
      if (to === 'enabled' && from !== 'enabled') t.match(now, { failures: 0, failing_since: null, state_reason: null }, 'its failures are forgotten')
      await endpoints.delete(id)
    }
  }
})

t.test('an endpoint that gets nothing says so, and why, and names no time', async t => {
  const alice = await house.reseller()
  const { id } = await endpointOf(alice)
  const { id: deliveryId } = await alice.kahub.endpoints.simulate(id, { type: 'order.completed' })
  t.match(await alice.kahub.endpoints.get(id), { state: 'enabled', state_reason: null, next_attempt_at: /Z$/ })
  t.match(await alice.kahub.deliveries.get(deliveryId), { state: 'due', next_attempt_at: /Z$/ })
  await alice.kahub.endpoints.pause(id)
  t.match(await alice.kahub.endpoints.test(id), { state: 'paused', state_reason: /tests too, until you resume it/, next_attempt_at: null })
  t.match(await alice.kahub.deliveries.get(deliveryId), { state: 'due', next_attempt_at: null })
  await alice.kahub.endpoints.resume(id)
  t.match(await alice.kahub.endpoints.get(id), { state: 'enabled', state_reason: null })
  await db`update endpoints set state = 'disabled', state_reason = 'It answered 410 Gone.' where id = ${uuidOf(id)}`
  t.match(await alice.kahub.endpoints.get(id), { next_attempt_at: null, state_reason: 'It answered 410 Gone.' })
  t.match(await alice.kahub.deliveries.get(deliveryId), { state: 'due', next_attempt_at: null })
  t.match(await alice.kahub.endpoints.delete(id), { id, state: 'disabled', state_reason: 'It was deleted.', next_attempt_at: null })
})

t.test('a resumed endpoint is told what became true while it was disabled', async t => {
  const alice = await house.reseller()
  const { id } = await endpointOf(alice)
  await db`update endpoints set state = 'disabled' where id = ${uuidOf(id)}`
  await alice.places({ sku, quantity: 1 })
  await fanOutAll()
  t.equal(await outcomeOf(alice.kahub.endpoints.test(id)), 'state_conflict')
  t.equal((await alice.kahub.deliveries.list()).data.length, 0)
  await alice.kahub.endpoints.resume(id)
  await fanOutAll()
  t.match((await alice.kahub.deliveries.list()).data, [{ type: 'order.completed', state: 'due' }])
})

t.test('a rotated secret signs beside the new one for the overlap, and without one no more', async t => {
  const alice = await house.reseller()
  const first = await endpointOf(alice)
  const second = await alice.kahub.endpoints.rotateSecret(first.id, { reference: 'rotate', overlap_seconds: 3_600 })
  t.not(second.secret, first.secret)
  t.ok(second.previous_secret_until)
  t.equal((await alice.kahub.endpoints.rotateSecret(first.id, { reference: 'rotate', overlap_seconds: 3_600 })).secret, null, 'a repeat rotates nothing')
  t.same(await secretsOf(first.id), [second.secret, first.secret])
  const third = await alice.kahub.endpoints.rotateSecret(first.id, { overlap_seconds: 0 })
  t.equal(third.previous_secret_until, null)
  t.same(await secretsOf(first.id), [third.secret])
})

t.test('a sample of every type is as its contract says, marked, numbered, and in no feed', async t => {
  const alice = await house.reseller()
  const { id } = await endpointOf(alice, { types: ['order.completed'] })
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  for (const [i, type] of eventTypes.entries()) {
    const delivery = await alice.kahub.endpoints.simulate(id, { type })
    t.match(delivery, { type, simulated: true, sequence: i + 1, state: 'due' })
    const { request } = await alice.kahub.deliveries.get(delivery.id)
    const body = JSON.parse(request!.body)
    t.ok(ajv.validate(callbackOf(type), body), `${type}: ${ajv.errorsText()}`)
    t.match(body, { type, simulated: true, sequence: i + 1 })
    t.equal(request!.headers['webhook-id'], delivery.id)
  }
  const feed = await alice.kahub.events.list({ limit: 1_000 }).toArray({ limit: 1_000 })
  t.same(feed.filter(event => event.type.startsWith('order.')), [])
})

t.test('a test goes to the endpoint it is of, whatever its types, and to no other', async t => {
  const alice = await house.reseller()
  const one = await endpointOf(alice, { types: ['order.completed'] })
  await endpointOf(alice)
  await alice.kahub.endpoints.test(one.id)
  await fanOutAll()
  t.match((await alice.kahub.deliveries.list({ type: 'endpoint.test' })).data, [{ endpoint: one.id }])
})

t.test('the log shows what is sent and every attempt; what is another’s is not there', async t => {
  const alice = await house.reseller()
  const bob = await house.reseller()
  const { id } = await endpointOf(alice)
  await endpointOf(bob)
  const order = await alice.places({ sku, quantity: 1 })
  await fanOutAll()
  const [delivery] = (await alice.kahub.deliveries.list({ endpoint: id, type: 'order.completed', state: 'due' })).data
  await attempted(delivery!.id, { state: 'due', status: 503 })
  await attempted(delivery!.id, { state: 'delivered', status: 204 })
  const shown = await alice.kahub.deliveries.get(delivery!.id)
  t.match(shown, { state: 'delivered', attempts: 2, last_status: 204, log: [{ attempt: 1, status: 503 }, { attempt: 2, status: 204, answer_head: 'ok', duration_ms: 12 }] })
  t.notOk(Object.keys(shown.request!.headers).includes('webhook-signature'), 'no signature is shown')
  const body = JSON.parse(shown.request!.body)
  const event = await alice.kahub.events.get(delivery!.event)
  t.same(body, { ...event, endpoint: shown.endpoint, sequence: shown.sequence, event_sequence: event.sequence })
  t.equal(body.data.order.id, order.id)
  t.notOk(shown.request!.body.includes('CODE-'), 'never a code')
  t.same((await alice.kahub.events.deliveries(event.id)).data.map(one => one.id), [delivery!.id], 'did you tell me?')

  t.same((await bob.kahub.deliveries.list()).data, [])
  const { deliveries, events, endpoints } = bob.kahub
  const asks = [
    () => deliveries.get(delivery!.id), () => deliveries.replay(delivery!.id), () => events.deliveries(event.id),
    () => events.get(event.id), () => endpoints.replay(id, { state: 'dead' })
  ]
  for (const ask of asks) t.equal(await outcomeOf(ask()), 'not_found')

  await db`update delivery_attempts set started_at = now() - interval '31 days' where attempt = 1`
  t.equal(await purgeAttempts(live.db, 100), 1)
  t.match((await alice.kahub.deliveries.get(delivery!.id)).log, [{ attempt: 2 }])
})

t.test('what was delivered or given up is sent again under its id; its schedule begins anew', async t => {
  const alice = await house.reseller()
  const { id } = await endpointOf(alice)
  for (const state of ['delivered', 'dead']) {
    const { id: deliveryId } = await alice.kahub.endpoints.simulate(id, { type: 'order.completed' })
    await attempted(deliveryId, { state, status: 500 })
    const again = await alice.kahub.deliveries.replay(deliveryId)
    t.match(again, { id: deliveryId, state: 'due', attempts: 1 })
    const [row] = await db`select attempts_before from deliveries where id = ${readId('delivery', deliveryId)!}`
    t.equal(row!.attempts_before, 1)
  }
  const { id: gone } = await alice.kahub.endpoints.simulate(id, { type: 'order.completed' })
  await alice.kahub.endpoints.delete(id)
  t.equal(await outcomeOf(alice.kahub.deliveries.replay(gone)), 'state_conflict')
})

t.test('a range, everything since a time, or what was given up is replayed, so many at once', async t => {
  const alice = await house.reseller()
  const { id } = await endpointOf(alice)
  await fill(alice, id, 20, 'delivered')
  const { endpoints } = alice.kahub
  const dueOnes = async () => {
    const rows = await db<{ sequence: bigint }[]>`
      update deliveries set state = 'delivered' where endpoint_id = ${uuidOf(id)} and state = 'due' returning sequence`
    return rows.map(({ sequence }) => Number(sequence)).sort((a, b) => a - b)
  }
  t.same(await endpoints.replay(id, { from_sequence: 3, to_sequence: 5 }), { replayed: 3, has_more: false, next_sequence: null })
  t.same(await dueOnes(), [3, 4, 5])
  await db`update deliveries set created_at = now() - interval '2 hours' where endpoint_id = ${uuidOf(id)} and sequence <= 18`
  await db`update deliveries set state = 'dead' where endpoint_id = ${uuidOf(id)} and sequence in (2, 19)`
  t.match(await endpoints.replay(id, { since: new Date(Date.now() - 3_600_000).toISOString() }), { replayed: 2 })
  t.same(await dueOnes(), [19, 20])
  t.match(await endpoints.replay(id, { state: 'dead' }), { replayed: 1 })
  t.same(await dueOnes(), [2])
  t.equal((await alice.send('POST', `/v1/endpoints/${id}/replay`, { body: {} })).code, 'invalid_request')

  // Numbered after the two of an hour ago, and begun before them.
  await db`update deliveries set created_at = now() - interval '65 minutes' where endpoint_id = ${uuidOf(id)} and sequence <= 18`
  await db`update deliveries set created_at = now() - interval '61 minutes' where endpoint_id = ${uuidOf(id)} and sequence = 17`
  await db`update deliveries set created_at = now() - interval '60 minutes 30 seconds' where endpoint_id = ${uuidOf(id)} and sequence = 16`
  t.match(await endpoints.replay(id, { since: new Date(Date.now() - 60.75 * 60_000).toISOString() }), { replayed: 3 })
  t.same(await dueOnes(), [16, 19, 20])

  await fill(alice, id, replayedPerCallMax, 'dead')
  const first = await endpoints.replay(id, { from_sequence: 11 })
  t.same(first, { replayed: replayedPerCallMax, has_more: true, next_sequence: 10 + replayedPerCallMax + 1 })
  t.same(await endpoints.replay(id, { from_sequence: first.next_sequence! }), { replayed: 10, has_more: false, next_sequence: null })
})

t.test('a replay looks through so much in a call, whatever is asked for, and says where to go on', async t => {
  const alice = await house.reseller()
  const { id } = await endpointOf(alice)
  await fill(alice, id, replayLooksMax + 5, 'dropped')
  await fill(alice, id, 3, 'delivered')
  const replay = (wish: object) => alice.kahub.endpoints.replay(id, wish)
  t.same(await replay({ from_sequence: 1 }), { replayed: 0, has_more: true, next_sequence: replayLooksMax + 1 })
  t.same(await replay({ from_sequence: replayLooksMax + 1 }), { replayed: 3, has_more: false, next_sequence: null })
  t.same(await replay({ from_sequence: 6, to_sequence: replayLooksMax + 5 }), { replayed: 0, has_more: false, next_sequence: null })
  await fill(alice, id, 1, 'dead')
  t.same(await replay({ state: 'dead' }), { replayed: 1, has_more: false, next_sequence: null }, 'what was given up is found at once')
  await db`update deliveries set created_at = now() - interval '2 days' where endpoint_id = ${uuidOf(id)} and sequence <= ${replayLooksMax}`
  await db`update deliveries set state = 'delivered', due_at = null where endpoint_id = ${uuidOf(id)} and state = 'due'`
  t.same(await replay({ since: new Date(Date.now() - 86_400_000).toISOString() }), { replayed: 4, has_more: false, next_sequence: null },
    'and so is where a time began')
})

t.test('an order’s own address is on a host of an endpoint, stands with the order, and gets its events as well', async t => {
  const alice = await house.reseller()
  const order = { reference: 'called back', lines: [{ sku, quantity: 1 }], callback_url: 'https://SHOP.example.com:443/orders/1' }
  t.equal(await outcomeOf(alice.kahub.orders.place(order)), 'callback_host_unknown')
  const { id } = await endpointOf(alice, { types: ['wallet.deposited'] })
  for (const other of ['https://shop.example.com:8443/x', 'https://other.example.com/x', 'https://shop.example.com.evil.example/x']) {
    const outcome = await outcomeOf(alice.kahub.orders.place({ ...order, callback_url: other }))
    t.ok(['callback_host_unknown', 'url_not_allowed'].includes(outcome), other)
  }
  const placed = await alice.kahub.orders.place(order)
  t.equal(placed.callback_url, 'https://shop.example.com/orders/1')
  t.equal(await outcomeOf(alice.kahub.orders.place({ ...order, callback_url: `${url}/other` })), 'reference_reused')
  await fanOutAll()
  t.match((await alice.kahub.deliveries.list({ endpoint: id })).data, [{ type: 'order.completed', url: placed.callback_url }])
  await alice.kahub.endpoints.delete(id)
  t.equal((await alice.kahub.orders.place(order)).id, placed.id, 'the order stands when its endpoint is gone')
})

t.test('the operator sees every endpoint, the oldest backlog first, and those that fail', async t => {
  const alice = await house.reseller()
  const [slow, well] = [await endpointOf(alice), await endpointOf(alice)]
  await fill(alice, slow.id, 3, 'due')
  await db`update deliveries set created_at = now() - interval '3 days' where endpoint_id = ${uuidOf(slow.id)} and sequence = 1`
  await db`update endpoints set failing_since = now() - interval '2 days', failures = 9, last_status = 500 where id = ${uuidOf(slow.id)}`
  const all = await operator.callbacks.list({ reseller: alice.id, limit: 1 }).toArray({ limit: 10 })
  t.match(all, [{ endpoint: slow.id, backlog: 3, failures: 9, last_status: 500, reseller: alice.id }, { endpoint: well.id, backlog: 0, oldest_due_at: null }])
  t.ok(all[0]!.oldest_due_seconds! >= 3 * 86_400)
  const failing = await operator.callbacks.list({ failing: true }).toArray({ limit: 100 })
  t.ok(failing.some(one => one.endpoint === slow.id))
  t.notOk(failing.some(one => one.endpoint === well.id))
})

t.test('the public keys are shown unsigned, one for each world, and no private half', async t => {
  const response = await fetch(`${house.url}/.well-known/jwks.json`)
  const { keys } = await response.json() as { keys: Record<string, string>[] }
  t.equal(response.headers.get('cache-control'), 'public, max-age=3600')
  t.equal(new Set(keys.map(key => key.kid)).size, 2)
  for (const key of keys) t.same(Object.keys(key).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
})

/** Deliveries of samples, as if they had been made and ended so. */
async function fill (reseller: Reseller, endpointId: string, count: number, state: string): Promise<void> {
  const id = uuidOf(endpointId)
  await db`
    with numbered as (update endpoints set sequence = sequence + ${count} where id = ${id} returning sequence - ${count} as before)
    insert into deliveries (endpoint_id, sequence, id, reseller_id, event_sequence, event_id, type, sample, state, due_at)
    select ${id}, before + n, gen_random_uuid(), ${readId('reseller', reseller.id)!}, 1, gen_random_uuid(), 'order.completed', '{}', ${state}::text,
      case when ${state}::text = 'due' then now() end
    from numbered, generate_series(1, ${count}::int) as n`
}

async function secretsOf (endpointId: string): Promise<string[]> {
  const id = uuidOf(endpointId)
  const [row] = await db`select sealed_secret, master_key, previous_secret, previous_master_key from endpoints where id = ${id}`
  const { sealed_secret: sealed, master_key: masterKey, previous_secret: previous, previous_master_key: previousKey } = row!
  return [[sealed, masterKey], [previous, previousKey]].filter(([wrapped]) => wrapped !== null)
    .map(([wrapped, key]) => 'whsec_' + openEndpointSecret(live.masterKeys, id, { wrapped, masterKey: key }).reveal().toString('base64'))
}
