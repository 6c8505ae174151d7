import { deepStrictEqual } from 'node:assert/strict'
import t from 'tap'
import fc from 'fast-check'
import { newId, type Uuid } from '../../src/base/ids.ts'
import { transact } from '../../src/postgres/transact.ts'
import { expireLots } from '../../src/domain/stock/expire-lots.ts'
import { joinRanges } from '../../src/domain/stock/join-ranges.ts'
import { lotKeysMax, openLotKeys } from '../../src/domain/stock/lot-keys.ts'
import { proveStock, type StockProof } from '../../src/domain/stock/prove-stock.ts'
import { coalesceStockQueries } from '../../src/domain/stock/query-stock.ts'
import { listLots, readLot } from '../../src/domain/stock/read-lots.ts'
import { recallLot } from '../../src/domain/stock/recall-lot.ts'
import { changesOf, lockStock, readShelf, stockInHand, takeFree, type Allocation, type ShelfRange } from '../../src/domain/stock/take-stock.ts'
import { voidCodes } from '../../src/domain/stock/void-codes.ts'
import { openStockedWorld, writeStock } from '../support/stocked-world.ts'

const world = await openStockedWorld()
const { db } = world
t.teardown(() => world.close())

const because = { reason: 'supplier says so', createdBy: 'key_live_operator' }
const fingerprints = world.fingerprintKey.reveal()
let made = 0
const fresh = (count: number): string[] => Array.from({ length: count }, () => `CODE-${++made}-X`)
const lotsOf = (skuId: Uuid) => db<{ id: number, publicId: Uuid, size: number }[]>`
  select id, public_id as "publicId", size from lots where sku_id = ${skuId} order by id`
const secretsOf = async (allocations: readonly Allocation[]) => (await world.reads(allocations)).map(code => code.secret)
const voids = (publicId: Uuid, positions: readonly number[]) => transact(db, tx => voidCodes(tx, fingerprints, { lotId: publicId, positions }, because))
const backdates = (lotId: number) => db.begin(async tx => {
  await tx`update lots set expires_at = now() - interval '1 second' where id = ${lotId}`
  await tx`update shelf set expires_at = now() - interval '1 second' where lot_id = ${lotId}`
})

t.test('the earliest expiry is used first, then the oldest lot, and what has expired is not sold', async t => {
  const sku = await world.sku()
  const [never, later, soon, gone] = [fresh(2), fresh(2), fresh(2), fresh(2)]
  await world.stocks(sku, never)
  await world.stocks(sku, later, '2090-01-01')
  await world.stocks(sku, soon, '2080-01-01')
  await world.stocks(sku, gone, '2070-01-01')
  await backdates((await lotsOf(sku))[3]!.id)
  t.strictSame(await secretsOf(await world.sells(sku, 5)), [...soon, ...later, never[0]], 'the sale checks the expiry itself')
  t.match(await world.stock(sku), { available: 3 })
  t.equal(await expireLots(db, 100), 1)
  t.equal(await expireLots(db, 100), 0)
  t.match(await world.stock(sku), { available: 1 }, 'the pass takes it out of the count')
  t.strictSame(await secretsOf(await world.sells(sku, 5)), [never[1]])
})

t.test('twenty buyers racing for fifty codes get fifty different codes', async t => {
  const sku = await world.sku()
  const codes = fresh(50)
  await world.stocks(sku, codes.slice(0, 30))
  await world.stocks(sku, codes.slice(30))
  const sold = (await Promise.all(Array.from({ length: 20 }, () => world.sells(sku, 3)))).flat()
  t.strictSame((await secretsOf(sold)).sort(), codes.sort())
  t.match(await world.stock(sku), { available: 0 })
  t.equal((await db`select 1 from shelf where sku_id = ${sku}`).length, 0, 'used-up ranges are gone')
})

t.test('a want larger than the first pieces of a shredded shelf is still met', async t => {
  const [sku, whole] = [await world.sku(), await world.sku()]
  await world.stocks(sku, fresh(200))
  await world.stocks(whole, fresh(40))
  const [lot] = await lotsOf(sku)
  await voids(lot!.publicId, Array.from({ length: 66 }, (_, i) => 3 * i + 1))
  const shelves = await readShelf(db, [{ skuId: sku, quantity: 100 }, { skuId: whole, quantity: 10 }, { skuId: newId(), quantity: 1 }])
  t.strictSame([...shelves.keys()].sort(), [sku, whole].sort())
  const { ranges } = shelves.get(sku)!
  const count = ranges.reduce((sum, range) => sum + range.stop - range.next, 0)
  t.ok(count >= 100 && count < 110, 'about as much as is wanted is read')
  t.strictSame(ranges, ranges.toSorted((a, b) => a.next - b.next))
  t.equal((await world.sells(sku, 134)).reduce((sum, { count }) => sum + count, 0), 134, 'and all of it when all is wanted')
})

