// Placing orders, by group commit or inside a transaction of the house's clockwork. One transaction for the whole batch, in three
// flights of pipelined statements: lock and read; decide in memory; write; commit. The order of locks is the same everywhere: nonces, resellers (they guard
// references and the event sequence), then accounts, then stock rows, ids ascending within each kind. What is read beyond
// the locked rows is read by later statements, whose snapshots begin after the locks were granted.
import type { KeyObject } from 'node:crypto'
import type { Currency } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { assert, type Problem } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import { groupCommit, orderCommitLimits, type EarlierTry, type GroupCommit } from '../../postgres/group-commit.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { snapshotVersions, snapshotVersionsAndTime, type Snapshot } from '../../postgres/snapshot.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import { countRevealsOfBatch, readRevealsLeft, type CountedReveal } from '../resellers/count-reveals.ts'
import { refuseUnusableKey, type EncryptionKeyInUse, type Keyring } from '../resellers/keyring.ts'
import type { StoredNonce } from '../requests/spend-nonce.ts'
import type { LotKeys } from '../stock/lot-keys.ts'
import { openCodes, type PlainCode, type SealedCode } from '../stock/open-codes.ts'
import { changesOf, lockStock, readShelf, stockInHand, stockParts, type StockInHand, type Want } from '../stock/take-stock.ts'
import { revenueShards } from '../wallet/house-accounts.ts'
import {
  decide, factKey, isHeld, proceedsKey, type Decision, type Facts, type LineRefusal, type NewOrder, type OrderRequest, type ResellerFacts,
  type WalletFacts
} from './decide.ts'
import { positionRuns } from './code-layout.ts'
import type { OrderAllocation, OrderWithLines } from './order.ts'
import { orderSummaryView } from './order-view.ts'
import { noTerms, readHoldLines, readTerms, writeTerms, type HoldLines } from './order-terms.ts'
import { sealCodes, type Sealing } from './seal-delivery.ts'
import { readAllocations, readEarlierOrders, readPositions, readSealedCodes } from './read-orders.ts'

export interface PlacedOrder {
  readonly order: OrderWithLines
  /** The reference came before: nothing was bought again. */
  readonly replayed: boolean
  /** A dry run: the order as it would be; its id names nothing. */
  readonly tried: boolean
  /** The codes in the order of the lines, when the request was to reveal them. */
  readonly codes: readonly PlainCode[] | undefined
  /** The same, sealed to their buyer, where it has a key for that; `codes` is then undefined. */
  readonly sealedCodes: readonly string[] | undefined
}

/** Places an order, or gives back the one placed before under the same reference; rejects with a Problem and nothing changed. */
export type PlaceOrder = (request: OrderRequest) => Promise<PlacedOrder>

/** What became of a request of the house's own clockwork. */
export type Placing =
  | { readonly kind: 'placed', readonly order: OrderWithLines, readonly replayed: boolean }
  /** Every line was left out; nothing was written. */
  | { readonly kind: 'nothing', readonly lines: readonly LineRefusal[] }
  | { readonly kind: 'refused', readonly problem: Problem }

/**
 * Places orders inside a transaction that does more than that. Its tx comes from the world's pool for steps; it holds no lock
 * but on rows that come before resellers. Reveals nothing.
 */
export type PlaceInside = (tx: Tx, requests: readonly OrderRequest[]) => Promise<readonly Placing[]>

interface Needs {
  readonly db: Db
  /** Where the batches run; what is asked outside of them goes to `db`, so that a batch never waits for its own connection. */
  readonly orderDb: Db
  readonly keyring: Snapshot<Keyring>
  readonly priceBook: Snapshot<PriceBook>
  readonly lotKeys: LotKeys
  readonly sealing: Sealing
  readonly limits?: typeof orderCommitLimits
  /** What decides a batch, when it is not `decide` itself: the test world can make stock scarce for an order. */
  readonly decideBatch?: typeof decide | undefined
}

