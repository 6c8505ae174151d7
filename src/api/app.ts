// The Fastify app: every hook, route file and mount, in order, on one page.
import { randomBytes, type KeyObject } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Ajv, type Options as AjvOptions } from 'ajv'
import addFormats from 'ajv-formats'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { KeyAlgorithm } from '../../schema/vocabulary.ts'
import { Problem } from '../base/problem.ts'
import type { App, Worlds } from './app-types.ts'
import { apiVersions, authenticateFor } from './authenticate.ts'
import { registerBuying } from './buying/register-buying.ts'
import { registerGuides } from './docs/register-guides.ts'
import { registerDocs } from './docs/register-reference.ts'
import { registerEmbedding } from './embedding/register-embedding.ts'
import { rememberOperations } from './graphql/operations.ts'
import { registerGraphql } from './graphql/register-graphql.ts'
import { keyRates } from './key-rates.ts'
import { registerLive } from './live/register-live.ts'
import type { Metrics } from './metrics.ts'
import { issuerNames } from './oauth/issuer.ts'
import { oauthRoutes } from './oauth/token.ts'
import { registerOpenApi } from './openapi.ts'
import { registerPaymentNews } from './payments/register-payment-news.ts'
import { answerBrokenRequest, answerError, answerProblem } from './problems.ts'
import { adminCallbackRoutes } from './rest/admin-callbacks.ts'
import { adminCatalogRoutes } from './rest/admin-catalog.ts'
import { adminGatewayRoutes } from './rest/admin-gateways.ts'
import { adminImportsRoutes } from './rest/admin-imports.ts'
import { adminKeysRoutes } from './rest/admin-keys.ts'
import { adminLevelsRoutes } from './rest/admin-levels.ts'
import { adminLotsRoutes } from './rest/admin-lots.ts'
import { adminOrderRoutes } from './rest/admin-orders.ts'
import { adminPriceRoutes } from './rest/admin-prices.ts'
import { adminResellersRoutes } from './rest/admin-resellers.ts'
import { adminRevealRoutes } from './rest/admin-reveals.ts'
import { adminWalletsRoutes } from './rest/admin-wallets.ts'
import { approvalRoutes } from './rest/approvals.ts'
import { bulkOrderRoutes } from './rest/bulk-orders.ts'
import { checkoutRoutes } from './rest/checkouts.ts'
import { complaintRoutes } from './rest/complaints.ts'
import { debugRoutes } from './rest/debug.ts'
import { deliveryRoutes } from './rest/deliveries.ts'
import { depositRoutes } from './rest/deposits.ts'
import { encryptionKeyRoutes } from './rest/encryption-keys.ts'
import { endpointRoutes } from './rest/endpoints.ts'
import { eventRoutes } from './rest/events.ts'
import { gatewayRoutes } from './rest/gateways.ts'
import { holdRoutes } from './rest/holds.ts'
import { hostRoutes } from './rest/hosts.ts'
import { keysRoutes } from './rest/keys.ts'
import { linkRoutes } from './rest/links.ts'
import { meRoutes } from './rest/me.ts'
import { orderCodeRoutes } from './rest/order-codes.ts'
import { orderRoutes } from './rest/orders.ts'
import { payoutRoutes } from './rest/payouts.ts'
import { priceRoutes } from './rest/prices.ts'
import { productRoutes } from './rest/products.ts'
import { quoteRoutes } from './rest/quotes.ts'
import { revealRoutes } from './rest/reveals.ts'
import { reversalRoutes } from './rest/reversals.ts'
import { sandboxRoutes } from './rest/sandbox.ts'
import { serviceRoutes } from './rest/service.ts'
import { sessionReportRoutes } from './rest/session-report.ts'
import { sessionRoutes } from './rest/sessions.ts'
import { settlementRoutes } from './rest/settlements.ts'
import { standingOrderRoutes } from './rest/standing-orders.ts'
import { stockRoutes } from './rest/stock.ts'
import { subscriptionRoutes } from './rest/subscriptions.ts'
import { walletsRoutes } from './rest/wallets.ts'
import { registerSandboxGateway } from './sandbox-gateway/register-sandbox-gateway.ts'
import { followResets } from './sandbox/follow-resets.ts'
import { strikeRequests } from './sandbox/strike-requests.ts'
import { sendTogether } from './send-together.ts'

export const bodyBytesMax = 64 * 1024
/** A whole request has this long: what streams, an import or a bulk order, may take it. */
const requestTimeoutMs = 60_000
/** Its headers have this long, and so has a body that does not stream. Longer than the whole, Node would take the one for the other. */
const headersTimeoutMs = 15_000
const bodyTimeoutMs = 15_000
/** How often Node looks for requests that are late. */
const lateRequestsEveryMs = 5_000
const connectionTimeoutMs = 20_000
const keepAliveTimeoutMs = 65_000
const headerBytesMax = 16 * 1024
const parameterLengthMax = 200

