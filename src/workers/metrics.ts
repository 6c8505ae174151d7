import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { World as WorldName } from '../../schema/vocabulary.ts'
import { dueCountedMax, type CallbackBacklog } from '../domain/callbacks/measure-backlog.ts'
import type { AttemptOutcome } from '../domain/callbacks/settle-deliveries.ts'

export interface WorkerMetrics {
  readonly registry: Registry
  countFannedOut (world: WorldName, deliveries: number): void
  countAttempts (world: WorldName, outcome: AttemptOutcome, attempts: number): void
  timeDelivered (world: WorldName, ms: number): void
  /** What is in flight is read when it is asked for. */
  watchInFlight (world: WorldName, inFlight: () => number): void
  /** What waits is measured when it is asked for, and not more often than every few seconds. */
  watchBacklog (world: WorldName, measure: () => Promise<CallbackBacklog>): void
  countFailedPass (pass: string): void
}

/** How old a measured backlog may be when it is told again. */
export const backlogKeptMs = 10_000

/** The metrics of the clockwork of this process. */
export function openWorkerMetrics (): WorkerMetrics {
  const registry = new Registry()
  const registers = [registry]
  const fannedOut = new Counter({
    name: 'kahub_deliveries_made_total',
    help: 'Deliveries made from events.',
    labelNames: ['world'],
    registers
  })
  const attempts = new Counter({
    name: 'kahub_delivery_attempts_total',
    help: 'Attempts to deliver: delivered, failed (and tried again), dead (given up), held (by a fault of ours, and waiting).',
    labelNames: ['world', 'outcome'],
    registers
  })
  const seconds = new Histogram({
    name: 'kahub_delivery_seconds',
    help: 'Time from the start of an attempt to the end of its answer, of attempts that delivered.',
    labelNames: ['world'],
    registers,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]
  })
  const failedPasses = new Counter({
    name: 'kahub_failed_passes_total',
    help: 'Passes that failed and were tried again.',
    labelNames: ['pass'],
    registers
  })
  const watched = new Map<WorldName, () => number>()
  registry.registerMetric(new Gauge({
    name: 'kahub_deliveries_in_flight',
    help: 'Callbacks being sent by this process.',
    labelNames: ['world'],
    registers: [],
    collect () { for (const [world, inFlight] of watched) this.set({ world }, inFlight()) }
  }))
  const backlogs = new Map<WorldName, () => Promise<CallbackBacklog | undefined>>()
  const gauges: readonly (readonly [name: string, help: string, of: (backlog: CallbackBacklog) => number])[] = [
    ['kahub_deliveries_due', `Deliveries that could be sent now, counted up to ${dueCountedMax}.`, ({ due }) => due],
    ['kahub_deliveries_oldest_due_seconds', 'For how long the oldest of them could have been.', ({ oldestSeconds }) => oldestSeconds],
    ['kahub_endpoints_failing', 'Endpoints that have failed since their last success.', ({ failingEndpoints }) => failingEndpoints],
    ['kahub_endpoints_held', 'Endpoints that nothing can be sent to for a fault of ours.', ({ heldEndpoints }) => heldEndpoints]
  ]
  for (const [name, help, of] of gauges) {
    registry.registerMetric(new Gauge({
      name,
      help,
      labelNames: ['world'],
      registers: [],
      async collect () {
        this.reset()
        for (const [world, measured] of backlogs) {
          const backlog = await measured()
          if (backlog) this.set({ world }, of(backlog))
        }
      }
    }))
  }
  return {
    registry,
    watchBacklog: (world, measure) => { backlogs.set(world, kept(measure)) },
    countFannedOut: (world, deliveries) => fannedOut.inc({ world }, deliveries),
    countAttempts: (world, outcome, count) => attempts.inc({ world, outcome }, count),
    timeDelivered: (world, ms) => seconds.observe({ world }, ms / 1000),
    watchInFlight: (world, inFlight) => { watched.set(world, inFlight) },
    countFailedPass: pass => failedPasses.inc({ pass })
  }
}

/** What was measured is told again for a while; what cannot be measured is left out, and the other figures are told all the same. */
function kept (measure: () => Promise<CallbackBacklog>): () => Promise<CallbackBacklog | undefined> {
  let last: { readonly atMs: number, readonly backlog: Promise<CallbackBacklog | undefined> } | undefined
  return () => {
    const nowMs = performance.now()
    if (!last || nowMs - last.atMs >= backlogKeptMs) last = { atMs: nowMs, backlog: measure().catch(() => undefined) }
    return last.backlog
  }
}
