// A GraphQL request out of a body or an address, and the document in it: parsed once, measured, and remembered by its text.
import { getOperationAST, GraphQLError, Kind, OperationTypeNode, parse, print, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import type { CompiledQuery } from 'graphql-jit'
import { JsonRefusal, parseJsonStrictly } from '../../base/json.ts'
import { Problem } from '../../base/problem.ts'
import { measureCost, type Cost } from './measure-cost.ts'

export const documentCharsMax = 20_000
export const tokensMax = 2_000
/** Documents remembered, each of up to a megabyte in all; the one that was not used for longest goes. */
export const documentsMax = 150

export interface GraphRequest {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly operationName: string | undefined
}

/** An operation that is ready to be carried out. */
export interface Prepared {
  readonly kind: OperationTypeNode
  readonly operation: OperationDefinitionNode
  readonly document: DocumentNode
  /** The operation and its fragments alone: what executes is chosen here and nowhere else. */
  readonly text: string
  readonly costWith: Cost
  /** How often it was carried out, and its compiled form once that was often enough; null when it has none. */
  uses: number
  compiled?: CompiledQuery['query'] | null
}

/** Reads the parameters of a request out of its address, where what is not text is JSON. */
export function readAddress (query: Readonly<Record<string, unknown>>): GraphRequest {
  return readGraphRequest({ ...query, variables: jsonOf(query.variables, 'variables'), extensions: jsonOf(query.extensions, 'extensions') })
}

/** Reads the parameters of a request (GraphQL over HTTP, "Request Parameters"). */
export function readGraphRequest (given: unknown): GraphRequest {
  if (Array.isArray(given)) throw invalid('Send one request; lists of them are not taken.')
  if (!isMap(given)) throw invalid('Send {"query": …, "variables": …, "operationName": …} as JSON.')
  const { query, variables, operationName, extensions, ...others } = given
  const [other] = Object.keys(others)
  if (other !== undefined) throw invalid(`${JSON.stringify(other.slice(0, 50))} is no parameter of a request.`)
  if (typeof query !== 'string') throw invalid('query is the document, as a string.')
  if (variables != null && !isMap(variables)) throw invalid('variables is a map.')
  if (operationName != null && typeof operationName !== 'string') throw invalid('operationName is a string.')
  if (extensions != null && !isMap(extensions)) throw invalid('extensions is a map.')
  return { query, variables: variables ?? undefined, operationName: operationName || undefined }
}

/** Prepares documents for a schema, and remembers them. */
export function documentsOf (schema: GraphQLSchema): (request: GraphRequest) => Prepared {
  const remembered = new Map<string, Prepared>()
  return ({ query, operationName }) => {
    const key = `${operationName ?? ''}\n${query}`
    const known = remembered.get(key)
    if (known) {
      remembered.delete(key)
      remembered.set(key, known)
      return known
    }
    if (query.length > documentCharsMax) throw new Problem('query_too_costly', `A document has up to ${documentCharsMax} characters.`)
    const document = parsed(query)
    const operation = operationOf(document, operationName)
    const prepared: Prepared = { uses: 0, kind: operation.operation, operation, document, text: textOf(query, document, operation), costWith: measureCost(schema, document, operation) }
    if (remembered.size >= documentsMax) remembered.delete(remembered.keys().next().value!)
    remembered.set(key, prepared)
    return prepared
  }
}

function parsed (query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: tokensMax })
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    if (error.message.includes('tokens')) throw new Problem('query_too_costly', `A document has up to ${tokensMax} tokens.`)
    throw new Problem('document_invalid', error.message)
  }
}

function operationOf (document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name)
  if (operation) return operation
  const known = document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (!known) throw new Problem('document_invalid', 'The document has no operation.')
  throw new Problem('document_invalid', name === undefined ? 'Name one of the document’s operations in operationName.' : `The document has no operation ${JSON.stringify(name.slice(0, 50))}.`)
}

/** Other operations are left out, and their fragments with them; where there are none the text stays as it is, so that places in it are told right. */
function textOf (query: string, document: DocumentNode, operation: OperationDefinitionNode): string {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (operations.length === 1) return query
  const needed = new Set<string>()
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk)
    if (typeof node !== 'object' || node === null || !('kind' in node)) return
    const { kind, name } = node as { kind: string, name?: { value: string } }
    if (kind === Kind.FRAGMENT_SPREAD && !needed.has(name!.value)) {
      needed.add(name!.value)
      walk(document.definitions.find(definition => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name!.value))
    }
    if ('selectionSet' in node) walk((node.selectionSet as { selections?: unknown } | undefined)?.selections)
  }
  walk(operation)
  const definitions = document.definitions.filter(definition => definition === operation ||
    (definition.kind === Kind.FRAGMENT_DEFINITION && needed.has(definition.name.value)))
  return print({ ...document, definitions })
}

function jsonOf (text: unknown, name: string): unknown {
  if (typeof text !== 'string') return text
  try {
    return parseJsonStrictly(Buffer.from(text))
  } catch (error) {
    if (error instanceof JsonRefusal) throw invalid(`${name} is JSON, percent-encoded.`)
    throw error
  }
}

function isMap (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid (detail: string): Problem {
  return new Problem('graphql_request_invalid', detail)
}
