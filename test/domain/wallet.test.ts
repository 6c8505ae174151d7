import { deepStrictEqual } from 'node:assert/strict'
import t from 'tap'
import fc from 'fast-check'
import { newId, type Uuid } from '../../src/base/ids.ts'
import { Problem } from '../../src/base/problem.ts'
import { createReseller } from '../../src/domain/resellers/create-reseller.ts'
import { putLevel } from '../../src/domain/resellers/put-level.ts'
import { adjust } from '../../src/domain/wallet/adjust.ts'
import { deposit } from '../../src/domain/wallet/deposit.ts'
import { ensureHouseAccounts, revenueShards } from '../../src/domain/wallet/house-accounts.ts'
import { listTransfers, type TransferFilter } from '../../src/domain/wallet/list-transfers.ts'
import { listWallets, readWallet } from '../../src/domain/wallet/list-wallets.ts'
import { walletBalanceMax, type WalletChange } from '../../src/domain/wallet/move-wallet.ts'
import { openWallet } from '../../src/domain/wallet/open-wallet.ts'
import { postCosts } from '../../src/domain/wallet/post-costs.ts'
import { proveBooks, type BookInvariant } from '../../src/domain/wallet/prove-books.ts'
import { setCreditLimit } from '../../src/domain/wallet/set-credit-limit.ts'
import { walletAmount } from '../../src/domain/wallet/wallet-amount.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, openPool, type Db, type Tx } from '../../src/postgres/pool.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openCluster } from '../support/postgres.ts'
import type { Currency } from '../../schema/vocabulary.ts'

const cluster = await openCluster()
const url = cluster.url(await cluster.createDatabase())
await migrate(url)
const db = openPool(url, 'live')
const owner = openOwner(url)
t.teardown(async () => {
  await db.end()
  await owner.end()
  await cluster.stop()
})

let references = 0
const yuan = (units: number): bigint => BigInt(units) * 10_000n

/** A reseller with an open wallet, and what an operator does to it. */
async function newReseller (currency: Currency = 'CNY') {
  const id = await transact(db, async tx => {
    await putLevel(tx, { id: 'bronze', name: 'Bronze', rank: 1, requestsPerMinute: 600 })
    const { reseller } = await createReseller(tx, { reference: `reseller-${++references}`, name: 'Shop', levelId: 'bronze', currency })
    await openWallet(tx, reseller.id, currency)
    return reseller.id
  })
  const change = (amount: bigint, more: Partial<WalletChange> = {}): WalletChange =>
    ({
      reference: `wallet-${++references}`,
      resellerId: id,
      currency,
      amount,
      reason: 'bank slip',
      createdBy: 'key_live_operator',
      ...more
    })
  return {
    id,
    deposits: (amount: bigint, more: Partial<WalletChange> = {}) => transact(db, tx => deposit(tx, change(amount, more))),
    isAdjustedBy: (amount: bigint, more: Partial<WalletChange> = {}) => transact(db, tx => adjust(tx, change(amount, more))),
    getsCredit: (creditLimit: bigint) =>
      transact(db, tx => setCreditLimit(tx, { resellerId: id, currency, creditLimit, reason: 'trusted', createdBy: 'key_live_operator' })),
    balance: async () => (await readWallet(db, id, currency))!.balance,
    transfers: async (filter: TransferFilter = {}, before?: bigint, count = 100) =>
      listTransfers(db, (await readWallet(db, id, currency))!, filter, before, count),
    events: () => db<{ sequence: bigint, type: string, data: { balance: unknown } }[]>`
      select sequence, type, data from events where reseller_id = ${id} order by sequence`
  }
}

const codeOf = (result: PromiseSettledResult<unknown>): string => {
  if (result.status === 'fulfilled') return 'done'
  if (result.reason instanceof Problem) return result.reason.code
  throw result.reason
}
const tally = (results: readonly PromiseSettledResult<unknown>[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const result of results) counts[codeOf(result)] = (counts[codeOf(result)] ?? 0) + 1
  return counts
}

t.afterEach(async () => deepStrictEqual(await proveBooks(db), [], 'the books are sound after the test'))

