// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
import { Connection, segment, withReference, type CallOptions } from '../connection.ts'
import { fileBytes, type FileBody } from '../files.ts'
import { EventStream } from '../event-stream.ts'
import { Lines } from '../lines.ts'
import type { KahubOptions } from '../options.ts'
import { List } from '../pages.ts'
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
  CreateKeyBody,
  CreateKeyResult,
  CreateQuoteBody,
  CreateQuoteResult,
  CreateReversalBody,
  CreateReversalResult,
  CreateStandingOrderBody,
  CreateStandingOrderResult,
  CreateSubscriptionBody,
  CreateSubscriptionResult,
  DeleteEndpointResult,
  DeleteSubscriptionResult,
  EndStandingOrderResult,
  GetApprovalPolicyResult,
  GetApprovalResult,
  GetBulkOrderResult,
  GetDeliveryResult,
  GetEncryptionKeyResult,
  GetEndpointResult,
  GetEventResult,
  GetHoldResult,
  GetMeResult,
  GetOrderCodesDigestResult,
  GetOrderResult,
  GetPricesQuery,
  GetPricesResult,
  GetProductResult,
  GetQuoteResult,
  GetReversalResult,
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
  ListDeliveriesQuery,
  ListDeliveriesResult,
  ListEncryptionKeysQuery,
  ListEncryptionKeysResult,
  ListEndpointsQuery,
  ListEndpointsResult,
  ListEventDeliveriesQuery,
  ListEventDeliveriesResult,
  ListEventsQuery,
  ListEventsResult,
  ListHoldsQuery,
  ListHoldsResult,
  ListKeysQuery,
  ListKeysResult,
  ListOrderCodesLine,
  ListOrderCodesQuery,
  ListOrderCodesResult,
  ListOrdersQuery,
  ListOrdersResult,
  ListProductsQuery,
  ListProductsResult,
  ListQuotesQuery,
  ListQuotesResult,
  ListRevealsQuery,
  ListRevealsResult,
  ListReversalsQuery,
  ListReversalsResult,
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
  ResumeEndpointResult,
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
  SimulateEventBody,
  SimulateEventResult,
  StreamEventsQuery,
  TestEndpointResult,
  UpdateEndpointBody,
  UpdateEndpointResult,
  UpdateStandingOrderBody,
  UpdateStandingOrderResult,
  UpdateSubscriptionBody,
  UpdateSubscriptionResult
} from './types.ts'

/** The wholesale API, as a reseller uses it. */
export class Kahub extends Connection {
  readonly approvalPolicy: ApprovalPolicyResource
  readonly approvals: ApprovalsResource
  readonly budgets: BudgetsResource
  readonly bulkOrders: BulkOrdersResource
  readonly categories: CategoriesResource
  readonly deliveries: DeliveriesResource
  readonly encryptionKeys: EncryptionKeysResource
  readonly endpoints: EndpointsResource
  readonly events: EventsResource
  readonly holds: HoldsResource
  readonly keys: KeysResource
  readonly me: MeResource
  readonly orders: OrdersResource
  readonly prices: PricesResource
  readonly products: ProductsResource
  readonly quotes: QuotesResource
  readonly reveals: RevealsResource
  readonly reversals: ReversalsResource
  readonly standingOrders: StandingOrdersResource
  readonly stock: StockResource
  readonly subscriptions: SubscriptionsResource
  readonly wallets: WalletsResource

  constructor (options: KahubOptions) {
    super(options, '2026-11-21')
    this.approvalPolicy = new ApprovalPolicyResource(this)
    this.approvals = new ApprovalsResource(this)
    this.budgets = new BudgetsResource(this)
    this.bulkOrders = new BulkOrdersResource(this)
    this.categories = new CategoriesResource(this)
    this.deliveries = new DeliveriesResource(this)
    this.encryptionKeys = new EncryptionKeysResource(this)
    this.endpoints = new EndpointsResource(this)
    this.events = new EventsResource(this)
    this.holds = new HoldsResource(this)
    this.keys = new KeysResource(this)
    this.me = new MeResource(this)
    this.orders = new OrdersResource(this)
    this.prices = new PricesResource(this)
    this.products = new ProductsResource(this)
    this.quotes = new QuotesResource(this)
    this.reveals = new RevealsResource(this)
    this.reversals = new ReversalsResource(this)
    this.standingOrders = new StandingOrdersResource(this)
    this.stock = new StockResource(this)
    this.subscriptions = new SubscriptionsResource(this)
    this.wallets = new WalletsResource(this)
  }
}

