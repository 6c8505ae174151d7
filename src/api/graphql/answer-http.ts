// GraphQL over HTTP: methods, media types, status codes (https://graphql.github.io/graphql-over-http/draft/), and streams.
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../base/problem.ts'
import { resellerOf } from '../change.ts'
import type { StreamLimits } from '../event-stream.ts'
import type { Graph } from './build-schema.ts'
import { GraphRefusal, type Documents, type GraphResult } from './carry-out.ts'
import { showProblem } from './graph-problems.ts'
import { acceptedType, eventStream, graphqlJson, plainJson, type MediaType } from './media-types.ts'
import { readAddress, readGraphRequest, type GraphRequest, type Prepared } from './read-request.ts'
import { asServerSentEvents, follow } from './stream-results.ts'

/** Answers /graphql: what cannot be read as a request is a 400, what is wrong with its document is told in the form that is accepted. */
export function answererOf (graph: Graph, documents: Documents, limits: StreamLimits) {
  return async function answerGraphql (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const type = acceptedType(request.headers.accept)
    reply.header('cache-control', 'no-store').header('vary', 'accept')
    try {
      const isGet = request.method === 'GET'
      const asked = isGet ? readAddress(request.query as Readonly<Record<string, unknown>>) : readGraphRequest(request.body)
      const prepared = documents.begin({ request }, asked, isGet ? 'get' : 'post')
      if (type === eventStream) return await answerStream(request, reply, prepared, asked)
      if (prepared.kind === 'subscription') {
        throw new Problem('not_acceptable', `A subscription is answered as ${eventStream}: send Accept: ${eventStream}, or use a WebSocket.`)
      }
      return answer(reply, type, 200, await documents.carryOut({ request }, prepared, asked.variables))
    } catch (error) {
      if (error instanceof GraphRefusal) return answer(reply, type, type === graphqlJson ? 400 : 200, { errors: error.errors })
      if (!(error instanceof Problem) || !ofRequests.has(error.code)) throw error
      if (error.code === 'method_not_allowed') reply.header('allow', 'POST')
      return answer(reply, type, error.status, { errors: [showProblem(error, request.id)] })
    }
  }

  async function answerStream (request: FastifyRequest, reply: FastifyReply, prepared: Prepared, asked: GraphRequest): Promise<FastifyReply> {
    const { signal, end } = limits.open(request.caller.key.id, resellerOf(request).id)
    const occasion = { request, signal }
    try {
      const results = prepared.kind === 'subscription'
        ? await follow(graph, documents, occasion, prepared, asked)
        : one(await documents.carryOut(occasion, prepared, asked.variables))
      request.raw.once('close', end)
      reply.type(`${eventStream}; charset=utf-8`).header('x-accel-buffering', 'no')
      return await reply.send(Readable.from(asServerSentEvents(results, occasion), { objectMode: false }).once('close', end))
    } catch (error) {
      end()
      throw error
    }
  }
}

async function * one (result: GraphResult): AsyncGenerator<GraphResult, void, undefined> {
  yield result
}

/** Problems of the request that are told as GraphQL tells errors; all others are answered as everywhere. */
const ofRequests: ReadonlySet<string> = new Set(['graphql_request_invalid', 'method_not_allowed'])

function answer (reply: FastifyReply, type: MediaType, status: number, body: object): FastifyReply {
  return reply.code(status).type(`${type === graphqlJson ? graphqlJson : plainJson}; charset=utf-8`).serializer(JSON.stringify).send(body)
}
