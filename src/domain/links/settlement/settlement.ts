// What the sales of a day came to: of one session (or of links without one), in one currency.
import type { Currency } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'

export interface Settlement {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly sessionId: Uuid | null
  /** The day of the sales in China, as in 2026-10-01. */
  readonly day: string
  readonly currency: Currency
  readonly sales: number
  readonly quantity: number
  /** What buyers paid: wholesale, commission and margin together. */
  readonly gross: Amount
  readonly wholesale: Amount
  readonly commission: Amount
  readonly margin: Amount
  readonly createdAt: Date
}

/** What a host earned in a settlement. */
export interface HostShare {
  readonly settlementId: Uuid
  readonly hostId: Uuid
  readonly currency: Currency
  readonly sales: number
  readonly quantity: number
  readonly commission: Amount
}

/** A sale as its settlement tells it. */
export interface SettledSale {
  readonly checkoutId: Uuid
  readonly orderId: Uuid
  readonly linkId: Uuid
  readonly hostId: Uuid | null
  readonly skuId: Uuid
  readonly skuName: string
  readonly quantity: number
  readonly currency: Currency
  readonly total: Amount
  readonly wholesale: Amount
  readonly commission: Amount
  readonly completedAt: Date
}

/** What a reseller paid a host; its transfer has the same id. */
export interface Payout {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly hostId: Uuid
  readonly reference: string
  readonly currency: Currency
  readonly amount: Amount
  readonly note: string
  /** The key of the reseller. */
  readonly createdBy: string
  readonly createdAt: Date
}

/** What a host has earned and was paid, in one currency. */
export interface HostBalance {
  readonly currency: Currency
  /** Of sales that are settled. */
  readonly earned: Amount
  readonly paidOut: Amount
  /** Of sales that are not settled yet. */
  readonly pending: Amount
}
