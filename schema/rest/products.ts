import { Type, type Static } from '@sinclair/typebox'
import { listingStatuses, productKinds } from '../vocabulary.ts'
import {
  CurrencyCode, Id, Money, nameLengthMax, Nullable, OneOf, oneLinePattern, Page, PageQuery, Reference, textPattern, Timestamp
} from './common.ts'
import { SkuId } from './orders.ts'

export const tagsMax = 20
export const tagLengthMax = 50
export const descriptionLengthMax = 10_000
export const qualificationNoteLengthMax = 1_000
export const searchLengthMax = 100
export const skuQuantityMax = 1_000_000

export const ProductId = Id('prd', 'The id of a product.')

/** An id that the operator chooses. */
export const SlugId = Type.String({
  pattern: '^[a-z0-9][a-z0-9_-]{0,63}$', description: 'Chosen by the operator: lower-case letters, digits, - and _.', examples: ['steam']
})

const Name = Type.String({ minLength: 1, maxLength: nameLengthMax, pattern: oneLinePattern })
export const Tag = Type.String({ minLength: 1, maxLength: tagLengthMax, pattern: oneLinePattern })
const Region = Type.String({
  pattern: '^[A-Z][A-Z0-9-]{1,15}$',
  description: 'Where it can be redeemed: GLOBAL, an ISO 3166 code, or a group of countries like EU.',
  examples: ['CN']
})
const PlainNumber = Type.Integer({
  minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'The same thing as a plain number, for shops that need one; it counts nothing.'
})
const Quantity = (description: string) => Type.Integer({ minimum: 1, maximum: skuQuantityMax, description })

export const Issuer = Type.Object({ id: SlugId, name: Name }, {
  additionalProperties: false, title: 'Issuer', description: 'The brand behind products; a code is unique under it for ever.'
})
export type Issuer = Static<typeof Issuer>

export const PutIssuer = Type.Object({ name: Name }, { additionalProperties: false })
export const IssuerPage = Page(Issuer)

export const Category = Type.Object({
  id: SlugId, name: Name, parent: Nullable(SlugId, { description: 'The category it is part of; null at the top.' })
}, { additionalProperties: false, title: 'Category' })
export type Category = Static<typeof Category>

export const PutCategory = Type.Object({
  name: Name, parent: Type.Optional(Nullable(SlugId, { description: 'The category it is part of; left out or null: none.' }))
}, { additionalProperties: false })
export const CategoryPage = Page(Category)

export const ListPlain = Type.Object(PageQuery, { additionalProperties: false })

const skuFields = {
  id: SkuId,
  number: PlainNumber,
  product: ProductId,
  name: Name,
  face_value: Nullable(Money, { description: 'What is printed on it; null when it has none.' }),
  region: Region,
  currency: CurrencyCode,
  status: OneOf(listingStatuses, { description: 'active: for sale. paused: not now. delisted: not any more.' }),
  quantity_min: Type.Integer({ description: 'The fewest that may be bought at once.' }),
  quantity_max: Type.Integer({ description: 'The most that may be bought at once.' }),
  quantity_step: Type.Integer({ description: 'A quantity must be a multiple of it.' }),
  created_at: Timestamp,
  updated_at: Timestamp
}

const productFields = {
  id: ProductId,
  number: PlainNumber,
  name: Name,
  kind: OneOf(productKinds, { description: 'code: codes are delivered. topup: an account is charged.' }),
  issuer: Issuer,
  category: Nullable(Type.Object({ id: SlugId, name: Name }, { additionalProperties: false, title: 'CategoryName' })),
  tags: Type.Array(Tag),
  description: Type.String(),
  qualification_note: Type.String({ description: 'What a buyer must have or be to redeem it.' }),
  status: OneOf(listingStatuses, { description: 'delisted is a tombstone: it can be read, and is not sold any more.' }),
  created_at: Timestamp,
  updated_at: Type.String({
    format: 'date-time', description: 'When anything shown of it last changed, its SKUs and prices included. For syncing use synced_until.'
  })
}

export const AdminSku = Type.Object(skuFields, { additionalProperties: false, title: 'AdminSku' })
export type AdminSku = Static<typeof AdminSku>
export const AdminSkuPage = Page(AdminSku)

export const AdminProduct = Type.Object({ ...productFields, skus: Type.Array(AdminSku) }, {
  additionalProperties: false, title: 'AdminProduct'
})
export type AdminProduct = Static<typeof AdminProduct>

