// Subscriptions to stock and prices. Time moves by back-dating; a look is one call of the pass, and what is told is read in the feed.
import t from 'tap'
import type { CreateSubscriptionBody } from '../../sdk/src/generated/types.ts'
import { newId, readId, type Uuid } from '../../src/base/ids.ts'
import { appendEvents } from '../../src/domain/events/append-events.ts'
import { movesMax, tellSubscribers } from '../../src/domain/subscriptions/tell-subscribers.ts'
import { wakeSubscriptions } from '../../src/domain/subscriptions/wake-subscriptions.ts'
import { transact } from '../../src/postgres/transact.ts'
import { subscriptionsPerResellerMax, valuesShownMax } from '../../schema/rest/subscriptions.ts'
import { contractJudge } from '../support/contract.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const world = house.worlds.live
const perPass = 500
const cny = (amount: string) => ({ amount, currency: 'CNY' as const })

/** The id of a subscription as its row has it. */
const rowOf = (id: string) => readId('subscription', id)!
const subscribes = (reseller: Reseller, body: Omit<CreateSubscriptionBody, 'reference'>) => reseller.kahub.subscriptions.create(body)
const toStock = (sku: string, more: object = {}) => ({ kind: 'stock' as const, scope: { skus: [sku] }, condition: 'any' as const, ...more })

/** Lets the intervals of subscriptions pass, as if an hour had gone by, and the clockwork look once. */
async function looks (...ids: readonly string[]): Promise<number> {
  const rows = ids.map(rowOf)
  await house.db`update subscriptions set next_check_at = next_check_at - interval '1 day' where id = any(${rows})`
  await house.db`update subscription_marks set told_at = told_at - interval '1 day' where subscription_id = any(${rows})`
  return (await tellSubscribers(world, perPass)).told
}

/** What a subscription told, oldest first. */
async function messages (reseller: Reseller, id: string): Promise<any[]> {
  const events = await reseller.kahub.events.list({ types: ['stock.changed', 'price.changed'] }).toArray({ limit: 100_000 })
  return events.map(({ type, data }) => ({ type, ...data as any })).filter(({ subscription }) => subscription === id)
}

/** Stock is set as a sale, a hold or an import would leave it; the books are put right in the end. */
const setStock = async (sku: string, available: number) => {
  await house.db`
    insert into stock (sku_id, available) values (${readId('sku', sku)!}, ${available})
    on conflict (sku_id) do update set available = excluded.available`
}
const touched = new Set<string>()
const stocked = async (available: number) => {
  const sku = await house.sku()
  touched.add(sku)
  await setStock(sku, available)
  return sku
}

const listPrice = (sku: string, amount: string) => house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: cny(amount) }] })

t.test('a subscription says what is there when it is made, and tells what becomes another, numbered', async t => {
  const sku = await house.sku({ codes: 20 })
  const reseller = await house.reseller()
  const made = await subscribes(reseller, toStock(sku))
  t.match(made, {
    kind: 'stock', scope: { skus: [sku] }, condition: 'any', threshold: null, interval_seconds: 10, state: 'active', sequence: 0, skus: 1
  })
  t.same(made.values, [{ sku, available: 20, price: null, told_at: null }])
  t.equal(await looks(made.id), 0, 'what did not change is not told')

  await reseller.places({ reference: 'one', sku, quantity: 3 })
  await reseller.places({ reference: 'two', sku, quantity: 4 })
  t.equal(await looks(made.id), 1, 'two sales are one message')
  await house.stocks(sku, 5)
  t.equal(await looks(made.id), 1)
  t.equal(await looks(made.id), 0)
  const of = { type: 'stock.changed', subscription: made.id, sku, condition: 'any' }
  t.same(await messages(reseller, made.id), [
    { ...of, subscription_sequence: 1, available: 13, before: 20 }, { ...of, subscription_sequence: 2, available: 18, before: 13 }
  ])
  const now = await reseller.kahub.subscriptions.get(made.id)
  t.match(now, { sequence: 2, values: [{ sku, available: 18, told_at: String }] })
})

t.test('what changes within the interval is told once, when it is over, as it is then', async t => {
  const sku = await stocked(100)
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, toStock(sku, { interval_seconds: 60 }))
  await setStock(sku, 90)
  t.equal(await looks(id), 1)
  for (const available of [80, 70, 60]) {
    await setStock(sku, available)
    t.equal((await tellSubscribers(world, perPass)).told, 0, 'the interval is not over')
  }
  t.equal(await looks(id), 1)
  t.same((await messages(reseller, id)).map(({ available, before }) => [available, before]), [[90, 100], [60, 90]])
  await setStock(sku, 50)
  await setStock(sku, 60)
  t.equal(await looks(id), 0, 'what came and went is not told')
})

