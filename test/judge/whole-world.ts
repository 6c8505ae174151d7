// A small live world with something of everything in it, made by the product itself; its buyers and its receiver keep journals.
import { createHash, createHmac } from 'node:crypto'
import type { Test } from 'tap'
import { readId, showId, type Uuid } from '../../src/base/ids.ts'
import { fanOut } from '../../src/domain/callbacks/fan-out.ts'
import { attemptsMax } from '../../src/domain/callbacks/retry-schedule.ts'
import { runBulkOrders } from '../../src/domain/bulk-orders/run-step.ts'
import { paybackSucceeded } from '../../src/domain/links/checkouts/end-payback.ts'
import { bankReceipts } from '../../src/domain/links/settlement/bank-receipts.ts'
import { createPayout } from '../../src/domain/links/settlement/create-payout.ts'
import { settleSales } from '../../src/domain/links/settlement/settle-sales.ts'
import { runDueStandingOrders } from '../../src/domain/standing-orders/run-due.ts'
import { tellSubscribers } from '../../src/domain/subscriptions/tell-subscribers.ts'
import { postCosts } from '../../src/domain/wallet/post-costs.ts'
import { openSender } from '../../src/outgoing/send-callback.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openDelivering } from '../../src/workers/deliver.ts'
import { begins, makeLink, offByOne, receiptOf } from '../support/buyers.ts'
import { openCallbackReceiver, type Callback } from '../support/callback-receiver.ts'
import { openHouse, type House, type Reseller } from '../support/house.ts'
import { openJournal, type Journal, type SentLine } from './journal.ts'

const cny = (amount: string) => ({ amount, currency: 'CNY' as const })
/** Enough for any pass to do all there is. */
const plenty = 1_000
const rules = { ports: [443], loopback: true }

export interface WholeWorld { readonly house: House }

/** Makes the world, and writes its journals into a folder. All of it is over when this returns. */
export async function makeWholeWorld (t: Test, journals: string): Promise<WholeWorld> {
  const house = await openHouse(t, { callbackRules: rules })
  const journal = openJournal(journals, 'world')
  const [alice, bob] = [await house.reseller({ balance: '5000' }), await house.reseller()]
  const shelves = await stockShelves(house, alice)
  const hear = await listen(t, journal)
  await hear.endpoint(alice, '/taken')
  await hear.endpoint(alice, '/dead', ['order.completed'])
  await hear.endpoint(bob, '/bob')
  await buyInJournals(house, journal, shelves, alice, bob, `${hear.url}/order`)
  await buyInOtherWays(house, shelves, alice)
  await waitAndBeAsked(house, shelves)
  await sellByLinks(house, shelves, bob)
  await house.operator.deposits.create(alice.id, { reference: 'more', amount: cny('900'), reason: 'for a test' })
  await postCosts(house.worlds.live.db, plenty)
  await deliver(t, house)
  journal.close()
  return { house }
}

interface Shelves { readonly plain: string, readonly dear: string, readonly scarce: string }

async function stockShelves (house: House, alice: Reseller): Promise<Shelves> {
  const plain = await house.sku({ price: '10', cost: '4', codes: 60, breaks: { 10: '0.9' }, floor: '5' })
  await house.stocks(plain, 40, { cost: '5' })
  const dear = await house.sku({ price: '99.99', cost: '50', codes: 60 })
  const scarce = await house.sku({ price: '3', codes: 5 })
  await house.operator.prices.set({ rules: [{ kind: 'contract', sku: dear, reseller: alice.id, amount: cny('80.01') }] })
  // Prices are older than what is sold at them.
  await house.db`update price_rules set created_at = created_at - interval '1 hour'`
  const [lot] = await house.db<{ id: Uuid }[]>`select public_id as id from lots order by id limit 1`
  await house.operator.codes.void({ lot: showId('lot', lot!.id), positions: [59], reason: 'dead' })
  return { plain, dear, scarce }
}

interface Listening { readonly url: string, endpoint (reseller: Reseller, path: string, types?: 'order.completed'[]): Promise<void> }

/** A receiver that keeps a journal; it refuses what comes to /dead. */
async function listen (t: Test, journal: Journal): Promise<Listening> {
  const secrets = new Map<string, string>()
  const receiver = await openCallbackReceiver(t, callback => {
    const { endpoint, id: event, sequence, type } = callback.json
    const answered = callback.path === '/dead' ? 500 : 200
    const signed = isSigned(callback, secrets.get(endpoint)!)
    journal.write({ kind: 'received', atMs: Date.now(), endpoint, event, sequence, type, signed, answered })
    return answered
  })
  return {
    url: receiver.url,
    async endpoint (reseller, path, types) {
      const { id, secret } = await reseller.kahub.endpoints.create({ url: receiver.url + path, ...types && { types } })
      secrets.set(id, secret!)
    }
  }
}

