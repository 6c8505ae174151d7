// Payments from the gateway to the books: gateways of the tests' own speak the real wire, the house, its database and its passes are the
// real ones. What a gateway never tells is found, what cannot be used goes back, once, and whoever dies in between leaves nothing undone.
import t from 'tap'
import { showId, newId, type Uuid } from '../../src/base/ids.ts'
import { newMasterKey, readMasterKeys } from '../../src/base/seal.ts'
import { beginPayment, type Payer } from '../../src/api/payments/begin-payment.ts'
import { forgedPerMinute, newsBytesMax } from '../../src/api/payments/register-payment-news.ts'
import type { StartedCheckout } from '../../src/domain/links/checkouts/checkout.ts'
import { paybackFailed, paybackSucceeded } from '../../src/domain/links/checkouts/end-payback.ts'
import { expireCheckouts } from '../../src/domain/links/checkouts/expire-checkouts.ts'
import { readCheckout, readPaymentsOf } from '../../src/domain/links/checkouts/read-checkout.ts'
import { closingDaysMax, closingGraceSeconds, leasePayments, queryLeaseSeconds, queryPayments } from '../../src/domain/payments/query-payments.ts'
import { loadGateways } from '../../src/domain/payments/load-gateways.ts'
import { leasePaybacks, paybackAttemptsMax, sendPaybacks } from '../../src/domain/payments/send-paybacks.ts'
import { rewrapUnderCurrentMaster } from '../../src/domain/secrets/rewrap-under-current-master.ts'
import { openGateway } from '../../src/outgoing/gateways/open-gateway.ts'
import { openFakeAlipay } from '../outgoing/gateways/fake-alipay.ts'
import { openFakeStripe } from '../outgoing/gateways/fake-stripe.ts'
import { openFakeWechatpay } from '../outgoing/gateways/fake-wechatpay.ts'
import { begins, codeOf, makeLink, offByOne, runsOut } from '../support/buyers.ts'
import { openHouse, outcomeOf } from '../support/house.ts'

const house = await openHouse(t)
const { live } = house.worlds
const { db, operator, url } = house
const [alipay, wechatpay, stripe] = await Promise.all([openFakeAlipay(t), openFakeWechatpay(t), openFakeStripe(t)])
const alice = await house.reseller()

const putAlipay = (more: object = {}) => operator.gateways.put('alipay', {
  kind: 'alipay', name: 'Alipay', name_zh: '支付宝', currencies: ['CNY'], config: alipay.config, ...more
})
const putWechatpay = (more: object = {}) => operator.gateways.put('wechatpay', {
  kind: 'wechatpay', name: 'WeChat Pay', name_zh: '微信支付', currencies: ['CNY'], config: wechatpay.config, ...more
})
const putStripe = (more: object = {}) => operator.gateways.put('card', {
  kind: 'stripe', name: 'Card', name_zh: '银行卡', currencies: ['CNY', 'USD', 'JPY', 'KWD'], config: stripe.config, ...more
})

const payer: Payer = { client: 'desktop', ip: '203.0.113.7', language: 'zh-CN', subject: '点券 100' }
const kinds = ['alipay', 'wechatpay', 'card'] as const
type GatewayName = typeof kinds[number]

/** A purchase that has begun, with a payment that its gateway may not know yet. */
async function starts (gateway: GatewayName, codes = 3): Promise<StartedCheckout & { readonly sku: string, readonly link: Uuid }> {
  const sku = await house.sku({ codes, price: '8' })
  const link = await makeLink(db, { reseller: alice.id, skus: { [sku]: 9.9 } })
  return { ...await begins(live, { link, sku, seen: 9.9, gateway }), sku, link }
}

/** A purchase whose payer is at the gateway. */
async function opens (gateway: GatewayName, codes = 3) {
  const started = await starts(gateway, codes)
  const paymentId = showId('payment', started.payment.id)
  const action = await beginPayment(live, url, started.payment, payer)
  if (gateway === 'alipay' && action.kind === 'redirect') alipay.open(action.url)
  return { ...started, paymentId }
}

