// Settlement, banking and payouts, over sales as the books have them: money that came, its commission, its wholesale, and the codes' order.
import t from 'tap'
import fc from 'fast-check'
import type { Currency } from '../../schema/vocabulary.ts'
import { newId, readId, showId, type Uuid } from '../../src/base/ids.ts'
import { bankReceipts, receiptsPerBankingMax } from '../../src/domain/links/settlement/bank-receipts.ts'
import { createPayout } from '../../src/domain/links/settlement/create-payout.ts'
import { proveSettlements } from '../../src/domain/links/settlement/prove-settlements.ts'
import { listPayouts, readHostBalances } from '../../src/domain/links/settlement/read-payouts.ts'
import {
  listSettledSales, listSettlements, readHostShares, readSettlement, settlementAsCsv, type SettlementFilter
} from '../../src/domain/links/settlement/read-settlements.ts'
import { salesPerSettlementMax, settleSales } from '../../src/domain/links/settlement/settle-sales.ts'
import { settledUntil } from '../../src/domain/links/settlement/settlement-day.ts'
import { createReseller } from '../../src/domain/resellers/create-reseller.ts'
import { putLevel } from '../../src/domain/resellers/put-level.ts'
import { houseAccount } from '../../src/domain/wallet/house-accounts.ts'
import { listTransfers } from '../../src/domain/wallet/list-transfers.ts'
import { readWallet } from '../../src/domain/wallet/list-wallets.ts'
import { move } from '../../src/domain/wallet/move.ts'
import { walletBalanceMax } from '../../src/domain/wallet/move-wallet.ts'
import { openWallet } from '../../src/domain/wallet/open-wallet.ts'
import { ownedAccount } from '../../src/domain/wallet/owned-account.ts'
import { proveBooks } from '../../src/domain/wallet/prove-books.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, openPool, type Tx } from '../../src/postgres/pool.ts'
import { readOneMoment, transact } from '../../src/postgres/transact.ts'
import { amountOf, makeLink, wishOf } from '../support/buyers.ts'
import { openHouse } from '../support/house.ts'
import { openCluster } from '../support/postgres.ts'

const cluster = await openCluster()
const url = cluster.url(await cluster.createDatabase())
await migrate(url)
// As the passes have them.
const db = openPool(url, 'live', { lookupsOnly: true })
const owner = openOwner(url)
await owner`set search_path = live`
t.teardown(async () => {
  await db.end()
  await owner.end()
  await cluster.stop()
})

const yuan = (units: number): bigint => BigInt(Math.round(units * 100)) * 100n
const everyone: SettlementFilter = { sessionId: null, dayFrom: null, dayTo: null }
/** A time in China. */
const china = (time: string): Date => new Date(`${time}+08:00`)
const noon = china('2026-10-02T12:00:00')
let made = 0

const sku = await transact(db, async tx => {
  const [product, id] = [newId(), newId()]
  await tx`insert into issuers (id, name) values ('steam', 'Steam')`
  await tx`insert into products (id, number, name, kind, issuer_id, status) values (${product}, 1, 'Wallet', 'code', 'steam', 'active')`
  await tx`insert into skus (id, number, product_id, name, currency, status) values (${id}, 1, ${product}, '=HYPERLINK("x"),"¥100"', 'CNY', 'active')`
  await putLevel(tx, { id: 'gold', name: 'Gold', rank: 1, requestsPerMinute: 600 })
  return id
})

interface SaleWish {
  readonly at: Date
  readonly total?: bigint
  readonly wholesale?: bigint
  readonly commission?: bigint
  readonly sessionId?: Uuid | null
  readonly hostId?: Uuid | null
  readonly quantity?: number
  readonly currency?: Currency
}

