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
  'catalog:read', 'stock:read', 'orders:read', 'orders:write', 'codes:read', 'wallet:read', 'keys:write'
] as const
/** What an operator's key may do; `admin:*` is all of them. */
export const operatorScopes = ['admin:read', 'admin:resellers', 'admin:catalog', 'admin:stock', 'admin:money', 'admin:*'] as const
export const scopes = [...resellerScopes, ...operatorScopes] as const
export type Scope = typeof scopes[number]

export const fills = ['all_or_nothing', 'partial'] as const
export type Fill = typeof fills[number]

export const deliveries = ['inline', 'fetch'] as const
export type Delivery = typeof deliveries[number]

export const priceRuleKinds = ['list', 'level', 'contract', 'level_discount', 'quantity_break', 'floor'] as const
export type PriceRuleKind = typeof priceRuleKinds[number]

export const lotStates = ['staged', 'available', 'recalled', 'expired', 'aborted'] as const
export type LotState = typeof lotStates[number]

export const importStates = ['open', 'committed', 'aborted'] as const
export type ImportState = typeof importStates[number]

export const accountKinds = ['wallet', 'revenue', 'cash', 'adjustment', 'cost_of_goods', 'supplier_payable'] as const
export type AccountKind = typeof accountKinds[number]

export const transferKinds = ['order', 'deposit', 'adjustment', 'cost'] as const
export type TransferKind = typeof transferKinds[number]

export const orderStates = ['completed', 'partial'] as const
export type OrderState = typeof orderStates[number]

export const lineStates = ['delivered', 'partial', 'refused'] as const
export type LineState = typeof lineStates[number]

export const lineReasons = ['out_of_stock', 'below_minimum'] as const
export type LineReason = typeof lineReasons[number]

export const eventTypes = ['order.completed', 'order.partial', 'wallet.deposited', 'wallet.adjusted', 'key.created', 'key.revoked'] as const
export type EventType = typeof eventTypes[number]
