// Every operation of openapi.yaml, driven by openapi.yaml: unsigned, without its scope, with it, again, with another's id and
// from the other world. An operation that is new fails here until it has its sample.
import t from 'tap'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { problemCodes } from '../../schema/problems.ts'
import { importEntry, listingEntry, lotEntry, mayEnter, resellerEntry } from '../../schema/states.ts'
import * as vocabulary from '../../schema/vocabulary.ts'
import { newId, readId, showId } from '../../src/base/ids.ts'
import { printContract } from '../../src/commands.ts'
import { paybackFailed } from '../../src/domain/links/checkouts/end-payback.ts'
import { settleNext } from '../../src/domain/links/settlement/settle-sales.ts'
import { complain } from '../../src/domain/links/checkouts/complain.ts'
import { readCheckout } from '../../src/domain/links/checkouts/read-checkout.ts'
import { withdrawLots } from '../../src/domain/stock/withdraw-lots.ts'
import { transact } from '../../src/postgres/transact.ts'
import { fingerprintOf } from '../support/fingerprint.ts'
import { contractJudge, contractText, readContract, type Operation } from '../support/contract.ts'
import { openHouse, outcomeOf, type Actor, type Reseller } from '../support/house.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const operations = readContract()
const signed = operations.filter(operation => operation.signed)
const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear, sandboxGateway: 'both worlds' })

/** A request that an operation fulfils: what its path, query and body are filled with. */
interface Sample {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: string
  readonly body?: unknown
  readonly type?: string
}

interface Furniture {
  readonly world: vocabulary.World
  readonly reseller: Reseller
  readonly sku: string
  readonly product: string
  readonly order: string
  readonly lot: string
  readonly import: string
  /** A SKU that needs a second key, and the same reseller with a key that buys it. */
  readonly guarded: string
  readonly maker: Reseller
}

async function furnish (world: vocabulary.World): Promise<Furniture> {
  const { admin } = house.operators[world]
  const sku = await house.sku({ codes: 1_000, world })
  const reseller = await house.reseller({ world })
  const [lot] = (await admin.lots.list({ sku })).data
  const { id: order } = await reseller.places({ sku, quantity: 3 })
  const guarded = await house.sku({ codes: 100, world })
  const maker = await reseller.withKey({})
  await reseller.kahub.approvalPolicy.put({ skus: [guarded] })
  return { world, reseller, sku, product: (await admin.skus.get(sku)).product, order, lot: lot!.id, import: lot!.import, guarded, maker }
}

let made = 0
const reference = () => `sample ${++made}`
const cny = (amount: string) => ({ amount, currency: 'CNY' as const })

