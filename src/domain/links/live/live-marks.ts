// What is asked several times a second of everything that is followed: small rows found by key, and marks by which it is seen that the
// sales of a link have changed, so that they are counted anew only then.
import type { Currency, LinkState } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Db } from '../../../postgres/pool.ts'
import { linkStateOf, quotaLeft, type LinkFacts } from '../link.ts'
import type { LiveSession, LiveSku } from './live-snapshot.ts'
import { availableOf } from '../shown-link.ts'

/** A link as it is now, without what was sold through it. */
export interface LinkMark {
  readonly id: Uuid
  readonly slug: string
  readonly title: string
  readonly sessionId: Uuid | null
  readonly currency: Currency
  readonly quota: number | null
  readonly state: LinkState
  /** Pieces that can be bought through it now. */
  readonly left: number
  readonly skus: readonly Pick<LiveSku, 'skuId' | 'name' | 'productName' | 'left'>[]
  /** Another one when something was begun, bought, ended or sent back through the link. */
  readonly sales: string
}

export interface Marks {
  readonly sessions: ReadonlyMap<Uuid, LiveSession>
  readonly links: ReadonlyMap<Uuid, LinkMark>
  /** When it was so, by the clock of the database. */
  readonly at: Date
}

/** Sessions with these ids, and links with these or in those sessions: two statements, however many are asked for. */
export async function readMarks (db: Db, sessionIds: readonly Uuid[], linkIds: readonly Uuid[]): Promise<Marks> {
  const sessionsWanted = bareArray(sessionIds)
  const [sessions, rows] = await Promise.all([
    db<(LiveSession & { readonly readAt: Date })[]>`
      select sessions.id, sessions.reseller_id as "resellerId", sessions.title, hosts.name as "hostName", starts_at as "startsAt",
        ended_at as "endedAt", url_version as "urlVersion", now() as "readAt"
      from sessions left join hosts on hosts.id = sessions.host_id where sessions.id = any(${sessionsWanted}::uuid[])`,
    // Every change of a link's sales writes its row (xmin), but for money that goes back when nothing was set aside any more.
    db<MarkRow[]>`
      select links.id, links.slug, links.title, links.session_id as "sessionId", links.currency, links.kind, links.quota, links.held,
        links.sold, links.sales, nullif(links.starts_at, '-infinity') as "startsAt", nullif(links.ends_at, 'infinity') as "endsAt",
        coalesce(links.paused_at, case when resellers.status <> 'active' then links.updated_at end) as "pausedAt",
        links.ended_at as "endedAt", now() as at,
        links.xmin::text || ' ' || (select count(*) || ' ' || count(*) filter (where checkouts.state = 'refunded') from checkouts
          where checkouts.link_id = links.id and checkouts.state in ('refunding', 'refunded')) as mark,
        link_skus.sku_id as "skuId", skus.name as "skuName", products.name as "productName",
        skus.status = 'active' and products.status = 'active' as "onSale", ${availableOf(db)} as available
      from links join resellers on resellers.id = links.reseller_id
        join link_skus on link_skus.link_id = links.id
        join skus on skus.id = link_skus.sku_id
        join products on products.id = skus.product_id
        left join stock on stock.sku_id = skus.id
      where links.id = any(${bareArray(linkIds)}::uuid[]) or links.session_id = any(${sessionsWanted}::uuid[])
      order by links.id, link_skus.place`
  ])
  const byLink = Map.groupBy(rows, ({ id }) => id)
  return {
    sessions: new Map(sessions.map(({ readAt: _, ...session }) => [session.id, session])),
    links: new Map([...byLink].map(([id, skus]) => [id, markOf(skus)])),
    at: rows[0]?.at ?? sessions[0]?.readAt ?? new Date(0)
  }
}

interface MarkRow extends LinkFacts {
  readonly id: Uuid
  readonly slug: string
  readonly title: string
  readonly sessionId: Uuid | null
  readonly currency: Currency
  readonly mark: string
  readonly at: Date
  readonly skuId: Uuid
  readonly skuName: string
  readonly productName: string
  readonly onSale: boolean
  readonly available: number
}

function markOf (rows: readonly MarkRow[]): LinkMark {
  const row = rows[0]!
  const { id, slug, title, sessionId, currency, quota, mark, at } = row
  const free = ({ onSale, available }: MarkRow) => onSale ? available : 0
  const available = rows.reduce((sum, one) => sum + free(one), 0)
  const most = quotaLeft(row) ?? available
  return {
    id,
    slug,
    title,
    sessionId,
    currency,
    quota,
    state: linkStateOf(row, available, at.getTime()),
    left: Math.min(most, available),
    skus: rows.map(one => ({ skuId: one.skuId, name: one.skuName, productName: one.productName, left: Math.min(most, free(one)) })),
    sales: mark
  }
}
