// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import { Connection, segment, withReference, type CallOptions } from '../connection.ts'
import { fileBytes, type FileBody } from '../files.ts'
import { Lines } from '../lines.ts'
import type { KahubOptions } from '../options.ts'
import { List } from '../pages.ts'
import type {
  AbortImportResult,
  AdminGetOrderResult,
  AdminGetProductResult,
  AdminListCategoriesQuery,
  AdminListCategoriesResult,
  AdminListOrdersQuery,
  AdminListOrdersResult,
  AdminListProductsQuery,
  AdminListProductsResult,
  AdminListRevealsQuery,
  AdminListRevealsResult,
  CommitImportResult,
  CreateAdjustmentBody,
  CreateAdjustmentResult,
  CreateDepositBody,
  CreateDepositResult,
  CreateImportBody,
  CreateImportResult,
  CreateOperatorKeyBody,
  CreateOperatorKeyResult,
  CreateProductBody,
  CreateProductResult,
  CreateResellerBody,
  CreateResellerKeyBody,
  CreateResellerKeyResult,
  CreateResellerResult,
  CreateSkuBody,
  CreateSkuResult,
  EndPricesBody,
  EndPricesResult,
  ExplainPriceQuery,
  ExplainPriceResult,
  GetImportResult,
  GetLotResult,
  GetResellerResult,
  GetSkuResult,
  ListCallbacksQuery,
  ListCallbacksResult,
  ListIssuersQuery,
  ListIssuersResult,
  ListLevelsQuery,
  ListLevelsResult,
  ListLotsQuery,
  ListLotsResult,
  ListOperatorKeysQuery,
  ListOperatorKeysResult,
  ListPriceRulesQuery,
  ListPriceRulesResult,
  ListResellerKeysQuery,
  ListResellerKeysResult,
  ListResellerTransfersQuery,
  ListResellerTransfersResult,
  ListResellerWalletsQuery,
  ListResellerWalletsResult,
  ListResellersQuery,
  ListResellersResult,
  ListSkusQuery,
  ListSkusResult,
  ProveBooksResult,
  ProveStockResult,
  PutCategoryBody,
  PutCategoryResult,
  PutImportPartResult,
  PutIssuerBody,
  PutIssuerResult,
  PutLevelBody,
  PutLevelResult,
  RecallLotBody,
  RecallLotResult,
  RevokeAnyKeyResult,
  RotateOperatorKeyBody,
  RotateOperatorKeyResult,
  SetCreditLimitBody,
  SetCreditLimitResult,
  SetPricesBody,
  SetPricesResult,
  UpdateKeyBody,
  UpdateKeyResult,
  UpdateProductBody,
  UpdateProductResult,
  UpdateResellerBody,
  UpdateResellerResult,
  UpdateSkuBody,
  UpdateSkuResult,
  VoidCodesBody,
  VoidCodesResult
} from './types.ts'

/** The operator API: setting up what resellers buy. */
export class KahubAdmin extends Connection {
  readonly adjustments: AdjustmentsResource
  readonly books: BooksResource
  readonly callbacks: CallbacksResource
  readonly categories: CategoriesResource
  readonly codes: CodesResource
  readonly deposits: DepositsResource
  readonly imports: ImportsResource
  readonly issuers: IssuersResource
  readonly keys: KeysResource
  readonly levels: LevelsResource
  readonly lots: LotsResource
  readonly orders: OrdersResource
  readonly prices: PricesResource
  readonly products: ProductsResource
  readonly resellerKeys: ResellerKeysResource
  readonly resellers: ResellersResource
  readonly reveals: RevealsResource
  readonly skus: SkusResource
  readonly stock: StockResource
  readonly wallets: WalletsResource

