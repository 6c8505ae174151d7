// What a key may spend, reveal and ask for, when it is asked of both processes at once; and what is not there any more.
import { readId } from '../../src/base/ids.ts'
import { balanceOf, done, fenOf, only, openCourse, outcome, tally } from './course.ts'
import { atOnce, ready, readyOrder, storm } from './requests.ts'
import { race, times } from './seeds.ts'

const wiresPerDoor = 16

const { house, journal, doors, reference, buys, isJudged } = await openCourse()

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

race('budgets of a key and of a cost center are spent exactly, and refuse only what they lack', async (t, draw) => {
  const prices = times(4, () => draw.between(50, 900))
  const skus = await Promise.all(prices.map(price => house.sku({ price: (price / 100).toFixed(2), codes: 300 })))
  const owner = await house.reseller()
  const [bound, free] = [await owner.withKey({}), await owner.withKey({})]
  const limits = { key: draw.between(10_000, 20_000), cost_center: draw.between(10_000, 20_000) }
  const put = (kind: keyof typeof limits, subject: string) =>
    owner.kahub.budgets.put({ kind, subject, monthly_limit: { amount: (limits[kind] / 100).toFixed(2), currency: 'CNY' } })
  await put('key', bound.credentials.keyId)
  await put('cost_center', 'games')
  const asked = times(240, () => {
    const [at, quantity, key] = [draw.below(4), draw.between(1, 3), draw.one([bound, free])]
    const center = key === free || draw.below(2) === 0 ? 'games' : undefined
    const body = { reference: reference(), lines: [{ sku: skus[at]!, quantity }], ...(center && { cost_center: center }) }
    return { costs: prices[at]! * quantity, key, center, request: readyOrder(key, draw.one(doors), body) }
  })
  const answers = await storm(journal, asked.map(({ request }) => request), wiresPerDoor)
  only(t, answers, ['200', '201', 'budget_exceeded'], 'bought or beyond a budget')
  const spends = (whose: (one: typeof asked[number]) => boolean) =>
    sum(asked.map((one, i) => whose(one) && answers[i]!.status < 300 ? one.costs : 0))
  const left = {
    key: limits.key - spends(({ key }) => key === bound),
    cost_center: limits.cost_center - spends(({ center }) => center !== undefined)
  }
  t.ok(left.key >= 0 && left.cost_center >= 0, JSON.stringify(left))
  const shown = (await owner.kahub.budgets.list()).data
  for (const { kind, remaining } of shown) t.equal(fenOf(remaining), kind === 'key' ? left.key : left.cost_center, `what the budget of the ${kind} says is left`)
  // Nothing comes back meanwhile: what one of its budgets lacks at the end, or lacked when it was asked.
  const unfairly = asked.filter(({ costs, key, center }, i) => answers[i]!.code === 'budget_exceeded' &&
    !(key === bound && costs > left.key) && !(center !== undefined && costs > left.cost_center))
  t.same(unfairly.map(({ costs }) => costs), [], 'nothing was refused that was left to spend')
  t.ok((tally(answers).budget_exceeded ?? 0) > 0)
  await isJudged(t)
})

race('a key reveals no more codes in a day than its quota, wherever it asks', async (t, draw) => {
  const sku = await house.sku({ price: '1', codes: 400 })
  const owner = await house.reseller()
  const key = await owner.withKey({})
  const [quota, perOrder] = [draw.between(30, 60), 12]
  const orders = await Promise.all(times(6, async () =>
    (await buys(owner, { reference: reference(), lines: [{ sku, quantity: perOrder }], deliver: 'fetch' })).json.id as string))
  await house.operators.live.send('PATCH', `/admin/v1/keys/${key.credentials.keyId}`, { body: { reveals_per_day: quota } })
  const asked = times(60, () => ({ order: draw.one(orders), offset: draw.below(perOrder - 4), limit: draw.between(1, 4) }))
  const answers = await atOnce(journal, asked.map(({ order, offset, limit }) =>
    ready(key, draw.one(doors), { method: 'GET', target: `/v1/orders/${order}/codes?offset=${offset}&limit=${limit}` })))
  only(t, answers, ['200', 'reveal_quota_exceeded'], 'revealed or beyond the quota')
  const left = quota - sum(asked.map(({ limit }, i) => answers[i]!.status === 200 ? limit : 0))
  t.ok(left >= 0, `${left} are left`)
  const refused = asked.filter((_, i) => answers[i]!.code === 'reveal_quota_exceeded')
  t.ok(refused.length > 0)
  t.same(refused.filter(({ limit }) => limit <= left), [], 'nothing was refused that was left to reveal')
  const [audit] = await house.db<{ codes: number }[]>`
    select coalesce(sum(count), 0)::int as codes from reveals where key_id = ${key.credentials.keyId}`
  t.equal(audit!.codes, quota - left, 'and the audit has each of them')
  await isJudged(t)
})

