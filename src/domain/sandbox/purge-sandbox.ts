import { strikesKeptDays } from '../../../schema/rest/sandbox.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'

/** How long a call with a reference is remembered to have been struck. */
const callsKeptDays = 30

/** A pass: forgets what the sandbox did long ago, up to `limit` rows of each kind; returns how many of the kind that had most. */
export async function purgeSandbox (db: Db, limit: number): Promise<number> {
  return await transact(db, async tx => Math.max(
    await purgeStrikes(tx, limit), await purgeCalls(tx, limit), await purgeCallbacks(tx, limit)
  ))
}

async function purgeStrikes (tx: Tx, limit: number): Promise<number> {
  return (await tx`
    delete from sandbox_strikes where (reseller_id, id) in (
      select reseller_id, id from sandbox_strikes
      where created_at < now() - make_interval(days => ${strikesKeptDays}) limit ${limit})`).count
}

async function purgeCalls (tx: Tx, limit: number): Promise<number> {
  return (await tx`
    delete from sandbox_calls where (reseller_id, call, fault) in (
      select reseller_id, call, fault from sandbox_calls
      where seen_at < now() - make_interval(days => ${callsKeptDays}) limit ${limit})`).count
}

async function purgeCallbacks (tx: Tx, limit: number): Promise<number> {
  return (await tx`
    with gone as (
      delete from sandbox_callbacks where (reseller_id, id) in (
        select reseller_id, id from sandbox_callbacks
        where created_at < now() - make_interval(days => ${strikesKeptDays}) limit ${limit})
      returning id
    ), deliveries_gone as (delete from sandbox_deliveries using gone where fault_id = gone.id)
    select id from gone`).count
}
