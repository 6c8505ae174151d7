// The clockwork of subscriptions. A pass locks some that are due (what another process looks at is passed over), compares each SKU in
// their scopes with its mark, and in the same transaction moves the marks, the sequences and the times of the next look, and appends the
// events. What happened between two looks is not seen: a million sales are one message. Stock is compared by the database in one
// statement; prices are compared here, with the price book, and only when it has moved since the last look.
import type { SubscriptionCondition, SubscriptionKind } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Reader, Tx } from '../../postgres/pool.ts'
import { snapshotVersions, type Snapshot } from '../../postgres/snapshot.ts'
import { transact } from '../../postgres/transact.ts'
import { appendEvents, type NewEvent } from '../events/append-events.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import { markMoney, noPrice, priceMark, scopeSkus } from './subscription.ts'

/** SKUs looked at in one transaction, all its subscriptions together; a single one may have more. */
export const looksMax = 20_000
/** Marks moved in one transaction, of each kind; what is beyond stays due. */
export const movesMax = 2_000

export interface TellNeeds { readonly db: Db, readonly priceBook: Snapshot<PriceBook> }

/** `more`: something may still be due. */
export interface Told { readonly looked: number, readonly told: number, readonly more: boolean }

/** A pass, one transaction: looks at up to `limit` subscriptions that are due and tells what their resellers wait for. */
export async function tellSubscribers ({ db, priceBook }: TellNeeds, limit: number): Promise<Told> {
  const [waiting] = await db`select from subscriptions where ${isDue(db)} limit 1`
  if (!waiting) return { looked: 0, told: 0, more: false }
  const book = await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
  return await transact(db, async tx => {
    const { taken, left } = await lockDue(tx, limit)
    if (taken.length === 0) return { looked: 0, told: 0, more: false }
    const stock = await stockMoves(tx, idsOf(taken, 'stock'))
    const prices = await priceMoves(tx, book, idsOf(taken, 'price'))
    const moves = [...stock.moves, ...prices.moves]
    const unfinished = new Set([...stock.unfinished, ...prices.unfinished])
    const events = eventsOf(new Map(taken.map(one => [one.id, one])), moves, book)
    await moveMarks(tx, moves)
    await settle(tx, taken, { events, unfinished, unseen: prices.unseen, version: book.version })
    await appendEvents(tx, events.map(({ event }) => event))
    return { looked: taken.length, told: events.length, more: left || unfinished.size > 0 }
  })
}

interface Due {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly kind: SubscriptionKind
  readonly condition: SubscriptionCondition
  readonly sequence: bigint
  readonly skus: number
}

/** A mark that moves; it is told, or it only makes ready for the next time that the condition comes to hold. */
interface Move {
  readonly subscriptionId: Uuid
  readonly skuId: Uuid
  readonly before: string
  readonly now: string
  readonly tells: boolean
}

/** unfinished: subscriptions that stay due, because too much moved at once. */
interface Moves { readonly moves: readonly Move[], readonly unfinished: readonly Uuid[] }

function isDue (read: Reader) {
  return read`state = 'active' and next_check_at <= statement_timestamp()`
}

function idsOf (due: readonly Due[], kind: SubscriptionKind): readonly Uuid[] {
  return due.filter(one => one.kind === kind).map(({ id }) => id)
}

/** Locks what is due, longest first, as far as it can be looked at in one transaction. What they see is read by later statements. */
async function lockDue (tx: Tx, limit: number): Promise<{ readonly taken: readonly Due[], readonly left: boolean }> {
  const due = await tx<Due[]>`
    select id, reseller_id as "resellerId", kind, condition, sequence, skus from subscriptions
    where ${isDue(tx)} order by next_check_at limit ${limit} for update skip locked`
  let looks = 0
  const beyond = due.findIndex(({ skus }, i) => (looks += skus) > looksMax && i > 0)
  const taken = beyond < 0 ? due : due.slice(0, beyond)
  return { taken, left: taken.length < due.length || due.length === limit }
}

/** Resellers that are not active are told nothing; what is another once they are, is told then. */
async function stockMoves (tx: Tx, ids: readonly Uuid[]): Promise<Moves> {
  if (ids.length === 0) return nothing
  const rows = await tx<Move[]>`
    select subscriptions.id as "subscriptionId", scope.sku_id as "skuId", seen.before::text, seen.now::text, judged.holds as tells
    from subscriptions join resellers on resellers.id = subscriptions.reseller_id and resellers.status = 'active'
      cross join lateral (${scopeSkus(tx)}) as scope
      left join subscription_marks as marks on marks.subscription_id = subscriptions.id and marks.sku_id = scope.sku_id
      left join stock on stock.sku_id = scope.sku_id
      cross join lateral (select coalesce(marks.value::int, 0) as before, coalesce(stock.available, 0) as now) as seen
      cross join lateral (select ${holds(tx, tx`seen.now`)} as holds, ${holds(tx, tx`seen.before`)} as held) as judged
    where subscriptions.id = any(${bareArray(ids)}::uuid[])
      and case when condition = 'any' then seen.now <> seen.before else judged.holds <> judged.held end
      and (not judged.holds or ${mayTell(tx)})
    order by 1, 2 limit ${movesMax + 1}`
  return cut(rows, ids)
}

function holds (read: Reader, available: ReturnType<Reader>) {
  return read`case condition when 'below' then ${available} < threshold when 'above' then ${available} > threshold
    when 'out' then ${available} = 0 when 'back' then ${available} > 0 else true end`
}

