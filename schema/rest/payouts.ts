import { Type, type Static } from '@sinclair/typebox'
import {
  CurrencyCode, DecimalAmount, Id, MoneyAs, Page, PageQuery, Reference, Timestamp, oneLinePattern, reasonLengthMax
} from './common.ts'
import { HostId } from './hosts.ts'
import { KeyId } from './keys.ts'

export const PayoutId = Id('pyo', 'The id of a payout.')

export const Payout = Type.Object({
  id: PayoutId,
  reference: Type.String({ description: 'Your own number for it.' }),
  host: Type.String({ ...HostId, description: 'The host that was paid.' }),
  currency: CurrencyCode,
  amount: Type.String({ ...DecimalAmount, description: 'What it was paid.' }),
  note: Type.String(),
  transfer: Id('trf', 'The transfer that brought the commission you had kept for it into your wallet.'),
  created_by: Type.String({ ...KeyId, description: 'The key that said so.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'Payout' })
export type Payout = Static<typeof Payout>

export const CreatePayout = Type.Object({
  reference: Type.Optional(Reference),
  amount: MoneyAs('What you have paid the host; above zero, and no more than is due.'),
  note: Type.Optional(Type.String({
    maxLength: reasonLengthMax, pattern: oneLinePattern, default: '', description: 'How it was paid, for your own books.'
  }))
}, { additionalProperties: false })
export type CreatePayout = Static<typeof CreatePayout>

export const HostBalance = Type.Object({
  host: HostId,
  balances: Type.Array(Type.Object({
    currency: CurrencyCode,
    earned: Type.String({ ...DecimalAmount, description: 'Commission of sales that are settled.' }),
    paid_out: Type.String({ ...DecimalAmount, description: 'What you have said to have paid.' }),
    due: Type.String({ ...DecimalAmount, description: 'What you owe it: earned less paid out.' }),
    pending: Type.String({ ...DecimalAmount, description: 'Commission of sales that are not settled yet.' })
  }, { additionalProperties: false, title: 'HostCurrencyBalance' }), { description: 'One for each currency that it has sold in.' })
}, { additionalProperties: false, title: 'HostBalance' })
export type HostBalance = Static<typeof HostBalance>

export const ListPayouts = Type.Object({
  ...PageQuery,
  host: Type.Optional(Type.String({ ...HostId, description: 'Only those to this host.' }))
}, { additionalProperties: false })
export type ListPayouts = Static<typeof ListPayouts>

export const PayoutParams = Type.Object({ id: PayoutId })
export const HostOfPayout = Type.Object({ id: HostId })
export const PayoutPage = Page(Payout)
