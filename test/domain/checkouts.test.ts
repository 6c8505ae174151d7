// What buyers are told when they begin to pay, and what becomes of their money: over a house, by the domain's own doors.
import t, { type Test } from 'tap'
import fc from 'fast-check'
import { ok, strictEqual } from 'node:assert/strict'
import { showId, newId, readId, type Uuid } from '../../src/base/ids.ts'
import type { ReceiptOutcome, StartedCheckout } from '../../src/domain/links/checkouts/checkout.ts'
import { decideReceipts, walletKey, type PaidCheckout, type ReceiptFacts } from '../../src/domain/links/checkouts/decide-receipts.ts'
import { decideStarts, judgeStart, type Start, type StartFacts, type StartLink } from '../../src/domain/links/checkouts/decide-starts.ts'
import { priceBook } from '../../src/domain/pricing/price-book.ts'
import { stockInHand } from '../../src/domain/stock/take-stock.ts'
import { cancelCheckout } from '../../src/domain/links/checkouts/cancel-checkout.ts'
import { paybackFailed, paybackSucceeded } from '../../src/domain/links/checkouts/end-payback.ts'
import { expireCheckouts } from '../../src/domain/links/checkouts/expire-checkouts.ts'
import { payAgain } from '../../src/domain/links/checkouts/pay-again.ts'
import { linkProofs, proveLinks, type LinkProof } from '../../src/domain/links/prove-links.ts'
import { readCheckout, readPaymentsOf } from '../../src/domain/links/checkouts/read-checkout.ts'
import { watchSoldOut } from '../../src/domain/links/sold-out.ts'
import { revealToBuyer } from '../../src/domain/orders/reveal-to-buyer.ts'
import { recallHeldLot } from '../../src/domain/orders/withdraw-stock.ts'
import { expireHolds } from '../../src/domain/stock/expire-holds.ts'
import { proveWorld } from '../../src/domain/prove-world.ts'
import { transact } from '../../src/postgres/transact.ts'
import { amountOf, begins, codeOf, makeLink, offByOne, receiptOf, runsOut, type BuyerWish, type LinkWish } from '../support/buyers.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t)
const { live } = house.worlds
const { db } = house
const alice = await house.reseller()

async function stall (wish: Partial<LinkWish> & { readonly codes?: number, readonly price?: string } = {}) {
  const { codes = 10, price = '8', ...rest } = wish
  const sku = await house.sku({ codes, price })
  const link = await makeLink(db, { reseller: alice.id, skus: { [sku]: 10 }, ...rest })
  return { sku, link, seen: 10 }
}

async function linkRow (id: Uuid) {
  const [row] = await db`select held, sold, sales, sold_out_at is not null as over from live.links where id = ${id}`
  return { ...row }
}
async function stockOf (sku: string): Promise<readonly number[]> {
  const [row] = await db<{ available: number, held: number }[]>`select available, held from live.stock where sku_id = ${readId('sku', sku)!}`
  return [row!.available, row!.held]
}
async function eventsOf (type: string, about: string): Promise<readonly any[]> {
  const rows = await db<{ data: unknown }[]>`select data from live.events where type = ${type} and data::text like ${`%${about}%`} order by sequence`
  return rows.map(row => row.data)
}
const sound = async (t: Test) => t.same(await proveWorld(live.bulkDb), [], 'the world is sound')
const pays = (started: StartedCheckout, more = {}): Promise<ReceiptOutcome> => live.receivePayment(receiptOf(started.payment, more))
const stateOf = async ({ checkout }: StartedCheckout) => (await readCheckout(live.db, checkout.id))!

t.test('a checkout sets stock and quota aside at agreed prices, and money makes it the buyer\'s', async t => {
  const { sku, link, seen } = await stall({ quota: 5, commission: 1_000 })
  const started = await begins(live, { link, sku, seen, quantity: 2 })
  t.match(started, {
    resumed: false,
    checkout: { state: 'open', quantity: 2, total: amountOf(20), wholesale: amountOf(16), commission: amountOf(2), contactHint: /^138\*\*\*\*\d{4}$/ },
    payment: { state: 'created', amount: amountOf(20), gateway: 'sandbox', returnUrl: new RegExp(showId('checkout', started.checkout.id)) }
  })
  t.same(await linkRow(link), { held: 2, sold: 0, sales: 0, over: false })
  t.same(await stockOf(sku), [8, 2])
  const [kept] = await db`select sealed_contact from live.checkouts where id = ${started.checkout.id}`
  t.notOk(Buffer.from(kept!.sealed_contact).includes('138'), 'the contact is sealed')
  t.same((await alice.kahub.holds.list({})).data, [], 'its hold is not one of the reseller\'s')
  await sound(t)

  t.same(await pays(started), { kind: 'applied' })
  const checkout = await stateOf(started)
  t.match(checkout, { state: 'completed', reason: null, orderId: String, endedAt: Date })
  t.same(await linkRow(link), { held: 0, sold: 2, sales: 1, over: false })
  t.same(await stockOf(sku), [8, 0])
  const order = await alice.kahub.orders.get(showId('order', checkout.orderId!))
  t.match(order, { reference: showId('checkout', checkout.id), checkout: showId('checkout', checkout.id), total: '16.00', state: 'completed' })
  t.notOk('hold' in order)
  t.match(await eventsOf('checkout.completed', showId('checkout', checkout.id)), [{ quantity: 2, total: { amount: '20.00' }, commission: { amount: '2.00' } }])
  await sound(t)
})

