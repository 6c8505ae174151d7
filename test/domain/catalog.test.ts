import t from 'tap'
import { newId } from '../../src/base/ids.ts'
import { createSku, skusPerProductMax } from '../../src/domain/catalog/create-sku.ts'
import { withFreshNumber } from '../../src/domain/catalog/fresh-number.ts'
import { listCategories } from '../../src/domain/catalog/list-categories.ts'
import { listProducts, type ProductFilter } from '../../src/domain/catalog/list-products.ts'
import { categoryDepthMax, putCategory } from '../../src/domain/catalog/put-category.ts'
import { putIssuer } from '../../src/domain/catalog/put-issuer.ts'
import { readProduct } from '../../src/domain/catalog/read-products.ts'
import { listSkus, readSku } from '../../src/domain/catalog/read-skus.ts'
import { updateProduct } from '../../src/domain/catalog/update-product.ts'
import { updateSku } from '../../src/domain/catalog/update-sku.ts'
import { endPriceRules } from '../../src/domain/pricing/end-prices.ts'
import { setPriceRules } from '../../src/domain/pricing/set-prices.ts'
import { listingStatuses } from '../../schema/vocabulary.ts'
import { snapshotVersions } from '../../src/postgres/snapshot.ts'
import { openPricedWorld, plainSku } from '../support/priced-world.ts'

const world = await openPricedWorld()
const { db, change } = world
t.teardown(() => world.close())

const everything: ProductFilter = { statuses: listingStatuses }

/** The whole list, read in pages of two, and its watermark. */
async function readAll (filter: Partial<ProductFilter> = {}) {
  let page = await listProducts(db, { ...everything, ...filter }, undefined, 2)
  const { watermark } = page
  const ids = page.products.map(product => product.id)
  while (page.places.length === 2) {
    page = await listProducts(db, { ...everything, ...filter }, page.places.at(-1), 2)
    if (page.watermark !== watermark) throw new Error('a page has another watermark than the first')
    ids.push(...page.products.map(product => product.id))
  }
  return { ids, watermark }
}

/**
 * The products a piece of work makes the next sync tell. (The list itself may tell more: a transaction that runs in any
 * database of the server holds the watermark back.)
 */
async function toldBy (work: () => Promise<unknown>): Promise<readonly string[]> {
  const [{ horizon }] = await db<[{ horizon: string }]>`select pg_snapshot_xmax(pg_current_snapshot())::text as horizon`
  await work()
  const rows = await db<{ id: string }[]>`select id from products where changed >= ${horizon}::xid8 order by id`
  return rows.map(row => row.id)
}

const refusedWith = (code: string, pointer?: string) => ({ code, ...(pointer ? { facts: { errors: [{ pointer }] } } : {}) })

t.test('a product and its SKU are kept as they were created, with numbers that count nothing', async t => {
  const settings = { name: 'Wallet 中国', tags: ['game', 'a"b\\c'], description: 'd', qualificationNote: 'a Chinese account' }
  const product = await world.product(settings)
  const limits = { quantityMin: 6, quantityMax: 60, quantityStep: 3 }
  const faceValue = { amount: 1_000_000n, currency: 'CNY' } as const
  const sku = await world.sku({ productId: product.id, faceValue, ...limits })
  const read = await readProduct(db, product.id)
  t.match(read, { ...settings, issuer: { id: 'steam', name: 'Steam' }, category: null, status: 'active' })
  t.strictSame(read.skus, [sku])
  t.match(sku, { faceValue, ...limits, region: 'CN' })
  t.ok(Number.isSafeInteger(sku.number) && sku.number > 0)
  t.strictSame(await listSkus(db, { number: sku.number }, undefined, 10), [sku])
  t.strictSame((await readAll({ number: sku.number })).ids, [product.id], 'the number of a SKU finds its product')
  t.strictSame((await readAll({ number: product.number })).ids, [product.id])
  t.strictSame(await db`select available, held from stock where sku_id = ${sku.id}`.then(rows => [...rows]), [{ available: 0, held: 0 }])
})

t.test('a number that is taken is drawn again, and three in a row are our bug', async t => {
  const drawn: number[] = []
  t.equal(await withFreshNumber(async number => drawn.push(number) === 3 ? 'row' : undefined), 'row')
  t.equal(new Set(drawn).size, 3)
  await t.rejects(withFreshNumber(async () => undefined), /a free number/)
})

