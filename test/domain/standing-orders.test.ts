// Standing orders: the clock buys. Time moves by back-dating what is due; a run is one call of the pass.
import t from 'tap'
import type { CreateStandingOrderBody } from '../../sdk/src/generated/types.ts'
import { readId } from '../../src/base/ids.ts'
import { nextTimes } from '../../src/domain/standing-orders/next-times.ts'
import type { PlaceInside } from '../../src/domain/orders/place-orders.ts'
import { runDueStandingOrders } from '../../src/domain/standing-orders/run-due.ts'
import type { Rule } from '../../src/domain/standing-orders/standing-order.ts'
import { mayEnter, standingOrderEntry } from '../../schema/states.ts'
import { refusalsInARowMax, standingOrdersOpenMax } from '../../schema/rest/standing-orders.ts'
import { contractJudge } from '../support/contract.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const world = house.worlds.live
const runsPerPass = 50

type Body = Omit<CreateStandingOrderBody, 'name' | 'reference'>
const monthly = { kind: 'schedule', every: 'month', at: '09:00', day: 1, quantity: 10 } as const
const keepTen = { kind: 'level', level: 10, check_every_minutes: 60 } as const
const cny = (amount: string) => ({ amount, currency: 'CNY' as const })
const minute = 60_000

/** The id of a standing order as its row has it. */
const rowOf = (id: string) => readId('standing_order', id)!

const stands = (buyer: Reseller, body: Body) => buyer.kahub.standingOrders.create({ name: 'the pack', ...body })

/** Makes standing orders due, as if their time had come a minute ago, and lets the clockwork run once. */
async function runs (...ids: readonly string[]): Promise<number> {
  for (const id of ids) {
    await house.db`
      update standing_orders set next_run_at = now() - interval '1 minute' where id = ${rowOf(id)} and state = 'active'`
  }
  return await runDueStandingOrders(world, runsPerPass)
}

async function reports (buyer: Reseller, id: string) {
  return (await buyer.kahub.standingOrders.runs(id)).data
}

async function eventsOf (buyer: Reseller, type: string) {
  return await house.db<{ data: any }[]>`
    select data from events where reseller_id = ${readId('reseller', buyer.id)!} and type = ${type} order by sequence`
}

/** Local times of a rule after a moment, as the zone's own clock shows them, and in UTC. */
async function timesOf (rule: Rule & { kind: 'schedule' }, after: string, count: number) {
  const times = await nextTimes(house.db, rule, new Date(after), count)
  const local = new Intl.DateTimeFormat('sv', { timeZone: rule.time_zone, dateStyle: 'short', timeStyle: 'short' })
  return times.map(time => `${local.format(time)} ${time.toISOString().slice(11, 16)}Z`)
}

t.test('times of day keep to the clock of their zone, whatever it does', async t => {
  const daily = (zone: string, at: string) => ({ kind: 'schedule', every: 'day', at, time_zone: zone, quantity: 1 }) as const
  t.same(await timesOf(daily('Europe/Berlin', '09:00'), '2026-03-27T12:00:00Z', 4), [
    '2026-03-28 09:00 08:00Z', '2026-03-29 09:00 07:00Z', '2026-03-30 09:00 07:00Z', '2026-03-31 09:00 07:00Z'
  ], 'nine o’clock stays nine o’clock when summer begins in Berlin')
  t.same(await timesOf(daily('Europe/Berlin', '02:30'), '2026-03-28T00:00:00Z', 3), [
    '2026-03-28 02:30 01:30Z', '2026-03-29 03:30 01:30Z', '2026-03-30 02:30 00:30Z'
  ], 'an hour that the clock skips comes an hour later, once')
  t.same(await timesOf(daily('America/New_York', '01:30'), '2026-10-31T12:00:00Z', 3), [
    '2026-11-01 01:30 06:30Z', '2026-11-02 01:30 06:30Z', '2026-11-03 01:30 06:30Z'
  ], 'an hour that comes twice is taken once, the second time')
  t.same(await timesOf(daily('America/New_York', '02:15'), '2026-03-07T12:00:00Z', 2), [
    '2026-03-08 03:15 07:15Z', '2026-03-09 02:15 06:15Z'
  ])
  t.same(await timesOf(daily('Pacific/Apia', '08:00'), '2011-12-28T20:00:00Z', 3), [
    '2011-12-29 08:00 18:00Z', '2011-12-31 08:00 18:00Z', '2012-01-01 08:00 18:00Z'
  ], 'a day that was left out of the calendar has no run of its own')
  t.same(await timesOf(daily('Asia/Shanghai', '00:00'), '2026-11-21T16:00:00Z', 1), ['2026-11-23 00:00 16:00Z'], 'a time is after now')
})

