// The graph, by documents made of its schema, spoilt ones among them; graphql-js decides beside it which of them are documents at all.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  buildSchema, Kind, parse, validate, type DocumentNode, type GraphQLScalarType, type GraphQLSchema, type OperationDefinitionNode,
  type SelectionSetNode
} from 'graphql'
import { problems } from '../../schema/problems.ts'
import { drawFor } from './draw.ts'
import { documentFor, type GraphDocument } from './graph-document.ts'
import { spoilDocument } from './graph-spoilers.ts'
import type { Means } from './generate.ts'
import { leaksOf } from './oracle.ts'
import { openPool } from './pool.ts'
import type { FuzzContext, FuzzResult, FuzzRun } from './run-type.ts'
import { openSigners } from './signers.ts'
import { keysOfTheHouse, openStage } from './stage.ts'
import { asCurl, type Asked, type Told } from './wire.ts'

export const graph: FuzzRun = {
  name: 'graph',
  says: 'no document brings a fault of the server or a leak, what graphql-js refuses is refused, and no answer is beyond the limits',
  run
}

/** The limits that the guide promises: docs/graphql.md. */
const limits = { depth: 8, aliases: 15, fieldsOfMutation: 1 }
const ours: readonly string[] = ['internal_error', 'overloaded', 'database_unavailable']
const answerMsMax = 5_000
const partOfRequests = 0.3
const sayEvery = 1_000
const shownCharsMax = 300
const graphJson = 'application/graphql-response+json'

interface Request { readonly body: string, readonly asked: Pick<GraphDocument, 'query' | 'kind'> | undefined, readonly accept: string }

async function run ({ seed, requests, ending, say }: FuzzContext): Promise<FuzzResult> {
  const stage = await openStage(ending)
  const schema = readSchema()
  const pool = openPool(keysOfTheHouse(stage))
  const signers = await openSigners(stage)
  const tries = Math.ceil(requests * partOfRequests)
  const outcomes = new Map<string, number>()
  const faults: string[] = []
  const { furniture } = stage
  pool.learn(JSON.stringify(Object.values(furniture).map(({ sku, product, order }) => [sku, product, order])))
  for (const target of ['/v1/events', '/v1/orders', '/v1/keys', '/v1/reveals']) {
    const signer = signers.of('reseller', 'live')
    pool.learn((await stage.wire.send({ method: 'GET', target, headers: {}, body: undefined, signer })).text)
  }

  for (let i = 0; i < tries; i++) {
    const means = { draw: drawFor(seed, i), pool }
    const request = requestOf(schema, means)
    const signer = signers.of('reseller', means.draw.percent(70) ? 'live' : 'test')
    const headers = { 'content-type': 'application/json', accept: request.accept }
    const asked: Asked = { method: 'POST', target: '/graphql', headers, body: request.body, signer }
    const startedMs = performance.now()
    try {
      const told = await stage.wire.send(asked)
      await signers.heed(asked, told)
      if (told.text.includes('"data"')) pool.learn(told.text)
      const outcome = outcomeOf(told)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      const found = [...faultsOf(schema, request, told), ...leaksOf(asked, told, signers.secrets)]
      const ms = performance.now() - startedMs
      if (ms > answerMsMax) found.push(`took ${Math.round(ms)} ms`)
      const answer = `${told.status} ${told.text.slice(0, shownCharsMax)}`
      faults.push(...found.map(fault => `document ${i} of seed ${seed}: ${fault}\n  ${asCurl(asked)}\n  ${answer}`))
    } catch (error) {
      faults.push(`document ${i} of seed ${seed}: no answer: ${(error as Error).message}\n  ${asCurl(asked)}`)
    }
    if ((i + 1) % sayEvery === 0) say(`${i + 1} documents, ${faults.length} faults`)
  }
  for (const wanted of ['answered whole', 'answered in part', 'document_invalid', 'query_too_costly', 'graphql_request_invalid']) {
    if (!outcomes.has(wanted)) faults.push(`no document was ${wanted}`)
  }
  const rows = [...outcomes].toSorted(([, a], [, b]) => b - a).map(([outcome, count]) => `| ${outcome} | ${count} |`)
  return { tried: tries, faults, table: ['| outcome | documents |', '|---|---|', ...rows].join('\n') }
}

/** The schema as it is published, with the one scalar whose text has a form that documents are held to. */
function readSchema (): GraphQLSchema {
  const schema = buildSchema(readFileSync(fileURLToPath(new URL('../../schema.graphql', import.meta.url)), 'utf8'))
  const decimal = schema.getType('Decimal') as GraphQLScalarType
  decimal.parseLiteral = node => {
    if (node.kind === Kind.STRING && /^-?\d{1,15}(?:\.\d{1,4})?$/.test(node.value)) return node.value
    throw new TypeError('this is no amount')
  }
  return schema
}