export class ApprovalPolicyResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * What purchases need a second key for.
   * Your policy (采购审批); one that asks for nothing as long as none was put.
   * GET /v1/approval-policy
   */
  async get (options?: CallOptions): Promise<GetApprovalPolicyResult> {
    return this.#connection.request('GET', '/v1/approval-policy', options)
  }

  /**
   * Set what purchases need a second key for.
   * Replaces your policy as a whole, from the next order on. What is pending stays as it was asked.
   * PUT /v1/approval-policy
   */
  async put (body: PutApprovalPolicyBody = {}, options?: CallOptions): Promise<PutApprovalPolicyResult> {
    return this.#connection.request('PUT', '/v1/approval-policy', { ...options, body })
  }
}

export class ApprovalsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List purchases that need a second key.
   * Your approvals, newest first; state=pending are those that wait.
   * Await it for a page, or iterate it for all items.
   * GET /v1/approvals
   */
  list (query: ListApprovalsQuery = {}, options?: CallOptions): List<ListApprovalsResult> {
    const path = '/v1/approvals'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * One purchase that needs a second key.
   * GET /v1/approvals/{id}
   * @param id The id of an approval.
   */
  async get (id: string, options?: CallOptions): Promise<GetApprovalResult> {
    return this.#connection.request('GET', `/v1/approvals/${segment(id)}`, options)
  }

  /**
   * Approve a purchase.
   * Completes what waits, at the price and from the stock that were set aside for it. Not by the key that ordered,
   * nor by one it was rotated from or to. Approved again, it is answered again.
   * POST /v1/approvals/{id}/approve
   * @param id The id of an approval.
   */
  async approve (id: string, options?: CallOptions): Promise<ApproveApprovalResult> {
    return this.#connection.request('POST', `/v1/approvals/${segment(id)}/approve`, options)
  }

  /**
   * Reject a purchase.
   * Releases the stock and the money that were set aside. Rejected again, it is answered again, with the first
   * reason.
   * POST /v1/approvals/{id}/reject
   * @param id The id of an approval.
   */
  async reject (id: string, body: RejectApprovalBody, options?: CallOptions): Promise<RejectApprovalResult> {
    return this.#connection.request('POST', `/v1/approvals/${segment(id)}/reject`, { ...options, body })
  }
}

export class BudgetsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * List your budgets.
   * Your budgets, oldest first, with what was spent of them in this month.
   * Await it for a page, or iterate it for all items.
   * GET /v1/budgets
   */
  list (query: ListBudgetsQuery = {}, options?: CallOptions): List<ListBudgetsResult> {
    const path = '/v1/budgets'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Set the budget of a key or cost center.
   * What may be spent in a calendar month (UTC). An order beyond it is refused with budget_exceeded. It counts from
   * now on; set again, what was spent this month stays spent.
   * PUT /v1/budgets
   */
  async put (body: PutBudgetBody, options?: CallOptions): Promise<PutBudgetResult> {
    return this.#connection.request('PUT', '/v1/budgets', { ...options, body })
  }

  /**
   * Remove a budget.
   * Removes a budget and the count of what was spent of it, and answers it as it was.
   * DELETE /v1/budgets/{id}
   * @param id The id of a budget.
   */
  async remove (id: string, options?: CallOptions): Promise<RemoveBudgetResult> {
    return this.#connection.request('DELETE', `/v1/budgets/${segment(id)}`, options)
  }
}

