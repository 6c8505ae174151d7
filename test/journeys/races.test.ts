// Races: many at once for the same stock, money and references, in one process and in two. After each the books are proven.
import t, { type Test } from 'tap'
import { readId } from '../../src/base/ids.ts'
import { expireApprovals } from '../../src/domain/bulk-orders/expire-approvals.ts'
import { runBulkOrders } from '../../src/domain/bulk-orders/run-step.ts'
import { expireHeldLots } from '../../src/domain/orders/withdraw-stock.ts'
import { expireHolds } from '../../src/domain/stock/expire-holds.ts'
import { expireLots } from '../../src/domain/stock/expire-lots.ts'
import { joinRanges } from '../../src/domain/stock/join-ranges.ts'
import { postCosts } from '../../src/domain/wallet/post-costs.ts'
import { startApi } from '../support/api-process.ts'
import { openHouse, outcomeOf, type Answer, type Reseller } from '../support/house.ts'

const house = await openHouse(t)
const [left, right] = await Promise.all([0, 1].map(() => startApi(t, house.databaseUrl, house.masterKey)))
/** The two API processes of their own; the third is the house. */
const doors = [left!.url, right!.url]

let references = 0
const times = <Value>(count: number, make: (i: number) => Value): Value[] => Array.from({ length: count }, (_, i) => make(i))

interface Wanted { readonly reference?: string, readonly quantity?: number, readonly [member: string]: unknown }

/** An order of one SKU over a bare socket, under a reference of its own if none is given. */
function buys (reseller: Reseller, sku: string, wanted: Wanted = {}): Promise<Answer> {
  const { reference = `race-${++references}`, quantity = 1, ...more } = wanted
  return reseller.send('POST', '/v1/orders', { body: { reference, lines: [{ sku, quantity }], ...more } })
}

const outcome = ({ status, code }: Answer): string => code ?? String(status)
function tally (answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[outcome(answer)] = (counts[outcome(answer)] ?? 0) + 1
  return counts
}
interface Delivered { readonly codes?: readonly { readonly secret: string }[] }

const secretsOf = (answers: readonly Answer[]): string[] =>
  answers.flatMap(({ json }) => (json.lines ?? []).flatMap((line: Delivered) => (line.codes ?? []).map(code => code.secret)))
const accepted = (answers: readonly Answer[]): Answer[] => answers.filter(({ status }) => status === 201)
const deliveredBy = (answers: readonly Answer[]): number => answers.reduce((sum, { json }) => sum + (json.delivered ?? 0), 0)

/** What the reseller's wallet holds, in major units. */
async function balanceOf (reseller: Reseller): Promise<string> {
  return (await reseller.send('GET', '/v1/wallets')).json.data[0].balance.amount
}

async function stockOf (sku: string, reseller: Reseller): Promise<number> {
  return (await reseller.send('GET', `/v1/stock?sku=${sku}`)).json.data[0].available
}

/** Orders that keep coming at all three doors until the operator's act has been answered; then those that come after it. */
async function race<Result> (reseller: Reseller, sku: string, act: () => Promise<Result>, wanted: Wanted = {}) {
  const actors = [reseller, ...doors.map(url => reseller.at(url))]
  const during: Promise<Answer>[] = []
  const send = () => { for (const actor of actors) for (let n = 0; n < 4; n++) during.push(buys(actor, sku, wanted)) }
  send()
  // The act starts when the first of them has been answered: the others are on their way.
  await Promise.race(during)
  const acting = act()
  const progress = { acted: false }
  acting.then(() => { progress.acted = true }, () => { progress.acted = true })
  while (!progress.acted && during.length < ordersDuringMax) {
    send()
    await Promise.race([acting.catch(() => {}), during.at(-1)])
  }
  const result = await acting
  const after = await Promise.all(actors.flatMap(actor => times(3, () => buys(actor, sku, wanted))))
  return { result, during: await Promise.all(during), after }
}

