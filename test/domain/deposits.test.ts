// What a reseller pays into its own wallet through a gateway, from the call to the wallet, over HTTP and with the workers at work.
import t from 'tap'
import { currencyCodes, resellerScopes } from '../../schema/vocabulary.ts'
import { depositBounds } from '../../schema/rest/deposits.ts'
import { readId } from '../../src/base/ids.ts'
import { parseAmount, roundToMinor } from '../../src/base/money.ts'
import { startWorkers, type OpenWorld } from '../../src/compose.ts'
import type { StartDepositBody, WalletDeposit } from '../../sdk/src/index.ts'
import { openHouse, outcomeOf, type Reseller } from '../support/house.ts'
import { graphReader } from '../support/graph.ts'
import { until } from '../support/until.ts'

const house = await openHouse(t)
const { db, url } = house
const failedPasses: string[] = []
const workers = startWorkers(house.worlds, (pass, error) => { failedPasses.push(`${pass}: ${String(error)}`) })
t.teardown(() => workers.stop())

let made = 0
const wish = (more: Partial<StartDepositBody> = {}): StartDepositBody => ({
  reference: `deposit ${++made}`, amount: { amount: '98.50', currency: 'CNY' }, gateway: 'sandbox', ...more
})

/** Presses a button of the pay page. */
async function press (deposit: WalletDeposit, action: string, more: Readonly<Record<string, string>> = {}): Promise<string | null> {
  const response = await fetch(deposit.pay!.url!, { method: 'POST', body: new URLSearchParams({ action, ...more }), redirect: 'manual' })
  t.equal(response.status, 303, action)
  return response.headers.get('location')
}

const balanceOf = async ({ kahub }: Reseller) => (await kahub.wallets.list()).data[0]!.balance.amount

async function settled (reseller: Reseller, id: string): Promise<WalletDeposit> {
  let deposit = await reseller.kahub.deposits.get(id)
  await until(async () => {
    deposit = await reseller.kahub.deposits.get(id)
    return !['created', 'pending'].includes(deposit.state)
  })
  return deposit
}

/** Asks its gateway now, and not when it would. */
const askNow = (id: string) => db`update test.payments set query_at = now() where id = ${readId('payment', id)!}`

const back = async (id: string) => {
  await until(async () => (await db`
    select 1 from test.paybacks where payment_id = ${readId('payment', id)!} and state = 'succeeded'`).length > 0)
}

t.test('a deposit that is paid is in the wallet, once, and told', async t => {
  const alice = await house.reseller({ world: 'test', balance: '10' })
  const asked = wish()
  const deposit = await alice.kahub.deposits.create(asked)
  const { reference, amount } = asked
  t.match(deposit, { reference, state: 'pending', amount, pay: { kind: 'redirect' }, transfer: null, paid_at: null, returns: [] })
  t.ok(deposit.pay!.url!.startsWith(`${url}/sandbox-gateway/test/pay/`))
  t.equal(await balanceOf(alice), '10.00', 'nothing is there before it is paid')
  const returned = await press(deposit, 'pay')
  t.equal(returned, `${url}/deposits/done`)
  t.match(await (await fetch(returned!)).text(), 'You may close this page')
  const paid = await settled(alice, deposit.id)
  t.match(paid, { state: 'paid', pay: null, paid_at: String, transfer: /^trf_/ })
  t.equal(await balanceOf(alice), '108.50')
  const { data: [event] } = await alice.kahub.events.list({ types: ['wallet.deposited'], after: 1 })
  t.match(event, { data: { transfer: paid.transfer, amount, balance: { amount: '108.50' }, created_by: alice.credentials.keyId } })
  const { data: [transfer] } = await alice.kahub.wallets.transfers('CNY')
  t.match(transfer, { id: paid.transfer, kind: 'deposit', amount })
  t.same(await alice.kahub.deposits.create(asked), paid, 'the same again is the same deposit, paid')
})

t.test('the same reference is one deposit, however often and at once it comes; other fields are refused', async t => {
  const alice = await house.reseller({ world: 'test' })
  const asked = wish()
  const deposits = await Promise.all(Array.from({ length: 5 }, () => alice.kahub.deposits.create(asked)))
  t.equal(new Set(deposits.map(({ id, pay }) => `${id} ${pay!.url}`)).size, 1)
  t.equal((await alice.kahub.deposits.list()).data.length, 1)
  t.equal((await db`select 1 from test.sandbox_gateway_payments where merchant_payment = ${deposits[0]!.id}`).length, 1)
  t.equal(await outcomeOf(alice.kahub.deposits.create({ ...asked, amount: { amount: '98.51', currency: 'CNY' } })), 'reference_reused')
  t.equal(await outcomeOf(alice.kahub.deposits.create({ ...asked, gateway: 'other' })), 'reference_reused')
})

