// GraphQL's types out of the TypeBox schemas of REST: one contract, written once. A shape is a type, and how a REST view is shown as it.
// Names become camelCase; a decimal amount becomes Money in the currency of the object around it; the id of something that is a node
// becomes two fields, the id (`skuId`) and the thing itself (`sku`).
// Closed lists are Strings in answers: they grow, and a client made today must survive a value of tomorrow. In arguments they are enums.
import {
  GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString, getNamedType,
  isNonNullType, type GraphQLFieldConfig, type GraphQLInterfaceType, type GraphQLNullableType, type GraphQLOutputType
} from 'graphql'
import { DecimalAmount } from '../../../schema/rest/common.ts'
import type { GraphContext } from './context.ts'
import { camel, pascal, singular } from './names.ts'
import { DateTime, Decimal, Json, SafeInt } from './scalars.ts'

/** As much of JSON Schema as the contract uses. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly pattern?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly maximum?: number
  readonly default?: unknown
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[] | undefined
  readonly anyOf?: readonly Schema[]
}

export interface Shape {
  readonly type: GraphQLOutputType
  /** A REST view as GraphQL reads it; `currency` is that of the object around it. */
  readonly show: (view: any, currency?: string) => any
}

export type GraphFields = Record<string, GraphQLFieldConfig<any, GraphContext>>

/** A type that stands for something with an id. */
export interface NodeShape {
  readonly name: string
  /** The whole of it. */
  readonly schema: Schema
  /** Schemas that tell less of it: what they lack is loaded when it is asked for. */
  readonly summaries?: readonly Schema[]
}

/** What types are beyond their schemas. */
export interface ShapeExtras {
  /** By the prefix of their ids. */
  readonly nodes: ReadonlyMap<string, NodeShape>
  readonly nodeInterface: GraphQLInterfaceType
  /** More fields, by type. */
  readonly fields: (typeName: string) => GraphFields
  /** Properties that hold ids without saying so: by type and property, the name of the node; null for one that is no more than its text. */
  readonly references: Readonly<Record<string, Readonly<Record<string, string | null>>>>
}

export interface Shapes {
  /** The shape of a schema; `name` is that of its type, if the schema bears no title. */
  of (schema: Schema, name: string): Shape
  /** The type of a node. */
  node (name: string): GraphQLObjectType
  /** All object types made so far. */
  readonly types: ReadonlyMap<string, GraphQLObjectType>
}

/** Lists inside an object are of unknown size: their cost is counted for as many. */
export const listSizeAssumed = 10

