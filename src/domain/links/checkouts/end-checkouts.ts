import { checkoutEntry, formerStates } from '../../../../schema/states.ts'
import type { Uuid } from '../../../base/ids.ts'
import { assert } from '../../../base/problem.ts'
import { bareArray, quotedArray } from '../../../postgres/arrays.ts'
import type { Tx } from '../../../postgres/pool.ts'
import { lockResellers } from '../../events/lock-resellers.ts'
import { closePayments } from '../../payments/close-payments.ts'
import { endHolds } from '../../stock/end-holds.ts'
import { lockStock } from '../../stock/take-stock.ts'

/** What says which rows a checkout's end locks. */
export interface CheckoutPlace { readonly id: Uuid, readonly resellerId: Uuid, readonly linkId: Uuid, readonly skuId: Uuid }

/** Locks what the end of checkouts changes: their links, resellers and stock rows, in this order, ids ascending. */
export async function lockCheckouts (tx: Tx, places: readonly CheckoutPlace[]): Promise<void> {
  await tx`select 1 from links where id = any(${bareArray(places.map(place => place.linkId))}::uuid[]) order by id for no key update`
  await lockResellers(tx, [...new Set(places.map(place => place.resellerId))])
  await lockStock(tx, [...new Set(places.map(place => place.skuId))].sort())
}

/**
 * Ends those of these checkouts that are open, and expires only those whose time is over: stock and quota are free again, and their
 * gateways are to be told that nothing is wanted any more. The caller has called lockCheckouts.
 */
export async function endCheckouts (tx: Tx, ids: readonly Uuid[], state: 'expired' | 'cancelled'): Promise<void> {
  const ended = await tx<{ id: Uuid, resellerId: Uuid, linkId: Uuid, holdId: Uuid, quantity: number }[]>`
    update checkouts set state = ${state}, ended_at = at
    from clock_timestamp() as at
    where id = any(${bareArray(ids)}::uuid[]) and state = any(${quotedArray(formerStates(checkoutEntry, state))}::text[])
      and (${state}::text <> 'expired' or expires_at <= at)
    returning id, reseller_id as "resellerId", link_id as "linkId", hold_id as "holdId", quantity`
  if (ended.length === 0) return
  // Holds whose time is over end as such, whatever is said here.
  await endHolds(tx, ended.map(({ resellerId, holdId }) => ({ resellerId, id: holdId })), 'cancelled')
  await closePayments(tx, ended.map(({ id }) => id))
  const back = new Map<Uuid, number>()
  for (const { linkId, quantity } of ended) back.set(linkId, (back.get(linkId) ?? 0) + quantity)
  const linkIds = bareArray([...back.keys()])
  const links = await tx`
    update links set held = held - back.quantity
    from unnest(${linkIds}::uuid[], ${bareArray([...back.values()])}::int[]) as back (id, quantity)
    where links.id = back.id and links.id = any(${linkIds}::uuid[])`
  assert(links.count === back.size, 'the links of the checkouts')
}
