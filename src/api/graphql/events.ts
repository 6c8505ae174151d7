import { GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql'
import { Event } from '../../../schema/rest/events.ts'
import { eventView } from '../../domain/events/event-view.ts'
import { readEvents } from '../../domain/events/read-events.ts'
import { connection, loadOwn, read, type Resource } from './resource.ts'
import { SafeInt } from './scalars.ts'

/** What became true: the feed, and the same as it grows. */
export const events: Resource = {
  nodes: {
    Event: {
      kind: 'event',
      schema: Event,
      operation: 'getEvent',
      load: loadOwn('event', readEvents, (_, rows) => rows.map(eventView))
    }
  },
  queries: {
    event: read('getEvent'),
    events: connection('listEvents')
  },
  subscriptions: {
    events: {
      operation: 'streamEvents',
      node: 'Event',
      description: 'Your events as they become true. With after, those behind that sequence come first, and none is missed.',
      args: {
        types: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)), description: 'Only these, as in order.completed; left out, all.' },
        after: { type: SafeInt, description: 'The sequence of the last event you took; left out, it begins now.' }
      }
    }
  },
  links: { Event: { about: { description: 'What it is about, as it is now: the order, bulk order, hold, SKU, … that its data names.', idOf: aboutOf } } }
}

/** Members of an event's data that say what it is about, the most telling first. */
const subjects = ['order', 'bulk_order', 'standing_order', 'hold', 'endpoint', 'sku', 'encryption_key']

function aboutOf ({ data }: { readonly data: Readonly<Record<string, unknown>> }): string | null {
  for (const name of subjects) {
    const subject = data[name]
    const id = typeof subject === 'object' && subject !== null ? (subject as { readonly id?: unknown }).id : subject
    if (typeof id === 'string') return id
  }
  return null
}
