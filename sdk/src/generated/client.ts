// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import type { Call } from '../call.ts'
import { Connection, withReference, type CallOptions } from '../connection.ts'
import { fileBytes, type FileBody } from '../files.ts'
import { EventStream } from '../event-stream.ts'
import { Lines } from '../lines.ts'
import { LiveView } from '../live-view.ts'
import { List } from '../pages.ts'
import { Resource } from '../resource.ts'
import { Watch } from '../watch.ts'
import type {
  ApproveApprovalResult,
  CancelBulkOrderResult,
  CancelHoldResult,
  CancelOrderBody,
  CancelOrderResult,
  ConfirmBulkOrderBody,
  ConfirmBulkOrderResult,
  CreateBulkOrderQuery,
  CreateBulkOrderResult,
  CreateEncryptionKeyBody,
  CreateEncryptionKeyResult,
  CreateEndpointBody,
  CreateEndpointResult,
  CreateHoldBody,
  CreateHoldResult,
  CreateHostBody,
  CreateHostResult,
  CreateKeyBody,
  CreateKeyResult,
  CreateLinkBody,
  CreateLinkResult,
  CreatePayoutBody,
  CreatePayoutResult,
  CreateQuoteBody,
  CreateQuoteResult,
  CreateReversalBody,
  CreateReversalResult,
  CreateSessionBody,
  CreateSessionResult,
  CreateStandingOrderBody,
  CreateStandingOrderResult,
  CreateSubscriptionBody,
  CreateSubscriptionResult,
  DebugSignatureBody,
  DebugSignatureResult,
  DeleteEndpointResult,
  DeleteSubscriptionResult,
  EndLinkResult,
  EndSessionResult,
  EndStandingOrderResult,
  FillSandboxStockBody,
  FillSandboxStockResult,
  GetApprovalPolicyResult,
  GetApprovalResult,
  GetBulkOrderResult,
  GetCheckoutResult,
  GetComplaintResult,
  GetDeliveryResult,
  GetDepositResult,
  GetEncryptionKeyResult,
  GetEndpointResult,
  GetEventResult,
  GetHoldResult,
  GetHostBalanceResult,
  GetHostResult,
  GetLinkResult,
  GetMeResult,
  GetOrderCodesDigestResult,
  GetOrderResult,
  GetPayoutResult,
  GetPricesQuery,
  GetPricesResult,
  GetProductResult,
  GetQuoteResult,
  GetReversalResult,
  GetSessionReportResult,
  GetSessionResult,
  GetSettlementResult,
  GetStandingOrderResult,
  GetStockQuery,
  GetStockResult,
  GetSubscriptionResult,
  ListApprovalsQuery,
  ListApprovalsResult,
  ListBudgetsQuery,
  ListBudgetsResult,
  ListBulkOrderLinesLine,
  ListBulkOrderLinesQuery,
  ListBulkOrderLinesResult,
  ListBulkOrdersQuery,
  ListBulkOrdersResult,
  ListCategoriesQuery,
  ListCategoriesResult,
  ListCheckoutsQuery,
  ListCheckoutsResult,
  ListComplaintsQuery,
  ListComplaintsResult,
  ListDeliveriesQuery,
  ListDeliveriesResult,
  ListDepositsQuery,
  ListDepositsResult,
  ListEncryptionKeysQuery,
  ListEncryptionKeysResult,
  ListEndpointsQuery,
  ListEndpointsResult,
  ListEventDeliveriesQuery,
  ListEventDeliveriesResult,
  ListEventsQuery,
  ListEventsResult,
  ListGatewaysQuery,
  ListGatewaysResult,
  ListHoldsQuery,
  ListHoldsResult,
  ListHostsQuery,
  ListHostsResult,
  ListKeysQuery,
  ListKeysResult,
  ListLinkChangesQuery,
  ListLinkChangesResult,
  ListLinksQuery,
  ListLinksResult,
  ListOrderCodesLine,
  ListOrderCodesQuery,
  ListOrderCodesResult,
  ListOrdersQuery,
  ListOrdersResult,
  ListPayoutsQuery,
  ListPayoutsResult,
  ListProductsQuery,
  ListProductsResult,
  ListQuotesQuery,
  ListQuotesResult,
  ListRevealsQuery,
  ListRevealsResult,
  ListReversalsQuery,
  ListReversalsResult,
  ListSandboxStrikesQuery,
  ListSandboxStrikesResult,
  ListSessionsQuery,
  ListSessionsResult,
  ListSettlementLinesQuery,
  ListSettlementLinesResult,
  ListSettlementsQuery,
  ListSettlementsResult,
  ListStandingOrdersQuery,
  ListStandingOrdersResult,
  ListStandingRunsQuery,
  ListStandingRunsResult,
  ListSubscriptionsQuery,
  ListSubscriptionsResult,
  ListTransfersQuery,
  ListTransfersResult,
  ListWalletsQuery,
  ListWalletsResult,
  PauseEndpointResult,
  PauseLinkResult,
  PauseStandingOrderResult,
  PauseSubscriptionResult,
  PingResult,
  PlaceOrderBody,
  PlaceOrderResult,
  PreviewStandingOrderResult,
  PutApprovalPolicyBody,
  PutApprovalPolicyResult,
  PutBudgetBody,
  PutBudgetResult,
  QueryStockBody,
  QueryStockResult,
  RejectApprovalBody,
  RejectApprovalResult,
  RemoveBudgetResult,
  ReplayDeliveryResult,
  ReplayEndpointBody,
  ReplayEndpointResult,
  ResetSandboxResult,
  ResumeEndpointResult,
  ResumeLinkResult,
  ResumeStandingOrderResult,
  ResumeSubscriptionResult,
  RetireEncryptionKeyResult,
  RetryBulkOrderBody,
  RetryBulkOrderResult,
  RevokeKeyResult,
  RotateEndpointSecretBody,
  RotateEndpointSecretResult,
  RotateKeyBody,
  RotateKeyResult,
  RotateSessionAddressesResult,
  SessionReport,
  SetSandboxBalanceBody,
  SetSandboxBalanceResult,
  SetSandboxLevelBody,
  SetSandboxLevelResult,
  SettleSandboxResult,
  SimulateEventBody,
  SimulateEventResult,
  StartDepositBody,
  StartDepositResult,
  StreamEventsQuery,
  StreamSessionLiveQuery,
  TestEndpointResult,
  UpdateEndpointBody,
  UpdateEndpointResult,
  UpdateHostBody,
  UpdateHostResult,
  UpdateLinkBody,
  UpdateLinkResult,
  UpdateSessionBody,
  UpdateSessionResult,
  UpdateStandingOrderBody,
  UpdateStandingOrderResult,
  UpdateSubscriptionBody,
  UpdateSubscriptionResult
} from './types.ts'

/** The wholesale API, as a reseller uses it. */
export class Kahub extends Connection {
  readonly approvalPolicy = new ApprovalPolicyResource(this)
  readonly approvals = new ApprovalsResource(this)
  readonly budgets = new BudgetsResource(this)
  readonly bulkOrders = new BulkOrdersResource(this)
  readonly categories = new CategoriesResource(this)
  readonly checkouts = new CheckoutsResource(this)
  readonly complaints = new ComplaintsResource(this)
  readonly debug = new DebugResource(this)
  readonly deliveries = new DeliveriesResource(this)
  readonly deposits = new DepositsResource(this)
  readonly encryptionKeys = new EncryptionKeysResource(this)
  readonly endpoints = new EndpointsResource(this)
  readonly events = new EventsResource(this)
  readonly gateways = new GatewaysResource(this)
  readonly holds = new HoldsResource(this)
  readonly hosts = new HostsResource(this)
  readonly keys = new KeysResource(this)
  readonly links = new LinksResource(this)
  readonly me = new MeResource(this)
  readonly orders = new OrdersResource(this)
  readonly payouts = new PayoutsResource(this)
  readonly prices = new PricesResource(this)
  readonly products = new ProductsResource(this)
  readonly quotes = new QuotesResource(this)
  readonly reveals = new RevealsResource(this)
  readonly reversals = new ReversalsResource(this)
  readonly sandbox = new SandboxResource(this)
  readonly sessions = new SessionsResource(this)
  readonly settlements = new SettlementsResource(this)
  readonly standingOrders = new StandingOrdersResource(this)
  readonly stock = new StockResource(this)
  readonly subscriptions = new SubscriptionsResource(this)
  readonly wallets = new WalletsResource(this)
}