/** A sample for each operation, made anew where the operation uses it up. */
const samples: Readonly<Record<string, (at: Furniture) => Sample | Promise<Sample>>> = {
  ping: () => ({}),
  getMe: () => ({}),
  listKeys: () => ({}),
  createKey: () => ({ body: { reference: reference(), name: 'second', algorithm: 'hmac-sha256', scopes: ['keys:write'] } }),
  rotateKey: async at => ({ path: { id: await spareKey(at) }, body: { reference: reference() } }),
  revokeKey: async at => ({ path: { id: await spareKey(at) } }),
  listProducts: () => ({}),
  getProduct: at => ({ path: { id: at.product } }),
  listCategories: () => ({}),
  getPrices: at => ({ query: `sku=${at.sku}&quantity=3` }),
  getStock: at => ({ query: `sku=${at.sku}` }),
  queryStock: at => ({ body: { skus: [at.sku] } }),
  createQuote: at => ({ body: { reference: reference(), lines: [{ sku: at.sku, quantity: 1 }] } }),
  listQuotes: () => ({}),
  getQuote: async at => ({ path: { id: await spareQuote(at) } }),
  createHold: at => ({ body: { reference: reference(), lines: [{ sku: at.sku, quantity: 1 }] } }),
  listHolds: () => ({ query: 'state=active' }),
  getHold: async at => ({ path: { id: await spareHold(at) } }),
  cancelHold: async at => ({ path: { id: await spareHold(at) } }),
  placeOrder: at => ({ body: { reference: reference(), lines: [{ sku: at.sku, quantity: 1 }] } }),
  listOrders: () => ({ query: 'limit=2' }),
  getOrder: at => ({ path: { id: at.order } }),
  listOrderCodes: at => ({ path: { id: at.order } }),
  getOrderCodesDigest: at => ({ path: { id: at.order } }),
  createEncryptionKey: () => ({ body: { reference: reference(), name: 'vault', jwk: vaultJwk } }),
  listEncryptionKeys: () => ({}),
  getEncryptionKey: async at => ({ path: { id: await vaultKey(at) } }),
  retireEncryptionKey: async at => ({ path: { id: await vaultKey(at) } }),
  cancelOrder: async at => ({ path: { id: await unseenOrder(at) }, body: {} }),
  createReversal: () => ({ body: { reference: reference(), order_reference: reference() } }),
  listReversals: () => ({}),
  createBulkOrder: at => ({ query: `reference=${encodeURIComponent(reference())}`, body: bulkFile(at), type: 'text/csv' }),
  listBulkOrders: () => ({}),
  getBulkOrderTemplate: () => ({}),
  getBulkOrder: async at => ({ path: { id: await spareBulkOrder(at) } }),
  listBulkOrderLines: async at => ({ path: { id: await spareBulkOrder(at) } }),
  confirmBulkOrder: async at => ({ path: { id: await spareBulkOrder(at) }, body: {} }),
  cancelBulkOrder: async at => ({ path: { id: await spareBulkOrder(at) } }),
  retryBulkOrder: async at => ({ path: { id: await stoppedBulkOrder(at) }, body: {} }),
  getReversal: async at => ({ path: { id: await spareReversal(at) } }),
  listReveals: at => ({ query: `order=${at.order}` }),
  getApprovalPolicy: () => ({}),
  putApprovalPolicy: at => ({ body: { skus: [at.guarded] } }),
  listApprovals: () => ({}),
  getApproval: async at => ({ path: { id: await pendingApproval(at) } }),
  approveApproval: async at => ({ path: { id: await pendingApproval(at) } }),
  rejectApproval: async at => ({ path: { id: await pendingApproval(at) }, body: { reason: 'sample' } }),
  putBudget: () => ({ body: { kind: 'cost_center', subject: 'it', monthly_limit: cny('1000') } }),
  listBudgets: () => ({}),
  removeBudget: async at => ({ path: { id: await spareBudget(at) } }),
  createStandingOrder: at => ({ body: { reference: reference(), name: 'pack', sku: at.sku, rule: packs } }),
  listStandingOrders: () => ({}),
  getStandingOrder: async at => ({ path: { id: await spareStanding(at) } }),
  updateStandingOrder: async at => ({ path: { id: await spareStanding(at) }, body: { name: 'renamed' } }),
  pauseStandingOrder: async at => ({ path: { id: await spareStanding(at) } }),
  resumeStandingOrder: async at => ({ path: { id: await spareStanding(at) } }),
  endStandingOrder: async at => ({ path: { id: await spareStanding(at) } }),
  previewStandingOrder: async at => ({ path: { id: await spareStanding(at) } }),
  listStandingRuns: async at => ({ path: { id: await spareStanding(at) } }),
  createEndpoint: () => ({ body: { reference: reference(), url: 'https://shop.example.com/kahub' } }),
  listEndpoints: () => ({}),
  getEndpoint: async at => ({ path: { id: await spareEndpoint(at) } }),
  updateEndpoint: async at => ({ path: { id: await spareEndpoint(at) }, body: { types: ['order.completed'] } }),
  pauseEndpoint: async at => ({ path: { id: await spareEndpoint(at) } }),
  resumeEndpoint: async at => ({ path: { id: await spareEndpoint(at) } }),
  deleteEndpoint: async at => ({ path: { id: await spareEndpoint(at) } }),
  rotateEndpointSecret: async at => ({ path: { id: await spareEndpoint(at) }, body: { reference: reference(), overlap_seconds: 60 } }),
  testEndpoint: async at => ({ path: { id: await spareEndpoint(at) } }),
  simulateEvent: async at => ({ path: { id: await spareEndpoint(at) }, body: { type: 'order.completed' } }),
  replayEndpoint: async at => ({ path: { id: await spareEndpoint(at) }, body: { state: 'dead' } }),
  listDeliveries: () => ({ query: 'state=due' }),
  getDelivery: async at => ({ path: { id: await spareDelivery(at) } }),
  replayDelivery: async at => ({ path: { id: await spareDelivery(at) } }),
  createSubscription: at => ({ body: { reference: reference(), kind: 'stock', scope: { skus: [at.sku] }, condition: 'out' } }),
  listSubscriptions: () => ({}),
  getSubscription: async at => ({ path: { id: await spareSubscription(at) } }),
  updateSubscription: async at => ({ path: { id: await spareSubscription(at) }, body: { interval_seconds: 60 } }),
  pauseSubscription: async at => ({ path: { id: await spareSubscription(at) } }),
  resumeSubscription: async at => ({ path: { id: await spareSubscription(at) } }),
  deleteSubscription: async at => ({ path: { id: await spareSubscription(at) } }),
  listEvents: () => ({ query: 'after=0&types=order.completed' }),
  getEvent: async at => ({ path: { id: await anEvent(at) } }),
  listEventDeliveries: async at => ({ path: { id: await anEvent(at) } }),
  streamEvents: () => ({ query: 'after=0&close_after_seconds=0' }),
  listCallbacks: () => ({ query: 'failing=false' }),
  listWallets: () => ({}),
  listTransfers: () => ({ path: { currency: 'CNY' } }),
  putLevel: () => ({ path: { id: 'silver' }, body: { name: 'Silver', rank: 2, requests_per_minute: 1_000 } }),
  listLevels: () => ({}),
  createReseller: () => ({ body: { reference: reference(), name: 'Shop', level: 'gold', currency: 'CNY' } }),
  listResellers: () => ({}),
  getReseller: at => ({ path: { id: at.reseller.id } }),
  updateReseller: at => ({ path: { id: at.reseller.id }, body: { name: 'Renamed' } }),
  createResellerKey: at => ({
    path: { id: at.reseller.id }, body: { reference: reference(), name: 'third', algorithm: 'hmac-sha256', scopes: ['orders:read'] }
  }),
  listResellerKeys: at => ({ path: { id: at.reseller.id } }),
  createOperatorKey: () => ({
    body: { reference: reference(), name: 'clerk', algorithm: 'hmac-sha256', scopes: ['admin:resellers'] }
  }),
  listOperatorKeys: () => ({}),
  rotateOperatorKey: async at => ({ path: { id: await clerkKey(at) }, body: { reference: reference() } }),
  updateKey: async at => ({ path: { id: await spareKey(at) }, body: { name: 'spare', reveals_per_day: 1_000 } }),
  revokeAnyKey: async at => ({ path: { id: await spareKey(at) } }),
  createDeposit: at => ({ path: { id: at.reseller.id }, body: { reference: reference(), amount: cny('5'), reason: 'sample' } }),
  createAdjustment: at => ({ path: { id: at.reseller.id }, body: { reference: reference(), amount: cny('-1'), reason: 'sample' } }),
  setCreditLimit: at => ({ path: { id: at.reseller.id, currency: 'CNY' }, body: { credit_limit: cny('10'), reason: 'sample' } }),
  listResellerWallets: at => ({ path: { id: at.reseller.id } }),
  listResellerTransfers: at => ({ path: { id: at.reseller.id, currency: 'CNY' } }),
  proveBooks: () => ({}),
  putIssuer: () => ({ path: { id: 'apple' }, body: { name: 'Apple' } }),
  listIssuers: () => ({}),
  putCategory: () => ({ path: { id: 'cards' }, body: { name: 'Cards' } }),
  adminListCategories: () => ({}),
  createProduct: () => ({ body: { reference: reference(), name: 'Card', kind: 'code', issuer: 'steam' } }),
  adminListProducts: () => ({}),
  adminGetProduct: at => ({ path: { id: at.product } }),
  updateProduct: at => ({ path: { id: at.product }, body: { name: 'Renamed' } }),
  createSku: at => ({ path: { id: at.product }, body: { reference: reference(), name: '¥50', currency: 'CNY' } }),
  listSkus: () => ({}),
  getSku: at => ({ path: { id: at.sku } }),
  updateSku: at => ({ path: { id: at.sku }, body: { name: 'Renamed' } }),
  setPrices: at => ({ body: { rules: [{ kind: 'list', sku: at.sku, amount: cny('10') }] } }),
  listPriceRules: at => ({ query: `sku=${at.sku}&history=true` }),
  endPrices: async at => ({ body: { ids: [await spareRule(at)], reason: 'sample' } }),
  explainPrice: at => ({ query: `sku=${at.sku}&reseller=${at.reseller.id}&quantity=2` }),
  createImport: at => ({ body: { reference: reference(), sku: at.sku, unit_cost: cny('1') } }),
  getImport: at => ({ path: { id: at.import } }),
  putImportPart: async at => ({ path: { id: await openImport(at), part: 1 }, body: `secret\n${reference()}\n`, type: 'text/csv' }),
  commitImport: async at => ({ path: { id: await sentImport(at) } }),
  abortImport: async at => ({ path: { id: await sentImport(at) } }),
  listLots: () => ({}),
  getLot: at => ({ path: { id: at.lot } }),
  recallLot: async at => ({ path: { id: await spareLot(at) }, body: { reason: 'sample' } }),
  voidCodes: async at => ({ body: { sku: at.sku, codes: [{ secret: await spareCode(at) }], reason: 'sample' } }),
  proveStock: () => ({}),
  adminListOrders: at => ({ path: { id: at.reseller.id } }),
  adminGetOrder: at => ({ path: { id: at.reseller.id, order: at.order } }),
  adminListReveals: at => ({ query: `reseller=${at.reseller.id}&limit=2` }),
  createHost: () => ({ body: { reference: reference(), name: 'Ming', commission_rate: '0.10' } }),
  listHosts: () => ({ query: 'state=active' }),
  getHost: async at => ({ path: { id: (await settled(at)).host } }),
  updateHost: async at => ({ path: { id: (await settled(at)).host }, body: { name: 'Xiao Ming' } }),
  createSession: () => ({ body: { reference: reference(), title: 'evening' } }),
  listSessions: () => ({ query: 'state=live' }),
  getSession: async at => ({ path: { id: await spareSession(at) } }),
  updateSession: async at => ({ path: { id: await spareSession(at) }, body: { title: 'night' } }),
  getSessionReport: async at => ({ path: { id: await spareSession(at) } }),
  streamSessionLive: async at => ({ path: { id: await spareSession(at) }, query: 'close_after_seconds=0' }),
  endSession: async at => ({ path: { id: await spareSession(at) } }),
  rotateSessionAddresses: async at => ({ path: { id: await spareSession(at) } }),
  createLink: at => ({ body: { reference: reference(), title: 'Link', skus: [{ sku: at.sku, retail_price: cny('12') }], quota: 5 } }),
  listLinks: () => ({ query: 'state=active&limit=2' }),
  getLink: async at => ({ path: { id: await spareLink(at) } }),
  updateLink: async at => ({ path: { id: await spareLink(at) }, body: { version: 1, title: 'Renamed' } }),
  pauseLink: async at => ({ path: { id: await spareLink(at) } }),
  resumeLink: async at => ({ path: { id: await spareLink(at) } }),
  endLink: async at => ({ path: { id: await spareLink(at) } }),
  listLinkChanges: async at => ({ path: { id: await spareLink(at) } }),
  listCheckouts: () => ({ query: 'state=completed&limit=2' }),
  getCheckout: async at => ({ path: { id: (await settled(at)).checkout } }),
  listComplaints: () => ({ query: 'state=open' }),
  getComplaint: async at => ({ path: { id: await aComplaint(at) } }),
  listSettlements: () => ({ query: 'day_from=2026-01-01&limit=2' }),
  getSettlement: async at => ({ path: { id: (await settled(at)).settlement } }),
  listSettlementLines: async at => ({ path: { id: (await settled(at)).settlement } }),
  getHostBalance: async at => ({ path: { id: (await settled(at)).host } }),
  createPayout: async at => ({ path: { id: (await settled(at)).host }, body: { reference: reference(), amount: cny('0.01') } }),
  listPayouts: () => ({ query: 'limit=2' }),
  getPayout: async at => ({ path: { id: await sparePayout(at) } }),
  listGateways: () => ({}),
  putGateway: at => ({ path: { id: 'sample' }, body: cardGateway(at) }),
  adminListGateways: () => ({ query: 'limit=2' }),
  adminGetGateway: async at => ({ path: { id: await spareGateway(at) } }),
  enableGateway: async at => ({ path: { id: await spareGateway(at) } }),
  disableGateway: async at => ({ path: { id: await spareGateway(at) } }),
  adminListPaybacks: () => ({ query: 'state=failed&limit=2' }),
  retryPayback: async at => ({ path: { id: await failedPayback(at) } }),
  startDeposit: () => ({ body: { reference: reference(), amount: cny('5'), gateway: 'sandbox' } }),
  listDeposits: () => ({ query: 'limit=2' }),
  getDeposit: async at => ({ path: { id: await spareDeposit(at) } }),
  settleSandbox: () => ({}),
  fillSandboxStock: at => ({ body: { sku: at.sku, quantity: 5 } }),
  setSandboxBalance: () => ({ body: { amount: cny('500') } }),
  setSandboxLevel: () => ({ body: { level: 'gold' } }),
  resetSandbox: () => ({}),
  listSandboxStrikes: () => ({ query: 'fault=out_of_stock' })
}

