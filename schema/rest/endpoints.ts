import { Type, type Static } from '@sinclair/typebox'
import { callbackSignatures, endpointStates, eventTypes } from '../vocabulary.ts'
import { CallbackUrl, Id, Nullable, OneOf, oneLinePattern, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { EndpointId, EventTypes } from './events.ts'

export const endpointsPerResellerMax = 20
export const descriptionLengthMax = 200
export const rotationSecondsMax = 72 * 3_600
export const rotationSecondsDefault = 24 * 3_600
export const endpointConcurrencyMax = 100
export const endpointPerSecondMax = 10_000
/** Deliveries made due again by one call. */
export const replayedPerCallMax = 2_000

/** Deliveries counted of a backlog, for the operator. */
export const backlogCountedMax = 1_000

const Types = Type.Unsafe<Static<typeof EventTypes>>({
  ...EventTypes, description: 'The types that are told; empty: all, those of later versions too.'
})
const Signatures = Type.Array(OneOf(callbackSignatures), {
  minItems: 1,
  maxItems: callbackSignatures.length,
  uniqueItems: true,
  description: 'v1: HMAC-SHA256 with the endpoint’s secret. v1a: Ed25519, its public key at /.well-known/jwks.json.'
})
const Description = Type.String({ maxLength: descriptionLengthMax, pattern: oneLinePattern, description: 'For yourself.' })
const ConcurrencyMax = Type.Integer({
  minimum: 1, maximum: endpointConcurrencyMax, description: 'Callbacks under way at once; one, while the endpoint fails.'
})
const PerSecondMax = Type.Integer({ minimum: 1, maximum: endpointPerSecondMax, description: 'Callbacks begun in a second.' })

export const CreateEndpoint = Type.Object({
  reference: Type.Optional(Reference),
  url: CallbackUrl,
  types: Type.Optional(Types),
  signatures: Type.Optional(Type.Unsafe<Static<typeof Signatures>>({
    ...Signatures, description: `${Signatures.description} Both when left out.`
  })),
  description: Type.Optional(Description),
  concurrency_max: Type.Optional(ConcurrencyMax),
  per_second_max: Type.Optional(PerSecondMax)
}, { additionalProperties: false })
export type CreateEndpoint = Static<typeof CreateEndpoint>

export const UpdateEndpoint = Type.Object({
  url: Type.Optional(CallbackUrl),
  types: Type.Optional(Types),
  signatures: Type.Optional(Signatures),
  description: Type.Optional(Description),
  concurrency_max: Type.Optional(ConcurrencyMax),
  per_second_max: Type.Optional(PerSecondMax)
}, { additionalProperties: false, minProperties: 1 })
export type UpdateEndpoint = Static<typeof UpdateEndpoint>

const latestFailure = {
  last_status: Nullable(Type.Integer(), { description: 'What its latest failure was answered; null: there was no answer, or no failure.' }),
  last_error: Nullable(Type.String(), { description: 'Why it failed, when it was not the status.' })
}

const endpoint = {
  id: EndpointId,
  url: Type.String(),
  description: Type.String(),
  types: EventTypes,
  signatures: Type.Array(OneOf(callbackSignatures)),
  concurrency_max: Type.Integer(),
  per_second_max: Type.Integer(),
  state: OneOf(endpointStates, { description: 'disabled: by us, after days of failure or an answer 410; resume it when it is well.' }),
  state_reason: Nullable(Type.String(), { description: 'Why it is not enabled.' }),
  sequence: Type.Integer({ description: 'What was ever sent to it is numbered up to this, without a gap.' }),
  failures: Type.Integer({ description: 'Attempts that failed since its last success.' }),
  failing_since: Nullable(Timestamp, { description: 'The first of them.' }),
  ...latestFailure,
  next_attempt_at: Nullable(Timestamp, { description: 'When the next delivery is due; null: none is, or nothing is sent.' }),
  previous_secret_until: Nullable(Timestamp, { description: 'Until then the secret before the last rotation signs as well.' }),
  created_at: Timestamp,
  updated_at: Timestamp
}

export const Endpoint = Type.Object(endpoint, { additionalProperties: false, title: 'Endpoint' })
export type Endpoint = Static<typeof Endpoint>

export const EndpointWithSecret = Type.Object({
  ...endpoint,
  secret: Nullable(Type.String(), { description: 'whsec_…: shown this once; null when the call is repeated. What v1 is verified with.' })
}, { additionalProperties: false, title: 'EndpointWithSecret' })
export type EndpointWithSecret = Static<typeof EndpointWithSecret>

export const RotateEndpointSecret = Type.Object({
  reference: Type.Optional(Reference),
  overlap_seconds: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: rotationSecondsMax,
    default: rotationSecondsDefault,
    description: 'How long the secret until now signs beside the new one.'
  }))
}, { additionalProperties: false })
export type RotateEndpointSecret = Static<typeof RotateEndpointSecret>

