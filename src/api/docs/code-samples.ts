// Examples of every operation in the contract: with the SDK, and signed for curl by `kahub sign`. They are made of the schemas, so that
// there is one for each and none is out of date; test/contract compiles them and holds their bodies against the schemas.

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly minimum?: number
  readonly multipleOf?: number
}

interface Operation {
  readonly operationId?: string
  readonly 'x-sdk'?: { readonly resource: string, readonly method: string } | false
  readonly 'x-codeSamples'?: readonly CodeSample[]
  readonly parameters?: readonly { readonly name: string, readonly in: string, readonly required?: boolean, readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

type Schemas = Readonly<Record<string, Schema>>

interface Document {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

/** The contract with `x-codeSamples` at every operation that has a place in the SDK. */
export function withCodeSamples<Contract extends object> (contract: Contract): Contract {
  const { paths: given = {}, components } = contract as Document
  const schemas = components?.schemas ?? {}
  const sampled = (path: string, method: string, operation: Operation): Operation =>
    operation['x-sdk'] ? { ...operation, 'x-codeSamples': samplesOf(path, method, operation, schemas) } : operation
  const paths = mapMembers(given, (path, methods) => mapMembers(methods, (method, operation) => sampled(path, method, operation)))
  return { ...contract, paths }
}

function mapMembers<Member> (
  members: Readonly<Record<string, Member>>, change: (name: string, member: Member) => Member
): Record<string, Member> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, change(name, member)]))
}

interface CodeSample { readonly lang: string, readonly label: string, readonly source: string }

function samplesOf (path: string, method: string, operation: Operation, schemas: Schemas): CodeSample[] {
  const values = readValues(path, operation, schemas)
  return [
    { lang: 'shell', label: 'curl', source: printCurl(path, method, values) },
    { lang: 'typescript', label: 'TypeScript', source: printTypeScript(operation, method, values) }
  ]
}

/** What an example sends. */
interface Values {
  readonly path: readonly (readonly [name: string, value: unknown])[]
  readonly query: Readonly<Record<string, unknown>>
  /** JSON, or a file and its type. */
  readonly body: { readonly json: unknown } | { readonly file: string, readonly type: string, readonly types: number } | undefined
}

function readValues (path: string, { operationId = '', parameters = [], requestBody }: Operation, schemas: Schemas): Values {
  const query = parameters.filter(parameter => parameter.in === 'query' && (parameter.required || parameter.name === 'reference'))
  const content = requestBody?.content
  const json = content?.['application/json']?.schema
  const types = Object.keys(content ?? {})
  const asFile = types.some(type => type === 'text/csv' || type === 'application/x-ndjson')
  const type = types.includes('text/csv') ? 'text/csv' : types[0]!
  return {
    path: [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) =>
      [name!, sampleOf(name!, parameters.find(parameter => parameter.in === 'path' && parameter.name === name)?.schema ?? {}, schemas)]),
    query: Object.fromEntries(query.map(({ name, schema }) => [name, sampleOf(name, schema, schemas)])),
    body: asFile
      ? { file: type === 'text/csv' ? 'lines.csv' : 'codes.ndjson', type, types: types.length }
      : json && { json: chosenBodies[operationId] ?? sampleOf('', json, schemas) }
  }
}

