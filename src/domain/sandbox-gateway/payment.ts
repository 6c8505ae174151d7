// A payment as the sandbox gateway keeps it. Money comes as receipts, now or at a time to come; how a payment stands is judged from them.
import type { BuyerLanguage, Currency } from '../../../schema/vocabulary.ts'
import type { Amount } from '../../base/money.ts'
import type { SandboxStanding } from '../../base/sandbox-wire.ts'

/** How long the gateway remembers a payment. */
export const sandboxKeptDays = 30

export interface SandboxPayment {
  /** The gateway's own. */
  readonly id: string
  readonly merchantPayment: string
  readonly currency: Currency
  readonly amount: Amount
  readonly subject: string
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly language: BuyerLanguage
  readonly expiresAt: Date
  /** When a try to pay it last failed. */
  readonly failedAt: Date | null
  /** open: it can be paid. closed: by its merchant, or by time. paid: money came, whatever was said before. */
  readonly state: SandboxStanding['state']
  /** Seconds until it expires; below zero when it has. */
  readonly secondsLeft: number
  /** Receipts, those to come among them. */
  readonly receipts: readonly SandboxPaymentReceipt[]
}

export interface SandboxPaymentReceipt {
  readonly transaction: string
  readonly currency: Currency
  readonly amount: Amount
  readonly comesAt: Date
  readonly came: boolean
}
