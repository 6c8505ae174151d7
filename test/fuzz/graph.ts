// The graph, by documents made of its schema, spoilt ones among them; graphql-js decides beside it which of them are documents at all.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, Kind, parse, validate, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { problems } from '../../schema/problems.ts'
import { drawFor } from './draw.ts'
import { documentFor, type GraphDocument } from './graph-document.ts'
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
const graphJson = 'application/graphql-response+json'

interface Request { readonly body: string, readonly asked: Pick<GraphDocument, 'query' | 'kind'> | undefined, readonly accept: string }

async function run ({ seed, requests, ending, say }: FuzzContext): Promise<FuzzResult> {
  const stage = await openStage(ending)
  const schema = buildSchema(readFileSync(fileURLToPath(new URL('../../schema.graphql', import.meta.url)), 'utf8'))
  const pool = openPool(keysOfTheHouse(stage))
  const signers = await openSigners(stage)
  const tries = Math.ceil(requests * partOfRequests)
  const outcomes = new Map<string, number>()
  const faults: string[] = []
  const { furniture } = stage
  pool.learn(JSON.stringify(Object.values(furniture).map(({ sku, product, order }) => [sku, product, order])))
  for (const target of ['/v1/events', '/v1/orders', '/v1/keys', '/v1/reveals']) {
    pool.learn((await stage.wire.send({ method: 'GET', target, headers: {}, body: undefined, signer: signers.of('reseller', 'live') })).text)
  }

  for (let i = 0; i < tries; i++) {
    const means = { draw: drawFor(seed, i), pool }
    const request = requestOf(schema, means)
    const signer = signers.of('reseller', means.draw.percent(70) ? 'live' : 'test')
    const asked: Asked = { method: 'POST', target: '/graphql', headers: { 'content-type': 'application/json', accept: request.accept }, body: request.body, signer }
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
      faults.push(...found.map(fault => `document ${i} of seed ${seed}: ${fault}\n  ${asCurl(asked)}\n  ${told.status} ${told.text.slice(0, 300)}`))
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

function requestOf (schema: GraphQLSchema, means: Means): Request {
  const { draw } = means
  const kind = draw.pick(['query', 'query', 'query', 'mutation', 'subscription'] as const)
  const document = documentFor(schema, kind, means)
  const accept = kind === 'subscription' && draw.percent(70) ? 'text/event-stream' : draw.pick([graphJson, graphJson, 'application/json', '*/*'])
  if (draw.percent(45)) return { accept, asked: document, body: JSON.stringify({ query: document.query, variables: document.variables }) }
  const spoilt = draw.pick(spoilers)(document, means)
  return { accept, asked: spoilt.query === undefined ? undefined : { kind, query: spoilt.query }, body: spoilt.body }
}

type Spoiler = (document: GraphDocument, means: Means) => { readonly query: string | undefined, readonly body: string }

const withQuery = (query: string, { variables }: GraphDocument, more: object = {}): ReturnType<Spoiler> =>
  ({ query, body: JSON.stringify({ query, variables, ...more }) })
const without = (body: unknown): ReturnType<Spoiler> => ({ query: undefined, body: typeof body === 'string' ? body : JSON.stringify(body) })

const spoilers: readonly Spoiler[] = [
  (of, { draw }) => withQuery(of.query.slice(0, draw.below(of.query.length)), of),
  (of, { draw }) => withQuery(of.query.replace(/\b[a-z]\w+ (?=[{}a-z])/, draw.pick(['noSuchField ', '__proto__ ', 'constructor ', '__schema '])), of),
  of => withQuery(of.query.replace(/ \}$/m, ' ...C }') + '\nfragment C on Query { ...C }', of),
  of => withQuery(`${of.query}\nfragment A on Me { ...B } fragment B on Me { ...A }`, of),
  (of, { draw }) => withQuery(`{ ${Array.from({ length: draw.pick([14, 15, 16, 60]) }, (_, i) => `x${i}: me { world }`).join(' ')} }`, of),
  (of, { draw }) => withQuery(`{ orders { nodes ${'{ lines { sku { product { skus '.repeat(draw.pick([1, 2, 40]))}{ id }${' } } } }'.repeat(draw.pick([1, 2, 40]))} } }`, of),
  (of, { draw }) => withQuery(of.query.replace('{', `{ ${'__typename @include(if: true) '.repeat(draw.pick([5, 21, 400]))}`), of),
  (of, { draw }) => withQuery(of.query + ' '.repeat(draw.pick([100, 19_000, 30_000])), of),
  (of, { draw }) => withQuery(of.query.replaceAll('"text"', JSON.stringify(draw.pick(['\ud800', '\u0000', '\u202e', 'x'.repeat(9_000)]))), of),
  of => withQuery('{ __schema { types { name fields { name type { name } } } } }', of),
  of => withQuery('{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }', of),
  (of, { draw }) => withQuery(`mutation { ${Array.from({ length: draw.pick([1, 2, 5]) }, (_, i) => `m${i}: endSession(id: "ses_x") { session { id } }`).join(' ')} }`, of),
  of => withQuery(`${of.query} query Other { me { world } }`, of, { operationName: 'Nobody' }),
  of => ({ query: undefined, body: JSON.stringify({ query: of.query, variables: {} }) }),
  (of, means) => ({ query: of.query, body: JSON.stringify({ query: of.query, variables: Object.fromEntries(Object.keys(of.variables).map(name => [name, strange(means)])) }) }),
  (of, { draw }) => ({ query: of.query, body: JSON.stringify({ query: of.query, variables: of.variables }).replace('{', draw.pick(['{"query":"{me{world}}",', '{"__proto__":{},', '{"x":1,'])) }),
  of => without([{ query: of.query }, { query: of.query }]),
  (of, means) => without({ query: strange(means), variables: of.variables }),
  (of, means) => without({ query: of.query, variables: strange(means), extensions: strange(means) }),
  (_, means) => without(strange(means)),
  (_, { draw }) => without(draw.pick(['', '{', 'null', '"', '['.repeat(20_000), '{"query":"' + 'a'.repeat(70_000) + '"}', '{"query":"\\ud800"}', '{"query":"\\u0000"}']))
]

function strange ({ draw, pool }: Means): unknown {
  return draw.pick([null, true, '', 'x', 0, -1, 2 ** 53, 1e308, [], [[]], {}, { a: { b: [] } }, '\u0000', pool.any(draw) ?? 'x', Array(120).fill('ord_x')])
}

function outcomeOf ({ status, text, type }: Told): string {
  if (type.startsWith('text/event-stream')) return 'a stream'
  const { data, errors, code } = bodyOf(text)
  if (code !== undefined) return code
  if (errors === undefined) return 'answered whole'
  return data === undefined ? errors[0]?.extensions?.code ?? String(status) : 'answered in part'
}

interface Body { readonly data?: unknown, readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[], readonly code?: string }

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
  if (codes.includes('document_invalid') && operations.length === 1 && operations[0]!.operation !== 'subscription') return ['refused as invalid, though graphql-js takes the document']
  if (data === undefined || operations.length !== 1) return []
  const { depth, aliases } = sizeOf(document, operations[0]!.selectionSet)
  const faults: string[] = []
  if (depth > limits.depth && !query.includes('__schema') && !query.includes('__type(')) faults.push(`answered at a depth of ${depth}`)
  if (aliases > limits.aliases) faults.push(`answered with ${aliases} aliases`)
  if (operations[0]!.operation === 'mutation' && operations[0]!.selectionSet.selections.length > limits.fieldsOfMutation) faults.push('answered several changes')
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
    const inner = within && 'selectionSet' in within && within.selectionSet ? sizeOf(document, within.selectionSet) : { depth: 0, aliases: 0 }
    depth = Math.max(depth, inner.depth + (selection.kind === Kind.FIELD ? 1 : 0))
    aliases += inner.aliases + (selection.kind === Kind.FIELD && selection.alias ? 1 : 0)
  }
  return { depth, aliases }
}