/** A reseller, and what happens to it. */
async function newReseller (...currencies: Currency[]) {
  const currency = currencies[0] ?? 'CNY'
  const id = await transact(db, async tx => {
    const { reseller } = await createReseller(tx, { reference: `reseller-${++made}`, name: 'Shop', levelId: 'gold', currency })
    for (const one of currencies.length > 0 ? currencies : [currency]) await openWallet(tx, reseller.id, one)
    return reseller.id
  })
  const linkId = newId()
  await db`
    insert into links (reseller_id, id, slug, reference, kind, title, currency, created_by)
    values (${id}, ${linkId}, ${linkId}, ${linkId}, 'shared', 'Link', ${currency}, 'key')`
  return {
    id,
    async host (): Promise<Uuid> {
      const hostId = newId()
      await db`insert into hosts (reseller_id, id, name, state) values (${id}, ${hostId}, 'Ming', 'active')`
      return hostId
    },
    async session (): Promise<Uuid> {
      const sessionId = newId()
      await db`insert into sessions (reseller_id, id, title, starts_at) values (${id}, ${sessionId}, 'Evening', now())`
      return sessionId
    },
    sells: (wish: SaleWish): Promise<Uuid> => transact(db, tx => sell(tx, id, linkId, wish)),
    pays: (hostId: Uuid, amount: bigint) => transact(db, tx => createPayout(tx, {
      id: newId(), resellerId: id, hostId, reference: `payout-${++made}`, currency, amount, note: '', createdBy: 'key_live_seller'
    })),
    settlements: (filter: Partial<SettlementFilter> = {}) => listSettlements(db, id, { ...everyone, ...filter }, null, 1_000),
    balance: async (of: Currency = currency) => (await readWallet(db, id, of))!.balance,
    events: () => db<{ data: Record<string, unknown> }[]>`
      select data from events where reseller_id = ${id} and type = 'settlement.made' order by sequence`
  }
}

/** A sale as a receipt leaves it, all in one transaction. */
async function sell (tx: Tx, resellerId: Uuid, linkId: Uuid, wish: SaleWish): Promise<Uuid> {
  const { at, total = yuan(100), wholesale = yuan(90), commission = 0n, currency = 'CNY', quantity = 1, sessionId = null, hostId = null } = wish
  const [id, orderId, paymentId] = [newId(), newId(), newId()]
  await tx`
    insert into checkouts (reseller_id, id, link_id, session_id, host_id, sku_id, quantity, currency, retail_price, total, wholesale_price,
      price_rules, wholesale, commission, state, hold_id, order_id, contact_kind, sealed_contact, contact_hint, contact_hash, network_hash,
      language, expires_at, ended_at)
    values (${resellerId}, ${id}, ${linkId}, ${sessionId}, ${hostId}, ${sku}, ${quantity}, ${currency}, ${total}, ${total}, ${wholesale},
      '{}', ${wholesale}, ${commission}, 'completed', ${newId()}, ${orderId}, 'phone', '', '138****5678', ${newId()}, ${newId()}, 'en',
      ${at}, ${at})`
  await receive(tx, resellerId, { paymentId, subjectId: id, currency, amount: total, at, applied: true })
  const proceeds = await ownedAccount(tx, resellerId, 'proceeds', currency)
  const moves = [
    { kind: 'receipt', debit: await houseAccount(tx, 'cash_in_transit', currency), credit: proceeds, amount: total, paymentId },
    { kind: 'commission', debit: proceeds, credit: await ownedAccount(tx, resellerId, 'commission', currency), amount: commission },
    { kind: 'adjustment', debit: proceeds, credit: await houseAccount(tx, 'revenue', currency), amount: wholesale }
  ] as const
  await move(tx, moves.filter(({ amount }) => amount > 0n).map(one => ({ ...one, reason: null, createdBy: null })))
  return id
}

interface Coming {
  readonly paymentId: Uuid
  readonly subjectId: Uuid
  readonly currency: Currency
  readonly amount: bigint
  readonly at: Date
  readonly applied: boolean
}

async function receive (tx: Tx, resellerId: Uuid, { paymentId, subjectId, currency, amount, at, applied }: Coming): Promise<void> {
  await tx`
    insert into payments (id, reseller_id, purpose, subject_id, gateway, currency, amount, state, return_url, expires_at)
    values (${paymentId}, ${resellerId}, 'checkout', ${subjectId}, 'sandbox', ${currency}, ${amount}, 'paid', '', ${at})`
  await tx`
    insert into receipts (gateway, transaction, payment_id, reseller_id, currency, amount, applied, reason, source, created_at)
    values ('sandbox', ${paymentId}, ${paymentId}, ${resellerId}, ${currency}, ${amount}, ${applied}, ${applied ? null : 'out_of_stock'},
      'callback', ${at})`
}

