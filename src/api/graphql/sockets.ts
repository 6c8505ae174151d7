// Subscriptions over WebSocket (graphql-transport-ws: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
// Who asks is known by the signature of the upgrade, or, for browsers, which can neither sign nor set headers, by a bearer token in
// `connection_init`: {"authorization": "Bearer …"}. A socket carries queries and subscriptions; a change is a signed POST of its own.
import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { WebSocketServer, type WebSocket } from 'ws'
import { JsonRefusal, parseJsonStrictly } from '../../base/json.ts'
import { Problem } from '../../base/problem.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { heartbeatMs, streamLimits, type OpenStream, type StreamLimits } from '../event-stream.ts'
import type { Graph } from './build-schema.ts'
import type { Documents } from './carry-out.ts'
import { keyCheckMs, presentCaller } from './follow-events.ts'
import { readGraphRequest } from './read-request.ts'
import { errorsOf, follow } from './stream-results.ts'

const protocol = 'graphql-transport-ws'
const messageBytesMax = 64 * 1024
/** What a socket may have to send and has not taken; one that is slower is closed. */
const waitingBytesMax = 1024 * 1024
const initWithinMs = 5_000
/** An operation's id in UTF-8, which stands in a reason to close: that has 123 bytes at most (RFC 6455 §5.5). */
const idBytesMax = 90
/** Sockets that have not said who they are. */
const unknownSocketsMax = 200

/** Where upgrades without a signature are led inside: nobody is known there until `connection_init`. */
const unsignedUrl = '/graphql/unsigned-socket'