interface Settled { readonly host: string, readonly checkout: string, readonly settlement: string }

const settlements = new Map<string, Promise<Settled>>()

/** A host that has sold something, settled: once for each reseller. */
function settled (at: Furniture): Promise<Settled> {
  const made = settlements.get(at.reseller.id) ?? sellAndSettle(at)
  settlements.set(at.reseller.id, made)
  return made
}

async function sellAndSettle ({ world, reseller, sku }: Furniture): Promise<Settled> {
  const { kahub } = reseller
  const { id: host } = await kahub.hosts.create({ reference: reference(), name: 'Ming', commission_rate: '0.5' })
  const link = await kahub.links.create({ reference: reference(), title: 'Link', host, skus: [{ sku, retail_price: cny('100') }] })
  const { startCheckout, receivePayment, stepDb } = house.worlds[world]
  const { checkout, payment } = await startCheckout({
    linkId: readId('link', link.id)!,
    attempt: null,
    skuId: readId('sku', sku)!,
    quantity: 1,
    seenPrice: 1_000_000n,
    contact: { kind: 'email', value: 'li@example.com' },
    deviceHash: null,
    networkHash: newId(),
    language: 'en',
    gateway: 'sandbox',
    returnUrl: () => 'https://shop.example.com'
  })
  const { id: paymentId, amount, currency } = payment
  await receivePayment({ gateway: 'sandbox', transaction: paymentId, paymentId, amount, currency, paidAt: null, source: 'callback' })
  const settlement = await settleNext(stepDb, readId('reseller', reseller.id)!, new Date(Date.now() + 60_000))
  return { host, checkout: showId('checkout', checkout.id), settlement: showId('settlement', settlement!.id) }
}

