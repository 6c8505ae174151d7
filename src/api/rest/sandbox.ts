import {
  FillStock, ListStrikes, SandboxReseller, SandboxSettlements, SandboxStock, sandboxStartBalance, sandboxStartStock, SetBalance, SetLevel,
  StrikePage, strikesKeptDays, type SandboxStrike
} from '../../../schema/rest/sandbox.ts'
import { Wallet } from '../../../schema/rest/wallets.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import { assert } from '../../base/problem.ts'
import { readReseller } from '../../domain/resellers/list-resellers.ts'
import { updateReseller } from '../../domain/resellers/update-reseller.ts'
import { fillStock, refillStock } from '../../domain/sandbox/fill-stock.ts'
import { listStrikes, type StrikeRecord } from '../../domain/sandbox/list-strikes.ts'
import { resetReseller } from '../../domain/sandbox/reset-reseller.ts'
import { setBalance } from '../../domain/sandbox/set-balance.ts'
import { settleNow } from '../../domain/sandbox/settle-now.ts'
import { readWallet } from '../../domain/wallet/list-wallets.ts'
import { walletAmount } from '../../domain/wallet/wallet-amount.ts'
import type { App } from '../app-types.ts'
import { change } from '../change.ts'
import { answerPage } from '../page.ts'
import { testCallerOf, type TestCaller } from '../sandbox/test-caller.ts'
import { settlementSummaryView } from './settlements.ts'
import { walletView } from './wallets.ts'

/** The sandbox’s own levers: stock, balance, level and reset of the test world, by its resellers themselves. */
export function sandboxRoutes (app: App): void {
  app.post('/v1/sandbox/stock', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'fillSandboxStock',
      'x-sdk': { resource: 'sandbox', method: 'fillStock' },
      summary: 'Fill the shelf of a SKU',
      description: 'Makes the codes that are missing from the quantity; they open nothing. A SKU that has as many gets none, so it can be ' +
        'sent again.',
      tags: ['Sandbox'],
      body: FillStock,
      response: { 200: SandboxStock }
    } as const
  }, async request => {
    const { world, key } = testCallerOf(request)
    const { sku, quantity } = request.body
    await change(request, async () => {})
    return { sku, ...await fillStock(world, readId('sku', sku)!, quantity, key.id) }
  })

  app.post('/v1/sandbox/balance', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'setSandboxBalance',
      'x-sdk': { resource: 'sandbox', method: 'setBalance' },
      summary: 'Set the balance of your wallet',
      description: 'By a deposit of what is missing, or an adjustment of what is too much: the wallet’s transfers tell of it.',
      tags: ['Sandbox'],
      body: SetBalance,
      response: { 200: Wallet }
    } as const
  }, async (request, reply) => {
    const { world, key } = testCallerOf(request)
    const { amount } = request.body
    const wish = { resellerId: key.reseller.id, currency: amount.currency, balance: walletAmount(amount, '/amount'), keyId: key.id }
    reply.header('cache-control', 'no-store')
    return walletView(await change(request, tx => setBalance(tx, world, wish)))
  })

  app.post('/v1/sandbox/level', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'setSandboxLevel',
      'x-sdk': { resource: 'sandbox', method: 'setLevel' },
      summary: 'Take another level',
      description: 'Your prices and limits are those of the level from then on.',
      tags: ['Sandbox'],
      body: SetLevel,
      response: { 200: SandboxReseller }
    } as const
  }, async (request, reply) => {
    const caller = testCallerOf(request)
    const { id } = caller.key.reseller
    await change(request, tx => updateReseller(tx, id, { levelId: request.body.level }))
    await caller.world.refresh()
    reply.header('cache-control', 'no-store')
    return await resellerView(caller, id)
  })

  app.post('/v1/sandbox/settle', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'settleSandbox',
      'x-sdk': { resource: 'sandbox', method: 'settle' },
      summary: 'Let the day be over',
      description: 'Settles what your purchase links have sold so far, as the night does: the margin is in your wallet, and what your hosts ' +
        'earned is due.',
      tags: ['Sandbox'],
      response: { 200: SandboxSettlements }
    } as const
  }, async (request, reply) => {
    const { world: { name, stepDb }, key } = testCallerOf(request)
    await change(request, async () => {})
    const settlements = await settleNow({ name, db: stepDb }, key.reseller.id)
    reply.header('cache-control', 'no-store')
    return { settlements: settlements.map(settlementSummaryView) }
  })

  app.post('/v1/sandbox/reset', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'resetSandbox',
      'x-sdk': { resource: 'sandbox', method: 'reset' },
      summary: 'Begin anew',
      description: 'Your keys get a fresh reseller of the same name, level and currency: no orders, every reference free, no endpoints, ' +
        `subscriptions, budgets, approval policy, encryption key or contract prices, events from sequence 1, a balance of ${sandboxStartBalance}, and at least ` +
        `${sandboxStartStock} codes of every SKU. The reseller before is closed with its history.`,
      tags: ['Sandbox'],
      response: { 200: SandboxReseller }
    } as const
  }, async (request, reply) => {
    const caller = testCallerOf(request)
    const { world, key } = caller
    const id = await change(request, tx => resetReseller(tx, world, key.reseller.id, key.id))
    await refillStock(world, sandboxStartStock, key.id)
    await world.refresh()
    reply.header('cache-control', 'no-store')
    return await resellerView(caller, id)
  })

  app.get('/v1/sandbox/strikes', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listSandboxStrikes',
      'x-sdk': { resource: 'sandbox', method: 'listStrikes' },
      summary: 'The faults that struck, newest first',
      description: `What Kahub-Sandbox and goods with a fault have done, for ${strikesKeptDays} days; of a forged callback also what your ` +
        'endpoint answered.',
      tags: ['Sandbox'],
      querystring: ListStrikes,
      response: { 200: StrikePage }
    } as const
  }, async (request, reply) => {
    const { world, key } = testCallerOf(request)
    const { fault = null, reference = null } = request.query as ListStrikes
    return await answerPage(request, reply, `strikes ${JSON.stringify([key.reseller.id, fault, reference])}`, {
      load: (after, count) => listStrikes(world.db, key.reseller.id, { fault, reference }, after ? String(after[0]) : null, count),
      placeOf: strike => [strike.id],
      view: strikeView
    })
  })
}

async function resellerView ({ world }: TestCaller, id: Uuid): Promise<SandboxReseller> {
  const reseller = await readReseller(world.db, id)
  assert(reseller, 'the reseller of the key')
  const wallet = await readWallet(world.db, id, reseller.currency)
  return {
    reseller: showId('reseller', id),
    name: reseller.name,
    level: reseller.levelId,
    currency: reseller.currency,
    balance: wallet ? moneyView(wallet.balance, wallet.currency) : null
  }
}

function strikeView (strike: StrikeRecord): SandboxStrike {
  return {
    id: showId('strike', strike.id),
    fault: strike.fault,
    call: strike.call,
    reference: strike.reference,
    endpoint: strike.endpointId && showId('endpoint', strike.endpointId),
    delivery: strike.deliveryId && showId('delivery', strike.deliveryId),
    status: strike.status,
    error: strike.error,
    struck_at: strike.createdAt.toISOString()
  }
}
