import type { Hold as HoldView } from '../../../schema/rest/holds.ts'
import type { HoldState } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'

/** Stock set aside: a quantity of SKUs, never which codes. A hold whose time is over is expired, tidied or not. */
export interface Hold {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly reference: string
  readonly state: HoldState
  readonly quantity: number
  readonly orderId: Uuid | null
  readonly expiresAt: Date
  readonly endedAt: Date | null
  readonly createdAt: Date
  readonly lines: readonly HoldLine[]
}

export interface HoldLine { readonly skuId: Uuid, readonly quantity: number }

/** A hold as REST and events show it. */
export function holdView (hold: Hold): HoldView {
  return {
    id: showId('hold', hold.id),
    reference: hold.reference,
    state: hold.state,
    quantity: hold.quantity,
    order: hold.orderId === null ? null : showId('order', hold.orderId),
    expires_at: hold.expiresAt.toISOString(),
    ended_at: hold.endedAt?.toISOString() ?? null,
    created_at: hold.createdAt.toISOString(),
    lines: hold.lines.map(({ skuId, quantity }) => ({ sku: showId('sku', skuId), quantity }))
  }
}
