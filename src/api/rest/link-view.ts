// What a seller sees of a link: the link itself, what it is now, and what each piece leaves.
import type { Link as LinkView, LinkChange as LinkChangeView, LinkSku as LinkSkuView } from '../../../schema/rest/links.ts'
import { showId } from '../../base/ids.ts'
import { moneyView, roundToMinor } from '../../base/money.ts'
import { quoteOf, minimumRetailOf } from '../../domain/links/check-link.ts'
import { commissionOf, rateText } from '../../domain/links/commission.ts'
import { readLinkContext, type LinkContext, type SkuFacts } from '../../domain/links/link-context.ts'
import { linkStateOf, quotaLeft, type Link, type LinkSku } from '../../domain/links/link.ts'
import type { LinkChange } from '../../domain/links/list-link-changes.ts'
import { sessionStateOf } from '../../domain/links/session.ts'
import type { Buyer, PriceBook } from '../../domain/pricing/price-book.ts'
import type { Reader } from '../../postgres/pool.ts'
import { embedAddress, linkAddress, oembedAddress, pictureAddress, shortAddress } from '../embedding/addresses.ts'

/** With what links are shown: to whom, at which prices, when, and where they are reached. */
export interface LinkEyes { readonly buyer: Buyer, readonly book: PriceBook, readonly nowMs: number, readonly origin: string }

/** A reseller's links as it sees them, in the order given. */
export async function linkViews (read: Reader, eyes: LinkEyes, links: readonly Link[]): Promise<readonly LinkView[]> {
  const context = await readLinkContext(read, links)
  return links.map(link => linkView(eyes, context, link))
}

function linkView (eyes: LinkEyes, { skus, sessions }: LinkContext, link: Link): LinkView {
  const { nowMs, origin } = eyes
  const { slug, currency, sessionId, commissionRate, commissionAmount } = link
  const session = sessionId === null ? undefined : sessions.get(sessionId)
  const available = link.skus.reduce((sum, { skuId }) => sum + skus.get(skuId)!.available, 0)
  return {
    id: showId('link', link.id),
    slug,
    reference: link.reference,
    kind: link.kind,
    state: linkStateOf(link, available, nowMs),
    title: link.title,
    description: link.description,
    redeem_note: link.redeemNote,
    picture_url: link.pictureUrl,
    session: sessionId && showId('session', sessionId),
    session_state: session ? sessionStateOf(session, nowMs) : null,
    host: link.hostId && showId('host', link.hostId),
    currency,
    skus: link.skus.map(sku => skuView(eyes, link, sku, skus.get(sku.skuId)!)),
    commission: {
      rate: commissionRate === null ? null : rateText(commissionRate),
      amount: commissionAmount === null ? null : moneyView(commissionAmount, currency)
    },
    quota: link.quota,
    quota_per_buyer: link.quotaPerBuyer,
    quota_left: quotaLeft(link),
    held: link.held,
    sold: link.sold,
    sales: link.sales,
    starts_at: link.startsAt?.toISOString() ?? null,
    ends_at: link.endsAt?.toISOString() ?? null,
    paused_at: link.pausedAt?.toISOString() ?? null,
    ended_at: link.endedAt?.toISOString() ?? null,
    url: linkAddress(origin, slug),
    short_url: shortAddress(origin, slug),
    embed: embedView(origin, link),
    version: link.version,
    created_by: link.createdBy,
    created_at: link.createdAt.toISOString(),
    updated_at: link.updatedAt.toISOString()
  }
}

function skuView ({ book, buyer }: LinkEyes, link: Link, { skuId, retailPrice }: LinkSku, { name, status, available }: SkuFacts): LinkSkuView {
  const { currency } = link
  const wholesale = quoteOf(book, buyer, skuId)?.unitPrice
  const commission = commissionOf(link, retailPrice, 1, currency)
  const least = minimumRetailOf(book, buyer, link, skuId)
  return {
    sku: showId('sku', skuId),
    name,
    status,
    retail_price: moneyView(retailPrice, currency),
    wholesale_price: wholesale === undefined ? null : moneyView(wholesale, currency),
    commission: moneyView(commission, currency),
    margin: wholesale === undefined ? null : moneyView(retailPrice - roundToMinor(wholesale, currency) - commission, currency),
    minimum_retail: least === undefined ? null : moneyView(least, currency),
    available
  }
}

function embedView (origin: string, link: Link): LinkView['embed'] {
  const page = linkAddress(origin, link.slug)
  return {
    frame: embedAddress(origin, link.slug),
    script: `${origin}/embed.js`,
    oembed: oembedAddress(origin, page, 'json'),
    picture: pictureAddress(origin, link, 'zh-CN'),
    qr_svg: `${page}/qr.svg`,
    qr_png: `${page}/qr.png`,
    poster: `${page}/poster`
  }
}

/** One entry of a link's history. */
export function linkChangeView ({ version, before, after, changedBy, createdAt }: LinkChange): LinkChangeView {
  return { version, before: { ...before }, after: { ...after }, changed_by: changedBy, created_at: createdAt.toISOString() }
}