/** What a batch leaves for the time after its commit: sealed codes, opened only then. */
interface Settled {
  readonly order: OrderWithLines
  readonly replayed: boolean
  readonly tried: boolean
  readonly sealed: readonly SealedCode[] | undefined
  readonly keys: ReadonlyMap<number, KeyObject>
  readonly sealTo: EncryptionKeyInUse | null
}

/** Starts the placing of orders over a pool: the operations, and the group commit to be closed at the end. */
export function openPlacing (needs: Needs): { placeOrder: PlaceOrder, placeInside: PlaceInside, commits: GroupCommit<OrderRequest, Settled> } {
  const accounts = new Accounts(needs.db)
  const repeated = new WeakSet<OrderRequest>()
  let batches = 0
  const commits = groupCommit<OrderRequest, Settled>(
    needs.orderDb,
    (tx, requests, earlier, commitBehind) => placeOrders(tx, requests, { ...needs, accounts, repeated, earlier, commitBehind, shard: batches++ % revenueShards }),
    request => request.lines.length,
    needs.limits ?? orderCommitLimits
  )
  return {
    commits,
    async placeOrder (request) {
      const { order, replayed, tried, sealed, keys, sealTo } = await commits.submit(request)
      const codes = sealed && openCodes(keys, sealed)
      if (!codes || sealTo === null) return { order, replayed, tried, codes, sealedCodes: undefined }
      return { order, replayed, tried, codes: undefined, sealedCodes: await sealCodes(needs.sealing, sealTo, order, codes) }
    },
    placeInside: (tx, requests) => placeInside(tx, requests, {
      ...needs, accounts, repeated, earlier: 'none', commitBehind: () => {}, shard: batches++ % revenueShards
    })
  }
}

interface BatchNeeds extends Needs {
  readonly accounts: Accounts
  /** Requests whose nonce was found spent before any try of theirs could have spent it. */
  readonly repeated: WeakSet<OrderRequest>
  readonly earlier: EarlierTry
  readonly commitBehind: () => void
  readonly shard: number
}

/** Decides and writes a batch inside the transaction; an outcome for each request. */
async function placeOrders (tx: Tx, requests: readonly OrderRequest[], needs: BatchNeeds): Promise<(Settled | Problem)[]> {
  const facts = await lockAndRead(tx, requests, needs)
  const decisions = (needs.decideBatch ?? decide)(requests, facts)
  const revealed = await codesToReveal(tx, requests, decisions)
  const allocations = revealed.flatMap(reveal => reveal?.allocations ?? [])
  const placed = placedOf(decisions)
  const revenue = await revenueFor(placed, needs)
  const reveals = await revealRows(tx, requests, revealed)
  const written = Promise.all([
    writeOrders(tx, placed, reveals, facts, revenue),
    readSealedCodes(tx, allocations),
    needs.lotKeys.keysOf(tx, allocations.map(({ lotId }) => lotId))
  ])
  if (placed.some(({ order, remembered }) => order.terms !== null || order.state === 'awaiting_approval' || remembered)) {
    await Promise.all([written, writeTerms(tx, placed)])
  }
  const counted = countedReveals(requests, revealed, needs.keyring.current)
  if (counted.length > 0) {
    await written
    await countRevealsOfBatch(tx, counted)
  }
  needs.commitBehind()
  const [, sealed, keys] = await written

  let next = 0
  return decisions.map((decision, i) => {
    if (decision.kind === 'refused') return decision.problem
    assert(decision.kind !== 'nothing', 'only the clockwork leaves lines out')
    const order = decision.kind === 'placed' ? decision.placed.order : decision.order
    const codes = revealed[i] && sealed.slice(next, next += order.delivered - order.returned)
    assert(!codes || codes.length === order.delivered - order.returned, 'every code of an order that is revealed')
    // The keyring was brought to what the locks show: once a key is registered, nothing leaves in the clear.
    const sealTo = needs.keyring.current.find(requests[i]!.keyId)?.reseller?.encryptionKey ?? null
    return { order, replayed: decision.kind === 'replayed', tried: decision.kind === 'tried', sealed: codes, keys, sealTo }
  })
}

