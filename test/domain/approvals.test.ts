// Purchases that need a second key (采购审批): what is held for them, who may decide, how they end, and the budgets they spend.
import t, { type Test } from 'tap'
import { approvalEntry, mayEnter } from '../../schema/states.ts'
import { approvalStates } from '../../schema/vocabulary.ts'
import type { PutApprovalPolicyBody } from '../../sdk/src/index.ts'
import { readId } from '../../src/base/ids.ts'
import { budgetsPerResellerMax } from '../../src/domain/approvals/read-budgets.ts'
import { expireApprovals } from '../../src/domain/bulk-orders/expire-approvals.ts'
import { runBulkOrders } from '../../src/domain/bulk-orders/run-step.ts'
import { contractJudge } from '../support/contract.ts'
import { openHouse, outcomeOf, type Reseller, type ResellerWish } from '../support/house.ts'

const judge = contractJudge()
const house = await openHouse(t, { hear: judge.hear })
const { worlds: { live }, db } = house
const cny = (amount: string) => ({ amount, currency: 'CNY' as const })
let made = 0
const reference = () => `purchase ${++made}`

/** A reseller whose owner sets the policy, with a key that buys and one that approves. */
interface Shop { readonly id: string, readonly owner: Reseller, readonly maker: Reseller, readonly checker: Reseller }

async function newShop (policy: PutApprovalPolicyBody, wish: ResellerWish = {}): Promise<Shop> {
  const owner = await house.reseller(wish)
  await owner.kahub.approvalPolicy.put(policy)
  return {
    id: owner.id,
    owner,
    maker: await owner.withKey({ scopes: ['orders:write', 'orders:read', 'codes:read', 'wallet:read', 'keys:write', 'orders:approve'] }),
    checker: await owner.withKey({ scopes: ['orders:approve', 'orders:read'] })
  }
}

const everything: PutApprovalPolicyBody = { amount_above: [cny('0')] }

/** The approval that an order of this shop waits for. */
async function approvalOf ({ checker }: Shop, order: string) {
  for await (const approval of checker.kahub.approvals.list()) if (approval.order === order) return approval
  throw new Error(`no approval of ${order}`)
}

async function asks (shop: Shop, sku: string, quantity = 1) {
  const order = await shop.maker.places({ reference: reference(), sku, quantity })
  return { order, approval: await approvalOf(shop, order.id) }
}

async function moneyOf ({ maker }: Shop) {
  return (await maker.kahub.wallets.list()).data[0]!.available.amount
}

async function stockOf (sku: string) {
  const [row] = await db<{ available: number, held: number }[]>`select available, held from stock where sku_id = ${readId('sku', sku)!}`
  return row!
}

async function passTime (approval: string): Promise<void> {
  await db`update approvals set expires_at = clock_timestamp() - interval '1 second' where id = ${readId('approval', approval)!}`
}

async function typesOf ({ id }: Shop): Promise<string[]> {
  const rows = await db<{ type: string }[]>`
    select type from events where reseller_id = ${readId('reseller', id)!} and type like 'order.%' order by sequence`
  return rows.map(row => row.type)
}

t.test('each threshold holds the purchase for a second key; below it nothing waits', async t => {
  const [sku, named] = [await house.sku({ price: '10', codes: 50 }), await house.sku({ price: '10', codes: 50 })]
  const cases: readonly [string, PutApprovalPolicyBody, below: [string, number], above: [string, number], reason: string][] = [
    ['amount', { amount_above: [cny('30')] }, [sku, 3], [sku, 4], 'amount'],
    ['quantity', { quantity_above: 2 }, [sku, 2], [sku, 3], 'quantity'],
    ['SKU', { skus: [named] }, [sku, 5], [named, 1], 'sku']
  ]
  for (const [what, policy, [below, few], [above, many], reason] of cases) {
    const shop = await newShop(policy)
    const direct = await shop.maker.places({ reference: reference(), sku: below, quantity: few })
    t.match(direct, { state: 'completed', delivered: few }, `${what}: below it`)
    const sent = await shop.maker.send('POST', '/v1/orders', { body: { reference: reference(), lines: [{ sku: above, quantity: many }] } })
    t.match([sent.status, sent.json], [202, { state: 'awaiting_approval', delivered: 0, lines: [{ state: 'held' }] }], `${what}: above it`)
    t.notOk(sent.json.lines[0].codes, 'no code leaves')
    t.match(await approvalOf(shop, sent.json.id), {
      kind: 'order',
      state: 'pending',
      reasons: [reason],
      total: `${many * 10}.00`,
      quantity: many,
      requested_by: shop.maker.credentials.keyId
    })
  }
})

