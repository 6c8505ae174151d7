// A purchase link as it is kept, and what it is now: judged from what is kept, from the stock and from the time, never stored.
import type { Currency, LinkKind, LinkState, ListingStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'

export interface Link {
  readonly id: Uuid
  readonly resellerId: Uuid
  /** In its address: /l/{slug}. */
  readonly slug: string
  readonly reference: string
  readonly kind: LinkKind
  readonly title: string
  readonly description: string
  readonly redeemNote: string
  readonly pictureUrl: string | null
  readonly sessionId: Uuid | null
  readonly hostId: Uuid | null
  readonly currency: Currency
  /** Ten-thousandths of what buyers pay; or an amount for a piece; or neither. */
  readonly commissionRate: number | null
  readonly commissionAmount: Amount | null
  readonly quota: number | null
  readonly quotaPerBuyer: number | null
  /** null: from the beginning, to the end of days. */
  readonly startsAt: Date | null
  readonly endsAt: Date | null
  readonly pausedAt: Date | null
  readonly endedAt: Date | null
  /** Pieces being paid for, pieces bought, purchases. */
  readonly held: number
  readonly sold: number
  readonly sales: number
  readonly version: number
  readonly createdBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly skus: readonly LinkSku[]
}

export interface LinkSku { readonly skuId: Uuid, readonly retailPrice: Amount }

/** A link as its page shows it, read at one moment. */
export interface ShownLink extends Omit<Link, 'skus'> {
  readonly sellerName: string
  readonly skus: readonly ShownSku[]
}

export interface ShownSku extends LinkSku {
  readonly name: string
  readonly productName: string
  readonly productNote: string
  /** The worse of the SKU's own and its product's. */
  readonly status: ListingStatus
  /** On the shelf and free. */
  readonly available: number
  readonly quantityMin: number
  readonly quantityMax: number
  readonly quantityStep: number
}

/** What is judged besides the stock. */
export type LinkFacts = Pick<Link, 'kind' | 'quota' | 'startsAt' | 'endsAt' | 'pausedAt' | 'endedAt' | 'held' | 'sold' | 'sales'>

/** Pieces a link may still sell, those aside that are being paid for; null: no quota binds it. */
export function quotaLeft ({ kind, quota, held, sold, sales }: LinkFacts): number | null {
  if (kind === 'one_time' && (sales > 0 || held > 0)) return 0
  return quota === null ? null : Math.max(0, quota - held - sold)
}

/** Whether a link sells no more, for good: it was ended, its end came, or its one purchase was made. */
export function isOver ({ endedAt, endsAt, kind, sales }: LinkFacts, nowMs: number): boolean {
  return endedAt !== null || (endsAt !== null && endsAt.getTime() <= nowMs) || (kind === 'one_time' && sales > 0)
}

/** What a link is at a moment; `available` counts what of its SKUs is on the shelf and free. */
export function linkStateOf (link: LinkFacts, available: number, nowMs: number): LinkState {
  if (isOver(link, nowMs)) return 'ended'
  if (link.pausedAt !== null) return 'paused'
  if (link.startsAt !== null && link.startsAt.getTime() > nowMs) return 'scheduled'
  return available === 0 || quotaLeft(link) === 0 ? 'sold_out' : 'active'
}
