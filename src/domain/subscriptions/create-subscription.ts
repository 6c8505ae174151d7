import { subscriptionsPerResellerMax, type SubscriptionScope } from '../../../schema/rest/subscriptions.ts'
import type { SubscriptionCondition, SubscriptionKind } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import { checkCondition } from './check-condition.ts'
import { markPrices, markStock } from './enter-marks.ts'
import { readSubscription } from './read-subscriptions.ts'
import { scopeSkus, type Subscription } from './subscription.ts'

export interface NewSubscription {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly kind: SubscriptionKind
  readonly scope: SubscriptionScope
  readonly condition: SubscriptionCondition
  readonly threshold: number | null
  readonly intervalSeconds: number
}

/** Makes a subscription that waits from now on: what is there now is marked, not told. `sku_not_found` names SKUs unknown or delisted. */
export async function createSubscription (tx: Tx, book: PriceBook, wish: NewSubscription): Promise<Subscription> {
  const { id, resellerId, kind, scope, condition, threshold, intervalSeconds } = wish
  checkCondition(wish)
  refuseUnknownSkus(book, scope.skus ?? [])
  await lockResellers(tx, [resellerId])
  await refuseOneTooMany(tx, resellerId)
  await tx`
    insert into subscriptions (reseller_id, id, kind, scope, condition, threshold, interval_seconds, state, book_version, next_check_at)
    values (${resellerId}, ${id}, ${kind}, ${tx.json(scope as never)}, ${condition}, ${threshold}, ${intervalSeconds}, 'active',
      ${kind === 'price' ? book.version : null}, clock_timestamp())`
  if (kind === 'stock') await markStock(tx, id)
  else await markPrices(tx, book, { resellerId, levelId: await levelOf(tx, resellerId) }, id)
  await tx`
    update subscriptions set skus = (select count(*) from (${scopeSkus(tx)}) as scope) where reseller_id = ${resellerId} and id = ${id}`
  return await readSubscription(tx, resellerId, id)
}

function refuseUnknownSkus (book: PriceBook, skuIds: readonly Uuid[]): void {
  const errors = skuIds.flatMap((id, i) => {
    const sku = book.sku(id)
    return sku && sku.status !== 'delisted' ? [] : [{ pointer: `/scope/skus/${i}`, detail: `${showId('sku', id)} is unknown or delisted` }]
  })
  if (errors.length > 0) throw new Problem('sku_not_found', `${errors.map(({ detail }) => detail).join(', ')}.`, { errors })
}

async function refuseOneTooMany (tx: Tx, resellerId: Uuid): Promise<void> {
  const [row] = await tx<{ count: number }[]>`select count(*)::int as count from subscriptions where reseller_id = ${resellerId}`
  if (row!.count < subscriptionsPerResellerMax) return
  throw new Problem('state_conflict', `You have ${row!.count} subscriptions, as many as there may be. Delete one first.`, {
    subscriptions_max: subscriptionsPerResellerMax
  })
}

async function levelOf (tx: Tx, resellerId: Uuid): Promise<string> {
  const [row] = await tx<{ level_id: string }[]>`select level_id from resellers where id = ${resellerId}`
  assert(row, 'the reseller of a subscription')
  return row.level_id
}
