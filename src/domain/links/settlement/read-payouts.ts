import type { Uuid } from '../../../base/ids.ts'
import { Problem } from '../../../base/problem.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Reader } from '../../../postgres/pool.ts'
import type { HostBalance, Payout } from './settlement.ts'

/** Up to `count` payouts of a reseller (to a host, if one is named), newest first, behind one. */
export async function listPayouts (
  read: Reader, resellerId: Uuid, hostId: Uuid | null, before: Uuid | null, count: number
): Promise<readonly Payout[]> {
  return await read<Payout[]>`
    select ${payoutColumns(read)} from payouts
    where reseller_id = ${resellerId} and (${before}::uuid is null or id < ${before}) and (${hostId}::uuid is null or host_id = ${hostId})
    order by id desc limit ${count}`
}

/** Those payouts of a reseller that there are by these ids, in any order. */
export async function readPayouts (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Payout[]> {
  return await read<Payout[]>`
    select ${payoutColumns(read)} from payouts where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** One payout of a reseller; refused with `not_found` when it has no such one. */
export async function readPayout (read: Reader, resellerId: Uuid, id: Uuid): Promise<Payout> {
  const [payout] = await readPayouts(read, resellerId, [id])
  if (!payout) throw new Problem('not_found', 'You have no such payout.')
  return payout
}

/** What a host of a reseller has earned and was paid, by currency; what it will earn of sales that are not settled yet stands apart. */
export async function readHostBalances (read: Reader, resellerId: Uuid, hostId: Uuid): Promise<readonly HostBalance[]> {
  return await read<HostBalance[]>`
    with moved as (
      select currency, commission as earned, 0::bigint as paid_out, 0::bigint as pending from settlement_hosts where host_id = ${hostId}
      union all
      select currency, 0, amount, 0 from payouts where host_id = ${hostId}
      union all
      select currency, 0, 0, commission from checkouts
      where reseller_id = ${resellerId} and state = 'completed' and settlement_id is null and host_id = ${hostId}
    )
    select currency, sum(earned)::bigint as earned, sum(paid_out)::bigint as "paidOut", sum(pending)::bigint as pending
    from moved group by currency order by currency`
}

/** Refuses with `not_found` what is no host of the reseller; an archived one still is one, and owed what it earned. */
export async function refuseUnknownHost (read: Reader, resellerId: Uuid, hostId: Uuid): Promise<void> {
  const [host] = await read`select 1 from hosts where reseller_id = ${resellerId} and id = ${hostId}`
  if (!host) throw new Problem('not_found', 'You have no such host.')
}

function payoutColumns (read: Reader) {
  return read`id, reseller_id as "resellerId", host_id as "hostId", reference, currency, amount, note, created_by as "createdBy",
    created_at as "createdAt"`
}