/** Money that came for nothing and has gone back. */
function returned (resellerId: Uuid, amount: bigint, cameAt: Date, wentAt: Date | null, currency: Currency = 'CNY'): Promise<void> {
  return transact(db, async tx => {
    const paymentId = newId()
    await receive(tx, resellerId, { paymentId, subjectId: newId(), currency, amount, at: cameAt, applied: false })
    await tx`
      insert into paybacks (id, gateway, transaction, payment_id, reseller_id, currency, amount, reason, state, ended_at)
      values (${newId()}, 'sandbox', ${paymentId}, ${paymentId}, ${resellerId}, ${currency}, ${amount}, 'out_of_stock',
        ${wentAt ? 'succeeded' : 'sent'}, ${wentAt})`
    const [transit, payable] = [await houseAccount(tx, 'cash_in_transit', currency), await houseAccount(tx, 'refunds_payable', currency)]
    const common = { amount, paymentId, reason: null, createdBy: null }
    await move(tx, [{ kind: 'return', debit: transit, credit: payable, ...common }])
    if (wentAt) await move(tx, [{ kind: 'payback', debit: payable, credit: transit, ...common }])
  })
}

async function textOf (pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

/** Every fault of settlement and of the books. */
async function faults (): Promise<readonly string[]> {
  const settlement = await readOneMoment(db, proveSettlements)
  // The sales of this file have no orders behind them: the proofs of orders are not asked.
  const books = (await proveBooks(db)).filter(({ invariant }) => !/order|line/.test(invariant))
  return [...settlement.map(({ proof, detail }) => `${proof}: ${detail}`), ...books.map(({ invariant, detail }) => `${invariant}: ${detail}`)]
}

t.test('a day ends at midnight in China, to the millisecond, and is settled when it is over', async t => {
  const shop = await newReseller()
  await shop.sells({ at: china('2026-10-01T00:00:00.000'), total: yuan(101) })
  await shop.sells({ at: china('2026-10-01T23:59:59.999'), total: yuan(102) })
  await shop.sells({ at: china('2026-10-02T00:00:00.000'), total: yuan(103) })
  t.equal(await settleSales(db, 100, china('2026-10-02T00:00:59.999')), 0, 'a transaction of the day may still be open')
  t.equal(await shop.balance(), 0n)
  t.equal(await settleSales(db, 100, china('2026-10-02T00:01:00')), 1)
  t.match(await shop.settlements(), [{ day: '2026-10-01', sales: 2, gross: yuan(203), wholesale: yuan(180), commission: 0n, margin: yuan(23) }])
  t.equal(await shop.balance(), yuan(23))
  t.equal(await settleSales(db, 100, china('2026-10-03T00:00:59')), 0)
  t.equal(await settleSales(db, 100, china('2026-10-03T12:00:00')), 1)
  t.match(await shop.settlements(), [{ day: '2026-10-02', sales: 1, margin: yuan(13) }, { day: '2026-10-01' }])
  t.same(await settledUntil(db, new Date('2026-10-01T16:00:59Z')), new Date('2026-09-30T16:00:00Z'))
  t.same(await settledUntil(db, new Date('2026-10-01T16:01:00Z')), new Date('2026-10-01T16:00:00Z'))
  t.same(await faults(), [])
})

t.test('each session, none, and each currency has a settlement of its own; what became true is told', async t => {
  const shop = await newReseller('CNY', 'USD')
  const [evening, morning] = [await shop.session(), await shop.session()]
  const at = china('2026-10-01T20:00:00')
  await shop.sells({ at, sessionId: evening, commission: yuan(3) })
  await shop.sells({ at, sessionId: evening, commission: yuan(2), quantity: 4 })
  await shop.sells({ at, sessionId: morning })
  await shop.sells({ at })
  await shop.sells({ at, currency: 'USD', total: yuan(7), wholesale: yuan(7) })
  t.equal(await settleSales(db, 100, noon), 4)
  const all = await shop.settlements()
  t.same(
    new Set(all.map(({ sessionId, currency, sales, quantity, margin }) => JSON.stringify([sessionId, currency, sales, quantity, Number(margin / 10_000n)]))),
    new Set([[evening, 'CNY', 2, 5, 15], [morning, 'CNY', 1, 1, 10], [null, 'CNY', 1, 1, 10], [null, 'USD', 1, 1, 0]].map(row => JSON.stringify(row)))
  )
  t.equal(await shop.balance(), yuan(35))
  t.equal(await shop.balance('USD'), 0n)
  t.equal((await listTransfers(db, (await readWallet(db, shop.id, 'USD'))!, {}, undefined, 9)).length, 0, 'nothing left writes no transfer')
  const eveningOf = all.find(({ sessionId }) => sessionId === evening)!
  t.match((await shop.events()).map(({ data }) => data).find(data => data.session === showId('session', evening)), {
    settlement: showId('settlement', eveningOf.id),
    day: '2026-10-01',
    sales: 2,
    gross: { amount: '200.00', currency: 'CNY' },
    wholesale: { amount: '180.00' },
    commission: { amount: '5.00' },
    margin: { amount: '15.00' }
  })
  t.equal((await shop.events()).length, 4)
  const transfers = await listTransfers(db, (await readWallet(db, shop.id, 'CNY'))!, { kind: 'settlement' }, undefined, 9)
  t.same(new Set(transfers.map(({ settlementId }) => settlementId)), new Set(all.filter(({ currency }) => currency === 'CNY').map(({ id }) => id)))
  t.same(await faults(), [])
})

t.test('any days, sessions and hosts, with two workers at once, settle every sale once', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.record({
      shop: fc.nat(1), hour: fc.integer({ min: 0, max: 71 }), session: fc.nat(2), host: fc.nat(2), fen: fc.nat(5_000), share: fc.nat(100)
    }), { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 24, max: 72 }),
    async (wishes, nowHour) => {
      const start = china('2026-08-01T00:00:00').getTime()
      const shops = [await newReseller(), await newReseller()]
      const sessions = await Promise.all(shops.map(async shop => [null, await shop.session(), await shop.session()]))
      const hosts = await Promise.all(shops.map(async shop => [null, await shop.host(), await shop.host()]))
      for (const { shop, hour, session, host, fen, share } of wishes) {
        const margin = BigInt(fen) * 100n
        const commission = host === 0 ? 0n : margin * BigInt(share) / 100n / 100n * 100n
        await shops[shop]!.sells({
          at: new Date(start + hour * 3_600_000),
          total: yuan(50) + margin,
          wholesale: yuan(50),
          commission,
          sessionId: sessions[shop]![session]!,
          hostId: hosts[shop]![host]!
        })
      }
      // In pieces as small as a pass may do them, so that each goes on where another stopped.
      const now = new Date(start + nowHour * 3_600_000 + 120_000)
      const worker = async (limit: number) => { while (await settleSales(db, limit, now) >= limit); }
      await Promise.all([worker(1), worker(3)])
      const over = Math.floor(nowHour / 24) * 24
      const [left] = await db<{ settled: number, forgotten: number }[]>`
        select count(*) filter (where settlement_id is not null)::int as settled,
               count(*) filter (where settlement_id is null and ended_at < ${new Date(start + over * 3_600_000)})::int as forgotten
        from checkouts where reseller_id in (${shops[0]!.id}, ${shops[1]!.id})`
      const groups = new Set(wishes.filter(({ hour }) => hour < over)
        .map(({ shop, hour, session }) => [shop, Math.floor(hour / 24), session].join()))
      const settlements = (await Promise.all(shops.map(shop => shop.settlements()))).flat()
      const sound = (await faults()).length === 0
      await settleSales(db, 1_000, china('2026-09-01T12:00:00'))
      return left!.forgotten === 0 && sound && left!.settled === wishes.filter(({ hour }) => hour < over).length &&
        settlements.length === groups.size
    }
  ), { numRuns: 12 })
})