export class ApprovalPolicyResource extends Resource {
  /**
   * What purchases need a second key for.
   * Your policy (采购审批); one that asks for nothing as long as none was put.
   * GET /v1/approval-policy
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  get (options?: CallOptions): Call<GetApprovalPolicyResult> {
    return this.connection.request('GET', '/v1/approval-policy', options)
  }

  /**
   * Set what purchases need a second key for.
   * Replaces your policy as a whole, from the next order on. What is pending stays as it was asked.
   * PUT /v1/approval-policy
   * @throws Forbidden scope_missing: the key lacks the scope approvals:write.
   */
  put (body: PutApprovalPolicyBody = {}, options?: CallOptions): Call<PutApprovalPolicyResult> {
    return this.connection.request('PUT', '/v1/approval-policy', { ...options, body })
  }
}

export class ApprovalsResource extends Resource {
  /**
   * List purchases that need a second key.
   * Your approvals, newest first; state=pending are those that wait.
   * Await it for a page, or iterate it for all items.
   * GET /v1/approvals
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListApprovalsQuery = {}, options?: CallOptions): List<ListApprovalsResult> {
    return new List(this.connection, '/v1/approvals', { ...options, query })
  }

  /**
   * One purchase that needs a second key.
   * GET /v1/approvals/{id}
   * @param id The id of an approval.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetApprovalResult> {
    return this.connection.request('GET', '/v1/approvals/{id}', { ...options, path: { id } })
  }

  /**
   * Approve a purchase.
   * Completes what waits, at the price and from the stock that were set aside for it. Not by the key that ordered,
   * nor by one it was rotated from or to. Approved again, it is answered again.
   * POST /v1/approvals/{id}/approve
   * @param id The id of an approval.
   * @throws Forbidden scope_missing: the key lacks the scope orders:approve.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  approve (id: string, options?: CallOptions): Call<ApproveApprovalResult> {
    return this.connection.request('POST', '/v1/approvals/{id}/approve', { ...options, path: { id } })
  }

  /**
   * Reject a purchase.
   * Releases the stock and the money that were set aside. Rejected again, it is answered again, with the first
   * reason.
   * POST /v1/approvals/{id}/reject
   * @param id The id of an approval.
   * @throws Forbidden scope_missing: the key lacks the scope orders:approve.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  reject (id: string, body: RejectApprovalBody, options?: CallOptions): Call<RejectApprovalResult> {
    return this.connection.request('POST', '/v1/approvals/{id}/reject', { ...options, path: { id }, body })
  }
}

export class BudgetsResource extends Resource {
  /**
   * List your budgets.
   * Your budgets, oldest first, with what was spent of them in this month.
   * Await it for a page, or iterate it for all items.
   * GET /v1/budgets
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListBudgetsQuery = {}, options?: CallOptions): List<ListBudgetsResult> {
    return new List(this.connection, '/v1/budgets', { ...options, query })
  }

  /**
   * Set the budget of a key or cost center.
   * What may be spent in a calendar month (UTC). An order beyond it is refused with budget_exceeded. It counts from
   * now on; set again, what was spent this month stays spent.
   * PUT /v1/budgets
   * @throws Forbidden scope_missing: the key lacks the scope approvals:write.
   */
  put (body: PutBudgetBody, options?: CallOptions): Call<PutBudgetResult> {
    return this.connection.request('PUT', '/v1/budgets', { ...options, body })
  }

  /**
   * Remove a budget.
   * Removes a budget and the count of what was spent of it, and answers it as it was.
   * DELETE /v1/budgets/{id}
   * @param id The id of a budget.
   * @throws Forbidden scope_missing: the key lacks the scope approvals:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  remove (id: string, options?: CallOptions): Call<RemoveBudgetResult> {
    return this.connection.request('DELETE', '/v1/budgets/{id}', { ...options, path: { id } })
  }
}

export class BulkOrdersResource extends Resource {
  /**
   * Confirm a bulk order: the work begins.
   * Buys in the background, never for more than max_total. Confirmed again, it is answered as it is.
   * POST /v1/bulk-orders/{id}/confirm
   * @param id The id of a bulk order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  confirm (id: string, body: ConfirmBulkOrderBody = {}, options?: CallOptions): Call<ConfirmBulkOrderResult> {
    return this.connection.request('POST', '/v1/bulk-orders/{id}/confirm', { ...options, path: { id }, body })
  }

  /**
   * Stop a bulk order.
   * What was bought stays bought; what is set aside is given back; the rest is not bought. Cancelled again, it is
   * answered as it is.
   * POST /v1/bulk-orders/{id}/cancel
   * @param id The id of a bulk order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  cancel (id: string, options?: CallOptions): Call<CancelBulkOrderResult> {
    return this.connection.request('POST', '/v1/bulk-orders/{id}/cancel', { ...options, path: { id } })
  }

  /**
   * Try once more what failed.
   * Starts another round for the lines that lack codes, and for nothing else; from partial, failed or cancelled.
   * POST /v1/bulk-orders/{id}/retry
   * @param id The id of a bulk order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  retry (id: string, body: RetryBulkOrderBody = {}, options?: CallOptions): Call<RetryBulkOrderResult> {
    return this.connection.request('POST', '/v1/bulk-orders/{id}/retry', { ...options, path: { id }, body })
  }

  /**
   * Your bulk orders, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/bulk-orders
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListBulkOrdersQuery = {}, options?: CallOptions): List<ListBulkOrdersResult> {
    return new List(this.connection, '/v1/bulk-orders', { ...options, query })
  }

  /**
   * Send a file to be checked as a whole.
   * Checks up to 100,000 lines or 1,000,000 codes, and keeps them with a report: what is wrong with which line, what
   * is short, what it costs. Nothing moves. Confirm it within 24 hours. The same reference with the same bytes gives
   * the same bulk order.
   * POST /v1/bulk-orders
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (
    body: FileBody,
    contentType: 'text/csv' | 'application/x-ndjson' | 'application/json',
    query: CreateBulkOrderQuery = {},
    options?: CallOptions
  ): Call<CreateBulkOrderResult> {
    return this.connection.request('POST', '/v1/bulk-orders', {
      ...options,
      headers: { ...options?.headers, 'content-type': contentType },
      query: withReference(query, options),
      body: fileBytes(body)
    })
  }

  /**
   * A CSV file to start from.
   * A header row, and a row for each of some SKUs you can order, each with its name for you to read; the name is
   * passed over when you send it.
   * GET /v1/bulk-orders/template
   * @throws Forbidden scope_missing: the key lacks the scope catalog:read.
   */
  template (options?: CallOptions): Call<string> {
    return this.connection.request('GET', '/v1/bulk-orders/template', { ...options, as: 'text' })
  }

