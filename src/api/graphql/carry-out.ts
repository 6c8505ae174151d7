// From a request's parameters to its result, for whatever it came by: HTTP, a stream, a WebSocket.
import { getVariableValues, GraphQLError, validate, type ExecutionResult, type GraphQLFormattedError } from 'graphql'
import type { App } from '../app-types.ts'
import { Problem } from '../../base/problem.ts'
import type { Graph } from './build-schema.ts'
import { openContext, type GraphContext, type Occasion } from './context.ts'
import { errorsMax, showErrors, showProblem, showRefusals } from './graph-problems.ts'
import type { Operations } from './operations.ts'
import { documentsOf, type GraphRequest, type Prepared } from './read-request.ts'

/** A request takes one of the caller's rate for each so much of cost begun. */
export const costPerRequest = 100

/** Thrown for what is not carried out for its document or its variables. */
export class GraphRefusal extends Error {
  readonly errors: readonly GraphQLFormattedError[]

  constructor (errors: readonly GraphQLFormattedError[]) {
    super('a document was refused')
    this.errors = errors
  }
}

export interface GraphResult { readonly data: unknown, readonly errors?: readonly GraphQLFormattedError[] }

/** Ways a document can come; each takes more than the next. */
export type Way = 'post' | 'get' | 'connection'

export interface Documents {
  /** The document of a request, ready: parsed, measured, its cost taken from the caller's rate. */
  begin (occasion: Occasion, asked: GraphRequest, way: Way): Prepared
  carryOut (occasion: Occasion, prepared: Prepared, variables: GraphRequest['variables']): Promise<GraphResult>
  contextOf (occasion: Occasion): GraphContext
}

/** Carries out documents on the graph of an app. */
export function openDocuments (app: App, graph: Graph, operations: Operations): Documents {
  const { schema, nodes } = graph
  const prepare = documentsOf(schema)
  const contextOf = (occasion: Occasion) => openContext(occasion, operations, nodes)

  return {
    contextOf,
    begin (occasion, asked, way) {
      const { request } = occasion
      const prepared = prepareFor(occasion, asked)
      if (prepared.kind === 'mutation' && way !== 'post') {
        throw new Problem('method_not_allowed', way === 'get' ? 'A GET changes nothing: send mutations with POST.' : 'A change is a request of its own: send mutations with POST.')
      }
      // Looked at here, because a compiled document tells less of where a variable is wrong.
      const { errors } = getVariableValues(schema, prepared.operation.variableDefinitions ?? [], asked.variables, { maxErrors: errorsMax })
      if (errors) throw new GraphRefusal(showRefusals(errors, request))
      const cost = telling(occasion, () => prepared.costWith(asked.variables))
      // A request has taken one by being admitted.
      const more = Math.ceil(cost / costPerRequest) - (way === 'connection' ? 0 : 1)
      if (more > 0) request.caller.takeCost(more)
      return prepared
    },
    async carryOut (occasion, { text }, variables) {
      const { request } = occasion
      let result: ExecutionResult
      try {
        result = await app.graphql(text, { ...contextOf(occasion) }, { ...variables })
      } catch (error) {
        const { code, errors } = error as { readonly code?: unknown, readonly errors?: readonly GraphQLError[] }
        if (code !== 'MER_ERR_GQL_VALIDATION') throw error
        throw new GraphRefusal(showRefusals(errors!, request))
      }
      const { data, errors } = result
      if (data === undefined) throw new GraphRefusal(showRefusals(errors!, request))
      return errors ? { errors: showErrors(errors, request), data } : { data }
    }
  }

  function prepareFor (occasion: Occasion, asked: GraphRequest): Prepared {
    const prepared = telling(occasion, () => prepare(asked))
    // Mercurius validates what it carries out; a subscription stands before anything is.
    const errors = prepared.kind === 'subscription' ? validate(schema, prepared.document) : []
    if (errors.length > 0) throw new GraphRefusal(showRefusals(errors, occasion.request))
    return prepared
  }
}

const ofDocuments: ReadonlySet<string> = new Set(['document_invalid', 'query_too_costly'])

/** A problem of the document becomes a refusal in GraphQL's own form. */
function telling<Made> ({ request }: Occasion, make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (error instanceof Problem && ofDocuments.has(error.code)) throw new GraphRefusal([showProblem(error, request.id)])
    throw error
  }
}