t.test('weeks begin on Monday, and a month without the day runs on its last', async t => {
  const week = { kind: 'schedule', every: 'week', at: '08:00', weekday: 7, time_zone: 'Europe/Berlin', quantity: 1 } as const
  t.same(await timesOf(week, '2026-10-23T00:00:00Z', 2), ['2026-10-25 08:00 07:00Z', '2026-11-01 08:00 07:00Z'])
  t.same(await timesOf({ ...week, weekday: 1 }, '2026-10-26T07:00:00Z', 1), ['2026-11-02 08:00 07:00Z'])
  const month = { kind: 'schedule', every: 'month', at: '23:30', day: 31, time_zone: 'America/New_York', quantity: 1 } as const
  t.same(await timesOf(month, '2028-01-31T00:00:00Z', 5), [
    '2028-01-31 23:30 04:30Z', '2028-02-29 23:30 04:30Z', '2028-03-31 23:30 03:30Z', '2028-04-30 23:30 03:30Z', '2028-05-31 23:30 03:30Z'
  ], 'a leap year has a 29th of February')
  t.same(await timesOf({ ...month, day: 30 }, '2027-02-01T12:00:00Z', 2), ['2027-02-28 23:30 04:30Z', '2027-03-30 23:30 03:30Z'])
})

t.test('a schedule buys its quantity when its time has come, once, and reports it', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const standing = await stands(buyer, { sku, rule: monthly })
  t.match(standing, { state: 'active', rule: { ...monthly, time_zone: 'Asia/Shanghai' }, runs: 0, orders: 0, cost_center: null })
  t.same(standing.limits, {})
  const next = new Date(standing.next_run_at!)
  t.match(next.toISOString(), /-01T01:00:00\.000Z$/)
  t.equal(await runDueStandingOrders(world, runsPerPass), 0, 'nothing is due yet')

  t.equal(await runs(standing.id), 1)
  t.equal(await runDueStandingOrders(world, runsPerPass), 0)
  const [report, ...others] = await reports(buyer, standing.id)
  t.same(others, [])
  t.match(report, { run: 1, outcome: 'ordered', wanted: 10, quantity: 10, total: '100.00', currency: 'CNY', on_hand: null, code: null })
  const order = await buyer.kahub.orders.get(report!.order!)
  t.match(order, { reference: `${standing.id}/1`, state: 'completed', quantity: 10, total: '100.00' })
  t.match(await buyer.kahub.standingOrders.get(standing.id), { runs: 1, orders: 1, next_run_at: standing.next_run_at, state: 'active' })
  t.match(await eventsOf(buyer, 'standing_order.ran'), [{ data: { standing_order: standing.id, run: report } }])
})

t.test('times missed while nobody ran are one run', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const { id } = await stands(buyer, { sku, rule: { kind: 'schedule', every: 'day', at: '09:00', quantity: 3 } })
  await house.db`update standing_orders set next_run_at = now() - interval '20 days' where id = ${rowOf(id)}`
  t.equal(await runDueStandingOrders(world, runsPerPass), 1)
  t.equal(await runDueStandingOrders(world, runsPerPass), 0)
  const [report, ...others] = await reports(buyer, id)
  t.same(others, [])
  t.ok(new Date(report!.ran_at).getTime() - new Date(report!.due_at).getTime() > 19 * 24 * 60 * minute, 'it says when it was due')
  t.ok(new Date((await buyer.kahub.standingOrders.get(id)).next_run_at!).getTime() > Date.now())
})

