// Events: what became true for a reseller. The feed, its stream and callbacks show the same objects; what `data` is, each type says here.
import { Type, type Static, type TObject, type TProperties, type TSchema } from '@sinclair/typebox'
import { endpointStates, eventTypes, keyAlgorithms, returnReasons, scopes, subscriptionConditions, type EventType } from '../vocabulary.ts'
import { BulkOrderSummary } from './bulk-orders.ts'
import { Id, Money, MoneyAs, Nullable, OneOf, Timestamp } from './common.ts'
import { EncryptionKeyId } from './encryption-keys.ts'
import { Hold } from './holds.ts'
import { KeyId } from './keys.ts'
import { OrderSummary, SkuId } from './orders.ts'
import { RefundSummary } from './refunds.ts'
import { StandingOrderId, StandingRun } from './standing-orders.ts'

export const eventsPageMax = 1_000
export const eventsPageDefault = 100
/** How long events can be read, at least. */
export const eventsKeptDays = 30
/** A stream is ended after this long, and connected anew. */
export const streamSecondsMax = 3_600

export const EventId = Id('evt', 'The id of an event.')
export const EndpointId = Id('ep', 'The id of an endpoint.')

function closed<Properties extends TProperties> (properties: Properties): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false })
}

const OrderData = closed({ order: OrderSummary })
const RefundData = closed({ order: OrderSummary, refund: RefundSummary })
const BulkOrderData = closed({ bulk_order: BulkOrderSummary })
const WalletData = closed({
  transfer: Id('trf', 'The id of the transfer.'),
  amount: Money,
  balance: Money,
  reason: Type.String(),
  created_by: Nullable(Type.String(), { description: 'The operator’s key.' })
})

const OfSubscription = {
  subscription: Id('sub', 'The subscription that waits for this.'),
  subscription_sequence: Type.Integer({ description: 'Counts what the subscription told, without a gap.' }),
  sku: SkuId
}

const EndpointTrouble = {
  endpoint: EndpointId,
  url: Type.String(),
  failing_since: Timestamp,
  last_status: Nullable(Type.Integer(), { description: 'What its latest failure was answered; null: there was no answer.' }),
  last_error: Nullable(Type.String(), { description: 'Why it failed, when it was not the status.' })
}

const LinkId = Id('lnk', 'The purchase link.')
const OfSession = Nullable(Id('ses', 'A session.'), { description: 'The session it belongs to, if to one.' })
const LinkData = closed({ link: LinkId, slug: Type.String(), title: Type.String(), session: OfSession })

