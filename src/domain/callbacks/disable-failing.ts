// An endpoint that fails for a day is warned of; after five days without one success, or when it answers that it is gone, it is
// disabled: it gets nothing more until its reseller resumes it. Both are events, for the reseller's other endpoints and the feed.
import { endpointEntry } from '../../../schema/states.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'

export const failingDaysMax = 5
export const warnedAfterDays = 1

/** Why endpoints are disabled, in a sentence; and when an answer is the reason, which, and where it came from. */
export interface Verdict { readonly reason: string, readonly status?: number, readonly urls?: readonly string[] }

/** One pass: disables what failed for too long, warns of what fails for long; gives how many endpoints. */
export async function disableFailing (db: Db, limit: number): Promise<number> {
  const rows = await db<{ id: Uuid, spent: boolean }[]>`
    select id, failing_since <= now() - make_interval(days => ${failingDaysMax}) as spent from endpoints
    where state = 'enabled' and deleted_at is null and held_since is null
      and failing_since <= now() - make_interval(days => ${warnedAfterDays})
      and (warned_at is null or failing_since <= now() - make_interval(days => ${failingDaysMax}))
    order by failing_since limit ${limit}`
  const spent = rows.filter(row => row.spent).map(({ id }) => id)
  const warned = rows.filter(row => !row.spent).map(({ id }) => id)
  if (spent.length > 0) {
    const reason = `It failed for ${failingDaysMax} days without one success.`
    await transact(db, tx => disableEndpoints(tx, spent, { reason }))
  }
  if (warned.length > 0) await transact(db, tx => warn(tx, warned))
  return rows.length
}

/** Disables endpoints, those that still may be; their resellers are told. The caller holds no lock of an endpoint. */
export async function disableEndpoints (tx: Tx, ids: readonly Uuid[], { reason, status, urls }: Verdict): Promise<void> {
  await lockResellersOf(tx, ids)
  const disabled = await tx<Told[]>`
    update endpoints set state = 'disabled', state_reason = ${reason}, next_due_at = null, updated_at = clock_timestamp(),
      last_status = coalesce(${status ?? null}::int, last_status), failing_since = coalesce(failing_since, statement_timestamp())
    where id = any(${bareArray(ids)}::uuid[]) and deleted_at is null
      and state = any(${quotedArray(endpointEntry.disabled as readonly string[])}::text[])
      and ${urls === undefined ? tx`true` : tx`url = any(${quotedArray(urls)}::text[])`}
    returning ${toldColumns(tx)}`
  await appendEvents(tx, disabled.map(told => ({
    resellerId: told.resellerId,
    type: 'endpoint.disabled',
    data: { ...troubleOf(told), reason }
  })))
}

async function warn (tx: Tx, ids: readonly Uuid[]): Promise<void> {
  await lockResellersOf(tx, ids)
  const warned = await tx<Told[]>`
    update endpoints set warned_at = now()
    where id = any(${bareArray(ids)}::uuid[]) and deleted_at is null and state = 'enabled'
      and failing_since is not null and warned_at is null
    returning ${toldColumns(tx)}`
  await appendEvents(tx, warned.map(told => ({ resellerId: told.resellerId, type: 'endpoint.failing', data: troubleOf(told) })))
}

interface Told {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly url: string
  readonly failingSince: Date
  readonly lastStatus: number | null
  readonly lastError: string | null
}

function toldColumns (tx: Tx) {
  return tx`id, reseller_id as "resellerId", url, failing_since as "failingSince", last_status as "lastStatus", last_error as "lastError"`
}

function troubleOf ({ id, url, failingSince, lastStatus, lastError }: Told): Record<string, unknown> {
  return {
    endpoint: showId('endpoint', id),
    url,
    failing_since: failingSince.toISOString(),
    last_status: lastStatus,
    last_error: lastError
  }
}

/** Resellers are locked before their endpoints, here as everywhere. */
async function lockResellersOf (tx: Tx, endpointIds: readonly Uuid[]): Promise<void> {
  const rows = await tx<{ resellerId: Uuid }[]>`
    select distinct reseller_id as "resellerId" from endpoints where id = any(${bareArray(endpointIds)}::uuid[])`
  await lockResellers(tx, rows.map(({ resellerId }) => resellerId))
}
