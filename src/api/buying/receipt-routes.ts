// GET /r/{token} and what a buyer does there. Whoever has the address has the receipt, so the address is kept out of logs, caches and
// referrers, and what it shows is never part of an address.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { buyerLanguages, type BuyerLanguage } from '../../../schema/vocabulary.ts'
import { assert, Problem } from '../../base/problem.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import { cancelCheckout } from '../../domain/links/checkouts/cancel-checkout.ts'
import { paymentsPerCheckoutMax, type Checkout } from '../../domain/links/checkouts/checkout.ts'
import { complain, complainedOf } from '../../domain/links/checkouts/complain.ts'
import { payAgain } from '../../domain/links/checkouts/pay-again.ts'
import { readCheckout, readPaymentsOf } from '../../domain/links/checkouts/read-checkout.ts'
import { readReceiptGoods, readReturnedMoney } from '../../domain/links/checkouts/read-receipt.ts'
import { revealToBuyer } from '../../domain/orders/reveal-to-buyer.ts'
import type { Payment } from '../../domain/payments/payment.ts'
import type { World } from '../../domain/world.ts'
import { transact } from '../../postgres/transact.ts'
import type { App } from '../app-types.ts'
import { problemOf } from '../problems.ts'
import { sendOwnPage, toldOf } from './answer-page.ts'
import { beginToPay, returnAddress, returnPath } from './begin-to-pay.ts'
import { rememberReceipt } from './cookies.ts'
import { hidden, type Buying } from './link-routes.ts'
import type { Form } from './read-form.ts'
import { printReceipt } from './receipt-page.ts'
import { requireSameOrigin } from './same-origin.ts'

interface ReceiptRoute { Params: { token: string }, Querystring: { lang?: unknown } }
type ReceiptRequest = FastifyRequest<ReceiptRoute>

/** Receipts, and what is done on them. */
export function receiptRoutes (app: App, buying: Buying): void {
  const secret = { schema: hidden, config: { secretPath: true } as const }

  app.get<ReceiptRoute>('/r/:token', secret, async (request, reply) => {
    const { world, checkout } = await open(buying, request, reply)
    return await show(buying, world, checkout, request, reply)
  })

  app.get<ReceiptRoute>('/r/:token/state', secret, async (request, reply) => {
    const { world, checkout } = await open(buying, request, reply)
    const mark = markOf(checkout, await readPaymentsOf(world.db, checkout.id))
    return reply.headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' })
      .send(JSON.stringify({ state: checkout.state, mark }))
  })

  const act = (path: 'pay' | 'cancel' | 'complaints', work: (world: World, checkout: Checkout, form: Form, request: ReceiptRequest) => Promise<string | undefined>) => {
    // Whoever loads the address of a refused form anew is led back to the receipt.
    app.get<ReceiptRoute>(`/r/:token/${path}`, secret, (request, reply) => reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
      .redirect(`/r/${encodeURIComponent(request.params.token)}`, 303))
    app.post<ReceiptRoute>(`/r/:token/${path}`, secret, async (request, reply) => {
      const { world, checkout } = await open(buying, request, reply)
      try {
        requireSameOrigin(request, request.server.origin())
        const address = await work(world, checkout, (request.body ?? {}) as Form, request)
        rememberReceipt(request, reply, returnPath(checkout.id), request.params.token)
        return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
          .redirect(address ?? `/r/${request.params.token}?lang=${languageFor(checkout, request)}`, 303)
      } catch (error) {
        const problem = problemOf(error)
        if (problem.status >= 500 && problem.code !== 'gateway_unavailable' && problem.code !== 'gateway_refused') throw error
        return await show(buying, world, await readCheckout(world.db, checkout.id) ?? checkout, request, reply, problem)
      }
    })
  }

  act('pay', async (world, checkout, { gateway = '' }, request) => {
    const known = world.gateways.current.enabledFor(checkout.currency).find(({ id }) => id === gateway)
    if (known === undefined) throw new Problem('gateway_not_found', 'Choose one of the ways to pay.')
    // A payment that its gateway has not taken yet is asked for anew; it is no other payment.
    const newest = (await readPaymentsOf(world.db, checkout.id)).at(-1)
    const payment = newest?.state === 'created' && newest.gateway === known.id
      ? newest
      : await transact(world.db, tx => payAgain(tx, checkout.id, known.id, returnAddress(request.server.origin(), checkout.id)))
    const goods = await readReceiptGoods(world.db, checkout.id)
    return await beginToPay(world, request, payment, goods!.title, languageFor(checkout, request))
  })

  act('cancel', async (world, checkout) => {
    await transact(world.db, tx => cancelCheckout(tx, checkout.id))
    return undefined
  })

  act('complaints', async (world, checkout, { position = '', message = '' }) => {
    await transact(world.db, tx => complain(tx, checkout, { position: /^\d{1,4}$/.test(position) ? Number(position) : NaN, message }))
    return undefined
  })
}

/** The checkout whose receipt the address opens; a token that is not ours and one that fits nothing look alike. */
async function open ({ worlds, rates }: Buying, request: ReceiptRequest, reply: FastifyReply): Promise<{ readonly world: World, readonly checkout: Checkout }> {
  const { token } = request.params
  // By the receipt and not by the browser, which forgets its cookie when it likes: every look at codes is kept on record.
  rates.take('receipt', request.ip, token, reply)
  const world = worlds[worldOfAddress(token)]
  const named = world.buyerKeys.readToken(token)
  const checkout = named?.holds('receipt') === true ? await readCheckout(world.db, named.id) : undefined
  if (checkout === undefined) throw new Problem('not_found', 'There is no such receipt.')
  return { world, checkout }
}

async function show (
  { assets }: Buying, world: World, checkout: Checkout, request: ReceiptRequest, reply: FastifyReply, problem?: Problem
): Promise<FastifyReply> {
  const [goods, payments, returned, codes, complained] = await Promise.all([
    readReceiptGoods(world.db, checkout.id),
    readPaymentsOf(world.db, checkout.id),
    readReturnedMoney(world.db, checkout.id),
    checkout.state === 'completed' ? revealToBuyer(world, checkout, request.ip) : [],
    checkout.state === 'completed' ? complainedOf(world.db, checkout.id) : new Set<number>()
  ])
  assert(goods, 'the link of a checkout')
  const payment = payments.at(-1)
  const language = languageFor(checkout, request)
  if (problem !== undefined) reply.code(problem.status)
  return sendOwnPage(reply, printReceipt({
    language,
    token: request.params.token,
    checkout,
    goods,
    payment,
    gateways: world.gateways.current.enabledFor(checkout.currency),
    gateway: payment && world.gateways.current.find(payment.gateway),
    mayPayAgain: payments.length < paymentsPerCheckoutMax,
    codes,
    complained,
    returned,
    mark: markOf(checkout, payments),
    refused: problem && toldOf(problem, language),
    assets,
    testWorld: world.name === 'test',
    nowMs: world.clock()
  }))
}

/** What the buyer reads: what the address or the form says, or what was read when buying began. */
function languageFor ({ language }: Checkout, request: ReceiptRequest): BuyerLanguage {
  const wish = (request.body as Form | null | undefined)?.lang ?? request.query.lang
  return buyerLanguages.find(known => known === wish) ?? language
}

const markLength = 10

/** Tells one standing of a receipt from another. */
function markOf ({ state, endedAt }: Checkout, payments: readonly Payment[]): string {
  const newest = payments.at(-1)
  const standing = JSON.stringify([state, endedAt, payments.length, newest?.state, newest?.action])
  return createHash('sha256').update(standing).digest('base64url').slice(0, markLength)
}