async function aComplaint (at: Furniture): Promise<string> {
  const { checkout: id } = await settled(at)
  const { db } = house.worlds[at.world]
  const checkout = (await readCheckout(db, readId('checkout', id)!))!
  await transact(db, tx => complain(tx, checkout, { position: 0, message: 'already used' }))
  return (await at.reseller.kahub.complaints.list({ checkout: id })).data[0]!.id
}

/** A gateway in the world's own mode, that nobody pays through. */
function cardGateway ({ world }: Furniture) {
  const config = { secret_key: `sk_${world}_0123456789abcdef`, webhook_secret: 'whsec_0123456789abcdef' }
  return { kind: 'stripe' as const, name: 'Card', name_zh: '银行卡', currencies: ['USD' as const], state: 'disabled' as const, config }
}

async function spareGateway (at: Furniture): Promise<string> {
  return (await house.operators[at.world].admin.gateways.put(`card-${at.world}`, cardGateway(at))).id
}

/** Money that came twice, and that its gateway did not give back. */
async function failedPayback (at: Furniture): Promise<string> {
  const { receivePayment, db } = house.worlds[at.world]
  const paymentId = readId('payment', await spareDeposit(at))!
  for (const transaction of [newId(), newId()]) {
    await receivePayment({ gateway: 'sandbox', transaction, paymentId, amount: 50_000n, currency: 'CNY', paidAt: null, source: 'callback' })
  }
  const { data } = await house.operators[at.world].admin.paybacks.list({ state: 'due' })
  const { id } = data.find(({ payment }) => payment === showId('payment', paymentId))!
  await transact(db, tx => paybackFailed(tx, readId('payback', id)!, 'sample'))
  return id
}

async function spareDeposit ({ reseller }: Furniture): Promise<string> {
  return (await reseller.kahub.deposits.create({ reference: reference(), amount: cny('5'), gateway: 'sandbox' })).id
}

async function spareSession ({ reseller }: Furniture): Promise<string> {
  return (await reseller.kahub.sessions.create({ reference: reference(), title: 'evening' })).id
}

async function spareLink ({ reseller, sku }: Furniture): Promise<string> {
  return (await reseller.kahub.links.create({ reference: reference(), title: 'Link', skus: [{ sku, retail_price: cny('12') }] })).id
}

async function sparePayout (at: Furniture): Promise<string> {
  return (await at.reseller.kahub.payouts.create((await settled(at)).host, { reference: reference(), amount: cny('0.01') })).id
}

// An owner has so many keys and no more: what earlier samples have left is revoked first.
async function spareKey ({ reseller }: Furniture): Promise<string> {
  for await (const key of reseller.kahub.keys.list()) {
    if (usedUp.includes(key.name) && key.revoked_at === null) await reseller.kahub.keys.revoke(key.id)
  }
  return (await reseller.kahub.keys.create({ name: 'spare', algorithm: 'hmac-sha256', scopes: ['keys:write'] })).id
}

async function clerkKey ({ world }: Furniture): Promise<string> {
  const { keys } = house.operators[world].admin
  for await (const key of keys.list()) if (key.name === 'clerk' && key.revoked_at === null) await keys.revoke(key.id)
  return (await keys.create({ name: 'clerk', algorithm: 'hmac-sha256', scopes: ['admin:resellers'] })).id
}

const usedUp = ['spare', 'second', 'third']

async function spareQuote ({ reseller, sku }: Furniture): Promise<string> {
  return (await reseller.kahub.quotes.create({ reference: reference(), lines: [{ sku, quantity: 1 }] })).id
}

async function spareHold ({ reseller, sku }: Furniture): Promise<string> {
  return (await reseller.kahub.holds.create({ reference: reference(), lines: [{ sku, quantity: 1 }] })).id
}

