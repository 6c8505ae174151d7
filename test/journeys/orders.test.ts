// A buyer's day, over the SDK: from looking at the catalogue to counting the money, each step standing on those before it.
import t from 'tap'
import { createHash } from 'node:crypto'
import { toClearJson, type KahubError, type PlaceOrderResult } from '../../sdk/src/index.ts'
import { newId, readId, showId } from '../../src/base/ids.ts'
import { contractJudge } from '../support/contract.ts'
import { revealStepMax } from '../../src/domain/orders/reveal-codes.ts'
import { openHouse } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const buyer = await house.reseller({ level: 'gold', balance: '2000' })
const { kahub } = buyer
const secretsOf = ({ lines }: PlaceOrderResult) => lines.flatMap(line => line.codes ?? []).map(code => code.secret.reveal())

// The operator's morning: four SKUs, of which two are bought by the box, and a discount for gold.
const bulkSize = 10_000
const card = await house.sku({ name: 'card', price: '10', breaks: { 20: '0.9' }, floor: '8' })
const box = await house.sku({ name: 'box', price: '2', breaks: { 50: '0.9' }, min: 10, step: 5 })
const pack = await house.sku({ name: 'pack', price: '2', min: 10, step: 5, codes: 7 })
const bulk = await house.sku({ name: 'bulk', price: '0.1' })
await house.operator.prices.set({ rules: [{ kind: 'level_discount', level: 'gold', rate: '0.98' }] })
const cards = await house.stocks(card, 60, { cost: '7' })
const boxes = await house.stocks(box, 42)
const bulks = await house.stocks(bulk, bulkSize)

t.test('the catalogue tells what there is, at the buyer’s own prices', async t => {
  const { data } = await kahub.products.list()
  const skus = data.flatMap(product => product.skus)
  const prices = Object.fromEntries(skus.map(sku => [sku.name, sku.unit_price?.amount]))
  t.same(prices, { card: '9.80', box: '1.96', pack: '1.96', bulk: '0.098' })
  t.same((await kahub.products.get(data[0]!.id)).skus, data[0]!.skus)
})

t.test('a price is explained, step by step', async t => {
  const price = async (quantity: number) => (await kahub.prices.get({ sku: [card], quantity })).data[0]!
  const steps = ({ explanation }: Awaited<ReturnType<typeof price>>) => explanation.map(({ rule, before, after }) => [rule, before, after])
  const one = await price(1)
  t.equal(one.unit_price?.amount, '9.80')
  t.same(steps(one), [['list', null, '10.00'], ['level_discount', '10.00', '9.80']])
  const twenty = await price(20)
  t.equal(twenty.unit_price?.amount, '8.82')
  t.same(steps(twenty), [...steps(one), ['quantity_break', '9.80', '8.82']])
})

t.test('stock is what can be bought now', async t => {
  const { data } = await kahub.stock.query({ skus: [bulk, card, box] })
  t.same(data.map(({ sku, available }) => [sku, available]), [[bulk, bulkSize], [card, 60], [box, 42]])
  t.same((await kahub.stock.get({ sku: [card] })).data, [{ sku: card, available: 60, held: 0, status: 'active' }])
})

t.test('an order brings its codes, and the same reference brings them again', async t => {
  const order = await buyer.places({ reference: 'PO 1', sku: card, quantity: 3 })
  t.match(order, { state: 'completed', reference: 'PO 1', quantity: 3, delivered: 3, total: '29.40', currency: 'CNY', refunded: '0.00' })
  t.same(secretsOf(order), cards.slice(0, 3), 'the codes that came in first go out first')
  t.equal(toClearJson(await buyer.places({ reference: 'PO 1', sku: card, quantity: 3 })), toClearJson(order))

  const raw = await buyer.send('POST', '/v1/orders', {
    body: { lines: [{ sku: card, quantity: 3 }] }, headers: { 'idempotency-key': '"PO 1"' }
  })
  t.match([raw.status, raw.headers['idempotent-replayed']], [200, 'true'])
  t.same(raw.json, JSON.parse(toClearJson(order)))
  const later = await kahub.orders.get(order.id)
  t.equal(later.lines[0]!.codes, undefined, 'an order that is read shows no code')
  t.same(later.lines[0]!.explanation?.map(step => step.rule), ['list', 'level_discount'])
  t.same(later.lines[0]!.price_rules, later.lines[0]!.explanation?.map(step => step.id))
  t.equal((await kahub.stock.get({ sku: [card] })).data[0]!.available, 57, 'three codes left the shelf, once')
  t.same(await revealsOf(order.id), [[0, 3], [0, 3], [0, 3]], 'each time they were told stands in the audit')
})

t.test('the same reference with other fields is refused, and the fields are named', async t => {
  const error: KahubError = await buyer.places({
    reference: 'PO 1', sku: card, quantity: 4, fill: 'partial', max_total: { amount: '100', currency: 'CNY' }
  }).then(() => t.fail('it was accepted'), error => error)
  t.equal(error.code, 'reference_reused')
  t.same(error.errors.map(({ pointer }) => pointer), ['/lines', '/fill', '/max_total'])
  t.match(error.message, /PO 1/)
})