const ordersDuringMax = 240

function only (t: Test, answers: readonly Answer[], allowed: readonly string[], message: string): void {
  t.same(Object.keys(tally(answers)).filter(name => !allowed.includes(name)), [], message)
}

t.test('twenty resellers racing for five codes get five codes and fifteen refusals', async t => {
  const sku = await house.sku({ codes: 5, price: '10' })
  const resellers = await Promise.all(times(20, () => house.reseller({ balance: '10' })))
  const answers = await Promise.all(resellers.map((reseller, i) => buys(i % 2 ? reseller : reseller.at(doors[i % 4 / 2]!), sku)))
  t.same(tally(answers), { 201: 5, out_of_stock: 15 })
  t.equal(new Set(secretsOf(answers)).size, 5, 'five different codes')
  const balances = await Promise.all(resellers.map(balanceOf))
  t.same(balances, answers.map(({ status }) => status === 201 ? '0.00' : '10.00'), 'a refusal takes nothing')
  await house.proves(t)
})

t.test('fifty copies of one reference at once are one order: one id, one amount, the same codes, one payment', async t => {
  const sku = await house.sku({ codes: 200, price: '3.33' })
  const reseller = await house.reseller({ balance: '1000' })
  const body = { reference: 'fifty-copies', quantity: 3 }
  const answers = await Promise.all(times(50, i => buys([reseller, ...doors.map(url => reseller.at(url))][i % 3]!, sku, body)))
  t.same(tally(answers), { 200: 49, 201: 1 })
  t.equal(new Set(answers.map(({ text }) => text)).size, 1, 'every answer says the same, byte for byte')
  t.equal(new Set(secretsOf(answers)).size, 3)
  t.equal(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true').length, 49)
  t.equal(await balanceOf(reseller), '990.01')
  const paid = await house.db`select 1 from live.transfers t join live.orders o on o.id = t.order_id where o.reference = 'fifty-copies'`
  t.equal(paid.length, 1, 'one transfer')
  await house.proves(t)
})

t.test('one reference with other fields at once is one order, and a refusal for whoever asked for something else', async t => {
  const sku = await house.sku({ codes: 200 })
  const reseller = await house.reseller()
  const answers = await Promise.all(times(40, i =>
    buys(reseller.at(doors[i % 2]!), sku, { reference: 'two-meanings', quantity: 1 + (i >> 1) % 2 })))
  const [first] = accepted(answers)
  t.equal(accepted(answers).length, 1)
  answers.forEach(({ status, code, json }, i) => {
    if (1 + (i >> 1) % 2 === first!.json.quantity) t.equal(json.id, first!.json.id, 'the same fields are the same order')
    else t.match({ status, code }, { status: 409, code: 'reference_reused' })
  })
  await house.proves(t)
})

t.test('a hundred orders at once against money for 37 are 37 orders, and the wallet is empty', async t => {
  const sku = await house.sku({ codes: 200, price: '10' })
  const reseller = await house.reseller({ balance: '300', credit: '70' })
  const answers = await Promise.all(times(100, i => buys(reseller.at([house.url, ...doors][i % 3]!), sku)))
  t.same(tally(answers), { 201: 37, insufficient_balance: 63 })
  t.equal(await balanceOf(reseller), '-70.00')
  await house.proves(t)
})

t.test('two processes on one SKU sell each code once, to the last', async t => {
  const sku = await house.sku({ codes: 60, price: '1' })
  const resellers = await Promise.all(times(6, () => house.reseller({ balance: '100' })))
  const answers = await Promise.all(times(90, i => buys(resellers[i % 6]!.at(doors[i % 2]!), sku)))
  t.same(tally(answers), { 201: 60, out_of_stock: 30 })
  t.equal(new Set(secretsOf(answers)).size, 60)
  await house.proves(t)
})

t.test('all-or-nothing and partial orders mixed at the end of the stock share exactly what there is', async t => {
  const sku = await house.sku({ codes: 50, price: '1', min: 2, step: 2 })
  const reseller = await house.reseller()
  const answers = await Promise.all(times(30, i =>
    buys(reseller.at(doors[i % 2]!), sku, { quantity: 4, fill: i % 3 === 0 ? 'all_or_nothing' : 'partial' })))
  only(t, answers, ['201', 'out_of_stock'], 'bought or out of stock')
  t.equal(deliveredBy(accepted(answers)), 50, 'a partial order takes the rest')
  t.equal(accepted(answers).filter(({ json }) => json.state === 'partial').length, 1)
  for (const { json } of accepted(answers)) if (json.fill === 'all_or_nothing') t.equal(json.delivered, 4)
  t.equal(await stockOf(sku, reseller), 0)
  await house.proves(t)
})

t.test('orders of many lines in any order of SKUs, from many resellers in two processes, never fail each other', async t => {
  const skus = await Promise.all(times(8, () => house.sku({ codes: 300, price: '1' })))
  const resellers = await Promise.all(times(5, () => house.reseller()))
  const answers = await Promise.all(times(100, i => {
    const shuffled = skus.map((sku, n) => ({ sku, rank: (n * 7 + i * 5) % 11 })).sort((a, b) => a.rank - b.rank)
    const lines = shuffled.map(({ sku }) => ({ sku, quantity: 1 }))
    return resellers[i % 5]!.at([house.url, ...doors][i % 3]!).send('POST', '/v1/orders', { body: { reference: `shuffled-${i}`, lines } })
  }))
  t.same(tally(answers), { 201: 100 })
  t.equal(new Set(secretsOf(answers)).size, 800)
  await house.proves(t)
})

t.test('what was made in one process can be bought with in another at once: reseller, key, wallet and SKU', async t => {
  for (let n = 0; n < 4; n++) {
    const [reseller, sku] = await Promise.all([house.reseller(), house.sku({ codes: 1, currency: 'CNY' })])
    t.match(await buys(reseller.at(doors[n % 2]!), sku), { status: 201 })
  }
  const yen = await house.sku({ codes: 2, currency: 'JPY', price: '5' })
  const reseller = await house.reseller({ currency: 'JPY' })
  t.match(await buys(reseller.at(doors[0]!), yen), { status: 201 }, 'in a currency that the process has not met')
  await house.proves(t)
})

t.test('a lot recalled in the middle of orders: what was sold stays sold, and nothing is sold after the answer', async t => {
  const sku = await house.sku({ codes: 5_000, price: '1' })
  const reseller = await house.reseller()
  const [lot] = (await house.operator.lots.list({ sku })).data
  const { during, after } = await race(reseller, sku, () => house.operator.lots.recall(lot!.id, { reason: 'stolen' }))
  only(t, during, ['201', 'out_of_stock'], 'bought or out of stock')
  only(t, after, ['out_of_stock'], 'nothing afterwards')
  t.equal(await stockOf(sku, reseller), 0)
  await house.proves(t)
})

t.test('single codes voided in the middle of orders are never delivered, or the voiding is refused', async t => {
  const sku = await house.sku({ price: '1' })
  const secrets = await house.stocks(sku, 400)
  const reseller = await house.reseller()
  // Codes that are about to be sold, and codes that are far from it.
  const near = secrets.slice(30, 60)
  const far = secrets.slice(380)
  const voids = (codes: readonly string[]) =>
    outcomeOf(house.operator.codes.void({ sku, codes: codes.map(secret => ({ secret })), reason: 'leaked' }))
  const { result, during, after } = await race(reseller, sku, () => Promise.all([voids(near), voids(far)]))
  only(t, [...during, ...after], ['201', 'out_of_stock'], 'bought or out of stock')
  const sold = new Set(secretsOf([...during, ...after]))
  t.ok(['accepted', 'code_not_on_shelf'].includes(result[0]), result[0])
  if (result[0] === 'accepted') t.notOk(near.some(secret => sold.has(secret)), 'none of them was delivered')
  if (result[1] === 'accepted') t.notOk(far.some(secret => sold.has(secret)), 'none of them was delivered')
  t.equal(sold.size, accepted([...during, ...after]).length, 'each code once')
  await house.proves(t)
})

t.test('a lot that expires in the middle of orders is not sold any more, whether or not the pass has come', async t => {
  const sku = await house.sku({ price: '1' })
  await house.stocks(sku, 2_000, { expiresAt: '2099-01-01T00:00:00Z' })
  const reseller = await house.reseller()
  const { during, after } = await race(reseller, sku, async () => {
    await house.db`
      with lot as (update live.lots set expires_at = now() - interval '1 second' where expires_at = '2099-01-01' returning id)
      update live.shelf set expires_at = now() - interval '1 second' from lot where lot_id = lot.id`
    await Promise.all([expireLots(house.worlds.live.db, 10), expireLots(house.worlds.live.db, 10)])
  })
  only(t, during, ['201', 'out_of_stock'], 'bought or out of stock')
  only(t, after, ['out_of_stock'], 'nothing afterwards')
  await house.proves(t)
})

t.test('a price changed in the middle of orders: each is at the old or the new one, all after the answer at the new one', async t => {
  const sku = await house.sku({ codes: 2_000, price: '10' })
  const reseller = await house.reseller()
  const { during, after } = await race(reseller, sku, () =>
    house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount: '12', currency: 'CNY' } }] }))
  t.same([...new Set(during.map(({ json }) => json.total))].filter(total => !['10.00', '12.00'].includes(total)), [])
  t.same([...new Set(after.map(({ json }) => json.total))], ['12.00'])
  await house.proves(t)
})

