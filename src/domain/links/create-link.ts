import { randomInt } from 'node:crypto'
import { linksOpenMax } from '../../../schema/rest/links.ts'
import type { Currency, LinkKind, World } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { Buyer, PriceBook } from '../pricing/price-book.ts'
import { readWallet } from '../wallet/list-wallets.ts'
import { openWallet } from '../wallet/open-wallet.ts'
import { addressPrefix } from './buyer-keys.ts'
import { checkCommission, checkPicture, checkPrices, checkQuotas, checkSchedule, checkSkus, type SkuWish } from './check-link.ts'
import type { Commission } from './commission.ts'
import type { Link, LinkSku } from './link.ts'
import { namedHost, namedSession } from './named.ts'
import { readLink } from './read-links.ts'

/** What is judged with: the prices in force, and the moment. */
export interface LinkNeeds { readonly book: PriceBook, readonly nowMs: number }

/** A commission as a body says it; of an amount with its currency. */
export interface CommissionWish extends Commission { readonly currency?: Currency | undefined }

export interface NewLink extends Pick<
  Link, 'id' | 'reference' | 'kind' | 'title' | 'description' | 'redeemNote' | 'pictureUrl' | 'sessionId' | 'quota' | 'quotaPerBuyer' | 'startsAt' | 'endsAt' | 'createdBy'
> {
  readonly kind: LinkKind
  /** Chosen by the seller; undefined: by chance. */
  readonly slug: string | undefined
  /** undefined: that of the session. */
  readonly hostId: Uuid | null | undefined
  readonly skus: readonly SkuWish[]
  /** undefined: that of the host. */
  readonly commission: CommissionWish | undefined
}

/** Characters of a slug that nobody chose: fifty bits, so that none is guessed. */
export const slugLength = 10

/** Makes a purchase link, which sells from its start on. */
export async function createLink (tx: Tx, world: World, { book, nowMs }: LinkNeeds, buyer: Buyer, wish: NewLink): Promise<Link> {
  const { resellerId } = buyer
  checkPicture(wish.pictureUrl)
  checkQuotas(wish)
  checkSchedule(wish, nowMs)
  checkSkus(book, buyer, wish.skus)
  const { currency } = wish.skus[0]!
  const session = await namedSession(tx, resellerId, wish.sessionId)
  const host = await namedHost(tx, resellerId, wish.hostId === undefined ? session?.hostId ?? null : wish.hostId)
  const commission = wish.commission ?? { commissionRate: host?.commissionRate ?? null, commissionAmount: null }
  checkCommission(commission, commission.currency, currency)
  checkPrices(book, buyer, commission, wish.skus)
  await refuseOneTooMany(tx, resellerId)
  await refuseWithoutWallet(tx, resellerId, currency)
  // A wallet that the release before this one has opened lacks the accounts that buyers' money goes through.
  await openWallet(tx, resellerId, currency)
  const insert = (slug: string) => tx`
    insert into links (reseller_id, id, slug, reference, kind, title, description, redeem_note, picture_url, session_id, host_id, currency,
      commission_rate, commission_amount, quota, quota_per_buyer, starts_at, ends_at, created_by)
    values (${resellerId}, ${wish.id}, ${slug}, ${wish.reference}, ${wish.kind}, ${wish.title}, ${wish.description}, ${wish.redeemNote},
      ${wish.pictureUrl}, ${wish.sessionId}, ${host?.id ?? null}, ${currency}, ${commission.commissionRate}, ${commission.commissionAmount},
      ${wish.quota}, ${wish.quotaPerBuyer}, coalesce(${wish.startsAt}::timestamptz, '-infinity'),
      coalesce(${wish.endsAt}::timestamptz, 'infinity'), ${wish.createdBy})
    on conflict (slug) do nothing`
  const made = await insert(wish.slug === undefined ? randomSlug(world) : chosenSlug(world, wish.slug))
  if (made.count === 0 && wish.slug !== undefined) {
    throw new Problem('in_use', `There is a link with the slug ${wish.slug} already. Choose another, or leave it out.`, {
      errors: [{ pointer: '/slug', detail: 'is taken' }]
    })
  }
  if (made.count === 0) assert((await insert(randomSlug(world))).count === 1, 'a slug by chance that nobody has, at the second try')
  await putSkus(tx, wish.id, wish.skus)
  return await readLink(tx, resellerId, wish.id)
}

/** Writes what a link sells, in this order, in the place of what it sold. */
export async function putSkus (tx: Tx, linkId: Uuid, skus: readonly LinkSku[]): Promise<void> {
  await tx`delete from link_skus where link_id = ${linkId}`
  await tx`
    insert into link_skus (link_id, place, sku_id, retail_price)
    select ${linkId}, place, sku_id, retail_price
    from unnest(${bareArray(skus.map(({ skuId }) => skuId))}::uuid[], ${bareArray(skus.map(({ retailPrice }) => retailPrice))}::bigint[])
      with ordinality as wished (sku_id, retail_price, place)`
}

async function refuseOneTooMany (tx: Tx, resellerId: Uuid): Promise<void> {
  await lockResellers(tx, [resellerId])
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from links where reseller_id = ${resellerId} and ended_at is null and ends_at > now()`
  if (row!.count < linksOpenMax) return
  throw new Problem('state_conflict', `You have ${row!.count} links that have not ended, as many as there may be. End one first.`, {
    links_max: linksOpenMax
  })
}

/** What buyers pay goes through accounts that are opened together with a wallet. */
async function refuseWithoutWallet (tx: Tx, resellerId: Uuid, currency: Currency): Promise<void> {
  if (await readWallet(tx, resellerId, currency)) return
  throw new Problem('wallet_missing', `You have no wallet in ${currency}. Ask your operator for one: what buyers pay is settled into it.`, { currency })
}

/** A slug says which world it is of. */
function chosenSlug (world: World, slug: string): string {
  const prefix = addressPrefix(world)
  if (world === 'live' && slug.startsWith(addressPrefix('test'))) {
    const detail = `begins with ${addressPrefix('test')}, as those of the test world do`
    throw new Problem('invalid_request', `/slug ${detail}.`, { errors: [{ pointer: '/slug', detail }] })
  }
  if (world === 'live' && reservedSlugs.includes(slug)) {
    const detail = 'is an address of our own'
    throw new Problem('invalid_request', `/slug ${detail}.`, { errors: [{ pointer: '/slug', detail }] })
  }
  return slug.startsWith(prefix) ? slug : prefix + slug
}

/** What stands below /l/ besides links. */
const reservedSlugs: readonly string[] = ['assets']

function randomSlug (world: World): string {
  return addressPrefix(world) + Array.from({ length: slugLength }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/** Crockford's: no letter is taken for a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
