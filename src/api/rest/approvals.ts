import type { FastifyRequest } from 'fastify'
import {
  Approval, ApprovalPage, ApprovalParams, ApprovalPolicy, approvalSecondsDefault, Budget, BudgetPage, BudgetParams, ListApprovals,
  ListBudgets, PutApprovalPolicy, PutBudget, RejectApproval
} from '../../../schema/rest/approvals.ts'
import type { Money } from '../../../schema/rest/common.ts'
import { readId, showId } from '../../base/ids.ts'
import { formatAmount, moneyView, type Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { ApprovalPolicy as Policy } from '../../domain/approvals/policy.ts'
import { putBudget, removeBudget } from '../../domain/approvals/put-budget.ts'
import { putPolicy, readPolicyOf, type PolicyRecord } from '../../domain/approvals/put-policy.ts'
import { listApprovals, readApproval, type Approval as StoredApproval } from '../../domain/approvals/read-approvals.ts'
import { listBudgets, type Budget as StoredBudget } from '../../domain/approvals/read-budgets.ts'
import { decideApproval, type Verdict } from '../../domain/bulk-orders/decide-approval.ts'
import { amountOf } from '../amount-of.ts'
import type { App } from '../app-types.ts'
import { changeKeys } from '../change-keys.ts'
import { change, resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'

/** What purchases need a second key for, those that wait for one, and budgets. */
export function approvalRoutes (app: App): void {
  policyRoutes(app)
  budgetRoutes(app)

  app.get('/v1/approvals', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listApprovals',
      'x-sdk': { resource: 'approvals', method: 'list' },
      summary: 'List purchases that need a second key',
      description: 'Your approvals, newest first; state=pending are those that wait.',
      tags: ['Approvals'],
      querystring: ListApprovals,
      response: { 200: ApprovalPage }
    }
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { state = null, kind = null } = request.query
    return answerPage(request, reply, `approvals ${JSON.stringify([resellerId, state, kind])}`, {
      load: (after, count) =>
        listApprovals(request.caller.world.db, resellerId, { state, kind }, after ? String(after[0]) : null, count),
      placeOf: approval => [approval.id],
      view: approvalView
    })
  })

  app.get('/v1/approvals/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getApproval',
      'x-sdk': { resource: 'approvals', method: 'get' },
      summary: 'One purchase that needs a second key',
      tags: ['Approvals'],
      params: ApprovalParams,
      response: { 200: Approval }
    }
  }, async request => {
    const approval = await readApproval(request.caller.world.db, resellerOf(request).id, readId('approval', request.params.id)!)
    if (!approval) throw new Problem('not_found', 'You have no approval with this id.')
    return approvalView(approval)
  })

  app.post('/v1/approvals/:id/approve', {
    config: { scope: 'orders:approve' },
    schema: {
      operationId: 'approveApproval',
      'x-sdk': { resource: 'approvals', method: 'approve' },
      summary: 'Approve a purchase',
      description: 'Completes what waits, at the price and from the stock that were set aside for it. Not by the key that ordered, nor ' +
        'by one it was rotated from or to. Approved again, it is answered again.',
      tags: ['Approvals'],
      params: ApprovalParams,
      response: { 200: Approval }
    }
  }, request => decide(request, request.params.id, { verdict: 'approved', reason: null }))

  app.post('/v1/approvals/:id/reject', {
    config: { scope: 'orders:approve' },
    schema: {
      operationId: 'rejectApproval',
      'x-sdk': { resource: 'approvals', method: 'reject' },
      summary: 'Reject a purchase',
      description: 'Releases the stock and the money that were set aside. Rejected again, it is answered again, with the first reason.',
      tags: ['Approvals'],
      params: ApprovalParams,
      body: RejectApproval,
      response: { 200: Approval }
    }
  }, request => decide(request, request.params.id, { verdict: 'rejected', reason: request.body.reason }))
}

/** Decides, and only then refuses what had expired: what expiry released is kept. */
async function decide (request: FastifyRequest, id: string, verdict: Pick<Verdict, 'verdict' | 'reason'>): Promise<Approval> {
  const { id: resellerId } = resellerOf(request)
  const decision: Verdict = { ...verdict, resellerId, approvalId: readId('approval', id)!, keyId: request.caller.key.id }
  const outcome = await change(request, tx => decideApproval(tx, decision))
  if (outcome instanceof Problem) throw outcome
  return approvalView(outcome)
}

function policyRoutes (app: App): void {
  app.get('/v1/approval-policy', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getApprovalPolicy',
      'x-sdk': { resource: 'approvalPolicy', method: 'get' },
      summary: 'What purchases need a second key for',
      description: 'Your policy (采购审批); one that asks for nothing as long as none was put.',
      tags: ['Approvals'],
      response: { 200: ApprovalPolicy }
    }
  }, async request => policyView(await readPolicyOf(request.caller.world.db, resellerOf(request).id)))

  app.put('/v1/approval-policy', {
    config: { scope: 'approvals:write' },
    schema: {
      operationId: 'putApprovalPolicy',
      'x-sdk': { resource: 'approvalPolicy', method: 'put' },
      summary: 'Set what purchases need a second key for',
      description: 'Replaces your policy as a whole, from the next order on. What is pending stays as it was asked.',
      tags: ['Approvals'],
      body: PutApprovalPolicy,
      response: { 200: ApprovalPolicy }
    }
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    const policy = policyOf(request.body)
    return policyView(await changeKeys(request, tx => putPolicy(tx, resellerId, policy, request.caller.key.id)))
  })
}

