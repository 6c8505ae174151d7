import { Type, type Static } from '@sinclair/typebox'
import { subscriptionConditions, subscriptionKinds, subscriptionStates } from '../vocabulary.ts'
import { Id, Money, Nullable, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { SkuId } from './orders.ts'
import { Tag } from './products.ts'

export const subscriptionsPerResellerMax = 100
/** SKUs that a subscription may name one by one. */
export const scopeSkusMax = 200
export const intervalSecondsMax = 86_400
export const intervalSecondsDefault = 10
/** SKUs whose values one answer shows. */
export const valuesShownMax = 200
const thresholdMax = 2_147_483_647

export const SubscriptionId = Id('sub', 'The id of a subscription.')

const All = Type.Unsafe<true>({ type: 'boolean', enum: [true], description: 'Every SKU, those that come later too.' })

export const SubscriptionScope = Type.Object({
  skus: Type.Optional(Type.Array(SkuId, { minItems: 1, maxItems: scopeSkusMax, uniqueItems: true, description: 'These SKUs.' })),
  tag: Type.Optional(Type.Unsafe<string>({ ...Tag, description: 'Every SKU of a product with this tag, those that come later too.' })),
  all: Type.Optional(All)
}, { additionalProperties: false, minProperties: 1, maxProperties: 1, title: 'SubscriptionScope', description: 'One of the three.' })
export type SubscriptionScope = Static<typeof SubscriptionScope>

const Condition = OneOf(subscriptionConditions, {
  description: 'any: the stock, or your price, is another than was last told. For stock also, below, above: it crosses the threshold; ' +
    'out: nothing is left; back: there is some again. For a price: any.'
})
const Threshold = Type.Integer({
  minimum: 0, maximum: thresholdMax, description: 'For below and above: the number of codes that stock is less than, or more than.'
})
const IntervalSeconds = Type.Integer({
  minimum: 1,
  maximum: intervalSecondsMax,
  description: 'There is one message at most per SKU in so many seconds, and it tells what is then.'
})

export const CreateSubscription = Type.Object({
  reference: Type.Optional(Reference),
  kind: OneOf(subscriptionKinds, { description: 'stock: codes that can be bought. price: your own price of one.' }),
  scope: SubscriptionScope,
  condition: Condition,
  threshold: Type.Optional(Threshold),
  interval_seconds: Type.Optional(Type.Integer({ ...IntervalSeconds, default: intervalSecondsDefault }))
}, { additionalProperties: false })
export type CreateSubscription = Static<typeof CreateSubscription>

export const UpdateSubscription = Type.Object({
  condition: Type.Optional(Condition),
  threshold: Type.Optional(Threshold),
  interval_seconds: Type.Optional(IntervalSeconds)
}, {
  additionalProperties: false, minProperties: 1, description: 'What is left out stays; a threshold only as long as the condition takes one.'
})
export type UpdateSubscription = Static<typeof UpdateSubscription>

const subscription = {
  id: SubscriptionId,
  kind: OneOf(subscriptionKinds),
  scope: SubscriptionScope,
  condition: OneOf(subscriptionConditions),
  threshold: Nullable(Type.Integer()),
  interval_seconds: Type.Integer(),
  state: OneOf(subscriptionStates),
  sequence: Type.Integer({ description: 'What it ever told is numbered up to this, without a gap.' }),
  skus: Type.Integer({ description: 'SKUs in its scope, when they were last looked at.' }),
  created_at: Timestamp,
  updated_at: Timestamp
}

export const Subscription = Type.Object(subscription, { additionalProperties: false, title: 'Subscription' })
export type Subscription = Static<typeof Subscription>

export const SubscriptionValue = Type.Object({
  sku: SkuId,
  available: Nullable(Type.Integer(), { description: 'Codes; null for a price.' }),
  price: Nullable(Money, { description: 'Your price of one; null: there is none, or it is about stock.' }),
  told_at: Nullable(Timestamp, { description: 'When a message told it last; null: none did yet.' })
}, { additionalProperties: false, title: 'SubscriptionValue' })
export type SubscriptionValue = Static<typeof SubscriptionValue>

export const SubscriptionWithValues = Type.Object({
  ...subscription,
  values: Type.Array(SubscriptionValue, {
    description: 'Where it goes on from: of each SKU what was there when it was made, or what was told since; ' +
      `${valuesShownMax} SKUs at most.`
  })
}, { additionalProperties: false, title: 'SubscriptionWithValues' })
export type SubscriptionWithValues = Static<typeof SubscriptionWithValues>

export const SubscriptionParams = Type.Object({ id: SubscriptionId })
export const ListSubscriptions = Type.Object({
  ...PageQuery,
  kind: Type.Optional(OneOf(subscriptionKinds)),
  state: Type.Optional(OneOf(subscriptionStates))
}, { additionalProperties: false })
export type ListSubscriptions = Static<typeof ListSubscriptions>
export const SubscriptionPage = Page(Subscription)
