// What becomes of callbacks in the long run: who inherits what was due, how long deliveries are kept, what a fault of ours does.
import t from 'tap'
import type { EventType } from '../../schema/vocabulary.ts'
import { readId, type Uuid } from '../../src/base/ids.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { appendEvents } from '../../src/domain/events/append-events.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openHouse, type Reseller } from '../support/house.ts'

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

interface Row { readonly id: Uuid, readonly sequence: bigint, readonly state: string, readonly url: string | null }

async function deliveriesOf (endpoint: { id: string }): Promise<readonly Row[]> {
  return await db<Row[]>`
    select id, sequence, state, url from deliveries where endpoint_id = ${endpointUuid(endpoint)} order by sequence`
}

t.test('an order’s own address is told once, whichever endpoints on its host are deleted, disabled or resumed meanwhile', async t => {
  const origin = 'https://own.example.com'
  const twoEndpoints = async () => {
    const alice = await house.reseller()
    const make = (path: string) => alice.kahub.endpoints.create({ url: `${origin}${path}`, types: ['key.revoked'] })
    return { alice, first: await make('/first'), second: await make('/second') }
  }
  const orderOf = (reseller: Reseller, n: number) =>
    tell(reseller, 1, 'order.awaiting_approval', { order: { id: `ord_${n}`, callback_url: `${origin}/orders/${n}` } })
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

t.test('and all of it is proven', async t => {
  await house.proves(t)
})
