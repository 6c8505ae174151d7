// Sold out for good, until quota or stock is added: by what was sold, and not by what others are paying for just now. It is told once, when
// it becomes so, and can be told again after there was something to sell in between.
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Db, Reader, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { linkEvent, type ToldLink } from './link-event.ts'

/** Marks those of these links that have sold all there is, or no longer have, and tells of the former. The caller holds their locks. */
export async function markSoldOut (tx: Tx, linkIds: readonly Uuid[]): Promise<void> {
  if (linkIds.length === 0) return
  const marked = await tx<MarkedLink[]>`
    update links set sold_out_at = case when judged.over then clock_timestamp() end
    from (select id, ${isSoldOut(tx)} as over from links where id = any(${bareArray(linkIds)}::uuid[])) as judged
    where links.id = judged.id and judged.over <> (sold_out_at is not null)
    returning links.id, reseller_id as "resellerId", slug, title, session_id as "sessionId", judged.over`
  await appendEvents(tx, marked.filter(({ over }) => over).map(link => linkEvent('link.sold_out', link)))
}

/** A pass: marks up to `limit` links whose stock was used up, or came, by other ways than their own sales; returns how many there were. */
export async function watchSoldOut (db: Db, limit: number): Promise<number> {
  const due = await db<{ id: Uuid, resellerId: Uuid }[]>`
    select id, reseller_id as "resellerId" from links
    where ended_at is null and ends_at > now() and starts_at <= now() and ${isSoldOut(db)} <> (sold_out_at is not null) limit ${limit}`
  if (due.length === 0) return 0
  await transact(db, async tx => {
    const ids = due.map(link => link.id)
    await tx`select 1 from links where id = any(${bareArray(ids)}::uuid[]) order by id for no key update`
    await lockResellers(tx, due.map(link => link.resellerId))
    await markSoldOut(tx, ids)
  })
  return due.length
}

interface MarkedLink extends ToldLink { readonly over: boolean }

function isSoldOut (read: Reader) {
  return read`(coalesce(sold >= quota, false) or (kind = 'one_time' and sales > 0) or not exists (
    select from link_skus join stock on stock.sku_id = link_skus.sku_id where link_id = links.id and available + stock.held > 0
  ))`
}
