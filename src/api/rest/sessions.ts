import type { FastifyReply, FastifyRequest } from 'fastify'
import { CreateSession, ListSessions, Session, SessionPage, SessionParams, UpdateSession } from '../../../schema/rest/sessions.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { createSession } from '../../domain/links/create-session.ts'
import { endSession } from '../../domain/links/end-session.ts'
import { listSessions, readSessionOf, type CountedSession } from '../../domain/links/read-sessions.ts'
import { rotateAddresses } from '../../domain/links/rotate-addresses.ts'
import { sessionStateOf } from '../../domain/links/session.ts'
import { updateSession } from '../../domain/links/update-session.ts'
import { holdsScope } from '../../domain/resellers/keyring.ts'
import type { App } from '../app-types.ts'
import { change, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'
import { timeOf } from '../time-of.ts'

const tags = ['Purchase links']

/** Streams. */
export function sessionRoutes (app: App): void {
  const show = (request: FastifyRequest, reply: FastifyReply, session: CountedSession) => {
    reply.header('cache-control', 'no-store')
    return sessionView(request, app.origin(), session)
  }

  app.post('/v1/sessions', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'createSession',
      'x-sdk': { resource: 'sessions', method: 'create' },
      summary: 'Begin a session',
      description: 'One stream: links made in it are counted and settled by it. live_url is the host’s page, overlay_url the one for ' +
        'streaming software.',
      tags,
      body: CreateSession,
      response: { 201: Session, 200: Session }
    } as const
  }, async (request, reply) => {
    const { id: resellerId } = resellerOf(request)
    const { reference, title, host = null, starts_at: startsAt = null } = request.body
    return show(request, reply, await createOnce(request, reply, {
      owner: resellerId,
      resource: 'session',
      reference,
      fields: { title, host, starts_at: startsAt },
      create: (tx, id) => createSession(tx, resellerId, {
        id, title, hostId: host && readId('host', host)!, startsAt: startsAt === null ? null : timeOf(startsAt, '/starts_at')
      }),
      read: (tx, id) => readSessionOf(tx, resellerId, id)
    }))
  })

  app.get('/v1/sessions', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'listSessions',
      'x-sdk': { resource: 'sessions', method: 'list' },
      summary: 'Your sessions, newest first',
      tags,
      querystring: ListSessions,
      response: { 200: SessionPage }
    } as const
  }, (request, reply) => {
    const { id } = resellerOf(request)
    const { state = null, host } = request.query
    const filter = { state, hostId: host === undefined ? null : readId('host', host)! }
    return answerPage(request, reply, `sessions ${JSON.stringify([id, filter])}`, {
      load: (after, count) => listSessions(request.caller.world.db, id, filter, after ? String(after[0]) : null, count),
      placeOf: session => [session.id],
      view: session => show(request, reply, session)
    })
  })

  app.get('/v1/sessions/:id', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getSession',
      'x-sdk': { resource: 'sessions', method: 'get' },
      summary: 'One session',
      tags,
      params: SessionParams,
      response: { 200: Session }
    } as const
  }, async (request, reply) => show(request, reply, await readSessionOf(request.caller.world.db, ...addressed(request))))

  app.patch('/v1/sessions/:id', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'updateSession',
      'x-sdk': { resource: 'sessions', method: 'update' },
      summary: 'Change a session',
      tags,
      params: SessionParams,
      body: UpdateSession,
      response: { 200: Session }
    } as const
  }, async (request, reply) => {
    const { title, host, starts_at: startsAt } = request.body
    return show(request, reply, await change(request, tx => updateSession(tx, ...addressed(request), {
      title, hostId: host && readId('host', host)!, startsAt: startsAt === undefined ? undefined : timeOf(startsAt, '/starts_at')
    })))
  })

  app.post('/v1/sessions/:id/end', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'endSession',
      'x-sdk': { resource: 'sessions', method: 'end' },
      summary: 'End a session',
      description: 'Its links go on selling until they end themselves, and count for it still; their session_state says that it has ended. ' +
        'No new link can name it. Again, it changes nothing.',
      tags,
      params: SessionParams,
      response: { 200: Session }
    } as const
  }, async (request, reply) => show(request, reply, await change(request, tx => endSession(tx, ...addressed(request)))))

  app.post('/v1/sessions/:id/rotate-addresses', {
    config: { scope: 'links:write' },
    schema: {
      operationId: 'rotateSessionAddresses',
      'x-sdk': { resource: 'sessions', method: 'rotateAddresses' },
      summary: 'Make live_url and overlay_url anew',
      description: 'When an address came into wrong hands: the old ones open nothing any more.',
      tags,
      params: SessionParams,
      response: { 200: Session }
    } as const
  }, async (request, reply) => show(request, reply, await change(request, tx => rotateAddresses(tx, ...addressed(request)))))
}

/** Whose session the path names, and which. */
function addressed (request: FastifyRequest): readonly [Uuid, Uuid] {
  return [resellerOf(request).id, readId('session', (request.params as { id: string }).id)!]
}

/** What the caller sees of a session: whoever has its addresses sees money, so that keys which only read are not told them. */
export function sessionView (request: FastifyRequest, origin: string, session: CountedSession): Session {
  const { world, key } = request.caller
  const { id, urlVersion } = session
  const told = holdsScope(key, 'links:write')
  return {
    id: showId('session', id),
    title: session.title,
    host: session.hostId && showId('host', session.hostId),
    state: sessionStateOf(session, world.clock()),
    starts_at: session.startsAt.toISOString(),
    ended_at: session.endedAt?.toISOString() ?? null,
    live_url: told ? `${origin}/live/${world.buyerKeys.token('live', id, urlVersion)}` : null,
    overlay_url: told ? `${origin}/overlay/${world.buyerKeys.token('overlay', id, urlVersion)}` : null,
    links: session.links,
    held: session.held,
    sold: session.sold,
    sales: session.sales,
    created_at: session.createdAt.toISOString(),
    updated_at: session.updatedAt.toISOString()
  }
}