t.test('a key revoked in the middle of orders buys nothing after the answer, at any process', async t => {
  const sku = await house.sku({ codes: 2_000, price: '1' })
  const reseller = await house.reseller()
  const { during, after } = await race(reseller, sku, () => house.operator.keys.revoke(reseller.credentials.keyId))
  only(t, during, ['201', 'key_revoked'], 'bought or revoked')
  t.same(tally(after), { key_revoked: 9 })
  await house.proves(t)
})

t.test('a reseller suspended in the middle of orders buys nothing after the answer, at any process', async t => {
  const sku = await house.sku({ codes: 2_000, price: '1' })
  const reseller = await house.reseller()
  const { during, after } = await race(reseller, sku, () => house.operator.resellers.update(reseller.id, { status: 'suspended' }))
  only(t, during, ['201', 'reseller_suspended'], 'bought or suspended')
  t.same(tally(after), { reseller_suspended: 9 })
  await house.proves(t)
})

t.test('a key that became useless elsewhere, which nobody here has heard of, reads no codes', async t => {
  const sku = await house.sku({ codes: 3, price: '1' })
  const ends: Readonly<Record<string, (reseller: Reseller) => Promise<unknown>>> = {
    key_revoked: async ({ credentials }) => await house.db`update api_keys set revoked_at = now() where id = ${credentials.keyId}`,
    key_expired: async ({ credentials }) => await house.db`
      update api_keys set expires_at = now() - interval '1 second' where id = ${credentials.keyId}`,
    reseller_suspended: async ({ id }) => await house.db`update resellers set status = 'suspended' where id = ${readId('reseller', id)!}`
  }
  for (const [code, end] of Object.entries(ends)) {
    const reseller = await house.reseller()
    const { id } = await reseller.places({ sku, quantity: 1, deliver: 'fetch' })
    // The version of the keyring stays as it was: no process loads it anew.
    await end(reseller)
    t.equal((await reseller.send('GET', `/v1/orders/${id}`)).status, 200, 'the keyring in memory still knows it as good')
    for (const accept of ['application/json', 'application/x-ndjson']) {
      t.equal(outcome(await reseller.send('GET', `/v1/orders/${id}/codes`, { headers: { accept } })), code, accept)
    }
    const revealed = await house.db`select 1 from reveals where order_id = ${readId('order', id)!}`
    t.equal(revealed.length, 0, 'and nothing stands in the audit')
  }
  await house.proves(t)
})

