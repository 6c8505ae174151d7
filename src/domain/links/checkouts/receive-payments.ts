// Money that came, in batches. Whatever a receipt is decided to do is done in the transaction that books it: what was bought is sold, paid
// out of the reseller's proceeds and the buyer's; a deposit is in its wallet; anything else is on its way back. The order of locks:
// links (ascending, each with its checkouts and their payments), resellers, accounts, stock rows, and revenue last of all, within the
// placing of the orders. What is read to decide is read after the locks; what is read before them never changes.
import { checkoutEntry, formerStates, paymentEntry } from '../../../../schema/states.ts'
import type { Currency, ReturnReason } from '../../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../../base/ids.ts'
import { moneyView, type Amount } from '../../../base/money.ts'
import { assert, Problem } from '../../../base/problem.ts'
import { bareArray, quotedArray } from '../../../postgres/arrays.ts'
import type { Reader, Tx } from '../../../postgres/pool.ts'
import { appendEvents, type NewEvent } from '../../events/append-events.ts'
import { lockResellers } from '../../events/lock-resellers.ts'
import type { OrderRequest } from '../../orders/decide.ts'
import type { PlaceInside, Placing } from '../../orders/place-orders.ts'
import type { NewReceipt } from '../../payments/payment.ts'
import { endHolds } from '../../stock/end-holds.ts'
import { lockStock } from '../../stock/take-stock.ts'
import { lockAccounts, move, type Move } from '../../wallet/move.ts'
import type { ReceiptOutcome } from './checkout.ts'
import { countPieces } from './count-pieces.ts'
import {
  decideReceipts, receiptKey, walletKey, type Booking, type PaidCheckout, type PaidLink, type PaymentFacts, type ReceiptDecision,
  type ReceiptFacts
} from './decide-receipts.ts'
import { readAccounts, type Accounts } from './read-accounts.ts'
import { checkoutColumns } from './read-checkout.ts'
import { markSoldOut } from '../sold-out.ts'

/** Books a batch of receipts; an outcome for each. */
export async function receivePayments (
  tx: Tx, receipts: readonly NewReceipt[], placeInside: PlaceInside
): Promise<(ReceiptOutcome | Problem)[]> {
  const payments = await readPayments(tx, receipts)
  const booked = await readBooked(tx, receipts)
  // Most of what is told again was told before: then nothing is locked.
  if (receipts.every(receipt => booked.has(receiptKey(receipt)) || !payments.has(receipt.paymentId))) {
    return outcomesOf(decideReceipts(receipts, { ...nothing, payments, booked }), new Map())
  }
  const { facts, accounts } = await lockAndRead(tx, receipts, payments)
  const decisions = decideReceipts(receipts, facts)
  await move(tx, decisions.flatMap(decision => receiptMove(decision, accounts)))
  const sales = decisions.filter(decision => decision.kind === 'sells')
  const placings = sales.length > 0 ? await placeInside(tx, await requestsOf(tx, sales)) : []
  const ends = new Map(sales.map((sale, i) => [sale.checkout.id, endOf(placings[i]!)]))
  await settle(tx, decisions, ends, facts, accounts)
  return outcomesOf(decisions, ends)
}

const nothing: Omit<ReceiptFacts, 'payments' | 'booked'> = {
  checkouts: new Map(), links: new Map(), resellers: new Map(), wallets: new Map(), pieces: new Map()
}

/** How the sale of a checkout ended: in an order, or in the reason why its money goes back. */
type End = { readonly orderId: Uuid } | { readonly reason: ReturnReason }
type Ends = ReadonlyMap<Uuid, End>

function endOf (placing: Placing): End {
  if (placing.kind === 'placed') return { orderId: placing.order.id }
  assert(placing.kind === 'refused', 'a sale that is placed or refused as a whole')
  return { reason: placing.problem.code === 'out_of_stock' ? 'out_of_stock' : 'not_for_sale' }
}

/** Why what is booked goes back; undefined when it does what it was meant for. */
function returnOf (decision: ReceiptDecision, ends: Ends): ReturnReason | undefined {
  if (decision.kind === 'returns') return decision.reason
  if (decision.kind !== 'sells' && decision.kind !== 'follows') return undefined
  const end = ends.get(decision.checkout.id)!
  if ('reason' in end) return end.reason
  return decision.kind === 'follows' ? 'paid_twice' : undefined
}