t.test('a SKU that was never bought needs approval once, what was bought before the policy does not', async t => {
  const [old, fresh, other] = [await house.sku({ codes: 9 }), await house.sku({ codes: 9 }), await house.sku({ codes: 9 })]
  const shop = await newShop({})
  const buys = (sku: string) => shop.maker.places({ reference: reference(), sku, quantity: 1 })
  await buys(old)
  await shop.owner.kahub.approvalPolicy.put({ first_purchase: true })
  t.match(await buys(old), { state: 'completed' })

  const first = await asks(shop, fresh)
  t.match(first.approval, { reasons: ['first_purchase'] })
  t.match(await buys(fresh), { state: 'awaiting_approval' }, 'as long as it is not approved')
  await shop.checker.kahub.approvals.approve(first.approval.id)
  t.match(await buys(fresh), { state: 'completed' })
  const second = await asks(shop, other)
  await shop.checker.kahub.approvals.reject(second.approval.id, { reason: 'not for us' })
  t.match(await buys(other), { state: 'awaiting_approval' }, 'what was rejected was not bought')

  await shop.owner.kahub.approvalPolicy.put({})
  t.match(await buys(other), { state: 'completed' })
  await shop.owner.kahub.approvalPolicy.put({ first_purchase: true })
  t.match(await buys(other), { state: 'completed' }, 'bought while nobody asked')
})

t.test('approved, a purchase is completed at the price it was held at, and its codes are its buyer’s', async t => {
  const sku = await house.sku({ price: '10', codes: 5 })
  const shop = await newShop(everything, { balance: '100' })
  const { order, approval } = await asks(shop, sku, 2)
  await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: cny('99') }] })
  const approved = await shop.checker.kahub.approvals.approve(approval.id)
  t.match(approved, { state: 'approved', decided_by: shop.checker.credentials.keyId, reason: null, order: order.id })
  const completed = { state: 'completed', delivered: 2, total: '20.00', lines: [{ unit_price: '10.00' }] }
  t.match(await shop.maker.kahub.orders.get(order.id), completed)
  t.equal((await shop.maker.kahub.orders.codes(order.id)).data.length, 2)
  t.equal(await moneyOf(shop), '80.00')
  t.same(await shop.checker.kahub.approvals.approve(approval.id), approved, 'again, it is answered again')
  t.equal(await outcomeOf(shop.checker.kahub.approvals.reject(approval.id, { reason: 'no' })), 'state_conflict')
  t.same(await typesOf(shop), ['order.awaiting_approval', 'order.completed'])
  const again = await shop.maker.kahub.orders.place({ reference: order.reference, lines: [{ sku, quantity: 2 }] })
  t.match(again, { id: order.id, state: 'completed' }, 'the reference gives the order as it is now')
})

t.test('rejected, stock and money go back, and its buyer reads why', async t => {
  const sku = await house.sku({ price: '10', codes: 5 })
  const shop = await newShop(everything, { balance: '100' })
  const { order, approval } = await asks(shop, sku, 2)
  const rejected = await shop.checker.kahub.approvals.reject(approval.id, { reason: '超出本月采购计划' })
  t.match(rejected, { state: 'rejected', reason: '超出本月采购计划', decided_by: shop.checker.credentials.keyId })
  t.match(await shop.maker.kahub.approvals.get(approval.id), { reason: '超出本月采购计划' })
  const released = { state: 'rejected', delivered: 0, total: '0.00', lines: [{ state: 'released', reason: 'rejected' }] }
  t.match(await shop.maker.kahub.orders.get(order.id), released)
  t.same([await moneyOf(shop), await stockOf(sku)], ['100.00', { available: 5, held: 0 }])
  const again = await shop.checker.kahub.approvals.reject(approval.id, { reason: 'another' })
  t.equal(again.reason, '超出本月采购计划', 'again, it is answered again with the first reason')
  t.equal(await outcomeOf(shop.checker.kahub.approvals.approve(approval.id)), 'state_conflict')
  t.same(await typesOf(shop), ['order.awaiting_approval', 'order.rejected'])
})