const fakes = { alipay, wechatpay, card: stripe }
const paymentOf = async ({ payment }: Pick<StartedCheckout, 'payment'>) => (await readPaymentsOf(live.db, payment.subjectId)).find(({ id }) => id === payment.id)!
const checkoutOf = async ({ checkout }: Pick<StartedCheckout, 'checkout'>) => (await readCheckout(live.db, checkout.id))!
const askWhatIsDue = () => queryPayments({ db: live.db, gateways: live.gateways.current, receivePayment: live.receivePayment }, 100)
const sendWhatIsDue = () => sendPaybacks({ db: live.db, gateways: live.gateways.current, paybackSucceeded, paybackFailed }, 100)
/** Makes these payments due now, and no other. */
async function dueOnly (ids: readonly Uuid[]): Promise<void> {
  await db`
    update payments set query_at = case when id = any(${ids as Uuid[]}::uuid[]) then now() else now() + interval '1 hour' end
    where query_at is not null`
}
/** Lets the gateway be asked of this payment now, and of no other. */
async function askNow ({ payment }: Pick<StartedCheckout, 'payment'>): Promise<void> {
  await dueOnly([payment.id])
  await askWhatIsDue()
}
async function dueIn (id: Uuid): Promise<number | null> {
  const [row] = await db<{ seconds: number | null }[]>`select extract(epoch from query_at - now())::float8 as seconds from payments where id = ${id}`
  return row!.seconds
}
async function receiptsOf ({ payment }: Pick<StartedCheckout, 'payment'>) {
  return (await db`select transaction, amount, applied, reason, source from receipts where payment_id = ${payment.id}`).map(row => ({ ...row }))
}
async function paybackOf ({ payment }: Pick<StartedCheckout, 'payment'>) {
  const [row] = await db<{ id: Uuid, state: string, reason: string, attempts: number, last_error: string | null, seconds: number | null }[]>`
    select id, state, reason, attempts, last_error, extract(epoch from next_at - now())::float8 as seconds from paybacks
    where payment_id = ${payment.id}`
  return row
}
async function payBackOnly (paymentId: Uuid): Promise<void> {
  await db`
    update paybacks set next_at = case payment_id when ${paymentId} then now() else now() + interval '1 hour' end where next_at is not null`
}
/** Lets what goes back be sent now, of this payment alone. */
async function sendNow ({ payment }: Pick<StartedCheckout, 'payment'>): Promise<void> {
  await payBackOnly(payment.id)
  await sendWhatIsDue()
}
async function tells (gateway: string, message: { readonly headers?: Record<string, string>, readonly body: Buffer }, world = 'live') {
  const headers = message.headers ?? { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  const answer = await fetch(`${url}/pay/${world}/${gateway}/news`, { method: 'POST', headers, body: new Uint8Array(message.body) })
  return { status: answer.status, text: await answer.text() }
}
const newsOf = (gateway: GatewayName, paymentId: string) =>
  gateway === 'alipay' ? { body: alipay.news(paymentId) } : fakes[gateway].news(paymentId)
const taken = { alipay: { status: 200, text: 'success' }, wechatpay: { status: 204, text: '' }, card: { status: 200, text: '{"received":true}' } }

t.test('a gateway is configured, its account is sealed and never shown, and what is wrong with it is told in its place', async t => {
  const shown = await putAlipay()
  t.match(shown, {
    id: 'alipay',
    kind: 'alipay',
    state: 'enabled',
    currencies: ['CNY'],
    fault: null,
    news_url: `${url}/pay/live/alipay/news`,
    account: { app_id: alipay.config['app_id'], seller_id: alipay.config['seller_id'], app_public_key: /^sha256:[0-9a-f]{64}$/, alipay_public_key: /^sha256:/ }
  })
  const others = [await putWechatpay(), await putStripe()]
  t.match(others[1]!.account, { mode: 'live' })
  const secrets = [stripe.config['secret_key'], stripe.config['webhook_secret'], wechatpay.config['api_v3_key'], 'PRIVATE KEY'].map(String)
  const told = JSON.stringify([shown, others, await operator.gateways.get('card'), (await operator.gateways.list()).data])
  const [{ dump }] = await db<[{ dump: string }]>`select string_agg(encode(sealed_config, 'escape'), '') as dump from gateways`
  for (const each of secrets) t.notOk(told.includes(each) || dump.includes(each), 'no secret is shown or kept open')

  const faultsOf = async (id: string, body: object) => {
    const whole = { name: 'X', name_zh: 'X', currencies: ['CNY'], ...body }
    const { status, json } = await house.operators.live.send('PUT', `/admin/v1/gateways/${id}`, { body: whole })
    return { status, code: json.code, pointers: (json.errors ?? []).map(({ pointer }: { pointer: string }) => pointer).sort() }
  }
  const refused = (pointers: readonly string[]) => ({ status: 422, code: 'invalid_request', pointers })
  const ali = (changed: Record<string, unknown>) => faultsOf('a', { kind: 'alipay', config: { ...alipay.config, ...changed } })
  const wechat = (changed: Record<string, unknown>) => faultsOf('w', { kind: 'wechatpay', config: { ...wechatpay.config, ...changed } })
  const card = (changed: Record<string, unknown>) => faultsOf('s', { kind: 'stripe', config: { ...stripe.config, ...changed } })
  const ofConfig = (...names: string[]) => refused(names.map(name => `/config/${name}`).sort())
  t.same(await faultsOf('a', { kind: 'alipay', config: {} }), ofConfig('app_id', 'seller_id', 'private_key', 'alipay_public_key'))
  t.same(await faultsOf('a', { kind: 'alipay' }), refused(['/config']))
  t.same(await ali({ app_id: '12', more: 1, private_key: alipay.config['alipay_public_key'] }), ofConfig('app_id', 'more', 'private_key'))
  t.same(await faultsOf('a', { kind: 'alipay', config: alipay.config, currencies: ['CNY', 'USD'] }), refused(['/currencies/1']))
  for (const base of ['http://pay.example', 'https://user@pay.example', 'https://pay.example/?x', 'ftp://127.0.0.1', 'pay', 7]) {
    t.same(await ali({ base_url: base }), ofConfig('base_url'), String(base))
  }
  const [serial] = Object.keys(wechatpay.config['platform_keys'] as object)
  const twice = ofConfig('api_v3_key', 'platform_keys/a~1b', 'platform_keys/a~1b')
  t.same(await wechat({ api_v3_key: 'short', platform_keys: { 'a/b': 'x' } }), twice)
  const secret = { platform_keys: { [serial!]: wechatpay.config['private_key'] } }
  t.same(await wechat(secret), ofConfig(`platform_keys/${serial}`), 'a private key is no platform key')
  t.same(await wechat({ platform_keys: {} }), ofConfig('platform_keys'))
  t.same(await card({ secret_key: 'sk_test_00000000000000' }), ofConfig('secret_key'), 'play money buys no live codes')
  t.same(await card({ webhook_secret: 'x' }), ofConfig('webhook_secret'))
  t.same(await faultsOf('s', { kind: 'sandbox', config: {} }), refused(['/kind']))
  t.match(await faultsOf('UPPER', { kind: 'alipay', config: alipay.config }), { status: 422, code: 'invalid_request' })
  t.equal(await outcomeOf(operator.gateways.get('nowhere')), 'not_found')
  t.equal(await outcomeOf(operator.gateways.enable('nowhere')), 'not_found')
})

t.test('resellers see the gateways that are open, and one that is disabled takes nothing new', async t => {
  const open = async () => (await alice.kahub.gateways.list()).data.filter(({ kind }) => kind !== 'sandbox')
  t.same(await open(), [
    { id: 'alipay', kind: 'alipay', name: 'Alipay', name_zh: '支付宝', currencies: ['CNY'] },
    { id: 'card', kind: 'stripe', name: 'Card', name_zh: '银行卡', currencies: ['CNY', 'USD', 'JPY', 'KWD'] },
    { id: 'wechatpay', kind: 'wechatpay', name: 'WeChat Pay', name_zh: '微信支付', currencies: ['CNY'] }
  ])
  t.match(await operator.gateways.disable('card'), { state: 'disabled' })
  t.same((await open()).map(({ id }) => id), ['alipay', 'wechatpay'])
  t.same(live.gateways.current.enabledFor('USD'), [])
  t.ok(live.gateways.current.find('card'), 'what was begun is finished')
  await operator.gateways.enable('card')
  t.same(live.gateways.current.enabledFor('USD').map(({ id }) => id), ['card'])
  t.equal((await house.operators.test.admin.gateways.list()).data.some(({ id }) => id === 'alipay'), false, 'the other world has its own')
  const poor = await house.reseller({ scopes: ['catalog:read'] })
  t.equal(await outcomeOf(poor.kahub.gateways.list()), 'scope_missing')
})

t.test('a payment begins once: asked again, also at the same time, it is paid in the same way', async t => {
  for (const gateway of kinds) {
    const started = await starts(gateway)
    const actions = await Promise.all([1, 2, 3].map(() => beginPayment(live, url, started.payment, payer)))
    const kept = await paymentOf(started)
    t.match(kept, { state: 'pending', lastError: null }, gateway)
    const asked = fakes[gateway].asked.length
    t.same(await beginPayment(live, url, kept, payer), kept.action)
    t.equal(fakes[gateway].asked.length, asked, 'what is kept is not asked for')
    // A signed address of Alipay's has the second in it at which it was signed; which of them is kept, all of them are shown.
    for (const action of actions) t.same(action, kept.action)
  }
})

t.test('a gateway that is down, or refuses, leaves the purchase open and says which', async t => {
  const started = await starts('wechatpay')
  wechatpay.mode = 'gone'
  t.equal(await codeOf(beginPayment(live, url, started.payment, payer)), 'gateway_unavailable')
  t.match(await paymentOf(started), { state: 'created', action: null, lastError: /cannot be reached/ })
  wechatpay.mode = 'lost'
  t.equal(await codeOf(beginPayment(live, url, started.payment, payer)), 'gateway_unavailable')
  wechatpay.mode = 'well'
  await beginPayment(live, url, started.payment, payer)
  t.match(await paymentOf(started), { state: 'pending', lastError: null })
  t.equal((await checkoutOf(started)).state, 'open')

  const other = await starts('wechatpay')
  wechatpay.trades.set(showId('payment', other.payment.id), { ...wechatpay.trades.get(showId('payment', started.payment.id))! })
  t.equal(await codeOf(beginPayment(live, url, other.payment, payer)), 'gateway_refused')
  t.match(await paymentOf(other), { state: 'created', lastError: /INVALID_REQUEST/ })

  const lost = await starts('card')
  stripe.mode = 'lost'
  t.equal(await codeOf(beginPayment(live, url, lost.payment, payer)), 'gateway_unavailable')
  stripe.mode = 'well'
  await beginPayment(live, url, lost.payment, { ...payer, language: 'en', subject: 'Tonight only' })
  t.match(await paymentOf(lost), { state: 'pending', gatewayRef: String }, 'who asks again in another language is not refused')

  const late = await starts('card')
  await runsOut(db, late.checkout)
  await expireCheckouts(live.db, 100)
  t.equal(await codeOf(beginPayment(live, url, await paymentOf(late), payer)), 'checkout_ended')
  t.equal(await codeOf(beginPayment(live, url, late.payment, payer)), 'checkout_ended', 'it ended while the gateway was asked')
  t.match(await paymentOf(late), { state: 'closing', action: null, gatewayRef: String }, 'with the gateway’s name it can be closed there')
  await askNow(late)
  t.match(await paymentOf(late), { state: 'closed' })
  t.equal(stripe.sessionOf(showId('payment', late.payment.id)).status, 'expired')
})

t.test('news that money came complete the purchase, once, and are answered as the gateway wants', async t => {
  for (const gateway of kinds) {
    const started = await opens(gateway)
    fakes[gateway].pay(started.paymentId)
    const news = newsOf(gateway, started.paymentId)
    t.same(await tells(gateway, news), taken[gateway], gateway)
    t.equal((await checkoutOf(started)).state, 'completed')
    t.match(await paymentOf(started), { state: 'paid' })
    t.equal(await dueIn(started.payment.id), null, 'nothing is asked of it any more')
    const before = await receiptsOf(started)
    t.match(before, [{ applied: true, source: 'callback' }])
    t.same(await Promise.all([1, 2, 3].map(() => tells(gateway, newsOf(gateway, started.paymentId)))), [1, 2, 3].map(() => taken[gateway]))
    t.same(await tells(gateway, news), taken[gateway], 'the very same bytes again')
    t.same(await receiptsOf(started), before)
    t.equal(await paybackOf(started), undefined)
  }
  await house.proves(t)
})

t.test('news that are forged, altered, of nothing or for others change nothing, and are answered so that true ones come again', async t => {
  const started = await opens('alipay')
  alipay.pay(started.paymentId)
  const unchanged = async (what: string) => {
    t.same(await receiptsOf(started), [], what)
    t.match(await paymentOf(started), { state: 'pending' }, what)
  }
  t.same(await tells('alipay', { body: alipay.news(started.paymentId, {}, { total_amount: '0.01' }) }), { status: 400, text: 'fail' })
  await unchanged('altered')
  t.same(await tells('alipay', { body: alipay.news(started.paymentId, { app_id: '2021000122671081' }) }), { status: 400, text: 'fail' })
  t.same(await tells('alipay', { body: alipay.news(started.paymentId, { out_trade_no: showId('payment', newId()) }) }), { status: 400, text: 'fail' }, 'of no payment')
  t.same(await tells('alipay', { body: alipay.news(started.paymentId, { out_trade_no: 'order 7' }) }), { status: 400, text: 'fail' })
  const byOther = await opens('wechatpay')
  t.same(await tells('alipay', { body: alipay.news(started.paymentId, { out_trade_no: byOther.paymentId }) }), { status: 400, text: 'fail' }, 'of a payment with another gateway')
  t.match(await paymentOf(byOther), { state: 'pending' })
  const forged = wechatpay.pay(byOther.paymentId) && wechatpay.news(byOther.paymentId, { associatedData: 'other' })
  t.same(await tells('wechatpay', forged), { status: 400, text: '{"code":"FAIL","message":"失败"}' })
  t.match(await tells('wechatpay', wechatpay.news(byOther.paymentId, { at: Date.now() - 600_000 })), { status: 400 })
  t.match(await tells('card', newsOf('wechatpay', byOther.paymentId)), { status: 400, text: '{"received":false}' })
  t.match(await tells('alipay', { headers: {}, body: Buffer.alloc(0) }), { status: 400 })
  t.match(await tells('alipay', { headers: { 'content-type': 'image/png' }, body: Buffer.from([0, 255, 254]) }), { status: 400 }, 'of any kind')
  t.match(await tells('alipay', { body: Buffer.alloc(newsBytesMax + 1, 'a') }), { status: 413 })
  t.match(await tells('nowhere', { body: alipay.news(started.paymentId) }), { status: 404 })
  t.match(await tells('alipay', { body: alipay.news(started.paymentId) }, 'test'), { status: 404 }, 'the other world knows no such gateway')
  t.match(await tells('alipay', { body: alipay.news(started.paymentId) }, '__proto__'), { status: 404 })
  await unchanged('all of them')
  t.same(await tells('alipay', { body: alipay.news(started.paymentId) }), taken.alipay, 'the true one is taken')
  t.same(await tells('wechatpay', wechatpay.news(byOther.paymentId)), taken.wechatpay)
  t.equal((await checkoutOf(started)).state, 'completed')
})

t.test('news that cannot be booked for now are refused, and booked when they come again', async t => {
  const started = await opens('card')
  stripe.pay(started.paymentId)
  const blocked = await db.reserve()
  await blocked`begin`
  await blocked`select 1 from live.links where id = ${started.link} for update`
  t.match(await tells('card', stripe.news(started.paymentId)), { status: 503 })
  await blocked`rollback`
  blocked.release()
  t.same(await receiptsOf(started), [])
  t.same(await tells('card', stripe.news(started.paymentId)), taken.card)
  t.equal((await checkoutOf(started)).state, 'completed')
})

t.test('a gateway that never tells is asked, ever more seldom, and its money is found', async t => {
  for (const gateway of kinds) {
    const started = await opens(gateway)
    t.ok((await dueIn(started.payment.id))! > 0, 'not asked at once')
    for (const seconds of [10, 15, 30, 60, 180, 300]) {
      await askNow(started)
      const due = (await dueIn(started.payment.id))!
      t.ok(Math.abs(due - seconds) < 5, `${gateway}: asked next in ${seconds} s (${due})`)
    }
    t.match(await paymentOf(started), { state: 'pending', lastError: null })
    fakes[gateway].pay(started.paymentId)
    await askNow(started)
    t.equal((await checkoutOf(started)).state, 'completed', gateway)
    t.match(await receiptsOf(started), [{ applied: true, source: 'query' }])
    t.equal(await dueIn(started.payment.id), null)
    t.same(await tells(gateway, newsOf(gateway, started.paymentId)), taken[gateway], 'told after all, it is known')
    t.equal((await receiptsOf(started)).length, 1)
  }
})

t.test('a payment whose payer has not come to the gateway yet is asked about like any', async t => {
  const started = await starts('alipay')
  const action = await beginPayment(live, url, started.payment, payer)
  await askNow(started)
  t.match(await paymentOf(started), { state: 'pending', lastError: null })
  t.ok(Math.abs((await dueIn(started.payment.id))! - 10) < 5)
  alipay.open(action.kind === 'redirect' ? action.url : '')
  alipay.pay(showId('payment', started.payment.id))
  await askNow(started)
  t.equal((await checkoutOf(started)).state, 'completed')
})

t.test('a gateway in trouble is asked again later; why is kept', async t => {
  const started = await opens('alipay')
  for (const mode of ['gone', 'broken', 'failing', 'unsigned'] as const) {
    alipay.mode = mode
    await askNow(started)
    t.match(await paymentOf(started), { state: 'pending', lastError: String }, mode)
    t.ok((await dueIn(started.payment.id))! > 5)
  }
  alipay.mode = 'well'
  alipay.pay(started.paymentId)
  await askNow(started)
  t.equal((await checkoutOf(started)).state, 'completed')
})

t.test('what nobody paid is closed at the gateway after its time, and never before the gateway has said so', async t => {
  for (const gateway of kinds) {
    const started = await opens(gateway)
    await runsOut(db, started.checkout)
    await expireCheckouts(live.db, 100)
    t.match(await paymentOf(started), { state: 'closing' })
    fakes[gateway].mode = 'gone'
    await askNow(started)
    t.match(await paymentOf(started), { state: 'closing', lastError: /cannot be reached/ }, gateway)
    t.ok((await dueIn(started.payment.id))! > 10)
    fakes[gateway].mode = 'well'
    await askNow(started)
    t.match(await paymentOf(started), { state: 'closed' }, gateway)
    t.equal(await dueIn(started.payment.id), null)
  }
})

t.test('a payment that its gateway never heard of is closed some time after its end; one that ends by itself is closed like any', async t => {
  const started = await starts('alipay')
  await runsOut(db, started.checkout)
  await expireCheckouts(live.db, 100)
  await askNow(started)
  t.match(await paymentOf(started), { state: 'closing' }, 'its page could be opened still')
  await db`update payments set expires_at = now() where id = ${started.payment.id}`
  await askNow(started)
  t.match(await paymentOf(started), { state: 'closing' })
  t.ok((await dueIn(started.payment.id))! > closingGraceSeconds - 5)
  await db`update payments set expires_at = now() - make_interval(secs => ${closingGraceSeconds + 1}) where id = ${started.payment.id}`
  await askNow(started)
  t.match(await paymentOf(started), { state: 'closed' })

  const own = await opens('alipay')
  await db`update payments set expires_at = now() where id = ${own.payment.id}`
  await askNow(own)
  t.match(await paymentOf(own), { state: 'closing' })
  await askNow(own)
  t.match(await paymentOf(own), { state: 'closed' })
  t.equal(alipay.trades.get(own.paymentId)!.state, 'TRADE_CLOSED')
})

t.test('a gateway that will not close is asked ever more seldom, and after days no more; its money is taken even then', async t => {
  const started = await opens('alipay')
  await runsOut(db, started.checkout)
  await expireCheckouts(live.db, 100)
  alipay.mode = 'gone'
  for (const [hours, atLeast] of [[1, 1_700], [24, 6 * 3_600 - 60]] as const) {
    await db`update payments set expires_at = now() - make_interval(hours => ${hours}) where id = ${started.payment.id}`
    await askNow(started)
    t.ok((await dueIn(started.payment.id))! >= atLeast, `after ${hours} h`)
  }
  await db`update payments set expires_at = now() - make_interval(days => ${closingDaysMax}, hours => 1) where id = ${started.payment.id}`
  await askNow(started)
  t.match(await paymentOf(started), { state: 'closed', lastError: /cannot be reached/ })
  alipay.mode = 'well'
  alipay.pay(started.paymentId)
  t.same(await tells('alipay', { body: alipay.news(started.paymentId) }), taken.alipay)
  t.equal((await checkoutOf(started)).state, 'completed', 'there is a code for it still')
})

t.test('money that was faster than the closing is booked: with a code when there is one, else it goes back', async t => {
  for (const gateway of kinds) {
    const [bought, late] = [await opens(gateway), await opens(gateway, 1)]
    for (const started of [bought, late]) {
      await runsOut(db, started.checkout)
      await expireCheckouts(live.db, 100)
      fakes[gateway].pay(started.paymentId)
    }
    const rival = await begins(live, { link: late.link, sku: late.sku, seen: 9.9, gateway })
    t.equal(rival.checkout.state, 'open', 'another has the last one')
    for (const started of [bought, late]) await askNow(started)
    t.equal((await checkoutOf(bought)).state, 'completed', gateway)
    t.match(await receiptsOf(bought), [{ applied: true, source: 'close' }])
    t.match(await receiptsOf(late), [{ applied: false, reason: 'out_of_stock', source: 'close' }])
    t.equal((await checkoutOf(late)).state, 'refunding')
    await sendNow(late)
    t.match(await paybackOf(late), { state: 'succeeded', reason: 'out_of_stock', last_error: null })
    t.equal((await checkoutOf(late)).state, 'refunded')
  }
  await house.proves(t)
})

t.test('money of another amount or currency goes back as it came', async t => {
  const started = await opens('card')
  const session = stripe.pay(started.paymentId)
  const less = Number(offByOne(started.payment.amount, 'CNY', -1) / 100n)
  t.same(await tells('card', stripe.news(started.paymentId, { session: { amount_total: less } })), taken.card)
  t.match(await receiptsOf(started), [{ applied: false, reason: 'amount_mismatch', amount: BigInt(less) * 100n }])
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'succeeded' })
  t.match(stripe.refunds.filter(refund => refund.payment_intent === session.payment_intent), [{ amount: less }])

  const other = await opens('card')
  stripe.pay(other.paymentId)
  t.same(await tells('card', stripe.news(other.paymentId, { session: { currency: 'jpy' } })), taken.card)
  t.match(await receiptsOf(other), [{ applied: false, reason: 'currency_mismatch' }])
  await house.proves(t)
})