async function placeInside (tx: Tx, requests: readonly OrderRequest[], needs: BatchNeeds): Promise<readonly Placing[]> {
  const facts = await lockAndRead(tx, requests, needs)
  const decisions = decide(requests, facts)
  const placed = placedOf(decisions)
  await writeOrders(tx, placed, [], facts, await revenueFor(placed, needs))
  await writeTerms(tx, placed)
  return decisions.map((decision): Placing => {
    if (decision.kind === 'nothing' || decision.kind === 'refused') return decision
    const order = decision.kind === 'placed' ? decision.placed.order : decision.order
    return { kind: 'placed', order, replayed: decision.kind === 'replayed' }
  })
}

function placedOf (decisions: readonly Decision[]): readonly NewOrder[] {
  return decisions.flatMap(decision => decision.kind === 'placed' ? [decision.placed] : [])
}

async function revenueFor (placed: readonly NewOrder[], { accounts, shard }: BatchNeeds): Promise<ReadonlyMap<Currency, number>> {
  const revenue = new Map<Currency, number>()
  for (const { order: { currency } } of placed) {
    if (!revenue.has(currency)) revenue.set(currency, await accounts.revenueOf(currency, shard))
  }
  return revenue
}

/** The first flight: locks in their order, then what is read under them. */
async function lockAndRead (tx: Tx, requests: readonly OrderRequest[], needs: BatchNeeds): Promise<Facts> {
  const resellerIds = [...new Set(requests.map(request => request.resellerId))].sort()
  const holdLines = await readHoldLines(needs.db, requests)
  const wants = wantsOf(requests, holdLines)
  const walletIds = await needs.accounts.payersFor(requests, await bookThatKnows(wants, needs))

  const [spent, resellers, wallets, stockRows, { versions, nowMs }, earlier, shelves] = await Promise.all([
    spendNonces(tx, requests),
    lockResellers(tx, resellerIds),
    lockWallets(tx, walletIds, needs.accounts),
    lockStock(tx, wants.map(want => want.skuId)),
    snapshotVersionsAndTime(tx),
    readEarlierOrders(tx, requests),
    readShelf(tx, wants)
  ])
  // The price is the one in force now, and a revoked key buys nothing: both snapshots are brought to what the locks show.
  const prices = await needs.priceBook.atLeast(versions.get('prices')!)
  const keyring = await needs.keyring.atLeast(versions.get('keys')!)
  const holders = requests.map(({ keyId }) => keyring.find(keyId)?.reseller)
  const bound = requests.some(({ terms }) => terms) || holders.some(holder => holder && (holder.approvalPolicy !== null || holder.budgeted))
  return {
    ...(bound ? await readTerms(tx, requests, holders, holdLines) : noTerms),
    revealsLeft: await revealsLeft(tx, requests, keyring),
    nowMs,
    prices,
    refuseKey: keyId => refusalOf(keyring, keyId, nowMs),
    spentNonces: spentBefore(requests, spent, needs),
    resellers,
    wallets,
    stocks: new Map(stockRows.map(({ skuId, available }): [Uuid, StockInHand] =>
      [skuId, stockInHand(available, shelves.get(skuId) ?? { ranges: [], expired: available })])),
    earlier
  }
}

/** What keys with a quota may still reveal today; asked only when such a key wants codes inline. */
async function revealsLeft (tx: Tx, requests: readonly OrderRequest[], keyring: Keyring): Promise<Map<string, number>> {
  const limited = requests.flatMap(({ keyId, reveal }) => reveal && keyring.find(keyId)?.revealsPerDay !== null ? keyId : [])
  return limited.length > 0 ? new Map(await readRevealsLeft(tx, limited)) : new Map()
}

/** A SKU may be newer than the price book, and its currency says which wallet is to be locked. */
async function bookThatKnows (wants: readonly Want[], { db, priceBook }: BatchNeeds): Promise<PriceBook> {
  if (wants.every(want => priceBook.current.sku(want.skuId))) return priceBook.current
  return await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
}

