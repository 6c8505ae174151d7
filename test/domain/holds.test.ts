// Holds: stock set aside for a while, over HTTP; time moves by back-dating, and the passes are called by hand.
import t from 'tap'
import { showId, newId, readId } from '../../src/base/ids.ts'
import { expireHeldLots } from '../../src/domain/orders/withdraw-stock.ts'
import { expireHolds } from '../../src/domain/stock/expire-holds.ts'
import { proveStock } from '../../src/domain/stock/prove-stock.ts'
import { passesOf } from '../../src/workers/passes.ts'
import { contractJudge } from '../support/contract.ts'
import { openHouse, outcomeOf, type Answer, type Reseller } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const { live } = house.worlds
const alice = await house.reseller()
const bob = await house.reseller()

let references = 0
const wish = (sku: string, quantity: number, more: object = {}) => (
  { reference: `hold ${++references}`, lines: [{ sku, quantity }], ...more }
)
const holds = (reseller: Reseller, body: object): Promise<Answer> => reseller.send('POST', '/v1/holds', { body })
const places = (reseller: Reseller, sku: string, quantity: number, more: object = {}): Promise<Answer> =>
  reseller.send('POST', '/v1/orders', { body: { ...wish(sku, quantity), ...more } })

/** A hold of one SKU that is expected to be made. */
async function held (reseller: Reseller, sku: string, quantity: number): Promise<{ readonly id: string }> {
  return await reseller.kahub.holds.create(wish(sku, quantity))
}

/** Codes that can be bought, and codes that are held. */
async function counts (sku: string): Promise<readonly number[]> {
  const { data: [stock] } = await alice.kahub.stock.get({ sku: [sku] })
  return [stock!.available, stock!.held]
}

async function stateOf (reseller: Reseller, { id }: { readonly id: string }): Promise<string> {
  return (await reseller.kahub.holds.get(id)).state
}

/** Moves the end of a hold into the past: its time is over, and no pass has come yet. */
async function runsOut ({ id }: { readonly id: string }): Promise<void> {
  await house.db`update live.holds set expires_at = now() - interval '1 second', created_at = now() - interval '10 minutes'
                 where id = ${readId('hold', id)!}`
}

/** Moves the expiry of a SKU's lots that have one into the past. */
async function spoils (sku: string): Promise<void> {
  await house.db`
    with lot as (
      update live.lots set expires_at = now() - interval '1 second'
      where sku_id = ${readId('sku', sku)!} and expires_at < 'infinity' returning id
    ) update live.shelf set expires_at = now() - interval '1 second' from lot where lot_id = lot.id`
}

async function eventsOf (reseller: Reseller, type: string): Promise<readonly any[]> {
  const rows = await house.db<{ data: unknown }[]>`
    select data from live.events where reseller_id = ${readId('reseller', reseller.id)!} and type = ${type} order by sequence`
  return rows.map(row => row.data)
}

async function lotOf (sku: string): Promise<string> {
  return (await house.operator.lots.list({ sku, limit: 1 })).data[0]!.id
}

t.test('a hold sets stock aside: others cannot buy it, its order can, and what the order leaves goes back', async t => {
  const sku = await house.sku({ codes: 10 })
  const hold = await alice.kahub.holds.create({ reference: 'basket', lines: [{ sku, quantity: 8 }], expires_in: 60 })
  t.match(hold, { state: 'active', reference: 'basket', quantity: 8, order: null, ended_at: null, lines: [{ sku, quantity: 8 }] })
  t.equal(Date.parse(hold.expires_at) - Date.parse(hold.created_at), 60_000)
  t.same(await counts(sku), [2, 8])
  t.match((await places(bob, sku, 3)).json, { code: 'out_of_stock', errors: [{ available: 2 }] })
  t.equal((await places(alice, sku, 3)).code, 'out_of_stock', 'its own reseller buys from it by naming it only')
  t.equal((await places(bob, sku, 2)).status, 201)

  const order = await places(alice, sku, 5, { hold: hold.id })
  t.match(order.json, { state: 'completed', delivered: 5 })
  t.match(await alice.kahub.holds.get(hold.id), { state: 'used', order: order.json.id, ended_at: String })
  t.same(await counts(sku), [3, 0])
  t.equal((await places(alice, sku, 1, { hold: hold.id })).code, 'hold_ended')
  t.match((await alice.send('DELETE', `/v1/holds/${hold.id}`)).json, { code: 'hold_ended', status: 409, order: order.json.id })
})