t.test('money that comes twice, or is told twice, is in the wallet once; the second goes back', async t => {
  const alice = await house.reseller({ world: 'test', balance: '0' })
  const toldTwice = await alice.kahub.deposits.create(wish())
  await press(toldTwice, 'told_twice')
  t.match(await settled(alice, toldTwice.id), { state: 'paid', returns: [] })
  const twice = await alice.kahub.deposits.create(wish())
  await press(twice, 'twice')
  await settled(alice, twice.id)
  await back(twice.id)
  t.match(await alice.kahub.deposits.get(twice.id), {
    state: 'paid', returns: [{ amount: { amount: '98.50', currency: 'CNY' }, reason: 'paid_twice', state: 'succeeded' }]
  })
  t.equal(await balanceOf(alice), '197.00')
})

t.test('another amount, or another currency, goes back as a whole and is not in the wallet', async t => {
  const alice = await house.reseller({ world: 'test', balance: '0' })
  const amount = await alice.kahub.deposits.create(wish())
  await press(amount, 'wrong_amount')
  t.match(await settled(alice, amount.id), {
    state: 'returned', transfer: null, returns: [{ amount: { amount: '98.49' }, reason: 'amount_mismatch' }]
  })
  const currency = await alice.kahub.deposits.create(wish())
  await press(currency, 'wrong_currency')
  t.match(await settled(alice, currency.id), { state: 'returned', returns: [{ amount: { currency: 'USD' }, reason: 'currency_mismatch' }] })
  await back(amount.id)
  await back(currency.id)
  t.equal(await balanceOf(alice), '0.00')
  const refunds = await db`
    select 1 from test.sandbox_gateway_refunds join test.sandbox_gateway_payments as payment on payment.id = payment_id
    where merchant_payment in (${amount.id}, ${currency.id})`
  t.equal(refunds.length, 2, 'the gateway has given it back')
})

t.test('money of which nobody tells is found by asking', async t => {
  const alice = await house.reseller({ world: 'test', balance: '0' })
  const deposit = await alice.kahub.deposits.create(wish())
  await press(deposit, 'never')
  t.match(await alice.kahub.deposits.get(deposit.id), { state: 'pending' })
  await askNow(deposit.id)
  t.match(await settled(alice, deposit.id), { state: 'paid' })
  t.equal(await balanceOf(alice), '98.50')
  const receipts = await db`select source from test.receipts where payment_id = ${readId('payment', deposit.id)!}`
  t.same(receipts.map(({ source }) => source), ['query'])
})

t.test('a deposit that nobody pays is closed at its time, at the gateway too; money that is late still counts', async t => {
  const alice = await house.reseller({ world: 'test', balance: '0' })
  const deposit = await alice.kahub.deposits.create(wish())
  const id = readId('payment', deposit.id)!
  await db`update test.payments set expires_at = now() - interval '1 second', query_at = now() where id = ${id}`
  t.match(await alice.kahub.deposits.get(deposit.id), { state: 'closed', pay: null }, 'at once, before anybody has closed it')
  await until(async () => (await db`select 1 from test.payments where id = ${id} and state = 'closed'`).length === 1)
  const [at] = await db`select closed_at from test.sandbox_gateway_payments where merchant_payment = ${deposit.id}`
  t.ok(at!.closed_at, 'the gateway was told')
  const again = await alice.kahub.deposits.create(wish({ reference: deposit.reference }))
  t.match(again, { id: deposit.id, state: 'closed', pay: null }, 'it is not begun again')
  await press(deposit, 'late', { seconds: '0' })
  await until(async () => (await alice.kahub.deposits.get(deposit.id)).state === 'paid')
  t.equal(await balanceOf(alice), '98.50')
})

t.test('a gateway that is down leaves the deposit as it is; the same again asks it again', async t => {
  const alice = await house.reseller({ world: 'test' })
  const world = house.worlds.test as { -readonly [Member in keyof OpenWorld]: OpenWorld[Member] }
  const { sandboxGateway } = world
  const asked = wish()
  const once = (body: StartDepositBody) => alice.send('POST', '/v1/deposits', { body })
  world.sandboxGateway = null
  t.teardown(() => { world.sandboxGateway = sandboxGateway })
  const down = await once(asked)
  t.match(down, { status: 503, code: 'gateway_unavailable', json: { retryable: true } })
  t.equal(down.headers['retry-after'], '5')
  const { data: [kept] } = await alice.kahub.deposits.list()
  t.match(kept, { reference: asked.reference, state: 'created', pay: null })
  t.match(await once(asked), { status: 503 })
  world.sandboxGateway = sandboxGateway
  const again = await once(asked)
  t.match(again, { status: 200, headers: { 'idempotent-replayed': 'true' }, json: { id: kept!.id, state: 'pending' } })
  t.equal((await alice.kahub.deposits.list()).data.length, 1)
})

