// Undoing orders: cancel by id, reversal by the buyer's own reference, refunds and what becomes of the codes. After each the books
// are proven. Time is moved by back-dating rows.
import t from 'tap'
import { readId } from '../../src/base/ids.ts'
import { expireLots } from '../../src/domain/stock/expire-lots.ts'
import { postCosts } from '../../src/domain/wallet/post-costs.ts'
import { KahubError } from '../../sdk/src/index.ts'
import { openHouse, outcomeOf, type Answer, type Reseller } from '../support/house.ts'

const house = await openHouse(t)
const { live } = house.worlds

let references = 0
const reference = () => `undo ${++references}`

const balanceOf = async (reseller: Reseller) => (await reseller.kahub.wallets.list()).data[0]!.balance.amount
const availableOf = async (sku: string, reseller: Reseller) => {
  const [row] = (await reseller.kahub.stock.query({ skus: [sku] })).data
  return row!.available
}
const cancel = (reseller: Reseller, order: string, body: object = {}): Promise<Answer> =>
  reseller.send('POST', `/v1/orders/${order}/cancel`, { body })
const reverse = (reseller: Reseller, orderReference: string, own = reference()): Promise<Answer> =>
  reseller.send('POST', '/v1/reversals', { body: { reference: own, order_reference: orderReference } })
const codesOf = async (reseller: Reseller, order: string, query = ''): Promise<string[]> => {
  const { json } = await reseller.send('GET', `/v1/orders/${order}/codes${query}`)
  return json.data.map((code: { secret: string }) => code.secret)
}
/** Moves an order back in time, and the prices that were in force with it. */
const backDate = (order: string, interval: string) => house.db`
  with prices as (update price_rules set created_at = created_at - ${interval}::interval)
  update orders set created_at = created_at - ${interval}::interval where id = ${readId('order', order)!}`
const refusalOf = async (call: PromiseLike<unknown>): Promise<KahubError> => {
  try {
    await call
  } catch (error) {
    if (error instanceof KahubError) return error
    throw error
  }
  throw new Error('not refused')
}

t.test('an order that nobody has looked at is cancelled: money to the wallet, codes to the shelf, and again it changes nothing', async t => {
  const alice = await house.reseller({ balance: '100' })
  const sku = await house.sku({ codes: 10, price: '7.5' })
  const order = await alice.places({ sku, quantity: 4, deliver: 'fetch' })
  t.equal(await balanceOf(alice), '70.00')

  const answer = await cancel(alice, order.id, { reason: 'bought by mistake' })
  t.match(answer.json, {
    id: order.id,
    state: 'reversed',
    delivered: 4,
    returned: 4,
    total: '30.00',
    refunded: '30.00',
    amounts: { held: '0.00', paid: '30.00', delivered: '0.00', refunded: '30.00' },
    lines: [{ state: 'returned', reason: 'returned', returned: 4, refunded: '30.00' }],
    refunds: [{
      reason: 'cancelled', note: 'bought by mistake', quantity: 4, amount: { amount: '30.00', currency: 'CNY' }, lines: [{ line: 1, quantity: 4 }]
    }]
  })
  t.equal(await balanceOf(alice), '100.00')
  t.equal(await availableOf(sku, alice), 10)
  const again = await cancel(alice, order.id)
  t.same([again.status, again.json], [200, answer.json])
  t.equal(await balanceOf(alice), '100.00')
  t.match(await alice.kahub.orders.get(order.id), { state: 'reversed', refunds: [{ quantity: 4 }] })
  t.notOk('refunds' in (await alice.kahub.orders.list()).data[0]!, 'lists do not show refunds')

  const [refund] = (await alice.kahub.wallets.transfers('CNY', { kind: 'refund' })).data
  t.match(refund, { kind: 'refund', amount: { amount: '30.00' }, balance: { amount: '100.00' }, order: order.id })
  const [event] = await house.db<{ data: { refund: object } }[]>`
    select data from events where reseller_id = ${readId('reseller', alice.id)!} and type = 'order.reversed'`
  t.notOk('lines' in event!.data.refund, 'an order may have hundreds, and a callback is small')
  t.match(event!.data, { order: { id: order.id, state: 'reversed', refunded: '30.00' }, refund: { amount: { amount: '30.00' } } })

  t.equal((await alice.send('GET', `/v1/orders/${order.id}/codes`)).code, 'state_conflict', 'its codes are another’s to buy')
  const replay = await alice.kahub.orders.place({ reference: order.reference, lines: [{ sku, quantity: 4 }] })
  t.match([replay.id, replay.state], [order.id, 'reversed'], 'the reference stays its own')
  t.notOk(replay.lines[0]!.codes)
  await house.proves(t)
})