t.test('the buyer alone sees the codes, on record before they are shown; the reseller can neither read nor return them', async t => {
  const { sku, link, seen } = await stall()
  const started = await begins(live, { link, sku, seen, quantity: 3 })
  t.same(await revealToBuyer(live, started.checkout, '203.0.113.9'), [], 'nothing before it is paid')
  await pays(started)
  const checkout = await stateOf(started)
  const codes = await revealToBuyer(live, checkout, '203.0.113.9')
  t.equal(new Set(codes.map(code => code.secret)).size, 3)
  t.same(await revealToBuyer(live, checkout, '203.0.113.9'), codes)
  const reveals = await db`select key_id, first, count, ip from live.reveals where order_id = ${checkout.orderId!}`
  t.same(reveals.map(row => ({ ...row })), [1, 2].map(() => ({ key_id: showId('checkout', checkout.id), first: 0, count: 3, ip: '203.0.113.9' })))
  const order = showId('order', checkout.orderId!)
  t.match((await alice.kahub.reveals.list({ order })).data, [{ ip: '' }, { ip: '' }], 'where the buyer is, the reseller does not see')
  const asked = [
    await alice.send('GET', `/v1/orders/${order}/codes`),
    await alice.send('GET', `/v1/orders/${order}/codes`, { headers: { accept: 'application/x-ndjson' } }),
    await alice.send('GET', `/v1/orders/${order}/codes`, { headers: { accept: 'text/csv' } }),
    await alice.send('GET', `/v1/orders/${order}/codes/digest`),
    await alice.send('POST', `/v1/orders/${order}/cancel`, { body: { codes: 'all' } }),
    await alice.send('POST', '/v1/reversals', { body: { reference: 'undo', order_reference: showId('checkout', checkout.id) } })
  ]
  t.same(asked.map(answer => answer.code), asked.map(() => 'codes_of_buyer'))
  const again = await alice.send('POST', '/v1/orders', { body: { reference: showId('checkout', checkout.id), lines: [{ sku, quantity: 3 }] } })
  t.equal(again.code, 'reference_reused')
  t.notOk(asked.some(({ text }) => codes.some(code => text.includes(code.secret))))
  await sound(t)
})

