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
  const rows = await read<DepositRow[]>`
    ${selectDeposits(read)} and reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[]) order by id desc`
  return rows.map(toDeposit)
}

/** A reseller's deposits, newest first, older than the one named. */
export async function listDeposits (read: Reader, resellerId: Uuid, olderThan: Uuid | null, count: number): Promise<readonly Deposit[]> {
  const older = olderThan === null ? read`` : read`and id < ${olderThan}`
  const rows = await read<DepositRow[]>`
    ${selectDeposits(read)} and reseller_id = ${resellerId} ${older} order by id desc limit ${count}`
  return rows.map(toDeposit)
}

interface DepositRow extends Payment {
  readonly isOver: boolean
  readonly transferId: Uuid | null
  /** Of JSON, in which an amount is text. */
  readonly returns: readonly (Omit<DepositReturn, 'amount'> & { readonly amount: string })[]
}

/** One statement, so that a deposit and what came of it are of one moment. */
function selectDeposits (read: Reader) {
  return read`
    select ${paymentColumns(read)}, expires_at <= clock_timestamp() as "isOver",
           (select id from transfers where payment_id = payments.id and kind = 'deposit') as "transferId",
           (select coalesce(json_agg(json_build_object(
              'currency', currency, 'amount', amount::text, 'reason', reason, 'state', state) order by id), '[]')
            from paybacks where payment_id = payments.id) as returns
    from payments where purpose = 'deposit'`
}

function toDeposit ({ isOver, transferId, returns, ...payment }: DepositRow): Deposit {
  assert(payment.reference !== null, 'the reference of a deposit')
  return {
    payment,
    reference: payment.reference,
    state: stateOf(payment, isOver, transferId),
    transferId,
    returns: returns.map(({ amount, ...of }) => ({ ...of, amount: BigInt(amount) }))
  }
}

/** What its reseller sees: whether the money is in the wallet, and else what can still be done. */
function stateOf ({ state }: Payment, isOver: boolean, transferId: Uuid | null): DepositState {
  if (transferId !== null) return 'paid'
  if (state === 'paid') return 'returned'
  return state === 'closing' || state === 'closed' || isOver ? 'closed' : state
}
