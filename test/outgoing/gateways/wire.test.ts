// The adapters against gateways that speak the real wire: every operation, everything that can be wrong with a message, and gateways that
// are slow, broken or gone. Nothing is altered twice by being sent twice.
import t, { type Test } from 'tap'
import type { Currency } from '../../../schema/vocabulary.ts'
import { readAccountConfig, type AccountKind } from '../../../src/base/gateway-config.ts'
import { GatewayFailure, type Gateway, type GatewayMessage, type GatewayPayment, type GatewayRefund } from '../../../src/base/gateway.ts'
import { newId, showId } from '../../../src/base/ids.ts'
import { parseAmount } from '../../../src/base/money.ts'
import { Problem } from '../../../src/base/problem.ts'
import { openAlipay } from '../../../src/outgoing/gateways/alipay.ts'
import { openAsking } from '../../../src/outgoing/gateways/ask-gateway.ts'
import { openStripe } from '../../../src/outgoing/gateways/stripe.ts'
import { openWechatpay } from '../../../src/outgoing/gateways/wechatpay.ts'
import { openFakeAlipay, type FakeAlipay } from './fake-alipay.ts'
import type { FakeServer, Mode } from './fake-server.ts'
import { openFakeStripe, type FakeStripe } from './fake-stripe.ts'
import { merchantSerial, openFakeWechatpay, type FakeWechatpay } from './fake-wechatpay.ts'

/** Long enough for any answer of this machine; what never answers is waited for no longer. */
const msMax = 700
const minute = 60_000

