// What was sold, counted from the checkouts themselves, for any number of sessions (or links) in a fixed number of statements.
import type { CheckoutState, Currency, ReturnReason } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Db } from '../../../postgres/pool.ts'
import { newestMax, type LivePurchase, type LiveRefund } from './live-snapshot.ts'

/** By what checkouts are counted together. */
export type TotalsOf = 'session' | 'link'

/** Checkouts of one SKU through one link. */
export interface SkuTotal {
  readonly linkId: Uuid
  readonly skuId: Uuid
  readonly currency: Currency
  readonly starts: number
  readonly paid: number
  readonly expired: number
  readonly cancelled: number
  readonly refunded: number
  readonly quantity: number
  readonly revenue: Amount
  readonly wholesale: Amount
  readonly commission: Amount
  readonly refundedAmount: Amount
}

export interface MinuteTotal { starts: number, paid: number, quantity: number, readonly revenue: Map<Currency, Amount> }

export interface Totals {
  readonly skus: readonly SkuTotal[]
  /** By minute, in milliseconds since 1970: checkouts when they began, purchases when they were paid. */
  readonly minutes: ReadonlyMap<number, Readonly<MinuteTotal>>
  readonly newest: readonly LivePurchase[]
  readonly refunds: readonly LiveRefund[]
}

export const noTotals: Totals = { skus: [], minutes: new Map([]), newest: [], refunds: [] }

/** The totals of each; of those without a checkout there are none. */
export async function readTotals (db: Db, of: TotalsOf, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Totals>> {
  if (ids.length === 0) return new Map()
  const [sums, newest, refunds] = await Promise.all([readSums(db, of, ids), readNewest(db, of, ids), readRefunds(db, of, ids)])
  const sumsOf = Map.groupBy(sums, ({ owner }) => owner)
  const newestOf = Map.groupBy(newest, ({ owner }) => owner)
  const refundsOf = Map.groupBy(refunds, ({ owner }) => owner)
  return new Map([...sumsOf].map(([owner, rows]) => [owner, {
    skus: rows.filter(({ by }) => by === 'sku').map(({ owner: _, by, minute, ...sku }) => sku as SkuTotal),
    minutes: minutesOf(rows),
    newest: (newestOf.get(owner) ?? []).map(({ owner: _, ...purchase }) => purchase),
    refunds: (refundsOf.get(owner) ?? []).map(({ owner: _, ...refund }) => refund)
  }]))
}

interface Owned { readonly owner: Uuid }

interface SumRow extends Owned, Omit<SkuTotal, 'linkId' | 'skuId' | 'currency'> {
  readonly by: 'sku' | 'started' | 'paid'
  readonly minute: Date | null
  readonly linkId: Uuid | null
  readonly skuId: Uuid | null
  readonly currency: Currency | null
}

/** One walk over the checkouts gives the sums by SKU, by the minute in which they began, and by the minute in which they were paid. */
async function readSums (db: Db, of: TotalsOf, ids: readonly Uuid[]): Promise<readonly SumRow[]> {
  const paid = checkoutsIn(db, 'completed')
  const back = db`filter (where state in ('refunding', 'refunded'))`
  return await db<SumRow[]>`
    select owner, link_id as "linkId", sku_id as "skuId", currency, coalesce(started, bought) as minute,
      case when grouping(link_id) = 0 then 'sku' when grouping(started) = 0 then 'started' else 'paid' end as by,
      count(*)::int as starts, (count(*) ${paid})::int as paid, (count(*) ${checkoutsIn(db, 'expired')})::int as expired,
      (count(*) ${checkoutsIn(db, 'cancelled')})::int as cancelled, (count(*) ${back})::int as refunded,
      coalesce(sum(quantity) ${paid}, 0)::int as quantity, coalesce(sum(total) ${paid}, 0)::bigint as revenue,
      coalesce(sum(wholesale) ${paid}, 0)::bigint as wholesale, coalesce(sum(commission) ${paid}, 0)::bigint as commission,
      coalesce(sum(total) ${back}, 0)::bigint as "refundedAmount"
    from (
      select ${ownerColumn(db, of)} as owner, link_id, sku_id, currency, state, quantity, total, wholesale, commission,
        date_trunc('minute', created_at) as started, case when state = 'completed' then date_trunc('minute', ended_at) end as bought
      from checkouts where ${ownerColumn(db, of)} = any(${bareArray(ids)}::uuid[])
    ) as checkout
    group by grouping sets ((owner, link_id, sku_id, currency), (owner, started), (owner, bought, currency))`
}

function minutesOf (rows: readonly SumRow[]): Map<number, MinuteTotal> {
  const minutes = new Map<number, MinuteTotal>()
  for (const { by, minute, starts, paid, quantity, currency, revenue } of rows) {
    // Checkouts that were never paid stand together under no minute of payment.
    if (by === 'sku' || minute === null) continue
    const at = minute.getTime()
    const total = minutes.get(at) ?? { starts: 0, paid: 0, quantity: 0, revenue: new Map<Currency, Amount>() }
    minutes.set(at, total)
    if (by === 'started') {
      total.starts += starts
    } else {
      total.paid += paid
      total.quantity += quantity
      total.revenue.set(currency!, revenue)
    }
  }
  return minutes
}

async function readNewest (db: Db, of: TotalsOf, ids: readonly Uuid[]): Promise<readonly (Owned & LivePurchase)[]> {
  return await db<(Owned & LivePurchase)[]>`
    select wanted.owner, newest.* from unnest(${bareArray(ids)}::uuid[]) as wanted (owner) cross join lateral (
      select checkouts.id as "checkoutId", ended_at as at, contact_hint as "contactHint", products.name as "productName",
        skus.name as "skuName", quantity, total, checkouts.currency
      from checkouts join skus on skus.id = checkouts.sku_id join products on products.id = skus.product_id
      where ${ownerColumn(db, of)} = wanted.owner and checkouts.state = 'completed'
      order by ended_at desc, checkouts.id desc limit ${newestMax}
    ) as newest`
}

/** All money on its way back, or back: of checkouts that got nothing, and what came twice for others. */
async function readRefunds (db: Db, of: TotalsOf, ids: readonly Uuid[]): Promise<readonly (Owned & LiveRefund)[]> {
  const owners = of === 'session' ? db`sessions` : db`links`
  return await db<(Owned & { reason: ReturnReason, currency: Currency, count: number, amount: Amount })[]>`
    select owners.id as owner, paybacks.reason, paybacks.currency, count(*)::int as count, sum(paybacks.amount)::bigint as amount
    from ${owners} as owners join paybacks on paybacks.reseller_id = owners.reseller_id and paybacks.created_at >= owners.created_at
      join payments on payments.id = paybacks.payment_id and payments.purpose = 'checkout'
      join checkouts on checkouts.id = payments.subject_id and ${ownerColumn(db, of)} = owners.id
    where owners.id = any(${bareArray(ids)}::uuid[])
    group by owners.id, paybacks.reason, paybacks.currency order by paybacks.reason, paybacks.currency`
}

function ownerColumn (db: Db, of: TotalsOf) {
  return of === 'session' ? db`checkouts.session_id` : db`checkouts.link_id`
}

function checkoutsIn (db: Db, state: CheckoutState) {
  return db`filter (where state = ${state})`
}
