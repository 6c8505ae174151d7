// Beginning to pay, in batches. Every start is judged twice. First as things stand without any lock, each by itself: who is refused then,
// or came before, has his answer, and a link that is sold out is not even locked. Those who may start are judged again under the locks
// (links, whose rows guard all their checkouts, then stock rows, ids ascending), one after the other, and written in one statement that
// guards itself: the hold, the checkout, its first payment, the link's count. Prices are agreed here, for good.
import type { LinkKind } from '../../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'
import { assert, type Problem } from '../../../base/problem.ts'
import { bareArray, bytesArray, quotedArray } from '../../../postgres/arrays.ts'
import type { EarlierTry } from '../../../postgres/group-commit.ts'
import type { Reader, Tx } from '../../../postgres/pool.ts'
import { snapshotVersionsAndTime, type Snapshot } from '../../../postgres/snapshot.ts'
import { firstQuerySeconds, type Payment } from '../../payments/payment.ts'
import type { PriceBook } from '../../pricing/price-book.ts'
import { changesOf, lockStock, stockInHand, stockParts, type StockInHand } from '../../stock/take-stock.ts'
import type { BuyerKeys } from '../buyer-keys.ts'
import type { Checkout, StartedCheckout } from './checkout.ts'
import { countPieces } from './count-pieces.ts'
import {
  attemptKey, decideStarts, judgeStart, type EarlierStart, type NewCheckout, type Start, type StartDecision, type StartFacts, type StartLink
} from './decide-starts.ts'
import { readCheckouts, readNewestPayments } from './read-checkout.ts'

interface Needs { readonly priceBook: Snapshot<PriceBook>, readonly buyerKeys: BuyerKeys }

/** Decides and writes a batch; an outcome for each start. */
export async function startCheckouts (
  tx: Tx, starts: readonly Start[], earlier: EarlierTry, commitBehind: () => void, needs: Needs
): Promise<(StartedCheckout | Problem)[]> {
  const decisions = await judgeUnlocked(tx, starts, earlier, needs)
  const hopeful = starts.filter((_, i) => decisions[i]!.kind === 'started')
  const judged = new Map<Start, StartDecision>()
  const written: Written[] = []
  if (hopeful.length > 0) {
    const facts = await lockAndRead(tx, hopeful, earlier, needs)
    for (const [i, decision] of decideStarts(hopeful, facts).entries()) {
      judged.set(hopeful[i]!, decision)
      if (decision.kind === 'started') written.push({ start: hopeful[i]!, started: decision.started })
    }
    if (written.length > 0) await writeStarts(tx, written, facts, needs.buyerKeys)
  }
  const final = starts.map((start, i) => judged.get(start) ?? decisions[i]!)
  const resumed = await readResumed(tx, final)
  commitBehind()
  return final.map((decision, i) => {
    if (decision.kind === 'refused') return decision.problem
    if (decision.kind === 'resumed') return resumed.get(decision.checkoutId)!
    return { checkout: decision.started.checkout, payment: firstPayment(starts[i]!, decision.started), resumed: false }
  })
}

/** What is told without any lock: all refusals are final. Whose limit is reached hears of that rather than of the stock. */
async function judgeUnlocked (tx: Tx, starts: readonly Start[], earlier: EarlierTry, needs: Needs): Promise<readonly StartDecision[]> {
  const seen = await readFacts(tx, starts, earlier, needs)
  const decisions = starts.map(start => judgeStart(start, seen))
  const short = starts.filter((_, i) => isShort(decisions[i]!))
  if (short.length === 0) return decisions
  const counted = { ...seen, pieces: await countPieces(tx, short) }
  return decisions.map((decision, i) => isShort(decision) ? judgeStart(starts[i]!, counted) : decision)
}

function isShort (decision: StartDecision): boolean {
  return decision.kind === 'refused' && decision.problem.code === 'out_of_stock'
}

/** Read after the batch is written: what came before may have come in it. */
async function readResumed (tx: Tx, decisions: readonly StartDecision[]): Promise<ReadonlyMap<Uuid, StartedCheckout>> {
  const ids = [...new Set(decisions.flatMap(decision => decision.kind === 'resumed' ? decision.checkoutId : []))]
  if (ids.length === 0) return new Map()
  const [checkouts, payments] = await Promise.all([readCheckouts(tx, ids), readNewestPayments(tx, ids)])
  assert(checkouts.length === ids.length && payments.size === ids.length, 'every checkout that came before, with its payments')
  return new Map(checkouts.map(checkout => [checkout.id, { checkout, payment: payments.get(checkout.id)!, resumed: true }]))
}

interface LinkFactsRow extends Omit<StartLink, 'skus' | 'levelId' | 'sellerReady'> { readonly kind: LinkKind }

