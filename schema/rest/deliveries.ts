import { Type, type Static } from '@sinclair/typebox'
import { deliveryStates, eventTypes } from '../vocabulary.ts'
import { Id, Nullable, OneOf, Page, PageQuery, Timestamp } from './common.ts'
import { EndpointId, EventId } from './events.ts'

/** How long attempts are shown. */
export const attemptsKeptDays = 30
/** How long deliveries are shown that arrived or were dropped, and as long as their event in any case; and those that were given up. */
export const deliveriesKeptDays = 30
export const deadKeptDays = 90

export const DeliveryId = Id('dlv', 'The id of a delivery: the webhook-id of every attempt.')

const delivery = {
  id: DeliveryId,
  endpoint: EndpointId,
  url: Type.String({ description: 'Where it goes.' }),
  sequence: Type.Integer({ description: 'Counts what was ever sent to the endpoint, without a gap.' }),
  event: EventId,
  event_sequence: Type.Integer({ description: 'The sequence of the event in GET /v1/events.' }),
  type: OneOf(eventTypes),
  simulated: Type.Boolean({ description: 'true: a sample you asked for, of no event in the feed.' }),
  state: OneOf(deliveryStates, { description: 'due: to be sent (again). dead: given up, until you replay it. dropped: its endpoint is gone.' }),
  attempts: Type.Integer({ description: 'Attempts there were.' }),
  next_attempt_at: Nullable(Timestamp, { description: 'When it is sent next; null when it is not, or not before its endpoint is resumed.' }),
  last_status: Nullable(Type.Integer(), { description: 'What the last attempt was answered; null: there was none, or no answer.' }),
  last_error: Nullable(Type.String(), { description: 'Why the last attempt failed.' }),
  delivered_at: Nullable(Timestamp),
  created_at: Timestamp
}

export const DeliverySummary = Type.Object(delivery, { additionalProperties: false, title: 'DeliverySummary' })
export type DeliverySummary = Static<typeof DeliverySummary>

export const DeliveryAttempt = Type.Object({
  attempt: Type.Integer({ description: 'From 1.' }),
  started_at: Timestamp,
  duration_ms: Type.Integer(),
  status: Nullable(Type.Integer(), { description: 'What it was answered; null: there was no answer.' }),
  error: Nullable(Type.String(), { description: 'Why it failed; null: it did not.' }),
  answer_head: Type.String({ description: 'The answer’s headers and, after an empty line, the beginning of its body; 1 kB at most.' })
}, { additionalProperties: false, title: 'DeliveryAttempt' })

export const Delivery = Type.Object({
  ...delivery,
  log: Type.Array(DeliveryAttempt, { description: `The attempts, oldest first; each is kept for ${attemptsKeptDays} days.` }),
  request: Nullable(Type.Object({
    headers: Type.Record(Type.String(), Type.String(), { description: 'As sent with the last attempt, without the signature.' }),
    body: Type.String({ description: 'The body, byte for byte.' })
  }, { additionalProperties: false }), { description: 'What is sent; null when the event is no longer kept.' })
}, { additionalProperties: false, title: 'Delivery' })
export type Delivery = Static<typeof Delivery>

export const DeliveryParams = Type.Object({ id: DeliveryId })
export const ListDeliveries = Type.Object({
  ...PageQuery,
  endpoint: Type.Optional(EndpointId),
  state: Type.Optional(OneOf(deliveryStates)),
  type: Type.Optional(OneOf(eventTypes)),
  event: Type.Optional(EventId)
}, { additionalProperties: false })
export type ListDeliveries = Static<typeof ListDeliveries>
export const DeliveryPage = Page(DeliverySummary)
export const ListEventDeliveries = Type.Object(PageQuery, { additionalProperties: false })
