// The results of a subscription, one by one, and as server-sent events (graphql-sse, "distinct connections mode").
import { createSourceEventStream, type GraphQLError } from 'graphql'
import type { Documents, GraphResult } from './carry-out.ts'
import { GraphRefusal } from './carry-out.ts'
import type { Occasion } from './context.ts'
import { showErrors, showProblem } from './graph-problems.ts'
import type { GraphRequest, Prepared } from './read-request.ts'
import type { Graph } from './build-schema.ts'
import { heartbeatMs } from '../event-stream.ts'
import { problemOf } from '../problems.ts'

/** Results as they come; null when it was quiet for a while. What is refused is refused before the first. */
export type Results = AsyncGenerator<GraphResult | null, void, undefined>

/** Begins a subscription: each event is a document carried out anew, for the caller as it is then. */
export async function follow (graph: Graph, documents: Documents, occasion: Occasion, prepared: Prepared, { variables, operationName }: GraphRequest): Promise<Results> {
  const source = await createSourceEventStream({
    schema: graph.schema,
    document: prepared.document,
    variableValues: variables,
    ...(operationName !== undefined && { operationName }),
    contextValue: documents.contextOf(occasion)
  })
  if (!(Symbol.asyncIterator in source)) throw new GraphRefusal(showErrors((source as { errors: GraphQLError[] }).errors, occasion.request))
  return results(source as AsyncIterable<object | null>, documents, occasion, prepared, variables)
}

async function * results (
  events: AsyncIterable<object | null>, documents: Documents, occasion: Occasion, prepared: Prepared, variables: GraphRequest['variables']
): Results {
  for await (const event of events) {
    yield event === null ? null : await documents.carryOut({ ...occasion, event, stands: true }, prepared, variables)
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
    yield frame('next', { errors: errorsOf(error, request.id) })
  }
  yield frame('complete', undefined)
}

/** What ended a subscription, as GraphQL tells errors. */
export function errorsOf (error: unknown, requestId: string): readonly object[] {
  return error instanceof GraphRefusal ? error.errors : [showProblem(problemOf(error), requestId)]
}

function frame (event: string, data: object | undefined): string {
  return `event: ${event}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`
}