  /**
   * One bulk order: its report, and how far it is.
   * Ask again after Retry-After while it is at work.
   * GET /v1/bulk-orders/{id}
   * @param id The id of a bulk order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetBulkOrderResult> {
    return this.connection.request('GET', '/v1/bulk-orders/{id}', { ...options, path: { id } })
  }

  /**
   * One bulk order: its report, and how far it is.
   * Ask again after Retry-After while it is at work.
   * Iterate it: it comes as it is, and again whenever it has changed, until it is at an end.
   * GET /v1/bulk-orders/{id}
   * @param id The id of a bulk order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  watch (id: string, options?: CallOptions): Watch<GetBulkOrderResult> {
    return new Watch(this.connection, '/v1/bulk-orders/{id}', { ...options, path: { id } })
  }

  /**
   * What became of each line: a page as JSON, or all of them as NDJSON or CSV.
   * Send Accept: application/x-ndjson for a stream of one line a line, ending with {"end":true,"count":…}, or Accept:
   * text/csv for a file. A line that was delivered in part and retried stands there once for each round.
   * Await it for a page, or iterate it for all items.
   * GET /v1/bulk-orders/{id}/lines
   * @param id The id of a bulk order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  lines (id: string, query: ListBulkOrderLinesQuery = {}, options?: CallOptions): List<ListBulkOrderLinesResult> {
    return new List(this.connection, '/v1/bulk-orders/{id}/lines', { ...options, path: { id }, query })
  }

  /**
   * What became of each line: a page as JSON, or all of them as NDJSON or CSV.
   * Send Accept: application/x-ndjson for a stream of one line a line, ending with {"end":true,"count":…}, or Accept:
   * text/csv for a file. A line that was delivered in part and retried stands there once for each round.
   * Iterate it: the items come one by one, as fast as they are used.
   * GET /v1/bulk-orders/{id}/lines
   * @param id The id of a bulk order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  streamLines (id: string, query: ListBulkOrderLinesQuery = {}, options?: CallOptions): Lines<ListBulkOrderLinesLine> {
    return new Lines(this.connection, '/v1/bulk-orders/{id}/lines', { ...options, path: { id }, query })
  }
}

export class CategoriesResource extends Resource {
  /**
   * List categories.
   * All categories by id; parent says what each is part of.
   * Await it for a page, or iterate it for all items.
   * GET /v1/categories
   * @throws Forbidden scope_missing: the key lacks the scope catalog:read.
   */
  list (query: ListCategoriesQuery = {}, options?: CallOptions): List<ListCategoriesResult> {
    return new List(this.connection, '/v1/categories', { ...options, query })
  }
}

export class CheckoutsResource extends Resource {
  /**
   * What buyers bought through your links, newest first.
   * Every purchase that began, with what of its price is whose. Of the buyer only a hint of the contact is told.
   * Await it for a page, or iterate it for all items.
   * GET /v1/checkouts
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListCheckoutsQuery = {}, options?: CallOptions): List<ListCheckoutsResult> {
    return new List(this.connection, '/v1/checkouts', { ...options, query })
  }

  /**
   * One purchase, and what became of its money.
   * GET /v1/checkouts/{id}
   * @param id The id of a checkout: one buyer’s purchase.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetCheckoutResult> {
    return this.connection.request('GET', '/v1/checkouts/{id}', { ...options, path: { id } })
  }
}

export class ComplaintsResource extends Resource {
  /**
   * What buyers say of codes that do not work, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/complaints
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListComplaintsQuery = {}, options?: CallOptions): List<ListComplaintsResult> {
    return new List(this.connection, '/v1/complaints', { ...options, query })
  }

  /**
   * One complaint.
   * GET /v1/complaints/{id}
   * @param id The id of a complaint.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetComplaintResult> {
    return this.connection.request('GET', '/v1/complaints/{id}', { ...options, path: { id } })
  }
}

export class DebugResource extends Resource {
  /**
   * Why a signature is refused: what the server sees, line by line.
   * Describe the request that was refused, with what you signed as signature_base; or sign this very request, with
   * any body, to see what arrives behind your proxies. It needs no signature and looks at no key: whether key and
   * secret fit is told by GET /v1/ping alone. Never send a secret.
   * POST /v1/debug/signature
   */
  signature (body: DebugSignatureBody, options?: CallOptions): Call<DebugSignatureResult> {
    return this.connection.request('POST', '/v1/debug/signature', { ...options, body })
  }
}

export class DeliveriesResource extends Resource {
  /**
   * What was sent to your endpoints, newest first.
   * With state=dead: what was given up. Deliveries are kept for 30 days, those that were given up for 90.
   * Await it for a page, or iterate it for all items.
   * GET /v1/deliveries
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListDeliveriesQuery = {}, options?: CallOptions): List<ListDeliveriesResult> {
    return new List(this.connection, '/v1/deliveries', { ...options, query })
  }

  /**
   * One delivery: what is sent, and every attempt.
   * GET /v1/deliveries/{id}
   * @param id The id of a delivery: the webhook-id of every attempt.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetDeliveryResult> {
    return this.connection.request('GET', '/v1/deliveries/{id}', { ...options, path: { id } })
  }

  /**
   * Send a delivery again.
   * Under the same id, and its schedule begins anew. One that waits for its next attempt is tried now.
   * POST /v1/deliveries/{id}/replay
   * @param id The id of a delivery: the webhook-id of every attempt.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  replay (id: string, options?: CallOptions): Call<ReplayDeliveryResult> {
    return this.connection.request('POST', '/v1/deliveries/{id}/replay', { ...options, path: { id } })
  }
}

export class DepositsResource extends Resource {
  /**
   * Your deposits through gateways, newest first.
   * What the operator has put into your wallet is among the transfers of the wallet alone.
   * Await it for a page, or iterate it for all items.
   * GET /v1/deposits
   * @throws Forbidden scope_missing: the key lacks the scope wallet:read.
   */
  list (query: ListDepositsQuery = {}, options?: CallOptions): List<ListDepositsResult> {
    return new List(this.connection, '/v1/deposits', { ...options, query })
  }

