// What a reseller names by number, name, title or slug; the API by id.
import { NotFound, type Host, type Kahub, type Link, type List, type PageAnswer, type Sku } from '../../sdk/src/index.ts'
import type { Session } from '../../sdk/src/generated/types.ts'
import { RefusedError } from './failures.ts'
import { pageRowsMax } from './lists.ts'

/** Products, hosts and sessions looked through for a number or a name; beyond them the id is needed. */
export const searchedMax = 10_000

/** A SKU of the catalogue by id or number. */
export async function findOwnSku (kahub: Kahub, named: string): Promise<Pick<Sku, 'id' | 'currency'>> {
  if (named.startsWith('sku_')) {
    const found = await foundOrNothing(kahub.prices.get({ sku: [named] }))
    if (found?.data[0]) return { id: named, currency: found.data[0].currency }
  } else if (/^[1-9]\d{0,15}$/.test(named)) {
    let searched = 0
    for await (const product of kahub.products.list({ limit: pageRowsMax })) {
      const sku = product.skus.find(({ number }) => number === Number(named))
      if (sku) return sku
      if (++searched < searchedMax) continue
      throw new RefusedError('not_found', `There are more than ${searchedMax} products: name the SKU by its id (sku_…).`)
    }
  }
  const ways = 'its id (sku_…) or its number, as GET /v1/products shows them'
  throw new RefusedError('not_found', `There is no SKU ${named}. A SKU is named by ${ways}.`)
}

/** A host by id, or by its exact name when no other has it. */
export async function findHost (kahub: Kahub, named: string): Promise<Host> {
  if (named.startsWith('hst_')) {
    const found = await foundOrNothing(kahub.hosts.get(named))
    if (found) return found
  }
  const hosts = kahub.hosts.list({ limit: pageRowsMax })
  return await findByWord(hosts, named, host => host.name, 'host', 'its id (hst_…) or its exact name', 'kahub hosts list')
}

/** A session by id, or by its exact title when no other has it. */
export async function findSession (kahub: Kahub, named: string): Promise<Session> {
  if (named.startsWith('ses_')) {
    const found = await foundOrNothing(kahub.sessions.get(named))
    if (found) return found
  }
  const sessions = kahub.sessions.list({ limit: pageRowsMax })
  return await findByWord(sessions, named, session => session.title, 'session', 'its id (ses_…) or its exact title', 'kahub sessions list')
}

/** A purchase link by id, slug or the whole address of its page. */
export async function findLink (kahub: Kahub, named: string): Promise<Link> {
  if (named.startsWith('lnk_')) {
    const found = await foundOrNothing(kahub.links.get(named))
    if (found) return found
  }
  const slug = /^https?:\/\/[^/]+\/[ls]\/([a-z0-9-]+)/.exec(named)?.[1] ?? named
  if (/^[a-z0-9-]{1,40}$/.test(slug)) {
    const [found] = await kahub.links.list({ slug }).toArray({ limit: 1 })
    if (found) return found
  }
  const ways = 'its id (lnk_…), its slug or its address: kahub links list shows them'
  throw new RefusedError('not_found', `You have no purchase link ${named}. A link is named by ${ways}.`)
}

async function findByWord<Item extends { readonly id: string }> (
  list: List<PageAnswer<Item>>, named: string, wordOf: (item: Item) => string, noun: string, ways: string, shows: string
): Promise<Item> {
  const bearers: Item[] = []
  let searched = 0
  for await (const item of list) {
    if (wordOf(item) === named) bearers.push(item)
    if (++searched < searchedMax) continue
    throw new RefusedError('not_found', `There are more than ${searchedMax} of them: name the ${noun} by its id.`)
  }
  if (bearers.length > 1) {
    const ids = bearers.map(({ id }) => id).join(' or ')
    throw new RefusedError('not_found', `${bearers.length} are called ${JSON.stringify(named)}: name the one you mean by its id, ${ids}.`)
  }
  if (bearers[0]) return bearers[0]
  throw new RefusedError('not_found', `You have no ${noun} ${JSON.stringify(named)}. It is named by ${ways}: ${shows} shows them.`)
}

async function foundOrNothing<Found> (asked: PromiseLike<Found>): Promise<Found | undefined> {
  try {
    return await asked
  } catch (error) {
    // An id of the wrong shape is the id of nothing.
    if (error instanceof NotFound || (error as { code?: unknown }).code === 'invalid_request') return undefined
    throw error
  }
}