function mayTell (read: Reader) {
  // What was told in the future was told before the clock was put back.
  return read`(marks.told_at is null or marks.told_at + make_interval(secs => interval_seconds) <= statement_timestamp()
    or marks.told_at > statement_timestamp())`
}

/** unseen: subscriptions that the book has more for, when their interval is over. */
async function priceMoves (tx: Tx, book: PriceBook, ids: readonly Uuid[]): Promise<Moves & { readonly unseen: readonly Uuid[] }> {
  if (ids.length === 0) return { ...nothing, unseen: [] }
  const rows = await tx<PriceSeen[]>`
    select subscriptions.id as "subscriptionId", scope.sku_id as "skuId", resellers.id as "resellerId", resellers.level_id as "levelId",
      coalesce(marks.value, ${noPrice}) as before, ${mayTell(tx)} as "mayTell"
    from subscriptions join resellers on resellers.id = subscriptions.reseller_id and resellers.status = 'active'
      cross join lateral (${scopeSkus(tx)}) as scope
      left join subscription_marks as marks on marks.subscription_id = subscriptions.id and marks.sku_id = scope.sku_id
    where subscriptions.id = any(${bareArray(ids)}::uuid[])
      and (book_version is distinct from ${book.version} or subscriptions.scope ? 'tag')
    order by 1, 2`
  const moved: Move[] = []
  const unseen = new Set<Uuid>()
  for (const { mayTell: tells, ...row } of rows) {
    const now = priceMark(book, row, row.skuId)
    if (now === row.before) continue
    if (tells) moved.push({ ...row, now, tells })
    else unseen.add(row.subscriptionId)
  }
  return { ...cut(moved, ids), unseen: [...unseen] }
}

interface PriceSeen extends Pick<Move, 'subscriptionId' | 'skuId' | 'before'> {
  readonly resellerId: Uuid
  readonly levelId: string
  readonly mayTell: boolean
}

const nothing: Moves = { moves: [], unfinished: [] }

/** Moves, in the order of their subscriptions, as far as one transaction takes them. */
function cut (moves: readonly Move[], ids: readonly Uuid[]): Moves {
  if (moves.length <= movesMax) return { moves, unfinished: [] }
  const { subscriptionId: first } = moves[movesMax]!
  return { moves: moves.slice(0, movesMax), unfinished: ids.filter(id => id >= first) }
}

interface Telling { readonly subscriptionId: Uuid, readonly event: NewEvent }

function eventsOf (due: ReadonlyMap<Uuid, Due>, moves: readonly Move[], book: PriceBook): readonly Telling[] {
  const sequences = new Map<Uuid, bigint>()
  return moves.filter(({ tells }) => tells).map(({ subscriptionId, skuId, before, now }) => {
    const { resellerId, kind, condition, sequence } = due.get(subscriptionId)!
    const next = (sequences.get(subscriptionId) ?? sequence) + 1n
    sequences.set(subscriptionId, next)
    const of = { subscription: showId('subscription', subscriptionId), subscription_sequence: Number(next), sku: showId('sku', skuId) }
    if (kind === 'stock') {
      const data = { ...of, condition, available: Number(now), before: Number(before) }
      return { subscriptionId, event: { resellerId, type: 'stock.changed', data } }
    }
    const data = { ...of, price: markMoney(book, skuId, now), before: markMoney(book, skuId, before) }
    return { subscriptionId, event: { resellerId, type: 'price.changed', data } }
  })
}

async function moveMarks (tx: Tx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return
  await tx`
    insert into subscription_marks as marks (subscription_id, sku_id, value, told_at)
    select subscription_id, sku_id, value, case when tells then statement_timestamp() end from unnest(
      ${bareArray(moves.map(move => move.subscriptionId))}::uuid[], ${bareArray(moves.map(move => move.skuId))}::uuid[],
      ${quotedArray(moves.map(move => move.now))}::text[], ${bareArray(moves.map(move => move.tells))}::boolean[]
    ) as moved (subscription_id, sku_id, value, tells)
    on conflict (subscription_id, sku_id) do update set value = excluded.value, told_at = coalesce(excluded.told_at, marks.told_at)`
}

interface Settling {
  readonly events: readonly Telling[]
  readonly unfinished: ReadonlySet<Uuid>
  readonly unseen: readonly Uuid[]
  readonly version: bigint
}

/** Counts what was told, and sets the next look; what is unfinished stays due. How many SKUs a tag or all has, is counted again. */
async function settle (tx: Tx, taken: readonly Due[], { events, unfinished, unseen, version }: Settling): Promise<void> {
  const counts = new Map<Uuid, number>()
  for (const { subscriptionId } of events) counts.set(subscriptionId, (counts.get(subscriptionId) ?? 0) + 1)
  const open = new Set([...unfinished, ...unseen])
  await tx`
    update subscriptions set sequence = sequence + looked.told,
      next_check_at = case when looked.unfinished then next_check_at
                           else statement_timestamp() + make_interval(secs => interval_seconds) end,
      book_version = case when kind = 'price' and not looked.open then ${version} else book_version end,
      skus = case when scope ? 'skus' then skus else (select count(*) from (${scopeSkus(tx)}) as scope) end
    from unnest(
      ${bareArray(taken.map(({ id }) => id))}::uuid[], ${bareArray(taken.map(({ id }) => counts.get(id) ?? 0))}::int[],
      ${bareArray(taken.map(({ id }) => unfinished.has(id)))}::boolean[], ${bareArray(taken.map(({ id }) => open.has(id)))}::boolean[]
    ) as looked (id, told, unfinished, open)
    where subscriptions.id = looked.id`
}
