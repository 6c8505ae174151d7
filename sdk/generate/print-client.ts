// The clients of the SDK: a class per resource, its operations as methods, and the class that holds them all.
import { camel, docComment, pascal } from './words.ts'
import type { OpenapiDocument, Operation, Schema } from './contract.ts'
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
  document: OpenapiDocument,
  operations: readonly Operation[],
  typesOf: ReadonlyMap<Operation, OperationTypes>
): string {
  const resources = [...Map.groupBy(operations, operation => operation.resource)].sort(([a], [b]) => a < b ? -1 : 1)
  const classes = resources.map(([resource, ofResource]) => printResource(resource, ofResource, typesOf))
  const body = [printHolder(plan, document, resources.map(([resource]) => resource)), ...classes].join('\n\n')
  return `${printImports(plan, operations, typesOf, body)}\n${body}\n`
}

function printImports (
  plan: ClientPlan,
  operations: readonly Operation[],
  typesOf: ReadonlyMap<Operation, OperationTypes>,
  body: string
): string {
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(body)
  const connection = [...['Connection', 'segment', 'withReference'].filter(uses), ...(uses('CallOptions') ? ['type CallOptions'] : [])]
  const types = operations.flatMap(operation => Object.values(typesOf.get(operation)!))
    .filter(name => name !== undefined && uses(name)).sort()
  return [
    `import { ${connection.join(', ')} } from '${plan.runtime}/connection.ts'`,
    ...(uses('fileBytes') ? [`import { fileBytes, type FileBody } from '${plan.runtime}/files.ts'`] : []),
    ...(uses('EventStream') ? [`import { EventStream } from '${plan.runtime}/event-stream.ts'`] : []),
    ...(uses('Lines') ? [`import { Lines } from '${plan.runtime}/lines.ts'`] : []),
    `import type { KahubOptions } from '${plan.runtime}/options.ts'`,
    ...(uses('List') ? [`import { List } from '${plan.runtime}/pages.ts'`] : []),
    ...(uses('Watch') ? [`import { Watch } from '${plan.runtime}/watch.ts'`] : []),
    ...(types.length > 0 ? [`import type {\n${types.map(name => `  ${name}`).join(',\n')}\n} from './types.ts'`] : []),
    ''
  ].join('\n')
}

function printHolder (plan: ClientPlan, document: OpenapiDocument, resources: readonly string[]): string {
  const dated = /^\d{4}-\d\d-\d\d$/.test(document.info.version)
  const version = dated ? `, '${document.info.version}'` : ''
  const fields = resources.map(resource => `  readonly ${resource}: ${className(resource)}`)
  const made = resources.map(resource => `    this.${resource} = new ${className(resource)}(this)`)
  return `${docComment([plan.description], '')}export class ${plan.className} extends Connection {
${fields.join('\n')}

  constructor (options: KahubOptions) {
    super(options${version})
${made.join('\n')}
  }
}`
}

function printResource (resource: string, operations: readonly Operation[], typesOf: ReadonlyMap<Operation, OperationTypes>): string {
  const methods = operations.flatMap(operation => printMethods(operation, typesOf.get(operation)!))
  return `export class ${className(resource)} {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

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
  const { textType } = operation
  const answer = types.result ?? (textType === undefined ? 'void' : 'string')
  const ask = textType === undefined ? 'request' : 'requestText'
  const call = `    return this.#connection.${ask}('${operation.method}', ${printPath(operation)}, `
  const told = [
    ...printQuery(operation),
    ...printBody(operation),
    ...(operation.sealed === undefined ? [] : [`sealed: '${operation.sealed}'`])
  ]
  const fields = [...printHeaders(operation), ...told]
  const line = `${call}${told.length === 0 ? 'options' : `{ ${fields.join(', ')} }`})`
  const request = line.length <= lineMax ? line : `${call}{\n      ${fields.join(',\n      ')}\n    })`
  return `${printDoc(operation, '')}${printSignature(`async ${operation.name}`, operation, types, `Promise<${answer}>`)} {
${request}
  }`
}

function printHeaders ({ body }: Operation): string[] {
  if (body === undefined || 'schema' in body) return ['...options']
  const type = body.mediaTypes.length > 1 ? 'contentType' : `'${body.mediaTypes[0]}'`
  return ['...options', `headers: { ...options?.headers, 'content-type': ${type} }`]
}

/** A creating call bears a reference: in its body or, where that is a file, in its query. */
function printQuery ({ query, body, creates }: Operation): string[] {
  if (query === undefined) return []
  return [creates && body !== undefined && !('schema' in body) ? 'query: withReference(query, options)' : 'query']
}

function printBody ({ body, creates }: Operation): string[] {
  if (body === undefined) return []
  if (!('schema' in body)) return ['body: await fileBytes(body)']
  return [creates ? 'body: withReference(body, options)' : 'body']
}

function printWatch (operation: Operation, types: OperationTypes): string {
  const doc = printDoc(operation, 'Iterate it: it comes as it is, and again whenever it has changed, until it is at an end.')
  return `${doc}${printSignature('watch', operation, types, `Watch<${types.result!}>`)} {
    return new Watch(this.#connection, ${printPath(operation)}, options)
  }`
}

function printList (operation: Operation, types: OperationTypes): string {
  const doc = printDoc(operation, 'Await it for a page, or iterate it for all items.')
  return `${doc}${printSignature(operation.name, operation, types, `List<${types.result!}>`)} {
    const path = ${printPath(operation)}
    return new List(cursor => this.#connection.request('GET', path, { ...options, query: { ...query, cursor } }), query.cursor)
  }`
}

function printStream (operation: Operation, types: OperationTypes): string {
  const doc = printDoc(operation, 'Iterate it: events come as they become true. A connection that is cut is made again behind the last of them.')
  return `${doc}${printSignature(operation.name, operation, types, 'EventStream')} {
    return new EventStream(this.#connection, ${printPath(operation)}, { ...options, query })
  }`
}

function printLines (operation: Operation, types: OperationTypes): string {
  const doc = printDoc(operation, 'Iterate it: the items come one by one, as fast as they are used.')
  const name = types.result === undefined ? operation.name : `stream${pascal(operation.name)}`
  const query = operation.query === undefined ? '' : `, query${formatOf(operation)}${resumptionOf(operation)}`
  return `${doc}${printSignature(name, operation, types, `Lines<${types.line!}>`)} {
    return new Lines(this.#connection, ${printPath(operation)}, { ...options${query} })
  }`
}

/** A contract that chooses the form by a query field gets it told there too. */
function formatOf ({ query }: Operation): string {
  const format = query?.properties?.format?.enum?.includes('ndjson')
  return format ? ': { ...query, format: \'ndjson\' }' : ''
}

/** A contract that takes the number of items that came can go on where an answer was cut. */
function resumptionOf ({ query }: Operation): string {
  return query?.properties?.taken === undefined ? '' : ', resume: \'taken\''
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

function printPath ({ path, pathParameters }: Operation): string {
  if (pathParameters.length === 0) return `'${path}'`
  return `\`${path.replace(/\{([^}]+)\}/g, (_, name: string) => `\${segment(${camel(name)})}`)}\``
}

function printDoc (operation: Operation, more: string): string {
  const parameters = operation.pathParameters.filter(({ description }) => description)
    .map(({ name, description }) => `@param ${camel(name)} ${description!.replaceAll('\n', ' ')}`)
  const summary = operation.summary === '' || /[.!?]$/.test(operation.summary) ? operation.summary : `${operation.summary}.`
  return docComment([summary, operation.description, more, `${operation.method} ${operation.path}`, ...parameters], '  ')
}
