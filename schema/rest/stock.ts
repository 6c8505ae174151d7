import { Type, type Static } from '@sinclair/typebox'
import { listingStatuses } from '../vocabulary.ts'
import { OneOf } from './common.ts'

/** SKUs in the query string of one request. */
export const stockSkusPerGetMax = 200
/** SKUs in the body of one request. */
export const stockSkusPerQueryMax = 500

// No pattern: what is no SKU id is no SKU, and is named in the same refusal as one that does not exist.
const AskedSku = Type.String({ minLength: 1, maxLength: 64, description: 'The id of a SKU.', examples: ['sku_01kb8q1zjme7f8k0q3z5v2wxyt'] })

export const GetStock = Type.Object({
  sku: Type.Array(AskedSku, {
    minItems: 1, maxItems: stockSkusPerGetMax, description: `Repeat it for several SKUs, up to ${stockSkusPerGetMax}.`
  })
}, { additionalProperties: false })
export type GetStock = Static<typeof GetStock>

export const QueryStock = Type.Object({
  skus: Type.Array(AskedSku, { minItems: 1, maxItems: stockSkusPerQueryMax, description: 'The ids of SKUs.' })
}, { additionalProperties: false })
export type QueryStock = Static<typeof QueryStock>

export const SkuStock = Type.Object({
  sku: Type.String({ description: 'The id as it was asked for.' }),
  available: Type.Integer({ description: 'Codes that can be bought now.' }),
  held: Type.Integer({ description: 'Codes set aside: for holds, and for orders that wait to be settled.' }),
  status: OneOf(listingStatuses, { description: 'A paused SKU cannot be ordered, whatever is available.' })
}, { additionalProperties: false, title: 'SkuStock' })
export type SkuStock = Static<typeof SkuStock>

export const StockList = Type.Object({
  data: Type.Array(SkuStock, { description: 'In the order asked for.' })
}, { additionalProperties: false, title: 'StockList' })
export type StockList = Static<typeof StockList>
