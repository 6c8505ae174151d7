// Stripe Checkout: a page of Stripe's for each payment, webhooks, query, expiry, refunds. The SDK makes the requests and verifies webhooks;
// what it sends goes the one way of all gateways, and every creating call bears an idempotency key made of our own id.
import { createHash } from 'node:crypto'
import type Stripe from 'stripe'
import type { StripeConfig } from '../../base/gateway-config.ts'
import { currencies, type BuyerLanguage, type Currency } from '../../../schema/vocabulary.ts'
import {
  GatewayFailure, type Gateway, type GatewayPaymentName, type GatewayReceipt, type GatewayRefund, type PaymentStanding, type RefundStanding
} from '../../base/gateway.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { askMsMax, gatewayCode, openAsking, type AskGateway } from './ask-gateway.ts'
import { loadOnce } from './load-once.ts'
import { amountOfMinorUnits, minorUnits } from './minor-units.ts'

/** How old the signature of a webhook may be. */
export const newsAgeSecondsMax = 300
/** Stripe keeps a page open for 30 minutes at least: it ends so long after the payment does, and is expired by us before. */
export const sessionTailSeconds = 31 * 60

/** Opens an account; the SDK is loaded when it is first needed. `ask`: the way to the gateway. */
export function openStripe (config: StripeConfig, ask: AskGateway = openAsking()): Gateway {
  const sdk = loadOnce(() => loadSdk(config, ask))
  const call = async <Result>(request: (stripe: Stripe) => Promise<Result>): Promise<Result> => {
    const stripe = await sdk()
    try {
      return await request(stripe)
    } catch (error) {
      throw failureOf(error)
    }
  }

  const query = async ({ paymentId, gatewayRef }: GatewayPaymentName): Promise<PaymentStanding> => {
    // Without Stripe's name for it nobody was ever shown its page.
    if (gatewayRef === null) return { state: 'unknown' }
    return standingOf(paymentId, await call(stripe => stripe.checkout.sessions.retrieve(gatewayRef)))
  }

  const refundsOf = async ({ transaction, paybackId }: GatewayRefund) => {
    const { data } = await call(stripe => stripe.refunds.list({ payment_intent: transaction, limit: refundsMax }))
    return data.filter(({ metadata }) => metadata?.['payback'] === paybackId)
  }

  return {
    kind: 'stripe',
    answers: {
      taken: { status: 200, type: 'application/json', body: '{"received":true}' },
      refused: { status: 400, type: 'application/json', body: '{"received":false}' }
    },

    async create ({ paymentId, amount, currency, subject, returnUrl, expiresAt, language }) {
      const name = subject.slice(0, subjectCharsMax)
      const locale = locales[language]
      const session = await call(stripe => stripe.checkout.sessions.create({
        mode: 'payment',
        client_reference_id: paymentId,
        metadata: { payment: paymentId },
        payment_intent_data: { metadata: { payment: paymentId } },
        line_items: [{
          quantity: 1,
          price_data: {
            currency: currency.toLowerCase(),
            unit_amount: stripeUnits(amount, currency),
            product_data: { name }
          }
        }],
        success_url: returnUrl,
        cancel_url: returnUrl,
        // Of the payment alone, so that the same payment sends the same request, whenever it is sent again.
        expires_at: Math.floor(expiresAt.getTime() / 1000) + sessionTailSeconds,
        locale
        // A payer who asks again in another language asks for another page: under the key of the first it would be refused for a day.
      }, { idempotencyKey: `${paymentId}-${digestOf(locale, name)}` }))
      if (typeof session.url !== 'string') throw new GatewayFailure('refused', 'its page is not open any more')
      return { action: { kind: 'redirect', url: session.url }, gatewayRef: session.id }
    },

    async readNews ({ headers, body }, nowMs) {
      const event = await readEvent(await sdk(), config, headers['stripe-signature'], body, nowMs)
      if (event.livemode !== config.livemode) throw invalidNews('It is of the other mode.')
      if (!paidEvents.includes(event.type)) return { kind: 'other' }
      const session = event.data.object as Stripe.Checkout.Session
      // Whoever else sells through this account tells us too.
      if (session.payment_status !== 'paid' || session.metadata?.['payment'] === undefined) return { kind: 'other' }
      if (session.metadata['payment'] !== session.client_reference_id) throw invalidNews('Its payment cannot be read.')
      const receipt = receiptOf(session, new Date(event.created * 1000))
      if (receipt === undefined) throw invalidNews('Its payment cannot be read.')
      return { kind: 'paid', receipt }
    },

    query,

    async close (name) {
      const { gatewayRef } = name
      if (gatewayRef === null) return { state: 'unknown' }
      try {
        return standingOf(name.paymentId, await call(stripe => stripe.checkout.sessions.expire(gatewayRef)))
      } catch (error) {
        // It is expired or completed: which, the query tells.
        if (error instanceof GatewayFailure && error.kind === 'refused') return await query(name)
        throw error
      }
    },

    async refund (refund) {
      const { transaction, amount, currency, paybackId, paymentId } = refund
      const earlier = await refundsOf(refund)
      const standing = refundStandingOf(earlier)
      if (standing === 'succeeded' || standing === 'pending') return standing
      // A refund that failed is made anew: under the key of the first, Stripe would repeat the first.
      const idempotencyKey = earlier.length === 0 ? paybackId : `${paybackId}-${earlier.length}`
      const made = await call(stripe => stripe.refunds.create({
        payment_intent: transaction, amount: stripeUnits(amount, currency), metadata: { payback: paybackId, payment: paymentId }
      }, { idempotencyKey }))
      return refundStandingOf([made])
    },

    async queryRefund (refund) {
      return refundStandingOf(await refundsOf(refund))
    }
  }
}

