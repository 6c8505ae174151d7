// Settlement, a day later (T+1): what buyers paid stands in the reseller's account of kind proceeds, and the host's part in its account of
// kind commission, since the sale itself. When the day is over, what is left of the sales (the margin) becomes the reseller's wallet.
// A settlement is one transaction over at most salesPerSettlementMax sales of one reseller, session (or none), day and currency, under the
// reseller's lock: locks go resellers → accounts → checkouts. Whatever stops it, it is there as a whole or not at all, and the next pass
// goes on. A sale belongs to the settlement that its settlement_id names, which is set once.
import type { Currency } from '../../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../../base/ids.ts'
import { moneyView } from '../../../base/money.ts'
import { assert } from '../../../base/problem.ts'
import type { Db, Tx } from '../../../postgres/pool.ts'
import { transact } from '../../../postgres/transact.ts'
import { appendEvents } from '../../events/append-events.ts'
import { lockResellers } from '../../events/lock-resellers.ts'
import { lockAccounts, move } from '../../wallet/move.ts'
import { ownedAccount } from '../../wallet/owned-account.ts'
import type { Settlement } from './settlement.ts'
import { settledUntil, settlementTimeZone } from './settlement-day.ts'

/** Sales in one settlement: its reseller waits while they are marked. A day with more has several. */
export const salesPerSettlementMax = 2_000

/**
 * One pass: settles sales of days that are over, in up to `limit` settlements; returns how many it made. `now` is for those who settle
 * as of another time. Safe at once in several workers: the resellers' locks let one after the other look what is left.
 */
export async function settleSales (db: Db, limit: number, now: Date | null = null): Promise<number> {
  const until = await settledUntil(db, now)
  const failures: unknown[] = []
  let made = 0
  for (const resellerId of await readDueResellers(db, until, limit)) {
    // What one reseller's sales fail at is not to keep the others waiting.
    try {
      while (made < limit && await settleNext(db, resellerId, until)) made++
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return made
}

/** Makes the next settlement of a reseller, of its oldest sales before a time; undefined when there are none. */
export function settleNext (db: Db, resellerId: Uuid, until: Date): Promise<Settlement | undefined> {
  return transact(db, async tx => {
    await lockResellers(tx, [resellerId])
    // In a new statement, under the lock: what another worker has settled meanwhile is not due any more.
    const batch = await readDueBatch(tx, resellerId, until)
    return batch && settle(tx, resellerId, batch)
  })
}

interface Batch { readonly sessionId: Uuid | null, readonly currency: Currency, readonly day: string }

async function settle (tx: Tx, resellerId: Uuid, batch: Batch): Promise<Settlement> {
  const proceeds = await ownedAccount(tx, resellerId, 'proceeds', batch.currency)
  const wallet = await ownedAccount(tx, resellerId, 'wallet', batch.currency)
  await lockAccounts(tx, [proceeds, wallet])
  const settlement = await writeSettlement(tx, resellerId, batch)
  const { id, sales, currency, day, gross, wholesale, commission, margin } = settlement
  if (margin > 0n) {
    await move(tx, [{
      kind: 'settlement', debit: proceeds, credit: wallet, amount: margin, settlementId: id, reason: `sales of ${day}`, createdBy: null
    }])
  }
  await appendEvents(tx, [{
    resellerId,
    type: 'settlement.made',
    data: {
      settlement: showId('settlement', id),
      session: settlement.sessionId && showId('session', settlement.sessionId),
      day,
      sales,
      gross: moneyView(gross, currency),
      wholesale: moneyView(wholesale, currency),
      commission: moneyView(commission, currency),
      margin: moneyView(margin, currency)
    }
  }])
  return settlement
}

/** Resellers with sales before a time, by id; the index is skipped through, so that what is not due yet costs nothing. */
async function readDueResellers (db: Db, until: Date, count: number): Promise<readonly Uuid[]> {
  const rows = await db<{ id: Uuid }[]>`
    with recursive selling (id) as (
      (select reseller_id from checkouts where state = 'completed' and settlement_id is null order by reseller_id limit 1)
      union all
      select (
        select reseller_id from checkouts
        where state = 'completed' and settlement_id is null and reseller_id > selling.id order by reseller_id limit 1
      ) from selling where selling.id is not null
    )
    select id from selling where exists (
      select 1 from checkouts
      where reseller_id = selling.id and state = 'completed' and settlement_id is null and ended_at < ${until}
    ) limit ${count}`
  return rows.map(row => row.id)
}

/** To whose session, day and currency the oldest sale before a time belongs. */
async function readDueBatch (tx: Tx, resellerId: Uuid, until: Date): Promise<Batch | undefined> {
  const [row] = await tx<Batch[]>`
    select session_id as "sessionId", currency, to_char(ended_at at time zone ${settlementTimeZone}, 'YYYY-MM-DD') as day
    from checkouts
    where reseller_id = ${resellerId} and state = 'completed' and settlement_id is null and ended_at < ${until}
    order by reseller_id, ended_at limit 1`
  return row
}

async function writeSettlement (tx: Tx, resellerId: Uuid, { sessionId, currency, day }: Batch): Promise<Settlement> {
  const id = newId()
  const [made] = await tx<Omit<Settlement, 'id' | 'resellerId' | 'sessionId' | 'currency' | 'day'>[]>`
    with due as (
      select id from checkouts
      where reseller_id = ${resellerId} and state = 'completed' and settlement_id is null
        and ended_at >= ${day}::date::timestamp at time zone ${settlementTimeZone}
        and ended_at < (${day}::date + 1)::timestamp at time zone ${settlementTimeZone}
        and session_id is not distinct from ${sessionId}::uuid and currency = ${currency}
      order by reseller_id, ended_at limit ${salesPerSettlementMax}
    ), settled as (
      update checkouts set settlement_id = ${id} from due where checkouts.id = due.id
      returning host_id, quantity, total, wholesale, commission
    ), made as (
      insert into settlements (reseller_id, id, session_id, day, currency, sales, quantity, gross, wholesale, commission, margin)
      select ${resellerId}::uuid, ${id}::uuid, ${sessionId}::uuid, ${day}::date, ${currency}, count(*), sum(quantity), sum(total),
             sum(wholesale), sum(commission), sum(total - wholesale - commission)
      from settled
      returning sales, quantity, gross, wholesale, commission, margin, created_at
    ), shared as (
      insert into settlement_hosts (settlement_id, host_id, currency, sales, quantity, commission)
      select ${id}::uuid, host_id, ${currency}, count(*), sum(quantity), sum(commission)
      from settled where host_id is not null group by host_id
    )
    select sales, quantity, gross, wholesale, commission, margin, created_at as "createdAt" from made`
  assert(made, 'the settlement that was just made')
  return { ...made, id, resellerId, sessionId, currency, day }
}
