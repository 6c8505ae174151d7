// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import type { Call } from '../call.ts'
import { Connection, withReference, type CallOptions } from '../connection.ts'
import { fileBytes, type FileBody } from '../files.ts'
import { Lines } from '../lines.ts'
import { List } from '../pages.ts'
import { Resource } from '../resource.ts'
import type {
  AbortImportResult,
  AdminGetGatewayResult,
  AdminGetOrderResult,
  AdminGetProductResult,
  AdminListCategoriesQuery,
  AdminListCategoriesResult,
  AdminListGatewaysQuery,
  AdminListGatewaysResult,
  AdminListOrdersQuery,
  AdminListOrdersResult,
  AdminListPaybacksQuery,
  AdminListPaybacksResult,
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
  DisableGatewayResult,
  EnableGatewayResult,
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
  PutGatewayBody,
  PutGatewayResult,
  PutImportPartResult,
  PutIssuerBody,
  PutIssuerResult,
  PutLevelBody,
  PutLevelResult,
  RecallLotBody,
  RecallLotResult,
  RetryPaybackResult,
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
  readonly adjustments = new AdjustmentsResource(this)
  readonly books = new BooksResource(this)
  readonly callbacks = new CallbacksResource(this)
  readonly categories = new CategoriesResource(this)
  readonly codes = new CodesResource(this)
  readonly deposits = new DepositsResource(this)
  readonly gateways = new GatewaysResource(this)
  readonly imports = new ImportsResource(this)
  readonly issuers = new IssuersResource(this)
  readonly keys = new KeysResource(this)
  readonly levels = new LevelsResource(this)
  readonly lots = new LotsResource(this)
  readonly orders = new OrdersResource(this)
  readonly paybacks = new PaybacksResource(this)
  readonly prices = new PricesResource(this)
  readonly products = new ProductsResource(this)
  readonly resellerKeys = new ResellerKeysResource(this)
  readonly resellers = new ResellersResource(this)
  readonly reveals = new RevealsResource(this)
  readonly skus = new SkusResource(this)
  readonly stock = new StockResource(this)
  readonly wallets = new WalletsResource(this)
}

export class AdjustmentsResource extends Resource {
  /**
   * Adjust a wallet.
   * Corrects a wallet upwards or downwards, not below its credit limit. The same reference again does it once.
   * POST /admin/v1/resellers/{id}/adjustments
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (id: string, body: CreateAdjustmentBody, options?: CallOptions): Call<CreateAdjustmentResult> {
    return this.connection.request('POST', '/admin/v1/resellers/{id}/adjustments', {
      ...options,
      path: { id },
      body: withReference(body, options)
    })
  }
}

export class BooksResource extends Resource {
  /**
   * Prove the books.
   * Recomputes every balance from its transfers and every order from its lines, as of one moment. Not for polling.
   * GET /admin/v1/books
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  prove (options?: CallOptions): Call<ProveBooksResult> {
    return this.connection.request('GET', '/admin/v1/books', options)
  }
}

export class CallbacksResource extends Resource {
  /**
   * Every endpoint: what waits for it, for how long, and whether it fails.
   * Those with trouble, or with something due, first, for the longest first.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/callbacks
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListCallbacksQuery = {}, options?: CallOptions): List<ListCallbacksResult> {
    return new List(this.connection, '/admin/v1/callbacks', { ...options, query })
  }
}

export class CategoriesResource extends Resource {
  /**
   * Make, rename or move a category.
   * Every product in it or below it is told again to those who sync.
   * PUT /admin/v1/categories/{id}
   * @param id Chosen by the operator: lower-case letters, digits, - and _.
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   */
  put (id: string, body: PutCategoryBody, options?: CallOptions): Call<PutCategoryResult> {
    return this.connection.request('PUT', '/admin/v1/categories/{id}', { ...options, path: { id }, body })
  }

  /**
   * List categories.
   * All categories by id.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/categories
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: AdminListCategoriesQuery = {}, options?: CallOptions): List<AdminListCategoriesResult> {
    return new List(this.connection, '/admin/v1/categories', { ...options, query })
  }
}

export class CodesResource extends Resource {
  /**
   * Void codes.
   * Takes single unsold codes off the shelf for good, all of them or none; holds give way to it as to a recall.
   * POST /admin/v1/codes/void
   * @throws Forbidden scope_missing: the key lacks the scope admin:stock.
   */
  void (body: VoidCodesBody, options?: CallOptions): Call<VoidCodesResult> {
    return this.connection.request('POST', '/admin/v1/codes/void', { ...options, body })
  }
}