  constructor (options: KahubOptions) {
    super(options, '2026-11-21')
    this.adjustments = new AdjustmentsResource(this)
    this.books = new BooksResource(this)
    this.callbacks = new CallbacksResource(this)
    this.categories = new CategoriesResource(this)
    this.codes = new CodesResource(this)
    this.deposits = new DepositsResource(this)
    this.imports = new ImportsResource(this)
    this.issuers = new IssuersResource(this)
    this.keys = new KeysResource(this)
    this.levels = new LevelsResource(this)
    this.lots = new LotsResource(this)
    this.orders = new OrdersResource(this)
    this.prices = new PricesResource(this)
    this.products = new ProductsResource(this)
    this.resellerKeys = new ResellerKeysResource(this)
    this.resellers = new ResellersResource(this)
    this.reveals = new RevealsResource(this)
    this.skus = new SkusResource(this)
    this.stock = new StockResource(this)
    this.wallets = new WalletsResource(this)
  }
}

export class AdjustmentsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Adjust a wallet.
   * Corrects a wallet upwards or downwards, not below its credit limit. The same reference again does it once.
   * POST /admin/v1/resellers/{id}/adjustments
   * @param id The id of a reseller.
   */
  async create (id: string, body: CreateAdjustmentBody, options?: CallOptions): Promise<CreateAdjustmentResult> {
    return this.#connection.request('POST', `/admin/v1/resellers/${segment(id)}/adjustments`, {
      ...options,
      body: withReference(body, options)
    })
  }
}

export class BooksResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Prove the books.
   * Recomputes every balance from its transfers and every order from its lines, as of one moment. Not for polling.
   * GET /admin/v1/books
   */
  async prove (options?: CallOptions): Promise<ProveBooksResult> {
    return this.#connection.request('GET', '/admin/v1/books', options)
  }
}

export class CallbacksResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Every endpoint: what waits for it, for how long, and whether it fails.
   * The oldest backlog first.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/callbacks
   */
  list (query: ListCallbacksQuery = {}, options?: CallOptions): List<ListCallbacksResult> {
    const path = '/admin/v1/callbacks'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}

export class CategoriesResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Make, rename or move a category.
   * Every product in it or below it is told again to those who sync.
   * PUT /admin/v1/categories/{id}
   * @param id Chosen by the operator: lower-case letters, digits, - and _.
   */
  async put (id: string, body: PutCategoryBody, options?: CallOptions): Promise<PutCategoryResult> {
    return this.#connection.request('PUT', `/admin/v1/categories/${segment(id)}`, { ...options, body })
  }

  /**
   * List categories.
   * All categories by id.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/categories
   */
  list (query: AdminListCategoriesQuery = {}, options?: CallOptions): List<AdminListCategoriesResult> {
    const path = '/admin/v1/categories'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}

export class CodesResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Void codes.
   * Takes single unsold codes off the shelf for good, all of them or none; holds give way to it as to a recall.
   * POST /admin/v1/codes/void
   */
  async void (body: VoidCodesBody, options?: CallOptions): Promise<VoidCodesResult> {
    return this.#connection.request('POST', '/admin/v1/codes/void', { ...options, body })
  }
}

export class DepositsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Deposit into a wallet.
   * Puts money that was received into a reseller’s wallet. The same reference again does it once.
   * POST /admin/v1/resellers/{id}/deposits
   * @param id The id of a reseller.
   */
  async create (id: string, body: CreateDepositBody, options?: CallOptions): Promise<CreateDepositResult> {
    return this.#connection.request('POST', `/admin/v1/resellers/${segment(id)}/deposits`, {
      ...options,
      body: withReference(body, options)
    })
  }
}

