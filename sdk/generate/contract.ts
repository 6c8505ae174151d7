// What the generator reads: openapi.yaml as plain operations, each with its place in the SDK.
import { bodyName } from './words.ts'

/** As much of JSON Schema as contracts use. */
export interface Schema {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: ReadonlyArray<string | number | boolean | null>
  readonly const?: string | number | boolean | null
  readonly nullable?: boolean
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  /** The status that each code of a refusal comes with. */
  readonly 'x-status'?: Readonly<Record<string, number>>
}

interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface RawOperation {
  readonly operationId?: string
  readonly 'x-sdk'?: { readonly resource: string, readonly method: string, readonly watch?: true, readonly follows?: string } | false
  /** What the key must be allowed to do. */
  readonly 'x-scope'?: string | null
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses?: Readonly<Record<string, { readonly $ref?: string, readonly content?: Content }>>
}

export interface OpenapiDocument {
  readonly info: { readonly version: string }
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** What is sent to addresses of resellers, by type of event. */
  readonly webhooks?: Readonly<Record<string, { readonly post: RawOperation }>>
}

/** An operation with its place in the SDK. */
export interface Operation {
  readonly id: string
  readonly entry: 'client' | 'admin'
  readonly resource: string
  readonly name: string
  readonly method: string
  readonly path: string
  readonly scope: string | undefined
  readonly summary: string
  readonly description: string
  readonly pathParameters: ReadonlyArray<{ readonly name: string, readonly schema: Schema, readonly description: string | undefined }>
  /** The query as an object; undefined when there is none. */
  readonly query: Schema | undefined
  /** The body as JSON, or as bytes of one of some media types. */
  readonly body: { readonly schema: Schema } | { readonly mediaTypes: readonly string[] } | undefined
  /** The body, or beside a file the query, has a reference, and the call makes what bears it. */
  readonly creates: boolean
  /** What is answered changes by itself, and can be watched until it is at an end. */
  readonly watched: boolean
  /** The answer is a stream of events (text/event-stream). */
  readonly streamed: boolean
  /** The stream is of one thing as it changes: the name of its type. */
  readonly follows: string | undefined
  /** The answer is text of this media type and nothing else. */
  readonly textType: string | undefined
  /** What is answered as JSON; several successful answers are several schemas. */
  readonly answers: readonly Schema[]
  /** The schema of an item, when the answer is a page of a list. */
  readonly item: Schema | undefined
  /** Where codes stand in the answer: in a page or an order they may be sealed. */
  readonly codes: 'page' | 'order' | 'there' | undefined
  /** The schema of a line, when the answer can be had as application/x-ndjson. */
  readonly line: Schema | undefined
}

const httpMethods = ['get', 'put', 'post', 'patch', 'delete', 'head'] as const

/** The operations under /v1 and /admin/v1, in the order of the contract; throws when one has no place in the SDK. */
export function readOperations (document: OpenapiDocument): readonly Operation[] {
  const operations: Operation[] = []
  const unplaced: string[] = []
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!/^\/(admin\/)?v\d+\//.test(path)) continue
    for (const method of httpMethods) {
      const raw = methods[method] as RawOperation | undefined
      if (raw === undefined || raw['x-sdk'] === false) continue
      if (raw['x-sdk'] === undefined || raw.operationId === undefined) unplaced.push(`${method.toUpperCase()} ${path}`)
      else operations.push(readOperation(document, path, method, raw, raw.operationId, raw['x-sdk']))
    }
  }
  if (unplaced.length > 0) {
    const list = unplaced.join(', ')
    throw new Error(`These operations need operationId and x-sdk: {resource, method}, or x-sdk: false to be left out: ${list}`)
  }
  refuseDoubles(operations)
  return operations
}

/** The data of each type of event that is sent, in the order of the contract; undefined when none is. */
export function readEventData (document: OpenapiDocument): Schema | undefined {
  if (document.webhooks === undefined) return undefined
  const fields = Object.entries(document.webhooks).map(([type, { post }]) => {
    const data = post.requestBody?.content['application/json']?.schema?.properties?.data
    if (data === undefined) throw new Error(`the webhook ${type} has no data`)
    return [type, { description: post.summary ?? '', ...data }] as const
  })
  return { type: 'object', properties: Object.fromEntries(fields), required: fields.map(([type]) => type) }
}

/** The schema itself, where a reference stands for it. */
export function resolve (document: OpenapiDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const found = document.components?.schemas?.[refName(schema.$ref)]
  if (found === undefined) throw new Error(`${schema.$ref} is not in components.schemas`)
  return resolve(document, found)
}

/** The name a reference ends with. */
export function refName (ref: string): string {
  const name = /^#\/components\/schemas\/(.+)$/.exec(ref)?.[1]
  if (name === undefined) throw new Error(`${ref} does not refer to components.schemas`)
  return name
}