export class DepositsResource extends Resource {
  /**
   * Deposit into a wallet.
   * Puts money that was received into a reseller’s wallet. The same reference again does it once.
   * POST /admin/v1/resellers/{id}/deposits
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (id: string, body: CreateDepositBody, options?: CallOptions): Call<CreateDepositResult> {
    return this.connection.request('POST', '/admin/v1/resellers/{id}/deposits', {
      ...options,
      path: { id },
      body: withReference(body, options)
    })
  }
}

export class GatewaysResource extends Resource {
  /**
   * Read a configured payment gateway.
   * One gateway; of its account what is no secret.
   * GET /admin/v1/gateways/{id}
   * @param id The id of a payment gateway, chosen by the operator.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<AdminGetGatewayResult> {
    return this.connection.request('GET', '/admin/v1/gateways/{id}', { ...options, path: { id } })
  }

  /**
   * Configure a payment gateway.
   * Configures the gateway with this id, or changes it. Its account is checked as far as that can be done without
   * asking the gateway, then sealed. Another account needs another id once payments were made.
   * PUT /admin/v1/gateways/{id}
   * @param id The id of a payment gateway, chosen by the operator.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   */
  put (id: string, body: PutGatewayBody, options?: CallOptions): Call<PutGatewayResult> {
    return this.connection.request('PUT', '/admin/v1/gateways/{id}', { ...options, path: { id }, body })
  }

  /**
   * List configured payment gateways.
   * All gateways, disabled ones included, in the order of their ids.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/gateways
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   */
  list (query: AdminListGatewaysQuery = {}, options?: CallOptions): List<AdminListGatewaysResult> {
    return new List(this.connection, '/admin/v1/gateways', { ...options, query })
  }

  /**
   * Enable a payment gateway.
   * Opens the gateway for new payments.
   * POST /admin/v1/gateways/{id}/enable
   * @param id The id of a payment gateway, chosen by the operator.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  enable (id: string, options?: CallOptions): Call<EnableGatewayResult> {
    return this.connection.request('POST', '/admin/v1/gateways/{id}/enable', { ...options, path: { id } })
  }

  /**
   * Disable a payment gateway.
   * Closes the gateway for new payments; those begun are finished, and money that has to go back goes back.
   * POST /admin/v1/gateways/{id}/disable
   * @param id The id of a payment gateway, chosen by the operator.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  disable (id: string, options?: CallOptions): Call<DisableGatewayResult> {
    return this.connection.request('POST', '/admin/v1/gateways/{id}/disable', { ...options, path: { id } })
  }
}

export class ImportsResource extends Resource {
  /**
   * Open an import.
   * Opens an import of codes for one SKU. Send its parts, then commit it. Left alone for 24 hours it is aborted. The
   * same reference gives the import as it is now, so an interrupted one goes on after its last part.
   * POST /admin/v1/imports
   * @throws Forbidden scope_missing: the key lacks the scope admin:stock.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateImportBody, options?: CallOptions): Call<CreateImportResult> {
    return this.connection.request('POST', '/admin/v1/imports', { ...options, body: withReference(body, options) })
  }

  /**
   * Read an import.
   * How far an import is.
   * GET /admin/v1/imports/{id}
   * @param id The id of an import.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetImportResult> {
    return this.connection.request('GET', '/admin/v1/imports/{id}', { ...options, path: { id } })
  }

  /**
   * Send a part of an import.
   * Takes the next part, up to 8 MiB, all of it or nothing. The same part again is answered from the record. Lines
   * that cannot be stocked are named, up to 100 of them, by pointers like /lines/123.
   * PUT /admin/v1/imports/{id}/parts/{part}
   * @param id The id of an import.
   * @param part Its number, from 1, in order.
   * @throws Forbidden scope_missing: the key lacks the scope admin:stock.
   */
  putPart (
    id: string,
    part: number,
    body: FileBody,
    contentType: 'application/x-ndjson' | 'text/csv',
    options?: CallOptions
  ): Call<PutImportPartResult> {
    return this.connection.request('PUT', '/admin/v1/imports/{id}/parts/{part}', {
      ...options,
      path: { id, part },
      headers: { ...options?.headers, 'content-type': contentType },
      body: fileBytes(body)
    })
  }

