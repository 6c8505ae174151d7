// What a purchase needs a second key for (采购审批). A policy is kept as jsonb; what it asks of a purchase is a pure function, so
// that the order path can decide it in memory.
import { approvalSecondsDefault } from '../../../schema/rest/approvals.ts'
import type { ApprovalReason, Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'

export interface ApprovalPolicy {
  /** Totals above which a purchase is asked about, at most one a currency; a currency that is not named has no such limit. */
  readonly amountAbove: readonly { readonly amount: Amount, readonly currency: Currency }[]
  /** Codes of one purchase above which it is asked about; null: however many. */
  readonly quantityAbove: number | null
  /** SKUs that are always asked about. */
  readonly skus: ReadonlySet<Uuid>
  /** Whether a SKU that the reseller never bought before is asked about. */
  readonly firstPurchase: boolean
  /** How long stock and money stay set aside for the answer. */
  readonly expiresInSeconds: number
}

/** What a policy looks at. */
export interface Purchase {
  readonly currency: Currency
  readonly total: Amount
  readonly quantity: number
  readonly skuIds: readonly Uuid[]
  /** Whether one of the SKUs was never bought before. */
  readonly firstTime: boolean
}

/** The policy as approval_policies.policy keeps it: amounts in ten-thousandths, as text. */
export interface StoredPolicy {
  readonly amount_above: readonly { readonly amount: string, readonly currency: Currency }[]
  readonly quantity_above: number | null
  readonly skus: readonly Uuid[]
  readonly first_purchase: boolean
  readonly expires_in_seconds: number
}

/** The policy that was kept; none asks for nothing. */
export function readPolicy (stored: unknown): ApprovalPolicy {
  if (stored === null || stored === undefined) {
    return { amountAbove: [], quantityAbove: null, skus: new Set(), firstPurchase: false, expiresInSeconds: approvalSecondsDefault }
  }
  const policy = stored as StoredPolicy
  return {
    amountAbove: policy.amount_above.map(({ amount, currency }) => ({ amount: BigInt(amount), currency })),
    quantityAbove: policy.quantity_above,
    skus: new Set(policy.skus),
    firstPurchase: policy.first_purchase,
    expiresInSeconds: policy.expires_in_seconds
  }
}

/** The policy as it is kept. */
export function storedPolicy (policy: ApprovalPolicy): StoredPolicy {
  return {
    amount_above: policy.amountAbove.map(({ amount, currency }) => ({ amount: amount.toString(), currency })),
    quantity_above: policy.quantityAbove,
    skus: [...policy.skus],
    first_purchase: policy.firstPurchase,
    expires_in_seconds: policy.expiresInSeconds
  }
}

/** Why the purchase needs a second key; none when it does not. What equals a limit is not above it. */
export function approvalReasons (policy: ApprovalPolicy, purchase: Purchase): readonly ApprovalReason[] {
  const { currency, total, quantity, skuIds, firstTime } = purchase
  const reasons: ApprovalReason[] = []
  if (policy.amountAbove.some(limit => limit.currency === currency && total > limit.amount)) reasons.push('amount')
  if (policy.quantityAbove !== null && quantity > policy.quantityAbove) reasons.push('quantity')
  if (policy.skus.size > 0 && skuIds.some(id => policy.skus.has(id))) reasons.push('sku')
  if (policy.firstPurchase && firstTime) reasons.push('first_purchase')
  return reasons
}
