// The wall between the worlds, and what a reseller may do on its side of it: stock, money, level and reset, by its own test key.
import t from 'tap'
import { streamEvents } from '../../src/api/event-stream.ts'
import { readId } from '../../src/base/ids.ts'
import { openSse } from '../support/graph.ts'
import { openHouse, outcomeOf } from '../support/house.ts'

const house = await openHouse(t)
const { db } = house
const { live, test } = house.worlds
const cny = (amount: string) => ({ amount, currency: 'CNY' as const })

const everything = 'select, insert, update, delete, truncate, references, trigger'

t.test('the role of a world may not so much as name a row of the other', async t => {
  for (const [role, schema] of [['kahub_test', 'live'], ['kahub_live', 'test']] as const) {
    const [may] = await db`
      select has_schema_privilege(${role}, ${schema}, 'usage') as usage, has_schema_privilege(${role}, ${schema}, 'create') as made,
        (select count(*)::int from pg_class
          where relnamespace = ${schema}::regnamespace and case
            when relkind = 'S' then has_sequence_privilege(${role}, oid, 'usage, select, update')
            when relkind in ('r', 'v', 'm', 'p') then has_table_privilege(${role}, oid, ${everything}) else false end) as relations,
        (select rolsuper or rolbypassrls from pg_roles where rolname = ${role}) as above,
        pg_has_role(${role}, ${`kahub_${schema}`}, 'member') as member`
    t.same(may, { usage: false, made: false, relations: 0, above: false, member: false }, `${role} in ${schema}`)
  }
  const [{ count } = { count: 0 }] = await db<{ count: number }[]>`select count(*)::int from pg_tables where schemaname = 'live'`
  t.ok(count > 30, 'there are tables to be kept from it')
  for (const pool of [test.db, test.bulkDb, test.stepDb, test.callbackDb]) {
    await t.rejects(pool`select from live.orders`, { code: '42501' }, 'permission denied')
    t.match(await pool`select current_schema() as schema, current_setting('role') as role`, [{ schema: 'test', role: 'kahub_test' }])
  }
  await t.rejects(live.db`select from test.orders`, { code: '42501' })
})

t.test('what the sandbox keeps is in the test world alone', async t => {
  const tables = await db<{ place: string }[]>`
    select schemaname || '.' || tablename as place from pg_tables
    where tablename like 'sandbox%' and tablename not like 'sandbox_gateway%' order by 1`
  t.ok(tables.length > 0)
  for (const { place } of tables) t.match(place, /^test\./)
  t.equal(live.scarcity, null)
})

t.test('a shelf is filled to a quantity, and what is made can be bought', async t => {
  const sku = await house.sku({ world: 'test', price: '1', codes: 3 })
  const shop = await house.reseller({ world: 'test' })
  t.match(await shop.kahub.sandbox.fillStock({ sku, quantity: 10 }), { sku, available: 10, made: 7 })
  t.match(await shop.kahub.sandbox.fillStock({ sku, quantity: 5 }), { available: 10, made: 0 }, 'what is there stays')
  const { lines } = await shop.places({ sku, quantity: 10 })
  t.equal(lines[0]!.codes!.length, 10)
  t.equal(await outcomeOf(shop.kahub.sandbox.fillStock({ sku, quantity: 10_001 })), 'invalid_request')
  t.equal(await outcomeOf(shop.kahub.sandbox.fillStock({ sku: await house.sku(), quantity: 1 })), 'sku_not_found', 'a live SKU is unknown')
})

t.test('a balance is set by transfers, up and down, and an order beyond it is refused', async t => {
  const sku = await house.sku({ world: 'test', price: '10', codes: 5 })
  const shop = await house.reseller({ world: 'test', balance: '100' })
  for (const [amount, kind] of [['250.00', 'deposit'], ['5.00', 'adjustment'], ['5.00', 'adjustment'], ['0.00', 'adjustment']] as const) {
    t.match(await shop.kahub.sandbox.setBalance({ amount: cny(amount) }), { balance: cny(amount) })
    t.equal((await shop.kahub.wallets.transfers('CNY')).data[0]!.kind, kind)
  }
  t.equal((await shop.kahub.wallets.transfers('CNY')).data.length, 4, 'a balance that is what it should be moves nothing')
  t.equal(await outcomeOf(shop.places({ sku, quantity: 1 })), 'insufficient_balance')
  const dollars = await shop.kahub.sandbox.setBalance({ amount: { amount: '7', currency: 'USD' } })
  t.match(dollars.balance, { amount: '7.00', currency: 'USD' })
  for (const amount of ['-1', '100000001', '1.234']) {
    t.equal(await outcomeOf(shop.kahub.sandbox.setBalance({ amount: cny(amount) })), 'invalid_request', amount)
  }
})

