// What went wrong with purchase links, or might have, when clocks, releases, sellers and gateways do not keep to the plan.
import t, { type Test } from 'tap'
import { readdir } from 'node:fs/promises'
import { newId, readId, type Uuid } from '../../src/base/ids.ts'
import { payAgain } from '../../src/domain/links/checkouts/pay-again.ts'
import { readCheckout, readPaymentsOf } from '../../src/domain/links/checkouts/read-checkout.ts'
import { settleSales } from '../../src/domain/links/settlement/settle-sales.ts'
import { expireCheckouts } from '../../src/domain/links/checkouts/expire-checkouts.ts'
import { proveWorld } from '../../src/domain/prove-world.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner } from '../../src/postgres/pool.ts'
import { transact } from '../../src/postgres/transact.ts'
import { amountOf, begins, makeLink, receiptOf } from '../support/buyers.ts'
import { openHouse } from '../support/house.ts'
import { openCluster } from '../support/postgres.ts'

const house = await openHouse(t)
const { live } = house.worlds
const { db } = house
const sound = async (t: Test) => t.same(await proveWorld(live.bulkDb), [], 'the world is sound')
const stateOf = async (id: Uuid) => (await readCheckout(live.db, id))!

t.test('a seller whose wallet the release before has opened sells all the same', async t => {
  const seller = await house.reseller()
  const sku = await house.sku({ codes: 2, price: '8' })
  await db`delete from accounts where owner_id = ${readId('reseller', seller.id)!} and kind in ('proceeds', 'commission')`
  const skus = [{ sku, retail_price: { amount: '10', currency: 'CNY' as const } }]
  const made = await seller.kahub.links.create({ reference: 'one', title: 'Tonight', skus })
  const { payment, checkout } = await begins(live, { link: readId('link', made.id)!, sku, seen: 10 })
  t.same(await live.receivePayment(receiptOf(payment)), { kind: 'applied' })
  t.equal((await stateOf(checkout.id)).state, 'completed')
  await sound(t)
})

t.test('money comes in a currency of which the release before has opened some of the house\'s accounts', async t => {
  const seller = await house.reseller()
  const sku = await house.sku({ codes: 2, price: '8' })
  await db`insert into accounts (kind, currency) select kind, 'KRW' from unnest('{cash,revenue}'::text[]) as kind`
  const { payment } = await begins(live, { link: await makeLink(db, { reseller: seller.id, skus: { [sku]: 10 } }), sku, seen: 10 })
  t.same(await live.receivePayment(receiptOf(payment, { currency: 'KRW' })), { kind: 'returned', reason: 'currency_mismatch' })
  await sound(t)
})

t.test('a payment that is begun anew is the newest, whatever the clock of the process that began the one before', async t => {
  const seller = await house.reseller()
  const sku = await house.sku({ codes: 2, price: '8' })
  const link = await makeLink(db, { reseller: seller.id, skus: { [sku]: 10 } })
  const { checkout, payment } = await begins(live, { link, sku, seen: 10 })
  const ofTomorrow = 'ffffffff-ffff-7fff-bfff-ffffffffffff'
  await db`update payments set id = ${ofTomorrow} where id = ${payment.id}`
  const again = await transact(live.db, tx => payAgain(tx, checkout.id, 'sandbox', 'https://kahub.example/back'))
  t.equal(again.state, 'created')
  t.same((await readPaymentsOf(live.db, checkout.id)).map(({ id }) => id), [ofTomorrow, again.id])
})

t.test('in any currency, from the least amount to all for the host, the books hold to the last unit', async t => {
  for (const [currency, wholesale, retail, commission] of [
    ['KWD', '0', 0.001, 10_000], ['JPY', '0', 1, 10_000], ['JPY', '1', 3, 3_333], ['KWD', '0.0005', 0.003, 5_000],
    ['CNY', '0.0001', 99_999_999, 9_999]
  ] as const) {
    const seller = await house.reseller({ currency, balance: '0' })
    const sku = await house.sku({ codes: 7, price: wholesale, currency })
    const link = await makeLink(db, { reseller: seller.id, currency, skus: { [sku]: retail }, commission })
    const { payment, checkout } = await begins(live, { link, sku, seen: retail, quantity: 3 })
    t.same(await live.receivePayment(receiptOf(payment)), { kind: 'applied' }, `${currency} ${retail}`)
    t.equal(checkout.total, amountOf(retail) * 3n)
    await sound(t)
  }
  await settleSales(live.stepDb, 100, new Date(Date.now() + 2 * 86_400_000))
  await sound(t)
})