t.test('a deposit moves cash into the wallet, once, with an event that shows the balance', async t => {
  const reseller = await newReseller()
  const { transfer, replayed } = await reseller.deposits(yuan(100))
  t.match(
    transfer,
    { kind: 'deposit', entry: 1n, amount: yuan(100), balance: yuan(100), reason: 'bank slip', createdBy: 'key_live_operator' }
  )
  t.equal(replayed, false)
  t.equal(await reseller.balance(), yuan(100))
  t.match(
    await reseller.events(),
    [{ sequence: 1n, type: 'wallet.deposited', data: { amount: { amount: '100.00', currency: 'CNY' }, balance: { amount: '100.00' } } }]
  )
})

t.test('copies of one deposit sent at once move the money once', async t => {
  const reseller = await newReseller()
  const results = await Promise.all(Array.from({ length: 15 }, () => reseller.deposits(yuan(5), { reference: 'same-slip' })))
  t.equal(results.filter(result => !result.replayed).length, 1)
  t.equal(new Set(results.map(result => result.transfer.id)).size, 1)
  t.equal(await reseller.balance(), yuan(5))
  t.equal((await reseller.events()).length, 1)
})

t.test('a reference used with another amount is refused and names the field', async t => {
  const reseller = await newReseller()
  await reseller.deposits(yuan(5), { reference: 'slip-1' })
  await t.rejects(
    reseller.deposits(yuan(6), { reference: 'slip-1' }),
    { code: 'reference_reused', facts: { errors: [{ pointer: '/amount' }] } }
  )
  t.equal(await reseller.balance(), yuan(5))
})

t.test('a refused adjustment changes nothing and leaves its reference free', async t => {
  const reseller = await newReseller()
  await reseller.deposits(yuan(10))
  await t.rejects(reseller.isAdjustedBy(-yuan(11), { reference: 'fix' }), { code: 'insufficient_balance' })
  t.equal(await reseller.balance(), yuan(10))
  t.equal((await reseller.isAdjustedBy(-yuan(10), { reference: 'fix' })).replayed, false)
  t.equal(await reseller.balance(), 0n)
})

t.test('deposits of nothing or less, adjustments by nothing, and more decimals than the currency has are refused', async t => {
  const reseller = await newReseller()
  await t.rejects(reseller.deposits(0n), { code: 'invalid_request', facts: { errors: [{ pointer: '/amount/amount' }] } })
  await t.rejects(reseller.deposits(-yuan(1)), { code: 'invalid_request' })
  await t.rejects(reseller.isAdjustedBy(0n), { code: 'invalid_request' })
  t.throws(
    () => walletAmount({ amount: '1.001', currency: 'CNY' }, '/amount'),
    { code: 'invalid_request', facts: { errors: [{ pointer: '/amount/amount' }] } }
  )
  t.throws(() => walletAmount({ amount: '1.5', currency: 'JPY' }, '/amount'), { code: 'invalid_request' })
  t.throws(() => walletAmount({ amount: '100000000000.01', currency: 'CNY' }, '/amount'), { code: 'invalid_request' })
  t.equal(walletAmount({ amount: '1.005', currency: 'KWD' }, '/amount'), 10_050n)
})

t.test('money for an unknown reseller, a currency without a wallet, or beyond what a wallet holds is refused', async t => {
  const reseller = await newReseller()
  await t.rejects(reseller.deposits(yuan(1), { resellerId: newId() }), { code: 'not_found' })
  await t.rejects(reseller.deposits(yuan(1), { currency: 'USD' }), { code: 'wallet_missing' })
  await reseller.deposits(walletBalanceMax)
  await t.rejects(reseller.deposits(100n), { code: 'invalid_request' })
  t.equal(await reseller.balance(), walletBalanceMax)
})

t.test('fifty adjustments racing to drain a wallet take what is there and no more', async t => {
  const reseller = await newReseller()
  await reseller.deposits(yuan(20))
  await reseller.getsCredit(yuan(3))
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => reseller.isAdjustedBy(-yuan(1))))
  t.same(tally(results), { done: 23, insufficient_balance: 27 })
  t.equal(await reseller.balance(), -yuan(3))
  t.same((await reseller.events()).map(event => event.sequence), Array.from({ length: 24 }, (_, i) => BigInt(i + 1)))
})