t.test('whoever ordered may not decide, nor a key it was rotated from or to, nor a key that is good no more', async t => {
  const sku = await house.sku({ codes: 9 })
  const shop = await newShop(everything)
  const older = await asks(shop, sku)
  t.equal(await outcomeOf(shop.maker.kahub.approvals.approve(older.approval.id)), 'approval_by_maker')
  t.equal(await outcomeOf(shop.maker.kahub.approvals.reject(older.approval.id, { reason: 'mine' })), 'approval_by_maker')

  const rotated = async (from: Reseller): Promise<Reseller> => {
    const key = await from.kahub.keys.rotate(from.credentials.keyId, { reference: reference() })
    const { kahub } = from
    const credentials = { ...from.credentials, keyId: key.id, secret: key.secret! }
    return { ...from, credentials, kahub: new (kahub.constructor as new (options: object) => typeof kahub)(credentials) }
  }
  const second = await rotated(shop.maker)
  const third = await rotated(second)
  for (const key of [second, third]) t.equal(await outcomeOf(key.kahub.approvals.approve(older.approval.id)), 'approval_by_maker')
  const newer = await third.kahub.orders.place({ reference: reference(), lines: [{ sku, quantity: 1 }] })
  const { id } = await approvalOf(shop, newer.id)
  for (const key of [shop.maker, second, third]) t.equal(await outcomeOf(key.kahub.approvals.approve(id)), 'approval_by_maker')

  const revoked = await shop.owner.withKey({ scopes: ['orders:approve'] })
  await shop.owner.kahub.keys.revoke(revoked.credentials.keyId)
  t.equal(await outcomeOf(revoked.kahub.approvals.approve(id)), 'key_revoked')
  t.match(await shop.checker.kahub.approvals.approve(id), { state: 'approved' })
  t.equal(await outcomeOf(shop.maker.kahub.approvals.approve(id)), 'approval_by_maker', 'decided or not')
  t.match(await shop.checker.kahub.approvals.approve(older.approval.id), { state: 'approved' })
})

t.test('what nobody decides in time expires, by the clock of the database, and is released', async t => {
  const sku = await house.sku({ price: '10', codes: 5 })
  const shop = await newShop({ ...everything, expires_in_seconds: 600 }, { balance: '100' })
  const [tidied, late] = [await asks(shop, sku, 2), await asks(shop, sku, 1)]
  const seconds = (Date.parse(late.approval.expires_at) - Date.parse(late.approval.created_at)) / 1000
  t.ok(seconds >= 599 && seconds <= 601, 'it waits as long as the policy says')
  t.equal(await expireApprovals(live.db, 10), 0)

  await passTime(tidied.approval.id)
  t.equal(await expireApprovals(live.db, 10), 1)
  t.equal(await expireApprovals(live.db, 10), 0)
  t.match(await shop.maker.kahub.approvals.get(tidied.approval.id), { state: 'expired', decided_by: null })
  t.match(await shop.maker.kahub.orders.get(tidied.order.id), { state: 'expired', total: '0.00' })
  t.same([await moneyOf(shop), await stockOf(sku)], ['90.00', { available: 4, held: 1 }])
  t.equal(await outcomeOf(shop.checker.kahub.approvals.approve(tidied.approval.id)), 'approval_expired')

  await passTime(late.approval.id)
  t.equal(await outcomeOf(shop.checker.kahub.approvals.approve(late.approval.id)), 'approval_expired', 'before the pass came by')
  t.match(await shop.maker.kahub.orders.get(late.order.id), { state: 'expired' }, 'and is released at once')
  t.equal(await outcomeOf(shop.checker.kahub.approvals.reject(late.approval.id, { reason: 'late' })), 'approval_expired')
  t.same([await moneyOf(shop), await stockOf(sku)], ['100.00', { available: 5, held: 0 }])
  t.same(await typesOf(shop), ['order.awaiting_approval', 'order.awaiting_approval', 'order.expired', 'order.expired'])
})

