// What a live view shows of a session, or of a link by itself, at one moment.
import type { Currency, LinkState, ReturnReason } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'

/** Minutes of the series of a live view; a report has all of them, up to `reportMinutesMax`. */
export const liveMinutesMax = 60
/** Purchases a live view names. */
export const newestMax = 20

export interface LiveSession {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly title: string
  readonly hostName: string | null
  readonly startsAt: Date
  readonly endedAt: Date | null
  readonly urlVersion: number
}

/** Purchases counted together. starts: checkouts begun; paid: those completed; refunded: those whose money went, or goes, back. */
export interface Counts {
  readonly starts: number
  readonly paid: number
  readonly quantity: number
  readonly refunded: number
}

/** What completed purchases came to in one currency: revenue = wholesale + commission + margin; and what went, or goes, back. */
export interface LiveSum {
  readonly currency: Currency
  readonly revenue: Amount
  readonly wholesale: Amount
  readonly commission: Amount
  readonly margin: Amount
  readonly refunded: Amount
}

export interface LiveSku extends Counts {
  readonly skuId: Uuid
  readonly name: string
  readonly productName: string
  /** Pieces that can be bought now, exactly. */
  readonly left: number
  readonly revenue: Amount
}

export interface LiveLink extends Counts {
  readonly id: Uuid
  readonly slug: string
  readonly title: string
  readonly currency: Currency
  readonly quota: number | null
  readonly state: LinkState
  readonly left: number
  readonly viewers: number
  readonly visits: number
  readonly sum: LiveSum
  readonly skus: readonly LiveSku[]
}

export interface LiveMinute extends Pick<Counts, 'starts' | 'paid' | 'quantity'> {
  readonly at: Date
  readonly visits: number
  readonly revenue: readonly { readonly currency: Currency, readonly amount: Amount }[]
}

/** A purchase as it may be shown: of the buyer only what the hint shows. */
export interface LivePurchase {
  readonly checkoutId: Uuid
  readonly at: Date
  readonly contactHint: string
  readonly productName: string
  readonly skuName: string
  readonly quantity: number
  readonly total: Amount
  readonly currency: Currency
}

/** Money that went, or goes, back, for one reason in one currency. */
export interface LiveRefund {
  readonly reason: ReturnReason
  readonly currency: Currency
  readonly count: number
  readonly amount: Amount
}

export interface LiveSnapshot extends Counts {
  /** Counts the snapshots of this subject in this process, from 1. */
  readonly number: number
  readonly at: Date
  /** null of a link that is followed by itself. */
  readonly session: LiveSession | null
  readonly viewers: number
  readonly visits: number
  /** Purchases for a view, 0 to 1; null before the first view. */
  readonly conversion: number | null
  /** Checkouts that ended without money. */
  readonly expired: number
  readonly cancelled: number
  /** One for each currency that something was bought in, or could be. */
  readonly sums: readonly LiveSum[]
  /** Pieces that can be bought now, of all links; a SKU in several of them counts in each. */
  readonly left: number
  readonly links: readonly LiveLink[]
  readonly minutes: readonly LiveMinute[]
  /** Newest first. */
  readonly newest: readonly LivePurchase[]
  readonly refunds: readonly LiveRefund[]
}

/** What buyers' pages are told: the state of one link, and what is left. */
export interface LeftSnapshot {
  readonly state: LinkState
  readonly left: number
  readonly skus: readonly { readonly skuId: Uuid, readonly left: number }[]
}
