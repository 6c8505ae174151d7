// Money on its way back to whoever paid: the whole of one receipt, by the gateway it came through.
import type { Currency, PaybackState, ReturnReason } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import type { Reader } from '../../postgres/pool.ts'

export interface Payback {
  readonly id: Uuid
  readonly paymentId: Uuid
  readonly resellerId: Uuid
  readonly gateway: string
  /** The gateway's number of the money that came. */
  readonly transaction: string
  readonly currency: Currency
  readonly amount: Amount
  readonly reason: ReturnReason
  readonly state: PaybackState
  /** How often the gateway was asked since it became due. */
  readonly attempts: number
  readonly nextAt: Date | null
  readonly lastError: string | null
  readonly createdAt: Date
  readonly endedAt: Date | null
}

/** What a Payback is read from: columns of the row `paybacks`. */
export function paybackColumns (read: Reader) {
  return read`paybacks.id, paybacks.payment_id as "paymentId", paybacks.reseller_id as "resellerId", paybacks.gateway, paybacks.transaction,
    paybacks.currency, paybacks.amount, paybacks.reason, paybacks.state, paybacks.attempts, paybacks.next_at as "nextAt",
    paybacks.last_error as "lastError", paybacks.created_at as "createdAt", paybacks.ended_at as "endedAt"`
}
