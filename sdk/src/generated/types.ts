// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import type { Secret } from '../secret.ts'

export interface AccessToken {
  /** Send it as `Authorization: Bearer …`. A JWT (RFC 9068); treat it as opaque. */
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  /** What the token may do, divided by spaces: what was asked for and the key has. */
  scope: string
}

export interface AdminProduct {
  /** The id of a product. */
  id: string
  /** The same thing as a plain number, for shops that need one; it counts nothing. */
  number: number
  name: string
  /** code: codes are delivered. topup: an account is charged. */
  kind: 'code' | 'topup' | (string & {})
  /** The brand behind products; a code is unique under it for ever. */
  issuer: Issuer
  category: CategoryName | null
  tags: string[]
  description: string
  /** What a buyer must have or be to redeem it. */
  qualification_note: string
  /** delisted is a tombstone: it can be read, and is not sold any more. */
  status: 'active' | 'paused' | 'delisted' | (string & {})
  /** RFC 3339, UTC. */
  created_at: string
  /** When anything shown of it last changed, its SKUs and prices included. For syncing use synced_until. */
  updated_at: string
  skus: AdminSku[]
}

export interface AdminSku {
  /** The id of a SKU. */
  id: string
  /** The same thing as a plain number, for shops that need one; it counts nothing. */
  number: number
  /** The id of a product. */
  product: string
  name: string
  /** What is printed on it; null when it has none. */
  face_value: Money | null
  /** Where it can be redeemed: GLOBAL, an ISO 3166 code, or a group of countries like EU. */
  region: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** active: for sale. paused: not now. delisted: not any more. */
  status: 'active' | 'paused' | 'delisted' | (string & {})
  /** The fewest that may be bought at once. */
  quantity_min: number
  /** The most that may be bought at once. */
  quantity_max: number
  /** A quantity must be a multiple of it. */
  quantity_step: number
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface ApiKey {
  /** The id of an API key; it says which world the key is of. */
  id: string
  name: string
  algorithm: 'hmac-sha256' | 'ed25519' | (string & {})
  /** The public key of an ed25519 key. */
  public_key: {
    kty: string
    crv: string
    /** 32 bytes, base64url. */
    x: string
  } | null
  scopes: Array<
    | 'catalog:read' | 'stock:read' | 'orders:read' | 'orders:write' | 'orders:approve' | 'codes:read' | 'wallet:read'
    | 'keys:write' | 'approvals:write' | 'callbacks:write' | 'links:read' | 'links:write' | 'wallet:deposit'
    | 'admin:read' | 'admin:resellers' | 'admin:catalog' | 'admin:stock' | 'admin:money' | 'admin:*' | (string & {})>
  /** CIDR ranges; empty allows all. */
  ip_allow: string[]
  /** The key’s own limit; null: the level’s holds. */
  requests_per_minute: number | null
  /** Codes the key may reveal in a day (UTC); null: as many as there are. */
  reveals_per_day: number | null
  /** Codes revealed in a day from which on you get the event reveals.alert. */
  reveals_alert_at: number | null
  /** The Kahub-Version pinned at the key’s first use. */
  api_version: string | null
  /** The key that took over when this one was rotated. */
  replaced_by: string | null
  /** RFC 3339, UTC. */
  expires_at: string | null
  /** RFC 3339, UTC. */
  revoked_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Approval {
  /** The id of an approval. */
  id: string
  /** What waits. */
  kind: 'order' | 'bulk_order' | (string & {})
  /** The order that waits. */
  order: string | null
  /** The bulk order that waits. */
  bulk_order: string | null
  state: 'pending' | 'approved' | 'rejected' | 'expired' | 'cancelled' | (string & {})
  /** What of the policy applies. */
  reasons: Array<'amount' | 'quantity' | 'sku' | 'first_purchase' | (string & {})>
  /** ISO 4217 currency code. */
  currency: Currency
  /** What it costs when it is approved: the money set aside. */
  total: string
  /** The codes set aside. */
  quantity: number
  /** Where it is booked. */
  cost_center: string | null
  /** The key that bought: neither it nor its rotations may decide. */
  requested_by: string
  /** The key that approved, rejected or cancelled. */
  decided_by: string | null
  /** Why it was rejected. */
  reason: string | null
  /** RFC 3339, UTC. */
  expires_at: string
  /** RFC 3339, UTC. */
  decided_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface ApprovalPolicy {
  /** A total above this needs approval; one amount a currency. A currency that is not named has no such limit. */
  amount_above: Money[]
  /** More codes than this in one purchase need approval; null: any number does not. */
  quantity_above: number | null
  /** A purchase with one of these needs approval. */
  skus: string[]
  /** A purchase with a SKU you never bought before needs approval. */
  first_purchase: boolean
  /** How long a purchase waits, its stock and money set aside, before it expires. */
  expires_in_seconds: number
  /** The key that put it; null as long as there was none. */
  updated_by: string | null
  /** RFC 3339, UTC. */
  updated_at: string | null
}

export interface AuthorizationServerMetadata {
  issuer: string
  token_endpoint: string
  jwks_uri: string
  scopes_supported: readonly string[]
  response_types_supported: readonly string[]
  grant_types_supported: readonly string[]
  token_endpoint_auth_methods_supported: readonly string[]
  token_endpoint_auth_signing_alg_values_supported: readonly string[]
}

export interface BaseDifference {
  /** Counted from 1. */
  line: number
  component: string
  /** null: your base has no such line. */
  yours: string | null
  /** null: ours has no such line. */
  ours: string | null
  /** What it looks like. */
  hint: string | null
}

export interface Books {
  /** Whether every invariant holds. */
  sound: boolean
  faults: Array<{
    /** What should hold. */
    invariant: string
    /** Where it does not. */
    detail: string
  }>
  /** RFC 3339, UTC. */
  proven_at: string
}

export interface Budget {
  /** The id of a budget. */
  id: string
  kind: 'key' | 'cost_center' | (string & {})
  /** The id of a key, or the name of a cost center. */
  subject: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** A decimal number of major units, at most four digits after the point. */
  monthly_limit: string
  /** In this month: orders of this month, those that wait included, less what was given back of them. */
  spent: string
  /** What may still be spent this month; never below zero. */
  remaining: string
}

export interface BulkLineError {
  /** The line of the file, from 1; in JSON the place in lines. */
  line: number
  code:
    | 'invalid_request' | 'reference_reused' | 'sku_not_found' | 'sku_not_for_sale' | 'price_missing'
    | 'currency_mixed' | 'quantity_out_of_bounds' | 'quantity_off_step' | (string & {})
  detail: string
}

export interface BulkOrder {
  /** The id of a bulk order. */
  id: string
  reference: string
  /**
   * invalid: lines are wrong, see the report. validated: confirm it. running: buying line by line. reserving: setting
   * stock and money aside. awaiting_approval: a second key decides. completing: what is set aside becomes orders.
   * releasing: it is given back. Ends: completed, partial (some lines lack codes), failed (nothing was bought),
   * cancelled, rejected, expired.
   */
  state:
    | 'invalid' | 'validated' | 'running' | 'reserving' | 'awaiting_approval' | 'completing' | 'releasing'
    | 'completed' | 'partial' | 'failed' | 'cancelled' | 'rejected' | 'expired' | (string & {})
  fill: 'all_or_nothing' | 'partial' | (string & {})
  format: 'json' | 'ndjson' | 'csv' | (string & {})
  currency:
    | 'CNY' | 'USD' | 'EUR' | 'HKD' | 'TWD' | 'SGD' | 'MYR' | 'THB' | 'JPY' | 'KRW' | 'VND' | 'KWD' | null
    | (string & {})
  cost_center: string | null
  /** 1, and one more with every retry. */
  round: number
  lines: number
  /** Lines whose outcome is known. */
  lines_done: number
  /** Lines delivered in full. */
  lines_delivered: number
  /** Lines that lack codes: refused, or delivered in part. A retry is for these. */
  lines_failed: number
  /** Codes wanted. */
  quantity: number
  /** Codes delivered. */
  delivered: number
  /** How far the work is; setting aside is the first half, completing or releasing the second. */
  percent: number
  /** What the report says it costs. */
  total: string | null
  /** What it may cost, all rounds together. */
  max_total: string | null
  /** A decimal number of major units, at most four digits after the point. */
  held: string
  /** A decimal number of major units, at most four digits after the point. */
  paid: string
  /** What ended it before its time. */
  failure: BulkOrderFailure | null
  /** The key that sent the file. */
  created_by: string
  /** The key that confirmed it; it buys. */
  confirmed_by: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** While validated: afterwards it has expired. */
  confirm_before: string | null
  /** RFC 3339, UTC. */
  confirmed_at: string | null
  /** RFC 3339, UTC. */
  ended_at: string | null
  /** Over all its orders: set aside now, paid for what was delivered, and given back since. */
  amounts: BulkOrderAmounts
  report: BulkOrderReport
}

export interface BulkOrderAmounts {
  /** The total of the report. */
  wanted: string | null
  /** A decimal number of major units, at most four digits after the point. */
  held: string
  /** A decimal number of major units, at most four digits after the point. */
  paid: string
  /** A decimal number of major units, at most four digits after the point. */
  refunded: string
}

export interface BulkOrderFailure {
  /** The code of the refusal that ended it. */
  code: string
  detail: string
  /** The line of the file it was met at, if it was one. */
  line: number | null
}

export interface BulkOrderLine {
  /** The line of the file, from 1; in JSON the place in lines. */
  line: number
  reference: string | null
  /** The round that tried it. */
  round: number
  /** The id of a SKU. */
  sku: string
  /** Codes this round wanted: those that rounds before it had not delivered. */
  quantity: number
  delivered: number
  /** waiting: not tried yet. */
  state:
    | 'waiting' | 'held' | 'delivered' | 'partial' | 'refused' | 'released' | 'returned' | (string & {})
  /** Why it lacks codes. */
  reason:
    | 'sku_not_found' | 'sku_not_for_sale' | 'price_missing' | 'currency_mixed' | 'quantity_out_of_bounds'
    | 'quantity_off_step' | 'out_of_stock' | 'below_minimum' | 'price_above_max' | 'insufficient_balance'
    | 'budget_exceeded' | 'cancelled' | 'rejected' | 'expired' | 'returned' | 'stock_withdrawn' | null | (string & {})
  /** A decimal number of major units, at most four digits after the point. */
  unit_price: string | null
  /** A decimal number of major units, at most four digits after the point. */
  total: string | null
  /** The id of an order. */
  order: string | null
  /** Its line in the order. */
  order_line: number | null
}

export interface BulkOrderReport {
  /** Lines of the file that say something. */
  lines: number
  /** Codes of all lines that can be read. */
  quantity: number
  currency:
    | 'CNY' | 'USD' | 'EUR' | 'HKD' | 'TWD' | 'SGD' | 'MYR' | 'THB' | 'JPY' | 'KRW' | 'VND' | 'KWD' | null
    | (string & {})
  /** What all lines without errors cost now, each priced by its own quantity. */
  total: string | null
  /** What is wrong; the first 1000. */
  errors: BulkLineError[]
  /** All that is wrong. */
  errors_count: number
  /** SKUs of which fewer are on the shelf now than the file wants; the first 1000. No error: more may come. */
  short: ShortStock[]
  /** All SKUs that are short. */
  short_count: number
  /** Whether the wallet covers the total now. No error when it does not; null: there is no wallet in the currency. */
  wallet: WalletCover | null
  /** The sums per SKU, in the order of the file; the first 1000. */
  skus: BulkSkuSum[]
  /** All SKUs of the file. */
  skus_count: number
}

export interface BulkOrderSummary {
  /** The id of a bulk order. */
  id: string
  reference: string
  /**
   * invalid: lines are wrong, see the report. validated: confirm it. running: buying line by line. reserving: setting
   * stock and money aside. awaiting_approval: a second key decides. completing: what is set aside becomes orders.
   * releasing: it is given back. Ends: completed, partial (some lines lack codes), failed (nothing was bought),
   * cancelled, rejected, expired.
   */
  state:
    | 'invalid' | 'validated' | 'running' | 'reserving' | 'awaiting_approval' | 'completing' | 'releasing'
    | 'completed' | 'partial' | 'failed' | 'cancelled' | 'rejected' | 'expired' | (string & {})
  fill: 'all_or_nothing' | 'partial' | (string & {})
  format: 'json' | 'ndjson' | 'csv' | (string & {})
  currency:
    | 'CNY' | 'USD' | 'EUR' | 'HKD' | 'TWD' | 'SGD' | 'MYR' | 'THB' | 'JPY' | 'KRW' | 'VND' | 'KWD' | null
    | (string & {})
  cost_center: string | null
  /** 1, and one more with every retry. */
  round: number
  lines: number
  /** Lines whose outcome is known. */
  lines_done: number
  /** Lines delivered in full. */
  lines_delivered: number
  /** Lines that lack codes: refused, or delivered in part. A retry is for these. */
  lines_failed: number
  /** Codes wanted. */
  quantity: number
  /** Codes delivered. */
  delivered: number
  /** How far the work is; setting aside is the first half, completing or releasing the second. */
  percent: number
  /** What the report says it costs. */
  total: string | null
  /** What it may cost, all rounds together. */
  max_total: string | null
  /** A decimal number of major units, at most four digits after the point. */
  held: string
  /** A decimal number of major units, at most four digits after the point. */
  paid: string
  /** What ended it before its time. */
  failure: BulkOrderFailure | null
  /** The key that sent the file. */
  created_by: string
  /** The key that confirmed it; it buys. */
  confirmed_by: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** While validated: afterwards it has expired. */
  confirm_before: string | null
  /** RFC 3339, UTC. */
  confirmed_at: string | null
  /** RFC 3339, UTC. */
  ended_at: string | null
}

export interface BulkSkuSum {
  /** The id of a SKU. */
  sku: string
  lines: number
  quantity: number
  /** null when lines of different quantity have different prices. */
  unit_price: string | null
  /** A decimal number of major units, at most four digits after the point. */
  total: string
}

export interface CallbackJwk {
  kty: string
  crv: string
  x: string
  kid: string
  alg: string
  use: string
}

export interface CallbackJwks {
  keys: readonly CallbackJwk[]
}

export interface Category {
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  id: string
  name: string
  /** The category it is part of; null at the top. */
  parent: string | null
}

export interface CategoryName {
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  id: string
  name: string
}

export interface Checkout {
  /** The id of a checkout: one buyer’s purchase. */
  id: string
  /** The id of a purchase link. */
  link: string
  /** The id of a session: one stream. */
  session: string | null
  /** The id of a host: who sells in a stream. */
  host: string | null
  /**
   * open: stock is set aside while the buyer pays. completed: paid, and the codes are the buyer’s. refunding,
   * refunded: money came for which there was no code. expired, cancelled: no money came in time.
   */
  state:
    | 'open' | 'completed' | 'expired' | 'cancelled' | 'refunding' | 'refunded' | (string & {})
  /** Why the money goes back. */
  reason:
    | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
    | 'wallet_refused' | null | (string & {})
  /** The id of a SKU. */
  sku: string
  quantity: number
  /** What the buyer pays for one, agreed when the purchase began. */
  retail_price: Money
  /** What the buyer pays. */
  total: Money
  /** What of it you pay for the codes. */
  wholesale: Money
  /** What of it you owe the host. */
  commission: Money
  /** What of it is left for you. */
  margin: Money
  /** The order whose codes the buyer has; they are the buyer’s alone. */
  order: string | null
  contact_kind: 'phone' | 'email' | (string & {})
  /** What may be shown of the buyer’s phone number or e-mail address; the rest is the buyer’s. */
  contact_hint: string
  language: 'zh-CN' | 'en' | (string & {})
  /** Codes of it of which the buyer says that they do not work. */
  complaints: number
  /** The settlement it is part of. */
  settlement: string | null
  /** Until when stock is set aside for it. */
  expires_at: string
  /** RFC 3339, UTC. */
  ended_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** Oldest first. */
  payments: CheckoutPayment[]
  /** Money that came, oldest first. */
  receipts: CheckoutReceipt[]
  /** Money that goes back, oldest first. */
  paybacks: CheckoutPayback[]
}

export interface CheckoutPayback {
  /** Money on its way back. */
  id: string
  gateway: string
  /** That of the receipt which goes back. */
  transaction: string
  /** What goes back. */
  amount: Money
  reason:
    | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
    | 'wallet_refused' | (string & {})
  /** failed: the gateway will not; your operator sees to it. */
  state: 'due' | 'sent' | 'succeeded' | 'failed' | (string & {})
  /** RFC 3339, UTC. */
  ended_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface CheckoutPayment {
  /** One try to pay, with one gateway. */
  id: string
  gateway: string
  /** closing, closed: the gateway is told, or has said, that nothing is paid with it any more. */
  state: 'created' | 'pending' | 'paid' | 'closing' | 'closed' | (string & {})
  /** What was asked for. */
  amount: Money
  /** RFC 3339, UTC. */
  paid_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface CheckoutReceipt {
  gateway: string
  /** The gateway’s own number for the money that came. */
  transaction: string
  /** The try to pay it came by. */
  payment: string
  /** What came. */
  amount: Money
  /** Whether it paid the purchase; otherwise it goes back. */
  applied: boolean
  /** Why it goes back. */
  reason:
    | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
    | 'wallet_refused' | null | (string & {})
  /** How it was learnt: the gateway said so, or was asked. */
  source: 'callback' | 'query' | 'close' | (string & {})
  /** RFC 3339, UTC. */
  created_at: string
}

export interface CheckoutSummary {
  /** The id of a checkout: one buyer’s purchase. */
  id: string
  /** The id of a purchase link. */
  link: string
  /** The id of a session: one stream. */
  session: string | null
  /** The id of a host: who sells in a stream. */
  host: string | null
  /**
   * open: stock is set aside while the buyer pays. completed: paid, and the codes are the buyer’s. refunding,
   * refunded: money came for which there was no code. expired, cancelled: no money came in time.
   */
  state:
    | 'open' | 'completed' | 'expired' | 'cancelled' | 'refunding' | 'refunded' | (string & {})
  /** Why the money goes back. */
  reason:
    | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
    | 'wallet_refused' | null | (string & {})
  /** The id of a SKU. */
  sku: string
  quantity: number
  /** What the buyer pays for one, agreed when the purchase began. */
  retail_price: Money
  /** What the buyer pays. */
  total: Money
  /** What of it you pay for the codes. */
  wholesale: Money
  /** What of it you owe the host. */
  commission: Money
  /** What of it is left for you. */
  margin: Money
  /** The order whose codes the buyer has; they are the buyer’s alone. */
  order: string | null
  contact_kind: 'phone' | 'email' | (string & {})
  /** What may be shown of the buyer’s phone number or e-mail address; the rest is the buyer’s. */
  contact_hint: string
  language: 'zh-CN' | 'en' | (string & {})
  /** Codes of it of which the buyer says that they do not work. */
  complaints: number
  /** The settlement it is part of. */
  settlement: string | null
  /** Until when stock is set aside for it. */
  expires_at: string
  /** RFC 3339, UTC. */
  ended_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Code {
  /** The code itself (卡密). */
  secret: Secret
  /** Card number, where the goods have one. */
  number?: string
  serial?: string
  /** RFC 3339, UTC. */
  expires_at?: string
}

export interface CodeDigest {
  /** Codes of the whole order, without those given back. */
  count: number
  /** SHA-256, in hex, of the lines of the whole NDJSON before its last line; opened, where they are sealed. */
  ndjson_sha256: string
  /** SHA-256, in hex, of the whole CSV, its header included. */
  csv_sha256: string
}

export interface CommissionWish {
  /** The part of what buyers pay that you owe the host: from 0 to 1, at most four digits after the point. */
  rate?: string | undefined
  /** For each piece: whole minor units, in the link’s currency. */
  amount?: Money | undefined
}

export interface Complaint {
  /** The id of a complaint. */
  id: string
  /** The id of a checkout: one buyer’s purchase. */
  checkout: string
  /** The id of a purchase link. */
  link: string
  /** The id of a session: one stream. */
  session: string | null
  /** The id of an order. */
  order: string
  /** The id of a SKU. */
  sku: string
  /** Which code of the order, from 0. */
  position: number
  /** What the buyer wrote. */
  message: string
  /** What may be shown of the buyer’s contact. */
  contact_hint: string
  state: 'open' | (string & {})
  /** RFC 3339, UTC. */
  created_at: string
}

export interface ConfiguredGateway {
  /** The id of a payment gateway, chosen by the operator. */
  id: string
  /** Who runs it. */
  kind: 'sandbox' | 'alipay' | 'wechatpay' | 'stripe' | (string & {})
  /** Its name for people, in English. */
  name: string
  /** Its name for people, in Chinese. */
  name_zh: string
  /** What it takes. */
  currencies: Currency[]
  state: 'enabled' | 'disabled' | (string & {})
  /** Which account it is, and the fingerprints (SHA-256) of its public keys, by name; never a secret. */
  account: Record<string, string>
  /** Why it cannot be used; null when it can. */
  fault: string | null
  /** Where the gateway’s server tells us; to be registered there where the gateway wants that. */
  news_url: string
  /** The key of the operator who changed it last. */
  updated_by: string
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface CreateImport {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource.
   */
  reference?: string | undefined
  /** The SKU the codes are of. */
  sku: string
  /** What one code cost, in the currency of the SKU. */
  unit_cost: Money
  /** Whose codes they are. */
  supplier?: string | undefined
  /** RFC 3339 date-time, or a date, which stands for the moment it begins (UTC). */
  expires_at?: string | undefined
}

export interface CreatedApiKey {
  /** The id of an API key; it says which world the key is of. */
  id: string
  name: string
  algorithm: 'hmac-sha256' | 'ed25519' | (string & {})
  /** The public key of an ed25519 key. */
  public_key: {
    kty: string
    crv: string
    /** 32 bytes, base64url. */
    x: string
  } | null
  scopes: Array<
    | 'catalog:read' | 'stock:read' | 'orders:read' | 'orders:write' | 'orders:approve' | 'codes:read' | 'wallet:read'
    | 'keys:write' | 'approvals:write' | 'callbacks:write' | 'links:read' | 'links:write' | 'wallet:deposit'
    | 'admin:read' | 'admin:resellers' | 'admin:catalog' | 'admin:stock' | 'admin:money' | 'admin:*' | (string & {})>
  /** CIDR ranges; empty allows all. */
  ip_allow: string[]
  /** The key’s own limit; null: the level’s holds. */
  requests_per_minute: number | null
  /** Codes the key may reveal in a day (UTC); null: as many as there are. */
  reveals_per_day: number | null
  /** Codes revealed in a day from which on you get the event reveals.alert. */
  reveals_alert_at: number | null
  /** The Kahub-Version pinned at the key’s first use. */
  api_version: string | null
  /** The key that took over when this one was rotated. */
  replaced_by: string | null
  /** RFC 3339, UTC. */
  expires_at: string | null
  /** RFC 3339, UTC. */
  revoked_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** The secret of an hmac-sha256 key, shown this once; null for ed25519 and repeats. Sign with the UTF-8 bytes of it. */
  secret: string | null
}

export type Currency =
  | 'CNY' | 'USD' | 'EUR' | 'HKD' | 'TWD' | 'SGD' | 'MYR' | 'THB' | 'JPY' | 'KRW' | 'VND' | 'KWD' | (string & {})

export interface DebugSignature {
  /** As it was sent: POST. */
  method: string
  /** As it was sent, percent-encoding included: from the path on (/v1/orders?limit=2), or whole. */
  url: string
  /** Those that were sent: Signature-Input, Signature, Content-Digest, and what else is covered. */
  headers: Record<string, string>
  /** The body as text, exactly; UTF-8. */
  body?: string | undefined
  /** Instead of the body: its SHA-256, in base64 or hexadecimal. */
  body_sha256?: string | undefined
  /** What you signed: it is compared line by line with what the server would verify. */
  signature_base?: string | undefined
}

export interface DebuggedRequest {
  method: string
  path: string
  /** As @query is signed: with its question mark, and just that when there is no query. */
  query: string
  body_bytes: number | null
  /** What Content-Digest must be for this body; null without one. */
  content_digest: string | null
}

export interface Delivery {
  /** The id of a delivery: the webhook-id of every attempt. */
  id: string
  /** The id of an endpoint. */
  endpoint: string
  /** Where it goes. */
  url: string
  /** Counts what was ever sent to the endpoint, without a gap. */
  sequence: number
  /** The id of an event. */
  event: string
  /** The sequence of the event in GET /v1/events. */
  event_sequence: number
  type:
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made' | (string & {})
  /** true: a sample you asked for, of no event in the feed. */
  simulated: boolean
  /** due: to be sent (again). dead: given up, until you replay it. dropped: its endpoint is gone. */
  state: 'due' | 'delivered' | 'dead' | 'dropped' | (string & {})
  /** Attempts there were. */
  attempts: number
  /** When it is sent next; null when it is not, or not before its endpoint is resumed. */
  next_attempt_at: string | null
  /** What the last attempt was answered; null: there was none, or no answer. */
  last_status: number | null
  /** Why the last attempt failed. */
  last_error: string | null
  /** RFC 3339, UTC. */
  delivered_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** The attempts, oldest first; each is kept for 30 days. */
  log: DeliveryAttempt[]
  /** What is sent; null when the event is no longer kept. */
  request: {
    /** As sent with the last attempt, without the signature. */
    headers: Record<string, string>
    /** The body, byte for byte. */
    body: string
  } | null
}

export interface DeliveryAttempt {
  /** From 1. */
  attempt: number
  /** RFC 3339, UTC. */
  started_at: string
  duration_ms: number
  /** What it was answered; null: there was no answer. */
  status: number | null
  /** Why it failed; null: it did not. */
  error: string | null
  /** The answer’s headers and, after an empty line, the beginning of its body; 1 kB at most. */
  answer_head: string
}

export interface DeliverySummary {
  /** The id of a delivery: the webhook-id of every attempt. */
  id: string
  /** The id of an endpoint. */
  endpoint: string
  /** Where it goes. */
  url: string
  /** Counts what was ever sent to the endpoint, without a gap. */
  sequence: number
  /** The id of an event. */
  event: string
  /** The sequence of the event in GET /v1/events. */
  event_sequence: number
  type:
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made' | (string & {})
  /** true: a sample you asked for, of no event in the feed. */
  simulated: boolean
  /** due: to be sent (again). dead: given up, until you replay it. dropped: its endpoint is gone. */
  state: 'due' | 'delivered' | 'dead' | 'dropped' | (string & {})
  /** Attempts there were. */
  attempts: number
  /** When it is sent next; null when it is not, or not before its endpoint is resumed. */
  next_attempt_at: string | null
  /** What the last attempt was answered; null: there was none, or no answer. */
  last_status: number | null
  /** Why the last attempt failed. */
  last_error: string | null
  /** RFC 3339, UTC. */
  delivered_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface DepositPay {
  /** redirect: open url in a browser. qr: show content as a QR code. */
  kind: 'redirect' | 'qr' | (string & {})
  /** Of redirect. */
  url?: string
  /** Of qr. */
  content?: string
}

export interface DepositReturn {
  /** What came, and goes back. */
  amount: Money
  reason:
    | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
    | 'wallet_refused' | (string & {})
  /** succeeded: the gateway has given it back. failed: the operator has to. */
  state: 'due' | 'sent' | 'succeeded' | 'failed' | (string & {})
}

export interface EncryptionJwk {
  kty: string
  /** The id of an encryption key; the kid of what is sealed to it. */
  kid: string
  crv?: string
  x?: string
  y?: string
  n?: string
  e?: string
}

export interface EncryptionKey {
  /** The id of an encryption key; the kid of what is sealed to it. */
  id: string
  name: string
  /** How the key of each delivery reaches you; what it seals is A256GCM. */
  algorithm: 'ECDH-ES' | 'RSA-OAEP-256' | (string & {})
  /** The public key as it is kept. */
  jwk: EncryptionJwk
  /** Whether codes are sealed to it now; one key at most is. */
  in_use: boolean
  /** The id of an API key; it says which world the key is of. */
  created_by: string
  /** RFC 3339, UTC. */
  created_at: string
  /** The API key that retired it, or registered its successor. */
  retired_by: string | null
  /** RFC 3339, UTC. */
  retired_at: string | null
}

export interface EndedPriceRules {
  data: PriceRule[]
}

export interface Endpoint {
  /** The id of an endpoint. */
  id: string
  url: string
  description: string
  types: Array<
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made' | (string & {})>
  signatures: Array<'v1' | 'v1a' | (string & {})>
  concurrency_max: number
  per_second_max: number
  /** disabled: by us, after days of failure or an answer 410; resume it when it is well. */
  state: 'enabled' | 'paused' | 'disabled' | (string & {})
  /** Why it is not enabled. */
  state_reason: string | null
  /** What was ever sent to it is numbered up to this, without a gap. */
  sequence: number
  /** Attempts that failed since its last success. */
  failures: number
  /** The first of them. */
  failing_since: string | null
  /** What its latest failure was answered; null: there was no answer, or no failure. */
  last_status: number | null
  /** Why it failed, when it was not the status. */
  last_error: string | null
  /** When the next delivery is due; null: none is, or nothing is sent. */
  next_attempt_at: string | null
  /** Until then the secret before the last rotation signs as well. */
  previous_secret_until: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface EndpointWatch {
  /** The reseller. */
  reseller: string
  reseller_name: string
  /** The id of an endpoint. */
  endpoint: string
  url: string
  state: 'enabled' | 'paused' | 'disabled' | (string & {})
  state_reason: string | null
  /** Deliveries that are due, counted up to 1000. */
  backlog: number
  /** Whether there are more than were counted. */
  backlog_is_more: boolean
  /** When the oldest of those that were counted became true. */
  oldest_due_at: string | null
  /** How long ago that was. */
  oldest_due_seconds: number | null
  /** Since when nothing can be sent to it for a fault of ours, which counts against nobody. */
  held_since: string | null
  /** That fault; signing_failed: the master key of its secret is not configured. */
  held_error: string | null
  /** RFC 3339, UTC. */
  failing_since: string | null
  /** Attempts that failed since its last success. */
  failures: number
  /** What its latest failure was answered; null: there was no answer, or no failure. */
  last_status: number | null
  /** Why it failed, when it was not the status. */
  last_error: string | null
}

export interface EndpointWithSecret {
  /** The id of an endpoint. */
  id: string
  url: string
  description: string
  types: Array<
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made' | (string & {})>
  signatures: Array<'v1' | 'v1a' | (string & {})>
  concurrency_max: number
  per_second_max: number
  /** disabled: by us, after days of failure or an answer 410; resume it when it is well. */
  state: 'enabled' | 'paused' | 'disabled' | (string & {})
  /** Why it is not enabled. */
  state_reason: string | null
  /** What was ever sent to it is numbered up to this, without a gap. */
  sequence: number
  /** Attempts that failed since its last success. */
  failures: number
  /** The first of them. */
  failing_since: string | null
  /** What its latest failure was answered; null: there was no answer, or no failure. */
  last_status: number | null
  /** Why it failed, when it was not the status. */
  last_error: string | null
  /** When the next delivery is due; null: none is, or nothing is sent. */
  next_attempt_at: string | null
  /** Until then the secret before the last rotation signs as well. */
  previous_secret_until: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
  /** whsec_…: shown this once; null when the call is repeated. What v1 is verified with. */
  secret: string | null
}

/** An event of any type; `type` tells which data it has. The list of types may grow. */
export type Event =
  | { [Type in keyof EventData]: EventCommon & { type: Type, data: EventData[Type] } }[keyof EventData]
  | EventCommon & { type: UnknownEventType, data: Record<string, unknown> }

/** A type of event that came after this SDK: what is left when all that are known are ruled out. */
export type UnknownEventType = `${string}.${string}` & { readonly unknown: true }

/** What every event has. */
export interface EventCommon {
  /** The id of an event. */
  id: string
  /** When it became true. */
  timestamp: string
  /** Counts your events without a gap. */
  sequence: number
}

export interface ExplainedPrice {
  /** The id of a SKU. */
  sku: string
  /** The id of a reseller. */
  reseller: string
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  level: string
  quantity: number
  unit_price: Money | null
  /** The highest unit cost among what is on the shelf; null when nothing is. */
  unit_cost_max: Money | null
  /** What is left of the unit price at that cost; below zero at a loss. */
  margin_min: Money | null
  explanation: PriceStep[]
  /** The rules of the explanation, with who set them and why. */
  rules: PriceRule[]
}

export interface FillStock {
  /** The id of a SKU. */
  sku: string
  /** How many codes are to be available: those that are missing are made. From 1 to 10000. */
  quantity: number
}

export interface Gateway {
  /** The id of a payment gateway, chosen by the operator. */
  id: string
  /** Who runs it. */
  kind: 'sandbox' | 'alipay' | 'wechatpay' | 'stripe' | (string & {})
  /** Its name for people, in English. */
  name: string
  /** Its name for people, in Chinese. */
  name_zh: string
  /** What it takes. */
  currencies: Currency[]
}

export interface Hold {
  /** The id of a hold. */
  id: string
  reference: string
  /**
   * active: the stock is set aside. used: by the order it names. broken: the stock was withdrawn by the operator.
   * Ended, whichever way, it holds nothing.
   */
  state: 'active' | 'used' | 'cancelled' | 'expired' | 'broken' | (string & {})
  /** Codes of all lines. */
  quantity: number
  /** The order that used it. */
  order: string | null
  /** RFC 3339, UTC. */
  expires_at: string
  /** RFC 3339, UTC. */
  ended_at: string | null
  /** RFC 3339, UTC. */
  created_at: string
  lines: HoldLine[]
}

export interface HoldLine {
  /** The id of a SKU. */
  sku: string
  /** Codes set aside, while the hold is active. */
  quantity: number
}

export interface Host {
  /** The id of a host: who sells in a stream. */
  id: string
  name: string
  /** The part of what buyers pay that you owe the host: from 0 to 1, at most four digits after the point. */
  commission_rate: string
  state: 'active' | 'archived' | (string & {})
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface HostBalance {
  /** The id of a host: who sells in a stream. */
  host: string
  /** One for each currency that it has sold in. */
  balances: HostCurrencyBalance[]
}

export interface HostCurrencyBalance {
  /** ISO 4217 currency code. */
  currency: Currency
  /** Commission of sales that are settled. */
  earned: string
  /** What you have said to have paid. */
  paid_out: string
  /** What you owe it: earned less paid out. */
  due: string
  /** Commission of sales that are not settled yet. */
  pending: string
}

export interface Import {
  /** The id of an import. */
  id: string
  /** The SKU the codes are of. */
  sku: string
  supplier: string
  unit_cost: Money
  /** For lines without an expiry of their own; null is never. */
  expires_at: string | null
  /** open: takes parts; committed: its codes are on the shelf; aborted: given up. */
  state: 'open' | 'committed' | 'aborted' | (string & {})
  /** Parts taken so far. Go on with the next number after an interruption. */
  parts: number
  /** The last line taken, by the line numbers in the last part. */
  lines: number
  /** Codes taken so far. */
  codes: number
  /** The key that opened it. */
  created_by: string
  /** RFC 3339, UTC. */
  created_at: string
}

export interface ImportPart {
  part: number
  /** The last line in it that had a code. */
  lines: number
  /** Codes it brought. */
  codes: number
  import: Import
}

export interface Issuer {
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  id: string
  name: string
}

export interface Level {
  /** The id of a level, chosen by the operator. */
  id: string
  name: string
  /** Where the level stands among the others, lowest first. */
  rank: number
  /** How many requests a reseller of this level may send in a minute with a key that has no limit of its own. */
  requests_per_minute: number
  /** For how many seconds a reseller of this level may hold stock. */
  hold_seconds_max: number
  /** How many codes a reseller of this level may hold at once. */
  held_codes_max: number
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Link {
  /** The id of a purchase link. */
  id: string
  slug: string
  reference: string
  kind: 'shared' | 'one_time' | (string & {})
  /**
   * What it is now. scheduled: its start has not come. sold_out: its quota is used up or set aside, or nothing is in
   * stock; it may become active again. ended: you ended it, its end came, or the one purchase was made.
   */
  state: 'scheduled' | 'active' | 'paused' | 'sold_out' | 'ended' | (string & {})
  title: string
  description: string
  redeem_note: string
  picture_url: string | null
  /** The id of a session: one stream. */
  session: string | null
  /** A link of a session that has ended goes on selling, and says so here. */
  session_state: 'scheduled' | 'live' | 'ended' | null | (string & {})
  /** The id of a host: who sells in a stream. */
  host: string | null
  /** ISO 4217 currency code. */
  currency: Currency
  skus: LinkSku[]
  /** One of the two; both null: none. */
  commission: LinkCommission
  quota: number | null
  quota_per_buyer: number | null
  /** Pieces it may still sell, beside those that are being paid for; null: no quota binds it. */
  quota_left: number | null
  /** Pieces that buyers are paying for now. */
  held: number
  /** Pieces that were bought. */
  sold: number
  /** Purchases. */
  sales: number
  /** RFC 3339, UTC. */
  starts_at: string | null
  /** RFC 3339, UTC. */
  ends_at: string | null
  /** RFC 3339, UTC. */
  paused_at: string | null
  /** RFC 3339, UTC. */
  ended_at: string | null
  /** The page for buyers: show this. */
  url: string
  /** The same page: for a QR code, and to be said aloud. */
  short_url: string
  /** Addresses for pages of others, and for print. */
  embed: LinkEmbed
  /** Counts what was changed; an edit names the one it has seen. */
  version: number
  /** The key that made it. */
  created_by: string
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface LinkChange {
  /** The version that the change made. */
  version: number
  /** What was changed, as it was: members as a link shows them. */
  before: Record<string, unknown>
  /** The same members, as they became. */
  after: Record<string, unknown>
  /** The key that asked; schedule: its end came. */
  changed_by: string
  /** RFC 3339, UTC. */
  created_at: string
}

export interface LinkCommission {
  /** The part of what buyers pay that you owe the host: from 0 to 1, at most four digits after the point. */
  rate: string | null
  /** For each piece. */
  amount: Money | null
}

export interface LinkEmbed {
  /** The page for an iframe. */
  frame: string
  /** The script that puts a button on a page of yours. */
  script: string
  /** What sites that know oEmbed ask. */
  oembed: string
  /** The picture that is shown where the link is shared. */
  picture: string
  /** A QR code, to be printed at any size. */
  qr_svg: string
  /** A QR code as a picture. */
  qr_png: string
  /** A page to be printed. */
  poster: string
}

export interface LinkSku {
  /** The id of a SKU. */
  sku: string
  name: string
  /** Whether it is sold at all: the worse of the SKU’s own and its product’s. */
  status: 'active' | 'paused' | 'delisted' | (string & {})
  /** What a buyer pays for one. */
  retail_price: Money
  /** What you pay for one now, at the SKU’s minimum quantity; null: there is no price for you, and it is not sold. */
  wholesale_price: Money | null
  /** What you owe the host for one. */
  commission: Money
  /** What is left for you of one; below zero: your price has risen, and it is not sold. */
  margin: Money | null
  /**
   * Below which no buyer may get one here: of the SKU’s floor and minimum retail price and what you pay with the
   * commission, the highest. null: there is no price for you, or the commission takes all.
   */
  minimum_retail: Money | null
  /** Codes that can be bought now. */
  available: number
}

export interface LinkSkuWish {
  /** The id of a SKU. */
  sku: string
  /** What a buyer pays for one: whole minor units, in the SKU’s currency. */
  retail_price: Money
}

export interface Lot {
  /** The id of a lot. */
  id: string
  /** The SKU its codes are of. */
  sku: string
  /** The import that brought it. */
  import: string
  supplier: string
  unit_cost: Money
  /** null is never. */
  expires_at: string | null
  state: 'staged' | 'available' | 'recalled' | 'expired' | 'aborted' | (string & {})
  /** Why it is recalled, expired or aborted. */
  state_reason: string
  /** Codes that came in with it. */
  size: number
  /** Codes unsold. */
  on_shelf: number
  sold: number
  /** Codes voided, recalled or expired unsold. */
  withdrawn: number
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Me {
  /** live, or test: the sandbox. */
  world: 'live' | 'test' | (string & {})
  reseller: {
    /** The id of a reseller. */
    id: string
    name: string
    status: 'active' | 'suspended' | 'closed' | (string & {})
    /** It decides the prices. */
    level: {
      /** The id of a level, chosen by the operator. */
      id: string
      name: string
    }
    /** ISO 4217 currency code. */
    currency: Currency
    /** RFC 3339, UTC. */
    created_at: string
  }
  /** The key this request was signed with. */
  key: {
    /** The id of an API key; it says which world the key is of. */
    id: string
    name: string
    algorithm: 'hmac-sha256' | 'ed25519' | (string & {})
    scopes: Array<
      | 'catalog:read' | 'stock:read' | 'orders:read' | 'orders:write' | 'orders:approve' | 'codes:read'
      | 'wallet:read' | 'keys:write' | 'approvals:write' | 'callbacks:write' | 'links:read' | 'links:write'
      | 'wallet:deposit' | 'admin:read' | 'admin:resellers' | 'admin:catalog' | 'admin:stock' | 'admin:money'
      | 'admin:*' | (string & {})>
    /** The limit in force: the key’s own, or that of the level. */
    requests_per_minute: number
    /** The Kahub-Version pinned at the key’s first use. */
    api_version: string | null
    /** RFC 3339, UTC. */
    expires_at: string | null
  }
  /** With scope wallet:read only. */
  wallets?: Wallet[]
}

export interface Money {
  /** A decimal number of major units, at most four digits after the point. */
  amount: string
  /** ISO 4217 currency code. */
  currency: Currency
}

export interface OauthError {
  error:
    | 'invalid_request' | 'invalid_client' | 'unauthorized_client' | 'unsupported_grant_type' | 'invalid_scope'
    | 'temporarily_unavailable'
  error_description: string
  request_id: string
}

export interface OperatorReveal {
  /** The id of an entry in the reveal log. */
  id: string
  /** The id of an order. */
  order: string
  /** The key; where a buyer saw what was bought through a purchase link, that purchase. */
  key: string
  /** The position of the first code that was shown, from 0, counted over the lines of the order. */
  first: number
  /** How many codes were shown. */
  count: number
  /** Where the request came from; empty where that was a buyer. */
  ip: string
  /** RFC 3339, UTC. */
  created_at: string
  /** The id of a reseller. */
  reseller: string
}

export interface OperatorTransfer {
  /** The id of a transfer. */
  id: string
  /** What moved the money. */
  kind:
    | 'order' | 'hold' | 'release' | 'refund' | 'deposit' | 'adjustment' | 'cost' | 'receipt' | 'commission' | 'return'
    | 'payback' | 'settlement' | 'payout' | 'banked' | (string & {})
  /** Its number in the wallet, from 1 without a gap. */
  entry: number
  /** What the wallet gained; below zero, what it lost. */
  amount: Money
  /** The wallet’s balance after it. */
  balance: Money
  /** The order it belongs to: paid, set aside, released or refunded. */
  order: string | null
  /** The payment it belongs to: of a deposit that you paid through a gateway. */
  payment: string | null
  /** The settlement it belongs to: the margin of a day’s sales. */
  settlement: string | null
  /** Why; null for the payment of an order. */
  reason: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** The key that asked for it; null for orders and passes. */
  created_by: string | null
}

export interface Order {
  /** The id of an order. */
  id: string
  /** The same order as a plain number, for shops that need one; it counts nothing. */
  number: number
  reference: string
  state:
    | 'awaiting_approval' | 'reserved' | 'completed' | 'partial' | 'reversed' | 'cancelled' | 'rejected' | 'expired'
    | 'void' | (string & {})
  fill: 'all_or_nothing' | 'partial' | (string & {})
  /** ISO 4217 currency code. */
  currency: Currency
  /** Codes ordered. */
  quantity: number
  /** Codes delivered, those given back since among them. */
  delivered: number
  /** Codes of those delivered that were given back unrevealed. */
  returned: number
  /** What the codes cost that are delivered or set aside. */
  total: string
  /** A decimal number of major units, at most four digits after the point. */
  refunded: string
  /**
   * Where the money is. held: set aside, still yours. paid: taken for good; it is delivered (the price of codes you
   * keep) plus refunded.
   */
  amounts: OrderAmounts
  /** A decimal number of major units, at most four digits after the point. */
  max_total: string | null
  /** The quote that bound its prices. */
  quote?: string
  /** The hold whose stock it took. */
  hold?: string
  cost_center?: string
  /** Where its events go as well. */
  callback_url?: string
  /** The bulk order it is a part of. */
  bulk_order?: string
  /** The standing order that placed it. */
  standing_order?: string
  /** The purchase through a link that it fulfils: a buyer has paid for the codes, and alone sees them. */
  checkout?: string
  /**
   * The codes when they are delivered inline to a reseller with an encryption key: JWE in compact form, NDJSON lines
   * inside.
   */
  sealed_codes?: string[]
  /** true: nothing moved; this is what would have happened. */
  dry_run?: boolean
  /** RFC 3339, UTC. */
  created_at: string
  lines: OrderLine[]
  /** What was refunded for codes given back, oldest first; on GET of a single order. */
  refunds?: Refund[]
}

export interface OrderAmounts {
  /** A decimal number of major units, at most four digits after the point. */
  held: string
  /** A decimal number of major units, at most four digits after the point. */
  paid: string
  /** A decimal number of major units, at most four digits after the point. */
  delivered: string
  /** A decimal number of major units, at most four digits after the point. */
  refunded: string
}

export interface OrderCode {
  line: number
  /** The id of a SKU. */
  sku: string
  /** The code itself (卡密). */
  secret: Secret
  /** Card number, where the goods have one. */
  number?: string
  serial?: string
  /** RFC 3339, UTC. */
  expires_at?: string
}

export interface OrderLine {
  /** Position in the order, from 1. */
  line: number
  /** The id of a SKU. */
  sku: string
  /** Codes ordered. */
  quantity: number
  /** Codes delivered, those given back since among them. */
  delivered: number
  /** Codes set aside until the order is settled. */
  held: number
  /** Codes of those delivered that were given back unrevealed. */
  returned: number
  /** A decimal number of major units, at most four digits after the point. */
  unit_price: string
  /** A decimal number of major units, at most four digits after the point. */
  total: string
  /** A decimal number of major units, at most four digits after the point. */
  refunded: string
  state: 'held' | 'delivered' | 'partial' | 'refused' | 'released' | 'returned' | (string & {})
  /** Why a line was not delivered in full. */
  reason:
    | 'sku_not_found' | 'sku_not_for_sale' | 'price_missing' | 'currency_mixed' | 'quantity_out_of_bounds'
    | 'quantity_off_step' | 'out_of_stock' | 'below_minimum' | 'price_above_max' | 'insufficient_balance'
    | 'budget_exceeded' | 'cancelled' | 'rejected' | 'expired' | 'returned' | 'stock_withdrawn' | null | (string & {})
  /** The rules that gave the unit price, in the order they applied. */
  price_rules: string[]
  /** How the unit price came about; on GET of a single order. */
  explanation?: PriceStep[]
  /** The codes, when they are delivered inline. */
  codes?: Code[]
}

export interface OrderSummary {
  /** The id of an order. */
  id: string
  /** The same order as a plain number, for shops that need one; it counts nothing. */
  number: number
  reference: string
  state:
    | 'awaiting_approval' | 'reserved' | 'completed' | 'partial' | 'reversed' | 'cancelled' | 'rejected' | 'expired'
    | 'void' | (string & {})
  fill: 'all_or_nothing' | 'partial' | (string & {})
  /** ISO 4217 currency code. */
  currency: Currency
  /** Codes ordered. */
  quantity: number
  /** Codes delivered, those given back since among them. */
  delivered: number
  /** Codes of those delivered that were given back unrevealed. */
  returned: number
  /** What the codes cost that are delivered or set aside. */
  total: string
  /** A decimal number of major units, at most four digits after the point. */
  refunded: string
  /**
   * Where the money is. held: set aside, still yours. paid: taken for good; it is delivered (the price of codes you
   * keep) plus refunded.
   */
  amounts: OrderAmounts
  /** A decimal number of major units, at most four digits after the point. */
  max_total: string | null
  /** The quote that bound its prices. */
  quote?: string
  /** The hold whose stock it took. */
  hold?: string
  cost_center?: string
  /** Where its events go as well. */
  callback_url?: string
  /** The bulk order it is a part of. */
  bulk_order?: string
  /** The standing order that placed it. */
  standing_order?: string
  /** The purchase through a link that it fulfils: a buyer has paid for the codes, and alone sees them. */
  checkout?: string
  /**
   * The codes when they are delivered inline to a reseller with an encryption key: JWE in compact form, NDJSON lines
   * inside.
   */
  sealed_codes?: string[]
  /** true: nothing moved; this is what would have happened. */
  dry_run?: boolean
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Payback {
  /** The id of a payback. */
  id: string
  /** The payment whose money goes back; the gateway knows it by this id. */
  payment: string
  /** Whose buyer paid, or who paid itself. */
  reseller: string
  /** The id of a payment gateway, chosen by the operator. */
  gateway: string
  /** The gateway’s number of the money that came. */
  transaction: string
  /** What goes back: the whole of what came. */
  amount: Money
  /** Why it goes back. */
  reason:
    | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
    | 'wallet_refused' | (string & {})
  /** failed: the gateway will not; it is tried again when you say so. */
  state: 'due' | 'sent' | 'succeeded' | 'failed' | (string & {})
  /** How often the gateway was asked since it became due. */
  attempts: number
  /** When the gateway is asked next; null: not any more. */
  next_at: string | null
  /** What the gateway said last, when that was no success. */
  last_error: string | null
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  ended_at: string | null
}

export interface Payout {
  /** The id of a payout. */
  id: string
  /** Your own number for it. */
  reference: string
  /** The host that was paid. */
  host: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** What it was paid. */
  amount: string
  note: string
  /** The transfer that brought the commission you had kept for it into your wallet. */
  transfer: string
  /** The key that said so. */
  created_by: string
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Price {
  /** The id of a SKU. */
  sku: string
  status: 'active' | 'paused' | 'delisted' | (string & {})
  quantity: number
  /** ISO 4217 currency code. */
  currency: Currency
  /** Your price for one at this quantity; null when there is none for you. */
  unit_price: Money | null
  /** The rules that gave it, in the order they applied. */
  explanation: PriceStep[]
}

export interface PriceRule {
  /** The id of a price rule, kept for ever. */
  id: string
  kind:
    | 'list' | 'level' | 'contract' | 'level_discount' | 'quantity_break' | 'floor' | 'minimum_retail' | (string & {})
  /** The id of a SKU. */
  sku: string | null
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  level: string | null
  /** The id of a reseller. */
  reseller: string | null
  quantity_min: number | null
  amount: Money | null
  /** What the price before it is multiplied by: from 0.0001 to 1. */
  rate: string | null
  deliberate_loss: boolean
  reason: string
  /** The key that set it. */
  created_by: string
  /** RFC 3339, UTC. */
  created_at: string
  /** When another took its place or it was ended; null while it is in force. */
  replaced_at: string | null
  /** The key that did it. */
  replaced_by: string | null
  /** Why it was ended; null when another took its place. */
  end_reason: string | null
}

export interface PriceRuleDraft {
  /**
   * list: sku, amount. level: sku, level, amount. contract: sku, reseller, amount. level_discount: level, rate.
   * quantity_break: sku, quantity_min, rate. floor: sku, amount. minimum_retail: sku, amount, below which purchase
   * links may not sell.
   */
  kind:
    | 'list' | 'level' | 'contract' | 'level_discount' | 'quantity_break' | 'floor' | 'minimum_retail'
  /** The id of a SKU. */
  sku?: string | undefined
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  level?: string | undefined
  /** The id of a reseller. */
  reseller?: string | undefined
  /** From this quantity on the break applies. From 2 to 1000000. */
  quantity_min?: number | undefined
  amount?: Money | undefined
  /** What the price before it is multiplied by: from 0.0001 to 1. */
  rate?: string | undefined
  /** The rule may sell below cost, and that is meant. */
  deliberate_loss?: boolean | undefined
  reason?: string | undefined
}

export interface PriceStep {
  rule:
    | 'list' | 'level' | 'contract' | 'level_discount' | 'quantity_break' | 'floor' | 'minimum_retail' | (string & {})
  /** The price rule, kept for ever. */
  id: string
  /** A decimal number of major units, at most four digits after the point. */
  before: string | null
  /** A decimal number of major units, at most four digits after the point. */
  after: string
}

export interface Prices {
  /** In the order asked. */
  data: Price[]
}

export interface Problem {
  /** Where the code is explained. */
  type: string
  title: string
  title_zh: string
  status: number
  /** What is wrong here, and what to do. */
  detail: string
  /** Stable; in order of precedence. */
  code: ProblemCode
  request_id: string
  /** The same request may succeed later without being changed. */
  retryable: boolean
  errors?: Array<{
    pointer: string
    detail: string
  }>
}

/** Every code a refusal can have; the list may grow. */
export type ProblemCode =
  | 'overloaded' | 'database_unavailable' | 'request_timeout' | 'headers_too_large' | 'malformed_request' | 'not_found'
  | 'method_not_allowed' | 'unsupported_media_type' | 'not_acceptable' | 'body_too_large' | 'body_not_allowed'
  | 'signature_missing' | 'token_not_accepted' | 'signature_malformed' | 'signature_expired' | 'signature_in_future'
  | 'signature_insufficient' | 'signature_invalid' | 'digest_missing' | 'digest_malformed' | 'digest_mismatch'
  | 'nonce_reused' | 'token_invalid' | 'token_expired' | 'key_revoked' | 'key_expired' | 'ip_not_allowed'
  | 'reseller_suspended' | 'scope_missing' | 'sandbox_only' | 'rate_limited' | 'reveal_quota_exceeded'
  | 'version_unknown' | 'malformed_json' | 'duplicate_json_key' | 'forbidden_json_key' | 'graphql_request_invalid'
  | 'document_invalid' | 'query_too_costly' | 'invalid_request' | 'sandbox_fault_invalid' | 'cursor_invalid'
  | 'reference_missing' | 'reference_mismatch' | 'reference_reused' | 'reference_void' | 'quote_not_found'
  | 'quote_used' | 'quote_expired' | 'quote_changed' | 'hold_not_found' | 'hold_ended' | 'hold_expired'
  | 'hold_limit_exceeded' | 'sku_not_found' | 'sku_not_for_sale' | 'price_missing' | 'currency_mixed'
  | 'quantity_out_of_bounds' | 'quantity_off_step' | 'wallet_missing' | 'out_of_stock' | 'price_above_max'
  | 'insufficient_balance' | 'budget_exceeded' | 'codes_revealed' | 'reversal_too_late' | 'approval_by_maker'
  | 'approval_expired' | 'codes_not_revealed' | 'delivery_sealed' | 'bulk_file_unreadable' | 'bulk_file_too_large'
  | 'encryption_key_private' | 'encryption_key_weak' | 'url_not_allowed' | 'callback_host_unknown' | 'events_expired'
  | 'link_price_too_low' | 'gateway_not_found' | 'gateway_unavailable' | 'gateway_refused' | 'payment_news_invalid'
  | 'amount_out_of_bounds' | 'link_not_started' | 'link_paused' | 'link_ended' | 'link_sold_out' | 'price_changed'
  | 'contact_invalid' | 'buyer_limit_reached' | 'challenge_needed' | 'checkout_ended' | 'codes_of_buyer' | 'in_use'
  | 'state_conflict' | 'price_below_cost' | 'credit_in_use' | 'import_part_unexpected' | 'import_invalid'
  | 'code_already_stocked' | 'code_not_on_shelf' | 'internal_error' | (string & {})

export interface Product {
  /** The id of a product. */
  id: string
  /** The same thing as a plain number, for shops that need one; it counts nothing. */
  number: number
  name: string
  /** code: codes are delivered. topup: an account is charged. */
  kind: 'code' | 'topup' | (string & {})
  /** The brand behind products; a code is unique under it for ever. */
  issuer: Issuer
  category: CategoryName | null
  tags: string[]
  description: string
  /** What a buyer must have or be to redeem it. */
  qualification_note: string
  /** delisted is a tombstone: it can be read, and is not sold any more. */
  status: 'active' | 'paused' | 'delisted' | (string & {})
  /** RFC 3339, UTC. */
  created_at: string
  /** When anything shown of it last changed, its SKUs and prices included. For syncing use synced_until. */
  updated_at: string
  /** All its SKUs, delisted ones included. */
  skus: Sku[]
}

export interface Quote {
  /** The id of a quote. */
  id: string
  reference: string
  /** open: an order may name it. used: one has. expired: its time is over. */
  state: 'open' | 'used' | 'expired' | (string & {})
  /** ISO 4217 currency code. */
  currency: Currency
  /** A decimal number of major units, at most four digits after the point. */
  total: string
  /** The order that used it. */
  order: string | null
  /** RFC 3339, UTC. */
  expires_at: string
  /** RFC 3339, UTC. */
  created_at: string
  lines: QuoteLine[]
}

export interface QuoteLine {
  /** Position in the quote, from 1. */
  line: number
  /** The id of a SKU. */
  sku: string
  /** How many codes. */
  quantity: number
  /** A decimal number of major units, at most four digits after the point. */
  unit_price: string
  /** A decimal number of major units, at most four digits after the point. */
  total: string
  /** The rules that gave the unit price, in the order they applied. */
  price_rules: string[]
  /** How the unit price came about. */
  explanation: PriceStep[]
}

export interface QuoteSummary {
  /** The id of a quote. */
  id: string
  reference: string
  /** open: an order may name it. used: one has. expired: its time is over. */
  state: 'open' | 'used' | 'expired' | (string & {})
  /** ISO 4217 currency code. */
  currency: Currency
  /** A decimal number of major units, at most four digits after the point. */
  total: string
  /** The order that used it. */
  order: string | null
  /** RFC 3339, UTC. */
  expires_at: string
  /** RFC 3339, UTC. */
  created_at: string
}

export interface ReadSignature {
  components: string[]
  key_id: string
  algorithm: string
  created: number
  nonce: string
  bytes: number
}

export interface RecallLot {
  /** Why; kept with it. */
  reason: string
}

export interface Refund {
  /** The id of a refund. */
  id: string
  /** cancelled: by the order’s id. reversed: by your own reference. */
  reason: 'cancelled' | 'reversed' | (string & {})
  /** The reason you gave. */
  note: string | null
  /** What went back into the wallet. */
  amount: Money
  /** Codes that were given back, none of them ever revealed. */
  quantity: number
  lines: Array<{
    /** Position in the order, from 1. */
    line: number
    /** Codes of the line that were given back. */
    quantity: number
    /** What was refunded for them. */
    amount: Money
  }>
  /** RFC 3339, UTC. */
  created_at: string
}

export interface RefundSummary {
  /** The id of a refund. */
  id: string
  /** cancelled: by the order’s id. reversed: by your own reference. */
  reason: 'cancelled' | 'reversed'
  /** The reason you gave. */
  note: string | null
  /** What went back into the wallet. */
  amount: Money
  /** Codes that were given back, none of them ever revealed. */
  quantity: number
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Replayed {
  /** Deliveries that are due again; at most 2000 in a call, and none perhaps, though more follow. */
  replayed: number
  has_more: boolean
  /** Send it as from_sequence to go on; null when that was all. */
  next_sequence: number | null
}

export interface Reseller {
  /** The id of a reseller. */
  id: string
  name: string
  /** The id of a level, chosen by the operator. */
  level: string
  /** Only an active reseller’s keys are good. */
  status: 'active' | 'suspended' | 'closed' | (string & {})
  /** ISO 4217 currency code. */
  currency: Currency
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Reveal {
  /** The id of an entry in the reveal log. */
  id: string
  /** The id of an order. */
  order: string
  /** The key; where a buyer saw what was bought through a purchase link, that purchase. */
  key: string
  /** The position of the first code that was shown, from 0, counted over the lines of the order. */
  first: number
  /** How many codes were shown. */
  count: number
  /** Where the request came from; empty where that was a buyer. */
  ip: string
  /** RFC 3339, UTC. */
  created_at: string
}

export interface Reversal {
  /** The id of a reversal. */
  id: string
  reference: string
  order_reference: string
  /** The order; one in state void when none had come with the reference. */
  order: string
  /**
   * reversed: money and codes went back. cancelled: nothing had been delivered, and what was set aside went back.
   * voided: no order had come, and none can come with the reference any more.
   */
  outcome: 'reversed' | 'cancelled' | 'voided' | (string & {})
  /** What went back into the wallet, by this reversal or before it. */
  refund: Refund | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface SandboxReseller {
  /** The id of a reseller. */
  reseller: string
  name: string
  level: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** Of the wallet in its currency. */
  balance: Money | null
}

export interface SandboxSettlements {
  /** What was settled: empty when nothing was sold since the last time. */
  settlements: SettlementSummary[]
}

export interface SandboxStock {
  /** The id of a SKU. */
  sku: string
  /** What can be bought now. */
  available: number
  /** How many codes were made for it. */
  made: number
}

export interface SandboxStrike {
  /** A strike. */
  id: string
  fault:
    | 'timeout_before_commit' | 'timeout_after_commit' | 'reset_before_commit' | 'reset_after_commit'
    | 'error_before_commit' | 'error_after_commit' | 'unavailable' | 'rate_limited' | 'slow_answer' | 'out_of_stock'
    | 'partial_stock' | 'price_change' | 'quote_expiry' | 'supplier_unknown' | 'callback_duplicate' | 'callback_late'
    | 'callback_out_of_order' | 'callback_forged' | (string & {})
  /** What it struck: the method and the address of the call. */
  call: string
  /** The reference of that call. */
  reference: string | null
  /** Of a callback: the endpoint it went to. */
  endpoint: string | null
  /** Of a callback: its webhook-id. */
  delivery: string | null
  /** Of a forged callback: what your endpoint answered it; 2xx is wrong. */
  status: number | null
  /** Of a forged callback: why there was no answer. */
  error: string | null
  /** RFC 3339, UTC. */
  struck_at: string
}

export interface Session {
  /** The id of a session: one stream. */
  id: string
  title: string
  /** The id of a host: who sells in a stream. */
  host: string | null
  /** ended: you ended it. live: its start has come. */
  state: 'scheduled' | 'live' | 'ended' | (string & {})
  /** RFC 3339, UTC. */
  starts_at: string
  /** RFC 3339, UTC. */
  ended_at: string | null
  /**
   * The page on which the host sees viewers, sales and commission. Whoever has the address sees it, so that only keys
   * with links:write are told it; rotate-addresses makes another.
   */
  live_url: string | null
  /** The page for streaming software, of the same kind: told to the same keys. */
  overlay_url: string | null
  /** Purchase links in it. */
  links: number
  /** Pieces that buyers are paying for now. */
  held: number
  /** Pieces that were bought. */
  sold: number
  /** Purchases. */
  sales: number
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface SessionFunnel {
  /** Views. */
  visits: number
  /** Checkouts begun. */
  starts: number
  /** Of them, being paid now. */
  open: number
  /** Of them, paid. */
  paid: number
  /** Of them, ended without money in time. */
  expired: number
  /** Of them, ended by their buyer. */
  cancelled: number
  /** Of them, paid for when there was no code any more: money back. */
  refunded: number
}

export interface SessionPurchase {
  /** RFC 3339, UTC. */
  at: string
  /** Of the buyer, what may be shown. */
  contact_hint: string
  product_name: string
  sku_name: string
  quantity: number
  total: Money
}

export interface SessionRefund {
  /** Why it goes back. */
  reason:
    | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
    | 'wallet_refused' | (string & {})
  /** Payments that went, or go, back. */
  count: number
  amount: Money
}

export interface SessionReport {
  /** The session. */
  session: string
  title: string
  /** The host’s name; null when you sell yourself. */
  host_name: string | null
  state: 'scheduled' | 'live' | 'ended' | (string & {})
  /** RFC 3339, UTC. */
  starts_at: string
  /** null while it is not over. */
  ended_at: string | null
  /** RFC 3339, UTC. */
  at: string
  /** Pages of its links that are open now. */
  viewers: number
  /** Views of its links’ pages, without those of machines. */
  visits: number
  /** Checkouts that were begun. */
  starts: number
  /** Checkouts that were paid: purchases. */
  paid: number
  /** Pieces bought. */
  quantity: number
  /** Checkouts whose money went, or goes, back, because there was no code for it. */
  refunded: number
  /** Purchases for a view, 0 to 1; null before the first view. */
  conversion: number | null
  /** What became of those who came. */
  funnel: SessionFunnel
  /** Pieces that can be bought now, over all links. */
  left: number
  /** What it came to, in each currency. */
  sums: SessionSum[]
  links: SessionReportLink[]
  /** Minutes in which something happened, oldest first. */
  minutes: SessionReportMinute[]
  /** The minutes with the most pieces bought, the best first. */
  top_minutes: SessionReportMinute[]
  /** The newest purchases, newest first. */
  newest: SessionPurchase[]
  /** All money on its way back, or back: also what was paid twice. */
  refunds: SessionRefund[]
}

export interface SessionReportLink {
  /** A purchase link. */
  link: string
  slug: string
  title: string
  /** What it is now. */
  state: 'scheduled' | 'active' | 'paused' | 'sold_out' | 'ended' | (string & {})
  /** Pieces it may sell in all; null: as many as there are. */
  quota: number | null
  /** Pieces that can be bought through it now. */
  left: number
  /** Pages of it that are open now. */
  viewers: number
  /** Views of its page, without those of machines. */
  visits: number
  /** Checkouts that were begun. */
  starts: number
  /** Checkouts that were paid: purchases. */
  paid: number
  /** Pieces bought. */
  quantity: number
  /** Checkouts whose money went, or goes, back, because there was no code for it. */
  refunded: number
  sum: SessionSum
  skus: SessionReportSku[]
}

export interface SessionReportMinute {
  /** RFC 3339, UTC. */
  at: string
  /** Views in this minute. */
  visits: number
  /** Checkouts begun in this minute. */
  starts: number
  /** Purchases paid in this minute. */
  paid: number
  /** Pieces bought in this minute. */
  quantity: number
  /** What was paid, in each currency. */
  revenue: Money[]
}

export interface SessionReportSku {
  /** A SKU. */
  sku: string
  name: string
  product_name: string
  /** Pieces that can be bought now. */
  left: number
  /** Checkouts that were begun. */
  starts: number
  /** Checkouts that were paid: purchases. */
  paid: number
  /** Pieces bought. */
  quantity: number
  /** Checkouts whose money went, or goes, back, because there was no code for it. */
  refunded: number
  revenue: Money
}

export interface SessionSum {
  /** ISO 4217 currency code. */
  currency: Currency
  /** What buyers paid for what they got. */
  revenue: Money
  /** Of it, what you pay for the goods. */
  wholesale: Money
  /** Of it, what is the host’s. */
  commission: Money
  /** Of it, what is yours: revenue less wholesale and commission. */
  margin: Money
  /** What buyers paid, and got back, in checkouts without a purchase; not in revenue. */
  refunded: Money
}

export interface SetBalance {
  /** What the wallet’s balance is to be, 0 to 100 million; a wallet that is not there is opened. */
  amount: Money
}

export interface SetLevel {
  /** The id of a level, chosen by the operator. */
  level: string
}

export interface SetPriceRule {
  /** The id of a price rule, kept for ever. */
  id: string
  kind:
    | 'list' | 'level' | 'contract' | 'level_discount' | 'quantity_break' | 'floor' | 'minimum_retail' | (string & {})
  /** The id of a SKU. */
  sku: string | null
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  level: string | null
  /** The id of a reseller. */
  reseller: string | null
  quantity_min: number | null
  amount: Money | null
  /** What the price before it is multiplied by: from 0.0001 to 1. */
  rate: string | null
  deliberate_loss: boolean
  reason: string
  /** The key that set it. */
  created_by: string
  /** RFC 3339, UTC. */
  created_at: string
  /** When another took its place or it was ended; null while it is in force. */
  replaced_at: string | null
  /** The key that did it. */
  replaced_by: string | null
  /** Why it was ended; null when another took its place. */
  end_reason: string | null
  /** unchanged: such a rule was in force already. */
  outcome: 'set' | 'unchanged' | (string & {})
}

export interface SetPriceRules {
  /** In the order sent. */
  data: SetPriceRule[]
}

export interface Settlement {
  /** The id of a settlement. */
  id: string
  /** The session of the sales; null: of links without one. */
  session: string | null
  /** The day of the sales, in China. */
  day: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** Purchases that are settled here. A day with very many has several settlements. */
  sales: number
  /** Codes in them. */
  quantity: number
  /** What buyers paid: wholesale, commission and margin together. */
  gross: string
  /** What of it you paid for the codes. */
  wholesale: string
  /** What of it you owe your hosts. */
  commission: string
  /** What of it came into your wallet. */
  margin: string
  /** RFC 3339, UTC. */
  created_at: string
  /** What each host earned. */
  hosts: SettlementHost[]
}

export interface SettlementHost {
  /** The id of a host: who sells in a stream. */
  host: string
  /** Purchases by its links. */
  sales: number
  /** Codes in them. */
  quantity: number
  /** What it earned by them. */
  commission: string
}

export interface SettlementLine {
  /** The purchase. */
  checkout: string
  /** When the buyer had the codes. */
  completed_at: string
  /** The id of a SKU. */
  sku: string
  /** The name of the SKU, as it is now. */
  sku_name: string
  /** How many codes. */
  quantity: number
  /** ISO 4217 currency code. */
  currency: Currency
  /** What the buyer paid. */
  total: string
  /** What of it you paid for the codes. */
  wholesale: string
  /** What of it you owe your hosts. */
  commission: string
  /** What of it came into your wallet. */
  margin: string
  /** The id of an order. */
  order: string
  /** The purchase link. */
  link: string
  /** The host that sold it, if one did. */
  host: string | null
}

export interface SettlementSummary {
  /** The id of a settlement. */
  id: string
  /** The session of the sales; null: of links without one. */
  session: string | null
  /** The day of the sales, in China. */
  day: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** Purchases that are settled here. A day with very many has several settlements. */
  sales: number
  /** Codes in them. */
  quantity: number
  /** What buyers paid: wholesale, commission and margin together. */
  gross: string
  /** What of it you paid for the codes. */
  wholesale: string
  /** What of it you owe your hosts. */
  commission: string
  /** What of it came into your wallet. */
  margin: string
  /** RFC 3339, UTC. */
  created_at: string
}

export interface ShortStock {
  /** The id of a SKU. */
  sku: string
  wanted: number
  available: number
}

export interface SignatureClock {
  /** Seconds since 1970. */
  server_time: number
  created: number | null
  /** How far your clock is ahead of the server’s; behind when negative. */
  ahead_seconds: number | null
}

export interface SignatureFinding {
  /** What such a request is refused with. */
  code: ProblemCode
  detail: string
}

export interface SignatureReport {
  subject: 'described_request' | 'this_request' | (string & {})
  /**
   * What is wrong, in the order in which it is told; none: whether key and signature fit is told by GET /v1/ping
   * alone.
   */
  findings: SignatureFinding[]
  hints: string[]
  /** What the server sees of it. */
  request: DebuggedRequest
  /** As it was read; null when it cannot be. */
  signature: ReadSignature | null
  required_components: string[]
  missing_components: string[]
  clock: SignatureClock
  /** null: there is no body or no readable digest to compare. */
  digest_matches: boolean | null
  /** What the server would verify; null when the signature cannot be read. */
  signature_base: string | null
  /** Whether yours is the same; null when you gave none. */
  base_matches: boolean | null
  differences: BaseDifference[]
}

export interface Sku {
  /** The id of a SKU. */
  id: string
  /** The same thing as a plain number, for shops that need one; it counts nothing. */
  number: number
  /** The id of a product. */
  product: string
  name: string
  /** What is printed on it; null when it has none. */
  face_value: Money | null
  /** Where it can be redeemed: GLOBAL, an ISO 3166 code, or a group of countries like EU. */
  region: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** active: for sale. paused: not now. delisted: not any more. A SKU is never better off than its product. */
  status: 'active' | 'paused' | 'delisted' | (string & {})
  /** The fewest that may be bought at once. */
  quantity_min: number
  /** The most that may be bought at once. */
  quantity_max: number
  /** A quantity must be a multiple of it. */
  quantity_step: number
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
  /** Your own price for one, when the minimum quantity is bought; null when there is none for you. */
  unit_price: Money | null
}

export interface SkuStock {
  /** The id as it was asked for. */
  sku: string
  /** Codes that can be bought now. */
  available: number
  /** Codes set aside: for holds, and for orders that wait to be settled. */
  held: number
  /** A paused SKU cannot be ordered, whatever is available. */
  status: 'active' | 'paused' | 'delisted' | (string & {})
}

export interface StandingLimits {
  max_total_per_run?: Money
  /** What may be spent in a calendar month of the rule’s time zone (UTC for a level), less what was given back. */
  monthly_total?: Money
  /** Codes in such a month, less those given back. */
  monthly_quantity?: number
  /** RFC 3339. From then on there are no runs: it ends. */
  ends_at?: string
  /** Orders, at most; with the last it ends. */
  runs_max?: number
}

export interface StandingOrder {
  /** The id of a standing order. */
  id: string
  reference: string
  name: string
  state: 'active' | 'paused' | 'ended' | (string & {})
  /** The id of a SKU. */
  sku: string
  rule: StandingRule
  /**
   * Money in the currency of the SKU. A schedule buys its quantity or, beyond a limit, nothing; a level buys as much
   * as the limits leave.
   */
  limits: StandingLimits
  cost_center: string | null
  /** The key it buys with: the one that made, last changed or last resumed it. */
  key: string
  /** Runs there were. */
  runs: number
  /** Runs that ordered. */
  orders: number
  /** Null unless it is active. */
  next_run_at: string | null
  pause_reason:
    | 'requested' | 'key_revoked' | 'key_expired' | 'reseller_suspended' | 'refused_in_a_row' | null | (string & {})
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface StandingPreview {
  /** The next times, 5 at most; none while it is paused or ended. */
  next_runs: string[]
  /** Null when it has ended. */
  next: {
    /** What would become of a run now. */
    would: 'ordered' | 'nothing_needed' | 'refused' | 'limit_reached' | (string & {})
    /** Codes it would buy, or set out to. */
    quantity: number
    /** Null when nothing is to be bought or it has no price. */
    unit_price: string | null
    /** A decimal number of major units, at most four digits after the point. */
    total: string
    /** ISO 4217 currency code. */
    currency: Currency
    /** Null for a schedule. */
    on_hand: number | null
    /** Why it was refused. */
    code:
      | 'overloaded' | 'database_unavailable' | 'request_timeout' | 'headers_too_large' | 'malformed_request'
      | 'not_found' | 'method_not_allowed' | 'unsupported_media_type' | 'not_acceptable' | 'body_too_large'
      | 'body_not_allowed' | 'signature_missing' | 'token_not_accepted' | 'signature_malformed' | 'signature_expired'
      | 'signature_in_future' | 'signature_insufficient' | 'signature_invalid' | 'digest_missing' | 'digest_malformed'
      | 'digest_mismatch' | 'nonce_reused' | 'token_invalid' | 'token_expired' | 'key_revoked' | 'key_expired'
      | 'ip_not_allowed' | 'reseller_suspended' | 'scope_missing' | 'sandbox_only' | 'rate_limited'
      | 'reveal_quota_exceeded' | 'version_unknown' | 'malformed_json' | 'duplicate_json_key' | 'forbidden_json_key'
      | 'graphql_request_invalid' | 'document_invalid' | 'query_too_costly' | 'invalid_request'
      | 'sandbox_fault_invalid' | 'cursor_invalid' | 'reference_missing' | 'reference_mismatch' | 'reference_reused'
      | 'reference_void' | 'quote_not_found' | 'quote_used' | 'quote_expired' | 'quote_changed' | 'hold_not_found'
      | 'hold_ended' | 'hold_expired' | 'hold_limit_exceeded' | 'sku_not_found' | 'sku_not_for_sale' | 'price_missing'
      | 'currency_mixed' | 'quantity_out_of_bounds' | 'quantity_off_step' | 'wallet_missing' | 'out_of_stock'
      | 'price_above_max' | 'insufficient_balance' | 'budget_exceeded' | 'codes_revealed' | 'reversal_too_late'
      | 'approval_by_maker' | 'approval_expired' | 'codes_not_revealed' | 'delivery_sealed' | 'bulk_file_unreadable'
      | 'bulk_file_too_large' | 'encryption_key_private' | 'encryption_key_weak' | 'url_not_allowed'
      | 'callback_host_unknown' | 'events_expired' | 'link_price_too_low' | 'gateway_not_found' | 'gateway_unavailable'
      | 'gateway_refused' | 'payment_news_invalid' | 'amount_out_of_bounds' | 'link_not_started' | 'link_paused'
      | 'link_ended' | 'link_sold_out' | 'price_changed' | 'contact_invalid' | 'buyer_limit_reached'
      | 'challenge_needed' | 'checkout_ended' | 'codes_of_buyer' | 'in_use' | 'state_conflict' | 'price_below_cost'
      | 'credit_in_use' | 'import_part_unexpected' | 'import_invalid' | 'code_already_stocked' | 'code_not_on_shelf'
      | 'internal_error' | null | (string & {})
    detail: string | null
  } | null
}

export interface StandingRule {
  /**
   * schedule: quantity codes at certain times; it takes every, at, quantity, weekday with week, day with month,
   * time_zone. level: as many as are missing from a level; it takes level, check_every_minutes, batch_max.
   */
  kind: 'schedule' | 'level' | (string & {})
  every?: 'day' | 'week' | 'month' | (string & {})
  /**
   * The time of day in the time zone. Where the clocks skip it, the run is as much later; where it comes twice, at
   * the later.
   */
  at?: string
  /** With every: week. 1 is Monday (ISO 8601). */
  weekday?: number
  /** With every: month. A month without this day runs on its last day. */
  day?: number
  /** A name of the IANA time zone database; Asia/Shanghai when it is left out. */
  time_zone?: string
  /** How many codes each time. */
  quantity?: number
  /**
   * How many codes to keep on hand: bought by this standing order, neither revealed nor given back. What is missing
   * is bought, rounded up to the step of the SKU and at least its minimum.
   */
  level?: number
  /** How often to look. */
  check_every_minutes?: number
  /** How many codes to buy at once at most. */
  batch_max?: number
}

export interface StandingRun {
  /** From 1; the reference of its order is the id of the standing order, a slash and this number. */
  run: number
  /** RFC 3339, UTC. */
  due_at: string
  /** RFC 3339, UTC. */
  ran_at: string
  /**
   * ordered: see the order, which may wait for approval. nothing_needed: the level is there. limit_reached: the
   * limits leave nothing.
   */
  outcome: 'ordered' | 'nothing_needed' | 'refused' | 'limit_reached' | (string & {})
  /** Codes it set out to buy. */
  wanted: number
  /** Codes on hand before it; null for a schedule. */
  on_hand: number | null
  /** The order it placed. */
  order: string | null
  /** Codes ordered. */
  quantity: number
  /** A decimal number of major units, at most four digits after the point. */
  total: string
  /** ISO 4217 currency code. */
  currency: Currency
  /** Why it was refused. */
  code:
    | 'overloaded' | 'database_unavailable' | 'request_timeout' | 'headers_too_large' | 'malformed_request'
    | 'not_found' | 'method_not_allowed' | 'unsupported_media_type' | 'not_acceptable' | 'body_too_large'
    | 'body_not_allowed' | 'signature_missing' | 'token_not_accepted' | 'signature_malformed' | 'signature_expired'
    | 'signature_in_future' | 'signature_insufficient' | 'signature_invalid' | 'digest_missing' | 'digest_malformed'
    | 'digest_mismatch' | 'nonce_reused' | 'token_invalid' | 'token_expired' | 'key_revoked' | 'key_expired'
    | 'ip_not_allowed' | 'reseller_suspended' | 'scope_missing' | 'sandbox_only' | 'rate_limited'
    | 'reveal_quota_exceeded' | 'version_unknown' | 'malformed_json' | 'duplicate_json_key' | 'forbidden_json_key'
    | 'graphql_request_invalid' | 'document_invalid' | 'query_too_costly' | 'invalid_request' | 'sandbox_fault_invalid'
    | 'cursor_invalid' | 'reference_missing' | 'reference_mismatch' | 'reference_reused' | 'reference_void'
    | 'quote_not_found' | 'quote_used' | 'quote_expired' | 'quote_changed' | 'hold_not_found' | 'hold_ended'
    | 'hold_expired' | 'hold_limit_exceeded' | 'sku_not_found' | 'sku_not_for_sale' | 'price_missing'
    | 'currency_mixed' | 'quantity_out_of_bounds' | 'quantity_off_step' | 'wallet_missing' | 'out_of_stock'
    | 'price_above_max' | 'insufficient_balance' | 'budget_exceeded' | 'codes_revealed' | 'reversal_too_late'
    | 'approval_by_maker' | 'approval_expired' | 'codes_not_revealed' | 'delivery_sealed' | 'bulk_file_unreadable'
    | 'bulk_file_too_large' | 'encryption_key_private' | 'encryption_key_weak' | 'url_not_allowed'
    | 'callback_host_unknown' | 'events_expired' | 'link_price_too_low' | 'gateway_not_found' | 'gateway_unavailable'
    | 'gateway_refused' | 'payment_news_invalid' | 'amount_out_of_bounds' | 'link_not_started' | 'link_paused'
    | 'link_ended' | 'link_sold_out' | 'price_changed' | 'contact_invalid' | 'buyer_limit_reached' | 'challenge_needed'
    | 'checkout_ended' | 'codes_of_buyer' | 'in_use' | 'state_conflict' | 'price_below_cost' | 'credit_in_use'
    | 'import_part_unexpected' | 'import_invalid' | 'code_already_stocked' | 'code_not_on_shelf' | 'internal_error'
    | null | (string & {})
  /** Why it did not order, in a sentence. */
  detail: string | null
}

export interface StockList {
  /** In the order asked for. */
  data: SkuStock[]
}

export interface StockProof {
  /** Nothing was found. */
  sound: boolean
  faults: Array<{
    /** What does not hold. */
    proof: string
    /** Where; ids and counts, never a code. */
    detail: string
  }>
}

export interface Subscription {
  /** The id of a subscription. */
  id: string
  kind: 'stock' | 'price' | (string & {})
  /** One of the three. */
  scope: SubscriptionScope
  condition: 'any' | 'below' | 'above' | 'out' | 'back' | (string & {})
  threshold: number | null
  interval_seconds: number
  state: 'active' | 'paused' | (string & {})
  /** What it ever told is numbered up to this, without a gap. */
  sequence: number
  /** SKUs in its scope, when they were last looked at. */
  skus: number
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
}

export interface SubscriptionScope {
  /** These SKUs. */
  skus?: string[]
  /** Every SKU of a product with this tag, those that come later too. */
  tag?: string
  /** Every SKU, those that come later too. */
  all?: true
}

export interface SubscriptionValue {
  /** The id of a SKU. */
  sku: string
  /** Codes; null for a price. */
  available: number | null
  /** Your price of one; null: there is none, or it is about stock. */
  price: Money | null
  /** When a message told it last; null: none did yet. */
  told_at: string | null
}

export interface SubscriptionWithValues {
  /** The id of a subscription. */
  id: string
  kind: 'stock' | 'price' | (string & {})
  /** One of the three. */
  scope: SubscriptionScope
  condition: 'any' | 'below' | 'above' | 'out' | 'back' | (string & {})
  threshold: number | null
  interval_seconds: number
  state: 'active' | 'paused' | (string & {})
  /** What it ever told is numbered up to this, without a gap. */
  sequence: number
  /** SKUs in its scope, when they were last looked at. */
  skus: number
  /** RFC 3339, UTC. */
  created_at: string
  /** RFC 3339, UTC. */
  updated_at: string
  /** Where it goes on from: of each SKU what was there when it was made, or what was told since; 200 SKUs at most. */
  values: SubscriptionValue[]
}

export interface TokenForm {
  /** `client_credentials` */
  grant_type?: string | undefined
  /** `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` */
  client_assertion_type?: string | undefined
  /**
   * A JWT signed with EdDSA by your ed25519 key: iss and sub are the key id, aud is the issuer or the token endpoint,
   * exp at most five minutes ahead, jti new and random: it is good once.
   */
  client_assertion?: string | undefined
  /** The key id; may be left out. */
  client_id?: string | undefined
  /**
   * Of catalog:read stock:read orders:read wallet:read links:read, those you want, divided by spaces; all that the
   * key has when left out.
   */
  scope?: string | undefined
}

export interface TokenJwk {
  kty: string
  crv: string
  x: string
  kid: string
  alg: string
  use: string
}

export interface TokenJwks {
  keys: readonly TokenJwk[]
}

export interface Transfer {
  /** The id of a transfer. */
  id: string
  /** What moved the money. */
  kind:
    | 'order' | 'hold' | 'release' | 'refund' | 'deposit' | 'adjustment' | 'cost' | 'receipt' | 'commission' | 'return'
    | 'payback' | 'settlement' | 'payout' | 'banked' | (string & {})
  /** Its number in the wallet, from 1 without a gap. */
  entry: number
  /** What the wallet gained; below zero, what it lost. */
  amount: Money
  /** The wallet’s balance after it. */
  balance: Money
  /** The order it belongs to: paid, set aside, released or refunded. */
  order: string | null
  /** The payment it belongs to: of a deposit that you paid through a gateway. */
  payment: string | null
  /** The settlement it belongs to: the margin of a day’s sales. */
  settlement: string | null
  /** Why; null for the payment of an order. */
  reason: string | null
  /** RFC 3339, UTC. */
  created_at: string
}

export interface VoidCodes {
  /** With codes: the SKU whose issuer’s codes they are. */
  sku?: string | undefined
  /** The codes as they were imported. */
  codes?: ReadonlyArray<{
    secret: string
    /** As it was imported. */
    number?: string | undefined
  }> | undefined
  /** The id of a lot. */
  lot?: string | undefined
  /** With lot: the places of the codes in it, from 0. */
  positions?: readonly number[] | undefined
  /** Why; kept with it. */
  reason: string
}

export interface VoidedCodes {
  /** Codes taken off the shelf for good. */
  voided: number
}

export interface Wallet {
  /** ISO 4217 currency code. */
  currency: Currency
  balance: Money
  /** How far below zero the balance may go. */
  credit_limit: Money
  /** What can be spent: balance and credit limit together. */
  available: Money
  /** RFC 3339, UTC. */
  created_at: string
}

export interface WalletCover {
  /** Balance and credit now. */
  available: string
  /** A decimal number of major units, at most four digits after the point. */
  missing: string
}

export interface WalletDeposit {
  /** The id of a deposit. */
  id: string
  /** Your own number for it. */
  reference: string
  /**
   * created: the gateway was not reached; send the same again. pending: it can be paid. paid: it is in the wallet.
   * returned: what came was not what was asked for, and goes back. closed: no money came in time; what comes later
   * still counts.
   */
  state: 'created' | 'pending' | 'paid' | 'returned' | 'closed' | (string & {})
  amount: Money
  /** The gateway it is paid with. */
  gateway: string
  /** How it is paid, while it can be. */
  pay: DepositPay | null
  /** RFC 3339, UTC. */
  expires_at: string
  /** RFC 3339, UTC. */
  created_at: string
  /** When money came. */
  paid_at: string | null
  /** The transfer into the wallet, once it is paid. */
  transfer: string | null
  /** Money that came and goes back: too much, too little, in another currency, or a second time. */
  returns: DepositReturn[]
}

/** The answer of GET /v1/ping. */
export interface PingResult {
  pong: true
}

/** The answer of GET /v1/me. */
export type GetMeResult = Me

/** The query of GET /v1/keys. */
export interface ListKeysQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/keys. */
export interface ListKeysResult {
  data: ApiKey[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/keys. */
export interface CreateKeyBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** A name for people. */
  name: string
  /** hmac-sha256: we make a secret and show it once. ed25519: you register a public key and we never hold a secret. */
  algorithm: 'hmac-sha256' | 'ed25519'
  /** The public half of an Ed25519 key pair, a JWK (RFC 8037): kty OKP, crv Ed25519, x. With algorithm ed25519 only. */
  public_key?: {
    kty: string
    crv: string
    /** 32 bytes, base64url. */
    x: string
  } | undefined
  /**
   * Addresses and CIDR ranges to use the key from; empty allows all. Left out: as the key that signs, if of one
   * owner.
   */
  ip_allow?: readonly string[] | undefined
  /** From when on the key is no good; null is never. */
  expires_at?: string | null | undefined
  /** What the key may do; no more than the key that signs. */
  scopes: ReadonlyArray<
    | 'catalog:read' | 'stock:read' | 'orders:read' | 'orders:write' | 'orders:approve' | 'codes:read' | 'wallet:read'
    | 'keys:write' | 'approvals:write' | 'callbacks:write' | 'links:read' | 'links:write' | 'wallet:deposit'>
}

/** The answer of POST /v1/keys. */
export type CreateKeyResult = CreatedApiKey

/** The body of POST /v1/keys/{id}/rotate. */
export interface RotateKeyBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** How long the old key is still good; 0: no longer. From 0 to 2592000. 86400 when left out. */
  overlap_seconds?: number | undefined
  /** The public half of an Ed25519 key pair, a JWK (RFC 8037): kty OKP, crv Ed25519, x. With algorithm ed25519 only. */
  public_key?: {
    kty: string
    crv: string
    /** 32 bytes, base64url. */
    x: string
  } | undefined
  /** When the new key expires; left out, it lives as long as the old one was made for. */
  expires_at?: string | null | undefined
}

/** The answer of POST /v1/keys/{id}/rotate. */
export type RotateKeyResult = CreatedApiKey

/** The answer of DELETE /v1/keys/{id}. */
export type RevokeKeyResult = ApiKey

/** The query of GET /v1/products. */
export interface ListProductsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  category?: string | undefined
  tag?: string | undefined
  kind?: 'code' | 'topup' | undefined
  /** Where it can be redeemed: GLOBAL, an ISO 3166 code, or a group of countries like EU. */
  region?: string | undefined
  /** Somewhere in the name, in upper or lower case. */
  q?: string | undefined
  /** The same thing as a plain number, for shops that need one; it counts nothing. At least 1. */
  number?: number | undefined
  /** synced_until of an earlier list with the same filters: only what changed since, delisted products included. */
  updated_after?: string | undefined
}

/** The answer of GET /v1/products. */
export interface ListProductsResult {
  data: Product[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
  /**
   * A watermark, the same on every page. Send it as updated_after next time, with the same filters, and nothing that
   * changed is missed, however late it was committed; some of it may come twice.
   */
  synced_until: string
}

/** The answer of GET /v1/products/{id}. */
export type GetProductResult = Product

/** The query of GET /v1/categories. */
export interface ListCategoriesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/categories. */
export interface ListCategoriesResult {
  data: Category[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /v1/prices. */
export interface GetPricesQuery {
  /** Repeat it for several: sku=…&sku=… */
  sku: readonly string[]
  /** How many of each would be bought at once; left out: the minimum of each SKU. From 1 to 1000000. */
  quantity?: number | undefined
}

/** The answer of GET /v1/prices. */
export type GetPricesResult = Prices

/** The query of GET /v1/stock. */
export interface GetStockQuery {
  /** Repeat it for several SKUs, up to 200. */
  sku: readonly string[]
}

/** The answer of GET /v1/stock. */
export type GetStockResult = StockList

/** The body of POST /v1/stock/query. */
export interface QueryStockBody {
  /** The ids of SKUs. */
  skus: readonly string[]
}

/** The answer of POST /v1/stock/query. */
export type QueryStockResult = StockList

/** The query of GET /v1/quotes. */
export interface ListQuotesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/quotes. */
export interface ListQuotesResult {
  data: QuoteSummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/quotes. */
export interface CreateQuoteBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** What the order will have, line by line; all lines in one currency. */
  lines: ReadonlyArray<{
    /** The id of a SKU. */
    sku: string
    /** How many codes. From 1 to 1000000. */
    quantity: number
  }>
  /** For how many seconds the prices bind. From 60 to 86400. 900 when left out. */
  expires_in?: number | undefined
}

/** The answer of POST /v1/quotes. */
export type CreateQuoteResult = Quote

/** The answer of GET /v1/quotes/{id}. */
export type GetQuoteResult = Quote

/** The query of GET /v1/holds. */
export interface ListHoldsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  state?: 'active' | 'used' | 'cancelled' | 'expired' | 'broken' | undefined
}

/** The answer of GET /v1/holds. */
export interface ListHoldsResult {
  data: Hold[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/holds. */
export interface CreateHoldBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** What to set aside; each SKU once. */
  lines: ReadonlyArray<{
    /** The id of a SKU. */
    sku: string
    /** How many codes to set aside. From 1 to 1000000. */
    quantity: number
  }>
  /** For how many seconds; your level may allow less. Default: 120, or what your level allows. From 30 to 900. */
  expires_in?: number | undefined
}

/** The answer of POST /v1/holds. */
export type CreateHoldResult = Hold

/** The answer of GET /v1/holds/{id}. */
export type GetHoldResult = Hold

/** The answer of DELETE /v1/holds/{id}. */
export type CancelHoldResult = Hold

/** The query of GET /v1/orders. */
export interface ListOrdersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only the order with this reference. */
  reference?: string | undefined
  /** Only the order with this number. At least 1. */
  number?: number | undefined
  state?:
    | 'awaiting_approval' | 'reserved' | 'completed' | 'partial' | 'reversed' | 'cancelled' | 'rejected' | 'expired'
    | 'void' | undefined
}

/** The answer of GET /v1/orders. */
export interface ListOrdersResult {
  data: OrderSummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/orders. */
export interface PlaceOrderBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** What to buy; all lines in one currency. */
  lines: ReadonlyArray<{
    /** The id of a SKU. */
    sku: string
    /** How many codes. From 1 to 1000000. */
    quantity: number
  }>
  /**
   * all_or_nothing (default): one short line refuses the order. partial: each line gets what there is; quantity
   * break, minimum and step apply to what is delivered.
   */
  fill?: 'all_or_nothing' | 'partial' | undefined
  /** The order is refused when its total would be above this. */
  max_total?: Money | undefined
  /**
   * inline: the codes stand in the answer (up to 100 codes, with scope codes:read). fetch: get them from /codes.
   * Default: inline where possible, fetch for a key with a quota of reveals.
   */
  deliver?: 'inline' | 'fetch' | undefined
  /** Pay the prices of this quote, or be refused. Its lines, in their sequence, are the lines of the order. */
  quote?: string | undefined
  /** Take what this hold has set aside. What the order does not take of it goes back on sale. */
  hold?: string | undefined
  /** Who of yours pays: budgets and approvals know it. */
  cost_center?: string | undefined
  /** The events of this order go here as well: an address on the scheme, host and port of an endpoint of yours. */
  callback_url?: string | undefined
  /**
   * Check everything, move nothing: the answer is 200 with the order as it would be, dry_run in it, and an id that
   * names nothing.
   */
  dry_run?: boolean | undefined
}

/** The answer of POST /v1/orders. */
export type PlaceOrderResult = Order

/** The answer of GET /v1/orders/{id}. */
export type GetOrderResult = Order

/** The query of GET /v1/orders/{id}/codes. */
export interface ListOrderCodesQuery {
  /**
   * The position to begin at. Positions count the codes ever delivered; those given back keep theirs. At least 0. 0
   * when left out.
   */
  offset?: number | undefined
  /**
   * Codes you have from a cut answer to the same offset: they are passed over, and this answer goes on where that one
   * was cut. At least 0. 0 when left out.
   */
  taken?: number | undefined
  /** Codes to answer at most; JSON: up to 1000 (default 100), NDJSON and CSV: all that follow by default. At least 1. */
  limit?: number | undefined
}

/** The answer of GET /v1/orders/{id}/codes. */
export interface ListOrderCodesResult {
  /** The codes; empty where they are sealed to your encryption key. */
  data: OrderCode[]
  /**
   * The codes sealed to your encryption key: JWE in compact form (RFC 7516), each of up to 1000 codes as NDJSON
   * ({"line", "sku", "secret", …} a line). There where you have a key in use.
   */
  sealed?: string[]
  /** Codes of the whole order, without those given back. */
  count: number
  /** Send it as offset to read on; null at the end. */
  next_offset: number | null
}

/** A line of the answer of GET /v1/orders/{id}/codes. */
export type ListOrderCodesLine = OrderCode

/** The answer of GET /v1/orders/{id}/codes/digest. */
export type GetOrderCodesDigestResult = CodeDigest

/** The body of POST /v1/orders/{id}/cancel. */
export interface CancelOrderBody {
  /** all (default): refused when a code was revealed. unrevealed: gives back those that never were. */
  codes?: 'all' | 'unrevealed' | undefined
  /** For your own records; it stays with the refund. */
  reason?: string | undefined
}

/** The answer of POST /v1/orders/{id}/cancel. */
export type CancelOrderResult = Order

/** The query of GET /v1/reversals. */
export interface ListReversalsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/reversals. */
export interface ListReversalsResult {
  data: Reversal[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/reversals. */
export interface CreateReversalBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** The reference of the order that is to be undone, whether it arrived or not. */
  order_reference: string
}

/** The answer of POST /v1/reversals. */
export type CreateReversalResult = Reversal

/** The answer of GET /v1/reversals/{id}. */
export type GetReversalResult = Reversal

/** The query of GET /v1/reveals. */
export interface ListRevealsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only reveals of this order. */
  order?: string | undefined
  /** Only reveals by this key. */
  key?: string | undefined
}

/** The answer of GET /v1/reveals. */
export interface ListRevealsResult {
  data: Reveal[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/bulk-orders/{id}/confirm. */
export interface ConfirmBulkOrderBody {
  /** What it may cost at most; by default the total of the report. Lines that would cost more are not bought. */
  max_total?: Money | undefined
}

/** The answer of POST /v1/bulk-orders/{id}/confirm. */
export type ConfirmBulkOrderResult = BulkOrder

/** The answer of POST /v1/bulk-orders/{id}/cancel. */
export type CancelBulkOrderResult = BulkOrder

/** The body of POST /v1/bulk-orders/{id}/retry. */
export interface RetryBulkOrderBody {
  /** What all rounds together may cost at most; by default what it was. */
  max_total?: Money | undefined
}

/** The answer of POST /v1/bulk-orders/{id}/retry. */
export type RetryBulkOrderResult = BulkOrder

/** The query of GET /v1/bulk-orders. */
export interface ListBulkOrdersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only the bulk order with this reference. */
  reference?: string | undefined
  state?:
    | 'invalid' | 'validated' | 'running' | 'reserving' | 'awaiting_approval' | 'completing' | 'releasing'
    | 'completed' | 'partial' | 'failed' | 'cancelled' | 'rejected' | 'expired' | undefined
}

/** The answer of GET /v1/bulk-orders. */
export interface ListBulkOrdersResult {
  data: BulkOrderSummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of POST /v1/bulk-orders. */
export interface CreateBulkOrderQuery {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource.
   */
  reference?: string | undefined
  /**
   * partial (default): line by line, what can be bought is bought. all_or_nothing: stock and money of all lines are
   * set aside first; when one line cannot be had, all is given back.
   */
  fill?: 'all_or_nothing' | 'partial' | undefined
  /** The currency all lines must be in; by default that of the first line. */
  currency?: Currency | undefined
  /** Who of yours pays: budgets and approvals know it. */
  cost_center?: string | undefined
}

/** The answer of POST /v1/bulk-orders. */
export type CreateBulkOrderResult = BulkOrder

/** The answer of GET /v1/bulk-orders/{id}. */
export type GetBulkOrderResult = BulkOrder

/** The query of GET /v1/bulk-orders/{id}/lines. */
export interface ListBulkOrderLinesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  state?: 'waiting' | 'held' | 'delivered' | 'partial' | 'refused' | 'released' | 'returned' | undefined
  /** Only the line with this reference. */
  reference?: string | undefined
}

/** The answer of GET /v1/bulk-orders/{id}/lines. */
export interface ListBulkOrderLinesResult {
  data: BulkOrderLine[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** A line of the answer of GET /v1/bulk-orders/{id}/lines. */
export type ListBulkOrderLinesLine = BulkOrderLine

/** The answer of GET /v1/approval-policy. */
export type GetApprovalPolicyResult = ApprovalPolicy

/** The body of PUT /v1/approval-policy. */
export interface PutApprovalPolicyBody {
  /**
   * A total above this needs approval; one amount a currency. A currency that is not named has no such limit. [] when
   * left out.
   */
  amount_above?: readonly Money[] | undefined
  /**
   * More codes than this in one purchase need approval; null: any number does not. From 0 to 500000000. null when
   * left out.
   */
  quantity_above?: number | null | undefined
  /** A purchase with one of these needs approval. [] when left out. */
  skus?: readonly string[] | undefined
  /** A purchase with a SKU you never bought before needs approval. false when left out. */
  first_purchase?: boolean | undefined
  /**
   * How long a purchase waits, its stock and money set aside, before it expires. From 60 to 604800. 86400 when left
   * out.
   */
  expires_in_seconds?: number | undefined
}

/** The answer of PUT /v1/approval-policy. */
export type PutApprovalPolicyResult = ApprovalPolicy

/** The query of GET /v1/budgets. */
export interface ListBudgetsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/budgets. */
export interface ListBudgetsResult {
  data: Budget[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of PUT /v1/budgets. */
export interface PutBudgetBody {
  /** key: what one key may spend, its rotations included. cost_center: what may be spent for it by all keys. */
  kind: 'key' | 'cost_center'
  /** The id of a key of yours, or the name of a cost center as orders give it. */
  subject: string
  /** What may be spent in a calendar month (UTC), in this currency only. */
  monthly_limit: Money
}

/** The answer of PUT /v1/budgets. */
export type PutBudgetResult = Budget

/** The answer of DELETE /v1/budgets/{id}. */
export type RemoveBudgetResult = Budget

/** The query of GET /v1/approvals. */
export interface ListApprovalsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  state?: 'pending' | 'approved' | 'rejected' | 'expired' | 'cancelled' | undefined
  kind?: 'order' | 'bulk_order' | undefined
}

/** The answer of GET /v1/approvals. */
export interface ListApprovalsResult {
  data: Approval[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /v1/approvals/{id}. */
export type GetApprovalResult = Approval

/** The answer of POST /v1/approvals/{id}/approve. */
export type ApproveApprovalResult = Approval

/** The body of POST /v1/approvals/{id}/reject. */
export type RejectApprovalBody = RecallLot

/** The answer of POST /v1/approvals/{id}/reject. */
export type RejectApprovalResult = Approval

/** The query of GET /v1/standing-orders. */
export interface ListStandingOrdersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  state?: 'active' | 'paused' | 'ended' | undefined
  /** The id of a SKU. */
  sku?: string | undefined
}

/** The answer of GET /v1/standing-orders. */
export interface ListStandingOrdersResult {
  data: StandingOrder[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/standing-orders. */
export interface CreateStandingOrderBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** A name for people. */
  name: string
  /** The id of a SKU. */
  sku: string
  rule: StandingRule
  /**
   * Money in the currency of the SKU. A schedule buys its quantity or, beyond a limit, nothing; a level buys as much
   * as the limits leave.
   */
  limits?: StandingLimits | undefined
  /** Who of yours pays: budgets and approvals know it. */
  cost_center?: string | undefined
}

/** The answer of POST /v1/standing-orders. */
export type CreateStandingOrderResult = StandingOrder

/** The answer of GET /v1/standing-orders/{id}. */
export type GetStandingOrderResult = StandingOrder

/** The body of PATCH /v1/standing-orders/{id}. */
export interface UpdateStandingOrderBody {
  /** A name for people. */
  name?: string | undefined
  rule?: StandingRule | undefined
  /**
   * Money in the currency of the SKU. A schedule buys its quantity or, beyond a limit, nothing; a level buys as much
   * as the limits leave.
   */
  limits?: StandingLimits | undefined
  /** Who of yours pays: budgets and approvals know it. */
  cost_center?: string | null | undefined
}

/** The answer of PATCH /v1/standing-orders/{id}. */
export type UpdateStandingOrderResult = StandingOrder

/** The answer of DELETE /v1/standing-orders/{id}. */
export type EndStandingOrderResult = StandingOrder

/** The answer of POST /v1/standing-orders/{id}/pause. */
export type PauseStandingOrderResult = StandingOrder

/** The answer of POST /v1/standing-orders/{id}/resume. */
export type ResumeStandingOrderResult = StandingOrder

/** The answer of GET /v1/standing-orders/{id}/preview. */
export type PreviewStandingOrderResult = StandingPreview

/** The query of GET /v1/standing-orders/{id}/runs. */
export interface ListStandingRunsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  outcome?: 'ordered' | 'nothing_needed' | 'refused' | 'limit_reached' | undefined
}

/** The answer of GET /v1/standing-orders/{id}/runs. */
export interface ListStandingRunsResult {
  data: StandingRun[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /v1/encryption-keys. */
export interface ListEncryptionKeysQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/encryption-keys. */
export interface ListEncryptionKeysResult {
  data: EncryptionKey[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/encryption-keys. */
export interface CreateEncryptionKeyBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** A name for people. */
  name: string
  /**
   * A public JWK: OKP with crv X25519 (x), EC with crv P-256 (x, y), or RSA of 2048 to 8192 bits (n, e). Public
   * members only.
   */
  jwk: {
    kty: string
    kid?: unknown | undefined
    crv?: unknown | undefined
    x?: unknown | undefined
    y?: unknown | undefined
    n?: unknown | undefined
    e?: unknown | undefined
  }
}

/** The answer of POST /v1/encryption-keys. */
export type CreateEncryptionKeyResult = EncryptionKey

/** The answer of GET /v1/encryption-keys/{id}. */
export type GetEncryptionKeyResult = EncryptionKey

/** The answer of DELETE /v1/encryption-keys/{id}. */
export type RetireEncryptionKeyResult = EncryptionKey

/** The query of GET /v1/wallets. */
export interface ListWalletsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/wallets. */
export interface ListWalletsResult {
  data: Wallet[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /v1/wallets/{currency}/transfers. */
export interface ListTransfersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  kind?:
    | 'order' | 'hold' | 'release' | 'refund' | 'deposit' | 'adjustment' | 'cost' | 'receipt' | 'commission' | 'return'
    | 'payback' | 'settlement' | 'payout' | 'banked' | undefined
  /** Only transfers from this time on (RFC 3339). */
  created_from?: string | undefined
  /** Only transfers before this time (RFC 3339). */
  created_before?: string | undefined
}

/** The answer of GET /v1/wallets/{currency}/transfers. */
export interface ListTransfersResult {
  data: Transfer[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /v1/endpoints. */
export interface ListEndpointsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/endpoints. */
export interface ListEndpointsResult {
  data: Endpoint[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/endpoints. */
export interface CreateEndpointBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** Where callbacks go: https, a public address, no user or password. It is checked again at every sending. */
  url: string
  /** The types that are told; empty: all, those of later versions too. */
  types?: ReadonlyArray<
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made'> | undefined
  /**
   * v1: HMAC-SHA256 with the endpoint’s secret. v1a: Ed25519, its public key at /.well-known/jwks.json. Both when
   * left out.
   */
  signatures?: ReadonlyArray<'v1' | 'v1a'> | undefined
  /** For yourself. */
  description?: string | undefined
  /** Callbacks under way at once; one, while the endpoint fails. From 1 to 100. */
  concurrency_max?: number | undefined
  /** Callbacks begun in a second. From 1 to 10000. */
  per_second_max?: number | undefined
}

/** The answer of POST /v1/endpoints. */
export type CreateEndpointResult = EndpointWithSecret

/** The body of POST /v1/endpoints/{id}/rotate-secret. */
export interface RotateEndpointSecretBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** How long the secret until now signs beside the new one. From 0 to 259200. 86400 when left out. */
  overlap_seconds?: number | undefined
}

/** The answer of POST /v1/endpoints/{id}/rotate-secret. */
export type RotateEndpointSecretResult = EndpointWithSecret

/** The answer of GET /v1/endpoints/{id}. */
export type GetEndpointResult = Endpoint

/** The body of PATCH /v1/endpoints/{id}. */
export interface UpdateEndpointBody {
  /** Where callbacks go: https, a public address, no user or password. It is checked again at every sending. */
  url?: string | undefined
  /** The types that are told; empty: all, those of later versions too. */
  types?: ReadonlyArray<
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made'> | undefined
  /** v1: HMAC-SHA256 with the endpoint’s secret. v1a: Ed25519, its public key at /.well-known/jwks.json. */
  signatures?: ReadonlyArray<'v1' | 'v1a'> | undefined
  /** For yourself. */
  description?: string | undefined
  /** Callbacks under way at once; one, while the endpoint fails. From 1 to 100. */
  concurrency_max?: number | undefined
  /** Callbacks begun in a second. From 1 to 10000. */
  per_second_max?: number | undefined
}

/** The answer of PATCH /v1/endpoints/{id}. */
export type UpdateEndpointResult = Endpoint

/** The answer of DELETE /v1/endpoints/{id}. */
export type DeleteEndpointResult = Endpoint

/** The answer of POST /v1/endpoints/{id}/pause. */
export type PauseEndpointResult = Endpoint

/** The answer of POST /v1/endpoints/{id}/resume. */
export type ResumeEndpointResult = Endpoint

/** The answer of POST /v1/endpoints/{id}/test. */
export type TestEndpointResult = Endpoint

/** The body of POST /v1/endpoints/{id}/simulate. */
export interface SimulateEventBody {
  /** Which type to make a sample of. */
  type:
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made'
}

/** The answer of POST /v1/endpoints/{id}/simulate. */
export type SimulateEventResult = DeliverySummary

/** The body of POST /v1/endpoints/{id}/replay. */
export interface ReplayEndpointBody {
  /** What was first due at this time or later. */
  since?: string | undefined
  /** From this sequence of the endpoint on. At least 1. */
  from_sequence?: number | undefined
  /** Up to this sequence of the endpoint. At least 1. */
  to_sequence?: number | undefined
  /** Only what arrived, or only what was given up; both when left out. */
  state?: 'delivered' | 'dead' | undefined
}

/** The answer of POST /v1/endpoints/{id}/replay. */
export type ReplayEndpointResult = Replayed

/** The query of GET /v1/deliveries. */
export interface ListDeliveriesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** The id of an endpoint. */
  endpoint?: string | undefined
  state?: 'due' | 'delivered' | 'dead' | 'dropped' | undefined
  type?:
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made' | undefined
  /** The id of an event. */
  event?: string | undefined
}

/** The answer of GET /v1/deliveries. */
export interface ListDeliveriesResult {
  data: DeliverySummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /v1/deliveries/{id}. */
export type GetDeliveryResult = Delivery

/** The answer of POST /v1/deliveries/{id}/replay. */
export type ReplayDeliveryResult = DeliverySummary

/** The query of GET /v1/events/{id}/deliveries. */
export interface ListEventDeliveriesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/events/{id}/deliveries. */
export interface ListEventDeliveriesResult {
  data: DeliverySummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /v1/events. */
export interface ListEventsQuery {
  /** How many to answer at most. From 1 to 1000. 100 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. It takes the place of after. */
  cursor?: string | undefined
  /** Only events with a greater sequence: that of the last one you have. At least 0. */
  after?: number | undefined
  /** Only these types; repeat the parameter for several. */
  types?: ReadonlyArray<
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made'> | undefined
}

/** The answer of GET /v1/events. */
export interface ListEventsResult {
  data: Event[]
  /** Whether there are more now; with types, such a page may be short. */
  has_more: boolean
  /** Send it as cursor, now or later, to read on. */
  next_cursor: string
}

/** The answer of GET /v1/events/{id}. */
export type GetEventResult = Event

/** The query of GET /v1/events/stream. */
export interface StreamEventsQuery {
  /** Only events with a greater sequence: that of the last one you have. Last-Event-ID takes its place. At least 0. */
  after?: number | undefined
  /** Only these types; repeat the parameter for several. */
  types?: ReadonlyArray<
    | 'order.completed' | 'order.partial' | 'order.awaiting_approval' | 'order.rejected' | 'order.expired'
    | 'order.cancelled' | 'order.reversed' | 'order.refunded' | 'order.voided' | 'bulk_order.confirmed'
    | 'bulk_order.awaiting_approval' | 'bulk_order.ended' | 'standing_order.ran' | 'standing_order.paused'
    | 'hold.broken' | 'reveals.alert' | 'wallet.deposited' | 'wallet.adjusted' | 'key.created' | 'key.revoked'
    | 'encryption_key.registered' | 'encryption_key.retired' | 'stock.changed' | 'price.changed' | 'endpoint.failing'
    | 'endpoint.disabled' | 'endpoint.test' | 'checkout.completed' | 'checkout.refunded' | 'link.paused'
    | 'link.sold_out' | 'link.ended' | 'complaint.opened' | 'settlement.made'> | undefined
  /**
   * The stream ends after this long; connect anew with Last-Event-ID. 0: it ends when it has shown what there is.
   * From 0 to 3600. 3600 when left out.
   */
  close_after_seconds?: number | undefined
}

/** The query of GET /v1/subscriptions. */
export interface ListSubscriptionsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  kind?: 'stock' | 'price' | undefined
  state?: 'active' | 'paused' | undefined
}

/** The answer of GET /v1/subscriptions. */
export interface ListSubscriptionsResult {
  data: Subscription[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/subscriptions. */
export interface CreateSubscriptionBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** stock: codes that can be bought. price: your own price of one. */
  kind: 'stock' | 'price'
  /** One of the three. */
  scope: SubscriptionScope
  /**
   * any: the stock, or your price, is another than was last told. For stock also, below, above: it crosses the
   * threshold; out: nothing is left; back: there is some again. For a price: any.
   */
  condition: 'any' | 'below' | 'above' | 'out' | 'back'
  /** For below and above: the number of codes that stock is less than, or more than. From 0 to 2147483647. */
  threshold?: number | undefined
  /**
   * There is one message at most per SKU in so many seconds, and it tells what is then. From 1 to 86400. 10 when left
   * out.
   */
  interval_seconds?: number | undefined
}

/** The answer of POST /v1/subscriptions. */
export type CreateSubscriptionResult = SubscriptionWithValues

/** The answer of GET /v1/subscriptions/{id}. */
export type GetSubscriptionResult = SubscriptionWithValues

/** The body of PATCH /v1/subscriptions/{id}. */
export interface UpdateSubscriptionBody {
  /**
   * any: the stock, or your price, is another than was last told. For stock also, below, above: it crosses the
   * threshold; out: nothing is left; back: there is some again. For a price: any.
   */
  condition?: 'any' | 'below' | 'above' | 'out' | 'back' | undefined
  /** For below and above: the number of codes that stock is less than, or more than. From 0 to 2147483647. */
  threshold?: number | undefined
  /** There is one message at most per SKU in so many seconds, and it tells what is then. From 1 to 86400. */
  interval_seconds?: number | undefined
}

/** The answer of PATCH /v1/subscriptions/{id}. */
export type UpdateSubscriptionResult = Subscription

/** The answer of DELETE /v1/subscriptions/{id}. */
export type DeleteSubscriptionResult = Subscription

/** The answer of POST /v1/subscriptions/{id}/pause. */
export type PauseSubscriptionResult = Subscription

/** The answer of POST /v1/subscriptions/{id}/resume. */
export type ResumeSubscriptionResult = Subscription

/** The query of GET /v1/hosts. */
export interface ListHostsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  state?: 'active' | 'archived' | undefined
}

/** The answer of GET /v1/hosts. */
export interface ListHostsResult {
  data: Host[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/hosts. */
export interface CreateHostBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** A name for people. */
  name: string
  /**
   * The part of what buyers pay that you owe the host: from 0 to 1, at most four digits after the point. Links that
   * name no commission of their own are made with it. "0" when left out.
   */
  commission_rate?: string | undefined
}

/** The answer of POST /v1/hosts. */
export type CreateHostResult = Host

/** The answer of GET /v1/hosts/{id}. */
export type GetHostResult = Host

/** The body of PATCH /v1/hosts/{id}. */
export interface UpdateHostBody {
  /** A name for people. */
  name?: string | undefined
  /**
   * The part of what buyers pay that you owe the host: from 0 to 1, at most four digits after the point. Links that
   * are there already keep the one they were made with.
   */
  commission_rate?: string | undefined
  /** archived: no new link or session may name the host; those there are go on. */
  state?: 'active' | 'archived' | undefined
}

/** The answer of PATCH /v1/hosts/{id}. */
export type UpdateHostResult = Host

/** The query of GET /v1/sessions. */
export interface ListSessionsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  state?: 'scheduled' | 'live' | 'ended' | undefined
  /** The id of a host: who sells in a stream. */
  host?: string | undefined
}

/** The answer of GET /v1/sessions. */
export interface ListSessionsResult {
  data: Session[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/sessions. */
export interface CreateSessionBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** One line, shown as text. */
  title: string
  /** Who sells in it; links made in it are this host’s unless they say otherwise. */
  host?: string | null | undefined
  /** When the stream begins; from then on it is live. Left out: now. */
  starts_at?: string | undefined
}

/** The answer of POST /v1/sessions. */
export type CreateSessionResult = Session

/** The answer of GET /v1/sessions/{id}. */
export type GetSessionResult = Session

/** The body of PATCH /v1/sessions/{id}. */
export interface UpdateSessionBody {
  /** One line, shown as text. */
  title?: string | undefined
  /** Who sells in it. Links that are there already keep their host. */
  host?: string | null | undefined
  /** When the stream begins; from then on it is live. Left out: now. */
  starts_at?: string | undefined
}

/** The answer of PATCH /v1/sessions/{id}. */
export type UpdateSessionResult = Session

/** The answer of POST /v1/sessions/{id}/end. */
export type EndSessionResult = Session

/** The answer of POST /v1/sessions/{id}/rotate-addresses. */
export type RotateSessionAddressesResult = Session

/** The answer of GET /v1/sessions/{id}/report. */
export type GetSessionReportResult = SessionReport

/** The query of GET /v1/sessions/{id}/live. */
export interface StreamSessionLiveQuery {
  /** Ends the stream after so many seconds; 0: after what is so now. From 0 to 3600. 3600 when left out. */
  close_after_seconds?: number | undefined
}

/** The query of GET /v1/links. */
export interface ListLinksQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  state?: 'scheduled' | 'active' | 'paused' | 'sold_out' | 'ended' | undefined
  /** The id of a session: one stream. */
  session?: string | undefined
  /** The id of a host: who sells in a stream. */
  host?: string | undefined
  /** The one with this slug. */
  slug?: string | undefined
}

/** The answer of GET /v1/links. */
export interface ListLinksResult {
  data: Link[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/links. */
export interface CreateLinkBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /**
   * The end of its address, /l/{slug}: small letters, digits and hyphens, unique in the world. Left out: ten
   * characters that nobody guesses. In the test world it is put behind test-, and none begins so in the live one.
   */
  slug?: string | undefined
  /** shared: for everybody. one_time: ended by the first purchase. Default: shared. */
  kind?: 'shared' | 'one_time' | undefined
  /** One line, shown as text. */
  title: string
  /** Shown below the title, as text. */
  description?: string | undefined
  /** How the code is redeemed: shown with it, as text. */
  redeem_note?: string | undefined
  /** A picture for the page: https, without user or password. */
  picture_url?: string | null | undefined
  /** The stream it is sold in, by which its sales are counted and settled. */
  session?: string | null | undefined
  /** Whose sales they are; left out: the host of the session. */
  host?: string | null | undefined
  /**
   * What is sold, in the order it is shown; all in one currency. No price may be below the SKU’s floor and its
   * minimum retail price, nor below what you pay for it together with the commission (link_price_too_low).
   */
  skus: readonly LinkSkuWish[]
  /** How many pieces it sells at most; null: as many as there are. A one-time link has none. From 1 to 10000000. */
  quota?: number | null | undefined
  /** How many pieces one buyer may buy; null: as many as there are. From 1 to 10000000. */
  quota_per_buyer?: number | null | undefined
  /** When it begins to sell; null: at once. */
  starts_at?: string | null | undefined
  /** When it ends; null: when you end it. */
  ends_at?: string | null | undefined
  /**
   * What of a purchase you owe the host: a part of what the buyer pays, or an amount for a piece. One of the two.
   * Left out: the host’s rate, as it is now.
   */
  commission?: CommissionWish | undefined
}

/** The answer of POST /v1/links. */
export type CreateLinkResult = Link

/** The answer of GET /v1/links/{id}. */
export type GetLinkResult = Link

/** The body of PATCH /v1/links/{id}. */
export interface UpdateLinkBody {
  /**
   * The version you have seen: when it is not the present one any more, nothing is changed (state_conflict). From 1
   * to 2147483647.
   */
  version: number
  /** One line, shown as text. */
  title?: string | undefined
  /** Shown below the title, as text. */
  description?: string | undefined
  /** How the code is redeemed: shown with it, as text. */
  redeem_note?: string | undefined
  /** A picture for the page: https, without user or password. */
  picture_url?: string | null | undefined
  /** Only as long as nothing was bought, nor is being paid for. */
  session?: string | null | undefined
  /** Whose sales they are from now on; the commission stays. */
  host?: string | null | undefined
  /**
   * All that is sold from now on, in the link’s currency, under the same rules as in a new link. Who is paying
   * already pays the price that was agreed.
   */
  skus?: readonly LinkSkuWish[] | undefined
  /** Not below what was sold and is being paid for. From 1 to 10000000. */
  quota?: number | null | undefined
  /** How many pieces one buyer may buy; null: as many as there are. From 1 to 10000000. */
  quota_per_buyer?: number | null | undefined
  /** Only until it has begun: pause it then. null: at once. */
  starts_at?: string | null | undefined
  /** When it ends; null: when you end it. */
  ends_at?: string | null | undefined
  /**
   * What of a purchase you owe the host: a part of what the buyer pays, or an amount for a piece. One of the two. Of
   * purchases that begin from now on.
   */
  commission?: CommissionWish | undefined
}

/** The answer of PATCH /v1/links/{id}. */
export type UpdateLinkResult = Link

/** The query of GET /v1/links/{id}/changes. */
export interface ListLinkChangesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/links/{id}/changes. */
export interface ListLinkChangesResult {
  data: LinkChange[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of POST /v1/links/{id}/pause. */
export type PauseLinkResult = Link

/** The answer of POST /v1/links/{id}/resume. */
export type ResumeLinkResult = Link

/** The answer of POST /v1/links/{id}/end. */
export type EndLinkResult = Link

/** The query of GET /v1/checkouts. */
export interface ListCheckoutsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** The id of a purchase link. */
  link?: string | undefined
  /** The id of a session: one stream. */
  session?: string | undefined
  state?: 'open' | 'completed' | 'expired' | 'cancelled' | 'refunding' | 'refunded' | undefined
  /** Begun then or later. */
  created_from?: string | undefined
  /** Begun earlier than that. */
  created_before?: string | undefined
}

/** The answer of GET /v1/checkouts. */
export interface ListCheckoutsResult {
  data: CheckoutSummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /v1/checkouts/{id}. */
export type GetCheckoutResult = Checkout

/** The query of GET /v1/complaints. */
export interface ListComplaintsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** The id of a purchase link. */
  link?: string | undefined
  /** The id of a checkout: one buyer’s purchase. */
  checkout?: string | undefined
  state?: 'open' | undefined
}

/** The answer of GET /v1/complaints. */
export interface ListComplaintsResult {
  data: Complaint[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /v1/complaints/{id}. */
export type GetComplaintResult = Complaint

/** The query of GET /v1/settlements. */
export interface ListSettlementsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only of this session. */
  session?: string | undefined
  /** Only of sales from this day on. */
  day_from?: string | undefined
  /** Only of sales up to this day. */
  day_to?: string | undefined
}

/** The answer of GET /v1/settlements. */
export interface ListSettlementsResult {
  data: SettlementSummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /v1/settlements/{id}. */
export type GetSettlementResult = Settlement

/** The query of GET /v1/settlements/{id}/lines. */
export interface ListSettlementLinesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/settlements/{id}/lines. */
export interface ListSettlementLinesResult {
  data: SettlementLine[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /v1/hosts/{id}/balance. */
export type GetHostBalanceResult = HostBalance

/** The body of POST /v1/hosts/{id}/payouts. */
export interface CreatePayoutBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** What you have paid the host; above zero, and no more than is due. */
  amount: Money
  /** How it was paid, for your own books. "" when left out. */
  note?: string | undefined
}

/** The answer of POST /v1/hosts/{id}/payouts. */
export type CreatePayoutResult = Payout

/** The query of GET /v1/payouts. */
export interface ListPayoutsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only those to this host. */
  host?: string | undefined
}

/** The answer of GET /v1/payouts. */
export interface ListPayoutsResult {
  data: Payout[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /v1/payouts/{id}. */
export type GetPayoutResult = Payout

/** The query of GET /v1/gateways. */
export interface ListGatewaysQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/gateways. */
export interface ListGatewaysResult {
  data: Gateway[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /v1/deposits. */
export interface ListDepositsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /v1/deposits. */
export interface ListDepositsResult {
  data: WalletDeposit[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /v1/deposits. */
export interface StartDepositBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** How much, in the currency of a wallet of yours, with no more decimals than the currency has. */
  amount: Money
  /** A gateway of GET /v1/gateways that takes the currency. */
  gateway: string
  /**
   * Where the browser is sent after paying: https, without a user or password (http only for this machine, to try
   * out). Left out, a page of ours says that it may be closed. Coming back says nothing about the money: ask for the
   * deposit.
   */
  return_url?: string | undefined
}

/** The answer of POST /v1/deposits. */
export type StartDepositResult = WalletDeposit

/** The answer of GET /v1/deposits/{id}. */
export type GetDepositResult = WalletDeposit

/** The body of POST /v1/sandbox/stock. */
export type FillSandboxStockBody = FillStock

/** The answer of POST /v1/sandbox/stock. */
export type FillSandboxStockResult = SandboxStock

/** The body of POST /v1/sandbox/balance. */
export type SetSandboxBalanceBody = SetBalance

/** The answer of POST /v1/sandbox/balance. */
export type SetSandboxBalanceResult = Wallet

/** The body of POST /v1/sandbox/level. */
export type SetSandboxLevelBody = SetLevel

/** The answer of POST /v1/sandbox/level. */
export type SetSandboxLevelResult = SandboxReseller

/** The answer of POST /v1/sandbox/settle. */
export type SettleSandboxResult = SandboxSettlements

/** The answer of POST /v1/sandbox/reset. */
export type ResetSandboxResult = SandboxReseller

/** The query of GET /v1/sandbox/strikes. */
export interface ListSandboxStrikesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  fault?:
    | 'timeout_before_commit' | 'timeout_after_commit' | 'reset_before_commit' | 'reset_after_commit'
    | 'error_before_commit' | 'error_after_commit' | 'unavailable' | 'rate_limited' | 'slow_answer' | 'out_of_stock'
    | 'partial_stock' | 'price_change' | 'quote_expiry' | 'supplier_unknown' | 'callback_duplicate' | 'callback_late'
    | 'callback_out_of_order' | 'callback_forged' | undefined
  reference?: string | undefined
}

/** The answer of GET /v1/sandbox/strikes. */
export interface ListSandboxStrikesResult {
  data: SandboxStrike[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of PUT /admin/v1/levels/{id}. */
export interface PutLevelBody {
  /** A name for people. */
  name: string
  /** Where the level stands among the others, lowest first. From 0 to 1000. */
  rank: number
  /** How many requests may be sent in a minute. From 1 to 10000000. */
  requests_per_minute: number
  /** For how many seconds a reseller of this level may hold stock. From 30 to 900. 900 when left out. */
  hold_seconds_max?: number | undefined
  /** How many codes a reseller of this level may hold at once; 0: none. From 0 to 100000000. 10000 when left out. */
  held_codes_max?: number | undefined
}

/** The answer of PUT /admin/v1/levels/{id}. */
export type PutLevelResult = Level

/** The query of GET /admin/v1/levels. */
export interface ListLevelsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /admin/v1/levels. */
export interface ListLevelsResult {
  data: Level[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /admin/v1/resellers. */
export interface ListResellersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  status?: 'active' | 'suspended' | 'closed' | undefined
  /** The id of a level, chosen by the operator. */
  level?: string | undefined
}

/** The answer of GET /admin/v1/resellers. */
export interface ListResellersResult {
  data: Reseller[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /admin/v1/resellers. */
export interface CreateResellerBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** A name for people. */
  name: string
  /** The id of a level, chosen by the operator. */
  level: string
  /** ISO 4217 currency code. */
  currency: Currency
}

/** The answer of POST /admin/v1/resellers. */
export type CreateResellerResult = Reseller

/** The answer of GET /admin/v1/resellers/{id}. */
export type GetResellerResult = Reseller

/** The body of PATCH /admin/v1/resellers/{id}. */
export interface UpdateResellerBody {
  /** A name for people. */
  name?: string | undefined
  /** The id of a level, chosen by the operator. */
  level?: string | undefined
  /** active and suspended may follow each other; closed is for good. */
  status?: 'active' | 'suspended' | 'closed' | undefined
}

/** The answer of PATCH /admin/v1/resellers/{id}. */
export type UpdateResellerResult = Reseller

/** The query of GET /admin/v1/resellers/{id}/keys. */
export interface ListResellerKeysQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /admin/v1/resellers/{id}/keys. */
export interface ListResellerKeysResult {
  data: ApiKey[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /admin/v1/resellers/{id}/keys. */
export interface CreateResellerKeyBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** A name for people. */
  name: string
  /** hmac-sha256: we make a secret and show it once. ed25519: you register a public key and we never hold a secret. */
  algorithm: 'hmac-sha256' | 'ed25519'
  /** The public half of an Ed25519 key pair, a JWK (RFC 8037): kty OKP, crv Ed25519, x. With algorithm ed25519 only. */
  public_key?: {
    kty: string
    crv: string
    /** 32 bytes, base64url. */
    x: string
  } | undefined
  /**
   * Addresses and CIDR ranges to use the key from; empty allows all. Left out: as the key that signs, if of one
   * owner.
   */
  ip_allow?: readonly string[] | undefined
  /** From when on the key is no good; null is never. */
  expires_at?: string | null | undefined
  /** A limit of the key’s own; null: the level’s holds. From 1 to 10000000. */
  requests_per_minute?: number | null | undefined
  /** Codes the key may reveal in a day (UTC), repeats included; null: as many as there are. From 0 to 100000000. */
  reveals_per_day?: number | null | undefined
  /**
   * Codes revealed in a day (UTC) from which on the reseller gets the event reveals.alert, once a day; null: never.
   * From 1 to 100000000.
   */
  reveals_alert_at?: number | null | undefined
  /** What the key may do. */
  scopes: ReadonlyArray<
    | 'catalog:read' | 'stock:read' | 'orders:read' | 'orders:write' | 'orders:approve' | 'codes:read' | 'wallet:read'
    | 'keys:write' | 'approvals:write' | 'callbacks:write' | 'links:read' | 'links:write' | 'wallet:deposit'>
}

/** The answer of POST /admin/v1/resellers/{id}/keys. */
export type CreateResellerKeyResult = CreatedApiKey

/** The query of GET /admin/v1/keys. */
export interface ListOperatorKeysQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /admin/v1/keys. */
export interface ListOperatorKeysResult {
  data: ApiKey[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /admin/v1/keys. */
export interface CreateOperatorKeyBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** A name for people. */
  name: string
  /** hmac-sha256: we make a secret and show it once. ed25519: you register a public key and we never hold a secret. */
  algorithm: 'hmac-sha256' | 'ed25519'
  /** The public half of an Ed25519 key pair, a JWK (RFC 8037): kty OKP, crv Ed25519, x. With algorithm ed25519 only. */
  public_key?: {
    kty: string
    crv: string
    /** 32 bytes, base64url. */
    x: string
  } | undefined
  /**
   * Addresses and CIDR ranges to use the key from; empty allows all. Left out: as the key that signs, if of one
   * owner.
   */
  ip_allow?: readonly string[] | undefined
  /** From when on the key is no good; null is never. */
  expires_at?: string | null | undefined
  /** A limit of the key’s own; null: the level’s holds. From 1 to 10000000. */
  requests_per_minute?: number | null | undefined
  /** What the key may do; no more than the key that signs. admin:* is everything. */
  scopes: ReadonlyArray<
    | 'admin:read' | 'admin:resellers' | 'admin:catalog' | 'admin:stock' | 'admin:money' | 'admin:*'>
}

/** The answer of POST /admin/v1/keys. */
export type CreateOperatorKeyResult = CreatedApiKey

/** The body of PATCH /admin/v1/keys/{id}. */
export interface UpdateKeyBody {
  /** A name for people. */
  name?: string | undefined
  /** Addresses and CIDR ranges to use the key from; empty allows all. */
  ip_allow?: readonly string[] | undefined
  /** Codes the key may reveal in a day (UTC), repeats included; null: as many as there are. From 0 to 100000000. */
  reveals_per_day?: number | null | undefined
  /**
   * Codes revealed in a day (UTC) from which on the reseller gets the event reveals.alert, once a day; null: never.
   * From 1 to 100000000.
   */
  reveals_alert_at?: number | null | undefined
}

/** The answer of PATCH /admin/v1/keys/{id}. */
export type UpdateKeyResult = ApiKey

/** The body of POST /admin/v1/keys/{id}/rotate. */
export interface RotateOperatorKeyBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** How long the old key is still good; 0: no longer. From 0 to 2592000. 86400 when left out. */
  overlap_seconds?: number | undefined
  /** The public half of an Ed25519 key pair, a JWK (RFC 8037): kty OKP, crv Ed25519, x. With algorithm ed25519 only. */
  public_key?: {
    kty: string
    crv: string
    /** 32 bytes, base64url. */
    x: string
  } | undefined
  /** When the new key expires; left out, it lives as long as the old one was made for. */
  expires_at?: string | null | undefined
}

/** The answer of POST /admin/v1/keys/{id}/rotate. */
export type RotateOperatorKeyResult = CreatedApiKey

/** The answer of POST /admin/v1/keys/{id}/revoke. */
export type RevokeAnyKeyResult = ApiKey

/** The query of GET /admin/v1/resellers/{id}/orders. */
export interface AdminListOrdersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only the order with this reference. */
  reference?: string | undefined
  /** Only the order with this number. At least 1. */
  number?: number | undefined
  state?:
    | 'awaiting_approval' | 'reserved' | 'completed' | 'partial' | 'reversed' | 'cancelled' | 'rejected' | 'expired'
    | 'void' | undefined
}

/** The answer of GET /admin/v1/resellers/{id}/orders. */
export interface AdminListOrdersResult {
  data: OrderSummary[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /admin/v1/resellers/{id}/orders/{order}. */
export type AdminGetOrderResult = Order

/** The query of GET /admin/v1/reveals. */
export interface AdminListRevealsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only reveals of this order. */
  order?: string | undefined
  /** Only reveals by this key. */
  key?: string | undefined
  /** Only reveals of this reseller. */
  reseller?: string | undefined
}

/** The answer of GET /admin/v1/reveals. */
export interface AdminListRevealsResult {
  data: OperatorReveal[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /admin/v1/resellers/{id}/deposits. */
export interface CreateDepositBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** Above zero, with no more decimals than the currency has. */
  amount: Money
  /** Why; the reseller sees it with a transfer. */
  reason: string
}

/** The answer of POST /admin/v1/resellers/{id}/deposits. */
export type CreateDepositResult = OperatorTransfer

/** The body of POST /admin/v1/resellers/{id}/adjustments. */
export interface CreateAdjustmentBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  /** Above zero: into the wallet; below zero: out of it. As many decimals as the currency has. */
  amount: Money
  /** Why; the reseller sees it with a transfer. */
  reason: string
}

/** The answer of POST /admin/v1/resellers/{id}/adjustments. */
export type CreateAdjustmentResult = OperatorTransfer

/** The body of PUT /admin/v1/resellers/{id}/wallets/{currency}. */
export interface SetCreditLimitBody {
  /** How far below zero the balance may go; 0 is no credit. */
  credit_limit: Money
  /** Why; the reseller sees it with a transfer. */
  reason: string
}

/** The answer of PUT /admin/v1/resellers/{id}/wallets/{currency}. */
export type SetCreditLimitResult = Wallet

/** The query of GET /admin/v1/resellers/{id}/wallets. */
export interface ListResellerWalletsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /admin/v1/resellers/{id}/wallets. */
export interface ListResellerWalletsResult {
  data: Wallet[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /admin/v1/resellers/{id}/wallets/{currency}/transfers. */
export interface ListResellerTransfersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  kind?:
    | 'order' | 'hold' | 'release' | 'refund' | 'deposit' | 'adjustment' | 'cost' | 'receipt' | 'commission' | 'return'
    | 'payback' | 'settlement' | 'payout' | 'banked' | undefined
  /** Only transfers from this time on (RFC 3339). */
  created_from?: string | undefined
  /** Only transfers before this time (RFC 3339). */
  created_before?: string | undefined
}

/** The answer of GET /admin/v1/resellers/{id}/wallets/{currency}/transfers. */
export interface ListResellerTransfersResult {
  data: OperatorTransfer[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /admin/v1/books. */
export type ProveBooksResult = Books

/** The body of PUT /admin/v1/issuers/{id}. */
export interface PutIssuerBody {
  name: string
}

/** The answer of PUT /admin/v1/issuers/{id}. */
export type PutIssuerResult = Issuer

/** The query of GET /admin/v1/issuers. */
export interface ListIssuersQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /admin/v1/issuers. */
export interface ListIssuersResult {
  data: Issuer[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of PUT /admin/v1/categories/{id}. */
export interface PutCategoryBody {
  name: string
  /** The category it is part of; left out or null: none. */
  parent?: string | null | undefined
}

/** The answer of PUT /admin/v1/categories/{id}. */
export type PutCategoryResult = Category

/** The query of GET /admin/v1/categories. */
export interface AdminListCategoriesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /admin/v1/categories. */
export interface AdminListCategoriesResult {
  data: Category[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The query of GET /admin/v1/products. */
export interface AdminListProductsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  category?: string | undefined
  tag?: string | undefined
  kind?: 'code' | 'topup' | undefined
  /** Where it can be redeemed: GLOBAL, an ISO 3166 code, or a group of countries like EU. */
  region?: string | undefined
  /** Somewhere in the name, in upper or lower case. */
  q?: string | undefined
  /** The same thing as a plain number, for shops that need one; it counts nothing. At least 1. */
  number?: number | undefined
  /** synced_until of an earlier list with the same filters: only what changed since, delisted products included. */
  updated_after?: string | undefined
  status?: 'active' | 'paused' | 'delisted' | undefined
}

/** The answer of GET /admin/v1/products. */
export interface AdminListProductsResult {
  data: AdminProduct[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
  /**
   * A watermark, the same on every page. Send it as updated_after next time, with the same filters, and nothing that
   * changed is missed, however late it was committed; some of it may come twice.
   */
  synced_until: string
}

/** The body of POST /admin/v1/products. */
export interface CreateProductBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  name: string
  kind: 'code' | 'topup'
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  issuer: string
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  category?: string | null | undefined
  tags?: readonly string[] | undefined
  description?: string | undefined
  /** What a buyer must have or be to redeem it. */
  qualification_note?: string | undefined
  /** active by default. */
  status?: 'active' | 'paused' | undefined
}

/** The answer of POST /admin/v1/products. */
export type CreateProductResult = AdminProduct

/** The answer of GET /admin/v1/products/{id}. */
export type AdminGetProductResult = AdminProduct

/** The body of PATCH /admin/v1/products/{id}. */
export interface UpdateProductBody {
  name?: string | undefined
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  category?: string | null | undefined
  tags?: readonly string[] | undefined
  description?: string | undefined
  qualification_note?: string | undefined
  status?: 'active' | 'paused' | 'delisted' | undefined
}

/** The answer of PATCH /admin/v1/products/{id}. */
export type UpdateProductResult = AdminProduct

/** The body of POST /admin/v1/products/{id}/skus. */
export interface CreateSkuBody {
  /**
   * Your own number for this, unique per resource for ever: the idempotency key. The same fields again give the same
   * resource. Made by the SDK when it is left out.
   */
  reference?: string | undefined
  name: string
  face_value?: Money | null | undefined
  /** Where it can be redeemed: GLOBAL, an ISO 3166 code, or a group of countries like EU. */
  region?: string | undefined
  /** ISO 4217 currency code. */
  currency: Currency
  /** active by default. */
  status?: 'active' | 'paused' | undefined
  /** 1 by default; a multiple of the step. From 1 to 1000000. */
  quantity_min?: number | undefined
  /** 1000000 by default. From 1 to 1000000. */
  quantity_max?: number | undefined
  /** 1 by default. From 1 to 1000000. */
  quantity_step?: number | undefined
}

/** The answer of POST /admin/v1/products/{id}/skus. */
export type CreateSkuResult = AdminSku

/** The query of GET /admin/v1/skus. */
export interface ListSkusQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** The same thing as a plain number, for shops that need one; it counts nothing. At least 1. */
  number?: number | undefined
  /** The id of a product. */
  product?: string | undefined
}

/** The answer of GET /admin/v1/skus. */
export interface ListSkusResult {
  data: AdminSku[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /admin/v1/skus/{id}. */
export type GetSkuResult = AdminSku

/** The body of PATCH /admin/v1/skus/{id}. */
export interface UpdateSkuBody {
  name?: string | undefined
  face_value?: Money | null | undefined
  /** Where it can be redeemed: GLOBAL, an ISO 3166 code, or a group of countries like EU. */
  region?: string | undefined
  status?: 'active' | 'paused' | 'delisted' | undefined
  /** A multiple of the step. From 1 to 1000000. */
  quantity_min?: number | undefined
  /** Not below the minimum. From 1 to 1000000. */
  quantity_max?: number | undefined
  /** A quantity must be a multiple of it. From 1 to 1000000. */
  quantity_step?: number | undefined
}

/** The answer of PATCH /admin/v1/skus/{id}. */
export type UpdateSkuResult = AdminSku

/** The query of GET /admin/v1/prices. */
export interface ListPriceRulesQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** The id of a SKU. */
  sku?: string | undefined
  /** The id of a reseller. */
  reseller?: string | undefined
  /** Chosen by the operator: lower-case letters, digits, - and _. */
  level?: string | undefined
  kind?:
    | 'list' | 'level' | 'contract' | 'level_discount' | 'quantity_break' | 'floor' | 'minimum_retail' | undefined
  /** true: also what was replaced or ended. Otherwise only what is in force. */
  history?: boolean | undefined
}

/** The answer of GET /admin/v1/prices. */
export interface ListPriceRulesResult {
  data: PriceRule[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The body of POST /admin/v1/prices. */
export interface SetPricesBody {
  /** All are set, or none. */
  rules: readonly PriceRuleDraft[]
}

/** The answer of POST /admin/v1/prices. */
export type SetPricesResult = SetPriceRules

/** The body of POST /admin/v1/prices/end. */
export interface EndPricesBody {
  /** All are ended, or none. */
  ids: readonly string[]
  /** A price may fall below cost by it, and that is meant. */
  deliberate_loss?: boolean | undefined
  reason: string
}

/** The answer of POST /admin/v1/prices/end. */
export type EndPricesResult = EndedPriceRules

/** The query of GET /admin/v1/prices/explain. */
export interface ExplainPriceQuery {
  /** The id of a SKU. */
  sku: string
  /** The id of a reseller. */
  reseller: string
  /** From 1 to 1000000. */
  quantity: number
}

/** The answer of GET /admin/v1/prices/explain. */
export type ExplainPriceResult = ExplainedPrice

/** The body of POST /admin/v1/imports. */
export type CreateImportBody = CreateImport

/** The answer of POST /admin/v1/imports. */
export type CreateImportResult = Import

/** The answer of GET /admin/v1/imports/{id}. */
export type GetImportResult = Import

/** The answer of PUT /admin/v1/imports/{id}/parts/{part}. */
export type PutImportPartResult = ImportPart

/** The answer of POST /admin/v1/imports/{id}/commit. */
export type CommitImportResult = Import

/** The answer of POST /admin/v1/imports/{id}/abort. */
export type AbortImportResult = Import

/** The query of GET /admin/v1/lots. */
export interface ListLotsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only the lots of this SKU. */
  sku?: string | undefined
}

/** The answer of GET /admin/v1/lots. */
export interface ListLotsResult {
  data: Lot[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /admin/v1/lots/{id}. */
export type GetLotResult = Lot

/** The body of POST /admin/v1/lots/{id}/recall. */
export type RecallLotBody = RecallLot

/** The answer of POST /admin/v1/lots/{id}/recall. */
export type RecallLotResult = Lot

/** The body of POST /admin/v1/codes/void. */
export type VoidCodesBody = VoidCodes

/** The answer of POST /admin/v1/codes/void. */
export type VoidCodesResult = VoidedCodes

/** The answer of GET /admin/v1/stock/proof. */
export type ProveStockResult = StockProof

/** The query of GET /admin/v1/callbacks. */
export interface ListCallbacksQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** true: only those that fail, are disabled, or wait for us. */
  failing?: boolean | undefined
  /** Only endpoints of this reseller. */
  reseller?: string | undefined
}

/** The answer of GET /admin/v1/callbacks. */
export interface ListCallbacksResult {
  data: EndpointWatch[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of GET /admin/v1/gateways/{id}. */
export type AdminGetGatewayResult = ConfiguredGateway

/** The body of PUT /admin/v1/gateways/{id}. */
export interface PutGatewayBody {
  /** Who runs it. */
  kind: 'sandbox' | 'alipay' | 'wechatpay' | 'stripe'
  /** A name for people. */
  name: string
  /** A name for people. */
  name_zh: string
  /** What it takes. */
  currencies: readonly Currency[]
  /** disabled: it takes no new payments, and finishes those it has. Left out: enabled. */
  state?: 'enabled' | 'disabled' | undefined
  /**
   * The account, as its kind needs it (docs: payments). It is sealed and never shown again; left out, the one there
   * is stays.
   */
  config?: Record<string, unknown> | undefined
}

/** The answer of PUT /admin/v1/gateways/{id}. */
export type PutGatewayResult = ConfiguredGateway

/** The query of GET /admin/v1/gateways. */
export interface AdminListGatewaysQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
}

/** The answer of GET /admin/v1/gateways. */
export interface AdminListGatewaysResult {
  data: ConfiguredGateway[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of POST /admin/v1/gateways/{id}/enable. */
export type EnableGatewayResult = ConfiguredGateway

/** The answer of POST /admin/v1/gateways/{id}/disable. */
export type DisableGatewayResult = ConfiguredGateway

/** The query of GET /admin/v1/paybacks. */
export interface AdminListPaybacksQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  /** next_cursor of the page before, with the same filters. */
  cursor?: string | undefined
  /** Only those in this state. */
  state?: 'due' | 'sent' | 'succeeded' | 'failed' | undefined
}

/** The answer of GET /admin/v1/paybacks. */
export interface AdminListPaybacksResult {
  data: Payback[]
  has_more: boolean
  /** Send it as cursor to read on; null at the end. */
  next_cursor: string | null
}

/** The answer of POST /admin/v1/paybacks/{id}/retry. */
export type RetryPaybackResult = Payback

/** The body of POST /v1/debug/signature. */
export type DebugSignatureBody = DebugSignature

/** The answer of POST /v1/debug/signature. */
export type DebugSignatureResult = SignatureReport

/** The data of events, by type. */
export interface EventData {
  /** An order was delivered in full. */
  'order.completed': {
    order: OrderSummary
  }
  /** An order was delivered in part (fill: partial). */
  'order.partial': {
    order: OrderSummary
  }
  /** An order is set aside until a second key approves it. */
  'order.awaiting_approval': {
    order: OrderSummary
  }
  /** A second key rejected an order; what was set aside is free again. */
  'order.rejected': {
    order: OrderSummary
  }
  /** Nobody approved an order in time; what was set aside is free again. */
  'order.expired': {
    order: OrderSummary
  }
  /** An order that was set aside was cancelled. */
  'order.cancelled': {
    order: OrderSummary
  }
  /** All codes of an order were given back unrevealed, and refunded. */
  'order.reversed': {
    order: OrderSummary
    refund: RefundSummary
  }
  /** Some codes of an order were given back unrevealed, and refunded. */
  'order.refunded': {
    order: OrderSummary
    refund: RefundSummary
  }
  /** A reference was made unusable before an order came with it. */
  'order.voided': {
    order: OrderSummary
  }
  /** A bulk order was confirmed and is being bought. */
  'bulk_order.confirmed': {
    bulk_order: BulkOrderSummary
  }
  /** A bulk order is set aside until a second key approves it. */
  'bulk_order.awaiting_approval': {
    bulk_order: BulkOrderSummary
  }
  /** A bulk order has come to its end. */
  'bulk_order.ended': {
    bulk_order: BulkOrderSummary
  }
  /** A standing order ordered, was refused, or met its limit. */
  'standing_order.ran': {
    /** The id of a standing order. */
    standing_order: string
    run: StandingRun
  }
  /** A standing order pauses, by itself or because you said so. */
  'standing_order.paused': {
    /** The id of a standing order. */
    standing_order: string
    pause_reason: string | null
  }
  /** The stock behind a hold was withdrawn. */
  'hold.broken': {
    hold: Hold
  }
  /** A key revealed as many codes in a day as you wanted to be told of. */
  'reveals.alert': {
    /** The id of an API key; it says which world the key is of. */
    key: string
    name: string
    /** The day, UTC. */
    day: string
    /** Codes that the key revealed on it so far. */
    revealed: number
    reveals_alert_at: number
    reveals_per_day: number | null
  }
  /** Money came into a wallet. */
  'wallet.deposited': {
    /** The id of the transfer. */
    transfer: string
    amount: Money
    balance: Money
    reason: string
    /** The operator’s key. */
    created_by: string | null
  }
  /** The operator corrected a wallet. */
  'wallet.adjusted': {
    /** The id of the transfer. */
    transfer: string
    amount: Money
    balance: Money
    reason: string
    /** The operator’s key. */
    created_by: string | null
  }
  /** A key of yours was made. */
  'key.created': {
    /** The id of an API key; it says which world the key is of. */
    key: string
    name: string
    algorithm: 'hmac-sha256' | 'ed25519' | (string & {})
    scopes: Array<
      | 'catalog:read' | 'stock:read' | 'orders:read' | 'orders:write' | 'orders:approve' | 'codes:read'
      | 'wallet:read' | 'keys:write' | 'approvals:write' | 'callbacks:write' | 'links:read' | 'links:write'
      | 'wallet:deposit' | 'admin:read' | 'admin:resellers' | 'admin:catalog' | 'admin:stock' | 'admin:money'
      | 'admin:*' | (string & {})>
    /** RFC 3339, UTC. */
    expires_at: string | null
    /** The key it takes over from. */
    replaces: string | null
  }
  /** A key of yours was ended. */
  'key.revoked': {
    /** The id of an API key; it says which world the key is of. */
    key: string
    /** RFC 3339, UTC. */
    revoked_at: string
  }
  /** Deliveries are sealed to a key from now on. */
  'encryption_key.registered': {
    /** The id of an encryption key; the kid of what is sealed to it. */
    encryption_key: string
    name: string
    algorithm: string
  }
  /** Deliveries are no longer sealed to a key. */
  'encryption_key.retired': {
    /** The id of an encryption key; the kid of what is sealed to it. */
    encryption_key: string
    name: string
    /** RFC 3339, UTC. */
    retired_at: string
    /** The id of an encryption key; the kid of what is sealed to it. */
    replaced_by: string | null
  }
  /** The stock of a SKU did what a subscription of yours waits for. */
  'stock.changed': {
    /** The subscription that waits for this. */
    subscription: string
    /** Counts what the subscription told, without a gap. */
    subscription_sequence: number
    /** The id of a SKU. */
    sku: string
    /** What the subscription waits for, and now holds. */
    condition: 'any' | 'below' | 'above' | 'out' | 'back' | (string & {})
    /** Codes that can be bought now. */
    available: number
    /** What was told, or seen, before. */
    before: number | null
  }
  /** Your price of a SKU changed, and a subscription of yours waits for that. */
  'price.changed': {
    /** The subscription that waits for this. */
    subscription: string
    /** Counts what the subscription told, without a gap. */
    subscription_sequence: number
    /** The id of a SKU. */
    sku: string
    /** Your price of one now; null: there is none. */
    price: Money | null
    /** What was told, or seen, before. */
    before: Money | null
  }
  /** An endpoint has failed for a day. */
  'endpoint.failing': {
    /** The id of an endpoint. */
    endpoint: string
    url: string
    /** RFC 3339, UTC. */
    failing_since: string
    /** What its latest failure was answered; null: there was no answer. */
    last_status: number | null
    /** Why it failed, when it was not the status. */
    last_error: string | null
  }
  /** An endpoint gets nothing any more: it failed for five days, or answered 410. */
  'endpoint.disabled': {
    /** The id of an endpoint. */
    endpoint: string
    url: string
    /** RFC 3339, UTC. */
    failing_since: string
    /** What its latest failure was answered; null: there was no answer. */
    last_status: number | null
    /** Why it failed, when it was not the status. */
    last_error: string | null
    /** Why it gets nothing any more, in a sentence. */
    reason: string
  }
  /** You asked for a test of an endpoint; it goes to that endpoint alone. */
  'endpoint.test': {
    /** The id of an endpoint. */
    endpoint: string
    state: 'enabled' | 'paused' | 'disabled' | (string & {})
  }
  /** A buyer paid through a purchase link, and has the codes. */
  'checkout.completed': {
    /** The purchase. */
    checkout: string
    /** The purchase link. */
    link: string
    /** The session it belongs to, if to one. */
    session: string | null
    /** The order whose codes the buyer has. */
    order: string
    /** The id of a SKU. */
    sku: string
    quantity: number
    /** What the buyer paid. */
    total: Money
    /** What of it you paid for the codes. */
    wholesale: Money
    /** What of it you owe the host. */
    commission: Money
  }
  /** Money for which there was no code has gone back to a buyer. */
  'checkout.refunded': {
    /** The purchase. */
    checkout: string
    /** The purchase link. */
    link: string
    /** The session it belongs to, if to one. */
    session: string | null
    /** What the buyer has got back. */
    amount: Money
    reason:
      | 'paid_twice' | 'amount_mismatch' | 'currency_mismatch' | 'out_of_stock' | 'quota_reached' | 'not_for_sale'
      | 'wallet_refused' | (string & {})
  }
  /** A purchase link was paused. */
  'link.paused': {
    /** The purchase link. */
    link: string
    slug: string
    title: string
    /** The session it belongs to, if to one. */
    session: string | null
  }
  /** A purchase link has sold all it may, or all there is. */
  'link.sold_out': {
    /** The purchase link. */
    link: string
    slug: string
    title: string
    /** The session it belongs to, if to one. */
    session: string | null
  }
  /** A purchase link was ended, or its time is over. */
  'link.ended': {
    /** The purchase link. */
    link: string
    slug: string
    title: string
    /** The session it belongs to, if to one. */
    session: string | null
  }
  /** A buyer says that a code does not work. */
  'complaint.opened': {
    /** The complaint. */
    complaint: string
    /** The purchase. */
    checkout: string
    /** The purchase link. */
    link: string
    /** The order of the code. */
    order: string
    /** What the buyer wrote. */
    message: string
  }
  /** The sales of a day through purchase links were settled. */
  'settlement.made': {
    /** The settlement. */
    settlement: string
    /** The session it belongs to, if to one. */
    session: string | null
    /** The day of the sales, in China. */
    day: string
    sales: number
    /** What buyers paid. */
    gross: Money
    /** What of it you paid for codes. */
    wholesale: Money
    /** What of it you owe your hosts. */
    commission: Money
    /** What came into your wallet. */
    margin: Money
  }
}

/** The status that each code of a refusal comes with. */
export interface ProblemStatus {
  overloaded: 503
  database_unavailable: 503
  request_timeout: 408
  headers_too_large: 431
  malformed_request: 400
  not_found: 404
  method_not_allowed: 405
  unsupported_media_type: 415
  not_acceptable: 406
  body_too_large: 413
  body_not_allowed: 400
  signature_missing: 401
  token_not_accepted: 403
  signature_malformed: 401
  signature_expired: 401
  signature_in_future: 401
  signature_insufficient: 401
  signature_invalid: 401
  digest_missing: 401
  digest_malformed: 401
  digest_mismatch: 401
  nonce_reused: 401
  token_invalid: 401
  token_expired: 401
  key_revoked: 401
  key_expired: 401
  ip_not_allowed: 403
  reseller_suspended: 403
  scope_missing: 403
  sandbox_only: 403
  rate_limited: 429
  reveal_quota_exceeded: 429
  version_unknown: 400
  malformed_json: 400
  duplicate_json_key: 400
  forbidden_json_key: 400
  graphql_request_invalid: 400
  document_invalid: 400
  query_too_costly: 400
  invalid_request: 422
  sandbox_fault_invalid: 422
  cursor_invalid: 422
  reference_missing: 422
  reference_mismatch: 422
  reference_reused: 409
  reference_void: 409
  quote_not_found: 422
  quote_used: 409
  quote_expired: 409
  quote_changed: 409
  hold_not_found: 422
  hold_ended: 409
  hold_expired: 409
  hold_limit_exceeded: 409
  sku_not_found: 422
  sku_not_for_sale: 422
  price_missing: 422
  currency_mixed: 422
  quantity_out_of_bounds: 422
  quantity_off_step: 422
  wallet_missing: 409
  out_of_stock: 409
  price_above_max: 409
  insufficient_balance: 409
  budget_exceeded: 409
  codes_revealed: 409
  reversal_too_late: 409
  approval_by_maker: 403
  approval_expired: 409
  codes_not_revealed: 409
  delivery_sealed: 409
  bulk_file_unreadable: 422
  bulk_file_too_large: 413
  encryption_key_private: 422
  encryption_key_weak: 422
  url_not_allowed: 422
  callback_host_unknown: 422
  events_expired: 410
  link_price_too_low: 422
  gateway_not_found: 422
  gateway_unavailable: 503
  gateway_refused: 502
  payment_news_invalid: 401
  amount_out_of_bounds: 422
  link_not_started: 409
  link_paused: 409
  link_ended: 409
  link_sold_out: 409
  price_changed: 409
  contact_invalid: 422
  buyer_limit_reached: 409
  challenge_needed: 403
  checkout_ended: 409
  codes_of_buyer: 403
  in_use: 409
  state_conflict: 409
  price_below_cost: 409
  credit_in_use: 409
  import_part_unexpected: 409
  import_invalid: 422
  code_already_stocked: 409
  code_not_on_shelf: 409
  internal_error: 500
}