/** Bodies that say more than their smallest form, or whose form no schema can tell. */
const chosenBodies: Readonly<Record<string, unknown>> = {
  placeOrder: {
    reference: 'MY-ORDER-1',
    lines: [{ sku: 'sku_01kb8q1zjme7f8k0q3z5v2wxyt', quantity: 10 }],
    max_total: { amount: '1000.00', currency: 'CNY' }
  },
  createEncryptionKey: {
    reference: 'vault-2026',
    name: 'Vault',
    jwk: { kty: 'OKP', crv: 'X25519', x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo' }
  },
  putApprovalPolicy: { amount_above: [{ amount: '500', currency: 'CNY' }], quantity_above: 100 }
}

/** What fields of a name hold in examples. */
const valuesByName: Readonly<Record<string, unknown>> = Object.fromEntries([
  ['reference', 'MY-NUMBER-1'], ['order_reference', 'MY-ORDER-1'], ['name', 'Shop'], ['subject', 'marketing'], ['reason', 'Ticket 88'],
  ['quantity', 10], ['threshold', 50], ['requests_per_minute', 600], ['interval_seconds', 60], ['rank', 3], ['number', 4711],
  ['amount', '98.25'], ['currency', 'CNY'], ['rate', '0.99'], ['region', 'CN'], ['at', '09:00'], ['url', 'https://shop.example.com/kahub'],
  ['secret', 'STEAM-0AC8-3S73-ZDQM-X1FE'], ['level', 'gold'], ['issuer', 'steam'], ['category', 'game-cards'], ['id', 'gold']
])

function sampleOf (name: string, schema: Schema, schemas: Schemas): unknown {
  if (schema.$ref !== undefined) return sampleOf(name, schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {}, schemas)
  if (schema.const !== undefined) return schema.const
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  if (schema.enum !== undefined) return name === 'currency' && schema.enum.includes('CNY') ? 'CNY' : schema.enum[0]
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return sampleOf(name, choices.find(({ type }) => type !== 'null')!, schemas)
  const type = [schema.type].flat().find(one => one !== 'null')
  const named = valuesByName[name]
  const isNumber = type === 'integer' || type === 'number'
  if (isNumber ? typeof named === 'number' : type === 'string' && typeof named === 'string') return named
  switch (type) {
    case 'object': return sampleObject(schema, schemas)
    case 'array': return [sampleOf(name.replace(/s$/, ''), schema.items ?? {}, schemas)]
    case 'integer': case 'number': return Math.max(schema.minimum ?? 1, 1)
    case 'boolean': return true
    default: return idLike(schema.pattern) ?? (schema.format === 'date-time' ? '2026-12-01T00:00:00Z' : String(schema.default ?? name))
  }
}

/** An id with the prefix that a pattern asks for. */
function idLike (pattern: string | undefined): string | undefined {
  const prefix = /^\^([a-z]+)_\[0-7\]/.exec(pattern ?? '')?.[1]
  return prefix && `${prefix}_01kb8q1zjme7f8k0q3z5v2wxyt`
}

/** What must be there, a reference where there may be one, and as many more as there have to be. */
function sampleObject ({ properties = {}, required = [], minProperties = 0 }: Schema, schemas: Schemas): Record<string, unknown> {
  const names = Object.keys(properties)
  const wanted = names.filter(name => required.includes(name) || name === 'reference')
  const more = names.filter(name => !wanted.includes(name)).slice(0, Math.max(0, minProperties - wanted.length))
  return Object.fromEntries([...wanted, ...more].map(name => [name, sampleOf(name, properties[name]!, schemas)]))
}

function printCurl (path: string, method: string, { path: given, query, body }: Values): string {
  const filled = given.reduce((address, [name, value]) => address.replace(`{${name}}`, String(value)), path)
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map(one => [name, String(one)]))
  const target = pairs.length === 0 ? filled : `${filled}?${new URLSearchParams(pairs)}`
  const command = [`npx kahub sign ${method.toUpperCase()} '${target}'`, ...dataWords(body)].join(' \\\n  ')
  return `# npx kahub sign prints a signed curl command; sh runs it\n${command} | sh`
}

function dataWords (body: Values['body']): string[] {
  if (body === undefined) return []
  return 'json' in body ? [`--data '${JSON.stringify(body.json)}'`] : [`--header 'Content-Type: ${body.type}'`, `--data @${body.file}`]
}

function printTypeScript (
  { 'x-sdk': place, operationId, parameters = [], responses = {} }: Operation, method: string, { path, query, body }: Values
): string {
  if (!place) return ''
  const admin = place.resource.startsWith('admin.')
  const client = admin ? 'admin' : 'kahub'
  const given = path.map(([, value]) => printValue(value))
  if (body !== undefined) given.push(...bodyArguments(body))
  if (Object.keys(query).length > 0) given.push(printValue(query))
  const media = Object.entries(responses).filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.keys(content))
  const call = `${client}.${place.resource.replace('admin.', '')}.${place.method}(${given.join(', ')})`
  const isList = method === 'get' && parameters.some(({ name }) => name === 'cursor')
  const iterated = isList || (media.length > 0 && media.every(type => type === 'text/event-stream' || type === 'application/x-ndjson'))
  const imports = [
    ...body !== undefined && 'file' in body ? ['import { readFile } from \'node:fs/promises\''] : [],
    admin ? 'import { KahubAdmin } from \'@kahub/sdk/admin\'' : 'import { Kahub } from \'@kahub/sdk\''
  ]
  const made = `const ${client} = new ${admin ? 'KahubAdmin' : 'Kahub'}(credentials)`
  const used = iterated ? `for await (const one of ${call}) console.log(one)` : `const answer = await ${call}`
  return [...imports, '', made, used, ...iterated || operationId === undefined ? [] : ['console.log(answer)']].join('\n')
}

function bodyArguments (body: NonNullable<Values['body']>): string[] {
  if ('json' in body) return [printValue(body.json)]
  return [`await readFile(${printValue(body.file)})`, ...body.types > 1 ? [printValue(body.type)] : []]
}

/** A value as it is written in TypeScript. */
function printValue (value: unknown, indent = ''): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) return `[${value.map(one => printValue(one, indent)).join(', ')}]`
  const members = Object.entries(value).map(([name, one]) =>
    `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : printValue(name)}: ${printValue(one, inner)}`)
  const line = `{ ${members.join(', ')} }`
  return line.length + indent.length <= lineMax ? line : `{\n${members.map(member => inner + member).join(',\n')}\n${indent}}`
}

const lineMax = 76