t.test('whoever may not begin is told why, and nothing is changed', async t => {
  const { sku, link } = await stall({ codes: 5, quota: 4, perBuyer: 3 })
  const other = await house.sku({ codes: 5 })
  const [paused, none, dear, big, steps] = await Promise.all([
    house.sku({ codes: 5 }), house.sku(), house.sku({ codes: 5, price: '10.01' }), house.sku({ codes: 50, min: 2, max: 40 }), house.sku({ codes: 50, step: 5 })
  ])
  const bosses = await house.reseller()
  const many = await makeLink(db, { reseller: alice.id, skus: { [paused!]: 10, [none!]: 10, [dear!]: 10, [big!]: 10, [steps!]: 10 } })
  const floored = await house.sku({ codes: 5 })
  const low = await makeLink(db, { reseller: alice.id, skus: { [floored]: 10 } })
  await house.operator.prices.set({ rules: [{ kind: 'minimum_retail', sku: floored, amount: { amount: '10.5', currency: 'CNY' } }] })
  await house.operator.skus.update(paused!, { status: 'paused' })
  const at = (more: Partial<LinkWish>) => makeLink(db, { reseller: alice.id, skus: { [other]: 10 }, ...more })
  const ended = await at({ endsAt: new Date(Date.now() - 1_000).toISOString() })
  const early = await at({ startsAt: new Date(Date.now() + 60_000).toISOString() })
  const stopped = await at({})
  await db`update live.links set paused_at = now() where id = ${stopped}`
  const ofSuspended = await makeLink(db, { reseller: bosses.id, skus: { [other]: 10 } })
  await house.operator.resellers.update(bosses.id, { status: 'suspended' })
  const empty = await makeLink(db, { reseller: alice.id, skus: { [none!]: 10 } })
  const dollars = await makeLink(db, { reseller: alice.id, currency: 'USD', skus: { [other]: 10 } })
  const seen = 10
  const device = newId()
  await begins(live, { link, sku, seen, quantity: 1, phone: '+8613900000001', deviceHash: device })

  const refusals: readonly (readonly [string, BuyerWish])[] = [
    ['not_found', { link: newId(), sku, seen }],
    ['link_ended', { link: ended, sku: other, seen }],
    ['link_not_started', { link: early, sku: other, seen }],
    ['link_paused', { link: stopped, sku: other, seen }],
    ['link_paused', { link: ofSuspended, sku: other, seen }],
    ['link_paused', { link: dollars, sku: other, seen }],
    ['link_sold_out', { link: empty, sku: none!, seen }],
    ['out_of_stock', { link: many, sku: none!, seen }],
    ['sku_not_for_sale', { link: many, sku: paused!, seen }],
    ['sku_not_for_sale', { link: many, sku: dear!, seen }],
    ['sku_not_for_sale', { link: low, sku: floored, seen }],
    ['sku_not_for_sale', { link, sku: other, seen }],
    ['sku_not_for_sale', { link, sku: showId('sku', newId()), seen }],
    ['quantity_out_of_bounds', { link: many, sku: big!, seen, quantity: 1 }],
    ['quantity_out_of_bounds', { link: many, sku: big!, seen, quantity: 41 }],
    ['quantity_out_of_bounds', { link: many, sku: steps!, seen, quantity: 105 }],
    ['quantity_off_step', { link: many, sku: steps!, seen, quantity: 6 }],
    ['price_changed', { link, sku, seen: 9.99 }],
    ['buyer_limit_reached', { link, sku, seen, quantity: 4 }],
    ['buyer_limit_reached', { link, sku, seen, quantity: 3, phone: '+8613900000001' }],
    ['buyer_limit_reached', { link, sku, seen, quantity: 3, deviceHash: device }],
    ['out_of_stock', { link, sku, seen, quantity: 3 }]
  ]
  const rows = async () => await db`
    select (select count(*) from live.checkouts) as checkouts, (select count(*) from live.payments) as payments,
           (select count(*) from live.holds) as holds, (select sum(held) from live.stock) as held, (select sum(held) from live.links) as links`
  // One of a quota of four is left, and two of five pieces.
  await begins(live, { link, sku, seen, quantity: 2 })
  const before = await rows()
  for (const [code, wish] of refusals) t.equal(await codeOf(begins(live, wish)), code, `${code} ${wish.quantity ?? 1}`)
  t.same(await Promise.all(refusals.map(([, wish]) => codeOf(begins(live, wish)))), refusals.map(([code]) => code), 'in one batch too')
  t.same(await rows(), before)
  await sound(t)
})

t.test('the same press of the button is the same checkout, whatever became of it; another wish under it is refused', async t => {
  const { sku, link, seen } = await stall({ perBuyer: 2 })
  const press: BuyerWish = { link, sku, seen, quantity: 2, attempt: newId(), phone: '+8613900000002' }
  const all = await Promise.all([1, 2, 3, 4].map(() => begins(live, press)))
  t.equal(new Set(all.map(({ checkout }) => checkout.id)).size, 1)
  t.same(all.map(({ resumed }) => resumed).sort(), [false, true, true, true])
  t.same(new Set(all.map(({ payment }) => payment.id)).size, 1)
  t.same(await stockOf(sku), [8, 2])
  for (const other of [{ quantity: 1 }, { phone: '+8613900000003' }]) t.equal(await codeOf(begins(live, { ...press, ...other })), 'reference_reused')
  const second = await transact(live.db, tx => payAgain(tx, all[0]!.checkout.id, 'alipay', 'https://kahub.example/back'))
  t.match(await begins(live, press), { resumed: true, payment: { id: second.id, gateway: 'alipay' } }, 'with its newest payment')
  await transact(live.db, tx => cancelCheckout(tx, all[0]!.checkout.id))
  t.match(await begins(live, press), { resumed: true, checkout: { state: 'cancelled' } })
  await sound(t)
})

t.test('an address range may buy as much as many buyers, and no more', async t => {
  const { sku, link, seen } = await stall({ codes: 100, perBuyer: 10 })
  const networkHash = newId()
  const codes = await Promise.all(Array.from({ length: 25 }, () => codeOf(begins(live, { link, sku, seen, quantity: 4, networkHash }))))
  t.equal(codes.filter(code => code === 'accepted').length, 25, 'a hundred within two hundred')
  const tight = await stall({ codes: 100, perBuyer: 1 })
  const more = await Promise.all(Array.from({ length: 60 }, () => codeOf(begins(live, { ...tight, networkHash }))))
  t.same([more.filter(code => code === 'accepted').length, more.filter(code => code === 'buyer_limit_reached').length], [50, 10])
  const open = await stall({ codes: 150 })
  t.equal(await codeOf(begins(live, { ...open, quantity: 100, phone: '+8613900000004' })), 'accepted')
  t.equal(await codeOf(begins(live, { ...open, quantity: 1, phone: '+8613900000004' })), 'buyer_limit_reached', 'one who does not pay keeps no more')
})