/** Money that came and goes back. */
async function goesBack (gateway: GatewayName) {
  const started = await opens(gateway, 1)
  await runsOut(db, started.checkout)
  await expireCheckouts(live.db, 100)
  fakes[gateway].pay(started.paymentId)
  await begins(live, { link: started.link, sku: started.sku, seen: 9.9, gateway })
  await tells(gateway, newsOf(gateway, started.paymentId))
  return started
}

t.test('a refund that takes its time is asked about until it is there; one that fails is the operator\'s, who tries again', async t => {
  const started = await goesBack('wechatpay')
  wechatpay.refundAnswer = { status: 'PROCESSING' }
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'sent', attempts: 1, last_error: null })
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'sent', attempts: 2 })
  const { id } = (await paybackOf(started))!
  const refund = wechatpay.trades.get(started.paymentId)!.refunds.get(showId('payback', id))!
  refund.status = 'SUCCESS'
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'succeeded' })
  t.equal((await checkoutOf(started)).state, 'refunded')
  const isIt = (body: string) => body.includes(showId('payback', id))
  const sent = wechatpay.asked.filter(({ url, body }) => url.pathname.endsWith('/refunds') && isIt(body))
  t.equal(sent.length, 1, 'it was sent once, and asked about')

  const failing = await goesBack('wechatpay')
  wechatpay.refundAnswer = { code: 'NOT_ENOUGH' }
  await sendNow(failing)
  t.match(await paybackOf(failing), { state: 'failed', last_error: /NOT_ENOUGH/, seconds: null })
  const [listed] = (await operator.paybacks.list({ state: 'failed' })).data
  t.match(listed, {
    payment: failing.paymentId, gateway: 'wechatpay', amount: { amount: '9.90', currency: 'CNY' }, reason: 'out_of_stock', last_error: /NOT_ENOUGH/, next_at: null
  })
  t.equal((await checkoutOf(failing)).state, 'refunding', 'the buyer is owed it still')
  await sendNow(failing)
  t.match(await paybackOf(failing), { state: 'failed', attempts: 1 }, 'it is not tried again by itself')
  wechatpay.refundAnswer = { status: 'SUCCESS' }
  t.match(await operator.paybacks.retry(listed!.id), { state: 'due', attempts: 0 })
  await sendNow(failing)
  t.match(await paybackOf(failing), { state: 'succeeded' })
  t.equal(await outcomeOf(operator.paybacks.retry(listed!.id)), 'state_conflict')
  t.equal(await outcomeOf(operator.paybacks.retry(showId('payback', newId()))), 'not_found')
  await house.proves(t)
})