t.test('what is held is not sold to another, and its money is not spent twice', async t => {
  const sku = await house.sku({ price: '10', codes: 3 })
  const shop = await newShop({ quantity_above: 1 }, { balance: '30' })
  const { approval } = await asks(shop, sku, 2)
  t.same([await moneyOf(shop), await stockOf(sku)], ['10.00', { available: 1, held: 2 }])
  const stranger = await house.reseller()
  t.equal(await outcomeOf(stranger.places({ reference: reference(), sku, quantity: 2 })), 'out_of_stock')
  const dear = await house.sku({ price: '11', codes: 1 })
  t.equal(await outcomeOf(shop.maker.places({ reference: reference(), sku: dear, quantity: 1 })), 'insufficient_balance')
  t.match(await stranger.places({ reference: reference(), sku, quantity: 1 }), { state: 'completed' })
  t.match(await shop.checker.kahub.approvals.approve(approval.id), { state: 'approved' })
  t.same([await moneyOf(shop), await stockOf(sku)], ['10.00', { available: 0, held: 0 }])
})

t.test('approved after its codes expired, a purchase is cancelled for it and its money goes back', async t => {
  const sku = await house.sku({ price: '10' })
  await house.stocks(sku, 3, { expiresAt: '2098-01-01T00:00:00Z' })
  const shop = await newShop(everything, { balance: '30' })
  const { order, approval } = await asks(shop, sku, 2)
  await db`
    with lot as (update lots set expires_at = now() - interval '1 second' where expires_at = '2098-01-01' returning id)
    update shelf set expires_at = now() - interval '1 second' from lot where lot_id = lot.id`
  t.match(await shop.checker.kahub.approvals.approve(approval.id), { state: 'approved' })
  t.match(await shop.maker.kahub.orders.get(order.id), { state: 'cancelled', lines: [{ state: 'released', reason: 'stock_withdrawn' }] })
  t.equal(await moneyOf(shop), '30.00')
})

t.test('cancelled by its buyer, a purchase can be approved no more', async t => {
  const sku = await house.sku({ codes: 3 })
  const shop = await newShop(everything, { balance: '100' })
  const { order, approval } = await asks(shop, sku)
  await shop.maker.kahub.orders.cancel(order.id)
  t.match(await shop.checker.kahub.approvals.get(approval.id), { state: 'cancelled' })
  t.equal(await outcomeOf(shop.checker.kahub.approvals.approve(approval.id)), 'state_conflict')
  t.equal(await moneyOf(shop), '100.00')
})

t.test('another reseller’s approvals and budgets are not found', async t => {
  const sku = await house.sku({ codes: 3 })
  const shop = await newShop(everything)
  const { approval } = await asks(shop, sku)
  const budget = await shop.owner.kahub.budgets.put({ kind: 'cost_center', subject: 'it', monthly_limit: cny('1') })
  const stranger = await house.reseller()
  t.equal(await outcomeOf(stranger.kahub.approvals.get(approval.id)), 'not_found')
  t.equal(await outcomeOf(stranger.kahub.approvals.approve(approval.id)), 'not_found')
  t.equal(await outcomeOf(stranger.kahub.approvals.reject(approval.id, { reason: 'no' })), 'not_found')
  t.equal(await outcomeOf(stranger.kahub.budgets.remove(budget.id)), 'not_found')
  t.same((await stranger.kahub.approvals.list()).data, [])
  t.match(await stranger.kahub.approvalPolicy.get(), { amount_above: [], updated_by: null })
})