export class ImportsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Open an import.
   * Opens an import of codes for one SKU. Send its parts, then commit it. Left alone for 24 hours it is aborted. The
   * same reference gives the import as it is now, so an interrupted one goes on after its last part.
   * POST /admin/v1/imports
   */
  async create (body: CreateImportBody, options?: CallOptions): Promise<CreateImportResult> {
    return this.#connection.request('POST', '/admin/v1/imports', { ...options, body: withReference(body, options) })
  }

  /**
   * Read an import.
   * How far an import is.
   * GET /admin/v1/imports/{id}
   * @param id The id of an import.
   */
  async get (id: string, options?: CallOptions): Promise<GetImportResult> {
    return this.#connection.request('GET', `/admin/v1/imports/${segment(id)}`, options)
  }

  /**
   * Send a part of an import.
   * Takes the next part, up to 8 MiB, all of it or nothing. The same part again is answered from the record. Lines
   * that cannot be stocked are named, up to 100 of them, by pointers like /lines/123.
   * PUT /admin/v1/imports/{id}/parts/{part}
   * @param id The id of an import.
   * @param part Its number, from 1, in order.
   */
  async putPart (
    id: string,
    part: number,
    body: FileBody,
    contentType: 'application/x-ndjson' | 'text/csv',
    options?: CallOptions
  ): Promise<PutImportPartResult> {
    return this.#connection.request('PUT', `/admin/v1/imports/${segment(id)}/parts/${segment(part)}`, {
      ...options,
      headers: { ...options?.headers, 'content-type': contentType },
      body: await fileBytes(body)
    })
  }

  /**
   * Commit an import.
   * Puts all its codes on the shelf at once. A committed import is answered as it is.
   * POST /admin/v1/imports/{id}/commit
   * @param id The id of an import.
   */
  async commit (id: string, options?: CallOptions): Promise<CommitImportResult> {
    return this.#connection.request('POST', `/admin/v1/imports/${segment(id)}/commit`, options)
  }

  /**
   * Abort an import.
   * Gives an open import up and deletes its codes; they can be imported anew. An aborted import is answered as it is.
   * POST /admin/v1/imports/{id}/abort
   * @param id The id of an import.
   */
  async abort (id: string, options?: CallOptions): Promise<AbortImportResult> {
    return this.#connection.request('POST', `/admin/v1/imports/${segment(id)}/abort`, options)
  }
}

export class IssuersResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Make or rename an issuer.
   * The brand behind products. A code is unique under its issuer for ever.
   * PUT /admin/v1/issuers/{id}
   * @param id Chosen by the operator: lower-case letters, digits, - and _.
   */
  async put (id: string, body: PutIssuerBody, options?: CallOptions): Promise<PutIssuerResult> {
    return this.#connection.request('PUT', `/admin/v1/issuers/${segment(id)}`, { ...options, body })
  }

  /**
   * List issuers.
   * All issuers by id.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/issuers
   */
  list (query: ListIssuersQuery = {}, options?: CallOptions): List<ListIssuersResult> {
    const path = '/admin/v1/issuers'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}

export class KeysResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List operator keys.
   * All keys of the operator, oldest first, those that were revoked or have expired included.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/keys
   */
  list (query: ListOperatorKeysQuery = {}, options?: CallOptions): List<ListOperatorKeysResult> {
    const path = '/admin/v1/keys'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Create an operator key.
   * Makes another operator key, with no scope and no address that the key that signs lacks. The secret is shown this
   * once.
   * POST /admin/v1/keys
   */
  async create (body: CreateOperatorKeyBody, options?: CallOptions): Promise<CreateOperatorKeyResult> {
    return this.#connection.request('POST', '/admin/v1/keys', { ...options, body: withReference(body, options) })
  }

  /**
   * Change a key.
   * Changes the fields that are given, of any key. What a key may reveal is for keys of resellers.
   * PATCH /admin/v1/keys/{id}
   * @param id The id of an API key; it says which world the key is of.
   */
  async update (id: string, body: UpdateKeyBody = {}, options?: CallOptions): Promise<UpdateKeyResult> {
    return this.#connection.request('PATCH', `/admin/v1/keys/${segment(id)}`, { ...options, body })
  }

  /**
   * Rotate an operator key.
   * Makes an operator key with the same scopes, limits and addresses, and lets the old one expire after
   * overlap_seconds.
   * POST /admin/v1/keys/{id}/rotate
   * @param id The id of an API key; it says which world the key is of.
   */
  async rotate (id: string, body: RotateOperatorKeyBody = {}, options?: CallOptions): Promise<RotateOperatorKeyResult> {
    return this.#connection.request('POST', `/admin/v1/keys/${segment(id)}/rotate`, { ...options, body: withReference(body, options) })
  }

  /**
   * Revoke a key.
   * Ends any key, a reseller’s or the operator’s, at once and for good. The last operator key that can make keys is
   * kept.
   * POST /admin/v1/keys/{id}/revoke
   * @param id The id of an API key; it says which world the key is of.
   */
  async revoke (id: string, options?: CallOptions): Promise<RevokeAnyKeyResult> {
    return this.#connection.request('POST', `/admin/v1/keys/${segment(id)}/revoke`, options)
  }
}

