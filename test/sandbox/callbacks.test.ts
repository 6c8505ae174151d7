// Callbacks that go wrong on demand, as the endpoint meets them: the worker of the test world sends them, to a receiver on this machine.
import t, { type Test } from 'tap'
import { webhooks } from '../../sdk/src/index.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { openSender } from '../../src/outgoing/send-callback.ts'
import { openBending } from '../../src/workers/bend-callbacks.ts'
import { openDelivering } from '../../src/workers/deliver.ts'
import { openCallbackReceiver, type Callback, type ReceiverAnswer } from '../support/callback-receiver.ts'
import { openHouse } from '../support/house.ts'

const rules = { ports: [443], loopback: true }
const house = await openHouse(t, { callbackRules: rules })
const { db } = house
const { test } = house.worlds
const sku = await house.sku({ world: 'test', codes: 100 })

/** A shop with an endpoint, and a worker that sends to it. */
async function shopWith (t: Test, answer?: (callback: Callback) => ReceiverAnswer) {
  const receiver = await openCallbackReceiver(t, answer)
  const shop = await house.reseller({ world: 'test' })
  const endpoint = await shop.kahub.endpoints.create({ url: `${receiver.url}/hook` })
  const sender = openSender({ rules })
  const bending = openBending(test, sender, error => { throw error })
  const delivering = openDelivering(test, { sender, bend: bending.bend })
  t.teardown(() => sender.close())
  return {
    receiver,
    shop,
    endpoint,
    async orders (fault?: string) {
      const body = { reference: `order ${++made}`, lines: [{ sku, quantity: 1 }] }
      const answer = await shop.send('POST', '/v1/orders', { body, ...(fault !== undefined && { headers: { 'kahub-sandbox': fault } }) })
      return String(answer.json.reference)
    },
    async deliver () {
      while ((await fanOut(test.callbackDb)).more);
      await delivering.untilIdle()
      await bending.untilIdle()
    },
    /** What is held back is due now. */
    async letTimePass () {
      await db`update test.sandbox_deliveries set until = now() - interval '1 second'`
      await db`update test.deliveries set due_at = now() - interval '1 second' where state = 'due'`
      await db`update test.endpoints set next_due_at = now()`
    },
    arrived: () => receiver.received.map(({ json }) => String(json.data.order?.reference ?? json.type)),
    verdicts: () => Promise.all(receiver.received.map(({ headers, text }) => webhooks.unwrap(text, headers, { secrets: endpoint.secret! })
      .then(() => 'true', (error: { reason?: string }) => error.reason ?? String(error))))
  }
}

let made = 0

t.test('a duplicate is one delivery that comes several times, under one id', async t => {
  const { receiver, shop, orders, deliver, verdicts } = await shopWith(t)
  const reference = await orders('callback_duplicate; copies=2')
  await deliver()
  t.equal(receiver.received.length, 3)
  t.equal(new Set(receiver.received.map(({ id }) => id)).size, 1)
  t.equal(new Set(receiver.received.map(({ text }) => text)).size, 1)
  t.same(await verdicts(), ['true', 'true', 'true'], 'each of them is genuine')
  t.match(await shop.kahub.deliveries.list(), { data: [{ state: 'delivered', attempts: 1 }] })
  t.match((await shop.kahub.sandbox.listStrikes()).data, [{ fault: 'callback_duplicate', reference, delivery: receiver.received[0]!.id }])
  await orders()
  await deliver()
  t.equal(receiver.received.length, 4, 'the next order’s comes once')
})

t.test('a late callback comes when its time is over, and not before', async t => {
  const { shop, orders, deliver, letTimePass, arrived } = await shopWith(t)
  const late = await orders('callback_late; seconds=600')
  const next = await orders()
  await deliver()
  t.same(arrived(), [next])
  const [, waiting] = (await shop.kahub.deliveries.list()).data
  t.match(waiting, { state: 'due', attempts: 0 })
  t.ok(Date.parse(waiting!.next_attempt_at!) > Date.parse(waiting!.created_at) + 500_000)
  await letTimePass()
  await deliver()
  t.same(arrived(), [next, late])
})