function isSigned ({ headers, text }: Callback, secret: string): boolean {
  const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
  const expected = mac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`).digest('base64')
  return String(headers['webhook-signature']).split(' ').includes(`v1,${expected}`)
}

async function buyInJournals (
  house: House, journal: Journal, { plain, dear, scarce }: Shelves, alice: Reseller, bob: Reseller, callbackUrl: string
): Promise<void> {
  const own = { reference: 'twice', lines: [{ sku: plain, quantity: 2 }] }
  for (let times = 0; times < 2; times++) await buys(journal, alice, own)
  await buys(journal, alice, { ...own, lines: [{ sku: plain, quantity: 3 }] }, true)
  await buys(journal, alice, { reference: 'many', lines: [{ sku: plain, quantity: 12 }, { sku: dear, quantity: 1 }] })
  await buys(journal, alice, { reference: 'plain one', lines: [{ sku: plain, quantity: 1 }], callback_url: callbackUrl })
  await buys(journal, alice, { reference: 'dear one', lines: [{ sku: dear, quantity: 1 }] })
  await buys(journal, alice, { reference: 'too many', lines: [{ sku: scarce, quantity: 6 }] })
  await buys(journal, alice, { reference: 'in part', lines: [{ sku: scarce, quantity: 6 }], fill: 'partial' })
  await buys(journal, bob, { reference: 'twice', lines: [{ sku: plain, quantity: 3 }] })
  await buys(journal, bob, { reference: 'unseen', lines: [{ sku: dear, quantity: 2 }], deliver: 'fetch' })
  await house.operator.keys.update(bob.credentials.keyId, { reveals_per_day: 100 })
  await buys(journal, bob, { reference: 'counted', lines: [{ sku: dear, quantity: 2 }], deliver: 'inline' })
}

interface Purchase {
  readonly reference: string
  readonly lines: readonly SentLine[]
  readonly fill?: 'partial'
  readonly deliver?: 'fetch' | 'inline'
  readonly callback_url?: string
}

async function buys (journal: Journal, { id: reseller, send }: Reseller, body: Purchase, differs?: true): Promise<void> {
  const { reference, lines } = body
  journal.write({ kind: 'sent', atMs: Date.now(), reseller, reference, lines, ...differs && { differs } })
  const { status, code, json, headers } = await send('POST', '/v1/orders', { body })
  const answer = status >= 300
    ? { code: code! }
    : {
        replayed: headers['idempotent-replayed'] === 'true',
        order: json.id,
        state: json.state,
        total: json.total,
        currency: json.currency,
        codes: json.lines.flatMap((line: any) => (line.codes ?? []).map(hashOf))
      }
  journal.write({ kind: 'heard', atMs: Date.now(), reseller, reference, status, ...answer })
}

function hashOf (code: { readonly secret: string }): string {
  return createHash('sha256').update(code.secret).digest('hex')
}

/** A quote, holds, reversals, a bulk order, a standing order, a subscription. */
async function buyInOtherWays (house: House, { plain, dear }: Shelves, alice: Reseller): Promise<void> {
  const { worlds: { live }, db } = house
  const { kahub } = alice
  const lines = [{ sku: plain, quantity: 1 }]
  const quote = await kahub.quotes.create({ lines })
  await kahub.orders.place({ lines, quote: quote.id })
  const hold = await kahub.holds.create({ lines })
  await kahub.orders.place({ lines, hold: hold.id })
  await kahub.holds.create({ lines: [{ sku: plain, quantity: 2 }] })
  await kahub.reversals.create({ order_reference: 'never sent' })
  const bulk = await kahub.bulkOrders.create(`sku,quantity\n${plain},2\n${dear},1\n`, 'text/csv', { fill: 'partial' })
  await kahub.bulkOrders.confirm(bulk.id)
  await runBulkOrders(live, plenty)
  const standing = await kahub.standingOrders.create({
    name: 'daily', sku: dear, rule: { kind: 'schedule', every: 'day', at: '09:00', quantity: 1 }, limits: { monthly_total: cny('100000') }
  })
  await db`update standing_orders set next_run_at = now() - interval '1 minute' where id = ${readId('standing_order', standing.id)!}`
  await runDueStandingOrders(live, plenty)
  await kahub.subscriptions.create({ kind: 'stock', scope: { skus: [plain] }, condition: 'any' })
  await alice.places({ sku: plain, quantity: 1 })
  await db`update subscriptions set next_check_at = now() - interval '1 day'`
  await db`update subscription_marks set told_at = told_at - interval '1 day'`
  await tellSubscribers(live, plenty)
}

/** A shop whose purchases need a second key: approved, rejected and pending ones, one by file, one given back, and a budget. */
async function waitAndBeAsked (house: House, { plain, dear }: Shelves): Promise<void> {
  const owner = await house.reseller()
  const [maker, checker] = [await owner.withKey({}), await owner.withKey({})]
  const given = await owner.places({ sku: dear, quantity: 2, reference: 'given back', deliver: 'fetch' })
  await owner.kahub.reversals.create({ order_reference: given.reference })
  await owner.kahub.approvalPolicy.put({ amount_above: [cny('0')] })
  await owner.kahub.budgets.put({ kind: 'key', subject: maker.credentials.keyId, monthly_limit: cny('10000') })
  for (const [quantity, decide] of [[2, 'approve'], [3, 'reject'], [4, undefined], [5, undefined]] as const) {
    const order = await maker.places({ sku: plain, quantity })
    const [approval] = (await checker.kahub.approvals.list({ state: 'pending' })).data.filter(one => one.order === order.id)
    if (decide === 'approve') await checker.kahub.approvals.approve(approval!.id)
    if (decide === 'reject') await checker.kahub.approvals.reject(approval!.id, { reason: 'too many' })
  }
  const bulk = await maker.kahub.bulkOrders.create(`sku,quantity\n${plain},3\n`, 'text/csv', { fill: 'all_or_nothing' })
  await maker.kahub.bulkOrders.confirm(bulk.id)
  await runBulkOrders(house.worlds.live, plenty)
}

/** Buyers who bought, paid too little, are paying; sales that are settled, paid out and banked, and some that are not yet. */
async function sellByLinks (house: House, { plain }: Shelves, bob: Reseller): Promise<void> {
  const { worlds: { live }, db } = house
  const link = await makeLink(db, { reseller: bob.id, skus: { [plain]: 20 }, commission: 1_000 })
  const begin = () => begins(live, { link, sku: plain, seen: 20, gateway: 'alipay' })
  const sells = async () => await live.receivePayment(receiptOf((await begin()).payment))
  const returns = async () => {
    const { payment } = await begin()
    await live.receivePayment(receiptOf(payment, { amount: offByOne(payment.amount, payment.currency, -1) }))
  }
  await sells()
  await sells()
  await returns()
  const [due] = await db<{ id: Uuid }[]>`select id from paybacks`
  await transact(live.db, tx => paybackSucceeded(tx, due!.id))
  const dayAfterTomorrow = new Date(Date.now() + 2 * 86_400_000)
  await settleSales(live.stepDb, plenty, dayAfterTomorrow)
  await bankReceipts(live.stepDb, plenty, dayAfterTomorrow)
  const [host] = await db<{ id: Uuid, resellerId: Uuid }[]>`select id, reseller_id as "resellerId" from hosts`
  await transact(live.db, tx => createPayout(tx, {
    id: due!.id,
    resellerId: host!.resellerId,
    hostId: host!.id,
    ...{ reference: 'payout', currency: 'CNY', amount: 10_000n, note: '', createdBy: 'test' }
  }))
  await sells()
  await returns()
  await begin()
}

/** Fans out and delivers all; what is refused is refused until it is given up. */
async function deliver (t: Test, { worlds: { live }, db }: House): Promise<void> {
  const sender = openSender({ rules })
  t.teardown(() => sender.close())
  const delivering = openDelivering(live, { sender })
  while ((await fanOut(live.callbackDb)).more);
  await delivering.untilIdle()
  await db`update deliveries set attempts = ${attemptsMax - 1} where state = 'due'`
  // An endpoint that fails is tried with one at a time.
  const due = await db`select from deliveries where state = 'due'`
  for (let tried = 0; tried < due.length; tried++) {
    await db`update deliveries set due_at = now() where state = 'due'`
    await db`update endpoints set next_due_at = now(), resume_at = '-infinity', rate_at = '-infinity'`
    await delivering.untilIdle()
  }
}
