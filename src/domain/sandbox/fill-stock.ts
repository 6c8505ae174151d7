import { randomBytes, type KeyObject } from 'node:crypto'
import type { Currency } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { MasterKeys } from '../../base/seal.ts'
import type { Secret } from '../../base/secret.ts'
import type { Db, Reader } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { addPart } from '../stock/add-part.ts'
import { commitImport } from '../stock/commit-import.ts'
import { createImport } from '../stock/create-import.ts'
import type { TestWorld } from './faults.ts'

/** SKUs refilled by one reset. */
const skusRefilledMax = 100

export interface StockingTestWorld extends TestWorld {
  readonly bulkDb: Db
  readonly masterKeys: MasterKeys
  readonly fingerprintKey: Secret<KeyObject>
}

/** How many codes are on the shelf now, and how many of them were made for it. */
export interface Filled { readonly available: number, readonly made: number }

/** Makes as many codes of a SKU as are missing from a quantity; they open nothing. Throws `sku_not_found`. */
export async function fillStock (world: StockingTestWorld, skuId: Uuid, quantity: number, keyId: string): Promise<Filled> {
  const { currency, available } = await readSku(world.db, skuId)
  const made = Math.max(0, quantity - available)
  if (made > 0) await makeCodes(world, skuId, currency, made, keyId)
  return { available: (await readSku(world.db, skuId)).available, made }
}

/** Fills every SKU on sale that has fewer codes than a quantity, so many SKUs at most. */
export async function refillStock (world: StockingTestWorld, quantity: number, keyId: string): Promise<void> {
  const short = await world.db<{ id: Uuid }[]>`
    select skus.id from skus join products on products.id = product_id left join stock on sku_id = skus.id
    where skus.status = 'active' and products.status = 'active' and kind = 'code' and coalesce(available, 0) < ${quantity}
    order by skus.id limit ${skusRefilledMax}`
  for (const { id } of short) await fillStock(world, id, quantity, keyId)
}

async function readSku (read: Reader, skuId: Uuid): Promise<{ readonly currency: Currency, readonly available: number }> {
  const [sku] = await read<{ currency: Currency, available: number }[]>`
    select currency, coalesce(available, 0) as available from skus left join stock on sku_id = id
    where id = ${skuId} and status <> 'delisted'`
  if (sku) return sku
  throw new Problem('sku_not_found', 'There is no such SKU in the sandbox.', {
    errors: [{ pointer: '/sku', detail: 'is unknown or delisted' }]
  })
}

/** The way of every import: opened, its codes sealed and written, put on the shelf. */
async function makeCodes (world: StockingTestWorld, skuId: Uuid, currency: Currency, count: number, keyId: string): Promise<void> {
  const reference = `sandbox ${newId()}`
  const wanted = { reference, skuId, unitCost: 0n, currency, supplier: 'sandbox', createdBy: keyId }
  const { import: opened } = await transact(world.db, tx => createImport(tx, wanted))
  const body = Buffer.from(Array.from({ length: count }, () => JSON.stringify({ secret: playCode() }) + '\n').join(''))
  await addPart(world.bulkDb, { ...world, alongside: async () => {} }, { importId: opened.id, part: 1, format: 'ndjson', body })
  await transact(world.db, tx => commitImport(tx, opened.id))
}

function playCode (): string {
  const hex = randomBytes(8).toString('hex').toUpperCase()
  return `SANDBOX-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8, 12)}-${hex.slice(12)}`
}
