// What is sent of a delivery: the same headers and body at every attempt, but for the time and the signatures.
import { showId, type Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'
import { callbackBody } from '../events/event-view.ts'
import { readEvent } from '../events/read-events.ts'
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

/** What was, or will be, sent of a delivery, without its signatures; null when its event is no longer kept. */
export async function readCallback (
  read: Reader, resellerId: Uuid, delivery: DeliveryRecord, attemptedAt: Date | undefined
): Promise<CallbackRequest | null> {
  const { id, endpointId, eventId, eventSequence, type, createdAt, sequence, simulated } = delivery
  const sample = simulated ? await readSample(read, id) : undefined
  const event = sample === undefined
    ? await readEvent(read, resellerId, eventId)
    : { id: eventId, type, sequence: eventSequence, data: sample, createdAt }
  if (!event) return null
  const timestamp = Math.floor((attemptedAt ?? createdAt).getTime() / 1000)
  return { headers: callbackHeaders(id, timestamp), body: callbackBody(event, { endpointId, sequence, simulated }) }
}

async function readSample (read: Reader, deliveryId: Uuid): Promise<Record<string, unknown>> {
  const [row] = await read<{ sample: Record<string, unknown> }[]>`select sample from deliveries where id = ${deliveryId}`
  return row!.sample
}