t.test('a hold is all of its lines or nothing; what is short is named with what there is', async t => {
  const [many, few, none] = await Promise.all([house.sku({ codes: 10 }), house.sku({ codes: 2 }), house.sku()])
  const lines = [{ sku: many!, quantity: 5 }, { sku: few!, quantity: 3 }, { sku: none!, quantity: 1 }]
  const refused = await holds(alice, { reference: 'short', lines })
  t.match(refused.json, {
    code: 'out_of_stock',
    retryable: true,
    errors: [{ pointer: '/lines/1/quantity', sku: few, available: 2 }, { pointer: '/lines/2/quantity', sku: none, available: 0 }]
  })
  t.same([await counts(many!), await counts(few!)], [[10, 0], [2, 0]])
  lines.length = 2
  lines[1]!.quantity = 2
  t.equal((await holds(alice, { reference: 'short', lines })).status, 201, 'the refusal left the reference free')
  t.same([await counts(many!), await counts(few!)], [[5, 5], [0, 2]])
})

t.test('the same reference is the same hold, with whatever became of it', async t => {
  const sku = await house.sku({ codes: 10 })
  const body = wish(sku, 4, { reference: 'once' })
  const first = await holds(alice, body)
  t.equal(first.status, 201)
  const again = await Promise.all([holds(alice, body), holds(alice, body), holds(alice, body)])
  for (const { status, headers, json } of again) t.match([status, headers['idempotent-replayed'], json], [200, 'true', first.json])
  t.same(await counts(sku), [6, 4])
  t.equal((await holds(bob, wish(sku, 1, { reference: 'once' }))).status, 201, 'references are each reseller’s own')
  t.match((await holds(alice, { ...body, expires_in: 30 })).json, { code: 'reference_reused', errors: [{ pointer: '/expires_in' }] })
  await alice.kahub.holds.cancel(first.json.id)
  t.match((await holds(alice, body)).json, { id: first.json.id, state: 'cancelled' })
})

t.test('a cancelled hold gives its stock back at once, and once only', async t => {
  const sku = await house.sku({ codes: 10 })
  const hold = await held(alice, sku, 7)
  const answers = await Promise.all([1, 2, 3].map(() => alice.send('DELETE', `/v1/holds/${hold.id}`)))
  for (const { status, json } of answers) t.match([status, json.state], [200, 'cancelled'])
  t.same(await counts(sku), [10, 0])
  const again = await alice.kahub.holds.cancel(hold.id)
  t.match(again, { ...answers[0]!.json })
  t.same(await counts(sku), [10, 0])
  t.equal((await places(alice, sku, 1, { hold: hold.id })).code, 'hold_ended')
})

t.test('what cannot be sold cannot be held, and a hold is no longer and no larger than the level allows', async t => {
  await house.operator.levels.put('careful', {
    name: 'careful', rank: 1, requests_per_minute: 10_000, hold_seconds_max: 60, held_codes_max: 10
  })
  const carol = await house.reseller()
  await house.operator.resellers.update(carol.id, { level: 'careful' })
  t.match(await house.operator.levels.put('default', { name: 'default', rank: 1, requests_per_minute: 1 }), {
    hold_seconds_max: 900, held_codes_max: 10_000
  })
  const sku = await house.sku({ codes: 100 })
  const paused = await house.sku({ codes: 1 })
  await house.operator.skus.update(paused, { status: 'paused' })
  const unknown = showId('sku', newId())
  const refusals: Record<string, readonly [string, object, object?]> = {
    'for longer than the level allows': ['hold_limit_exceeded',
      wish(sku, 1, { expires_in: 61 }), { hold_seconds_max: 60, errors: [{ pointer: '/expires_in' }] }
    ],
    'of more than the level allows': ['hold_limit_exceeded', wish(sku, 11), { held_codes_max: 10, held: 0 }],
    'of an unknown SKU, before one that is paused': ['sku_not_found',
      { reference: 'x', lines: [{ sku: paused, quantity: 1 }, { sku: unknown, quantity: 1 }] }, { errors: [{ pointer: '/lines/1/sku' }] }
    ],
    'of a paused SKU': ['sku_not_for_sale', wish(paused, 1), { errors: [{ pointer: '/lines/0/sku' }] }],
    'of a SKU twice': ['invalid_request',
      { reference: 'x', lines: [{ sku, quantity: 1 }, { sku, quantity: 1 }] }, { errors: [{ pointer: '/lines/1/sku' }] }
    ],
    'of nothing': ['invalid_request', { reference: 'x', lines: [] }],
    'for too short a time': ['invalid_request', wish(sku, 1, { expires_in: 29 })],
    'for too long a time': ['invalid_request', wish(sku, 1, { expires_in: 901 })],
    'without a reference': ['reference_missing', { lines: [{ sku, quantity: 1 }] }]
  }
  for (const [says, [code, body, facts = {}]] of Object.entries(refusals)) {
    t.match((await holds(carol, body)).json, { code, ...facts }, says)
  }
  t.same(await counts(sku), [100, 0])

  const first = await carol.kahub.holds.create(wish(sku, 6))
  t.equal(Date.parse(first.expires_at) - Date.parse(first.created_at), 60_000, 'without a wish it is as long as the level allows')
  t.match((await holds(carol, wish(sku, 5))).json, { code: 'hold_limit_exceeded', held_codes_max: 10, held: 6 })
  const both = await Promise.all([holds(carol, wish(sku, 4)), holds(carol, wish(sku, 4))])
  t.same(both.map(({ status, code }) => code ?? status).sort(), [201, 'hold_limit_exceeded'], 'two at once cannot pass the limit together')
  await runsOut(first)
  t.equal((await holds(carol, wish(sku, 6))).status, 201, 'what has expired does not count')
  await house.operator.resellers.update(carol.id, { status: 'suspended' })
  t.equal((await holds(carol, wish(sku, 1))).code, 'reseller_suspended')
})

