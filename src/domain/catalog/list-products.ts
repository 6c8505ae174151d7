// Syncing a catalogue. A row's `changed` is the transaction that last changed it; the watermark of a list is the oldest
// transaction that was still running when its first page was read. Whatever that page could not see was therefore changed by
// a transaction at or above the watermark, however late it commits, and comes with the next sync. Some rows come twice; none is missed.
import type { ListingStatus, ProductKind } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { readProducts, type Product } from './read-products.ts'

export interface ProductFilter {
  /** Only products with one of these. */
  readonly statuses: readonly ListingStatus[]
  /** In this category or below it. */
  readonly categoryId?: string | undefined
  readonly tag?: string | undefined
  readonly kind?: ProductKind | undefined
  /** With a SKU for this region. */
  readonly region?: string | undefined
  /** Somewhere in the name. */
  readonly q?: string | undefined
  /** Of the product or of one of its SKUs. */
  readonly number?: number | undefined
  /** The watermark of an earlier sync: only what changed since. */
  readonly changedFrom?: string | undefined
}

/** Where a page ends; `watermark` is the one of the first page. */
export interface ProductPlace { readonly watermark: string, readonly changed: string, readonly id: Uuid }

export interface ListedProducts {
  readonly watermark: string
  /** The version of the prices this list must be shown with: older ones could be told and never corrected. */
  readonly pricesVersion: bigint
  readonly places: readonly ProductPlace[]
  readonly products: readonly Product[]
}

/** Up to `count` products behind a place: by id, or with `changedFrom` by change. */
export async function listProducts (
  read: Reader, filter: ProductFilter, after: ProductPlace | undefined, count: number
): Promise<ListedProducts> {
  const { categoryId, tag, kind, region, q, number, changedFrom } = filter
  // The marks stand in the statement that reads the page, so that both come from one snapshot.
  const rows = await read<PageRow[]>`
    with recursive branch (id) as (
      select ${categoryId ?? ''}::text union all select c.id from categories c join branch b on c.parent_id = b.id
    )
    select pg_snapshot_xmin(pg_current_snapshot())::text as watermark, pg_snapshot_xmax(pg_current_snapshot())::text as horizon,
           marks.version, page.id, page.changed::text
    from (select version from snapshots where name = 'prices') as marks
    left join (
      select p.id, p.changed from products p
      where p.status = any (${quotedArray(filter.statuses)}::text[])
        ${categoryId === undefined ? read`` : read`and p.category_id in (select id from branch)`}
        ${tag === undefined ? read`` : read`and ${tag} = any (p.tags)`}
        ${kind === undefined ? read`` : read`and p.kind = ${kind}`}
        ${region === undefined ? read`` : read`and exists (select from skus s where s.product_id = p.id and s.region = ${region})`}
        ${q === undefined ? read`` : read`and p.name ilike ${likePattern(q)}`}
        ${number === undefined ? read`` : numberIs(read, number)}
        ${changedFrom === undefined ? read`` : read`and p.changed >= ${changedFrom}::xid8`}
        ${placeBehind(read, changedFrom !== undefined, after)}
      order by ${changedFrom === undefined ? read`p.id` : read`p.changed, p.id`}
      limit ${count}
    ) as page on true
    order by ${changedFrom === undefined ? read`page.id` : read`page.changed, page.id`}`
  const { horizon, version } = rows[0]!
  refuseForeignWatermark(changedFrom, horizon)
  const watermark = after?.watermark ?? rows[0]!.watermark
  const places = rows.filter(row => row.id !== null).map(row => ({ watermark, changed: row.changed!, id: row.id! }))
  return { watermark, pricesVersion: version, places, products: await readProducts(read, places.map(place => place.id)) }
}

interface PageRow {
  readonly watermark: string
  readonly horizon: string
  readonly version: bigint
  readonly id: Uuid | null
  readonly changed: string | null
}

function placeBehind (read: Reader, byChange: boolean, after: ProductPlace | undefined) {
  if (!after) return read``
  return byChange ? read`and (p.changed, p.id) > (${after.changed}::xid8, ${after.id}::uuid)` : read`and p.id > ${after.id}`
}

function numberIs (read: Reader, number: number) {
  return read`and (p.number = ${number} or p.id in (select product_id from skus where number = ${number}))`
}

/** A watermark from ahead of this database belongs to another one (a restored backup counts transactions anew). */
function refuseForeignWatermark (changedFrom: string | undefined, horizon: string): void {
  if (changedFrom === undefined || BigInt(changedFrom) <= BigInt(horizon)) return
  throw new Problem('cursor_invalid', 'This watermark is not of this database: leave updated_after out and read everything anew.')
}

function likePattern (text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