t.test('several clockworks at once run what is due once', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const ids = await Promise.all(Array.from({ length: 8 }, async () => (await stands(buyer, { sku, rule: { ...monthly, quantity: 2 } })).id))
  await house.db`update standing_orders set next_run_at = now() - interval '1 minute' where id = any(${ids.map(rowOf)})`
  await Promise.all(Array.from({ length: 4 }, () => runDueStandingOrders(world, runsPerPass)))
  for (const id of ids) t.equal((await reports(buyer, id)).length, 1)
  t.equal((await buyer.kahub.orders.list({ limit: 100 })).data.length, 8)
})

t.test('a level is kept: what was revealed or is missing is bought, what lies unseen is not', async t => {
  const sku = await house.sku({ codes: 200, min: 2, step: 2 })
  const buyer = await house.reseller()
  const { kahub } = buyer
  const standing = await stands(buyer, { sku, rule: keepTen })
  t.equal(await runDueStandingOrders(world, runsPerPass), 1, 'the first look is at once')
  const again = async () => { await runs(standing.id); return (await reports(buyer, standing.id))[0]! }
  const first = (await reports(buyer, standing.id))[0]!
  t.match(first, { outcome: 'ordered', on_hand: 0, wanted: 10, quantity: 10 })
  t.match(await again(), { outcome: 'nothing_needed', on_hand: 10, wanted: 0, order: null })

  await kahub.orders.codes(first.order!, { limit: 3 })
  await kahub.orders.codes(first.order!, { offset: 1, limit: 4 })
  const second = await again()
  t.match(second, { outcome: 'ordered', on_hand: 5, wanted: 6, quantity: 6 }, 'what was fetched twice is gone once; the step rounds up')
  t.match(await again(), { outcome: 'nothing_needed', on_hand: 11 })

  await kahub.orders.codes(first.order!, {})
  t.match(await again(), { outcome: 'ordered', on_hand: 6, wanted: 4 })
  t.match(await again(), { outcome: 'nothing_needed', on_hand: 10 })
  const [row] = await house.db<{ used: number }[]>`select used_up_to as used from standing_orders where id = ${rowOf(standing.id)}`
  t.equal(row!.used, second.run - 1, 'runs whose codes are all revealed are not counted again')

  await kahub.orders.cancel(second.order!, {})
  t.match(await again(), { outcome: 'ordered', on_hand: 4, wanted: 6 }, 'codes given back are not on hand')
  const other = await buyer.places({ sku, quantity: 10 })
  t.match(await again(), { outcome: 'nothing_needed', on_hand: 10 }, `${other.reference} is not the standing order's`)
  t.equal((await eventsOf(buyer, 'standing_order.ran')).length, 4, 'a look that finds nothing to do is no news')
})

t.test('a batch is at most what the rule and the SKU allow; the next look buys on', async t => {
  const sku = await house.sku({ codes: 200, max: 20, step: 5 })
  const buyer = await house.reseller()
  const { id } = await stands(buyer, { sku, rule: { ...keepTen, level: 52, batch_max: 18 } })
  for (const wanted of [15, 15, 15, 10]) {
    await runs(id)
    t.match((await reports(buyer, id))[0], { outcome: 'ordered', wanted })
  }
  await runs(id)
  t.match((await reports(buyer, id))[0], { outcome: 'nothing_needed', on_hand: 55 })
})