t.test('resellers who race for the last codes: they are held once', async t => {
  const sku = await house.sku({ codes: 5 })
  const racers = await Promise.all(Array.from({ length: 10 }, (_, i) => i % 2 === 0 ? alice : bob))
  const answers = await Promise.all(racers.map(racer => holds(racer, wish(sku, 4))))
  const made = answers.filter(({ status }) => status === 201)
  t.equal(made.length, 1)
  t.same(new Set(answers.map(({ status, code }) => code ?? status)), new Set([201, 'out_of_stock']))
  t.same(await counts(sku), [1, 4])
})

t.test('a hold whose time is over is expired from that moment on, whether or not the pass has come', async t => {
  const sku = await house.sku({ codes: 10 })
  const hold = await held(alice, sku, 10)
  await runsOut(hold)
  const seen = await alice.kahub.holds.get(hold.id)
  t.match(seen, { state: 'expired', ended_at: seen.expires_at })
  t.equal((await places(alice, sku, 1, { hold: hold.id })).code, 'hold_expired')
  t.same([(await alice.kahub.holds.list({ state: 'active' })).data.some(({ id }) => id === hold.id)], [false])
  t.ok((await alice.kahub.holds.list({ state: 'expired' })).data.some(({ id }) => id === hold.id))

  t.ok(await expireHolds(live.db, 100) >= 1)
  t.equal(await expireHolds(live.db, 100), 0)
  t.same(await counts(sku), [10, 0])
  t.same(await alice.kahub.holds.get(hold.id), seen, 'the pass changes nothing that is seen')
  t.match(await alice.kahub.holds.cancel(hold.id), { state: 'expired' })
  t.same(await counts(sku), [10, 0])
})

t.test('the pass gives back so many at once, and comes often enough that nothing stays held for a second', async t => {
  const sku = await house.sku({ codes: 6 })
  const due = await Promise.all(Array.from({ length: 6 }, () => held(alice, sku, 1)))
  await Promise.all(due.map(runsOut))
  t.equal(await expireHolds(live.db, 4), 4)
  t.same(await counts(sku), [4, 2])
  t.equal(await expireHolds(live.db, 4), 2)
  t.same(await counts(sku), [6, 0])
  const pass = passesOf(live).find(({ name }) => name === 'expire holds')!
  t.ok(pass.everyMs <= 1_000)
  t.equal(await pass.run(), 'done')
})

t.test('cancel, order and the pass in two processes race for a hold: one of them ends it, and its stock moves once', async t => {
  const sku = await house.sku({ codes: 200 })
  for (let round = 0; round < 8; round++) {
    const [available] = await counts(sku)
    const hold = await held(alice, sku, 5)
    const over = round % 2 === 0
    if (over) await runsOut(hold)
    const [order, cancel] = await Promise.all([
      places(alice, sku, 3, { hold: hold.id }),
      alice.send('DELETE', `/v1/holds/${hold.id}`),
      expireHolds(live.db, 100),
      expireHolds(live.db, 100)
    ])
    const bought = order.status === 201
    t.equal(await stateOf(alice, hold), over ? 'expired' : bought ? 'used' : 'cancelled')
    if (over) t.same([order.code, cancel.status], ['hold_expired', 200])
    else t.same([order.code, cancel.code], bought ? [undefined, 'hold_ended'] : ['hold_ended', undefined])
    t.same(await counts(sku), [available! - (bought ? 3 : 0), 0])
  }
})