  /**
   * Commit an import.
   * Puts all its codes on the shelf at once. A committed import is answered as it is.
   * POST /admin/v1/imports/{id}/commit
   * @param id The id of an import.
   * @throws Forbidden scope_missing: the key lacks the scope admin:stock.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  commit (id: string, options?: CallOptions): Call<CommitImportResult> {
    return this.connection.request('POST', '/admin/v1/imports/{id}/commit', { ...options, path: { id } })
  }

  /**
   * Abort an import.
   * Gives an open import up and deletes its codes; they can be imported anew. An aborted import is answered as it is.
   * POST /admin/v1/imports/{id}/abort
   * @param id The id of an import.
   * @throws Forbidden scope_missing: the key lacks the scope admin:stock.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  abort (id: string, options?: CallOptions): Call<AbortImportResult> {
    return this.connection.request('POST', '/admin/v1/imports/{id}/abort', { ...options, path: { id } })
  }
}

export class IssuersResource extends Resource {
  /**
   * Make or rename an issuer.
   * The brand behind products. A code is unique under its issuer for ever.
   * PUT /admin/v1/issuers/{id}
   * @param id Chosen by the operator: lower-case letters, digits, - and _.
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   */
  put (id: string, body: PutIssuerBody, options?: CallOptions): Call<PutIssuerResult> {
    return this.connection.request('PUT', '/admin/v1/issuers/{id}', { ...options, path: { id }, body })
  }

  /**
   * List issuers.
   * All issuers by id.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/issuers
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListIssuersQuery = {}, options?: CallOptions): List<ListIssuersResult> {
    return new List(this.connection, '/admin/v1/issuers', { ...options, query })
  }
}

export class KeysResource extends Resource {
  /**
   * List operator keys.
   * All keys of the operator, oldest first, those that were revoked or have expired included.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/keys
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListOperatorKeysQuery = {}, options?: CallOptions): List<ListOperatorKeysResult> {
    return new List(this.connection, '/admin/v1/keys', { ...options, query })
  }

  /**
   * Create an operator key.
   * Makes another operator key, with no scope and no address that the key that signs lacks. The secret is shown this
   * once.
   * POST /admin/v1/keys
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateOperatorKeyBody, options?: CallOptions): Call<CreateOperatorKeyResult> {
    return this.connection.request('POST', '/admin/v1/keys', { ...options, body: withReference(body, options) })
  }

  /**
   * Change a key.
   * Changes the fields that are given, of any key. What a key may reveal is for keys of resellers.
   * PATCH /admin/v1/keys/{id}
   * @param id The id of an API key; it says which world the key is of.
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateKeyBody = {}, options?: CallOptions): Call<UpdateKeyResult> {
    return this.connection.request('PATCH', '/admin/v1/keys/{id}', { ...options, path: { id }, body })
  }

  /**
   * Rotate an operator key.
   * Makes an operator key with the same scopes, limits and addresses, and lets the old one expire after
   * overlap_seconds.
   * POST /admin/v1/keys/{id}/rotate
   * @param id The id of an API key; it says which world the key is of.
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  rotate (id: string, body: RotateOperatorKeyBody = {}, options?: CallOptions): Call<RotateOperatorKeyResult> {
    return this.connection.request('POST', '/admin/v1/keys/{id}/rotate', { ...options, path: { id }, body: withReference(body, options) })
  }

  /**
   * Revoke a key.
   * Ends any key, a reseller’s or the operator’s, at once and for good. The last operator key that can make keys is
   * kept.
   * POST /admin/v1/keys/{id}/revoke
   * @param id The id of an API key; it says which world the key is of.
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  revoke (id: string, options?: CallOptions): Call<RevokeAnyKeyResult> {
    return this.connection.request('POST', '/admin/v1/keys/{id}/revoke', { ...options, path: { id } })
  }
}

export class LevelsResource extends Resource {
  /**
   * Create or change a level.
   * Creates the level with this id, or changes its name, rank and limits; a limit left out is the default.
   * PUT /admin/v1/levels/{id}
   * @param id The id of a level, chosen by the operator.
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   */
  put (id: string, body: PutLevelBody, options?: CallOptions): Call<PutLevelResult> {
    return this.connection.request('PUT', '/admin/v1/levels/{id}', { ...options, path: { id }, body })
  }

