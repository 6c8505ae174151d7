import type { Currency, QuoteState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'

/** Prices that bind for a while, for one order of exactly these lines. Amounts in ten-thousandths of the currency's major unit. */
export interface Quote {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly reference: string
  readonly state: QuoteState
  readonly currency: Currency
  readonly total: Amount
  readonly orderId: Uuid | null
  readonly expiresAt: Date
  readonly createdAt: Date
}

export interface QuoteLine {
  readonly skuId: Uuid
  readonly quantity: number
  readonly unitPrice: Amount
  readonly total: Amount
  readonly priceRules: readonly Uuid[]
}

export interface QuoteWithLines extends Quote { readonly lines: readonly QuoteLine[] }

/** A line as the table keeps it: amounts as text, for JSON's numbers lose digits. */
export interface StoredQuoteLine { sku: Uuid, quantity: number, unit_price: string, total: string, price_rules: readonly Uuid[] }
