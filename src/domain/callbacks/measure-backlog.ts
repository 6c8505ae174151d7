// How callbacks go in a world, in a few numbers for its metrics.
import type { Reader } from '../../postgres/pool.ts'

/** Deliveries counted of what is due, in all; there may be more. */
export const dueCountedMax = 100_000

export interface CallbackBacklog {
  /** Deliveries that could be sent now, counted up to a bound. */
  readonly due: number
  /** For how long the oldest of them could have been; 0 when none is. */
  readonly oldestSeconds: number
  readonly failingEndpoints: number
  /** Endpoints that nothing can be sent to for a fault of ours. */
  readonly heldEndpoints: number
}

/** Measures what waits at the endpoints that are enabled. Its cost is an entry of an index per endpoint, and what it counts. */
export async function measureBacklog (read: Reader): Promise<CallbackBacklog> {
  const [row] = await read<CallbackBacklog[]>`
    with waiting as materialized (
      select endpoints.id, first.due_at from endpoints cross join lateral (
        select due_at from deliveries where endpoint_id = endpoints.id and state = 'due' and due_at <= statement_timestamp()
        order by due_at limit 1
      ) as first where state = 'enabled' and deleted_at is null
    )
    select
      (select count(*)::int from (
        select from waiting join deliveries on endpoint_id = waiting.id and deliveries.state = 'due'
          and deliveries.due_at <= statement_timestamp() limit ${dueCountedMax}) as counted) as due,
      (select greatest(0, coalesce(extract(epoch from statement_timestamp() - min(due_at)), 0))::float8 from waiting) as "oldestSeconds",
      count(*) filter (where failing_since is not null)::int as "failingEndpoints",
      count(*) filter (where held_since is not null)::int as "heldEndpoints"
    from endpoints where state = 'enabled' and deleted_at is null`
  return row!
}
