// A deposit is a payment into a reseller's own wallet: what it is, is the payment, what came of it, and what went back.
import type { Currency, DepositState, PaybackState, ReturnReason } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import type { Payment } from '../payments/payment.ts'

export interface Deposit {
  readonly payment: Payment
  readonly reference: string
  readonly state: DepositState
  /** The transfer into the wallet, once it is there. */
  readonly transferId: Uuid | null
  readonly returns: readonly DepositReturn[]
}

/** Money that came and was not what was asked for. */
export interface DepositReturn {
  readonly currency: Currency
  readonly amount: Amount
  readonly reason: ReturnReason
  readonly state: PaybackState
}