t.test('a one-time link sells once: while one pays others wait, and then it is over', async t => {
  const { sku, link, seen } = await stall({ kind: 'one_time' })
  const first = await begins(live, { link, sku, seen })
  t.equal(await codeOf(begins(live, { link, sku, seen })), 'link_sold_out')
  await transact(live.db, tx => cancelCheckout(tx, first.checkout.id))
  const second = await begins(live, { link, sku, seen, quantity: 2 })
  t.same(await pays(first), { kind: 'returned', reason: 'quota_reached' }, 'late money finds it taken')
  t.same(await pays(second), { kind: 'applied' })
  t.equal(await codeOf(begins(live, { link, sku, seen })), 'link_ended')
  t.match(await linkRow(link), { held: 0, sold: 2, sales: 1, over: true })
  await sound(t)
})

t.test('a checkout ends within its time or by its buyer; its stock, its quota and its gateways are let go', async t => {
  const { sku, link, seen } = await stall({ codes: 4, quota: 4 })
  const [late, left, open] = [
    await begins(live, { link, sku, seen, quantity: 1 }), await begins(live, { link, sku, seen, quantity: 1 }), await begins(live, { link, sku, seen, quantity: 2 })
  ]
  await runsOut(db, late.checkout)
  t.equal(await expireHolds(live.db, 100), 0, 'a hold of a checkout is its own')
  t.equal(await expireCheckouts(live.db, 100), 1)
  t.equal(await expireCheckouts(live.db, 100), 0)
  t.match(await transact(live.db, tx => cancelCheckout(tx, left.checkout.id)), { state: 'cancelled' })
  t.match(await transact(live.db, tx => cancelCheckout(tx, left.checkout.id)), { state: 'cancelled' })
  t.match(await transact(live.db, tx => cancelCheckout(tx, late.checkout.id)), { state: 'expired' })
  for (const { checkout } of [late, left]) t.match(await readPaymentsOf(live.db, checkout.id), [{ state: 'closing' }])
  t.same([await stockOf(sku), await linkRow(link)], [[2, 2], { held: 2, sold: 0, sales: 0, over: false }])
  t.equal(await codeOf(transact(live.db, tx => payAgain(tx, late.checkout.id, 'sandbox', 'https://kahub.example'))), 'checkout_ended')
  await pays(open)
  t.equal(await codeOf(transact(live.db, tx => cancelCheckout(tx, open.checkout.id))), 'checkout_ended')
  t.equal(await codeOf(transact(live.db, tx => cancelCheckout(tx, newId()))), 'not_found')
  await sound(t)
})

t.test('it can be paid anew a few times while it is open, and only the newest is wanted', async t => {
  const started = await begins(live, await stall())
  const again = () => transact(live.db, tx => payAgain(tx, started.checkout.id, 'sandbox', 'https://kahub.example'))
  const second = await again()
  t.match(second, { state: 'created', amount: started.payment.amount, subjectId: started.checkout.id })
  t.same((await readPaymentsOf(live.db, started.checkout.id)).map(({ state }) => state), ['closing', 'created'])
  for (let n = 3; n <= 5; n++) await again()
  t.equal(await codeOf(again()), 'state_conflict')
  t.same(await pays({ ...started, payment: second }), { kind: 'applied' }, 'an older one that was paid counts')
  t.same(new Set((await readPaymentsOf(live.db, started.checkout.id)).map(({ state }) => state)), new Set(['closing', 'paid']))
  t.equal(await codeOf(again()), 'checkout_ended')
  await sound(t)
})

t.test('money that comes late buys what is still there, and goes back when stock or quota is gone', async t => {
  const { sku, link, seen } = await stall({ codes: 3, quota: 3, perBuyer: 2 })
  const late = await begins(live, { link, sku, seen, phone: '+8613900000005' })
  const later = await begins(live, { link, sku, seen })
  const latest = await begins(live, { link, sku, seen, phone: '+8613900000005' })
  for (const { checkout } of [late, later, latest]) await runsOut(db, checkout)
  await expireCheckouts(live.db, 100)
  t.same(await pays(late), { kind: 'applied' })
  const rest = await begins(live, { link, sku, seen, quantity: 2 })
  t.same(await pays(later), { kind: 'returned', reason: 'quota_reached' })
  await pays(rest)
  t.match(await stateOf(later), { state: 'refunding', reason: 'quota_reached', orderId: null })
  t.same(await stockOf(sku), [0, 0])

  const dry = await stall({ codes: 1 })
  const missed = await begins(live, dry)
  await runsOut(db, missed.checkout)
  await expireCheckouts(live.db, 100)
  await alice.places({ reference: 'the last one', sku: dry.sku, quantity: 1 })
  t.same(await pays(missed), { kind: 'returned', reason: 'out_of_stock' })
  t.match(await stateOf(missed), { state: 'refunding', reason: 'out_of_stock' })

  const limited = await stall({ perBuyer: 1 })
  const two: StartedCheckout[] = []
  for (let n = 0; n < 2; n++) {
    two.push(await begins(live, { ...limited, phone: '+8613900000006' }))
    await transact(live.db, tx => cancelCheckout(tx, two[n]!.checkout.id))
  }
  const outcomes = await Promise.all(two.map(one => pays(one)))
  t.same(outcomes.map(({ kind }) => kind).sort(), ['applied', 'returned'], 'cancelling is no way around the limit')
  await sound(t)
})

