// Views of links by the minute, and pages that are open now, as all processes wrote them down (count-visits.ts).
import type { Uuid } from '../../../base/ids.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Db } from '../../../postgres/pool.ts'
import { viewersStaleSeconds } from './count-visits.ts'

export interface VisitRow { readonly linkId: Uuid, readonly sessionId: Uuid | null, readonly minute: Date, readonly visits: number }

/** Minutes that may still be written: views are written within seconds. */
const openMinutes = 3

/** The views of these links, and of all links in these sessions. */
export async function readVisits (db: Db, sessionIds: readonly Uuid[], linkIds: readonly Uuid[]): Promise<readonly VisitRow[]> {
  return await db<VisitRow[]>`
    select link_id as "linkId", session_id as "sessionId", minute, visits from link_visits
    where session_id = any(${bareArray(sessionIds)}::uuid[]) or link_id = any(${bareArray(linkIds)}::uuid[])`
}

/** The same of the minutes that may have changed since they were read. */
export async function readRecentVisits (db: Db, sessionIds: readonly Uuid[], linkIds: readonly Uuid[]): Promise<readonly VisitRow[]> {
  return await db<VisitRow[]>`
    select link_id as "linkId", session_id as "sessionId", minute, visits from link_visits
    where (session_id = any(${bareArray(sessionIds)}::uuid[]) or link_id = any(${bareArray(linkIds)}::uuid[]))
      and minute >= date_trunc('minute', now()) - ${openMinutes} * interval '1 minute'`
}

/** Pages that are open now, by link; a link without any is not in it. */
export async function readViewers (db: Db, linkIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, number>> {
  const rows = await db<{ linkId: Uuid, viewers: number }[]>`
    select link_id as "linkId", sum(viewers)::int as viewers from link_viewers
    where link_id = any(${bareArray(linkIds)}::uuid[]) and at > now() - ${viewersStaleSeconds} * interval '1 second'
    group by link_id`
  return new Map(rows.map(({ linkId, viewers }) => [linkId, viewers]))
}