t.test('a gateway in trouble gets the refund again with waits that grow, then it is the operator\'s; money moves once', async t => {
  const started = await goesBack('alipay')
  const moved = alipay.moved.count
  alipay.mode = 'lost'
  for (const seconds of [10, 20, 40]) {
    await sendNow(started)
    const payback = (await paybackOf(started))!
    t.match(payback, { state: 'due', last_error: /cannot be reached/ })
    t.ok(Math.abs(payback.seconds! - seconds) < 5, `next in ${seconds} s (${payback.seconds})`)
  }
  await db`update paybacks set attempts = ${paybackAttemptsMax - 1} where payment_id = ${started.payment.id}`
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'failed', last_error: /cannot be reached/ })
  alipay.mode = 'well'
  await operator.paybacks.retry(showId('payback', (await paybackOf(started))!.id))
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'succeeded' })
  t.equal(alipay.moved.count - moved, 1)
})

t.test('money goes back through a gateway that is disabled, and waits for one that cannot be used', async t => {
  const started = await goesBack('card')
  await operator.gateways.disable('card')
  const [kept] = await db`select sealed_config from gateways where id = 'card'`
  await db`update gateways set sealed_config = 'x' where id = 'card'`
  await db`update snapshots set version = version + 1 where name = 'gateways'`
  await live.refresh()
  t.match(live.gateways.current.broken, [{ id: 'card', fault: 'its configuration cannot be opened' }])
  t.match(await operator.gateways.get('card'), { fault: 'its configuration cannot be opened', account: {} })
  t.same(live.gateways.current.enabledFor('CNY').map(({ id }) => id).filter(id => id !== 'sandbox'), ['alipay', 'wechatpay'], 'the others work')
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'due', last_error: /cannot be used/ })
  t.equal(await outcomeOf(operator.gateways.put('card', { kind: 'stripe', name: 'Card', name_zh: '卡', currencies: ['USD'] })), 'invalid_request', 'what cannot be opened cannot be kept')
  await db`update gateways set sealed_config = ${kept!['sealed_config']} where id = 'card'`
  await db`update snapshots set version = version + 1 where name = 'gateways'`
  await live.refresh()
  await sendNow(started)
  t.match(await paybackOf(started), { state: 'succeeded' }, 'disabled, it gives back')
  await operator.gateways.enable('card')
})