  /**
   * List levels.
   * All levels, lowest rank first.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/levels
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListLevelsQuery = {}, options?: CallOptions): List<ListLevelsResult> {
    return new List(this.connection, '/admin/v1/levels', { ...options, query })
  }
}

export class LotsResource extends Resource {
  /**
   * List lots.
   * Lots, newest first, with what is left of each; never their codes.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/lots
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListLotsQuery = {}, options?: CallOptions): List<ListLotsResult> {
    return new List(this.connection, '/admin/v1/lots', { ...options, query })
  }

  /**
   * Read a lot.
   * A lot with what is left of it; never its codes.
   * GET /admin/v1/lots/{id}
   * @param id The id of a lot.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetLotResult> {
    return this.connection.request('GET', '/admin/v1/lots/{id}', { ...options, path: { id } })
  }

  /**
   * Recall a lot.
   * Takes its unsold codes off the shelf for good; what is sold stays sold. Holds that need them are broken, the
   * newest first, and then held orders released. A recalled lot is answered as it is.
   * POST /admin/v1/lots/{id}/recall
   * @param id The id of a lot.
   * @throws Forbidden scope_missing: the key lacks the scope admin:stock.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  recall (id: string, body: RecallLotBody, options?: CallOptions): Call<RecallLotResult> {
    return this.connection.request('POST', '/admin/v1/lots/{id}/recall', { ...options, path: { id }, body })
  }
}

export class OrdersResource extends Resource {
  /**
   * List a reseller’s orders.
   * Newest first.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/orders
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  list (id: string, query: AdminListOrdersQuery = {}, options?: CallOptions): List<AdminListOrdersResult> {
    return new List(this.connection, '/admin/v1/resellers/{id}/orders', { ...options, path: { id }, query })
  }

  /**
   * Read an order.
   * With its lines and their prices explained; never with codes.
   * GET /admin/v1/resellers/{id}/orders/{order}
   * @param id The id of a reseller.
   * @param order The id of an order.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, order: string, options?: CallOptions): Call<AdminGetOrderResult> {
    return this.connection.request('GET', '/admin/v1/resellers/{id}/orders/{order}', { ...options, path: { id, order }, codes: 'order' })
  }
}

export class PaybacksResource extends Resource {
  /**
   * List money that goes back.
   * What came and could not be used, on its way back to whoever paid, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/paybacks
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   */
  list (query: AdminListPaybacksQuery = {}, options?: CallOptions): List<AdminListPaybacksResult> {
    return new List(this.connection, '/admin/v1/paybacks', { ...options, query })
  }

  /**
   * Try a payback again.
   * Asks the gateway once more, with the same id, after what stood in the way is put right: a balance there, for one.
   * POST /admin/v1/paybacks/{id}/retry
   * @param id The id of a payback.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  retry (id: string, options?: CallOptions): Call<RetryPaybackResult> {
    return this.connection.request('POST', '/admin/v1/paybacks/{id}/retry', { ...options, path: { id } })
  }
}

export class PricesResource extends Resource {
  /**
   * List price rules.
   * Rules in force, newest first; with history=true also those that were replaced or ended.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/prices
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListPriceRulesQuery = {}, options?: CallOptions): List<ListPriceRulesResult> {
    return new List(this.connection, '/admin/v1/prices', { ...options, query })
  }

  /**
   * Set price rules.
   * Each rule takes the place of the one in force for the same kind, SKU, level, reseller and quantity; the old one
   * stays as history. All are set or none. A rule that could sell below the highest cost on the shelf is refused
   * unless deliberate_loss says it is meant.
   * POST /admin/v1/prices
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   */
  set (body: SetPricesBody, options?: CallOptions): Call<SetPricesResult> {
    return this.connection.request('POST', '/admin/v1/prices', { ...options, body })
  }

