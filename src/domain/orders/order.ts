import type { Currency, Fill, LineReason, LineState, OrderState } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Allocation } from '../stock/take-stock.ts'

/** What only some orders have, as it is kept: what a price, stock or money was bound by, and what the order belongs to. */
export interface OrderTerms {
  readonly quote?: Uuid
  readonly hold?: Uuid
  readonly cost_center?: string
  /** Where the order's events go as well, by way of an endpoint of the same origin. */
  readonly callback_url?: string
  /** The bulk order, and which of its chunks this order is. */
  readonly bulk?: Uuid
  readonly chunk?: number
  readonly standing?: Uuid
  /** What a buyer bought through a purchase link; its codes are the buyer's. */
  readonly checkout?: Uuid
  /** The budgets its total was taken from. */
  readonly budgets?: readonly Uuid[]
}

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
  /** Codes that were ever delivered; those given back since are in `returned`. */
  readonly delivered: number
  readonly returned: number
  /** What the codes cost that are delivered or set aside. */
  readonly total: Amount
  /** Money set aside. */
  readonly held: Amount
  readonly refunded: Amount
  readonly terms: OrderTerms | null
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
  /** Codes set aside. */
  readonly held: number
  readonly returned: number
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

/** The refusal of what only the buyer of a purchase link may see, or give back. */
export function codesOfBuyer (checkoutId: Uuid): Problem {
  const checkout = showId('checkout', checkoutId)
  return new Problem('codes_of_buyer', `A buyer paid for these codes (${checkout}): they stand on the buyer’s receipt alone.`, { checkout })
}

/** An allocation with the position of its first code in the order; not live: its codes were given back unrevealed. */
export interface PositionedAllocation extends OrderAllocation { readonly position: number, readonly live: boolean }
