import { newId, showId, type Uuid } from '../../../base/ids.ts'
import { assert, Problem } from '../../../base/problem.ts'
import type { Reader, Tx } from '../../../postgres/pool.ts'
import { appendEvents } from '../../events/append-events.ts'
import type { Checkout } from './checkout.ts'

/** Characters of a message. */
export const complaintLengthMax = 500

/** A buyer's word that a code of a checkout does not work; position counts its codes from 0. */
export interface NewComplaint { readonly position: number, readonly message: string }

/**
 * Keeps what a buyer says of a code, and tells the seller (`complaint.opened`): once for each code, what is said again changes nothing
 * and is answered false. Refused are a checkout without codes (`checkout_ended`), a code it has not and a message that is empty or too
 * long (`invalid_request`).
 */
export async function complain (tx: Tx, checkout: Checkout, { position, message }: NewComplaint): Promise<boolean> {
  const { resellerId, id, linkId, orderId, quantity } = checkout
  if (checkout.state !== 'completed') throw new Problem('checkout_ended', 'There are no codes to complain about.')
  assert(orderId, 'the order of a completed checkout')
  if (!Number.isInteger(position) || position < 0 || position >= quantity) {
    throw new Problem('invalid_request', `There are codes 0 to ${quantity - 1}.`)
  }
  const text = message.trim()
  if (text === '' || text.length > complaintLengthMax) {
    throw new Problem('invalid_request', `A message has 1 to ${complaintLengthMax} characters.`)
  }
  const complaint = newId()
  const kept = await tx`
    insert into complaints (reseller_id, id, checkout_id, position, message, state)
    values (${resellerId}, ${complaint}, ${id}, ${position}, ${text}, 'open') on conflict (checkout_id, position) do nothing`
  if (kept.count === 0) return false
  await appendEvents(tx, [{
    resellerId,
    type: 'complaint.opened',
    data: {
      complaint: showId('complaint', complaint),
      checkout: showId('checkout', id),
      link: showId('link', linkId),
      order: showId('order', orderId),
      message: text
    }
  }])
  return true
}

/** The codes of a checkout, by their positions, of which their buyer has complained. */
export async function complainedOf (read: Reader, checkoutId: Uuid): Promise<ReadonlySet<number>> {
  const rows = await read<{ position: number }[]>`select position from complaints where checkout_id = ${checkoutId}`
  return new Set(rows.map(({ position }) => position))
}
