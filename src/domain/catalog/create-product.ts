import type { ListingStatus, ProductKind } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { withFreshNumber } from './fresh-number.ts'
import { readProduct, type Product } from './read-products.ts'

export interface NewProduct {
  readonly name: string
  readonly kind: ProductKind
  readonly issuerId: string
  readonly categoryId: string | null
  readonly tags: readonly string[]
  readonly description: string
  readonly qualificationNote: string
  readonly status: Exclude<ListingStatus, 'delisted'>
}

/** Creates a product under an id of the caller's, who has claimed the reference for it; an unknown issuer or category is refused. */
export async function createProduct (tx: Tx, id: Uuid, product: NewProduct): Promise<Product> {
  await refuseUnknownIssuer(tx, product.issuerId)
  if (product.categoryId !== null) await refuseUnknownCategory(tx, product.categoryId)
  await withFreshNumber(async number => {
    const [row] = await tx`
      insert into products (id, number, name, kind, issuer_id, category_id, tags, description, qualification_note, status)
      values (${id}, ${number}, ${product.name}, ${product.kind}, ${product.issuerId}, ${product.categoryId},
              ${quotedArray(product.tags)}::text[], ${product.description}, ${product.qualificationNote}, ${product.status})
      on conflict (number) do nothing returning id`
    return row
  })
  return await readProduct(tx, id)
}

async function refuseUnknownIssuer (read: Reader, id: string): Promise<void> {
  const [row] = await read`select 1 from issuers where id = ${id}`
  if (row) return
  throw new Problem('invalid_request', 'The issuer is unknown; put it first.', {
    errors: [{ pointer: '/issuer', detail: 'is not an issuer' }]
  })
}

/** Refuses a category that is not there (`invalid_request`). */
export async function refuseUnknownCategory (read: Reader, id: string): Promise<void> {
  const [row] = await read`select 1 from categories where id = ${id}`
  if (row) return
  throw new Problem('invalid_request', 'The category is unknown; put it first.', {
    errors: [{ pointer: '/category', detail: 'is not a category' }]
  })
}