t.test('codes that were given back are sold to another, and their first owner cannot reveal them', async t => {
  const alice = await house.reseller()
  const bob = await house.reseller()
  const sku = await house.sku()
  const secrets = await house.stocks(sku, 6)
  const order = await alice.places({ sku, quantity: 6, deliver: 'fetch' })
  t.same(await codesOf(alice, order.id, '?offset=1&limit=2'), secrets.slice(1, 3))
  const refused = await cancel(alice, order.id)
  t.match(refused.json, { status: 409, code: 'codes_revealed', revealed: 2, delivered: 6, returned: 0, detail: /codes: unrevealed/ })
  t.equal(await availableOf(sku, alice), 0, 'nothing moved')

  const partly = await cancel(alice, order.id, { codes: 'unrevealed' })
  t.match(partly.json, { state: 'partial', delivered: 6, returned: 4, refunded: '40.00', lines: [{ state: 'partial', returned: 4 }] })
  const again = await cancel(alice, order.id, { codes: 'unrevealed' })
  t.same([again.status, again.json], [200, partly.json], 'asked again after a lost answer, it is answered again')
  t.match((await cancel(alice, order.id)).json, { code: 'codes_revealed', revealed: 2, returned: 4 })

  const bought = await bob.places({ sku, quantity: 4 })
  t.same(bought.lines[0]!.codes!.map(code => code.secret.reveal()).sort(), [secrets[0], ...secrets.slice(3)].sort())
  t.same(await codesOf(alice, order.id), secrets.slice(1, 3), 'what was kept can be read again, and no more')
  t.same(await codesOf(alice, order.id, '?offset=2'), secrets.slice(2, 3), 'positions do not shift')
  t.same(await codesOf(alice, order.id, '?offset=3'), [])
  const replay = await alice.kahub.orders.place({ reference: order.reference, lines: [{ sku, quantity: 6 }] })
  t.same(replay.lines[0]!.codes!.map(code => code.secret.reveal()), secrets.slice(1, 3), 'a repeat of the order too')
  const [page, rest] = [await alice.send('GET', `/v1/orders/${order.id}/codes?limit=1`), await codesOf(alice, order.id, '?offset=2&limit=1')]
  t.match(page.json, { count: 2, next_offset: 2 })
  t.same(rest, secrets.slice(2, 3))
  await house.proves(t)
})

t.test('an order whose codes were all revealed keeps them; one without any revealed is given back whole by codes: unrevealed', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const shown = await alice.places({ sku, quantity: 2 })
  t.match((await cancel(alice, shown.id)).json, { code: 'codes_revealed', revealed: 2, delivered: 2 })
  t.match((await cancel(alice, shown.id, { codes: 'unrevealed' })).json, { code: 'codes_revealed', revealed: 2 })
  t.match((await reverse(alice, shown.reference)).json, { code: 'codes_revealed', revealed: 2, delivered: 2 })
  const hidden = await alice.places({ sku, quantity: 3, deliver: 'fetch' })
  t.match((await cancel(alice, hidden.id, { codes: 'unrevealed' })).json, { state: 'reversed', refunded: '30.00' })
  await house.proves(t)
})

t.test('after forty-eight hours by the clock of the database nothing is given back', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 6 })
  const [late, early] = [await alice.places({ sku, quantity: 2, deliver: 'fetch' }), await alice.places({ sku, quantity: 2, deliver: 'fetch' })]
  await backDate(late.id, '48 hours 1 minute')
  await backDate(early.id, '47 hours 59 minutes')
  for (const refused of [await cancel(alice, late.id), await reverse(alice, late.reference)]) {
    t.match(refused.json, { status: 409, code: 'reversal_too_late', ordered_at: /Z$/, returnable_until: /Z$/, now: /Z$/ })
  }
  const own = reference()
  t.equal((await reverse(alice, late.reference, own)).code, 'reversal_too_late')
  t.match((await reverse(alice, early.reference, own)).json, { outcome: 'reversed' }, 'a refusal leaves the reference of the reversal free')
  await house.proves(t)
})