t.test('an approval goes from state to state as the table says, and no other way', async t => {
  const sku = await house.sku({ codes: 40 })
  const shop = await newShop(everything)
  const { checker, maker } = shop
  const goes = {
    pending: async () => 'nobody asks for this',
    approved: async (id: string) => await outcomeOf(checker.kahub.approvals.approve(id)),
    rejected: async (id: string) => await outcomeOf(checker.kahub.approvals.reject(id, { reason: 'walked' })),
    expired: async (id: string) => {
      await passTime(id)
      await expireApprovals(live.db, 10)
      return 'asked'
    },
    cancelled: async (id: string, order: string) => await outcomeOf(maker.kahub.orders.cancel(order))
  }
  for (const from of approvalStates) {
    for (const to of approvalStates.filter(state => state !== 'pending')) {
      const { order, approval: { id } } = await asks(shop, sku)
      await goes[from](id, order.id)
      await goes[to](id, order.id)
      const { state } = await checker.kahub.approvals.get(id)
      t.equal(state, mayEnter(approvalEntry, from, to) ? to : from, `${from} → ${to}`)
    }
  }
})

t.test('a bulk order waits for a second key as a whole: neither who uploaded nor who confirmed it', async t => {
  const sku = await house.sku({ price: '10', codes: 10 })
  const shop = await newShop({ quantity_above: 3 }, { balance: '100' })
  const uploader = await shop.owner.withKey({})
  const state = async (id: string) => (await uploader.kahub.bulkOrders.get(id)).state
  const waits = async () => {
    const file = Buffer.from(`sku,quantity\n${sku},2\n${sku},2\n`)
    const { id } = await uploader.kahub.bulkOrders.create(file, 'text/csv', { reference: reference(), fill: 'all_or_nothing' })
    await shop.maker.kahub.bulkOrders.confirm(id)
    await runBulkOrders(live, 50)
    t.equal(await state(id), 'awaiting_approval')
    const approval = (await shop.checker.kahub.approvals.list({ state: 'pending' })).data[0]!
    t.match(approval, { kind: 'bulk_order', bulk_order: id, order: null, reasons: ['quantity'], total: '40.00', quantity: 4 })
    t.same([await moneyOf(shop), await stockOf(sku)], ['60.00', { available: 6, held: 4 }])
    return { id, approval: approval.id }
  }

  const rejected = await waits()
  t.equal(await outcomeOf(shop.maker.kahub.approvals.approve(rejected.approval)), 'approval_by_maker')
  t.equal(await outcomeOf(uploader.kahub.approvals.approve(rejected.approval)), 'approval_by_maker')
  await shop.checker.kahub.approvals.reject(rejected.approval, { reason: 'no' })
  await runBulkOrders(live, 50)
  t.equal(await state(rejected.id), 'rejected')

  const late = await waits()
  await passTime(late.approval)
  t.equal(await expireApprovals(live.db, 10), 1)
  await runBulkOrders(live, 50)
  t.equal(await state(late.id), 'expired')

  const cancelled = await waits()
  await shop.maker.kahub.bulkOrders.cancel(cancelled.id)
  await runBulkOrders(live, 50)
  t.equal(await outcomeOf(shop.checker.kahub.approvals.approve(cancelled.approval)), 'state_conflict')
  t.same([await moneyOf(shop), await stockOf(sku)], ['100.00', { available: 10, held: 0 }])

  const approved = await waits()
  t.match(await shop.checker.kahub.approvals.approve(approved.approval), { state: 'approved' })
  await runBulkOrders(live, 50)
  t.equal(await state(approved.id), 'completed')
  t.same([await moneyOf(shop), await stockOf(sku)], ['60.00', { available: 6, held: 0 }])
})