/** The facts as they stand, without locks and without what is counted of buyers. */
async function readFacts (tx: Tx, starts: readonly Start[], earlier: EarlierTry, needs: Needs): Promise<StartFacts> {
  const linkIds = idsOf(starts)
  const [links, rest] = await Promise.all([readLinks(tx, linkIds), readBehind(tx, starts, linkIds, earlier, needs)])
  return { ...rest, links: joinLinks(links, rest), pieces: new Map() }
}

/** The facts under the locks: of what is locked as the lock shows it, of all else as statements see it that began after the locks. */
async function lockAndRead (tx: Tx, starts: readonly Start[], earlier: EarlierTry, needs: Needs): Promise<StartFacts> {
  const linkIds = idsOf(starts)
  const [links, , rest, pieces] = await Promise.all([
    lockLinks(tx, linkIds),
    lockStock(tx, [...new Set(starts.map(start => start.skuId))].sort()),
    readBehind(tx, starts, linkIds, earlier, needs),
    countPieces(tx, starts)
  ])
  return { ...rest, links: joinLinks(links, rest), pieces }
}

function idsOf (starts: readonly Start[]): readonly Uuid[] {
  return [...new Set(starts.map(start => start.linkId))].sort()
}

function linkFactColumns (read: Reader) {
  return read`id, reseller_id as "resellerId", kind, currency, commission_rate as "commissionRate", commission_amount as "commissionAmount",
    quota, quota_per_buyer as "quotaPerBuyer", nullif(starts_at, '-infinity') as "startsAt", nullif(ends_at, 'infinity') as "endsAt",
    paused_at as "pausedAt", ended_at as "endedAt", held, sold, sales, session_id as "sessionId", host_id as "hostId"`
}

async function readLinks (tx: Tx, ids: readonly Uuid[]): Promise<readonly LinkFactsRow[]> {
  return await tx<LinkFactsRow[]>`select ${linkFactColumns(tx)} from links where id = any(${bareArray(ids)}::uuid[])`.execute()
}

async function lockLinks (tx: Tx, ids: readonly Uuid[]): Promise<readonly LinkFactsRow[]> {
  return await tx<LinkFactsRow[]>`
    select ${linkFactColumns(tx)} from links where id = any(${bareArray(ids)}::uuid[]) order by id for no key update`.execute()
}

interface SellerRow {
  readonly linkId: Uuid
  readonly levelId: string
  readonly sellerReady: boolean
}
interface SkuRow {
  readonly linkId: Uuid
  readonly skuId: Uuid
  readonly retailPrice: Amount
  readonly available: number
  readonly expired: number
}

type Behind = Omit<StartFacts, 'links' | 'pieces'> & { readonly sellers: readonly SellerRow[], readonly skus: readonly SkuRow[] }

/** All that stands behind links: sellers, SKUs, stock, what came before, prices and the time. */
async function readBehind (
  tx: Tx, starts: readonly Start[], linkIds: readonly Uuid[], tried: EarlierTry, { priceBook }: Needs
): Promise<Behind> {
  const [sellers, skus, earlier, { versions, nowMs }] = await Promise.all([
    tx<SellerRow[]>`
      select links.id as "linkId", level_id as "levelId",
             status = 'active' and exists (
               select from accounts where owner_id = resellers.id and kind = 'proceeds' and accounts.currency = links.currency
             ) as "sellerReady"
      from links join resellers on resellers.id = reseller_id
      where links.id = any(${bareArray(linkIds)}::uuid[])`.execute(),
    tx<SkuRow[]>`
      select link_id as "linkId", link_skus.sku_id as "skuId", retail_price as "retailPrice", coalesce(available, 0) as available, (
        select coalesce(sum(gone.stop - gone.next), 0)::int from shelf as gone
        where gone.sku_id = link_skus.sku_id and gone.expires_at <= clock_timestamp()
      ) as expired
      from link_skus left join stock on stock.sku_id = link_skus.sku_id
      where link_id = any(${bareArray(linkIds)}::uuid[]) order by link_id, place`.execute(),
    readEarlier(tx, starts, tried),
    snapshotVersionsAndTime(tx)
  ])
  return {
    nowMs,
    prices: await priceBook.atLeast(versions.get('prices')!),
    stocks: new Map(skus.map(({ skuId, available, expired }): [Uuid, StockInHand] =>
      [skuId, stockInHand(available, { ranges: [], expired })])),
    earlier,
    sellers,
    skus
  }
}