function outcomesOf (decisions: readonly ReceiptDecision[], ends: Ends): (ReceiptOutcome | Problem)[] {
  return decisions.map(decision => {
    if (decision.kind === 'refused') return decision.problem
    if (decision.kind === 'known') return { kind: 'known' }
    const reason = returnOf(decision, ends)
    return reason === undefined ? { kind: 'applied' } : { kind: 'returned', reason }
  })
}

/** The payments that receipts name; but for `applied`, what is read of them never changes. */
async function readPayments (read: Reader, receipts: readonly NewReceipt[]): Promise<ReadonlyMap<Uuid, PaymentFacts>> {
  const rows = await read<PaymentFacts[]>`
    select id, reseller_id as "resellerId", purpose, subject_id as "subjectId", gateway, currency, amount, created_by as "createdBy",
           exists (select from receipts where payment_id = payments.id and applied) as applied
    from payments where id = any(${bareArray(receipts.map(receipt => receipt.paymentId))}::uuid[])`
  return new Map(rows.map(payment => [payment.id, payment]))
}

/** Which of the receipts were booked before, and for which payments. */
async function readBooked (read: Reader, receipts: readonly NewReceipt[]): Promise<Map<string, Uuid>> {
  const rows = await read<{ gateway: string, transaction: string, paymentId: Uuid }[]>`
    select receipts.gateway, receipts.transaction, payment_id as "paymentId"
    from unnest(${quotedArray(receipts.map(receipt => receipt.gateway))}::text[],
                ${quotedArray(receipts.map(receipt => receipt.transaction))}::text[]) as told (by_gateway, in_transaction),
      lateral (select * from receipts where gateway = by_gateway and transaction = in_transaction limit 1) as receipts`
  return new Map(rows.map(row => [receiptKey(row), row.paymentId]))
}

async function lockAndRead (
  tx: Tx, receipts: readonly NewReceipt[], before: ReadonlyMap<Uuid, PaymentFacts>
): Promise<{ readonly facts: ReceiptFacts, readonly accounts: Accounts }> {
  const named = [...before.values()]
  const subjects = bareArray(named.filter(({ purpose }) => purpose === 'checkout').map(payment => payment.subjectId))
  const resellerIds = [...new Set(named.map(payment => payment.resellerId))].sort()
  const places = await tx<{ linkId: Uuid, skuId: Uuid }[]>`
    select link_id as "linkId", sku_id as "skuId" from checkouts where id = any(${subjects}::uuid[])`
  const currencies = [...new Set(receipts.map(receipt => receipt.currency))].sort()
  const accounts = await readAccounts(tx, resellerIds, currencies)
  const links = await lockLinks(tx, places.map(place => place.linkId))
  const resellers = await lockResellers(tx, resellerIds)
  await lockAccounts(tx, accounts.of(named, receipts))
  await lockStock(tx, [...new Set(places.map(place => place.skuId))].sort())

  const checkouts = await tx<PaidCheckout[]>`
    select ${checkoutColumns(tx)}, contact_hash as "contactHash", device_hash as "deviceHash", network_hash as "networkHash"
    from checkouts where id = any(${subjects}::uuid[])`
  const late = checkouts.filter(({ state }) => state === 'expired' || state === 'cancelled')
  return {
    accounts,
    facts: {
      payments: await readPayments(tx, receipts),
      booked: await readBooked(tx, receipts),
      checkouts: new Map(checkouts.map(checkout => [checkout.id, { ...checkout }])),
      links,
      resellers,
      wallets: await readBalances(tx, named.filter(({ purpose }) => purpose === 'deposit')),
      pieces: late.length > 0 ? await countPieces(tx, late) : new Map()
    }
  }
}