t.test('limits hold: in a run, in a month, in codes, in runs and in time', async t => {
  const sku = await house.sku({ codes: 500, breaks: { 10: '0.9' } })
  const buyer = await house.reseller()
  const { standingOrders } = buyer.kahub
  const last = async (id: string) => { await runs(id); return (await reports(buyer, id))[0]! }

  const dear = await stands(buyer, { sku, rule: monthly, limits: { max_total_per_run: cny('89.99') } })
  t.match(await last(dear.id), { outcome: 'limit_reached', wanted: 10, order: null, code: null, detail: /max_total_per_run is 89.99/ })
  await standingOrders.update(dear.id, { limits: { max_total_per_run: cny('90') } })
  t.match(await last(dear.id), { outcome: 'ordered', total: '90.00' })

  const ofMonth = await stands(buyer, { sku, rule: monthly, limits: { monthly_total: cny('180') } })
  t.match([await last(ofMonth.id), await last(ofMonth.id), await last(ofMonth.id), await last(ofMonth.id)].map(run => run.outcome), [
    'ordered', 'ordered', 'limit_reached', 'limit_reached'
  ])
  const told = (await eventsOf(buyer, 'standing_order.ran')).filter(({ data }) => data.standing_order === ofMonth.id)
  t.equal(told.length, 3, 'the same limit again is no news')
  await buyer.kahub.orders.cancel((await reports(buyer, ofMonth.id)).at(-1)!.order!, {})
  t.match(await last(ofMonth.id), { outcome: 'ordered' }, 'what was given back may be spent again')
  await house.db`update standing_runs set ran_at = ran_at - interval '32 days' where standing_id = ${rowOf(ofMonth.id)}`
  t.match(await last(ofMonth.id), { outcome: 'ordered' }, 'a new month is a new limit')

  const both = { monthly_quantity: 30, max_total_per_run: cny('100') }
  const level = await stands(buyer, { sku, rule: { ...keepTen, level: 40 }, limits: both })
  t.match(await last(level.id), { outcome: 'ordered', wanted: 40, quantity: 11, total: '99.00' }, 'a level buys what the limits leave')
  t.match(await last(level.id), { outcome: 'ordered', wanted: 29, quantity: 11 })
  t.match(await last(level.id), { outcome: 'ordered', wanted: 18, quantity: 8, total: '80.00' }, 'a smaller quantity at its own price')
  t.match(await last(level.id), { outcome: 'limit_reached', detail: /monthly_quantity is 30, and 30 were bought/ })

  const twice = await stands(buyer, { sku, rule: monthly, limits: { runs_max: 2 } })
  t.equal((await standingOrders.preview(twice.id)).next_runs.length, 2)
  await last(twice.id)
  t.equal((await standingOrders.get(twice.id)).state, 'active')
  await last(twice.id)
  t.match(await standingOrders.get(twice.id), { state: 'ended', runs: 2, orders: 2, next_run_at: null })

  const endsAt = new Date(Date.now() + 40 * 24 * 60 * minute).toISOString()
  const ending = await stands(buyer, { sku, rule: monthly, limits: { ends_at: endsAt } })
  await house.db`
    update standing_orders set limits = jsonb_build_object('ends_at', now() - interval '1 second') where id = ${rowOf(ending.id)}`
  await runs(ending.id)
  t.match(await standingOrders.get(ending.id), { state: 'ended', runs: 0 }, 'a run that comes after the end is none')
})

t.test('a refusal is reported, tried again at the next time, and pauses what is refused too often', async t => {
  const sku = await house.sku({ codes: 5 })
  const buyer = await house.reseller({ balance: '150' })
  const { id } = await stands(buyer, { sku, rule: monthly })
  await runs(id)
  t.match((await reports(buyer, id))[0], { outcome: 'refused', code: 'out_of_stock', detail: /5 of 10 are/, order: null, wanted: 10 })
  await house.stocks(sku, 100)
  await runs(id)
  t.match((await reports(buyer, id))[0], { run: 2, outcome: 'ordered' }, 'a success forgets what was refused')
  for (let refused = 1; refused <= refusalsInARowMax; refused++) {
    t.equal((await buyer.kahub.standingOrders.get(id)).state, 'active')
    await runs(id)
    t.match((await reports(buyer, id))[0], { outcome: 'refused', code: 'insufficient_balance' })
  }
  t.match(await buyer.kahub.standingOrders.get(id), {
    state: 'paused', pause_reason: 'refused_in_a_row', next_run_at: null, runs: 7, orders: 1
  })
  t.match(await eventsOf(buyer, 'standing_order.paused'), [{ data: { standing_order: id, pause_reason: 'refused_in_a_row' } }])
  t.equal(await runs(id), 0)
  await buyer.kahub.standingOrders.resume(id)
  await runs(id)
  t.equal((await buyer.kahub.standingOrders.get(id)).state, 'active', 'the count begins anew')
})