t.test('a shorter or longer interval counts from the last look, and a message is not repeated within it', async t => {
  const sku = await stocked(100)
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, toStock(sku, { interval_seconds: 3_600 }))
  await setStock(sku, 90)
  await looks(id)
  const dueAt = async () => {
    const [row] = await house.db<{ seconds: number }[]>`
      select extract(epoch from next_check_at - now())::int as seconds from subscriptions where id = ${rowOf(id)}`
    return row!.seconds
  }
  t.ok(Math.abs(await dueAt() - 3_600) < 60)
  t.match(await reseller.kahub.subscriptions.update(id, { interval_seconds: 600 }), { interval_seconds: 600, condition: 'any' })
  t.ok(Math.abs(await dueAt() - 600) < 60)
  await setStock(sku, 80)
  await house.db`update subscriptions set next_check_at = now() where id = ${rowOf(id)}`
  t.equal((await tellSubscribers(world, perPass)).told, 0, 'a look that comes too early tells nothing twice')
  t.equal(await looks(id), 1)
})

t.test('below and above tell that a threshold is crossed, out that nothing is left, back that there is some again', async t => {
  // Before it, stands what was there when the condition last came to hold, or ceased to.
  const expected = { below: [[9, 10], [3, 12]], above: [[12, 10], [11, 3]], out: [[0, 10]], back: [[11, 0]] }
  const reseller = await house.reseller()
  const sku = await stocked(10)
  const bodies = [{ condition: 'below', threshold: 10 }, { condition: 'above', threshold: 10 }, { condition: 'out' }, { condition: 'back' }]
  const made = await Promise.all(bodies.map(async body => (await subscribes(reseller, toStock(sku, body))).id))
  for (const available of [10, 9, 8, 12, 15, 3, 0, 0, 11]) {
    await setStock(sku, available)
    await looks(...made)
  }
  for (const [i, [condition, told]] of Object.entries(expected).entries()) {
    const heard = await messages(reseller, made[i]!)
    t.same(heard.map(({ available, before }) => [available, before]), told, condition)
    t.same(heard.map(message => [message.condition, message.subscription_sequence]), told.map((_, n) => [condition, n + 1]))
  }
})

t.test('another condition waits from what is there now', async t => {
  const sku = await stocked(10)
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, toStock(sku, { condition: 'out', interval_seconds: 77 }))
  await setStock(sku, 7)
  t.match(await reseller.kahub.subscriptions.update(id, { condition: 'any' }), { condition: 'any', threshold: null, interval_seconds: 77 })
  t.equal(await looks(id), 0)
  t.match(await reseller.kahub.subscriptions.update(id, { condition: 'below', threshold: 7 }), { condition: 'below', threshold: 7 })
  t.match(await reseller.kahub.subscriptions.update(id, { threshold: 6 }), { condition: 'below', threshold: 6 })
  await setStock(sku, 6)
  t.equal(await looks(id), 0)
  await setStock(sku, 5)
  t.equal(await looks(id), 1)
  t.match(await reseller.kahub.subscriptions.update(id, { condition: 'any' }), { threshold: null }, 'a threshold goes with its condition')
  t.match(await messages(reseller, id), [{ available: 5, before: 7, subscription_sequence: 1 }])
})

t.test('when the clock is put back, subscriptions are not silent for as long', async t => {
  const sku = await stocked(100)
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, toStock(sku, { interval_seconds: 60 }))
  await setStock(sku, 90)
  await looks(id)
  await setStock(sku, 80)
  // As if the clock had been a day ahead when it was told.
  await house.db`update subscriptions set next_check_at = next_check_at + interval '1 day' where id = ${rowOf(id)}`
  await house.db`update subscription_marks set told_at = told_at + interval '1 day' where subscription_id = ${rowOf(id)}`
  t.equal((await tellSubscribers(world, perPass)).told, 0)
  t.equal(await wakeSubscriptions(world.db, 100), 1)
  t.equal((await tellSubscribers(world, perPass)).told, 1)
  t.match((await messages(reseller, id)).at(-1), { available: 80, before: 90 })
  t.equal(await wakeSubscriptions(world.db, 100), 0, 'none else is woken before its time')
})

