// Giving back, from many sides at once: whichever way an order, an approval, a hold or a bulk order ends, it ends once.
import { setTimeout as pause } from 'node:timers/promises'
import { readId } from '../../src/base/ids.ts'
import { expireApprovals } from '../../src/domain/bulk-orders/expire-approvals.ts'
import { expireHolds } from '../../src/domain/stock/expire-holds.ts'
import { until } from '../support/until.ts'
import { accepted, balanceOf, fenOf, only, openCourse, outcome, stockOf, tally } from './course.ts'
import { atOnce, ready, readyOrder, type Ready } from './requests.ts'
import { race, times } from './seeds.ts'

const { house, journal, doors, reference, buys, isJudged } = await openCourse()
const { db } = house
const { live } = house.worlds

const post = (target: string, body?: unknown) => ({ method: 'POST', target, ...(body !== undefined && { body }) })

race('an order given back from everywhere at once, under one reference and many, gives its money and its codes back once', async (t, draw) => {
  const sku = await house.sku({ price: '4.44', codes: 100 })
  const buyer = await house.reseller({ balance: '500' })
  for (let round = 0; round < 8; round++) {
    const order = await buys(buyer, { reference: reference(), lines: [{ sku, quantity: draw.between(1, 9) }], deliver: 'fetch' })
    const own = reference()
    const answers = await atOnce(journal, times(40, () => ready(buyer, draw.one(doors), draw.one([
      post(`/v1/orders/${order.json.id}/cancel`, { codes: 'all' }),
      post(`/v1/orders/${order.json.id}/cancel`, { codes: 'unrevealed' }),
      post('/v1/reversals', { reference: own, order_reference: order.json.reference }),
      post('/v1/reversals', { reference: reference(), order_reference: order.json.reference })
    ]))))
    only(t, answers, ['200', '201'], 'everybody hears that it is given back')
    t.same([...new Set(answers.map(({ json }) => json.outcome ?? json.state))], ['reversed'])
    const again = await buyer.kahub.orders.get(order.json.id)
    t.match(again, { state: 'reversed', returned: order.json.quantity, refunded: order.json.total, refunds: { length: 1 } })
    t.equal(await balanceOf(buyer), 50_000)
    t.equal(await stockOf(sku, buyer), 100)
  }
  await isJudged(t)
})

race('a code is revealed or given back, never both, however both come at once', async (t, draw) => {
  const [buyer, quantity] = [await house.reseller(), 12]
  const kept: number[] = []
  for (let round = 0; round < 10; round++) {
    const sku = await house.sku({ price: '5', codes: quantity })
    const before = await balanceOf(buyer)
    const order = await buys(buyer, { reference: reference(), lines: [{ sku, quantity }], deliver: 'fetch' })
    const reveals = times(8, () => ready(buyer, draw.one(doors), {
      method: 'GET', target: `/v1/orders/${order.json.id}/codes?offset=${draw.below(quantity)}&limit=${draw.between(1, 3)}`
    }))
    const returns = times(6, () =>
      ready(buyer, draw.one(doors), post(`/v1/orders/${order.json.id}/cancel`, { codes: draw.one(['all', 'unrevealed']) })))
    const mixed = draw.shuffled([...reveals, ...returns])
    const answers = await atOnce(journal, mixed)
    only(t, answers, ['200', 'codes_revealed', 'state_conflict'], 'revealed, given back, or refused for the other')
    const shown = new Set(answers.flatMap(({ json }, i) => reveals.includes(mixed[i]!) ? (json.data ?? []) : [])
      .map((code: { secret: string }) => code.secret))
    const { delivered, returned, refunded } = await buyer.kahub.orders.get(order.json.id)
    t.ok(shown.size <= delivered - returned, 'what was shown was kept')
    t.equal(await balanceOf(buyer), before - 500 * quantity + fenOf(refunded))
    // Whoever buys what went back gets none of the codes that were shown.
    t.equal(await stockOf(sku, buyer), returned)
    if (returned > 0) {
      const next = await buys(await house.reseller(), { reference: reference(), lines: [{ sku, quantity: returned }] })
      t.same(next.json.lines[0].codes.filter((code: { secret: string }) => shown.has(code.secret)), [])
    }
    kept.push(delivered - returned)
  }
  t.comment(`seed ${draw.seed}: of ${quantity} codes were kept ${kept.join(', ')}`)
  await isJudged(t)
})