async function pendingApproval ({ maker, guarded }: Furniture): Promise<string> {
  await maker.places({ reference: reference(), sku: guarded, quantity: 1 })
  return (await maker.kahub.approvals.list({ state: 'pending', limit: 1 })).data[0]!.id
}

async function spareBudget ({ reseller }: Furniture): Promise<string> {
  return (await reseller.kahub.budgets.put({ kind: 'cost_center', subject: 'spare', monthly_limit: cny('1') })).id
}

async function spareSubscription ({ reseller, sku }: Furniture): Promise<string> {
  return (await reseller.kahub.subscriptions.create({ reference: reference(), kind: 'stock', scope: { skus: [sku] }, condition: 'any' })).id
}

// A reseller has so many endpoints and no more: the one before is deleted first.
async function spareEndpoint ({ reseller }: Furniture): Promise<string> {
  const { endpoints } = reseller.kahub
  const all = await endpoints.list({ limit: 100 }).toArray({ limit: 100 })
  for (const { id } of all) await endpoints.delete(id)
  return (await endpoints.create({ reference: reference(), url: 'https://shop.example.com/kahub' })).id
}

async function spareDelivery (at: Furniture): Promise<string> {
  return (await at.reseller.kahub.endpoints.simulate(await spareEndpoint(at), { type: 'order.completed' })).id
}

async function anEvent ({ reseller }: Furniture): Promise<string> {
  return (await reseller.kahub.events.list({ limit: 1 })).data[0]!.id
}

const packs = { kind: 'schedule', every: 'month', at: '09:00', day: 1, quantity: 1 } as const

async function spareStanding ({ reseller, sku }: Furniture): Promise<string> {
  return (await reseller.kahub.standingOrders.create({ reference: reference(), name: 'pack', sku, rule: packs })).id
}

async function unseenOrder ({ reseller, sku }: Furniture): Promise<string> {
  return (await reseller.places({ sku, quantity: 1, deliver: 'fetch' })).id
}

async function spareReversal ({ reseller }: Furniture): Promise<string> {
  return (await reseller.kahub.reversals.create({ reference: reference(), order_reference: reference() })).id
}

/** The public key of RFC 8037 appendix A.6. */
const vaultJwk = { kty: 'OKP', crv: 'X25519', x: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08' }

async function vaultKey ({ reseller }: Furniture): Promise<string> {
  return (await reseller.kahub.encryptionKeys.create({ name: 'vault', jwk: vaultJwk })).id
}

function bulkFile ({ sku }: Furniture): string {
  return `sku,quantity\n${sku},1\n`
}

async function spareBulkOrder (at: Furniture): Promise<string> {
  return (await at.reseller.kahub.bulkOrders.create(bulkFile(at), 'text/csv')).id
}

async function stoppedBulkOrder (at: Furniture): Promise<string> {
  return (await at.reseller.kahub.bulkOrders.cancel(await spareBulkOrder(at))).id
}

async function spareRule ({ world, sku }: Furniture): Promise<string> {
  const rule = { kind: 'quantity_break' as const, sku, quantity_min: 500 + ++made, rate: '0.99' }
  return (await house.operators[world].admin.prices.set({ rules: [rule] })).data[0]!.id
}

async function openImport ({ world, sku }: Furniture): Promise<string> {
  return (await house.operators[world].admin.imports.create({ sku, unit_cost: cny('1') })).id
}

async function sentImport (at: Furniture): Promise<string> {
  const id = await openImport(at)
  await house.operators[at.world].admin.imports.putPart(id, 1, Buffer.from(`secret\n${reference()}\n`), 'text/csv')
  return id
}

async function spareLot (at: Furniture): Promise<string> {
  await house.operators[at.world].admin.imports.commit(await sentImport(at))
  return (await house.operators[at.world].admin.lots.list({ sku: at.sku, limit: 1 })).data[0]!.id
}

async function spareCode ({ world, sku }: Furniture): Promise<string> {
  return (await house.stocks(sku, 1, { world }))[0]!
}

function sends (actor: Actor, { method, path }: Operation, sample: Sample, tamper = {}) {
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(sample.path![name]!)) +
    (sample.query === undefined ? '' : `?${sample.query}`)
  const headers: Record<string, string> = sample.type === undefined ? {} : { 'content-type': sample.type }
  return actor.send(method, target, { body: sample.body, headers, tamper })
}

const live = await furnish('live')
const sandbox = await furnish('test')
const unsigned = { headersAfter: { signature: null, 'signature-input': null } }
const isAdmin = ({ path }: Operation) => path.startsWith('/admin/')
/** The levers of the sandbox are there for test keys alone. */
const isLever = ({ path }: Operation) => path.startsWith('/v1/sandbox/')

/** Keys of one scope each, and keys of all scopes but one (of another reseller: a reseller has so many keys and no more), by scope. */
const other = await house.reseller()
const actors = new Map<string, { with: Actor, without: Actor }>()
for (const scope of new Set(signed.map(operation => operation.scope))) {
  if (scope === undefined) continue
  const all = scope.startsWith('admin:') ? vocabulary.operatorScopes.filter(known => known !== 'admin:*') : vocabulary.resellerScopes
  const withScopes = (reseller: Reseller, scopes: readonly string[]): Promise<Actor> =>
    scope.startsWith('admin:') ? operatorWith(scopes) : reseller.withKey({ scopes: scopes as vocabulary.Scope[] })
  const without = all.filter(known => known !== scope)
  actors.set(scope, { with: await withScopes(live.reseller, [scope]), without: await withScopes(other, without) })
}