export class LevelsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Create or change a level.
   * Creates the level with this id, or changes its name, rank and limits; a limit left out is the default.
   * PUT /admin/v1/levels/{id}
   * @param id The id of a level, chosen by the operator.
   */
  async put (id: string, body: PutLevelBody, options?: CallOptions): Promise<PutLevelResult> {
    return this.#connection.request('PUT', `/admin/v1/levels/${segment(id)}`, { ...options, body })
  }

  /**
   * List levels.
   * All levels, lowest rank first.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/levels
   */
  list (query: ListLevelsQuery = {}, options?: CallOptions): List<ListLevelsResult> {
    const path = '/admin/v1/levels'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}

export class LotsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List lots.
   * Lots, newest first, with what is left of each; never their codes.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/lots
   */
  list (query: ListLotsQuery = {}, options?: CallOptions): List<ListLotsResult> {
    const path = '/admin/v1/lots'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Read a lot.
   * A lot with what is left of it; never its codes.
   * GET /admin/v1/lots/{id}
   * @param id The id of a lot.
   */
  async get (id: string, options?: CallOptions): Promise<GetLotResult> {
    return this.#connection.request('GET', `/admin/v1/lots/${segment(id)}`, options)
  }

  /**
   * Recall a lot.
   * Takes its unsold codes off the shelf for good; what is sold stays sold. Holds that need them are broken, the
   * newest first, and then held orders released. A recalled lot is answered as it is.
   * POST /admin/v1/lots/{id}/recall
   * @param id The id of a lot.
   */
  async recall (id: string, body: RecallLotBody, options?: CallOptions): Promise<RecallLotResult> {
    return this.#connection.request('POST', `/admin/v1/lots/${segment(id)}/recall`, { ...options, body })
  }
}

export class OrdersResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List a reseller’s orders.
   * Newest first.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/orders
   * @param id The id of a reseller.
   */
  list (id: string, query: AdminListOrdersQuery = {}, options?: CallOptions): List<AdminListOrdersResult> {
    const path = `/admin/v1/resellers/${segment(id)}/orders`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Read an order.
   * With its lines and their prices explained; never with codes.
   * GET /admin/v1/resellers/{id}/orders/{order}
   * @param id The id of a reseller.
   * @param order The id of an order.
   */
  async get (id: string, order: string, options?: CallOptions): Promise<AdminGetOrderResult> {
    return this.#connection.request('GET', `/admin/v1/resellers/${segment(id)}/orders/${segment(order)}`, { ...options, sealed: 'order' })
  }
}

