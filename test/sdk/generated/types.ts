// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import type { Secret } from '../../../sdk/src/secret.ts'

export interface Category {
  id: string
}

export interface Issuer {
  id: string
}

export interface Money {
  /** A decimal number of major units. */
  amount: string
  /** ISO 4217 currency code. */
  currency: 'CNY' | 'USD' | (string & {})
}

export interface Order {
  id: string
  reference: string
  state: 'completed' | 'partly_completed' | 'refused' | (string & {})
  total: Money
}

export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  code: ProblemCode
  request_id?: string
  retryable: boolean
  errors?: Array<{
    pointer: string
    detail: string
  }>
}

/** Every code a refusal can have; the list may grow. */
export type ProblemCode =
  | 'not_found' | 'signature_invalid' | 'signature_expired' | 'rate_limited' | 'reference_reused'
  | 'insufficient_balance' | 'out_of_stock' | 'overloaded' | 'internal_error' | (string & {})

export interface Product {
  id: string
  name: string
  kind: 'code' | 'topup' | (string & {})
  'face-value': Money
}

export type Status = 'active' | 'suspended' | (string & {})

/** The answer of GET /v1/me. */
export interface GetMeResult {
  id: string
  status?: Status
  issuer?: Issuer
  category?: Category
  paid?: Money
  level: string | null
  limits?: Record<string, number>
}

/** The query of GET /v1/products. */
export interface ListProductsQuery {
  /** How many to answer at most. From 1 to 100. 20 when left out. */
  limit?: number | undefined
  cursor?: string | undefined
  kind?: 'code' | 'topup' | undefined
  tag?: string | readonly string[] | undefined
}

/** The answer of GET /v1/products. */
export interface ListProductsResult {
  data: Product[]
  has_more: boolean
  next_cursor: string | null
  synced_until?: string
}

/** The answer of GET /v1/products/{id}. */
export type GetProductResult = Product

/** The query of GET /v1/stock. */
export interface ReadStockQuery {
  sku: readonly string[]
}

/** The answer of GET /v1/stock. */
export interface ReadStockResult {
  data: Array<{
    sku: string
    available: number
  }>
}

/** The body of POST /v1/orders. */
export interface PlaceOrderBody {
  /** Your own number for this order. Made by the SDK when it is left out. */
  reference?: string | undefined
  lines: ReadonlyArray<{
    sku: string
    /** At least 1. */
    quantity: number
  }>
  /** "all_or_nothing" when left out. */
  fill?: 'all_or_nothing' | 'partial' | undefined
  max_total?: Money | undefined
}

/** The answer of POST /v1/orders. */
export type PlaceOrderResult = Order

/** The answer of GET /v1/orders/{id}. */
export type GetOrderResult = Order

/** The answer of POST /v1/orders/{id}/cancel. */
export type CancelOrderResult = Order

/** The query of GET /v1/orders/{id}/codes. */
export interface ListOrderCodesQuery {
  limit?: number | undefined
  cursor?: string | undefined
}

/** An item of the answer of GET /v1/orders/{id}/codes. */
export interface ListOrderCodesItem {
  number?: string
  secret: Secret
}

/** The answer of GET /v1/orders/{id}/codes. */
export interface ListOrderCodesResult {
  data: ListOrderCodesItem[]
  has_more: boolean
  next_cursor: string | null
}

/** A line of the answer of GET /v1/orders/{id}/codes. */
export type ListOrderCodesLine = ListOrderCodesItem

/** The body of PUT /admin/v1/levels/{id}. */
export interface PutLevelBody {
  name: string
}

/** The answer of PUT /admin/v1/levels/{id}. */
export interface PutLevelResult {
  id: string
  name: string
}

/** The answer of PUT /admin/v1/imports/{id}/parts/{number}. */
export interface PutImportPartResult {
  lines: number
}
