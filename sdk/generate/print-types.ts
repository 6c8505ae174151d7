// The types of the SDK: shared shapes under their own names, and Body, Query and Result of each operation.
import { bodyName, docComment, pascal, propertyName, singular } from './words.ts'
import { isCode, readEventData, refName, resolve, type OpenapiDocument, type Operation, type Schema } from './contract.ts'

/** The names under which operations find their types. */
export interface OperationTypes {
  readonly body: string | undefined
  readonly query: string | undefined
  readonly result: string | undefined
  readonly line: string | undefined
}

/** Where a shape stands: what is answered may grow, what is sent may not. */
type Side = 'answered' | 'sent'

interface Named {
  readonly name: string
  readonly schema: Schema
  readonly side: Side
}

interface Writer {
  readonly document: OpenapiDocument
  /** Shared shapes by what they are, descriptions apart. */
  readonly named: Map<string, Named>
}

const widthMax = 120

/** The text of types.ts, and what each operation uses of it. */
export function printTypes (document: OpenapiDocument, operations: readonly Operation[]): {
  readonly text: string
  readonly typesOf: ReadonlyMap<Operation, OperationTypes>
} {
  const writer: Writer = { document, named: new Map() }
  nameProblemCode(writer)
  nameComponents(writer, operations)
  nameTitled(writer, operations)
  nameNouns(writer, operations)
  const shared = [...writer.named.values()].sort((a, b) => a.name < b.name ? -1 : 1).map(named => printNamed(writer, named))
  const own: string[] = []
  const typesOf = new Map(operations.map(operation => [operation, printOperation(writer, operation, own)]))
  return { text: [...shared, ...own, ...printEventData(writer), ...printProblemStatus(writer)].join('\n\n') + '\n', typesOf }
}

function nameProblemCode (writer: Writer): void {
  const schema = writer.document.components?.schemas?.Problem?.properties?.code
  if (schema?.enum === undefined) throw new Error('components.schemas.Problem.properties.code needs the enum of all problem codes')
  const description = 'Every code a refusal can have; the list may grow.'
  writer.named.set(shapeOf(schema), { name: 'ProblemCode', schema: { ...schema, description }, side: 'answered' })
}

function nameComponents (writer: Writer, operations: readonly Operation[]): void {
  // The body of one operation is printed with that operation.
  const bodies = new Set(operations.map(({ id }) => bodyName(id)))
  for (const [name, schema] of Object.entries(writer.document.components?.schemas ?? {})) {
    if (bodies.has(name)) continue
    const told = /^(def|schema)-\d+$/.test(name) ? schema.title ?? name : name
    const side = isAnswered(writer, schema, operations) ? 'answered' : 'sent'
    writer.named.set(shapeOf(schema), { name: pascal(told), schema, side })
  }
}

function isAnswered (writer: Writer, schema: Schema, operations: readonly Operation[]): boolean {
  const seen = new Set<Schema>()
  const reaches = (from: Schema): boolean => {
    if (from === schema) return true
    if (seen.has(from)) return false
    seen.add(from)
    return (from.$ref !== undefined && reaches(resolve(writer.document, from))) || partsOf(from).some(reaches)
  }
  return schema.properties?.code !== undefined || operations.some(operation => answersOf(operation).some(reaches))
}

/** A shape with a title bears it, if everything with that title is the same shape. */
function nameTitled (writer: Writer, operations: readonly Operation[]): void {
  const taken = new Map([...writer.named].map(([shape, { name }]) => [name, shape]))
  const visit = (schema: Schema, side: Side): void => {
    partsOf(schema).forEach(part => visit(part, side))
    const { title } = schema
    if (title === undefined || !isTitled(schema) || (schema.properties === undefined && schema.enum === undefined)) return
    const shape = shapeOf(schema)
    if (writer.named.has(shape) || taken.has(title)) return
    taken.set(title, shape)
    writer.named.set(shape, { name: title, schema, side })
  }
  for (const operation of operations) answersOf(operation).forEach(schema => visit(schema, 'answered'))
  for (const { body } of operations) if (body !== undefined && 'schema' in body) visit(body.schema, 'sent')
}