t.test('Alipay', async t => {
  const fake = await openFakeAlipay(t)
  const gateway = openGateway('alipay', fake)

  t.test('a payer is sent to a signed page, of computers or of phones, and the same payment to the same trade', async t => {
    const wanted = payment()
    const { action, gatewayRef } = await gateway.create(wanted)
    t.equal(gatewayRef, null)
    const { method, content, query } = fake.open(urlOf(action))
    t.equal(method, 'alipay.trade.page.pay')
    t.same(content, {
      out_trade_no: wanted.paymentId,
      product_code: 'FAST_INSTANT_TRADE_PAY',
      total_amount: '9.90',
      subject: '点券 100 元 充值',
      time_expire: beijing(wanted.expiresAt)
    }, 'the amount has two digits, the subject nothing that Alipay refuses, the time is of Beijing')
    t.equal(query.get('notify_url'), wanted.notifyUrl)
    t.equal(query.get('return_url'), wanted.returnUrl)
    t.equal(fake.open(urlOf((await gateway.create({ ...wanted, client: 'phone' })).action)).method, 'alipay.trade.wap.pay')
    t.equal(fake.trades.size, 1)
    t.equal(fake.asked.length, 0, 'Alipay is not asked for it')
  })

  t.test('a payment is unknown, open, paid or closed', async t => {
    const name = { ...payment(), gatewayRef: null }
    t.same(await gateway.query(name), { state: 'unknown' })
    t.same(await gateway.close(name), { state: 'unknown' })
    fake.open(urlOf((await gateway.create(name)).action))
    t.same(await gateway.query(name), { state: 'open' })
    const { tradeNo } = fake.pay(name.paymentId)
    const paid = {
      state: 'paid',
      receipts: [{ paymentId: name.paymentId, transaction: tradeNo, amount: amountOf('9.90'), currency: 'CNY', paidAt: new Date('2026-11-21T04:00:00Z') }]
    }
    t.same(await gateway.query(name), paid)
    t.same(await gateway.close(name), paid, 'money that was faster is told by the closing')
    const other = payment()
    fake.open(urlOf((await gateway.create(other)).action))
    t.same(await gateway.close(other), { state: 'closed' })
    t.same(await gateway.query(other), { state: 'closed' })
    t.same(await gateway.close(other), { state: 'closed' }, 'closing again closes nothing more')
  })

  t.test('a refund moves money once, however often it is sent', async t => {
    const refund = await paidRefund(gateway, fake)
    const before = fake.moved.count
    t.equal(await gateway.queryRefund(refund), 'unknown')
    t.equal(await gateway.refund(refund), 'succeeded')
    t.equal(await gateway.refund(refund), 'succeeded')
    t.equal(await gateway.queryRefund(refund), 'succeeded')
    t.equal(fake.moved.count - before, 1)
    await refuses(t, gateway.refund({ ...refund, paybackId: showId('payback', newId()) }), 'refused', /ACQ\.REFUND_AMT_NOT_EQUAL_TOTAL/)
  })

  t.test('a refund that Alipay refuses, or has trouble with, says which', async t => {
    const refund = await paidRefund(gateway, fake)
    fake.refusal = 'ACQ.SELLER_BALANCE_NOT_ENOUGH'
    await refuses(t, gateway.refund(refund), 'refused', /ACQ\.SELLER_BALANCE_NOT_ENOUGH/)
    fake.refusal = 'ACQ.SYSTEM_ERROR'
    await refuses(t, gateway.refund(refund), 'unreachable', /ACQ\.SYSTEM_ERROR/)
    fake.refusal = null
    t.equal(await gateway.refund(refund), 'succeeded')
  })

  t.test('a notification is read when it is signed, for this account and of money', async t => {
    const { paymentId } = await paidPayment(gateway, fake)
    const { tradeNo } = fake.trades.get(paymentId)!
    const receipt = { paymentId, transaction: tradeNo, amount: amountOf('9.90'), currency: 'CNY', paidAt: new Date('2026-11-21T04:00:00Z') }
    const read = (body: Buffer) => gateway.readNews({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }, Date.now())
    t.same(await read(fake.news(paymentId)), { kind: 'paid', receipt })
    t.same(await read(fake.news(paymentId)), { kind: 'paid', receipt }, 'sent again it says the same')
    t.same(await read(fake.news(paymentId, { trade_status: 'TRADE_FINISHED' })), { kind: 'paid', receipt })
    t.same(await read(fake.news(paymentId, { trade_status: 'WAIT_BUYER_PAY' })), { kind: 'other' })
    t.same(await read(fake.news(paymentId, { trade_status: 'TRADE_CLOSED' })), { kind: 'other' })
    t.same(await read(fake.news(paymentId, { gmt_refund: '2026-11-21 13:00:00', refund_fee: '9.90' })), { kind: 'other' }, 'a refund is no payment')

    await forged(t, 'Alipay', {
      'an amount altered': read(fake.news(paymentId, {}, { total_amount: '0.01' })),
      'another payment named': read(fake.news(paymentId, {}, { out_trade_no: showId('payment', newId()) })),
      'a field added': read(fake.news(paymentId, {}, { passback_params: 'x' })),
      'a field taken away': read(fake.news(paymentId, {}, { buyer_id: undefined })),
      'no signature': read(fake.news(paymentId, {}, { sign: undefined })),
      'an empty signature': read(fake.news(paymentId, {}, { sign: '' })),
      'a signature of nothing': read(fake.news(paymentId, {}, { sign: 'AAAA' })),
      'RSA with SHA-1 instead of RSA2': read(fake.news(paymentId, {}, { sign_type: 'RSA' })),
      'no kind of signature': read(fake.news(paymentId, {}, { sign_type: undefined })),
      'another app': read(fake.news(paymentId, { app_id: '2021000122671081' })),
      'another seller': read(fake.news(paymentId, { seller_id: '2088102146225136' })),
      'an amount that is none': read(fake.news(paymentId, { total_amount: '9.9e0' })),
      'an amount of half a fen': read(fake.news(paymentId, { total_amount: '9.905' })),
      'an amount of nothing': read(fake.news(paymentId, { total_amount: '0.00' })),
      'no transaction': read(fake.news(paymentId, { trade_no: undefined })),
      'a field that stands twice': read(Buffer.concat([fake.news(paymentId), Buffer.from('&total_amount=0.01')])),
      'nothing at all': read(Buffer.alloc(0)),
      'no form': read(Buffer.from('{"sign":"x"}'))
    })
    await everyByteCounts(t, fake.news(paymentId), read, ['sign_type'])
  })

  t.test('it takes CNY alone, in whole fen', async t => {
    await refuses(t, gateway.create({ ...payment(), currency: 'USD' }), 'refused', /CNY/)
    await refuses(t, gateway.create({ ...payment(), amount: 99_001n }), 'refused', /minor units/)
    await refuses(t, gateway.create({ ...payment(), amount: 0n }), 'refused', /minor units/)
  })

  await troubles(t, fake, async () => {
    const refund = await paidRefund(gateway, fake)
    return { query: () => gateway.query(refund), close: () => gateway.close(refund), refund: () => gateway.refund(refund), queryRefund: () => gateway.queryRefund(refund) }
  })
  t.end()
})