t.test('a price is the reseller’s own: its level’s, its contract’s, never below the floor', async t => {
  const { prices, resellers } = house.operator
  const sku = await house.sku({ price: '10', floor: '5' })
  const [gold, silver, contracted] = await Promise.all(
    [house.reseller(), house.reseller({ level: 'silver' }), house.reseller({ level: 'silver' })])
  const ids: string[] = []
  const body = { kind: 'price' as const, scope: { skus: [sku] }, condition: 'any' as const }
  for (const reseller of [gold, silver, contracted]) {
    const made = await subscribes(reseller, body)
    t.same(made.values, [{ sku, available: null, price: cny('10.00'), told_at: null }])
    ids.push(made.id)
  }
  const told = async () => await Promise.all([gold, silver, contracted].map(async (reseller, i) =>
    (await messages(reseller, ids[i]!)).map(({ price, before }) => [price?.amount ?? null, before?.amount ?? null])))
  t.equal(await looks(...ids), 0)

  await prices.set({ rules: [{ kind: 'level', level: 'silver', sku, amount: cny('8') }] })
  t.equal(await looks(...ids), 2, 'gold hears nothing of the price of silver')
  await prices.set({ rules: [{ kind: 'contract', reseller: contracted.id, sku, amount: cny('3') }] })
  t.equal(await looks(...ids), 1)
  await listPrice(sku, '11')
  t.equal(await looks(...ids), 1)
  await resellers.update(silver.id, { level: 'gold' })
  t.equal(await looks(...ids), 1, 'a new level is a new price')
  t.equal(await looks(...ids), 0)
  t.same(await told(), [[['11.00', '10.00']], [['8.00', '10.00'], ['11.00', '8.00']], [['8.00', '10.00'], ['5.00', '8.00']]])
  const [first] = await messages(gold, ids[0]!)
  t.match(first, { type: 'price.changed', subscription: ids[0], subscription_sequence: 1, sku, price: cny('11.00') })

  await house.operator.skus.update(sku, { status: 'delisted' })
  t.equal(await looks(...ids), 3, 'what is delisted has no price: told once')
  t.equal(await looks(...ids), 0)
  t.same((await messages(gold, ids[0]!)).at(-1).price, null)
  await house.operator.skus.update(sku, { status: 'active' })
  t.equal(await looks(ids[0]!), 1)
  t.match((await messages(gold, ids[0]!)).at(-1), { price: cny('11.00'), before: null })
})

t.test('a price that changes within the interval is told when it is over', async t => {
  const sku = await house.sku({ price: '10' })
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, { kind: 'price', scope: { skus: [sku] }, condition: 'any' })
  await listPrice(sku, '11')
  t.equal(await looks(id), 1)
  await listPrice(sku, '12')
  await house.db`update subscriptions set next_check_at = now() where id = ${rowOf(id)}`
  t.equal((await tellSubscribers(world, perPass)).told, 0)
  t.equal(await looks(id), 1)
  t.same((await messages(reseller, id)).map(({ price }) => price.amount), ['11.00', '12.00'])
})

