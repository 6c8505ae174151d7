// The one presenter of events: the feed, its stream, callbacks and GraphQL show what stands here.
import type { Event } from '../../../schema/rest/events.ts'
import { showId } from '../../base/ids.ts'
import type { EventRecord } from './read-events.ts'

/** An event as its reseller reads it. */
export function eventView (event: EventRecord): Event {
  const { type, sequence, data, createdAt } = event
  return { id: showId('event', event.id), type, timestamp: createdAt.toISOString(), sequence: Number(sequence), data }
}

/** The body of the callback that tells an event, byte for byte the same at every attempt. `sequence` is the endpoint's. */
export function callbackBody (
  event: EventRecord, { sequence, simulated }: { readonly sequence: bigint, readonly simulated: boolean }
): string {
  const { id, type, timestamp, sequence: eventSequence, data } = eventView(event)
  return JSON.stringify({
    id, type, timestamp, sequence: Number(sequence), event_sequence: eventSequence, ...(simulated && { simulated }), data
  })
}