t.test('a level is taken, and its prices with it', async t => {
  const { admin } = house.operators.test
  await admin.levels.put('diamond', { name: 'Diamond', rank: 4, requests_per_minute: 10_000 })
  const sku = await house.sku({ world: 'test', price: '10', codes: 5 })
  await admin.prices.set({ rules: [{ kind: 'level', sku, level: 'diamond', amount: cny('8') }] })
  const shop = await house.reseller({ world: 'test' })
  t.match(await shop.kahub.sandbox.setLevel({ level: 'diamond' }), { level: 'diamond' })
  t.equal((await shop.places({ sku, quantity: 1 })).total, '8.00')
  t.equal(await outcomeOf(shop.kahub.sandbox.setLevel({ level: 'nobility' })), 'invalid_request')
})

t.test('a reset gives the keys a fresh reseller, and leaves the one before closed with its history', async t => {
  const sku = await house.sku({ world: 'test', price: '10', codes: 150 })
  const shop = await house.reseller({ world: 'test', balance: '500' })
  const second = await shop.withKey({})
  const before = await shop.kahub.me.get()
  const body = { reference: 'before and after', lines: [{ sku, quantity: 100 }] }
  const { id: old } = await shop.places({ ...body, lines: [{ sku, quantity: 1 }] })
  await shop.kahub.endpoints.create({ url: 'https://shop.example.com/kahub' })
  await shop.kahub.subscriptions.create({ kind: 'stock', scope: { skus: [sku] }, condition: 'any' })
  await shop.kahub.standingOrders.create({ name: 'pack', sku, rule: { kind: 'schedule', every: 'day', at: '09:00', quantity: 1 } })

  const fresh = await shop.kahub.sandbox.reset()
  t.match(fresh, { name: before.reseller.name, level: 'gold', balance: cny('100000.00') })
  t.not(fresh.reseller, before.reseller.id)
  t.equal((await second.kahub.me.get()).reseller.id, fresh.reseller, 'its other keys have come along')
  t.equal(await outcomeOf(shop.kahub.orders.get(old)), 'not_found')
  const { orders, endpoints, subscriptions, standingOrders } = shop.kahub
  for (const resource of [orders, endpoints, subscriptions, standingOrders]) t.same((await resource.list()).data, [])
  t.ok((await shop.kahub.stock.get({ sku: [sku] })).data[0]!.available >= 100, 'the shelves are filled')
  t.match(await shop.places(body), { state: 'completed' }, 'references are free')
  const events = (await shop.kahub.events.list({ after: 0 })).data
  t.match(events, [{ sequence: 1, type: 'wallet.deposited' }, { sequence: 2, type: 'order.completed' }])

  const rows = await db`
    select status, (select count(*)::int from test.orders where reseller_id = resellers.id) as orders,
      (select count(*)::int from test.endpoints where reseller_id = resellers.id and deleted_at is null) as endpoints,
      (select count(*)::int from test.subscriptions where reseller_id = resellers.id and state = 'active') as subscriptions,
      (select count(*)::int from test.standing_orders where reseller_id = resellers.id and state <> 'ended') as standing
    from test.resellers where id = ${readId('reseller', before.reseller.id)!}`
  t.same(rows, [{ status: 'closed', orders: 1, endpoints: 0, subscriptions: 0, standing: 0 }])
})

t.test('a stream of events that was open ends with a reset, instead of listening to a reseller that nothing happens to any more', async t => {
  const shop = await house.reseller({ world: 'test' })
  const socket = await openSse(shop, { query: 'subscription { events { id } }' })
  const resellerId = readId('reseller', shop.id)!
  const { signal } = new AbortController()
  const parts = streamEvents(test, { resellerId, keyId: shop.credentials.keyId, after: 0n, types: undefined, seconds: 60, signal })
  t.match((await parts.next()).value, /begins after 0/)
  await shop.kahub.sandbox.reset()
  const said = []
  for await (const text of parts) said.push(text)
  t.equal(said.at(-1), ': the reseller was reset\n\n')
  let frame = await socket.next()
  while (frame.data?.data) frame = await socket.next()
  t.match(frame, { event: 'next', data: { errors: [{ extensions: { code: 'state_conflict' } }] } })
  t.match(await socket.next(), { event: 'complete' })
})