t.test('a tag and all have what comes into them later, which begins with no stock and no price', async t => {
  const { products } = house.operator
  await house.operator.issuers.put('tagged', { name: 'Tagged' })
  const product = await products.create({ name: 'Card', kind: 'code', issuer: 'tagged', tags: ['gift'] })
  const bare = await products.create({ name: 'Bare', kind: 'code', issuer: 'tagged' })
  const first = await house.sku({ product: product.id, codes: 3 })
  const outside = await house.sku({ product: bare.id, codes: 2 })
  const reseller = await house.reseller()
  const tagged = await subscribes(reseller, { kind: 'stock', scope: { tag: 'gift' }, condition: 'any' })
  t.match(tagged, { scope: { tag: 'gift' }, skus: 1, values: [{ sku: first, available: 3 }] })
  const prices = await subscribes(reseller, { kind: 'price', scope: { tag: 'gift' }, condition: 'any' })
  const all = await subscribes(reseller, { kind: 'stock', scope: { all: true }, condition: 'back' })
  const everyPrice = await subscribes(reseller, { kind: 'price', scope: { all: true }, condition: 'any' })
  const ids = [tagged.id, prices.id, all.id, everyPrice.id]
  t.ok(all.skus >= 2)
  t.equal(await looks(...ids), 0)

  const second = await house.sku({ product: product.id, codes: 4, price: '7' })
  await looks(...ids)
  t.match(await messages(reseller, tagged.id), [{ sku: second, available: 4, before: 0 }])
  t.match(await messages(reseller, prices.id), [{ sku: second, price: cny('7.00'), before: null }])
  t.match(await messages(reseller, all.id), [{ sku: second, available: 4, before: 0, condition: 'back' }])
  t.match(await messages(reseller, everyPrice.id), [{ sku: second, price: cny('7.00'), before: null }])
  t.equal((await reseller.kahub.subscriptions.get(tagged.id)).skus, 2)

  await products.update(bare.id, { tags: ['gift'] })
  await looks(...ids)
  t.match((await messages(reseller, tagged.id)).slice(1), [{ sku: outside, available: 2, before: 0 }])
  t.match((await messages(reseller, prices.id)).slice(1), [{ sku: outside, price: cny('10.00'), before: null }])
  await products.update(bare.id, { tags: [] })
  await house.stocks(outside, 1)
  t.equal(await looks(tagged.id), 0, 'what left the tag is not looked at')
  t.ok((await reseller.kahub.subscriptions.get(everyPrice.id)).values.length <= valuesShownMax)
})

t.test('what is paused tells nothing, and when it is resumed what is another by then, once', async t => {
  const sku = await stocked(10)
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, toStock(sku))
  t.equal((await reseller.kahub.subscriptions.pause(id)).state, 'paused')
  t.equal((await reseller.kahub.subscriptions.pause(id)).state, 'paused')
  for (const available of [9, 8, 7]) {
    await setStock(sku, available)
    t.equal(await looks(id), 0)
  }
  t.equal((await reseller.kahub.subscriptions.resume(id)).state, 'active')
  t.equal((await reseller.kahub.subscriptions.resume(id)).state, 'active')
  t.equal(await looks(id), 1)
  t.match(await messages(reseller, id), [{ available: 7, before: 10 }])
  t.same((await reseller.kahub.subscriptions.list({ state: 'paused' })).data, [])
  t.same((await reseller.kahub.subscriptions.list({ state: 'active', kind: 'stock' })).data.map(one => one.id), [id])

  t.match(await reseller.kahub.subscriptions.delete(id), { id, sequence: 1 })
  await setStock(sku, 6)
  t.equal(await looks(id), 0)
  t.equal(await outcomeOf(reseller.kahub.subscriptions.get(id)), 'not_found')
  t.equal((await messages(reseller, id)).length, 1, 'what it told stays told')
})

t.test('a reseller that is not active is told what is another when it is active again', async t => {
  const sku = await house.sku({ price: '10' })
  await setStock(sku, 5)
  touched.add(sku)
  const reseller = await house.reseller()
  const stock = await subscribes(reseller, toStock(sku))
  const price = await subscribes(reseller, { kind: 'price', scope: { skus: [sku] }, condition: 'any' })
  await house.operator.resellers.update(reseller.id, { status: 'suspended' })
  await setStock(sku, 4)
  await listPrice(sku, '9')
  t.equal(await looks(stock.id, price.id), 0)
  await house.operator.resellers.update(reseller.id, { status: 'active' })
  t.equal(await looks(stock.id, price.id), 2)
})

t.test('many subscribers of one SKU get one message each, however many passes run at once', async t => {
  const sku = await stocked(1_000)
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, toStock(sku))
  const count = 300
  const twins = await multiply(id, count)
  await setStock(sku, 999)
  const passes = await Promise.all(Array.from({ length: 4 }, () => tellSubscribers(world, 100)))
  let told = passes.reduce((sum, pass) => sum + pass.told, 0)
  for (let pass = 0; pass < 5; pass++) told += (await tellSubscribers(world, 100)).told
  t.equal(told, count)
  const rows = await house.db<{ count: number }[]>`
    select count(*)::int as count from events where type = 'stock.changed' and reseller_id = any(${twins})
    group by reseller_id`
  t.equal(rows.length, count)
  t.ok(rows.every(row => row.count === 1))
})