/** What several operations of a resource answer is the resource's noun: orders answer an Order. */
function nameNouns (writer: Writer, operations: readonly Operation[]): void {
  const resources = Map.groupBy(operations, ({ entry, resource }) => `${entry === 'admin' ? 'Admin' : ''}${pascal(singular(resource))}`)
  for (const [noun, ofResource] of resources) {
    const shapes = ofResource.flatMap(({ item, answers }) => item === undefined ? distinct(answers) : [item])
      .filter(schema => schema.$ref === undefined && schema.properties !== undefined)
    const most = mostFrequent(shapes.map(shapeOf))
    if (most === undefined || writer.named.has(most)) continue
    if ([...writer.named.values()].some(({ name }) => name === noun)) continue
    writer.named.set(most, { name: noun, schema: shapes.find(schema => shapeOf(schema) === most)!, side: 'answered' })
  }
}

function mostFrequent (shapes: readonly string[]): string | undefined {
  const counts = [...Map.groupBy(shapes, shape => shape)].map(([shape, all]) => ({ shape, count: all.length }))
  return counts.filter(({ count }) => count > 1).sort((a, b) => b.count - a.count)[0]?.shape
}

function printNamed (writer: Writer, { name, schema, side }: Named): string {
  if (name === eventName && writer.document.webhooks !== undefined) return printEvent(writer, schema)
  return printDeclaration(writer, name, schema, side, schema.description ?? '')
}

/** The shape of events in the feed, whose data is by its type. */
const eventName = 'Event'

function printEvent (writer: Writer, schema: Schema): string {
  const { type: _type, data: _data, ...common } = schema.properties ?? {}
  const shape = printObject(writer, { ...schema, properties: common }, 'answered', '')
  const doc = docComment([schema.description ?? 'An event of any type; `type` tells which data it has. The list of types may grow.'], '')
  return `${doc}export type ${eventName} =
  | { [Type in keyof EventData]: EventCommon & { type: Type, data: EventData[Type] } }[keyof EventData]
  | EventCommon & { type: UnknownEventType, data: Record<string, unknown> }

/** A type of event that came after this SDK: what is left when all that are known are ruled out. */
export type UnknownEventType = \`\${string}.\${string}\` & { readonly unknown: true }

/** What every event has. */
export interface EventCommon ${shape}`
}

function printEventData (writer: Writer): string[] {
  const schema = readEventData(writer.document)
  if (schema === undefined) return []
  return [printDeclaration(writer, 'EventData', schema, 'answered', 'The data of events, by type.')]
}

function printProblemStatus ({ document }: Writer): string[] {
  const statuses = document.components?.schemas?.Problem?.properties?.code?.['x-status']
  if (statuses === undefined) return []
  const fields = Object.entries(statuses).map(([code, status]) => `  ${propertyName(code)}: ${status}`)
  return [`/** The status that each code of a refusal comes with. */\nexport interface ProblemStatus {\n${fields.join('\n')}\n}`]
}

function printOperation (writer: Writer, operation: Operation, own: string[]): OperationTypes {
  const { id, query, body, answers, item, line } = operation
  const base = pascal(id)
  const told = (what: string) => `${what} of ${operation.method} ${operation.path}.`
  if (query !== undefined) own.push(printDeclaration(writer, `${base}Query`, query, 'sent', told('The query')))
  if (body !== undefined && 'schema' in body) {
    const schema = operation.creates ? withOptionalReference(resolve(writer.document, body.schema)) : body.schema
    own.push(printDeclaration(writer, `${base}Body`, schema, 'sent', told('The body')))
  }
  if (item !== undefined && item.properties !== undefined && nameFor(writer, item) === undefined) {
    const name = `${base}Item`
    own.push(printDeclaration(writer, name, item, 'answered', told('An item of the answer')))
    writer.named.set(shapeOf(item), { name, schema: item, side: 'answered' })
  }
  const results = distinct(answers)
  if (results.length > 0) {
    const schema = results.length === 1 ? results[0]! : { anyOf: results }
    own.push(printDeclaration(writer, `${base}Result`, schema, 'answered', told('The answer')))
  }
  if (line !== undefined) own.push(printDeclaration(writer, `${base}Line`, line, 'answered', told('A line of the answer')))
  return {
    query: query && `${base}Query`,
    body: body && ('schema' in body ? `${base}Body` : undefined),
    result: results.length > 0 ? `${base}Result` : undefined,
    line: line && `${base}Line`
  }
}