  /**
   * End price rules.
   * Takes rules out of force without a successor; they stay as history. Rules that are out of force already stay as
   * they are. Refused when a price would fall below cost by it, unless deliberate_loss says it is meant.
   * POST /admin/v1/prices/end
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   */
  end (body: EndPricesBody, options?: CallOptions): Call<EndPricesResult> {
    return this.connection.request('POST', '/admin/v1/prices/end', { ...options, body })
  }

  /**
   * Explain a reseller's price, with costs.
   * What a reseller pays for a SKU at a quantity, which rules made it, who set them, and what is left above the
   * highest cost on the shelf.
   * GET /admin/v1/prices/explain
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  explain (query: ExplainPriceQuery, options?: CallOptions): Call<ExplainPriceResult> {
    return this.connection.request('GET', '/admin/v1/prices/explain', { ...options, query })
  }
}

export class ProductsResource extends Resource {
  /**
   * List products.
   * Products with their SKUs, of every status unless one is asked for.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/products
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: AdminListProductsQuery = {}, options?: CallOptions): List<AdminListProductsResult> {
    return new List(this.connection, '/admin/v1/products', { ...options, query })
  }

  /**
   * Create a product.
   * A product without SKUs yet. Its kind and issuer are for good.
   * POST /admin/v1/products
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateProductBody, options?: CallOptions): Call<CreateProductResult> {
    return this.connection.request('POST', '/admin/v1/products', { ...options, body: withReference(body, options) })
  }

  /**
   * Read a product.
   * A product with its SKUs.
   * GET /admin/v1/products/{id}
   * @param id The id of a product.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<AdminGetProductResult> {
    return this.connection.request('GET', '/admin/v1/products/{id}', { ...options, path: { id } })
  }

  /**
   * Change a product.
   * What is left out stays. A delisted product stays readable and may be listed again.
   * PATCH /admin/v1/products/{id}
   * @param id The id of a product.
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateProductBody = {}, options?: CallOptions): Call<UpdateProductResult> {
    return this.connection.request('PATCH', '/admin/v1/products/{id}', { ...options, path: { id }, body })
  }
}

export class ResellerKeysResource extends Resource {
  /**
   * List the keys of a reseller.
   * All keys of a reseller, oldest first, those that were revoked or have expired included.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/keys
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  list (id: string, query: ListResellerKeysQuery = {}, options?: CallOptions): List<ListResellerKeysResult> {
    return new List(this.connection, '/admin/v1/resellers/{id}/keys', { ...options, path: { id }, query })
  }

  /**
   * Create a key for a reseller.
   * Makes a key with any of the scopes of resellers. The secret is shown this once.
   * POST /admin/v1/resellers/{id}/keys
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (id: string, body: CreateResellerKeyBody, options?: CallOptions): Call<CreateResellerKeyResult> {
    return this.connection.request('POST', '/admin/v1/resellers/{id}/keys', {
      ...options,
      path: { id },
      body: withReference(body, options)
    })
  }
}

export class ResellersResource extends Resource {
  /**
   * List resellers.
   * Resellers in the order they were created.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListResellersQuery = {}, options?: CallOptions): List<ListResellersResult> {
    return new List(this.connection, '/admin/v1/resellers', { ...options, query })
  }

  /**
   * Create a reseller.
   * Creates an active reseller of a level and opens its first wallet. The same reference again gives the same
   * reseller.
   * POST /admin/v1/resellers
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateResellerBody, options?: CallOptions): Call<CreateResellerResult> {
    return this.connection.request('POST', '/admin/v1/resellers', { ...options, body: withReference(body, options) })
  }

  /**
   * Get a reseller.
   * One reseller.
   * GET /admin/v1/resellers/{id}
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetResellerResult> {
    return this.connection.request('GET', '/admin/v1/resellers/{id}', { ...options, path: { id } })
  }

  /**
   * Change a reseller.
   * Changes name, level or status. The keys of a reseller that is suspended or closed are refused; closed is for
   * good.
   * PATCH /admin/v1/resellers/{id}
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:resellers.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateResellerBody = {}, options?: CallOptions): Call<UpdateResellerResult> {
    return this.connection.request('PATCH', '/admin/v1/resellers/{id}', { ...options, path: { id }, body })
  }
}

export class RevealsResource extends Resource {
  /**
   * Who looked at codes, newest first.
   * The reveal log of all resellers, or of one, an order or a key.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/reveals
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: AdminListRevealsQuery = {}, options?: CallOptions): List<AdminListRevealsResult> {
    return new List(this.connection, '/admin/v1/reveals', { ...options, query })
  }
}

export class SkusResource extends Resource {
  /**
   * Create a SKU of a product.
   * With empty stock and without prices. Its currency is for good.
   * POST /admin/v1/products/{id}/skus
   * @param id The id of a product.
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (id: string, body: CreateSkuBody, options?: CallOptions): Call<CreateSkuResult> {
    return this.connection.request('POST', '/admin/v1/products/{id}/skus', { ...options, path: { id }, body: withReference(body, options) })
  }

  /**
   * List or find SKUs.
   * SKUs in the order they were made; number finds one by its plain number.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/skus
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  list (query: ListSkusQuery = {}, options?: CallOptions): List<ListSkusResult> {
    return new List(this.connection, '/admin/v1/skus', { ...options, query })
  }

  /**
   * Read a SKU.
   * One SKU, whatever its status.
   * GET /admin/v1/skus/{id}
   * @param id The id of a SKU.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetSkuResult> {
    return this.connection.request('GET', '/admin/v1/skus/{id}', { ...options, path: { id } })
  }

  /**
   * Change a SKU.
   * What is left out stays. A delisted SKU stays readable and may be listed again.
   * PATCH /admin/v1/skus/{id}
   * @param id The id of a SKU.
   * @throws Forbidden scope_missing: the key lacks the scope admin:catalog.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateSkuBody = {}, options?: CallOptions): Call<UpdateSkuResult> {
    return this.connection.request('PATCH', '/admin/v1/skus/{id}', { ...options, path: { id }, body })
  }
}

export class StockResource extends Resource {
  /**
   * Prove the stock.
   * Recomputes from the rows that no code is sold twice or lost: overlaps, orphans, sums. Seconds with millions of
   * codes.
   * GET /admin/v1/stock/proof
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   */
  prove (options?: CallOptions): Call<ProveStockResult> {
    return this.connection.request('GET', '/admin/v1/stock/proof', options)
  }
}

