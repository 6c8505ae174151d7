// Stock that is not there for one order: as if others had bought it between the stock query and the order. What is decided then is
// decided by the rule of all orders, over fewer free codes.
import { decide, type Decision, type Facts, type OrderRequest } from '../orders/decide.ts'

export interface Scarcity {
  /** Lets a request that is about to be placed find so many of each SKU at most. */
  limit (request: OrderRequest, available: number): void
  /** Decides a batch, each limited request over what it may find. */
  readonly decide: typeof decide
}

/** Opens the scarcity of a test world: nothing is scarce until it is said so. */
export function openScarcity (): Scarcity {
  const limits = new WeakMap<OrderRequest, number>()
  return {
    limit (request, available) { limits.set(request, available) },
    decide (requests, facts) {
      if (!requests.some(request => limits.has(request))) return decide(requests, facts)
      return requests.flatMap(request => decideOver(request, facts, limits.get(request)))
    }
  }
}

function decideOver (request: OrderRequest, facts: Facts, available: number | undefined): Decision[] {
  if (available === undefined) return decide([request], facts)
  const hidden = [...new Set(request.lines.map(line => line.skuId))].flatMap(skuId => {
    const stock = facts.stocks.get(skuId)
    return stock ? [{ stock, quantity: Math.max(0, stock.free - available) }] : []
  })
  for (const { stock, quantity } of hidden) stock.free -= quantity
  try {
    return decide([request], facts)
  } finally {
    for (const { stock, quantity } of hidden) stock.free += quantity
  }
}
