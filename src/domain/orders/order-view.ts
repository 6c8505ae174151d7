// The one presenter of orders: REST, GraphQL and events show what stands here.
import type { Code, Order as OrderView, OrderSummary, PriceStepView } from '../../../schema/rest/orders.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { showId } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import type { PriceStep } from '../pricing/price-book.ts'
import type { PlainCode } from '../stock/open-codes.ts'
import type { Order, OrderLine, OrderTerms, OrderWithLines } from './order.ts'
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
    returned: order.returned,
    total: formatAmount(order.total, currency),
    refunded: formatAmount(order.refunded, currency),
    amounts: amountsView(order),
    max_total: order.maxTotal === null ? null : formatAmount(order.maxTotal, currency),
    ...(order.terms && termsView(order.terms)),
    created_at: order.createdAt.toISOString()
  }
}

/** What is paid is either delivered or refunded; what is held is neither. */
function amountsView ({ total, held, refunded, currency }: Order): OrderView['amounts'] {
  const paid = total - held
  return {
    held: formatAmount(held, currency),
    paid: formatAmount(paid, currency),
    delivered: formatAmount(paid - refunded, currency),
    refunded: formatAmount(refunded, currency)
  }
}

function termsView (terms: OrderTerms): Partial<OrderSummary> {
  const view: Partial<OrderSummary> = {}
  if (terms.quote !== undefined) view.quote = showId('quote', terms.quote)
  // Of a purchase link's sale it is the house's own.
  if (terms.hold !== undefined && terms.checkout === undefined) view.hold = showId('hold', terms.hold)
  if (terms.cost_center !== undefined) view.cost_center = terms.cost_center
  if (terms.callback_url !== undefined) view.callback_url = terms.callback_url
  if (terms.bulk !== undefined) view.bulk_order = showId('bulk_order', terms.bulk)
  if (terms.standing !== undefined) view.standing_order = showId('standing_order', terms.standing)
  if (terms.checkout !== undefined) view.checkout = showId('checkout', terms.checkout)
  return view
}

/** Puts opened codes, in the order of the lines, into the view that goes to their buyer. */
export function withCodes (view: OrderView, codes: readonly PlainCode[]): OrderView {
  let next = 0
  return {
    ...view,
    lines: view.lines.map(line => {
      const first = next
      next += line.delivered - line.returned
      return { ...line, codes: codes.slice(first, next).map(codeView) }
    })
  }
}

/** Puts the explanation of each line's unit price into the view. */
export function withExplanations (view: OrderView, steps: readonly (readonly PriceStep[])[]): OrderView {
  return {
    ...view,
    lines: view.lines.map((line, i) => ({ ...line, explanation: stepsView(steps[i]!, view.currency) }))
  }
}

/** How a unit price came about. */
export function stepsView (steps: readonly PriceStep[], currency: Currency): PriceStepView[] {
  return steps.map(step => ({
    rule: step.rule,
    id: showId('price_rule', step.id),
    before: step.before === null ? null : formatAmount(step.before, currency),
    after: formatAmount(step.after, currency)
  }))
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
    held: line.held,
    returned: line.returned,
    unit_price: formatAmount(line.unitPrice, currency),
    total: formatAmount(line.total, currency),
    refunded: formatAmount(line.refunded, currency),
    state: line.state,
    reason: line.reason,
    price_rules: line.priceRules.map(id => showId('price_rule', id))
  }
}