function requestOf (schema: GraphQLSchema, means: Means): Request {
  const { draw } = means
  const kind = draw.pick(['query', 'query', 'query', 'mutation', 'subscription'] as const)
  const document = documentFor(schema, kind, means)
  const streamed = kind === 'subscription' && draw.percent(70)
  const accept = streamed ? 'text/event-stream' : draw.pick([graphJson, graphJson, 'application/json', '*/*'])
  if (draw.percent(45)) return { accept, asked: document, body: JSON.stringify({ query: document.query, variables: document.variables }) }
  const spoilt = spoilDocument(document, means)
  return { accept, asked: spoilt.query === undefined ? undefined : { kind, query: spoilt.query }, body: spoilt.body }
}

function outcomeOf ({ status, text, type }: Told): string {
  if (type.startsWith('text/event-stream')) return 'a stream'
  const { data, errors, code } = bodyOf(text)
  if (code !== undefined) return code
  if (errors === undefined) return 'answered whole'
  return data === undefined ? errors[0]?.extensions?.code ?? String(status) : 'answered in part'
}

interface Body {
  readonly data?: unknown
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
  /** Of a refusal that is told as everywhere else. */
  readonly code?: string
}

function bodyOf (text: string): Body {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function faultsOf (schema: GraphQLSchema, { asked }: Request, told: Told): string[] {
  const faults: string[] = []
  if (told.status >= 500) faults.push(String(told.status))
  const streamed = told.type.startsWith('text/event-stream')
  const { data, errors = [], code } = bodyOf(told.text)
  if (!streamed && data === undefined && errors.length === 0 && code === undefined) faults.push('neither data nor a refusal')
  const codes = [...errors.map(({ extensions }) => extensions?.code), ...code === undefined ? [] : [code]]
  for (const told of codes) {
    if (told === undefined || !Object.hasOwn(problems, told)) faults.push(`the code ${told} is not one of the table`)
    else if (ours.includes(told)) faults.push(`${told} is told`)
  }
  if (asked) faults.push(...judged(schema, asked.query, { data, codes, streamed }))
  return faults
}

interface Judged { readonly data: unknown, readonly codes: readonly (string | undefined)[], readonly streamed: boolean }

/** Whether the graph and graphql-js say the same of a document, and whether what was answered keeps to the limits. */
function judged (schema: GraphQLSchema, query: string, { data, codes, streamed }: Judged): string[] {
  const document = parsed(query)
  const fits = document !== undefined && fitsSchema(schema, document)
  if (!fits) return data === undefined && !streamed ? [] : ['answered, though graphql-js refuses the document']
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode[]
  if (operations.length !== 1) return []
  const [{ operation, selectionSet }] = operations as [OperationDefinitionNode]
  // Of a subscription the graph refuses more than graphql-js 16 does: @skip and @include at its root.
  if (codes.includes('document_invalid') && operation !== 'subscription') return ['refused as none, though graphql-js takes the document']
  if (data === undefined) return []
  const { depth, aliases } = sizeOf(document, selectionSet)
  const faults: string[] = []
  if (depth > limits.depth && !query.includes('__schema') && !query.includes('__type(')) faults.push(`answered at a depth of ${depth}`)
  if (aliases > limits.aliases) faults.push(`answered with ${aliases} aliases`)
  if (operation === 'mutation' && selectionSet.selections.length > limits.fieldsOfMutation) faults.push('answered several changes')
  return faults
}

function parsed (query: string): DocumentNode | undefined {
  try {
    return parse(query)
  } catch {
    return undefined
  }
}

/** Where graphql-js throws instead of telling, the document is none either: @include with a variable at a subscription's root. */
function fitsSchema (schema: GraphQLSchema, document: DocumentNode): boolean {
  try {
    return validate(schema, document).length === 0
  } catch {
    return false
  }
}

function sizeOf (document: DocumentNode, set: SelectionSetNode): { readonly depth: number, readonly aliases: number } {
  let depth = 0
  let aliases = 0
  for (const selection of set.selections) {
    const within = selection.kind === Kind.FRAGMENT_SPREAD
      ? document.definitions.find(of => of.kind === Kind.FRAGMENT_DEFINITION && of.name.value === selection.name.value)
      : selection
    const innerSet = within && 'selectionSet' in within ? within.selectionSet : undefined
    const inner = innerSet ? sizeOf(document, innerSet) : { depth: 0, aliases: 0 }
    depth = Math.max(depth, inner.depth + (selection.kind === Kind.FIELD ? 1 : 0))
    aliases += inner.aliases + (selection.kind === Kind.FIELD && selection.alias ? 1 : 0)
  }
  return { depth, aliases }
}
