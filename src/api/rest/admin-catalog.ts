import { Type } from '@sinclair/typebox'
import {
  AdminListProducts, AdminProduct, AdminProductPage, AdminSku, AdminSkuPage, Category, CategoryPage, CreateProduct, CreateSku,
  Issuer, IssuerPage, ListPlain, ListSkus, ProductId, PutCategory, PutIssuer, skuQuantityMax, SlugId, UpdateProduct, UpdateSku
} from '../../../schema/rest/products.ts'
import { SkuId } from '../../../schema/rest/orders.ts'
import { listingStatuses } from '../../../schema/vocabulary.ts'
import { readId } from '../../base/ids.ts'
import { createProduct, type NewProduct } from '../../domain/catalog/create-product.ts'
import { createSku, type NewSku } from '../../domain/catalog/create-sku.ts'
import { listCategories } from '../../domain/catalog/list-categories.ts'
import { listIssuers } from '../../domain/catalog/list-issuers.ts'
import { putCategory } from '../../domain/catalog/put-category.ts'
import { putIssuer } from '../../domain/catalog/put-issuer.ts'
import { readProduct } from '../../domain/catalog/read-products.ts'
import { listSkus, readSku, type FaceValue } from '../../domain/catalog/read-skus.ts'
import { updateProduct, type ProductChanges } from '../../domain/catalog/update-product.ts'
import { updateSku, type SkuChanges } from '../../domain/catalog/update-sku.ts'
import { amountOf } from '../amount-of.ts'
import type { App } from '../app-types.ts'
import { change } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'
import { answerProductPage } from '../product-page.ts'
import { adminProductView, adminSkuView } from '../product-view.ts'
import { categoryView } from './products.ts'

const tags = ['Admin: catalogue']

/** The catalogue as the operator keeps it. */
export function adminCatalogRoutes (app: App): void {
  issuerRoutes(app)
  categoryRoutes(app)
  productRoutes(app)
  skuRoutes(app)
}

function issuerRoutes (app: App): void {
  app.put('/admin/v1/issuers/:id', {
    config: { scope: 'admin:catalog' },
    schema: {
      operationId: 'putIssuer',
      'x-sdk': { resource: 'admin.issuers', method: 'put' },
      summary: 'Make or rename an issuer',
      description: 'The brand behind products. A code is unique under its issuer for ever.',
      tags,
      params: Type.Object({ id: SlugId }),
      body: PutIssuer,
      response: { 200: Issuer }
    } as const
  }, async request => await change(request, tx => putIssuer(tx, { id: request.params.id, name: request.body.name })))

  app.get('/admin/v1/issuers', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listIssuers',
      'x-sdk': { resource: 'admin.issuers', method: 'list' },
      summary: 'List issuers',
      description: 'All issuers by id.',
      tags,
      querystring: ListPlain,
      response: { 200: IssuerPage }
    } as const
  }, async (request, reply) => await answerPage(request, reply, 'admin issuers', {
    load: (after, count) => listIssuers(request.caller.world.db, after && String(after[0]), count),
    placeOf: issuer => [issuer.id],
    view: ({ id, name }) => ({ id, name })
  }))
}

function categoryRoutes (app: App): void {
  app.put('/admin/v1/categories/:id', {
    config: { scope: 'admin:catalog' },
    schema: {
      operationId: 'putCategory',
      'x-sdk': { resource: 'admin.categories', method: 'put' },
      summary: 'Make, rename or move a category',
      description: 'Every product in it or below it is told again to those who sync.',
      tags,
      params: Type.Object({ id: SlugId }),
      body: PutCategory,
      response: { 200: Category }
    } as const
  }, async request => {
    const { name, parent } = request.body
    return categoryView(await change(request, tx => putCategory(tx, { id: request.params.id, name, parentId: parent ?? null })))
  })

  app.get('/admin/v1/categories', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'adminListCategories',
      'x-sdk': { resource: 'admin.categories', method: 'list' },
      summary: 'List categories',
      description: 'All categories by id.',
      tags,
      querystring: ListPlain,
      response: { 200: CategoryPage }
    } as const
  }, async (request, reply) => await answerPage(request, reply, 'admin categories', {
    load: (after, count) => listCategories(request.caller.world.db, after && String(after[0]), count),
    placeOf: category => [category.id],
    view: categoryView
  }))
}

function productRoutes (app: App): void {
  app.post('/admin/v1/products', {
    config: { scope: 'admin:catalog' },
    schema: {
      operationId: 'createProduct',
      'x-sdk': { resource: 'admin.products', method: 'create' },
      summary: 'Create a product',
      description: 'A product without SKUs yet. Its kind and issuer are for good.',
      tags,
      body: CreateProduct,
      response: { 200: AdminProduct, 201: AdminProduct }
    } as const
  }, async (request, reply) => {
    const { reference, ...fields } = request.body
    return adminProductView(await createOnce(request, reply, {
      resource: 'product', reference, fields, create: (tx, id) => createProduct(tx, id, newProduct(request.body)), read: readProduct
    }))
  })

  app.get('/admin/v1/products', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'adminListProducts',
      'x-sdk': { resource: 'admin.products', method: 'list' },
      summary: 'List products',
      description: 'Products with their SKUs, of every status unless one is asked for.',
      tags,
      querystring: AdminListProducts,
      response: { 200: AdminProductPage }
    } as const
  }, async (request, reply) => {
    const { status, ...query } = request.query
    return await answerProductPage(request, reply, {
      list: `admin products ${status ?? ''}`, query, statuses: status ? [status] : listingStatuses, view: adminProductView
    })
  })

  app.get('/admin/v1/products/:id', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'adminGetProduct',
      'x-sdk': { resource: 'admin.products', method: 'get' },
      summary: 'Read a product',
      description: 'A product with its SKUs.',
      tags,
      params: Type.Object({ id: ProductId }),
      response: { 200: AdminProduct }
    } as const
  }, async request => adminProductView(await readProduct(request.caller.world.db, readId('product', request.params.id))))

  app.patch('/admin/v1/products/:id', {
    config: { scope: 'admin:catalog' },
    schema: {
      operationId: 'updateProduct',
      'x-sdk': { resource: 'admin.products', method: 'update' },
      summary: 'Change a product',
      description: 'What is left out stays. A delisted product stays readable and may be listed again.',
      tags,
      params: Type.Object({ id: ProductId }),
      body: UpdateProduct,
      response: { 200: AdminProduct }
    } as const
  }, async request => {
    const product = await change(request, tx => updateProduct(tx, readId('product', request.params.id), productChanges(request.body)))
    return adminProductView(product)
  })
}