export interface AppOptions {
  readonly logger: FastifyServerOptions['logger']
  /** Proxies whose X-Forwarded-For is believed; false is none. */
  readonly trustProxy: boolean | string[]
  /** Where the API is reached from outside, without a slash at the end; undefined: at the address it listens on. */
  readonly publicUrl?: string | undefined
  /** Whether there is an editor for the graph, at /graphiql. */
  readonly graphiql?: boolean | undefined
  readonly decoys: Readonly<Record<KeyAlgorithm, KeyObject>>
  readonly metrics: Metrics
  /** Whether this server can do its work now; a sentence when it cannot. */
  readonly unready: () => Promise<string | undefined>
}

/** Builds the app over the two worlds; it listens when its caller says so. */
export async function buildApp (worlds: Worlds, options: AppOptions): Promise<App> {
  const app: App = fastify({
    logger: options.logger ?? false,
    logController: new fastify.LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy,
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: connectionTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // Node would answer a request without a Host by itself, and not as the contract says.
    http: {
      maxHeaderSize: headerBytesMax,
      requireHostHeader: false,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: lateRequestsEveryMs
    },
    routerOptions: { maxParamLength: parameterLengthMax },
    exposeHeadRoutes: false,
    // What still arrives on open connections while the server stops is answered, and the connection closed after it.
    return503OnClosing: false,
    genReqId: requestIds(),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerError
  }).withTypeProvider<TypeBoxTypeProvider>()

  useStrictSchemas(app)
  keepBodiesRaw(app)
  const routes = rememberRoutes(app)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) => answerNothingHere(routes, request, reply))

  const authentication = { decoys: options.decoys, rates: keyRates(), issuers: issuerNames(options.publicUrl, () => app.server.address()) }
  const authenticate = authenticateFor(worlds, authentication)
  app.decorateRequest('caller')
  app.decorate('origin', () => authentication.issuers()[0])
  app.decorate('admitBearer', authenticate.admitBearer)
  sendTogether(app.server)
  // Node would refuse what else than 100-continue is expected with an empty 417; a server may as well not heed it (RFC 9110 section 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('request-id', request.id)
    done(brokenHead(request))
  })
  app.addHook('onRequest', authenticate.verifyCaller)
  const cutSlowBody = slowBodies(app)
  app.addHook('preParsing', (request, _reply, payload, done) => {
    cutSlowBody(request)
    done(null, payload)
  })
  app.addHook('preValidation', authenticate.admit)
  followResets(app)
  strikeRequests(app)
  app.addHook('onResponse', (request, reply, done) => {
    options.metrics.countRequest(request.routeOptions.url ?? 'none', request.method, reply.statusCode, reply.elapsedTime)
    request.log.info({
      method: request.method, path: loggedPath(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10, key: request.caller?.key.id
    }, 'a request was answered')
    done()
  })

  await registerOpenApi(app, apiVersions[0])
  const operations = rememberOperations(app)
  await app.register(async scope => {
    serviceRoutes(scope, options.unready, () => [worlds.live.callbackKey.jwk, worlds.test.callbackKey.jwk])
    meRoutes(scope)
    keysRoutes(scope)
    productRoutes(scope)
    priceRoutes(scope)
    stockRoutes(scope)
    quoteRoutes(scope)
    holdRoutes(scope)
    orderRoutes(scope)
    orderCodeRoutes(scope)
    reversalRoutes(scope)
    revealRoutes(scope)
    bulkOrderRoutes(scope)
    approvalRoutes(scope)
    standingOrderRoutes(scope)
    encryptionKeyRoutes(scope)
    walletsRoutes(scope)
    endpointRoutes(scope)
    deliveryRoutes(scope)
    eventRoutes(scope)
    subscriptionRoutes(scope)
    hostRoutes(scope)
    sessionRoutes(scope)
    sessionReportRoutes(scope)
    linkRoutes(scope)
    checkoutRoutes(scope)
    complaintRoutes(scope)
    settlementRoutes(scope)
    payoutRoutes(scope)
    gatewayRoutes(scope)
    depositRoutes(scope)
    sandboxRoutes(scope)
    debugRoutes(scope, worlds)
    oauthRoutes(scope, worlds, authentication)
    adminLevelsRoutes(scope)
    adminResellersRoutes(scope)
    adminKeysRoutes(scope)
    adminOrderRoutes(scope)
    adminRevealRoutes(scope)
    adminWalletsRoutes(scope)
    adminCatalogRoutes(scope)
    adminPriceRoutes(scope)
    adminImportsRoutes(scope)
    adminLotsRoutes(scope)
    adminCallbackRoutes(scope)
    adminGatewayRoutes(scope)
  })
  await registerGraphql(app, operations, options)
  await registerDocs(app)
  await registerGuides(app)
  await registerBuying(app, worlds)
  await registerEmbedding(app, worlds)
  await registerLive(app, worlds)
  await registerPaymentNews(app, worlds, options)
  await registerSandboxGateway(app, worlds)
  return app
}