/** When an earlier try may have been committed, it may have spent the nonces itself: then those it found spent count. */
function spentBefore (requests: readonly OrderRequest[], spent: ReadonlySet<StoredNonce>, { repeated, earlier }: BatchNeeds): ReadonlySet<StoredNonce> {
  if (earlier === 'none') for (const request of requests) if (request.nonce !== null && spent.has(request.nonce)) repeated.add(request)
  return new Set(requests.filter(request => repeated.has(request)).flatMap(request => request.nonce ?? []))
}

function refusalOf (keyring: Keyring, keyId: string, nowMs: number): Problem | undefined {
  const key = keyring.find(keyId)
  assert(key, 'the key that signed the order')
  try {
    refuseUnusableKey(key, nowMs)
    return undefined
  } catch (problem) {
    return problem as Problem
  }
}

/** How much of each SKU the batch wants, with the SKUs of the holds it names, ids ascending. */
function wantsOf (requests: readonly OrderRequest[], holdLines: HoldLines): Want[] {
  const quantities = new Map<Uuid, number>()
  for (const lines of holdLines.values()) for (const { skuId } of lines) quantities.set(skuId, 0)
  for (const { lines } of requests) {
    for (const { skuId, quantity } of lines) quantities.set(skuId, (quantities.get(skuId) ?? 0) + quantity)
  }
  return [...quantities].map(([skuId, quantity]) => ({ skuId, quantity })).sort((a, b) => a.skuId < b.skuId ? -1 : 1)
}

async function lockResellers (tx: Tx, ids: readonly Uuid[]): Promise<Map<Uuid, ResellerFacts>> {
  // Not `for update`: the batch would wait for every transaction that has only written a row which refers to one of them, a bulk
  // order of a hundred thousand lines among them.
  const rows = await tx<{ id: Uuid, level_id: string, status: string, event_sequence: bigint, order_number: bigint }[]>`
    select id, level_id, status, event_sequence, order_number from resellers
    where id = any(${bareArray(ids)}::uuid[]) order by id for no key update`.execute()
  return new Map(rows.map(row => [row.id, {
    id: row.id, levelId: row.level_id, status: row.status, eventSequence: Number(row.event_sequence), orderNumber: Number(row.order_number)
  }]))
}

async function lockWallets (tx: Tx, ids: readonly number[], accounts: Accounts): Promise<Map<string, WalletFacts>> {
  const rows = await tx<PayerRow[]>`
    select id, owner_id, kind, currency, balance, credit_limit, entries from accounts
    where id = any(${bareArray(ids)}::int[]) order by id for update`.execute()
  return new Map(rows.map(row => [payerKey(row.owner_id, row.kind, row.currency), {
    numbered: row.kind === 'wallet',
    accountId: row.id,
    heldAccountId: accounts.heldOf(row.owner_id, row.currency),
    balance: row.balance,
    creditLimit: row.credit_limit,
    entries: Number(row.entries)
  }]))
}

/** What orders are paid from. */
type PayingKind = 'wallet' | 'proceeds'

interface PayerRow {
  readonly id: number
  readonly owner_id: Uuid
  readonly kind: PayingKind
  readonly currency: Currency
  readonly balance: Amount
  readonly credit_limit: Amount
  readonly entries: bigint
}

function payerKey (resellerId: Uuid, kind: PayingKind, currency: Currency): string {
  return kind === 'proceeds' ? proceedsKey(resellerId, currency) : factKey(resellerId, currency)
}

/** Spends the nonces of all requests, refused ones too (or a captured request could buy when the wallet is filled); returns those spent before. */
async function spendNonces (tx: Tx, requests: readonly OrderRequest[]): Promise<Set<StoredNonce>> {
  const nonces = requests.flatMap(request => request.nonce ?? []).sort()
  if (nonces.length === 0) return new Set()
  const rows = await tx<{ id: StoredNonce }[]>`
    insert into nonces (id) select * from unnest(${bareArray(nonces)}::uuid[]) on conflict do nothing returning id`.execute()
  const spent = new Set<StoredNonce>()
  if (rows.length < nonces.length) {
    const fresh = new Set(rows.map(row => row.id))
    for (const nonce of nonces) if (!fresh.delete(nonce)) spent.add(nonce)
  }
  return spent
}

