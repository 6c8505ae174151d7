// All wiring, by hand, on one page: the only file that knows everyone and constructs things.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { worlds as worldNames, type World as WorldName } from '../schema/vocabulary.ts'
import { buildApp, type AppOptions } from './api/app.ts'
import type { App, Worlds } from './api/app-types.ts'
import { printGraph } from './api/graphql/print-graph.ts'
import { openMetrics } from './api/metrics.ts'
import { strictCallbackRules, type CallbackRules } from './base/callback-url.ts'
import { systemClock, type Clock } from './base/clock.ts'
import { cursorsWith } from './base/cursor.ts'
import { deriveKey, type MasterKeys } from './base/seal.ts'
import { decoyKeys } from './base/signature.ts'
import { openCallbackKey } from './domain/callbacks/callback-keys.ts'
import { openEventSource } from './domain/events/event-source.ts'
import { openBuyerKeys } from './domain/links/buyer-keys.ts'
import { openLiveSource } from './domain/links/live/live-source.ts'
import { openCheckouts } from './domain/links/checkouts/open-checkouts.ts'
import { openDigests } from './domain/orders/digest-codes.ts'
import { openPlacing } from './domain/orders/place-orders.ts'
import { openSealing } from './domain/orders/seal-delivery.ts'
import { loadGateways } from './domain/payments/load-gateways.ts'
import { loadPriceBook } from './domain/pricing/price-book.ts'
import { loadKeyring } from './domain/resellers/keyring.ts'
import { pinVersion } from './domain/resellers/pin-version.ts'
import { openScarcity } from './domain/sandbox/scarcity.ts'
import { listenForNotices } from './domain/sandbox-gateway/append-notices.ts'
import { openSandboxGateway, shutSandboxGateway } from './domain/sandbox-gateway/open-sandbox-gateway.ts'
import { listenForDeliveries } from './domain/callbacks/hint-deliveries.ts'
import { measureBacklog } from './domain/callbacks/measure-backlog.ts'
import { openWorldKey } from './domain/secrets/open-world-key.ts'
import { openWorldSecret } from './domain/secrets/open-world-secret.ts'
import { openFingerprintKey } from './domain/stock/fingerprint.ts'
import { openLotKeys } from './domain/stock/lot-keys.ts'
import { coalesceStockQueries } from './domain/stock/query-stock.ts'
import type { World } from './domain/world.ts'
import { orderCommitLimits } from './postgres/group-commit.ts'
import { appliedMigration, newestMigration } from './postgres/migrate.ts'
import { connectionsForApplications, connectionsPerPoolMax, openPool } from './postgres/pool.ts'
import { listenForSnapshots, openSnapshot, refreshSnapshots, sharedRefresh, snapshotPollMs } from './postgres/snapshot.ts'
import { openGateway } from './outgoing/gateways/open-gateway.ts'
import { openSender, type Sender } from './outgoing/send-callback.ts'
import { openBending } from './workers/bend-callbacks.ts'
import { openDelivering, type Delivering } from './workers/deliver.ts'
import { linkPassesOf, noticePass } from './workers/link-passes.ts'
import { repeatPass, type Repeating } from './workers/loop.ts'
import { noticeMsMax } from './workers/send-notices.ts'
import { openWorkerMetrics, type WorkerMetrics } from './workers/metrics.ts'
import { callbackPassesOf, deliverPass, passesOf, sandboxPassesOf } from './workers/passes.ts'

/** Connections that may wait to be met; beyond Node's 511 a crowd that comes at once is reset instead of answered. */
const connectionsUnmetMax = 4_096

const bulkConnectionsMax = 4
const stepConnectionsMax = 2
const callbackConnectionsMax = 3
const checkoutConnectionsMax = 2
const bulkStatementTimeoutMs = 60_000
/** A listener has a connection of its own beside its pool. */
const listeningConnections = 1