  /**
   * Pay into your wallet.
   * Answers how it is paid, at a gateway of GET /v1/gateways. The money is in the wallet when the gateway says that
   * it came (wallet.deposited), within seconds of it. The same reference again gives the same deposit; if the gateway
   * did not answer (gateway_unavailable), it is asked again.
   * POST /v1/deposits
   * @throws Forbidden scope_missing: the key lacks the scope wallet:deposit.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: StartDepositBody, options?: CallOptions): Call<StartDepositResult> {
    return this.connection.request('POST', '/v1/deposits', { ...options, body: withReference(body, options) })
  }

  /**
   * One deposit.
   * GET /v1/deposits/{id}
   * @param id The id of a deposit.
   * @throws Forbidden scope_missing: the key lacks the scope wallet:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetDepositResult> {
    return this.connection.request('GET', '/v1/deposits/{id}', { ...options, path: { id } })
  }
}

export class EncryptionKeysResource extends Resource {
  /**
   * Your encryption keys, newest first.
   * Retired ones included: what was sealed to them opens with their private half only.
   * Await it for a page, or iterate it for all items.
   * GET /v1/encryption-keys
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListEncryptionKeysQuery = {}, options?: CallOptions): List<ListEncryptionKeysResult> {
    return new List(this.connection, '/v1/encryption-keys', { ...options, query })
  }

  /**
   * Register the key your deliveries are sealed to.
   * From this answer on codes leave only as JWE (RFC 7516) that this key’s private half opens: in orders, pages,
   * streams and repeats. It takes the place of the key in use. Send the public half only; a private key is refused,
   * and spoilt by being sent.
   * POST /v1/encryption-keys
   * @throws Forbidden scope_missing: the key lacks the scope keys:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateEncryptionKeyBody, options?: CallOptions): Call<CreateEncryptionKeyResult> {
    return this.connection.request('POST', '/v1/encryption-keys', { ...options, body: withReference(body, options) })
  }

  /**
   * One of your encryption keys.
   * GET /v1/encryption-keys/{id}
   * @param id The id of an encryption key; the kid of what is sealed to it.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetEncryptionKeyResult> {
    return this.connection.request('GET', '/v1/encryption-keys/{id}', { ...options, path: { id } })
  }

  /**
   * Retire an encryption key.
   * Afterwards codes leave in the clear, those bought before included. To change to another key, register it instead:
   * it takes this one’s place without a moment in between. Again, it changes nothing.
   * DELETE /v1/encryption-keys/{id}
   * @param id The id of an encryption key; the kid of what is sealed to it.
   * @throws Forbidden scope_missing: the key lacks the scope keys:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  retire (id: string, options?: CallOptions): Call<RetireEncryptionKeyResult> {
    return this.connection.request('DELETE', '/v1/encryption-keys/{id}', { ...options, path: { id } })
  }
}

export class EndpointsResource extends Resource {
  /**
   * Your endpoints, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/endpoints
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListEndpointsQuery = {}, options?: CallOptions): List<ListEndpointsResult> {
    return new List(this.connection, '/v1/endpoints', { ...options, query })
  }

  /**
   * Be told: register an address for callbacks.
   * From now on every event of these types is sent there, signed as Standard Webhooks, and tried for three days. The
   * secret is shown this once: a repeat of the reference shows the endpoint without it.
   * POST /v1/endpoints
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateEndpointBody, options?: CallOptions): Call<CreateEndpointResult> {
    return this.connection.request('POST', '/v1/endpoints', { ...options, body: withReference(body, options) })
  }

  /**
   * Give an endpoint a new secret.
   * The secret until now signs beside the new one for overlap_seconds: every callback then has both signatures. The
   * new one is shown this once. Rotated again meanwhile, the oldest signs no more.
   * POST /v1/endpoints/{id}/rotate-secret
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  rotateSecret (
    id: string,
    body: RotateEndpointSecretBody = {},
    options?: CallOptions
  ): Call<RotateEndpointSecretResult> {
    return this.connection.request('POST', '/v1/endpoints/{id}/rotate-secret', {
      ...options,
      path: { id },
      body: withReference(body, options)
    })
  }

  /**
   * One of your endpoints, and how it goes.
   * GET /v1/endpoints/{id}
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetEndpointResult> {
    return this.connection.request('GET', '/v1/endpoints/{id}', { ...options, path: { id } })
  }

  /**
   * Change an endpoint.
   * Only what is given. What is due goes to the new URL; other types count for what becomes true from now on.
   * PATCH /v1/endpoints/{id}
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateEndpointBody = {}, options?: CallOptions): Call<UpdateEndpointResult> {
    return this.connection.request('PATCH', '/v1/endpoints/{id}', { ...options, path: { id }, body })
  }

  /**
   * Delete an endpoint, for good.
   * It is told nothing more; what is due is dropped, but for what goes to orders’ own addresses, if another endpoint
   * is on that host. What was sent to it can still be read.
   * DELETE /v1/endpoints/{id}
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  delete (id: string, options?: CallOptions): Call<DeleteEndpointResult> {
    return this.connection.request('DELETE', '/v1/endpoints/{id}', { ...options, path: { id } })
  }

  /**
   * Pause an endpoint.
   * What it would be told gathers until it is resumed. Paused for longer than events are kept, it loses the oldest.
   * POST /v1/endpoints/{id}/pause
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  pause (id: string, options?: CallOptions): Call<PauseEndpointResult> {
    return this.connection.request('POST', '/v1/endpoints/{id}/pause', { ...options, path: { id } })
  }

  /**
   * Resume an endpoint that is paused or disabled.
   * Its failures are forgotten, and what gathered is sent; of what became true while it was disabled, too. What was
   * given up (dead) stays so until you replay it.
   * POST /v1/endpoints/{id}/resume
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  resume (id: string, options?: CallOptions): Call<ResumeEndpointResult> {
    return this.connection.request('POST', '/v1/endpoints/{id}/resume', { ...options, path: { id } })
  }

  /**
   * Send a test to an endpoint.
   * Appends an event endpoint.test, which goes to this endpoint alone, whatever its types; GET /v1/deliveries shows
   * what came of it. While it is paused the test waits: the state in the answer says so.
   * POST /v1/endpoints/{id}/test
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  test (id: string, options?: CallOptions): Call<TestEndpointResult> {
    return this.connection.request('POST', '/v1/endpoints/{id}/test', { ...options, path: { id } })
  }

  /**
   * Send a sample of any type of event to an endpoint.
   * Its body says simulated: true, and nothing of it is true; the feed does not have it.
   * POST /v1/endpoints/{id}/simulate
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  simulate (id: string, body: SimulateEventBody, options?: CallOptions): Call<SimulateEventResult> {
    return this.connection.request('POST', '/v1/endpoints/{id}/simulate', { ...options, path: { id }, body })
  }

  /**
   * Send again: everything since a time, a range, or what was given up.
   * Under the same ids, so that a receiver that remembers them takes nothing twice. Oldest first, and so much in a
   * call: say next_sequence as from_sequence to go on, until it is null. What is no longer kept is left out.
   * POST /v1/endpoints/{id}/replay
   * @param id The id of an endpoint.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  replay (id: string, body: ReplayEndpointBody = {}, options?: CallOptions): Call<ReplayEndpointResult> {
    return this.connection.request('POST', '/v1/endpoints/{id}/replay', { ...options, path: { id }, body })
  }
}

export class EventsResource extends Resource {
  /**
   * Did you tell me? Where an event was sent, and whether it arrived.
   * Await it for a page, or iterate it for all items.
   * GET /v1/events/{id}/deliveries
   * @param id The id of an event.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  deliveries (id: string, query: ListEventDeliveriesQuery = {}, options?: CallOptions): List<ListEventDeliveriesResult> {
    return new List(this.connection, '/v1/events/{id}/deliveries', { ...options, path: { id }, query })
  }

  /**
   * The feed: your events, oldest first.
   * Everything that became true for you, in its sequence, for 30 days: the same objects as in callbacks. To stay in
   * step, keep the sequence of the last event you took and send it as after (or keep next_cursor). Events further
   * back than are kept are refused with events_expired.
   * Await it for a page, or iterate it for all items.
   * GET /v1/events
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListEventsQuery = {}, options?: CallOptions): List<ListEventsResult> {
    return new List(this.connection, '/v1/events', { ...options, query })
  }

  /**
   * One of your events.
   * GET /v1/events/{id}
   * @param id The id of an event.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetEventResult> {
    return this.connection.request('GET', '/v1/events/{id}', { ...options, path: { id } })
  }

  /**
   * The feed as it grows, as server-sent events.
   * Each event has its sequence as id, its type as event and the event as JSON in data. Last-Event-ID (or after) goes
   * on behind that sequence; without either it begins now. A comment comes every ten seconds. It ends when your key
   * does, and after an hour: connect anew, with a new signature.
   * Iterate it: events come as they become true. A connection that is cut is made again behind the last of them.
   * GET /v1/events/stream
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  stream (query: StreamEventsQuery = {}, options?: CallOptions): EventStream {
    return new EventStream(this.connection, '/v1/events/stream', { ...options, query })
  }
}

export class GatewaysResource extends Resource {
  /**
   * List payment gateways.
   * The gateways that buyers can pay through, and that wallets can be filled through, in the order of their ids.
   * Await it for a page, or iterate it for all items.
   * GET /v1/gateways
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListGatewaysQuery = {}, options?: CallOptions): List<ListGatewaysResult> {
    return new List(this.connection, '/v1/gateways', { ...options, query })
  }
}

export class HoldsResource extends Resource {
  /**
   * Your holds, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/holds
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListHoldsQuery = {}, options?: CallOptions): List<ListHoldsResult> {
    return new List(this.connection, '/v1/holds', { ...options, query })
  }

  /**
   * Set stock aside for a while.
   * All lines or none. An order that names the hold buys what it set aside; what the order leaves goes back, and so
   * does everything when the hold is cancelled or its time is over.
   * POST /v1/holds
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateHoldBody, options?: CallOptions): Call<CreateHoldResult> {
    return this.connection.request('POST', '/v1/holds', { ...options, body: withReference(body, options) })
  }

  /**
   * One hold.
   * GET /v1/holds/{id}
   * @param id The id of a hold.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetHoldResult> {
    return this.connection.request('GET', '/v1/holds/{id}', { ...options, path: { id } })
  }

  /**
   * Give held stock back at once.
   * Answers the hold as it ended. Again, it changes nothing; one that an order used is refused (hold_ended).
   * DELETE /v1/holds/{id}
   * @param id The id of a hold.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  cancel (id: string, options?: CallOptions): Call<CancelHoldResult> {
    return this.connection.request('DELETE', '/v1/holds/{id}', { ...options, path: { id } })
  }
}

export class HostsResource extends Resource {
  /**
   * Your hosts, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/hosts
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListHostsQuery = {}, options?: CallOptions): List<ListHostsResult> {
    return new List(this.connection, '/v1/hosts', { ...options, query })
  }

  /**
   * Add a host.
   * Somebody who sells in your streams: you, or somebody under you. Purchases count for the host of their link, and
   * what you owe the host of each is kept apart from your margin.
   * POST /v1/hosts
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateHostBody, options?: CallOptions): Call<CreateHostResult> {
    return this.connection.request('POST', '/v1/hosts', { ...options, body: withReference(body, options) })
  }

  /**
   * One host.
   * GET /v1/hosts/{id}
   * @param id The id of a host: who sells in a stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetHostResult> {
    return this.connection.request('GET', '/v1/hosts/{id}', { ...options, path: { id } })
  }

  /**
   * Change or archive a host.
   * PATCH /v1/hosts/{id}
   * @param id The id of a host: who sells in a stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateHostBody = {}, options?: CallOptions): Call<UpdateHostResult> {
    return this.connection.request('PATCH', '/v1/hosts/{id}', { ...options, path: { id }, body })
  }

  /**
   * What a host has earned, was paid, and is owed.
   * GET /v1/hosts/{id}/balance
   * @param id The id of a host: who sells in a stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  balance (id: string, options?: CallOptions): Call<GetHostBalanceResult> {
    return this.connection.request('GET', '/v1/hosts/{id}/balance', { ...options, path: { id } })
  }
}

export class KeysResource extends Resource {
  /**
   * List your keys.
   * All your keys, oldest first, those that were revoked or have expired included. Secrets are never shown again.
   * Await it for a page, or iterate it for all items.
   * GET /v1/keys
   * @throws Forbidden scope_missing: the key lacks the scope keys:write.
   */
  list (query: ListKeysQuery = {}, options?: CallOptions): List<ListKeysResult> {
    return new List(this.connection, '/v1/keys', { ...options, query })
  }