t.test('a credit limit lowered in the middle of orders is never passed: it is refused when in use, or the orders are', async t => {
  const sku = await house.sku({ codes: 2_000, price: '10' })
  const reseller = await house.reseller({ balance: '200', credit: '400' })
  const { result, during, after } = await race(reseller, sku, () => outcomeOf(
    house.operator.wallets.setCreditLimit(reseller.id, 'CNY', { credit_limit: { amount: '100', currency: 'CNY' }, reason: 'less trust' })))
  only(t, [...during, ...after], ['201', 'insufficient_balance'], 'bought or refused')
  t.ok(['accepted', 'credit_in_use'].includes(result), result)
  const spent = 10 * accepted([...during, ...after]).length
  t.ok(spent <= (result === 'accepted' ? 300 : 600), 'within the limit in force')
  await house.proves(t)
})

t.test('an import committed in the middle of orders is on sale at once, whole and once', async t => {
  const sku = await house.sku({ price: '1' })
  const reseller = await house.reseller()
  const { result, during, after } = await race(reseller, sku, () => house.stocks(sku, 1_000))
  only(t, during, ['201', 'out_of_stock'], 'bought or out of stock')
  t.same(tally(after), { 201: 9 })
  const sold = secretsOf([...during, ...after])
  t.equal(new Set(sold).size, sold.length)
  t.same(sold.filter(secret => !result.includes(secret)), [])
  t.equal(await stockOf(sku, reseller), 1_000 - sold.length)
  await house.proves(t)
})

