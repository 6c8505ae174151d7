import { Type } from '@sinclair/typebox'
import { CategoryPage, ListPlain, ListProducts, Product, ProductId, ProductPage } from '../../../schema/rest/products.ts'
import { listingStatuses } from '../../../schema/vocabulary.ts'
import { readId } from '../../base/ids.ts'
import { listCategories } from '../../domain/catalog/list-categories.ts'
import type { Category } from '../../domain/catalog/put-category.ts'
import { readProduct } from '../../domain/catalog/read-products.ts'
import { snapshotVersions } from '../../postgres/snapshot.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'
import { answerProductPage } from '../product-page.ts'
import { productView } from '../product-view.ts'

/** The catalogue as a reseller sees it. */
export function productRoutes (app: App): void {
  app.get('/v1/products', {
    config: { scope: 'catalog:read' },
    schema: {
      operationId: 'listProducts',
      'x-sdk': { resource: 'products', method: 'list' },
      summary: 'List products',
      description: 'Products with their SKUs and your own prices. To keep a copy: read all pages, keep synced_until, and send it as ' +
        'updated_after next time; what changed since comes then, delisted products as tombstones. A product that leaves a filter is ' +
        'not told to it, and a change of your own level moves prices without changing products: read everything anew then.',
      tags: ['Catalogue'],
      querystring: ListProducts,
      response: { 200: ProductPage }
    } as const
  }, async (request, reply) => {
    const reseller = resellerOf(request)
    const buyer = { resellerId: reseller.id, levelId: reseller.levelId }
    return await answerProductPage(request, reply, {
      list: `products ${reseller.id}`,
      query: request.query,
      statuses: request.query.updated_after === undefined ? ['active', 'paused'] : listingStatuses,
      view: (product, book) => productView(product, book, buyer)
    })
  })

  app.get('/v1/products/:id', {
    config: { scope: 'catalog:read' },
    schema: {
      operationId: 'getProduct',
      'x-sdk': { resource: 'products', method: 'get' },
      summary: 'Read a product',
      description: 'A product with its SKUs and your own prices; a delisted one is still told.',
      tags: ['Catalogue'],
      params: Type.Object({ id: ProductId }),
      response: { 200: Product }
    } as const
  }, async request => {
    const reseller = resellerOf(request)
    const { db, priceBook } = request.caller.world
    const product = await readProduct(db, readId('product', request.params.id))
    const versions = await snapshotVersions(db)
    const book = await priceBook.atLeast(versions.get('prices')!)
    return productView(product, book, { resellerId: reseller.id, levelId: reseller.levelId })
  })

  app.get('/v1/categories', {
    config: { scope: 'catalog:read' },
    schema: {
      operationId: 'listCategories',
      'x-sdk': { resource: 'categories', method: 'list' },
      summary: 'List categories',
      description: 'All categories by id; parent says what each is part of.',
      tags: ['Catalogue'],
      querystring: ListPlain,
      response: { 200: CategoryPage }
    } as const
  }, async (request, reply) => {
    resellerOf(request)
    return await answerPage(request, reply, 'categories', {
      load: (after, count) => listCategories(request.caller.world.db, after && String(after[0]), count),
      placeOf: category => [category.id],
      view: categoryView
    })
  })
}

/** A category as everybody sees it. */
export function categoryView ({ id, name, parentId }: Category) {
  return { id, name, parent: parentId }
}
