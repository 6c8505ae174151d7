// Codes revealed by keys that have a quota or an alert, counted by the day (UTC, by the database's clock) in the transaction that
// reveals them. Every reveal counts, of the same code too: what is limited is what leaves. Who counts holds the resellers' locks,
// taken before any order's; under them nobody else counts for the same key.
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { appendEvents } from '../events/append-events.ts'

/** As high as a count goes; what comes after is revealed, and counted no more. */
const countMax = 2_147_483_647

/** How many codes a key is about to reveal; a key stands once. */
export interface CountedReveal { readonly keyId: string, readonly count: number }

/** Counts what a key is about to reveal; `reveal_quota_exceeded` when it would be more than the key may reveal today. */
export async function countReveals (tx: Tx, keyId: string, count: number): Promise<void> {
  const left = (await readRevealsLeft(tx, [keyId])).get(keyId)
  if (left !== undefined && count > left) throw revealQuotaExceeded(keyId, left, count)
  await countRevealsOfBatch(tx, [{ keyId, count }])
}

/** The refusal of more codes than a key may reveal today. */
export function revealQuotaExceeded (keyId: string, left: number, wanted: number): Problem {
  return new Problem('reveal_quota_exceeded', `The key ${keyId} may reveal ${left} more codes today (UTC), not ${wanted}.`, {
    reveals_left: left, reveals_wanted: wanted
  })
}

/** How many codes each key may still reveal today; a key without a quota is not in the answer. */
export async function readRevealsLeft (read: Reader, keyIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await read<{ id: string, left: number }[]>`
    select id, greatest(0, reveals_per_day - coalesce(count, 0)) as left
    from api_keys left join reveal_counts on key_id = id and day = (clock_timestamp() at time zone 'UTC')::date
    where id = any(${quotedArray(keyIds)}::text[]) and reveals_per_day is not null`
  return new Map(rows.map(row => [row.id, row.left]))
}

/**
 * Counts without refusing, for a caller that has kept to readRevealsLeft; keys with neither quota nor alert are left out. A key
 * that reaches its alert for the first time of the day gives its reseller an event.
 */
export async function countRevealsOfBatch (tx: Tx, reveals: readonly CountedReveal[]): Promise<void> {
  const counted = await tx<Counted[]>`
    insert into reveal_counts as kept (key_id, day, count)
    select api_keys.id, (clock_timestamp() at time zone 'UTC')::date, revealed.count
    from unnest(${quotedArray(reveals.map(reveal => reveal.keyId))}::text[], ${bareArray(reveals.map(reveal => reveal.count))}::int[])
      as revealed (key_id, count)
      join api_keys on api_keys.id = revealed.key_id and (reveals_per_day is not null or reveals_alert_at is not null)
    order by api_keys.id
    on conflict (key_id, day) do update set count = kept.count + least(excluded.count, ${countMax} - kept.count)
    returning key_id, day::text, count, alerted`
  const quiet = counted.filter(row => !row.alerted)
  if (quiet.length === 0) return
  const alerted = await tx<Alerted[]>`
    update reveal_counts set alerted = true from api_keys
    where api_keys.id = key_id and key_id = any(${quotedArray(quiet.map(row => row.key_id))}::text[]) and day = ${quiet[0]!.day}::text::date
      and not alerted and count >= reveals_alert_at
    returning reseller_id, key_id, name, day::text, count, reveals_alert_at, reveals_per_day`
  await appendEvents(tx, alerted.map(row => ({
    resellerId: row.reseller_id,
    type: 'reveals.alert' as const,
    data: {
      key: row.key_id,
      name: row.name,
      day: row.day,
      revealed: row.count,
      reveals_alert_at: row.reveals_alert_at,
      reveals_per_day: row.reveals_per_day
    }
  })))
}

interface Counted { readonly key_id: string, readonly day: string, readonly count: number, readonly alerted: boolean }

interface Alerted {
  readonly reseller_id: Uuid
  readonly key_id: string
  readonly name: string
  readonly day: string
  readonly count: number
  readonly reveals_alert_at: number
  readonly reveals_per_day: number | null
}