t.test('a key that was revoked or has expired buys nothing; another key takes over by resuming', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const second = await buyer.withKey({})
  const third = await buyer.withKey({ expiresAt: new Date(Date.now() + 60 * minute).toISOString() })
  const { id } = await stands(second, { sku, rule: monthly })
  const level = await stands(third, { sku, rule: keepTen })
  t.equal((await runs()), 1)
  await buyer.kahub.keys.revoke(second.credentials.keyId)
  // So long ago that the keyring has forgotten it.
  await house.db`update api_keys set revoked_at = now() - interval '40 days' where id = ${second.credentials.keyId}`
  await house.db`update api_keys set expires_at = now() - interval '1 second' where id = ${third.credentials.keyId}`
  await runs(id, level.id)
  t.match((await reports(buyer, id))[0], { outcome: 'refused', code: 'key_revoked', order: null })
  t.match(await buyer.kahub.standingOrders.get(id), { state: 'paused', pause_reason: 'key_revoked', runs: 1 })
  t.match((await reports(buyer, level.id))[0], { outcome: 'refused', code: 'key_expired', wanted: 0, on_hand: 10 })
  t.match((await buyer.kahub.standingOrders.preview(id)).next, { would: 'refused', code: 'key_revoked' })

  t.match(await buyer.kahub.standingOrders.resume(id), { state: 'active', key: buyer.credentials.keyId, pause_reason: null })
  await runs(id)
  t.match((await reports(buyer, id))[0], { outcome: 'ordered' })
  const changed = await (await buyer.withKey({})).kahub.standingOrders.update(id, { name: 'another pack' })
  t.not(changed.key, buyer.credentials.keyId, 'who changes it is who orders')
})

t.test('what a suspended reseller has ordered to stand is paused', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const { id } = await stands(buyer, { sku, rule: monthly })
  await house.operator.resellers.update(buyer.id, { status: 'suspended' })
  await runs(id)
  await house.operator.resellers.update(buyer.id, { status: 'active' })
  await world.refresh()
  t.match(await buyer.kahub.standingOrders.get(id), { state: 'paused', pause_reason: 'reseller_suspended' })
  t.match((await reports(buyer, id))[0], { outcome: 'refused', code: 'reseller_suspended' })
})

t.test('an order that waits for approval counts as on hand, and is not bought again', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  await buyer.kahub.approvalPolicy.put({ quantity_above: 5 })
  const { id } = await stands(buyer, { sku, rule: keepTen })
  await runs(id)
  const [report] = await reports(buyer, id)
  t.match(report, { outcome: 'ordered', quantity: 10, total: '100.00' })
  t.equal((await buyer.kahub.orders.get(report!.order!)).state, 'awaiting_approval')
  await runs(id)
  t.match((await reports(buyer, id))[0], { outcome: 'nothing_needed', on_hand: 10 })
})

t.test('a reference that its reseller has used is reported, and the run after it has another', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const { id } = await stands(buyer, { sku, rule: monthly })
  await buyer.places({ reference: `${id}/1`, sku, quantity: 10 })
  t.match((await buyer.kahub.standingOrders.preview(id)).next, { would: 'refused', code: 'reference_reused' })
  await runs(id)
  t.match((await reports(buyer, id))[0], { run: 1, outcome: 'refused', code: 'reference_reused', order: null })
  await runs(id)
  t.match((await reports(buyer, id))[0], { run: 2, outcome: 'ordered' })
})

t.test('a run that fails through a fault of ours leaves nothing, and keeps no other from running', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const [broken, sound] = [await stands(buyer, { sku, rule: monthly }), await stands(buyer, { sku, rule: monthly })]
  const limits = (limited: string) => house.db`update standing_orders set limits = ${limited}::text::jsonb where id = ${rowOf(broken.id)}`
  await limits('{"monthly_total":{"amount":"what","currency":"CNY"}}')
  await t.rejects(runs(broken.id, sound.id))
  t.same(await reports(buyer, broken.id), [])
  t.match(await reports(buyer, sound.id), [{ outcome: 'ordered' }])

  await limits('{}')
  const dying = { ...world, placeInside: (async (...of) => { await world.placeInside(...of); throw new Error('died') }) as PlaceInside }
  await t.rejects(runDueStandingOrders(dying, runsPerPass), { message: 'died' }, 'ordered, and died before the commit')
  t.same(await reports(buyer, broken.id), [])
  t.equal((await buyer.kahub.orders.list({})).data.length, 1)
  await runDueStandingOrders(world, runsPerPass)
  t.match(await reports(buyer, broken.id), [{ run: 1, outcome: 'ordered' }])
})