t.test('a credit limit below what is in use is refused, and the reason of each change is kept', async t => {
  const reseller = await newReseller()
  await reseller.getsCredit(yuan(10))
  await reseller.isAdjustedBy(-yuan(6))
  await t.rejects(reseller.getsCredit(yuan(5)), { code: 'credit_in_use', facts: { in_use: { amount: '6.00' } } })
  await t.rejects(reseller.getsCredit(-1n), { code: 'invalid_request' })
  t.equal((await reseller.getsCredit(yuan(6))).creditLimit, yuan(6))
  await reseller.getsCredit(yuan(6))
  const { accountId } = (await readWallet(db, reseller.id, 'CNY'))!
  t.match(await db`select before, after, reason from credit_limit_changes where account_id = ${accountId} order by id`, [
    { before: 0n, after: yuan(10), reason: 'trusted' }, { before: yuan(10), after: yuan(6) }
  ])
})

t.test('a lowered credit limit and a spending that needs it never both happen', async t => {
  for (let round = 0; round < 8; round++) {
    const reseller = await newReseller()
    await reseller.getsCredit(yuan(10))
    const [lower, lowerStill, spend] = await Promise.allSettled([
      reseller.getsCredit(yuan(2)),
      reseller.getsCredit(0n),
      reseller.isAdjustedBy(-yuan(10))
    ])
    const outcome = [lower, lowerStill, spend].map(codeOf)
    t.ok(
      codeOf(spend) === 'done'
        ? outcome[0] === 'credit_in_use' && outcome[1] === 'credit_in_use'
        : codeOf(spend) === 'insufficient_balance',
      outcome.join()
    )
  }
})

t.test('setting a credit limit opens a wallet in a new currency, many at once too', async t => {
  const reseller = await newReseller()
  const limit = (tx: Tx) => setCreditLimit(
    tx,
    { resellerId: reseller.id, currency: 'KWD', creditLimit: 50n, reason: 'opens', createdBy: 'key' }
  )
  await Promise.all(Array.from({ length: 8 }, () => transact(db, limit)))
  t.same((await listWallets(db, reseller.id, undefined, 10)).map(wallet => wallet.currency), ['CNY', 'KWD'])
  t.same((await listWallets(db, reseller.id, 'CNY', 10)).map(wallet => wallet.currency), ['KWD'])
  const [row] = await db<{ revenue: number, others: number }[]>`
    select count(*) filter (where kind = 'revenue')::int as revenue, count(*) filter (where kind <> 'revenue')::int as others
    from accounts where owner_id is null and currency = 'KWD'`
  t.same(row, { revenue: revenueShards, others: 6 })
  await transact(db, tx => ensureHouseAccounts(tx, 'KWD'))
})

t.test('transfers are listed newest first with the balance after each, by page, kind and time', async t => {
  const reseller = await newReseller()
  for (let day = 1; day <= 6; day++) await (day % 3 === 0 ? reseller.isAdjustedBy(-yuan(1)) : reseller.deposits(yuan(2)))
  const { accountId } = (await readWallet(db, reseller.id, 'CNY'))!
  await owner`update live.transfers set created_at = timestamptz '2026-01-01 00:00Z' + wallet_entry * interval '1 day'
    where wallet_id = ${accountId}`

  t.same((await reseller.transfers()).map(one => [one.entry, one.amount / 10_000n, one.balance / 10_000n]),
    [[6n, -1n, 6n], [5n, 2n, 7n], [4n, 2n, 5n], [3n, -1n, 3n], [2n, 2n, 4n], [1n, 2n, 2n]])
  t.same((await reseller.transfers({}, 5n, 2)).map(one => one.entry), [4n, 3n])
  t.same((await reseller.transfers({ kind: 'adjustment' })).map(one => one.entry), [6n, 3n])
  t.same(await reseller.transfers({ kind: 'order' }), [])
  const at = (day: number) => new Date(Date.UTC(2026, 0, day))
  t.same((await reseller.transfers({ createdFrom: at(3), createdBefore: at(6) })).map(one => one.entry), [4n, 3n, 2n])
  t.same((await reseller.transfers({ createdFrom: at(3), createdBefore: at(6), kind: 'deposit' }, 4n)).map(one => one.entry), [2n])
  t.same(await reseller.transfers({ createdFrom: at(20) }), [])
  t.same(await reseller.transfers({ createdBefore: at(1) }), [])
  t.equal((await reseller.transfers({ createdFrom: at(1), createdBefore: at(20) })).length, 6)
})

