// The sandbox gateway's adapter: JSON over HTTP, signed in both directions (src/base/sandbox-wire.ts). The gateway stands where our own
// address is, as told by the payment's notifyUrl; later calls go to the payment's own address there, which is its gatewayRef.
import type { World } from '../../../schema/vocabulary.ts'
import {
  GatewayFailure, type Gateway, type GatewayMessage, type GatewayNews, type GatewayReceipt, type PaymentStanding, type RefundStanding
} from '../../base/gateway.ts'
import { formatAmount, parseAmount } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import {
  sandboxHeaders, sandboxMessageHolds, sandboxSignatureHeader, type SandboxNotice, type SandboxPaymentAnswer, type SandboxPaymentRequest,
  type SandboxReceipt, type SandboxRefundAnswer, type SandboxRefundRequest, type SandboxRefusal, type SandboxStanding
} from '../../base/sandbox-wire.ts'
import { Secret } from '../../base/secret.ts'
import { openAsking, type AskGateway } from './ask-gateway.ts'

const answerMsMax = 5_000

/** Opens the adapter; its configuration is {world, secret (base64)}. */
export function openSandbox (config: unknown): Gateway {
  const { world, secret: text } = config as { readonly world: World, readonly secret: string }
  assert(typeof world === 'string' && typeof text === 'string', 'the configuration of the sandbox gateway')
  const secret = new Secret(Buffer.from(text, 'base64'))
  const asking = openAsking(answerMsMax)
  const ask = <Answer>(method: 'GET' | 'POST', url: string, body?: object) => askSigned<Answer>(asking, secret, method, url, body)

  const standingAt = async (method: 'GET' | 'POST', url: string): Promise<PaymentStanding> => {
    const { status, answer } = await ask<SandboxStanding>(method, url)
    if (status === 404) return { state: 'unknown' }
    const { state, receipts, merchant_payment: paymentId } = taken(answer)
    return state === 'paid' ? { state, receipts: receipts.map(receipt => receiptOf(paymentId, receipt)) } : { state }
  }

  return {
    kind: 'sandbox',

    async create ({ paymentId, amount, currency, subject, notifyUrl, returnUrl, expiresAt, language }) {
      const wanted: SandboxPaymentRequest = {
        merchant_payment: paymentId,
        amount: formatAmount(amount, currency),
        currency,
        subject,
        notify_url: notifyUrl,
        return_url: returnUrl,
        expires_at: expiresAt.toISOString(),
        language
      }
      const url = new URL(`/sandbox-gateway/${world}/payments`, notifyUrl).href
      const { address, pay_page: payPage } = taken((await ask<SandboxPaymentAnswer>('POST', url, wanted)).answer)
      return { action: { kind: 'redirect', url: new URL(payPage, url).href }, gatewayRef: new URL(address, url).href }
    },

    async readNews (message, nowMs) {
      return readNews(secret, message, nowMs)
    },

    answers: {
      taken: { status: 200, type: 'text/plain; charset=utf-8', body: 'taken' },
      refused: { status: 400, type: 'text/plain; charset=utf-8', body: 'refused' }
    },

    async query ({ gatewayRef }) {
      // Whoever gave us no address was never asked, or nobody has seen the page on which it could be paid.
      return gatewayRef === null ? { state: 'unknown' } : await standingAt('GET', gatewayRef)
    },

    async close ({ gatewayRef }) {
      return gatewayRef === null ? { state: 'unknown' } : await standingAt('POST', `${gatewayRef}/close`)
    },

    async refund ({ gatewayRef, paybackId, transaction, amount, currency, reason }) {
      if (gatewayRef === null) return 'unknown'
      const wanted: SandboxRefundRequest = {
        merchant_refund: paybackId, transaction, amount: formatAmount(amount, currency), currency, reason
      }
      return taken((await ask<SandboxRefundAnswer>('POST', `${gatewayRef}/refunds`, wanted)).answer).state
    },

    async queryRefund ({ gatewayRef, paybackId }): Promise<RefundStanding> {
      if (gatewayRef === null) return 'unknown'
      const { status, answer } = await ask<SandboxRefundAnswer>('GET', `${gatewayRef}/refunds/${paybackId}`)
      return status === 404 ? 'unknown' : taken(answer).state
    }
  }
}

function readNews (secret: Secret<Buffer>, { headers, body }: GatewayMessage, nowMs: number): GatewayNews {
  if (!sandboxMessageHolds(secret, { kind: 'notice', about: '', body }, headers, nowMs)) {
    throw new Problem('payment_news_invalid', 'The signature of the message does not hold, or is too old.')
  }
  const { type, merchant_payment: paymentId, receipt } = JSON.parse(body.toString('utf8')) as SandboxNotice
  return type === 'payment.paid' ? { kind: 'paid', receipt: receiptOf(paymentId, receipt!) } : { kind: 'other' }
}

function receiptOf (paymentId: string, { transaction, amount: text, currency, paid_at: paidAt }: SandboxReceipt): GatewayReceipt {
  const amount = parseAmount(text)
  assert(amount !== undefined, 'an amount in what the gateway signed')
  return { paymentId, transaction, amount, currency, paidAt: new Date(paidAt) }
}

/** An answer that is no refusal. */
function taken<Answer> (answer: Answer | SandboxRefusal): Answer {
  if (typeof answer === 'object' && answer !== null && 'error' in answer) throw new GatewayFailure('refused', answer.message)
  return answer as Answer
}

interface Heard<Answer> { readonly status: number, readonly answer: Answer | SandboxRefusal }

/** Asks the gateway; an answer that does not bear its signature is none. */
async function askSigned<Answer> (
  ask: AskGateway, secret: Secret<Buffer>, method: 'GET' | 'POST', url: string, said: object | undefined
): Promise<Heard<Answer>> {
  const body = said === undefined ? '' : JSON.stringify(said)
  const about = `${method} ${new URL(url).pathname}`
  const signed = sandboxHeaders(secret, { kind: 'request', about, timestamp: Math.floor(Date.now() / 1_000), body })
  const reply = await ask(said === undefined
    ? { method, url, headers: signed }
    : { method, url, headers: { ...signed, 'content-type': 'application/json' }, body })
  const answer = { kind: 'answer', about: signed[sandboxSignatureHeader]!, body: reply.text } as const
  if (!sandboxMessageHolds(secret, answer, reply.headers, Date.now())) {
    throw new GatewayFailure('unreachable', `the sandbox gateway did not answer (status ${reply.status})`)
  }
  return { status: reply.status, answer: JSON.parse(reply.text) as Answer | SandboxRefusal }
}
