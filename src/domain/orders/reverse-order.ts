// Reversal by the reseller's own number, for orders of which it does not know whether they arrived. Order, cancel and reversal of one
// reference all happen under the reseller's lock, so whoever comes first settles it: an order that was placed is undone, and a
// reference that no order came with is made unusable by an order without lines, which the uniqueness of references then guards.
import type { Currency, ReversalOutcome } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { claimReference } from '../requests/claim-reference.ts'
import { factKey } from './decide.ts'
import { nextOrderNumber, orderIdOf } from './order-number.ts'
import { orderSummaryView } from './order-view.ts'
import type { OrderWithLines } from './order.ts'
import { readEarlierOrders, readOrder } from './read-orders.ts'
import { readRefunds } from './read-refunds.ts'
import { readReversal, type Reversal } from './read-reversals.ts'
import { lockApprovalOf, releaseHeld } from './release-held.ts'
import { returnCodes } from './return-codes.ts'

export interface NewReversal {
  readonly resellerId: Uuid
  /** The reversal's own. */
  readonly reference: string
  readonly orderReference: string
  /** The key that asks. */
  readonly keyId: string
}

export interface MadeReversal { readonly reversal: Reversal, readonly replayed: boolean }

/**
 * Undoes the order with a reference, or makes the reference unusable when none has come with it. What was undone before is told
 * again. Throws `codes_revealed`, `reversal_too_late` and `state_conflict`; then nothing is changed and no reference is used.
 */
export async function reverseOrder (tx: Tx, wanted: NewReversal): Promise<MadeReversal> {
  const { resellerId, reference, orderReference, keyId } = wanted
  const id = newId()
  const earlierId = await claimReference(tx, {
    owner: resellerId, resource: 'reversal', reference, fields: { order_reference: orderReference }, resourceId: id
  })
  if (earlierId !== undefined) return { reversal: await known(tx, resellerId, earlierId), replayed: true }

  const seen = await orderWith(tx, wanted)
  if (seen) await lockApprovalOf(tx, resellerId, seen.id)
  await lockResellers(tx, [resellerId])
  const { orderId, outcome } = await settle(tx, wanted, await orderWith(tx, wanted))
  const refundId = (await readRefunds(tx, [orderId])).at(-1)?.id ?? null
  await tx`
    insert into reversals (reseller_id, id, reference, order_reference, order_id, outcome, refund_id, key_id)
    values (${resellerId}, ${id}, ${reference}, ${orderReference}, ${orderId}, ${outcome}, ${refundId}, ${keyId})`
  return { reversal: await known(tx, resellerId, id), replayed: false }
}

async function known (read: Reader, resellerId: Uuid, id: Uuid): Promise<Reversal> {
  const reversal = await readReversal(read, resellerId, id)
  assert(reversal, 'the reversal of the reference')
  return reversal
}

async function orderWith (read: Reader, { resellerId, orderReference }: NewReversal): Promise<OrderWithLines | undefined> {
  const found = await readEarlierOrders(read, [{ resellerId, reference: orderReference }])
  return found.get(factKey(resellerId, orderReference))
}

interface Settled { readonly orderId: Uuid, readonly outcome: ReversalOutcome }

async function settle (tx: Tx, wanted: NewReversal, order: OrderWithLines | undefined): Promise<Settled> {
  if (!order) return { orderId: await voidReference(tx, wanted), outcome: 'voided' }
  const { resellerId, keyId } = wanted
  switch (order.state) {
    case 'awaiting_approval':
    case 'reserved':
      await releaseHeld(tx, order, keyId)
      return { orderId: order.id, outcome: 'cancelled' }
    case 'completed':
    case 'partial':
      await returnCodes(tx, { resellerId, orderId: order.id, codes: 'all', reason: 'reversed', note: null, keyId })
      return { orderId: order.id, outcome: 'reversed' }
    case 'reversed':
      return { orderId: order.id, outcome: 'reversed' }
    case 'void':
      return { orderId: order.id, outcome: 'voided' }
    default:
      return { orderId: order.id, outcome: 'cancelled' }
  }
}

/** An order without lines, which takes the reference. */
async function voidReference (tx: Tx, { resellerId, orderReference, keyId }: NewReversal): Promise<Uuid> {
  const [reseller] = await tx<{ currency: Currency, number: bigint, now: Date }[]>`
    select currency, order_number as number, clock_timestamp() as now from resellers where id = ${resellerId}`
  assert(reseller, 'the reseller that is locked')
  const number = nextOrderNumber(Number(reseller.number), reseller.now.getTime())
  const id = orderIdOf(number)
  await tx`update resellers set order_number = ${number} where id = ${resellerId}`
  await tx`
    insert into orders (reseller_id, id, reference, state, fill, currency, quantity, delivered, total, key_id, created_at)
    values (${resellerId}, ${id}, ${orderReference}, 'void', 'all_or_nothing', ${reseller.currency}, 0, 0, 0, ${keyId}, ${reseller.now})`
  const order = await readOrder(tx, resellerId, id)
  await appendEvents(tx, [{ resellerId, type: 'order.voided', data: { order: orderSummaryView(order!) } }])
  return id
}
