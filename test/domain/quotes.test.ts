// Quotes: prices that bind for a while, over HTTP; time moves by back-dating, and the pass is called by hand.
import t from 'tap'
import { newId, readId, showId } from '../../src/base/ids.ts'
import { purgeQuotes } from '../../src/domain/orders/purge-quotes.ts'
import { contractJudge } from '../support/contract.ts'
import { openHouse, type Answer, type Reseller } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const { live } = house.worlds
const alice = await house.reseller()
const bob = await house.reseller()

let references = 0
const reference = () => `quote ${++references}`
const quotes = (reseller: Reseller, body: object): Promise<Answer> =>
  reseller.send('POST', '/v1/quotes', { body: { reference: reference(), ...body } })
const buys = (reseller: Reseller, quote: string, lines: readonly object[], more: object = {}): Promise<Answer> =>
  reseller.send('POST', '/v1/orders', { body: { reference: reference(), quote, lines, ...more } })

async function costs (sku: string, amount: string): Promise<void> {
  await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount, currency: 'CNY' } }] })
}

/** Moves a quote's whole life into the past. */
async function ages (id: string, days: number): Promise<void> {
  await house.db`
    update live.quotes
    set expires_at = now() - make_interval(days => ${days}::int), created_at = now() - make_interval(days => ${days + 1}::int)
    where id = ${readId('quote', id)!}`
}

t.test('a quote tells each line’s price, how it came about, and until when it binds', async t => {
  const card = await house.sku({ price: '10', breaks: { 20: '0.9' }, floor: '8', codes: 1 })
  const pin = await house.sku({ price: '0.0333' })
  const made = await quotes(alice, {
    reference: 'Q 1', lines: [{ sku: card, quantity: 20 }, { sku: pin, quantity: 5 }, { sku: card, quantity: 1 }], expires_in: 60
  })
  t.equal(made.status, 201)
  t.match(made.json, {
    reference: 'Q 1',
    state: 'open',
    currency: 'CNY',
    total: '190.17',
    order: null,
    lines: [
      { line: 1, sku: card, quantity: 20, unit_price: '9.00', total: '180.00' },
      { line: 2, sku: pin, quantity: 5, unit_price: '0.0333', total: '0.17' },
      { line: 3, sku: card, quantity: 1, unit_price: '10.00', total: '10.00' }
    ]
  })
  const [first] = made.json.lines
  t.match(first.explanation, [{ rule: 'list', before: null, after: '10.00' }, { rule: 'quantity_break', before: '10.00', after: '9.00' }])
  t.same(first.price_rules, first.explanation.map(({ id }: { id: string }) => id))
  t.equal(Date.parse(made.json.expires_at) - Date.parse(made.json.created_at), 60_000)
  t.same(await alice.kahub.quotes.get(made.json.id), made.json)
  const usual = await quotes(alice, { lines: [{ sku: card, quantity: 1 }] })
  t.equal(Date.parse(usual.json.expires_at) - Date.parse(usual.json.created_at), 900_000, 'a quarter of an hour, where nothing is said')
  t.same((await alice.kahub.stock.get({ sku: [card] })).data, [{ sku: card, available: 1, held: 0, status: 'active' }], 'it holds nothing')
})

t.test('an order that names a quote pays its price, whatever has become of the prices', async t => {
  const sku = await house.sku({ price: '10', codes: 30 })
  const lines = [{ sku, quantity: 3 }, { sku, quantity: 2 }]
  const quote = (await quotes(alice, { lines })).json
  await costs(sku, '12')
  const other = (await quotes(alice, { lines })).json
  t.same([quote.total, other.total], ['50.00', '60.00'], 'a quote has the price of its moment')
  const order = await buys(alice, quote.id, lines)
  t.match(order.json, { state: 'completed', total: '50.00', lines: [{ unit_price: '10.00' }, { unit_price: '10.00' }] })
  t.match(await alice.kahub.quotes.get(quote.id), { state: 'used', order: order.json.id })
  t.match((await buys(alice, quote.id, lines)).json, { code: 'quote_used', order: order.json.id })
  t.match((await buys(alice, other.id, lines)).json, { total: '60.00' })
  await house.proves(t)
})

t.test('two orders race for one quote: one of them has it', async t => {
  const sku = await house.sku({ price: '1', codes: 10 })
  const lines = [{ sku, quantity: 1 }]
  const quote = (await quotes(alice, { lines })).json
  const answers = await Promise.all([1, 2, 3, 4].map(() => buys(alice, quote.id, lines)))
  t.same(answers.map(({ status, code }) => code ?? status).sort(), [201, 'quote_used', 'quote_used', 'quote_used'])
})

t.test('an expired, foreign, unknown or changed quote is refused, and nothing is bought', async t => {
  const sku = await house.sku({ price: '1', codes: 10 })
  const other = await house.sku({ price: '1', codes: 10 })
  const lines = [{ sku, quantity: 1 }, { sku: other, quantity: 2 }]
  const { id } = (await quotes(alice, { lines })).json
  t.equal((await buys(bob, id, lines)).code, 'quote_not_found')
  t.equal((await buys(alice, showId('quote', newId()), lines)).code, 'quote_not_found')
  t.equal((await buys(alice, id, lines.toReversed())).code, 'quote_changed')
  t.equal((await buys(alice, id, [lines[0]!, { sku: other, quantity: 3 }])).code, 'quote_changed')
  t.equal((await buys(alice, id, lines.slice(0, 1))).code, 'quote_changed')
  t.equal((await buys(alice, id, lines, { fill: 'partial' })).code, 'invalid_request')
  await ages(id, 1)
  t.equal((await buys(alice, id, lines)).code, 'quote_expired')
  t.match(await alice.kahub.quotes.get(id), { state: 'expired', order: null })
  t.same((await alice.kahub.stock.get({ sku: [sku, other] })).data.map(({ available }) => available), [10, 10])
})