t.test('a deposit and an adjustment in the middle of orders lose nothing', async t => {
  const sku = await house.sku({ codes: 2_000, price: '1' })
  const reseller = await house.reseller({ balance: '500' })
  const move = (kind: 'deposits' | 'adjustments', amount: string, n: number) => house.operator[kind].create(reseller.id, {
    reference: `money ${kind} ${n}`, amount: { amount, currency: 'CNY' }, reason: 'a race'
  })
  const { during, after } = await race(reseller, sku, () =>
    Promise.all(times(10, n => [move('deposits', '5', n), move('adjustments', '-2', n)]).flat()))
  const bought = accepted([...during, ...after]).length
  t.equal(bought, during.length + after.length, 'every order was paid')
  t.equal(Number(await balanceOf(reseller)), 500 + 50 - 20 - bought)
  await house.proves(t)
})

t.test('an order does not wait for whoever only writes rows of its reseller', async t => {
  const sku = await house.sku({ codes: 5, price: '1' })
  const reseller = await house.reseller()
  // What the foreign key of a long upload holds until its end.
  await house.db.unsafe('begin')
  await house.db`select 1 from resellers where id = ${readId('reseller', reseller.id)!} for key share`
  const answer = await buys(reseller, sku)
  await house.db.unsafe('commit')
  t.equal(outcome(answer), '201')
  await house.proves(t)
})

t.test('one nonce used at once for a change and an order, in two processes, is good for one of them and holds nobody up', async t => {
  const sku = await house.sku({ codes: 100, price: '1' })
  const [reseller, neighbour] = await Promise.all([house.reseller(), house.reseller()])
  const body = { reference: 'rotation', overlap_seconds: 3600 }
  for (let n = 0; n < 10; n++) {
    const tamper = { nonce: `one-nonce-${n}`, created: Math.floor(Date.now() / 1000) }
    const [order, change, beside] = await Promise.all([
      reseller.at(doors[0]!).send('POST', '/v1/orders', { body: { reference: `nonce-${n}`, lines: [{ sku, quantity: 1 }] }, tamper }),
      reseller.at(doors[1]!).send('POST', `/v1/keys/${reseller.credentials.keyId}/rotate`, { body, tamper }),
      buys(neighbour.at(doors[0]!), sku)
    ])
    t.equal([order, change].filter(({ code }) => code === 'nonce_reused').length, 1, outcome(order) + ' ' + outcome(change))
    t.equal(beside.status, 201)
  }
  await house.proves(t)
})