t.test('WeChat Pay', async t => {
  const fake = await openFakeWechatpay(t)
  const gateway = openGateway('wechatpay', fake)

  t.test('a computer is shown a QR code, a phone is sent to its page and back', async t => {
    const wanted = payment()
    const { action, gatewayRef } = await gateway.create(wanted)
    t.equal(gatewayRef, null)
    t.same(action, { kind: 'qr', content: `weixin://wxpay/bizpayurl?pr=${wanted.paymentId}` })
    t.same((await gateway.create(wanted)).action, action, 'the same payment has the same code')
    const sent = JSON.parse(fake.asked.at(-1)!.body)
    t.match(sent, { amount: { total: 990, currency: 'CNY' }, notify_url: wanted.notifyUrl, scene_info: { payer_client_ip: '203.0.113.7' } })
    t.equal(Date.parse(sent.time_expire), Math.floor(wanted.expiresAt.getTime() / 1000) * 1000)
    t.ok(Buffer.byteLength(JSON.parse((await created(gateway, { subject: '币'.repeat(200) }), fake.asked.at(-1)!.body)).description) <= 127)
    const { action: page } = await gateway.create({ ...payment(), client: 'phone' })
    t.match(urlOf(page), /^https:\/\/wx\.tenpay\.com\/.*&redirect_url=https%3A%2F%2Fshop\.example%2Fback%2F1$/)
    t.match(JSON.parse(fake.asked.at(-1)!.body), { scene_info: { h5_info: { type: 'Wap' } } })
  })

  t.test('a payment is unknown, open, paid or closed', async t => {
    const name = payment()
    t.same(await gateway.query(name), { state: 'unknown' })
    t.same(await gateway.close(name), { state: 'unknown' })
    await gateway.create(name)
    t.same(await gateway.query(name), { state: 'open' })
    const { transaction } = fake.pay(name.paymentId)
    const paid = {
      state: 'paid', receipts: [{ paymentId: name.paymentId, transaction, amount: amountOf('9.90'), currency: 'CNY', paidAt: new Date('2026-11-21T04:00:00Z') }]
    }
    t.same(await gateway.query(name), paid)
    t.same(await gateway.close(name), paid, 'money that was faster is told by the closing')
    const other = await created(gateway)
    t.same(await gateway.close(other), { state: 'closed' })
    t.same(await gateway.query(other), { state: 'closed' })
  })

  t.test('a refund moves money once; it may take its time, and may fail', async t => {
    const refund = await paidRefund(gateway, fake)
    const before = fake.moved.count
    t.equal(await gateway.queryRefund(refund), 'unknown')
    fake.refundAnswer = { status: 'PROCESSING' }
    t.equal(await gateway.refund(refund), 'pending')
    t.equal(await gateway.refund(refund), 'pending')
    t.equal(await gateway.queryRefund(refund), 'pending')
    const kept = fake.trades.get(refund.paymentId)!.refunds.get(refund.paybackId)!
    kept.status = 'SUCCESS'
    t.equal(await gateway.queryRefund(refund), 'succeeded')
    kept.status = 'ABNORMAL'
    t.equal(await gateway.queryRefund(refund), 'failed')
    t.equal(fake.moved.count - before, 1)
    fake.refundAnswer = { code: 'NOT_ENOUGH' }
    await refuses(t, gateway.refund(await paidRefund(gateway, fake)), 'refused', /NOT_ENOUGH/)
    fake.refundAnswer = { code: 'FREQUENCY_LIMITED' }
    await refuses(t, gateway.refund(await paidRefund(gateway, fake)), 'unreachable', /FREQUENCY_LIMITED/)
    fake.refundAnswer = { status: 'SUCCESS' }
  })

  t.test('a notification is read when it is signed, fresh, decrypts, is for this merchant and of money', async t => {
    const { paymentId } = await paidPayment(gateway, fake)
    const { transaction } = fake.trades.get(paymentId)!
    const receipt = { paymentId, transaction, amount: amountOf('9.90'), currency: 'CNY', paidAt: new Date('2026-11-21T04:00:00Z') }
    const now = Date.now()
    const read = (message: GatewayMessage) => gateway.readNews(message, now)
    t.same(await read(fake.news(paymentId)), { kind: 'paid', receipt })
    t.same(await read(fake.news(paymentId, { at: now - 4 * minute })), { kind: 'paid', receipt })
    t.same(await read(fake.news(paymentId, { eventType: 'REFUND.SUCCESS', trade: { appid: undefined } })), { kind: 'other' }, 'a refund is no payment')
    t.same(await read(fake.news(paymentId, { trade: { trade_state: 'NOTPAY' } })), { kind: 'other' })

    const flip = (base64: string, at: number) => {
      const bytes = Buffer.from(base64, 'base64')
      bytes[at < 0 ? bytes.length + at : at]! ^= 1
      return bytes.toString('base64')
    }
    const signed = fake.news(paymentId)
    const later = fake.news(paymentId)
    await forged(t, 'WeChat Pay', {
      'a signature altered': read(fake.news(paymentId, { signature: signature => flip(signature, 10) })),
      'a signature of nothing': read(fake.news(paymentId, { signature: () => '' })),
      'the probe WeChat Pay sends': read(fake.news(paymentId, { signature: signature => `WECHATPAY/SIGNTEST/${signature}` })),
      'a body altered': read(fake.news(paymentId, { bodyAfter: body => body.replace('支付成功', '支付成功 ') })),
      'another serial number': read(fake.news(paymentId, { serial: merchantSerial })),
      'a serial number of an object': read(fake.news(paymentId, { serial: '__proto__' })),
      'too old': read(fake.news(paymentId, { at: now - 6 * minute })),
      'of the future': read(fake.news(paymentId, { at: now + 6 * minute })),
      'the nonce of another': read({ ...signed, headers: { ...signed.headers, 'wechatpay-nonce': later.headers['wechatpay-nonce']! } }),
      'the timestamp of another': read({ ...signed, headers: { ...signed.headers, 'wechatpay-timestamp': String(Math.floor(now / 1000) - 1) } }),
      'a timestamp that is none': read({ ...signed, headers: { ...signed.headers, 'wechatpay-timestamp': 'NaN' } }),
      'another key of the resource': read(fake.news(paymentId, { key: '0'.repeat(32) })),
      'other associated data': read(fake.news(paymentId, { associatedData: 'refund' })),
      'a ciphertext altered': read(fake.news(paymentId, { ciphertext: sealed => flip(sealed, 3) })),
      'a tag altered': read(fake.news(paymentId, { ciphertext: sealed => flip(sealed, -1) })),
      'a ciphertext cut short': read(fake.news(paymentId, { ciphertext: sealed => Buffer.from(sealed, 'base64').subarray(0, -4).toString('base64') })),
      'a ciphertext of its tag alone': read(fake.news(paymentId, { ciphertext: sealed => Buffer.from(sealed, 'base64').subarray(-16).toString('base64') })),
      'a ciphertext shorter than a tag': read(fake.news(paymentId, { ciphertext: () => 'AAAA' })),
      'another algorithm': read(fake.news(paymentId, { algorithm: 'AEAD_SM4_GCM' })),
      'another merchant': read(fake.news(paymentId, { trade: { mchid: '1900009192' } })),
      'another app': read(fake.news(paymentId, { trade: { appid: 'wx0000000000000000' } })),
      'an amount of half a fen': read(fake.news(paymentId, { trade: { amount: { total: 0.5, currency: 'CNY' } } })),
      'an amount that is a text': read(fake.news(paymentId, { trade: { amount: { total: '990', currency: 'CNY' } } })),
      'a currency that is none': read(fake.news(paymentId, { trade: { amount: { total: 990, currency: 'constructor' } } })),
      'nothing signed': read({ headers: {}, body: signed.body }),
      'nothing at all': read({ headers: {}, body: Buffer.alloc(0) })
    })
  })

  t.test('it takes CNY alone, in whole fen', async t => {
    await refuses(t, gateway.create({ ...payment(), currency: 'HKD' }), 'refused', /CNY/)
    await refuses(t, gateway.create({ ...payment(), amount: 1n }), 'refused', /minor units/)
  })

  await troubles(t, fake, async () => {
    const refund = await paidRefund(gateway, fake)
    const wanted = payment()
    return {
      create: () => gateway.create(wanted),
      query: () => gateway.query(refund),
      close: () => gateway.close(wanted),
      refund: () => gateway.refund(refund),
      queryRefund: () => gateway.queryRefund(refund)
    }
  })
  t.end()
})

