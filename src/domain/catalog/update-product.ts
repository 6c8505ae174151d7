import { isDeepStrictEqual } from 'node:util'
import { listingEntry, mayEnter } from '../../../schema/states.ts'
import type { ListingStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockSnapshot, raiseSnapshot } from '../../postgres/snapshot.ts'
import { refuseUnknownCategory } from './create-product.ts'
import { readProduct, type Product } from './read-products.ts'

/** What of a product may change. Not its kind, nor its issuer: codes are unique per issuer, and stocked ones are counted under it. */
export interface ProductChanges {
  readonly name?: string
  readonly categoryId?: string | null
  readonly tags?: readonly string[]
  readonly description?: string
  readonly qualificationNote?: string
  readonly status?: ListingStatus
}

/** Changes a product; what stays the same is not told again. `state_conflict` when its status may not become the one asked for. */
export async function updateProduct (tx: Tx, id: Uuid | undefined, changes: ProductChanges): Promise<Product> {
  await lockSnapshot(tx, 'prices')
  const before = await readProduct(tx, id)
  const now = { ...settingsOf(before), ...changes }
  if (isDeepStrictEqual(now, settingsOf(before))) return before
  refuseStatus(before.status, now.status)
  if (now.categoryId !== null && now.categoryId !== before.category?.id) await refuseUnknownCategory(tx, now.categoryId)
  await tx`
    update products set name = ${now.name}, category_id = ${now.categoryId}, tags = ${quotedArray(now.tags)}::text[],
           description = ${now.description}, qualification_note = ${now.qualificationNote}, status = ${now.status},
           changed = pg_current_xact_id(), updated_at = now()
    where id = ${before.id}`
  if (now.status !== before.status) await raiseSnapshot(tx, 'prices')
  return await readProduct(tx, id)
}

/** Refuses a change of status that the table of states does not list (`state_conflict`). */
export function refuseStatus (from: ListingStatus, to: ListingStatus): void {
  if (from === to || mayEnter(listingEntry, from, to)) return
  throw new Problem('state_conflict', `What is ${from} cannot become ${to}.`, {
    errors: [{ pointer: '/status', detail: `is ${from} now` }]
  })
}

function settingsOf (product: Product): Required<ProductChanges> {
  const { name, category, tags, description, qualificationNote, status } = product
  return { name, categoryId: category?.id ?? null, tags, description, qualificationNote, status }
}
