// Alipay (open.alipay.com, gateway.do 1.0, RSA2): computer web pay and mobile web pay as signed addresses, notifications, query, close,
// refund. The SDK signs what is sent and verifies what comes; what is sent goes the one way of all gateways.
import type { AlipaySdk } from 'alipay-sdk'
import type { AlipayConfig } from '../../base/gateway-config.ts'
import {
  GatewayFailure, type Gateway, type GatewayPaymentName, type GatewayReceipt, type GatewayRefund, type PaymentStanding, type RefundStanding
} from '../../base/gateway.ts'
import { Problem } from '../../base/problem.ts'
import { gatewayCode, openAsking, type AskGateway } from './ask-gateway.ts'
import { loadOnce } from './load-once.ts'
import { amountOfDecimal, exactDecimal } from './minor-units.ts'

/** Opens an account; the SDK is loaded when it is first needed. `ask`: the way to the gateway. */
export function openAlipay (config: AlipayConfig, ask: AskGateway = openAsking()): Gateway {
  const sdk = loadOnce(() => loadSdk(config))
  const call = async (method: string, content: Fields) => await callAlipay(await sdk(), ask, method, content)

  const query = async ({ paymentId }: GatewayPaymentName): Promise<PaymentStanding> => {
    const answer = await call('alipay.trade.query', { out_trade_no: paymentId })
    if (answer.sub_code === 'ACQ.TRADE_NOT_EXIST') return { state: 'unknown' }
    return standingOf(paymentId, succeeded(answer))
  }

  const queryRefund = async ({ paymentId, paybackId }: GatewayRefund): Promise<RefundStanding> => {
    const answer = await call('alipay.trade.fastpay.refund.query', { out_trade_no: paymentId, out_request_no: paybackId })
    if (answer.sub_code === 'ACQ.TRADE_NOT_EXIST') return 'unknown'
    // Without a status the refund did not arrive, or did not succeed: the same request number may be sent again.
    return succeeded(answer).refund_status === 'REFUND_SUCCESS' ? 'succeeded' : 'unknown'
  }

  return {
    kind: 'alipay',
    answers: {
      taken: { status: 200, type: 'text/plain; charset=utf-8', body: 'success' },
      refused: { status: 400, type: 'text/plain; charset=utf-8', body: 'fail' }
    },

    async create ({ paymentId, amount, currency, subject, notifyUrl, returnUrl, expiresAt, client }) {
      refuseCurrency(currency)
      const page = client === 'phone'
        ? { method: 'alipay.trade.wap.pay', product_code: 'QUICK_WAP_WAY' }
        : { method: 'alipay.trade.page.pay', product_code: 'FAST_INSTANT_TRADE_PAY' }
      const content = {
        out_trade_no: paymentId,
        product_code: page.product_code,
        total_amount: exactDecimal(amount, currency),
        subject: plainSubject(subject),
        time_expire: beijingTime(expiresAt)
      }
      const signed = signedFields(await sdk(), page.method, content, { notifyUrl, returnUrl })
      return { action: { kind: 'redirect', url: `${config.baseUrl}?${signed}` }, gatewayRef: null }
    },

    async readNews ({ body }) {
      const fields = readForm(body)
      if (fields['sign_type'] !== 'RSA2' || !(await sdk()).checkNotifySignV2(fields)) throw invalidNews('The signature does not hold.')
      if (fields['app_id'] !== config.appId || fields['seller_id'] !== config.sellerId) throw invalidNews('It is for another account.')
      if (fields['gmt_refund'] !== undefined || fields['refund_fee'] !== undefined) return { kind: 'other' }
      if (!isPaid(fields['trade_status'])) return { kind: 'other' }
      const receipt = receiptOf(fields['out_trade_no'], fields['trade_no'], fields['total_amount'], fields['gmt_payment'])
      if (receipt === undefined) throw invalidNews('Its payment cannot be read.')
      return { kind: 'paid', receipt }
    },

    query,

    async close (name) {
      const answer = await call('alipay.trade.close', { out_trade_no: name.paymentId })
      if (answer.code === '10000') return { state: 'closed' }
      if (answer.sub_code === 'ACQ.TRADE_NOT_EXIST') return { state: 'unknown' }
      if (isOfState(answer.sub_code)) return await query(name)
      throw failureOf(answer)
    },

    async refund (refund) {
      const { paymentId, paybackId, amount, currency, reason } = refund
      refuseCurrency(currency)
      const answer = succeeded(await call('alipay.trade.refund', {
        out_trade_no: paymentId,
        refund_amount: exactDecimal(amount, currency),
        out_request_no: paybackId,
        refund_reason: plainSubject(reason)
      }))
      // N, or nothing: this call moved no money; whether an earlier one did, the query tells.
      if (answer.fund_change === 'Y') return 'succeeded'
      return await queryRefund(refund) === 'succeeded' ? 'succeeded' : 'pending'
    },

    queryRefund
  }
}

type Fields = Readonly<Record<string, string>>

interface AlipayAnswer { readonly code?: string, readonly sub_code?: string, readonly [member: string]: unknown }

const subjectCharsMax = 128

async function loadSdk (config: AlipayConfig): Promise<AlipaySdk> {
  const { AlipaySdk } = await import('alipay-sdk')
  return new AlipaySdk({
    appId: config.appId,
    privateKey: config.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim(),
    keyType: 'PKCS8',
    alipayPublicKey: config.alipayPublicKey.export({ type: 'spki', format: 'pem' }).toString().trim(),
    signType: 'RSA2',
    gateway: config.baseUrl,
    camelcase: false
  })
}

