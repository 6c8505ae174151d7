// Settling writes down what became of attempts, many at once. A result counts only while its delivery is still leased by the
// worker that brings it: whoever comes too late finds the delivery settled, or leased by another, and changes nothing.
import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { disableEndpoints } from './disable-failing.ts'
import { resumeSecondsMax, waitAfterMs } from './retry-schedule.ts'

/** What became of one attempt, in the order in which they ended. */
export interface AttemptResult {
  readonly deliveryId: Uuid
  readonly endpointId: Uuid
  /** The endpoint's URL when this was leased; it may be another by now. */
  readonly endpointUrl: string
  /** Whether it went to an address of its own instead of the endpoint's. */
  readonly elsewhere: boolean
  /** Attempts before this one since it became due, or was replayed. */
  readonly attempts: number
  readonly status: number | null
  readonly error: string | null
  readonly answerHead: string
  readonly retryAfterMs: number | null
  readonly startedAt: Date
  readonly durationMs: number
}

export type AttemptOutcome = 'delivered' | 'failed' | 'dead' | 'held'

/** After a fault of ours, how long nothing is tried at the endpoint it kept from being sent to; the schedule stands still. */
export const heldSeconds = 60

/** Whether a receiver has taken a callback: any 2xx, told to its end. */
export function isTaken ({ status, error }: Pick<AttemptResult, 'status' | 'error'>): boolean {
  return error === null && status !== null && status >= 200 && status < 300
}

/**
 * Settles results; gives how many were counted as what. An answer 410 disables the endpoint, unless it was of an order's own address,
 * or of one that the endpoint has left.
 */
export async function settleDeliveries (
  db: Db, worker: string, ended: readonly AttemptResult[]
): Promise<Readonly<Record<AttemptOutcome, number>>> {
  const results = oneOfEach(ended)
  const gone = results.filter(result => result.status === 410 && !result.elsewhere)
  if (gone.length > 0) {
    const verdict = { reason: 'It answered 410 Gone.', status: 410, urls: gone.map(({ endpointUrl }) => endpointUrl) }
    await transact(db, tx => disableEndpoints(tx, [...new Set(gone.map(({ endpointId }) => endpointId))], verdict))
  }
  return await transact(db, async tx => {
    await lockEndpoints(tx, [...new Set(results.map(({ endpointId }) => endpointId))])
    const settled = await settle(tx, worker, results)
    const counted = results.filter(({ deliveryId }) => settled.has(deliveryId))
    await keepAttempts(tx, counted.filter(result => !isHeld(result)), settled)
    await holdEndpoints(tx, counted.filter(isHeld))
    await judgeEndpoints(tx, counted.filter(wasSent))
    const outcomes = { delivered: 0, failed: 0, dead: 0, held: 0 }
    for (const result of counted) outcomes[outcomeOf(result, settled.get(result.deliveryId)!)]++
    return outcomes
  })
}

/**
 * One result of each delivery, one that was taken if there is any. A worker whose lease ran out while it stood still, or whose database
 * put its clock, can have sent a delivery twice at once.
 */
function oneOfEach (results: readonly AttemptResult[]): readonly AttemptResult[] {
  const first = new Map<Uuid, AttemptResult>()
  for (const result of results) if (!first.has(result.deliveryId) || isTaken(result)) first.set(result.deliveryId, result)
  return [...first.values()]
}

/** Whether it was sent at all: an event that is no longer kept, or a body that is too large, says nothing about its receiver. */
function wasSent (result: AttemptResult): boolean {
  return result.error !== 'event_expired' && result.error !== 'body_too_large' && !isHeld(result)
}

/** Whether a fault of ours, which we can mend, kept it from being sent: it was no attempt. */
function isHeld ({ error }: AttemptResult): boolean {
  return error === 'signing_failed'
}

/** Gives back leases of what was never sent, so that another worker need not wait for their end. */
export async function releaseLeases (db: Db, worker: string): Promise<void> {
  await transact(db, async tx => {
    const leased = await tx<{ endpointId: Uuid }[]>`
      select distinct endpoint_id as "endpointId" from deliveries
      where leased_until is not null and leased_by = ${worker} and state = 'due'`
    const endpointIds = leased.map(({ endpointId }) => endpointId)
    await lockEndpoints(tx, endpointIds)
    await tx`
      update deliveries set leased_until = null, leased_by = null
      where leased_until is not null and leased_by = ${worker} and state = 'due' and endpoint_id = any(${bareArray(endpointIds)}::uuid[])`
    await wakeEndpoints(tx, endpointIds)
  })
}

/** Endpoints are locked before their deliveries, ids ascending. */
async function lockEndpoints (tx: Tx, ids: readonly Uuid[]): Promise<void> {
  await tx`select 1 from endpoints where id = any(${bareArray(ids)}::uuid[]) order by id for no key update`
}

interface SettledRow { readonly id: Uuid, readonly attempts: number, readonly state: 'delivered' | 'due' | 'dead' }