/** Calls a pass of the workers again and again while something else is under way. */
async function beside<Result> (pass: () => Promise<unknown>, work: Promise<Result>): Promise<Result> {
  const progress = { over: false }
  const passing = (async () => { while (!progress.over) await pass() })()
  try {
    return await work
  } finally {
    progress.over = true
    await passing
  }
}

race('an order that waits is approved, rejected, cancelled or expired, once, whoever comes first', async (t, draw) => {
  const sku = await house.sku({ price: '10', codes: 200 })
  const maker = await house.reseller({ balance: '1500' })
  await maker.kahub.approvalPolicy.put({ quantity_above: 0 })
  const checkers = await Promise.all(times(2, () => maker.withKey({})))
  const ends: string[] = []
  for (let round = 0; round < 12; round++) {
    const [money, stock, quantity] = [await balanceOf(maker), await stockOf(sku, maker), draw.between(1, 4)]
    const order = await buys(maker, { reference: reference(), lines: [{ sku, quantity }], deliver: 'fetch' })
    const { id } = (await maker.send('GET', '/v1/approvals?state=pending')).json.data[0]
    const asks = times(16, (): Ready => draw.below(4) === 0
      ? ready(maker, draw.one(doors), draw.one([
        post(`/v1/orders/${order.json.id}/cancel`, {}),
        post('/v1/reversals', { reference: reference(), order_reference: order.json.reference })
      ]))
      : ready(draw.one(checkers), draw.one(doors), draw.one([
        post(`/v1/approvals/${id}/approve`), post(`/v1/approvals/${id}/reject`, { reason: 'a race' })
      ])))
    if (draw.below(3) === 0) {
      await db`
        update approvals set expires_at = clock_timestamp() + ${draw.between(0, 300)} * interval '1 millisecond' where id = ${readId('approval', id)!}`
    }
    const answers = await beside(() => expireApprovals(live.db, 10), atOnce(journal, asks))
    only(t, answers, ['200', '201', 'state_conflict', 'approval_expired'], 'done, or told who was first')
    await until(async () => (await maker.kahub.approvals.get(id)).state !== 'pending')
    const [approval, after] = [await maker.kahub.approvals.get(id), await maker.kahub.orders.get(order.json.id)]
    // A cancellation after an approval gives the codes back.
    const wanted = { approved: ['completed', 'reversed'], rejected: ['rejected'], expired: ['expired'], cancelled: ['cancelled'] }
    t.ok(wanted[approval.state as keyof typeof wanted].includes(after.state), `${approval.state} ${after.state}`)
    const bought = after.state === 'completed' ? quantity : 0
    t.same([await balanceOf(maker), await stockOf(sku, maker)], [money - 1_000 * bought, stock - bought])
    ends.push(after.state)
  }
  t.comment(`seed ${draw.seed}: ${ends.join(', ')}`)
  await isJudged(t)
})

