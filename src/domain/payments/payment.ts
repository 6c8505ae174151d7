// Payments as they are kept: one try to pay with one gateway, for a checkout or for a deposit. What came of it stands in receipts.
import type { Currency, PaymentPurpose, PaymentState, ReceiptSource } from '../../../schema/vocabulary.ts'
import type { PayAction } from '../../base/gateway.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'

/** After how long the gateway is asked how a new payment stands, unless it has told us before. */
export const firstQuerySeconds = 5
/** Characters that are kept of what went wrong at a gateway. */
export const lastErrorCharsMax = 200

export interface Payment {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly purpose: PaymentPurpose
  /** The checkout, or of a deposit its own id. */
  readonly subjectId: Uuid
  readonly reference: string | null
  readonly gateway: string
  readonly currency: Currency
  readonly amount: Amount
  readonly state: PaymentState
  /** null until the gateway has answered. */
  readonly action: PayAction | null
  readonly gatewayRef: string | null
  readonly returnUrl: string
  readonly expiresAt: Date
  readonly lastError: string | null
  readonly paidAt: Date | null
  readonly createdAt: Date
}

/** Money that came, to be booked once: `transaction` is the gateway's own number for it. */
export interface NewReceipt {
  readonly gateway: string
  readonly transaction: string
  readonly paymentId: Uuid
  readonly currency: Currency
  readonly amount: Amount
  readonly paidAt: Date | null
  readonly source: ReceiptSource
}
