import type { Currency, LotState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Reader } from '../../postgres/pool.ts'

/** A lot as the operator sees it; its codes are not part of it. */
export interface Lot {
  readonly id: number
  readonly publicId: Uuid
  readonly skuId: Uuid
  readonly importId: Uuid
  readonly supplier: string
  readonly unitCost: Amount
  readonly currency: Currency
  /** null is never. */
  readonly expiresAt: Date | null
  readonly state: LotState
  readonly stateReason: string
  readonly size: number
  readonly onShelf: number
  /** Voided, recalled or expired codes. */
  readonly withdrawn: number
  readonly sold: number
  readonly createdAt: Date
}

/** A lot by its public id; throws `not_found`. */
export async function readLot (read: Reader, publicId: Uuid): Promise<Lot> {
  const [lot] = await read<Lot[]>`${selectLots(read)} where lots.public_id = ${publicId}`
  if (!lot) throw new Problem('not_found', 'There is no lot with this id.')
  return lot
}

/** Lots, newest first, of one SKU or of all; `after` is the id of the last one seen. */
export async function listLots (read: Reader, filter: LotFilter): Promise<readonly Lot[]> {
  return await read<Lot[]>`
    ${selectLots(read)}
    where lots.id < ${filter.after ?? lotIdMax} ${filter.skuId === undefined ? read`` : read`and lots.sku_id = ${filter.skuId}`}
    order by lots.id desc limit ${filter.count}`
}

export interface LotFilter { readonly skuId?: Uuid | undefined, readonly after?: number | undefined, readonly count: number }

const lotIdMax = 2 ** 31 - 1

function selectLots (read: Reader) {
  return read`
    select lots.id, lots.public_id as "publicId", lots.sku_id as "skuId", lots.import_id as "importId", lots.supplier,
           lots.unit_cost as "unitCost", lots.currency, nullif(lots.expires_at, 'infinity') as "expiresAt", lots.state,
           lots.state_reason as "stateReason", lots.size, lots.withdrawn, lots.created_at as "createdAt", left_over.count as "onShelf",
           case when lots.state in ('staged', 'aborted') then 0 else lots.size - lots.withdrawn - left_over.count end as sold
    from lots cross join lateral (select coalesce(sum(stop - next), 0)::int as count from shelf where shelf.lot_id = lots.id) as left_over`
}
