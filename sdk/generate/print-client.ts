// The clients of the SDK: a class per resource, its operations as methods, and the class that holds them all.
import { camel, docComment, pascal } from './words.ts'
import type { Operation, Schema } from './contract.ts'
import type { OperationTypes } from './print-types.ts'

const widthMax = 120
const lineMax = 140

/** A client to print: the class that holds the resources, and where the runtime lies. */
export interface ClientPlan {
  readonly className: string
  readonly description: string
  readonly runtime: string
}

/** The text of client.ts or admin.ts. */
export function printClient (
  plan: ClientPlan,
  operations: readonly Operation[],
  typesOf: ReadonlyMap<Operation, OperationTypes>
): string {
  const resources = [...Map.groupBy(operations, operation => operation.resource)].sort(([a], [b]) => a < b ? -1 : 1)
  const classes = resources.map(([resource, ofResource]) => printResource(resource, ofResource, typesOf))
  const body = [printHolder(plan, resources.map(([resource]) => resource)), ...classes].join('\n\n')
  return `${printImports(plan, operations, typesOf, body)}\n${body}\n`
}

function printImports (
  plan: ClientPlan,
  operations: readonly Operation[],
  typesOf: ReadonlyMap<Operation, OperationTypes>,
  body: string
): string {
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(body)
  const imported = (file: string, values: readonly string[], kinds: readonly string[] = []) => {
    const names = [...values.filter(uses), ...kinds.filter(uses).map(name => `type ${name}`)]
    if (names.length === 0) return []
    const from = ` from '${plan.runtime}/${file}.ts'`
    // An import of types alone leaves nothing behind.
    return values.some(uses) ? [`import { ${names.join(', ')} }${from}`] : [`import type { ${kinds.filter(uses).join(', ')} }${from}`]
  }
  const types = [...new Set(operations.flatMap(operation => [...Object.values(typesOf.get(operation)!), operation.follows]))]
    .filter(name => name !== undefined && uses(name)).sort()
  return [
    ...imported('call', [], ['Call']),
    ...imported('connection', ['Connection', 'withReference'], ['CallOptions']),
    ...imported('files', ['fileBytes'], ['FileBody']),
    ...imported('event-stream', ['EventStream']),
    ...imported('lines', ['Lines']),
    ...imported('live-view', ['LiveView']),
    ...imported('pages', ['List']),
    ...imported('resource', ['Resource']),
    ...imported('watch', ['Watch']),
    ...(types.length > 0 ? [`import type {\n${types.map(name => `  ${name}`).join(',\n')}\n} from './types.ts'`] : []),
    ''
  ].join('\n')
}

function printHolder (plan: ClientPlan, resources: readonly string[]): string {
  const fields = resources.map(resource => `  readonly ${resource} = new ${className(resource)}(this)`)
  return `${docComment([plan.description], '')}export class ${plan.className} extends Connection {
${fields.join('\n')}
}`
}

function printResource (resource: string, operations: readonly Operation[], typesOf: ReadonlyMap<Operation, OperationTypes>): string {
  const methods = operations.flatMap(operation => printMethods(operation, typesOf.get(operation)!))
  return `export class ${className(resource)} extends Resource {
${methods.join('\n\n')}
}`
}

function className (resource: string): string {
  return `${pascal(resource)}Resource`
}

function printMethods (operation: Operation, types: OperationTypes): string[] {
  const methods: string[] = []
  if (operation.streamed) return [printStream(operation, types)]
  if (operation.item !== undefined) methods.push(printList(operation, types))
  else if (types.result !== undefined || operation.line === undefined) methods.push(printCall(operation, types))
  if (operation.line !== undefined) methods.push(printLines(operation, types))
  if (operation.watched) methods.push(printWatch(operation, types))
  return methods
}