export class WalletsResource extends Resource {
  /**
   * Open a wallet, set its credit limit.
   * Sets how far below zero a wallet may go, opening it if there is none. Less than what is in use is refused.
   * PUT /admin/v1/resellers/{id}/wallets/{currency}
   * @param id The id of a reseller.
   * @param currency ISO 4217 currency code.
   * @throws Forbidden scope_missing: the key lacks the scope admin:money.
   */
  setCreditLimit (
    id: string,
    currency: string,
    body: SetCreditLimitBody,
    options?: CallOptions
  ): Call<SetCreditLimitResult> {
    return this.connection.request('PUT', '/admin/v1/resellers/{id}/wallets/{currency}', { ...options, path: { id, currency }, body })
  }

  /**
   * List the wallets of a reseller.
   * The wallets of a reseller with their balances.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/wallets
   * @param id The id of a reseller.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  list (id: string, query: ListResellerWalletsQuery = {}, options?: CallOptions): List<ListResellerWalletsResult> {
    return new List(this.connection, '/admin/v1/resellers/{id}/wallets', { ...options, path: { id }, query })
  }

  /**
   * List the transfers of a reseller’s wallet.
   * What moved in a wallet, newest first, with the balance after each and who asked for it.
   * Await it for a page, or iterate it for all items.
   * GET /admin/v1/resellers/{id}/wallets/{currency}/transfers
   * @param id The id of a reseller.
   * @param currency ISO 4217 currency code.
   * @throws Forbidden scope_missing: the key lacks the scope admin:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  transfers (
    id: string,
    currency: string,
    query: ListResellerTransfersQuery = {},
    options?: CallOptions
  ): List<ListResellerTransfersResult> {
    return new List(this.connection, '/admin/v1/resellers/{id}/wallets/{currency}/transfers', { ...options, path: { id, currency }, query })
  }
}
