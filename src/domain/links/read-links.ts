import type { LinkState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import type { Link, LinkSku } from './link.ts'

/** A link without its SKUs, as one row gives it. */
export type LinkRow = Omit<Link, 'skus'>

/** What a LinkRow is read from: columns of the row `links`. */
export function linkColumns (read: Reader) {
  return read`links.id, links.reseller_id as "resellerId", links.slug, links.reference, links.kind, links.title, links.description,
    links.redeem_note as "redeemNote", links.picture_url as "pictureUrl", links.session_id as "sessionId", links.host_id as "hostId",
    links.currency, links.commission_rate as "commissionRate", links.commission_amount as "commissionAmount", links.quota,
    links.quota_per_buyer as "quotaPerBuyer", nullif(links.starts_at, '-infinity') as "startsAt",
    nullif(links.ends_at, 'infinity') as "endsAt", links.paused_at as "pausedAt", links.ended_at as "endedAt", links.held, links.sold, links.sales, links.version,
    links.created_by as "createdBy", links.created_at as "createdAt", links.updated_at as "updatedAt"`
}

/** Which links are wanted; null: whatever it is. */
export interface LinkFilter {
  readonly state: LinkState | null
  readonly sessionId: Uuid | null
  readonly hostId: Uuid | null
  readonly slug: string | null
}

/** A reseller's links, newest first, older than the one named. */
export async function listLinks (
  read: Reader, resellerId: Uuid, { state, sessionId, hostId, slug }: LinkFilter, olderThan: Uuid | null, count: number
): Promise<readonly Link[]> {
  const rows = await read<LinkRow[]>`
    select ${linkColumns(read)} from links
    where reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`links.id < ${olderThan}`}
      and ${sessionId === null ? read`true` : read`session_id = ${sessionId}`}
      and ${hostId === null ? read`true` : read`host_id = ${hostId}`}
      and ${slug === null ? read`true` : read`slug = ${slug}`} and ${state === null ? read`true` : inState(read, state)}
    order by links.id desc limit ${count}`
  return await withSkus(read, rows)
}

/** One of a reseller's links; the refusal `not_found` when it is unknown or another's. */
export async function readLink (read: Reader, resellerId: Uuid, id: Uuid): Promise<Link> {
  const [link] = await readLinks(read, resellerId, [id])
  return link ?? refuseUnknown()
}

/** Those of a reseller's links that there are, in any order. */
export async function readLinks (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Link[]> {
  const rows = await read<LinkRow[]>`
    select ${linkColumns(read)} from links where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
  return await withSkus(read, rows)
}

/** Links whosever they are, for passes; those that there are, in any order. */
export async function readLinksOfAll (read: Reader, ids: readonly Uuid[]): Promise<readonly Link[]> {
  return await withSkus(read, await read<LinkRow[]>`select ${linkColumns(read)} from links where id = any(${bareArray(ids)}::uuid[])`)
}

/** Locks a link, and with it all its checkouts, and reads it as it is under the lock. */
export async function lockLink (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Link> {
  const locked = await tx`select id from links where reseller_id = ${resellerId} and id = ${id} for no key update`
  return locked.count === 1 ? await readLink(tx, resellerId, id) : refuseUnknown()
}

async function withSkus (read: Reader, rows: readonly LinkRow[]): Promise<readonly Link[]> {
  if (rows.length === 0) return []
  const skus = await read<(LinkSku & { readonly linkId: Uuid })[]>`
    select link_id as "linkId", sku_id as "skuId", retail_price as "retailPrice" from link_skus
    where link_id = any(${bareArray(rows.map(({ id }) => id))}::uuid[]) order by link_id, place`
  const byLink = Map.groupBy(skus, ({ linkId }) => linkId)
  return rows.map(row => ({ ...row, skus: (byLink.get(row.id) ?? []).map(({ skuId, retailPrice }) => ({ skuId, retailPrice })) }))
}

/** What linkStateOf judges, said in SQL for lists. */
function inState (read: Reader, state: LinkState) {
  const over = read`(ended_at is not null or ends_at <= now() or (kind = 'one_time' and sales > 0))`
  const paused = read`paused_at is not null`
  const early = read`starts_at > now()`
  const nothingLeft = read`(held + sold >= quota or (kind = 'one_time' and held > 0) or not exists (
    select from link_skus join skus on skus.id = link_skus.sku_id join stock on stock.sku_id = skus.id
    where link_skus.link_id = links.id and stock.available > (
      select coalesce(sum(gone.stop - gone.next), 0) from shelf as gone where gone.sku_id = skus.id and gone.expires_at <= now())))`
  switch (state) {
    case 'ended': return over
    case 'paused': return read`not ${over} and ${paused}`
    case 'scheduled': return read`not ${over} and not ${paused} and ${early}`
    case 'sold_out': return read`not ${over} and not ${paused} and not ${early} and coalesce(${nothingLeft}, false)`
    case 'active': return read`not ${over} and not ${paused} and not ${early} and not coalesce(${nothingLeft}, false)`
  }
}

function refuseUnknown (): never {
  throw new Problem('not_found', 'You have no purchase link with this id.')
}