function printCall (operation: Operation, types: OperationTypes): string {
  const answer = types.result ?? (operation.textType === undefined ? 'void' : 'string')
  const told = [
    ...printHeaders(operation),
    ...printQuery(operation),
    ...printBody(operation),
    ...(operation.textType === undefined ? [] : ['as: \'text\'']),
    ...(operation.codes === undefined ? [] : [`codes: '${operation.codes}'`])
  ]
  return `${printDoc(operation, '')}${printSignature(operation.name, operation, types, `Call<${answer}>`)} {
${printAsk(`this.connection.request('${operation.method}', `, operation, told)}
  }`
}

/** What asks: the call up to its path, then the path as the contract has it, and the options with what stands in it. */
function printAsk (call: string, operation: Operation, told: readonly string[]): string {
  const inPath = operation.pathParameters.map(({ name }) => name === camel(name) ? name : `${name}: ${camel(name)}`)
  const fields = ['...options', ...(inPath.length === 0 ? [] : [`path: { ${inPath.join(', ')} }`]), ...told]
  const begin = `    return ${call}'${operation.path}', `
  const line = `${begin}${fields.length === 1 ? 'options' : `{ ${fields.join(', ')} }`})`
  return line.length <= lineMax ? line : `${begin}{\n      ${fields.join(',\n      ')}\n    })`
}

function printHeaders ({ body }: Operation): string[] {
  if (body === undefined || 'schema' in body) return []
  const type = body.mediaTypes.length > 1 ? 'contentType' : `'${body.mediaTypes[0]}'`
  return [`headers: { ...options?.headers, 'content-type': ${type} }`]
}

/** A creating call bears a reference: in its body or, where that is a file, in its query. */
function printQuery ({ query, body, creates }: Operation): string[] {
  if (query === undefined) return []
  return [creates && body !== undefined && !('schema' in body) ? 'query: withReference(query, options)' : 'query']
}

function printBody ({ body, creates }: Operation): string[] {
  if (body === undefined) return []
  if (!('schema' in body)) return ['body: fileBytes(body)']
  return [creates ? 'body: withReference(body, options)' : 'body']
}

function printWatch (operation: Operation, types: OperationTypes): string {
  const doc = printDoc(operation, 'Iterate it: it comes as it is, and again whenever it has changed, until it is at an end.')
  return `${doc}${printSignature('watch', operation, types, `Watch<${types.result!}>`)} {
${printAsk('new Watch(this.connection, ', operation, [])}
  }`
}

function printList (operation: Operation, types: OperationTypes): string {
  const doc = printDoc(operation, 'Await it for a page, or iterate it for all items.')
  const codes = operation.codes === undefined ? [] : [`codes: '${operation.codes}'`]
  return `${doc}${printSignature(operation.name, operation, types, `List<${types.result!}>`)} {
${printAsk('new List(this.connection, ', operation, ['query', ...codes])}
  }`
}

function printStream (operation: Operation, types: OperationTypes): string {
  const query = operation.query === undefined ? [] : ['query']
  if (operation.follows !== undefined) {
    const doc = printDoc(operation, 'Iterate it: it comes whole, at first and whenever it has changed.')
    return `${doc}${printSignature(operation.name, operation, types, `LiveView<${operation.follows}>`)} {
${printAsk(`new LiveView<${operation.follows}>(this.connection, `, operation, query)}
  }`
  }
  const doc = printDoc(operation, 'Iterate it: events come as they become true. A connection that is cut is made again behind the last of them.')
  return `${doc}${printSignature(operation.name, operation, types, 'EventStream')} {
${printAsk('new EventStream(this.connection, ', operation, query)}
  }`
}

function printLines (operation: Operation, types: OperationTypes): string {
  const doc = printDoc(operation, 'Iterate it: the items come one by one, as fast as they are used.')
  const name = types.result === undefined ? operation.name : `stream${pascal(operation.name)}`
  const query = operation.query === undefined ? [] : [`query${formatOf(operation)}`, ...resumptionOf(operation)]
  return `${doc}${printSignature(name, operation, types, `Lines<${types.line!}>`)} {
${printAsk('new Lines(this.connection, ', operation, query)}
  }`
}

/** A contract that chooses the form by a query field gets it told there too. */
function formatOf ({ query }: Operation): string {
  const format = query?.properties?.format?.enum?.includes('ndjson')
  return format ? ': { ...query, format: \'ndjson\' }' : ''
}

/** A contract that takes the number of items that came can go on where an answer was cut. */
function resumptionOf ({ query }: Operation): string[] {
  return query?.properties?.taken === undefined ? [] : ['resume: \'taken\'']
}

function printSignature (name: string, operation: Operation, types: OperationTypes, answer: string): string {
  const given = argumentsOf(operation, types)
  const line = `  ${name} (${given.join(', ')}): ${answer}`
  return line.length < widthMax ? line : `  ${name} (\n    ${given.join(',\n    ')}\n  ): ${answer}`
}

function argumentsOf (operation: Operation, types: OperationTypes): string[] {
  const given = operation.pathParameters.map(({ name, schema }) => `${camel(name)}: ${isNumber(schema) ? 'number' : 'string'}`)
  const { body, query } = operation
  if (body !== undefined && 'schema' in body) given.push(`body: ${types.body!}${nothingRequired(operation, body.schema) ? ' = {}' : ''}`)
  else if (body !== undefined) given.push('body: FileBody', ...contentTypeOf(body.mediaTypes))
  if (query !== undefined) given.push(`query: ${types.query!}${(query.required ?? []).length === 0 ? ' = {}' : ''}`)
  return [...given, 'options?: CallOptions']
}

function contentTypeOf (mediaTypes: readonly string[]): string[] {
  return mediaTypes.length > 1 ? [`contentType: ${mediaTypes.map(type => `'${type}'`).join(' | ')}`] : []
}

function nothingRequired (operation: Operation, schema: Schema): boolean {
  if (schema.properties === undefined) return false
  return (schema.required ?? []).every(name => operation.creates && name === 'reference')
}

function isNumber (schema: Schema): boolean {
  return schema.type === 'integer' || schema.type === 'number'
}

function printDoc (operation: Operation, more: string): string {
  const parameters = operation.pathParameters.filter(({ description }) => description)
    .map(({ name, description }) => `@param ${camel(name)} ${description!.replaceAll('\n', ' ')}`)
  const summary = operation.summary === '' || /[.!?]$/.test(operation.summary) ? operation.summary : `${operation.summary}.`
  return docComment([
    summary, operation.description, more, `${operation.method} ${operation.path}`, ...parameters, ...throwsOf(operation)
  ], '  ')
}

/** The refusals that the shape of an operation brings with it; the answer says what else can be wrong. */
function throwsOf ({ scope, creates, pathParameters, method }: Operation): string[] {
  return [
    ...(scope === undefined ? [] : [`@throws Forbidden scope_missing: the key lacks the scope ${scope}.`]),
    ...(pathParameters.length === 0 || method === 'PUT' ? [] : ['@throws NotFound not_found: there is none of yours with this id.']),
    ...(creates ? ['@throws Conflict reference_reused: the reference was used with other fields.'] : [])
  ]
}
