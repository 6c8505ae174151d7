import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { liveSecondsMax, SessionReport, SessionReportParams, StreamSessionLive } from '../../../schema/rest/session-report.ts'
import { readId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { LiveSnapshot } from '../../domain/links/live/live-snapshot.ts'
import { readSessionReport } from '../../domain/links/live/session-report.ts'
import { readSession } from '../../domain/links/session.ts'
import type { World } from '../../domain/world.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { heartbeatMs, keyCheckMs, streamLimits, whyOver, type OpenStream } from '../event-stream.ts'
import { openLiveFrames, type LiveFrames } from '../live/live-frames.ts'
import { sessionReportView } from '../live/report-view.ts'
import { untilQuiet } from '../live/until-quiet.ts'

/** What a session came to, and the same while it runs. */
export function sessionReportRoutes (app: App): void {
  const limits = streamLimits()
  const frames = openLiveFrames()
  app.addHook('preClose', async () => limits.close())

  app.get('/v1/sessions/:id/report', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'getSessionReport',
      summary: 'What a session came to',
      description: 'Totals in each currency, each link and SKU, each minute, what became of those who came, and money that went back. While the ' +
        'session runs it says what it came to until now; after its end late refunds may still change it.',
      tags: ['Purchase links'],
      'x-sdk': { resource: 'sessions', method: 'report' },
      params: SessionReportParams,
      response: { 200: SessionReport }
    } as const
  }, async (request, reply) => {
    const report = await readSessionReport(request.caller.world.db, resellerOf(request).id, readId('session', request.params.id)!)
    reply.header('cache-control', 'no-store')
    return sessionReportView(report)
  })

  app.get('/v1/sessions/:id/live', {
    config: { scope: 'links:read' },
    schema: {
      operationId: 'streamSessionLive',
      summary: 'A session while it runs, as server-sent events',
      description: 'First an event snapshot with a report (without all but the newest 60 minutes), then, within a quarter of a second of each ' +
        'change, an event delta with its members that changed; of minutes, with those that changed. A comment comes every ten seconds. It ' +
        'ends when your key does, and after an hour: connect anew. Last-Event-ID changes nothing: every stream begins with a snapshot.',
      tags: ['Purchase links'],
      'x-sdk': { resource: 'sessions', method: 'live', follows: 'SessionReport' },
      params: SessionReportParams,
      querystring: StreamSessionLive,
      response: {
        200: { description: 'Figures, for as long as you listen.', content: { 'text/event-stream': { schema: { type: 'string' } } } }
      }
    } as const
  }, async (request, reply) => {
    const { close_after_seconds: seconds = liveSecondsMax } = request.query as StreamSessionLive
    const { world, key, goodUntilMs } = request.caller
    const { id: resellerId } = resellerOf(request)
    const sessionId = readId('session', (request.params as { id: string }).id)!
    if ((await readSession(world.db, sessionId))?.resellerId !== resellerId) throw new Problem('not_found', 'You have no session with this id.')
    const stream = limits.open(key.id, resellerId)
    const endsMs = Math.min(world.clock() + seconds * 1_000, goodUntilMs)
    const text = tellFigures(world, frames, followed(request, world, sessionId, stream), { keyId: key.id, resellerId, endsMs })
    reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no')
    return reply.send(Readable.from(text, { objectMode: false }).once('close', stream.end))
  })
}

function followed (request: FastifyRequest, world: World, sessionId: Uuid, stream: OpenStream): AsyncGenerator<LiveSnapshot, void, undefined> {
  request.raw.once('close', stream.end)
  try {
    return world.live.followSession(sessionId, stream.signal)
  } catch (error) {
    stream.end()
    throw error
  }
}

interface Listener { readonly keyId: string, readonly resellerId: Uuid, readonly endsMs: number }

async function * tellFigures (
  world: World, frames: LiveFrames, snapshots: AsyncGenerator<LiveSnapshot, void, undefined>, listener: Listener
): AsyncGenerator<string, void, undefined> {
  let before: LiveSnapshot | undefined
  let saidMs = world.clock()
  yield 'retry: 1000\n\n'
  for await (const next of untilQuiet(snapshots, keyCheckMs)) {
    const nowMs = world.clock()
    const over = whyOver(world, listener, nowMs)
    if (over !== undefined) return yield `: ${over}\n\n`
    if (next !== 'quiet') {
      yield before === undefined ? frames.whole(next) : frames.difference(before, next)
      before = next
      saidMs = nowMs
    } else if (nowMs - saidMs >= heartbeatMs) {
      yield ': still here\n\n'
      saidMs = nowMs
    }
    if (before !== undefined && nowMs >= listener.endsMs) return
  }
}