t.test('what does not fit is refused with its pointer and nothing is kept', async t => {
  const { id: productId } = await world.product()
  await t.rejects(world.product({ issuerId: 'nobody' }), refusedWith('invalid_request', '/issuer'))
  await t.rejects(world.product({ categoryId: 'nowhere' }), refusedWith('invalid_request', '/category'))
  await t.rejects(world.sku({ productId, quantityMin: 4, quantityStep: 3 }), refusedWith('invalid_request', '/quantity_min'))
  await t.rejects(world.sku({ productId, quantityMin: 4, quantityMax: 3 }), refusedWith('invalid_request', '/quantity_max'))
  const nothing = { amount: 0n, currency: 'CNY' } as const
  await t.rejects(world.sku({ productId, faceValue: nothing }), refusedWith('invalid_request', '/face_value/amount'))
  const sku = await world.sku({ productId, quantityMin: 4 })
  await t.rejects(change(tx => updateSku(tx, sku.id, { quantityStep: 3 })), refusedWith('invalid_request', '/quantity_min'))
  await t.rejects(change(tx => updateProduct(tx, productId, { categoryId: 'nowhere' })), refusedWith('invalid_request', '/category'))
  await t.rejects(change(tx => updateProduct(tx, newId(), { name: 'x' })), refusedWith('not_found'))
  await t.rejects(readSku(db, undefined), refusedWith('not_found'))
  t.strictSame((await readProduct(db, productId)).skus, [sku])
})

t.test(`a product has at most ${skusPerProductMax} SKUs`, async t => {
  const { id: productId } = await world.product()
  const sku = { ...plainSku, productId }
  await change(async tx => { for (let i = 0; i < skusPerProductMax; i++) await createSku(tx, newId(), sku) })
  await t.rejects(change(tx => createSku(tx, newId(), sku)), refusedWith('state_conflict'))
})

t.test('a delisted product stays as a tombstone and goes nowhere the table of states does not lead', async t => {
  const product = await world.product({ name: 'Tombstone' })
  const { watermark } = await readAll()
  await change(tx => updateProduct(tx, product.id, { status: 'delisted' }))
  t.notOk((await readAll({ statuses: ['active', 'paused'] })).ids.includes(product.id))
  t.ok((await readAll({ changedFrom: watermark })).ids.includes(product.id))
  t.equal((await readProduct(db, product.id)).status, 'delisted')
  t.equal((await change(tx => updateProduct(tx, product.id, { status: 'active' }))).status, 'active')
  const sku = await world.sku({ productId: product.id })
  t.equal((await change(tx => updateSku(tx, sku.id, { status: 'delisted' }))).status, 'delisted')
  await t.rejects(change(tx => updateSku(tx, sku.id, { status: 'unheard of' as 'active' })), refusedWith('state_conflict'))
})

t.test('a change that changes nothing is not told, and moves no version', async t => {
  const product = await world.product({ tags: ['one'] })
  const sku = await world.sku({ productId: product.id, faceValue: { amount: 5n, currency: 'USD' } })
  const before = await snapshotVersions(db)
  const told = await toldBy(async () => {
    await change(tx => updateProduct(tx, product.id, { tags: ['one'], status: 'active' }))
    await change(tx => updateSku(tx, sku.id, { faceValue: { amount: 5n, currency: 'USD' }, quantityMin: 1 }))
    await change(tx => putIssuer(tx, { id: 'steam', name: 'Steam' }))
  })
  t.strictSame(told, [])
  t.strictSame(await snapshotVersions(db), before)
})

t.test('a transaction that commits after a sync is told by the next one', async t => {
  const late = await world.product({ name: 'Late' })
  const early = await world.product({ name: 'Early' })
  const committed = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const slow = change(async tx => {
    await updateProduct(tx, late.id, { name: 'Later' })
    written.resolve()
    await committed.promise
  })
  await written.promise
  // Another transaction begins later and commits sooner: a time or a number taken now would lie behind the slow one.
  await db`update products set changed = pg_current_xact_id() where id = ${early.id}`
  const first = await readAll()
  const second = await readAll({ changedFrom: first.watermark })
  committed.resolve()
  await slow
  t.ok((await readAll({ changedFrom: first.watermark })).ids.includes(late.id))
  const third = await readAll({ changedFrom: second.watermark })
  t.ok(third.ids.includes(late.id), 'the watermark did not run ahead of the slow transaction')
  t.ok(BigInt(third.watermark) >= BigInt(second.watermark))
})

t.test('a product that changes between two pages is told by the next sync', async t => {
  const { id } = await world.product({ name: 'Between' })
  await world.product()
  await world.product()
  const first = await listProducts(db, everything, undefined, 2)
  await change(tx => updateProduct(tx, id, { name: 'Between pages' }))
  await change(tx => updateProduct(tx, first.places[0]!.id, { description: 'changed behind the cursor' }))
  const next = await readAll({ changedFrom: first.watermark })
  t.ok([id, first.places[0]!.id].every(changed => next.ids.includes(changed)))
})

