// What a purchase is held against before it is made: the policy, first purchases, and the budgets of keys and cost centers.
import t from 'tap'
import type { ApprovalReason } from '../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../src/base/ids.ts'
import { approvalReasons, readPolicy, storedPolicy, type ApprovalPolicy, type Purchase } from '../../src/domain/approvals/policy.ts'
import { readFirstTimers, rememberPurchases } from '../../src/domain/approvals/purchased-skus.ts'
import { addSpends, budgetsFor, readBudgets } from '../../src/domain/approvals/read-budgets.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, openPool } from '../../src/postgres/pool.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openCluster } from '../support/postgres.ts'

const cluster = await openCluster()
const url = cluster.url(await cluster.createDatabase())
await migrate(url)
const db = openPool(url, 'live')
const owner = openOwner(url)
await owner`set search_path = live`
t.teardown(async () => {
  await db.end()
  await owner.end()
  await cluster.stop()
})

const yuan = (units: number): bigint => BigInt(units) * 10_000n
let made = 0

async function newReseller (): Promise<Uuid> {
  const id = newId()
  await owner`insert into levels (id, name, rank, requests_per_minute) values ('gold', 'Gold', 1, 600) on conflict do nothing`
  await owner`insert into resellers (id, name, level_id, status, currency) values (${id}, 'Shop', 'gold', 'active', 'CNY')`
  return id
}

/** Keys of a reseller, each rotated to the one after it. */
async function rotatedKeys (resellerId: Uuid, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `key_live_${++made}`)
  for (const [i, id] of ids.entries()) {
    await owner`
      insert into api_keys (id, reseller_id, name, algorithm, public_key, scopes)
      values (${id}, ${resellerId}, 'test', 'ed25519', '{}', '{orders:write}')`
    if (i > 0) await owner`update api_keys set replaced_by = ${id} where id = ${ids[i - 1]!}`
  }
  return ids
}

interface BudgetWish { readonly kind?: 'key' | 'cost_center', readonly subject: string, readonly currency?: string }

async function newBudget (resellerId: Uuid, { kind = 'cost_center', subject, currency = 'CNY' }: BudgetWish): Promise<Uuid> {
  const id = newId()
  await owner`
    insert into budgets (reseller_id, id, kind, subject, currency, monthly_limit, updated_by)
    values (${resellerId}, ${id}, ${kind}, ${subject}, ${currency}, ${yuan(1_000)}, 'test')`
  return id
}

async function newSku (): Promise<Uuid> {
  const [product, sku] = [newId(), newId()]
  await owner`insert into issuers (id, name) values ('steam', 'Steam') on conflict do nothing`
  await owner`
    insert into products (id, number, name, kind, issuer_id, status)
    values (${product}, ${++made}, 'Card', 'code', 'steam', 'active')`
  await owner`
    insert into skus (id, number, product_id, name, currency, status) values (${sku}, ${++made}, ${product}, '¥50', 'CNY', 'active')`
  return sku
}

t.test('each threshold of a policy asks by itself, and what equals a limit is not above it', async t => {
  const sku = newId()
  const none = readPolicy(null)
  const purchase: Purchase = { currency: 'CNY', total: yuan(100), quantity: 10, skuIds: [sku, newId()], firstTime: true }
  const asks = (policy: Partial<ApprovalPolicy>, more: Partial<Purchase> = {}): readonly ApprovalReason[] =>
    approvalReasons({ ...none, ...policy }, { ...purchase, ...more })

  t.same(asks({}), [], 'a policy of nothing asks for nothing')
  const amountAbove = [{ amount: yuan(100), currency: 'CNY' as const }, { amount: 0n, currency: 'USD' as const }]
  t.same(asks({ amountAbove }), [])
  t.same(asks({ amountAbove }, { total: yuan(100) + 1n }), ['amount'])
  t.same(asks({ amountAbove }, { total: yuan(1_000), currency: 'EUR' }), [], 'a currency without a limit has none')
  t.same(asks({ amountAbove }, { total: 0n, currency: 'USD' }), [])
  t.same(asks({ amountAbove }, { total: 1n, currency: 'USD' }), ['amount'])
  t.same(asks({ quantityAbove: 10 }), [])
  t.same(asks({ quantityAbove: 9 }), ['quantity'])
  t.same(asks({ skus: new Set([newId()]) }), [])
  t.same(asks({ skus: new Set([sku]) }), ['sku'])
  t.same(asks({ firstPurchase: true }), ['first_purchase'])
  t.same(asks({ firstPurchase: true }, { firstTime: false }), [])
  t.same(asks({ amountAbove, quantityAbove: 0, skus: new Set([sku]), firstPurchase: true }, { total: yuan(101) }),
    ['amount', 'quantity', 'sku', 'first_purchase'], 'all that apply are told')

  const policy: ApprovalPolicy = { amountAbove, quantityAbove: 7, skus: new Set([sku]), firstPurchase: true, expiresInSeconds: 600 }
  t.same(readPolicy(JSON.parse(JSON.stringify(storedPolicy(policy)))), policy, 'a policy is read as it was kept')
})