interface Reveal { readonly order: OrderWithLines, readonly allocations: readonly OrderAllocation[] }

async function revealRows (tx: Tx, requests: readonly OrderRequest[], revealed: readonly (Reveal | undefined)[]): Promise<RevealRow[]> {
  const rows: RevealRow[] = []
  for (const [i, reveal] of revealed.entries()) {
    if (!reveal) continue
    const { keyId, ip } = requests[i]!
    for (const { first, count } of await shownRuns(tx, reveal.order)) rows.push({ order: reveal.order, first, count, keyId, ip })
  }
  return rows
}

/** The positions whose codes leave: all of them, but for a repeated order of which codes were given back. */
async function shownRuns (tx: Tx, { id, delivered, returned }: OrderWithLines) {
  if (returned === 0) return [{ first: 0, count: delivered }]
  return positionRuns((await readPositions(tx, id)).filter(range => range.live))
}

/** For each request the order whose codes leave with its answer; replays from the database have their allocations read. */
async function codesToReveal (tx: Tx, requests: readonly OrderRequest[], decisions: readonly Decision[]): Promise<(Reveal | undefined)[]> {
  const unread = decisions.flatMap((decision, i) =>
    requests[i]!.reveal && decision.kind === 'replayed' && !decision.allocations ? [decision.order.id] : [])
  const read = unread.length > 0 ? await readAllocations(tx, unread) : []
  return decisions.map((decision, i) => {
    if (!requests[i]!.reveal || (decision.kind !== 'placed' && decision.kind !== 'replayed')) return undefined
    const order = decision.kind === 'placed' ? decision.placed.order : decision.order
    // What is only set aside, and what was given back, shows nothing.
    if (order.delivered === order.returned) return undefined
    if (decision.kind === 'placed') return decision.placed
    return { order, allocations: decision.allocations ?? read.filter(allocation => allocation.orderId === order.id) }
  })
}

/**
 * Writes the batch in one statement, a part of its `with` list for each table: a batch is small, and a statement of its own for
 * each table would cost more than the rows. The statement guards itself, because the commit travels right behind it: unless
 * every account, stock and shelf row changed as it was decided, it divides by zero, and all is rolled back.
 */
async function writeOrders (tx: Tx, placed: readonly NewOrder[], reveals: readonly RevealRow[], facts: Facts, revenue: ReadonlyMap<Currency, number>): Promise<void> {
  if (placed.length === 0 && reveals.length === 0) return
  const paid = placed.filter(({ wallet }) => wallet !== null)
  const deltas = deltasOf(paid, revenue)
  const stock = stockParts(tx, changesOf(facts.stocks))
  await tx`
    with new_orders as (${insertOrders(tx, placed)}),
      new_lines as (${insertLines(tx, placed)}),
      new_allocations as (${insertAllocations(tx, placed)}),
      new_events as (${insertEvents(tx, placed)}),
      new_transfers as (${insertTransfers(tx, paid, revenue)}),
      new_reveals as (${insertReveals(tx, reveals)}),
      moved_resellers as (${updateResellers(tx, placed, facts)}),
      moved_accounts as (${updateAccounts(tx, deltas)}),
      onward as (${stock.onward}),
      used_up as (${stock.usedUp}),
      counted as (${stock.counted})
    select 1 / ((select count(*) from moved_accounts) = ${deltas.length}::int
      and (select count(*) from onward) + (select count(*) from used_up) + (select count(*) from counted) = ${stock.rows}::int)::int`.execute()
}