t.test('a pass that stops between any two statements leaves nothing half done, and the next one goes on', async t => {
  const shop = await newReseller()
  const host = await shop.host()
  for (const total of [110, 120]) await shop.sells({ at: china('2026-10-01T10:00:00'), total: yuan(total), commission: yuan(4), hostId: host })
  // What a statement writes last, each in its turn: the marks and the settlement, the transfer, the event.
  for (const table of ['settlements', 'settlement_hosts', 'checkouts', 'transfers', 'events', 'accounts']) {
    await owner.unsafe(`
      create function stop_here () returns trigger language plpgsql as $$ begin raise exception 'the pass ends here'; end $$;
      create trigger stop_here after insert or update on ${table} for each statement execute function stop_here ()`)
    await t.rejects(settleSales(db, 100, noon), /the pass ends here/, table)
    await owner.unsafe(`drop trigger stop_here on ${table}; drop function stop_here`)
    t.same([await shop.settlements(), await shop.balance(), (await shop.events()).length], [[], 0n, 0], `${table}: as if it had not begun`)
    t.same(await faults(), [])
  }
  t.equal(await settleSales(db, 100, noon), 1)
  t.equal(await shop.balance(), yuan(42))
  t.equal(await settleSales(db, 100, noon), 0)
  t.same(await faults(), [])
})