/** Connections to PostgreSQL that a process has at most, both worlds together. */
export const connectionsPerProcessMax = worldNames.length * (
  connectionsPerPoolMax + bulkConnectionsMax + orderCommitLimits.lanesMax + stepConnectionsMax + callbackConnectionsMax +
  checkoutConnectionsMax + listeningConnections
)

/** A world, and how to end it. */
export interface OpenWorld extends World {
  readonly waiting: () => number
  close (): Promise<void>
}

/** Where there is a sandbox gateway, with which no real money moves. */
export type SandboxGatewayPlace = 'test world' | 'both worlds'

/** Opens a world over a migrated database: pools, snapshots, group commit. */
export async function openWorld (
  url: string, name: WorldName, masterKeys: MasterKeys, clock: Clock = systemClock, callbackRules: CallbackRules = strictCallbackRules,
  sandboxPlace: SandboxGatewayPlace = 'test world'
): Promise<OpenWorld> {
  const db = openPool(url, name)
  const bulkDb = openPool(url, name, { connectionsMax: bulkConnectionsMax, statementTimeoutMs: bulkStatementTimeoutMs, applicationName: `kahub ${name} bulk` })
  const keyring = await openSnapshot(db, 'keys', (read, at) => loadKeyring(read, at, masterKeys))
  const priceBook = await openSnapshot(db, 'prices', loadPriceBook)
  const hasSandboxGateway = name === 'test' || sandboxPlace === 'both worlds'
  const sandboxGateway = hasSandboxGateway ? await openSandboxGateway(db, masterKeys, name) : await shutSandboxGateway(db)
  const gateways = await openSnapshot(db, 'gateways', (read, at) => loadGateways(read, at, masterKeys, openGateway))
  const refresh = () => refreshSnapshots(db, [keyring, priceBook, gateways])
  const refreshing = repeatPass('refresh snapshots', () => refresh().then(() => 'done'), snapshotPollMs)
  const stopListening = await listenForSnapshots(db, refreshing.hint)
  const lotKeys = openLotKeys(masterKeys)
  const sealing = openSealing()
  const orderDb = openPool(url, name, { connectionsMax: orderCommitLimits.lanesMax, applicationName: `kahub ${name} orders`, lookupsOnly: true })
  const scarcity = name === 'test' ? openScarcity() : null
  const { placeOrder, placeInside, commits } = openPlacing({ db, orderDb, keyring, priceBook, lotKeys, sealing, decideBatch: scarcity?.decide })
  const stepDb = openPool(url, name, { connectionsMax: stepConnectionsMax, applicationName: `kahub ${name} steps`, lookupsOnly: true })
  const callbackDb = openPool(url, name, { connectionsMax: callbackConnectionsMax, applicationName: `kahub ${name} callbacks`, lookupsOnly: true })
  const checkoutDb = openPool(url, name, {
    connectionsMax: checkoutConnectionsMax, applicationName: `kahub ${name} checkouts`, lookupsOnly: true
  })
  const buyerKeys = await openBuyerKeys(db, masterKeys, name)
  const checkouts = openCheckouts({ db, checkoutDb, priceBook, buyerKeys, placeInside })
  const events = openEventSource(db)
  const live = openLiveSource(db, clock)
  return {
    name,
    clock,
    db,
    bulkDb,
    cursors: cursorsWith(deriveKey(await openWorldSecret(db, masterKeys, 'cursor'), 'cursor')),
    masterKeys,
    fingerprintKey: await openFingerprintKey(db, masterKeys),
    keyring,
    priceBook,
    refresh: sharedRefresh(refresh),
    lotKeys,
    sealing,
    digestCodes: openDigests({ db, lotKeys }),
    placeOrder,
    scarcity,
    stepDb,
    placeInside,
    queryStock: coalesceStockQueries(db),
    buyerKeys,
    startCheckout: checkouts.startCheckout,
    receivePayment: checkouts.receivePayment,
    gateways,
    sandboxGateway,
    callbackRules,
    callbackKey: await openCallbackKey(db, masterKeys),
    tokenKey: await openWorldKey(db, masterKeys, 'tokens'),
    callbackDb,
    events,
    live,
    pinVersion: (keyId, apiVersion) => pinVersion(db, keyId, apiVersion),
    waiting: () => commits.waiting,
    async close () {
      events.close()
      await live.close()
      await Promise.all([commits, ...checkouts.commits].map(batches => batches.close()))
      await refreshing.stop()
      await stopListening().catch(() => {})
      await Promise.all([db, orderDb, stepDb, callbackDb, checkoutDb, bulkDb].map(pool => pool.end({ timeout: 1 })))
    }
  }
}

