// What a link's page shows, as plain values: two moments with the same facts have the same page.
import type { Currency, LinkState } from '../../../schema/vocabulary.ts'
import type { Gateways } from '../../base/gateway.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { checkoutQuantityMax } from '../../domain/links/checkouts/checkout.ts'
import { linkStateOf, type ShownLink, type ShownSku } from '../../domain/links/link.ts'
import { plainAmount } from './format.ts'
import { leftOf, type LeftStep } from './left.ts'

export interface PageFacts {
  readonly link: Uuid
  readonly slug: string
  readonly version: number
  readonly title: string
  readonly description: string
  readonly seller: string
  readonly pictureUrl: string | null
  readonly currency: Currency
  readonly state: LinkState
  /** What the countdown runs to; null when to nothing. */
  readonly countdown: { readonly to: 'start' | 'end', readonly atMs: number, readonly minutes: number } | null
  readonly limit: number | null
  readonly othersPaying: boolean
  readonly skus: readonly SkuFacts[]
  readonly gateways: readonly GatewayFacts[]
  /** The day in China, by which times are written with or without their date. */
  readonly day: number
}

export interface SkuFacts {
  readonly id: string
  readonly name: string
  readonly productName: string
  readonly price: string
  readonly left: LeftStep
  readonly min: number
  readonly max: number
  readonly step: number
}

export interface GatewayFacts { readonly id: string, readonly name: string, readonly nameZh: string }

/** The facts of a link's page at a moment. */
export function factsOf (link: ShownLink, gateways: Gateways, nowMs: number): PageFacts {
  const available = link.skus.reduce((sum, sku) => sum + (sku.status === 'active' ? sku.available : 0), 0)
  const state = linkStateOf(link, available, nowMs)
  return {
    link: link.id,
    slug: link.slug,
    version: link.version,
    title: link.title,
    description: link.description,
    seller: link.sellerName,
    pictureUrl: link.pictureUrl,
    currency: link.currency,
    state,
    countdown: countdownOf(link, state, nowMs),
    limit: link.quotaPerBuyer,
    othersPaying: state === 'sold_out' && link.held > 0,
    skus: link.skus.map(sku => skuFacts(link, sku)),
    gateways: gateways.enabledFor(link.currency).map(({ id, name, nameZh }) => ({ id, name, nameZh })),
    day: Math.floor((nowMs + chinaOffsetMs) / dayMs)
  }
}

const dayMs = 86_400_000
const chinaOffsetMs = 8 * 3_600_000
const minuteMs = 60_000

function countdownOf ({ startsAt, endsAt }: ShownLink, state: LinkState, nowMs: number): PageFacts['countdown'] {
  const at = state === 'scheduled' ? startsAt : state === 'active' || state === 'sold_out' ? endsAt : null
  if (at === null) return null
  const atMs = at.getTime()
  return { to: state === 'scheduled' ? 'start' : 'end', atMs, minutes: Math.max(0, Math.floor((atMs - nowMs) / minuteMs)) }
}

function skuFacts (link: ShownLink, sku: ShownSku): SkuFacts {
  const most = Math.min(sku.quantityMax, checkoutQuantityMax, link.quotaPerBuyer ?? checkoutQuantityMax)
  return {
    id: showId('sku', sku.skuId),
    name: sku.name,
    productName: sku.productName,
    price: plainAmount(sku.retailPrice, link.currency),
    left: leftOf(link, sku),
    min: sku.quantityMin,
    max: Math.max(sku.quantityMin, most - most % sku.quantityStep),
    step: sku.quantityStep
  }
}
