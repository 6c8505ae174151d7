import type { Currency, ListingStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem, type Fault } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSnapshot, raiseSnapshot } from '../../postgres/snapshot.ts'
import { withFreshNumber } from './fresh-number.ts'
import { readSku, type FaceValue, type Sku } from './read-skus.ts'
import { touchProducts } from './touch-products.ts'

export const skusPerProductMax = 100

export interface NewSku extends SkuLimits {
  readonly productId: Uuid
  readonly name: string
  readonly faceValue: FaceValue | null
  readonly region: string
  readonly currency: Currency
  readonly status: Exclude<ListingStatus, 'delisted'>
}

/** How many may be bought at once: from min to max, in multiples of step. */
export interface SkuLimits { readonly quantityMin: number, readonly quantityMax: number, readonly quantityStep: number }

/** Creates a SKU with empty stock under an id of the caller's, who has claimed the reference for it. */
export async function createSku (tx: Tx, id: Uuid, sku: NewSku): Promise<Sku> {
  refuseLimits(sku)
  refuseFaceValue(sku.faceValue)
  await lockSnapshot(tx, 'prices')
  const [{ present }] = await tx<[{ present: number }]>`select count(*)::int as present from skus where product_id = ${sku.productId}`
  if (present >= skusPerProductMax) {
    throw new Problem('state_conflict', `A product has at most ${skusPerProductMax} SKUs; make another product.`)
  }
  await withFreshNumber(async number => {
    const [row] = await tx`
      insert into skus (id, number, product_id, name, face_value, face_currency, region, currency, status,
                        quantity_min, quantity_max, quantity_step)
      values (${id}, ${number}, ${sku.productId}, ${sku.name}, ${sku.faceValue?.amount ?? null}, ${sku.faceValue?.currency ?? null},
              ${sku.region}, ${sku.currency}, ${sku.status}, ${sku.quantityMin}, ${sku.quantityMax}, ${sku.quantityStep})
      on conflict (number) do nothing returning id`
    return row
  })
  await tx`insert into stock (sku_id) values (${id})`
  await touchProducts(tx, [sku.productId])
  await raiseSnapshot(tx, 'prices')
  return await readSku(tx, id)
}

/** Refuses limits that no quantity meets, or whose minimum is off the step (`invalid_request`). */
export function refuseLimits ({ quantityMin, quantityMax, quantityStep }: SkuLimits): void {
  const errors: Fault[] = []
  if (quantityMin % quantityStep !== 0) errors.push({ pointer: '/quantity_min', detail: `must be a multiple of the step ${quantityStep}` })
  if (quantityMax < quantityMin) errors.push({ pointer: '/quantity_max', detail: `must not be below the minimum ${quantityMin}` })
  if (errors.length > 0) throw new Problem('invalid_request', 'The limits of the SKU do not fit together.', { errors })
}

/** Refuses a face value of nothing or less (`invalid_request`). */
export function refuseFaceValue (faceValue: FaceValue | null): void {
  if (faceValue === null || faceValue.amount > 0n) return
  throw new Problem('invalid_request', 'A face value is above zero.', {
    errors: [{ pointer: '/face_value/amount', detail: 'must be above zero' }]
  })
}
