import { Problem } from '../base/problem.ts'
import { backoffMs } from '../base/backoff.ts'
import { failureKind } from './failure.ts'
import type { Db, Tx } from './pool.ts'
import { setTimeout as pause } from 'node:timers/promises'

export const transactAttemptsMax = 3
const retryBaseMs = 20
const retryCapMs = 200

/**
 * Runs the work in one transaction and commits when it returns. The whole of it is done again after a deadlock, a lock
 * time-out or a serialisation failure, so it must do nothing but SQL. A connection lost is not tried again here: whether
 * the commit arrived is unknown, and only the caller's reference can settle that.
 */
export async function transact<Result> (db: Db, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await db.begin(sql => work(sql as unknown as Tx)) as Result
    } catch (error) {
      if (error instanceof Problem || failureKind(error) !== 'transient' || !isRolledBack(error) || attempt + 1 >= transactAttemptsMax) throw error
      await pause(backoffMs(attempt, retryBaseMs, retryCapMs))
    }
  }
}

function isRolledBack (error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes((error as { code: string }).code)
}
