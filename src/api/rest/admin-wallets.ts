import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  Adjustment, Books, Deposit, ListTransfersQuery, ListWalletsQuery, OperatorTransfer, OperatorTransferPage, ResellerCurrencyParams,
  SetCreditLimit, Wallet, WalletPage
} from '../../../schema/rest/wallets.ts'
import { ResellerParams } from '../../../schema/rest/resellers.ts'
import { Problem } from '../../base/problem.ts'
import { adjust } from '../../domain/wallet/adjust.ts'
import { deposit } from '../../domain/wallet/deposit.ts'
import type { WalletTransfer } from '../../domain/wallet/list-transfers.ts'
import type { WalletMovement } from '../../domain/wallet/move-wallet.ts'
import { proveBooks } from '../../domain/wallet/prove-books.ts'
import { setCreditLimit } from '../../domain/wallet/set-credit-limit.ts'
import { walletAmount } from '../../domain/wallet/wallet-amount.ts'
import type { App } from '../app-types.ts'
import { change, referenceOf } from '../change.ts'
import { knownReseller, resellerIdOf } from './admin-resellers.ts'
import { answerTransfers, answerWallets, transferView, walletView } from './wallets.ts'

/** Operator: deposits, adjustments, credit, and the proof of the books. */
export function adminWalletsRoutes (app: App): void {
  app.post('/admin/v1/resellers/:id/deposits', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'createDeposit',
      'x-sdk': { resource: 'admin.deposits', method: 'create' },
      summary: 'Deposit into a wallet',
      description: 'Puts money that was received into a reseller’s wallet. The same reference again does it once.',
      tags: ['Admin: money'],
      params: ResellerParams,
      body: Deposit,
      response: { 200: OperatorTransfer, 201: OperatorTransfer }
    }
  }, async (request, reply) => {
    const wish = walletChange(request, request.params, request.body)
    return answerMovement(reply, await change(request, tx => deposit(tx, wish)))
  })

  app.post('/admin/v1/resellers/:id/adjustments', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'createAdjustment',
      'x-sdk': { resource: 'admin.adjustments', method: 'create' },
      summary: 'Adjust a wallet',
      description: 'Corrects a wallet upwards or downwards, not below its credit limit. The same reference again does it once.',
      tags: ['Admin: money'],
      params: ResellerParams,
      body: Adjustment,
      response: { 200: OperatorTransfer, 201: OperatorTransfer }
    }
  }, async (request, reply) => {
    const wish = walletChange(request, request.params, request.body)
    return answerMovement(reply, await change(request, tx => adjust(tx, wish)))
  })

  app.put('/admin/v1/resellers/:id/wallets/:currency', {
    config: { scope: 'admin:money' },
    schema: {
      operationId: 'setCreditLimit',
      'x-sdk': { resource: 'admin.wallets', method: 'setCreditLimit' },
      summary: 'Open a wallet, set its credit limit',
      description: 'Sets how far below zero a wallet may go, opening it if there is none. Less than what is in use is refused.',
      tags: ['Admin: money'],
      params: ResellerCurrencyParams,
      body: SetCreditLimit,
      response: { 200: Wallet }
    }
  }, async (request, reply) => {
    const { currency } = request.params
    const { credit_limit: given, reason } = request.body
    if (given.currency !== currency) {
      throw new Problem(
        'invalid_request',
        'The limit is in another currency than the wallet.',
        { errors: [{ pointer: '/credit_limit/currency', detail: `must be ${currency}` }] }
      )
    }
    const creditLimit = walletAmount(given, '/credit_limit')
    const wish = { resellerId: resellerIdOf(request.params), currency, creditLimit, reason, createdBy: request.caller.key.id }
    reply.header('cache-control', 'no-store')
    return walletView(await change(request, tx => setCreditLimit(tx, wish)))
  })

  app.get('/admin/v1/resellers/:id/wallets', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listResellerWallets',
      'x-sdk': { resource: 'admin.wallets', method: 'list' },
      summary: 'List the wallets of a reseller',
      description: 'The wallets of a reseller with their balances.',
      tags: ['Admin: money'],
      params: ResellerParams,
      querystring: ListWalletsQuery,
      response: { 200: WalletPage }
    }
  }, async (request, reply) => answerWallets(request, reply, (await knownReseller(request, request.params)).id))

  app.get('/admin/v1/resellers/:id/wallets/:currency/transfers', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listResellerTransfers',
      'x-sdk': { resource: 'admin.wallets', method: 'transfers' },
      summary: 'List the transfers of a reseller’s wallet',
      description: 'What moved in a wallet, newest first, with the balance after each and who asked for it.',
      tags: ['Admin: money'],
      params: ResellerCurrencyParams,
      querystring: ListTransfersQuery,
      response: { 200: OperatorTransferPage }
    }
  }, (request, reply) => {
    const { id, currency } = request.params
    return answerTransfers(request, reply, { resellerId: resellerIdOf({ id }), currency }, operatorTransferView)
  })

  app.get('/admin/v1/books', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'proveBooks',
      'x-sdk': { resource: 'admin.books', method: 'prove' },
      summary: 'Prove the books',
      description: 'Recomputes every balance from its transfers and every order from its lines, as of one moment. Not for polling.',
      tags: ['Admin: money'],
      response: { 200: Books }
    }
  }, async request => {
    const { bulkDb, clock } = request.caller.world
    const provenAt = new Date(clock()).toISOString()
    const faults = await proveBooks(bulkDb)
    return { sound: faults.length === 0, faults: [...faults], proven_at: provenAt }
  })
}

function walletChange (request: FastifyRequest, params: { id: string }, { reference, amount, reason }: Deposit | Adjustment) {
  return {
    reference: referenceOf(request, reference),
    resellerId: resellerIdOf(params),
    currency: amount.currency,
    amount: walletAmount(amount, '/amount'),
    reason,
    createdBy: request.caller.key.id
  }
}

function answerMovement (reply: FastifyReply, { transfer, replayed }: WalletMovement): FastifyReply {
  if (replayed) reply.header('idempotent-replayed', 'true')
  return reply.code(replayed ? 200 : 201).header('cache-control', 'no-store').send(operatorTransferView(transfer))
}

function operatorTransferView (transfer: WalletTransfer): OperatorTransfer {
  return { ...transferView(transfer), created_by: transfer.createdBy }
}