t.test('spending is counted per budget and month, given back to the month it was spent in, and never below zero', async t => {
  const [alice, bob] = [await newReseller(), await newReseller()]
  const [marketing, it] = [await newBudget(alice, { subject: 'marketing' }), await newBudget(alice, { subject: 'it' })]
  const other = await newBudget(bob, { subject: 'marketing' })
  const spent = async (resellerId: Uuid) => (await readBudgets(db, [resellerId])).map(budget => [budget.id, budget.spent])
  const adds = (budgetId: Uuid, amount: number, month: Date | 'now' = 'now') =>
    ({ resellerId: alice, budgetId, amount: yuan(amount), month })
  const lastMonth = (await owner<{ at: Date }[]>`select now() - interval '1 month' as at`)[0]!.at

  t.same(await spent(alice), [[marketing, 0n], [it, 0n]])
  await transact(db, tx => addSpends(tx, [adds(marketing, 5), adds(marketing, 7), adds(it, 1), adds(marketing, 100, lastMonth)]))
  t.same(await spent(alice), [[marketing, yuan(12)], [it, yuan(1)]], 'last month is not this month')
  await transact(db, tx => addSpends(tx, [adds(marketing, -2), adds(it, 3), adds(it, -1), adds(marketing, -40, lastMonth)]))
  t.same(await spent(alice), [[marketing, yuan(10)], [it, yuan(3)]])
  await transact(db, tx => addSpends(tx, [adds(it, -50), adds(newId(), 9), adds(other, 9)]))
  t.same(await spent(alice), [[marketing, yuan(10)], [it, 0n]], 'not below zero, and not of a budget that is not there')
  t.same(await spent(bob), [[other, 0n]], 'another reseller’s budget is not moved')
  t.same((await readBudgets(db, [alice, bob])).length, 3)
  const months = await owner<{ spent: bigint }[]>`select spent from budget_spends where budget_id = ${marketing} order by month`
  t.same(months.map(row => row.spent), [yuan(60), yuan(10)], 'what was given back went to its own month')
})

t.test('a budget binds its key and every rotation of it, a cost center by its name, each in its currency', async t => {
  const [alice, bob] = [await newReseller(), await newReseller()]
  const [first, second, third] = await rotatedKeys(alice, 3)
  const [stranger] = await rotatedKeys(alice, 1)
  const [theirs] = await rotatedKeys(bob, 2)
  const ofKey = await newBudget(alice, { kind: 'key', subject: second! })
  const ofCenter = await newBudget(alice, { subject: 'marketing' })
  const inDollars = await newBudget(alice, { subject: 'marketing', currency: 'USD' })
  await newBudget(bob, { subject: 'marketing' })
  await newBudget(bob, { kind: 'key', subject: theirs! })
  const budgets = await readBudgets(db, [alice, bob])
  const bound = (keyId: string, costCenter: string | null, currency: 'CNY' | 'USD' = 'CNY') =>
    budgetsFor(budgets, { resellerId: alice, keyId, costCenter, currency }).map(({ id }) => id)

  for (const key of [first!, second!, third!]) t.same(bound(key, null), [ofKey])
  t.same(bound(stranger!, null), [])
  t.same(bound(third!, 'marketing'), [ofKey, ofCenter])
  t.same(bound(stranger!, 'marketing'), [ofCenter])
  t.same(bound(stranger!, 'Marketing'), [])
  t.same(bound(first!, 'marketing', 'USD'), [inDollars])
})

t.test('a first purchase is a SKU that its reseller never bought, whoever else did', async t => {
  const [alice, bob] = [await newReseller(), await newReseller()]
  const [old, fresh] = [await newSku(), await newSku()]
  await transact(db, tx => rememberPurchases(tx, [{ resellerId: alice, skuId: old }, { resellerId: bob, skuId: fresh }]))
  await transact(db, tx => rememberPurchases(tx, [{ resellerId: alice, skuId: old }]))
  const asked = [{ resellerId: alice, skuIds: [old, fresh, fresh] }, { resellerId: bob, skuIds: [old] }]
  t.same([...await readFirstTimers(db, asked)].sort(), [alice + fresh, bob + old].sort())
  t.same(await readFirstTimers(db, []), new Set())
})