t.test('a range that moved since it was read, or stock that is not there, is never written', async t => {
  const sku = await world.sku()
  await world.stocks(sku, fresh(10))
  const { ranges: [range] } = (await readShelf(db, [{ skuId: sku, quantity: 1 }])).get(sku)!
  await world.sells(sku, 1)
  const stale = { id: range!.id, fromNext: 0, stop: 10 }
  const divisionByZero = { code: '22012' }
  await t.rejects(transact(db, tx => writeStock(tx, { moves: [{ ...stale, toNext: 5 }], counts: [] })), divisionByZero)
  await t.rejects(transact(db, tx => writeStock(tx, { moves: [{ ...stale, toNext: 10 }], counts: [] })), divisionByZero)
  for (const [available, held] of [[-10, 0], [0, -1]] as const) {
    await t.rejects(transact(db, tx => writeStock(tx, { moves: [], counts: [{ skuId: sku, available, held }] })), divisionByZero)
  }
  t.throws(() => takeFree(stockInHand(9, { ranges: [range!], expired: 0 }), 11), /no more to be taken/)
  t.match(await world.stock(sku), { available: 9 })
})

t.test('stock rows are locked in one order, whatever the order asked for', async t => {
  const skus = [await world.sku(), await world.sku(), await world.sku()]
  for (const sku of skus) await world.stocks(sku, fresh(20))
  const shuffled = [skus, skus.toReversed(), [skus[1]!, skus[2]!, skus[0]!]]
  await Promise.all(Array.from({ length: 30 }, (_, i) => transact(db, async tx => {
    const rows = await lockStock(tx, shuffled[i % 3]!)
    deepStrictEqual(rows.map(row => row.skuId), skus.toSorted())
    await writeStock(tx, { moves: [], counts: skus.map(skuId => ({ skuId, available: 0, held: 0 })) })
  })))
  t.strictSame(await transact(db, tx => lockStock(tx, [newId()])), [], 'a SKU that was never stocked has no row')
})

t.test('takings follow the ranges in order, lose none and take none twice', async t => {
  const range = fc.record({ lotId: fc.integer({ min: 1, max: 5 }), next: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) })
  fc.assert(fc.property(fc.array(range, { maxLength: 8 }), fc.array(fc.nat(30), { maxLength: 12 }), (made, quantities) => {
    const ranges: ShelfRange[] = made.map(({ lotId, next, length }, i) => ({ id: BigInt(i), lotId, next, stop: next + length }))
    const codes = ranges.flatMap(({ id, next, stop }) => Array.from({ length: stop - next }, (_, i) => `${id} ${next + i}`))
    const shelf = stockInHand(codes.length, { ranges, expired: 0 })
    deepStrictEqual(shelf.left, codes.length)
    let sold = 0
    for (const quantity of quantities) {
      if (quantity > shelf.left) continue
      const taken = takeFree(shelf, quantity)
      deepStrictEqual(taken.reduce((sum, { count }) => sum + count, 0), quantity)
      sold += quantity
    }
    deepStrictEqual(shelf.left, codes.length - sold)
    const { moves } = changesOf(new Map([[newId(), shelf]]))
    const moved = moves.flatMap(({ id, fromNext, toNext }) => Array.from({ length: toNext - fromNext }, (_, i) => `${id} ${fromNext + i}`))
    deepStrictEqual(moved, codes.slice(0, sold))
  }))
  t.pass('in every world tried')
})

t.test('a recalled lot sells nothing more, and what was sold stays sold', async t => {
  const sku = await world.sku()
  await world.stocks(sku, fresh(10))
  await world.stocks(sku, fresh(5))
  await world.sells(sku, 4)
  const [lot, other] = await lotsOf(sku)
  const recalled = await transact(db, tx => recallLot(tx, lot!.publicId, 'dead codes'))
  t.match(recalled, { state: 'recalled', stateReason: 'dead codes', size: 10, sold: 4, withdrawn: 6, onShelf: 0 })
  t.match(await transact(db, tx => recallLot(tx, lot!.publicId, 'once more')), { state: 'recalled', stateReason: 'dead codes' }, 'again changes nothing')
  t.match(await world.stock(sku), { available: 5 })
  t.strictSame((await world.sells(sku, 20)).map(sold => sold.lotId), [other!.id])
  await t.rejects(transact(db, tx => recallLot(tx, newId(), 'x')), { code: 'not_found' })
  const staged = await world.opens(sku)
  await world.sends(staged.id, 'secret\n' + fresh(1).join())
  const [, , hidden] = await lotsOf(sku)
  await t.rejects(transact(db, tx => recallLot(tx, hidden!.publicId, 'x')), { code: 'state_conflict' })
})