t.test('a preview says what the run then does', async t => {
  const sku = await house.sku({ codes: 30 })
  const buyer = await house.reseller({ balance: '205' })
  const { standingOrders } = buyer.kahub
  const pack = await stands(buyer, { sku, rule: { ...monthly, day: 31 } })
  const preview = await standingOrders.preview(pack.id)
  t.equal(preview.next_runs.length, 5)
  t.equal(preview.next_runs[0], pack.next_run_at)
  t.same([...preview.next_runs].sort(), preview.next_runs)
  t.equal(await runDueStandingOrders(world, runsPerPass), 0)
  t.equal((await buyer.kahub.orders.list({})).data.length, 0, 'a preview buys nothing')

  const seen: string[] = []
  const foretold = async (id: string) => {
    const { next } = await standingOrders.preview(id)
    await runs(id)
    const [run] = await reports(buyer, id)
    t.equal(next!.would, run!.outcome)
    t.equal(next!.code, run!.code)
    t.equal(next!.detail, run!.detail)
    t.equal(next!.on_hand, run!.on_hand)
    t.equal(next!.total, run!.total)
    if (run!.outcome === 'ordered') t.match(next, { quantity: run!.quantity, unit_price: '10.00' })
    seen.push(next!.code ?? next!.would)
    return run!
  }
  await foretold(pack.id)
  const level = await stands(buyer, { sku, rule: keepTen, limits: { monthly_quantity: 10 } })
  const { order } = await foretold(level.id)
  await foretold(level.id)
  await buyer.kahub.orders.codes(order!, {})
  await foretold(level.id)
  await foretold(pack.id)
  await buyer.kahub.orders.cancel((await reports(buyer, pack.id)).at(-1)!.order!, {})
  await foretold(pack.id)
  t.same(seen, ['ordered', 'ordered', 'nothing_needed', 'limit_reached', 'insufficient_balance', 'ordered'])

  await standingOrders.pause(pack.id)
  t.match(await standingOrders.preview(pack.id), { next_runs: [], next: { would: 'refused' } })
  await standingOrders.end(pack.id)
  t.same(await standingOrders.preview(pack.id), { next_runs: [], next: null })
})

t.test('a standing order goes from state to state as the table says, and no other way', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const { standingOrders } = buyer.kahub
  const goes = { active: standingOrders.resume, paused: standingOrders.pause, ended: standingOrders.end }
  const states = ['active', 'paused', 'ended'] as const
  for (const from of states) {
    for (const to of states) {
      const { id } = await stands(buyer, { sku, rule: monthly })
      if (from !== 'active') await goes[from].call(standingOrders, id)
      const allowed = from === to || mayEnter(standingOrderEntry, from, to)
      t.equal(await outcomeOf(goes[to].call(standingOrders, id)), allowed ? 'accepted' : 'state_conflict', `${from} → ${to}`)
      const now = await standingOrders.get(id)
      t.equal(now.state, allowed ? to : from)
      t.equal(now.next_run_at !== null, now.state === 'active')
      t.equal(now.pause_reason, now.state === 'paused' ? 'requested' : null)
      t.equal(await runs(id), now.state === 'active' ? 1 : 0)
    }
  }
  const { id } = await stands(buyer, { sku, rule: monthly, limits: { runs_max: 1 } })
  await standingOrders.end(id)
  t.equal(await outcomeOf(standingOrders.update(id, { name: 'late' })), 'state_conflict')
})

t.test('a change replaces what it names, and a new rule starts anew', async t => {
  const sku = await house.sku({ codes: 100 })
  const buyer = await house.reseller()
  const { standingOrders } = buyer.kahub
  const before = await stands(buyer, { sku, rule: monthly, limits: { runs_max: 5 }, cost_center: 'shop 1' })
  t.match(await standingOrders.update(before.id, { name: 'renamed' }), { ...before, name: 'renamed', updated_at: String })
  const bare = await standingOrders.update(before.id, { cost_center: null, limits: {} })
  t.match([bare.cost_center, bare.limits, bare.next_run_at], [null, {}, before.next_run_at])
  const changed = await standingOrders.update(before.id, { rule: keepTen })
  t.same(changed.rule, keepTen)
  t.ok(new Date(changed.next_run_at!).getTime() <= Date.now())
  t.equal(await runs(), 1)
  t.match(await reports(buyer, before.id), [{ outcome: 'ordered', on_hand: 0, quantity: 10 }])
  t.equal(await outcomeOf(standingOrders.update(before.id, { limits: { runs_max: 1 } })), 'invalid_request', 'there was one already')
  const paused = await standingOrders.pause(before.id)
  t.match(await standingOrders.update(before.id, { rule: monthly }), { state: 'paused', next_run_at: paused.next_run_at })
})

