// WeChat Pay, API v3 (pay.weixin.qq.com): Native (a QR code) for computers and H5 for phones, notifications, query, close, refund. Every
// request is signed with the merchant's key, every answer and notification with a key of the platform, named by its serial number.
import type { WechatpayConfig } from '../../base/gateway-config.ts'
import { currencies, type Currency } from '../../../schema/vocabulary.ts'
import {
  GatewayFailure, type Gateway, type GatewayPaymentName, type GatewayReceipt, type GatewayRefund, type PaymentStanding, type RefundStanding
} from '../../base/gateway.ts'
import { Problem } from '../../base/problem.ts'
import { gatewayCode, openAsking, type AskGateway, type GatewayReply } from './ask-gateway.ts'
import { loadOnce } from './load-once.ts'
import { amountOfMinorUnits, minorUnits } from './minor-units.ts'

/** How far the clock of a message may be from ours. */
export const newsAgeMsMax = 300_000

/** Opens an account; the SDK is loaded when it is first needed. `ask`: the way to the gateway. */
export function openWechatpay (config: WechatpayConfig, ask: AskGateway = openAsking()): Gateway {
  const sdk = loadOnce(async () => await import('wechatpay-axios-plugin') as unknown as Sdk)
  const call = async (method: 'GET' | 'POST', path: string, content?: object) =>
    await callWechatpay(await sdk(), config, ask, method, path, content)

  const query = async ({ paymentId }: GatewayPaymentName): Promise<PaymentStanding> => {
    const answer = await call('GET', `${tradePath(paymentId)}?mchid=${config.mchid}`)
    if (answer.status === 404 && isUnknownTrade(answer)) return { state: 'unknown' }
    return standingOf(config, paymentId, succeeded(answer))
  }

  return {
    kind: 'wechatpay',
    answers: {
      taken: { status: 204, type: 'application/json', body: '' },
      refused: { status: 400, type: 'application/json', body: JSON.stringify({ code: 'FAIL', message: '失败' }) }
    },

    async create ({ paymentId, amount, currency, subject, notifyUrl, returnUrl, expiresAt, client, ip }) {
      refuseCurrency(currency)
      const content = {
        appid: config.appid,
        mchid: config.mchid,
        description: shortText(subject, descriptionBytesMax),
        out_trade_no: paymentId,
        time_expire: expiresAt.toISOString().slice(0, 19) + '+00:00',
        notify_url: notifyUrl,
        amount: { total: minorUnits(amount, currency), currency }
      }
      if (client === 'phone') {
        const scene = { payer_client_ip: ip, h5_info: { type: 'Wap' } }
        const { h5_url: url } = succeeded(await call('POST', '/v3/pay/transactions/h5', { ...content, scene_info: scene }))
        if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw unreadable()
        const back = `${url.includes('?') ? '&' : '?'}redirect_url=${encodeURIComponent(returnUrl)}`
        return { action: { kind: 'redirect', url: url + back }, gatewayRef: null }
      }
      const scene = { payer_client_ip: ip }
      const { code_url: code } = succeeded(await call('POST', '/v3/pay/transactions/native', { ...content, scene_info: scene }))
      if (typeof code !== 'string' || code === '') throw unreadable()
      return { action: { kind: 'qr', content: code }, gatewayRef: null }
    },

    async readNews ({ headers, body }, nowMs) {
      const text = body.toString('utf8')
      const fault = signatureFault(await sdk(), config, headers, text, nowMs)
      if (fault !== undefined) throw invalidNews(fault)
      const news = readJson(text) as { event_type?: unknown, resource?: Resource } | undefined
      const trade = readJson(decrypt(await sdk(), config, news?.resource) ?? '') as Trade | undefined
      if (typeof trade !== 'object' || trade === null) throw invalidNews('Its resource cannot be decrypted.')
      if (trade.mchid !== config.mchid) throw invalidNews('It is for another merchant.')
      if (news?.event_type !== 'TRANSACTION.SUCCESS') return { kind: 'other' }
      if (trade.appid !== config.appid) throw invalidNews('It is for another app.')
      if (trade.trade_state !== 'SUCCESS') return { kind: 'other' }
      const receipt = receiptOf(trade)
      if (receipt === undefined) throw invalidNews('Its payment cannot be read.')
      return { kind: 'paid', receipt }
    },

    query,

    async close (name) {
      const answer = await call('POST', `${tradePath(name.paymentId)}/close`, { mchid: config.mchid })
      if (answer.status === 204 || answer.status === 200) return { state: 'closed' }
      if (isUnknownTrade(answer)) return { state: 'unknown' }
      if (['ORDER_CLOSED', 'ORDERCLOSED'].includes(answer.code)) return { state: 'closed' }
      if (['ORDER_PAID', 'ORDERPAID', 'USERPAYING', 'TRADE_ERROR', 'INVALID_REQUEST'].includes(answer.code)) return await query(name)
      throw failureOf(answer)
    },

    async refund ({ paybackId, transaction, amount, paid, currency, reason }) {
      refuseCurrency(currency)
      const answer = await call('POST', '/v3/refund/domestic/refunds', {
        transaction_id: transaction,
        out_refund_no: paybackId,
        reason: shortText(reason, reasonBytesMax),
        amount: { refund: minorUnits(amount, currency), total: minorUnits(paid, currency), currency }
      })
      return refundStandingOf(paybackId, succeeded(answer))
    },

    async queryRefund ({ paybackId }: GatewayRefund) {
      const answer = await call('GET', `/v3/refund/domestic/refunds/${paybackId}`)
      if (answer.status === 404) return 'unknown'
      return refundStandingOf(paybackId, succeeded(answer))
    }
  }
}