/** Makes shapes; each type is made once, and two schemas of one name must agree. */
export function makeShapes ({ nodes, nodeInterface, fields: extraFields, references }: ShapeExtras): Shapes {
  const types = new Map<string, GraphQLObjectType>()
  const schemaOf = new Map<string, Schema>()
  /** Types inside an object that may be without a currency: so may their amounts be. */
  const moneyless = new Set<string>()
  const byName = new Map([...nodes.values()].map(node => [node.name, node]))
  const byTitle = new Map([...nodes.values()].flatMap(node => [node.schema, ...node.summaries ?? []].map(({ title }) => [title, node] as const)))

  return {
    types,
    of: (schema, name) => shapeOf(schema, name, ''),
    node: name => typeOf(name, byName.get(name)!.schema)
  }

  function shapeOf (schema: Schema, owner: string, property: string): Shape {
    const [inner, nullable] = withoutNull(schema)
    const { type, show } = plainShape(inner, owner, property)
    return nullable ? { type, show: (view, currency) => view === null ? null : show(view, currency) } : { type: new GraphQLNonNull(type), show }
  }

  function plainShape (schema: Schema, owner: string, property: string): { type: GraphQLNullableType & GraphQLOutputType, show: Shape['show'] } {
    if (schema.type === 'array') {
      const item = shapeOf(schema.items!, owner, singular(property))
      return { type: new GraphQLList(item.type), show: isLeaf(schema.items!) ? asIs : (views, currency) => views.map((view: unknown) => item.show(view, currency)) }
    }
    if (isDecimal(schema)) {
      return { type: typeOf('Money', moneySchema), show: (amount, currency) => currency === null ? null : { amount, currency } }
    }
    if (schema.title === 'Money') return { type: typeOf('Money', moneySchema), show: asIs }
    if (isLeaf(schema)) return { type: scalarFor(schema, property), show: asIs }
    const node = byTitle.get(schema.title)
    const name = node?.name ?? schema.title ?? owner + pascal(property)
    return { type: typeOf(name, node?.schema ?? schema), show: shower(schema, name) }
  }

  function typeOf (name: string, schema: Schema): GraphQLObjectType {
    const known = types.get(name)
    if (known) {
      if (JSON.stringify(schemaOf.get(name)!.properties) !== JSON.stringify(schema.properties)) throw new Error(`two shapes bear the name ${name}`)
      return known
    }
    const node = byName.get(name)
    const type = new GraphQLObjectType<any, GraphContext>({
      name,
      ...(schema.description !== undefined && { description: schema.description }),
      interfaces: node ? [nodeInterface] : [],
      fields: () => ({ ...fieldsOf(name, schema, node), ...extraFields(name) })
    })
    types.set(name, type)
    schemaOf.set(name, schema)
    return type
  }

  function fieldsOf (typeName: string, schema: Schema, node: NodeShape | undefined): GraphFields {
    const fields: GraphFields = {}
    const { currency } = schema.properties!
    const mayLackCurrency = currency === undefined ? moneyless.has(typeName) : withoutNull(currency)[1]
    for (const { from, to, property, required: isRequired, target } of propertiesOf(typeName, schema)) {
      const type = target === undefined ? shapeOf(property, typeName, from).type : idType(property)
      if (mayLackCurrency) moneyless.add(getNamedType(type).name)
      const required = isRequired && !(mayLackCurrency && isDecimal(property))
      const told = describe(property)
      const description = told === undefined ? {} : { description: told }
      fields[to] = {
        type: required || !isNonNullType(type) ? type : type.ofType,
        ...description,
        ...(holdsObjects(property) && { extensions: { size: listSizeAssumed } })
      }
      if (target === undefined || withoutNull(property)[0].type === 'array') continue
      fields[camel(from)] = {
        type: typeOf(target.name, target.schema),
        ...description,
        resolve: (object, _args, context) => object[to] == null ? null : context.load(target.name, object[to])
      }
    }
    for (const summary of node?.summaries ?? []) {
      for (const from of Object.keys(schema.properties!)) {
        if (summary.properties![from] === undefined) loadWhenMissing(fields[camel(from)]!, typeName, camel(from))
      }
    }
    return fields
  }

  function shower (schema: Schema, typeName: string): Shape['show'] {
    const steps = propertiesOf(typeName, schema).map(({ from, to, property, target }) => {
      let made: Shape['show'] | undefined
      // Made when it is first used: a type may hold itself.
      const show: Shape['show'] = (value, currency) => (made ??= shapeOf(property, typeName, from).show)(value, currency)
      return { from, to, show: target || isLeaf(property) ? undefined : show }
    })
    return (view, around) => {
      const shown: Record<string, unknown> = {}
      // Null is a currency that is not known, and goes on inwards.
      const currency = view.currency === undefined ? around : view.currency
      for (const { from, to, show } of steps) {
        const value = view[from]
        if (value !== undefined) shown[to] = show === undefined || value === null ? value : show(value, currency)
      }
      return shown
    }
  }

  function propertiesOf (typeName: string, schema: Schema) {
    return Object.entries(schema.properties!).map(([from, property]) => {
      const named = references[typeName]?.[from]
      const target = from === 'id' || named === null ? undefined : byName.get(named ?? '') ?? nodes.get(prefixOf(property) ?? '')
      const isList = withoutNull(property)[0].type === 'array'
      const to = target === undefined ? camel(from) : isList ? `${camel(singular(from))}Ids` : `${camel(from)}Id`
      return { from, to, property, target, required: schema.required?.includes(from) ?? false }
    })
  }
}

