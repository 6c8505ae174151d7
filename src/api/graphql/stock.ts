import { read, type Resource } from './resource.ts'

/** What can be bought now. `stock` is REST’s POST /v1/stock/query; GET /v1/stock is the same for fewer SKUs. */
export const stock: Resource = {
  queries: { stock: read('queryStock', { sizedBy: 'skus' }) },
  references: { SkuStock: { sku: 'Sku' } }
}
