import { valuesShownMax } from '../../../schema/rest/subscriptions.ts'
import type { SubscriptionKind, SubscriptionState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { scopeSkus, subscriptionColumns, type Subscription } from './subscription.ts'

export interface SubscriptionFilter { readonly kind: SubscriptionKind | null, readonly state: SubscriptionState | null }

/** A reseller's subscriptions, newest first, older than the one named. */
export async function listSubscriptions (
  read: Reader, resellerId: Uuid, { kind, state }: SubscriptionFilter, olderThan: Uuid | null, count: number
): Promise<readonly Subscription[]> {
  return await read<Subscription[]>`
    select ${subscriptionColumns(read)} from subscriptions
    where reseller_id = ${resellerId} and ${olderThan === null ? read`true` : read`id < ${olderThan}`}
      and ${kind === null ? read`true` : read`kind = ${kind}`} and ${state === null ? read`true` : read`state = ${state}`}
    order by id desc limit ${count}`
}

/** One of a reseller's subscriptions; the refusal `not_found` when it is unknown, deleted or another's. */
export async function readSubscription (read: Reader, resellerId: Uuid, id: Uuid): Promise<Subscription> {
  const [subscription] = await readSubscriptions(read, resellerId, [id])
  return subscription ?? refuseUnknown()
}

/** Those of a reseller's subscriptions that there are, in any order. */
export async function readSubscriptions (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Subscription[]> {
  return await read<Subscription[]>`
    select ${subscriptionColumns(read)} from subscriptions where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** Locks a subscription, against the clockwork too, and reads it. */
export async function lockSubscription (tx: Tx, resellerId: Uuid, id: Uuid): Promise<Subscription> {
  const locked = await tx`select id from subscriptions where reseller_id = ${resellerId} and id = ${id} for update`
  return locked.count === 1 ? await readSubscription(tx, resellerId, id) : refuseUnknown()
}

export interface SeenValue { readonly skuId: Uuid, readonly value: string | null, readonly toldAt: Date | null }

/** What subscriptions last told or saw of the first SKUs in the scope of each; null where it never saw any. */
export async function readValues (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, readonly SeenValue[]>> {
  const rows = await read<(SeenValue & { readonly id: Uuid })[]>`
    select subscriptions.id, seen.*
    from subscriptions cross join lateral (
      select scope.sku_id as "skuId", marks.value, marks.told_at as "toldAt"
      from (${scopeSkus(read)}) as scope
        left join subscription_marks as marks on marks.subscription_id = subscriptions.id and marks.sku_id = scope.sku_id
      order by scope.sku_id limit ${valuesShownMax}
    ) as seen
    where reseller_id = ${resellerId} and subscriptions.id = any(${bareArray(ids)}::uuid[]) order by subscriptions.id, "skuId"`
  return Map.groupBy(rows, ({ id }) => id)
}

function refuseUnknown (): never {
  throw new Problem('not_found', 'You have no subscription with this id.')
}