t.test('more changes than one transaction tells are told by the next ones, none twice, and numbered without a gap', async t => {
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, { kind: 'stock', scope: { all: true }, condition: 'any' })
  await house.db`update subscriptions set next_check_at = now() - interval '1 minute' where id = ${rowOf(id)}`
  await house.operator.issuers.put('many', { name: 'Many' })
  const model = await house.sku({ product: (await house.operator.products.create({ name: 'Many', kind: 'code', issuer: 'many' })).id })
  const more = movesMax + 500
  const skus = Array.from({ length: more }, newId)
  await house.db`
    insert into skus select made.id, skus.number + made.n, product_id, name, face_value, face_currency, region, currency, status
    from skus, unnest(${skus}::uuid[]) with ordinality as made (id, n) where skus.id = ${readId('sku', model)!}`
  await house.db`insert into stock (sku_id, available) select id, 1 from unnest(${skus}::uuid[]) as id`
  const first = await tellSubscribers(world, perPass)
  t.match(first, { told: movesMax, more: true })
  await house.db`update stock set available = 2 where sku_id = any(${skus}::uuid[])`
  const second = await tellSubscribers(world, perPass)
  t.match(second, { told: 500, more: false }, 'what was told a moment ago is not told again')
  const heard = await messages(reseller, id)
  t.same(heard.map(message => message.subscription_sequence), Array.from({ length: more }, (_, i) => i + 1))
  t.equal(new Set(heard.map(message => message.sku)).size, more)
  t.equal(await looks(id), movesMax, 'and when the interval is over, as it is then')
  await house.db`delete from stock where sku_id = any(${skus}::uuid[])`
  await reseller.kahub.subscriptions.delete(id)
})

t.test('what cannot be waited for is refused with its place, and leaves its reference free', async t => {
  const sku = await stocked(1)
  const reseller = await house.reseller()
  const unknown = `sku_${'0'.repeat(26)}`
  const gone = await house.sku()
  await house.operator.skus.update(gone, { status: 'delisted' })
  const refused = async (body: object, code: string, ...pointers: string[]) => {
    const answer = await reseller.send('POST', '/v1/subscriptions', { body: { reference: 'bad', ...body } })
    t.equal(answer.code, code, JSON.stringify(body))
    t.same(answer.json.errors.map(({ pointer }: { pointer: string }) => pointer), pointers, JSON.stringify(body))
  }
  const scope = { skus: [sku] }
  const tooMany = Array.from({ length: 201 }, (_, i) => `sku_${String(i).padStart(26, '0')}`)
  await refused({ kind: 'price', scope, condition: 'out' }, 'invalid_request', '/condition')
  await refused({ kind: 'price', scope, condition: 'below', threshold: 0 }, 'invalid_request', '/condition', '/threshold')
  await refused({ kind: 'stock', scope, condition: 'below' }, 'invalid_request', '/threshold')
  await refused({ kind: 'stock', scope, condition: 'below', threshold: 0 }, 'invalid_request', '/threshold')
  await refused({ kind: 'stock', scope, condition: 'any', threshold: 3 }, 'invalid_request', '/threshold')
  const lost = { skus: [sku, unknown, gone] }
  await refused({ kind: 'stock', scope: lost, condition: 'any' }, 'sku_not_found', '/scope/skus/1', '/scope/skus/2')
  for (const [body, pointer] of [
    [{ kind: 'stock', condition: 'any' }, '/scope'],
    [{ kind: 'stock', scope: {}, condition: 'any' }, '/scope'],
    [{ kind: 'stock', scope: { tag: 'a', all: true }, condition: 'any' }, '/scope'],
    [{ kind: 'stock', scope: { all: false }, condition: 'any' }, '/scope/all'],
    [{ kind: 'stock', scope: { tag: '' }, condition: 'any' }, '/scope/tag'],
    [{ kind: 'stock', scope: { skus: [] }, condition: 'any' }, '/scope/skus'],
    [{ kind: 'stock', scope: { skus: [sku, sku] }, condition: 'any' }, '/scope/skus'],
    [{ kind: 'stock', scope: { skus: tooMany }, condition: 'any' }, '/scope/skus'],
    [{ kind: 'stock', scope, condition: 'sideways' }, '/condition'],
    [{ kind: 'money', scope, condition: 'any' }, '/kind'],
    [{ kind: 'stock', scope, condition: 'below', threshold: -1 }, '/threshold'],
    [{ kind: 'stock', scope, condition: 'below', threshold: 1.5 }, '/threshold'],
    [{ kind: 'stock', scope, condition: 'any', interval_seconds: 0 }, '/interval_seconds'],
    [{ kind: 'stock', scope, condition: 'any', interval_seconds: 86_401 }, '/interval_seconds'],
    [{ kind: 'stock', scope, condition: 'any', url: 'https://example.com' }, '/url']
  ] as const) await refused(body, 'invalid_request', pointer)

  const { subscriptions } = reseller.kahub
  const made = await subscriptions.create({ reference: 'bad', ...toStock(sku) })
  t.match(await subscriptions.create({ reference: 'bad', ...toStock(sku) }), { id: made.id, values: [{ sku, available: 1 }] })
  const other = toStock(sku, { condition: 'out' })
  t.equal(await outcomeOf(subscriptions.create({ reference: 'bad', ...other })), 'reference_reused')
  const changes = [{ threshold: 3 }, { condition: 'below' }, {}, { interval_seconds: 0 }, { kind: 'price' }, { scope: { all: true } }]
  for (const change of changes) {
    const { code } = await reseller.send('PATCH', `/v1/subscriptions/${made.id}`, { body: change })
    t.equal(code, 'invalid_request', JSON.stringify(change))
  }
})