t.test('a voided code is never sold, whether it is named by what it says or by its place', async t => {
  const sku = await world.sku()
  const codes = fresh(12)
  await world.stocks(sku, codes)
  const [lot] = await lotsOf(sku)
  const written = [codes[3]!.toLowerCase(), codes[4]!, codes[11]!].map(secret => ({ secret }))
  t.equal(await transact(db, tx => voidCodes(tx, fingerprints, { skuId: sku, codes: written }, because)), 3)
  t.equal(await voids(lot!.publicId, [0, 7]), 2)
  t.match(await readLot(db, lot!.publicId), { onShelf: 7, withdrawn: 5, sold: 0 })
  t.match(await db`select n, reason, created_by from voided_codes where lot_id = ${lot!.id} order by n`, [0, 3, 4, 7, 11].map(n => ({ n, reason: because.reason })))
  t.strictSame(await secretsOf(await world.sells(sku, 20)), codes.filter((_, n) => ![0, 3, 4, 7, 11].includes(n)))
})

t.test('what is not on the shelf cannot be voided, and then nothing is', async t => {
  const sku = await world.sku()
  const codes = fresh(6)
  await world.stocks(sku, codes)
  const [lot] = await lotsOf(sku)
  await world.sells(sku, 2)
  await voids(lot!.publicId, [5])
  const pointers = (...indexes: number[]) => ({ code: 'code_not_on_shelf', facts: { errors: indexes.map(index => ({ pointer: new RegExp(`/${index}$`) })) } })
  await t.rejects(voids(lot!.publicId, [3, 1]), pointers(1), 'a sold one')
  await t.rejects(voids(lot!.publicId, [5, 3]), pointers(0), 'one voided before')
  await t.rejects(voids(lot!.publicId, [3, 6, 3]), pointers(1, 2), 'one beyond the lot, one named twice')
  const written = (...secrets: string[]) => transact(db, tx => voidCodes(tx, fingerprints, { skuId: sku, codes: secrets.map(secret => ({ secret })) }, because))
  await t.rejects(written(codes[3]!, 'never seen', codes[0]!, codes[3]!.toLowerCase()), pointers(1, 2, 3))
  const staged = await world.opens(sku)
  const [hidden] = fresh(1)
  await world.sends(staged.id, `secret\n${hidden}`)
  await t.rejects(written(hidden!), pointers(0), 'one that is only staged')
  await t.rejects(voids(newId(), [0]), { code: 'not_found' })
  await t.rejects(transact(db, tx => voidCodes(tx, fingerprints, { skuId: newId(), codes: [{ secret: 'x' }] }, because)), { code: 'sku_not_found' })
  t.match(await world.stock(sku), { available: 3 })
})

t.test('one code voided by ten at once is voided once, and never sold as well', async t => {
  const sku = await world.sku()
  await world.stocks(sku, fresh(30))
  const [lot] = await lotsOf(sku)
  const [voided, sold] = await Promise.all([
    Promise.allSettled(Array.from({ length: 10 }, () => voids(lot!.publicId, [29]))),
    Promise.all(Array.from({ length: 10 }, () => world.sells(sku, 4)))
  ])
  const times = voided.filter(outcome => outcome.status === 'fulfilled').length
  t.equal(sold.flat().reduce((sum, { count }) => sum + count, 0) + times, 30)
  t.match(await readLot(db, lot!.publicId), { onShelf: 0, withdrawn: times })
})

t.test('neighbouring ranges of a lot are joined, others are left alone', async t => {
  const sku = await world.sku()
  await world.stocks(sku, fresh(20))
  await world.stocks(sku, fresh(20))
  const [lot, other] = await lotsOf(sku)
  await voids(lot!.publicId, [10])
  await db`delete from shelf where lot_id = ${lot!.id}`
  await db`insert into shelf (sku_id, lot_id, expires_at, next, stop)
    select ${sku}, ${lot!.id}, 'infinity', next, stop from (values (15, 20), (0, 4), (4, 9), (9, 10), (11, 15)) as pieces (next, stop)`
  t.equal(await joinRanges(db, 100), 3)
  t.equal(await joinRanges(db, 100), 0)
  t.strictSame([...await db`select lot_id, next, stop from shelf where sku_id = ${sku} order by lot_id, next`],
    [[lot!.id, 0, 10], [lot!.id, 11, 20], [other!.id, 0, 20]].map(([id, next, stop]) => ({ lot_id: id, next, stop })))
})

