import { Type, type Static } from '@sinclair/typebox'
import { sessionStates } from '../vocabulary.ts'
import { Id, Nullable, OneOf, oneLinePattern, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { HostId } from './hosts.ts'

/** Sessions of a reseller that have not ended. */
export const sessionsOpenMax = 500
export const titleLengthMax = 80

export const SessionId = Id('ses', 'The id of a session: one stream.')

/** What buyers or hosts read first. */
export const Title = Type.String({
  minLength: 1, maxLength: titleLengthMax, pattern: oneLinePattern, description: 'One line, shown as text.', examples: ['双十一专场']
})
const StartsAt = Type.Unsafe<string>({ ...Timestamp, description: 'When the stream begins; from then on it is live. Left out: now.' })
const SessionHost = Nullable(HostId, { description: 'Who sells in it; links made in it are this host’s unless they say otherwise.' })

export const CreateSession = Type.Object({
  reference: Type.Optional(Reference),
  title: Title,
  host: Type.Optional(SessionHost),
  starts_at: Type.Optional(StartsAt)
}, { additionalProperties: false })
export type CreateSession = Static<typeof CreateSession>

export const UpdateSession = Type.Object({
  title: Type.Optional(Title),
  host: Type.Optional(Nullable(HostId, { description: 'Who sells in it. Links that are there already keep their host.' })),
  starts_at: Type.Optional(StartsAt)
}, { additionalProperties: false, minProperties: 1, description: 'What is left out stays. A session that has ended is not changed any more.' })
export type UpdateSession = Static<typeof UpdateSession>

export const Session = Type.Object({
  id: SessionId,
  title: Type.String(),
  host: Nullable(HostId),
  state: OneOf(sessionStates, { description: 'ended: you ended it. live: its start has come.' }),
  starts_at: Timestamp,
  ended_at: Nullable(Timestamp),
  live_url: Nullable(Type.String(), {
    description: 'The page on which the host sees viewers, sales and commission. Whoever has the address sees it, so that only keys with ' +
      'links:write are told it; rotate-addresses makes another.'
  }),
  overlay_url: Nullable(Type.String(), { description: 'The page for streaming software, of the same kind: told to the same keys.' }),
  links: Type.Integer({ description: 'Purchase links in it.' }),
  held: Type.Integer({ description: 'Pieces that buyers are paying for now.' }),
  sold: Type.Integer({ description: 'Pieces that were bought.' }),
  sales: Type.Integer({ description: 'Purchases.' }),
  created_at: Timestamp,
  updated_at: Timestamp
}, { additionalProperties: false, title: 'Session' })
export type Session = Static<typeof Session>

export const SessionParams = Type.Object({ id: SessionId })
export const ListSessions = Type.Object({
  ...PageQuery,
  state: Type.Optional(OneOf(sessionStates)),
  host: Type.Optional(HostId)
}, { additionalProperties: false })
export type ListSessions = Static<typeof ListSessions>
export const SessionPage = Page(Session)
