import type { EventType } from '../../../schema/vocabulary.ts'
import { showId } from '../../base/ids.ts'
import type { NewEvent } from '../events/append-events.ts'
import type { Link } from './link.ts'

/** What of a link its events tell. */
export type ToldLink = Pick<Link, 'id' | 'resellerId' | 'slug' | 'title' | 'sessionId'>

/** What a reseller hears of a link. */
export function linkEvent (type: EventType & `link.${string}`, { id, resellerId, slug, title, sessionId }: ToldLink): NewEvent {
  return { resellerId, type, data: { link: showId('link', id), slug, title, session: sessionId && showId('session', sessionId) } }
}
