// Baskets of many SKUs, from many buyers in two processes, and all that takes, sets aside and gives back at once: nobody waits in a circle.
import { readId } from '../../src/base/ids.ts'
import { expireApprovals } from '../../src/domain/bulk-orders/expire-approvals.ts'
import { runBulkOrders } from '../../src/domain/bulk-orders/run-step.ts'
import { expireHeldLots } from '../../src/domain/orders/withdraw-stock.ts'
import { expireHolds } from '../../src/domain/stock/expire-holds.ts'
import { joinRanges } from '../../src/domain/stock/join-ranges.ts'
import { postCosts } from '../../src/domain/wallet/post-costs.ts'
import type { Answer, Reseller } from '../support/house.ts'
import { secretsOf } from './client-journal.ts'
import { accepted, done, only, openCourse, stockOf, tally } from './course.ts'
import { atOnce, ready, readyOrder, storm } from './requests.ts'
import { race, times } from './seeds.ts'

const { house, journal, doors, reference, buys, isJudged } = await openCourse()

/** How often PostgreSQL had to end somebody because all waited for each other. */
async function circles (): Promise<bigint> {
  const [row] = await house.db<{ deadlocks: bigint }[]>`select deadlocks from pg_stat_database where datname = current_database()`
  return row!.deadlocks
}

/** A pass that waited too long for a lock on a machine at its limit comes again, as the clockwork's does; whatever else fails has failed. */
function passOver (error: { readonly code?: string, readonly errors?: readonly { readonly code?: string }[] }): void {
  if (!(error.errors ?? [error]).every(({ code }) => code === '55P03' || code === '57014')) throw error
}

interface Wanted { readonly reference?: string, readonly quantity?: number, readonly [member: string]: unknown }

/** An order of one SKU, under a reference of its own if none is given. */
function buysOne (buyer: Reseller, sku: string, wanted: Wanted = {}): Promise<Answer> {
  const { reference: own = reference(), quantity = 1, ...more } = wanted
  return buys(buyer, { reference: own, lines: [{ sku, quantity }], ...more })
}

race('all-or-nothing and partial orders mixed at the end of the stock share exactly what there is', async (t, draw) => {
  const sku = await house.sku({ codes: 50, price: '1', min: 2, step: 2 })
  const reseller = await house.reseller()
  const answers = await Promise.all(times(30, i =>
    buysOne(reseller.at(doors[i % 2]!), sku, { quantity: 4, fill: i % 3 === 0 ? 'all_or_nothing' : 'partial' })))
  only(t, answers, ['201', 'out_of_stock'], 'bought or out of stock')
  t.equal(accepted(answers).reduce((sum, { json }) => sum + json.delivered, 0), 50, 'a partial order takes the rest')
  t.equal(accepted(answers).filter(({ json }) => json.state === 'partial').length, 1)
  for (const { json } of accepted(answers)) if (json.fill === 'all_or_nothing') t.equal(json.delivered, 4)
  t.equal(await stockOf(sku, reseller), 0)
  await isJudged(t)
})

race('orders and holds of many SKUs in any order, from many buyers in two processes, never fail each other', async (t, draw) => {
  const skus = await Promise.all(times(8, () => house.sku({ codes: 700, price: '1' })))
  const buyers = await Promise.all(times(5, () => house.reseller()))
  const basket = () => draw.shuffled(skus).slice(0, draw.between(4, skus.length)).map(sku => ({ sku, quantity: draw.between(1, 2) }))
  const before = await circles()
  const holds = await atOnce(journal, times(60, () =>
    ready(draw.one(buyers), draw.one(doors), { method: 'POST', target: '/v1/holds', body: { reference: reference(), lines: basket() } })))
  t.same(tally(holds), { 201: 60 })
  const owners = new Map(await Promise.all(holds.map(async ({ json }) => {
    const [row] = await house.db<{ owner: string }[]>`select reseller_id as owner from holds where id = ${readId('hold', json.id)!}`
    return [json.id as string, buyers.find(({ id }) => readId('reseller', id) === row!.owner)!] as const
  })))
  const requests = draw.shuffled([
    ...times(150, () => readyOrder(draw.one(buyers), draw.one(doors), { reference: reference(), lines: basket() })),
    ...holds.map(({ json: { id, lines } }, i) => {
      const owner = owners.get(id)!
      const body = { reference: reference(), lines: draw.shuffled(lines as { sku: string, quantity: number }[]), hold: id }
      return i % 3 === 0 ? ready(owner, draw.one(doors), { method: 'DELETE', target: `/v1/holds/${id}` }) : readyOrder(owner, draw.one(doors), body)
    })
  ])
  const answers = await storm(journal, requests, 16)
  only(t, answers, ['200', '201'], 'everybody is served')
  const delivered = done(answers).reduce((sum, { json }) => sum + (json.delivered ?? 0), 0)
  t.equal(new Set(secretsOf(answers)).size, delivered)
  await isJudged(t)
  t.comment(`seed ${draw.seed}: ${await circles() - before} deadlocks in PostgreSQL`)
  t.equal(await circles(), before, 'nor did they wait in a circle')
})

