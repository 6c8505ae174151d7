import type { DepositState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Payment } from '../payments/payment.ts'
import { paymentColumns } from '../payments/read-payments.ts'
import type { Deposit, DepositReturn } from './deposit.ts'

/** A reseller's deposit; throws `not_found`. */
export async function readDeposit (read: Reader, resellerId: Uuid, id: Uuid): Promise<Deposit> {
  const [deposit] = await readDeposits(read, resellerId, [id])
  if (!deposit) throw new Problem('not_found', 'You have no deposit with this id.')
  return deposit
}

/** A reseller's deposits with these ids, newest first. */
export async function readDeposits (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Deposit[]> {
  return await withOutcome(read, await read<DepositRow[]>`
    ${selectDeposits(read)} and reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[]) order by id desc`)
}

/** A reseller's deposits, newest first, older than the one named. */
export async function listDeposits (read: Reader, resellerId: Uuid, olderThan: Uuid | null, count: number): Promise<readonly Deposit[]> {
  const older = olderThan === null ? read`` : read`and id < ${olderThan}`
  return await withOutcome(read, await read<DepositRow[]>`
    ${selectDeposits(read)} and reseller_id = ${resellerId} ${older} order by id desc limit ${count}`)
}

interface DepositRow extends Payment { readonly isOver: boolean }

function selectDeposits (read: Reader) {
  return read`select ${paymentColumns(read)}, expires_at <= clock_timestamp() as "isOver" from payments where purpose = 'deposit'`
}

/** With what came into wallets, and what went back. */
async function withOutcome (read: Reader, rows: readonly DepositRow[]): Promise<readonly Deposit[]> {
  if (rows.length === 0) return []
  const ids = bareArray(rows.map(row => row.id))
  const transfers = await read<{ paymentId: Uuid, id: Uuid }[]>`
    select payment_id as "paymentId", id from transfers where payment_id = any(${ids}::uuid[]) and kind = 'deposit'`
  const returns = await read<(DepositReturn & { paymentId: Uuid })[]>`
    select payment_id as "paymentId", currency, amount, reason, state from paybacks where payment_id = any(${ids}::uuid[]) order by id`
  const transferOf = new Map(transfers.map(transfer => [transfer.paymentId, transfer.id]))
  return rows.map(({ isOver, ...payment }) => {
    assert(payment.reference !== null, 'the reference of a deposit')
    const transferId = transferOf.get(payment.id) ?? null
    const back = returns.filter(({ paymentId }) => paymentId === payment.id)
    return {
      payment,
      reference: payment.reference,
      state: stateOf(payment, isOver, transferId),
      transferId,
      returns: back.map(({ currency, amount, reason, state }) => ({ currency, amount, reason, state }))
    }
  })
}

/** What its reseller sees: whether the money is in the wallet, and else what can still be done. */
function stateOf ({ state }: Payment, isOver: boolean, transferId: Uuid | null): DepositState {
  if (transferId !== null) return 'paid'
  if (state === 'paid') return 'returned'
  return state === 'closing' || state === 'closed' || isOver ? 'closed' : state
}