/** What `data` is, by type. */
export const eventData = {
  'order.completed': OrderData,
  'order.partial': OrderData,
  'order.awaiting_approval': OrderData,
  'order.rejected': OrderData,
  'order.expired': OrderData,
  'order.cancelled': OrderData,
  'order.reversed': RefundData,
  'order.refunded': RefundData,
  'order.voided': OrderData,
  'bulk_order.confirmed': BulkOrderData,
  'bulk_order.awaiting_approval': BulkOrderData,
  'bulk_order.ended': BulkOrderData,
  'standing_order.ran': closed({ standing_order: StandingOrderId, run: StandingRun }),
  'standing_order.paused': closed({ standing_order: StandingOrderId, pause_reason: Nullable(Type.String()) }),
  'hold.broken': closed({ hold: Hold }),
  'reveals.alert': closed({
    key: KeyId,
    name: Type.String(),
    day: Type.String({ format: 'date', description: 'The day, UTC.' }),
    revealed: Type.Integer({ description: 'Codes that the key revealed on it so far.' }),
    reveals_alert_at: Type.Integer(),
    reveals_per_day: Nullable(Type.Integer())
  }),
  'wallet.deposited': WalletData,
  'wallet.adjusted': WalletData,
  'key.created': closed({
    key: KeyId,
    name: Type.String(),
    algorithm: OneOf(keyAlgorithms),
    scopes: Type.Array(OneOf(scopes)),
    expires_at: Nullable(Timestamp),
    replaces: Nullable(KeyId, { description: 'The key it takes over from.' })
  }),
  'key.revoked': closed({ key: KeyId, revoked_at: Timestamp }),
  'encryption_key.registered': closed({ encryption_key: EncryptionKeyId, name: Type.String(), algorithm: Type.String() }),
  'encryption_key.retired': closed({
    encryption_key: EncryptionKeyId, name: Type.String(), retired_at: Timestamp, replaced_by: Nullable(EncryptionKeyId)
  }),
  'stock.changed': closed({
    ...OfSubscription,
    condition: OneOf(subscriptionConditions, { description: 'What the subscription waits for, and now holds.' }),
    available: Type.Integer({ description: 'Codes that can be bought now.' }),
    before: Nullable(Type.Integer(), { description: 'What was told, or seen, before.' })
  }),
  'price.changed': closed({
    ...OfSubscription,
    price: Nullable(Money, { description: 'Your price of one now; null: there is none.' }),
    before: Nullable(Money, { description: 'What was told, or seen, before.' })
  }),
  'endpoint.failing': closed(EndpointTrouble),
  'endpoint.disabled': closed({ ...EndpointTrouble, reason: Type.String({ description: 'Why it gets nothing any more, in a sentence.' }) }),
  'endpoint.test': closed({ endpoint: EndpointId, state: OneOf(endpointStates) }),
  'checkout.completed': closed({
    checkout: Id('chk', 'The purchase.'),
    link: LinkId,
    session: OfSession,
    order: Id('ord', 'The order whose codes the buyer has.'),
    sku: SkuId,
    quantity: Type.Integer(),
    total: MoneyAs('What the buyer paid.'),
    wholesale: MoneyAs('What of it you paid for the codes.'),
    commission: MoneyAs('What of it you owe the host.')
  }),
  'checkout.refunded': closed({
    checkout: Id('chk', 'The purchase.'),
    link: LinkId,
    session: OfSession,
    amount: MoneyAs('What the buyer has got back.'),
    reason: OneOf(returnReasons)
  }),
  'link.paused': LinkData,
  'link.sold_out': LinkData,
  'link.ended': LinkData,
  'complaint.opened': closed({
    complaint: Id('cpl', 'The complaint.'),
    checkout: Id('chk', 'The purchase.'),
    link: LinkId,
    order: Id('ord', 'The order of the code.'),
    message: Type.String({ description: 'What the buyer wrote.' })
  }),
  'settlement.made': closed({
    settlement: Id('stl', 'The settlement.'),
    session: OfSession,
    day: Type.String({ format: 'date', description: 'The day of the sales, in China.' }),
    sales: Type.Integer(),
    gross: MoneyAs('What buyers paid.'),
    wholesale: MoneyAs('What of it you paid for codes.'),
    commission: MoneyAs('What of it you owe your hosts.'),
    margin: MoneyAs('What came into your wallet.')
  })
} satisfies Record<EventType, TSchema>

/** When each type is told, for the contract and the table in docs/callbacks.md. */
export const eventMeanings: Readonly<Record<EventType, string>> = {
  'order.completed': 'An order was delivered in full.',
  'order.partial': 'An order was delivered in part (fill: partial).',
  'order.awaiting_approval': 'An order is set aside until a second key approves it.',
  'order.rejected': 'A second key rejected an order; what was set aside is free again.',
  'order.expired': 'Nobody approved an order in time; what was set aside is free again.',
  'order.cancelled': 'An order that was set aside was cancelled.',
  'order.reversed': 'All codes of an order were given back unrevealed, and refunded.',
  'order.refunded': 'Some codes of an order were given back unrevealed, and refunded.',
  'order.voided': 'A reference was made unusable before an order came with it.',
  'bulk_order.confirmed': 'A bulk order was confirmed and is being bought.',
  'bulk_order.awaiting_approval': 'A bulk order is set aside until a second key approves it.',
  'bulk_order.ended': 'A bulk order has come to its end.',
  'standing_order.ran': 'A standing order ordered, was refused, or met its limit.',
  'standing_order.paused': 'A standing order pauses, by itself or because you said so.',
  'hold.broken': 'The stock behind a hold was withdrawn.',
  'reveals.alert': 'A key revealed as many codes in a day as you wanted to be told of.',
  'wallet.deposited': 'Money came into a wallet.',
  'wallet.adjusted': 'The operator corrected a wallet.',
  'key.created': 'A key of yours was made.',
  'key.revoked': 'A key of yours was ended.',
  'encryption_key.registered': 'Deliveries are sealed to a key from now on.',
  'encryption_key.retired': 'Deliveries are no longer sealed to a key.',
  'stock.changed': 'The stock of a SKU did what a subscription of yours waits for.',
  'price.changed': 'Your price of a SKU changed, and a subscription of yours waits for that.',
  'endpoint.failing': 'An endpoint has failed for a day.',
  'endpoint.disabled': 'An endpoint gets nothing any more: it failed for five days, or answered 410.',
  'endpoint.test': 'You asked for a test of an endpoint; it goes to that endpoint alone.',
  'checkout.completed': 'A buyer paid through a purchase link, and has the codes.',
  'checkout.refunded': 'Money for which there was no code has gone back to a buyer.',
  'link.paused': 'A purchase link was paused.',
  'link.sold_out': 'A purchase link has sold all it may, or all there is.',
  'link.ended': 'A purchase link was ended, or its time is over.',
  'complaint.opened': 'A buyer says that a code does not work.',
  'settlement.made': 'The sales of a day through purchase links were settled.'
}