t.test('rules and limits that make no sense are refused, each with its pointer', async t => {
  const sku = await house.sku({ codes: 10, min: 10, max: 50, step: 5 })
  const priceless = await house.sku({ price: null })
  const paused = await house.sku()
  await house.operator.skus.update(paused, { status: 'paused' })
  const buyer = await house.reseller()
  const refused = async (body: Record<string, unknown>) => {
    const given = { reference: 'nonsense', name: 'n', sku, rule: monthly, ...body }
    const { json } = await buyer.send('POST', '/v1/standing-orders', { body: given })
    return [json.code, ...(json.errors ?? []).map((error: { pointer: string }) => error.pointer)]
  }
  const day = { kind: 'schedule', every: 'day', at: '09:00', quantity: 10 }
  const cases: [Record<string, unknown>, string[]][] = [
    [{ rule: { kind: 'schedule' } }, ['invalid_request', '/rule/every', '/rule/at', '/rule/quantity']],
    [{ rule: { ...day, day: 3, level: 4 } }, ['invalid_request', '/rule/day', '/rule/level']],
    [{ rule: { ...day, every: 'week' } }, ['invalid_request', '/rule/weekday']],
    [{ rule: { ...day, every: 'month', weekday: 2 } }, ['invalid_request', '/rule/day', '/rule/weekday']],
    [{ rule: { ...keepTen, time_zone: 'UTC', at: '09:00' } }, ['invalid_request', '/rule/time_zone', '/rule/at']],
    [{ rule: { kind: 'level', level: 5 } }, ['invalid_request', '/rule/check_every_minutes']],
    [{ rule: { ...keepTen, check_every_minutes: 4 } }, ['invalid_request', '/rule/check_every_minutes']],
    [{ rule: { ...day, at: '24:00' } }, ['invalid_request', '/rule/at']],
    [{ rule: { ...day, every: 'year' } }, ['invalid_request', '/rule/every']],
    [{ rule: { ...monthly, day: 32 } }, ['invalid_request', '/rule/day']],
    [{ rule: { ...day, time_zone: 'Mars/Olympus' } }, ['invalid_request', '/rule/time_zone']],
    [{ rule: { ...day, time_zone: "UTC'; drop" } }, ['invalid_request', '/rule/time_zone']],
    [{ rule: { ...day, quantity: 5 } }, ['quantity_out_of_bounds', '/rule/quantity']],
    [{ rule: { ...day, quantity: 55 } }, ['quantity_out_of_bounds', '/rule/quantity']],
    [{ rule: { ...day, quantity: 12 } }, ['quantity_off_step', '/rule/quantity']],
    [{ rule: { ...keepTen, batch_max: 9 } }, ['quantity_out_of_bounds', '/rule/batch_max']],
    [{ rule: { ...day, quantity: 0 } }, ['invalid_request', '/rule/quantity']],
    [{ rule: { ...day, surprise: 1 } }, ['invalid_request', '/rule/surprise']],
    [{ limits: { max_total_per_run: cny('0') } }, ['invalid_request', '/limits/max_total_per_run/amount']],
    [{ limits: { monthly_total: cny('-1') } }, ['invalid_request', '/limits/monthly_total/amount']],
    [{ limits: { monthly_total: { amount: '5', currency: 'EUR' } } }, ['currency_mixed', '/limits/monthly_total/currency']],
    [{ limits: { ends_at: '2020-01-01T00:00:00Z' } }, ['invalid_request', '/limits/ends_at']],
    [{ limits: { ends_at: 'soon' } }, ['invalid_request', '/limits/ends_at']],
    [{ limits: { runs_max: 0 } }, ['invalid_request', '/limits/runs_max']],
    [{ sku: 'sku_00000000000000000000000000' }, ['sku_not_found', '/sku']],
    [{ sku: priceless }, ['price_missing', '/sku']],
    [{ sku: paused }, ['sku_not_for_sale', '/sku']],
    [{ name: '' }, ['invalid_request', '/name']],
    [{ cost_center: '' }, ['invalid_request', '/cost_center']]
  ]
  for (const [body, expected] of cases) t.same(await refused(body), expected, JSON.stringify(body))
  t.same((await buyer.kahub.standingOrders.list()).data, [], 'a refusal makes nothing and leaves the reference free')
  t.equal((await stands(buyer, { sku, rule: monthly, ...{ reference: 'nonsense' } })).reference, 'nonsense')
})