t.test('a worker that dies between asking and settling leaves it due: nothing is lost, and nothing done twice', async t => {
  const started = await opens('wechatpay')
  wechatpay.pay(started.paymentId)
  await dueOnly([started.payment.id])
  t.match(await leasePayments(live.db, 10), [{ id: started.payment.id }], 'leased by one that dies')
  t.same(await leasePayments(live.db, 10), [], 'and by no other meanwhile')
  t.ok((await dueIn(started.payment.id))! <= queryLeaseSeconds)
  await askNow(started)
  t.equal((await checkoutOf(started)).state, 'completed')

  const back = await goesBack('wechatpay')
  const moved = wechatpay.moved.count
  await payBackOnly(back.payment.id)
  const [leased] = await leasePaybacks(live.db, 10)
  const { gateway } = live.gateways.current.find('wechatpay')!
  const { paymentId, transaction, amount, currency } = leased!
  const name = { paymentId: showId('payment', paymentId), gatewayRef: leased!.gatewayRef, paybackId: showId('payback', leased!.id) }
  t.equal(await gateway.refund({ ...name, transaction, amount, paid: amount, currency, reason: 'Refund' }), 'succeeded', 'done at the gateway, and not booked')
  t.match(await paybackOf(back), { state: 'due' })
  await sendNow(back)
  t.match(await paybackOf(back), { state: 'succeeded' })
  t.equal(wechatpay.moved.count - moved, 1)
})