t.test('several returns of one line refund its total to the cent, whatever they round to', async t => {
  const alice = await house.reseller({ balance: '1000' })
  const sku = await house.sku({ codes: 0, price: '3.3333' })
  await house.stocks(sku, 7)
  const order = await alice.places({ sku, quantity: 7, deliver: 'fetch' })
  t.equal(order.total, '23.33')
  // Return by return a code is revealed and forgotten again, so that the next one has something left to give.
  const id = readId('order', order.id)!
  const refunds: string[] = []
  for (const kept of [6, 4, 3, 1, 0]) {
    await house.db`delete from reveals where order_id = ${id}`
    for (let position = 7 - kept; position < 7; position++) {
      await house.db`
        insert into reveals (order_id, id, reseller_id, first, count, key_id, ip)
        values (${id}, gen_random_uuid(), ${readId('reseller', alice.id)!}, ${position}, 1, ${alice.credentials.keyId}, '127.0.0.1')`
    }
    const { json } = await cancel(alice, order.id, { codes: 'unrevealed' })
    refunds.push(json.refunds.at(-1).amount.amount)
    await house.proves(t)
  }
  t.same(refunds, ['3.33', '6.67', '3.33', '6.67', '3.33'])
  t.match(await alice.kahub.orders.get(order.id), { state: 'reversed', total: '23.33', refunded: '23.33' })
  t.equal(await balanceOf(alice), '1000.00')
})

t.test('an order of many lines and lots is given back range by range, each to its own lot', async t => {
  const alice = await house.reseller()
  const [left, right] = [await house.sku({ price: '1.005' }), await house.sku({ price: '2' })]
  for (const sku of [left, right, left]) await house.stocks(sku, 5)
  const order = await alice.places({ lines: [{ sku: left, quantity: 8 }, { sku: right, quantity: 3 }, { sku: left, quantity: 2 }], deliver: 'fetch' })
  t.equal(order.total, '16.05')
  await codesOf(alice, order.id, '?offset=3&limit=4')
  await codesOf(alice, order.id, '?offset=9&limit=1')
  await codesOf(alice, order.id, '?offset=3&limit=2')
  const { json } = await cancel(alice, order.id, { codes: 'unrevealed' })
  t.match(json, { state: 'partial', delivered: 13, returned: 8, lines: [{ returned: 4 }, { returned: 2 }, { returned: 2, state: 'returned' }] })
  t.same([await availableOf(left, alice), await availableOf(right, alice)], [6, 4])
  await house.proves(t)
})

t.test('the 48 hours of an order that waited for a second key begin when that approved it', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  await alice.kahub.approvalPolicy.put({ quantity_above: 1 })
  const order = await alice.places({ sku, quantity: 2, deliver: 'fetch' })
  const { data: [approval] } = await alice.kahub.approvals.list()
  await (await alice.withKey({})).kahub.approvals.approve(approval!.id)
  await backDate(order.id, '72 hours')
  t.match((await cancel(alice, order.id)).json, { state: 'reversed', returned: 2 })
  const again = await alice.places({ sku, quantity: 2, deliver: 'fetch' })
  await (await alice.withKey({})).kahub.approvals.approve((await alice.kahub.approvals.list({ state: 'pending' })).data[0]!.id)
  await backDate(again.id, '72 hours')
  await house.db`update approvals set decided_at = decided_at - interval '49 hours' where subject_id = ${readId('order', again.id)!}`
  t.equal((await cancel(alice, again.id)).code, 'reversal_too_late')
  await house.proves(t)
})

t.test('what comes back of a recalled or expired lot goes nowhere and counts as withdrawn', async t => {
  const alice = await house.reseller({ balance: '100' })
  const { lots } = house.operator
  const sku = await house.sku()
  await house.stocks(sku, 4, { cost: '3' })
  const recalled = await alice.places({ sku, quantity: 3, deliver: 'fetch' })
  const [lot] = (await lots.list({ sku })).data
  await lots.recall(lot!.id, { reason: 'bad batch' })
  t.match((await cancel(alice, recalled.id)).json, { state: 'reversed', refunded: '30.00' })
  t.equal(await availableOf(sku, alice), 0)

  await house.stocks(sku, 4, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
  const expired = await alice.places({ sku, quantity: 2, deliver: 'fetch' })
  await house.db`update lots set expires_at = now() - interval '1 second' where state = 'available' and expires_at < 'infinity'`
  await house.db`update shelf set expires_at = lots.expires_at from lots where lots.id = lot_id`
  t.match((await cancel(alice, expired.id)).json, { state: 'reversed', refunded: '20.00' }, 'the pass has not come by yet')
  t.equal(await expireLots(live.db, 10), 1)
  t.equal(await balanceOf(alice), '100.00')
  await house.proves(t)
})

t.test('the cost of codes that came back is taken back to the last cent', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 9, cost: '3.33' })
  const spent = async () => (await house.db<{ spent: string }[]>`
    select sum(balance)::text as spent from accounts where kind = 'cost_of_goods' and currency = 'CNY'`)[0]!.spent
  await postCosts(live.db, 1_000)
  const before = BigInt(await spent())
  const order = await alice.places({ sku, quantity: 9, deliver: 'fetch' })
  await postCosts(live.db, 1_000)
  t.equal(BigInt(await spent()) - before, 299_700n)
  await codesOf(alice, order.id, '?offset=4&limit=1')
  await cancel(alice, order.id, { codes: 'unrevealed' })
  t.equal(await postCosts(live.db, 1_000), 1)
  t.equal(BigInt(await spent()) - before, 33_300n, 'the cost of the one that was kept')
  t.equal(await postCosts(live.db, 1_000), 0)
  await house.proves(t)
})