t.test('any run of deposits and adjustments, many at once, keeps the books', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.record({ who: fc.nat(2), units: fc.integer({ min: -30, max: 30 }).filter(units => units !== 0) }), { maxLength: 24 }),
    async wishes => {
      const resellers = [await newReseller(), await newReseller(), await newReseller('JPY')]
      const results = await Promise.allSettled(wishes.map(({ who, units }) =>
        units > 0 ? resellers[who]!.deposits(yuan(units)) : resellers[who]!.isAdjustedBy(yuan(units))))
      const sums = [0n, 0n, 0n]
      results.forEach((result, i) => {
        if (codeOf(result) === 'done') sums[wishes[i]!.who]! += yuan(wishes[i]!.units)
      })
      const balances = await Promise.all(resellers.map(reseller => reseller.balance()))
      const faults = await proveBooks(db)
      return faults.length === 0 && balances.every((balance, who) => balance === sums[who] && balance >= 0n)
    }
  ), { numRuns: 12 })
})

t.test('the cost of sold codes is posted once, by two passes at once too, and codes without cost write no transfer', async t => {
  const costly = await newLot(db, { unitCost: 12_345n, size: 100, withdrawn: 10, onShelf: 60 })
  const gratis = await newLot(db, { unitCost: 0n, size: 50, withdrawn: 0, onShelf: 20 })
  await newLot(db, { unitCost: 99n, size: 5, withdrawn: 0, onShelf: 5 })
  const passes = await Promise.all([postCosts(db, 100), postCosts(db, 100)])
  t.equal(passes[0]! + passes[1]!, 2)
  t.equal(await postCosts(db, 100), 0)
  t.same(
    (await db<{ costed: number }[]>`select costed from lots where id in (${costly}, ${gratis}) order by id`).map(row => row.costed),
    [30, 30]
  )
  t.same((await db<{ amount: bigint }[]>`select amount from transfers where kind = 'cost'`).map(row => row.amount), [30n * 12_345n])

  await db`update shelf set stop = stop + 4 where lot_id = ${costly}`
  t.equal(await postCosts(db, 100), 1, 'codes that came back take their cost back')
  const [account] = await db<{ balance: bigint }[]>`select balance from accounts where kind = 'cost_of_goods' and currency = 'CNY'`
  t.equal(account!.balance, 26n * 12_345n)
})

t.test('a pass posts the cost of no more lots than it may', async t => {
  for (let i = 0; i < 3; i++) await newLot(db, { unitCost: 10n, size: 2, withdrawn: 0, onShelf: 1 })
  t.same([await postCosts(db, 2), await postCosts(db, 2), await postCosts(db, 2)], [2, 1, 0])
})