async function operatorWith (scopes: readonly string[]): Promise<Actor> {
  const { admin } = house.operators.live
  const granted = scopes as typeof vocabulary.operatorScopes[number][]
  const key = await admin.keys.create({ name: 'of the test', algorithm: 'hmac-sha256', scopes: granted })
  // An operator's send, with this key in the place of the operator's own.
  return {
    credentials: { ...house.operators.live.credentials, keyId: key.id, secret: key.secret! },
    send: (method, target, sending) => house.operators.live.send(method, target, {
      ...sending, tamper: { keyId: key.id, secret: key.secret!, ...sending?.tamper }
    })
  }
}

t.test('every signed operation has a sample, and no sample is of nothing', async t => {
  t.same(Object.keys(samples).sort(), signed.map(operation => operation.operationId).sort())
})

t.test('every operation is refused unsigned and without its scope, and fulfilled with no other scope than its own', async t => {
  for (const operation of signed) {
    const { operationId, scope } = operation
    // A reset leaves no reseller behind that a test could go on with.
    const at = isLever(operation) ? { ...sandbox, reseller: await house.reseller({ world: 'test' }) } : live
    const sample = await samples[operationId]!(at)
    t.equal((await sends(at.reseller, operation, sample, unsigned)).code, 'signature_missing', `${operationId} unsigned`)
    if (isLever(operation)) t.equal((await sends(live.reseller, operation, sample)).code, 'sandbox_only', `${operationId} with a live key`)
    if (scope !== undefined) {
      const refused = await sends(actors.get(scope)!.without, operation, sample)
      t.match(refused.json, { status: 403, code: 'scope_missing', scope }, `${operationId} without ${scope}`)
      const stranger = isAdmin(operation) ? live.reseller : house.operators.live
      t.equal((await sends(stranger, operation, sample)).code, 'scope_missing', `${operationId} at the wrong counter`)
    }
    const rightful = scope === undefined
      ? at.reseller
      : isLever(operation) ? await at.reseller.withKey({ scopes: [scope as vocabulary.Scope] }) : actors.get(scope)!.with
    const answer = await sends(rightful, operation, sample)
    t.ok([200, 201, 202].includes(answer.status), `${operationId} with ${scope ?? 'any key'}: ${answer.status} ${answer.code ?? ''}`)
    t.equal(answer.status === 201, '201' in operation.responses, `${operationId}: 201 where something is made`)
    if (answer.status !== 201) continue

    const again = await sends(rightful, operation, sample)
    t.match([again.status, again.headers['idempotent-replayed']], [200, 'true'], `${operationId} again is a repeat`)
    t.equal(again.json.id, answer.json.id, `${operationId} again is the same one`)
    // Beside a file the reference stands in the query.
    const { query = '', ...unqueried } = sample
    const bare = query.startsWith('reference=') ? unqueried : { ...sample, body: { ...(sample.body as object), reference: undefined } }
    t.equal((await sends(rightful, operation, bare)).code, 'reference_missing', `${operationId} needs a reference`)
  }
  t.same(signed.map(({ operationId }) => operationId).filter(id => !judge.fulfilled.has(id)), [], 'all of them were fulfilled')
})

t.test('what stands with codes, secrets or balances is not kept by caches', async t => {
  const sensitive = [
    'createKey', 'rotateKey', 'placeOrder', 'listOrderCodes', 'getOrderCodesDigest', 'listWallets', 'listTransfers', 'createResellerKey',
    'createOperatorKey', 'rotateOperatorKey', 'createDeposit', 'createAdjustment', 'setCreditLimit', 'listResellerWallets', 'listResellerTransfers', 'getMe',
    'listSettlements', 'getSettlement', 'listSettlementLines', 'getHostBalance', 'createPayout', 'listPayouts', 'getPayout',
    'startDeposit', 'listDeposits', 'getDeposit'
  ]
  for (const operation of signed.filter(({ operationId }) => sensitive.includes(operationId))) {
    const actor = isAdmin(operation) ? house.operators.live : live.reseller
    const { headers, status } = await sends(actor, operation, await samples[operation.operationId]!(live))
    t.match([status, headers['cache-control']], [/20[01]/, 'no-store'], operation.operationId)
  }
})

t.test('what is another reseller’s is not found, on any operation', async t => {
  const shared = ['getProduct']
  const bob = await house.reseller()
  const named = signed.filter(operation => !isAdmin(operation) && operation.path.includes('{id}'))
  const owned = named.filter(operation => !shared.includes(operation.operationId))
  t.ok(owned.length >= 4)
  for (const operation of owned) {
    const sample = await samples[operation.operationId]!(live)
    t.equal((await sends(bob, operation, sample)).code, 'not_found', operation.operationId)
    const answer = await sends(live.reseller, operation, sample)
    t.equal(answer.status < 300, true, `${operation.operationId} is there for its owner`)
  }
  // A list of bob's, who has nothing yet but a key and a wallet, tells nothing of alice's.
  const theirs = [live.reseller.id, live.order, live.reseller.credentials.keyId]
  const lists = signed.filter(operation => operation.method === 'GET' && !isAdmin(operation) && !isLever(operation))
  for (const operation of lists.filter(({ path }) => !path.includes('{id}'))) {
    const { status, text } = await sends(bob, operation, await samples[operation.operationId]!(live))
    t.equal(status, 200, operation.operationId)
    t.notOk(theirs.some(id => text.includes(id)), `${operation.operationId} tells nothing of others`)
  }
  const { reference: theirReference, number } = await live.reseller.kahub.orders.get(live.order)
  t.same((await bob.kahub.orders.list({ reference: theirReference })).data, [])
  t.same((await bob.kahub.orders.list({ number })).data, [])
})