t.test('money is booked once; a second payment, another amount, another currency and a seller who is suspended send it back', async t => {
  const place = await stall({ codes: 50 })
  const once = await begins(live, place)
  const receipt = receiptOf(once.payment)
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => live.receivePayment(receipt)))
  t.same(outcomes.filter(({ kind }) => kind === 'applied').length, 1)
  t.same(outcomes.filter(({ kind }) => kind === 'known').length, 9)
  t.same(await live.receivePayment({ ...receipt, source: 'query' }), { kind: 'known' })
  t.same(await pays(once), { kind: 'returned', reason: 'paid_twice' }, 'a second transaction of one payment')

  const twice = await begins(live, place)
  const other = await transact(live.db, tx => payAgain(tx, twice.checkout.id, 'sandbox', 'https://kahub.example'))
  t.same((await Promise.all([pays(twice), pays({ ...twice, payment: other })])).map(({ kind }) => kind), ['applied', 'returned'])
  t.match(await stateOf(twice), { state: 'completed' })

  const short = await begins(live, { ...place, quantity: 2 })
  t.same(await pays(short, { amount: offByOne(short.payment.amount, 'CNY', -1) }), { kind: 'returned', reason: 'amount_mismatch' })
  t.match(await stateOf(short), { state: 'refunding', reason: 'amount_mismatch' })
  t.same(await pays(short), { kind: 'returned', reason: 'amount_mismatch' }, 'it has ended')
  const foreign = await begins(live, place)
  t.same(await pays(foreign, { currency: 'KRW', amount: 10_000n }), { kind: 'returned', reason: 'currency_mismatch' })
  t.equal(await codeOf(pays(foreign, { paymentId: newId() })), 'payment_news_invalid')
  t.equal(await codeOf(pays(foreign, { gateway: 'another' })), 'payment_news_invalid')
  t.equal(await codeOf(pays(foreign, { transaction: receipt.transaction })), 'payment_news_invalid', 'one transaction pays one payment')

  const carol = await house.reseller()
  const link = await makeLink(db, { reseller: carol.id, skus: { [place.sku]: 10 } })
  const unlucky = await begins(live, { ...place, link })
  await house.operator.resellers.update(carol.id, { status: 'suspended' })
  t.same(await pays(unlucky), { kind: 'returned', reason: 'not_for_sale' })
  t.match(await linkRow(link), { held: 0, sold: 0 })
  const blocked = await begins(live, place)
  await alice.places({ reference: showId('checkout', blocked.checkout.id), sku: place.sku, quantity: 1 })
  t.same(await pays(blocked), { kind: 'returned', reason: 'not_for_sale' }, 'a seller who took its reference')
  await sound(t)
})

t.test('what was agreed is kept: neither a pause, nor a price, nor new bounds undo what is being paid', async t => {
  const place = await stall({ codes: 10 })
  const started = await begins(live, { ...place, quantity: 3 })
  await db`update live.links set paused_at = now() where id = ${place.link}`
  await db`update live.link_skus set retail_price = 990000 where link_id = ${place.link}`
  await house.operator.prices.set({ rules: [{ kind: 'list', sku: place.sku, amount: { amount: '99', currency: 'CNY' } }] })
  await house.operator.skus.update(place.sku, { status: 'paused', quantity_min: 5, quantity_step: 5 })
  t.same(await pays(started), { kind: 'applied' })
  t.match(await stateOf(started), { state: 'completed', wholesale: amountOf(24), total: amountOf(30) })
  await sound(t)
})

t.test('stock that is withdrawn takes its holds along: then money takes what is free, or goes back; no reseller hears of these holds', async t => {
  const place = await stall({ codes: 5 })
  const [first, second] = [await begins(live, { ...place, quantity: 3 }), await begins(live, { ...place, quantity: 2 })]
  const [lot] = await db<{ public_id: Uuid }[]>`select public_id from live.lots where sku_id = ${readId('sku', place.sku)!}`
  await transact(live.db, tx => recallHeldLot(tx, lot!.public_id, 'bad'))
  t.match(await stateOf(first), { state: 'open' })
  await sound(t)
  await house.stocks(place.sku, 4)
  t.same(await pays(first), { kind: 'applied' })
  t.same(await pays(second), { kind: 'returned', reason: 'out_of_stock' })
  t.same(await eventsOf('hold.broken', showId('checkout', first.checkout.id)), [])
  t.same(await stockOf(place.sku), [1, 0])
  await sound(t)
})