export class PricesResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List price rules.
   * Rules in force, newest first; with history=true also those that were replaced or ended.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/prices
   */
  list (query: ListPriceRulesQuery = {}, options?: CallOptions): List<ListPriceRulesResult> {
    const path = '/admin/v1/prices'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Set price rules.
   * Each rule takes the place of the one in force for the same kind, SKU, level, reseller and quantity; the old one
   * stays as history. All are set or none. A rule that could sell below the highest cost on the shelf is refused
   * unless deliberate_loss says it is meant.
   * POST /admin/v1/prices
   */
  async set (body: SetPricesBody, options?: CallOptions): Promise<SetPricesResult> {
    return this.#connection.request('POST', '/admin/v1/prices', { ...options, body })
  }

  /**
   * End price rules.
   * Takes rules out of force without a successor; they stay as history. Rules that are out of force already stay as
   * they are. Refused when a price would fall below cost by it, unless deliberate_loss says it is meant.
   * POST /admin/v1/prices/end
   */
  async end (body: EndPricesBody, options?: CallOptions): Promise<EndPricesResult> {
    return this.#connection.request('POST', '/admin/v1/prices/end', { ...options, body })
  }

  /**
   * Explain a reseller's price, with costs.
   * What a reseller pays for a SKU at a quantity, which rules made it, who set them, and what is left above the
   * highest cost on the shelf.
   * GET /admin/v1/prices/explain
   */
  async explain (query: ExplainPriceQuery, options?: CallOptions): Promise<ExplainPriceResult> {
    return this.#connection.request('GET', '/admin/v1/prices/explain', { ...options, query })
  }
}

export class ProductsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List products.
   * Products with their SKUs, of every status unless one is asked for.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/products
   */
  list (query: AdminListProductsQuery = {}, options?: CallOptions): List<AdminListProductsResult> {
    const path = '/admin/v1/products'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Create a product.
   * A product without SKUs yet. Its kind and issuer are for good.
   * POST /admin/v1/products
   */
  async create (body: CreateProductBody, options?: CallOptions): Promise<CreateProductResult> {
    return this.#connection.request('POST', '/admin/v1/products', { ...options, body: withReference(body, options) })
  }

  /**
   * Read a product.
   * A product with its SKUs.
   * GET /admin/v1/products/{id}
   * @param id The id of a product.
   */
  async get (id: string, options?: CallOptions): Promise<AdminGetProductResult> {
    return this.#connection.request('GET', `/admin/v1/products/${segment(id)}`, options)
  }

  /**
   * Change a product.
   * What is left out stays. A delisted product stays readable and may be listed again.
   * PATCH /admin/v1/products/{id}
   * @param id The id of a product.
   */
  async update (id: string, body: UpdateProductBody = {}, options?: CallOptions): Promise<UpdateProductResult> {
    return this.#connection.request('PATCH', `/admin/v1/products/${segment(id)}`, { ...options, body })
  }
}

export class ResellerKeysResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List the keys of a reseller.
   * All keys of a reseller, oldest first, those that were revoked or have expired included.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/keys
   * @param id The id of a reseller.
   */
  list (id: string, query: ListResellerKeysQuery = {}, options?: CallOptions): List<ListResellerKeysResult> {
    const path = `/admin/v1/resellers/${segment(id)}/keys`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Create a key for a reseller.
   * Makes a key with any of the scopes of resellers. The secret is shown this once.
   * POST /admin/v1/resellers/{id}/keys
   * @param id The id of a reseller.
   */
  async create (id: string, body: CreateResellerKeyBody, options?: CallOptions): Promise<CreateResellerKeyResult> {
    return this.#connection.request('POST', `/admin/v1/resellers/${segment(id)}/keys`, { ...options, body: withReference(body, options) })
  }
}

export class ResellersResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List resellers.
   * Resellers in the order they were created.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers
   */
  list (query: ListResellersQuery = {}, options?: CallOptions): List<ListResellersResult> {
    const path = '/admin/v1/resellers'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Create a reseller.
   * Creates an active reseller of a level and opens its first wallet. The same reference again gives the same
   * reseller.
   * POST /admin/v1/resellers
   */
  async create (body: CreateResellerBody, options?: CallOptions): Promise<CreateResellerResult> {
    return this.#connection.request('POST', '/admin/v1/resellers', { ...options, body: withReference(body, options) })
  }

  /**
   * Get a reseller.
   * One reseller.
   * GET /admin/v1/resellers/{id}
   * @param id The id of a reseller.
   */
  async get (id: string, options?: CallOptions): Promise<GetResellerResult> {
    return this.#connection.request('GET', `/admin/v1/resellers/${segment(id)}`, options)
  }

  /**
   * Change a reseller.
   * Changes name, level or status. The keys of a reseller that is suspended or closed are refused; closed is for
   * good.
   * PATCH /admin/v1/resellers/{id}
   * @param id The id of a reseller.
   */
  async update (id: string, body: UpdateResellerBody = {}, options?: CallOptions): Promise<UpdateResellerResult> {
    return this.#connection.request('PATCH', `/admin/v1/resellers/${segment(id)}`, { ...options, body })
  }
}

