import { Type, type Static } from '@sinclair/typebox'
import { transferKinds } from '../vocabulary.ts'
import {
  CurrencyCode, Id, Money, MoneyAs, Nullable, OneOf, oneLinePattern, Page, PageQuery, Reference, Timestamp, reasonLengthMax
} from './common.ts'
import { ResellerId } from './resellers.ts'

/** Why the operator does something; the reseller sees it too. */
export const Reason = Type.String({
  minLength: 1,
  maxLength: reasonLengthMax,
  pattern: oneLinePattern,
  description: 'Why; the reseller sees it with a transfer.'
})

export const Wallet = Type.Object({
  currency: CurrencyCode,
  balance: Money,
  credit_limit: MoneyAs('How far below zero the balance may go.'),
  available: MoneyAs('What can be spent: balance and credit limit together.'),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Wallet' })
export type Wallet = Static<typeof Wallet>

export const Transfer = Type.Object({
  id: Id('trf', 'The id of a transfer.'),
  kind: OneOf(transferKinds, { description: 'What moved the money.' }),
  entry: Type.Integer({ description: 'Its number in the wallet, from 1 without a gap.' }),
  amount: MoneyAs('What the wallet gained; below zero, what it lost.'),
  balance: MoneyAs('The wallet’s balance after it.'),
  order: Nullable(Id('ord', 'An order.'), { description: 'The order it belongs to: paid, set aside, released or refunded.' }),
  payment: Nullable(Id('pay', 'A payment.'), { description: 'The payment it belongs to: of a deposit that you paid through a gateway.' }),
  settlement: Nullable(Id('stl', 'A settlement.'), { description: 'The settlement it belongs to: the margin of a day’s sales.' }),
  reason: Nullable(Type.String(), { description: 'Why; null for the payment of an order.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Transfer' })
export type Transfer = Static<typeof Transfer>

export const OperatorTransfer = Type.Composite([Transfer, Type.Object({
  created_by: Nullable(Type.String(), { description: 'The key that asked for it; null for orders and passes.' })
})], { additionalProperties: false, title: 'OperatorTransfer' })
export type OperatorTransfer = Static<typeof OperatorTransfer>

export const Deposit = Type.Object({
  reference: Type.Optional(Reference),
  amount: MoneyAs('Above zero, with no more decimals than the currency has.'),
  reason: Reason
}, { additionalProperties: false })
export type Deposit = Static<typeof Deposit>

export const Adjustment = Type.Object({
  reference: Type.Optional(Reference),
  amount: MoneyAs('Above zero: into the wallet; below zero: out of it. As many decimals as the currency has.'),
  reason: Reason
}, { additionalProperties: false })
export type Adjustment = Static<typeof Adjustment>

export const SetCreditLimit = Type.Object({
  credit_limit: MoneyAs('How far below zero the balance may go; 0 is no credit.'),
  reason: Reason
}, { additionalProperties: false })
export type SetCreditLimit = Static<typeof SetCreditLimit>

export const CurrencyParams = Type.Object({ currency: CurrencyCode })
export const ResellerCurrencyParams = Type.Object({ id: ResellerId, currency: CurrencyCode })
export const ListWalletsQuery = Type.Object(PageQuery, { additionalProperties: false })
export const ListTransfersQuery = Type.Object({
  ...PageQuery,
  kind: Type.Optional(OneOf(transferKinds)),
  created_from: Type.Optional(Type.String({ format: 'date-time', description: 'Only transfers from this time on (RFC 3339).' })),
  created_before: Type.Optional(Type.String({ format: 'date-time', description: 'Only transfers before this time (RFC 3339).' }))
}, { additionalProperties: false })
export type ListTransfersQuery = Static<typeof ListTransfersQuery>
export const WalletPage = Page(Wallet)
export const TransferPage = Page(Transfer)
export const OperatorTransferPage = Page(OperatorTransfer)

export const Books = Type.Object({
  sound: Type.Boolean({ description: 'Whether every invariant holds.' }),
  faults: Type.Array(Type.Object({
    invariant: Type.String({ description: 'What should hold.' }),
    detail: Type.String({ description: 'Where it does not.' })
  }, { additionalProperties: false })),
  proven_at: Timestamp
}, { additionalProperties: false, title: 'Books' })
export type Books = Static<typeof Books>
