import { Type, type Static } from '@sinclair/typebox'
import { refundReasons } from '../vocabulary.ts'
import { Id, MoneyAs, Nullable, OneOf, Timestamp } from './common.ts'

export const RefundId = Id('rfd', 'The id of a refund.')

export const Refund = Type.Object({
  id: RefundId,
  reason: OneOf(refundReasons, { description: 'cancelled: by the order’s id. reversed: by your own reference.' }),
  note: Nullable(Type.String(), { description: 'The reason you gave.' }),
  amount: MoneyAs('What went back into the wallet.'),
  quantity: Type.Integer({ description: 'Codes that were given back, none of them ever revealed.' }),
  lines: Type.Array(Type.Object({
    line: Type.Integer({ description: 'Position in the order, from 1.' }),
    quantity: Type.Integer({ description: 'Codes of the line that were given back.' }),
    amount: MoneyAs('What was refunded for them.')
  }, { additionalProperties: false })),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Refund' })
export type Refund = Static<typeof Refund>

/** As events tell it: what it was of each line, the order says. */
export const RefundSummary = Type.Omit(Refund, ['lines'], { title: 'RefundSummary', additionalProperties: false })
export type RefundSummary = Static<typeof RefundSummary>
