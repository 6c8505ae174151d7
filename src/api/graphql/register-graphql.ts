// GraphQL at /graphql: the resellers' contract as a graph.
//
// One contract, two doors. A field of the graph is an operation of REST: `read('getOrder')` has the parameters of GET /v1/orders/{id} as
// arguments and its answer as type, and is carried out by its route's own handler, after the same validation, for the same scope. Nothing
// is said twice, so nothing can be said differently.
//
// Adding a resource is a file of its own here, named after its REST file, that exports a `Resource` (resource.ts), and its name in
// resources.ts. It says which operation each field is, and what REST does not know:
//   nodes      what has an id: its kind, its whole schema, the summaries that lists tell of it, the operation whose scope it takes, and
//              `load`: views of many by id in a few statements (the same view functions as REST's). Then `node(id:)` finds it, and every
//              property anywhere that holds such an id becomes two fields, `orderId` and `order`, without a word.
//   queries    read(…) for one answer, connection(…) for a list with cursors
//   mutations  act(…): path parameters are arguments, the body is `input`, the answer stands in a payload
//   fields     operations beneath an object: `from` says which of its fields are their parameters. Each object is a call of its own,
//              so what can be loaded by id is a node instead.
//   references properties that hold ids and have no pattern that would say so
// After a change: `npm run openapi` prints schema.graphql, which is checked in; test/graphql/parity.test.ts names what is missing.
//
// The way of a request: authenticate.ts (signature or bearer token) → read-request.ts (parameters, document, measure-cost.ts) →
// mercurius (validation, JIT, both by the document's text) → operations.ts and context.ts (the work) → graph-problems.ts (what went wrong).
import type { FastifyReply, FastifyRequest } from 'fastify'
import { getVariableValues, type ExecutionResult, type GraphQLError } from 'graphql'
import { mercurius } from 'mercurius'
import { Problem } from '../../base/problem.ts'
import type { App } from '../app-types.ts'
import { problemOf } from '../problems.ts'
import { buildSchema, type Graph } from './build-schema.ts'
import { openContext } from './context.ts'
import { errorsMax, showErrors, showProblem, showRefusals } from './graph-problems.ts'
import { acceptedType, eventStream, graphqlJson, plainJson, type MediaType } from './media-types.ts'
import type { Operations } from './operations.ts'
import { documentsMax, documentsOf, readGraphRequest, tokensMax } from './read-request.ts'
import { resources } from './resources.ts'

/** A document is compiled when it comes for the third time: what comes once is not worth it. */
const compiledFromUse = 2
/** A request takes one of the caller's rate for each so much of cost begun. */
export const costPerRequest = 100

/** GraphQL over HTTP at /graphql, over the operations of REST. */
export async function registerGraphql (app: App, operations: Operations): Promise<void> {
  const graph = graphOf(operations)
  const prepare = documentsOf(graph.schema)
  await app.register(mercurius, {
    schema: graph.schema,
    routes: false,
    jit: compiledFromUse,
    cache: documentsMax,
    graphql: { parseOptions: { maxTokens: tokensMax } },
    // Errors are shown where the answer is made, with the request at hand.
    errorFormatter: execution => ({ statusCode: 200, response: execution as never })
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    config: { scope: null, bearer: true },
    schema: { hide: true },
    handler: answerGraphql
  })

  async function answerGraphql (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const type = acceptedType(request.headers.accept)
    reply.header('cache-control', 'no-store').header('vary', 'accept')
    try {
      const asked = readGraphRequest(request)
      const prepared = prepare(asked)
      if (prepared.kind === 'subscription' && type !== eventStream) {
        throw new Problem('not_acceptable', `A subscription is answered as ${eventStream}: send Accept: ${eventStream}, or use a WebSocket.`)
      }
      if (prepared.kind !== 'query' && request.method === 'GET') {
        throw new Problem('method_not_allowed', 'A GET changes nothing: send mutations with POST.')
      }
      // Looked at here, because a compiled document tells less of where a variable is wrong.
      const { errors: misfits } = getVariableValues(graph.schema, prepared.operation.variableDefinitions ?? [], asked.variables, { maxErrors: errorsMax })
      if (misfits) return answer(reply, type, unfit(type), { errors: showRefusals(misfits, request) })
      takeCost(request, prepared.costWith(asked.variables))
      const context = openContext(request, operations, graph.nodes)
      const result = await reply.graphql(prepared.text, { ...context }, { ...asked.variables }) as ExecutionResult
      if (result.data === undefined) return answer(reply, type, unfit(type), { errors: showRefusals(result.errors ?? [], request) })
      const { data, errors } = result
      return answer(reply, type, 200, errors ? { errors: showErrors(errors, request), data } : { data })
    } catch (error) {
      const refused = refusalsIn(error)
      if (refused) return answer(reply, type, unfit(type), { errors: showRefusals(refused, request) })
      const problem = problemOf(error)
      if (!toldHere.has(problem.code)) throw error
      if (problem.code === 'method_not_allowed') reply.header('allow', 'POST')
      const status = problem.code === 'graphql_request_invalid' || problem.code === 'method_not_allowed' ? problem.status : unfit(type)
      return answer(reply, type, status, { errors: [showProblem(problem, request.id)] })
    }
  }
}

/** The graph over the operations of an app. */
export function graphOf (operations: Operations): Graph {
  return buildSchema(resources, operations)
}

/** What was not carried out for its document; clients that read plain JSON are told so with 200 (GraphQL over HTTP, "application/json"). */
function unfit (type: MediaType): number {
  return type === graphqlJson ? 400 : 200
}

function answer (reply: FastifyReply, type: MediaType, status: number, body: object): FastifyReply {
  return reply.code(status).type(`${type === graphqlJson ? graphqlJson : plainJson}; charset=utf-8`).serializer(JSON.stringify).send(body)
}

/** Problems of the request and its document are told as GraphQL tells errors; all others are answered as everywhere. */
const toldHere: ReadonlySet<string> = new Set(['graphql_request_invalid', 'document_invalid', 'query_too_costly', 'method_not_allowed'])

function refusalsIn (error: unknown): readonly GraphQLError[] | undefined {
  const { code, errors } = error as { readonly code?: unknown, readonly errors?: readonly GraphQLError[] }
  return code === 'MER_ERR_GQL_VALIDATION' ? errors : undefined
}

function takeCost (request: FastifyRequest, cost: number): void {
  const more = Math.ceil(cost / costPerRequest) - 1
  if (more > 0) request.caller.takeCost(more)
}