/** The low parts of the SDK; its own client would follow, and wait, as it pleases. */
interface Sdk {
  readonly Formatter: typeof import('wechatpay-axios-plugin').Formatter
  readonly Rsa: typeof import('wechatpay-axios-plugin').Rsa
  readonly Aes: { readonly AesGcm: typeof import('wechatpay-axios-plugin').WechatpayAxiosPlugin.Aes.AesGcm }
}

interface WechatpayAnswer { readonly status: number, readonly code: string, readonly content: Readonly<Record<string, unknown>> }

type Resource = Readonly<Partial<Record<'algorithm' | 'ciphertext' | 'nonce' | 'associated_data', unknown>>>

interface Trade {
  readonly mchid?: unknown
  readonly appid?: unknown
  readonly out_trade_no?: unknown
  readonly transaction_id?: unknown
  readonly trade_state?: unknown
  readonly success_time?: unknown
  readonly amount?: { readonly total?: unknown, readonly currency?: unknown }
}

const descriptionBytesMax = 120
const reasonBytesMax = 78
const gcmTagBytes = 16
const userAgent = 'kahub (payments)'

/** Sends a call, signed; an answer that something was done is believed once its signature holds. */
async function callWechatpay (
  sdk: Sdk, config: WechatpayConfig, ask: AskGateway, method: 'GET' | 'POST', path: string, content?: object
): Promise<WechatpayAnswer> {
  const { Formatter, Rsa } = sdk
  const url = new URL(config.baseUrl + path)
  const body = content === undefined ? '' : JSON.stringify(content)
  const nonce = Formatter.nonce()
  const timestamp = Formatter.timestamp()
  const signature = Rsa.sign(Formatter.request(method, url.pathname + url.search, timestamp, nonce, body), config.privateKey)
  const reply = await ask({
    method,
    url: url.href,
    headers: {
      authorization: Formatter.authorization(config.mchid, nonce, signature, timestamp, config.serial),
      accept: 'application/json',
      'user-agent': userAgent,
      // Which of its keys to sign the answer with: the newest that we hold.
      'wechatpay-serial': [...config.platformKeys.keys()][0]!,
      ...(content !== undefined && { 'content-type': 'application/json; charset=utf-8' })
    },
    ...(content !== undefined && { body })
  })
  return readAnswer(sdk, config, reply)
}

function readAnswer (sdk: Sdk, config: WechatpayConfig, { status, headers, text }: GatewayReply): WechatpayAnswer {
  if (status >= 500 || status === 429) throw new GatewayFailure('unreachable', `it is in trouble (${status})`)
  const content = text === '' ? {} : readJson(text)
  if (typeof content !== 'object' || content === null) throw unreadable()
  if (status < 300) {
    const fault = signatureFault(sdk, config, headers, text, Date.now())
    if (fault !== undefined) throw new GatewayFailure('unreachable', 'its answer is not signed by it')
  }
  return { status, code: gatewayCode((content as { code?: unknown }).code), content: content as Record<string, unknown> }
}

/** What is wrong with a signature over timestamp, nonce and body; undefined when it holds. */
function signatureFault (
  { Formatter, Rsa }: Sdk, config: WechatpayConfig, headers: GatewayReply['headers'], text: string, nowMs: number
): string | undefined {
  const [timestamp, nonce, signature, serial] = ['timestamp', 'nonce', 'signature', 'serial'].map(name => headers[`wechatpay-${name}`])
  if (typeof timestamp !== 'string' || typeof nonce !== 'string' || typeof signature !== 'string') return 'It is not signed.'
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1000) > newsAgeMsMax) return 'It is too old, or of the future.'
  const key = config.platformKeys.get(String(serial))
  if (key === undefined) return 'It is signed with a key that is not known.'
  return Rsa.verify(Formatter.response(timestamp, nonce, text), signature, key) ? undefined : 'The signature does not hold.'
}

