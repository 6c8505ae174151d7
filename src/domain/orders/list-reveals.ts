import type { OperatorReveal, Reveal as RevealView } from '../../../schema/rest/reveals.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'

/** That codes of an order were shown: its positions first … first+count-1. */
export interface Reveal {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly orderId: Uuid
  readonly keyId: string
  readonly first: number
  readonly count: number
  readonly ip: string
  readonly createdAt: Date
}

/** null: of any. */
export interface RevealFilter { readonly resellerId: Uuid | null, readonly orderId: Uuid | null, readonly keyId: string | null }

/** The reveal log, newest first, older than the one named. */
export async function listReveals (read: Reader, filter: RevealFilter, olderThan: Uuid | null, count: number): Promise<readonly Reveal[]> {
  const { resellerId, orderId, keyId } = filter
  const only = [read`true`]
  if (resellerId !== null) only.push(read`reveals.reseller_id = ${resellerId}`)
  if (orderId !== null) only.push(read`order_id = ${orderId}`)
  if (keyId !== null) only.push(read`key_id = ${keyId}`)
  if (olderThan !== null) only.push(read`reveals.id < ${olderThan}`)
  const where = only.flatMap((condition, i) => i === 0 ? condition : [read` and `, condition])
  const owners = resellerId !== null
    ? read`select ${resellerId}::uuid as id`
    : keyId !== null ? read`select reseller_id as id from api_keys where id = ${keyId}` : read`select id from resellers`
  // The index is of one reseller's reveals: of all resellers, or of the one that a key is of, the newest of each are looked up by it.
  const newest = orderId !== null
    ? read`(select * from reveals where ${where}) as newest`
    : read`
      (${owners}) as owner, lateral (
        select * from reveals where reveals.reseller_id = owner.id and ${where} order by reveals.id desc limit ${count}
      ) as newest`
  return await read<Reveal[]>`select ${columns(read)} from ${newest} order by newest.id desc limit ${count}`
}

/** Those entries of a reseller's reveal log that there are by these ids, in any order. */
export async function readReveals (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Reveal[]> {
  return await read<Reveal[]>`
    select ${columns(read)} from reveals as newest where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** An entry of the reveal log as its reseller sees it: where a buyer is, is nothing to it. */
export function revealView (reveal: Reveal): RevealView {
  return {
    id: showId('reveal', reveal.id),
    order: showId('order', reveal.orderId),
    key: reveal.keyId,
    first: reveal.first,
    count: reveal.count,
    ip: isOfBuyer(reveal) ? '' : reveal.ip,
    created_at: reveal.createdAt.toISOString()
  }
}

/** An entry of the reveal log as the operator sees it. */
export function operatorRevealView (reveal: Reveal): OperatorReveal {
  return { ...revealView(reveal), ip: reveal.ip, reseller: showId('reseller', reveal.resellerId) }
}

function isOfBuyer ({ keyId }: Reveal): boolean {
  return readId('checkout', keyId) !== undefined
}

function columns (read: Reader) {
  return read`
    newest.id, newest.reseller_id as "resellerId", order_id as "orderId", key_id as "keyId", first, count, ip, created_at as "createdAt"`
}