/** Tells one request for the page of a payment from another: all else in it is of the payment alone. */
function digestOf (locale: string, name: string): string {
  return createHash('sha256').update(`${locale} ${name}`).digest('hex').slice(0, digestCharsMax)
}

const digestCharsMax = 16
const subjectCharsMax = 250
const refundsMax = 100
const paidEvents: readonly string[] = ['checkout.session.completed', 'checkout.session.async_payment_succeeded']
const locales: Readonly<Record<BuyerLanguage, 'zh' | 'en'>> = { 'zh-CN': 'zh', en: 'en' }

async function loadSdk (config: StripeConfig, ask: AskGateway): Promise<Stripe> {
  const { default: StripeSdk } = await import('stripe')
  const { protocol, hostname, port } = new URL(config.baseUrl)
  return new StripeSdk(config.secretKey, {
    host: hostname,
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    protocol: protocol === 'https:' ? 'https' : 'http',
    // The way to the gateway has the deadline; what is asked again is asked by us.
    timeout: 2 * askMsMax,
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: StripeSdk.createFetchHttpClient(async (url: string | URL | Request, init?: RequestInit) => {
      const { method, headers, body } = init ?? {}
      const reply = await ask({
        method: method === 'POST' ? 'POST' : 'GET',
        url: String(url),
        headers: Object.fromEntries(new Headers(headers)),
        ...(typeof body === 'string' && method === 'POST' && { body })
      })
      const told = Object.entries(reply.headers).filter((header): header is [string, string] => typeof header[1] === 'string')
      return new Response(reply.text === '' ? null : reply.text, { status: reply.status, headers: told })
    })
  })
}

async function readEvent (
  stripe: Stripe, config: StripeConfig, signature: string | string[] | undefined, body: Buffer, nowMs: number
): Promise<Stripe.Event> {
  if (typeof signature !== 'string') throw invalidNews('It is not signed.')
  try {
    return await stripe.webhooks.constructEventAsync(body, signature, config.webhookSecret, newsAgeSecondsMax, undefined, nowMs)
  } catch {
    throw invalidNews('The signature does not hold, or is too old.')
  }
}

interface StripeError { type?: string, code?: string, statusCode?: number, detail?: unknown, cause?: unknown }

/** What the SDK threw, without what was sent: a word of Stripe's and no sentence, which may hold a part of a key. */
function failureOf (error: unknown): GatewayFailure {
  if (error instanceof GatewayFailure) return error
  const { type, code, statusCode, detail, cause } = error as StripeError
  const inner = [detail, cause].find(one => one instanceof GatewayFailure)
  if (inner !== undefined) return inner as GatewayFailure
  const told = gatewayCode(code ?? type)
  const isTrouble = statusCode === undefined || statusCode >= 500 || statusCode === 409 || statusCode === 429 || statusCode === 408
  const what = `(${statusCode ?? 'no answer'} ${told})`
  return isTrouble ? new GatewayFailure('unreachable', `it is in trouble ${what}`) : new GatewayFailure('refused', `it refused ${what}`)
}

function standingOf (paymentId: string, session: Stripe.Checkout.Session): PaymentStanding {
  if (session.client_reference_id !== paymentId) throw new GatewayFailure('unreachable', 'it answered of another payment')
  if (session.payment_status === 'paid') {
    const receipt = receiptOf(session, null)
    if (receipt === undefined) throw new GatewayFailure('unreachable', 'its answer cannot be read')
    return { state: 'paid', receipts: [receipt] }
  }
  // Complete and unpaid: the payer's bank takes its time.
  return { state: session.status === 'expired' ? 'closed' : 'open' }
}

function receiptOf (session: Stripe.Checkout.Session, paidAt: Date | null): GatewayReceipt | undefined {
  const { client_reference_id: paymentId, payment_intent: intent, amount_total: units, currency: told } = session
  const transaction = typeof intent === 'string' ? intent : intent?.id
  const currency = told?.toUpperCase()
  if (typeof paymentId !== 'string' || transaction === undefined || !/^\w{1,255}$/.test(transaction)) return undefined
  if (!isCurrency(currency)) return undefined
  const amount = amountOfMinorUnits(units, currency)
  return amount === undefined ? undefined : { paymentId, transaction, amount, currency, paidAt }
}

function isCurrency (code: string | undefined): code is Currency {
  return code !== undefined && Object.hasOwn(currencies, code)
}

/** Minor units as Stripe takes them: of three-decimal currencies, the last digit is 0. */
function stripeUnits (amount: Amount, currency: Currency): number {
  const units = minorUnits(amount, currency)
  if (currencies[currency] === 3 && units % 10 !== 0) throw new GatewayFailure('refused', `amounts of ${currency} end with 0`)
  return units
}

function refundStandingOf (refunds: readonly Stripe.Refund[]): RefundStanding {
  const states = refunds.map(({ status }) => status)
  if (states.includes('succeeded')) return 'succeeded'
  if (states.some(state => state === 'pending' || state === 'requires_action')) return 'pending'
  return states.length === 0 ? 'unknown' : 'failed'
}

function invalidNews (why: string): Problem {
  return new Problem('payment_news_invalid', why)
}