export type OpenWorlds = Readonly<Record<WorldName, OpenWorld>>

/** Opens both worlds of a database. */
export async function openWorlds (
  url: string, masterKeys: MasterKeys, clock?: Clock, callbackRules?: CallbackRules, sandboxPlace?: SandboxGatewayPlace
): Promise<OpenWorlds> {
  const [live, test] = await Promise.all(worldNames.map(name => openWorld(url, name, masterKeys, clock, callbackRules, sandboxPlace)))
  return { live: live!, test: test! }
}

/** What to do when the server has fewer connections for applications than one process may want, else nothing. */
export async function connectionsLacking ({ live }: OpenWorlds): Promise<string | undefined> {
  const most = await connectionsForApplications(live.db)
  if (most >= connectionsPerProcessMax) return undefined
  return `PostgreSQL has ${most} connections for applications, and each process of kahub may want ${connectionsPerProcessMax}: ` +
    'raise max_connections (processes × that number, and some to spare).'
}

const hangUpEveryMs = 20
/** How long answers under way may take when the server is told to end. */
const drainMsMax = 2_000

export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly metricsPort: number
  readonly trustProxy: boolean | string[]
  readonly logger: AppOptions['logger']
  /** Where the API is reached from outside; undefined: at the address it listens on. */
  readonly publicUrl?: string | undefined
  /** Whether there is an editor for the graph, at /graphiql. */
  readonly graphiql?: boolean
  /** The metrics of a clockwork in this process, told beside those of the API. */
  readonly workerMetrics?: WorkerMetrics
}

export interface Serving { readonly url: string, readonly metricsUrl: string, close (): Promise<void> }

/** Serves the API and, on a loopback port of its own, the metrics. */
export async function serve (worlds: OpenWorlds, options: ServeOptions): Promise<Serving> {
  const metrics = openMetrics(() => ({ live: worlds.live.waiting(), test: worlds.test.waiting() }))
  const newest = await newestMigration()
  const app = await buildApp(worlds, {
    logger: options.logger,
    trustProxy: options.trustProxy,
    publicUrl: options.publicUrl,
    graphiql: options.graphiql,
    decoys: decoyKeys(),
    metrics,
    unready: async () => {
      for (const world of [worlds.live, worlds.test]) {
        const applied = await appliedMigration(world.db)
        if (applied !== newest) return `The ${world.name} world is at migration ${applied}; run "npm run migrate" to reach ${newest}.`
      }
      return undefined
    }
  })
  const url = await app.listen({ host: options.host, port: options.port, backlog: connectionsUnmetMax })
  const told = await serveMetrics([metrics.registry, ...options.workerMetrics ? [options.workerMetrics.registry] : []], options.metricsPort)
  return {
    url,
    metricsUrl: told.url,
    async close () {
      told.close()
      // A connection that was busy when the closing began would be kept alive after its answer; a stream could take for ever.
      const hangUp = setInterval(() => app.server.closeIdleConnections(), hangUpEveryMs)
      const giveUp = setTimeout(() => app.server.closeAllConnections(), drainMsMax)
      await app.close()
      clearInterval(hangUp)
      clearTimeout(giveUp)
    }
  }
}