t.test('what an order would be refused for is not quoted', async t => {
  const sku = await house.sku({ price: '10', min: 2, max: 10, step: 2 })
  const dollars = await house.sku({ price: '10', currency: 'USD' })
  const unpriced = await house.sku({ price: null })
  const dear = await house.sku({ price: '999999999' })
  const paused = await house.sku({ price: '10' })
  await house.operator.skus.update(paused, { status: 'paused' })
  const of = (...lines: [string, number][]) => quotes(alice, { lines: lines.map(([sku, quantity]) => ({ sku, quantity })) })
  const refusals: Record<string, readonly [string, Promise<Answer>, object?]> = {
    'an unknown SKU': ['sku_not_found', of([sku, 2], [showId('sku', newId()), 1]), { errors: [{ pointer: '/lines/1/sku' }] }],
    'a paused SKU': ['sku_not_for_sale', of([paused, 1])],
    'a SKU without a price': ['price_missing', of([unpriced, 1])],
    'two currencies': ['currency_mixed', of([sku, 2], [dollars, 1]), { errors: [{ pointer: '/lines/1/sku' }] }],
    'less than the minimum': ['quantity_out_of_bounds', of([sku, 1])],
    'more than the maximum': ['quantity_out_of_bounds', of([sku, 12])],
    'what is off the step': ['quantity_off_step', of([sku, 3])],
    'more money than there is': ['invalid_request', of([dear, 1_000_000])],
    'no lines': ['invalid_request', of()],
    'too short a time': ['invalid_request', quotes(alice, { lines: [{ sku, quantity: 2 }], expires_in: 59 })],
    'too long a time': ['invalid_request', quotes(alice, { lines: [{ sku, quantity: 2 }], expires_in: 86_401 })]
  }
  for (const [says, [code, answer, facts = {}]] of Object.entries(refusals)) t.match((await answer).json, { code, ...facts }, says)
  t.equal((await of([dollars, 1])).status, 201, 'a wallet in the currency is not asked for')
  const carol = await house.reseller()
  await house.operator.resellers.update(carol.id, { status: 'suspended' })
  t.equal((await quotes(carol, { lines: [{ sku, quantity: 2 }] })).code, 'reseller_suspended')
})

t.test('a quote is at its reseller’s own price, that of the moment it is asked for, in every process', async t => {
  const sku = await house.sku({ price: '10' })
  await house.operator.prices.set({
    rules: [{ kind: 'contract', sku, reseller: bob.id, amount: { amount: '7', currency: 'CNY' } }]
  })
  const lines = [{ sku, quantity: 1 }]
  t.same([(await quotes(alice, { lines })).json.total, (await quotes(bob, { lines })).json.total], ['10.00', '7.00'])
  for (const amount of ['11', '12', '13']) {
    await costs(sku, amount)
    t.equal((await quotes(alice, { lines })).json.total, `${amount}.00`)
  }
})

t.test('the same reference is the same quote, at the price it was made at', async t => {
  const sku = await house.sku({ price: '10' })
  const body = { reference: 'once', lines: [{ sku, quantity: 1 }] }
  const first = await quotes(alice, body)
  await costs(sku, '20')
  const again = await quotes(alice, body)
  t.match([again.status, again.headers['idempotent-replayed'], again.json], [200, 'true', first.json])
  t.equal((await quotes(alice, { ...body, expires_in: 900 })).json.id, first.json.id, 'what is left out is what it is by default')
  const changed = await quotes(alice, { ...body, lines: [{ sku, quantity: 2 }] })
  t.match(changed.json, { code: 'reference_reused', errors: [{ pointer: '/lines' }] })
  t.equal((await quotes(bob, body)).status, 201, 'references are each reseller’s own')
})

t.test('another reseller’s quote is not there; one’s own are listed newest first, page by page', async t => {
  const sku = await house.sku({ price: '10' })
  const dora = await house.reseller()
  const made: string[] = []
  for (let n = 0; n < 3; n++) made.unshift((await quotes(dora, { lines: [{ sku, quantity: 1 }] })).json.id)
  t.equal((await bob.send('GET', `/v1/quotes/${made[0]}`)).code, 'not_found')
  const listed: string[] = []
  for await (const quote of dora.kahub.quotes.list({ limit: 2 })) {
    listed.push(quote.id)
    t.notOk('lines' in quote)
  }
  t.same(listed, made)
})

t.test('quotes that nobody used are deleted a week after they expired, so many at once; those an order used are kept', async t => {
  const sku = await house.sku({ price: '1', codes: 1 })
  const lines = [{ sku, quantity: 1 }]
  const quote = async (days: number, name = reference()) => {
    const { id } = (await quotes(alice, { reference: name, lines })).json
    await ages(id, days)
    return id as string
  }
  const used = (await quotes(alice, { lines })).json.id
  await buys(alice, used, lines)
  await ages(used, 30)
  const [recent] = [await quote(6), await quote(8), await quote(9), await quote(10, 'long ago')]
  t.equal(await purgeQuotes(live.db, 2), 2)
  t.equal(await purgeQuotes(live.db, 2), 1)
  t.equal(await purgeQuotes(live.db, 2), 0)
  t.same([(await alice.kahub.quotes.get(recent)).state, (await alice.kahub.quotes.get(used)).state], ['expired', 'used'])
  t.equal((await quotes(alice, { reference: 'long ago', lines })).code, 'quote_expired', 'its reference stays used')
})

t.test('after all of this the books hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})
