// The results of a subscription, one by one, and as server-sent events (graphql-sse, "distinct connections mode").
import { setTimeout } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { createSourceEventStream, getVariableValues, type GraphQLError } from 'graphql'
import { Problem } from '../../base/problem.ts'
import type { Documents, GraphResult } from './carry-out.ts'
import { costPerRequest, GraphRefusal } from './carry-out.ts'
import type { Occasion } from './context.ts'
import { keyCheckMs, presentCaller } from './follow-events.ts'
import { errorsMax, showErrors, showProblem, showRefusals } from './graph-problems.ts'
import type { GraphRequest, Prepared } from './read-request.ts'
import type { Graph } from './build-schema.ts'
import { heartbeatMs } from '../event-stream.ts'
import { logFault, problemOf } from '../problems.ts'

/** Results as they come; null when it was quiet for a while. What is refused is refused before the first. */
export type Results = AsyncGenerator<GraphResult | null, void, undefined>

/** Begins a subscription: each event is a document carried out anew, for the caller as it is then. */
export async function follow (graph: Graph, documents: Documents, occasion: Occasion, prepared: Prepared, { variables, operationName }: GraphRequest): Promise<Results> {
  const { errors } = getVariableValues(graph.schema, prepared.operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: errorsMax })
  if (errors) throw new GraphRefusal(showRefusals(errors, occasion.request))
  const source = await createSourceEventStream({
    schema: graph.schema,
    document: prepared.document,
    ...(variables && { variableValues: variables }),
    ...(operationName !== undefined && { operationName }),
    contextValue: documents.contextOf(occasion)
  })
  if (!(Symbol.asyncIterator in source)) throw new GraphRefusal(showErrors((source as { errors: GraphQLError[] }).errors, occasion.request))
  return results(source as AsyncIterable<object | null>, documents, occasion, prepared, variables)
}

async function * results (
  events: AsyncIterable<object | null>, documents: Documents, occasion: Occasion, prepared: Prepared, variables: GraphRequest['variables']
): Results {
  const cost = prepared.costWith(variables)
  let owed = 0
  for await (const event of events) {
    if (event === null) {
      yield null
      continue
    }
    owed += cost
    if (owed >= costPerRequest) {
      await pay(occasion, Math.floor(owed / costPerRequest))
      owed %= costPerRequest
    }
    yield await documents.carryOut({ ...occasion, event, stands: true }, prepared, variables)
  }
}

/** Takes what events cost from the caller's rate. While there is nothing left of it the stream waits: it goes no faster than requests for the same. */
async function pay ({ request, signal }: Occasion, count: number): Promise<void> {
  for (;;) {
    try {
      return request.caller.takeCost(count)
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'rate_limited')) throw error
      await setTimeout(keyCheckMs, undefined, signal && { signal }).catch(() => {})
      if (signal?.aborted) return
      request.caller = presentCaller(request.caller)
    }
  }
}

/** Results as the text of a stream; a comment says that it is there while nothing comes. */
export async function * asServerSentEvents (results: AsyncIterable<GraphResult | null>, { request }: Occasion): AsyncGenerator<string, void, undefined> {
  const { clock } = request.caller.world
  let saidMs = clock()
  yield ': this stream has begun\n\n'
  try {
    for await (const result of results) {
      const nowMs = clock()
      if (result === null && nowMs - saidMs < heartbeatMs) continue
      yield result === null ? ': still here\n\n' : frame('next', result)
      saidMs = nowMs
    }
  } catch (error) {
    yield frame('next', { errors: errorsOf(error, request) })
  }
  yield frame('complete', undefined)
}

/** What ended a subscription, as GraphQL tells errors. */
export function errorsOf (error: unknown, request: FastifyRequest): readonly object[] {
  if (error instanceof GraphRefusal) return error.errors
  const problem = problemOf(error)
  logFault(problem, error, request)
  return [showProblem(problem, request.id)]
}

function frame (event: string, data: object | undefined): string {
  return `event: ${event}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`
}
