// The reveal log, and the quota and alert of keys: every opening is listed, and counted where a key is bounded.
import t from 'tap'
import { readId } from '../../src/base/ids.ts'
import { openHouse, outcomeOf, type Answer, type Reseller } from '../support/house.ts'

const house = await openHouse(t)
const { admin } = house.operators.live

const fetches = (reseller: Reseller, order: string, query = ''): Promise<Answer> => reseller.send('GET', `/v1/orders/${order}/codes${query}`)
const alertsOf = async (reseller: Reseller) => (await house.db<{ data: { key: string, revealed: number } }[]>`
  select data from events where reseller_id = ${readId('reseller', reseller.id)!} and type = 'reveals.alert' order by sequence`)
  .map(({ data }) => data)
const countOf = async (reseller: Reseller) => (await house.db<{ count: number }[]>`
  select count from reveal_counts where key_id = ${reseller.credentials.keyId}`)[0]?.count ?? 0
const bound = (reseller: Reseller, limits: { reveals_per_day?: number | null, reveals_alert_at?: number | null }) =>
  admin.keys.update(reseller.credentials.keyId, limits)

t.test('every opening is listed to its reseller and the operator: when, which key, which codes, from where', async t => {
  const alice = await house.reseller()
  const bob = await house.reseller()
  const second = await alice.withKey({})
  const sku = await house.sku({ codes: 20 })
  const inline = await alice.places({ sku, quantity: 2 })
  const later = await alice.places({ sku, quantity: 5, deliver: 'fetch' })
  await bob.places({ sku, quantity: 1 })
  await fetches(second, later.id, '?offset=1&limit=3')
  await alice.kahub.orders.place({ reference: inline.reference, lines: [{ sku, quantity: 2 }] })

  const { data } = await alice.kahub.reveals.list()
  const shown = data.map(({ order, key, first, count }) => [order, key, first, count])
  const [first, other] = [alice.credentials.keyId, second.credentials.keyId]
  t.same(shown, [[inline.id, first, 0, 2], [later.id, other, 1, 3], [inline.id, first, 0, 2]], 'newest first, repeats included')
  t.match(data[0], { id: /^rvl_/, ip: '127.0.0.1', created_at: /Z$/ })
  t.same((await alice.kahub.reveals.list({ order: later.id })).data.length, 1)
  t.same((await alice.kahub.reveals.list({ key: first })).data.length, 2)
  const pages = []
  for await (const reveal of alice.kahub.reveals.list({ limit: 1 })) pages.push(reveal)
  t.same(pages, data)
  t.same((await bob.kahub.reveals.list({ order: inline.id })).data, [], 'what is another’s is not listed')
  t.same((await bob.kahub.reveals.list({ key: first })).data, [])
  t.equal((await bob.kahub.reveals.list()).data.length, 1)

  t.equal((await admin.reveals.list()).data.length, 4)
  t.same((await admin.reveals.list({ reseller: alice.id })).data.map(({ id }) => id), data.map(({ id }) => id))
  t.same((await admin.reveals.list({ order: later.id })).data, [{ ...data[1]!, reseller: alice.id }])
  t.same((await admin.reveals.list({ key: other })).data.map(({ id }) => id), [data[1]!.id])
  t.same((await admin.reveals.list({ key: other, reseller: bob.id })).data, [])
  t.same((await admin.reveals.list({ order: later.id, key: first })).data, [])
  const all = []
  for await (const { id } of admin.reveals.list({ limit: 3 })) all.push(id)
  t.same(all, (await admin.reveals.list()).data.map(({ id }) => id))
  await house.proves(t)
})

t.test('a key reveals as many codes in a day as it may, fetched or inline, and not one more', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 50 })
  const order = await alice.places({ sku, quantity: 20, deliver: 'fetch' })
  t.match(await bound(alice, { reveals_per_day: 10 }), { reveals_per_day: 10, reveals_alert_at: null })
  t.equal((await fetches(alice, order.id, '?limit=6')).json.data.length, 6)
  t.match((await fetches(alice, order.id, '?limit=6')).json, { status: 429, code: 'reveal_quota_exceeded', reveals_left: 4, reveals_wanted: 6 })
  t.equal((await alice.places({ sku, quantity: 3, deliver: 'inline' })).lines[0]!.codes!.length, 3)
  t.equal(await outcomeOf(alice.places({ sku, quantity: 2, deliver: 'inline' })), 'reveal_quota_exceeded')
  const silent = await alice.places({ sku, quantity: 2 })
  t.same([silent.state, silent.lines[0]!.codes], ['completed', undefined], 'a bounded key shows what it is asked to show')
  t.equal((await fetches(alice, order.id, '?offset=19')).json.data.length, 1, 'the last one')
  t.equal((await fetches(alice, order.id, '?limit=1')).code, 'reveal_quota_exceeded')
  t.equal(await countOf(alice), 10)
  t.equal((await alice.kahub.reveals.list()).data.reduce((sum, { count }) => sum + count, 0), 10, 'what was refused is not in the log')

  const unbound = await alice.withKey({})
  t.equal((await fetches(unbound, order.id)).json.data.length, 20, 'another key has its own')
  t.equal(await countOf(unbound), 0, 'nor is it counted')
  await house.db`update reveal_counts set day = day - 1 where key_id = ${alice.credentials.keyId}`
  t.equal((await fetches(alice, order.id, '?limit=10')).json.data.length, 10, 'a new day')
  await house.db`delete from reveal_counts where key_id = ${alice.credentials.keyId} and day < (now() at time zone 'UTC')::date`
  await bound(alice, { reveals_per_day: null })
  t.equal((await fetches(alice, order.id)).json.data.length, 20)
  await house.proves(t)
})