t.test('whatever is sold, voided, recalled, expired and joined: nothing is sold twice and every sum is right', async t => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('sell' as const), quantity: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('void' as const), lot: fc.nat(3), positions: fc.uniqueArray(fc.nat(14), { minLength: 1, maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('recall' as const, 'expire' as const), lot: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'join' as const }) }
  )
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 4 }), fc.array(step, { maxLength: 14 }), async (sizes, steps) => {
    const sku = await world.sku()
    for (const size of sizes) await world.stocks(sku, fresh(size), '2095-01-01')
    const lots = await lotsOf(sku)
    const model = { shelf: new Set(lots.flatMap(lot => Array.from({ length: lot.size }, (_, n) => `${lot.id} ${n}`))), sold: [] as string[] }
    for (const done of steps) {
      if (done.kind === 'sell') {
        const sold = (await world.sells(sku, done.quantity)).flatMap(({ lotId, first, count }) => Array.from({ length: count }, (_, i) => `${lotId} ${first + i}`))
        const lotOf = (code: string): string | undefined => code.split(' ')[0]
        deepStrictEqual(sold.map(lotOf), [...model.shelf].slice(0, done.quantity).map(lotOf), 'the oldest lots first')
        for (const code of sold) deepStrictEqual(model.shelf.delete(code), true, 'what was on the shelf')
        model.sold.push(...sold)
      } else if (done.kind === 'join') {
        await joinRanges(db, 10)
      } else if (done.lot < lots.length) {
        const lot = lots[done.lot]!
        const own = [...model.shelf].filter(code => code.startsWith(`${lot.id} `))
        if (done.kind === 'void') {
          const codes = done.positions.map(n => `${lot.id} ${n}`)
          const voided = await voids(lot.publicId, done.positions).then(() => true, error => { deepStrictEqual(error.code, 'code_not_on_shelf') })
          deepStrictEqual(voided ?? false, codes.every(code => model.shelf.has(code)))
          if (voided) for (const code of codes) model.shelf.delete(code)
        } else if (done.kind === 'recall') {
          await transact(db, tx => recallLot(tx, lot.publicId, 'x')).catch(error => deepStrictEqual(error.code, 'state_conflict'))
          for (const code of own) model.shelf.delete(code)
        } else {
          await backdates(lot.id)
          await expireLots(db, 10)
          for (const code of own) model.shelf.delete(code)
        }
      }
    }
    deepStrictEqual(new Set(model.sold).size, model.sold.length)
    deepStrictEqual((await world.stock(sku))?.available, model.shelf.size)
    deepStrictEqual(await proveStock(db), [])
  }), { numRuns: 25 })
  t.pass('in every world tried')
})

t.test('lots are listed newest first with what is left of them, page by page', async t => {
  const [sku, other] = [await world.sku(), await world.sku()]
  for (const size of [3, 4, 5]) await world.stocks(sku, fresh(size), '2077-07-07')
  await world.stocks(other, fresh(1))
  await world.sells(sku, 2)
  const first = await listLots(db, { skuId: sku, count: 2 })
  const rest = await listLots(db, { skuId: sku, count: 2, after: first[1]!.id })
  t.match([...first, ...rest], [{ size: 5, onShelf: 5 }, { size: 4, sold: 0 }, { size: 3, onShelf: 1, sold: 2, expiresAt: new Date('2077-07-07') }])
  t.equal(rest.length, 1)
  t.match(await listLots(db, { count: 1 }), [{ skuId: other, expiresAt: null, supplier: 'Acme', unitCost: 950_000n }], 'of all SKUs')
})

