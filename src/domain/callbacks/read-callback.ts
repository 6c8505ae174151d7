// What is sent of a delivery: the same headers and body at every attempt, but for the time and the signatures.
import { showId, type Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { callbackBody } from '../events/event-view.ts'
import { readEvents, type EventRecord } from '../events/read-events.ts'
import type { DeliveryRecord } from './read-deliveries.ts'

export interface CallbackRequest { readonly headers: Record<string, string>, readonly body: string }

/** The headers of an attempt beside its signatures; its time is in whole seconds since 1970. */
export function callbackHeaders (deliveryId: Uuid, timestamp: number): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'kahub-callbacks/1',
    'webhook-id': showId('delivery', deliveryId),
    'webhook-timestamp': String(timestamp)
  }
}

/** A delivery, and when it was last attempted. */
export interface AttemptedDelivery { readonly delivery: DeliveryRecord, readonly attemptedAt: Date | undefined }

/** What was, or will be, sent of deliveries, without its signatures, in their order; null where an event is no longer kept. */
export async function readCallbacks (
  read: Reader, resellerId: Uuid, attempted: readonly AttemptedDelivery[]
): Promise<readonly (CallbackRequest | null)[]> {
  const real = attempted.filter(({ delivery }) => !delivery.simulated)
  const made = attempted.filter(({ delivery }) => delivery.simulated)
  const [events, samples] = await Promise.all([
    readEvents(read, resellerId, [...new Set(real.map(({ delivery }) => delivery.eventId))]),
    readSamples(read, made.map(({ delivery }) => delivery.id))
  ])
  const byId = new Map(events.map(event => [event.id, event]))
  return attempted.map(({ delivery, attemptedAt }) => {
    const { id, endpointId, eventId, createdAt, sequence, simulated } = delivery
    const event = simulated ? sampled(delivery, samples.get(id)!) : byId.get(eventId)
    if (!event) return null
    const timestamp = Math.floor((attemptedAt ?? createdAt).getTime() / 1000)
    return { headers: callbackHeaders(id, timestamp), body: callbackBody(event, { endpointId, sequence, simulated }) }
  })
}

function sampled ({ eventId: id, type, eventSequence: sequence, createdAt }: DeliveryRecord, data: EventRecord['data']): EventRecord {
  return { id, type, sequence, data, createdAt }
}

async function readSamples (read: Reader, deliveryIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, EventRecord['data']>> {
  if (deliveryIds.length === 0) return new Map()
  const rows = await read<{ id: Uuid, sample: EventRecord['data'] }[]>`
    select id, sample from deliveries where id = any(${bareArray(deliveryIds)}::uuid[])`
  return new Map(rows.map(({ id, sample }) => [id, sample]))
}
