// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import type { Call } from '../../../sdk/src/call.ts'
import { Connection, withReference, type CallOptions } from '../../../sdk/src/connection.ts'
import { Lines } from '../../../sdk/src/lines.ts'
import { List } from '../../../sdk/src/pages.ts'
import { Resource } from '../../../sdk/src/resource.ts'
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
  readonly holds = new HoldsResource(this)
  readonly me = new MeResource(this)
  readonly orders = new OrdersResource(this)
  readonly products = new ProductsResource(this)
  readonly stock = new StockResource(this)
}

export class HoldsResource extends Resource {
  /**
   * Release a hold.
   * DELETE /v1/holds/{id}
   * @throws NotFound not_found: there is none of yours with this id.
   */
  release (id: string, options?: CallOptions): Call<void> {
    return this.connection.request('DELETE', '/v1/holds/{id}', { ...options, path: { id } })
  }
}

export class MeResource extends Resource {
  /**
   * Read who you are.
   * GET /v1/me
   */
  get (options?: CallOptions): Call<GetMeResult> {
    return this.connection.request('GET', '/v1/me', options)
  }
}

export class OrdersResource extends Resource {
  /**
   * Place an order.
   * Takes everything or nothing.
   * POST /v1/orders
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  place (body: PlaceOrderBody, options?: CallOptions): Call<PlaceOrderResult> {
    return this.connection.request('POST', '/v1/orders', { ...options, body: withReference(body, options) })
  }

  /**
   * Read an order.
   * GET /v1/orders/{id}
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetOrderResult> {
    return this.connection.request('GET', '/v1/orders/{id}', { ...options, path: { id } })
  }

  /**
   * Cancel an order.
   * POST /v1/orders/{id}/cancel
   * @throws NotFound not_found: there is none of yours with this id.
   */
  cancel (id: string, options?: CallOptions): Call<CancelOrderResult> {
    return this.connection.request('POST', '/v1/orders/{id}/cancel', { ...options, path: { id } })
  }

  /**
   * Read the codes of an order.
   * Await it for a page, or iterate it for all items.
   * GET /v1/orders/{id}/codes
   * @throws NotFound not_found: there is none of yours with this id.
   */
  codes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): List<ListOrderCodesResult> {
    return new List(this.connection, '/v1/orders/{id}/codes', { ...options, path: { id }, query, codes: 'there' })
  }

  /**
   * Read the codes of an order.
   * Iterate it: the items come one by one, as fast as they are used.
   * GET /v1/orders/{id}/codes
   * @throws NotFound not_found: there is none of yours with this id.
   */
  streamCodes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Lines<ListOrderCodesLine> {
    return new Lines(this.connection, '/v1/orders/{id}/codes', { ...options, path: { id }, query })
  }
}

export class ProductsResource extends Resource {
  /**
   * List products.
   * Products with their SKUs and your own prices.
   * A long sentence follows to show how the generator folds what is too wide for a line, and that a comment's end * /
   * does not end it.
   * Await it for a page, or iterate it for all items.
   * GET /v1/products
   */
  list (query: ListProductsQuery = {}, options?: CallOptions): List<ListProductsResult> {
    return new List(this.connection, '/v1/products', { ...options, query })
  }

  /**
   * Read a product.
   * GET /v1/products/{id}
   * @param id The id of the product.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetProductResult> {
    return this.connection.request('GET', '/v1/products/{id}', { ...options, path: { id } })
  }
}

export class StockResource extends Resource {
  /**
   * Read the stock of SKUs.
   * GET /v1/stock
   */
  read (query: ReadStockQuery, options?: CallOptions): Call<ReadStockResult> {
    return this.connection.request('GET', '/v1/stock', { ...options, query })
  }
}