t.test('what takes, sets aside, gives back and withdraws, all at once, never waits in a circle and loses nothing', async t => {
  const { worlds: { live }, db } = house
  const skus = await Promise.all(['1', '0', '3.335'].map(price => house.sku({ price, breaks: { 5: '0.9' } })))
  for (const sku of skus) await house.stocks(sku, 150, { expiresAt: '2098-01-01T00:00:00Z' })
  const buyers = await Promise.all(times(3, () => house.reseller({ balance: '2000' })))
  await buyers[1]!.kahub.approvalPolicy.put({ quantity_above: 3 })
  const { kahub, credentials } = buyers[2]!
  await kahub.budgets.put({ kind: 'key', subject: credentials.keyId, monthly_limit: { amount: '700', currency: 'CNY' } })
  const checker = await buyers[1]!.withKey({})

  // What happens is drawn from a fixed seed; when it happens is the machine's.
  let drawn = 1
  const below = (count: number): number => {
    drawn = (drawn * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor(drawn / 65_536) % count
  }
  const one = <Value>(list: readonly Value[]): Value | undefined => list[below(list.length)]
  const lines = () => times(1 + below(3), () => ({ sku: one(skus)!, quantity: 1 + below(6) }))
  const own = buyers.map(buyer => ({
    get buyer () { return buyer.at(one([house.url, ...doors])!) },
    orders: [] as { id: string, reference: string }[],
    holds: [] as string[],
    bulks: [] as string[]
  }))
  const next = () => `circle-${++references}`

  const acts: readonly (() => Promise<Answer | undefined>)[] = [
    ...times(4, () => async () => {
      const { buyer, orders, holds } = one(own)!
      const [reference, hold] = [below(6) === 0 ? one(orders)?.reference ?? next() : next(), below(3) === 0 ? one(holds) : undefined]
      const fill = below(2) ? 'partial' : 'all_or_nothing'
      const body = { reference, lines: lines(), fill, ...(hold !== undefined && { hold }), ...(below(3) > 0 && { deliver: 'fetch' }) }
      const answer = await buyer.send('POST', '/v1/orders', { body })
      if (answer.status < 300) orders.push({ id: answer.json.id, reference })
      return answer
    }),
    ...times(2, () => async () => {
      const { buyer, holds } = one(own)!
      const held = [...new Set(lines().map(({ sku }) => sku))].map(sku => ({ sku, quantity: 1 + below(8) }))
      const answer = await buyer.send('POST', '/v1/holds', { body: { reference: next(), lines: held } })
      if (answer.status === 201) holds.push(answer.json.id)
      return answer
    }),
    async () => {
      const { buyer, bulks } = one(own)!
      const file = 'sku,quantity\n' + times(below(4) ? 8 : 260, () => `${one(skus)!},${1 + below(2)}\n`).join('')
      const target = `/v1/bulk-orders?reference=${next()}&fill=${below(2) ? 'partial' : 'all_or_nothing'}`
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
      const reference = below(3) ? one(orders)?.reference ?? next() : next()
      return await buyer.send('POST', '/v1/reversals', { body: { reference: next(), order_reference: reference } })
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
  const circles = async () => (await db<{ deadlocks: bigint }[]>`
    select deadlocks from pg_stat_database where datname = current_database()`)[0]!.deadlocks
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
    do await pass()
    while (!isOver())
  })
  await Promise.all([acting, ...ticking])
  t.same(answers.filter(({ status }) => status >= 500).map(({ text }) => text), [], 'every answer is an answer')
  t.equal(await circles(), before, 'no deadlock')
  await house.proves(t)

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
  await house.proves(t)
})
