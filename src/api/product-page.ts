import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ListProducts } from '../../schema/rest/products.ts'
import type { ListingStatus } from '../../schema/vocabulary.ts'
import { listProducts } from '../domain/catalog/list-products.ts'
import type { Product } from '../domain/catalog/read-products.ts'
import type { PriceBook } from '../domain/pricing/price-book.ts'
import { answerPage, type PageAnswer } from './page.ts'

export interface ProductPageAnswer<Item> extends PageAnswer<Item> { synced_until: string }

/**
 * Answers a page of products with the watermark to sync from next time. `list` names the caller's view, tenant
 * and filters of its own; `view` is given a price book no older than the page, so that a price that is told is corrected by the
 * next sync when it changes.
 */
export async function answerProductPage<Item> (request: FastifyRequest, reply: FastifyReply, options: {
  list: string
  query: ListProducts
  statuses: readonly ListingStatus[]
  view: (product: Product, book: PriceBook) => Item
}): Promise<ProductPageAnswer<Item>> {
  const { db, cursors, name, priceBook } = request.caller.world
  const { limit: _limit, cursor: _cursor, updated_after: updatedAfter, category, ...filters } = options.query
  const list = `${options.list} ${JSON.stringify([category, filters.tag, filters.kind, filters.region, filters.q, filters.number])}`
  // A watermark is bound like a cursor, but to the list without updated_after: it is what that list answers.
  const marks = `${name} synced ${list}`
  const changedFrom = updatedAfter === undefined ? undefined : String(cursors.read(marks, updatedAfter)[0])
  let watermark = ''
  let book = priceBook.current
  const page = await answerPage(request, reply, `${list} ${changedFrom ?? ''}`, {
    load: async (after, count) => {
      const place = after && { watermark: String(after[0]), changed: String(after[1]), id: String(after[2]) }
      const listed = await listProducts(db, { ...filters, statuses: options.statuses, categoryId: category, changedFrom }, place, count)
      watermark = listed.watermark
      book = await priceBook.atLeast(listed.pricesVersion)
      return listed.products.map((product, index) => ({ product, place: listed.places[index]! }))
    },
    placeOf: row => [row.place.watermark, row.place.changed, row.place.id],
    view: row => options.view(row.product, book)
  })
  return { ...page, synced_until: cursors.show(marks, [watermark]) }
}
