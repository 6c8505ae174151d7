// What binds only some orders: quotes, holds, policies and budgets are read under the locks and written with the orders that
// they bound. Everything of a reseller's is read and written under its reseller's lock, so what was read still holds when it is
// written; the statements say so once more, and fail otherwise.
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { assert } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { readPolicy, type ApprovalPolicy } from '../approvals/policy.ts'
import { readFirstTimers, rememberPurchases } from '../approvals/purchased-skus.ts'
import { addSpends, readBudgets } from '../approvals/read-budgets.ts'
import { requestApprovals } from '../approvals/request-approval.ts'
import type { KeyHolder } from '../resellers/keyring.ts'
import type { Facts, HoldFacts, NewOrder, OrderRequest, QuoteFacts } from './decide.ts'

export type TermFacts = Pick<Facts, 'quotes' | 'holds' | 'policies' | 'budgets' | 'firstTimes'>

/** The lines of holds, by hold. They never change, so they are read before the locks: they say which stock rows to lock. */
export type HoldLines = ReadonlyMap<Uuid, HoldFacts['lines']>

export const noTerms: TermFacts = { quotes: new Map(), holds: new Map(), policies: new Map(), budgets: [], firstTimes: new Set() }

/** The lines of the holds that requests name. */
export async function readHoldLines (read: Reader, requests: readonly OrderRequest[]): Promise<HoldLines> {
  const ids = requests.flatMap(({ terms }) => terms?.hold ?? [])
  if (ids.length === 0) return noHoldLines
  const rows = await read<{ holdId: Uuid, skuId: Uuid, quantity: number }[]>`
    select hold_id as "holdId", sku_id as "skuId", quantity from hold_lines where hold_id = any(${bareArray(ids)}::uuid[])`
  const lines = new Map<Uuid, { skuId: Uuid, quantity: number }[]>()
  for (const { holdId, skuId, quantity } of rows) {
    const of = lines.get(holdId)
    if (of) of.push({ skuId, quantity })
    else lines.set(holdId, [{ skuId, quantity }])
  }
  return lines
}

const noHoldLines: HoldLines = new Map<Uuid, HoldFacts['lines']>([])

/** Reads, under the resellers' locks, what binds the requests of a batch; `holders` are those who ask, request by request. */
export async function readTerms (
  tx: Tx, requests: readonly OrderRequest[], holders: readonly (KeyHolder | null | undefined)[], holdLines: HoldLines
): Promise<TermFacts> {
  const policies = policiesOf(holders)
  const budgeted = [...new Set(holders.flatMap(holder => holder?.budgeted ? holder.id : []))]
  const curious = requests.filter(({ resellerId }) => policies.get(resellerId)?.firstPurchase)
  const [quotes, holds, budgets, firstTimes] = await Promise.all([
    readQuotes(tx, requests.filter(({ terms }) => terms?.quote)),
    readHolds(tx, requests.filter(({ terms }) => terms?.hold), holdLines),
    budgeted.length > 0 ? readBudgets(tx, budgeted) : [],
    curious.length > 0
      ? readFirstTimers(tx, curious.map(({ resellerId, lines }) => ({ resellerId, skuIds: lines.map(line => line.skuId) })))
      : noTerms.firstTimes
  ])
  return { quotes, holds, policies, budgets: budgets.map(budget => ({ ...budget })), firstTimes }
}

/** Writes what orders were bound by: quotes and holds are used, approvals asked for, budgets spent, purchases remembered. */
export async function writeTerms (tx: Tx, placed: readonly NewOrder[]): Promise<void> {
  const asked = placed.filter(({ approval }) => approval)
  const spends = placed.flatMap(({ order }) => (order.terms?.budgets ?? []).map(budgetId =>
    ({ resellerId: order.resellerId, budgetId, amount: order.total, month: order.createdAt })))
  const bought = placed.filter(({ remembered }) => remembered).flatMap(({ order }) =>
    order.lines.flatMap(line => line.delivered > 0 ? { resellerId: order.resellerId, skuId: line.skuId } : []))
  await Promise.all([
    useQuotes(tx, placed.filter(({ order }) => order.terms?.quote)),
    useHolds(tx, placed.filter(({ order }) => order.terms?.hold)),
    asked.length > 0 && requestApprovals(tx, asked.map(({ order, approval }) => ({
      resellerId: order.resellerId,
      id: approval!.id,
      kind: 'order',
      subjectId: order.id,
      reasons: approval!.reasons,
      currency: order.currency,
      total: order.total,
      quantity: order.lines.reduce((sum, line) => sum + line.held, 0),
      costCenter: order.terms?.cost_center ?? null,
      requestedBy: order.keyId,
      expiresInSeconds: approval!.expiresInSeconds
    }))),
    spends.length > 0 && addSpends(tx, spends),
    bought.length > 0 && rememberPurchases(tx, bought)
  ])
}

