import type { ComplaintState } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import { Problem } from '../../../base/problem.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Reader } from '../../../postgres/pool.ts'

/** A buyer's word that a code does not work, as the seller sees it. */
export interface Complaint {
  readonly id: Uuid
  readonly checkoutId: Uuid
  readonly linkId: Uuid
  readonly sessionId: Uuid | null
  readonly orderId: Uuid
  readonly skuId: Uuid
  /** Which code of the order, from 0. */
  readonly position: number
  readonly message: string
  readonly contactHint: string
  readonly state: ComplaintState
  readonly createdAt: Date
}

export interface ComplaintFilter { readonly linkId: Uuid | null, readonly checkoutId: Uuid | null, readonly state: ComplaintState | null }

/** Complaints about what was bought through a reseller's links, newest first, older than the one named. */
export async function listComplaints (
  read: Reader, resellerId: Uuid, { linkId, checkoutId, state }: ComplaintFilter, olderThan: Uuid | null, count: number
): Promise<readonly Complaint[]> {
  return await read<Complaint[]>`
    ${selectComplaints(read)}
    where complaints.reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`complaints.id < ${olderThan}`}
      and ${linkId === null ? read`true` : read`checkouts.link_id = ${linkId}`}
      and ${checkoutId === null ? read`true` : read`complaints.checkout_id = ${checkoutId}`}
      and ${state === null ? read`true` : read`complaints.state = ${state}`}
    order by complaints.id desc limit ${count}`
}

/** One complaint; the refusal `not_found` when it is unknown or about another's sale. */
export async function readComplaint (read: Reader, resellerId: Uuid, id: Uuid): Promise<Complaint> {
  const [complaint] = await readComplaints(read, resellerId, [id])
  if (!complaint) throw new Problem('not_found', 'You have no complaint with this id.')
  return complaint
}

/** Those complaints that there are about what was bought through a reseller's links, in any order. */
export async function readComplaints (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Complaint[]> {
  return await read<Complaint[]>`
    ${selectComplaints(read)} where complaints.reseller_id = ${resellerId} and complaints.id = any(${bareArray(ids)}::uuid[])`
}

function selectComplaints (read: Reader) {
  return read`
    select complaints.id, complaints.checkout_id as "checkoutId", checkouts.link_id as "linkId", checkouts.session_id as "sessionId",
      checkouts.order_id as "orderId", checkouts.sku_id as "skuId", complaints.position, complaints.message,
      checkouts.contact_hint as "contactHint", complaints.state, complaints.created_at as "createdAt"
    from complaints join checkouts on checkouts.id = complaints.checkout_id`
}