  /**
   * Create a key.
   * Makes another key, with no scope and no address that the key you sign with lacks. The secret is shown this once.
   * POST /v1/keys
   * @throws Forbidden scope_missing: the key lacks the scope keys:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateKeyBody, options?: CallOptions): Call<CreateKeyResult> {
    return this.connection.request('POST', '/v1/keys', { ...options, body: withReference(body, options) })
  }

  /**
   * Rotate a key.
   * Makes a key with the same scopes, limits and addresses; the old one expires after overlap_seconds.
   * POST /v1/keys/{id}/rotate
   * @param id The id of an API key; it says which world the key is of.
   * @throws Forbidden scope_missing: the key lacks the scope keys:write.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  rotate (id: string, body: RotateKeyBody = {}, options?: CallOptions): Call<RotateKeyResult> {
    return this.connection.request('POST', '/v1/keys/{id}/rotate', { ...options, path: { id }, body: withReference(body, options) })
  }

  /**
   * Revoke a key.
   * Ends a key of yours at once and for good; the one you sign with too. Again, it changes nothing.
   * DELETE /v1/keys/{id}
   * @param id The id of an API key; it says which world the key is of.
   * @throws Forbidden scope_missing: the key lacks the scope keys:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  revoke (id: string, options?: CallOptions): Call<RevokeKeyResult> {
    return this.connection.request('DELETE', '/v1/keys/{id}', { ...options, path: { id } })
  }
}

export class LinksResource extends Resource {
  /**
   * Your purchase links, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/links
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListLinksQuery = {}, options?: CallOptions): List<ListLinksResult> {
    return new List(this.connection, '/v1/links', { ...options, query })
  }

  /**
   * Make a purchase link.
   * A page with one to twenty SKUs at your retail prices, to be hung under a stream: buyers choose, pay and have
   * their codes, without an account. It sells from your operator’s stock; nothing is bought before a buyer pays.
   * POST /v1/links
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateLinkBody, options?: CallOptions): Call<CreateLinkResult> {
    return this.connection.request('POST', '/v1/links', { ...options, body: withReference(body, options) })
  }

  /**
   * One purchase link.
   * GET /v1/links/{id}
   * @param id The id of a purchase link.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetLinkResult> {
    return this.connection.request('GET', '/v1/links/{id}', { ...options, path: { id } })
  }

  /**
   * Edit a purchase link.
   * At once, for whoever has not begun to pay; who has, pays what was agreed. Name the version you have seen: of two
   * who edit at the same time the second is refused (state_conflict), and nobody’s edit is lost unseen. GET …/changes
   * keeps what was changed.
   * PATCH /v1/links/{id}
   * @param id The id of a purchase link.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateLinkBody, options?: CallOptions): Call<UpdateLinkResult> {
    return this.connection.request('PATCH', '/v1/links/{id}', { ...options, path: { id }, body })
  }

  /**
   * What became of a link, newest first.
   * Every edit, pause, resumption and end: who, when, and the members that changed, before and after.
   * Await it for a page, or iterate it for all items.
   * GET /v1/links/{id}/changes
   * @param id The id of a purchase link.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  changes (id: string, query: ListLinkChangesQuery = {}, options?: CallOptions): List<ListLinkChangesResult> {
    return new List(this.connection, '/v1/links/{id}/changes', { ...options, path: { id }, query })
  }

  /**
   * Pause a purchase link.
   * From the answer on nobody begins to pay, wherever the page stands open; it says so within a second. Who is paying
   * already may go on. Again, it changes nothing.
   * POST /v1/links/{id}/pause
   * @param id The id of a purchase link.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  pause (id: string, options?: CallOptions): Call<PauseLinkResult> {
    return this.connection.request('POST', '/v1/links/{id}/pause', { ...options, path: { id } })
  }

  /**
   * Resume a purchase link.
   * It sells again. Again, it changes nothing.
   * POST /v1/links/{id}/resume
   * @param id The id of a purchase link.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  resume (id: string, options?: CallOptions): Call<ResumeLinkResult> {
    return this.connection.request('POST', '/v1/links/{id}/resume', { ...options, path: { id } })
  }

  /**
   * End a purchase link, for good.
   * Who is paying already may go on; what was bought stays bought. Again, it changes nothing.
   * POST /v1/links/{id}/end
   * @param id The id of a purchase link.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  end (id: string, options?: CallOptions): Call<EndLinkResult> {
    return this.connection.request('POST', '/v1/links/{id}/end', { ...options, path: { id } })
  }
}

export class MeResource extends Resource {
  /**
   * Whether your signature is right: nothing else is done.
   * GET /v1/ping
   */
  ping (options?: CallOptions): Call<PingResult> {
    return this.connection.request('GET', '/v1/ping', options)
  }

  /**
   * Who you are.
   * You, your level, the key you sign with and, with scope wallet:read, your wallets. A good first call.
   * GET /v1/me
   */
  get (options?: CallOptions): Call<GetMeResult> {
    return this.connection.request('GET', '/v1/me', options)
  }
}