t.test('money for codes that expired on the shelf while it was paid goes back, and what was held is free', async t => {
  const seller = await house.reseller()
  const sku = await house.sku({ price: '8' })
  await house.stocks(sku, 3, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
  const link = await makeLink(db, { reseller: seller.id, skus: { [sku]: 10 } })
  const { payment, checkout } = await begins(live, { link, sku, seen: 10, quantity: 2 })
  await db`update shelf set expires_at = now() - interval '1 second' where sku_id = ${readId('sku', sku)!}`
  t.same(await live.receivePayment(receiptOf(payment)), { kind: 'returned', reason: 'out_of_stock' })
  t.match(await stateOf(checkout.id), { state: 'refunding' })
  const [row] = await db`select available, held from stock where sku_id = ${readId('sku', sku)!}`
  t.match(row, { available: 3, held: 0 })
  await sound(t)
})

t.test('one receipt that cannot be stored keeps no other of its batch from being booked', async t => {
  const seller = await house.reseller()
  const sku = await house.sku({ codes: 20, price: '8' })
  const link = await makeLink(db, { reseller: seller.id, skus: { [sku]: 10 } })
  const started = await Promise.all(Array.from({ length: 9 }, () => begins(live, { link, sku, seen: 10 })))
  const bad = { 2: { paidAt: new Date(8.64e15) }, 5: { transaction: 'a\0b' }, 7: { amount: 2n ** 64n } }
  const told = await Promise.allSettled(started.map(({ payment }, i) =>
    live.receivePayment(receiptOf(payment, bad[i as keyof typeof bad]))))
  t.same(told.map(({ status }) => status === 'fulfilled'), [true, true, false, true, true, false, true, false, true])
  const states = await Promise.all(started.map(async ({ checkout }) => (await stateOf(checkout.id)).state))
  t.same(states, states.map((_, i) => i in bad ? 'open' : 'completed'))
  await sound(t)
})

t.test('a reset in the middle of sales leaves nobody\'s money behind', async t => {
  const { test } = house.worlds
  const seller = await house.reseller({ world: 'test' })
  const sku = await house.sku({ codes: 9, price: '8', world: 'test' })
  const host = await seller.kahub.hosts.create({ reference: 'lili', name: 'Lili', commission_rate: '0.1' })
  const made = await seller.kahub.links.create({
    reference: 'one', title: 'Tonight', host: host.id, skus: [{ sku, retail_price: { amount: '10', currency: 'CNY' } }]
  })
  const link = readId('link', made.id)!
  const [sold, open, late] = await Promise.all([1, 2, 3].map(() => begins(test, { link, sku, seen: 10 })))
  await test.receivePayment(receiptOf(sold!.payment))
  const fresh = await seller.kahub.sandbox.reset()
  t.not(fresh.reseller, seller.id)
  t.same(await test.receivePayment(receiptOf(open!.payment)), { kind: 'returned', reason: 'not_for_sale' })
  await db`update test.checkouts set expires_at = now() - interval '1 second' where id = ${late!.checkout.id}`
  await expireCheckouts(test.db, 10)
  t.same(await test.receivePayment(receiptOf(late!.payment)), { kind: 'returned', reason: 'not_for_sale' })
  t.same(await test.receivePayment(receiptOf(sold!.payment)), { kind: 'returned', reason: 'paid_twice' })
  t.equal(await settleSales(test.stepDb, 10, new Date(Date.now() + 2 * 86_400_000)), 1)
  t.same((await seller.kahub.links.list({})).data, [], 'the links are of the reseller before')
  t.same(await proveWorld(test.bulkDb), [])
})

t.test('the tables of purchase links come to a database that the release before has filled, while it works', async t => {
  const cluster = await openCluster()
  const url = cluster.url(await cluster.createDatabase())
  const [owner, busy] = [openOwner(url), openOwner(url)]
  t.teardown(async () => {
    await Promise.all([owner.end(), busy.end()])
    await cluster.stop()
  })
  const folder = new URL('../../migrations/', import.meta.url)
  const before = (await readdir(folder)).sort().filter(name => name < '0006')
  await migrate(url, before.at(-1))
  await owner`set search_path = live`
  const reseller = newId()
  await owner`insert into levels (id, name, rank, requests_per_minute) values ('gold', 'Gold', 1, 600)`
  await owner`insert into resellers (id, name, level_id, status, currency) values (${reseller}, 'Shop', 'gold', 'active', 'JPY')`
  await owner`insert into accounts (kind, currency) select kind, 'JPY' from unnest('{cash,revenue}'::text[]) as kind`
  await owner`
    insert into accounts (owner_id, kind, currency) select ${reseller}::uuid, kind, 'JPY' from unnest('{wallet,held}'::text[]) as kind`

  // The other way round than the migration: it reads transfers, and then wants an account.
  await busy`set search_path = live`
  await busy`begin`
  await busy`select count(*) from transfers`
  const migrated = migrate(url)
  const isWaiting = async () => (await owner`select 1 from pg_locks where not granted and relation = 'live.transfers'::regclass`).length > 0
  while (!await isWaiting()) await owner`select pg_sleep(0.01)`
  await busy`select 1 from accounts for update`.catch(error => t.equal(error.code, '40P01'))
  await busy`rollback`
  t.ok((await migrated).includes('live/0006_links.sql'))
  const kinds = (await owner`select kind from accounts order by owner_id nulls first, kind`).map(({ kind }) => kind)
  t.same(kinds, ['cash', 'cash_in_transit', 'refunds_payable', 'revenue', 'commission', 'held', 'proceeds', 'wallet'])
})