t.test('what is refunded can be spent of its budgets again', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 20 })
  const budget = { kind: 'cost_center' as const, subject: 'events', monthly_limit: { amount: '50', currency: 'CNY' as const } }
  await alice.send('PUT', '/v1/budgets', { body: budget })
  const spent = async () => (await alice.send('GET', '/v1/budgets')).json.data[0].spent
  const places = (quantity: number) => alice.places({ sku, quantity, cost_center: 'events', deliver: 'fetch' })
  const order = await places(5)
  t.equal(await outcomeOf(places(1)), 'budget_exceeded')
  await codesOf(alice, order.id, '?limit=1')
  await cancel(alice, order.id, { codes: 'unrevealed' })
  t.equal(await spent(), '10.00')
  const again = await places(4)
  t.equal(await spent(), '50.00')
  await reverse(alice, again.reference)
  t.equal(await spent(), '10.00')
  await house.proves(t)
})

t.test('a reversal of an order that never arrived makes its reference unusable, and the order that arrives late is refused', async t => {
  const alice = await house.reseller()
  const bob = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const lost = reference()
  const own = reference()
  const answer = await reverse(alice, lost, own)
  t.match([answer.status, answer.json], [201, { reference: own, order_reference: lost, outcome: 'voided', refund: null, order: /^ord_/ }])
  t.equal(answer.headers.location, `/v1/reversals/${answer.json.id}`)
  t.match(await alice.kahub.orders.get(answer.json.order), {
    state: 'void', reference: lost, quantity: 0, total: '0.00', currency: 'CNY', lines: [], refunds: []
  })
  t.equal(await outcomeOf(alice.places({ reference: lost, sku, quantity: 1 })), 'reference_void')
  t.equal(await outcomeOf(alice.places({ reference: lost, sku, quantity: 1 })), 'reference_void')
  t.match(await bob.places({ reference: lost, sku, quantity: 1 }), { state: 'completed' }, 'another reseller’s numbers are its own')

  const again = await reverse(alice, lost, own)
  t.match([again.status, again.headers['idempotent-replayed'], again.json], [200, 'true', answer.json])
  t.match((await reverse(alice, lost)).json, { outcome: 'voided', order: answer.json.order }, 'reversed under another number, it is void already')
  t.match((await reverse(alice, reference(), own)).json, { code: 'reference_reused', errors: [{ pointer: '/order_reference' }] })
  t.equal((await cancel(alice, answer.json.order)).code, 'state_conflict')
  t.equal((await alice.send('GET', `/v1/orders/${answer.json.order}/codes`)).json.count, 0)

  const reversals = await alice.kahub.reversals.list()
  t.same(reversals.data.map(({ outcome }) => outcome), ['voided', 'voided'])
  t.equal((await alice.kahub.reversals.list({ limit: 1 })).has_more, true)
  t.same(await alice.kahub.reversals.get(answer.json.id), answer.json)
  t.equal(await outcomeOf(bob.kahub.reversals.get(answer.json.id)), 'not_found')
  t.same((await bob.kahub.reversals.list()).data, [])
  await house.proves(t)
})