t.test('a reseller sees and changes its own subscriptions only, and has so many at most', async t => {
  const sku = await stocked(1)
  const [alice, bob] = await Promise.all([house.reseller(), house.reseller()])
  const { id } = await subscribes(alice, toStock(sku))
  const { subscriptions } = bob.kahub
  for (const call of [
    () => subscriptions.get(id), () => subscriptions.update(id, { interval_seconds: 1 }), () => subscriptions.pause(id),
    () => subscriptions.resume(id), () => subscriptions.delete(id)
  ]) t.equal(await outcomeOf(call()), 'not_found')
  t.same((await subscriptions.list()).data, [])
  t.match(await alice.kahub.subscriptions.get(id), { state: 'active', interval_seconds: 10 })
  await setStock(sku, 2)
  await looks(id)
  t.same(await messages(bob, id), [])

  await house.db`
    insert into subscriptions (reseller_id, id, kind, scope, condition, interval_seconds, state)
    select reseller_id, gen_random_uuid(), kind, scope, condition, interval_seconds, 'paused'
    from subscriptions, generate_series(2, ${subscriptionsPerResellerMax}) where id = ${rowOf(id)}`
  const answer = await alice.send('POST', '/v1/subscriptions', { body: { reference: 'one more', ...toStock(sku) } })
  t.match(answer.json, { code: 'state_conflict', subscriptions_max: subscriptionsPerResellerMax })
})

t.test('an event that others append between keeps the feed without a gap', async t => {
  const sku = await stocked(50)
  const reseller = await house.reseller()
  const { id } = await subscribes(reseller, toStock(sku))
  const resellerId = readId('reseller', reseller.id)!
  for (let round = 49; round > 40; round--) {
    await setStock(sku, round)
    const other = transact(world.db, tx => appendEvents(tx, [{ resellerId, type: 'key.revoked', data: {} }]))
    await Promise.all([looks(id), other])
  }
  t.same((await messages(reseller, id)).map(message => message.subscription_sequence), [1, 2, 3, 4, 5, 6, 7, 8, 9])
})

t.test('after all of this the books hold, and every answer was one the contract promises', async t => {
  for (const sku of touched) await setStock(sku, 0)
  await house.proves(t)
  t.same(judge.faults, [])
})

/** Makes the subscription that of so many resellers, all due; the one it was is deleted. Gives the resellers. */
async function multiply (id: string, count: number): Promise<readonly Uuid[]> {
  const twins = Array.from({ length: count }, newId)
  await house.db`
    insert into resellers (id, name, level_id, status, currency)
    select twin, 'twin', 'gold', 'active', 'CNY' from unnest(${twins}::uuid[]) as twin`
  await house.db`
    with made as (
      insert into subscriptions (reseller_id, id, kind, scope, condition, interval_seconds, state, skus, next_check_at)
      select twin, gen_random_uuid(), kind, scope, condition, interval_seconds, state, skus, now() - interval '1 minute'
      from subscriptions, unnest(${twins}::uuid[]) as twin where id = ${rowOf(id)} returning id
    )
    insert into subscription_marks (subscription_id, sku_id, value) select made.id, sku_id, value
    from made, subscription_marks where subscription_id = ${rowOf(id)}`
  await house.db`delete from subscription_marks where subscription_id = ${rowOf(id)}`
  await house.db`delete from subscriptions where id = ${rowOf(id)}`
  return twins
}