race('a hold is used, released or expired, once, by the clock of the database', async (t, draw) => {
  const buyer = await house.reseller()
  const ends: Record<string, number> = {}
  for (let round = 0; round < 16; round++) {
    const quantity = draw.between(1, 6)
    const sku = await house.sku({ codes: quantity })
    const lines = [{ sku, quantity }]
    const hold = await buyer.kahub.holds.create({ reference: reference(), lines })
    const asks = draw.shuffled([
      ...times(6, () => readyOrder(buyer, draw.one(doors), { reference: reference(), lines, hold: hold.id })),
      ...times(draw.below(4), () => ready(buyer, draw.one(doors), { method: 'DELETE', target: `/v1/holds/${hold.id}` })),
      // Who holds nothing waits for what comes free, and may have it only then.
      ...times(2, () => readyOrder(buyer, draw.one(doors), { reference: reference(), lines }))
    ])
    const [due] = await db<{ at: Date }[]>`
      update holds set expires_at = clock_timestamp() + ${draw.between(0, 400)} * interval '1 millisecond'
      where id = ${readId('hold', hold.id)!} returning expires_at as at`
    const answers = await beside(() => expireHolds(live.db, 10), atOnce(journal, asks))
    only(t, answers, ['200', '201', 'hold_ended', 'hold_expired', 'out_of_stock'], 'bought, released, or refused')
    await until(async () => (await buyer.kahub.holds.get(hold.id)).state !== 'active')
    const { state, order } = await buyer.kahub.holds.get(hold.id)
    const bought = accepted(answers)
    t.ok(bought.length <= 1, 'what it held is sold once at most')
    if (state === 'used') {
      const [used] = await db<{ at: Date }[]>`select created_at as at from orders where id = ${readId('order', order!)!}`
      t.ok(used!.at <= due!.at, 'before its time was over')
      t.equal(bought[0]!.json.id, order)
    }
    t.equal(await stockOf(sku, buyer), bought.length === 1 ? 0 : quantity, 'else it is back')
    ends[state] = (ends[state] ?? 0) + 1
  }
  t.comment(`seed ${draw.seed}: ${JSON.stringify(ends)}`)
  await isJudged(t)
})

race('a bulk order confirmed and cancelled from many sides at once is one of both, and counts what it bought', async (t, draw) => {
  const skus = await Promise.all(times(3, () => house.sku({ price: '2', codes: 600 })))
  const buyer = await house.reseller({ balance: '3000' })
  const ends: string[] = []
  for (let round = 0; round < 8; round++) {
    const money = await balanceOf(buyer)
    const lines = times(draw.between(1, 40), () => `${draw.one(skus)},${draw.between(1, 3)}`)
    const target = `/v1/bulk-orders?reference=${reference()}&fill=${draw.one(['partial', 'all_or_nothing'])}`
    const { json: { id } } = await buyer.send('POST', target, {
      body: ['sku,quantity', ...lines].join('\n'), headers: { 'content-type': 'text/csv' }
    })
    const confirms = times(12, () => ready(buyer, draw.one(doors), post(`/v1/bulk-orders/${id}/confirm`, {})))
    const cancels = times(draw.below(12), () => ready(buyer, draw.one(doors), post(`/v1/bulk-orders/${id}/cancel`)))
    // In every other round the work may have begun, or be over, when somebody stops it.
    const answers = round % 2
      ? await atOnce(journal, draw.shuffled([...confirms, ...cancels]))
      : (await Promise.all([atOnce(journal, confirms), pause(draw.below(600)).then(() => atOnce(journal, cancels))])).flat()
    only(t, answers, ['200', '202', 'state_conflict'], 'begun, stopped, or told what it is')
    t.ok((tally(answers)['202'] ?? 0) <= 1, 'it begins once at most')
    const read = async () => (await buyer.send('GET', `/v1/bulk-orders/${id}`)).json
    await until(async () => ['completed', 'partial', 'failed', 'cancelled'].includes((await read()).state))
    const stopped = answers.filter(({ json }) => json.state === 'cancelled' || json.state === 'releasing')
    const { state } = await read()
    if (state !== 'cancelled') t.same(stopped.map(outcome), [], 'nobody was told that it is cancelled')
    const paid = (await db<{ paid: bigint }[]>`
      select coalesce(sum(total), 0)::bigint as paid from orders where (terms ->> 'bulk')::uuid = ${readId('bulk_order', id)!}`)[0]!.paid
    t.equal(await balanceOf(buyer), money - Number(paid) / 100)
    if (state === 'completed') t.equal(Number(paid) / 20_000, lines.reduce((sum, line) => sum + Number(line.split(',')[1]), 0))
    ends.push(state)
  }
  t.comment(`seed ${draw.seed}: ${ends.join(', ')}`)
  await isJudged(t)
})
