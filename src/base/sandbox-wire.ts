// What is said between the sandbox gateway and its merchants, and how it is signed. Both sides know a secret; every request, every answer
// and every notice bears a time and an HMAC-SHA256 over what it is, what it is about, that time and its body, so that nothing of it can be
// altered, sent elsewhere or, after five minutes, sent again.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { BuyerLanguage, Currency } from '../../schema/vocabulary.ts'
import type { Secret } from './secret.ts'

/** How far the time of a message may be from ours. */
const sandboxToleranceSeconds = 300
const sandboxTimestampHeader = 'sandbox-timestamp'
export const sandboxSignatureHeader = 'sandbox-signature'

/**
 * A signed message. about: of a request, its method and path; of an answer, the signature of its request; of a notice, nothing.
 * timestamp: seconds since 1970.
 */
export interface SandboxMessage {
  readonly kind: 'request' | 'answer' | 'notice'
  readonly about: string
  readonly timestamp: number
  readonly body: string | Uint8Array
}

/** The two headers of a signed message. */
export function sandboxHeaders (secret: Secret<Buffer>, message: SandboxMessage): Record<string, string> {
  return { [sandboxTimestampHeader]: String(message.timestamp), [sandboxSignatureHeader]: macOf(secret, message).toString('hex') }
}

/** Whether a message bears the signature of whoever knows the secret, and is not older than it may be; in constant time. */
export function sandboxMessageHolds (
  secret: Secret<Buffer>, message: Omit<SandboxMessage, 'timestamp'>,
  headers: Readonly<Record<string, string | string[] | undefined>>, nowMs: number
): boolean {
  const time = headers[sandboxTimestampHeader]
  const signature = headers[sandboxSignatureHeader]
  if (typeof time !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(time)) return false
  const timestamp = Number(time)
  const given = Buffer.from(signature, 'hex')
  const expected = macOf(secret, { ...message, timestamp })
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
  return Math.abs(Math.floor(nowMs / 1_000) - timestamp) <= sandboxToleranceSeconds
}

function macOf (secret: Secret<Buffer>, { kind, about, timestamp, body }: SandboxMessage): Buffer {
  return createHmac('sha256', secret.reveal()).update(`${kind}\n${about}\n${timestamp}\n`).update(body).digest()
}

/** POST /payments: what is to be paid. Amounts are decimal strings of major units. */
export interface SandboxPaymentRequest {
  /** The merchant's own name for it: the same again is the same payment. */
  readonly merchant_payment: string
  readonly amount: string
  readonly currency: Currency
  readonly subject: string
  readonly notify_url: string
  readonly return_url: string
  /** RFC 3339. */
  readonly expires_at: string
  readonly language: BuyerLanguage
}

/** Its answer: paths below the address that was asked. */
export interface SandboxPaymentAnswer { readonly id: string, readonly address: string, readonly pay_page: string }

export interface SandboxReceipt {
  readonly transaction: string
  readonly amount: string
  readonly currency: Currency
  readonly paid_at: string
}

/** GET of a payment's address, and POST of its /close: how it stands. */
export interface SandboxStanding {
  readonly merchant_payment: string
  readonly state: 'open' | 'closed' | 'paid'
  readonly receipts: readonly SandboxReceipt[]
}

/** POST of a payment's /refunds. */
export interface SandboxRefundRequest {
  /** The merchant's own name for it: the same again is refunded once. */
  readonly merchant_refund: string
  readonly transaction: string
  readonly amount: string
  readonly currency: Currency
  readonly reason: string
}

export interface SandboxRefundAnswer { readonly merchant_refund: string, readonly state: 'succeeded' }

/** A refusal, signed like any answer. */
export interface SandboxRefusal { readonly error: 'not_found' | 'refused', readonly message: string }

/** What a notice can be of. Only `payment.paid` says that money came. */
export type SandboxNoticeType = 'payment.open' | 'payment.failed' | 'payment.paid' | 'payment.refunded'

/** What is posted to the notify_url. */
export interface SandboxNotice {
  readonly id: string
  readonly type: SandboxNoticeType
  readonly merchant_payment: string
  /** Of `payment.paid`. */
  readonly receipt?: SandboxReceipt
}
