// Every pass of the clockwork, with its rhythm and its bound.
import { expireBulkOrders } from '../domain/bulk-orders/end-bulk-order.ts'
import { runBulkOrders } from '../domain/bulk-orders/run-step.ts'
import { dropDeliveries } from '../domain/callbacks/delete-endpoint.ts'
import { disableFailing } from '../domain/callbacks/disable-failing.ts'
import { fanOut } from '../domain/callbacks/fan-out.ts'
import { purgeAttempts } from '../domain/callbacks/purge-attempts.ts'
import { purgeDeliveries } from '../domain/callbacks/purge-deliveries.ts'
import { wakeStalled } from '../domain/callbacks/wake-stalled.ts'
import { expireApprovals } from '../domain/bulk-orders/expire-approvals.ts'
import { purgeEvents } from '../domain/events/purge-events.ts'
import { proveWorld } from '../domain/prove-world.ts'
import { purgeQuotes } from '../domain/orders/purge-quotes.ts'
import { expireHeldLots } from '../domain/orders/withdraw-stock.ts'
import { purgeNonces } from '../domain/resellers/purge-nonces.ts'
import { purgeSandbox } from '../domain/sandbox/purge-sandbox.ts'
import { settleUndecided } from '../domain/sandbox/settle-undecided.ts'
import { rewrapUnderCurrentMaster } from '../domain/secrets/rewrap-under-current-master.ts'
import { runDueStandingOrders } from '../domain/standing-orders/run-due.ts'
import { abortStaleImports } from '../domain/stock/abort-stale-imports.ts'
import { expireHolds } from '../domain/stock/expire-holds.ts'
import { joinRanges } from '../domain/stock/join-ranges.ts'
import { tellSubscribers } from '../domain/subscriptions/tell-subscribers.ts'
import { wakeSubscriptions } from '../domain/subscriptions/wake-subscriptions.ts'
import { postCosts } from '../domain/wallet/post-costs.ts'
import type { World } from '../domain/world.ts'
import type { Delivering } from './deliver.ts'
import type { PassOutcome } from './loop.ts'
import type { WorkerMetrics } from './metrics.ts'

