// What a payment gateway does for us, the same for all of them. Adapters (src/outgoing/gateways) speak each one's own wire; whoever
// calls them holds no transaction. Amounts are ten-thousandths of the currency's major unit, and whole minor units.
import type { BuyerLanguage, Currency, GatewayKind } from '../../schema/vocabulary.ts'
import type { Amount } from './money.ts'

/** How a payment is named to its gateway: by our own id (`pay_…`), and by the gateway's once it has given one. */
export interface GatewayPaymentName { readonly paymentId: string, readonly gatewayRef: string | null }

export interface GatewayPayment extends GatewayPaymentName {
  readonly amount: Amount
  readonly currency: Currency
  /** What is paid for, in a line, without anything secret. */
  readonly subject: string
  /** Where the gateway's server tells us. */
  readonly notifyUrl: string
  /** Where the gateway sends the payer's browser back to; it holds no secret. */
  readonly returnUrl: string
  readonly expiresAt: Date
  readonly client: 'phone' | 'desktop'
  readonly ip: string
  readonly language: BuyerLanguage
}

/** What the payer is shown: an address to go to, or what a QR code says. */
export type PayAction = { readonly kind: 'redirect', readonly url: string } | { readonly kind: 'qr', readonly content: string }

/** Money that came, as the gateway tells it. */
export interface GatewayReceipt {
  readonly paymentId: string
  /** The gateway's own number of this coming of money: unique within the gateway. */
  readonly transaction: string
  readonly amount: Amount
  readonly currency: Currency
  readonly paidAt: Date | null
}

/** How a payment stands at the gateway. unknown: the gateway has never heard of it. */
export type PaymentStanding =
  | { readonly state: 'unknown' | 'open' | 'closed' }
  | { readonly state: 'paid', readonly receipts: readonly GatewayReceipt[] }

export interface GatewayRefund extends GatewayPaymentName {
  /** Our own id (`pbk_…`): the same id is refunded once, however often it is sent. */
  readonly paybackId: string
  readonly transaction: string
  readonly amount: Amount
  /** What the payment was of. */
  readonly paid: Amount
  readonly currency: Currency
  readonly reason: string
}

export type RefundStanding = 'unknown' | 'pending' | 'succeeded' | 'failed'

/** A message of the gateway's server, as it arrived. */
export interface GatewayMessage {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** What a message that is the gateway's says: money came, or nothing that concerns us. */
export type GatewayNews = { readonly kind: 'paid', readonly receipt: GatewayReceipt } | { readonly kind: 'other' }

/** What the gateway's server wants to read. */
export interface GatewayAnswer { readonly status: number, readonly type: string, readonly body: string }

export interface Gateway {
  readonly kind: GatewayKind
  /** Makes it payable; the same payment again gives a way to pay the same. */
  create (payment: GatewayPayment): Promise<{ readonly action: PayAction, readonly gatewayRef: string | null }>
  /** Reads a message once its signature holds and it is for our account; throws the Problem `payment_news_invalid` otherwise. */
  readNews (message: GatewayMessage, nowMs: number): Promise<GatewayNews>
  /** What answers a message that was taken in, and one that was not (so that it is sent again). */
  readonly answers: { readonly taken: GatewayAnswer, readonly refused: GatewayAnswer }
  query (name: GatewayPaymentName): Promise<PaymentStanding>
  /** Makes it payable no more; `paid` when money was faster. */
  close (name: GatewayPaymentName): Promise<PaymentStanding>
  refund (refund: GatewayRefund): Promise<RefundStanding>
  queryRefund (refund: GatewayRefund): Promise<RefundStanding>
}

/** Why a gateway did not do it. unreachable: whether it did is not known, and it may be asked again. refused: it will not. */
export class GatewayFailure extends Error {
  readonly kind: 'unreachable' | 'refused'

  constructor (kind: 'unreachable' | 'refused', message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GatewayFailure'
    this.kind = kind
  }
}

/** A gateway that is enabled, as it is shown to resellers and buyers. */
export interface OpenGateway {
  /** The operator's name for it, as in payments and addresses. */
  readonly id: string
  readonly name: string
  readonly nameZh: string
  readonly currencies: readonly Currency[]
  readonly gateway: Gateway
}

/** The gateways of a world that are configured: the enabled ones, and those that only finish what they began. */
export interface Gateways {
  readonly version: bigint
  /** Those that cannot be used, and why; nothing can be begun or finished with them until they are put right. */
  readonly broken: readonly { readonly id: string, readonly fault: string }[]
  /** Those open for new payments, in the order of their ids. */
  readonly enabled: readonly OpenGateway[]
  /** For new payments in a currency, in the order of their ids. */
  enabledFor (currency: Currency): readonly OpenGateway[]
  /** For payments that were begun, enabled or not. */
  find (id: string): OpenGateway | undefined
}
