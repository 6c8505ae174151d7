import { newId, type Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { Snapshot } from '../../postgres/snapshot.ts'
import { transact } from '../../postgres/transact.ts'
import { isHeld, type OrderRequest } from '../orders/decide.ts'
import type { PlaceOrder } from '../orders/place-orders.ts'
import type { Keyring } from '../resellers/keyring.ts'
import { numberOf, type CallbackStrike, type OrderStrike } from './faults.ts'
import { raisePrices, type PricedTestWorld } from './raise-prices.ts'
import type { Scarcity } from './scarcity.ts'

/** An order whose process ends while it is placed is settled this much later than asked for. */
const placingSecondsMax = 30

export interface BuyingTestWorld extends PricedTestWorld {
  readonly keyring: Snapshot<Keyring>
  readonly scarcity: Scarcity | null
  readonly placeOrder: PlaceOrder
}

/** The placing of one order that meets faults; what it answers is what the live world would. */
export function bendPlacing (world: BuyingTestWorld, strikes: readonly OrderStrike[], callbacks: readonly CallbackStrike[]): PlaceOrder {
  return async given => {
    const buyer = world.keyring.current.find(given.keyId)?.reseller ?? null
    const find = (fault: OrderStrike['fault']) => strikes.find(strike => strike.fault === fault)
    const change = find('price_change')
    if (change && buyer) {
      const skuIds = given.lines.map(line => line.skuId)
      await raisePrices(world, { resellerId: buyer.id, levelId: buyer.levelId }, skuIds, numberOf(change, 'percent'))
    }
    if (find('quote_expiry') && given.terms?.quote !== undefined) await expireQuote(world, given.resellerId, given.terms.quote)
    const dry = given.settle === 'never'
    // What waits for its approval is undecided by itself.
    const unknown = dry || buyer?.approvalPolicy !== null ? undefined : find('supplier_unknown')
    const request: OrderRequest = unknown ? { ...given, settle: 'hold' } : given
    const partial = find('partial_stock')
    if (partial) world.scarcity?.limit(request, numberOf(partial, 'available'))
    if (find('out_of_stock')) world.scarcity?.limit(request, 0)
    if (dry || (!unknown && callbacks.length === 0)) return await world.placeOrder(request)

    const callbackIds = await transact(world.db, async tx => {
      if (unknown) await keepUndecided(tx, request, unknown, { seconds: numberOf(unknown, 'seconds') + placingSecondsMax, orderId: null })
      return await keepCallbacks(tx, request.resellerId, `order:${request.reference}`, callbacks)
    })
    try {
      const placed = await world.placeOrder(request)
      // A repeat changes nothing: it is settled when it was to be.
      if (unknown && !placed.replayed && isHeld(placed.order.state)) {
        const settling = { seconds: numberOf(unknown, 'seconds'), orderId: placed.order.id }
        await transact(world.db, tx => keepUndecided(tx, request, unknown, settling))
      }
      return placed
    } catch (error) {
      await transact(world.db, tx => forget(tx, request, callbackIds))
      throw error
    }
  }
}

/** Remembers callbacks that are to go wrong; gives their ids. */
export async function keepCallbacks (
  tx: Tx, resellerId: Uuid, subject: string, strikes: readonly CallbackStrike[]
): Promise<readonly Uuid[]> {
  const ids = strikes.map(() => newId())
  await tx`
    insert into sandbox_callbacks (reseller_id, id, subject, fault, parameters)
    select ${resellerId}::uuid, id, ${subject}, fault, parameters
    from unnest(${bareArray(ids)}::uuid[], ${quotedArray(strikes.map(({ fault }) => fault))}::text[],
      ${quotedArray(strikes.map(({ parameters }) => JSON.stringify(parameters)))}::jsonb[]) as strike (id, fault, parameters)`
  return ids
}

async function expireQuote (world: PricedTestWorld, resellerId: Uuid, quoteId: Uuid): Promise<void> {
  await transact(world.db, tx => tx`
    update quotes set expires_at = least(expires_at, clock_timestamp() - interval '1 millisecond')
    where reseller_id = ${resellerId} and id = ${quoteId} and order_id is null`)
}

interface Settling { readonly seconds: number, readonly orderId: Uuid | null }

/** Remembers when an order is to be settled: one that is just placed, or is about to be. One that was there before is left as it is. */
async function keepUndecided (
  tx: Tx, { resellerId, reference }: OrderRequest, strike: OrderStrike, { seconds, orderId }: Settling
): Promise<void> {
  await tx`
    insert into sandbox_undecided (reseller_id, reference, outcome, settle_at)
    select ${resellerId}::uuid, ${reference}, ${String(strike.parameters.outcome)}, clock_timestamp() + make_interval(secs => ${seconds})
    where not exists (
      select from orders
      where orders.reseller_id::text = ${resellerId} and orders.reference = ${reference} and orders.id is distinct from ${orderId}::uuid)
    on conflict (reseller_id, reference) do update set outcome = excluded.outcome, settle_at = excluded.settle_at`
}

/** A refused order leaves nothing behind, but for one that is known by its reference already. */
async function forget (tx: Tx, { resellerId, reference }: OrderRequest, callbackIds: readonly Uuid[]): Promise<void> {
  await tx`
    delete from sandbox_undecided
    where reseller_id = ${resellerId} and reference = ${reference}
      and not exists (select from orders where orders.reseller_id::text = ${resellerId} and orders.reference = ${reference})`
  await tx`delete from sandbox_callbacks where reseller_id = ${resellerId} and id = any(${bareArray(callbackIds)}::uuid[])`
}