export class OrdersResource extends Resource {
  /**
   * Your orders, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/orders
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListOrdersQuery = {}, options?: CallOptions): List<ListOrdersResult> {
    return new List(this.connection, '/v1/orders', { ...options, query })
  }

  /**
   * Buy: one or many lines, answered at once.
   * Money, stock and order move together or not at all. The same reference with the same fields gives the same order,
   * codes included, however often it is sent. 200: it came before, or was a dry run. 202: it awaits approval, or
   * (state reserved) its supplier.
   * POST /v1/orders
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  place (body: PlaceOrderBody, options?: CallOptions): Call<PlaceOrderResult> {
    return this.connection.request('POST', '/v1/orders', { ...options, body: withReference(body, options), codes: 'order' })
  }

  /**
   * One order, its prices explained.
   * GET /v1/orders/{id}
   * @param id The id of an order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetOrderResult> {
    return this.connection.request('GET', '/v1/orders/{id}', { ...options, path: { id }, codes: 'order' })
  }

  /**
   * The codes of an order: a page as JSON, or all of them as NDJSON or CSV.
   * Send Accept: application/x-ndjson or text/csv for a stream of one code a line. NDJSON ends with
   * {"end":true,"count":…, "sha256":…}: the number of codes in this answer, and the digest of the lines before that
   * line. CSV (RFC 4180, CR LF) begins with its header at offset 0, and a field that a spreadsheet would take for a
   * formula gets a ' in front; Kahub-Codes-Count says how many codes will come. An answer that was cut is resumed
   * with the same offset, and the codes that came as taken. With an encryption key in use the codes leave sealed to
   * it: a page has them in sealed, NDJSON as lines {"jwe":…} whose opened lines are counted and summed; CSV is
   * refused. Every reveal is recorded before a code leaves.
   * GET /v1/orders/{id}/codes
   * @param id The id of an order.
   * @throws Forbidden scope_missing: the key lacks the scope codes:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  codes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Call<ListOrderCodesResult> {
    return this.connection.request('GET', '/v1/orders/{id}/codes', { ...options, path: { id }, query, codes: 'page' })
  }

  /**
   * The codes of an order: a page as JSON, or all of them as NDJSON or CSV.
   * Send Accept: application/x-ndjson or text/csv for a stream of one code a line. NDJSON ends with
   * {"end":true,"count":…, "sha256":…}: the number of codes in this answer, and the digest of the lines before that
   * line. CSV (RFC 4180, CR LF) begins with its header at offset 0, and a field that a spreadsheet would take for a
   * formula gets a ' in front; Kahub-Codes-Count says how many codes will come. An answer that was cut is resumed
   * with the same offset, and the codes that came as taken. With an encryption key in use the codes leave sealed to
   * it: a page has them in sealed, NDJSON as lines {"jwe":…} whose opened lines are counted and summed; CSV is
   * refused. Every reveal is recorded before a code leaves.
   * Iterate it: the items come one by one, as fast as they are used.
   * GET /v1/orders/{id}/codes
   * @param id The id of an order.
   * @throws Forbidden scope_missing: the key lacks the scope codes:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  streamCodes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Lines<ListOrderCodesLine> {
    return new Lines(this.connection, '/v1/orders/{id}/codes', { ...options, path: { id }, query, resume: 'taken' })
  }

  /**
   * The sums over the codes of an order.
   * For those who keep an order’s codes as a file: whether it is whole and unchanged. Given once all codes were
   * revealed, by any key and in any form.
   * GET /v1/orders/{id}/codes/digest
   * @param id The id of an order.
   * @throws Forbidden scope_missing: the key lacks the scope codes:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  codesDigest (id: string, options?: CallOptions): Call<GetOrderCodesDigestResult> {
    return this.connection.request('GET', '/v1/orders/{id}/codes/digest', { ...options, path: { id } })
  }

  /**
   * Cancel an order.
   * What is set aside is released at once. Of what was delivered, codes that were never revealed go back on the shelf
   * within 48 hours of the order, or of its approval, and their money into your wallet. Again, it changes nothing.
   * POST /v1/orders/{id}/cancel
   * @param id The id of an order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  cancel (id: string, body: CancelOrderBody = {}, options?: CallOptions): Call<CancelOrderResult> {
    return this.connection.request('POST', '/v1/orders/{id}/cancel', { ...options, path: { id }, body, codes: 'order' })
  }
}

export class PayoutsResource extends Resource {
  /**
   * Say that you have paid a host.
   * You pay your hosts yourself. What you kept for it of your sales comes into your wallet then. More than is due to
   * the host of settled sales is refused (state_conflict, with what is due).
   * POST /v1/hosts/{id}/payouts
   * @param id The id of a host: who sells in a stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (id: string, body: CreatePayoutBody, options?: CallOptions): Call<CreatePayoutResult> {
    return this.connection.request('POST', '/v1/hosts/{id}/payouts', { ...options, path: { id }, body: withReference(body, options) })
  }

  /**
   * What you have paid your hosts, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/payouts
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListPayoutsQuery = {}, options?: CallOptions): List<ListPayoutsResult> {
    return new List(this.connection, '/v1/payouts', { ...options, query })
  }

  /**
   * One payout.
   * GET /v1/payouts/{id}
   * @param id The id of a payout.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetPayoutResult> {
    return this.connection.request('GET', '/v1/payouts/{id}', { ...options, path: { id } })
  }
}

export class PricesResource extends Resource {
  /**
   * Read your prices, explained.
   * Your unit price for each SKU at a quantity, and the rules that gave it. It is the price in force now; an order is
   * priced when it is placed (max_total guards it).
   * GET /v1/prices
   * @throws Forbidden scope_missing: the key lacks the scope catalog:read.
   */
  get (query: GetPricesQuery, options?: CallOptions): Call<GetPricesResult> {
    return this.connection.request('GET', '/v1/prices', { ...options, query })
  }
}

export class ProductsResource extends Resource {
  /**
   * List products.
   * Products with their SKUs and your own prices. To keep a copy: read all pages, keep synced_until, and send it as
   * updated_after next time; what changed since comes then, delisted products as tombstones. A product that leaves a
   * filter is not told to it, and a change of your own level moves prices without changing products: read everything
   * anew then.
   * Await it for a page, or iterate it for all items.
   * GET /v1/products
   * @throws Forbidden scope_missing: the key lacks the scope catalog:read.
   */
  list (query: ListProductsQuery = {}, options?: CallOptions): List<ListProductsResult> {
    return new List(this.connection, '/v1/products', { ...options, query })
  }

  /**
   * Read a product.
   * A product with its SKUs and your own prices; a delisted one is still told.
   * GET /v1/products/{id}
   * @param id The id of a product.
   * @throws Forbidden scope_missing: the key lacks the scope catalog:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetProductResult> {
    return this.connection.request('GET', '/v1/products/{id}', { ...options, path: { id } })
  }
}

export class QuotesResource extends Resource {
  /**
   * Your quotes, newest first.
   * Without their lines. Quotes that nobody used are deleted some days after they expired.
   * Await it for a page, or iterate it for all items.
   * GET /v1/quotes
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListQuotesQuery = {}, options?: CallOptions): List<ListQuotesResult> {
    return new List(this.connection, '/v1/quotes', { ...options, query })
  }

  /**
   * Bind prices for a while.
   * The prices in force now, for one order of exactly these lines that names the quote before it expires. It sets no
   * stock aside: a hold does. What an order of these lines would be refused for, stock and money apart, is refused
   * here.
   * POST /v1/quotes
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateQuoteBody, options?: CallOptions): Call<CreateQuoteResult> {
    return this.connection.request('POST', '/v1/quotes', { ...options, body: withReference(body, options) })
  }

  /**
   * One quote, its prices explained.
   * GET /v1/quotes/{id}
   * @param id The id of a quote.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetQuoteResult> {
    return this.connection.request('GET', '/v1/quotes/{id}', { ...options, path: { id } })
  }
}

export class RevealsResource extends Resource {
  /**
   * Who looked at your codes, newest first.
   * Each time codes left, in an order’s answer or fetched: when, by which key, which codes of which order, and where
   * to. It is written before they leave; a code that does not stand here was never shown, and can be given back.
   * Await it for a page, or iterate it for all items.
   * GET /v1/reveals
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListRevealsQuery = {}, options?: CallOptions): List<ListRevealsResult> {
    return new List(this.connection, '/v1/reveals', { ...options, query })
  }
}

export class ReversalsResource extends Resource {
  /**
   * Your reversals, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/reversals
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListReversalsQuery = {}, options?: CallOptions): List<ListReversalsResult> {
    return new List(this.connection, '/v1/reversals', { ...options, query })
  }

  /**
   * Undo the order with your reference, whether it arrived or not.
   * For when an order’s answer was lost. An order that arrived is undone whole within 48 hours while none of its
   * codes was revealed; if none arrived, the reference is made unusable, so that none can arrive later.
   * POST /v1/reversals
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateReversalBody, options?: CallOptions): Call<CreateReversalResult> {
    return this.connection.request('POST', '/v1/reversals', { ...options, body: withReference(body, options) })
  }

  /**
   * One reversal.
   * GET /v1/reversals/{id}
   * @param id The id of a reversal.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetReversalResult> {
    return this.connection.request('GET', '/v1/reversals/{id}', { ...options, path: { id } })
  }
}

export class SandboxResource extends Resource {
  /**
   * Fill the shelf of a SKU.
   * Makes the codes that are missing from the quantity; they open nothing. A SKU that has as many gets none, so it
   * can be sent again.
   * POST /v1/sandbox/stock
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   */
  fillStock (body: FillSandboxStockBody, options?: CallOptions): Call<FillSandboxStockResult> {
    return this.connection.request('POST', '/v1/sandbox/stock', { ...options, body })
  }