t.test('Stripe', async t => {
  const fake = await openFakeStripe(t)
  const gateway = openGateway('stripe', fake)

  t.test('a payer is sent to a page of Checkout, and the same payment to the same page', async t => {
    const wanted = { ...payment(), currency: 'USD' as const }
    const first = await gateway.create(wanted)
    const session = fake.sessionOf(wanted.paymentId)
    t.same(first, { action: { kind: 'redirect', url: session.url }, gatewayRef: session.id })
    t.same(await gateway.create(wanted), first)
    t.equal(fake.sessions.size, 1)
    const keys = fake.asked.map(({ headers }) => headers['idempotency-key'])
    t.same(keys, [keys[0], keys[0]], 'the same request bears the same key')
    t.ok(String(keys[0]).startsWith(`${wanted.paymentId}-`))
    const sent = new URLSearchParams(fake.asked.at(-1)!.body)
    t.equal(sent.get('success_url'), wanted.returnUrl)
    t.equal(sent.get('locale'), 'zh')
    t.equal(sent.get('line_items[0][price_data][unit_amount]'), '990')
    await gateway.create({ ...wanted, language: 'en' })
    t.not(fake.asked.at(-1)!.headers['idempotency-key'], keys[0], 'another language is another request')
  })

  t.test('an amount is told in the minor units of its currency', async t => {
    const units = async (currency: Currency, amount: string) => {
      const wanted = { ...payment(), currency, amount: amountOf(amount) }
      await gateway.create(wanted)
      fake.pay(wanted.paymentId)
      const standing = await gateway.query({ ...wanted, gatewayRef: fake.sessionOf(wanted.paymentId).id })
      t.match(standing, { state: 'paid', receipts: [{ amount: amountOf(amount), currency }] }, `${amount} ${currency} come back as they went`)
      return fake.sessionOf(wanted.paymentId).amount_total
    }
    t.equal(await units('USD', '12.34'), 1234)
    t.equal(await units('JPY', '500'), 500)
    t.equal(await units('VND', '90000000'), 90_000_000)
    t.equal(await units('KWD', '1.250'), 1250)
    await refuses(t, gateway.create({ ...payment(), currency: 'JPY', amount: amountOf('0.5') }), 'refused', /minor units/)
    await refuses(t, gateway.create({ ...payment(), currency: 'KWD', amount: amountOf('1.234') }), 'refused', /end with 0/)
    await refuses(t, gateway.create({ ...payment(), currency: 'USD', amount: amountOf('1.234') }), 'refused', /minor units/)
  })

  t.test('a payment is unknown, open, paid or closed', async t => {
    const wanted = payment()
    t.same(await gateway.query(wanted), { state: 'unknown' })
    t.same(await gateway.close(wanted), { state: 'unknown' })
    const name = await created(gateway)
    t.same(await gateway.query(name), { state: 'open' })
    const session = fake.sessionOf(name.paymentId)
    session.status = 'complete'
    t.same(await gateway.query(name), { state: 'open' }, 'completed and unpaid, the bank takes its time')
    t.same(await gateway.close(name), { state: 'open' })
    fake.pay(name.paymentId)
    const paid = { state: 'paid', receipts: [{ paymentId: name.paymentId, transaction: `pi_${name.paymentId}`, amount: amountOf('9.90'), currency: 'CNY', paidAt: null }] }
    t.same(await gateway.query(name), paid)
    t.same(await gateway.close(name), paid, 'money that was faster is told by the closing')
    const other = await created(gateway)
    t.same(await gateway.close(other), { state: 'closed' })
    t.same(await gateway.close(other), { state: 'closed' })
    await refuses(t, gateway.query({ ...other, paymentId: name.paymentId }), 'unreachable', /another payment/)
  })

  t.test('a refund moves money once; one that failed is made anew', async t => {
    const refund = await paidRefund(gateway, fake)
    t.equal(await gateway.queryRefund(refund), 'unknown')
    fake.refundAnswer = { status: 'pending' }
    t.equal(await gateway.refund(refund), 'pending')
    t.equal(await gateway.refund(refund), 'pending')
    const own = () => fake.refunds.filter(({ metadata }) => metadata['payback'] === refund.paybackId)
    t.equal(own().length, 1)
    own()[0]!.status = 'failed'
    t.equal(await gateway.queryRefund(refund), 'failed')
    fake.refundAnswer = { status: 'succeeded' }
    t.equal(await gateway.refund(refund), 'succeeded')
    t.equal(await gateway.refund(refund), 'succeeded')
    t.equal(own().length, 2)
    fake.refundAnswer = { code: 'balance_insufficient' }
    await refuses(t, gateway.refund(await paidRefund(gateway, fake)), 'refused', /balance_insufficient/)
    fake.refundAnswer = { status: 'succeeded' }
  })

  t.test('a webhook is read when it is signed, fresh, of the mode and of money', async t => {
    const { paymentId } = await paidPayment(gateway, fake)
    const now = Math.floor(Date.now() / 1000) * 1000
    const receipt = { paymentId, transaction: `pi_${paymentId}`, amount: amountOf('9.90'), currency: 'CNY', paidAt: new Date(now) }
    const read = (message: GatewayMessage) => gateway.readNews(message, now)
    const news = (wish: Parameters<FakeStripe['news']>[1] = {}) => fake.news(paymentId, { at: now, ...wish })
    t.same(await read(news()), { kind: 'paid', receipt })
    t.same(await read(news({ type: 'checkout.session.async_payment_succeeded' })), { kind: 'paid', receipt })
    t.same(await read(news({ session: { payment_status: 'unpaid' } })), { kind: 'other' }, 'completed is not paid yet')
    t.same(await read(news({ type: 'checkout.session.expired' })), { kind: 'other' })
    t.same(await read(news({ type: 'charge.refunded' })), { kind: 'other' })
    t.same(await read(news({ session: { metadata: {}, client_reference_id: 'order 7' } })), { kind: 'other' }, 'others sell through the account too')
    await forged(t, 'Stripe', {
      'a body altered': read(news({ bodyAfter: body => body.replace('990', '991') })),
      'another secret': read(news({ secret: 'whsec_00000000000000000000' })),
      'another scheme': read(news({ scheme: 'v0' })),
      'a timestamp altered': read(news({ timestampAfter: at => at + 1 })),
      'too old': read(news({ at: now - 6 * minute })),
      'of test mode': read(news({ livemode: false })),
      'two payments named': read(news({ session: { client_reference_id: showId('payment', newId()) } })),
      'a currency that is none': read(news({ session: { currency: 'tostring' } })),
      'an amount of half a cent': read(news({ session: { amount_total: 0.5 } })),
      'no transaction': read(news({ session: { payment_intent: null } })),
      'nothing signed': read({ headers: {}, body: news().body }),
      'two signatures': read({ headers: { 'stripe-signature': [news().headers['stripe-signature']!, 'v1=00'] }, body: news().body }),
      'nothing at all': read({ headers: { 'stripe-signature': '' }, body: Buffer.alloc(0) })
    })
  })

  t.test('a key that Stripe refuses is told without any of it', async t => {
    const other = openStripe({ ...readConfig('stripe', fake), secretKey: 'sk_live_0123456789wrong' } as never, openAsking(msMax))
    await refuses(t, other.create(payment()), 'refused', /401/)
  })

  await troubles(t, fake, async () => {
    const refund = await paidRefund(gateway, fake)
    const wanted = payment()
    const open = await created(gateway)
    return {
      create: () => gateway.create(wanted),
      query: () => gateway.query(refund),
      close: () => gateway.close(open),
      refund: () => gateway.refund(refund),
      queryRefund: () => gateway.queryRefund(refund)
    }
  })
  t.end()
})