t.test('stock queries that arrive together share a statement, and each sees what was true after it came', async t => {
  const skus = [await world.sku(), await world.sku(), await world.sku()]
  await world.stocks(skus[0]!, fresh(3))
  await world.stocks(skus[1]!, fresh(2))
  let statements = 0
  const counted = new Proxy(db, { apply: (target, self, args) => { statements++; return Reflect.apply(target, self, args) } })
  const query = coalesceStockQueries(counted)
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => query([skus[i % 3]!])))
  t.equal(statements, 1)
  t.match(answers[0]!.get(skus[0]!), { available: 3, held: 0 })
  t.match(answers[1]!.get(skus[1]!), { available: 2, held: 0 })
  t.equal(answers[2]!.get(skus[2]!), undefined, 'never stocked')
  const slow = [query([skus[0]!]), query([skus[1]!])]
  await world.sells(skus[0]!, 1)
  t.match((await query([skus[0]!])).get(skus[0]!), { available: 2 }, 'a sale before the query is in its answer')
  await Promise.all(slow)
})

t.test('a failing statement is told to every query that shared it, and the next works again', async t => {
  const sku = await world.sku()
  await world.stocks(sku, fresh(1))
  const query = coalesceStockQueries(db)
  const outcomes = await Promise.allSettled([query([sku]), query(['no uuid']), query([sku])])
  t.strictSame(outcomes.map(outcome => outcome.status), ['rejected', 'rejected', 'rejected'])
  t.match((await query([sku])).get(sku), { available: 1 })
})

t.test('keys of lots are read with one statement, held, and given up when there are too many', async t => {
  const sku = await world.sku()
  for (let i = 0; i < 3; i++) await world.stocks(sku, fresh(1))
  const ids = (await lotsOf(sku)).map(lot => lot.id)
  let statements = 0
  const counted = new Proxy(db, { apply: (target, self, args) => { statements++; return Reflect.apply(target, self, args) } })
  const keys = openLotKeys(world.masterKeys)
  const all = await keys.keysOf(counted, [...ids, ids[0]!])
  t.strictSame([statements, [...all.keys()].toSorted((a, b) => a - b)], [1, ids])
  t.equal((await keys.keysOf(counted, [ids[1]!])).get(ids[1]!), all.get(ids[1]!), 'held')
  t.equal(statements, 1)
  await t.rejects(keys.keysOf(db, [2 ** 31 - 1]), /a row for every lot/)
  t.ok(lotKeysMax >= 100)
})

t.test('the proving pass finds each kind of damage', async t => {
  const damaged = await openStockedWorld()
  t.teardown(() => damaged.close())
  const { db, owner } = damaged
  const sku = await damaged.sku()
  await damaged.stocks(sku, fresh(10))
  await damaged.sells(sku, 4)
  const [lot] = await db<{ id: number, public_id: Uuid }[]>`select id, public_id from lots`
  await transact(db, tx => voidCodes(tx, damaged.fingerprintKey.reveal(), { lotId: lot!.public_id, positions: [9] }, because))
  t.strictSame(await proveStock(db), [], 'sound before')
  const id = lot!.id
  const damages: readonly (readonly [StockProof, () => PromiseLike<unknown>, () => PromiseLike<unknown>])[] = [
    ['allocations_overlap', () => owner`insert into allocations (order_id, line, lot_id, first, count) values (${newId()}, 1, ${id}, 2, 1)`, () => owner`delete from allocations where first = 2`],
    ['sold_still_on_shelf', () => owner`update shelf set next = 3`, () => owner`update shelf set next = 4`],
    ['shelf_overlaps', () => owner`insert into shelf (sku_id, lot_id, expires_at, next, stop) values (${sku}, ${id}, 'infinity', 5, 6)`, () => owner`delete from shelf where next = 5`],
    ['range_beyond_lot', () => owner`update shelf set stop = 12`, () => owner`update shelf set stop = 9`],
    ['range_beyond_lot', () => owner`update lots set state = 'recalled'`, () => owner`update lots set state = 'available'`],
    ['stock_sum', () => owner`update stock set available = available + 1`, () => owner`update stock set available = available - 1`],
    ['lot_sum', () => owner`update lots set withdrawn = withdrawn + 1`, () => owner`update lots set withdrawn = withdrawn - 1`],
    ['voided_not_withdrawn', () => owner`update shelf set stop = 10`, () => owner`update shelf set stop = 9`],
    ['codes_of_lot', () => owner`update codes set n = 20 where n = 0`, () => owner`update codes set n = 0 where n = 20`],
    ['codes_of_lot', () => owner`update codes set lot_id = 77`, () => owner`update codes set lot_id = ${id}`]
  ]
  for (const [proof, damage, repair] of damages) {
    await damage()
    t.ok((await proveStock(db)).some(fault => fault.proof === proof), proof)
    await repair()
    t.strictSame(await proveStock(db), [], `${proof}: mended`)
  }
})

t.test('after all of this the stock is sound', async t => {
  t.strictSame(await proveStock(db), [])
})
