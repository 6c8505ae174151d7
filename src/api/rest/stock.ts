import { GetStock, QueryStock, StockList, type SkuStock } from '../../../schema/rest/stock.ts'
import { readId } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { BookSku, PriceBook } from '../../domain/pricing/price-book.ts'
import type { World } from '../../domain/world.ts'
import type { App } from '../app-types.ts'

/** How much of SKUs can be bought now. */
export function stockRoutes (app: App): void {
  const findSkus = skuFinder()

  app.get('/v1/stock', {
    config: { scope: 'stock:read' },
    schema: {
      operationId: 'getStock',
      'x-sdk': { resource: 'stock', method: 'get' },
      summary: 'Stock of up to 200 SKUs',
      description: 'What can be bought now, read after your request arrived. Unknown and delisted SKUs are refused, all of them named.',
      tags: ['Stock'],
      querystring: GetStock,
      response: { 200: StockList }
    }
  }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return await stockOf(request.caller.world, request.query.sku, 'sku')
  })

  app.post('/v1/stock/query', {
    config: { scope: 'stock:read' },
    schema: {
      operationId: 'queryStock',
      'x-sdk': { resource: 'stock', method: 'query' },
      summary: 'Stock of up to 500 SKUs',
      description: 'The same as GET /v1/stock, for more SKUs than an address can hold.',
      tags: ['Stock'],
      body: QueryStock,
      response: { 200: StockList }
    }
  }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return await stockOf(request.caller.world, request.body.skus, '/skus')
  })

  async function stockOf (world: World, asked: readonly string[], pointer: string): Promise<StockList> {
    const skus = await skusOf(world, asked, pointer)
    const counts = await world.queryStock(skus.map(sku => sku.id))
    const data: SkuStock[] = []
    for (let i = 0; i < skus.length; i++) {
      const { id, status } = skus[i]!
      const count = counts.get(id)
      data.push({ sku: asked[i]!, available: count?.available ?? 0, held: count?.held ?? 0, status })
    }
    return { data }
  }

  /** The SKUs asked for, none of them delisted; throws `sku_not_found` naming all that are not there. */
  async function skusOf (world: World, asked: readonly string[], pointer: string): Promise<readonly BookSku[]> {
    let skus = findSkus(world.priceBook.current, asked)
    // A SKU may be newer than the book.
    if (skus.includes(undefined) && await world.refresh()) skus = findSkus(world.priceBook.current, asked)
    if (skus.includes(undefined)) {
      const missing = skus.flatMap((sku, i) => sku ? [] : i)
      const errors = missing.map(i => ({ pointer: `${pointer}/${i}`, detail: `${asked[i]} is unknown or delisted` }))
      throw new Problem('sku_not_found', `Unknown or delisted: ${missing.map(i => asked[i]).join(', ')}.`, { errors })
    }
    return skus as readonly BookSku[]
  }
}

/** SKUs remembered per price book by their public id, so that it is read once and not with every request. */
const skusRememberedMax = 100_000

/** Finds the SKUs asked for; undefined stands for one that is unknown or delisted. */
function skuFinder (): (book: PriceBook, asked: readonly string[]) => readonly (BookSku | undefined)[] {
  const remembered = new WeakMap<PriceBook, Map<string, BookSku>>()

  return (book, asked) => {
    let known = remembered.get(book)
    if (!known) remembered.set(book, known = new Map())
    const found: (BookSku | undefined)[] = []
    for (let i = 0; i < asked.length; i++) found.push(known.get(asked[i]!) ?? findSku(book, known, asked[i]!))
    return found
  }
}

function findSku (book: PriceBook, known: Map<string, BookSku>, asked: string): BookSku | undefined {
  const id = readId('sku', asked)
  const sku = id === undefined ? undefined : book.sku(id)
  if (!sku || sku.status === 'delisted') return undefined
  if (known.size < skusRememberedMax) known.set(asked, sku)
  return sku
}
