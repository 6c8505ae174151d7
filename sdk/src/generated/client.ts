// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import { Connection, segment, withReference, type CallOptions } from '../connection.ts'
import { Lines } from '../lines.ts'
import type { KahubOptions } from '../options.ts'
import { List } from '../pages.ts'
import type {
  CreateKeyBody,
  CreateKeyResult,
  GetMeResult,
  GetOrderResult,
  GetPricesQuery,
  GetPricesResult,
  GetProductResult,
  GetStockQuery,
  GetStockResult,
  ListCategoriesQuery,
  ListCategoriesResult,
  ListKeysQuery,
  ListKeysResult,
  ListOrderCodesLine,
  ListOrderCodesQuery,
  ListOrderCodesResult,
  ListOrdersQuery,
  ListOrdersResult,
  ListProductsQuery,
  ListProductsResult,
  ListTransfersQuery,
  ListTransfersResult,
  ListWalletsQuery,
  ListWalletsResult,
  PingResult,
  PlaceOrderBody,
  PlaceOrderResult,
  QueryStockBody,
  QueryStockResult,
  RevokeKeyResult,
  RotateKeyBody,
  RotateKeyResult
} from './types.ts'

/** The wholesale API, as a reseller uses it. */
export class Kahub extends Connection {
  readonly categories: CategoriesResource
  readonly keys: KeysResource
  readonly me: MeResource
  readonly orders: OrdersResource
  readonly prices: PricesResource
  readonly products: ProductsResource
  readonly stock: StockResource
  readonly wallets: WalletsResource

  constructor (options: KahubOptions) {
    super(options, '2026-11-21')
    this.categories = new CategoriesResource(this)
    this.keys = new KeysResource(this)
    this.me = new MeResource(this)
    this.orders = new OrdersResource(this)
    this.prices = new PricesResource(this)
    this.products = new ProductsResource(this)
    this.stock = new StockResource(this)
    this.wallets = new WalletsResource(this)
  }
}

export class CategoriesResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List categories.
   * All categories by id; parent says what each is part of.
   * Await it for a page, or iterate it for all items.
   * GET /v1/categories
   */
  list (query: ListCategoriesQuery = {}, options?: CallOptions): List<ListCategoriesResult> {
    const path = '/v1/categories'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}

export class KeysResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List your keys.
   * All your keys, oldest first, those that were revoked or have expired included. Secrets are never shown again.
   * Await it for a page, or iterate it for all items.
   * GET /v1/keys
   */
  list (query: ListKeysQuery = {}, options?: CallOptions): List<ListKeysResult> {
    const path = '/v1/keys'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Create a key.
   * Makes another key, with no scope and no address that the key you sign with lacks. The secret is shown this once.
   * POST /v1/keys
   */
  async create (body: CreateKeyBody, options?: CallOptions): Promise<CreateKeyResult> {
    return this.#connection.request('POST', '/v1/keys', { ...options, body: withReference(body, options) })
  }

  /**
   * Rotate a key.
   * Makes a key with the same scopes, limits and addresses; the old one expires after overlap_seconds.
   * POST /v1/keys/{id}/rotate
   * @param id The id of an API key; it says which world the key is of.
   */
  async rotate (id: string, body: RotateKeyBody = {}, options?: CallOptions): Promise<RotateKeyResult> {
    return this.#connection.request('POST', `/v1/keys/${segment(id)}/rotate`, { ...options, body: withReference(body, options) })
  }

  /**
   * Revoke a key.
   * Ends a key of yours at once and for good; the one you sign with too. Again, it changes nothing.
   * DELETE /v1/keys/{id}
   * @param id The id of an API key; it says which world the key is of.
   */
  async revoke (id: string, options?: CallOptions): Promise<RevokeKeyResult> {
    return this.#connection.request('DELETE', `/v1/keys/${segment(id)}`, options)
  }
}

export class MeResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Whether your signature is right: nothing else is done.
   * GET /v1/ping
   */
  async ping (options?: CallOptions): Promise<PingResult> {
    return this.#connection.request('GET', '/v1/ping', options)
  }

  /**
   * Who you are.
   * You, your level, the key you sign with and, with scope wallet:read, your wallets. A good first call.
   * GET /v1/me
   */
  async get (options?: CallOptions): Promise<GetMeResult> {
    return this.#connection.request('GET', '/v1/me', options)
  }
}