t.test('a sync tells what changes around a product: SKUs, prices, level discounts, issuer and category names', async t => {
  await change(tx => putCategory(tx, { id: 'top', name: 'Top', parentId: null }))
  await change(tx => putCategory(tx, { id: 'below', name: 'Below', parentId: 'top' }))
  await change(tx => putIssuer(tx, { id: 'riot', name: 'Riot' }))
  const product = await world.product({ issuerId: 'riot', categoryId: 'below' })
  const sku = await world.sku({ productId: product.id })
  const other = await world.sku()
  const level = await world.level('synced')
  const tells = async (what: string, work: Parameters<typeof change>[0], ids: readonly string[] = [product.id]) => {
    t.strictSame(await toldBy(() => change(work)), ids, what)
  }
  const terms = { deliberateLoss: false, reason: '' }
  await tells('a SKU', tx => updateSku(tx, sku.id, { quantityMax: 50 }))
  await tells('a list price', tx => setPriceRules(tx, [{ kind: 'list', skuId: sku.id, amount: 10n, ...terms }], 'test'))
  const discount = (rate: number) => ({ kind: 'level_discount', levelId: level, rate, ...terms } as const)
  await tells('a level discount, on what has a list price', tx => setPriceRules(tx, [discount(9_000)], 'test'))
  const [rule] = await change(tx => setPriceRules(tx, [{ kind: 'list', skuId: sku.id, amount: 10n, ...terms }], 'test'))
  await tells('a price that ends', tx => endPriceRules(tx, { ids: [rule!.rule.id], deliberateLoss: false, reason: 'over' }, 'test'))
  await tells('a discount on nothing', tx => setPriceRules(tx, [discount(8_000)], 'test'), [])
  await tells('the name of the issuer', tx => putIssuer(tx, { id: 'riot', name: 'Riot Games' }))
  await tells('the name of the category', tx => putCategory(tx, { id: 'below', name: 'Under', parentId: 'top' }))
  await tells('a category above it', tx => putCategory(tx, { id: 'top', name: 'Above', parentId: null }))
  await tells('another product alone', tx => updateSku(tx, other.id, { name: 'Other' }), [other.productId])
  t.match(await readProduct(db, product.id), { issuer: { name: 'Riot Games' }, category: { name: 'Under' } })
})

t.test('a watermark from ahead of the database is refused', async t => {
  await t.rejects(listProducts(db, { ...everything, changedFrom: '999999999999' }, undefined, 2), refusedWith('cursor_invalid'))
})

t.test('products are found by category and below, tag, kind, region and part of the name, taken as it stands', async t => {
  await change(tx => putCategory(tx, { id: 'games', name: 'Games', parentId: null }))
  await change(tx => putCategory(tx, { id: 'games-pc', name: 'PC', parentId: 'games' }))
  const one = await world.product({ name: '100%_Card', categoryId: 'games-pc', tags: ['hot'], kind: 'topup' })
  const two = await world.product({ name: '1000 card', categoryId: 'games' })
  await world.sku({ productId: two.id, region: 'JP' })
  t.strictSame((await readAll({ categoryId: 'games' })).ids, [one.id, two.id])
  t.strictSame((await readAll({ categoryId: 'games-pc' })).ids, [one.id])
  t.strictSame((await readAll({ categoryId: 'nowhere' })).ids, [])
  t.strictSame((await readAll({ tag: 'hot' })).ids, [one.id])
  t.strictSame((await readAll({ kind: 'topup' })).ids, [one.id])
  t.strictSame((await readAll({ region: 'JP' })).ids, [two.id])
  t.strictSame((await readAll({ q: '0%_C' })).ids, [one.id])
  t.strictSame((await readAll({ q: 'CARD', categoryId: 'games' })).ids, [one.id, two.id])
  t.strictSame((await readAll({ q: '\\' })).ids, [])
})

t.test('categories form no circle and are not too deep', async t => {
  const put = (id: string, parentId: string | null) => change(tx => putCategory(tx, { id, name: id, parentId }))
  await put('c1', null)
  for (let depth = 2; depth <= categoryDepthMax; depth++) await put(`c${depth}`, `c${depth - 1}`)
  await t.rejects(put('c-deep', `c${categoryDepthMax}`), refusedWith('invalid_request', '/parent'))
  await put('root', null)
  await t.rejects(put('c1', 'root'), refusedWith('invalid_request', '/parent'), 'what hangs below counts')
  await t.rejects(put('c1', 'c3'), refusedWith('invalid_request', '/parent'))
  await t.rejects(put('root', 'root'), refusedWith('invalid_request', '/parent'))
  await t.rejects(put('root', 'nowhere'), refusedWith('invalid_request', '/parent'))
  await put('x', null)
  await put('y', null)
  const moves = await Promise.allSettled([put('x', 'y'), put('y', 'x')])
  t.strictSame(moves.map(move => move.status).toSorted(), ['fulfilled', 'rejected'], 'two moves at once do not close one together')
  t.match(await listCategories(db, 'root', 10), [{ id: 'top' }, { id: 'x' }, { id: 'y' }])
})