t.test('each invariant of the books is seen to fail when it is broken', async t => {
  const reseller = await newReseller()
  await reseller.deposits(yuan(10))
  await reseller.deposits(yuan(10))
  const { accountId } = (await readWallet(db, reseller.id, 'CNY'))!
  const { id: strangerId } = await newReseller('USD')
  const dollars = (await readWallet(db, strangerId, 'USD'))!.accountId
  const orderId = newId()
  const order = (total: number) => owner`
    insert into live.orders (id, reseller_id, reference, state, fill, currency, quantity, delivered, total, key_id)
    values (${orderId}, ${reseller.id}, 'r', 'completed', 'all_or_nothing', 'CNY', 1, 1, ${total}, 'key')`
  const line = (delivered: number, total: number) => owner`
    insert into live.order_lines (order_id, line, sku_id, quantity, delivered, unit_price, total, state, price_rules)
    select ${orderId}::uuid, 1, id, 1, ${delivered}, 5, ${total}, 'delivered', '{}' from live.skus limit 1`
  const setBalance = (by: number) => () => owner`update live.accounts set balance = balance + ${by} where id = ${accountId}`
  const setSecond = (column: string, value: number | null, entry = 2) => () => owner`
    update live.transfers set ${owner(column)} = ${value} where wallet_id = ${accountId} and wallet_entry = ${entry}`
  const [cash] = await owner<{ id: number }[]>`select id from live.accounts where kind = 'cash' and currency = 'CNY'`
  const setCosted = (by: number) => () => owner`
    update live.lots set costed = costed + ${by} where id = (select min(id) from live.lots)`
  const placed = async () => { await order(5); await line(1, 5) }
  const unplaced = async () => {
    await owner`delete from live.orders where id = ${orderId}`
    await owner`delete from live.order_lines where order_id = ${orderId}`
  }
  const setHeld = (by: number) => () => owner`
    update live.accounts set balance = balance + ${by} where kind = 'held' and id = (select min(id) from live.accounts where kind = 'held')`
  const refunded = () => owner`
    insert into live.refunds (reseller_id, id, order_id, reason, amount, currency, quantity, lines, key_id)
    values (${orderId}, ${orderId}, ${orderId}, 'cancelled', 5, 'CNY', 1, '[]', 'nobody')`
  const breaks: [BookInvariant, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['a balance is the sum of its transfers', setBalance(1), setBalance(-1)],
    ['the balances of a currency sum to zero', setBalance(1), setBalance(-1)],
    ['a transfer joins two accounts of one currency', setSecond('debit_account', dollars), setSecond('debit_account', cash!.id)],
    ['a transfer of a wallet has an entry in it', setSecond('wallet_balance', null), setSecond('wallet_balance', 200_000)],
    ['the entries of a wallet have no gap', setSecond('wallet_entry', 3), setSecond('wallet_entry', 2, 3)],
    ['an entry holds the balance after it', setSecond('wallet_balance', 199_999), setSecond('wallet_balance', 200_000)],
    ['an order is the sum of its lines', () => order(5), unplaced],
    ['an order was paid by its reseller', placed, unplaced],
    ['a delivered line has its codes', placed, unplaced],
    ['a paid line is delivered or refunded', () => line(0, 5), unplaced],
    ['what is set aside is held by orders', setHeld(1), setHeld(-1)],
    ['what was refunded was paid back', refunded, () => owner`delete from live.refunds`],
    ['cost is posted for what is marked as costed', setCosted(1), setCosted(-1)]
  ]
  for (const [invariant, breakIt, mendIt] of breaks) {
    await breakIt()
    t.ok((await proveBooks(db)).some(fault => fault.invariant === invariant && fault.detail !== ''), invariant)
    await mendIt()
    t.same(await proveBooks(db), [], 'mended')
  }
  await t.rejects(
    owner`update live.accounts set balance = -1 where id = ${accountId}`,
    { code: '23514' },
    'a wallet beyond its credit limit cannot even be written'
  )
})

let skuId: Uuid | undefined

/** A lot as an import leaves it, some of it sold and some withdrawn. */
async function newLot (db: Db, lot: { unitCost: bigint, size: number, withdrawn: number, onShelf: number }): Promise<number> {
  return transact(db, async tx => {
    if (skuId === undefined) {
      const productId = newId()
      skuId = newId()
      await tx`insert into issuers (id, name) values ('issuer', 'Issuer')`
      await tx`insert into products (id, number, name, kind, issuer_id, status)
        values (${productId}, 1, 'Product', 'code', 'issuer', 'active')`
      await tx`insert into skus (id, number, product_id, name, currency, status) values (${skuId}, 1, ${productId}, 'SKU', 'CNY', 'active')`
    }
    const importId = newId()
    await tx`insert into imports (id, sku_id, unit_cost, state, created_by)
      values (${importId}, ${skuId}, ${lot.unitCost}, 'committed', 'key')`
    const [row] = await tx<{ id: number }[]>`
      insert into lots (public_id, sku_id, import_id, unit_cost, currency, state, size, withdrawn, wrapped_key, master_key)
      values (${newId()}, ${skuId}, ${importId}, ${lot.unitCost}, 'CNY', 'available', ${lot.size}, ${lot.withdrawn},
        ${Buffer.alloc(60)}, 'k1')
      returning id`
    await tx`insert into shelf (sku_id, lot_id, expires_at, next, stop)
      values (${skuId}, ${row!.id}, 'infinity', ${lot.size - lot.onShelf}, ${lot.size})`
    return row!.id
  })
}
