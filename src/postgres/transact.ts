import { Problem } from '../base/problem.ts'
import { backoffMs } from '../base/backoff.ts'
import { isAftermath } from './failure.ts'
import { openTransaction, type TransactionMode } from './open-transaction.ts'
import type { Db, Reader, Tx } from './pool.ts'
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
      return await inTransaction(db, 'read committed', work)
    } catch (error) {
      if (error instanceof Problem || !isRolledBack(error) || attempt + 1 >= transactAttemptsMax) throw error
      await pause(backoffMs(attempt, retryBaseMs, retryCapMs))
    }
  }
}

/** Runs several reads that see one moment. */
export function readOneMoment<Result> (db: Db, read: (read: Reader) => Promise<Result>): Promise<Result> {
  return inTransaction(db, 'one moment, read only', read)
}

async function inTransaction<Result> (db: Db, mode: TransactionMode, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const { tx, commit, rollback } = openTransaction(db, mode)
  let result: Result
  try {
    result = await work(tx)
  } catch (error) {
    const failed = await rollback()
    throw isAftermath(error) && failed ? failed.error : error
  }
  await commit()
  return result
}

/** Whether the server told of the failure, so that nothing of the transaction is left. */
function isRolledBack (error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes((error as { code?: string } | null)?.code ?? '')
}
