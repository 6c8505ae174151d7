// Races for links: two processes over one database, in each of which many buyers press at once, while money, clocks and sellers come between.
import t, { type Test } from 'tap'
import { newId, readId, showId, type Uuid } from '../../src/base/ids.ts'
import { readMasterKeys } from '../../src/base/seal.ts'
import { openWorlds } from '../../src/compose.ts'
import { cancelCheckout } from '../../src/domain/links/checkouts/cancel-checkout.ts'
import type { StartedCheckout } from '../../src/domain/links/checkouts/checkout.ts'
import { expireCheckouts } from '../../src/domain/links/checkouts/expire-checkouts.ts'
import { payAgain } from '../../src/domain/links/checkouts/pay-again.ts'
import { readCheckout } from '../../src/domain/links/checkouts/read-checkout.ts'
import { proveWorld } from '../../src/domain/prove-world.ts'
import { transact } from '../../src/postgres/transact.ts'
import { begins, codeOf, makeLink, receiptOf, runsOut, type BuyerWish, type LinkWish } from '../support/buyers.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t)
const other = await openWorlds(house.databaseUrl, readMasterKeys(house.masterKey))
t.teardown(() => Promise.all([other.live.close(), other.test.close()]))
const processes = [house.worlds.live, other.live]
const { db } = house
const alice = await house.reseller()

const times = <Made>(count: number, make: (i: number) => Made): Made[] => Array.from({ length: count }, (_, i) => make(i))
const at = (i: number) => processes[i % processes.length]!

async function stall (codes: number, wish: Partial<LinkWish> = {}) {
  const sku = await house.sku({ codes, price: '8' })
  return { sku, seen: 10, link: await makeLink(db, { reseller: alice.id, skus: { [sku]: 10 }, ...wish }) }
}

/** Presses the button in both processes in turn; the outcomes by their code, and what began. */
async function rush (count: number, wish: BuyerWish | ((i: number) => BuyerWish)) {
  const started: StartedCheckout[] = []
  const codes = await Promise.all(times(count, i =>
    codeOf(begins(at(i), typeof wish === 'function' ? wish(i) : wish).then(one => { started.push(one) }))))
  return { started, tally: tally(codes) }
}

