import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  CurrencyParams, ListTransfersQuery, ListWalletsQuery, Transfer, TransferPage, Wallet, WalletPage
} from '../../../schema/rest/wallets.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { listTransfers, type TransferFilter, type WalletTransfer } from '../../domain/wallet/list-transfers.ts'
import { listWallets, readWallet, type Wallet as StoredWallet } from '../../domain/wallet/list-wallets.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { answerPage, type PageAnswer } from '../page.ts'

/** A reseller's wallets and what moved in them. */
export function walletsRoutes (app: App): void {
  app.get('/v1/wallets', {
    config: { scope: 'wallet:read' },
    schema: {
      operationId: 'listWallets',
      'x-sdk': { resource: 'wallets', method: 'list' },
      summary: 'List your wallets',
      description: 'Your wallets, one a currency, with their balances.',
      tags: ['Wallet'],
      querystring: ListWalletsQuery,
      response: { 200: WalletPage }
    }
  }, (request, reply) => answerWallets(request, reply, resellerOf(request).id))

  app.get('/v1/wallets/:currency/transfers', {
    config: { scope: 'wallet:read' },
    schema: {
      operationId: 'listTransfers',
      'x-sdk': { resource: 'wallets', method: 'transfers' },
      summary: 'List the transfers of a wallet',
      description: 'What moved in a wallet, newest first, with the balance after each.',
      tags: ['Wallet'],
      params: CurrencyParams,
      querystring: ListTransfersQuery,
      response: { 200: TransferPage }
    }
  }, (request, reply) => answerTransfers(
    request,
    reply,
    { resellerId: resellerOf(request).id, currency: request.params.currency },
    transferView
  ))
}

/** Answers a page of a reseller's wallets. */
export function answerWallets (request: FastifyRequest, reply: FastifyReply, resellerId: Uuid): Promise<PageAnswer<Wallet>> {
  reply.header('cache-control', 'no-store')
  return answerPage(request, reply, `wallets ${resellerId}`, {
    load: (after, count) => listWallets(request.caller.world.db, resellerId, after?.[0] as Currency | undefined, count),
    placeOf: wallet => [wallet.currency],
    view: walletView
  })
}

/** Answers a page of one wallet's transfers; a wallet that is not there is not found. */
export async function answerTransfers<Item> (
  request: FastifyRequest, reply: FastifyReply, { resellerId, currency }: { resellerId: Uuid, currency: Currency },
  view: (transfer: WalletTransfer) => Item
): Promise<PageAnswer<Item>> {
  const { db } = request.caller.world
  const { kind, created_from: from, created_before: before } = request.query as ListTransfersQuery
  const filter: TransferFilter = { kind, createdFrom: readTime('created_from', from), createdBefore: readTime('created_before', before) }
  const wallet = await readWallet(db, resellerId, currency)
  if (!wallet) throw new Problem('not_found', `There is no wallet in ${currency}.`)
  reply.header('cache-control', 'no-store')
  return answerPage(request, reply, `transfers ${resellerId} ${currency} ${kind ?? ''} ${from ?? ''} ${before ?? ''}`, {
    load: (after, count) => listTransfers(db, wallet, filter, after && BigInt(after[0]!), count),
    placeOf: transfer => [Number(transfer.entry)],
    view
  })
}

/** What a reseller and the operator see of a wallet. */
export function walletView ({ currency, balance, creditLimit, createdAt }: StoredWallet): Wallet {
  return {
    currency,
    balance: moneyView(balance, currency),
    credit_limit: moneyView(creditLimit, currency),
    available: moneyView(balance + creditLimit, currency),
    created_at: createdAt.toISOString()
  }
}

/** What a reseller sees of a transfer. */
export function transferView (transfer: WalletTransfer): Transfer {
  return {
    id: showId('transfer', transfer.id),
    kind: transfer.kind,
    entry: Number(transfer.entry),
    amount: moneyView(transfer.amount, transfer.currency),
    balance: moneyView(transfer.balance, transfer.currency),
    order: transfer.orderId && showId('order', transfer.orderId),
    payment: transfer.paymentId && showId('payment', transfer.paymentId),
    settlement: transfer.settlementId && showId('settlement', transfer.settlementId),
    reason: transfer.reason,
    created_at: transfer.createdAt.toISOString()
  }
}

function readTime (name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) {
    throw new Problem(
      'invalid_request',
      'The time does not exist.',
      { errors: [{ pointer: name, detail: 'must be an RFC 3339 time' }] }
    )
  }
  return time
}