function insertOrders (tx: Tx, placed: readonly NewOrder[]) {
  const orders = placed.map(({ order }) => order)
  return tx`
    insert into orders (id, reseller_id, reference, state, fill, currency, max_total, quantity, delivered, total, held, terms, key_id, created_at)
    select *, ${orders[0]?.createdAt ?? null}::timestamptz from unnest(
      ${bareArray(orders.map(order => order.id))}::uuid[], ${bareArray(orders.map(order => order.resellerId))}::uuid[],
      ${quotedArray(orders.map(order => order.reference))}::text[], ${bareArray(orders.map(order => order.state))}::text[],
      ${bareArray(orders.map(order => order.fill))}::text[], ${bareArray(orders.map(order => order.currency))}::text[],
      ${bareArray(orders.map(order => order.maxTotal))}::bigint[], ${bareArray(orders.map(order => order.quantity))}::int[],
      ${bareArray(orders.map(order => order.delivered))}::int[], ${bareArray(orders.map(order => order.total))}::bigint[],
      ${bareArray(orders.map(order => order.held))}::bigint[],
      ${quotedArray(orders.map(order => order.terms && JSON.stringify(order.terms)))}::jsonb[], ${bareArray(orders.map(order => order.keyId))}::text[])`
}

function insertLines (tx: Tx, placed: readonly NewOrder[]) {
  const lines = placed.flatMap(({ order }) => order.lines)
  return tx`
    insert into order_lines (order_id, line, sku_id, quantity, delivered, held, unit_price, total, state, reason, price_rules)
    select order_id, line, sku_id, quantity, delivered, held, unit_price, total, state, reason, price_rules::uuid[] from unnest(
      ${bareArray(lines.map(line => line.orderId))}::uuid[], ${bareArray(lines.map(line => line.line))}::smallint[],
      ${bareArray(lines.map(line => line.skuId))}::uuid[], ${bareArray(lines.map(line => line.quantity))}::int[],
      ${bareArray(lines.map(line => line.delivered))}::int[], ${bareArray(lines.map(line => line.held))}::int[],
      ${bareArray(lines.map(line => line.unitPrice))}::bigint[],
      ${bareArray(lines.map(line => line.total))}::bigint[], ${bareArray(lines.map(line => line.state))}::text[],
      ${bareArray(lines.map(line => line.reason))}::text[], ${quotedArray(lines.map(line => bareArray(line.priceRules)))}::text[])
      as new (order_id, line, sku_id, quantity, delivered, held, unit_price, total, state, reason, price_rules)`
}

function insertAllocations (tx: Tx, placed: readonly NewOrder[]) {
  const allocations = placed.flatMap(({ allocations }) => allocations)
  return tx`
    insert into allocations (order_id, line, lot_id, first, count)
    select * from unnest(
      ${bareArray(allocations.map(allocation => allocation.orderId))}::uuid[], ${bareArray(allocations.map(allocation => allocation.line))}::smallint[],
      ${bareArray(allocations.map(allocation => allocation.lotId))}::int[], ${bareArray(allocations.map(allocation => allocation.first))}::int[],
      ${bareArray(allocations.map(allocation => allocation.count))}::int[])`
}

/** Events show orders without their lines: a body stays small however large the order. */
function insertEvents (tx: Tx, all: readonly NewOrder[]) {
  const placed = all.filter(({ eventSequence }) => eventSequence !== null)
  return tx`
    insert into events (reseller_id, sequence, id, type, data)
    select * from rows from (
      unnest(${bareArray(placed.map(({ order }) => order.resellerId))}::uuid[]),
      unnest(${bareArray(placed.map(({ eventSequence }) => eventSequence))}::bigint[]),
      unnest(${bareArray(placed.map(() => newId()))}::uuid[]),
      unnest(${bareArray(placed.map(({ order }) => `order.${order.state}`))}::text[]),
      json_array_elements(${JSON.stringify(placed.map(({ order }) => ({ order: orderSummaryView(order) })))}::text::json)
    ) as new`
}