const EventData = Type.Unsafe<Record<string, unknown>>({
  type: 'object', additionalProperties: true, description: 'What became true; its shape is that of the type, under webhooks. Never a code.'
})

const sequenceOfReseller = 'Counts your events without a gap.'

export const Event = Type.Object({
  id: EventId,
  type: OneOf(eventTypes),
  timestamp: Type.String({ ...Timestamp, description: 'When it became true.' }),
  sequence: Type.Integer({ description: sequenceOfReseller }),
  data: EventData
}, { additionalProperties: false, title: 'Event' })
export type Event = Static<typeof Event>

/** The body of a callback of one type. */
export function callbackOf (type: EventType): TSchema {
  return Type.Object({
    id: EventId,
    type: Type.Unsafe<string>({ type: 'string', enum: [type] }),
    timestamp: Type.String({ ...Timestamp, description: 'When it became true.' }),
    endpoint: Type.Unsafe<string>({ ...EndpointId, description: 'The endpoint it is sent to; with v1a, take it only if it is yours.' }),
    sequence: Type.Integer({ description: 'Counts what was sent to this endpoint, without a gap; the order of arrival may be another.' }),
    event_sequence: Type.Integer({ description: `Its sequence in GET /v1/events. ${sequenceOfReseller}` }),
    simulated: Type.Optional(Type.Boolean({ description: 'true: you asked for a sample; nothing of it is true.' })),
    data: eventData[type]
  }, { additionalProperties: false })
}

export const EventTypes = Type.Array(OneOf(eventTypes), { maxItems: eventTypes.length, uniqueItems: true })

const AfterSequence = Type.Integer({
  minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Only events with a greater sequence: that of the last one you have.'
})
const TypesFilter = Type.Optional(Type.Array(OneOf(eventTypes), {
  maxItems: eventTypes.length, description: 'Only these types; repeat the parameter for several.'
}))

export const ListEvents = Type.Object({
  limit: Type.Optional(Type.Integer({
    minimum: 1, maximum: eventsPageMax, default: eventsPageDefault, description: 'How many to answer at most.'
  })),
  cursor: Type.Optional(Type.String({
    maxLength: 512, description: 'next_cursor of the page before, with the same filters. It takes the place of after.'
  })),
  after: Type.Optional(AfterSequence),
  types: TypesFilter
}, { additionalProperties: false })
export type ListEvents = Static<typeof ListEvents>

export const EventPage = Type.Object({
  data: Type.Array(Event),
  has_more: Type.Boolean({ description: 'Whether there are more now; with types, such a page may be short.' }),
  next_cursor: Type.String({ description: 'Send it as cursor, now or later, to read on.' })
}, { additionalProperties: false })

export const StreamEvents = Type.Object({
  after: Type.Optional(Type.Integer({ ...AfterSequence, description: `${AfterSequence.description} Last-Event-ID takes its place.` })),
  types: TypesFilter,
  close_after_seconds: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: streamSecondsMax,
    default: streamSecondsMax,
    description: 'The stream ends after this long; connect anew with Last-Event-ID. 0: it ends when it has shown what there is.'
  }))
}, { additionalProperties: false })
export type StreamEvents = Static<typeof StreamEvents>

export const EventParams = Type.Object({ id: EventId })