/** The plaintext of a resource (AEAD_AES_256_GCM); undefined when a byte of it, its nonce or its associated data is another. */
function decrypt ({ Aes }: Sdk, config: WechatpayConfig, resource: Resource | undefined): string | undefined {
  const { algorithm, ciphertext, nonce, associated_data: associated = '' } = resource ?? {}
  if (algorithm !== 'AEAD_AES_256_GCM') return undefined
  if (typeof ciphertext !== 'string' || typeof nonce !== 'string' || typeof associated !== 'string') return undefined
  if (Buffer.from(ciphertext, 'base64').length <= gcmTagBytes) return undefined
  try {
    return Aes.AesGcm.decrypt(ciphertext, config.apiV3Key, nonce, associated)
  } catch {
    return undefined
  }
}

function succeeded (answer: WechatpayAnswer): Readonly<Record<string, unknown>> {
  if (answer.status < 300) return answer.content
  throw failureOf(answer)
}

function failureOf ({ status, code }: WechatpayAnswer): GatewayFailure {
  const isTrouble = /SYSTEM_?ERROR|BANK_?ERROR|FREQUENCY|RATELIMIT/.test(code)
  return new GatewayFailure(isTrouble ? 'unreachable' : 'refused', `it ${isTrouble ? 'is in trouble' : 'refused'} (${status} ${code})`)
}

function isUnknownTrade ({ code }: WechatpayAnswer): boolean {
  return ['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'RESOURCE_NOT_EXISTS'].includes(code)
}

function standingOf (config: WechatpayConfig, paymentId: string, trade: Trade): PaymentStanding {
  if (trade.out_trade_no !== paymentId || trade.mchid !== config.mchid) {
    throw new GatewayFailure('unreachable', 'it answered of another payment')
  }
  switch (trade.trade_state) {
    case 'NOTPAY':
    case 'USERPAYING':
    case 'PAYERROR': return { state: 'open' }
    // REFUND: it was paid, and given back.
    case 'CLOSED':
    case 'REVOKED':
    case 'REFUND': return { state: 'closed' }
    case 'SUCCESS': {
      const receipt = receiptOf(trade)
      if (receipt === undefined) throw unreadable()
      return { state: 'paid', receipts: [receipt] }
    }
    default: throw unreadable()
  }
}

function receiptOf (trade: Trade): GatewayReceipt | undefined {
  const { out_trade_no: paymentId, transaction_id: transaction, amount: told, success_time: paidAt } = trade
  if (typeof told !== 'object' || told === null || typeof paymentId !== 'string') return undefined
  const currency = told.currency ?? 'CNY'
  if (!isCurrency(currency) || typeof transaction !== 'string' || !/^\w{1,64}$/.test(transaction)) return undefined
  const amount = amountOfMinorUnits(told.total, currency)
  return amount === undefined ? undefined : { paymentId, transaction, amount, currency, paidAt: timeOf(paidAt) }
}

function isCurrency (code: unknown): code is Currency {
  return typeof code === 'string' && Object.hasOwn(currencies, code)
}

function refundStandingOf (paybackId: string, refund: Readonly<Record<string, unknown>>): RefundStanding {
  if (refund['out_refund_no'] !== paybackId) throw new GatewayFailure('unreachable', 'it answered of another refund')
  switch (refund['status']) {
    case 'SUCCESS': return 'succeeded'
    case 'PROCESSING': return 'pending'
    case 'CLOSED':
    case 'ABNORMAL': return 'failed'
    default: throw unreadable()
  }
}

function tradePath (paymentId: string): string {
  return `/v3/pay/transactions/out-trade-no/${paymentId}`
}

function refuseCurrency (currency: string): void {
  if (currency !== 'CNY') throw new GatewayFailure('refused', 'it takes CNY alone')
}

/** As many whole characters as have so many bytes of UTF-8. */
function shortText (text: string, bytesMax: number): string {
  let short = ''
  for (const character of text.replace(/\p{Cc}/gu, ' ')) {
    if (Buffer.byteLength(short + character) > bytesMax) break
    short += character
  }
  return short
}

function readJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function timeOf (text: unknown): Date | null {
  const time = typeof text === 'string' ? new Date(text) : undefined
  return time === undefined || Number.isNaN(time.getTime()) ? null : time
}

function unreadable (): GatewayFailure {
  return new GatewayFailure('unreachable', 'its answer cannot be read')
}

function invalidNews (why: string): Problem {
  return new Problem('payment_news_invalid', why)
}