t.test('a reversal of an order that arrived gives money and codes back, and is told again with its refund', async t => {
  const alice = await house.reseller({ balance: '50' })
  const sku = await house.sku({ codes: 5 })
  const order = await alice.places({ sku, quantity: 5, deliver: 'fetch' })
  const first = await reverse(alice, order.reference)
  t.match(first.json, {
    outcome: 'reversed', order: order.id, refund: { reason: 'reversed', note: null, quantity: 5, amount: { amount: '50.00', currency: 'CNY' } }
  })
  t.equal(await balanceOf(alice), '50.00')
  const second = await reverse(alice, order.reference)
  t.match(second.json, { outcome: 'reversed', refund: { id: first.json.refund.id } })
  t.equal(await balanceOf(alice), '50.00')
  t.equal((await cancel(alice, order.id)).json.state, 'reversed')

  const other = await alice.places({ sku, quantity: 2, deliver: 'fetch' })
  await cancel(alice, other.id)
  t.match((await reverse(alice, other.reference)).json, { outcome: 'reversed', refund: { reason: 'cancelled' } })
  await house.proves(t)
})

t.test('what is another’s, is no order or has ended otherwise is not cancelled', async t => {
  const alice = await house.reseller()
  const bob = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const order = await alice.places({ sku, quantity: 1, deliver: 'fetch' })
  t.equal((await cancel(bob, order.id)).code, 'not_found')
  t.equal((await cancel(alice, 'ord_01kb8q1zjme7f8k0q3z5v2wxyt')).code, 'not_found')
  t.equal((await cancel(alice, order.id, { codes: 'some' })).code, 'invalid_request')
  t.equal((await reverse(bob, order.reference)).json.outcome, 'voided', 'a reference is looked for among one’s own orders')
  t.match(await alice.kahub.orders.get(order.id), { state: 'completed' })
  const { code } = await refusalOf(alice.kahub.reversals.create({ reference: 'x'.repeat(65), order_reference: 'y' }))
  t.equal(code, 'invalid_request')
  await house.proves(t)
})

t.test('order, cancel and reversal of one reference at once are settled once, whoever comes first', async t => {
  const sku = await house.sku({ codes: 60, price: '1' })
  const rounds = 40
  const alice = await house.reseller({ balance: '1000' })
  const bob = await house.reseller({ balance: '1000' })
  const seen = { stands: 0, reversed: 0, voided: 0 }
  for (let round = 0; round < rounds; round++) {
    const reseller = round % 2 === 0 ? alice : bob
    const wanted = reference()
    const body = { reference: wanted, lines: [{ sku, quantity: 2 }], deliver: round % 4 < 2 ? 'fetch' : 'inline' }
    const places = () => reseller.send('POST', '/v1/orders', { body })
    const [early, reversal, late, second] = await Promise.all([
      places(), reverse(reseller, wanted), places(), reverse(reseller, wanted)
    ])
    const { data: [order] } = await reseller.kahub.orders.list({ reference: wanted })
    const orders = [early, late].filter(answer => answer.status < 300)
    if (order!.state === 'void') {
      seen.voided++
      t.same([early, late].map(answer => answer.code), ['reference_void', 'reference_void'])
      t.match([reversal, second].map(answer => answer.json.outcome), ['voided', 'voided'])
    } else if (order!.state === 'reversed') {
      seen.reversed++
      t.ok(orders.length > 0)
      t.same([...new Set(orders.map(answer => answer.json.id))], [order!.id])
      t.match([reversal, second].map(answer => answer.json.outcome ?? answer.code), ['reversed', 'reversed'])
    } else {
      seen.stands++
      t.equal(order!.state, 'completed')
      t.equal(body.deliver, 'inline', 'only revealed codes keep it')
      t.same([reversal, second].map(answer => answer.code), ['codes_revealed', 'codes_revealed'])
      // Its codes go: with them kept, the rounds would run out of stock.
      await house.stocks(sku, 2)
    }
    if (order!.state !== 'void') {
      const answers = await Promise.all([cancel(reseller, order!.id), cancel(reseller, order!.id), reverse(reseller, wanted)])
      t.equal(new Set(answers.map(answer => answer.status < 300)).size, 1, 'all three hear the same')
    }
  }
  t.ok(seen.reversed + seen.voided > 0, JSON.stringify(seen))
  await house.proves(t)
})