/** The fields of a call, signed, as a query string. */
function signedFields (sdk: AlipaySdk, method: string, content: Fields, addresses: Fields = {}): string {
  return sdk.sdkExecute(method, { ...addresses, timestamp: beijingTime(new Date()), bizContent: content })
}

/** Sends a call; its answer is believed once its signature holds. What is not signed, nobody need have said. */
async function callAlipay (sdk: AlipaySdk, ask: AskGateway, method: string, content: Fields): Promise<AlipayAnswer> {
  const url = new URLSearchParams(signedFields(sdk, method, content))
  const body = new URLSearchParams({ biz_content: url.get('biz_content')! })
  url.delete('biz_content')
  const { status, text } = await ask({
    method: 'POST',
    url: `${sdk.config.gateway}?${url}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8', accept: 'application/json' },
    body: body.toString()
  })
  if (status !== 200) throw new GatewayFailure('unreachable', `it answered ${status}`)
  const key = `${method.replaceAll('.', '_')}_response`
  const { answer, sign, error } = readAnswer(text, key)
  if (answer === undefined) throw new GatewayFailure('unreachable', `its answer cannot be read (${gatewayCode(error)})`)
  try {
    sdk.checkResponseSign(text, key, sign, '')
  } catch {
    throw new GatewayFailure('unreachable', `its answer is not signed by it (${gatewayCode(answer.sub_code ?? answer.code)})`)
  }
  return answer
}

function readAnswer (text: string, key: string): { answer?: AlipayAnswer, sign: string, error?: unknown } {
  try {
    const parsed = JSON.parse(text) as Record<string, AlipayAnswer & string>
    const answer = Object.hasOwn(parsed, key) ? parsed[key] : undefined
    const sign = typeof parsed['sign'] === 'string' ? parsed['sign'] as string : ''
    return { ...(typeof answer === 'object' && answer !== null && { answer }), sign, error: parsed['error_response']?.sub_code }
  } catch {
    return { sign: '' }
  }
}

function succeeded (answer: AlipayAnswer): AlipayAnswer {
  if (answer.code === '10000') return answer
  throw failureOf(answer)
}

/** 20000 and what speaks of the system is trouble of the gateway's own; the rest it means. */
function failureOf ({ code, sub_code: subCode }: AlipayAnswer): GatewayFailure {
  const told = gatewayCode(subCode ?? code)
  const isTrouble = code === '20000' || code === '10003' || /SYSTEM_?ERROR|UNKNOW|isp\./i.test(told)
  return new GatewayFailure(isTrouble ? 'unreachable' : 'refused', isTrouble ? `it is in trouble (${told})` : `it refused (${told})`)
}

/** The trade is not in a state in which it can be closed: paid, or closed before. */
function isOfState (subCode: string | undefined): boolean {
  return subCode === 'ACQ.TRADE_STATUS_ERROR' || subCode === 'ACQ.REASON_TRADE_STATUS_INVALID'
}

function standingOf (paymentId: string, answer: AlipayAnswer): PaymentStanding {
  if (answer['out_trade_no'] !== paymentId) throw new GatewayFailure('unreachable', 'it answered of another payment')
  switch (answer['trade_status']) {
    case 'WAIT_BUYER_PAY': return { state: 'open' }
    // Also of a trade that was paid and given back as a whole.
    case 'TRADE_CLOSED': return { state: 'closed' }
    case 'TRADE_SUCCESS':
    case 'TRADE_FINISHED': {
      const receipt = receiptOf(paymentId, answer['trade_no'], answer['total_amount'], answer['send_pay_date'])
      if (receipt === undefined) throw new GatewayFailure('unreachable', 'its answer cannot be read')
      return { state: 'paid', receipts: [receipt] }
    }
    default: throw new GatewayFailure('unreachable', 'its answer cannot be read')
  }
}

function isPaid (tradeStatus: string | undefined): boolean {
  return tradeStatus === 'TRADE_SUCCESS' || tradeStatus === 'TRADE_FINISHED'
}

function receiptOf (paymentId: unknown, transaction: unknown, total: unknown, paidAt: unknown): GatewayReceipt | undefined {
  const amount = amountOfDecimal(total, 'CNY')
  if (typeof paymentId !== 'string' || typeof transaction !== 'string' || !/^\w{1,64}$/.test(transaction)) return undefined
  if (amount === undefined) return undefined
  return { paymentId, transaction, amount, currency: 'CNY', paidAt: timeOf(paidAt) }
}

/** A form, in UTF-8; a field that stands twice could be signed as one and read as the other. */
function readForm (body: Buffer): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    if (name in fields) throw invalidNews('A field stands in it twice.')
    fields[name] = value
  }
  return fields
}

function refuseCurrency (currency: string): void {
  if (currency !== 'CNY') throw new GatewayFailure('refused', 'it takes CNY alone')
}

/** Without what Alipay refuses in a subject. */
function plainSubject (text: string): string {
  return [...text.replace(/[/=&\p{Cc}]/gu, ' ')].slice(0, subjectCharsMax).join('')
}

const beijingOffsetMs = 8 * 3_600_000

/** yyyy-MM-dd HH:mm:ss in Beijing, where it is UTC+8 all the year. */
function beijingTime (time: Date): string {
  return new Date(time.getTime() + beijingOffsetMs).toISOString().slice(0, 19).replace('T', ' ')
}

function timeOf (text: unknown): Date | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(text)) return null
  const time = new Date(`${text.slice(0, 10)}T${text.slice(11, 19)}+08:00`)
  return Number.isNaN(time.getTime()) ? null : time
}

function invalidNews (why: string): Problem {
  return new Problem('payment_news_invalid', why)
}
