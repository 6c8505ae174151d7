import { isDeepStrictEqual } from 'node:util'
import type { ListingStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSnapshot, raiseSnapshot } from '../../postgres/snapshot.ts'
import { refuseFaceValue, refuseLimits, type SkuLimits } from './create-sku.ts'
import { readSku, type FaceValue, type Sku } from './read-skus.ts'
import { touchProducts } from './touch-products.ts'
import { refuseStatus } from './update-product.ts'

/** What of a SKU may change. Not its currency: prices, lots and orders are in it. */
export interface SkuChanges extends Partial<SkuLimits> {
  readonly name?: string
  readonly faceValue?: FaceValue | null
  readonly region?: string
  readonly status?: ListingStatus
}

/** Changes a SKU; what stays the same is not told again. `state_conflict` when its status may not become the one asked for. */
export async function updateSku (tx: Tx, id: Uuid | undefined, changes: SkuChanges): Promise<Sku> {
  await lockSnapshot(tx, 'prices')
  const before = await readSku(tx, id)
  const now = { ...settingsOf(before), ...changes }
  if (isDeepStrictEqual(now, settingsOf(before))) return before
  refuseStatus(before.status, now.status)
  refuseLimits(now)
  refuseFaceValue(now.faceValue)
  await tx`
    update skus set name = ${now.name}, face_value = ${now.faceValue?.amount ?? null}, face_currency = ${now.faceValue?.currency ?? null},
           region = ${now.region}, status = ${now.status}, quantity_min = ${now.quantityMin}, quantity_max = ${now.quantityMax},
           quantity_step = ${now.quantityStep}, updated_at = now()
    where id = ${before.id}`
  await touchProducts(tx, [before.productId])
  await raiseSnapshot(tx, 'prices')
  return await readSku(tx, id)
}

function settingsOf (sku: Sku): Required<SkuChanges> {
  const { name, faceValue, region, status, quantityMin, quantityMax, quantityStep } = sku
  return { name, faceValue, region, status, quantityMin, quantityMax, quantityStep }
}