t.test('in part, minimum, step and quantity break go by what is delivered', async t => {
  const all = await buyer.places({ sku: box, quantity: 60 }).then(() => undefined, (error: KahubError) => error)
  t.equal(all?.code, 'out_of_stock')
  const order = await buyer.places({ reference: 'PO 2', fill: 'partial', lines: [{ sku: box, quantity: 60 }, { sku: card, quantity: 2 }] })
  t.match(order, { state: 'partial', quantity: 62, delivered: 42, total: '98.00' })
  t.match(order.lines, [
    // Forty of the forty-two: the step is five. Sixty would have reached the break at fifty; forty do not.
    { line: 1, state: 'partial', reason: 'out_of_stock', quantity: 60, delivered: 40, unit_price: '1.96', total: '78.40' },
    { line: 2, state: 'delivered', reason: null, quantity: 2, delivered: 2, unit_price: '9.80', total: '19.60' }
  ])
  t.same(secretsOf(order), [...boxes.slice(0, 40), ...cards.slice(3, 5)])
  const rest = await buyer.places({ reference: 'PO 3', fill: 'partial', lines: [box, pack, card].map(sku => ({ sku, quantity: 10 })) })
  t.match(rest.lines, [
    { state: 'refused', reason: 'out_of_stock', delivered: 0, total: '0.00' },
    { state: 'refused', reason: 'below_minimum', delivered: 0, total: '0.00' },
    { state: 'delivered', delivered: 10, total: '98.00' }
  ])
  t.same((await kahub.stock.get({ sku: [box, pack] })).data.map(({ available }) => available), [2, 7], 'what is refused stays')
})

t.test('max_total holds: a fen below the total refuses, the total itself buys', async t => {
  const max = (amount: string) => ({ reference: 'PO 4', sku: card, quantity: 20, max_total: { amount, currency: 'CNY' as const } })
  const error = await buyer.places(max('176.39')).then(() => undefined, (error: KahubError) => error)
  t.equal(error?.code, 'price_above_max')
  t.same(error?.problem?.total, { amount: '176.40', currency: 'CNY' })
  t.match(await buyer.places(max('176.40')), { total: '176.40', max_total: '176.40', lines: [{ unit_price: '8.82' }] })
})

/** The pieces in which a stream reveals, each with its first code and its count. */
function steps (first: number, stop: number): number[][] {
  return Array.from({ length: Math.ceil((stop - first) / revealStepMax) }, (_, i) => {
    const from = first + i * revealStepMax
    return [from, Math.min(revealStepMax, stop - from)]
  })
}

t.test('ten thousand codes are one order, fetched in pages or as one stream, from any place', async t => {
  const order = await buyer.places({ reference: 'PO 5', sku: bulk, quantity: bulkSize })
  t.match(order, { state: 'completed', total: '980.00' })
  t.equal(order.lines[0]!.codes, undefined)
  t.same(await revealsOf(order.id), [], 'nothing was told yet')

  const paged: string[] = []
  for (let offset: number | null = 0; offset !== null;) {
    const page = await kahub.orders.codes(order.id, { offset, limit: 1_000 })
    t.equal(page.count, bulkSize)
    paged.push(...page.data.map(code => code.secret.reveal()))
    offset = page.next_offset
  }
  t.same(paged, bulks)

  const streamed: string[] = []
  for await (const { line, sku, secret } of kahub.orders.streamCodes(order.id)) {
    if (line !== 1 || sku !== bulk) t.fail('a code of another line')
    streamed.push(secret.reveal())
  }
  t.same(streamed, bulks)

  const resumed = await buyer.send('GET', `/v1/orders/${order.id}/codes?offset=6000`, { headers: { accept: 'application/x-ndjson' } })
  const end = resumed.text.lastIndexOf('\n', resumed.text.length - 2) + 1
  const body = resumed.text.slice(0, end)
  t.same(JSON.parse(resumed.text.slice(end)), { end: true, count: 4_000, sha256: createHash('sha256').update(body).digest('hex') })
  t.same(body.trimEnd().split('\n').map(line => JSON.parse(line).secret), bulks.slice(6_000))
  t.match(resumed.headers, { 'content-type': /^application\/x-ndjson/, 'cache-control': 'no-store' })

  t.same(await kahub.orders.codes(order.id, { offset: bulkSize }), { data: [], count: bulkSize, next_offset: null })
  t.same(await revealsOf(order.id), [
    ...Array.from({ length: 10 }, (_, page) => [page * 1_000, 1_000]), ...steps(0, 10_000), ...steps(6_000, 10_000)
  ], 'what was told, and nothing else, stands in the audit, piece by piece')
  const one = await kahub.orders.streamCodes(order.id, { offset: 9_998, limit: 1 }).toArray({ limit: 5 })
  t.same(one.map(code => code.secret.reveal()), [bulks[9_998]])
})