  /**
   * Set the balance of your wallet.
   * By a deposit of what is missing, or an adjustment of what is too much: the wallet’s transfers tell of it.
   * POST /v1/sandbox/balance
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   */
  setBalance (body: SetSandboxBalanceBody, options?: CallOptions): Call<SetSandboxBalanceResult> {
    return this.connection.request('POST', '/v1/sandbox/balance', { ...options, body })
  }

  /**
   * Take another level.
   * Your prices and limits are those of the level from then on.
   * POST /v1/sandbox/level
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   */
  setLevel (body: SetSandboxLevelBody, options?: CallOptions): Call<SetSandboxLevelResult> {
    return this.connection.request('POST', '/v1/sandbox/level', { ...options, body })
  }

  /**
   * Let the day be over.
   * Settles what your purchase links have sold so far, as the night does: the margin is in your wallet, and what your
   * hosts earned is due.
   * POST /v1/sandbox/settle
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   */
  settle (options?: CallOptions): Call<SettleSandboxResult> {
    return this.connection.request('POST', '/v1/sandbox/settle', options)
  }

  /**
   * Begin anew.
   * Your keys get a fresh reseller of the same name, level and currency: no orders, every reference free, no
   * endpoints, subscriptions, budgets, approval policy, encryption key or contract prices, events from sequence 1, a
   * balance of 100000, and at least 100 codes of every SKU. The reseller before is closed with its history.
   * POST /v1/sandbox/reset
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   */
  reset (options?: CallOptions): Call<ResetSandboxResult> {
    return this.connection.request('POST', '/v1/sandbox/reset', options)
  }

  /**
   * The faults that struck, newest first.
   * What Kahub-Sandbox and goods with a fault have done, for 7 days; of a forged callback also what your endpoint
   * answered.
   * Await it for a page, or iterate it for all items.
   * GET /v1/sandbox/strikes
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  listStrikes (query: ListSandboxStrikesQuery = {}, options?: CallOptions): List<ListSandboxStrikesResult> {
    return new List(this.connection, '/v1/sandbox/strikes', { ...options, query })
  }
}

export class SessionsResource extends Resource {
  /**
   * Your sessions, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/sessions
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListSessionsQuery = {}, options?: CallOptions): List<ListSessionsResult> {
    return new List(this.connection, '/v1/sessions', { ...options, query })
  }

  /**
   * Begin a session.
   * One stream: links made in it are counted and settled by it. live_url is the host’s page, overlay_url the one for
   * streaming software.
   * POST /v1/sessions
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateSessionBody, options?: CallOptions): Call<CreateSessionResult> {
    return this.connection.request('POST', '/v1/sessions', { ...options, body: withReference(body, options) })
  }

  /**
   * One session.
   * GET /v1/sessions/{id}
   * @param id The id of a session: one stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetSessionResult> {
    return this.connection.request('GET', '/v1/sessions/{id}', { ...options, path: { id } })
  }

  /**
   * Change a session.
   * PATCH /v1/sessions/{id}
   * @param id The id of a session: one stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateSessionBody = {}, options?: CallOptions): Call<UpdateSessionResult> {
    return this.connection.request('PATCH', '/v1/sessions/{id}', { ...options, path: { id }, body })
  }

  /**
   * End a session.
   * Its links go on selling until they end themselves, and count for it still; their session_state says that it has
   * ended. No new link can name it. Again, it changes nothing.
   * POST /v1/sessions/{id}/end
   * @param id The id of a session: one stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  end (id: string, options?: CallOptions): Call<EndSessionResult> {
    return this.connection.request('POST', '/v1/sessions/{id}/end', { ...options, path: { id } })
  }

  /**
   * Make live_url and overlay_url anew.
   * When an address came into wrong hands: the old ones open nothing any more.
   * POST /v1/sessions/{id}/rotate-addresses
   * @param id The id of a session: one stream.
   * @throws Forbidden scope_missing: the key lacks the scope links:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  rotateAddresses (id: string, options?: CallOptions): Call<RotateSessionAddressesResult> {
    return this.connection.request('POST', '/v1/sessions/{id}/rotate-addresses', { ...options, path: { id } })
  }

  /**
   * What a session came to.
   * Totals in each currency, each link and SKU, each minute, what became of those who came, and money that went back.
   * While the session runs it says what it came to until now; after its end late refunds may still change it.
   * GET /v1/sessions/{id}/report
   * @param id The session.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  report (id: string, options?: CallOptions): Call<GetSessionReportResult> {
    return this.connection.request('GET', '/v1/sessions/{id}/report', { ...options, path: { id } })
  }

  /**
   * A session while it runs, as server-sent events.
   * First an event snapshot with a report (without all but the newest 60 minutes), then, within a quarter of a second
   * of each change, an event delta with its members that changed; of minutes, with those that changed. A comment
   * comes every ten seconds. It ends when your key does, and after an hour: connect anew. Last-Event-ID changes
   * nothing: every stream begins with a snapshot.
   * Iterate it: it comes whole, at first and whenever it has changed.
   * GET /v1/sessions/{id}/live
   * @param id The session.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  live (id: string, query: StreamSessionLiveQuery = {}, options?: CallOptions): LiveView<SessionReport> {
    return new LiveView<SessionReport>(this.connection, '/v1/sessions/{id}/live', { ...options, path: { id }, query })
  }
}

export class SettlementsResource extends Resource {
  /**
   * Your settlements, newest first.
   * The sales of a day in China are settled when the day is over: of each session, and of links without one. What
   * buyers paid, less the codes’ wholesale price and the hosts’ commission, comes into your wallet.
   * Await it for a page, or iterate it for all items.
   * GET /v1/settlements
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   */
  list (query: ListSettlementsQuery = {}, options?: CallOptions): List<ListSettlementsResult> {
    return new List(this.connection, '/v1/settlements', { ...options, query })
  }