t.test('a reseller whose sales cannot be settled is told of, and keeps no other waiting', async t => {
  const shops = [await newReseller(), await newReseller(), await newReseller()].sort((a, b) => a.id < b.id ? -1 : 1)
  for (const shop of shops) await shop.sells({ at: china('2026-10-01T10:00:00') })
  await owner`update accounts set balance = balance - 1 where owner_id = ${shops[0]!.id} and kind = 'proceeds'`
  await t.rejects(settleSales(db, 100, noon), { code: 'insufficient_balance' })
  t.same(await Promise.all(shops.map(shop => shop.balance())), [0n, yuan(10), yuan(10)])
  await owner`update accounts set balance = balance + 1 where owner_id = ${shops[0]!.id} and kind = 'proceeds'`
  t.equal(await settleSales(db, 100, noon), 1)
  t.same(await faults(), [])
})

t.test('a day with more sales than a settlement takes has several, each whole', async t => {
  const shop = await newReseller()
  const host = await shop.host()
  const first = await shop.sells({ at: china('2026-10-01T10:00:00'), commission: yuan(1), hostId: host })
  const more = salesPerSettlementMax + 9
  // As many of the same, and their money, by the owner's hand.
  await owner`
    insert into checkouts select (jsonb_populate_record(checkouts, jsonb_build_object('id', gen_random_uuid(), 'order_id', gen_random_uuid()))).*
    from checkouts, generate_series(1, ${more}::int) where checkouts.id = ${first}`
  await transact(db, async tx => {
    const proceeds = await ownedAccount(tx, shop.id, 'proceeds', 'CNY')
    const equity = await houseAccount(tx, 'adjustment', 'CNY')
    const common = { kind: 'adjustment', reason: null, createdBy: null } as const
    await move(tx, [
      { ...common, debit: equity, credit: proceeds, amount: yuan(9) * BigInt(more) },
      { ...common, debit: equity, credit: await ownedAccount(tx, shop.id, 'commission', 'CNY'), amount: yuan(1) * BigInt(more) }
    ])
  })
  t.equal(await settleSales(db, 1, noon), 1, 'a pass makes no more than it may')
  t.equal(await settleSales(db, 100, noon), 1)
  t.same((await shop.settlements()).map(({ sales }) => sales), [10, salesPerSettlementMax])
  t.equal(await shop.balance(), yuan(9) * BigInt(more + 1))
  t.match(await readHostBalances(db, shop.id, host), [{ earned: yuan(1) * BigInt(more + 1), pending: 0n }])

  const [, large] = await shop.settlements()
  let csv = ''
  let pieces = 0
  for await (const piece of settlementAsCsv(db, large!.id)) {
    csv += piece
    pieces++
  }
  t.equal(csv.trimEnd().split('\r\n').length, salesPerSettlementMax + 1)
  t.ok(pieces > 2, 'it is read as it is taken')
  t.same(await faults(), [])
})

t.test('what a reseller earned is settled whatever became of it, and however much it has', async t => {
  for (const status of ['suspended', 'closed']) {
    const shop = await newReseller()
    await shop.sells({ at: china('2026-10-01T10:00:00') })
    await db`update resellers set status = ${status} where id = ${shop.id}`
    t.equal(await settleSales(db, 9, noon), 1, status)
    t.equal(await shop.balance(), yuan(10))
  }
  const rich = await newReseller()
  await transact(db, async tx => move(tx, [{
    kind: 'adjustment',
    debit: await houseAccount(tx, 'adjustment', 'CNY'),
    credit: await ownedAccount(tx, rich.id, 'wallet', 'CNY'),
    amount: walletBalanceMax,
    reason: null,
    createdBy: null
  }]))
  await rich.sells({ at: china('2026-10-01T10:00:00') })
  t.equal(await settleSales(db, 9, noon), 1)
  t.equal(await rich.balance(), walletBalanceMax + yuan(10))
  t.same(await faults(), [])
})