/** The prefix of the ids that a property holds, as its pattern says. */
function prefixOf (property: Schema): string | undefined {
  const [{ pattern, items }] = withoutNull(property)
  return /^\^([a-z]+)_\[0-7\]/.exec(pattern ?? items?.pattern ?? '')?.[1]
}

function idType (property: Schema): GraphQLOutputType {
  const [{ type }, nullable] = withoutNull(property)
  const id = type === 'array' ? new GraphQLList(new GraphQLNonNull(GraphQLID)) : GraphQLID
  return nullable ? id : new GraphQLNonNull(id)
}

/** Numbers that may pass 2³¹. */
const wideNames = new Set(['number', 'entry', 'sequence', 'event_sequence', 'next_sequence', 'monthly_quantity', 'subscription_sequence'])
const intMax = 2 ** 31 - 1

/** The scalar of a property. */
export function scalarFor ({ type, format, pattern = '', maximum = 0 }: Schema, property: string) {
  if (type === 'boolean') return GraphQLBoolean
  if (type === 'integer') return maximum > intMax || wideNames.has(property) ? SafeInt : GraphQLInt
  if (type === 'number') return GraphQLFloat
  if (type === 'object') return Json
  if (format === 'date-time') return DateTime
  if (format === 'decimal') return Decimal
  return property === 'id' || property === 'sku' || /^\^[a-z]+_/.test(pattern) ? GraphQLID : GraphQLString
}

const moneySchema: Schema = {
  type: 'object',
  title: 'Money',
  description: 'An amount and its currency.',
  required: ['amount', 'currency'],
  properties: {
    amount: { type: 'string', format: 'decimal', description: DecimalAmount.description! },
    currency: { type: 'string', description: 'ISO 4217 currency code.' }
  }
}

/** A field whose value is loaded with its node when the object at hand tells less. */
function loadWhenMissing (field: GraphFields[string], node: string, name: string): void {
  const nested = field.resolve
  const read: NonNullable<typeof nested> = (object, args, context, info) => nested ? nested(object, args, context, info) : object[name]
  field.resolve = (object, args, context, info) => object[name] !== undefined
    ? read(object, args, context, info)
    : context.load(node, object.id).then(whole => read({ ...whole, ...object }, args, context, info))
}

/** A description with the values that an answer may have now. */
function describe (property: Schema): string | undefined {
  const [{ type, items, enum: own }] = withoutNull(property)
  const values = type === 'array' ? items!.enum : own
  const { description } = property
  if (values === undefined || property.title === 'Currency') return description
  return `${description === undefined ? '' : `${description} `}One of ${values.join(', ')}; more may come.`
}

function holdsObjects (property: Schema): boolean {
  const [{ type, items }] = withoutNull(property)
  return type === 'array' && !isLeaf(items!)
}

function isDecimal ({ pattern }: Schema): boolean {
  return pattern === DecimalAmount.pattern
}

/** Whether a view's value is shown as it is and has no fields. */
function isLeaf (schema: Schema): boolean {
  const [inner] = withoutNull(schema)
  if (inner.type === 'object') return inner.properties === undefined || Object.keys(inner.properties).length === 0
  return inner.type !== 'array' && !isDecimal(inner)
}

/** A schema without the null it may take, and whether it takes it. */
export function withoutNull (schema: Schema): readonly [Schema, boolean] {
  const { anyOf, type, enum: values, description } = schema
  if (anyOf) {
    const [one, ...others] = anyOf.filter(({ type }) => type !== 'null')
    if (!one || others.length > 0) throw new Error('a union has no shape in GraphQL')
    return [{ ...one, ...(description !== undefined && { description }) }, one !== undefined && anyOf.length > 1]
  }
  if (!Array.isArray(type)) return [schema, false]
  return [
    { ...schema, type: type.find(name => name !== 'null'), ...(values && { enum: values.filter(value => value !== null) }) },
    type.includes('null')
  ]
}

function asIs (view: unknown): unknown {
  return view
}
