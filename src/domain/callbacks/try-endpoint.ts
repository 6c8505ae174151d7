// Trying an endpoint out: a real event that goes to it alone, or a sample of any type, which stands in no feed.
import { eventData } from '../../../schema/rest/events.ts'
import { orderStates, type EventType } from '../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { appendEvents } from '../events/append-events.ts'
import { hintDeliveries } from './hint-deliveries.ts'
import { lockEndpoint, readEndpoint } from './read-endpoints.ts'

/** Appends an event for this endpoint: the feed has it, and of the endpoints the one that its data names. */
export async function testEndpoint (tx: Tx, resellerId: Uuid, id: Uuid): Promise<void> {
  const { state } = await readEndpoint(tx, resellerId, id)
  if (state === 'disabled') throw new Problem('state_conflict', 'The endpoint is disabled. Resume it first.')
  await appendEvents(tx, [{ resellerId, type: 'endpoint.test', data: { endpoint: showId('endpoint', id), state } }])
}

/** Makes a delivery of a sample, numbered like any other; gives its id. */
export async function simulateEvent (tx: Tx, resellerId: Uuid, endpointId: Uuid, type: EventType): Promise<Uuid> {
  const { state } = await lockEndpoint(tx, resellerId, endpointId)
  if (state === 'disabled') throw new Problem('state_conflict', 'The endpoint is disabled. Resume it first.')
  const id = newId()
  await tx`
    with numbered as (
      update endpoints set sequence = sequence + 1, next_due_at = least(next_due_at, clock_timestamp()) where id = ${endpointId}
      returning sequence
    )
    insert into deliveries (endpoint_id, sequence, id, reseller_id, event_sequence, event_id, type, sample, state, due_at)
    select ${endpointId}, numbered.sequence, ${id}, ${resellerId}, event_sequence, ${newId()}, ${type},
      ${tx.json(sampleOf(type) as never)}, 'due', clock_timestamp()
    from numbered, resellers where resellers.id = ${resellerId}`
  await hintDeliveries(tx)
  return id
}

/** Data as an event of this type has it; none of it is true. */
export function sampleOf (type: EventType): Record<string, unknown> {
  const data = sampleOfSchema(eventData[type]) as Record<string, unknown>
  const state = orderStates.find(known => type === `order.${known}`)
  return state === undefined ? data : { ...data, order: { ...data.order as object, state } }
}

/** As much of JSON Schema as the types of events use. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

function sampleOfSchema (schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  if (schema.enum?.[0] !== undefined) return schema.enum[0]
  if (schema.anyOf?.[0] !== undefined) return sampleOfSchema(schema.anyOf[0])
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'object': return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, sampleOfSchema(field)]))
    case 'array': return schema.items === undefined ? [] : [sampleOfSchema(schema.items)]
    case 'integer':
    case 'number': return schema.minimum ?? 1
    case 'boolean': return false
    case 'string': return samplesOfFormats[schema.format ?? ''] ?? 'sample'
    default: return null
  }
}

const samplesOfFormats: Readonly<Record<string, string>> = { 'date-time': '2026-11-21T08:00:00.000Z', date: '2026-11-21' }