t.test('approvals are listed newest first, by state and by kind', async t => {
  const sku = await house.sku({ codes: 9 })
  const shop = await newShop(everything)
  const [a, b, c] = [await asks(shop, sku), await asks(shop, sku), await asks(shop, sku)].map(({ approval }) => approval.id)
  await shop.checker.kahub.approvals.approve(b!)
  const listed = async (filter: { state?: 'pending' | 'approved' | 'expired', kind?: 'order' | 'bulk_order', limit?: number } = {}) => {
    const ids: string[] = []
    for await (const { id } of shop.checker.kahub.approvals.list(filter)) ids.push(id)
    return ids
  }
  t.same(await listed(), [c, b, a])
  t.same(await listed({ limit: 1 }), [c, b, a])
  t.same(await listed({ state: 'pending' }), [c, a])
  t.same(await listed({ state: 'approved', kind: 'order' }), [b])
  t.same(await listed({ kind: 'bulk_order' }), [])
  t.same(await listed({ state: 'expired' }), [])
})

t.test('of two who decide at once one is heard, and of a decision and expiry one happens', async t => {
  const sku = await house.sku({ price: '10', codes: 200 })
  const shop = await newShop(everything, { balance: '2000' })
  const second = await shop.owner.withKey({ scopes: ['orders:approve', 'orders:read'] })
  for (let round = 0; round < 12; round++) {
    const { order, approval } = await asks(shop, sku)
    const race = await Promise.all([
      outcomeOf(shop.checker.kahub.approvals.approve(approval.id)),
      outcomeOf(second.kahub.approvals.reject(approval.id, { reason: 'no' })),
      outcomeOf(shop.maker.kahub.orders.cancel(order.id))
    ])
    const [approved, rejected] = race
    t.ok([approved, rejected].filter(outcome => outcome === 'accepted').length <= 1, `one verdict at most: ${race}`)
    const { state } = await shop.checker.kahub.approvals.get(approval.id)
    t.equal(state, approved === 'accepted' ? 'approved' : rejected === 'accepted' ? 'rejected' : 'cancelled')
  }
  for (let round = 0; round < 12; round++) {
    const { order, approval } = await asks(shop, sku)
    await db`
      update approvals set expires_at = clock_timestamp() + make_interval(secs => ${(round % 6) / 500})
      where id = ${readId('approval', approval.id)!}`
    const [outcome] = await Promise.all([outcomeOf(shop.checker.kahub.approvals.approve(approval.id)), expireApprovals(live.db, 10)])
    const { state } = await shop.maker.kahub.orders.get(order.id)
    t.match([outcome, state], outcome === 'accepted' ? ['accepted', 'completed'] : ['approval_expired', 'expired'])
  }
  await house.proves(t)
})

