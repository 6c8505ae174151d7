import type { FastifyRequest } from 'fastify'
import {
  DepositParams, ListDeposits, StartDeposit, WalletDeposit, WalletDepositPage
} from '../../../schema/rest/deposits.ts'
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { readId, showId } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import { createDeposit } from '../../domain/deposits/create-deposit.ts'
import type { Deposit } from '../../domain/deposits/deposit.ts'
import { listDeposits, readDeposit } from '../../domain/deposits/read-deposits.ts'
import { walletAmount } from '../../domain/wallet/wallet-amount.ts'
import type { App } from '../app-types.ts'
import { languageOf } from '../pages/language.ts'
import { referenceOf, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { readReturnUrl } from '../deposits/read-return-url.ts'
import { depositReturnPage, depositReturnPath } from '../deposits/return-page.ts'
import { answerPage } from '../page.ts'
import { beginPayment } from '../payments/begin-payment.ts'

const tags = ['Wallet']

/** A reseller's deposits into its own wallet. */
export function depositRoutes (app: App): void {
  app.post('/v1/deposits', {
    config: { scope: 'wallet:deposit' },
    schema: {
      operationId: 'startDeposit',
      'x-sdk': { resource: 'deposits', method: 'create' },
      summary: 'Pay into your wallet',
      description: 'Answers how it is paid, at a gateway of GET /v1/gateways. The money is in the wallet when the gateway says that ' +
        'it came (wallet.deposited), within seconds of it. The same reference again gives the same deposit; if the gateway did not answer ' +
        '(gateway_unavailable), it is asked again.',
      tags,
      body: StartDeposit,
      response: { 200: WalletDeposit, 201: WalletDeposit }
    } as const
  }, async (request, reply) => {
    const { world, key } = request.caller
    const { id: resellerId } = resellerOf(request)
    const { amount, gateway, return_url: returnUrl } = request.body
    const reference = referenceOf(request, request.body.reference)
    const wish = {
      resellerId,
      reference,
      currency: amount.currency,
      amount: walletAmount(amount, '/amount'),
      gateway,
      returnUrl: returnUrl === undefined ? app.origin() + depositReturnPath : readReturnUrl(world, returnUrl),
      createdBy: key.id
    }
    const deposit = await createOnce(request, reply, {
      owner: resellerId,
      resource: 'wallet deposit',
      reference,
      fields: { amount, gateway, return_url: returnUrl },
      create: (tx, id) => createDeposit(tx, world.gateways.current, { id, ...wish }),
      read: (tx, id) => readDeposit(tx, resellerId, id)
    })
    reply.header('cache-control', 'no-store')
    return depositView(deposit.state === 'created' ? await askGateway(request, app.origin(), deposit) : deposit)
  })

  app.get('/v1/deposits', {
    config: { scope: 'wallet:read' },
    schema: {
      operationId: 'listDeposits',
      'x-sdk': { resource: 'deposits', method: 'list' },
      summary: 'Your deposits through gateways, newest first',
      description: 'What the operator has put into your wallet is among the transfers of the wallet alone.',
      tags,
      querystring: ListDeposits,
      response: { 200: WalletDepositPage }
    } as const
  }, (request, reply) => {
    const { id } = resellerOf(request)
    reply.header('cache-control', 'no-store')
    return answerPage(request, reply, `deposits ${id}`, {
      load: (after, count) => listDeposits(request.caller.world.db, id, after ? String(after[0]) : null, count),
      placeOf: ({ payment }) => [payment.id],
      view: depositView
    })
  })

  app.get('/v1/deposits/:id', {
    config: { scope: 'wallet:read' },
    schema: {
      operationId: 'getDeposit',
      'x-sdk': { resource: 'deposits', method: 'get' },
      summary: 'One deposit',
      tags,
      params: DepositParams,
      response: { 200: WalletDeposit }
    } as const
  }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return depositView(await readDeposit(request.caller.world.db, resellerOf(request).id, readId('payment', request.params.id)!))
  })

  depositReturnPage(app)
}

/** Outside of any transaction: what was written stays, whether the gateway answers or not. */
async function askGateway (request: FastifyRequest, origin: string, { payment }: Deposit): Promise<Deposit> {
  const { world, ip } = request.caller
  const language = languageOf(undefined, request.headers['accept-language'])
  await beginPayment(world, origin, payment, { client: 'desktop', ip, language, subject: subjects[language] })
  return await readDeposit(world.db, payment.resellerId, payment.id)
}

const subjects: Readonly<Record<BuyerLanguage, string>> = { 'zh-CN': '余额充值', en: 'Wallet deposit' }

/** What a reseller sees of a deposit. */
export function depositView ({ payment, reference, state, transferId, returns }: Deposit): WalletDeposit {
  const { id, amount, currency, gateway, action, expiresAt, createdAt, paidAt } = payment
  return {
    id: showId('payment', id),
    reference,
    state,
    amount: moneyView(amount, currency),
    gateway,
    pay: state === 'pending' ? action : null,
    expires_at: expiresAt.toISOString(),
    created_at: createdAt.toISOString(),
    paid_at: paidAt?.toISOString() ?? null,
    transfer: transferId && showId('transfer', transferId),
    returns: returns.map(({ amount, currency, reason, state }) => ({ amount: moneyView(amount, currency), reason, state }))
  }
}