function skuRoutes (app: App): void {
  app.post('/admin/v1/products/:id/skus', {
    config: { scope: 'admin:catalog' },
    schema: {
      operationId: 'createSku',
      'x-sdk': { resource: 'admin.skus', method: 'create' },
      summary: 'Create a SKU of a product',
      description: 'With empty stock and without prices. Its currency is for good.',
      tags,
      params: Type.Object({ id: ProductId }),
      body: CreateSku,
      response: { 200: AdminSku, 201: AdminSku }
    } as const
  }, async (request, reply) => {
    const { reference, ...fields } = request.body
    const { id: productId } = await readProduct(request.caller.world.db, readId('product', request.params.id))
    return adminSkuView(await createOnce(request, reply, {
      resource: 'sku',
      reference,
      fields: { product: request.params.id, ...fields },
      create: (tx, id) => createSku(tx, id, newSku(productId, request.body)),
      read: readSku
    }))
  })

  app.get('/admin/v1/skus', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listSkus',
      'x-sdk': { resource: 'admin.skus', method: 'list' },
      summary: 'List or find SKUs',
      description: 'SKUs in the order they were made; number finds one by its plain number.',
      tags,
      querystring: ListSkus,
      response: { 200: AdminSkuPage }
    } as const
  }, async (request, reply) => {
    const { number, product } = request.query
    const productId = product === undefined ? undefined : readId('product', product)
    return await answerPage(request, reply, `admin skus ${JSON.stringify([number, product])}`, {
      load: (after, count) => listSkus(request.caller.world.db, { number, productId }, after && String(after[0]), count),
      placeOf: sku => [sku.id],
      view: adminSkuView
    })
  })

  app.get('/admin/v1/skus/:id', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'getSku',
      'x-sdk': { resource: 'admin.skus', method: 'get' },
      summary: 'Read a SKU',
      description: 'One SKU, whatever its status.',
      tags,
      params: Type.Object({ id: SkuId }),
      response: { 200: AdminSku }
    } as const
  }, async request => adminSkuView(await readSku(request.caller.world.db, readId('sku', request.params.id))))

  app.patch('/admin/v1/skus/:id', {
    config: { scope: 'admin:catalog' },
    schema: {
      operationId: 'updateSku',
      'x-sdk': { resource: 'admin.skus', method: 'update' },
      summary: 'Change a SKU',
      description: 'What is left out stays. A delisted SKU stays readable and may be listed again.',
      tags,
      params: Type.Object({ id: SkuId }),
      body: UpdateSku,
      response: { 200: AdminSku }
    } as const
  }, async request => adminSkuView(await change(request, tx => updateSku(tx, readId('sku', request.params.id), skuChanges(request.body)))))
}

function newProduct (body: CreateProduct): NewProduct {
  return {
    name: body.name,
    kind: body.kind,
    issuerId: body.issuer,
    categoryId: body.category ?? null,
    tags: body.tags ?? [],
    description: body.description ?? '',
    qualificationNote: body.qualification_note ?? '',
    status: body.status ?? 'active'
  }
}

function productChanges ({ category, qualification_note: qualificationNote, ...same }: UpdateProduct): ProductChanges {
  return {
    ...same,
    ...(category === undefined ? {} : { categoryId: category }),
    ...(qualificationNote === undefined ? {} : { qualificationNote })
  }
}

function newSku (productId: string, body: CreateSku): NewSku {
  return {
    productId,
    name: body.name,
    faceValue: body.face_value ? faceValueOf(body.face_value) : null,
    region: body.region ?? 'GLOBAL',
    currency: body.currency,
    status: body.status ?? 'active',
    quantityMin: body.quantity_min ?? body.quantity_step ?? 1,
    quantityMax: body.quantity_max ?? skuQuantityMax,
    quantityStep: body.quantity_step ?? 1
  }
}

function skuChanges (body: UpdateSku): SkuChanges {
  const { face_value: face, quantity_min: quantityMin, quantity_max: quantityMax, quantity_step: quantityStep, ...same } = body
  return {
    ...same,
    ...(face === undefined ? {} : { faceValue: face && faceValueOf(face) }),
    ...(quantityMin === undefined ? {} : { quantityMin }),
    ...(quantityMax === undefined ? {} : { quantityMax }),
    ...(quantityStep === undefined ? {} : { quantityStep })
  }
}

function faceValueOf (money: NonNullable<CreateSku['face_value']>): FaceValue {
  return { amount: amountOf(money, '/face_value/amount'), currency: money.currency }
}