/** Cuts callers whose bodies come too slowly. Bodies have come with their headers as a rule: only one that has not is timed. */
function slowBodies (app: App): (request: FastifyRequest) => void {
  const read: IncomingMessage[] = []
  return ({ raw, routeOptions: { config } }) => {
    if (config.body === 'stream' || read.push(raw) > 1) return
    // The rest of what has arrived is read before that.
    setImmediate(() => { for (const raw of read.splice(0)) if (!raw.complete) timeBody(app, raw) })
  }
}

function timeBody (app: App, raw: IncomingMessage): void {
  const late = Object.assign(new Error('the body takes too long'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
  const timer = setTimeout(() => answerBrokenRequest.call(app as unknown as FastifyInstance, late, raw.socket), bodyTimeoutMs)
  raw.once('close', () => clearTimeout(timer))
}

/**
 * What Node lets pass: versions of HTTP that are not spoken here, codings that it does not undo (RFC 9112 section 6.1), and other than one
 * Host, of which it keeps the first (section 3.2).
 */
function brokenHead (request: FastifyRequest): Problem | undefined {
  const { httpVersion, headers: { 'transfer-encoding': coding } } = request.raw
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return new Problem('malformed_request', 'HTTP/1.1 is spoken here.')
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return new Problem('malformed_request', 'The only transfer coding is chunked.')
  const hosts = hostsOf(request)
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0') ? undefined : new Problem('malformed_request', 'A request has one Host header.')
}

/** How many Host headers a request has. */
function hostsOf ({ raw: { rawHeaders } }: FastifyRequest): number {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length === hostName.length && rawHeaders[i]!.toLowerCase() === hostName) count++
  }
  return count
}

const hostName = 'host'

/** Bodies must be what the schema says; query strings are text, so there numbers and single-valued lists are read from it. */
function useStrictSchemas (app: App): void {
  const strict: AjvOptions = { removeAdditional: false, useDefaults: true, allErrors: false, strict: false }
  const forBodies = withFormats(new Ajv({ ...strict, coerceTypes: false, allErrors: true }))
  const forText = withFormats(new Ajv({ ...strict, coerceTypes: 'array' }))
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? forBodies : forText).compile(schema as object))
}

function withFormats (ajv: Ajv): Ajv {
  (addFormats as unknown as (ajv: Ajv) => void)(ajv)
  return ajv
}

/** JSON is kept as the bytes that were signed until authenticate has read them; streams stay on the socket. */
function keepBodiesRaw (app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config.body === 'stream') done(unsupported('application/x-ndjson or text/csv'))
    else done(null, body)
  })
  app.addContentTypeParser(['application/x-ndjson', 'text/csv'], (request, body, done) => {
    if (request.routeOptions.config.body === 'stream') done(null, body)
    else done(unsupported('application/json'))
  })
}

function unsupported (wanted: string): Problem {
  return new Problem('unsupported_media_type', `Send ${wanted}.`)
}

type Routes = { readonly pattern: RegExp, readonly method: string }[]

function rememberRoutes (app: App): Routes {
  const routes: Routes = []
  app.addHook('onRoute', route => {
    const pattern = new RegExp('^' + route.url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z_]+/g, '[^/]+') + '$')
    for (const method of [route.method].flat()) routes.push({ pattern, method })
  })
  return routes
}

function answerNothingHere (routes: Routes, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = pathOf(request)
  const methods = routes.filter(route => route.pattern.test(path)).map(route => route.method)
  if (methods.length === 0) return answerProblem(new Problem('not_found', `There is no ${path} here; the addresses are listed at /docs.`), request, reply)
  reply.header('allow', methods.join(', '))
  return answerProblem(new Problem('method_not_allowed', `${path} takes ${methods.join(', ')}.`), request, reply)
}

function pathOf (request: FastifyRequest): string {
  const url = request.raw.url!
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** A path as the log may have it. What fits no route (another method, a slash too many) may be the address of a receipt as well. */
function loggedPath (request: FastifyRequest): string {
  const { url, config } = request.routeOptions
  if (url === undefined) return pathOf(request).replace(tokenLike, '…')
  return config.secretPath ? url : pathOf(request)
}

/** Runs of a token's characters, longer than any word of our addresses. */
const tokenLike = /[\w-]{24,}/g

/** Ids of requests: where this process is told apart by chance, and its requests by count. */
function requestIds (): () => string {
  const process = randomBytes(9).toString('base64url')
  let count = 0
  return () => `req_${process}${(++count).toString(36)}`
}