t.test('a statement has a line for each sale, by pages, and as CSV no cell is a formula', async t => {
  const shop = await newReseller()
  const [host, session] = [await shop.host(), await shop.session()]
  const sold: Uuid[] = []
  for (let n = 0; n < 5; n++) {
    sold.push(await shop.sells({ at: china(`2026-10-01T1${n}:00:00`), sessionId: session, hostId: n ? host : null, commission: n ? yuan(1.23) : 0n, quantity: n + 1 }))
  }
  await settleSales(db, 9, noon)
  const [settlement] = await shop.settlements({ sessionId: session, dayFrom: '2026-10-01', dayTo: '2026-10-01' })
  t.same(await readSettlement(db, shop.id, settlement!.id), settlement)
  t.same(await shop.settlements({ dayTo: '2026-09-30' }), [])
  t.same(await shop.settlements({ dayFrom: '2026-10-02' }), [])
  t.same(await shop.settlements({ sessionId: host }), [])
  const stranger = await newReseller()
  await t.rejects(readSettlement(db, stranger.id, settlement!.id), { code: 'not_found' })
  t.match(await readHostShares(db, [settlement!.id]), [{ hostId: host, sales: 4, quantity: 14, commission: yuan(4.92) }])

  const lines = [...await listSettledSales(db, settlement!.id, null, 3), ...await listSettledSales(db, settlement!.id, sold[2]!, 3)]
  t.same(lines.map(({ checkoutId, quantity }) => [checkoutId, quantity]), sold.map((id, n) => [id, n + 1]))
  t.equal(lines.reduce((sum, { total, wholesale, commission }) => sum + total - wholesale - commission, 0n), settlement!.margin)

  const csv = await textOf(settlementAsCsv(db, settlement!.id))
  const [head, firstRow, ...rows] = csv.trimEnd().split('\r\n')
  t.equal(head, '\ufeffcheckout,completed_at,sku,sku_name,quantity,currency,total,wholesale,commission,margin,order,link,host')
  t.match(firstRow, `${showId('checkout', sold[0]!)},2026-10-01T02:00:00.000Z,${showId('sku', sku)},"'=HYPERLINK(""x""),""¥100""",1,CNY,100.00,90.00,0.00,10.00,ord_`)
  t.equal(rows.length, 4)
  t.notMatch(csv, /138/, 'nothing tells who bought')
})

t.test('a host is paid what is due to it and not more, two at once for the last of it too', async t => {
  const shop = await newReseller()
  const [host, other] = [await shop.host(), await shop.host()]
  const at = china('2026-10-01T10:00:00')
  await shop.sells({ at, hostId: host, commission: yuan(7) })
  await shop.sells({ at, hostId: other, commission: yuan(2) })
  t.match(await readHostBalances(db, shop.id, host), [{ currency: 'CNY', earned: 0n, paidOut: 0n, pending: yuan(7) }])
  await t.rejects(shop.pays(host, 100n), { code: 'state_conflict', facts: { due: { amount: '0.00', currency: 'CNY' } } }, 'what is not settled is not due')
  await settleSales(db, 9, noon)
  await shop.sells({ at: china('2026-10-02T10:00:00'), hostId: host, commission: yuan(1) })
  await t.rejects(shop.pays(host, yuan(7.01)), { code: 'state_conflict', facts: { due: { amount: '7.00' } } })
  await t.rejects(shop.pays(host, 0n), { code: 'invalid_request' })
  await t.rejects(shop.pays(newId(), 100n), { code: 'not_found' })
  await t.rejects((await newReseller()).pays(host, 100n), { code: 'not_found' })
  const before = await shop.balance()

  const races = await Promise.allSettled(Array.from({ length: 10 }, () => shop.pays(host, yuan(1))))
  t.equal(races.filter(({ status }) => status === 'fulfilled').length, 7)
  t.ok(races.every(race => race.status === 'fulfilled' || race.reason.code === 'state_conflict'))
  t.equal(await shop.balance(), before + yuan(7))
  t.match(await readHostBalances(db, shop.id, host), [{ earned: yuan(7), paidOut: yuan(7), pending: yuan(1) }])
  t.match(await readHostBalances(db, shop.id, other), [{ earned: yuan(2), paidOut: 0n, pending: 0n }], 'of another host nothing was taken')
  const payouts = await listPayouts(db, shop.id, host, null, 100)
  t.equal(payouts.length, 7)
  t.same(await listPayouts(db, shop.id, host, payouts[4]!.id, 100), payouts.slice(5))
  t.same(await listPayouts(db, shop.id, other, null, 100), [])
  const [transfer] = await listTransfers(db, (await readWallet(db, shop.id, 'CNY'))!, { kind: 'payout' }, undefined, 1)
  t.match(transfer, { amount: yuan(1), reason: `${showId('payout', transfer!.id)} to ${showId('host', host)}` })
  t.ok(payouts.some(({ id }) => id === transfer!.id), 'a payout and its transfer have one id')
  t.same(await faults(), [])
})

