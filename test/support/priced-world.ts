// A migrated world for tests of catalogue and prices, and words to furnish it.
import { newId, type Uuid } from '../../src/base/ids.ts'
import type { Amount } from '../../src/base/money.ts'
import { createProduct, type NewProduct } from '../../src/domain/catalog/create-product.ts'
import { createSku, type NewSku } from '../../src/domain/catalog/create-sku.ts'
import { putIssuer } from '../../src/domain/catalog/put-issuer.ts'
import type { Product } from '../../src/domain/catalog/read-products.ts'
import type { Sku } from '../../src/domain/catalog/read-skus.ts'
import { loadPriceBook, type PriceBook } from '../../src/domain/pricing/price-book.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openPool, type Db, type Tx } from '../../src/postgres/pool.ts'
import { openSnapshot } from '../../src/postgres/snapshot.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openCluster } from './postgres.ts'

export interface PricedWorld {
  readonly db: Db
  product (more?: Partial<NewProduct>): Promise<Product>
  sku (more?: Partial<NewSku>): Promise<Sku>
  level (id: string): Promise<string>
  reseller (levelId: string): Promise<Uuid>
  /** Puts a lot of ten codes at this unit cost on the shelf. */
  stock (sku: Sku, unitCost: Amount): Promise<void>
  /** The prices in force now. */
  book (): Promise<PriceBook>
  change<Result> (work: (tx: Tx) => Promise<Result>): Promise<Result>
  close (): Promise<void>
}

const plainProduct: NewProduct = {
  name: 'Wallet',
  kind: 'code',
  issuerId: 'steam',
  categoryId: null,
  tags: [],
  description: '',
  qualificationNote: '',
  status: 'active'
}

/** A SKU of ¥100, all but its product. */
export const plainSku: Omit<NewSku, 'productId'> = {
  name: '¥100',
  faceValue: null,
  region: 'CN',
  currency: 'CNY',
  status: 'active',
  quantityMin: 1,
  quantityMax: 1_000_000,
  quantityStep: 1
}

/** Opens a world of its own in a database of its own, with the issuer `steam`. */
export async function openPricedWorld (): Promise<PricedWorld> {
  const cluster = await openCluster()
  const template = await cluster.template('kahub_migrated', async url => { await migrate(url) })
  const db = openPool(cluster.url(await cluster.createDatabase(template)), 'live')
  const change = <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> => transact(db, work)
  await change(tx => putIssuer(tx, { id: 'steam', name: 'Steam' }))
  const world: PricedWorld = {
    db,
    change,
    product: more => change(tx => createProduct(tx, newId(), {
      ...plainProduct, ...more
    })),
    async sku (more) {
      const productId = more?.productId ?? (await world.product()).id
      return await change(tx => createSku(tx, newId(), {
        ...plainSku, ...more, productId
      }))
    },
    async level (id) {
      await db`insert into levels (id, name, rank, requests_per_minute) values (${id}, ${id}, 1, 60) on conflict do nothing`
      return id
    },
    async reseller (levelId) {
      const id = newId()
      await db`insert into resellers (id, name, level_id, status, currency) values (${id}, 'Shop', ${levelId}, 'active', 'CNY')`
      return id
    },
    async stock (sku, unitCost) {
      const importId = newId()
      await db`
        insert into imports (id, sku_id, unit_cost, state, created_by)
        values (${importId}, ${sku.id}, ${unitCost}, 'committed', 'test')`
      const [lot] = await db<{ id: number }[]>`
        insert into lots (public_id, sku_id, import_id, unit_cost, currency, state, size, wrapped_key, master_key)
        values (${newId()}, ${sku.id}, ${importId}, ${unitCost}, ${sku.currency}, 'available', 10, '', 'test') returning id`
      await db`insert into shelf (sku_id, lot_id, expires_at, next, stop) values (${sku.id}, ${lot!.id}, 'infinity', 0, 10)`
    },
    async book () {
      return (await openSnapshot(db, 'prices', loadPriceBook)).current
    },
    async close () {
      await db.end({ timeout: 1 })
      await cluster.stop()
    }
  }
  return world
}