race('through many changes of a price, each order pays one that was in force between its sending and its answer', async (t, draw) => {
  const sku = await house.sku({ price: '10', codes: 5_000 })
  const buyers = await Promise.all(times(3, () => house.reseller()))
  /** Prices in fen, when the change to each was begun, and when it was answered. */
  const prices = [{ price: 1_000, begunMs: 0, answeredMs: 0 }]
  const bought: { readonly fromMs: number, readonly toMs: number, readonly total: number }[] = []
  const progress = { over: false }
  const buying = Promise.all(times(8, async n => {
    const buyer = buyers[n % buyers.length]!.at(doors[n % 2]!)
    while (!progress.over) {
      const fromMs = performance.now()
      const answer = await buys(buyer, { reference: reference(), lines: [{ sku, quantity: 1 }] })
      t.ok([200, 201, 503].includes(answer.status), outcome(answer))
      if (answer.status === 201) bought.push({ fromMs, toMs: performance.now(), total: fenOf(answer.json.total) })
    }
  }))
  for (const price of draw.shuffled(times(12, n => 1_100 + 100 * n))) {
    const begunMs = performance.now()
    await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount: String(price / 100), currency: 'CNY' } }] })
    prices.push({ price, begunMs, answeredMs: performance.now() })
  }
  progress.over = true
  await buying
  const inForce = ({ fromMs, toMs }: typeof bought[number]) => prices
    .filter(({ begunMs }, i) => begunMs <= toMs && !(i + 1 < prices.length && prices[i + 1]!.answeredMs < fromMs)).map(({ price }) => price)
  t.same(bought.filter(order => !inForce(order).includes(order.total)), [])
  t.ok(new Set(bought.map(({ total }) => total)).size > 3, `${bought.length} orders met several prices`)
  await isJudged(t)
})

race('a key that was revoked buys nothing once that was answered, at any process, and the others go on', async (t, draw) => {
  const sku = await house.sku({ price: '1', codes: 3_000 })
  const owner = await house.reseller()
  const keys = await Promise.all(times(4, () => owner.withKey({})))
  const before = await balanceOf(owner)
  const asks = (count: number) => times(count, () => {
    const at = draw.below(keys.length)
    return { at, request: readyOrder(keys[at]!, draw.one(doors), { reference: reference(), lines: [{ sku, quantity: 1 }] }) }
  })
  const answered = []
  for (let revoked = 0; revoked < keys.length - 1; revoked++) {
    const during = asks(60)
    const buying = storm(journal, during.map(({ request }) => request), 4)
    await house.operator.keys.revoke(keys[revoked]!.credentials.keyId)
    const after = asks(40)
    const late = await atOnce(journal, after.map(({ request }) => request))
    for (const [i, answer] of late.entries()) t.equal(answer.code === 'key_revoked', after[i]!.at <= revoked, outcome(answer))
    const early = await buying
    only(t, early, ['200', '201', 'key_revoked'], 'bought or revoked')
    t.same(early.filter(({ code }, i) => code === 'key_revoked' && during[i]!.at > revoked), [], 'the others go on')
    answered.push(...early, ...late)
  }
  t.equal(await balanceOf(owner), before - 100 * done(answered).length)
  const [rows] = await house.db<{ orders: number }[]>`
    select count(*)::int as orders from orders where reseller_id = ${readId('reseller', owner.id)!}`
  t.equal(rows!.orders, done(answered).length)
  await isJudged(t)
})
