// The one presenter of orders: REST, GraphQL and events show what stands here.
import type { Code, Order as OrderView, OrderSummary } from '../../../schema/rest/orders.ts'
import { showId } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import type { PriceStep } from '../pricing/price-book.ts'
import type { PlainCode } from '../stock/open-codes.ts'
import type { Order, OrderLine, OrderWithLines } from './order.ts'
import { orderNumberOf } from './order-number.ts'

/** An order with its lines; never a code. */
export function orderView (order: OrderWithLines): OrderView {
  return { ...orderSummaryView(order), lines: order.lines.map(line => lineView(line, order)) }
}

/** An order without its lines, as lists show it. */
export function orderSummaryView (order: Order): OrderSummary {
  const { currency } = order
  return {
    id: showId('order', order.id),
    number: orderNumberOf(order.id),
    reference: order.reference,
    state: order.state,
    fill: order.fill,
    currency,
    quantity: order.quantity,
    delivered: order.delivered,
    total: formatAmount(order.total, currency),
    refunded: formatAmount(order.refunded, currency),
    max_total: order.maxTotal === null ? null : formatAmount(order.maxTotal, currency),
    created_at: order.createdAt.toISOString()
  }
}

/** Puts opened codes, in the order of the lines, into the view that goes to their buyer. */
export function withCodes (view: OrderView, codes: readonly PlainCode[]): OrderView {
  let next = 0
  return {
    ...view,
    lines: view.lines.map(line => {
      const first = next
      next += line.delivered
      return { ...line, codes: codes.slice(first, next).map(codeView) }
    })
  }
}

/** Puts the explanation of each line's unit price into the view. */
export function withExplanations (view: OrderView, steps: readonly (readonly PriceStep[])[]): OrderView {
  return {
    ...view,
    lines: view.lines.map((line, i) => ({
      ...line,
      explanation: steps[i]!.map(step => ({
        rule: step.rule,
        id: showId('price_rule', step.id),
        before: step.before === null ? null : formatAmount(step.before, view.currency),
        after: formatAmount(step.after, view.currency)
      }))
    }))
  }
}

/** A code as its buyer reads it. */
export function codeView (code: PlainCode): Code {
  const view: Code = { secret: code.secret }
  if (code.number !== undefined) view.number = code.number
  if (code.serial !== undefined) view.serial = code.serial
  if (code.expiresAt !== undefined) view.expires_at = code.expiresAt
  return view
}

function lineView (line: OrderLine, { currency }: Order): OrderView['lines'][number] {
  return {
    line: line.line,
    sku: showId('sku', line.skuId),
    quantity: line.quantity,
    delivered: line.delivered,
    unit_price: formatAmount(line.unitPrice, currency),
    total: formatAmount(line.total, currency),
    refunded: formatAmount(line.refunded, currency),
    state: line.state,
    reason: line.reason,
    price_rules: line.priceRules.map(id => showId('price_rule', id))
  }
}
