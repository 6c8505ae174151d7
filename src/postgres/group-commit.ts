// Group commit: requests that arrive while a batch is in flight wait, and leave together in the next one. One transaction
// carries them all, so its round trips, statements and fsync are shared; each caller gets its own outcome.
import { Problem } from '../base/problem.ts'
import { backoffMs } from '../base/backoff.ts'
import { failureKind, isAftermath } from './failure.ts'
import { openTransaction } from './open-transaction.ts'
import type { Db, Tx } from './pool.ts'
import { setTimeout as pause } from 'node:timers/promises'

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
  /** Waits for what is in flight and waiting. */
  close (): Promise<void>
  readonly waiting: number
}

/** Whether an earlier try of the same batch may have been committed although its answer was lost. */
export type EarlierTry = 'none' | 'may be committed'

/**
 * Decides a batch inside one transaction, an outcome for each request in its order. When all its statements are sent and none
 * of their answers can change what is written, it may call `commitBehind`: the commit then travels behind them, and locks are
 * held for a round trip less. A statement that fails still rolls everything back.
 */
export type RunBatch<Request, Outcome> = (
  tx: Tx, requests: readonly Request[], earlier: EarlierTry, commitBehind: () => void
) => Promise<readonly (Outcome | Problem)[]>

interface Waiter<Request, Outcome> {
  readonly request: Request
  readonly weight: number
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

const retryBaseMs = 20
const retryCapMs = 500
const retryAfterSeconds = 1

/** Starts group commit over a pool. `weigh` is the number of lines (or the like) that a request adds to its batch. */
export function groupCommit<Request, Outcome> (
  db: Db, run: RunBatch<Request, Outcome>, weigh: (request: Request) => number, limits: GroupCommitLimits
): GroupCommit<Request, Outcome> {
  const queue: Waiter<Request, Outcome>[] = []
  let inFlight = 0
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
      if (queue.length > 0 || inFlight > 0) await new Promise<void>(resolve => idle.push(resolve))
    },
    get waiting () { return queue.length }
  }

  function dispatch (): void {
    while (queue.length > 0 && inFlight < limits.lanesMax) void drive(takeBatch())
    if (queue.length === 0 && inFlight === 0) for (const done of idle.splice(0)) done()
  }

  async function drive (batch: readonly Waiter<Request, Outcome>[]): Promise<void> {
    inFlight++
    await settle(batch, 'none')
    inFlight--
    dispatch()
  }

  function takeBatch (): Waiter<Request, Outcome>[] {
    let weight = 0
    let count = 0
    while (count < queue.length && (count === 0 || weight + queue[count]!.weight <= limits.weightMax)) weight += queue[count++]!.weight
    return queue.splice(0, count)
  }

  /** Gives every waiter of the batch its answer; never throws. */
  async function settle (batch: readonly Waiter<Request, Outcome>[], before: EarlierTry): Promise<void> {
    let earlier = before
    for (let attempt = 1; ; attempt++) {
      const transaction = openTransaction(db)
      let commit: Promise<void> | undefined
      const commitBehind = () => {
        commit ??= transaction.commit()
        commit.catch(() => {})
      }
      try {
        const outcomes = await run(transaction.tx, batch.map(waiter => waiter.request), earlier, commitBehind)
        commitBehind()
        await commit
        answer(batch, outcomes)
        return
      } catch (met) {
        const first = commit === undefined ? (await transaction.rollback())?.error : await commit.then(() => undefined, error => error)
        const error = isAftermath(met) && first !== undefined ? first : met
        if (commit !== undefined && await mayBeCommitted(commit)) earlier = 'may be committed'
        const kind = failureKind(error)
        if (kind === 'transient' && attempt < limits.attemptsMax) {
          await pause(backoffMs(attempt, retryBaseMs, retryCapMs))
          continue
        }
        if (kind !== 'transient' && batch.length > 1) {
          // A poisoned request fails alone: its half is halved until it stands by itself.
          const middle = batch.length >> 1
          await settle(batch.slice(0, middle), earlier)
          await settle(batch.slice(middle), earlier)
          return
        }
        const refusal = kind === 'transient' ? new Problem('database_unavailable', unknownOutcome, { retryAfterSeconds }) : error
        for (const waiter of batch) waiter.reject(refusal)
        return
      }
    }
  }
}

const unknownOutcome = 'Whether this was carried out is not known; send it again with the same reference to learn it.'

/** False when the server has said that it rolled back. */
function mayBeCommitted (commit: Promise<void>): Promise<boolean> {
  return commit.then(() => true, error => failureKind(error) === 'transient')
}

const answersPerTurn = 16

/** Answers in several turns of the event loop: the next batch, whose locks others wait for, is heard in between. */
function answer<Request, Outcome> (batch: readonly Waiter<Request, Outcome>[], outcomes: readonly (Outcome | Problem)[], first = 0): void {
  const end = Math.min(first + answersPerTurn, batch.length)
  for (let i = first; i < end; i++) {
    const outcome = outcomes[i]!
    if (outcome instanceof Problem) batch[i]!.reject(outcome)
    else batch[i]!.resolve(outcome)
  }
  if (end < batch.length) setImmediate(answer, batch, outcomes, end)
}