t.test('money that goes back is told when it is back, once, and the books follow', async t => {
  const place = await stall()
  const started = await begins(live, place)
  await pays(started, { amount: 1_000n })
  await pays(started, { amount: 2_000n })
  const paybacks = await db<{ id: Uuid, state: string }[]>`
    select id, state from live.paybacks where payment_id = ${started.payment.id} and next_at <= now() order by amount`
  t.same(paybacks.map(({ state }) => state), ['due', 'due'])
  const succeeds = (id: Uuid) => transact(live.db, tx => paybackSucceeded(tx, id))
  await Promise.all([succeeds(paybacks[0]!.id), succeeds(paybacks[0]!.id)])
  t.match(await stateOf(started), { state: 'refunding' }, 'not all is back yet')
  await transact(live.db, tx => paybackFailed(tx, paybacks[1]!.id, 'the card is closed'))
  await sound(t)
  await db`update live.paybacks set state = 'due', next_at = now(), ended_at = null where id = ${paybacks[1]!.id}`
  await succeeds(paybacks[1]!.id)
  t.match(await stateOf(started), { state: 'refunded', reason: 'amount_mismatch' })
  t.match(await eventsOf('checkout.refunded', showId('checkout', started.checkout.id)), [{ amount: { amount: '0.10' } }, { amount: { amount: '0.20' } }])
  await sound(t)
})

t.test('a link that has sold all there is says so once, and again after there was more', async t => {
  const { sku, link, seen } = await stall({ codes: 3, quota: 2 })
  const told = async () => (await eventsOf('link.sold_out', showId('link', link))).length
  const [one, two] = [await begins(live, { link, sku, seen }), await begins(live, { link, sku, seen })]
  t.equal(await codeOf(begins(live, { link, sku, seen })), 'link_sold_out')
  await watchSoldOut(live.db, 1_000)
  t.equal(await told(), 0, 'what others pay for is not sold yet')
  await pays(one)
  await pays(two)
  t.same([await told(), await linkRow(link)], [1, { held: 0, sold: 2, sales: 2, over: true }])
  await watchSoldOut(live.db, 1_000)
  await db`update live.links set quota = null where id = ${link}`
  await watchSoldOut(live.db, 1_000)
  t.match(await linkRow(link), { over: false })
  await alice.places({ reference: 'the rest', sku, quantity: 1 })
  await watchSoldOut(live.db, 1_000)
  t.same([await told(), await watchSoldOut(live.db, 1_000)], [2, 0], 'stock that was sold elsewhere ends it too')
})

t.test('a deposit comes into the wallet once; what does not fit goes back', async t => {
  const bob = await house.reseller({ balance: '5' })
  const resellerId = readId('reseller', bob.id)!
  const payment = async (units: number) => {
    const id = newId()
    await db`
      insert into live.payments (id, reseller_id, purpose, subject_id, gateway, currency, amount, state, return_url, expires_at, created_by)
      values (${id}, ${resellerId}, 'deposit', ${newId()}, 'sandbox', 'CNY', ${amountOf(units)}, 'pending', '', now(), 'key_live_test')`
    return { id, gateway: 'sandbox', currency: 'CNY', amount: amountOf(units) } as StartedCheckout['payment']
  }
  const deposit = await payment(100)
  const receipt = receiptOf(deposit)
  t.same((await Promise.all([1, 2, 3].map(() => live.receivePayment(receipt)))).map(({ kind }) => kind).sort(), ['applied', 'known', 'known'])
  t.same(await live.receivePayment(receiptOf(deposit)), { kind: 'returned', reason: 'paid_twice' })
  t.same(await live.receivePayment(receiptOf(await payment(1), { amount: 1n })), { kind: 'returned', reason: 'amount_mismatch' })
  t.same(await live.receivePayment(receiptOf(await payment(99_999_999_999))), { kind: 'returned', reason: 'wallet_refused' })
  t.equal((await bob.kahub.wallets.list()).data[0]!.balance.amount, '105.00')
  t.match((await eventsOf('wallet.deposited', '"105.00"')).at(-1), { amount: { amount: '100.00' }, balance: { amount: '105.00' }, created_by: 'key_live_test' })
  await sound(t)
})