function withOptionalReference (schema: Schema): Schema {
  const { reference, ...others } = schema.properties ?? {}
  const description = `${reference?.description ?? 'Your own number for this.'} Made by the SDK when it is left out.`
  return {
    ...schema,
    properties: { reference: { ...reference, description }, ...others },
    required: schema.required?.filter(name => name !== 'reference') ?? []
  }
}

function printDeclaration (writer: Writer, name: string, schema: Schema, side: Side, description: string): string {
  const doc = docComment([description], '')
  const known = nameFor(writer, schema)
  if (known !== undefined && known.name !== name) return `${doc}export type ${name} = ${known.name}`
  if (isPlainObject(schema)) return `${doc}export interface ${name} ${printObject(writer, schema, side, '')}`
  const shape = printShape(writer, schema, side, '')
  return `${doc}export type ${name} =${shape.startsWith('\n') ? '' : ' '}${shape}`
}

/** The type of a schema where it is used: by its name, if it has one. */
function printType (writer: Writer, schema: Schema, side: Side, indent: string): string {
  if (schema.$ref !== undefined) {
    const target = writer.document.components?.schemas?.[refName(schema.$ref)]
    const known = target && writer.named.get(shapeOf(target))
    if (known === undefined) throw new Error(`${schema.$ref} is not in components.schemas`)
    return known.name
  }
  return nameFor(writer, schema)?.name ?? printShape(writer, schema, side, indent)
}

/** The name of a shape. One without a title of its own may bear that of an equal shape, if there is only one such. */
function nameFor (writer: Writer, schema: Schema): Named | undefined {
  if (schema.properties === undefined && schema.enum === undefined) return undefined
  const known = writer.named.get(shapeOf(schema))
  if (known !== undefined || isTitled(schema)) return known
  const untitled = shapeOf(schema)
  const equal = [...writer.named.values()].filter(named => shapeOf({ ...named.schema, title: '' }) === untitled)
  return equal.length === 1 ? equal[0] : undefined
}

function printShape (writer: Writer, schema: Schema, side: Side, indent: string): string {
  if (schema.$ref !== undefined) return printType(writer, schema, side, indent)
  if (schema.nullable) return orNull(printShape(writer, { ...schema, nullable: false }, side, indent))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return printUnion(unique(choices.map(choice => printType(writer, choice, side, indent))), indent)
  if (schema.allOf !== undefined) return unique(schema.allOf.map(part => bracketed(printType(writer, part, side, indent)))).join(' & ')
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return printEnum(schema.enum, side, indent)
  if (Array.isArray(schema.type)) {
    return printUnion(unique(schema.type.map((type: string) => printShape(writer, { ...schema, type }, side, indent))), indent)
  }
  switch (schema.type) {
    case 'string': return 'string'
    case 'integer':
    case 'number': return 'number'
    case 'boolean': return 'boolean'
    case 'null': return 'null'
    case 'array': return printArray(printType(writer, schema.items ?? {}, side, indent), side)
    case 'object': return printObjectType(writer, schema, side, indent)
    default: return schema.properties === undefined ? 'unknown' : printObjectType(writer, schema, side, indent)
  }
}

function printObjectType (writer: Writer, schema: Schema, side: Side, indent: string): string {
  if (schema.properties !== undefined) return printObject(writer, schema, side, indent)
  const patterns = Object.values(schema.patternProperties ?? {})
  const values = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties, ...patterns] : patterns
  if (values.length === 0) return 'Record<string, unknown>'
  return `Record<string, ${printUnion(unique(values.map(value => printType(writer, value, side, indent))), indent)}>`
}