type Fake = FakeAlipay | FakeWechatpay | FakeStripe

function readConfig (kind: AccountKind, fake: Fake) {
  return readAccountConfig(kind, fake.config)
}

function openGateway (kind: AccountKind, fake: Fake): Gateway {
  const config = readConfig(kind, fake)
  const ask = openAsking(msMax)
  return config.kind === 'alipay' ? openAlipay(config, ask) : config.kind === 'wechatpay' ? openWechatpay(config, ask) : openStripe(config, ask)
}

function payment (): GatewayPayment {
  return {
    paymentId: showId('payment', newId()),
    gatewayRef: null,
    amount: amountOf('9.90'),
    currency: 'CNY',
    subject: '点券 100 元/充值',
    notifyUrl: 'https://shop.example/pay/live/gateway/news',
    returnUrl: 'https://shop.example/back/1',
    expiresAt: new Date(Date.now() + 10 * minute),
    client: 'desktop',
    ip: '203.0.113.7',
    language: 'zh-CN'
  }
}

/** A payment that the gateway knows, with its name for it. */
async function created (gateway: Gateway, wish: Partial<GatewayPayment> = {}): Promise<GatewayPayment> {
  const wanted = { ...payment(), ...wish }
  const { gatewayRef } = await gateway.create(wanted)
  return { ...wanted, gatewayRef }
}

