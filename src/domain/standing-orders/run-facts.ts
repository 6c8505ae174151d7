import type { ResellerStatus } from '../../../schema/vocabulary.ts'
import type { Amount } from '../../base/money.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Buyer } from '../pricing/price-book.ts'
import type { KeyStanding } from '../resellers/keyring.ts'
import { clockTime } from './next-times.ts'
import type { StandingOrder } from './standing-order.ts'

/** What a run is decided from. */
export interface RunFacts {
  readonly now: Date
  readonly key: KeyStanding
  readonly buyer: Buyer
  /** Null for a schedule, which does not ask. */
  readonly hand: Hand | null
  /** What was bought in this calendar month, less what was given back. */
  readonly month: { readonly quantity: number, readonly total: Amount }
}

/** Codes on hand, and the run up to which nothing is on hand any more. */
export interface Hand { readonly onHand: number, readonly usedUpTo: number }

/** Reads what a run of a standing order is decided from. */
export async function readRunFacts (read: Reader, standing: StandingOrder): Promise<RunFacts> {
  const now = await clockTime(read)
  const [row] = await read<{ levelId: string, status: ResellerStatus, revokedAt: Date | null, expiresAt: Date | null }[]>`
    select r.level_id as "levelId", r.status, k.revoked_at as "revokedAt", k.expires_at as "expiresAt"
    from api_keys k join resellers r on r.id = k.reseller_id where k.id = ${standing.keyId}`
  const { levelId, status, revokedAt, expiresAt } = row!
  return {
    now,
    key: { id: standing.keyId, revokedAt, expiresAt, reseller: { status } },
    buyer: { resellerId: standing.resellerId, levelId },
    hand: standing.rule.kind === 'level' ? await readHand(read, standing) : null,
    month: await readMonth(read, standing, now)
  }
}

/**
 * Counts the codes on hand: bought by the standing order, delivered or set aside for it, and neither revealed nor given back.
 * A reveal names positions over all allocations of its order; what was given back was never revealed, so what is live and not
 * revealed is the live count less the positions revealed, each counted once. A run with nothing on hand never has again.
 */
async function readHand (read: Reader, { id, usedUpTo, runs }: StandingOrder): Promise<Hand> {
  const [row] = await read<{ onHand: number, firstInUse: number | null }[]>`
    with ordered as (
      select run.run, held.count + live.count - revealed.count as on_hand
      from standing_runs run,
        lateral (select coalesce(sum(held), 0) as count from order_lines where order_id = run.order_id) as held,
        lateral (select coalesce(sum(count), 0) as count from allocations where order_id = run.order_id and live) as live,
        lateral (
          select coalesce(sum(upper(positions) - lower(positions)), 0) as count from unnest((
            select range_agg(int4range(first, first + count)) from reveals where order_id = run.order_id
          )) as positions
        ) as revealed
      where run.standing_id = ${id} and run.run > ${usedUpTo} and run.order_id is not null
    )
    select coalesce(sum(on_hand), 0)::int as "onHand", min(run) filter (where on_hand > 0) as "firstInUse" from ordered`
  const { onHand, firstInUse } = row!
  return { onHand, usedUpTo: firstInUse === null ? runs : firstInUse - 1 }
}

async function readMonth (read: Reader, { id, rule }: StandingOrder, now: Date): Promise<RunFacts['month']> {
  const zone = rule.kind === 'schedule' ? rule.time_zone : 'UTC'
  const [row] = await read<{ quantity: bigint, total: Amount }[]>`
    select coalesce(sum(held.count + o.delivered - o.returned), 0)::bigint as quantity,
           coalesce(sum(o.total - o.refunded), 0)::bigint as total
    from standing_runs run
      join lateral (select * from orders where reseller_id = run.reseller_id and id = run.order_id limit 1) as o on true,
      lateral (select coalesce(sum(order_lines.held), 0) as count from order_lines where order_id = run.order_id) as held
    where run.standing_id = ${id} and run.order_id is not null
      and run.ran_at >= date_trunc('month', ${now}::timestamptz at time zone ${zone}) at time zone ${zone}`
  return { quantity: Number(row!.quantity), total: row!.total }
}
