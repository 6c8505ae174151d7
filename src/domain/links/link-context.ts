import type { ListingStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Link } from './link.ts'
import { sessionColumns, type Session } from './session.ts'
import { availableOf, statusOf } from './shown-link.ts'

export interface SkuFacts {
  readonly name: string
  /** The worse of the SKU's own and its product's. */
  readonly status: ListingStatus
  /** On the shelf and free. */
  readonly available: number
}

/** What a view of links shows beside them. */
export interface LinkContext {
  readonly skus: ReadonlyMap<Uuid, SkuFacts>
  readonly sessions: ReadonlyMap<Uuid, Session>
}

/** What is on the shelf for links, and their sessions, in as many statements whatever their number. */
export async function readLinkContext (read: Reader, links: readonly Link[]): Promise<LinkContext> {
  const skuIds = [...new Set(links.flatMap(link => link.skus.map(({ skuId }) => skuId)))]
  const sessionIds = [...new Set(links.map(link => link.sessionId).filter(id => id !== null))]
  const [skus, sessions] = await Promise.all([readSkuFacts(read, skuIds), readSessionsOfAll(read, sessionIds)])
  return { skus: new Map(skus.map(sku => [sku.id, sku])), sessions: new Map(sessions.map(session => [session.id, session])) }
}

async function readSkuFacts (read: Reader, ids: readonly Uuid[]): Promise<readonly (SkuFacts & { readonly id: Uuid })[]> {
  return await read`
    select skus.id, skus.name, ${availableOf(read)} as available, ${statusOf(read)} as status
    from skus join products on products.id = skus.product_id left join stock on stock.sku_id = skus.id
    where skus.id = any(${bareArray(ids)}::uuid[])`
}

async function readSessionsOfAll (read: Reader, ids: readonly Uuid[]): Promise<readonly Session[]> {
  return await read<Session[]>`select ${sessionColumns(read)} from sessions where id = any(${bareArray(ids)}::uuid[])`
}