async function paidPayment (gateway: Gateway, fake: Fake): Promise<GatewayPayment> {
  const wanted = payment()
  const { action, gatewayRef } = await gateway.create(wanted)
  if ('open' in fake) fake.open(urlOf(action))
  fake.pay(wanted.paymentId)
  return { ...wanted, gatewayRef }
}

async function paidRefund (gateway: Gateway, fake: Fake): Promise<GatewayRefund> {
  const { paymentId, gatewayRef, amount, currency } = await paidPayment(gateway, fake)
  const standing = await gateway.query({ paymentId, gatewayRef })
  if (standing.state !== 'paid') throw new Error('expected a payment that is paid')
  const { transaction } = standing.receipts[0]!
  return { paymentId, gatewayRef, paybackId: showId('payback', newId()), transaction, amount, paid: amount, currency, reason: 'Refund: out of stock' }
}

/** Every way of being slow, broken or gone is the same to whoever asks: not known, and to be asked again. Then it is well again. */
async function troubles (t: Test, fake: FakeServer, prepare: () => Promise<Readonly<Record<string, () => Promise<unknown>>>>): Promise<void> {
  await t.test('a gateway in trouble is unreachable at every step, is asked once, and is asked again with success', async t => {
    const modes: readonly Mode[] = ['gone', 'broken', 'failing', 'huge', ...('secret_key' in (fake as Fake).config ? [] : ['unsigned' as const])]
    const steps = Object.entries(await prepare())
    // All at once: each takes the whole of its time.
    const heard = fake.asked.length
    fake.mode = 'silent'
    await Promise.all(steps.map(([step, ask]) => refuses(t, ask(), 'unreachable', /./, `${step}, silent`)))
    t.equal(fake.asked.length - heard, steps.length, 'silent: each asked once')
    for (const [step, ask] of steps) {
      for (const mode of modes) {
        const before = fake.asked.length
        fake.mode = mode
        await refuses(t, ask(), 'unreachable', /./, `${step}, ${mode}`)
        t.equal(fake.asked.length - before, 1, `${step}, ${mode}: asked once`)
      }
      fake.mode = 'lost'
      await refuses(t, ask(), 'unreachable', /./, `${step}, its answer lost`)
      fake.mode = 'well'
      await t.resolves(ask(), `${step}, well again`)
    }
  })
  await t.test('a gateway at an address where nothing listens is unreachable', async t => {
    const ask = openAsking(msMax)
    await refuses(t, ask({ method: 'GET', url: 'http://127.0.0.1:1/', headers: {} }), 'unreachable', /ECONNREFUSED/)
  })
}