async function settle (tx: Tx, worker: string, results: readonly AttemptResult[]): Promise<ReadonlyMap<Uuid, SettledRow>> {
  const rows = await tx<SettledRow[]>`
    update deliveries set
      state = case when taken then 'delivered' when wait_ms is null then 'dead' else 'due' end,
      due_at = case when not taken then statement_timestamp() + wait_ms * interval '1 millisecond' end,
      delivered_at = case when taken then statement_timestamp() else delivered_at end,
      attempts = deliveries.attempts + case when held then 0 else 1 end, last_status = result.status, last_error = result.error,
      leased_until = null, leased_by = null
    from unnest(${bareArray(results.map(({ deliveryId }) => deliveryId))}::uuid[], ${bareArray(results.map(isTaken))}::boolean[],
                ${bareArray(results.map(waitOf))}::bigint[], ${bareArray(results.map(({ status }) => status))}::int[],
                ${quotedArray(results.map(({ error }) => error))}::text[], ${bareArray(results.map(isHeld))}::boolean[])
      as result (id, taken, wait_ms, status, error, held)
    where deliveries.id = result.id and deliveries.state = 'due' and deliveries.leased_by = ${worker}
    returning deliveries.id, deliveries.attempts, deliveries.state`
  return new Map(rows.map(row => [row.id, row]))
}

function outcomeOf (result: AttemptResult, { state }: SettledRow): AttemptOutcome {
  if (isHeld(result)) return 'held'
  return state === 'due' ? 'failed' : state
}

/** How long until the next attempt, if there is one: none where an order’s own address is gone, or the event is. */
function waitOf (result: AttemptResult): number | null {
  if (isHeld(result)) return heldSeconds * 1_000
  if (isTaken(result) || !wasSent(result) || (result.status === 410 && result.elsewhere)) return null
  return waitAfterMs(result.attempts + 1, result.retryAfterMs)
}

async function keepAttempts (tx: Tx, results: readonly AttemptResult[], settled: ReadonlyMap<Uuid, SettledRow>): Promise<void> {
  await tx`
    insert into delivery_attempts (delivery_id, attempt, status, error, answer_head, duration_ms, started_at)
    select * from unnest(
      ${bareArray(results.map(({ deliveryId }) => deliveryId))}::uuid[],
      ${bareArray(results.map(({ deliveryId }) => settled.get(deliveryId)!.attempts))}::int[],
      ${bareArray(results.map(({ status }) => status))}::int[], ${quotedArray(results.map(({ error }) => error))}::text[],
      ${quotedArray(results.map(({ answerHead }) => answerHead))}::text[], ${bareArray(results.map(({ durationMs }) => durationMs))}::int[],
      ${quotedArray(results.map(({ startedAt }) => startedAt.toISOString()))}::timestamptz[])`
}

/** Of an endpoint that nothing can be sent to for a fault of ours, nothing more is tried for a while; its operator sees since when. */
async function holdEndpoints (tx: Tx, results: readonly AttemptResult[]): Promise<void> {
  if (results.length === 0) return
  const errors = new Map(results.map(({ endpointId, error }) => [endpointId, error]))
  await tx`
    update endpoints set held_since = coalesce(held_since, statement_timestamp()), held_error = held.error,
      resume_at = greatest(resume_at, statement_timestamp() + make_interval(secs => ${heldSeconds})),
      next_due_at = least(next_due_at, statement_timestamp())
    from unnest(${bareArray([...errors.keys()])}::uuid[], ${quotedArray([...errors.values()])}::text[]) as held (id, error)
    where endpoints.id = held.id`
}

interface Judged { recovered: boolean, failures: number, resumeMs: number, last: AttemptResult | null }

/** A success ends an endpoint's failing; a failure begins it, or makes it longer. Either way there is room again. */
async function judgeEndpoints (tx: Tx, results: readonly AttemptResult[]): Promise<void> {
  const judged = new Map<Uuid, Judged>()
  for (const result of results) {
    const one = judged.get(result.endpointId) ?? { recovered: false, failures: 0, resumeMs: 0, last: null }
    judged.set(result.endpointId, one)
    if (isTaken(result)) {
      one.recovered = true
      one.failures = 0
    } else {
      one.failures++
      one.last = result
      one.resumeMs = Math.max(one.resumeMs, Math.min(result.retryAfterMs ?? 0, resumeSecondsMax * 1_000))
    }
  }
  const all = [...judged.values()]
  await tx`
    update endpoints set
      last_status = case when judged.failures > 0 then judged.status else last_status end,
      last_error = case when judged.failures > 0 then judged.error else last_error end,
      failures = case when recovered then 0 else endpoints.failures end + judged.failures,
      failing_since = case when recovered and judged.failures = 0 then null
                           when recovered or failing_since is null then statement_timestamp()
                           -- What we could not send proves nothing: that time does not count.
                           else failing_since + coalesce(statement_timestamp() - held_since, interval '0') end,
      warned_at = case when recovered then null else warned_at end, held_since = null, held_error = null,
      resume_at = case when resume_ms > 0 then statement_timestamp() + resume_ms * interval '1 millisecond' else resume_at end,
      next_due_at = least(next_due_at, statement_timestamp())
    from unnest(${bareArray([...judged.keys()])}::uuid[], ${bareArray(all.map(({ recovered }) => recovered))}::boolean[],
                ${bareArray(all.map(({ failures }) => failures))}::int[],
                ${bareArray(all.map(({ resumeMs }) => Math.ceil(resumeMs)))}::bigint[],
                ${bareArray(all.map(({ last }) => last?.status ?? null))}::int[],
                ${quotedArray(all.map(({ last }) => last?.error ?? null))}::text[])
      as judged (id, recovered, failures, resume_ms, status, error)
    where endpoints.id = judged.id`
}

async function wakeEndpoints (tx: Tx, ids: readonly Uuid[]): Promise<void> {
  await tx`
    update endpoints set next_due_at = least(next_due_at, statement_timestamp())
    where id in (select id from endpoints where id = any(${bareArray(ids)}::uuid[]) order by id for no key update)`
}
