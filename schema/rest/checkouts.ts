import { Type, type Static } from '@sinclair/typebox'
import {
  buyerLanguages, checkoutStates, contactKinds, paybackStates, paymentStates, receiptSources, returnReasons
} from '../vocabulary.ts'
import { Id, MoneyAs, Nullable, OneOf, Page, PageQuery, Timestamp } from './common.ts'
import { HostId } from './hosts.ts'
import { LinkId } from './links.ts'
import { OrderId, SkuId } from './orders.ts'
import { SessionId } from './sessions.ts'
import { SettlementId } from './settlements.ts'

export const CheckoutId = Id('chk', 'The id of a checkout: one buyer’s purchase.')

const checkout = {
  id: CheckoutId,
  link: LinkId,
  session: Nullable(SessionId),
  host: Nullable(HostId),
  state: OneOf(checkoutStates, {
    description: 'open: stock is set aside while the buyer pays. completed: paid, and the codes are the buyer’s. refunding, refunded: money ' +
      'came for which there was no code. expired, cancelled: no money came in time.'
  }),
  reason: Nullable(OneOf(returnReasons), { description: 'Why the money goes back.' }),
  sku: SkuId,
  quantity: Type.Integer(),
  retail_price: MoneyAs('What the buyer pays for one, agreed when the purchase began.'),
  total: MoneyAs('What the buyer pays.'),
  wholesale: MoneyAs('What of it you pay for the codes.'),
  commission: MoneyAs('What of it you owe the host.'),
  margin: MoneyAs('What of it is left for you.'),
  order: Nullable(OrderId, { description: 'The order whose codes the buyer has; they are the buyer’s alone.' }),
  contact_kind: OneOf(contactKinds),
  contact_hint: Type.String({
    description: 'What may be shown of the buyer’s phone number or e-mail address; the rest is the buyer’s.', examples: ['138****5678']
  }),
  language: OneOf(buyerLanguages),
  complaints: Type.Integer({ description: 'Codes of it of which the buyer says that they do not work.' }),
  settlement: Nullable(SettlementId, { description: 'The settlement it is part of.' }),
  expires_at: Type.String({ ...Timestamp, description: 'Until when stock is set aside for it.' }),
  ended_at: Nullable(Timestamp),
  created_at: Timestamp
}

export const CheckoutSummary = Type.Object(checkout, { additionalProperties: false, title: 'CheckoutSummary' })
export type CheckoutSummary = Static<typeof CheckoutSummary>

const CheckoutPayment = Type.Object({
  id: Id('pay', 'One try to pay, with one gateway.'),
  gateway: Type.String(),
  state: OneOf(paymentStates, { description: 'closing, closed: the gateway is told, or has said, that nothing is paid with it any more.' }),
  amount: MoneyAs('What was asked for.'),
  paid_at: Nullable(Timestamp),
  created_at: Timestamp
}, { additionalProperties: false, title: 'CheckoutPayment' })

const CheckoutReceipt = Type.Object({
  gateway: Type.String(),
  transaction: Type.String({ description: 'The gateway’s own number for the money that came.' }),
  payment: Id('pay', 'The try to pay it came by.'),
  amount: MoneyAs('What came.'),
  applied: Type.Boolean({ description: 'Whether it paid the purchase; otherwise it goes back.' }),
  reason: Nullable(OneOf(returnReasons), { description: 'Why it goes back.' }),
  source: OneOf(receiptSources, { description: 'How it was learnt: the gateway said so, or was asked.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'CheckoutReceipt' })

const CheckoutPayback = Type.Object({
  id: Id('pbk', 'Money on its way back.'),
  gateway: Type.String(),
  transaction: Type.String({ description: 'That of the receipt which goes back.' }),
  amount: MoneyAs('What goes back.'),
  reason: OneOf(returnReasons),
  state: OneOf(paybackStates, { description: 'failed: the gateway will not; your operator sees to it.' }),
  ended_at: Nullable(Timestamp),
  created_at: Timestamp
}, { additionalProperties: false, title: 'CheckoutPayback' })

export const Checkout = Type.Object({
  ...checkout,
  payments: Type.Array(CheckoutPayment, { description: 'Oldest first.' }),
  receipts: Type.Array(CheckoutReceipt, { description: 'Money that came, oldest first.' }),
  paybacks: Type.Array(CheckoutPayback, { description: 'Money that goes back, oldest first.' })
}, { additionalProperties: false, title: 'Checkout' })
export type Checkout = Static<typeof Checkout>

export const CheckoutParams = Type.Object({ id: CheckoutId })
export const ListCheckouts = Type.Object({
  ...PageQuery,
  link: Type.Optional(LinkId),
  session: Type.Optional(SessionId),
  state: Type.Optional(OneOf(checkoutStates)),
  created_from: Type.Optional(Type.Unsafe<string>({ ...Timestamp, description: 'Begun then or later.' })),
  created_before: Type.Optional(Type.Unsafe<string>({ ...Timestamp, description: 'Begun earlier than that.' }))
}, { additionalProperties: false })
export type ListCheckouts = Static<typeof ListCheckouts>
export const CheckoutPage = Page(CheckoutSummary)