export const Sku = Type.Object({
  ...skuFields,
  status: OneOf(listingStatuses, {
    description: 'active: for sale. paused: not now. delisted: not any more. A SKU is never better off than its product.'
  }),
  unit_price: Nullable(Money, {
    description: 'Your own price for one, when the minimum quantity is bought; null when there is none for you.'
  })
}, { additionalProperties: false, title: 'Sku' })
export type Sku = Static<typeof Sku>

export const Product = Type.Object({ ...productFields, skus: Type.Array(Sku, { description: 'All its SKUs, delisted ones included.' }) }, {
  additionalProperties: false, title: 'Product'
})
export type Product = Static<typeof Product>

const synced = {
  synced_until: Type.String({
    description: 'A watermark, the same on every page. Send it as updated_after next time, with the same filters, and nothing that ' +
      'changed is missed, however late it was committed; some of it may come twice.'
  })
}
export const ProductPage = Page(Product, synced)
export const AdminProductPage = Page(AdminProduct, synced)

const productFilters = {
  ...PageQuery,
  category: Type.Optional(SlugId),
  tag: Type.Optional(Tag),
  kind: Type.Optional(OneOf(productKinds)),
  region: Type.Optional(Region),
  q: Type.Optional(Type.String({
    minLength: 1, maxLength: searchLengthMax, pattern: oneLinePattern, description: 'Somewhere in the name, in upper or lower case.'
  })),
  number: Type.Optional(PlainNumber),
  updated_after: Type.Optional(Type.String({
    maxLength: 512,
    description: 'synced_until of an earlier list with the same filters: only what changed since, delisted products included.'
  }))
}

export const ListProducts = Type.Object(productFilters, { additionalProperties: false })
export type ListProducts = Static<typeof ListProducts>

export const AdminListProducts = Type.Object({ ...productFilters, status: Type.Optional(OneOf(listingStatuses)) }, {
  additionalProperties: false
})
export type AdminListProducts = Static<typeof AdminListProducts>

export const ListSkus = Type.Object({
  ...PageQuery, number: Type.Optional(PlainNumber), product: Type.Optional(ProductId)
}, { additionalProperties: false })

const listedStatuses = ['active', 'paused'] as const

export const CreateProduct = Type.Object({
  reference: Type.Optional(Reference),
  name: Name,
  kind: OneOf(productKinds),
  issuer: SlugId,
  category: Type.Optional(Nullable(SlugId)),
  tags: Type.Optional(Type.Array(Tag, { maxItems: tagsMax, uniqueItems: true })),
  description: Type.Optional(Type.String({ maxLength: descriptionLengthMax, pattern: textPattern })),
  qualification_note: Type.Optional(Type.String({
    maxLength: qualificationNoteLengthMax, pattern: textPattern, description: 'What a buyer must have or be to redeem it.'
  })),
  status: Type.Optional(OneOf(listedStatuses, { description: 'active by default.' }))
}, { additionalProperties: false })
export type CreateProduct = Static<typeof CreateProduct>

export const UpdateProduct = Type.Object({
  name: Type.Optional(Name),
  category: Type.Optional(Nullable(SlugId)),
  tags: Type.Optional(Type.Array(Tag, { maxItems: tagsMax, uniqueItems: true })),
  description: Type.Optional(Type.String({ maxLength: descriptionLengthMax, pattern: textPattern })),
  qualification_note: Type.Optional(Type.String({ maxLength: qualificationNoteLengthMax, pattern: textPattern })),
  status: Type.Optional(OneOf(listingStatuses))
}, { additionalProperties: false, minProperties: 1 })
export type UpdateProduct = Static<typeof UpdateProduct>

export const CreateSku = Type.Object({
  reference: Type.Optional(Reference),
  name: Name,
  face_value: Type.Optional(Nullable(Money)),
  region: Type.Optional(Region),
  currency: CurrencyCode,
  status: Type.Optional(OneOf(listedStatuses, { description: 'active by default.' })),
  quantity_min: Type.Optional(Quantity('1 by default; a multiple of the step.')),
  quantity_max: Type.Optional(Quantity(`${skuQuantityMax} by default.`)),
  quantity_step: Type.Optional(Quantity('1 by default.'))
}, { additionalProperties: false })
export type CreateSku = Static<typeof CreateSku>

export const UpdateSku = Type.Object({
  name: Type.Optional(Name),
  face_value: Type.Optional(Nullable(Money)),
  region: Type.Optional(Region),
  status: Type.Optional(OneOf(listingStatuses)),
  quantity_min: Type.Optional(Quantity('A multiple of the step.')),
  quantity_max: Type.Optional(Quantity('Not below the minimum.')),
  quantity_step: Type.Optional(Quantity('A quantity must be a multiple of it.'))
}, { additionalProperties: false, minProperties: 1 })
export type UpdateSku = Static<typeof UpdateSku>