/** Wallets pay, or proceeds, whose transfers are not numbered; revenue gains, or the reseller's own account of what is set aside. */
function insertTransfers (tx: Tx, paid: readonly NewOrder[], revenue: ReadonlyMap<Currency, number>) {
  return tx`
    insert into transfers (id, kind, debit_account, credit_account, amount, order_id, wallet_id, wallet_entry, wallet_balance)
    select id, kind, payer, credit_account, amount, order_id, case when wallet_entry is not null then payer end, wallet_entry,
           wallet_balance
    from unnest(
      ${bareArray(paid.map(() => newId()))}::uuid[], ${bareArray(paid.map(({ order }) => isHeld(order.state) ? 'hold' : 'order'))}::text[],
      ${bareArray(paid.map(({ wallet }) => wallet!.accountId))}::int[],
      ${bareArray(paid.map(one => gainerOf(one, revenue)))}::int[], ${bareArray(paid.map(({ order }) => order.total))}::bigint[],
      ${bareArray(paid.map(({ order }) => order.id))}::uuid[], ${bareArray(paid.map(({ wallet }) => wallet!.entry))}::bigint[],
      ${bareArray(paid.map(({ wallet }) => wallet!.balance))}::bigint[])
      as new (id, kind, payer, credit_account, amount, order_id, wallet_entry, wallet_balance)`
}

function gainerOf ({ order, wallet }: NewOrder, revenue: ReadonlyMap<Currency, number>): number {
  return isHeld(order.state) ? wallet!.heldAccountId : revenue.get(order.currency)!
}

interface AccountDelta { readonly id: number, amount: Amount, entries: number }

/** What the orders' transfers come to for each account, ids ascending. */
function deltasOf (paid: readonly NewOrder[], revenue: ReadonlyMap<Currency, number>): readonly AccountDelta[] {
  const deltas = new Map<number, AccountDelta>()
  const add = (id: number, amount: Amount, entries: number) => {
    const delta = deltas.get(id)
    if (delta) {
      delta.amount += amount
      delta.entries += entries
    } else deltas.set(id, { id, amount, entries })
  }
  for (const one of paid) {
    add(one.wallet!.accountId, -one.order.total, one.wallet!.entry === null ? 0 : 1)
    add(gainerOf(one, revenue), one.order.total, 0)
  }
  return [...deltas.values()].sort((a, b) => a.id - b.id)
}

function updateAccounts (tx: Tx, deltas: readonly AccountDelta[]) {
  const ids = bareArray(deltas.map(({ id }) => id))
  return tx`
    update accounts set balance = balance + moved.amount, entries = accounts.entries + moved.entries
    from unnest(${ids}::int[], ${bareArray(deltas.map(({ amount }) => amount))}::bigint[], ${bareArray(deltas.map(({ entries }) => entries))}::bigint[])
      as moved (id, amount, entries)
    where accounts.id = moved.id and accounts.id = any(${ids}::int[])
      and (accounts.kind not in ('wallet', 'proceeds') or accounts.balance + accounts.credit_limit + moved.amount >= 0)
    returning accounts.id`
}

function updateResellers (tx: Tx, placed: readonly NewOrder[], facts: Facts) {
  const resellers = [...new Set(placed.map(({ order }) => order.resellerId))].map(id => facts.resellers.get(id)!)
  const ids = bareArray(resellers.map(reseller => reseller.id))
  return tx`
    update resellers set event_sequence = moved.event_sequence, order_number = moved.order_number
    from unnest(${ids}::uuid[], ${bareArray(resellers.map(reseller => reseller.eventSequence))}::bigint[],
                ${bareArray(resellers.map(reseller => reseller.orderNumber))}::bigint[]) as moved (id, event_sequence, order_number)
    where resellers.id = moved.id and resellers.id = any(${ids}::uuid[])`
}

interface RevealRow {
  readonly order: OrderWithLines
  readonly first: number
  readonly count: number
  readonly keyId: string
  readonly ip: string
}

