import type { ListingStatus, ProductKind } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { Problem } from '../../base/problem.ts'
import { readSkusOf, type Sku } from './read-skus.ts'

export interface Product {
  readonly id: Uuid
  readonly number: number
  readonly name: string
  readonly kind: ProductKind
  readonly issuer: { readonly id: string, readonly name: string }
  readonly category: { readonly id: string, readonly name: string } | null
  readonly tags: readonly string[]
  readonly description: string
  /** What a buyer must have or be to redeem it. */
  readonly qualificationNote: string
  readonly status: ListingStatus
  readonly createdAt: Date
  readonly updatedAt: Date
  /** All of them, delisted ones included, in the order they were made. */
  readonly skus: readonly Sku[]
}

/** The products with these ids, in the order asked; unknown ids are left out. */
export async function readProducts (read: Reader, ids: readonly Uuid[]): Promise<readonly Product[]> {
  if (ids.length === 0) return []
  const rows = await read<ProductRow[]>`
    select p.id, p.number, p.name, p.kind, p.issuer_id, i.name as issuer_name, p.category_id, c.name as category_name, p.tags,
           p.description, p.qualification_note, p.status, p.created_at, p.updated_at
    from products p join issuers i on i.id = p.issuer_id left join categories c on c.id = p.category_id
    where p.id = any (${bareArray(ids)}::uuid[])`
  const skus = Map.groupBy(await readSkusOf(read, ids), sku => sku.productId)
  const products = new Map(rows.map(row => [row.id, toProduct(row, skus.get(row.id) ?? [])]))
  return ids.map(id => products.get(id)).filter(product => product !== undefined)
}

/** One product; an unknown one is refused (`not_found`). */
export async function readProduct (read: Reader, id: Uuid | undefined): Promise<Product> {
  const [product] = id === undefined ? [] : await readProducts(read, [id])
  if (!product) throw new Problem('not_found', 'There is no product with this id.')
  return product
}

interface ProductRow {
  readonly id: Uuid
  readonly number: bigint
  readonly name: string
  readonly kind: ProductKind
  readonly issuer_id: string
  readonly issuer_name: string
  readonly category_id: string | null
  readonly category_name: string | null
  readonly tags: string[]
  readonly description: string
  readonly qualification_note: string
  readonly status: ListingStatus
  readonly created_at: Date
  readonly updated_at: Date
}

function toProduct (row: ProductRow, skus: readonly Sku[]): Product {
  return {
    id: row.id,
    number: Number(row.number),
    name: row.name,
    kind: row.kind,
    issuer: { id: row.issuer_id, name: row.issuer_name },
    category: row.category_id === null ? null : { id: row.category_id, name: row.category_name! },
    tags: row.tags,
    description: row.description,
    qualificationNote: row.qualification_note,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    skus
  }
}
