// What a database would hold for `decide`, kept in memory: read as facts, and written as decided.
import { newId, type Uuid } from '../../src/base/ids.ts'
import { factKey, type Decision, type Facts, type NewOrder, type OrderRequest } from '../../src/domain/orders/decide.ts'
import { priceBook } from '../../src/domain/pricing/price-book.ts'
import { stockInHand } from '../../src/domain/stock/take-stock.ts'

export const resellerIds = [newId(), newId()]
export const skuIds = [newId(), newId()]
const prices = [30_000n, 12_345n]
const budgetId = newId()
export const budgetLimit = 350_000n
const rule = { levelId: null, resellerId: null, rate: null, quantityMin: null, kind: 'list' as const }
const book = priceBook(1n, skuIds.map(id => ({
  id, productId: id, currency: 'CNY', status: 'active', kind: 'code', quantityMin: 1, quantityMax: 100, quantityStep: 1
})), skuIds.map((skuId, i) => ({ ...rule, id: newId(), skuId, amount: prices[i]! })))

/** What a database would hold. */
export interface Kept {
  nowMs: number
  readonly shelves: Map<Uuid, { id: bigint, lotId: number, next: number, stop: number }[]>
  readonly held: Map<Uuid, number>
  readonly wallets: Map<Uuid, { balance: bigint, entries: number }>
  readonly resellers: Map<Uuid, { eventSequence: number, orderNumber: number }>
  readonly orders: Map<string, NewOrder['order']>
  readonly quotes: Map<Uuid,
    { resellerId: Uuid, expiresAt: Date, orderId: Uuid | null, lines: OrderRequest['lines'][number][], unitPrice: bigint }>
  readonly holds: Map<Uuid,
    { resellerId: Uuid, checkoutId: null, expiresAt: Date, lines: { skuId: Uuid, quantity: number }[], state: string }>
  spent: bigint
}

export const opening = 500_000n
export const sizes = [7, 17] as const

/** What a database holds in the morning. */
export function openKept (): Kept {
  return {
    nowMs: Date.UTC(2026, 10, 22),
    shelves: new Map(skuIds.map((id, i) => [id, sizes.map((size, n) => ({ id: BigInt(n), lotId: i * 2 + n, next: 0, stop: size }))])),
    held: new Map(skuIds.map(id => [id, 0])),
    wallets: new Map(resellerIds.map(id => [id, { balance: opening, entries: 0 }])),
    resellers: new Map(resellerIds.map(id => [id, { eventSequence: 0, orderNumber: 0 }])),
    orders: new Map(),
    quotes: new Map(),
    holds: new Map(),
    spent: 0n
  }
}

/** Facts of their own, as they are read under the locks. */
export function readFacts (kept: Kept): Facts {
  const shelfCount = (id: Uuid) => kept.shelves.get(id)!.reduce((sum, range) => sum + range.stop - range.next, 0)
  return {
    nowMs: kept.nowMs,
    prices: book,
    refuseKey: () => undefined,
    spentNonces: new Set(),
    resellers: new Map([...kept.resellers].map(([id, counts]) => [id, { id, levelId: 'gold', status: 'active', ...counts }])),
    wallets: new Map(resellerIds.map((id, i) => [factKey(id, 'CNY'), {
      numbered: true, accountId: i, heldAccountId: 10 + i, creditLimit: 0n, ...kept.wallets.get(id)!
    }])),
    stocks: new Map(skuIds.map(id =>
      [id, stockInHand(shelfCount(id) - kept.held.get(id)!, { ranges: kept.shelves.get(id)!, expired: 0 })])),
    earlier: kept.orders,
    quotes: new Map([...kept.quotes].map(([id, { unitPrice, ...quote }]) =>
      [id, { ...quote, lines: quote.lines.map(line => ({ ...line, unitPrice, priceRules: [] })) }])),
    holds: new Map([...kept.holds].map(([id, hold]) => [id, { ...hold }])),
    policies: new Map([[resellerIds[0]!, {
      amountAbove: [{ amount: 150_000n, currency: 'CNY' }], quantityAbove: null, skus: new Set(), firstPurchase: false, expiresInSeconds: 60
    }]]),
    budgets: [{
      id: budgetId,
      resellerId: resellerIds[1]!,
      kind: 'key',
      subject: 'key',
      keyIds: ['key'],
      currency: 'CNY',
      limit: budgetLimit,
      spent: kept.spent
    }],
    revealsLeft: new Map(),
    firstTimes: new Set()
  }
}

/** Writes what a batch decided, as the transaction would. */
export function write (kept: Kept, facts: Facts, decisions: readonly Decision[]): void {
  for (const [id, stock] of facts.stocks) {
    kept.shelves.set(id, stock.ranges.filter(range => range.next < range.stop).map(({ id, lotId, next, stop }) =>
      ({ id, lotId, next, stop })))
    kept.held.set(id, kept.held.get(id)! + stock.aside)
  }
  for (const id of resellerIds) {
    const { balance, entries } = facts.wallets.get(factKey(id, 'CNY'))!
    kept.wallets.set(id, { balance, entries })
    const { eventSequence, orderNumber } = facts.resellers.get(id)!
    kept.resellers.set(id, { eventSequence, orderNumber })
  }
  for (const [id, hold] of facts.holds) kept.holds.get(id)!.state = hold.state
  for (const [id, quote] of facts.quotes) kept.quotes.get(id)!.orderId = quote.orderId
  kept.spent = facts.budgets[0]!.spent
  for (const decision of decisions) {
    if (decision.kind === 'placed') {
      kept.orders.set(factKey(decision.placed.order.resellerId, decision.placed.order.reference),
        decision.placed.order)
    }
  }
}