/** Fails with a failure of a kind whose message holds no secret. */
async function refuses (t: Test, call: Promise<unknown>, kind: 'unreachable' | 'refused', message: RegExp, name: string = kind): Promise<void> {
  const error = await call.then(() => undefined, (error: unknown) => error)
  if (!(error instanceof GatewayFailure)) return void t.fail(`${name}: ${error}`)
  t.equal(error.kind, kind, name)
  t.match(error.message, message, name)
  t.notMatch(JSON.stringify([error.message, String(error.cause), error]), /sk_live|whsec|PRIVATE KEY|MII/, 'no secret is told')
}

/** Each is refused, and none with another code. */
async function forged (t: Test, gateway: string, reads: Readonly<Record<string, Promise<unknown>>>): Promise<void> {
  for (const [what, read] of Object.entries(reads)) {
    const error = await read.then(news => news, (error: unknown) => error)
    t.equal(error instanceof Problem && error.code, 'payment_news_invalid', `${gateway}: ${what}${error instanceof Problem ? '' : ` ${error}`}`)
  }
}

/** A form of which any value is altered by a character is refused, but for fields that are checked by their value. */
async function everyByteCounts (t: Test, body: Buffer, read: (body: Buffer) => Promise<unknown>, apart: readonly string[]): Promise<void> {
  for (const [name, value] of new URLSearchParams(body.toString())) {
    if (apart.includes(name)) continue
    const fields = new URLSearchParams(body.toString())
    fields.set(name, value.slice(0, -2) + (value.at(-2) === 'a' ? 'b' : 'a') + value.slice(-1))
    await t.rejects(read(Buffer.from(fields.toString())), { code: 'payment_news_invalid' }, `${name} altered`)
  }
}

function urlOf (action: { readonly kind: string, readonly url?: string }): string {
  if (action.kind !== 'redirect') throw new Error('expected an address to go to')
  return action.url!
}

function amountOf (text: string): bigint {
  return parseAmount(text)!
}

function beijing (time: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium' }).format(time)
}
