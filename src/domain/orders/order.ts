import type { Currency, Fill, LineReason, LineState, OrderState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import type { Allocation } from '../stock/take-stock.ts'

/** An order as it is kept: its plain number is in its id (order-number.ts); amounts in ten-thousandths of the currency's major unit. */
export interface Order {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly reference: string
  readonly state: OrderState
  readonly fill: Fill
  readonly currency: Currency
  readonly maxTotal: Amount | null
  readonly quantity: number
  readonly delivered: number
  readonly total: Amount
  readonly refunded: Amount
  readonly keyId: string
  readonly createdAt: Date
}

export interface OrderLine {
  readonly orderId: Uuid
  /** From 1. */
  readonly line: number
  readonly skuId: Uuid
  readonly quantity: number
  readonly delivered: number
  readonly unitPrice: Amount
  readonly total: Amount
  readonly refunded: Amount
  readonly state: LineState
  readonly reason: LineReason | null
  readonly priceRules: readonly Uuid[]
}

export interface OrderWithLines extends Order { readonly lines: readonly OrderLine[] }

/** Codes first … first+count-1 of a lot belong to a line. The codes of an order stand in the order line, lot, first. */
export interface OrderAllocation extends Allocation { readonly orderId: Uuid, readonly line: number }