function tally (codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

async function sold (link: Uuid): Promise<object> {
  const [row] = await db`select held, sold, sales from live.links where id = ${link}`
  return { ...row }
}

const sound = async (t: Test) => {
  t.same(await proveWorld(house.worlds.live.bulkDb), [], 'the world is sound')
  await house.proves(t)
}

t.test('a rush for a quota gets exactly the quota, everyone an answer, and the payers their codes', async t => {
  const place = await stall(100, { quota: 25 })
  const { started, tally } = await rush(200, place)
  t.same(tally, { accepted: 25, link_sold_out: 175 })
  const outcomes = await Promise.all(started.map(({ payment }, i) => at(i).receivePayment(receiptOf(payment))))
  t.ok(outcomes.every(({ kind }) => kind === 'applied'))
  t.same(await sold(place.link), { held: 0, sold: 25, sales: 25 })
  t.same((await rush(20, place)).tally, { link_sold_out: 20 })
  const told = await db`select 1 from live.events where type = 'link.sold_out' and data ->> 'link' = ${showId('link', place.link)}`
  t.equal(told.length, 1)
  await sound(t)
})

t.test('the last pieces on the shelf go to as many as there are, by link or by order', async t => {
  const place = await stall(10)
  const orders = times(15, i => codeOf(alice.kahub.orders.place({ reference: `beside ${i}`, lines: [{ sku: place.sku, quantity: 1 }] })
    .then(() => {}, error => { if (error.code !== 'out_of_stock') throw error })))
  const [{ started, tally }] = await Promise.all([rush(30, place), ...orders])
  t.same(Object.keys(tally).filter(code => !['accepted', 'link_sold_out'].includes(code)), [])
  const [bought] = await db<{ count: number }[]>`
    select count(*)::int as count from live.order_lines where sku_id = ${readId('sku', place.sku)!}`
  t.equal(started.length + bought!.count, 10)
  await sound(t)
})

t.test('one buyer in many tabs, with one phone or one device, has no more than a buyer may', async t => {
  const place = await stall(100, { perBuyer: 2 })
  t.same((await rush(40, { ...place, phone: '+8613912345678' })).tally, { accepted: 2, buyer_limit_reached: 38 })
  const deviceHash = newId()
  t.same((await rush(40, { ...place, deviceHash })).tally, { accepted: 2, buyer_limit_reached: 38 })
  const attempt = newId()
  const one = await rush(30, { ...place, attempt, phone: '+8613912345679' })
  t.same(one.tally, { accepted: 30 }, 'the same press thirty times')
  t.equal(new Set(one.started.map(({ checkout }) => checkout.id)).size, 1)
  await sound(t)
})

t.test('one receipt fifty times at once, in two processes, is booked once', async t => {
  const started = await begins(at(0), await stall(5, { commission: 500 }))
  const receipt = receiptOf(started.payment)
  const outcomes = await Promise.all(times(50, i => at(i).receivePayment(receipt)))
  t.same(tally(outcomes.map(({ kind }) => kind)), { applied: 1, known: 49 })
  await sound(t)
})

t.test('paid through two gateways at once it is sold once, and the other money goes back', async t => {
  const place = await stall(40)
  for (let n = 0; n < 8; n++) {
    const started = await begins(at(n), place)
    const second = await transact(at(n).db, tx => payAgain(tx, started.checkout.id, 'alipay', 'https://kahub.example'))
    const outcomes = await Promise.all([at(0).receivePayment(receiptOf(started.payment)), at(1).receivePayment(receiptOf(second))])
    t.same(tally(outcomes.map(({ kind }) => kind)), { applied: 1, returned: 1 })
  }
  t.match(await sold(place.link), { held: 0, sold: 8 })
  await sound(t)
})

t.test('whether money, the clock or the buyer comes first: it is sold or it is over, never both', async t => {
  const place = await stall(20)
  const all = await Promise.all(times(20, i => begins(at(i), place)))
  for (const { checkout } of all) await runsOut(db, checkout)
  const [outcomes] = await Promise.all([
    Promise.all(all.map(({ payment }, i) => at(i).receivePayment(receiptOf(payment)))),
    expireCheckouts(processes[0]!.db, 10),
    expireCheckouts(processes[1]!.db, 20),
    ...all.slice(10).map(({ checkout }, i) => codeOf(transact(at(i).db, tx => cancelCheckout(tx, checkout.id))))
  ])
  // Nobody else wants them: whoever is late still finds the stock.
  t.same(tally(outcomes.map(({ kind }) => kind)), { applied: 20 })
  for (const { checkout } of all) t.match(await readCheckout(at(0).db, checkout.id), { state: 'completed' })
  t.same(await sold(place.link), { held: 0, sold: 20, sales: 20 })
  await sound(t)
})

t.test('late money and new buyers race for the last piece: one has it, the other his money', async t => {
  for (let n = 0; n < 6; n++) {
    const place = await stall(1, { quota: 1 })
    const late = await begins(at(n), place)
    await runsOut(db, late.checkout)
    await expireCheckouts(at(n).db, 10)
    const [outcome, again] = await Promise.all([at(n).receivePayment(receiptOf(late.payment)), rush(2, place)])
    t.equal((outcome.kind === 'applied' ? 1 : 0) + again.started.length, 1)
    if (again.started[0]) t.same(await at(n).receivePayment(receiptOf(again.started[0].payment)), { kind: 'applied' })
    t.match(await sold(place.link), { held: 0, sold: 1 })
  }
  await sound(t)
})

t.test('from the moment a link is paused nobody begins, in any process, and who has begun may pay', async t => {
  const place = await stall(200)
  const before = rush(60, place)
  const pausing = db`update live.links set paused_at = now() where id = ${place.link}`.execute()
  await pausing
  const after = await rush(40, place)
  t.same(after.tally, { link_paused: 40 })
  const { started } = await before
  const outcomes = await Promise.all(started.map(({ payment }, i) => at(i).receivePayment(receiptOf(payment))))
  t.ok(outcomes.every(({ kind }) => kind === 'applied'))
  t.match(await sold(place.link), { held: 0, sold: started.length })
  await sound(t)
})
