// The closed lists of kahub, each written once: tables, REST schemas and the SDK are fed from here.

export const worlds = ['live', 'test'] as const
export type World = typeof worlds[number]

/** Minor-unit digits of each currency kahub can hold (ISO 4217). */
export const currencies = { CNY: 2, USD: 2, EUR: 2, HKD: 2, TWD: 2, SGD: 2, MYR: 2, THB: 2, JPY: 0, KRW: 0, VND: 0, KWD: 3 } as const
export type Currency = keyof typeof currencies
export const currencyCodes = Object.keys(currencies) as Currency[]

export const productKinds = ['code', 'topup'] as const
export type ProductKind = typeof productKinds[number]

export const listingStatuses = ['active', 'paused', 'delisted'] as const
export type ListingStatus = typeof listingStatuses[number]

export const resellerStatuses = ['active', 'suspended', 'closed'] as const
export type ResellerStatus = typeof resellerStatuses[number]

export const keyAlgorithms = ['hmac-sha256', 'ed25519'] as const
export type KeyAlgorithm = typeof keyAlgorithms[number]

/** What a reseller's key may do. */
export const resellerScopes = [
  'catalog:read', 'stock:read', 'orders:read', 'orders:write', 'orders:approve', 'codes:read', 'wallet:read', 'keys:write',
  'approvals:write', 'callbacks:write', 'links:read', 'links:write', 'wallet:deposit'
] as const
/** What an operator's key may do; `admin:*` is all of them. */
export const operatorScopes = ['admin:read', 'admin:resellers', 'admin:catalog', 'admin:stock', 'admin:money', 'admin:*'] as const
export const scopes = [...resellerScopes, ...operatorScopes] as const
export type Scope = typeof scopes[number]
/** What a bearer token may do at most: read, and never codes. */
export const tokenScopes = ['catalog:read', 'stock:read', 'orders:read', 'wallet:read', 'links:read'] as const satisfies readonly Scope[]
export type TokenScope = typeof tokenScopes[number]

export const fills = ['all_or_nothing', 'partial'] as const
export type Fill = typeof fills[number]

export const deliveries = ['inline', 'fetch'] as const
export type Delivery = typeof deliveries[number]

export const priceRuleKinds = ['list', 'level', 'contract', 'level_discount', 'quantity_break', 'floor', 'minimum_retail'] as const
export type PriceRuleKind = typeof priceRuleKinds[number]

export const lotStates = ['staged', 'available', 'recalled', 'expired', 'aborted'] as const
export type LotState = typeof lotStates[number]

export const importStates = ['open', 'committed', 'aborted'] as const
export type ImportState = typeof importStates[number]

/**
 * Accounts of a reseller: its wallet, what it has set aside (held), what buyers paid through its links and is not settled yet (proceeds),
 * what it owes its hosts (commission).
 */
export const ownedAccountKinds = ['wallet', 'held', 'proceeds', 'commission'] as const
/** Accounts of the house. cash_in_transit: at a gateway, not banked yet. refunds_payable: what buyers get back. */
export const houseAccountKinds = [
  'revenue', 'cash', 'adjustment', 'cost_of_goods', 'supplier_payable', 'cash_in_transit', 'refunds_payable'
] as const
export const accountKinds = [...ownedAccountKinds, ...houseAccountKinds] as const
export type AccountKind = typeof accountKinds[number]

/**
 * receipt: a buyer paid. commission: a host's part of it. return: it goes back to the buyer; payback: it has gone back. settlement: the
 * reseller's margin becomes its own. payout: a host was paid by its reseller. banked: a gateway has paid us.
 */
export const transferKinds = [
  'order', 'hold', 'release', 'refund', 'deposit', 'adjustment', 'cost', 'receipt', 'commission', 'return', 'payback', 'settlement',
  'payout', 'banked'
] as const
export type TransferKind = typeof transferKinds[number]

/**
 * awaiting_approval and reserved hold stock and money. completed and partial are settled; of what was not revealed the buyer may
 * give back (reversed). void is a reference made unusable before any order came with it.
 */
export const orderStates = [
  'awaiting_approval', 'reserved', 'completed', 'partial', 'reversed', 'cancelled', 'rejected', 'expired', 'void'
] as const
export type OrderState = typeof orderStates[number]

/** held: set aside. released: the order ended without delivering it. returned: all its codes were given back unrevealed. */
export const lineStates = ['held', 'delivered', 'partial', 'refused', 'released', 'returned'] as const
export type LineState = typeof lineStates[number]