t.test('the same reference is the same standing order, and other fields are refused', async t => {
  const sku = await house.sku({ codes: 10 })
  const buyer = await house.reseller()
  const body = { reference: 'pack', name: 'pack', sku, rule: monthly }
  const made = await buyer.kahub.standingOrders.create(body)
  const again = await buyer.send('POST', '/v1/standing-orders', { body })
  t.match([again.status, again.headers['idempotent-replayed'], again.json.id], [200, 'true', made.id])
  t.equal(await outcomeOf(buyer.kahub.standingOrders.create({ ...body, rule: keepTen })), 'reference_reused')
  await house.db`insert into standing_orders (reseller_id, id, reference, name, state, sku_id, rule, limits, key_id, next_run_at)
    select reseller_id, gen_random_uuid(), n, 'many', 'active', sku_id, rule, limits, key_id, now() + interval '1 day'
    from standing_orders, generate_series(2, ${standingOrdersOpenMax}) as n where id = ${rowOf(made.id)}`
  await house.db`update standing_orders set state = 'paused', pause_reason = 'requested', next_run_at = null where name = 'many'`
  t.equal(await outcomeOf(buyer.kahub.standingOrders.create({ ...body, reference: 'one more' })), 'state_conflict')
  await buyer.kahub.standingOrders.end(made.id)
  t.equal(await outcomeOf(buyer.kahub.standingOrders.create({ ...body, reference: 'one more' })), 'accepted')
})

t.test('lists are by state and SKU, newest first, page by page; reports too', async t => {
  const [sku, other] = [await house.sku({ codes: 100 }), await house.sku({ codes: 100 })]
  const buyer = await house.reseller()
  const { standingOrders } = buyer.kahub
  const ids = []
  for (const bought of [sku, other, sku]) ids.unshift((await stands(buyer, { sku: bought, rule: { ...monthly, quantity: 1 } })).id)
  const idsOf = async (list: AsyncIterable<{ id: string }>) => {
    const found = []
    for await (const { id } of list) found.push(id)
    return found
  }
  t.same(await idsOf(standingOrders.list({ limit: 1 })), ids)
  t.same(await idsOf(standingOrders.list({ sku })), [ids[0], ids[2]])
  await standingOrders.pause(ids[1]!)
  t.same(await idsOf(standingOrders.list({ state: 'paused' })), [ids[1]])
  for (let run = 1; run <= 3; run++) await runs(ids[0]!)
  const numbers = []
  for await (const { run } of standingOrders.runs(ids[0]!, { limit: 2 })) numbers.push(run)
  t.same(numbers, [3, 2, 1])
  t.same((await standingOrders.runs(ids[0]!, { outcome: 'refused' })).data, [])
})

t.test('another reseller’s standing order is not there', async t => {
  const sku = await house.sku({ codes: 10 })
  const [alice, bob] = [await house.reseller(), await house.reseller()]
  const { id } = await stands(alice, { sku, rule: monthly })
  const { standingOrders } = bob.kahub
  const calls = [
    () => standingOrders.get(id), () => standingOrders.update(id, { name: 'mine' }), () => standingOrders.pause(id),
    () => standingOrders.resume(id), () => standingOrders.end(id), () => standingOrders.preview(id), () => standingOrders.runs(id)
  ]
  for (const call of calls) t.equal(await outcomeOf(call()), 'not_found')
  t.same((await standingOrders.list()).data, [])
  t.equal((await alice.kahub.standingOrders.get(id)).name, 'the pack')
})

t.test('after all of this the books hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})
