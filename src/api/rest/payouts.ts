import { CreatePayout, HostBalance, HostOfPayout, ListPayouts, Payout, PayoutPage, PayoutParams } from '../../../schema/rest/payouts.ts'
import { readId, showId } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import { createPayout } from '../../domain/links/settlement/create-payout.ts'
import { listPayouts, readHostBalances, readPayout, refuseUnknownHost } from '../../domain/links/settlement/read-payouts.ts'
import type { Payout as StoredPayout } from '../../domain/links/settlement/settlement.ts'
import { walletAmount } from '../../domain/wallet/wallet-amount.ts'
import type { App } from '../app-types.ts'
import { referenceOf, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'

const tags = ['Settlement']

/** What hosts are owed, and were paid. */
export function payoutRoutes (app: App): void {
  app.get('/v1/hosts/:id/balance', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getHostBalance',
      'x-sdk': { resource: 'hosts', method: 'balance' },
      summary: 'What a host has earned, was paid, and is owed',
      tags,
      params: HostOfPayout,
      response: { 200: HostBalance }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { db } = request.caller.world
    const hostId = readId('host', request.params.id)!
    await refuseUnknownHost(db, resellerId, hostId)
    const balances = await readHostBalances(db, resellerId, hostId)
    reply.header('cache-control', 'no-store')
    return {
      host: request.params.id,
      balances: balances.map(({ currency, earned, paidOut, pending }) => ({
        currency,
        earned: formatAmount(earned, currency),
        paid_out: formatAmount(paidOut, currency),
        due: formatAmount(earned - paidOut, currency),
        pending: formatAmount(pending, currency)
      }))
    }
  })

  app.post('/v1/hosts/:id/payouts', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'createPayout',
      'x-sdk': { resource: 'payouts', method: 'create' },
      summary: 'Say that you have paid a host',
      description: 'You pay your hosts yourself. What you kept for it of your sales comes into your wallet then. More than is due to the host ' +
        'of settled sales is refused (state_conflict, with what is due).',
      tags,
      params: HostOfPayout,
      body: CreatePayout,
      response: { 200: Payout, 201: Payout }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { amount, note = '' } = request.body
    const reference = referenceOf(request, request.body.reference)
    const payout = await createOnce(request, reply, {
      owner: resellerId,
      resource: 'payout',
      reference,
      fields: { host: request.params.id, amount, note },
      create: (tx, id) => createPayout(tx, {
        id,
        resellerId,
        hostId: readId('host', request.params.id)!,
        reference,
        currency: amount.currency,
        amount: walletAmount(amount, '/amount'),
        note,
        createdBy: request.caller.key.id
      }),
      read: (tx, id) => readPayout(tx, resellerId, id)
    })
    reply.header('cache-control', 'no-store')
    return payoutView(payout)
  })

  app.get('/v1/payouts', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listPayouts',
      'x-sdk': { resource: 'payouts', method: 'list' },
      summary: 'What you have paid your hosts, newest first',
      tags,
      querystring: ListPayouts,
      response: { 200: PayoutPage }
    } as const
  }, (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const hostId = request.query.host === undefined ? null : readId('host', request.query.host)!
    reply.header('cache-control', 'no-store')
    return answerPage(request, reply, `payouts ${JSON.stringify([resellerId, hostId])}`, {
      load: (after, count) => listPayouts(request.caller.world.db, resellerId, hostId, after ? String(after[0]) : null, count),
      placeOf: payout => [payout.id],
      view: payoutView
    })
  })

  app.get('/v1/payouts/:id', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getPayout',
      'x-sdk': { resource: 'payouts', method: 'get' },
      summary: 'One payout',
      tags,
      params: PayoutParams,
      response: { 200: Payout }
    } as const
  }, async (request, reply) => {
    const payout = await readPayout(request.caller.world.db, resellerOf(request).id, readId('payout', request.params.id)!)
    reply.header('cache-control', 'no-store')
    return payoutView(payout)
  })
}

/** What a reseller sees of a payout. */
export function payoutView (payout: StoredPayout): Payout {
  return {
    id: showId('payout', payout.id),
    reference: payout.reference,
    host: showId('host', payout.hostId),
    currency: payout.currency,
    amount: formatAmount(payout.amount, payout.currency),
    note: payout.note,
    transfer: showId('transfer', payout.id),
    created_by: payout.createdBy,
    created_at: payout.createdAt.toISOString()
  }
}
