import { Checkout, CheckoutPage, CheckoutParams, ListCheckouts, type CheckoutSummary } from '../../../schema/rest/checkouts.ts'
import { readId, showId } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import {
  listCheckouts, readCheckoutMoney, readSoldCheckout, type CheckoutMoney, type KeptReceipt, type SoldCheckout
} from '../../domain/links/checkouts/list-checkouts.ts'
import type { Payback } from '../../domain/payments/payback.ts'
import type { Payment } from '../../domain/payments/payment.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'
import { timeOf } from '../time-of.ts'

const tags = ['Purchase links']

/** What buyers bought, and are buying. */
export function checkoutRoutes (app: App): void {
  app.get('/v1/checkouts', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listCheckouts',
      'x-sdk': { resource: 'checkouts', method: 'list' },
      summary: 'What buyers bought through your links, newest first',
      description: 'Every purchase that began, with what of its price is whose. Of the buyer only a hint of the contact is told.',
      tags,
      querystring: ListCheckouts,
      response: { 200: CheckoutPage }
    } as const
  }, (request, reply) => {
    const { id } = resellerOf(request)
    const { link, session, state = null, created_from: from, created_before: before } = request.query
    const filter = {
      linkId: link === undefined ? null : readId('link', link)!,
      sessionId: session === undefined ? null : readId('session', session)!,
      state,
      createdFrom: from === undefined ? null : timeOf(from, 'created_from'),
      createdBefore: before === undefined ? null : timeOf(before, 'created_before')
    }
    return answerPage(request, reply, `checkouts ${JSON.stringify([id, filter])}`, {
      load: (after, count) => listCheckouts(request.caller.world.db, id, filter, after ? String(after[0]) : null, count),
      placeOf: checkout => [checkout.id],
      view: summaryView
    })
  })

  app.get('/v1/checkouts/:id', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getCheckout',
      'x-sdk': { resource: 'checkouts', method: 'get' },
      summary: 'One purchase, and what became of its money',
      tags,
      params: CheckoutParams,
      response: { 200: Checkout }
    } as const
  }, async request => {
    const { db } = request.caller.world
    const checkout = await readSoldCheckout(db, resellerOf(request).id, readId('checkout', request.params.id)!)
    return (await checkoutViews(db, [checkout]))[0]!
  })
}

/** Checkouts as their seller sees them, with what became of their money. */
export async function checkoutViews (read: Reader, checkouts: readonly SoldCheckout[]): Promise<readonly Checkout[]> {
  const money = await readCheckoutMoney(read, checkouts.map(({ id }) => id))
  return checkouts.map(checkout => ({ ...summaryView(checkout), ...moneyViews(money.get(checkout.id)!) }))
}

function summaryView (checkout: SoldCheckout): CheckoutSummary {
  const { currency, total, wholesale, commission } = checkout
  return {
    id: showId('checkout', checkout.id),
    link: showId('link', checkout.linkId),
    session: checkout.sessionId && showId('session', checkout.sessionId),
    host: checkout.hostId && showId('host', checkout.hostId),
    state: checkout.state,
    reason: checkout.reason,
    sku: showId('sku', checkout.skuId),
    quantity: checkout.quantity,
    retail_price: moneyView(checkout.retailPrice, currency),
    total: moneyView(total, currency),
    wholesale: moneyView(wholesale, currency),
    commission: moneyView(commission, currency),
    margin: moneyView(total - wholesale - commission, currency),
    order: checkout.orderId && showId('order', checkout.orderId),
    contact_kind: checkout.contactKind,
    contact_hint: checkout.contactHint,
    language: checkout.language,
    complaints: checkout.complaints,
    settlement: checkout.settlementId && showId('settlement', checkout.settlementId),
    expires_at: checkout.expiresAt.toISOString(),
    ended_at: checkout.endedAt?.toISOString() ?? null,
    created_at: checkout.createdAt.toISOString()
  }
}

function moneyViews ({ payments, receipts, paybacks }: CheckoutMoney): Pick<Checkout, 'payments' | 'receipts' | 'paybacks'> {
  return { payments: payments.map(paymentView), receipts: receipts.map(receiptView), paybacks: paybacks.map(paybackView) }
}

function paymentView ({ id, gateway, state, amount, currency, paidAt, createdAt }: Payment): Checkout['payments'][number] {
  return {
    id: showId('payment', id),
    gateway,
    state,
    amount: moneyView(amount, currency),
    paid_at: paidAt?.toISOString() ?? null,
    created_at: createdAt.toISOString()
  }
}

function receiptView (receipt: KeptReceipt): Checkout['receipts'][number] {
  const { gateway, transaction, paymentId, amount, currency, applied, reason, source, createdAt } = receipt
  return {
    gateway,
    transaction,
    payment: showId('payment', paymentId),
    amount: moneyView(amount, currency),
    applied,
    reason,
    source,
    created_at: createdAt.toISOString()
  }
}

function paybackView ({ id, gateway, transaction, amount, currency, reason, state, endedAt, createdAt }: Payback): Checkout['paybacks'][number] {
  return {
    id: showId('payback', id),
    gateway,
    transaction,
    amount: moneyView(amount, currency),
    reason,
    state,
    ended_at: endedAt?.toISOString() ?? null,
    created_at: createdAt.toISOString()
  }
}
