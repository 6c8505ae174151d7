// From a request's parameters to its result, for whatever it came by: HTTP, a stream, a WebSocket.
import {
  getVariableValues, GraphQLError, Kind, validate, type DocumentNode, type ExecutionResult, type GraphQLFormattedError, type GraphQLSchema, type SelectionSetNode
} from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'
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
      const cost = telling(occasion, () => prepared.costWith(asked.variables))
      // A request has taken one by being admitted.
      const more = Math.ceil(cost / costPerRequest) - (way === 'connection' ? 0 : 1)
      if (more > 0) request.caller.takeCost(more)
      return prepared
    },
    async carryOut (occasion, prepared, variables) {
      const { request } = occasion
      const compiled = compiledOf(schema, prepared)
      const { data, errors } = compiled
        ? await compiled(undefined, contextOf(occasion), variables ?? {})
        : await interpret(occasion, prepared, variables)
      if (data === undefined) {
        // A compiled document tells less of where a variable is wrong.
        const told = getVariableValues(schema, prepared.operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: errorsMax }).errors
        throw new GraphRefusal(showRefusals(told ?? errors!, request))
      }
      return errors ? { errors: showErrors(errors, request), data } : { data }
    }
  }

  async function interpret (occasion: Occasion, prepared: Prepared, variables: GraphRequest['variables']): Promise<ExecutionResult> {
    try {
      const result = await app.graphql(prepared.text, contextOf(occasion) as object, variables as Record<string, unknown> | undefined)
      prepared.uses++
      return result
    } catch (error) {
      const { code, errors } = error as { readonly code?: unknown, readonly errors?: readonly GraphQLError[] }
      if (code !== 'MER_ERR_GQL_VALIDATION') throw error
      throw new GraphRefusal(showRefusals(errors!, occasion.request))
    }
  }

  function prepareFor (occasion: Occasion, asked: GraphRequest): Prepared {
    const prepared = telling(occasion, () => prepare(asked))
    // Mercurius validates what it carries out; a subscription stands before anything is.
    const errors = prepared.kind === 'subscription' ? subscriptionFaults(schema, prepared) : []
    if (errors.length > 0) throw new GraphRefusal(showRefusals(errors, occasion.request))
    return prepared
  }
}

/**
 * What is wrong with a subscription. Its one field is not chosen by @skip or @include (GraphQL, September 2025, section 5.2.4.1):
 * the rules of graphql-js throw where a variable stands in them, and its execution where no field is left.
 */
function subscriptionFaults (schema: GraphQLSchema, { document, operation }: Prepared): readonly GraphQLError[] {
  if (!chosenByDirectives(document, operation.selectionSet, new Set())) return validate(schema, document)
  return [new GraphQLError('A subscription’s own field takes neither @skip nor @include.', { nodes: operation })]
}

function chosenByDirectives (document: DocumentNode, set: SelectionSetNode, seen: Set<string>): boolean {
  return set.selections.some(selection => {
    if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true
    if (selection.kind === Kind.FIELD) return false
    if (selection.kind === Kind.INLINE_FRAGMENT) return chosenByDirectives(document, selection.selectionSet, seen)
    const name = selection.name.value
    if (seen.has(name)) return false
    seen.add(name)
    const fragment = document.definitions.find(definition => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name)
    return fragment?.kind === Kind.FRAGMENT_DEFINITION && chosenByDirectives(document, fragment.selectionSet, seen)
  })
}

/** A document is compiled when it comes for the third time: what comes once is not worth it, and what does not fit never gets there. */
const compiledFromUse = 2

/**
 * The compiled form of a document, in its time. Here and not in Mercurius, which would compile one operation of several for all of them,
 * and coerce variables twice.
 */
function compiledOf (schema: GraphQLSchema, prepared: Prepared): CompiledQuery['query'] | undefined {
  if (prepared.compiled === undefined && prepared.uses >= compiledFromUse) {
    const compiled = compileQuery(schema, prepared.document, prepared.operation.name?.value)
    prepared.compiled = isCompiledQuery(compiled) ? compiled.query : null
  }
  return prepared.compiled ?? undefined
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