t.test('what gateways took is banked once, less what they gave back, when its day is over', async t => {
  while (await bankReceipts(db, 100, china('2030-01-01T12:00:00')) > 0);
  t.same(await faults(), [])
  const shop = await newReseller('JPY', 'EUR')
  const day = china('2026-11-01T10:00:00')
  const late = china('2026-11-01T23:59:59.999')
  await shop.sells({ at: day, currency: 'JPY', total: yuan(300) })
  await returned(shop.id, yuan(40), day, late, 'JPY')
  await returned(shop.id, yuan(50), day, null, 'JPY')
  await returned(shop.id, yuan(60), day, china('2026-11-02T00:00:00'), 'JPY')
  await returned(shop.id, yuan(500), china('2026-11-02T01:00:00'), china('2026-11-02T02:00:00'), 'EUR')
  const cash = async (currency: Currency) => {
    const [row] = await db<{ cash: bigint, transit: bigint }[]>`
      select -sum(balance) filter (where kind = 'cash')::bigint as cash, -sum(balance) filter (where kind = 'cash_in_transit')::bigint as transit
      from accounts where currency = ${currency} and owner_id is null`
    return [row!.cash / 10_000n, row!.transit / 10_000n]
  }
  t.same(await bankReceipts(db, 100, china('2026-11-02T00:00:59')), 0)
  const passes = await Promise.all([bankReceipts(db, 100, china('2026-11-02T08:00:00')), bankReceipts(db, 100, china('2026-11-02T08:00:00'))])
  t.equal(passes[0]! + passes[1]!, 1, 'one of two workers has it')
  t.same(await cash('JPY'), [300n + 40n + 50n + 60n - 40n, -60n], 'what went back today stays in transit until tomorrow')
  t.same(await cash('EUR'), [0n, 0n])
  t.equal(await bankReceipts(db, 100, china('2026-11-03T08:00:00')), 2)
  t.same(await cash('JPY'), [350n, 0n], 'cash has paid the gateway')
  t.same(await cash('EUR'), [0n, 0n], 'what came and went on one day moves nothing')
  t.equal(await bankReceipts(db, 100, china('2026-11-04T08:00:00')), 0)
  const moved = await db<{ amount: bigint, kind: string, reason: string }[]>`
    select amount, transfers.reason, accounts.kind from transfers join accounts on accounts.id = debit_account
    where transfers.kind = 'banked' and currency = 'JPY' order by transfers.id`
  t.match(moved, [
    { kind: 'cash', amount: yuan(410), reason: '4 receipts, 1 paybacks' },
    { kind: 'cash_in_transit', amount: yuan(60), reason: '0 receipts, 1 paybacks' }
  ])
  t.same(await faults(), [])

  const paymentId = newId()
  await transact(db, tx => receive(tx, shop.id, { paymentId, subjectId: newId(), currency: 'JPY', amount: 100n, at: day, applied: true }))
  await owner`
    insert into receipts select (jsonb_populate_record(receipts, jsonb_build_object('transaction', n))).*
    from receipts, generate_series(1, ${receiptsPerBankingMax}::int) as n where payment_id = ${paymentId}`
  await transact(db, async tx => move(tx, [{
    kind: 'deposit',
    debit: await houseAccount(tx, 'cash_in_transit', 'JPY'),
    credit: await ownedAccount(tx, shop.id, 'wallet', 'JPY'),
    amount: 100n * BigInt(receiptsPerBankingMax + 1),
    reason: null,
    createdBy: null
  }]))
  t.same([await bankReceipts(db, 1, noon), await bankReceipts(db, 9, china('2026-11-04T08:00:00'))], [0, 2], 'in pieces')
  t.same(await faults(), [])
})

