// How the endpoints of all resellers do, for the operator: those whose trouble is the oldest first. Where an endpoint stands is known
// from its row and one entry of an index; what waits for it is counted for those that are shown, and up to a bound.
import { backlogCountedMax } from '../../../schema/rest/endpoints.ts'
import type { EndpointState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

export interface WatchedEndpoint {
  readonly resellerId: Uuid
  readonly resellerName: string
  readonly id: Uuid
  readonly url: string
  readonly state: EndpointState
  readonly stateReason: string | null
  readonly failures: number
  readonly failingSince: Date | null
  /** Since when, and why, nothing can be sent for a fault of ours. */
  readonly heldSince: Date | null
  readonly heldError: string | null
  /** What is due, counted up to a bound, and whether there is more. */
  readonly backlog: number
  readonly backlogIsMore: boolean
  /** When the oldest of what was counted became true. */
  readonly oldestDueAt: Date | null
  readonly oldestDueSeconds: number | null
  readonly lastStatus: number | null
  readonly lastError: string | null
  /** Where it stands in the list. */
  readonly longestText: string
}

export interface WatchFilter { readonly failing: boolean, readonly resellerId: Uuid | null }

/** Endpoints that are not deleted, the longest in trouble or with something due first, beyond the place. */
export async function watchEndpoints (
  read: Reader, filter: WatchFilter, after: { readonly longestText: string, readonly id: Uuid } | undefined, count: number
): Promise<readonly WatchedEndpoint[]> {
  return await read<WatchedEndpoint[]>`
    with watched as materialized (
      select * from (
        select endpoints.*, least(failing_since, held_since, first.due_at, 'infinity') as longest
        from endpoints left join lateral (
          select due_at from deliveries where endpoint_id = endpoints.id and state = 'due' order by due_at limit 1
        ) as first on true
        where deleted_at is null
          and ${filter.failing ? read`(state = 'disabled' or failing_since is not null or held_since is not null)` : read`true`}
          and ${filter.resellerId === null ? read`true` : read`reseller_id = ${filter.resellerId}`}
      ) as every_one
      where ${after === undefined ? read`true` : read`(longest, id) > (${after.longestText}::text::timestamptz, ${after.id}::uuid)`}
      order by longest, id limit ${count}
    )
    select watched.reseller_id as "resellerId", resellers.name as "resellerName", watched.id, url, state, state_reason as "stateReason",
      failures, failing_since as "failingSince", held_since as "heldSince", held_error as "heldError",
      least(due, ${backlogCountedMax})::int as backlog, due > ${backlogCountedMax} as "backlogIsMore", oldest as "oldestDueAt",
      floor(extract(epoch from clock_timestamp() - oldest))::int as "oldestDueSeconds", last_status as "lastStatus",
      last_error as "lastError", longest::text as "longestText"
    from watched join resellers on resellers.id = watched.reseller_id
      cross join lateral (
        select count(*)::int as due, min(created_at) as oldest from (
          select created_at from deliveries where endpoint_id = watched.id and state = 'due' order by due_at limit ${backlogCountedMax + 1}
        ) as counted
      ) as work
    order by longest, watched.id`
}