export class BulkOrdersResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Confirm a bulk order: the work begins.
   * Buys in the background, never for more than max_total. Confirmed again, it is answered as it is.
   * POST /v1/bulk-orders/{id}/confirm
   * @param id The id of a bulk order.
   */
  async confirm (id: string, body: ConfirmBulkOrderBody = {}, options?: CallOptions): Promise<ConfirmBulkOrderResult> {
    return this.#connection.request('POST', `/v1/bulk-orders/${segment(id)}/confirm`, { ...options, body })
  }

  /**
   * Stop a bulk order.
   * What was bought stays bought; what is set aside is given back; the rest is not bought. Cancelled again, it is
   * answered as it is.
   * POST /v1/bulk-orders/{id}/cancel
   * @param id The id of a bulk order.
   */
  async cancel (id: string, options?: CallOptions): Promise<CancelBulkOrderResult> {
    return this.#connection.request('POST', `/v1/bulk-orders/${segment(id)}/cancel`, options)
  }

  /**
   * Try once more what failed.
   * Starts another round for the lines that lack codes, and for nothing else; from partial, failed or cancelled.
   * POST /v1/bulk-orders/{id}/retry
   * @param id The id of a bulk order.
   */
  async retry (id: string, body: RetryBulkOrderBody = {}, options?: CallOptions): Promise<RetryBulkOrderResult> {
    return this.#connection.request('POST', `/v1/bulk-orders/${segment(id)}/retry`, { ...options, body })
  }

  /**
   * Your bulk orders, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/bulk-orders
   */
  list (query: ListBulkOrdersQuery = {}, options?: CallOptions): List<ListBulkOrdersResult> {
    const path = '/v1/bulk-orders'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Send a file to be checked as a whole.
   * Checks up to 100,000 lines or 1,000,000 codes, and keeps them with a report: what is wrong with which line, what
   * is short, what it costs. Nothing moves. Confirm it within 24 hours. The same reference with the same bytes gives
   * the same bulk order.
   * POST /v1/bulk-orders
   */
  async create (
    body: FileBody,
    contentType: 'text/csv' | 'application/x-ndjson' | 'application/json',
    query: CreateBulkOrderQuery = {},
    options?: CallOptions
  ): Promise<CreateBulkOrderResult> {
    return this.#connection.request('POST', '/v1/bulk-orders', {
      ...options,
      headers: { ...options?.headers, 'content-type': contentType },
      query: withReference(query, options),
      body: await fileBytes(body)
    })
  }

  /**
   * A CSV file to start from.
   * A header row, and a row for each of some SKUs you can order, each with its name for you to read; the name is
   * passed over when you send it.
   * GET /v1/bulk-orders/template
   */
  async template (options?: CallOptions): Promise<string> {
    return this.#connection.requestText('GET', '/v1/bulk-orders/template', options)
  }

  /**
   * One bulk order: its report, and how far it is.
   * Ask again after Retry-After while it is at work.
   * GET /v1/bulk-orders/{id}
   * @param id The id of a bulk order.
   */
  async get (id: string, options?: CallOptions): Promise<GetBulkOrderResult> {
    return this.#connection.request('GET', `/v1/bulk-orders/${segment(id)}`, options)
  }

  /**
   * One bulk order: its report, and how far it is.
   * Ask again after Retry-After while it is at work.
   * Iterate it: it comes as it is, and again whenever it has changed, until it is at an end.
   * GET /v1/bulk-orders/{id}
   * @param id The id of a bulk order.
   */
  watch (id: string, options?: CallOptions): Watch<GetBulkOrderResult> {
    return new Watch(this.#connection, `/v1/bulk-orders/${segment(id)}`, options)
  }

  /**
   * What became of each line: a page as JSON, or all of them as NDJSON or CSV.
   * Send Accept: application/x-ndjson for a stream of one line a line, ending with {"end":true,"count":…}, or Accept:
   * text/csv for a file. A line that was delivered in part and retried stands there once for each round.
   * Await it for a page, or iterate it for all items.
   * GET /v1/bulk-orders/{id}/lines
   * @param id The id of a bulk order.
   */
  lines (id: string, query: ListBulkOrderLinesQuery = {}, options?: CallOptions): List<ListBulkOrderLinesResult> {
    const path = `/v1/bulk-orders/${segment(id)}/lines`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * What became of each line: a page as JSON, or all of them as NDJSON or CSV.
   * Send Accept: application/x-ndjson for a stream of one line a line, ending with {"end":true,"count":…}, or Accept:
   * text/csv for a file. A line that was delivered in part and retried stands there once for each round.
   * Iterate it: the items come one by one, as fast as they are used.
   * GET /v1/bulk-orders/{id}/lines
   * @param id The id of a bulk order.
   */
  streamLines (id: string, query: ListBulkOrderLinesQuery = {}, options?: CallOptions): Lines<ListBulkOrderLinesLine> {
    return new Lines(this.#connection, `/v1/bulk-orders/${segment(id)}/lines`, { ...options, query })
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

export class DeliveriesResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * What was sent to your endpoints, newest first.
   * With state=dead: what was given up.
   * Await it for a page, or iterate it for all items.
   * GET /v1/deliveries
   */
  list (query: ListDeliveriesQuery = {}, options?: CallOptions): List<ListDeliveriesResult> {
    const path = '/v1/deliveries'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * One delivery: what is sent, and every attempt.
   * GET /v1/deliveries/{id}
   * @param id The id of a delivery: the webhook-id of every attempt.
   */
  async get (id: string, options?: CallOptions): Promise<GetDeliveryResult> {
    return this.#connection.request('GET', `/v1/deliveries/${segment(id)}`, options)
  }

  /**
   * Send a delivery again.
   * Under the same id, and its schedule begins anew. One that waits for its next attempt is tried now.
   * POST /v1/deliveries/{id}/replay
   * @param id The id of a delivery: the webhook-id of every attempt.
   */
  async replay (id: string, options?: CallOptions): Promise<ReplayDeliveryResult> {
    return this.#connection.request('POST', `/v1/deliveries/${segment(id)}/replay`, options)
  }
}

export class EncryptionKeysResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your encryption keys, newest first.
   * Retired ones included: what was sealed to them opens with their private half only.
   * Await it for a page, or iterate it for all items.
   * GET /v1/encryption-keys
   */
  list (query: ListEncryptionKeysQuery = {}, options?: CallOptions): List<ListEncryptionKeysResult> {
    const path = '/v1/encryption-keys'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Register the key your deliveries are sealed to.
   * From this answer on codes leave only as JWE (RFC 7516) that this key’s private half opens: in orders, pages,
   * streams and repeats. It takes the place of the key in use. Send the public half only; a private key is refused,
   * and spoilt by being sent.
   * POST /v1/encryption-keys
   */
  async create (body: CreateEncryptionKeyBody, options?: CallOptions): Promise<CreateEncryptionKeyResult> {
    return this.#connection.request('POST', '/v1/encryption-keys', { ...options, body: withReference(body, options) })
  }

  /**
   * One of your encryption keys.
   * GET /v1/encryption-keys/{id}
   * @param id The id of an encryption key; the kid of what is sealed to it.
   */
  async get (id: string, options?: CallOptions): Promise<GetEncryptionKeyResult> {
    return this.#connection.request('GET', `/v1/encryption-keys/${segment(id)}`, options)
  }

  /**
   * Retire an encryption key.
   * Afterwards codes leave in the clear, those bought before included. To change to another key, register it instead:
   * it takes this one’s place without a moment in between. Again, it changes nothing.
   * DELETE /v1/encryption-keys/{id}
   * @param id The id of an encryption key; the kid of what is sealed to it.
   */
  async retire (id: string, options?: CallOptions): Promise<RetireEncryptionKeyResult> {
    return this.#connection.request('DELETE', `/v1/encryption-keys/${segment(id)}`, options)
  }
}

export class EndpointsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your endpoints, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/endpoints
   */
  list (query: ListEndpointsQuery = {}, options?: CallOptions): List<ListEndpointsResult> {
    const path = '/v1/endpoints'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Be told: register an address for callbacks.
   * From now on every event of these types is sent there, signed as Standard Webhooks, and tried for three days. The
   * secret is shown this once: a repeat of the reference shows the endpoint without it.
   * POST /v1/endpoints
   */
  async create (body: CreateEndpointBody, options?: CallOptions): Promise<CreateEndpointResult> {
    return this.#connection.request('POST', '/v1/endpoints', { ...options, body: withReference(body, options) })
  }

  /**
   * Give an endpoint a new secret.
   * The secret until now signs beside the new one for overlap_seconds: every callback then has both signatures. The
   * new one is shown this once. Rotated again meanwhile, the oldest signs no more.
   * POST /v1/endpoints/{id}/rotate-secret
   * @param id The id of an endpoint.
   */
  async rotateSecret (
    id: string,
    body: RotateEndpointSecretBody = {},
    options?: CallOptions
  ): Promise<RotateEndpointSecretResult> {
    return this.#connection.request('POST', `/v1/endpoints/${segment(id)}/rotate-secret`, {
      ...options,
      body: withReference(body, options)
    })
  }

  /**
   * One of your endpoints, and how it goes.
   * GET /v1/endpoints/{id}
   * @param id The id of an endpoint.
   */
  async get (id: string, options?: CallOptions): Promise<GetEndpointResult> {
    return this.#connection.request('GET', `/v1/endpoints/${segment(id)}`, options)
  }

  /**
   * Change an endpoint.
   * Only what is given. What is due goes to the new URL; other types count for what becomes true from now on.
   * PATCH /v1/endpoints/{id}
   * @param id The id of an endpoint.
   */
  async update (id: string, body: UpdateEndpointBody = {}, options?: CallOptions): Promise<UpdateEndpointResult> {
    return this.#connection.request('PATCH', `/v1/endpoints/${segment(id)}`, { ...options, body })
  }

  /**
   * Delete an endpoint, for good.
   * It is told nothing more; what is due is dropped. What was sent to it can still be read.
   * DELETE /v1/endpoints/{id}
   * @param id The id of an endpoint.
   */
  async delete (id: string, options?: CallOptions): Promise<DeleteEndpointResult> {
    return this.#connection.request('DELETE', `/v1/endpoints/${segment(id)}`, options)
  }

  /**
   * Pause an endpoint.
   * What it would be told gathers until it is resumed. Paused for longer than events are kept, it loses the oldest.
   * POST /v1/endpoints/{id}/pause
   * @param id The id of an endpoint.
   */
  async pause (id: string, options?: CallOptions): Promise<PauseEndpointResult> {
    return this.#connection.request('POST', `/v1/endpoints/${segment(id)}/pause`, options)
  }

  /**
   * Resume an endpoint that is paused or disabled.
   * Its failures are forgotten, and what gathered is sent; of what became true while it was disabled, too. What was
   * given up (dead) stays so until you replay it.
   * POST /v1/endpoints/{id}/resume
   * @param id The id of an endpoint.
   */
  async resume (id: string, options?: CallOptions): Promise<ResumeEndpointResult> {
    return this.#connection.request('POST', `/v1/endpoints/${segment(id)}/resume`, options)
  }

  /**
   * Send a test to an endpoint.
   * Appends an event endpoint.test, which goes to this endpoint alone, whatever its types; GET /v1/deliveries shows
   * what came of it.
   * POST /v1/endpoints/{id}/test
   * @param id The id of an endpoint.
   */
  async test (id: string, options?: CallOptions): Promise<TestEndpointResult> {
    return this.#connection.request('POST', `/v1/endpoints/${segment(id)}/test`, options)
  }

  /**
   * Send a sample of any type of event to an endpoint.
   * Its body says simulated: true, and nothing of it is true; the feed does not have it.
   * POST /v1/endpoints/{id}/simulate
   * @param id The id of an endpoint.
   */
  async simulate (id: string, body: SimulateEventBody, options?: CallOptions): Promise<SimulateEventResult> {
    return this.#connection.request('POST', `/v1/endpoints/${segment(id)}/simulate`, { ...options, body })
  }

  /**
   * Send again: everything since a time, a range, or what was given up.
   * Under the same ids, so that a receiver that remembers them takes nothing twice. Oldest first; say next_sequence
   * as from_sequence to go on.
   * POST /v1/endpoints/{id}/replay
   * @param id The id of an endpoint.
   */
  async replay (id: string, body: ReplayEndpointBody = {}, options?: CallOptions): Promise<ReplayEndpointResult> {
    return this.#connection.request('POST', `/v1/endpoints/${segment(id)}/replay`, { ...options, body })
  }
}

export class EventsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Did you tell me? Where an event was sent, and whether it arrived.
   * Await it for a page, or iterate it for all items.
   * GET /v1/events/{id}/deliveries
   * @param id The id of an event.
   */
  deliveries (id: string, query: ListEventDeliveriesQuery = {}, options?: CallOptions): List<ListEventDeliveriesResult> {
    const path = `/v1/events/${segment(id)}/deliveries`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * The feed: your events, oldest first.
   * Everything that became true for you, in its sequence, for 30 days: the same objects as in callbacks. To stay in
   * step, keep the sequence of the last event you took and send it as after (or keep next_cursor). Events further
   * back than are kept are refused with events_expired.
   * Await it for a page, or iterate it for all items.
   * GET /v1/events
   */
  list (query: ListEventsQuery = {}, options?: CallOptions): List<ListEventsResult> {
    const path = '/v1/events'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * One of your events.
   * GET /v1/events/{id}
   * @param id The id of an event.
   */
  async get (id: string, options?: CallOptions): Promise<GetEventResult> {
    return this.#connection.request('GET', `/v1/events/${segment(id)}`, options)
  }

  /**
   * The feed as it grows, as server-sent events.
   * Each event has its sequence as id, its type as event and the event as JSON in data. Last-Event-ID (or after) goes
   * on behind that sequence; without either it begins now. A comment comes every ten seconds. It ends when your key
   * does, and after an hour: connect anew, with a new signature.
   * Iterate it: events come as they become true. A connection that is cut is made again behind the last of them.
   * GET /v1/events/stream
   */
  stream (query: StreamEventsQuery = {}, options?: CallOptions): EventStream {
    return new EventStream(this.#connection, '/v1/events/stream', { ...options, query })
  }
}

export class HoldsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your holds, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/holds
   */
  list (query: ListHoldsQuery = {}, options?: CallOptions): List<ListHoldsResult> {
    const path = '/v1/holds'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Set stock aside for a while.
   * All lines or none. An order that names the hold buys what it set aside; what the order leaves goes back, and so
   * does everything when the hold is cancelled or its time is over.
   * POST /v1/holds
   */
  async create (body: CreateHoldBody, options?: CallOptions): Promise<CreateHoldResult> {
    return this.#connection.request('POST', '/v1/holds', { ...options, body: withReference(body, options) })
  }

  /**
   * One hold.
   * GET /v1/holds/{id}
   * @param id The id of a hold.
   */
  async get (id: string, options?: CallOptions): Promise<GetHoldResult> {
    return this.#connection.request('GET', `/v1/holds/${segment(id)}`, options)
  }

  /**
   * Give held stock back at once.
   * Answers the hold as it ended. Again, it changes nothing; one that an order used is refused (hold_ended).
   * DELETE /v1/holds/{id}
   * @param id The id of a hold.
   */
  async cancel (id: string, options?: CallOptions): Promise<CancelHoldResult> {
    return this.#connection.request('DELETE', `/v1/holds/${segment(id)}`, options)
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
   * codes included, however often it is sent. 200: it came before, or was a dry run. 202: it awaits approval.
   * POST /v1/orders
   */
  async place (body: PlaceOrderBody, options?: CallOptions): Promise<PlaceOrderResult> {
    return this.#connection.request('POST', '/v1/orders', { ...options, body: withReference(body, options), sealed: 'order' })
  }

  /**
   * One order, its prices explained.
   * GET /v1/orders/{id}
   * @param id The id of an order.
   */
  async get (id: string, options?: CallOptions): Promise<GetOrderResult> {
    return this.#connection.request('GET', `/v1/orders/${segment(id)}`, { ...options, sealed: 'order' })
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
   */
  async codes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Promise<ListOrderCodesResult> {
    return this.#connection.request('GET', `/v1/orders/${segment(id)}/codes`, { ...options, query, sealed: 'page' })
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
   */
  streamCodes (id: string, query: ListOrderCodesQuery = {}, options?: CallOptions): Lines<ListOrderCodesLine> {
    return new Lines(this.#connection, `/v1/orders/${segment(id)}/codes`, { ...options, query, resume: 'taken' })
  }

  /**
   * The sums over the codes of an order.
   * For those who keep an order’s codes as a file: whether it is whole and unchanged. Given once all codes were
   * revealed, by any key and in any form.
   * GET /v1/orders/{id}/codes/digest
   * @param id The id of an order.
   */
  async codesDigest (id: string, options?: CallOptions): Promise<GetOrderCodesDigestResult> {
    return this.#connection.request('GET', `/v1/orders/${segment(id)}/codes/digest`, options)
  }

  /**
   * Cancel an order.
   * What is set aside is released at once. Of what was delivered, codes that were never revealed go back on the shelf
   * within 48 hours of the order, or of its approval, and their money into your wallet. Again, it changes nothing.
   * POST /v1/orders/{id}/cancel
   * @param id The id of an order.
   */
  async cancel (id: string, body: CancelOrderBody = {}, options?: CallOptions): Promise<CancelOrderResult> {
    return this.#connection.request('POST', `/v1/orders/${segment(id)}/cancel`, { ...options, body, sealed: 'order' })
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

export class QuotesResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your quotes, newest first.
   * Without their lines. Quotes that nobody used are deleted some days after they expired.
   * Await it for a page, or iterate it for all items.
   * GET /v1/quotes
   */
  list (query: ListQuotesQuery = {}, options?: CallOptions): List<ListQuotesResult> {
    const path = '/v1/quotes'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Bind prices for a while.
   * The prices in force now, for one order of exactly these lines that names the quote before it expires. It sets no
   * stock aside: a hold does. What an order of these lines would be refused for, stock and money apart, is refused
   * here.
   * POST /v1/quotes
   */
  async create (body: CreateQuoteBody, options?: CallOptions): Promise<CreateQuoteResult> {
    return this.#connection.request('POST', '/v1/quotes', { ...options, body: withReference(body, options) })
  }

  /**
   * One quote, its prices explained.
   * GET /v1/quotes/{id}
   * @param id The id of a quote.
   */
  async get (id: string, options?: CallOptions): Promise<GetQuoteResult> {
    return this.#connection.request('GET', `/v1/quotes/${segment(id)}`, options)
  }
}

export class RevealsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Who looked at your codes, newest first.
   * Each time codes left, in an order’s answer or fetched: when, by which key, which codes of which order, and where
   * to. It is written before they leave; a code that does not stand here was never shown, and can be given back.
   * Await it for a page, or iterate it for all items.
   * GET /v1/reveals
   */
  list (query: ListRevealsQuery = {}, options?: CallOptions): List<ListRevealsResult> {
    const path = '/v1/reveals'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }
}

export class ReversalsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your reversals, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/reversals
   */
  list (query: ListReversalsQuery = {}, options?: CallOptions): List<ListReversalsResult> {
    const path = '/v1/reversals'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Undo the order with your reference, whether it arrived or not.
   * For when an order’s answer was lost. An order that arrived is undone whole within 48 hours while none of its
   * codes was revealed; if none arrived, the reference is made unusable, so that none can arrive later.
   * POST /v1/reversals
   */
  async create (body: CreateReversalBody, options?: CallOptions): Promise<CreateReversalResult> {
    return this.#connection.request('POST', '/v1/reversals', { ...options, body: withReference(body, options) })
  }

  /**
   * One reversal.
   * GET /v1/reversals/{id}
   * @param id The id of a reversal.
   */
  async get (id: string, options?: CallOptions): Promise<GetReversalResult> {
    return this.#connection.request('GET', `/v1/reversals/${segment(id)}`, options)
  }
}

export class StandingOrdersResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your standing orders, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/standing-orders
   */
  list (query: ListStandingOrdersQuery = {}, options?: CallOptions): List<ListStandingOrdersResult> {
    const path = '/v1/standing-orders'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Let the clock buy.
   * A schedule buys a quantity at certain times; a level buys what is missing from so many codes on hand. Each run
   * places one order, under the reference `{id}/{run}`, and leaves a report. It buys with the key that signs this.
   * POST /v1/standing-orders
   */
  async create (body: CreateStandingOrderBody, options?: CallOptions): Promise<CreateStandingOrderResult> {
    return this.#connection.request('POST', '/v1/standing-orders', { ...options, body: withReference(body, options) })
  }

  /**
   * One standing order.
   * GET /v1/standing-orders/{id}
   * @param id The id of a standing order.
   */
  async get (id: string, options?: CallOptions): Promise<GetStandingOrderResult> {
    return this.#connection.request('GET', `/v1/standing-orders/${segment(id)}`, options)
  }

  /**
   * Change a standing order.
   * All but its SKU. From then on it buys with the key that signs this. A new rule starts anew: a level is looked at
   * at once.
   * PATCH /v1/standing-orders/{id}
   * @param id The id of a standing order.
   */
  async update (
    id: string,
    body: UpdateStandingOrderBody = {},
    options?: CallOptions
  ): Promise<UpdateStandingOrderResult> {
    return this.#connection.request('PATCH', `/v1/standing-orders/${segment(id)}`, { ...options, body })
  }

  /**
   * End a standing order.
   * For good. It and its runs stay to be read; orders it has placed are not touched.
   * DELETE /v1/standing-orders/{id}
   * @param id The id of a standing order.
   */
  async end (id: string, options?: CallOptions): Promise<EndStandingOrderResult> {
    return this.#connection.request('DELETE', `/v1/standing-orders/${segment(id)}`, options)
  }

  /**
   * Pause a standing order.
   * There are no runs until it is resumed. One whose key is revoked or expires, or whose last 5 runs were refused, is
   * paused by itself; pause_reason says why.
   * POST /v1/standing-orders/{id}/pause
   * @param id The id of a standing order.
   */
  async pause (id: string, options?: CallOptions): Promise<PauseStandingOrderResult> {
    return this.#connection.request('POST', `/v1/standing-orders/${segment(id)}/pause`, options)
  }

  /**
   * Resume a standing order.
   * It runs from the next time on (a level at once), and buys with the key that signs this. What was missed is not
   * made up for.
   * POST /v1/standing-orders/{id}/resume
   * @param id The id of a standing order.
   */
  async resume (id: string, options?: CallOptions): Promise<ResumeStandingOrderResult> {
    return this.#connection.request('POST', `/v1/standing-orders/${segment(id)}/resume`, options)
  }

  /**
   * What the next run would do.
   * The next 5 times, and what would become of a run now, at the prices, stock, money, limits and budgets of now.
   * Nothing changes.
   * GET /v1/standing-orders/{id}/preview
   * @param id The id of a standing order.
   */
  async preview (id: string, options?: CallOptions): Promise<PreviewStandingOrderResult> {
    return this.#connection.request('GET', `/v1/standing-orders/${segment(id)}/preview`, options)
  }

  /**
   * The reports of a standing order’s runs, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/standing-orders/{id}/runs
   * @param id The id of a standing order.
   */
  runs (id: string, query: ListStandingRunsQuery = {}, options?: CallOptions): List<ListStandingRunsResult> {
    const path = `/v1/standing-orders/${segment(id)}/runs`
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
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

export class SubscriptionsResource {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /**
   * Your subscriptions, newest first.
   * Await it for a page, or iterate it for all items.
   * GET /v1/subscriptions
   */
  list (query: ListSubscriptionsQuery = {}, options?: CallOptions): List<ListSubscriptionsResult> {
    const path = '/v1/subscriptions'
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }

  /**
   * Be told when stock, or your price, changes.
   * The messages are events stock.changed and price.changed: in the feed, its stream and callbacks. The answer says
   * what is there now; from here on only what becomes another is told, once per SKU and interval, and always as it is
   * then. What comes into a tag or into all later begins with no stock, and no price.
   * POST /v1/subscriptions
   */
  async create (body: CreateSubscriptionBody, options?: CallOptions): Promise<CreateSubscriptionResult> {
    return this.#connection.request('POST', '/v1/subscriptions', { ...options, body: withReference(body, options) })
  }

  /**
   * One subscription, and where it goes on from.
   * GET /v1/subscriptions/{id}
   * @param id The id of a subscription.
   */
  async get (id: string, options?: CallOptions): Promise<GetSubscriptionResult> {
    return this.#connection.request('GET', `/v1/subscriptions/${segment(id)}`, options)
  }

  /**
   * Change a subscription.
   * Its condition, threshold and interval. With another condition or threshold it goes on from what is there now.
   * PATCH /v1/subscriptions/{id}
   * @param id The id of a subscription.
   */
  async update (
    id: string,
    body: UpdateSubscriptionBody = {},
    options?: CallOptions
  ): Promise<UpdateSubscriptionResult> {
    return this.#connection.request('PATCH', `/v1/subscriptions/${segment(id)}`, { ...options, body })
  }

  /**
   * Delete a subscription, for good.
   * Its events stay in the feed.
   * DELETE /v1/subscriptions/{id}
   * @param id The id of a subscription.
   */
  async delete (id: string, options?: CallOptions): Promise<DeleteSubscriptionResult> {
    return this.#connection.request('DELETE', `/v1/subscriptions/${segment(id)}`, options)
  }

  /**
   * Pause a subscription.
   * It tells nothing until it is resumed.
   * POST /v1/subscriptions/{id}/pause
   * @param id The id of a subscription.
   */
  async pause (id: string, options?: CallOptions): Promise<PauseSubscriptionResult> {
    return this.#connection.request('POST', `/v1/subscriptions/${segment(id)}/pause`, options)
  }

  /**
   * Resume a subscription.
   * What is another than it last told is told, once, as it is now.
   * POST /v1/subscriptions/{id}/resume
   * @param id The id of a subscription.
   */
  async resume (id: string, options?: CallOptions): Promise<ResumeSubscriptionResult> {
    return this.#connection.request('POST', `/v1/subscriptions/${segment(id)}/resume`, options)
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
