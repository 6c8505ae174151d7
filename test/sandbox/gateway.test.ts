// The sandbox gateway as its merchants meet it: over HTTP, signed, with a server of theirs that is told.
import t, { type Test } from 'tap'
import { createHmac } from 'node:crypto'
import { GatewayFailure, type Gateway, type GatewayPayment } from '../../src/base/gateway.ts'
import { newId, randomText, showId } from '../../src/base/ids.ts'
import { readMasterKeys } from '../../src/base/seal.ts'
import { openWorld, startWorkers, type SandboxGatewayPlace } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { sandboxActions } from '../../src/domain/sandbox-gateway/act-on-payment.ts'
import { purgeSandboxPayments } from '../../src/domain/sandbox-gateway/purge-payments.ts'
import { noticeAttemptsMax } from '../../src/domain/sandbox-gateway/send-notices.ts'
import { openSandbox } from '../../src/outgoing/gateways/sandbox.ts'
import { openCallbackReceiver, type Callback, type CallbackReceiver } from '../support/callback-receiver.ts'
import { openHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = await openHouse(t)
const { db, url } = house
const failedPasses: string[] = []
const workers = startWorkers(house.worlds, (pass, error) => { failedPasses.push(`${pass}: ${String(error)}`) })
t.teardown(() => workers.stop())

const secret = house.worlds.test.sandboxGateway!.secret.reveal()
const gateway = openSandbox({ world: 'test', secret: secret.toString('base64') })

/** A merchant of the gateway's that signs by hand, and keeps what it is told. */
interface Merchant {
  readonly receiver: CallbackReceiver
  ask (method: string, path: string, body?: object, tamper?: Tamper): Promise<{ status: number, json: any, signed: boolean }>
  /** Makes a payment and gives the paths of its address and of its page. */
  makes (wish?: Partial<Wanted>): Promise<{ address: string, page: string, name: string }>
  /** What it was told of a payment, in the order of arrival. */
  told (name: string): readonly Callback[]
}

interface Wanted { readonly amount: string, readonly currency: string, readonly expires_at: string }
interface Tamper { readonly timestamp?: number, readonly secret?: Buffer, readonly sent?: string, readonly path?: string }

async function openMerchant (t: Test, answer?: Parameters<typeof openCallbackReceiver>[1]): Promise<Merchant> {
  const receiver = await openCallbackReceiver(t, answer)
  const ask: Merchant['ask'] = async (method, path, body, tamper = {}) => {
    const { timestamp = nowSeconds(), secret: key = secret, sent, path: sentPath } = tamper
    const text = body === undefined ? '' : JSON.stringify(body)
    const signature = mac(key, `request\n${method} ${path}\n${timestamp}\n${text}`)
    const response = await fetch(url + (sentPath ?? path), {
      method,
      headers: {
        'sandbox-timestamp': String(timestamp),
        'sandbox-signature': signature,
        ...(text !== '' && { 'content-type': 'application/json' })
      },
      ...(text !== '' && { body: sent ?? text })
    })
    const answered = await response.text()
    const answeredAt = response.headers.get('sandbox-timestamp')
    const signed = response.headers.get('sandbox-signature') === mac(secret, `answer\n${signature}\n${answeredAt}\n${answered}`)
    return { status: response.status, json: JSON.parse(answered), signed }
  }
  return {
    receiver,
    ask,
    async makes (wish = {}) {
      const name = showId('payment', newId())
      const { status, json } = await ask('POST', '/sandbox-gateway/test/payments', wanted(receiver, { merchant_payment: name, ...wish }))
      t.equal(status, 200, 'the payment is made')
      return { address: json.address, page: json.pay_page, name }
    },
    told: name => receiver.received.filter(({ json }) => json.merchant_payment === name)
  }
}

function wanted ({ url }: { readonly url: string }, more: object) {
  return {
    amount: '98.50',
    currency: 'CNY',
    subject: '<b>Steam</b> & co',
    notify_url: `${url}/news`,
    return_url: `${url}/back`,
    expires_at: new Date(Date.now() + 600_000).toISOString(),
    language: 'en',
    ...more
  }
}

/** Presses a button of a page, as a browser without scripts does. */
async function press (page: string, action: string, more: Readonly<Record<string, string>> = {}) {
  const response = await fetch(url + page, { method: 'POST', body: new URLSearchParams({ action, ...more }), redirect: 'manual' })
  return { status: response.status, location: response.headers.get('location'), text: await response.text() }
}

/** What a call failed with; of one that did not fail, nothing that is looked for. */
const failureOf = (call: Promise<unknown>) => call.then(() => 'it did not fail', error => error as unknown)

const nowSeconds = () => Math.floor(Date.now() / 1_000)
const mac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest('hex')
const typesOf = (told: readonly Callback[]) => told.map(({ json }) => json.type)

t.test('a payment that is paid is told at once, signed, and stands as paid', async t => {
  const merchant = await openMerchant(t)
  const { address, page, name } = await merchant.makes()
  t.match((await merchant.ask('GET', address)).json, { merchant_payment: name, state: 'open', receipts: [] })
  t.match(await press(page, 'pay'), { status: 303, location: `${merchant.receiver.url}/back` })
  await until(() => merchant.told(name).length > 0)
  const [{ headers, text, json }] = merchant.told(name) as [Callback]
  t.equal(headers['sandbox-signature'], mac(secret, `notice\n\n${headers['sandbox-timestamp']}\n${text}`))
  t.match(json, { type: 'payment.paid', receipt: { amount: '98.50', currency: 'CNY' } })
  const standing = await merchant.ask('GET', address)
  t.ok(standing.signed, 'answers are signed for their request')
  t.match(standing.json, { state: 'paid', receipts: [json.receipt] })
  t.match(await press(page, 'pay'), { status: 303 }, 'pressed again, it leads back')
  t.equal((await merchant.ask('GET', address)).json.receipts.length, 1, 'and takes no more money')
})

t.test('every button does what it says', async t => {
  const merchant = await openMerchant(t)
  const paid = { type: 'payment.paid', receipt: { amount: '98.50', currency: 'CNY' } }
  const expected: Readonly<Record<string, { state: string, amounts: readonly string[], told: readonly object[] }>> = {
    pay: { state: 'paid', amounts: ['98.50 CNY'], told: [paid] },
    fail: { state: 'open', amounts: [], told: [{ type: 'payment.failed' }] },
    twice: { state: 'paid', amounts: ['98.50 CNY', '98.50 CNY'], told: [paid, paid] },
    told_twice: { state: 'paid', amounts: ['98.50 CNY'], told: [paid, paid] },
    out_of_order: { state: 'paid', amounts: ['98.50 CNY'], told: [{ type: 'payment.refunded' }, paid, { type: 'payment.open' }] },
    never: { state: 'paid', amounts: ['98.50 CNY'], told: [] },
    wrong_amount: { state: 'paid', amounts: ['98.49 CNY'], told: [{ type: 'payment.paid', receipt: { amount: '98.49' } }] },
    wrong_currency: { state: 'paid', amounts: ['98.50 USD'], told: [{ type: 'payment.paid', receipt: { currency: 'USD' } }] },
    cancel: { state: 'open', amounts: [], told: [] },
    late: { state: 'paid', amounts: ['98.50 CNY'], told: [paid] }
  }
  t.same(Object.keys(expected).sort(), [...sandboxActions].sort())
  const made = await Promise.all(Object.keys(expected).map(async action => ({ action, ...await merchant.makes() })))
  for (const { action, page } of made) {
    const { status, location } = await press(page, action, action === 'late' ? { seconds: '0' } : {})
    t.same([status, location], [303, `${merchant.receiver.url}/back`], action)
  }
  for (const { action, name, address } of made) {
    const { state, amounts, told } = expected[action]!
    await until(() => merchant.told(name).length >= told.length)
    t.match(merchant.told(name).map(({ json }) => json), told, `${action}: what is told`)
    const standing = (await merchant.ask('GET', address)).json
    const came = standing.receipts.map((one: any) => `${one.amount} ${one.currency}`)
    t.same([standing.state, came], [state, amounts], `${action}: how it stands`)
  }
  const twice = made.find(({ action }) => action === 'twice')!
  const transactions = merchant.told(twice.name).map(({ json }) => json.receipt.transaction)
  t.not(transactions[0], transactions[1], 'money that comes twice has two numbers')
  const toldTwice = made.find(({ action }) => action === 'told_twice')!
  t.equal(new Set(merchant.told(toldTwice.name).map(({ json }) => json.receipt.transaction)).size, 1, 'money that is told twice has one')
  // All that was to be told has been: one more that should not have been would be here by now, or its row would be.
  const rows = await db`select due_at, taken_at from test.sandbox_gateway_notices where due_at is not null or taken_at is null`
  t.same(rows, [], 'nothing is left to be told')
})

t.test('a failed payment can be paid, and its page says that the last try failed', async t => {
  const merchant = await openMerchant(t)
  const { page, address } = await merchant.makes()
  await press(page, 'fail')
  t.match(await (await fetch(url + page)).text(), 'The last try failed')
  await press(page, 'pay')
  t.equal((await merchant.ask('GET', address)).json.state, 'paid')
})

t.test('what has ended can only be paid late, and then it is paid all the same', async t => {
  const merchant = await openMerchant(t)
  const closed = await merchant.makes()
  t.match((await merchant.ask('POST', `${closed.address}/close`)).json, { state: 'closed' })
  const expired = await merchant.makes({ expires_at: new Date(Date.now() - 1_000).toISOString() })
  t.match((await merchant.ask('GET', expired.address)).json, { state: 'closed' })
  for (const { page, address, name } of [closed, expired]) {
    for (const action of ['pay', 'twice', 'never', 'fail']) {
      t.match(await press(page, action), { status: 409, text: /only be paid late/ }, action)
    }
    t.match((await merchant.ask('GET', address)).json, { state: 'closed', receipts: [] })
    t.match(await press(page, 'late', { seconds: '3600' }), { status: 303 })
    t.match((await merchant.ask('GET', address)).json, { state: 'closed', receipts: [] }, 'money to come has not come')
    t.match(await press(page, 'late', { seconds: '0' }), { status: 303 }, 'it comes once')
    await db`update test.sandbox_gateway_receipts set comes_at = now() where payment_id = ${address.split('/').at(-1)!}`
    t.match((await merchant.ask('GET', address)).json, { state: 'paid', receipts: [{ amount: '98.50' }] })
    t.same(typesOf(merchant.told(name)), [], 'it is told when it was to come')
    await db`update test.sandbox_gateway_notices set due_at = now() where payment_id = ${address.split('/').at(-1)!}`
    await until(() => merchant.told(name).length === 1)
  }
  t.match(await press((await merchant.makes()).page, 'late', { seconds: '-1' }), { status: 422 })
  t.match(await press((await merchant.makes()).page, 'explode'), { status: 422 })
})

t.test('money that is faster than the closing is told by it', async t => {
  const merchant = await openMerchant(t)
  const { page, address } = await merchant.makes()
  await press(page, 'never')
  t.match((await merchant.ask('POST', `${address}/close`)).json, { state: 'paid', receipts: [{ amount: '98.50' }] })
})

t.test('a notice is sent until it is taken, and not for ever', async t => {
  const answers = [500, 404, 200]
  const merchant = await openMerchant(t, () => answers.shift() ?? 500)
  const { name, page } = await merchant.makes()
  await press(page, 'pay')
  await until(() => merchant.told(name).length === 3)
  t.equal(new Set(merchant.told(name).map(({ text }) => text)).size, 1, 'it says the same each time')
  const givenUp = await merchant.makes()
  const id = givenUp.address.split('/').at(-1)!
  await press(givenUp.page, 'pay')
  await until(() => merchant.told(givenUp.name).length >= 1)
  const due = () => db`
    update test.sandbox_gateway_notices set due_at = now(), attempts = greatest(attempts, ${noticeAttemptsMax - 1})
    where payment_id = ${id} and due_at is not null and attempts < ${noticeAttemptsMax} returning 1`
  await due()
  await until(async () => (await db`
    select 1 from test.sandbox_gateway_notices where payment_id = ${id} and due_at is null and last_error = 'status 500'`).length === 1)
})

t.test('the gateway takes nothing that its merchant has not signed, as it is and in the last five minutes', async t => {
  const merchant = await openMerchant(t)
  const { address, page } = await merchant.makes()
  const refused = async (tamper: Tamper, says: string) => {
    const { status, signed } = await merchant.ask('POST', `${address}/close`, {}, tamper)
    t.same([status, signed], [401, false], says)
  }
  await refused({ secret: Buffer.alloc(32, 1) }, 'another secret')
  await refused({ timestamp: nowSeconds() - 301 }, 'too old')
  await refused({ timestamp: nowSeconds() + 301 }, 'from the future')
  await refused({ sent: '{ }' }, 'another body')
  await refused({ path: '/sandbox-gateway/test/payments' }, 'another address')
  t.equal((await fetch(`${url}${address}/close`, { method: 'POST' })).status, 401, 'no signature')
  t.match((await merchant.ask('GET', address)).json, { state: 'open' }, 'nothing was closed')
  const name = showId('payment', newId())
  for (const [says, wish] of Object.entries({
    'no amount': { amount: '0' },
    'too many decimals': { amount: '1.001' },
    'no currency': { currency: 'XXX' },
    'no address': { return_url: 'javascript:alert(1)' },
    'more than there is': { more: true }
  })) {
    const asked = wanted(merchant.receiver, { merchant_payment: name, ...wish })
    t.match(await merchant.ask('POST', '/sandbox-gateway/test/payments', asked), { status: 409, signed: true }, says)
  }
  const other = await merchant.ask('POST', '/sandbox-gateway/test/payments/nothing/close')
  t.match(other, { status: 404, signed: true, json: { error: 'not_found' } })
  t.equal((await fetch(`${url}${page}x`)).status, 404, 'a page that is not there')
})

t.test('a world without the sandbox gateway has nothing of it', async t => {
  t.equal(house.worlds.live.sandboxGateway, null)
  const merchant = await openMerchant(t)
  const { page } = await merchant.makes()
  for (const path of [page.replace('/test/', '/live/'), '/sandbox-gateway/live/payments/x', '/sandbox-gateway/__proto__/pay/x']) {
    t.equal((await fetch(url + path)).status, 404, path)
  }
  t.equal((await merchant.ask('POST', '/sandbox-gateway/live/payments', {})).status, 404)
  t.same(await db`select id from live.gateways`, [])
  t.same(await db`select id, kind, state from test.gateways`, [{ id: 'sandbox', kind: 'sandbox', state: 'enabled' }])
})

t.test('the setting brings the sandbox gateway into the live world and out of it, but not against the operator', async t => {
  const startAgain = async (place: SandboxGatewayPlace) => {
    const world = await openWorld(house.databaseUrl, 'live', readMasterKeys(house.masterKey), undefined, undefined, place)
    const isOffered = world.gateways.current.enabledFor('CNY').some(({ id }) => id === 'sandbox')
    const [row] = await db`select state from live.gateways where id = 'sandbox'`
    await world.close()
    return { has: world.sandboxGateway !== null, isOffered, state: row?.state }
  }
  t.same(await startAgain('test world'), { has: false, isOffered: false, state: undefined })
  t.same(await startAgain('both worlds'), { has: true, isOffered: true, state: 'enabled' })
  t.same(await startAgain('test world'), { has: false, isOffered: false, state: 'disabled' })
  t.same(await startAgain('both worlds'), { has: true, isOffered: true, state: 'enabled' })
  await db`update live.gateways set state = 'disabled', updated_by = 'key_live_operator' where id = 'sandbox'`
  t.same(await startAgain('both worlds'), { has: true, isOffered: false, state: 'disabled' }, 'what the operator disabled stays so')
  const read = (value: string) => readConfig({ SANDBOX_GATEWAY: value }).sandboxGateway
  t.same([read(''), read('1'), read('0')], [undefined, true, false])
  t.throws(() => read('yes'), { message: 'SANDBOX_GATEWAY must be 1 or 0' })
})

t.test('the page shows what is text as text, loads nothing and can be read in both languages', async t => {
  const merchant = await openMerchant(t)
  const { page } = await merchant.makes()
  const response = await fetch(url + page)
  const html = await response.text()
  t.match(response.headers.get('content-security-policy'), /^default-src 'none'; style-src 'sha256-/)
  t.equal(response.headers.get('referrer-policy'), 'no-referrer')
  t.match(html, '&lt;b&gt;Steam&lt;/b&gt; &amp; co')
  t.notMatch(html, /<script|<b>Steam|https?:\/\//)
  t.match(html, 'no real money moves')
  const chinese = await (await fetch(`${url}${page}?lang=zh-CN`)).text()
  t.match(chinese, /<html lang="zh-CN">[^]*不会产生任何真实扣款/)
  t.ok(Buffer.byteLength(chinese) < 16_384, 'it is small')
})

const payment = (more: Partial<GatewayPayment> = {}): GatewayPayment => ({
  paymentId: showId('payment', newId()),
  gatewayRef: null,
  amount: 985_000n,
  currency: 'CNY',
  subject: 'Steam 100',
  notifyUrl: `${url}/pay/test/sandbox/news`,
  returnUrl: `${url}/back/x`,
  expiresAt: new Date(Date.now() + 600_000),
  client: 'phone',
  ip: '127.0.0.1',
  language: 'zh-CN',
  ...more
})

async function created (wish: GatewayPayment) {
  const { action, gatewayRef } = await gateway.create(wish)
  if (action.kind !== 'redirect') throw new Error('the sandbox leads to its page')
  return { page: new URL(action.url).pathname, name: { paymentId: wish.paymentId, gatewayRef } }
}

t.test('the adapter makes, asks, closes and refunds over that wire', async t => {
  const wish = payment()
  const { page, name } = await created(wish)
  t.same(await created(wish), { page, name }, 'the same payment again is the same')
  t.match(await failureOf(gateway.create({ ...wish, amount: 1_000_000n })), { kind: 'refused' }, 'of another amount it is refused')
  t.same(await gateway.query(name), { state: 'open' })
  await press(page, 'never')
  const standing = await gateway.query(name)
  t.match(standing, { state: 'paid', receipts: [{ paymentId: wish.paymentId, amount: 985_000n, currency: 'CNY', paidAt: Date }] })
  t.same(await gateway.close(name), standing, 'closing tells that money was faster')
  if (standing.state !== 'paid') return
  const refund = {
    ...name,
    paybackId: showId('payback', newId()),
    transaction: standing.receipts[0]!.transaction,
    amount: 985_000n,
    paid: 985_000n,
    currency: 'CNY' as const,
    reason: 'out_of_stock'
  }
  t.equal(await gateway.queryRefund(refund), 'unknown')
  t.equal(await gateway.refund(refund), 'succeeded')
  t.equal(await gateway.refund(refund), 'succeeded', 'again, it is refunded once')
  t.equal(await gateway.queryRefund(refund), 'succeeded')
  t.equal((await db`select 1 from test.sandbox_gateway_refunds where transaction = ${refund.transaction}`).length, 1)
  const more = { ...refund, paybackId: showId('payback', newId()) }
  t.match(await failureOf(gateway.refund(more)), { kind: 'refused' }, 'more than came does not go back')
  t.match(await failureOf(gateway.refund({ ...refund, amount: 1_0000n })), { kind: 'refused' }, 'nor another amount under that name')

  const other = await created(payment())
  t.same(await gateway.close(other.name), { state: 'closed' })
  t.same(await gateway.query({ ...other.name, gatewayRef: `${other.name.gatewayRef}x` }), { state: 'unknown' })
  t.same(await gateway.query({ ...other.name, gatewayRef: null }), { state: 'unknown' })
  const late = await created(payment({ currency: 'JPY', amount: 1_0000n }))
  await press(late.page, 'wrong_amount')
  t.match(await gateway.query(late.name), { receipts: [{ amount: 2_0000n, currency: 'JPY' }] }, 'the least amount can only be too much')
})

t.test('the adapter believes no answer that the gateway did not sign', async t => {
  const wish = payment()
  const stranger: Gateway = openSandbox({ world: 'test', secret: randomText(24) })
  await t.rejects(stranger.create(wish), new GatewayFailure('unreachable', 'the sandbox gateway did not answer (status 401)'))
  const liar = await openCallbackReceiver(t)
  t.match(await failureOf(gateway.create({ ...wish, notifyUrl: `${liar.url}/pay/test/sandbox/news` })), { kind: 'unreachable' })
  t.equal(liar.received.length, 1, 'it was asked')
  t.match(await failureOf(gateway.query({ paymentId: wish.paymentId, gatewayRef: 'http://127.0.0.1:9/nobody' })), { kind: 'unreachable' })
})

t.test('news that are forged, altered, of another world or old are refused; what is no payment says nothing', async t => {
  const merchant = await openMerchant(t)
  const { page, name } = await merchant.makes()
  await press(page, 'out_of_order')
  await until(() => merchant.told(name).length === 3)
  const [refunded, paid, open] = merchant.told(name) as [Callback, Callback, Callback]
  const read = (of: Callback, headers = {}, text = of.text, nowMs = Date.now()) =>
    gateway.readNews({ headers: { ...of.headers, ...headers }, body: Buffer.from(text) }, nowMs)
  t.match(await read(paid), { kind: 'paid', receipt: { paymentId: name, amount: 985_000n, currency: 'CNY' } })
  t.same(await read(refunded), { kind: 'other' })
  t.same(await read(open), { kind: 'other' })
  const refused = async (reading: Promise<unknown>, says: string) => {
    t.match(await failureOf(reading), { code: 'payment_news_invalid' }, says)
  }
  await refused(read(paid, {}, paid.text.replace('98.50', '98.51')), 'altered')
  await refused(read(paid, { 'sandbox-signature': open.headers['sandbox-signature'] }), 'another’s signature')
  await refused(read(paid, { 'sandbox-signature': undefined }), 'unsigned')
  await refused(read(paid, { 'sandbox-signature': '' }), 'an empty signature')
  await refused(read(paid, { 'sandbox-timestamp': String(nowSeconds() + 10) }), 'another time')
  await refused(read(paid, {}, paid.text, Date.now() + 302_000), 'replayed after five minutes')
  const elsewhere = openSandbox({ world: 'live', secret: randomText(24) })
  await refused(elsewhere.readNews({ headers: paid.headers, body: Buffer.from(paid.text) }, Date.now()), 'of another account')
})

t.test('payments of the sandbox are forgotten after thirty days', async t => {
  const merchant = await openMerchant(t)
  const { page, address, name } = await merchant.makes()
  const kept = await merchant.makes()
  await press(page, 'pay')
  await until(() => merchant.told(name).length === 1)
  await db`update test.sandbox_gateway_payments set created_at = now() - interval '31 days' where merchant_payment = ${name}`
  await purgeSandboxPayments(house.worlds.test.db, 100)
  t.equal((await merchant.ask('GET', address)).status, 404)
  t.equal((await merchant.ask('GET', kept.address)).status, 200)
})

t.test('no pass has failed', async t => {
  t.same(failedPasses, [])
})