function joinLinks (rows: readonly LinkFactsRow[], { sellers, skus }: Behind): ReadonlyMap<Uuid, StartLink> {
  const sellerOf = new Map(sellers.map(seller => [seller.linkId, seller]))
  const skusOf = Map.groupBy(skus, sku => sku.linkId)
  return new Map(rows.map((row): [Uuid, StartLink] => {
    const { levelId, sellerReady } = sellerOf.get(row.id)!
    const sold = new Map((skusOf.get(row.id) ?? []).map(sku => [sku.skuId, sku.retailPrice]))
    return [row.id, { ...row, levelId, sellerReady, skus: sold }]
  }))
}

/** What was begun with the same presses; after a try whose commit was lost, with the ids of this batch too. */
async function readEarlier (tx: Tx, starts: readonly Start[], tried: EarlierTry): Promise<Map<string, EarlierStart>> {
  const attempts = starts.filter(start => start.attempt !== null)
  const ids = tried === 'none' ? [] : starts.map(start => start.id)
  if (attempts.length === 0 && ids.length === 0) return new Map()
  const rows = await tx<(EarlierStart & { readonly attempt: Uuid | null })[]>`
    select id, link_id as "linkId", attempt, sku_id as "skuId", quantity, contact_hash as "contactHash"
    from unnest(${bareArray(attempts.map(start => start.linkId))}::uuid[], ${bareArray(attempts.map(start => start.attempt))}::uuid[])
        as pressed (on_link, by_attempt),
      lateral (select * from checkouts where link_id = on_link and attempt = by_attempt limit 1) as found
    union all
    select id, link_id, null, sku_id, quantity, contact_hash from checkouts where id = any(${bareArray(ids)}::uuid[])`.execute()
  return new Map(rows.map(row => [row.attempt === null ? row.id : attemptKey(row.linkId, row.attempt), row]))
}

/** A payment as it begins: its gateway is yet to be asked. */
function firstPayment ({ gateway, returnUrl }: Start, { checkout, paymentId }: NewCheckout): Payment {
  return {
    id: paymentId,
    resellerId: checkout.resellerId,
    purpose: 'checkout',
    subjectId: checkout.id,
    reference: null,
    gateway,
    currency: checkout.currency,
    amount: checkout.total,
    state: 'created',
    action: null,
    gatewayRef: null,
    returnUrl: returnUrl(checkout.id),
    expiresAt: checkout.expiresAt,
    lastError: null,
    paidAt: null,
    createdAt: checkout.createdAt
  }
}

interface Written { readonly start: Start, readonly started: NewCheckout }

/** One statement, that fails unless links and stock changed as decided. */
async function writeStarts (tx: Tx, written: readonly Written[], { links, stocks }: StartFacts, keys: BuyerKeys): Promise<void> {
  const checkouts = written.map(({ started }) => started.checkout)
  const linkIds = [...new Set(checkouts.map(checkout => checkout.linkId))]
  const stock = stockParts(tx, changesOf(stocks))
  await tx`
    with new_holds as (${insertHolds(tx, checkouts)}), new_hold_lines as (${insertHoldLines(tx, checkouts)}),
    new_checkouts as (${insertCheckouts(tx, written, keys)}), new_payments as (${insertPayments(tx, written)}),
    counted_links as (
      update links set held = counted.held
      from unnest(${bareArray(linkIds)}::uuid[], ${bareArray(linkIds.map(id => links.get(id)!.held))}::int[]) as counted (id, held)
      where links.id = counted.id and links.id = any(${bareArray(linkIds)}::uuid[]) returning links.id
    ), counted as (${stock.counted})
    select 1 / ((select count(*) from counted_links) = ${linkIds.length}::int and (select count(*) from counted) = ${stock.rows}::int)::int`
}

function insertHolds (tx: Tx, checkouts: readonly Checkout[]) {
  const { expiresAt, createdAt } = checkouts[0]!
  return tx`
    insert into holds (reseller_id, id, reference, state, quantity, key_id, checkout_id, expires_at, created_at)
    select reseller_id, id, reference, 'active', quantity, key_id, checkout_id, ${expiresAt}, ${createdAt} from unnest(
      ${bareArray(checkouts.map(({ resellerId }) => resellerId))}::uuid[], ${bareArray(checkouts.map(({ holdId }) => holdId))}::uuid[],
      ${bareArray(checkouts.map(({ id }) => showId('checkout', id)))}::text[],
      ${bareArray(checkouts.map(({ quantity }) => quantity))}::int[],
      ${bareArray(checkouts.map(({ linkId }) => showId('link', linkId)))}::text[], ${bareArray(checkouts.map(({ id }) => id))}::uuid[]
    ) as new (reseller_id, id, reference, quantity, key_id, checkout_id)`
}

function insertHoldLines (tx: Tx, checkouts: readonly Checkout[]) {
  return tx`
    insert into hold_lines (hold_id, sku_id, quantity)
    select * from unnest(
      ${bareArray(checkouts.map(({ holdId }) => holdId))}::uuid[], ${bareArray(checkouts.map(({ skuId }) => skuId))}::uuid[],
      ${bareArray(checkouts.map(({ quantity }) => quantity))}::int[]
    )`
}