export interface Pass {
  readonly name: string
  readonly everyMs: number
  /** Does a bounded piece of work. */
  run (): Promise<PassOutcome>
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const noncesPerRun = 10_000
const lotsPerRun = 200
const rowsPerRun = 500
const bulkStepsPerRun = 20
const bulkOrdersPerRun = 50
/** Holds of up to a hundred lines each, whose resellers and stock are locked meanwhile. */
const holdsPerRun = 100
const approvalsPerRun = 100
const standingRunsPerRun = 50
/** Of as many resellers, which are locked while their events are appended. */
const subscriptionsPerRun = 500
const endpointsPerRun = 100
const deliveriesPerRun = 1_000
const ordersPerRun = 50
/** Of one reseller, which is locked meanwhile. */
const eventsPerRun = 1_000

/** The passes of one world, callbacks apart. */
export function passesOf (world: World): readonly Pass[] {
  return [
    { name: 'disable failing endpoints', everyMs: minute, run: () => upTo(endpointsPerRun, limit => disableFailing(world.db, limit)) },
    { name: 'wake stalled endpoints', everyMs: minute, run: () => upTo(endpointsPerRun, limit => wakeStalled(world.db, limit)) },
    { name: 'wake subscriptions', everyMs: minute, run: () => upTo(subscriptionsPerRun, limit => wakeSubscriptions(world.db, limit)) },
    { name: 'drop deliveries', everyMs: second, run: () => upTo(deliveriesPerRun, limit => dropDeliveries(world.db, limit)) },
    { name: 'purge attempts', everyMs: minute, run: () => upTo(deliveriesPerRun, limit => purgeAttempts(world.db, limit)) },
    { name: 'purge deliveries', everyMs: minute, run: () => upTo(deliveriesPerRun, limit => purgeDeliveries(world.db, limit)) },
    { name: 'purge events', everyMs: minute, run: () => untilNone(() => purgeEvents(world.db, eventsPerRun)) },
    { name: 'tell subscribers', everyMs: second / 2, run: () => tellThem(world) },
    { name: 'run bulk orders', everyMs: 200, run: () => upTo(bulkStepsPerRun, limit => runBulkOrders(world, limit)) },
    { name: 'expire bulk orders', everyMs: minute, run: () => upTo(bulkOrdersPerRun, limit => expireBulkOrders(world.db, limit)) },
    { name: 'expire holds', everyMs: second / 2, run: () => upTo(holdsPerRun, limit => expireHolds(world.db, limit)) },
    { name: 'expire approvals', everyMs: second, run: () => upTo(approvalsPerRun, limit => expireApprovals(world.db, limit)) },
    { name: 'expire lots', everyMs: 5 * second, run: () => upTo(lotsPerRun, limit => expireHeldLots(world.db, limit)) },
    { name: 'run standing orders', everyMs: second, run: () => upTo(standingRunsPerRun, limit => runDueStandingOrders(world, limit)) },
    { name: 'join ranges', everyMs: minute, run: () => upTo(rowsPerRun, limit => joinRanges(world.db, limit)) },
    { name: 'abort stale imports', everyMs: minute, run: () => upTo(rowsPerRun, limit => abortStaleImports(world.db, limit)) },
    { name: 'post costs', everyMs: 10 * second, run: () => upTo(lotsPerRun, limit => postCosts(world.db, limit)) },
    { name: 'purge quotes', everyMs: minute, run: () => upTo(rowsPerRun, limit => purgeQuotes(world.db, limit)) },
    { name: 'purge nonces', everyMs: 10 * second, run: () => upTo(noncesPerRun, limit => purgeNonces(world.db, limit)) },
    { name: 'rewrap under the current master key', everyMs: minute, run: () => upTo(rowsPerRun, limit => rewrapUnderCurrentMaster(world.db, world.masterKeys, limit)) },
    { name: 'prove the books', everyMs: hour, run: () => proveOrFail(world) }
  ]
}

/** The passes of the test world alone. */
export function sandboxPassesOf (world: World): readonly Pass[] {
  if (world.name !== 'test') return []
  return [
    { name: 'settle undecided orders', everyMs: 200, run: () => upTo(ordersPerRun, limit => settleUndecided(world.stepDb, limit)) },
    { name: 'purge the sandbox', everyMs: minute, run: () => upTo(deliveriesPerRun, limit => purgeSandbox(world.db, limit)) }
  ]
}

/** The pass that a hint makes come sooner. */
export const deliverPass = 'deliver callbacks'

/** The passes that turn a world's events into callbacks, in a process that sends them. */
export function callbackPassesOf (world: World, delivering: Delivering, metrics: WorkerMetrics): readonly Pass[] {
  return [
    { name: 'fan out', everyMs: 100, run: () => fanOutCounted(world, metrics) },
    { name: deliverPass, everyMs: second / 2, run: () => delivering.run() }
  ]
}

async function fanOutCounted (world: World, metrics: WorkerMetrics): Promise<PassOutcome> {
  const { deliveries, more } = await fanOut(world.callbackDb)
  if (deliveries > 0) metrics.countFannedOut(world.name, deliveries)
  return more ? 'more' : 'done'
}

/** Runs a pass that counts what it did; when that is all it may do at once, there may be more. */
export async function upTo (limit: number, pass: (limit: number) => Promise<number>): Promise<PassOutcome> {
  return await pass(limit) < limit ? 'done' : 'more'
}

/** Runs a pass that may stop short of its bound while there is more elsewhere. */
async function untilNone (pass: () => Promise<number>): Promise<PassOutcome> {
  return await pass() === 0 ? 'done' : 'more'
}

async function tellThem (world: World): Promise<PassOutcome> {
  const { more } = await tellSubscribers(world, subscriptionsPerRun)
  return more ? 'more' : 'done'
}

/** A fault in the books is told as loudly as a pass can: it fails with every fault found. */
async function proveOrFail (world: World): Promise<PassOutcome> {
  const faults = await proveWorld(world.bulkDb)
  if (faults.length > 0) throw new UnsoundBooks(faults)
  return 'done'
}

/** What the proving pass found; ids, counts and amounts only. */
export class UnsoundBooks extends Error {
  constructor (faults: readonly string[]) {
    super(`the books are unsound:\n  ${faults.join('\n  ')}`)
    this.name = 'UnsoundBooks'
  }
}
