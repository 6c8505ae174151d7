// Stripe's API as its reference tells it, of what Checkout needs: forms in, JSON out, idempotency keys that repeat the first answer,
// webhooks signed with v1 (HMAC-SHA256 over timestamp and body). Sources: docs.stripe.com/api, /webhooks/signature, /currencies.
import { createHmac, randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { openFakeServer, type Answered, type Asked, type FakeServer } from './fake-server.ts'

interface Session {
  readonly id: string
  readonly object: 'checkout.session'
  readonly client_reference_id: string
  readonly metadata: Record<string, string>
  readonly amount_total: number
  readonly currency: string
  readonly expires_at: number
  readonly livemode: boolean
  readonly url: string | null
  status: 'open' | 'complete' | 'expired'
  payment_status: 'unpaid' | 'paid'
  payment_intent: string | null
}

interface Refund { readonly id: string, readonly object: 'refund', readonly amount: number, readonly payment_intent: string, readonly metadata: Record<string, string>, status: string }

export interface FakeStripe extends FakeServer {
  readonly config: Record<string, unknown>
  readonly sessions: Map<string, Session>
  readonly refunds: Refund[]
  /** How a new refund stands, or the code it is refused with. */
  refundAnswer: { readonly status: string } | { readonly code: string }
  sessionOf (paymentId: string): Session
  pay (paymentId: string): Session
  news (paymentId: string, wish?: NewsWish): { readonly headers: Record<string, string>, readonly body: Buffer }
}

export interface NewsWish {
  readonly type?: string
  readonly session?: Readonly<Record<string, unknown>>
  readonly livemode?: boolean
  readonly at?: number
  readonly secret?: string
  readonly scheme?: string
  readonly bodyAfter?: (body: string) => string
  readonly timestampAfter?: (timestamp: number) => number
}

/** Opens Stripe on this machine. */
export async function openFakeStripe (t: Test, clock: () => number = Date.now): Promise<FakeStripe> {
  const secretKey = `sk_live_${randomBytes(12).toString('hex')}`
  const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`
  const sessions = new Map<string, Session>()
  const refunds: Refund[] = []
  const repeats = new Map<string, { readonly request: string, readonly answer: Answered }>()
  let numbers = 0

  const answer = ({ method, url, body }: Asked): Answered => {
    const fields = new URLSearchParams(method === 'GET' ? url.search : body)
    const [, resource, id, act] = /^\/v1\/(checkout\/sessions|refunds)(?:\/(\w+))?(?:\/(\w+))?$/.exec(url.pathname) ?? []
    if (resource === 'checkout/sessions' && method === 'POST' && id === undefined) return createSession(fields)
    if (resource === 'checkout/sessions' && id !== undefined) {
      const session = sessions.get(id)
      if (!session) return refused(404, 'resource_missing')
      if (act === 'expire') {
        if (session.status !== 'open') return refused(400, undefined)
        session.status = 'expired'
      }
      return told(session)
    }
    if (resource === 'refunds' && method === 'GET') {
      return told({ object: 'list', url: '/v1/refunds', has_more: false, data: refunds.filter(refund => refund.payment_intent === fields.get('payment_intent')) })
    }
    if (resource === 'refunds') return createRefund(fields)
    return refused(404, 'resource_missing')
  }

  const createSession = (fields: URLSearchParams): Answered => {
    const expiresAt = Number(fields.get('expires_at'))
    const seconds = expiresAt - clock() / 1000
    if (seconds < 30 * 60 || seconds > 24 * 3_600) return refused(400, 'parameter_invalid')
    const amount = Number(fields.get('line_items[0][price_data][unit_amount]'))
    const id = `cs_live_${String(++numbers).padStart(8, '0')}`
    const session: Session = {
      id,
      object: 'checkout.session',
      client_reference_id: fields.get('client_reference_id')!,
      metadata: { payment: fields.get('metadata[payment]')! },
      amount_total: amount * Number(fields.get('line_items[0][quantity]')),
      currency: fields.get('line_items[0][price_data][currency]')!,
      expires_at: expiresAt,
      livemode: true,
      url: `https://checkout.stripe.com/c/pay/${id}`,
      status: 'open',
      payment_status: 'unpaid',
      payment_intent: null
    }
    sessions.set(id, session)
    return told(session)
  }

  const createRefund = (fields: URLSearchParams): Answered => {
    const intent = fields.get('payment_intent')!
    const session = [...sessions.values()].find(session => session.payment_intent === intent)
    if (!session) return refused(404, 'resource_missing')
    if ('code' in fake.refundAnswer) return refused(400, fake.refundAnswer.code)
    if (refunds.some(refund => refund.payment_intent === intent && refund.status !== 'failed')) return refused(400, 'charge_already_refunded')
    const refund: Refund = {
      id: `re_${++numbers}`,
      object: 'refund',
      amount: Number(fields.get('amount')),
      payment_intent: intent,
      metadata: { payback: fields.get('metadata[payback]')! },
      status: fake.refundAnswer.status
    }
    refunds.push(refund)
    return told(refund)
  }

  const server = await openFakeServer(t, asked => {
    if (asked.headers.authorization !== `Bearer ${secretKey}`) {
      return { status: 401, body: JSON.stringify({ error: { type: 'invalid_request_error', message: `Invalid API Key provided: ${secretKey.slice(0, 12)}****` } }) }
    }
    const key = asked.headers['idempotency-key']
    if (asked.method !== 'POST' || typeof key !== 'string') return answer(asked)
    const request = asked.url.pathname + asked.body
    const earlier = repeats.get(key)
    if (earlier) return earlier.request === request ? earlier.answer : refused(400, 'idempotency_error', 'idempotency_error')
    const given = answer(asked)
    repeats.set(key, { request, answer: given })
    return given
  })
  const fake: FakeStripe = Object.assign(server, {
    config: { secret_key: secretKey, webhook_secret: webhookSecret, base_url: server.url },
    sessions,
    refunds,
    refundAnswer: { status: 'succeeded' },
    sessionOf: (paymentId: string) => [...sessions.values()].find(session => session.client_reference_id === paymentId)!,
    pay (paymentId: string) {
      return Object.assign(fake.sessionOf(paymentId), { status: 'complete', payment_status: 'paid', payment_intent: `pi_${paymentId}` } as const)
    },
    news (paymentId: string, wish: NewsWish = {}) {
      const at = Math.floor((wish.at ?? clock()) / 1000)
      const body = JSON.stringify({
        id: `evt_${randomBytes(8).toString('hex')}`,
        object: 'event',
        api_version: '2026-01-28.clover',
        created: at,
        livemode: wish.livemode ?? true,
        pending_webhooks: 1,
        type: wish.type ?? 'checkout.session.completed',
        data: { object: { ...fake.sessionOf(paymentId), ...wish.session } }
      })
      const signature = createHmac('sha256', wish.secret ?? webhookSecret).update(`${at}.${body}`).digest('hex')
      return {
        headers: { 'content-type': 'application/json', 'stripe-signature': `t=${wish.timestampAfter?.(at) ?? at},${wish.scheme ?? 'v1'}=${signature}` },
        body: Buffer.from(wish.bodyAfter?.(body) ?? body)
      }
    }
  } satisfies Omit<FakeStripe, keyof FakeServer>)
  return fake
}

function told (content: object): Answered {
  return { status: 200, body: JSON.stringify(content) }
}

function refused (status: number, code: string | undefined, type = 'invalid_request_error'): Answered {
  return { status, body: JSON.stringify({ error: { type, code, message: 'It is refused.' } }) }
}