export const SimulateEvent = Type.Object({
  type: OneOf(eventTypes, { description: 'Which type to make a sample of.' })
}, { additionalProperties: false })
export type SimulateEvent = Static<typeof SimulateEvent>

function EndpointSequence (description: string) {
  return Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description })
}

export const ReplayEndpoint = Type.Object({
  since: Type.Optional(Type.Unsafe<string>({ ...Timestamp, description: 'What was first due at this time or later.' })),
  from_sequence: Type.Optional(EndpointSequence('From this sequence of the endpoint on.')),
  to_sequence: Type.Optional(EndpointSequence('Up to this sequence of the endpoint.')),
  state: Type.Optional(OneOf(['delivered', 'dead'], { description: 'Only what arrived, or only what was given up; both when left out.' }))
}, { additionalProperties: false, minProperties: 1, description: 'Which of them: what fits everything that is said.' })
export type ReplayEndpoint = Static<typeof ReplayEndpoint>

export const Replayed = Type.Object({
  replayed: Type.Integer({ description: `Deliveries that are due again; at most ${replayedPerCallMax} in a call, and none perhaps, though more follow.` }),
  has_more: Type.Boolean(),
  next_sequence: Nullable(Type.Integer(), { description: 'Send it as from_sequence to go on; null when that was all.' })
}, { additionalProperties: false, title: 'Replayed' })
export type Replayed = Static<typeof Replayed>

export const EndpointParams = Type.Object({ id: EndpointId })
export const ListEndpoints = Type.Object(PageQuery, { additionalProperties: false })
export const EndpointPage = Page(Endpoint)

/** One endpoint as the operator watches it. */
export const EndpointWatch = Type.Object({
  reseller: Id('rsl', 'The reseller.'),
  reseller_name: Type.String(),
  endpoint: EndpointId,
  url: Type.String(),
  state: OneOf(endpointStates),
  state_reason: Nullable(Type.String()),
  backlog: Type.Integer({ description: `Deliveries that are due, counted up to ${backlogCountedMax}.` }),
  backlog_is_more: Type.Boolean({ description: 'Whether there are more than were counted.' }),
  oldest_due_at: Nullable(Timestamp, { description: 'When the oldest of those that were counted became true.' }),
  oldest_due_seconds: Nullable(Type.Integer(), { description: 'How long ago that was.' }),
  held_since: Nullable(Timestamp, { description: 'Since when nothing can be sent to it for a fault of ours, which counts against nobody.' }),
  held_error: Nullable(Type.String(), { description: 'That fault; signing_failed: the master key of its secret is not configured.' }),
  failing_since: Nullable(Timestamp),
  failures: Type.Integer({ description: 'Attempts that failed since its last success.' }),
  ...latestFailure
}, { additionalProperties: false, title: 'EndpointWatch' })
export type EndpointWatch = Static<typeof EndpointWatch>

export const WatchEndpoints = Type.Object({
  ...PageQuery,
  failing: Type.Optional(Type.Boolean({ description: 'true: only those that fail, are disabled, or wait for us.' })),
  reseller: Type.Optional(Id('rsl', 'Only endpoints of this reseller.'))
}, { additionalProperties: false })
export type WatchEndpoints = Static<typeof WatchEndpoints>
export const EndpointWatchPage = Page(EndpointWatch)