function policiesOf (holders: readonly (KeyHolder | null | undefined)[]): ReadonlyMap<Uuid, ApprovalPolicy> {
  const policies = new Map<Uuid, ApprovalPolicy>()
  for (const holder of holders) {
    if (holder && holder.approvalPolicy !== null && !policies.has(holder.id)) policies.set(holder.id, readPolicy(holder.approvalPolicy))
  }
  return policies
}

interface StoredQuoteLine { readonly sku: Uuid, readonly quantity: number, readonly unit_price: string, readonly price_rules: readonly Uuid[] }

async function readQuotes (tx: Tx, naming: readonly OrderRequest[]): Promise<ReadonlyMap<Uuid, QuoteFacts>> {
  if (naming.length === 0) return noTerms.quotes
  const rows = await tx<{ id: Uuid, resellerId: Uuid, expiresAt: Date, orderId: Uuid | null, lines: readonly StoredQuoteLine[] }[]>`
    select id, reseller_id as "resellerId", expires_at as "expiresAt", order_id as "orderId", lines from quotes
    where reseller_id = any(${bareArray(naming.map(request => request.resellerId))}::uuid[])
      and id = any(${bareArray(naming.map(request => request.terms!.quote!))}::uuid[])`
  return new Map(rows.map(({ id, lines, ...quote }) => [id, {
    ...quote,
    lines: lines.map(line => ({
      skuId: line.sku, quantity: line.quantity, unitPrice: BigInt(line.unit_price) as Amount, priceRules: line.price_rules
    }))
  }]))
}

async function readHolds (tx: Tx, naming: readonly OrderRequest[], holdLines: HoldLines): Promise<ReadonlyMap<Uuid, HoldFacts>> {
  if (naming.length === 0) return noTerms.holds
  const rows = await tx<{ id: Uuid, resellerId: Uuid, checkoutId: Uuid | null, expiresAt: Date, state: string }[]>`
    select id, reseller_id as "resellerId", checkout_id as "checkoutId", expires_at as "expiresAt", state from holds
    where reseller_id = any(${bareArray(naming.map(request => request.resellerId))}::uuid[])
      and id = any(${bareArray(naming.map(request => request.terms!.hold!))}::uuid[])`
  // A hold whose lines were not there when the stock was locked has come since, and is not found yet.
  return new Map(rows.flatMap(({ id, ...hold }) => {
    const lines = holdLines.get(id)
    return lines ? [[id, { ...hold, lines }]] : []
  }))
}

async function useQuotes (tx: Tx, placed: readonly NewOrder[]): Promise<void> {
  if (placed.length === 0) return
  const used = await tx`
    update quotes set order_id = used.order_id
    from unnest(${bareArray(placed.map(({ order }) => order.terms!.quote!))}::uuid[], ${bareArray(placed.map(({ order }) => order.id))}::uuid[],
                ${bareArray(placed.map(({ order }) => order.resellerId))}::uuid[]) as used (id, order_id, reseller_id)
    where quotes.reseller_id = used.reseller_id and quotes.id = used.id and quotes.order_id is null`
  assert(used.count === placed.length, 'every quote of these orders, unused until now')
}

async function useHolds (tx: Tx, placed: readonly NewOrder[]): Promise<void> {
  if (placed.length === 0) return
  const used = await tx`
    update holds set state = 'used', order_id = used.order_id, ended_at = clock_timestamp()
    from unnest(${bareArray(placed.map(({ order }) => order.terms!.hold!))}::uuid[], ${bareArray(placed.map(({ order }) => order.id))}::uuid[],
                ${bareArray(placed.map(({ order }) => order.resellerId))}::uuid[]) as used (id, order_id, reseller_id)
    where holds.reseller_id = used.reseller_id and holds.id = used.id and holds.state = 'active'`
  assert(used.count === placed.length, 'every hold of these orders, active until now')
}
