// The one presenter of events: the feed, its stream, callbacks and GraphQL show what stands here.
import type { Event } from '../../../schema/rest/events.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import type { EventRecord } from './read-events.ts'

/** An event as its reseller reads it. */
export function eventView (event: EventRecord): Event {
  const { type, sequence, data, createdAt } = event
  return { id: showId('event', event.id), type, timestamp: createdAt.toISOString(), sequence: Number(sequence), data }
}

/** No body is larger, in bytes: events are bounded by what they tell of. One that were all the same is told of in the log, and not sent. */
export const callbackBytesMax = 20_000

/** What a callback says beside its event. `sequence` is the endpoint's. */
export interface CallbackFacts { readonly endpointId: Uuid, readonly sequence: bigint, readonly simulated: boolean }

/**
 * The body of the callback that tells an event, byte for byte the same at every attempt. It names its endpoint: by the house's key (v1a)
 * alone, what was sent to one reseller's endpoint would be genuine to all.
 */
export function callbackBody (event: EventRecord, { endpointId, sequence, simulated }: CallbackFacts): string {
  const { id, type, timestamp, sequence: eventSequence, data } = eventView(event)
  return JSON.stringify({
    id,
    type,
    timestamp,
    endpoint: showId('endpoint', endpointId),
    sequence: Number(sequence),
    event_sequence: eventSequence,
    ...(simulated && { simulated }),
    data
  })
}