t.test('an order beyond a budget is refused, one that was given back frees it', async t => {
  const sku = await house.sku({ price: '10', codes: 100 })
  const shop = await newShop({ quantity_above: 5 })
  const { kahub } = shop.owner
  const ofKey = await kahub.budgets.put({ kind: 'key', subject: shop.maker.credentials.keyId, monthly_limit: cny('100') })
  const ofCenter = await kahub.budgets.put({ kind: 'cost_center', subject: '市场部', monthly_limit: cny('50') })
  t.match([ofKey, ofCenter], [{ spent: '0.00', remaining: '100.00' }, { subject: '市场部', monthly_limit: '50.00' }])
  const spent = async () => (await kahub.budgets.list()).data.map(budget => budget.spent)
  const buys = (quantity: number, center?: string) =>
    shop.maker.places({ reference: reference(), sku, quantity, ...(center !== undefined && { cost_center: center }) })

  await buys(4, '市场部')
  t.same(await spent(), ['40.00', '40.00'])
  t.equal(await outcomeOf(buys(2, '市场部')), 'budget_exceeded')
  const last = await buys(1, '市场部')
  await buys(4)
  t.same(await spent(), ['90.00', '50.00'], 'what equals a budget is within it')
  t.equal(await outcomeOf(buys(2)), 'budget_exceeded')
  t.match(await shop.owner.places({ reference: reference(), sku, quantity: 3 }), { state: 'completed' }, 'another key has no budget')

  t.match(await shop.owner.places({ reference: reference(), sku, quantity: 2, cost_center: 'it' }), { state: 'completed' }, 'nor has it')
  t.same(await spent(), ['90.00', '50.00'])
  const held = await kahub.budgets.put({ kind: 'cost_center', subject: '市场部', monthly_limit: cny('200') })
  t.equal(held.spent, '50.00', 'set again, what was spent stays spent')
  await kahub.budgets.put({ kind: 'key', subject: shop.maker.credentials.keyId, monthly_limit: cny('200') })
  const waiting = await buys(6, '市场部')
  t.same([waiting.state, await spent()], ['awaiting_approval', ['150.00', '110.00']], 'what waits is spent')
  await shop.checker.kahub.approvals.reject((await approvalOf(shop, waiting.id)).id, { reason: 'no' })
  t.same(await spent(), ['90.00', '50.00'], 'rejected, it is given back')

  const unread = await shop.maker.places({ reference: reference(), sku, quantity: 3, deliver: 'fetch', cost_center: '市场部' })
  t.same(await spent(), ['120.00', '80.00'])
  await shop.maker.kahub.orders.cancel(unread.id)
  t.same(await spent(), ['90.00', '50.00'], 'refunded, it is given back')
  t.equal(last.state, 'completed')

  const rotated = await shop.maker.kahub.keys.rotate(shop.maker.credentials.keyId, { reference: reference() })
  await kahub.budgets.put({ kind: 'key', subject: shop.maker.credentials.keyId, monthly_limit: cny('95') })
  const byRotated = await house.reseller().then(() => shop.maker.send('POST', '/v1/orders', {
    body: { reference: reference(), lines: [{ sku, quantity: 1 }] }, tamper: { keyId: rotated.id, secret: rotated.secret! }
  }))
  t.equal(byRotated.code, 'budget_exceeded', 'a key that was rotated is bound by the budget still')

  t.match(await kahub.budgets.remove(ofKey.id), { id: ofKey.id, spent: '90.00' })
  t.equal(await outcomeOf(kahub.budgets.remove(ofKey.id)), 'not_found')
  t.match(await buys(5), { state: 'completed' })
  t.equal(await outcomeOf(buys(5, '市场部')), 'accepted')
  await kahub.budgets.remove(ofCenter.id)
  t.same((await kahub.budgets.list()).data, [])
  t.match(await buys(5, '市场部'), { state: 'completed' })
})

t.test('a budget is of a month: what was spent in another does not count, and what is given back goes to its own', async t => {
  const sku = await house.sku({ price: '10', codes: 20 })
  const shop = await newShop({ quantity_above: 3 })
  const { kahub } = shop.owner
  await kahub.budgets.put({ kind: 'cost_center', subject: 'it', monthly_limit: cny('50') })
  const buys = (quantity: number) => shop.maker.places({ reference: reference(), sku, quantity, cost_center: 'it' })
  const old = await buys(4)
  t.equal(await outcomeOf(buys(2)), 'budget_exceeded')

  // The order that waits, and what it spent, become last month's.
  const spends = () => db<{ spent: bigint }[]>`
    select spent from budget_spends where reseller_id = ${readId('reseller', shop.id)!} order by month`
  const lastMonth = db`(date_trunc('month', clock_timestamp() at time zone 'utc') - interval '1 day')`
  await db`update orders set created_at = ${lastMonth} at time zone 'utc' where id = ${readId('order', old.id)!}`
  await db`
    update budget_spends set month = date_trunc('month', ${lastMonth})::date where reseller_id = ${readId('reseller', shop.id)!}`
  t.match((await kahub.budgets.list()).data, [{ spent: '0.00' }])
  await buys(3)
  await buys(2)
  t.match((await kahub.budgets.list()).data, [{ spent: '50.00', remaining: '0.00' }])
  t.same(await spends(), [{ spent: 400_000n }, { spent: 500_000n }])
  await shop.checker.kahub.approvals.reject((await approvalOf(shop, old.id)).id, { reason: 'no' })
  t.same(await spends(), [{ spent: 0n }, { spent: 500_000n }], 'what is given back is not this month’s')
  t.equal(await outcomeOf(buys(1)), 'budget_exceeded')
})

