// People name things by number or by name; the API by id.
import type { AdminProduct, AdminSku, KahubAdmin, Reseller } from '../../sdk/src/admin.ts'
import { NotFound } from '../../sdk/src/admin.ts'
import { RefusedError } from './failures.ts'
import { pageRowsMax } from './lists.ts'

/** Resellers looked through for a name; beyond them the id is needed. */
export const resellersSearchedMax = 10_000

/** A SKU by id or number. */
export async function findSku (admin: KahubAdmin, named: string): Promise<AdminSku> {
  if (isNumber(named)) {
    const [found] = await admin.skus.list({ number: Number(named) }).toArray({ limit: 1 })
    if (found) return found
  } else if (named.startsWith('sku_')) {
    const found = await foundOrNothing(admin.skus.get(named))
    if (found) return found
  }
  throw new RefusedError(
    'not_found',
    `There is no SKU ${named}. A SKU is named by its id (sku_…) or its number: kahub skus list shows them.`
  )
}

/** A product by id or number. */
export async function findProduct (admin: KahubAdmin, named: string): Promise<AdminProduct> {
  if (isNumber(named)) {
    const [found] = await admin.products.list({ number: Number(named) }).toArray({ limit: 1 })
    if (found) return found
  } else if (named.startsWith('prd_')) {
    const found = await foundOrNothing(admin.products.get(named))
    if (found) return found
  }
  throw new RefusedError(
    'not_found',
    `There is no product ${named}. A product is named by its id (prd_…) or its number: kahub products list shows them.`
  )
}

/** A reseller by id, or by its exact name when no other has it. */
export async function findReseller (admin: KahubAdmin, named: string): Promise<Reseller> {
  if (/^rsl_[0-9a-z]{26}$/.test(named)) {
    const found = await foundOrNothing(admin.resellers.get(named))
    if (found) return found
    throw noReseller(named)
  }
  const bearers: Reseller[] = []
  let searched = 0
  for await (const reseller of admin.resellers.list({ limit: pageRowsMax })) {
    if (++searched > resellersSearchedMax) {
      throw new RefusedError('not_found', `There are more than ${resellersSearchedMax} resellers: name this one by its id (rsl_…).`)
    }
    if (reseller.name === named) bearers.push(reseller)
  }
  if (bearers.length > 1) {
    throw new RefusedError(
      'not_found',
      `${bearers.length} resellers are called ${JSON.stringify(named)}: name the one you mean by its id, ` +
        `${bearers.map(({ id }) => id).join(' or ')}.`
    )
  }
  if (!bearers[0]) throw noReseller(named)
  return bearers[0]
}

/** One of a list that the API gives only as a whole, by its id. */
export async function findListed<Item extends { readonly id: string }> (
  list: AsyncIterable<Item>,
  id: string,
  noun: string,
  nouns: string
): Promise<Item> {
  for await (const item of list) {
    if (item.id === id) return item
  }
  throw new RefusedError('not_found', `There is no ${noun} ${id}: kahub ${nouns} list shows them.`)
}

function noReseller (named: string): RefusedError {
  return new RefusedError(
    'not_found',
    `There is no reseller ${JSON.stringify(named)}. A reseller is named by its id (rsl_…) or its exact name: ` +
      'kahub resellers list shows them.'
  )
}

function isNumber (named: string): boolean {
  return /^[1-9]\d{0,15}$/.test(named)
}

async function foundOrNothing<Found> (asked: Promise<Found>): Promise<Found | undefined> {
  try {
    return await asked
  } catch (error) {
    // An id of the wrong shape is the id of nothing.
    if (error instanceof NotFound || (error as { code?: unknown }).code === 'invalid_request') return undefined
    throw error
  }
}