function insertCheckouts (tx: Tx, written: readonly Written[], keys: BuyerKeys) {
  const checkouts = written.map(({ started }) => started.checkout)
  const starts = written.map(({ start }) => start)
  const { expiresAt, createdAt } = checkouts[0]!
  return tx`
    insert into checkouts (
      reseller_id, id, link_id, session_id, host_id, attempt, sku_id, quantity, currency, retail_price, total, wholesale_price,
      price_rules, wholesale, commission, state, hold_id, contact_kind, sealed_contact, contact_hint, contact_hash, device_hash,
      network_hash, language, expires_at, created_at
    )
    select reseller_id, id, link_id, session_id, host_id, attempt, sku_id, quantity, currency, retail_price, total, wholesale_price,
           price_rules::uuid[], wholesale, commission, 'open', hold_id, contact_kind, sealed_contact, contact_hint, contact_hash,
           device_hash, network_hash, language, ${expiresAt}, ${createdAt}
    from unnest(
      ${bareArray(checkouts.map(({ resellerId }) => resellerId))}::uuid[], ${bareArray(checkouts.map(({ id }) => id))}::uuid[],
      ${bareArray(checkouts.map(({ linkId }) => linkId))}::uuid[], ${bareArray(checkouts.map(({ sessionId }) => sessionId))}::uuid[],
      ${bareArray(checkouts.map(({ hostId }) => hostId))}::uuid[], ${bareArray(starts.map(({ attempt }) => attempt))}::uuid[],
      ${bareArray(checkouts.map(({ skuId }) => skuId))}::uuid[], ${bareArray(checkouts.map(({ quantity }) => quantity))}::int[],
      ${bareArray(checkouts.map(({ currency }) => currency))}::text[],
      ${bareArray(checkouts.map(({ retailPrice }) => retailPrice))}::bigint[],
      ${bareArray(checkouts.map(({ total }) => total))}::bigint[],
      ${bareArray(checkouts.map(({ wholesalePrice }) => wholesalePrice))}::bigint[],
      ${quotedArray(written.map(({ started }) => bareArray(started.priceRules)))}::text[],
      ${bareArray(checkouts.map(({ wholesale }) => wholesale))}::bigint[],
      ${bareArray(checkouts.map(({ commission }) => commission))}::bigint[],
      ${bareArray(checkouts.map(({ holdId }) => holdId))}::uuid[],
      ${bareArray(checkouts.map(({ contactKind }) => contactKind))}::text[],
      ${bytesArray(starts.map(({ id, contact }) => keys.sealContact(id, contact)))}::bytea[],
      ${quotedArray(checkouts.map(({ contactHint }) => contactHint))}::text[],
      ${bareArray(starts.map(({ contactHash }) => contactHash))}::uuid[], ${bareArray(starts.map(({ deviceHash }) => deviceHash))}::uuid[],
      ${bareArray(starts.map(({ networkHash }) => networkHash))}::uuid[], ${bareArray(starts.map(({ language }) => language))}::text[]
    ) as new (
      reseller_id, id, link_id, session_id, host_id, attempt, sku_id, quantity, currency, retail_price, total, wholesale_price,
      price_rules, wholesale, commission, hold_id, contact_kind, sealed_contact, contact_hint, contact_hash, device_hash, network_hash,
      language
    )`
}

function insertPayments (tx: Tx, written: readonly Written[]) {
  const payments = written.map(({ start, started }) => firstPayment(start, started))
  const { expiresAt, createdAt } = payments[0]!
  return tx`
    insert into payments (
      id, reseller_id, purpose, subject_id, gateway, currency, amount, state, return_url, expires_at, query_at, created_at
    )
    select id, reseller_id, 'checkout', subject_id, gateway, currency, amount, 'created', return_url, ${expiresAt},
           ${createdAt}::timestamptz + make_interval(secs => ${firstQuerySeconds}::int), ${createdAt}
    from unnest(
      ${bareArray(payments.map(({ id }) => id))}::uuid[], ${bareArray(payments.map(({ resellerId }) => resellerId))}::uuid[],
      ${bareArray(payments.map(({ subjectId }) => subjectId))}::uuid[], ${quotedArray(payments.map(({ gateway }) => gateway))}::text[],
      ${bareArray(payments.map(({ currency }) => currency))}::text[], ${bareArray(payments.map(({ amount }) => amount))}::bigint[],
      ${quotedArray(payments.map(({ returnUrl }) => returnUrl))}::text[]
    ) as new (id, reseller_id, subject_id, gateway, currency, amount, return_url)`
}