t.test('what cannot be paid is refused, and nothing of it is kept', async t => {
  const alice = await house.reseller({ world: 'test' })
  const refusal = (more: Partial<StartDepositBody>) => outcomeOf(alice.kahub.deposits.create(wish(more)))
  t.equal(await refusal({ gateway: 'nothing' }), 'gateway_not_found')
  t.equal(await refusal({ amount: { amount: '10', currency: 'EUR' } }), 'wallet_missing')
  t.equal(await refusal({ amount: { amount: '0.99', currency: 'CNY' } }), 'amount_out_of_bounds')
  t.equal(await refusal({ amount: { amount: '500000.01', currency: 'CNY' } }), 'amount_out_of_bounds')
  t.equal(await refusal({ amount: { amount: '1.001', currency: 'CNY' } }), 'invalid_request')
  for (const returnUrl of ['http://shop.example.com/', 'javascript:alert(1)', 'https://me:you@shop.example.com/', '//x', 'ftp://x/']) {
    t.equal(await refusal({ return_url: returnUrl }), 'invalid_request', returnUrl)
  }
  t.same((await alice.kahub.deposits.list()).data, [])
  t.equal((await db`select 1 from test.payments where reseller_id = ${readId('reseller', alice.id)!}`).length, 0)
  for (const returnUrl of ['https://shop.example.com/paid?a=1', 'http://127.0.0.1:3000/back']) {
    t.equal(await press(await alice.kahub.deposits.create(wish({ return_url: returnUrl })), 'cancel'), returnUrl)
  }
  const live = await house.reseller()
  t.equal(await outcomeOf(live.kahub.deposits.create(wish())), 'gateway_not_found', 'play money does not come into the live world')
  t.equal(await outcomeOf(live.kahub.deposits.create(wish({ return_url: 'http://127.0.0.1:3000/back' }))), 'invalid_request')
  for (const currency of currencyCodes) {
    const { min, max } = depositBounds[currency]
    for (const bound of [min, max]) t.equal(roundToMinor(parseAmount(bound)!, currency), parseAmount(bound), `${currency} ${bound}`)
    t.ok(parseAmount(min)! < parseAmount(max)!, currency)
  }
})

t.test('deposits are their reseller’s alone, and need the scope', async t => {
  const [alice, bob] = [await house.reseller({ world: 'test' }), await house.reseller({ world: 'test' })]
  const deposit = await alice.kahub.deposits.create(wish())
  t.equal(await outcomeOf(bob.kahub.deposits.get(deposit.id)), 'not_found')
  t.same((await bob.kahub.deposits.list()).data, [])
  const reader = await alice.withKey({ scopes: resellerScopes.filter(scope => scope !== 'wallet:deposit') })
  t.equal(await outcomeOf(reader.kahub.deposits.create(wish())), 'scope_missing')
  t.match(await reader.kahub.deposits.get(deposit.id), { id: deposit.id })
  const pages = []
  for (let i = 0; i < 3; i++) await alice.kahub.deposits.create(wish())
  for await (const one of alice.kahub.deposits.list({ limit: 2 })) pages.push(one.id)
  t.equal(new Set(pages).size, 4)
  t.same(pages, [...pages].sort().reverse(), 'newest first')
})

t.test('the graph begins deposits and reads them as REST does', async t => {
  const alice = await house.reseller({ world: 'test', balance: '0' })
  const ask = graphReader(alice)
  const input = '{ reference: "graph", amount: { amount: "5", currency: CNY }, gateway: "sandbox" }'
  const made = await ask(`mutation { createDeposit(input: ${input}) {
    deposit { id state amount { amount currency } pay { kind url } } } }`)
  const { deposit } = made.data.createDeposit
  t.match(deposit, { state: 'pending', amount: { amount: '5.00', currency: 'CNY' }, pay: { kind: 'redirect' } })
  await press(await alice.kahub.deposits.get(deposit.id), 'pay')
  const { transfer } = await settled(alice, deposit.id)
  const { data } = await ask(`{
    deposit(id: "${deposit.id}") { state transfer { id kind } returns { reason } }
    deposits(first: 5) { nodes { id } }
  }`)
  t.match(data.deposit, { state: 'paid', transfer: { id: transfer, kind: 'deposit' }, returns: [] })
  t.match(data.deposits.nodes, [{ id: deposit.id }])
})

t.test('the books are sound, and no pass has failed', async t => {
  await house.proves(t)
  t.same(failedPasses, [])
})
