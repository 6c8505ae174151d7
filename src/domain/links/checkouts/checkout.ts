// A checkout is one buyer's purchase through a link, of one SKU: begun when stock is set aside and a payment is made, completed when money
// has come and codes are the buyer's.
import type { BuyerLanguage, CheckoutState, ContactKind, Currency, ReturnReason } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'
import type { NewReceipt, Payment } from '../../payments/payment.ts'

/** How long a buyer may take to pay: for so long stock is set aside. */
export const checkoutSeconds = 600
/** Pieces in one checkout. */
export const checkoutQuantityMax = 100
/** Payments begun for one checkout: with one gateway after another. */
export const paymentsPerCheckoutMax = 5

export interface Checkout {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly linkId: Uuid
  readonly sessionId: Uuid | null
  readonly hostId: Uuid | null
  readonly skuId: Uuid
  readonly quantity: number
  readonly currency: Currency
  /** What the buyer pays for one, and for all. */
  readonly retailPrice: Amount
  readonly total: Amount
  /** What the reseller pays for one, and for all; agreed when the checkout began. */
  readonly wholesalePrice: Amount
  readonly wholesale: Amount
  readonly commission: Amount
  readonly state: CheckoutState
  /** Why money went back; null of the rest. */
  readonly reason: ReturnReason | null
  readonly holdId: Uuid
  readonly orderId: Uuid | null
  readonly contactKind: ContactKind
  /** What of the contact may be shown: 138****5678, l***@example.com. */
  readonly contactHint: string
  readonly language: BuyerLanguage
  readonly expiresAt: Date
  readonly endedAt: Date | null
  readonly createdAt: Date
}

/** A phone number (E.164) or an e-mail address, normalised. */
export interface Contact { readonly kind: ContactKind, readonly value: string }

export interface CheckoutWish {
  readonly linkId: Uuid
  /** Tells one press of the button from the next: the same again gives the same checkout. */
  readonly attempt: Uuid | null
  readonly skuId: Uuid
  readonly quantity: number
  /** The price of one that the buyer saw; another is refused (`price_changed`). */
  readonly seenPrice: Amount
  readonly contact: Contact
  /** Of the cookie that tells the browser apart; null when it has none. */
  readonly deviceHash: Uuid | null
  /** Of the address range the buyer comes from. */
  readonly networkHash: Uuid
  readonly language: BuyerLanguage
  /** The id of a gateway for the link's currency. */
  readonly gateway: string
  /** Where the gateway sends the buyer back to, of this checkout. */
  readonly returnUrl: (checkoutId: Uuid) => string
}

export interface StartedCheckout {
  readonly checkout: Checkout
  /** Its newest payment; `created`: the gateway is to be asked next. */
  readonly payment: Payment
  /** The same attempt came before. */
  readonly resumed: boolean
}

/**
 * Sets stock and quota aside and begins a payment, all or nothing, in a batch with those who come at the same time. Rejects with
 * `not_found`, `link_ended`, `link_not_started`, `link_paused`, `link_sold_out`, `sku_not_for_sale`, `quantity_out_of_bounds`,
 * `quantity_off_step`, `price_changed`, `buyer_limit_reached`, `out_of_stock`.
 */
export type StartCheckout = (wish: CheckoutWish) => Promise<StartedCheckout>

/** What became of money that came. */
export type ReceiptOutcome =
  /** It does what it was meant for: the checkout is completed, or the deposit is in the wallet. */
  | { readonly kind: 'applied' }
  /** It goes back to whom it came from. */
  | { readonly kind: 'returned', readonly reason: ReturnReason }
  /** It was booked before, with this outcome still. */
  | { readonly kind: 'known' }

/**
 * Books money that came, once per transaction of its gateway, and in the same transaction fulfils what it paid for or makes it go back:
 * there is no moment at which it is paid and neither. Rejects with `payment_news_invalid` when there is no such payment.
 */
export type ReceivePayment = (receipt: NewReceipt) => Promise<ReceiptOutcome>
