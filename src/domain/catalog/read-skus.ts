import type { Currency, ListingStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'

export interface Sku {
  readonly id: Uuid
  readonly number: number
  readonly productId: Uuid
  readonly name: string
  readonly faceValue: FaceValue | null
  /** Where it can be redeemed. */
  readonly region: string
  /** In which it is priced, bought and sold. */
  readonly currency: Currency
  readonly status: ListingStatus
  readonly quantityMin: number
  readonly quantityMax: number
  readonly quantityStep: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What is printed on the card, in ten-thousandths of its currency's major unit. */
export interface FaceValue { readonly amount: Amount, readonly currency: Currency }

/** One SKU; an unknown one is refused (`not_found`). */
export async function readSku (read: Reader, id: Uuid | undefined): Promise<Sku> {
  const [row] = id === undefined ? [] : await read<SkuRow[]>`select ${skuColumns(read)} from skus where id = ${id}`
  if (!row) throw new Problem('not_found', 'There is no SKU with this id.')
  return toSku(row)
}

/** The SKUs with these ids, in the order they were made; unknown ids are left out. */
export async function readSkus (read: Reader, ids: readonly Uuid[]): Promise<readonly Sku[]> {
  if (ids.length === 0) return []
  const rows = await read<SkuRow[]>`select ${skuColumns(read)} from skus where id = any (${bareArray(ids)}::uuid[]) order by id`
  return rows.map(toSku)
}

/** The SKUs of these products, in the order they were made. */
export async function readSkusOf (read: Reader, productIds: readonly Uuid[]): Promise<readonly Sku[]> {
  const rows = await read<SkuRow[]>`
    select ${skuColumns(read)} from skus where product_id = any (${bareArray(productIds)}::uuid[]) order by product_id, id`
  return rows.map(toSku)
}

export interface SkuFilter { readonly number?: number | undefined, readonly productId?: Uuid | undefined }

/** Up to `count` SKUs by id, behind `after`. */
export async function listSkus (read: Reader, filter: SkuFilter, after: Uuid | undefined, count: number): Promise<readonly Sku[]> {
  const rows = await read<SkuRow[]>`
    select ${skuColumns(read)} from skus
    where true
      ${filter.number === undefined ? read`` : read`and number = ${filter.number}`}
      ${filter.productId === undefined ? read`` : read`and product_id = ${filter.productId}`}
      ${after === undefined ? read`` : read`and id > ${after}`}
    order by id limit ${count}`
  return rows.map(toSku)
}

export interface SkuRow extends Omit<Sku, 'number' | 'faceValue'> {
  readonly number: bigint
  readonly faceAmount: bigint | null
  readonly faceCurrency: Currency | null
}

/** The columns a Sku is made of. */
export function skuColumns (read: Reader) {
  return read`
    id, number, product_id as "productId", name, face_value as "faceAmount", face_currency as "faceCurrency", region, currency, status,
    quantity_min as "quantityMin", quantity_max as "quantityMax", quantity_step as "quantityStep",
    created_at as "createdAt", updated_at as "updatedAt"`
}

/** A SKU as its row says. */
export function toSku ({ faceAmount, faceCurrency, ...row }: SkuRow): Sku {
  return { ...row, number: Number(row.number), faceValue: faceAmount === null ? null : { amount: faceAmount, currency: faceCurrency! } }
}