/** What keys with a quota or an alert reveal in this batch. */
function countedReveals (requests: readonly OrderRequest[], revealed: readonly (Reveal | undefined)[], keyring: Keyring): readonly CountedReveal[] {
  const counts = new Map<string, number>()
  revealed.forEach((reveal, i) => {
    const { keyId } = requests[i]!
    const key = reveal && keyring.find(keyId)
    if (!key || (key.revealsPerDay === null && key.revealsAlertAt === null)) return
    counts.set(keyId, (counts.get(keyId) ?? 0) + reveal.order.delivered - reveal.order.returned)
  })
  return [...counts].map(([keyId, count]) => ({ keyId, count }))
}

/** The audit rows: who sees which codes of which order, committed before any plaintext leaves. */
function insertReveals (tx: Tx, reveals: readonly RevealRow[]) {
  return tx`
    insert into reveals (order_id, id, reseller_id, first, count, key_id, ip)
    select * from unnest(
      ${bareArray(reveals.map(({ order }) => order.id))}::uuid[], ${bareArray(reveals.map(() => newId()))}::uuid[],
      ${bareArray(reveals.map(({ order }) => order.resellerId))}::uuid[], ${bareArray(reveals.map(({ first }) => first))}::int[],
      ${bareArray(reveals.map(({ count }) => count))}::int[], ${bareArray(reveals.map(({ keyId }) => keyId))}::text[],
      ${quotedArray(reveals.map(({ ip }) => ip))}::text[])`
}

/** Which account is whose: ids never change, so each is asked for once. What is not there yet is asked for again. */
class Accounts {
  readonly #db: Db
  readonly #payers = new Map<string, number>()
  readonly #held = new Map<string, number>()
  readonly #revenue = new Map<string, number>()

  constructor (db: Db) { this.#db = db }

  /** The accounts that the requests would be paid from, ids ascending. */
  async payersFor (requests: readonly OrderRequest[], prices: PriceBook): Promise<readonly number[]> {
    const owners = new Map<string, Uuid>()
    for (const { resellerId, lines, sale } of requests) {
      for (const { skuId } of lines) {
        const currency = prices.sku(skuId)?.currency
        if (currency !== undefined) owners.set(payerKey(resellerId, sale ? 'proceeds' : 'wallet', currency), resellerId)
      }
    }
    if (this.#payers.size > accountsRememberedMax) {
      this.#payers.clear()
      this.#held.clear()
    }
    const unknown = [...owners].filter(([key]) => !this.#payers.has(key)).map(([, owner]) => owner)
    if (unknown.length > 0) {
      const rows = await this.#db<{ owner_id: Uuid, kind: PayingKind | 'held', currency: Currency, id: number }[]>`
        select owner_id, kind, currency, id from accounts
        where kind in ('wallet', 'proceeds', 'held') and owner_id = any(${bareArray(unknown)}::uuid[])`
      for (const row of rows) {
        if (row.kind === 'held') this.#held.set(factKey(row.owner_id, row.currency), row.id)
        else this.#payers.set(payerKey(row.owner_id, row.kind, row.currency), row.id)
      }
    }
    return [...owners.keys()].flatMap(key => this.#payers.get(key) ?? []).sort((a, b) => a - b)
  }

  /** The account of what a reseller has set aside; it is opened with the wallet. */
  heldOf (resellerId: Uuid, currency: Currency): number {
    const id = this.#held.get(factKey(resellerId, currency))
    assert(id, 'the account of kind held beside a wallet')
    return id
  }

  /** The revenue account of a currency in one shard. */
  async revenueOf (currency: Currency, shard: number): Promise<number> {
    const key = `${currency} ${shard}`
    if (!this.#revenue.has(key)) {
      const rows = await this.#db<{ shard: number, id: number }[]>`select shard, id from accounts where kind = 'revenue' and currency = ${currency}`
      for (const row of rows) this.#revenue.set(`${currency} ${row.shard}`, row.id)
    }
    const id = this.#revenue.get(key)
    assert(id, `the revenue account ${key}`)
    return id
  }
}

const accountsRememberedMax = 100_000