export const lineReasons = [
  'sku_not_found', 'sku_not_for_sale', 'price_missing', 'currency_mixed', 'quantity_out_of_bounds', 'quantity_off_step', 'out_of_stock',
  'below_minimum', 'price_above_max', 'insufficient_balance', 'budget_exceeded', 'cancelled', 'rejected', 'expired', 'returned',
  'stock_withdrawn'
] as const
export type LineReason = typeof lineReasons[number]

export const refundReasons = ['cancelled', 'reversed'] as const
export type RefundReason = typeof refundReasons[number]

/** Which codes of an order its buyer gives back. */
export const returnedCodes = ['all', 'unrevealed'] as const
export type ReturnedCodes = typeof returnedCodes[number]

export const reversalOutcomes = ['reversed', 'cancelled', 'voided'] as const
export type ReversalOutcome = typeof reversalOutcomes[number]

/** open: an order may name it. used: one has. */
export const quoteStates = ['open', 'used', 'expired'] as const
export type QuoteState = typeof quoteStates[number]

/** broken: the stock behind it was withdrawn (recalled or expired). */
export const holdStates = ['active', 'used', 'cancelled', 'expired', 'broken'] as const
export type HoldState = typeof holdStates[number]

export const approvalStates = ['pending', 'approved', 'rejected', 'expired', 'cancelled'] as const
export type ApprovalState = typeof approvalStates[number]

/** Why a purchase needs a second key. */
export const approvalReasons = ['amount', 'quantity', 'sku', 'first_purchase'] as const
export type ApprovalReason = typeof approvalReasons[number]

export const approvalKinds = ['order', 'bulk_order'] as const
export type ApprovalKind = typeof approvalKinds[number]

export const budgetKinds = ['key', 'cost_center'] as const
export type BudgetKind = typeof budgetKinds[number]

/** running buys as it goes; reserving sets all aside first, completing turns that into orders, releasing gives it back. */
export const bulkOrderStates = [
  'invalid', 'validated', 'running', 'reserving', 'awaiting_approval', 'completing', 'releasing',
  'completed', 'partial', 'failed', 'cancelled', 'rejected', 'expired'
] as const
export type BulkOrderState = typeof bulkOrderStates[number]

export const bulkFormats = ['json', 'ndjson', 'csv'] as const
export type BulkFormat = typeof bulkFormats[number]

export const standingOrderStates = ['active', 'paused', 'ended'] as const
export type StandingOrderState = typeof standingOrderStates[number]

/** schedule: so many at certain times. level: as many as are missing from a level of unrevealed codes. */
export const standingRuleKinds = ['schedule', 'level'] as const
export type StandingRuleKind = typeof standingRuleKinds[number]

export const standingPeriods = ['day', 'week', 'month'] as const
export type StandingPeriod = typeof standingPeriods[number]

export const standingRunOutcomes = ['ordered', 'nothing_needed', 'refused', 'limit_reached'] as const
export type StandingRunOutcome = typeof standingRunOutcomes[number]

/** How deliveries are sealed to their buyer (RFC 7518 §4.3, §4.6). */
export const encryptionAlgorithms = ['ECDH-ES', 'RSA-OAEP-256'] as const
export type EncryptionAlgorithm = typeof encryptionAlgorithms[number]

/** disabled: by the house, after days of failure or an answer 410. */
export const endpointStates = ['enabled', 'paused', 'disabled'] as const
export type EndpointState = typeof endpointStates[number]

/** v1: HMAC with the endpoint's own secret. v1a: Ed25519 with the house's key, in its JWKS. */
export const callbackSignatures = ['v1', 'v1a'] as const
export type CallbackSignature = typeof callbackSignatures[number]

/** dead: given up after the last attempt. dropped: its endpoint is gone. */
export const deliveryStates = ['due', 'delivered', 'dead', 'dropped'] as const
export type DeliveryState = typeof deliveryStates[number]

export const subscriptionKinds = ['stock', 'price'] as const
export type SubscriptionKind = typeof subscriptionKinds[number]

export const subscriptionConditions = ['any', 'below', 'above', 'out', 'back'] as const
export type SubscriptionCondition = typeof subscriptionConditions[number]

export const subscriptionStates = ['active', 'paused'] as const
export type SubscriptionState = typeof subscriptionStates[number]

export const linkKinds = ['shared', 'one_time'] as const
export type LinkKind = typeof linkKinds[number]

/** What a purchase link is now: of what is kept (paused, ended, schedule, quota) and of the stock. */
export const linkStates = ['scheduled', 'active', 'paused', 'sold_out', 'ended'] as const
export type LinkState = typeof linkStates[number]