t.test('orders are listed newest first, page by page, each once', async t => {
  const references = ['PO 5', 'PO 4', 'PO 3', 'PO 2', 'PO 1']
  const seen: string[] = []
  for await (const page of kahub.orders.list({ limit: 2 }).byPage()) {
    t.equal(page.has_more, page.next_cursor !== null)
    seen.push(...page.data.map(order => order.reference))
  }
  t.same(seen, references)
  const first = await kahub.orders.list({ limit: 2 })
  await buyer.places({ reference: 'PO 6', sku: card, quantity: 1 })
  const next = await first.nextPage()
  t.same(next?.data.map(order => order.reference), references.slice(2, 4), 'an order that comes in between moves nothing')
  t.same((await kahub.orders.list({ state: 'partial' })).data.map(order => order.reference), ['PO 3', 'PO 2'])
  const { number, id } = (await kahub.orders.list({ reference: 'PO 2' })).data[0]!
  t.same((await kahub.orders.list({ number })).data.map(order => order.id), [id])
  const { headers, json } = await buyer.send('GET', '/v1/orders?limit=1')
  t.equal(headers.link, `</v1/orders?limit=1&cursor=${encodeURIComponent(json.next_cursor)}>; rel="next"`)
})

t.test('the wallet tells where every fen went', async t => {
  const amount = (amount: string) => ({ amount, currency: 'CNY' as const })
  await house.operator.adjustments.create(buyer.id, { amount: amount('-3.30'), reason: 'a fee' })
  await house.operator.deposits.create(buyer.id, { amount: amount('100'), reason: 'the evening' })
  const entries = await kahub.wallets.transfers('CNY', { limit: 3 }).toArray({ limit: 100 })
  t.same(entries.map(({ kind, amount, balance }) => [kind, amount.amount, balance.amount]), [
    ['deposit', '100.00', '705.10'],
    ['adjustment', '-3.30', '605.10'],
    ['order', '-9.80', '608.40'],
    ['order', '-980.00', '618.20'],
    ['order', '-176.40', '1598.20'],
    ['order', '-98.00', '1774.60'],
    ['order', '-98.00', '1872.60'],
    ['order', '-29.40', '1970.60'],
    ['deposit', '2000.00', '2000.00']
  ])
  t.same(entries.map(({ entry }) => entry), entries.map((_, i) => entries.length - i))
  const [wallet] = (await kahub.wallets.list()).data
  t.match(wallet, { balance: entries[0]!.balance, credit_limit: amount('0.00'), available: entries[0]!.balance })
  const paid = entries.filter(({ kind }) => kind === 'order').map(({ order }) => order)
  t.same(paid, (await kahub.orders.list()).data.map(({ id }) => id), 'each order was paid once')
})

t.test('what is delisted stays to be seen by those who sync', async t => {
  const before = await kahub.products.list()
  await house.operator.skus.update(box, { status: 'delisted' })
  const changed = await kahub.products.list({ updated_after: before.synced_until })
  t.equal(changed.data.flatMap(({ skus }) => skus).find(({ id }) => id === box)?.status, 'delisted')
})

t.test('stock is told of a SKU that another process made just now, whoever has told this one of it', async t => {
  const id = newId()
  // As another process would write it, whose word of it has not arrived yet.
  await house.db.begin(async tx => {
    await tx`
      insert into skus (id, number, product_id, name, currency, quantity_min, quantity_max, quantity_step, status)
      select ${id}, number + 1000000, product_id, 'newest', currency, 1, 10, 1, 'active' from skus where id = ${readId('sku', card)!}`
    await tx`update snapshots set version = version + 1 where name = 'prices'`
  })
  const sku = showId('sku', id)
  t.match(await kahub.stock.query({ skus: [card, sku] }), { data: [{ sku: card }, { sku, available: 0, held: 0, status: 'active' }] })
})

t.test('every change of the day has its event, in order and without a gap, and no code in it', async t => {
  const rows = await house.db<{ sequence: bigint, type: string, data: object }[]>`
    select sequence, type, data from events where reseller_id = ${readId('reseller', buyer.id)!} order by sequence`
  t.same(rows.map(({ sequence }) => Number(sequence)), rows.map((_, i) => i + 1))
  t.same(rows.map(({ type }) => type), [
    'wallet.deposited', 'key.created', 'order.completed', 'order.partial', 'order.partial', 'order.completed', 'order.completed',
    'order.completed', 'wallet.adjusted', 'wallet.deposited'
  ])
  const told = JSON.stringify(rows, (_, value) => typeof value === 'bigint' ? Number(value) : value)
  t.notOk([...cards, ...boxes, ...bulks].some(secret => told.includes(secret)))
})

t.test('at the end of the day the books hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})

/** The pieces of an order that were told, in the order of telling. */
async function revealsOf (orderId: string): Promise<readonly (readonly [number, number])[]> {
  const rows = await house.db<{ first: number, count: number }[]>`
    select first, count from reveals where order_id = ${readId('order', orderId)!} order by created_at, id`
  return rows.map(({ first, count }) => [first, count])
}