t.test('a test key sees nothing that is live, and a live key nothing of the sandbox', async t => {
  const chosenByOperator = ['putLevel', 'putIssuer', 'putCategory', 'putGateway']
  for (const [here, there] of [[live, sandbox], [sandbox, live]] as const) {
    const theirs = [there.reseller.id, there.sku, there.product, there.order, there.lot, there.import, there.reseller.credentials.keyId]
    const own = (operation: Operation) => isAdmin(operation) ? house.operators[here.world] : here.reseller
    for (const operation of signed.filter(({ path, operationId }) => path.includes('{id}') && !chosenByOperator.includes(operationId))) {
      const answer = await sends(own(operation), operation, await samples[operation.operationId]!(there))
      t.equal(answer.code, 'not_found', `${operation.operationId} of ${there.world} by ${here.world}`)
    }
    const lists = signed.filter(operation => operation.method === 'GET' && !(isLever(operation) && here.world === 'live'))
    for (const operation of lists.filter(({ path }) => !path.includes('{id}'))) {
      const answer = await sends(own(operation), operation, await samples[operation.operationId]!(here))
      t.equal(answer.status, 200, operation.operationId)
      t.notOk(theirs.some(id => answer.text.includes(id)), `${operation.operationId} by ${here.world} tells nothing of ${there.world}`)
    }
    t.equal(await outcomeOf(here.reseller.places({ sku: there.sku, quantity: 1 })), 'sku_not_found')
    t.equal(await outcomeOf(here.reseller.kahub.stock.query({ skus: [there.sku] })), 'sku_not_found')
  }
  for (const [here, there] of [[live, sandbox], [sandbox, live]] as const) {
    const calls: [Operation, Sample][] = []
    for (const operation of signed) if (!isLever(operation)) calls.push([operation, await samples[operation.operationId]!(there)])
    const rowsOf = async () => Object.fromEntries(
      Object.entries(await fingerprintOf(house.db)).filter(([table]) => table.startsWith(`${there.world}.`)))
    const before = await rowsOf()
    for (const [operation, sample] of calls) await sends(isAdmin(operation) ? house.operators[here.world] : here.reseller, operation, sample)
    t.same(await rowsOf(), before, `whatever a ${here.world} key sends of ${there.world}, by any operation, no row of it changes`)
  }
  const { keyId } = live.reseller.credentials
  const renamed = keyId.replace('key_live_', 'key_test_')
  const answer = await live.reseller.send('GET', '/v1/ping', { tamper: { keyId: renamed } })
  t.equal(answer.code, 'signature_invalid', 'a key cannot change its world')
})

t.test('openapi.yaml is what the app prints, lint-clean, and names every problem code', async t => {
  t.equal(await printContract(), contractText, 'npm run openapi writes it anew')
  const lint = promisify(execFile)(process.execPath, [`${root}node_modules/.bin/redocly`, 'lint', `${root}openapi.yaml`, '--format=json'], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  })
  t.match(JSON.parse((await lint).stdout), { totals: { errors: 0, warnings: 0 } })
  for (const code of problemCodes) t.match(contractText, new RegExp(`^ +- ${code}$`, 'm'))
  const ids = operations.map(({ operationId }) => operationId)
  t.equal(new Set(ids).size, ids.length)
  for (const id of ids) t.match(id, /^[a-z][A-Za-z]+$/)
})

t.test('every problem code is given somewhere, and none is given that is not in the table', async t => {
  const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(`${root}src/${name}`, 'utf8'))
  const text = sources.join('\n')
  for (const code of problemCodes) t.ok(text.includes(`'${code}'`), `${code} is given by something in src`)
  const known: readonly string[] = problemCodes
  for (const [, code] of text.matchAll(/new Problem\('([a-z_]+)'/g)) t.ok(known.includes(code!), `${code} is in the table`)
})

t.test('a list that a table checks is the one of the vocabulary', async t => {
  const rows = await house.db<{ place: string, definition: string }[]>`
    select format('%s.%s', c.relname, a.attname) as place, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
    where k.contype = 'c' and k.connamespace = 'live'::regnamespace and cardinality(k.conkey) = 1
      and pg_get_constraintdef(k.oid) like '%ARRAY[%' order by 1`
  const wordsOf = (definition: string) => [...definition.matchAll(/'([^']+)'::text/g)].map(([, word]) => word!)
  const checked = Object.fromEntries(rows.map(({ place, definition }) => [place, wordsOf(definition)]))
  t.same(checked, {
    'api_keys.algorithm': vocabulary.keyAlgorithms,
    'approvals.kind': vocabulary.approvalKinds,
    'approvals.state': vocabulary.approvalStates,
    'budgets.kind': vocabulary.budgetKinds,
    'checkouts.contact_kind': vocabulary.contactKinds,
    'checkouts.state': vocabulary.checkoutStates,
    'deliveries.state': vocabulary.deliveryStates,
    'encryption_keys.algorithm': vocabulary.encryptionAlgorithms,
    'endpoints.state': vocabulary.endpointStates,
    'gateways.kind': vocabulary.gatewayKinds,
    'gateways.state': vocabulary.gatewayStates,
    'holds.state': vocabulary.holdStates,
    'hosts.state': vocabulary.hostStates,
    'imports.state': vocabulary.importStates,
    'links.kind': vocabulary.linkKinds,
    'lots.state': vocabulary.lotStates,
    'paybacks.state': vocabulary.paybackStates,
    'payments.purpose': vocabulary.paymentPurposes,
    'payments.state': vocabulary.paymentStates,
    'price_rules.kind': vocabulary.priceRuleKinds,
    'products.kind': vocabulary.productKinds,
    'products.status': vocabulary.listingStatuses,
    'receipts.source': vocabulary.receiptSources,
    'resellers.status': vocabulary.resellerStatuses,
    'skus.status': vocabulary.listingStatuses,
    'snapshots.name': ['prices', 'keys', 'gateways'],
    'standing_orders.state': vocabulary.standingOrderStates,
    'subscriptions.kind': vocabulary.subscriptionKinds,
    'subscriptions.state': vocabulary.subscriptionStates
  })
})