export class OrdersResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your orders, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/orders
   */
  list (query: ListOrdersQuery = {}, options?: CallOptions): List<ListOrdersResult> {
    const path = '/v1/orders'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Buy: one or many lines, answered at once.
   * Money, stock and order move together or not at all. The same reference with the same fields gives the same order,
   * codes included, however often it is sent.
   * POST /v1/orders
   */
  async place (body: PlaceOrderBody, options?: CallOptions): Promise<PlaceOrderResult> {
    return this.#connection.request('POST', '/v1/orders', { ...options, body: withReference(body, options) })
  }

  /**
   * One order, its prices explained.
   * GET /v1/orders/{id}
   * @param id The id of an order.
   */
  async get (id: string, options?: CallOptions): Promise<GetOrderResult> {
    return this.#connection.request('GET', `/v1/orders/${segment(id)}`, options)
  }

  /**
   * The codes of an order: a page as JSON, or all of them as NDJSON.
   * Send Accept: application/x-ndjson for a stream of one code a line, ending with {"end":true,"count":…}; resume a
   * cut stream with offset. Every reveal is recorded before a code leaves.
   * GET /v1/orders/{id}/codes
   * @param id The id of an order.
   */
  async codes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Promise<ListOrderCodesResult> {
    return this.#connection.request('GET', `/v1/orders/${segment(id)}/codes`, { ...options, query })
  }

  /**
   * The codes of an order: a page as JSON, or all of them as NDJSON.
   * Send Accept: application/x-ndjson for a stream of one code a line, ending with {"end":true,"count":…}; resume a
   * cut stream with offset. Every reveal is recorded before a code leaves.
   * Iterate it: the items come one by one, as fast as they are used.
   * GET /v1/orders/{id}/codes
   * @param id The id of an order.
   */
  streamCodes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Lines<ListOrderCodesLine> {
    return new Lines(this.#connection, `/v1/orders/${segment(id)}/codes`, { ...options, query })
  }
}

export class PricesResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Read your prices, explained.
   * Your unit price for each SKU at a quantity, and the rules that gave it. It is the price in force now; an order is
   * priced when it is placed (max_total guards it).
   * GET /v1/prices
   */
  async get (query: GetPricesQuery, options?: CallOptions): Promise<GetPricesResult> {
    return this.#connection.request('GET', '/v1/prices', { ...options, query })
  }
}

export class ProductsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List products.
   * Products with their SKUs and your own prices. To keep a copy: read all pages, keep synced_until, and send it as
   * updated_after next time; what changed since comes then, delisted products as tombstones. A product that leaves a
   * filter is not told to it, and a change of your own level moves prices without changing products: read everything
   * anew then.
   * Await it for a page, or iterate it for all items.
   * GET /v1/products
   */
  list (query: ListProductsQuery = {}, options?: CallOptions): List<ListProductsResult> {
    const path = '/v1/products'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Read a product.
   * A product with its SKUs and your own prices; a delisted one is still told.
   * GET /v1/products/{id}
   * @param id The id of a product.
   */
  async get (id: string, options?: CallOptions): Promise<GetProductResult> {
    return this.#connection.request('GET', `/v1/products/${segment(id)}`, options)
  }
}

export class StockResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Stock of up to 200 SKUs.
   * What can be bought now, read after your request arrived. Unknown and delisted SKUs are refused, all of them
   * named.
   * GET /v1/stock
   */
  async get (query: GetStockQuery, options?: CallOptions): Promise<GetStockResult> {
    return this.#connection.request('GET', '/v1/stock', { ...options, query })
  }

  /**
   * Stock of up to 500 SKUs.
   * The same as GET /v1/stock, for more SKUs than an address can hold.
   * POST /v1/stock/query
   */
  async query (body: QueryStockBody, options?: CallOptions): Promise<QueryStockResult> {
    return this.#connection.request('POST', '/v1/stock/query', { ...options, body })
  }
}

export class WalletsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List your wallets.
   * Your wallets, one a currency, with their balances.
   * Await it for a page, or iterate it for all items.
   * GET /v1/wallets
   */
  list (query: ListWalletsQuery = {}, options?: CallOptions): List<ListWalletsResult> {
    const path = '/v1/wallets'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * List the transfers of a wallet.
   * What moved in a wallet, newest first, with the balance after each.
   * Await it for a page, or iterate it for all items.
   * GET /v1/wallets/{currency}/transfers
   * @param currency ISO 4217 currency code.
   */
  transfers (currency: string, query: ListTransfersQuery = {}, options?: CallOptions): List<ListTransfersResult> {
    const path = `/v1/wallets/${segment(currency)}/transfers`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}