function readOperation (
  document: OpenapiDocument,
  path: string,
  method: string,
  raw: RawOperation,
  id: string,
  place: { readonly resource: string, readonly method: string, readonly watch?: true, readonly follows?: string }
): Operation {
  const parameters = raw.parameters ?? []
  const body = readBody(document, raw, id)
  const contents = Object.entries(raw.responses ?? {})
    .filter(([status]) => status.startsWith('2')).map(([, answer]) => answer.content ?? {})
  const answers = contents.map(content => content['application/json']?.schema).filter(schema => schema !== undefined)
  const query = readQuery(parameters)
  const item = method !== 'get' || query?.properties?.cursor === undefined ? undefined : readItem(document, answers)
  return {
    id,
    entry: path.startsWith('/admin/') ? 'admin' : 'client',
    resource: readResource(place.resource, id),
    name: place.method,
    method: method.toUpperCase(),
    path,
    scope: raw['x-scope'] ?? undefined,
    summary: raw.summary ?? '',
    description: raw.description ?? '',
    pathParameters: readPathParameters(path, parameters, id),
    query,
    body,
    creates: method === 'post' && body !== undefined &&
      ('schema' in body ? resolve(document, body.schema) : query)?.properties?.reference !== undefined,
    watched: place.watch === true,
    follows: place.follows,
    streamed: contents.some(content => 'text/event-stream' in content),
    textType: contents.flatMap(content => Object.keys(content)).every(type => type.startsWith('text/') && type !== 'text/event-stream')
      ? Object.keys(contents[0] ?? {})[0]
      : undefined,
    answers,
    item,
    codes: readCodes(document, answers),
    line: method === 'get' ? readLine(document, contents, answers) : undefined
  }
}

function readResource (resource: string, id: string): string {
  const name = resource.replace(/^admin\./, '')
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) throw new Error(`${id}: the resource ${resource} is not a camelCase noun`)
  return name
}

function readPathParameters (path: string, parameters: readonly Parameter[], id: string): Operation['pathParameters'] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => {
    const parameter = parameters.find(one => one.in === 'path' && one.name === name)
    if (parameter === undefined) throw new Error(`${id}: the path parameter ${name} is not described`)
    return { name: name!, schema: parameter.schema, description: parameter.description ?? parameter.schema.description }
  })
}

function readQuery (parameters: readonly Parameter[]): Schema | undefined {
  const fields = parameters.filter(parameter => parameter.in === 'query')
  if (fields.length === 0) return undefined
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(field => [field.name, described(field.schema, field.description)])),
    required: fields.filter(field => field.required).map(field => field.name)
  }
}

function described (schema: Schema, description: string | undefined): Schema {
  return description === undefined ? schema : { ...schema, description }
}

function readBody (document: OpenapiDocument, raw: RawOperation, id: string): Operation['body'] {
  const content = raw.requestBody?.content
  if (content === undefined) return undefined
  const mediaTypes = Object.keys(content)
  const schema = content['application/json']?.schema
  // JSON among other types is a file of one of them.
  if (schema !== undefined && mediaTypes.length === 1) {
    return { schema: schema.$ref === `#/components/schemas/${bodyName(id)}` ? resolve(document, schema) : schema }
  }
  return mediaTypes.length === 0 ? undefined : { mediaTypes }
}

function readItem (document: OpenapiDocument, answers: readonly Schema[]): Schema | undefined {
  const fields = answers.map(answer => resolve(document, answer).properties)
    .find(found => found?.data && found.has_more && found.next_cursor)
  return fields?.data?.items
}

function readCodes (document: OpenapiDocument, answers: readonly Schema[]): Operation['codes'] {
  const fields = answers.map(answer => resolve(document, answer).properties ?? {})
  if (fields.some(({ data, sealed }) => data && sealed)) return 'page'
  if (fields.some(({ sealed_codes: sealed }) => sealed)) return 'order'
  return answers.some(answer => holdsCode(document, answer)) ? 'there' : undefined
}

/** A code stands under the name secret and is always there; what is shown once, such as the secret of a key, may be null. */
export function isCode (name: string, schema: Schema): boolean {
  return name === 'secret' && schema.type === 'string'
}

function holdsCode (document: OpenapiDocument, schema: Schema, seen = new Set<Schema>()): boolean {
  const found = resolve(document, schema)
  if (seen.has(found)) return false
  seen.add(found)
  const { properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = found
  if (Object.entries(properties).some(([name, field]) => isCode(name, field))) return true
  const parts = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf, ...oneOf, ...allOf]
  return parts.some(part => holdsCode(document, part, seen))
}

/** Where a contract only says that lines are text, they are the items of the same answer as JSON. */
function readLine (document: OpenapiDocument, contents: readonly Content[], answers: readonly Schema[]): Schema | undefined {
  const lines = contents.map(content => content['application/x-ndjson']).find(found => found !== undefined)
  if (lines === undefined) return undefined
  const told = lines.schema ?? {}
  if (resolve(document, told).properties !== undefined) return told
  return answers.map(answer => resolve(document, answer).properties?.data?.items).find(items => items !== undefined) ?? told
}

function refuseDoubles (operations: readonly Operation[]): void {
  const seen = new Map<string, string>()
  for (const { entry, resource, name, id } of operations) {
    const place = `${entry} ${resource}.${name}`
    const other = seen.get(place)
    if (other !== undefined) throw new Error(`${id} and ${other} have the same place in the SDK: ${place}`)
    seen.set(place, id)
  }
}