t.test('a count that can go no higher stops no reveal', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const order = await alice.places({ sku, quantity: 5, deliver: 'fetch' })
  await bound(alice, { reveals_alert_at: 1 })
  await fetches(alice, order.id, '?limit=1')
  await house.db`update reveal_counts set count = 2147483645 where key_id = ${alice.credentials.keyId}`
  t.equal((await fetches(alice, order.id)).status, 200)
  t.equal(await countOf(alice), 2_147_483_647)
  await house.db`delete from reveal_counts where key_id = ${alice.credentials.keyId}`
})

t.test('readers at once do not pass the quota together', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 100 })
  const order = await alice.places({ sku, quantity: 40, deliver: 'fetch' })
  await bound(alice, { reveals_per_day: 25, reveals_alert_at: 20 })
  const answers = await Promise.all([
    ...Array.from({ length: 12 }, (_, i) => fetches(alice, order.id, `?offset=${i * 3}&limit=3`)),
    ...Array.from({ length: 6 }, (_, i) =>
      alice.send('POST', '/v1/orders', { body: { reference: `quota ${i}`, lines: [{ sku, quantity: 2 }], deliver: 'inline' } }))
  ])
  const shown = answers.filter(({ status }) => status < 300).reduce((sum, { json }) => sum + (json.data?.length ?? json.delivered), 0)
  t.ok(shown > 22 && shown <= 25, `${shown} of 25`)
  t.equal(await countOf(alice), shown)
  t.same([...new Set(answers.map(answer => answer.code))].sort(), ['reveal_quota_exceeded', undefined])
  t.equal((await alertsOf(alice)).length, 1)
  await house.proves(t)
})

t.test('a key that reaches its alert tells its reseller once a day', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 50 })
  const order = await alice.places({ sku, quantity: 20, deliver: 'fetch' })
  await bound(alice, { reveals_alert_at: 5 })
  await fetches(alice, order.id, '?limit=4')
  t.same(await alertsOf(alice), [])
  await alice.places({ sku, quantity: 1 })
  const { keyId } = alice.credentials
  t.match(await alertsOf(alice), [{ key: keyId, revealed: 5, reveals_alert_at: 5, reveals_per_day: null, day: /^\d{4}-\d\d-\d\d$/ }])
  await fetches(alice, order.id)
  await alice.places({ sku, quantity: 3 })
  t.equal((await alertsOf(alice)).length, 1)
  await house.db`update reveal_counts set day = day - 1 where key_id = ${keyId}`
  await fetches(alice, order.id, '?limit=5')
  t.equal((await alertsOf(alice)).length, 2, 'the next day again')
  await house.db`delete from reveal_counts where key_id = ${keyId}`
  await house.proves(t)
})

t.test('the bounds of a key go over to the key that takes its place, and to those it makes', async t => {
  const alice = await house.reseller()
  await bound(alice, { reveals_per_day: 7, reveals_alert_at: 6 })
  const child = await alice.kahub.keys.create({ name: 'child', algorithm: 'hmac-sha256', scopes: ['codes:read'] })
  t.match(child, { reveals_per_day: 7, reveals_alert_at: 6 })
  t.match(await alice.kahub.keys.rotate(child.id), { reveals_per_day: 7, reveals_alert_at: 6 })
  const wish = { name: 'bounded', algorithm: 'hmac-sha256', scopes: ['codes:read'], reveals_per_day: 3 } as const
  const made = await admin.resellerKeys.create(alice.id, { ...wish, reference: 'bounded' })
  t.match(made, { reveals_per_day: 3, reveals_alert_at: null })
  t.equal(await outcomeOf(admin.resellerKeys.create(alice.id, { ...wish, reveals_per_day: 4, reference: 'bounded' })), 'reference_reused')

  t.match(await admin.keys.update(made.id, { name: 'renamed', ip_allow: ['203.0.113.7'], reveals_per_day: 0 }), {
    name: 'renamed', ip_allow: ['203.0.113.7/32'], reveals_per_day: 0, reveals_alert_at: null
  })
  const { keyId } = alice.credentials
  await admin.keys.update(keyId, { ip_allow: ['203.0.113.7'] })
  t.equal((await alice.send('GET', '/v1/ping')).code, 'ip_not_allowed')
  await admin.keys.update(keyId, { ip_allow: [] })
  t.equal((await alice.send('GET', '/v1/ping')).status, 200)
  await admin.keys.revoke(made.id)
  t.equal(await outcomeOf(admin.keys.update(made.id, { name: 'again' })), 'state_conflict')
  t.equal(await outcomeOf(admin.keys.update(house.operators.live.credentials.keyId, { reveals_per_day: 1 })), 'invalid_request')
  t.equal(await outcomeOf(admin.keys.update('key_live_0000000000000000', { name: 'nobody' })), 'not_found')
  await house.proves(t)
})