t.test('many orders at once spend no more than the budget', async t => {
  const sku = await house.sku({ price: '10', codes: 100 })
  const shop = await newShop({})
  await shop.owner.kahub.budgets.put({ kind: 'cost_center', subject: 'it', monthly_limit: cny('120') })
  const outcomes = await Promise.all(Array.from({ length: 40 }, () =>
    outcomeOf(shop.maker.places({ reference: reference(), sku, quantity: 1, cost_center: 'it' }))))
  t.equal(outcomes.filter(outcome => outcome === 'accepted').length, 12)
  t.equal(outcomes.filter(outcome => outcome === 'budget_exceeded').length, 28)
})

t.test('a policy or budget that makes no sense is refused', async t => {
  const shop = await newShop({ quantity_above: 3, expires_in_seconds: 61 })
  const unknown = 'sku_01kb8q1zjme7f8k0q3z5v2wxyt'
  const puts = async (body: unknown) => (await shop.owner.send('PUT', '/v1/approval-policy', { body })).code
  const before = await shop.owner.kahub.approvalPolicy.get()
  t.equal(await puts({ amount_above: [cny('-1')] }), 'invalid_request')
  t.equal(await puts({ amount_above: [cny('999999999999')] }), 'invalid_request')
  t.equal(await puts({ amount_above: [cny('1'), cny('2')] }), 'invalid_request', 'one amount a currency')
  t.equal(await puts({ quantity_above: -1 }), 'invalid_request')
  t.equal(await puts({ quantity_above: 1.5 }), 'invalid_request')
  t.equal(await puts({ skus: [unknown] }), 'sku_not_found')
  t.equal(await puts({ skus: ['ord_01kb8q1zjme7f8k0q3z5v2wxyt'] }), 'invalid_request')
  t.equal(await puts({ expires_in_seconds: 59 }), 'invalid_request')
  t.equal(await puts({ expires_in_seconds: 604_801 }), 'invalid_request')
  t.equal(await puts({ always: true }), 'invalid_request')
  t.same(await shop.owner.kahub.approvalPolicy.get(), before, 'it stays as it was')
  t.match(before, { quantity_above: 3, expires_in_seconds: 61, updated_by: shop.owner.credentials.keyId })
  t.equal((await shop.checker.send('PUT', '/v1/approval-policy', { body: {} })).code, 'scope_missing')

  const stranger = await house.reseller()
  const budgets = async (body: object) => (await shop.owner.send('PUT', '/v1/budgets', { body })).code
  t.equal(await budgets({ kind: 'cost_center', subject: 'it', monthly_limit: cny('-1') }), 'invalid_request')
  t.equal(await budgets({ kind: 'cost_center', subject: '', monthly_limit: cny('1') }), 'invalid_request')
  t.equal(await budgets({ kind: 'team', subject: 'it', monthly_limit: cny('1') }), 'invalid_request')
  t.equal(await budgets({ kind: 'key', subject: stranger.credentials.keyId, monthly_limit: cny('1') }), 'invalid_request')
  t.same((await shop.owner.kahub.budgets.list()).data, [])
  await fillBudgets(t, shop)
  t.equal(await budgets({ kind: 'cost_center', subject: 'one too many', monthly_limit: cny('1') }), 'state_conflict')
})

async function fillBudgets (t: Test, shop: Shop): Promise<void> {
  await db`
    insert into budgets (reseller_id, id, kind, subject, currency, monthly_limit, updated_by)
    select ${readId('reseller', shop.id)!}, gen_random_uuid(), 'cost_center', 'center ' || n, 'CNY', 0, 'test'
    from generate_series(1, ${budgetsPerResellerMax}::int) as n`
  let listed = 0
  for await (const budget of shop.owner.kahub.budgets.list({ limit: 100 })) listed += budget.subject === '' ? 0 : 1
  t.equal(listed, budgetsPerResellerMax)
}

t.test('the books of all this hold, and every answer was one the contract promises', async t => {
  await house.proves(t)
  t.same(judge.faults, [])
})