async function lockLinks (tx: Tx, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, PaidLink>> {
  if (ids.length === 0) return new Map()
  const rows = await tx<(PaidLink & { readonly id: Uuid })[]>`
    select id, kind, quota, quota_per_buyer as "quotaPerBuyer", nullif(starts_at, '-infinity') as "startsAt",
           nullif(ends_at, 'infinity') as "endsAt", paused_at as "pausedAt", ended_at as "endedAt", held, sold, sales
    from links where id = any(${bareArray(ids)}::uuid[]) order by id for no key update`
  return new Map(rows.map(({ id, ...link }) => [id, link]))
}

async function readBalances (tx: Tx, deposits: readonly PaymentFacts[]): Promise<Map<string, Amount>> {
  if (deposits.length === 0) return new Map()
  const rows = await tx<{ ownerId: Uuid, currency: Currency, balance: Amount }[]>`
    select owner_id as "ownerId", currency, balance from accounts
    where owner_id = any(${bareArray(deposits.map(deposit => deposit.resellerId))}::uuid[]) and kind = 'wallet'`
  return new Map(rows.map(row => [walletKey(row.ownerId, row.currency), row.balance]))
}

/** Where money goes when it is booked: to what it was meant for, or back. */
function receiptMove (decision: ReceiptDecision, accounts: Accounts): readonly Move[] {
  if (decision.kind === 'refused' || decision.kind === 'known') return []
  const { receipt: { amount, currency, gateway, transaction }, payment } = decision
  const of = { debit: accounts.find('cash_in_transit', currency), amount, paymentId: payment.id, createdBy: payment.createdBy }
  const told = `${gateway} ${transaction}`
  switch (decision.kind) {
    case 'deposits': {
      const credit = accounts.find('wallet', currency, payment.resellerId)
      return [{ ...of, id: decision.transferId, kind: 'deposit', credit, reason: told }]
    }
    case 'sells': return [{ ...of, kind: 'receipt', credit: accounts.find('proceeds', currency, payment.resellerId), reason: told }]
    default: return [{ ...of, kind: 'receipt', credit: accounts.find('refunds_payable', currency), reason: told }]
  }
}

type Sale = Extract<ReceiptDecision, { kind: 'sells' }>

/** The orders of what is sold, as it was agreed when it began. */
async function requestsOf (tx: Tx, sales: readonly Sale[]): Promise<readonly OrderRequest[]> {
  const rows = await tx<{ id: Uuid, priceRules: readonly Uuid[] }[]>`
    select id, price_rules as "priceRules" from checkouts where id = any(${bareArray(sales.map(({ checkout }) => checkout.id))}::uuid[])`
  const rules = new Map(rows.map(row => [row.id, row.priceRules]))
  return sales.map(({ checkout: { id, resellerId, linkId, holdId, skuId, quantity, wholesalePrice } }): OrderRequest => ({
    resellerId,
    keyId: showId('link', linkId),
    nonce: null,
    ip: '',
    reference: showId('checkout', id),
    lines: [{ skuId, quantity }],
    fill: 'all_or_nothing',
    maxTotal: null,
    reveal: false,
    terms: { checkout: id, hold: holdId },
    settle: 'now',
    faults: 'order',
    sale: { lines: [{ skuId, quantity, unitPrice: wholesalePrice, priceRules: rules.get(id)! }] }
  }))
}

/** Writes what became of the batch, once its orders are placed. */
async function settle (tx: Tx, decisions: readonly ReceiptDecision[], ends: Ends, facts: ReceiptFacts, accounts: Accounts): Promise<void> {
  const sales = decisions.filter(decision => decision.kind === 'sells')
  const sold = sales.flatMap(sale => {
    const end = ends.get(sale.checkout.id)!
    return 'orderId' in end ? { ...sale, orderId: end.orderId } : []
  })
  await move(tx, sales.flatMap(sale => afterSale(sale, ends.get(sale.checkout.id)!, accounts)))
  const ended = endedOf(decisions, ends)
  await endHolds(tx, ended.filter(({ checkout, end }) => checkout.state === 'open' && 'reason' in end)
    .map(({ checkout }) => ({ resellerId: checkout.resellerId, id: checkout.holdId })), 'cancelled')
  const bookings = decisions.flatMap((decision): BookedReceipt[] =>
    'receipt' in decision ? [{ receipt: decision.receipt, payment: decision.payment, reason: returnOf(decision, ends) }] : [])
  await writeRows(tx, bookings, ended)
  await appendEvents(tx, [
    ...decisions.flatMap(decision => decision.kind === 'deposits' ? depositEvent(decision) : []),
    ...sold.map(({ checkout, orderId }) => completedEvent(checkout, orderId))
  ])
  await markSoldOut(tx, [...new Set(sold.map(({ checkout }) => checkout.linkId))])
}

/** The host's part of what was sold; all of what could not be sold, which goes back. */
function afterSale ({ receipt, payment, checkout }: Sale, end: End, accounts: Accounts): readonly Move[] {
  const { id, commission, currency, resellerId } = checkout
  const of = { debit: accounts.find('proceeds', currency, resellerId), paymentId: payment.id, createdBy: null }
  if ('reason' in end) {
    return [{ ...of, kind: 'return', credit: accounts.find('refunds_payable', currency), amount: receipt.amount, reason: end.reason }]
  }
  if (commission === 0n) return []
  return [{
    ...of, kind: 'commission', credit: accounts.find('commission', currency, resellerId), amount: commission, reason: showId('checkout', id)
  }]
}

interface EndedCheckout { readonly checkout: PaidCheckout, readonly end: End }

/** The checkouts that end by this batch, each once. */
function endedOf (decisions: readonly ReceiptDecision[], ends: Ends): readonly EndedCheckout[] {
  const ended = new Map<Uuid, EndedCheckout>()
  for (const decision of decisions) {
    if (decision.kind === 'sells') ended.set(decision.checkout.id, { checkout: decision.checkout, end: ends.get(decision.checkout.id)! })
    const checkout = decision.kind === 'returns' ? decision.checkout : undefined
    const taken = checkout?.taken
    if (!checkout || taken === undefined || taken === 'sold' || ended.has(checkout.id)) continue
    ended.set(checkout.id, { checkout, end: { reason: taken } })
  }
  return [...ended.values()]
}

interface BookedReceipt extends Booking { readonly reason: ReturnReason | undefined }

/** One statement: receipts, what goes back, checkouts that ended, payments that are paid or wanted no more, and what links count. */
async function writeRows (tx: Tx, bookings: readonly BookedReceipt[], ended: readonly EndedCheckout[]): Promise<void> {
  const back = bookings.filter(({ reason }) => reason !== undefined)
  const paidIds = bareArray([...new Set(bookings.map(({ payment }) => payment.id))])
  const checkoutIds = bareArray(ended.map(({ checkout }) => checkout.id))
  const links = countsOf(ended)
  const linkIds = bareArray([...links.keys()])
  await tx`
    with new_receipts as (
      insert into receipts (gateway, transaction, payment_id, reseller_id, currency, amount, applied, reason, source, paid_at)
      select gateway, transaction, payment_id, reseller_id, currency, amount, reason is null, reason, source, paid_at from unnest(
        ${quotedArray(bookings.map(({ receipt }) => receipt.gateway))}::text[],
        ${quotedArray(bookings.map(({ receipt }) => receipt.transaction))}::text[],
        ${bareArray(bookings.map(({ payment }) => payment.id))}::uuid[],
        ${bareArray(bookings.map(({ payment }) => payment.resellerId))}::uuid[],
        ${bareArray(bookings.map(({ receipt }) => receipt.currency))}::text[],
        ${bareArray(bookings.map(({ receipt }) => receipt.amount))}::bigint[],
        ${bareArray(bookings.map(({ reason }) => reason ?? null))}::text[],
        ${bareArray(bookings.map(({ receipt }) => receipt.source))}::text[],
        ${quotedArray(bookings.map(({ receipt }) => receipt.paidAt?.toISOString() ?? null))}::timestamptz[]
      ) as new (gateway, transaction, payment_id, reseller_id, currency, amount, reason, source, paid_at)
    ), new_paybacks as (
      insert into paybacks (id, gateway, transaction, payment_id, reseller_id, currency, amount, reason, state, next_at)
      select id, gateway, transaction, payment_id, reseller_id, currency, amount, reason, 'due', clock_timestamp() from unnest(
        ${bareArray(back.map(() => newId()))}::uuid[], ${quotedArray(back.map(({ receipt }) => receipt.gateway))}::text[],
        ${quotedArray(back.map(({ receipt }) => receipt.transaction))}::text[], ${bareArray(back.map(({ payment }) => payment.id))}::uuid[],
        ${bareArray(back.map(({ payment }) => payment.resellerId))}::uuid[],
        ${bareArray(back.map(({ receipt }) => receipt.currency))}::text[],
        ${bareArray(back.map(({ receipt }) => receipt.amount))}::bigint[], ${bareArray(back.map(({ reason }) => reason!))}::text[]
      ) as new (id, gateway, transaction, payment_id, reseller_id, currency, amount, reason)
    ), paid_payments as (
      update payments set state = 'paid', paid_at = clock_timestamp(), query_at = null
      where id = any(${paidIds}::uuid[]) and state = any(${quotedArray(formerStates(paymentEntry, 'paid'))}::text[])
    ), unwanted_payments as (
      update payments set state = 'closing', query_at = clock_timestamp()
      where subject_id = any(${checkoutIds}::uuid[]) and id <> all(${paidIds}::uuid[])
        and state = any(${quotedArray(formerStates(paymentEntry, 'closing'))}::text[])
    ), ended_checkouts as (
      update checkouts set state = new.state, reason = new.reason, order_id = new.order_id, ended_at = clock_timestamp()
      from unnest(
        ${checkoutIds}::uuid[], ${bareArray(ended.map(({ end }) => 'orderId' in end ? 'completed' : 'refunding'))}::text[],
        ${bareArray(ended.map(({ end }) => 'reason' in end ? end.reason : null))}::text[],
        ${bareArray(ended.map(({ end }) => 'orderId' in end ? end.orderId : null))}::uuid[]
      ) as new (id, state, reason, order_id)
      where checkouts.id = new.id and checkouts.id = any(${checkoutIds}::uuid[])
        and checkouts.state = any(${quotedArray(formerStates(checkoutEntry, 'completed'))}::text[]) returning checkouts.id
    ), counted_links as (
      update links set held = held - counted.back, sold = sold + counted.pieces, sales = sales + counted.purchases
      from unnest(${linkIds}::uuid[], ${bareArray([...links.values()].map(link => link.back))}::int[],
                  ${bareArray([...links.values()].map(link => link.pieces))}::int[],
                  ${bareArray([...links.values()].map(link => link.purchases))}::int[]) as counted (id, back, pieces, purchases)
      where links.id = counted.id and links.id = any(${linkIds}::uuid[]) and held >= counted.back returning links.id
    )
    select 1 / ((select count(*) from ended_checkouts) = ${ended.length}::int
      and (select count(*) from counted_links) = ${links.size}::int)::int`
}

interface LinkCounts { readonly back: number, readonly pieces: number, readonly purchases: number }

/** By how much each link's counts change: what was held is not any more, what was sold is sold. */
function countsOf (ended: readonly EndedCheckout[]): ReadonlyMap<Uuid, LinkCounts> {
  const counts = new Map<Uuid, LinkCounts>()
  for (const { checkout: { linkId, state, quantity }, end } of ended) {
    const { back, pieces, purchases } = counts.get(linkId) ?? { back: 0, pieces: 0, purchases: 0 }
    const isSold = 'orderId' in end
    counts.set(linkId, {
      back: back + (state === 'open' ? quantity : 0), pieces: pieces + (isSold ? quantity : 0), purchases: purchases + (isSold ? 1 : 0)
    })
  }
  return counts
}

function completedEvent (checkout: PaidCheckout, orderId: Uuid): NewEvent {
  const { id, resellerId, linkId, sessionId, skuId, quantity, total, wholesale, commission, currency } = checkout
  return {
    resellerId,
    type: 'checkout.completed',
    data: {
      checkout: showId('checkout', id),
      link: showId('link', linkId),
      session: sessionId === null ? null : showId('session', sessionId),
      order: showId('order', orderId),
      sku: showId('sku', skuId),
      quantity,
      total: moneyView(total, currency),
      wholesale: moneyView(wholesale, currency),
      commission: moneyView(commission, currency)
    }
  }
}

function depositEvent ({ receipt, payment, balance, transferId }: Extract<ReceiptDecision, { kind: 'deposits' }>): NewEvent {
  const { amount, currency, gateway, transaction } = receipt
  return {
    resellerId: payment.resellerId,
    type: 'wallet.deposited',
    data: {
      transfer: showId('transfer', transferId),
      amount: moneyView(amount, currency),
      balance: moneyView(balance, currency),
      reason: `${gateway} ${transaction}`,
      created_by: payment.createdBy
    }
  }
}
