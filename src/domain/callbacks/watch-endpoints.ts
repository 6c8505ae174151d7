// How the endpoints of all resellers do, for the operator: those with the oldest work first.
import type { EndpointState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

/** Deliveries counted of a backlog; there may be more. */
export const backlogCountedMax = 10_000

export interface WatchedEndpoint {
  readonly resellerId: Uuid
  readonly resellerName: string
  readonly id: Uuid
  readonly url: string
  readonly state: EndpointState
  readonly stateReason: string | null
  readonly failures: number
  readonly failingSince: Date | null
  readonly backlog: number
  /** When the oldest of what is due became true. */
  readonly oldestDueAt: Date | null
  readonly oldestDueSeconds: number | null
  readonly lastStatus: number | null
  readonly lastError: string | null
  /** Where it stands in the list. */
  readonly oldestText: string
}

export interface WatchFilter { readonly failing: boolean, readonly resellerId: Uuid | null }

/** Endpoints that are not deleted, the oldest backlog first, beyond the place. */
export async function watchEndpoints (
  read: Reader, filter: WatchFilter, after: { readonly oldestText: string, readonly id: Uuid } | undefined, count: number
): Promise<readonly WatchedEndpoint[]> {
  return await read<WatchedEndpoint[]>`
    select * from (
      select endpoints.reseller_id as "resellerId", resellers.name as "resellerName", endpoints.id, url, state,
        state_reason as "stateReason", failures, failing_since as "failingSince", backlog, oldest as "oldestDueAt",
        floor(extract(epoch from clock_timestamp() - oldest))::int as "oldestDueSeconds", last_status as "lastStatus",
        last_error as "lastError", coalesce(oldest, 'infinity')::text as "oldestText"
      from endpoints join resellers on resellers.id = endpoints.reseller_id
        cross join lateral (
          select count(*)::int as backlog, min(created_at) as oldest from (
            select created_at from deliveries where endpoint_id = endpoints.id and state = 'due'
            order by due_at limit ${backlogCountedMax}) as due
        ) as work
      where deleted_at is null
        and ${filter.failing ? read`(state = 'disabled' or failing_since is not null)` : read`true`}
        and ${filter.resellerId === null ? read`true` : read`endpoints.reseller_id = ${filter.resellerId}`}
    ) as watched
    where ${after === undefined
      ? read`true`
      : read`("oldestText"::timestamptz, id) > (${after.oldestText}::text::timestamptz, ${after.id}::uuid)`}
    order by "oldestText"::timestamptz, id limit ${count}`
}
