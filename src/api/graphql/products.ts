import type { FastifyRequest } from 'fastify'
import { Product, Sku } from '../../../schema/rest/products.ts'
import { readId, type Uuid } from '../../base/ids.ts'
import { readProducts } from '../../domain/catalog/read-products.ts'
import { readSkus } from '../../domain/catalog/read-skus.ts'
import { snapshotVersions } from '../../postgres/snapshot.ts'
import { resellerOf } from '../change.ts'
import { productView } from '../product-view.ts'
import { connection, read, type Resource } from './resource.ts'

/** The catalogue, with the caller’s own prices. */
export const products: Resource = {
  nodes: {
    Product: {
      kind: 'product',
      schema: Product,
      operation: 'getProduct',
      load: (request, ids) => productViews(request, ids.map(id => readId('product', id)!))
    },
    Sku: {
      kind: 'sku',
      schema: Sku,
      operation: 'getProduct',
      async load (request, ids) {
        const skus = await readSkus(request.caller.world.db, ids.map(id => readId('sku', id)!))
        const wanted = new Set(ids)
        const views = await productViews(request, [...new Set(skus.map(sku => sku.productId))])
        return views.flatMap(product => product.skus).filter(sku => wanted.has(sku.id))
      }
    }
  },
  queries: {
    product: read('getProduct'),
    products: connection('listProducts'),
    categories: connection('listCategories'),
    prices: read('getPrices', { rename: { sku: 'skus' }, sizedBy: 'skus' })
  }
}

async function productViews (request: FastifyRequest, ids: readonly Uuid[]) {
  const { db, priceBook } = request.caller.world
  const { id: resellerId, levelId } = resellerOf(request)
  const found = await readProducts(db, ids)
  const book = await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
  return found.map(product => productView(product, book, { resellerId, levelId }))
}
