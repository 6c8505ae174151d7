// Group commit: requests that arrive while a batch is in flight wait, and leave together in the next one. One transaction
// carries them all, so its round trips, statements and fsync are shared; each caller gets its own outcome.
import { Problem } from '../base/problem.ts'
import { backoffMs } from '../base/backoff.ts'
import { failureKind } from './failure.ts'
import type { Db, Tx } from './pool.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'

export interface GroupCommitLimits {
  /** Batches in flight at once, each on a connection of its own. */
  readonly lanesMax: number
  /** The weight a batch may carry; a heavier single request travels alone. */
  readonly weightMax: number
  /** Requests that may wait; one more is refused with `overloaded`. */
  readonly waitingMax: number
  readonly attemptsMax: number
}

export const orderCommitLimits: GroupCommitLimits = { lanesMax: 2, weightMax: 1_000, waitingMax: 10_000, attemptsMax: 3 }

export interface GroupCommit<Request, Outcome> {
  /** Resolves with the request's own outcome after the commit that holds it; rejects with its Problem when it is refused. */
  submit (request: Request): Promise<Outcome>
  /** Waits for what is in flight and waiting, then gives the connections back. */
  close (): Promise<void>
  readonly waiting: number
}

/**
 * Decides a batch inside one transaction, an outcome for each request in its order. `attempt` counts from 1: from the
 * second on, an earlier try of the same batch may have been committed although its answer was lost.
 */
export type RunBatch<Request, Outcome> = (tx: Tx, requests: readonly Request[], attempt: number) => Promise<readonly (Outcome | Problem)[]>

interface Waiter<Request, Outcome> {
  readonly request: Request
  readonly weight: number
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

interface Lane { connection: postgres.ReservedSql | undefined, busy: boolean }

const retryBaseMs = 20
const retryCapMs = 500
const retryAfterSeconds = 1

/** Starts group commit over a pool. `weigh` is the number of lines (or the like) that a request adds to its batch. */
export function groupCommit<Request, Outcome> (
  db: Db, run: RunBatch<Request, Outcome>, weigh: (request: Request) => number, limits: GroupCommitLimits
): GroupCommit<Request, Outcome> {
  const queue: Waiter<Request, Outcome>[] = []
  const lanes: Lane[] = Array.from({ length: limits.lanesMax }, () => ({ connection: undefined, busy: false }))
  const idle: (() => void)[] = []
  let scheduled = false

  return {
    submit (request) {
      if (queue.length >= limits.waitingMax) {
        return Promise.reject(new Problem('overloaded', 'Too many orders are waiting; send this one again shortly, with the same reference.', { retryAfterSeconds }))
      }
      return new Promise((resolve, reject) => {
        queue.push({ request, weight: weigh(request), resolve, reject })
        if (!scheduled) {
          // Requests read from the sockets in this turn of the event loop leave together.
          scheduled = true
          setImmediate(() => { scheduled = false; dispatch() })
        }
      })
    },
    async close () {
      if (queue.length > 0 || lanes.some(lane => lane.busy)) await new Promise<void>(resolve => idle.push(resolve))
      for (const lane of lanes) release(lane)
    },
    get waiting () { return queue.length }
  }

  function dispatch (): void {
    for (const lane of lanes) {
      if (queue.length === 0) break
      if (!lane.busy) void drive(lane)
    }
    if (queue.length === 0 && lanes.every(lane => !lane.busy)) for (const done of idle.splice(0)) done()
  }

  async function drive (lane: Lane): Promise<void> {
    lane.busy = true
    await settle(lane, takeBatch())
    lane.busy = false
    dispatch()
  }

  function takeBatch (): Waiter<Request, Outcome>[] {
    let weight = 0
    let count = 0
    while (count < queue.length && (count === 0 || weight + queue[count]!.weight <= limits.weightMax)) weight += queue[count++]!.weight
    return queue.splice(0, count)
  }

  /** Gives every waiter of the batch its answer; never throws. */
  async function settle (lane: Lane, batch: readonly Waiter<Request, Outcome>[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const outcomes = await commit(lane, batch, attempt)
        batch.forEach((waiter, i) => {
          const outcome = outcomes[i]!
          if (outcome instanceof Problem) waiter.reject(outcome)
          else waiter.resolve(outcome)
        })
        return
      } catch (error) {
        const kind = failureKind(error)
        if (kind === 'transient' && attempt < limits.attemptsMax) {
          await pause(backoffMs(attempt, retryBaseMs, retryCapMs))
          continue
        }
        if (kind !== 'transient' && batch.length > 1) {
          // A poisoned request fails alone: its half is halved until it stands by itself.
          const middle = batch.length >> 1
          await settle(lane, batch.slice(0, middle))
          await settle(lane, batch.slice(middle))
          return
        }
        const answer = kind === 'transient'
          ? new Problem('database_unavailable', 'Whether this was carried out is not known; send it again with the same reference to learn it.', { retryAfterSeconds })
          : error
        for (const waiter of batch) waiter.reject(answer)
        return
      }
    }
  }

  async function commit (lane: Lane, batch: readonly Waiter<Request, Outcome>[], attempt: number): Promise<readonly (Outcome | Problem)[]> {
    const connection = lane.connection ??= await db.reserve()
    try {
      // `begin` is not waited for: it travels in front of the batch's first statements.
      const begun = connection`begin`.execute()
      begun.catch(() => {})
      const outcomes = await run(connection as unknown as Tx, batch.map(waiter => waiter.request), attempt)
      await connection`commit`
      return outcomes
    } catch (error) {
      await connection`rollback`.catch(() => { lane.connection = undefined })
      if (failureKind(error) === 'transient') release(lane)
      throw error
    }
  }

  function release (lane: Lane): void {
    lane.connection?.release()
    lane.connection = undefined
  }
}