  /**
   * One settlement, with what each host earned.
   * GET /v1/settlements/{id}
   * @param id The id of a settlement.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetSettlementResult> {
    return this.connection.request('GET', '/v1/settlements/{id}', { ...options, path: { id } })
  }

  /**
   * The statement: every sale of a settlement, as pages or as a CSV file.
   * Send Accept: text/csv for all of them as a file (RFC 4180, UTF-8 with a byte order mark). A field that a
   * spreadsheet would take for a formula gets a ' in front there.
   * Await it for a page, or iterate it for all items.
   * GET /v1/settlements/{id}/lines
   * @param id The id of a settlement.
   * @throws Forbidden scope_missing: the key lacks the scope links:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  lines (id: string, query: ListSettlementLinesQuery = {}, options?: CallOptions): List<ListSettlementLinesResult> {
    return new List(this.connection, '/v1/settlements/{id}/lines', { ...options, path: { id }, query })
  }
}

export class StandingOrdersResource extends Resource {
  /**
   * Your standing orders, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/standing-orders
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListStandingOrdersQuery = {}, options?: CallOptions): List<ListStandingOrdersResult> {
    return new List(this.connection, '/v1/standing-orders', { ...options, query })
  }

  /**
   * Let the clock buy.
   * A schedule buys a quantity at certain times; a level buys what is missing from so many codes on hand. Each run
   * places one order, under the reference `{id}/{run}`, and leaves a report. It buys with the key that signs this.
   * POST /v1/standing-orders
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateStandingOrderBody, options?: CallOptions): Call<CreateStandingOrderResult> {
    return this.connection.request('POST', '/v1/standing-orders', { ...options, body: withReference(body, options) })
  }

  /**
   * One standing order.
   * GET /v1/standing-orders/{id}
   * @param id The id of a standing order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetStandingOrderResult> {
    return this.connection.request('GET', '/v1/standing-orders/{id}', { ...options, path: { id } })
  }

  /**
   * Change a standing order.
   * All but its SKU. From then on it buys with the key that signs this. A new rule starts anew: a level is looked at
   * at once.
   * PATCH /v1/standing-orders/{id}
   * @param id The id of a standing order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateStandingOrderBody = {}, options?: CallOptions): Call<UpdateStandingOrderResult> {
    return this.connection.request('PATCH', '/v1/standing-orders/{id}', { ...options, path: { id }, body })
  }

  /**
   * End a standing order.
   * For good. It and its runs stay to be read; orders it has placed are not touched.
   * DELETE /v1/standing-orders/{id}
   * @param id The id of a standing order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  end (id: string, options?: CallOptions): Call<EndStandingOrderResult> {
    return this.connection.request('DELETE', '/v1/standing-orders/{id}', { ...options, path: { id } })
  }

  /**
   * Pause a standing order.
   * There are no runs until it is resumed. One whose key is revoked or expires, or whose last 5 runs were refused, is
   * paused by itself; pause_reason says why.
   * POST /v1/standing-orders/{id}/pause
   * @param id The id of a standing order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  pause (id: string, options?: CallOptions): Call<PauseStandingOrderResult> {
    return this.connection.request('POST', '/v1/standing-orders/{id}/pause', { ...options, path: { id } })
  }

  /**
   * Resume a standing order.
   * It runs from the next time on (a level at once), and buys with the key that signs this. What was missed is not
   * made up for.
   * POST /v1/standing-orders/{id}/resume
   * @param id The id of a standing order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  resume (id: string, options?: CallOptions): Call<ResumeStandingOrderResult> {
    return this.connection.request('POST', '/v1/standing-orders/{id}/resume', { ...options, path: { id } })
  }

  /**
   * What the next run would do.
   * The next 5 times, and what would become of a run now, at the prices, stock, money, limits and budgets of now.
   * Nothing changes.
   * GET /v1/standing-orders/{id}/preview
   * @param id The id of a standing order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  preview (id: string, options?: CallOptions): Call<PreviewStandingOrderResult> {
    return this.connection.request('GET', '/v1/standing-orders/{id}/preview', { ...options, path: { id } })
  }

  /**
   * The reports of a standing order’s runs, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/standing-orders/{id}/runs
   * @param id The id of a standing order.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  runs (id: string, query: ListStandingRunsQuery = {}, options?: CallOptions): List<ListStandingRunsResult> {
    return new List(this.connection, '/v1/standing-orders/{id}/runs', { ...options, path: { id }, query })
  }
}

export class StockResource extends Resource {
  /**
   * Stock of up to 200 SKUs.
   * What can be bought now, read after your request arrived. Unknown and delisted SKUs are refused, all of them
   * named.
   * GET /v1/stock
   * @throws Forbidden scope_missing: the key lacks the scope stock:read.
   */
  get (query: GetStockQuery, options?: CallOptions): Call<GetStockResult> {
    return this.connection.request('GET', '/v1/stock', { ...options, query })
  }

  /**
   * Stock of up to 500 SKUs.
   * The same as GET /v1/stock, for more SKUs than an address can hold.
   * POST /v1/stock/query
   * @throws Forbidden scope_missing: the key lacks the scope stock:read.
   */
  query (body: QueryStockBody, options?: CallOptions): Call<QueryStockResult> {
    return this.connection.request('POST', '/v1/stock/query', { ...options, body })
  }
}

export class SubscriptionsResource extends Resource {
  /**
   * Your subscriptions, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/subscriptions
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   */
  list (query: ListSubscriptionsQuery = {}, options?: CallOptions): List<ListSubscriptionsResult> {
    return new List(this.connection, '/v1/subscriptions', { ...options, query })
  }

  /**
   * Be told when stock, or your price, changes.
   * The messages are events stock.changed and price.changed: in the feed, its stream and callbacks. The answer says
   * what is there now; from here on only what becomes another is told, once per SKU and interval, and always as it is
   * then. What comes into a tag or into all later begins with no stock, and no price.
   * POST /v1/subscriptions
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws Conflict reference_reused: the reference was used with other fields.
   */
  create (body: CreateSubscriptionBody, options?: CallOptions): Call<CreateSubscriptionResult> {
    return this.connection.request('POST', '/v1/subscriptions', { ...options, body: withReference(body, options) })
  }

  /**
   * One subscription, and where it goes on from.
   * GET /v1/subscriptions/{id}
   * @param id The id of a subscription.
   * @throws Forbidden scope_missing: the key lacks the scope orders:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  get (id: string, options?: CallOptions): Call<GetSubscriptionResult> {
    return this.connection.request('GET', '/v1/subscriptions/{id}', { ...options, path: { id } })
  }

  /**
   * Change a subscription.
   * Its condition, threshold and interval. With another condition or threshold it goes on from what is there now.
   * PATCH /v1/subscriptions/{id}
   * @param id The id of a subscription.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  update (id: string, body: UpdateSubscriptionBody = {}, options?: CallOptions): Call<UpdateSubscriptionResult> {
    return this.connection.request('PATCH', '/v1/subscriptions/{id}', { ...options, path: { id }, body })
  }

  /**
   * Delete a subscription, for good.
   * Its events stay in the feed.
   * DELETE /v1/subscriptions/{id}
   * @param id The id of a subscription.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  delete (id: string, options?: CallOptions): Call<DeleteSubscriptionResult> {
    return this.connection.request('DELETE', '/v1/subscriptions/{id}', { ...options, path: { id } })
  }

  /**
   * Pause a subscription.
   * It tells nothing until it is resumed.
   * POST /v1/subscriptions/{id}/pause
   * @param id The id of a subscription.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  pause (id: string, options?: CallOptions): Call<PauseSubscriptionResult> {
    return this.connection.request('POST', '/v1/subscriptions/{id}/pause', { ...options, path: { id } })
  }

  /**
   * Resume a subscription.
   * What is another than it last told is told, once, as it is now.
   * POST /v1/subscriptions/{id}/resume
   * @param id The id of a subscription.
   * @throws Forbidden scope_missing: the key lacks the scope callbacks:write.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  resume (id: string, options?: CallOptions): Call<ResumeSubscriptionResult> {
    return this.connection.request('POST', '/v1/subscriptions/{id}/resume', { ...options, path: { id } })
  }
}

export class WalletsResource extends Resource {
  /**
   * List your wallets.
   * Your wallets, one a currency, with their balances.
   * Await it for a page, or iterate it for all items.
   * GET /v1/wallets
   * @throws Forbidden scope_missing: the key lacks the scope wallet:read.
   */
  list (query: ListWalletsQuery = {}, options?: CallOptions): List<ListWalletsResult> {
    return new List(this.connection, '/v1/wallets', { ...options, query })
  }

  /**
   * List the transfers of a wallet.
   * What moved in a wallet, newest first, with the balance after each.
   * Await it for a page, or iterate it for all items.
   * GET /v1/wallets/{currency}/transfers
   * @param currency ISO 4217 currency code.
   * @throws Forbidden scope_missing: the key lacks the scope wallet:read.
   * @throws NotFound not_found: there is none of yours with this id.
   */
  transfers (currency: string, query: ListTransfersQuery = {}, options?: CallOptions): List<ListTransfersResult> {
    return new List(this.connection, '/v1/wallets/{currency}/transfers', { ...options, path: { currency }, query })
  }
}