t.test('what buyers really bought on several days, and got back, is settled and banked to the last fen', async t => {
  const house = await openHouse(t)
  const { startCheckout, receivePayment, stepDb } = house.worlds.live
  const shops = [await house.reseller({ balance: '0' }), await house.reseller({ balance: '0' })]
  const sku = await house.sku({ codes: 100, price: '9.37' })
  const today = china('2026-10-05T12:00:00')
  const sold: { day: number, shop: number, quantity: number }[] = []
  for (const [shop, { id: reseller }] of shops.entries()) {
    const link = await makeLink(house.db, { reseller, skus: { [sku]: 11.99 }, commission: 333 })
    for (let n = 0; n < 10; n++) {
      const quantity = 1 + n % 3
      const { checkout, payment: { id: paymentId, amount, currency } } = await startCheckout(wishOf(house.worlds.live, { link, sku, seen: 11.99, quantity }))
      const money = { gateway: 'sandbox', paymentId, amount, currency, paidAt: null, source: 'callback' } as const
      // Some pay another amount than was asked, and some pay twice: that goes back.
      const wrong = n % 5 === 4
      await receivePayment({ ...money, transaction: `${paymentId} 1`, ...wrong && { amount: amount + 100n } })
      if (n % 5 === 2) await receivePayment({ ...money, transaction: `${paymentId} 2` })
      const day = n % 4
      await house.db`
        update checkouts set ended_at = ${today}::timestamptz - ${day}::int * interval '1 day' where id = ${checkout.id} and state = 'completed'`
      if (!wrong) sold.push({ day, shop, quantity })
    }
  }
  await house.db`update receipts set created_at = ${today}::timestamptz - interval '1 day'`
  while (await settleSales(stepDb, 2, today) > 0);
  while (await bankReceipts(stepDb, 2, today) > 0);
  for (const [shop, { id, kahub }] of shops.entries()) {
    const over = sold.filter(one => one.shop === shop && one.day > 0)
    const pieces = BigInt(over.reduce((sum, { quantity }) => sum + quantity, 0))
    const settlements = await kahub.settlements.list().toArray({ limit: 100 })
    t.equal(settlements.length, new Set(over.map(({ day }) => day)).size)
    t.equal(settlements.reduce((sum, { sales }) => sum + sales, 0), over.length)
    t.equal(settlements.reduce((sum, { gross }) => sum + amountOf(Number(gross)), 0n), amountOf(11.99) * pieces)
    const margin = settlements.reduce((sum, one) => sum + amountOf(Number(one.margin)), 0n)
    t.equal(amountOf(Number((await kahub.wallets.list()).data[0]!.balance.amount)), margin, 'what it sold cost its wallet nothing')
    const [left] = await house.db<{ count: number }[]>`
      select count(*)::int as count from checkouts where reseller_id = ${readId('reseller', id)!} and state = 'completed' and settlement_id is null`
    t.equal(left!.count, sold.filter(one => one.shop === shop && one.day === 0).length, 'the sales of today wait')
  }
  const [unbanked] = await house.db<{ count: number }[]>`select count(*)::int as count from receipts where banked_at is null`
  t.equal(unbanked!.count, 0)
  await house.proves(t)
})

t.test('each proof of settlement is seen to fail when what it proves is broken', async t => {
  const shop = await newReseller()
  const host = await shop.host()
  const checkout = await shop.sells({ at: china('2026-10-01T10:00:00'), hostId: host, commission: yuan(3) })
  await settleSales(db, 9, noon)
  await shop.pays(host, yuan(1))
  await bankReceipts(db, 100, china('2030-01-01T12:00:00'))
  const [settlement] = await shop.settlements()
  const set = (table: string, column: string, by: string, where: string) => () => owner.unsafe(`update ${table} set ${column} = ${column} ${by} where ${where}`)
  const both = (table: string, column: string, unit: string, where: string) =>
    [set(table, column, `+ ${unit}`, where), set(table, column, `- ${unit}`, where)] as const
  const breaks: readonly (readonly [string, () => Promise<unknown>, () => Promise<unknown>])[] = [
    ['a settlement is the sum of its sales', ...both('settlements', 'quantity', '1', `id = '${settlement!.id}'`)],
    ['a sale is in a settlement of its reseller, session, currency and day', ...both('checkouts', 'ended_at', 'interval \'1 day\'', `id = '${checkout}'`)],
    ['the share of a host is the sum of its sales', ...both('settlement_hosts', 'commission', '1', `settlement_id = '${settlement!.id}'`)],
    ['the margin of a settlement is in the wallet', ...both('transfers', 'amount', '1', `settlement_id = '${settlement!.id}'`)],
    ['proceeds are the margins of sales that are not settled', ...both('accounts', 'balance', '1', `owner_id = '${shop.id}' and kind = 'proceeds'`)],
    ['commission is what was earned less what was paid out', ...both('accounts', 'balance', '1', `owner_id = '${shop.id}' and kind = 'commission'`)],
    ['a payout is a transfer', ...both('payouts', 'amount', '1', `host_id = '${host}'`)],
    ['no host was paid more than it earned', ...both('payouts', 'amount', '30000', `host_id = '${host}'`)],
    ['what was banked is what came and went', ...both('receipts', 'amount', '1', `payment_id = (select id from payments where subject_id = '${checkout}')`)],
    ['cash in transit is what came and is not banked', ...both('accounts', 'balance', '1', 'kind = \'cash_in_transit\' and currency = \'CNY\'')]
  ]
  for (const [proof, breakIt, mendIt] of breaks) {
    await breakIt()
    t.ok((await readOneMoment(db, proveSettlements)).some(fault => fault.proof === proof && fault.detail !== ''), proof)
    await mendIt()
    t.same(await faults(), [], 'mended')
  }
})
