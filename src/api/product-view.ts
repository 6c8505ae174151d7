import type { AdminProduct, AdminSku, Product as ProductView, Sku as SkuView } from '../../schema/rest/products.ts'
import { listingStatuses, type ListingStatus } from '../../schema/vocabulary.ts'
import { showId } from '../base/ids.ts'
import { moneyView } from '../base/money.ts'
import type { Product } from '../domain/catalog/read-products.ts'
import type { Sku } from '../domain/catalog/read-skus.ts'
import type { Buyer, PriceBook } from '../domain/pricing/price-book.ts'

/** A product as a reseller sees it, with the reseller's own prices. */
export function productView (product: Product, book: PriceBook, buyer: Buyer): ProductView {
  return { ...productFields(product), skus: product.skus.map(sku => skuView(sku, product.status, book, buyer)) }
}

/** A product as the operator sees it. */
export function adminProductView (product: Product): AdminProduct {
  return { ...productFields(product), skus: product.skus.map(adminSkuView) }
}

/** A SKU as the operator sees it. */
export function adminSkuView (sku: Sku): AdminSku {
  return {
    id: showId('sku', sku.id),
    number: sku.number,
    product: showId('product', sku.productId),
    name: sku.name,
    face_value: sku.faceValue && moneyView(sku.faceValue.amount, sku.faceValue.currency),
    region: sku.region,
    currency: sku.currency,
    status: sku.status,
    quantity_min: sku.quantityMin,
    quantity_max: sku.quantityMax,
    quantity_step: sku.quantityStep,
    created_at: sku.createdAt.toISOString(),
    updated_at: sku.updatedAt.toISOString()
  }
}

function skuView (sku: Sku, productStatus: ListingStatus, book: PriceBook, buyer: Buyer): SkuView {
  const quotation = book.quote(buyer, sku.id, sku.quantityMin)
  return {
    ...adminSkuView(sku),
    status: worse(sku.status, productStatus),
    unit_price: quotation ? moneyView(quotation.unitPrice, sku.currency) : null
  }
}

/** The list of statuses runs from best to worst. */
function worse (one: ListingStatus, other: ListingStatus): ListingStatus {
  return listingStatuses.indexOf(one) > listingStatuses.indexOf(other) ? one : other
}

function productFields (product: Product): Omit<AdminProduct, 'skus'> {
  return {
    id: showId('product', product.id),
    number: product.number,
    name: product.name,
    kind: product.kind,
    issuer: product.issuer,
    category: product.category,
    tags: [...product.tags],
    description: product.description,
    qualification_note: product.qualificationNote,
    status: product.status,
    created_at: product.createdAt.toISOString(),
    updated_at: product.updatedAt.toISOString()
  }
}