t.test('a callback out of order waits for a later one, and no longer than it is told', async t => {
  const { receiver, orders, deliver, letTimePass, arrived } = await shopWith(t)
  const first = await orders('callback_out_of_order; seconds=600')
  await deliver()
  t.same(arrived(), [])
  const second = await orders()
  await deliver()
  await db`update test.deliveries set due_at = now() where state = 'due'`
  await db`update test.endpoints set next_due_at = now()`
  await deliver()
  t.same(arrived(), [second, first])
  t.same(receiver.received.map(({ json }) => json.sequence), [2, 1], 'the sequence tells')

  const alone = await orders('callback_out_of_order; seconds=600')
  await deliver()
  t.equal(arrived().length, 2)
  await letTimePass()
  await deliver()
  t.same(arrived().slice(2), [alone])
})

t.test('a forged callback comes before the true one; its signature tells, its body does not, and the answer to it is kept', async t => {
  const careful = ({ json }: Callback) => json.type === 'order.cancelled' ? 401 : 200
  const { receiver, shop, orders, deliver, letTimePass, verdicts } = await shopWith(t, careful)
  const reference = await orders('callback_forged')
  await deliver()
  t.match(receiver.received[0]!.json, { type: 'order.cancelled', data: { order: { reference, state: 'cancelled' } } })
  await letTimePass()
  await deliver()
  t.same(receiver.received.map(({ json }) => json.type), ['order.cancelled', 'order.completed'])
  t.same((await verdicts())[1], 'true')
  t.not((await verdicts())[0], 'true', 'verifying tells the forged one')
  const [forged, genuine] = receiver.received
  t.not(forged!.id, genuine!.id)
  t.same(Object.keys(forged!.json), Object.keys(genuine!.json), 'it looks like any other')
  t.same(Object.keys(forged!.headers).sort(), Object.keys(genuine!.headers).sort())
  t.match((await shop.kahub.sandbox.listStrikes({ fault: 'callback_forged' })).data[0], { reference, delivery: forged!.id, status: 401 })
  const { data } = await shop.kahub.deliveries.list()
  t.match(data, [{ id: genuine!.id, state: 'delivered', attempts: 1 }], 'it is in no list of deliveries')
})

t.test('the test and the sample of an endpoint go wrong as well', async t => {
  const { receiver, shop, endpoint, deliver } = await shopWith(t)
  const headers = { 'kahub-sandbox': 'callback_duplicate' }
  await shop.kahub.endpoints.simulate(endpoint.id, { type: 'order.completed' }, { headers })
  await deliver()
  t.same(receiver.received.map(({ json }) => json.simulated), [true, true])
  await shop.kahub.endpoints.test(endpoint.id, { headers })
  await deliver()
  t.same(receiver.received.slice(2).map(({ json }) => json.type), ['endpoint.test', 'endpoint.test'])
})

t.test('the events of an order that was refused, or of another shop, are not struck', async t => {
  const one = await shopWith(t)
  const two = await shopWith(t)
  const body = { reference: 'the same', lines: [{ sku, quantity: 1 }] }
  const refused = await one.shop.send('POST', '/v1/orders', { body, headers: { 'kahub-sandbox': 'out_of_stock, callback_duplicate' } })
  t.equal(refused.code, 'out_of_stock')
  t.equal(refused.headers['kahub-sandbox-fault'], 'out_of_stock, callback_duplicate')
  await one.shop.places(body)
  await two.shop.send('POST', '/v1/orders', { body, headers: { 'kahub-sandbox': 'callback_duplicate' } })
  await one.deliver()
  await two.deliver()
  t.equal(one.receiver.received.length, 1)
  t.equal(two.receiver.received.length, 2)
})

t.test('books and stock hold after all of it', async t => {
  await house.proves(t)
})