t.test('a reseller goes from state to state as the table says, and no other way', async t => {
  const { resellers } = house.operator
  for (const from of vocabulary.resellerStatuses) {
    for (const to of vocabulary.resellerStatuses) {
      const { id } = await house.reseller({ balance: '0' })
      if (from !== 'active') await resellers.update(id, { status: from })
      const allowed = from === to || mayEnter(resellerEntry, from, to)
      t.equal(await outcomeOf(resellers.update(id, { status: to })), allowed ? 'accepted' : 'state_conflict', `${from} → ${to}`)
      t.equal((await resellers.get(id)).status, allowed ? to : from)
    }
  }
})

t.test('a listing goes from state to state as the table says, and no other way', async t => {
  const { products, skus } = house.operator
  for (const from of vocabulary.listingStatuses) {
    for (const to of vocabulary.listingStatuses) {
      const product = await products.create({ name: 'Card', kind: 'code', issuer: 'steam' })
      const sku = await skus.create(product.id, { name: '¥10', currency: 'CNY' })
      if (from !== 'active') await skus.update(sku.id, { status: from })
      if (from !== 'active') await products.update(product.id, { status: from })
      const expected = from === to || mayEnter(listingEntry, from, to) ? 'accepted' : 'state_conflict'
      t.equal(await outcomeOf(products.update(product.id, { status: to })), expected, `a product ${from} → ${to}`)
      t.equal(await outcomeOf(skus.update(sku.id, { status: to })), expected, `a SKU ${from} → ${to}`)
      t.equal((await skus.get(sku.id)).status, expected === 'accepted' ? to : from)
    }
  }
  for (const status of vocabulary.listingStatuses) {
    const body = { reference: reference(), name: 'Card', kind: 'code', issuer: 'steam', status }
    const { code } = await house.operators.live.send('POST', '/admin/v1/products', { body })
    t.equal(code ?? 'accepted', mayEnter(listingEntry, null, status) ? 'accepted' : 'invalid_request', `a new product ${status}`)
  }
})

t.test('an import goes from state to state as the table says, and no other way', async t => {
  const { imports } = house.operator
  const goes = { open: async () => {}, committed: imports.commit.bind(imports), aborted: imports.abort.bind(imports) }
  for (const from of vocabulary.importStates) {
    for (const to of ['committed', 'aborted'] as const) {
      const id = await sentImport(live)
      await goes[from](id)
      const allowed = from === to || mayEnter(importEntry, from, to)
      t.equal(await outcomeOf(goes[to](id)), allowed ? 'accepted' : 'state_conflict', `${from} → ${to}`)
      t.equal((await imports.get(id)).state, allowed ? to : from)
    }
  }
})

t.test('a lot goes from state to state as the table says, and no other way', async t => {
  const { imports, lots } = house.operator
  const withdrawn = (to: 'recalled' | 'expired') => async (lot: LotAt) => {
    const gone = await transact(house.worlds.live.db, tx => withdrawLots(tx, [lot.row], to, 'walked'))
    return gone.length === 1 ? 'accepted' : 'state_conflict'
  }
  const goes: Record<vocabulary.LotState, (lot: LotAt) => Promise<unknown>> = {
    staged: async () => {},
    available: lot => outcomeOf(imports.commit(lot.import)),
    recalled: withdrawn('recalled'),
    expired: withdrawn('expired'),
    aborted: lot => outcomeOf(imports.abort(lot.import))
  }
  const way: Record<vocabulary.LotState, readonly vocabulary.LotState[]> = {
    staged: [], available: ['available'], recalled: ['available', 'recalled'], expired: ['available', 'expired'], aborted: ['aborted']
  }
  for (const from of vocabulary.lotStates) {
    for (const to of vocabulary.lotStates.filter(state => state !== 'staged' && state !== from)) {
      const lot = await stagedLot()
      for (const step of way[from]) await goes[step](lot)
      t.equal((await lots.get(lot.id)).state, from)
      await goes[to](lot)
      t.equal((await lots.get(lot.id)).state, mayEnter(lotEntry, from, to) ? to : from, `${from} → ${to}`)
      const told = await outcomeOf(lots.recall(lot.id, { reason: 'walked' }))
      const now = (await lots.get(lot.id)).state
      t.equal(told, now === 'recalled' ? 'accepted' : 'state_conflict', `recalling what went ${from} → ${to}`)
    }
  }

  interface LotAt { readonly id: string, readonly row: number, readonly import: string }

  async function stagedLot (): Promise<LotAt> {
    const importId = await sentImport(live)
    const [lot] = await house.db<{ id: number, public: string }[]>`
      select id, public_id as public from lots where import_id = ${readId('import', importId)!}`
    const listed = (await lots.list({ sku: live.sku, limit: 5 })).data.find(known => known.import === importId)
    t.equal(listed?.state, 'staged')
    return { id: listed!.id, row: lot!.id, import: importId }
  }
})

t.test('every event that was told of all this is as the contract says its type is, small, and in a type that is told', async t => {
  const { webhooks } = parse(contractText) as { webhooks: Record<string, unknown> }
  t.same(Object.keys(webhooks), vocabulary.eventTypes)
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema(parse(contractText), 'openapi.yaml', undefined, false)
  const told = new Set<string>()
  for (const world of vocabulary.worlds) {
    const rows = await house.db<{ type: vocabulary.EventType, data: object }[]>`select type, data from ${house.db(`${world}.events`)}`
    for (const { type, data } of rows) {
      told.add(type)
      const pointer = `/webhooks/${type}/post/requestBody/content/application~1json/schema/properties/data`
      const valid = ajv.validate({ $ref: `openapi.yaml#${pointer}` }, data)
      if (!valid) t.fail(`${type}: ${ajv.errorsText()}`)
      t.ok(JSON.stringify(data).length < 16_000)
    }
  }
  t.ok(told.size >= 12, [...told].join(', '))
})

t.test('after all of this the books hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})
