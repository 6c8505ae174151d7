import type { Currency, TransferKind } from '../../../schema/vocabulary.ts'
import type { Amount } from '../../base/money.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Wallet } from './list-wallets.ts'

/** A transfer as one wallet sees it. */
export interface WalletTransfer {
  readonly id: Uuid
  readonly kind: TransferKind
  /** Its number in the wallet, from 1 without a gap. */
  readonly entry: bigint
  readonly currency: Currency
  /** What the wallet gained; below zero, what it lost. */
  readonly amount: Amount
  /** The wallet's balance after it. */
  readonly balance: Amount
  readonly orderId: Uuid | null
  readonly paymentId: Uuid | null
  readonly settlementId: Uuid | null
  readonly reason: string | null
  /** The key of the operator who wanted it; not for the reseller. */
  readonly createdBy: string | null
  readonly createdAt: Date
}

export interface TransferFilter {
  readonly kind?: TransferKind | undefined
  /** From this time on. */
  readonly createdFrom?: Date | undefined
  /** Before this time. */
  readonly createdBefore?: Date | undefined
}

// A transfer's time is that of its transaction's start and its entry that of the wallet's lock: entries stand in order of time
// but for as long as a transaction may last, which the server's time-outs hold below this.
const disorderSecondsMax = 60

/** Up to `count` transfers of a wallet before an entry, newest first. */
export async function listTransfers (
  read: Reader, wallet: Wallet, filter: TransferFilter, before: bigint | undefined, count: number
): Promise<readonly WalletTransfer[]> {
  const { kind, createdFrom, createdBefore } = filter
  const first = createdFrom ? await firstEntrySince(read, wallet, createdFrom, -disorderSecondsMax) : 1n
  const stop = createdBefore ? await firstEntrySince(read, wallet, createdBefore, disorderSecondsMax) : wallet.entries + 1n
  const rows = await read<TransferRow[]>`
    select id, kind, wallet_entry, case when debit_account = wallet_id then -amount else amount end as amount, wallet_balance,
           order_id, payment_id, settlement_id, reason, created_by, created_at
    from transfers
    where wallet_id = ${wallet.accountId}::int and wallet_entry >= ${first}::bigint
      and wallet_entry < least(${stop}::bigint, ${before ?? stop}::bigint)
      and ${ofKind(read, kind)}
      and (${createdFrom ?? null}::timestamptz is null or created_at >= ${createdFrom ?? null})
      and (${createdBefore ?? null}::timestamptz is null or created_at < ${createdBefore ?? null})
    order by wallet_entry desc limit ${count}`
  return rows.map(row => toTransfer(row, wallet.currency))
}

/** One transfer of a wallet. */
export async function readTransfer (read: Reader, wallet: Wallet, id: Uuid): Promise<WalletTransfer | undefined> {
  const [row] = await read<TransferRow[]>`
    select id, kind, wallet_entry, case when debit_account = wallet_id then -amount else amount end as amount, wallet_balance,
           order_id, payment_id, settlement_id, reason, created_by, created_at
    from transfers where id = ${id} and wallet_id = ${wallet.accountId}::int`
  return row && toTransfer(row, wallet.currency)
}

/** Those transfers of a reseller's wallets that there are by these ids, in any order. */
export async function readTransfersOf (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly WalletTransfer[]> {
  const rows = await read<(TransferRow & { readonly currency: Currency })[]>`
    select transfers.id, transfers.kind, wallet_entry, case when debit_account = wallet_id then -amount else amount end as amount,
           wallet_balance, order_id, payment_id, settlement_id, reason, created_by, transfers.created_at, accounts.currency
    from transfers join accounts on accounts.id = wallet_id
    where transfers.id = any(${bareArray(ids)}::uuid[]) and owner_id = ${resellerId} and accounts.kind = 'wallet'`
  return rows.map(row => toTransfer(row, row.currency))
}

/** Transfers that are no orders are few and have an index of their own; the planner must see that they are meant. */
function ofKind (read: Reader, kind: TransferKind | undefined) {
  if (kind === undefined) return read`true`
  return kind === 'order' ? read`kind = 'order'` : read`kind <> 'order' and kind = ${kind}`
}

/** The first entry not older than a time (moved by some seconds), by halving: there is no index by time, it would cost every order. */
async function firstEntrySince (read: Reader, wallet: Wallet, time: Date, seconds: number): Promise<bigint> {
  const [row] = await read<{ entry: bigint }[]>`
    with recursive halving (low, high) as (
      select 1::bigint, ${wallet.entries + 1n}::bigint
      union all
      select case when later then low else middle + 1 end, case when later then middle else high end
      from halving, lateral (select (low + high) / 2 as middle) as half left join lateral (
        select created_at >= ${time}::timestamptz + make_interval(secs => ${seconds}::int) as later from transfers
        where wallet_id = ${wallet.accountId}::int and wallet_entry = middle
      ) as tried on true
      where low < high
    )
    select low as entry from halving where low >= high`
  return row!.entry
}

interface TransferRow {
  id: Uuid,
  kind: TransferKind,
  wallet_entry: bigint,
  amount: bigint,
  wallet_balance: bigint
  order_id: Uuid | null,
  payment_id: Uuid | null,
  settlement_id: Uuid | null,
  reason: string | null,
  created_by: string | null,
  created_at: Date
}

function toTransfer (row: TransferRow, currency: Currency): WalletTransfer {
  return {
    id: row.id,
    kind: row.kind,
    entry: row.wallet_entry,
    currency,
    amount: row.amount,
    balance: row.wallet_balance,
    orderId: row.order_id,
    paymentId: row.payment_id,
    settlementId: row.settlement_id,
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at
  }
}