t.test('another reseller’s hold is not there: not to read, cancel, list or buy from', async t => {
  const sku = await house.sku({ codes: 5 })
  const hold = await held(alice, sku, 5)
  t.equal((await bob.send('GET', `/v1/holds/${hold.id}`)).code, 'not_found')
  t.equal((await bob.send('DELETE', `/v1/holds/${hold.id}`)).code, 'not_found')
  t.equal((await places(bob, sku, 1, { hold: hold.id })).code, 'hold_not_found')
  t.notOk((await bob.kahub.holds.list({ limit: 100 })).data.some(({ id }) => id === hold.id))
  t.same([await stateOf(alice, hold), await counts(sku)], ['active', [0, 5]])
})

t.test('holds are listed newest first, page by page', async t => {
  const sku = await house.sku({ codes: 5 })
  const dora = await house.reseller()
  const made: string[] = []
  for (let n = 0; n < 5; n++) made.unshift((await held(dora, sku, 1)).id)
  await dora.kahub.holds.cancel(made[1]!)
  const listed: string[] = []
  for await (const { id } of dora.kahub.holds.list({ limit: 2 })) listed.push(id)
  t.same(listed, made)
  t.same((await dora.kahub.holds.list({ state: 'cancelled' })).data.map(({ id }) => id), [made[1]])
  t.equal((await dora.kahub.holds.list({ state: 'active' })).data.length, 4)
})

t.test('codes of expired lots that still stand on the shelf are not set aside', async t => {
  const sku = await house.sku({ codes: 3 })
  await house.stocks(sku, 4, { expiresAt: '2099-01-01T00:00:00Z' })
  await spoils(sku)
  t.match((await holds(alice, wish(sku, 4))).json, { code: 'out_of_stock', errors: [{ available: 3 }] })
  const hold = await held(alice, sku, 3)
  t.equal(await expireHeldLots(live.db, 100), 1)
  t.same([await stateOf(alice, hold), await counts(sku)], ['active', [0, 3]], 'a hold of sound codes stays when the others leave')
})

t.test('a recall takes the lot off the shelf whatever is held, breaking no more holds than it must, the newest first', async t => {
  const sku = await house.sku()
  const other = await house.sku({ codes: 5 })
  await house.stocks(sku, 10)
  await house.stocks(sku, 10)
  const lot = await lotOf(sku)
  const [first, second, third] = [await held(alice, sku, 5), await held(bob, sku, 5), await held(alice, sku, 2)]
  const mixed = await bob.kahub.holds.create({ reference: 'mixed', lines: [{ sku: other, quantity: 5 }, { sku, quantity: 3 }] })
  t.same([await counts(sku), await counts(other)], [[5, 15], [0, 5]])

  t.match(await house.operator.lots.recall(lot, { reason: 'dead codes' }), { state: 'recalled', on_shelf: 0, withdrawn: 10 })
  const states = [await stateOf(alice, first), await stateOf(bob, second), await stateOf(alice, third), await stateOf(bob, mixed)]
  t.same(states, ['active', 'active', 'broken', 'broken'])
  t.same([await counts(sku), await counts(other)], [[0, 10], [5, 0]], 'all lines of a broken hold go back')
  t.match(await eventsOf(alice, 'hold.broken'), [{ hold: { id: third.id, state: 'broken', lines: [{ sku, quantity: 2 }] } }])
  t.match(await eventsOf(bob, 'hold.broken'), [{ hold: { id: mixed.id, state: 'broken', quantity: 8 } }])
  t.equal((await places(alice, sku, 1, { hold: third.id })).code, 'hold_ended')
  t.match((await places(alice, sku, 5, { hold: first.id })).json, { state: 'completed' }, 'what is left is good')
  t.match(await bob.kahub.holds.cancel(mixed.id), { state: 'broken' })
  await house.proves(t)
})

t.test('a hold whose time is over makes way before one that is still good', async t => {
  const sku = await house.sku({ codes: 4 })
  const lot = await lotOf(sku)
  await house.stocks(sku, 4)
  const [old, fresh] = [await held(alice, sku, 4), await held(bob, sku, 4)]
  await runsOut(old)
  await house.operator.lots.recall(lot, { reason: 'dead codes' })
  t.same([await stateOf(alice, old), await stateOf(bob, fresh)], ['expired', 'active'])
  t.notOk((await eventsOf(alice, 'hold.broken')).some(({ hold }) => hold.id === old.id), 'it was not broken, and nobody is told so')
})