/** The app without a world behind it, to print the contract from; it answers nothing. */
export function appForPrinting (): Promise<App> {
  const nowhere = {} as Worlds
  return buildApp(nowhere, { logger: false, trustProxy: false, decoys: decoyKeys(), metrics: openMetrics(() => ({ live: 0, test: 0 })), unready: async () => undefined })
}

/** The schema of the graph as schema.graphql holds it. */
export async function graphForPrinting (): Promise<string> {
  const app = await appForPrinting()
  await app.ready()
  const text = printGraph(app)
  await app.close()
  return text
}

/** Starts the clockwork of both worlds. */
export function startWorkers (
  worlds: OpenWorlds, report: (pass: string, error: unknown) => void, metrics: WorkerMetrics = openWorkerMetrics()
): { stop (): Promise<void> } {
  const sender = openSender({ rules: worlds.live.callbackRules })
  // Tells nobody but the addresses that this house, its merchant, gave it: they are on this machine unless there is a public one.
  const noticeSender = openSender({ rules: { ...worlds.live.callbackRules, loopback: true }, msMax: noticeMsMax })
  const started = [worlds.live, worlds.test].map(world => startWorld(world, { sender, noticeSender }, metrics, (pass, error) => {
    metrics.countFailedPass(pass)
    report(pass, error)
  }))
  return {
    async stop () {
      await Promise.all(started.map(({ stop }) => stop()))
      await Promise.all(started.map(({ delivering }) => delivering.finish()))
      await Promise.all([sender.close(), noticeSender.close()])
    }
  }
}

interface Senders { readonly sender: Sender, readonly noticeSender: Sender }

function startWorld (
  world: OpenWorld, { sender, noticeSender }: Senders, metrics: WorkerMetrics, report: (pass: string, error: unknown) => void
): { readonly delivering: Delivering, stop (): Promise<void> } {
  const { name } = world
  const running = new Map<string, Repeating>()
  const hint = () => running.get(deliverPass)?.hint()
  const delivering = openDelivering(world, {
    sender,
    hint,
    count: (outcome, count) => metrics.countAttempts(name, outcome, count),
    time: ms => metrics.timeDelivered(name, ms),
    bend: name === 'test' ? openBending(world, sender, error => report('forge callbacks', error)).bend : undefined
  })
  metrics.watchInFlight(name, () => delivering.inFlight)
  metrics.watchBacklog(name, () => measureBacklog(world.bulkDb))
  const passes = [
    ...passesOf(world), ...linkPassesOf(world, noticeSender), ...sandboxPassesOf(world), ...callbackPassesOf(world, delivering, metrics)
  ]
  for (const pass of passes) running.set(pass.name, repeatPass(`${name} ${pass.name}`, pass.run, pass.everyMs, report))
  // A hint that is missed costs half a second at most: whether anyone listens is nobody's trouble.
  const listening = listenForDeliveries(world.db, name, hint).catch(() => undefined)
  const listeningForNotices = listenForNotices(world.db, name, () => running.get(noticePass)?.hint()).catch(() => undefined)
  return {
    delivering,
    async stop () {
      await Promise.all([...running.values()].map(pass => pass.stop()))
      for (const stop of await Promise.all([listening, listeningForNotices])) await stop?.().catch(() => {})
    }
  }
}

interface Told { readonly contentType: string, metrics (): Promise<string> }

/** Serves metrics on a loopback port of their own. */
export async function serveMetrics (registries: readonly Told[], port: number): Promise<{ readonly url: string, close (): void }> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end()
    Promise.all(registries.map(registry => registry.metrics())).then(
      texts => response.writeHead(200, { 'content-type': registries[0]!.contentType }).end(texts.join('\n')),
      () => response.writeHead(500).end())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/metrics`, close: () => { server.close() } }
}