t.test('an order that is repeated, cancelled and reversed at once keeps its codes or is refunded once', async t => {
  const alice = await house.reseller({ balance: '1000' })
  const sku = await house.sku({ codes: 200, price: '1' })
  const seen = { kept: 0, refunded: 0 }
  for (let round = 0; round < 25; round++) {
    const wanted = reference()
    const lines = [{ sku, quantity: 3 }]
    const order = await alice.places({ reference: wanted, lines, deliver: 'fetch' })
    const acts = [
      () => cancel(alice, order.id),
      () => reverse(alice, wanted),
      () => cancel(alice, order.id, { codes: 'unrevealed' }),
      () => alice.send('POST', '/v1/orders', { body: { reference: wanted, lines, deliver: 'inline' } })
    ]
    // The first round is no race, so that both ways are seen however the others go.
    const ahead = round === 0 ? [await acts[0]!()] : []
    const answers = [...ahead, ...await Promise.all([...acts.slice(round % 4), ...acts.slice(0, round % 4)].map(act => act()))]
    const repeat = answers.find(({ json }) => json.reference === wanted && json.lines && !json.refunds)
    const after = await alice.kahub.orders.get(order.id)
    const codes = repeat!.json.lines[0].codes
    if (after.state === 'completed') {
      seen.kept++
      t.equal(codes.length, 3)
      t.same(answers.map(({ code }) => code).filter(Boolean), ['codes_revealed', 'codes_revealed', 'codes_revealed'])
    } else {
      seen.refunded++
      t.match([after.state, after.refunds!.length, codes], ['reversed', 1, undefined])
      t.same(answers.map(({ code }) => code).filter(Boolean), [])
    }
  }
  t.ok(seen.refunded > 0, JSON.stringify(seen))
  await house.proves(t)
})

t.test('of a reveal and a return of the same codes at once, one happens', async t => {
  const alice = await house.reseller({ balance: '1000' })
  const sku = await house.sku({ codes: 100, price: '1' })
  for (let round = 0; round < 20; round++) {
    const order = await alice.places({ sku, quantity: 2, deliver: 'fetch' })
    const [read, given] = await Promise.all([alice.send('GET', `/v1/orders/${order.id}/codes`), cancel(alice, order.id)])
    const reads = read.status === 200 && read.json.data.length === 2
    t.equal(reads, given.code === 'codes_revealed', `read ${read.status}, given back ${given.status}`)
    t.equal(!reads, given.status === 200)
  }
  await house.proves(t)
})

t.test('an order that waits for approval is released by cancel and by reversal, and its approval is cancelled', async t => {
  const alice = await house.reseller({ balance: '100' })
  const sku = await house.sku({ codes: 9 })
  await alice.send('PUT', '/v1/approval-policy', { body: { quantity_above: 1 } })
    .then(answer => t.equal(answer.status, 200, answer.text))
  const [left, right] = [await alice.places({ sku, quantity: 2 }), await alice.places({ sku, quantity: 3 })]
  t.match([left.state, right.state], ['awaiting_approval', 'awaiting_approval'])
  t.equal(await balanceOf(alice), '50.00')
  t.match((await cancel(alice, left.id)).json, { state: 'cancelled', total: '0.00', lines: [{ state: 'released', reason: 'cancelled' }] })
  t.match((await cancel(alice, left.id)).json, { state: 'cancelled' })
  t.match((await reverse(alice, right.reference)).json, { outcome: 'cancelled', refund: null })
  t.match((await reverse(alice, left.reference)).json, { outcome: 'cancelled', refund: null })
  t.equal(await balanceOf(alice), '100.00')
  t.equal(await availableOf(sku, alice), 9)
  const approvals = await house.db<{ state: string }[]>`select state from approvals where reseller_id = ${readId('reseller', alice.id)!}`
  t.same(approvals.map(({ state }) => state), ['cancelled', 'cancelled'])

  const approved = await alice.places({ sku, quantity: 4 })
  const checker = await alice.withKey({})
  const [waiting] = (await checker.send('GET', '/v1/approvals')).json.data
  t.equal((await checker.send('POST', `/v1/approvals/${waiting.id}/approve`)).status, 200)
  t.match((await cancel(alice, approved.id)).json, { state: 'reversed', refunded: '40.00' }, 'once completed it is given back like any other')

  const reserved = await alice.places({ sku, quantity: 2 })
  const id = readId('order', reserved.id)!
  await house.db`update orders set terms = '{"bulk": "01991111-1111-7111-8111-111111111111"}' where id = ${id}`
  t.match((await cancel(alice, reserved.id)).json, { code: 'state_conflict', bulk_order: /^blk_/ }, 'a part of a bulk order is cancelled with it')
  t.equal((await reverse(alice, reserved.reference)).code, 'state_conflict')
  await house.db`update orders set terms = null where id = ${id}`
  await cancel(alice, reserved.id)
  await house.proves(t)
})