t.test('an expired lot leaves the shelf whatever is held', async t => {
  const sku = await house.sku()
  await house.stocks(sku, 6, { expiresAt: '2099-01-01T00:00:00Z' })
  const hold = await held(alice, sku, 6)
  await spoils(sku)
  t.equal(await expireHeldLots(live.db, 100), 1)
  t.same([await stateOf(alice, hold), await counts(sku)], ['broken', [0, 0]])
})

t.test('voided codes leave the shelf whatever is held, and a void that is refused breaks nothing', async t => {
  const sku = await house.sku({ codes: 3 })
  const lot = await lotOf(sku)
  const hold = await held(alice, sku, 3)
  const voids = (positions: number[]) => house.operator.codes.void({ lot, positions, reason: 'dead' })
  t.equal(await outcomeOf(voids([1, 3])), 'code_not_on_shelf')
  t.equal(await stateOf(alice, hold), 'active')
  t.match(await voids([1]), { voided: 1 })
  t.same([await stateOf(alice, hold), await counts(sku)], ['broken', [2, 0]])
})

t.test('after holds, held orders make way, the newest first: money and stock go back and the approval ends', async t => {
  const sku = await house.sku({ price: '10', codes: 6 })
  const eve = await house.reseller({ balance: '100' })
  await eve.kahub.approvalPolicy.put({ quantity_above: 1 })
  const pending = [await places(eve, sku, 2), await places(eve, sku, 2)]
  for (const { json } of pending) t.match(json, { state: 'awaiting_approval' })
  const hold = await held(alice, sku, 1)
  t.same(await counts(sku), [1, 5])
  const lot = await lotOf(sku)
  const voids = (positions: number[]) => house.operator.codes.void({ lot, positions, reason: 'dead' })

  await voids([0, 1])
  t.equal(await stateOf(alice, hold), 'broken')
  const states = async () => await Promise.all(pending.map(async ({ json }) => (await eve.kahub.orders.get(json.id)).state))
  t.same(await states(), ['awaiting_approval', 'awaiting_approval'])
  await voids([2])
  t.same(await states(), ['awaiting_approval', 'cancelled'])
  t.match(await eve.kahub.orders.get(pending[1]!.json.id), { lines: [{ state: 'released', reason: 'stock_withdrawn' }] })
  t.match((await eventsOf(eve, 'order.cancelled')).at(-1), { order: { id: pending[1]!.json.id } })
  t.match((await eve.kahub.wallets.list()).data[0]!.balance.amount, '80.00')
  t.equal((await eve.kahub.approvals.list({ state: 'pending' })).data.length, 1)
  await house.operator.lots.recall(lot, { reason: 'dead' })
  t.same(await states(), ['cancelled', 'cancelled'])
  t.same(await counts(sku), [0, 0])
  await house.proves(t)
})

t.test('a recall in the middle of holds, orders and cancels: nothing of the lot is left, and nothing is lost', async t => {
  const sku = await house.sku({ codes: 400 })
  const lot = await lotOf(sku)
  await house.stocks(sku, 40)
  const made: Promise<Answer>[] = []
  const act = (n: number): Promise<Answer> => {
    const buyer = n % 2 === 0 ? alice : bob
    if (n % 3 === 0) return places(buyer, sku, 1)
    return holds(buyer, wish(sku, 3)).then(answer =>
      answer.status === 201 && n % 3 === 1 ? places(buyer, sku, 2, { hold: answer.json.id }) : answer)
  }
  for (let n = 0; n < 60; n++) made.push(act(n))
  await Promise.race(made)
  const recall = house.operator.lots.recall(lot, { reason: 'dead codes' })
  for (let n = 60; n < 90; n++) made.push(act(n))
  t.match(await recall, { state: 'recalled', on_shelf: 0 })
  const outcomes = new Set((await Promise.all(made)).map(({ status, code }) => code ?? String(status)))
  for (const outcome of outcomes) t.ok(['201', 'out_of_stock', 'hold_ended'].includes(outcome), outcome)
  await house.proves(t)
})

t.test('the proving pass finds stock that is held by nobody', async t => {
  const sku = await house.sku({ codes: 5 })
  await held(alice, sku, 1)
  const moves = (by: number) => house.db`
    update live.stock set held = held + ${by}::int, available = available - ${by}::int where sku_id = ${readId('sku', sku)!}`
  await moves(2)
  t.match(await proveStock(live.bulkDb), [{ proof: 'held_sum', detail: /3 held, 1 by holds and orders/ }])
  await moves(-2)
  t.same(await proveStock(live.bulkDb), [])
})

t.test('after all of this the books hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})