t.test('what another process has reset is changed no more, however old the keyring', async t => {
  const sku = await house.sku({ world: 'test', price: '1', codes: 5 })
  for (const change of ['order', 'endpoint'] as const) {
    const shop = await house.reseller({ world: 'test' })
    const fresh = await house.reseller({ world: 'test' })
    // As a reset elsewhere leaves the key, before this process has heard of it.
    await db`
      with moved as (update test.api_keys set reseller_id = ${readId('reseller', fresh.id)!} where id = ${shop.credentials.keyId})
      update test.snapshots set version = version + 1 where name = 'keys'`
    if (change === 'order') await shop.places({ reference: 'after', sku, quantity: 1 })
    else await shop.kahub.endpoints.create({ url: 'https://shop.example.com/after' })
    for (const [{ id }, count] of [[shop, 0], [fresh, 1]] as const) {
      const table = change === 'order' ? db`test.orders` : db`test.endpoints`
      t.same(await db`select count(*)::int from ${table} where reseller_id = ${readId('reseller', id)!}`, [{ count }], change)
    }
  }
})

t.test('resets at once, beside orders, make one reseller after another, and lose no order', async t => {
  const sku = await house.sku({ world: 'test', price: '1', codes: 500 })
  const shop = await house.reseller({ world: 'test' })
  const orders = Array.from({ length: 30 }, () => outcomeOf(shop.places({ sku, quantity: 1 })))
  const resets = await Promise.all(Array.from({ length: 4 }, () => outcomeOf(shop.kahub.sandbox.reset())))
  t.ok(resets.includes('accepted'))
  for (const outcome of resets) t.match(outcome, /^(accepted|state_conflict|reseller_suspended)$/)
  // One that was on its way when its reseller was closed learns that; whatever was accepted is there.
  const outcomes = await Promise.all(orders)
  for (const outcome of outcomes) t.match(outcome, /^(accepted|reseller_suspended)$/)
  const [row] = await db<{ count: number }[]>`
    select count(*)::int from test.orders join test.order_lines on order_id = id where sku_id = ${readId('sku', sku)!}`
  t.equal(row!.count, outcomes.filter(outcome => outcome === 'accepted').length)
})

t.test('a key resets so many times a day', async t => {
  const shop = await house.reseller({ world: 'test' })
  const { keyId } = shop.credentials
  await db`
    with gone as (
      insert into test.resellers (id, name, level_id, status, currency)
      select gen_random_uuid(), 'gone', level_id, 'active', currency from test.resellers, generate_series(1, 500)
      where id = (select reseller_id from test.api_keys where id = ${keyId}) returning id
    )
    insert into test.sandbox_resets (old_reseller_id, new_reseller_id, key_id)
    select gone.id, reseller_id, ${keyId} from gone, test.api_keys where api_keys.id = ${keyId}`
  await db`update test.resellers set status = 'closed' where name = 'gone'`
  t.equal(await outcomeOf(shop.kahub.sandbox.reset()), 'rate_limited')
  await db`update test.sandbox_resets set created_at = now() - interval '25 hours' where key_id = ${keyId}`
  t.equal(await outcomeOf(shop.kahub.sandbox.reset()), 'accepted')
})

t.test('a live key moves none of it', async t => {
  const sku = await house.sku({ codes: 1 })
  const { kahub } = await house.reseller()
  for (const call of [
    () => kahub.sandbox.fillStock({ sku, quantity: 5 }),
    () => kahub.sandbox.setBalance({ amount: cny('1') }),
    () => kahub.sandbox.setLevel({ level: 'gold' }),
    () => kahub.sandbox.reset(),
    () => kahub.sandbox.listStrikes()
  ]) t.equal(await outcomeOf(call()), 'sandbox_only')
  t.equal((await kahub.stock.get({ sku: [sku] })).data[0]!.available, 1)
})

t.test('books and stock hold after all of it', async t => {
  await house.proves(t)
})