t.test('each proof of links is seen to fail when what it proves is broken', async t => {
  const place = await stall({ codes: 20, commission: 500 })
  const done = await begins(live, place)
  const open = await begins(live, place)
  const back = await begins(live, place)
  await pays(done)
  await pays(back, { amount: 1n })
  await sound(t)
  const [payback] = await db<{ id: Uuid }[]>`select id from live.paybacks where payment_id = ${back.payment.id}`
  const chk = done.checkout.id
  const breaks: Readonly<Record<LinkProof, string>> = {
    'a link holds what its open checkouts hold, and has sold what they bought': `update links set sold = sold + 1 where id = '${place.link}'`,
    'a checkout that is open has its stock set aside, unless that was withdrawn': `update checkouts set quantity = 2 where id = '${open.checkout.id}'`,
    'a checkout that has ended holds no stock': `update checkouts set state = 'expired', ended_at = now() where id = '${open.checkout.id}'`,
    'a completed checkout has its order, as it was agreed': `update orders set total = total + 1 where id = (select order_id from checkouts where id = '${chk}')`,
    'an order of a checkout is of a completed one': `update checkouts set state = 'expired', order_id = null where id = '${chk}'`,
    'a checkout is completed by one receipt, and no other does more than go back': `update receipts set amount = 5 where payment_id = '${done.payment.id}'`,
    'money goes back for whatever is refunded, and nothing is refunded before it went': `update checkouts set state = 'expired' where id = '${back.checkout.id}'`,
    'a receipt does what it was meant for, or goes back': `delete from paybacks where id = '${payback!.id}'`,
    'a payment that money came for is paid, and no other is': `update payments set state = 'closed' where id = '${done.payment.id}'`,
    'what a receipt brought moved once, and to where it belongs': `update transfers set payment_id = null where kind = 'receipt' and payment_id = '${done.payment.id}'`,
    'refunds payable are what has not gone back yet': `update paybacks set state = 'succeeded' where id = '${payback!.id}'`,
    'a host’s part was put aside once': `update checkouts set commission = commission + 1 where id = '${chk}'`
  }
  for (const proof of linkProofs) {
    const rollback = new Error('rolled back')
    await transact(db, async tx => {
      await tx.unsafe(breaks[proof])
      t.ok((await proveLinks(tx)).some(fault => fault.proof === proof && fault.detail !== ''), proof)
      throw rollback
    }).catch(error => { if (error !== rollback) throw error })
  }
  await sound(t)
})

const nowMs = Date.UTC(2026, 10, 22)
const skuId = newId()
const resellerId = newId()
const linkId = newId()

/** Facts of one link of one SKU, for decisions without a database. */
function factsOf (link: Partial<StartLink>, free: number): StartFacts {
  const sku = {
    id: skuId, productId: newId(), currency: 'CNY', status: 'active', kind: 'code', quantityMin: 1, quantityMax: 1_000, quantityStep: 1
  } as const
  const list = { id: newId(), kind: 'list', skuId, levelId: null, resellerId: null, amount: amountOf(8), rate: null, quantityMin: null } as const
  return {
    nowMs,
    prices: priceBook(1n, [sku], [list]),
    links: new Map([[linkId, {
      id: linkId,
      resellerId,
      levelId: 'gold',
      sellerReady: true,
      sessionId: null,
      hostId: null,
      kind: 'shared',
      currency: 'CNY',
      commissionRate: null,
      commissionAmount: null,
      quota: null,
      quotaPerBuyer: null,
      startsAt: null,
      endsAt: null,
      pausedAt: null,
      endedAt: null,
      held: 0,
      sold: 0,
      sales: 0,
      skus: new Map([[skuId, amountOf(10)]]),
      ...link
    }]]),
    stocks: new Map([[skuId, stockInHand(free, { ranges: [], expired: 0 })]]),
    earlier: new Map(),
    pieces: new Map()
  }
}

const people = [newId(), newId(), newId(), newId()]

function startOf (buyer: number, quantity: number, attempt: Uuid | null): Start {
  return {
    id: newId(),
    linkId,
    attempt,
    skuId,
    quantity,
    seenPrice: amountOf(10),
    contact: { kind: 'phone', value: '+8613800000000' },
    contactHash: people[buyer]!,
    contactHint: '138****0000',
    deviceHash: null,
    networkHash: newId(),
    language: 'en',
    gateway: 'sandbox',
    returnUrl: () => ''
  }
}

t.test('a sale begins and ends exactly at its time', async t => {
  const outcomeOf = (link: Partial<StartLink>): string => {
    const decision = judgeStart(startOf(0, 1, null), factsOf(link, 1))
    return decision.kind === 'refused' ? decision.problem.code : decision.kind
  }
  t.equal(outcomeOf({ startsAt: new Date(nowMs + 1) }), 'link_not_started')
  t.equal(outcomeOf({ startsAt: new Date(nowMs) }), 'started')
  t.equal(outcomeOf({ endsAt: new Date(nowMs + 1) }), 'started')
  t.equal(outcomeOf({ endsAt: new Date(nowMs) }), 'link_ended')
})

