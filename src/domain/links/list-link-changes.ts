import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { LinkMembers } from './link-members.ts'
import { readLink } from './read-links.ts'

export interface LinkChange {
  /** That the change made. */
  readonly version: number
  readonly before: LinkMembers
  readonly after: LinkMembers
  /** A key's id, or `schedule`. */
  readonly changedBy: string
  readonly createdAt: Date
}

/** What became of one of a reseller's links since it was made, newest first, older than the version named. */
export async function listLinkChanges (
  read: Reader, resellerId: Uuid, linkId: Uuid, olderThan: number | null, count: number
): Promise<readonly LinkChange[]> {
  await readLink(read, resellerId, linkId)
  return await read<LinkChange[]>`
    select version, before, after, changed_by as "changedBy", created_at as "createdAt" from link_changes
    where link_id = ${linkId} and ${olderThan === null ? read`true` : read`version < ${olderThan}`}
    order by version desc limit ${count}`
}
