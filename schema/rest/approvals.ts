import { Type, type Static } from '@sinclair/typebox'
import { approvalKinds, approvalReasons, approvalStates, budgetKinds, currencyCodes } from '../vocabulary.ts'
import {
  CurrencyCode, DecimalAmount, Id, Money, MoneyAs, Nullable, OneOf, oneLinePattern, Page, PageQuery, reasonLengthMax, Timestamp
} from './common.ts'
import { lineQuantityMax, orderLinesMax, OrderId, SkuId } from './orders.ts'

export const approvalSecondsMin = 60
/** Whoever asks for approval keeps stock from others for so long at most. */
export const approvalSecondsMax = 7 * 86_400
export const approvalSecondsDefault = 86_400
export const policySkusMax = 500
export const budgetSubjectLengthMax = 64
export const purchaseCodesMax = orderLinesMax * lineQuantityMax

export const ApprovalId = Id('apr', 'The id of an approval.')
export const ApprovalParams = Type.Object({ id: ApprovalId })
export const BudgetId = Id('bgt', 'The id of a budget.')
export const BudgetParams = Type.Object({ id: BudgetId })

const policy = {
  amount_above: Type.Array(Money, {
    maxItems: currencyCodes.length,
    description: 'A total above this needs approval; one amount a currency. A currency that is not named has no such limit.'
  }),
  quantity_above: Nullable(Type.Integer({ minimum: 0, maximum: purchaseCodesMax }), {
    description: 'More codes than this in one purchase need approval; null: any number does not.'
  }),
  skus: Type.Array(SkuId, { maxItems: policySkusMax, uniqueItems: true, description: 'A purchase with one of these needs approval.' }),
  first_purchase: Type.Boolean({ description: 'A purchase with a SKU you never bought before needs approval.' }),
  expires_in_seconds: Type.Integer({
    minimum: approvalSecondsMin,
    maximum: approvalSecondsMax,
    description: 'How long a purchase waits, its stock and money set aside, before it expires.'
  })
}

export const PutApprovalPolicy = Type.Object({
  amount_above: Type.Optional({ ...policy.amount_above, default: [] }),
  quantity_above: Type.Optional({ ...policy.quantity_above, default: null }),
  skus: Type.Optional({ ...policy.skus, default: [] }),
  first_purchase: Type.Optional({ ...policy.first_purchase, default: false }),
  expires_in_seconds: Type.Optional({ ...policy.expires_in_seconds, default: approvalSecondsDefault })
}, { additionalProperties: false, description: 'What is left out is off; an empty policy asks for nothing.' })
export type PutApprovalPolicy = Static<typeof PutApprovalPolicy>

export const ApprovalPolicy = Type.Object({
  ...policy,
  updated_by: Nullable(Type.String(), { description: 'The key that put it; null as long as there was none.' }),
  updated_at: Nullable(Timestamp)
}, { additionalProperties: false, title: 'ApprovalPolicy' })
export type ApprovalPolicy = Static<typeof ApprovalPolicy>

export const Approval = Type.Object({
  id: ApprovalId,
  kind: OneOf(approvalKinds, { description: 'What waits.' }),
  order: Nullable(OrderId, { description: 'The order that waits.' }),
  bulk_order: Nullable(Id('blk', 'The id of a bulk order.'), { description: 'The bulk order that waits.' }),
  state: OneOf(approvalStates),
  reasons: Type.Array(OneOf(approvalReasons), { description: 'What of the policy applies.' }),
  currency: CurrencyCode,
  total: { ...DecimalAmount, description: 'What it costs when it is approved: the money set aside.' },
  quantity: Type.Integer({ description: 'The codes set aside.' }),
  cost_center: Nullable(Type.String(), { description: 'Where it is booked.' }),
  requested_by: Type.String({ description: 'The key that bought: neither it nor its rotations may decide.' }),
  decided_by: Nullable(Type.String(), { description: 'The key that approved, rejected or cancelled.' }),
  reason: Nullable(Type.String(), { description: 'Why it was rejected.' }),
  expires_at: Timestamp,
  decided_at: Nullable(Timestamp),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Approval' })
export type Approval = Static<typeof Approval>

export const RejectApproval = Type.Object({
  reason: Type.String({ minLength: 1, maxLength: reasonLengthMax, pattern: oneLinePattern, description: 'Why; whoever bought sees it.' })
}, { additionalProperties: false })
export type RejectApproval = Static<typeof RejectApproval>

export const ListApprovals = Type.Object({
  ...PageQuery,
  state: Type.Optional(OneOf(approvalStates)),
  kind: Type.Optional(OneOf(approvalKinds))
}, { additionalProperties: false })
export type ListApprovals = Static<typeof ListApprovals>
export const ApprovalPage = Page(Approval)

export const PutBudget = Type.Object({
  kind: OneOf(budgetKinds, {
    description: 'key: what one key may spend, its rotations included. cost_center: what may be spent for it by all keys.'
  }),
  subject: Type.String({
    minLength: 1,
    maxLength: budgetSubjectLengthMax,
    pattern: oneLinePattern,
    description: 'The id of a key of yours, or the name of a cost center as orders give it.'
  }),
  monthly_limit: MoneyAs('What may be spent in a calendar month (UTC), in this currency only.')
}, { additionalProperties: false })
export type PutBudget = Static<typeof PutBudget>

export const Budget = Type.Object({
  id: BudgetId,
  kind: OneOf(budgetKinds),
  subject: Type.String({ description: 'The id of a key, or the name of a cost center.' }),
  currency: CurrencyCode,
  monthly_limit: DecimalAmount,
  spent: {
    ...DecimalAmount, description: 'In this month: orders of this month, those that wait included, less what was given back of them.'
  },
  remaining: { ...DecimalAmount, description: 'What may still be spent this month; never below zero.' }
}, { additionalProperties: false, title: 'Budget' })
export type Budget = Static<typeof Budget>

export const ListBudgets = Type.Object(PageQuery, { additionalProperties: false })
export const BudgetPage = Page(Budget)
