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
//   links      fields that lead to a node by an id found in what an object says
//   subscriptions  events as they become true
//   references properties that hold ids and have no pattern that would say so
// After a change: `npm run openapi` prints schema.graphql, which is checked in; test/graphql/parity.test.ts names what is missing.
//
// The way of a request: authenticate.ts (signature or bearer token) → answer-http.ts, or sockets.ts → read-request.ts (parameters, document,
// measure-cost.ts) → carry-out.ts → mercurius (validation, remembered by the document's text), or what was compiled of it → operations.ts, context.ts (the
// work) → graph-problems.ts (what went wrong).
import { mercurius } from 'mercurius'
import type { App } from '../app-types.ts'
import { streamLimits } from '../event-stream.ts'
import { answererOf } from './answer-http.ts'
import { buildSchema } from './build-schema.ts'
import { openDocuments } from './carry-out.ts'
import type { Operations } from './operations.ts'
import { documentsMax, tokensMax } from './read-request.ts'
import { resources } from './resources.ts'
import { serveGraphiql } from './serve-graphiql.ts'
import { openSockets } from './sockets.ts'

/** GraphQL over HTTP, Server-Sent Events and WebSocket at /graphql, over the operations of REST; and an editor for it, if that is wanted. */
export async function registerGraphql (app: App, operations: Operations, { graphiql = false }: { readonly graphiql?: boolean | undefined } = {}): Promise<void> {
  const graph = buildSchema(resources, operations)
  await app.register(mercurius, {
    schema: graph.schema,
    routes: false,
    cache: documentsMax,
    graphql: { parseOptions: { maxTokens: tokensMax } },
    // Errors are shown where the answer is made, with the request at hand.
    errorFormatter: execution => ({ statusCode: 200, response: execution as never })
  })
  const documents = openDocuments(app, graph, operations)
  const limits = streamLimits()
  app.addHook('preClose', async () => limits.close())
  const answer = answererOf(graph, documents, limits)
  const sockets = openSockets(app, graph, documents, limits)
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    config: { scope: null, bearer: true },
    schema: { hide: true },
    handler: (request, reply) => sockets.upgrade(request, reply) ? reply : answer(request, reply)
  })
  if (graphiql) serveGraphiql(app, graph.schema)
}