function budgetRoutes (app: App): void {
  app.put('/v1/budgets', {
    config: { scope: 'approvals:write' },
    schema: {
      operationId: 'putBudget',
      'x-sdk': { resource: 'budgets', method: 'put' },
      summary: 'Set the budget of a key or cost center',
      description: 'What may be spent in a calendar month (UTC). An order beyond it is refused with budget_exceeded. It counts from now ' +
        'on; set again, what was spent this month stays spent.',
      tags: ['Approvals'],
      body: PutBudget,
      response: { 200: Budget }
    }
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    const { kind, subject, monthly_limit: money } = request.body
    const limit = limitOf(money, '/monthly_limit/amount')
    const wish = { resellerId, kind, subject, currency: money.currency, limit, updatedBy: request.caller.key.id }
    return budgetView(await changeKeys(request, tx => putBudget(tx, wish)))
  })

  app.get('/v1/budgets', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listBudgets',
      'x-sdk': { resource: 'budgets', method: 'list' },
      summary: 'List your budgets',
      description: 'Your budgets, oldest first, with what was spent of them in this month.',
      tags: ['Approvals'],
      querystring: ListBudgets,
      response: { 200: BudgetPage }
    }
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    return answerPage(request, reply, `budgets ${resellerId}`, {
      load: (after, count) => listBudgets(request.caller.world.db, resellerId, after ? String(after[0]) : null, count),
      placeOf: budget => [budget.id],
      view: budgetView
    })
  })

  app.delete('/v1/budgets/:id', {
    config: { scope: 'approvals:write' },
    schema: {
      operationId: 'removeBudget',
      'x-sdk': { resource: 'budgets', method: 'remove' },
      summary: 'Remove a budget',
      description: 'Removes a budget and the count of what was spent of it, and answers it as it was.',
      tags: ['Approvals'],
      params: BudgetParams,
      response: { 200: Budget }
    }
  }, async request => {
    const { id: resellerId } = resellerOf(request)
    const id = readId('budget', request.params.id)!
    return budgetView(await changeKeys(request, tx => removeBudget(tx, resellerId, id)))
  })
}

/** The policy a body asks for; what is left out is off. */
function policyOf (body: PutApprovalPolicy): Policy {
  const { amount_above: amounts = [], quantity_above: quantityAbove = null, skus = [] } = body
  const currencies = amounts.map(({ currency }) => currency)
  const again = currencies.findIndex((currency, i) => currencies.indexOf(currency) !== i)
  if (again >= 0) {
    throw new Problem('invalid_request', `There are two amounts in ${currencies[again]}.`, {
      errors: [{ pointer: `/amount_above/${again}/currency`, detail: 'stands twice' }]
    })
  }
  return {
    amountAbove: amounts.map((money, i) => ({ amount: limitOf(money, `/amount_above/${i}/amount`), currency: money.currency })),
    quantityAbove,
    skus: new Set(skus.map(sku => readId('sku', sku)!)),
    firstPurchase: body.first_purchase ?? false,
    expiresInSeconds: body.expires_in_seconds ?? approvalSecondsDefault
  }
}

/** An amount that bounds others: zero or more. */
function limitOf (money: Money, pointer: string): Amount {
  const amount = amountOf(money, pointer)
  if (amount >= 0n) return amount
  throw new Problem('invalid_request', 'A limit is zero or more.', { errors: [{ pointer, detail: 'must be zero or more' }] })
}

function policyView ({ policy, updatedBy, updatedAt }: PolicyRecord): ApprovalPolicy {
  return {
    amount_above: policy.amountAbove.map(({ amount, currency }) => moneyView(amount, currency)),
    quantity_above: policy.quantityAbove,
    skus: [...policy.skus].map(id => showId('sku', id)),
    first_purchase: policy.firstPurchase,
    expires_in_seconds: policy.expiresInSeconds,
    updated_by: updatedBy,
    updated_at: updatedAt?.toISOString() ?? null
  }
}

/** An approval as its reseller sees it. */
export function approvalView (approval: StoredApproval): Approval {
  const { kind, subjectId, currency } = approval
  return {
    id: showId('approval', approval.id),
    kind,
    order: kind === 'order' ? showId('order', subjectId) : null,
    bulk_order: kind === 'bulk_order' ? showId('bulk_order', subjectId) : null,
    state: approval.state,
    reasons: [...approval.reasons],
    currency,
    total: formatAmount(approval.total, currency),
    quantity: approval.quantity,
    cost_center: approval.costCenter,
    requested_by: approval.requestedBy,
    decided_by: approval.decidedBy,
    reason: approval.comment,
    expires_at: approval.expiresAt.toISOString(),
    decided_at: approval.decidedAt?.toISOString() ?? null,
    created_at: approval.createdAt.toISOString()
  }
}

/** A budget as its reseller sees it. */
export function budgetView ({ id, kind, subject, currency, limit, spent }: StoredBudget): Budget {
  return {
    id: showId('budget', id),
    kind,
    subject,
    currency,
    monthly_limit: formatAmount(limit, currency),
    spent: formatAmount(spent, currency),
    remaining: formatAmount(limit > spent ? limit - spent : 0n, currency)
  }
}