/** Opens /graphql to WebSockets; the route of GET /graphql asks `upgrade` whether a request is one. */
export function openSockets (app: App, graph: Graph, documents: Documents, limits: StreamLimits) {
  const upgrading = new WeakMap<IncomingMessage, { readonly socket: Duplex, readonly head: Buffer }>()
  const server = new WebSocketServer({
    noServer: true, maxPayload: messageBytesMax, perMessageDeflate: false, handleProtocols: offered => offered.has(protocol) && protocol
  })
  const sockets = streamLimits()
  let unknown = 0

  // Only what wants a WebSocket here leaves the way of requests: others (HTTP/2 by upgrade, as some clients try) are answered as usual.
  // A Node that cannot tell them apart (before 24.9) has no sockets: it would break those clients.
  if (!('shouldUpgradeCallback' in app.server)) return { upgrade: () => false }
  Object.assign(app.server, { shouldUpgradeCallback: isOurs })
  app.server.on('upgrade', (raw: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    upgrading.set(raw, { socket, head })
    if (raw.headers['signature-input'] === undefined && raw.headers.authorization === undefined) raw.url = unsignedUrl
    const response = new ServerResponse(raw)
    response.assignSocket(socket as never)
    response.once('finish', () => socket.end())
    app.routing(raw, response)
  })
  app.addHook('preClose', async () => {
    sockets.close()
    for (const socket of server.clients) socket.close(1001, 'The server stops.')
  })
  app.get(unsignedUrl, { schema: { hide: true } }, async (request, reply) => {
    if (!upgrade(request, reply)) throw new Problem('not_found', 'Open a WebSocket at /graphql.')
    return reply
  })

  return { upgrade }

  /** Takes a request over if it is an upgrade. */
  function upgrade (request: FastifyRequest, reply: FastifyReply): boolean {
    const { raw } = request
    const waiting = upgrading.get(raw)
    if (!waiting) return false
    if (!request.caller && unknown >= unknownSocketsMax) throw new Problem('overloaded', 'Too many sockets have not said who they are. Sign the upgrade.')
    const place = request.caller && sockets.open(request.caller.key.id, resellerOf(request).id)
    reply.hijack()
    const { socket, head } = waiting
    raw.url = '/graphql'
    let opens = false
    server.handleUpgrade(raw, socket, head, opened => {
      opens = true
      converse(opened, request, place)
    })
    // What asked wrongly, or has gone by now, has been answered, and holds no place.
    if (!opens) place?.end()
    return true
  }

  function converse (socket: WebSocket, request: FastifyRequest, signed: OpenStream | undefined): void {
    const running = new Map<string, AbortController>()
    let place = signed
    if (!place) unknown++
    let initiated = false
    let acknowledged = false
    let heard = true
    const ticks = setInterval(look, keyCheckMs)
    const beats = setInterval(beat, heartbeatMs)
    const patience = setTimeout(() => initiated || socket.close(4408, 'Connection initialisation timeout'), initWithinMs)
    socket.on('pong', () => { heard = true })
    socket.on('ping', takes)
    socket.on('error', () => socket.terminate())
    socket.on('message', (data, isBinary) => void hear(data as Buffer, isBinary).catch(error => fail(error)))
    socket.once('close', () => {
      clearInterval(ticks)
      clearInterval(beats)
      clearTimeout(patience)
      for (const one of running.values()) one.abort()
      if (place) place.end()
      else unknown--
    })

    /** A socket ends with its key, or its token, as everything does. */
    function look (): void {
      if (!request.caller) return
      try {
        request.caller = presentCaller(request.caller)
      } catch (error) {
        close(4403, error)
      }
    }

    function beat (): void {
      if (!heard) return socket.terminate()
      heard = false
      socket.ping()
    }

    async function hear (data: Buffer, isBinary: boolean): Promise<void> {
      if (socket.readyState !== socket.OPEN) return
      const message = isBinary ? undefined : messageOf(data)
      switch (message?.type) {
        case 'connection_init': return await initiate(message.payload)
        case 'ping': return void say({ type: 'pong' })
        case 'pong': return
        case 'complete': return running.get(String(message.id))?.abort()
        case 'subscribe':
          if (typeof message.id !== 'string' || message.id === '' || Buffer.byteLength(message.id) > idBytesMax) break
          if (!acknowledged) return socket.close(4401, 'Unauthorized')
          if (running.has(message.id)) return socket.close(4409, `Subscriber for ${message.id} already exists`)
          return await subscribe(message.id, message.payload)
      }
      socket.close(4400, 'Invalid message')
    }

    async function initiate (payload: unknown): Promise<void> {
      if (initiated) return socket.close(4429, 'Too many initialisation requests')
      initiated = true
      try {
        if (!request.caller) {
          const token = tokenIn(payload)
          if (token === undefined) throw new Problem('signature_missing', 'Sign the upgrade, or send {"authorization": "Bearer …"} in connection_init.')
          const caller = await app.admitBearer(token, request.ip)
          request.caller = caller
          if (socket.readyState === socket.CLOSED) return
          place = sockets.open(caller.key.id, resellerOf(request).id)
          unknown--
        }
        acknowledged = true
        void say({ type: 'connection_ack' })
      } catch (error) {
        close(4403, error)
      }
    }

    async function subscribe (id: string, payload: unknown): Promise<void> {
      const ending = new AbortController()
      let stream: OpenStream | undefined
      running.set(id, ending)
      try {
        request.caller = presentCaller(request.caller)
        stream = limits.open(request.caller.key.id, resellerOf(request).id)
        const occasion = { request, signal: AbortSignal.any([ending.signal, stream.signal]), stands: true } as const
        const asked = readGraphRequest(payload)
        const prepared = documents.begin(occasion, asked, 'connection')
        if (prepared.kind === 'subscription') {
          for await (const result of await follow(graph, documents, occasion, prepared, asked)) {
            if (ending.signal.aborted) break
            if (result !== null) await say({ id, type: 'next', payload: result })
          }
        } else await say({ id, type: 'next', payload: await documents.carryOut(occasion, prepared, asked.variables) })
        if (!ending.signal.aborted) void say({ id, type: 'complete' })
      } catch (error) {
        if (!ending.signal.aborted) void say({ id, type: 'error', payload: errorsOf(error, request) })
      } finally {
        running.delete(id)
        stream?.end()
      }
    }

    /** Resolves once it has left, so that events are read no faster than they are taken. */
    function say (message: object): Promise<void> {
      return new Promise(resolve => {
        if (!takes()) resolve()
        else socket.send(JSON.stringify(message), () => resolve())
      })
    }

    /** Who asks and does not read what is answered, be it to pings, is left. */
    function takes (): boolean {
      if (socket.bufferedAmount > waitingBytesMax) socket.terminate()
      return socket.readyState === socket.OPEN
    }

    function fail (error: unknown): void {
      request.log.error({ err: { type: (error as Error).name } }, 'a socket failed through a fault of ours')
      socket.close(1011, 'Something is wrong on our side')
    }

    function close (code: number, error: unknown): void {
      if (!(error instanceof Problem)) return fail(error)
      socket.close(code, error.code)
    }
  }
}

interface Message { readonly type?: unknown, readonly id?: unknown, readonly payload?: unknown }

function messageOf (data: Buffer): Message | undefined {
  try {
    const message = parseJsonStrictly(data)
    return typeof message === 'object' && message !== null ? message : undefined
  } catch (error) {
    if (error instanceof JsonRefusal) return undefined
    throw error
  }
}

function tokenIn (payload: unknown): string | undefined {
  const { authorization, Authorization } = (payload ?? {}) as { readonly authorization?: unknown, readonly Authorization?: unknown }
  const given = authorization ?? Authorization
  return typeof given === 'string' ? /^Bearer +(\S+)$/i.exec(given)?.[1] : undefined
}

function isOurs ({ method, url = '', headers }: IncomingMessage): boolean {
  return method === 'GET' && /^\/graphql(\?|$)/.test(url) && headers.upgrade?.toLowerCase() === 'websocket'
}