export const hostStates = ['active', 'archived'] as const
export type HostState = typeof hostStates[number]

export const sessionStates = ['scheduled', 'live', 'ended'] as const
export type SessionState = typeof sessionStates[number]

/**
 * A buyer's purchase through a link. open: stock is set aside while the buyer pays. completed: paid, the codes are the buyer's. refunding
 * and refunded: money came for which there was no code. expired, cancelled: no money came in time.
 */
export const checkoutStates = ['open', 'completed', 'expired', 'cancelled', 'refunding', 'refunded'] as const
export type CheckoutState = typeof checkoutStates[number]

export const contactKinds = ['phone', 'email'] as const
export type ContactKind = typeof contactKinds[number]

/** What the buyers' page speaks. */
export const buyerLanguages = ['zh-CN', 'en'] as const
export type BuyerLanguage = typeof buyerLanguages[number]

export const gatewayKinds = ['sandbox', 'alipay', 'wechatpay', 'stripe'] as const
export type GatewayKind = typeof gatewayKinds[number]

export const gatewayStates = ['enabled', 'disabled'] as const
export type GatewayState = typeof gatewayStates[number]

export const paymentPurposes = ['checkout', 'deposit'] as const
export type PaymentPurpose = typeof paymentPurposes[number]

/** created: the gateway may not know of it yet. closing: it is to be told that nothing is wanted any more. */
export const paymentStates = ['created', 'pending', 'paid', 'closing', 'closed'] as const
export type PaymentState = typeof paymentStates[number]

/**
 * A deposit through a gateway, as its reseller sees it. created: the gateway was not reached yet. paid: it is in the wallet. returned:
 * what came was not what was asked for, and goes back. closed: no money came in time.
 */
export const depositStates = ['created', 'pending', 'paid', 'returned', 'closed'] as const
export type DepositState = typeof depositStates[number]

/** How a payer is led to pay. */
export const payActionKinds = ['redirect', 'qr'] as const

/** How we learnt that money came. */
export const receiptSources = ['callback', 'query', 'close'] as const
export type ReceiptSource = typeof receiptSources[number]

/** Why money that came goes back to whom it came from. wallet_refused: a deposit for a wallet that is closed, or would be too full. */
export const returnReasons = [
  'paid_twice', 'amount_mismatch', 'currency_mismatch', 'out_of_stock', 'quota_reached', 'not_for_sale', 'wallet_refused'
] as const
export type ReturnReason = typeof returnReasons[number]

/** Money on its way back to a buyer. failed: the gateway will not; the operator has to. */
export const paybackStates = ['due', 'sent', 'succeeded', 'failed'] as const
export type PaybackState = typeof paybackStates[number]

export const complaintStates = ['open'] as const
export type ComplaintState = typeof complaintStates[number]

export const eventTypes = [
  'order.completed', 'order.partial', 'order.awaiting_approval', 'order.rejected', 'order.expired', 'order.cancelled', 'order.reversed',
  'order.refunded', 'order.voided', 'bulk_order.confirmed', 'bulk_order.awaiting_approval', 'bulk_order.ended', 'standing_order.ran',
  'standing_order.paused', 'hold.broken', 'reveals.alert', 'wallet.deposited', 'wallet.adjusted', 'key.created', 'key.revoked',
  'encryption_key.registered', 'encryption_key.retired', 'stock.changed', 'price.changed', 'endpoint.failing', 'endpoint.disabled',
  'endpoint.test', 'checkout.completed', 'checkout.refunded', 'link.paused', 'link.sold_out', 'link.ended', 'complaint.opened',
  'settlement.made'
] as const
export type EventType = typeof eventTypes[number]

/** What the sandbox makes go wrong on demand; each is told in schema/sandbox-faults.ts. Those of an answer, of an order, of a callback. */
export const answerFaults = [
  'timeout_before_commit', 'timeout_after_commit', 'reset_before_commit', 'reset_after_commit', 'error_before_commit', 'error_after_commit',
  'unavailable', 'rate_limited', 'slow_answer'
] as const
export type AnswerFault = typeof answerFaults[number]
export const orderFaults = ['out_of_stock', 'partial_stock', 'price_change', 'quote_expiry', 'supplier_unknown'] as const
export type OrderFault = typeof orderFaults[number]
export const callbackFaults = ['callback_duplicate', 'callback_late', 'callback_out_of_order', 'callback_forged'] as const
export type CallbackFault = typeof callbackFaults[number]
export const sandboxFaults = [...answerFaults, ...orderFaults, ...callbackFaults] as const
export type SandboxFault = typeof sandboxFaults[number]