export class RevealsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Who looked at codes, newest first.
   * The reveal log of all resellers, or of one, an order or a key.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/reveals
   */
  list (query: AdminListRevealsQuery = {}, options?: CallOptions): List<AdminListRevealsResult> {
    const path = '/admin/v1/reveals'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}

export class SkusResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Create a SKU of a product.
   * With empty stock and without prices. Its currency is for good.
   * POST /admin/v1/products/{id}/skus
   * @param id The id of a product.
   */
  async create (id: string, body: CreateSkuBody, options?: CallOptions): Promise<CreateSkuResult> {
    return this.#connection.request('POST', `/admin/v1/products/${segment(id)}/skus`, { ...options, body: withReference(body, options) })
  }

  /**
   * List or find SKUs.
   * SKUs in the order they were made; number finds one by its plain number.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/skus
   */
  list (query: ListSkusQuery = {}, options?: CallOptions): List<ListSkusResult> {
    const path = '/admin/v1/skus'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Read a SKU.
   * One SKU, whatever its status.
   * GET /admin/v1/skus/{id}
   * @param id The id of a SKU.
   */
  async get (id: string, options?: CallOptions): Promise<GetSkuResult> {
    return this.#connection.request('GET', `/admin/v1/skus/${segment(id)}`, options)
  }

  /**
   * Change a SKU.
   * What is left out stays. A delisted SKU stays readable and may be listed again.
   * PATCH /admin/v1/skus/{id}
   * @param id The id of a SKU.
   */
  async update (id: string, body: UpdateSkuBody = {}, options?: CallOptions): Promise<UpdateSkuResult> {
    return this.#connection.request('PATCH', `/admin/v1/skus/${segment(id)}`, { ...options, body })
  }
}

export class StockResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Prove the stock.
   * Recomputes from the rows that no code is sold twice or lost: overlaps, orphans, sums. Seconds with millions of
   * codes.
   * GET /admin/v1/stock/proof
   */
  async prove (options?: CallOptions): Promise<ProveStockResult> {
    return this.#connection.request('GET', '/admin/v1/stock/proof', options)
  }
}

export class WalletsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Open a wallet, set its credit limit.
   * Sets how far below zero a wallet may go, opening it if there is none. Less than what is in use is refused.
   * PUT /admin/v1/resellers/{id}/wallets/{currency}
   * @param id The id of a reseller.
   * @param currency ISO 4217 currency code.
   */
  async setCreditLimit (
    id: string,
    currency: string,
    body: SetCreditLimitBody,
    options?: CallOptions
  ): Promise<SetCreditLimitResult> {
    return this.#connection.request('PUT', `/admin/v1/resellers/${segment(id)}/wallets/${segment(currency)}`, { ...options, body })
  }

  /**
   * List the wallets of a reseller.
   * The wallets of a reseller with their balances.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/wallets
   * @param id The id of a reseller.
   */
  list (id: string, query: ListResellerWalletsQuery = {}, options?: CallOptions): List<ListResellerWalletsResult> {
    const path = `/admin/v1/resellers/${segment(id)}/wallets`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * List the transfers of a reseller’s wallet.
   * What moved in a wallet, newest first, with the balance after each and who asked for it.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/wallets/{currency}/transfers
   * @param id The id of a reseller.
   * @param currency ISO 4217 currency code.
   */
  transfers (
    id: string,
    currency: string,
    query: ListResellerTransfersQuery = {},
    options?: CallOptions
  ): List<ListResellerTransfersResult> {
    const path = `/admin/v1/resellers/${segment(id)}/wallets/${segment(currency)}/transfers`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}