t.test('two workers do not both ask', async t => {
  const all = []
  for (let i = 0; i < 6; i++) all.push(await opens('alipay'))
  await dueOnly(all.map(({ payment }) => payment.id))
  const before = alipay.asked.length
  const counts = await Promise.all([askWhatIsDue(), askWhatIsDue(), askWhatIsDue()])
  t.equal(counts.reduce((sum, count) => sum + count, 0), all.length)
  t.equal(alipay.asked.length - before, all.length)
})

t.test('the account of a gateway with payments stays the same; its keys may change, and are wrapped anew with the master key', async t => {
  const { config } = alipay
  t.equal(await outcomeOf(putAlipay({ config: { ...config, app_id: '2021000122671099' } })), 'in_use')
  t.equal(await outcomeOf(operator.gateways.put('alipay', { kind: 'stripe', name: 'x', name_zh: 'x', currencies: ['USD'], config: stripe.config })), 'in_use')
  t.match(await operator.gateways.put('alipay', { kind: 'alipay', name: 'Ali', name_zh: '支付宝', currencies: ['CNY'] }), { name: 'Ali', fault: null }, 'the account stays when it is left out')
  const masterKeys = readMasterKeys(`${newMasterKey()},${house.masterKey}`)
  while (await rewrapUnderCurrentMaster(live.db, masterKeys, 1_000) > 0);
  const [{ others }] = await db<[{ others: bigint }]>`select count(*) as others from gateways where master_key <> ${masterKeys.current}`
  t.equal(others, 0n)
  const reopened = await loadGateways(live.db, 1n, masterKeys, openGateway)
  t.same(reopened.broken, [])
  t.ok(reopened.find('alipay') && reopened.find('wechatpay') && reopened.find('card'))
  const locked = await loadGateways(live.db, 1n, readMasterKeys(house.masterKey), openGateway)
  t.ok(locked.broken.every(({ fault }) => /^the master key \w+ is not among those given/.test(fault)) && locked.broken.length >= 3)
})

t.test('whoever sends many forged messages is not listened to for a while', async t => {
  const answers: number[] = []
  // While they are sent, one more a second is listened to.
  while (answers.at(-1) !== 429 && answers.length < 2 * forgedPerMinute) {
    answers.push((await tells('alipay', { body: Buffer.from(`sign=${answers.length}`) })).status)
  }
  t.equal(answers.at(-1), 429)
  t.same(new Set(answers.slice(0, -1)), new Set([400]), 'before that each is refused for what it is')
})