function printObject (writer: Writer, schema: Schema, side: Side, indent: string): string {
  const inner = `${indent}  `
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const required = schema.required?.includes(name) ?? false
    // Who sends may say undefined, which JSON leaves out.
    const own = side === 'answered' && isCode(name, field) ? 'Secret' : printType(writer, field, side, inner)
    const type = `${own}${!required && side === 'sent' ? ' | undefined' : ''}`
    const doc = docComment([`${field.description ?? ''}${side === 'sent' ? boundsOf(field) : ''}`.trim()], inner)
    return `${doc}${inner}${propertyName(name)}${required ? '' : '?'}:${type.startsWith('\n') ? '' : ' '}${type}\n`
  })
  return fields.length === 0 ? '{}' : `{\n${fields.join('')}${indent}}`
}

function boundsOf ({ minimum, maximum: told, default: standard }: Schema): string {
  const maximum = told === Number.MAX_SAFE_INTEGER ? undefined : told
  const bounds = minimum !== undefined && maximum !== undefined
    ? ` From ${minimum} to ${maximum}.`
    : minimum !== undefined ? ` At least ${minimum}.` : maximum !== undefined ? ` At most ${maximum}.` : ''
  return standard === undefined ? bounds : `${bounds} ${JSON.stringify(standard)} when left out.`
}

function printArray (item: string, side: Side): string {
  const list = /^[\w.]+$/.test(item) ? `${item}[]` : undefined
  if (side === 'sent') return list === undefined ? `ReadonlyArray<${item}>` : `readonly ${list}`
  return list ?? `Array<${item}>`
}

function printEnum (values: NonNullable<Schema['enum']>, side: Side, indent: string): string {
  const open = side === 'answered' && values.some(value => typeof value === 'string')
  return printUnion([...values.map(literal), ...(open ? ['(string & {})'] : [])], indent)
}

function printUnion (choices: readonly string[], indent: string): string {
  const line = choices.join(' | ')
  if (line.includes('\n') || line.length + indent.length < widthMax - 30) return line
  const lines: string[] = []
  for (const choice of choices) {
    const last = lines.at(-1)
    if (last !== undefined && indent.length + last.length + choice.length < widthMax - 5) lines[lines.length - 1] = `${last} | ${choice}`
    else lines.push(`| ${choice}`)
  }
  return lines.map(line => `\n${indent}  ${line}`).join('')
}

function orNull (type: string): string {
  return type.endsWith(' | null') ? type : `${type} | null`
}

function bracketed (type: string): string {
  return type.includes(' | ') ? `(${type})` : type
}

function literal (value: string | number | boolean | null): string {
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value)
}

function isPlainObject (schema: Schema): boolean {
  return schema.properties !== undefined && schema.anyOf === undefined && schema.oneOf === undefined && schema.allOf === undefined &&
    !schema.nullable && !Array.isArray(schema.type)
}

function answersOf (operation: Operation): readonly Schema[] {
  return operation.line === undefined ? operation.answers : [...operation.answers, operation.line]
}

function partsOf (schema: Schema): readonly Schema[] {
  return [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.patternProperties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
    ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])
  ]
}

function distinct (schemas: readonly Schema[]): Schema[] {
  return [...new Map(schemas.map(schema => [shapeOf(schema), schema])).values()]
}

function unique (types: readonly string[]): string[] {
  return [...new Set(types)]
}

const wordsOnly = new Set(['x-status', 'description', 'example', 'examples', 'default', '$id'])

function isTitled ({ title }: Schema): boolean {
  return title !== undefined && /^[A-Z][A-Za-z0-9]*$/.test(title)
}

/** What a schema is, without its words but with its title: equal for equal shapes. */
function shapeOf (schema: Schema): string {
  return JSON.stringify(stripped(schema))
}

function stripped (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(entries.flatMap(([name, inner]) => {
    if (name === 'properties' || name === 'patternProperties') {
      return [[name, Object.fromEntries(Object.entries(inner as object).map(([field, schema]) => [field, stripped(schema)]))]]
    }
    if (name === 'title' && !isTitled({ title: inner as string })) return []
    return wordsOnly.has(name) ? [] : [[name, stripped(inner)]]
  }))
}
