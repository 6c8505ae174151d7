// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import { Connection, segment, withReference, type CallOptions } from '../../../sdk/src/connection.ts'
import { Lines } from '../../../sdk/src/lines.ts'
import type { KahubOptions } from '../../../sdk/src/options.ts'
import { List } from '../../../sdk/src/pages.ts'
import type {
  CancelOrderResult,
  GetMeResult,
  GetOrderResult,
  GetProductResult,
  ListOrderCodesLine,
  ListOrderCodesQuery,
  ListOrderCodesResult,
  ListProductsQuery,
  ListProductsResult,
  PlaceOrderBody,
  PlaceOrderResult,
  ReadStockQuery,
  ReadStockResult
} from './types.ts'

/** The wholesale API, as a reseller uses it. */
export class Kahub extends Connection {
  readonly holds: HoldsResource
  readonly me: MeResource
  readonly orders: OrdersResource
  readonly products: ProductsResource
  readonly stock: StockResource

  constructor (options: KahubOptions) {
    super(options, '2026-11-21')
    this.holds = new HoldsResource(this)
    this.me = new MeResource(this)
    this.orders = new OrdersResource(this)
    this.products = new ProductsResource(this)
    this.stock = new StockResource(this)
  }
}

export class HoldsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Release a hold.
   * DELETE /v1/holds/{id}
   */
  async release (id: string, options?: CallOptions): Promise<void> {
    return this.#connection.request('DELETE', `/v1/holds/${segment(id)}`, options)
  }
}

export class MeResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Read who you are.
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
   * Place an order.
   * Takes everything or nothing.
   * POST /v1/orders
   */
  async place (body: PlaceOrderBody, options?: CallOptions): Promise<PlaceOrderResult> {
    return this.#connection.request('POST', '/v1/orders', { ...options, body: withReference(body, options) })
  }

  /**
   * Read an order.
   * GET /v1/orders/{id}
   */
  async get (id: string, options?: CallOptions): Promise<GetOrderResult> {
    return this.#connection.request('GET', `/v1/orders/${segment(id)}`, options)
  }

  /**
   * Cancel an order.
   * POST /v1/orders/{id}/cancel
   */
  async cancel (id: string, options?: CallOptions): Promise<CancelOrderResult> {
    return this.#connection.request('POST', `/v1/orders/${segment(id)}/cancel`, options)
  }

  /**
   * Read the codes of an order.
   * Await it for a page, or iterate it for all items.
   * GET /v1/orders/{id}/codes
   */
  codes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): List<ListOrderCodesResult> {
    const path = `/v1/orders/${segment(id)}/codes`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Read the codes of an order.
   * Iterate it: the items come one by one, as fast as they are used.
   * GET /v1/orders/{id}/codes
   */
  streamCodes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Lines<ListOrderCodesLine> {
    return new Lines(this.#connection, `/v1/orders/${segment(id)}/codes`, { ...options, query })
  }
}

export class ProductsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List products.
   * Products with their SKUs and your own prices.
   * A long sentence follows to show how the generator folds what is too wide for a line, and that a comment's end * /
   * does not end it.
   * Await it for a page, or iterate it for all items.
   * GET /v1/products
   */
  list (query: ListProductsQuery = {}, options?: CallOptions): List<ListProductsResult> {
    const path = '/v1/products'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Read a product.
   * GET /v1/products/{id}
   * @param id The id of the product.
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
   * Read the stock of SKUs.
   * GET /v1/stock
   */
  async read (query: ReadStockQuery, options?: CallOptions): Promise<ReadStockResult> {
    return this.#connection.request('GET', '/v1/stock', { ...options, query })
  }
}