race('what was made in one process can be bought with in another at once: reseller, key, wallet and SKU', async (t, draw) => {
  for (let n = 0; n < 4; n++) {
    const [reseller, sku] = await Promise.all([house.reseller(), house.sku({ codes: 1, currency: 'CNY' })])
    t.match(await buysOne(reseller.at(doors[n % 2]!), sku), { status: 201 })
  }
  const yen = await house.sku({ codes: 2, currency: 'JPY', price: '5' })
  const reseller = await house.reseller({ currency: 'JPY' })
  t.match(await buysOne(reseller.at(doors[0]!), yen), { status: 201 }, 'in a currency that the process has not met')
  await isJudged(t)
})

race('an order does not wait for whoever only writes rows of its reseller', async (t, draw) => {
  const sku = await house.sku({ codes: 5, price: '1' })
  const reseller = await house.reseller()
  // What the foreign key of a long upload holds until its end.
  await house.db.unsafe('begin')
  await house.db`select 1 from resellers where id = ${readId('reseller', reseller.id)!} for key share`
  const answer = await buysOne(reseller, sku)
  await house.db.unsafe('commit')
  t.equal(answer.status, 201, answer.text)
  await isJudged(t)
})

race('what takes, sets aside, gives back and withdraws, all at once, never waits in a circle and loses nothing', async (t, draw) => {
  const { worlds: { live }, db } = house
  const skus = await Promise.all(['1', '0', '3.335'].map(price => house.sku({ price, breaks: { 5: '0.9' } })))
  for (const sku of skus) await house.stocks(sku, 150, { expiresAt: '2098-01-01T00:00:00Z' })
  const buyers = await Promise.all(times(3, () => house.reseller({ balance: '2000' })))
  await buyers[1]!.kahub.approvalPolicy.put({ quantity_above: 3 })
  const { kahub, credentials } = buyers[2]!
  await kahub.budgets.put({ kind: 'key', subject: credentials.keyId, monthly_limit: { amount: '700', currency: 'CNY' } })
  const checker = await buyers[1]!.withKey({})

  const { below } = draw
  const one = <Value>(list: readonly Value[]): Value | undefined => list[below(list.length)]
  const lines = () => times(1 + below(3), () => ({ sku: one(skus)!, quantity: 1 + below(6) }))
  const own = buyers.map(buyer => ({
    get buyer () { return buyer.at(one([house.url, ...doors])!) },
    orders: [] as { id: string, reference: string }[],
    holds: [] as string[],
    bulks: [] as string[]
  }))

  const acts: readonly (() => Promise<Answer | undefined>)[] = [
    ...times(4, () => async () => {
      const { buyer, orders, holds } = one(own)!
      const [named, hold] = [below(6) === 0 ? one(orders)?.reference ?? reference() : reference(), below(3) === 0 ? one(holds) : undefined]
      const fill = below(2) ? 'partial' : 'all_or_nothing'
      const body = { reference: named, lines: lines(), fill, ...(hold !== undefined && { hold }), ...(below(3) > 0 && { deliver: 'fetch' }) }
      const answer = await buyer.send('POST', '/v1/orders', { body })
      if (answer.status < 300) orders.push({ id: answer.json.id, reference: named })
      return answer
    }),
    ...times(2, () => async () => {
      const { buyer, holds } = one(own)!
      const held = [...new Set(lines().map(({ sku }) => sku))].map(sku => ({ sku, quantity: 1 + below(8) }))
      const answer = await buyer.send('POST', '/v1/holds', { body: { reference: reference(), lines: held } })
      if (answer.status === 201) holds.push(answer.json.id)
      return answer
    }),
    async () => {
      const { buyer, bulks } = one(own)!
      const file = 'sku,quantity\n' + times(below(4) ? 8 : 260, () => `${one(skus)!},${1 + below(2)}\n`).join('')
      const target = `/v1/bulk-orders?reference=${reference()}&fill=${below(2) ? 'partial' : 'all_or_nothing'}`
      const answer = await buyer.send('POST', target, { body: file, headers: { 'content-type': 'text/csv' } })
      if (answer.status !== 201) return answer
      bulks.push(answer.json.id)
      return await buyer.send('POST', `/v1/bulk-orders/${answer.json.id}/confirm`, { body: {} })
    },
    async () => {
      const { buyer, bulks } = one(own)!
      const bulk = one(bulks)
      return bulk === undefined ? bulk : await buyer.send('POST', `/v1/bulk-orders/${bulk}/${below(2) ? 'cancel' : 'retry'}`, { body: {} })
    },
    async () => {
      const { buyer, holds } = one(own)!
      const hold = one(holds)
      return hold === undefined ? hold : await buyer.send('DELETE', `/v1/holds/${hold}`)
    },
    async () => {
      const { buyer, orders } = one(own)!
      const order = one(orders)
      return order && await buyer.send('POST', `/v1/orders/${order.id}/cancel`, { body: { codes: below(2) ? 'all' : 'unrevealed' } })
    },
    async () => {
      const { buyer, orders } = one(own)!
      const undone = below(3) ? one(orders)?.reference ?? reference() : reference()
      return await buyer.send('POST', '/v1/reversals', { body: { reference: reference(), order_reference: undone } })
    },
    async () => {
      const { buyer, orders } = one(own)!
      const order = one(orders)
      return order && await buyer.send('GET', `/v1/orders/${order.id}/codes?offset=${below(3)}&limit=${1 + below(3)}`)
    },
    async () => {
      const pending = (await checker.send('GET', '/v1/approvals?state=pending')).json.data as { id: string }[]
      const approval = one(pending)
      if (!approval) return undefined
      const [verdict, body] = below(3) ? ['approve', undefined] : ['reject', { reason: 'a race' }]
      return await checker.send('POST', `/v1/approvals/${approval.id}/${verdict}`, { body })
    },
    async () => {
      const sku = one(skus)!
      const lot = one((await house.operator.lots.list({ sku })).data.filter(({ state }) => state === 'available'))
      await house.stocks(sku, 60, below(2) ? {} : { expiresAt: '2098-01-01T00:00:00Z' })
      return lot && await house.operators.live.send('POST', `/admin/v1/lots/${lot.id}/recall`, { body: { reason: 'a race' } })
    },
    async () => {
      await db`update holds set expires_at = clock_timestamp() where id in (select id from holds where state = 'active' limit 1)`
      await db`update approvals set expires_at = clock_timestamp() where id in (select id from approvals where state = 'pending' limit 1)`
      await db`
        with lot as (
          update lots set expires_at = now()
          where id in (select id from lots where state = 'available' and expires_at = '2098-01-01' limit 1) returning id
        )
        update shelf set expires_at = now() from lot where lot_id = lot.id`
      return undefined
    }
  ]
  const passes = [
    () => runBulkOrders(live, 20), () => expireApprovals(live.db, 20), () => expireHolds(live.db, 100),
    () => expireHeldLots(live.db, 10), () => postCosts(live.db, 50), () => joinRanges(live.db, 50)
  ]
  const before = await circles()
  const answers: Answer[] = []
  const actsMax = 250
  let acted = 0
  const isOver = () => acted >= actsMax
  const actor = async () => {
    while (acted++ < actsMax) {
      const answer = await one(acts)!()
      if (answer) answers.push(answer)
    }
  }
  const acting = Promise.all(times(8, actor))
  const ticking = passes.map(async pass => {
    do await pass().catch(passOver)
    while (!isOver())
  })
  await Promise.all([acting, ...ticking])
  t.same(answers.filter(({ status }) => status >= 500 && status !== 503).map(({ text }) => text), [], 'every answer is an answer')
  t.equal(await circles(), before, 'no deadlock')
  await isJudged(t)

  await db`update holds set expires_at = clock_timestamp() where state = 'active'`
  await db`update approvals set expires_at = clock_timestamp() where state = 'pending'`
  while (await runBulkOrders(live, 100) + await expireHolds(live.db, 100) + await expireApprovals(live.db, 100) > 0) {
    await db`update approvals set expires_at = clock_timestamp() where state = 'pending'`
  }
  t.same(await db`select sku_id from stock where held <> 0`, [], 'in the end no stock is set aside')
  t.same(await db`select id from accounts where kind = 'held' and balance <> 0`, [], 'nor money')
  const miscounted = await db`
    select id from bulk_orders, lateral (
      select coalesce(sum(delivered), 0) as delivered, coalesce(sum(total), 0) as paid
      from orders where (terms ->> 'bulk')::uuid = bulk_orders.id
    ) as bought
    where confirmed_at is not null and (ended_at is null or lines_done <> lines or lines_delivered + lines_failed <> lines
      or (bulk_orders.delivered, bulk_orders.paid) is distinct from (bought.delivered, bought.paid))`
  t.same(miscounted, [], 'and every bulk order has ended, and counts what it bought')
  await isJudged(t)
})