t.test('whatever a batch holds, no more begins than stock, quota and each buyer allow, and a refusal takes nothing', async () => {
  const press = fc.record({ buyer: fc.nat(3), quantity: fc.integer({ min: 1, max: 4 }), again: fc.option(fc.nat(5)) })
  const attempts = Array.from({ length: 6 }, newId)
  const limit = fc.option(fc.integer({ min: 1, max: 12 }))
  fc.assert(fc.property(fc.nat(15), limit, limit, fc.boolean(), fc.array(press, { maxLength: 25 }), (free, quota, perBuyer, once, presses) => {
    const facts = factsOf({ quota, quotaPerBuyer: perBuyer, kind: once ? 'one_time' : 'shared' }, free)
    const starts = presses.map(({ buyer, quantity, again }) => startOf(buyer, quantity, again === null ? null : attempts[again]!))
    const decisions = decideStarts(starts, facts)
    const begun = decisions.flatMap((decision, i) => decision.kind === 'started' ? [{ ...decision.started.checkout, by: starts[i]!.contactHash }] : [])
    const pieces = begun.reduce((sum, { quantity }) => sum + quantity, 0)
    ok(pieces <= free && pieces <= (quota ?? Infinity) && (!once || begun.length <= 1))
    for (const person of people) {
      ok(begun.filter(({ by }) => by === person).reduce((sum, { quantity }) => sum + quantity, 0) <= (perBuyer ?? Infinity))
    }
    strictEqual(facts.links.get(linkId)!.held, pieces)
    strictEqual(facts.stocks.get(skuId)!.free, free - pieces)
    for (const { total, wholesale, commission } of begun) ok(wholesale + commission <= total)
    for (const decision of decisions) {
      if (decision.kind === 'resumed') ok(begun.some(({ id }) => id === decision.checkoutId))
    }
  }), { numRuns: 500 })
})

t.test('whatever money comes in a batch, each checkout is sold once at most, within the quota, for its own amount', async () => {
  const told = fc.record({ payment: fc.nat(7), transaction: fc.nat(9), off: fc.constantFrom(0n, 0n, 0n, 100n), foreign: fc.nat(9) })
  const states = fc.array(fc.constantFrom<PaidCheckout['state']>('open', 'expired', 'cancelled', 'completed', 'refunding'), { minLength: 4, maxLength: 4 })
  fc.assert(fc.property(states, fc.integer({ min: 4, max: 12 }), fc.boolean(), fc.array(told, { maxLength: 12 }), (states, quota, active, news) => {
    const payments = Array.from({ length: 8 }, newId)
    const checkouts = states.map((state): PaidCheckout => ({
      id: newId(),
      resellerId,
      linkId,
      state,
      quantity: 2,
      total: amountOf(20),
      currency: 'CNY',
      reason: state === 'refunding' ? 'out_of_stock' : null,
      contactHash: newId(),
      deviceHash: null,
      networkHash: newId()
    } as PaidCheckout))
    const held = 2 * states.filter(state => state === 'open').length
    const sold = 2 * states.filter(state => state === 'completed').length
    const facts: ReceiptFacts = {
      payments: new Map(payments.map((id, i) => [id, {
        id, resellerId, purpose: 'checkout', subjectId: checkouts[i >> 1]!.id, gateway: 'sandbox', currency: 'CNY', amount: amountOf(20), createdBy: null, applied: false
      }])),
      checkouts: new Map(checkouts.map(checkout => [checkout.id, checkout])),
      links: new Map([[linkId, { ...factsOf({ quota: Math.max(quota, held + sold), held, sold }, 0).links.get(linkId)! }]]),
      resellers: new Map([[resellerId, active ? 'active' : 'suspended']]),
      booked: new Map(),
      wallets: new Map([[walletKey(resellerId, 'CNY'), 0n]]),
      pieces: new Map()
    }
    const decisions = decideReceipts(news.map(({ payment, transaction, off, foreign }) => ({
      gateway: 'sandbox',
      transaction: String(transaction),
      paymentId: payments[payment]!,
      currency: foreign === 0 ? 'USD' : 'CNY',
      amount: amountOf(20) + off,
      paidAt: null,
      source: 'callback'
    })), facts)
    const sales = decisions.flatMap(decision => decision.kind === 'sells' ? [decision] : [])
    strictEqual(new Set(sales.map(({ checkout }) => checkout.id)).size, sales.length)
    for (const { checkout, receipt } of sales) {
      ok(active && checkout.state !== 'completed' && checkout.state !== 'refunding')
      ok(receipt.amount === checkout.total && receipt.currency === checkout.currency)
    }
    const link = facts.links.get(linkId)!
    ok(link.sold + link.held <= link.quota!)
    const booked = decisions.flatMap(decision => 'receipt' in decision ? [decision.receipt.transaction] : [])
    strictEqual(new Set(booked).size, booked.length, 'a transaction is booked once')
  }), { numRuns: 500 })
})
