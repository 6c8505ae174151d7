// Arguments and input types out of the TypeBox schemas of REST's bodies and queries. What GraphQL's types cannot say (patterns, bounds)
// the same schemas check when the operation is carried out. Closed lists are enums here: what is asked for has to be known.
import {
  GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, isEnumType, type GraphQLArgumentConfig, type GraphQLFieldConfigArgumentMap,
  type GraphQLScalarType
} from 'graphql'
import { DecimalAmount } from '../../../schema/rest/common.ts'
import * as vocabulary from '../../../schema/vocabulary.ts'
import { camel, pascal, singular } from './names.ts'
import { Decimal } from './scalars.ts'
import { scalarFor, withoutNull, type Schema } from './shapes.ts'

/** A type before it is said whether it must be given. */
export type GraphQLNullableInput = GraphQLScalarType | GraphQLEnumType | GraphQLInputObjectType | GraphQLList<GraphQLNonNull<GraphQLNullableInput>>

export interface Input {
  readonly type: GraphQLNullableInput
  /** What was given as REST names it. */
  readonly read: (given: any) => any
}

export interface Inputs {
  /** The input type of an object's schema. */
  of (schema: Schema, name: string): Input
  /** Arguments for the properties of a schema; `rename` gives other names than camelCase. */
  arguments (schema: Schema, name: string, rename?: Readonly<Record<string, string>>): Arguments
}

export interface Arguments {
  readonly config: GraphQLFieldConfigArgumentMap
  readonly read: (given: Readonly<Record<string, unknown>>) => Record<string, unknown>
}

/** Makes inputs; each type is made once. */
export function makeInputs (): Inputs {
  const made = new Map<string, GraphQLInputObjectType | GraphQLEnumType>()

  return {
    of: (schema, name) => inputOf(schema, name, ''),
    arguments (schema, name, rename = {}) {
      const fields = fieldsOf(schema, name, rename)
      return { config: Object.fromEntries(fields.map(({ to, config }) => [to, config])), read: given => readFields(fields, given) }
    }
  }

  function inputOf (schema: Schema, owner: string, property: string): Input {
    const [inner] = withoutNull(schema)
    if (inner.type === 'array') {
      const item = inputOf(inner.items!, owner, singular(property))
      return { type: new GraphQLList(new GraphQLNonNull(item.type)), read: isPlain(item.type) ? asIs : given => given.map(item.read) }
    }
    if (inner.enum && inner.type === 'string') return { type: enumOf(inner.enum as string[]) ?? scalarFor(inner, property), read: asIs }
    if (inner.pattern === DecimalAmount.pattern) return { type: Decimal, read: asIs }
    if (inner.type !== 'object' || isOpen(inner)) return { type: scalarFor(inner, property), read: asIs }
    const name = `${inner.title ?? owner + pascal(property)}Input`
    const fields = fieldsOf(inner, name.replace(/Input$/, ''), {})
    let type = made.get(name)
    if (!type) {
      type = new GraphQLInputObjectType({
        name,
        ...(inner.description !== undefined && { description: inner.description }),
        fields: Object.fromEntries(fields.map(({ to, config }) => [to, config]))
      })
      made.set(name, type)
    }
    return { type, read: given => readFields(fields, given) }
  }

  function fieldsOf (schema: Schema, owner: string, rename: Readonly<Record<string, string>>) {
    return Object.entries(schema.properties ?? {}).map(([from, property]) => {
      const { type, read } = inputOf(property, owner, from)
      const config: GraphQLArgumentConfig = {
        type: schema.required?.includes(from) ? new GraphQLNonNull(type) : type,
        ...(property.description !== undefined && { description: property.description }),
        ...(property.default !== undefined && isPlain(type) && !isEnumType(type) && { defaultValue: property.default })
      }
      return { from, to: rename[from] ?? camel(from), read, config, nullable: withoutNull(property)[1] }
    })
  }

  function enumOf (values: readonly string[]): GraphQLEnumType | undefined {
    const name = enumNames.get(values.join(' '))
    if (name === undefined) return undefined
    const type = made.get(name) ?? new GraphQLEnumType({ name, values: Object.fromEntries(values.map(value => [value, { value }])) })
    made.set(name, type)
    return type as GraphQLEnumType
  }
}

type Field = { readonly from: string, readonly to: string, readonly read: Input['read'], readonly nullable: boolean }

/** In GraphQL a null means nothing was said, unless null says something. */
function readFields (fields: readonly Field[], given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const field of fields) {
    const value = given[field.to]
    if (value === null && field.nullable) read[field.from] = null
    else if (value !== undefined && value !== null) read[field.from] = field.read(value)
  }
  return read
}

/** Lists of the vocabulary by their values, under the names of enums: `orderStates` is OrderState. Values that are no names stay Strings. */
const enumNames = new Map(Object.entries(vocabulary as Readonly<Record<string, unknown>>)
  .flatMap(([name, values]) => Array.isArray(values) && values.every(value => /^[A-Za-z_]\w*$/.test(value)) ? [[name, values as string[]] as const] : [])
  .map(([name, values]) => [values.join(' '), enumName(name)]))

function enumName (list: string): string {
  const renamed: Readonly<Record<string, string>> = {
    currencyCodes: 'Currency', deliveries: 'DeliveryForm', listingStatuses: 'ListingStatus', returnedCodes: 'ReturnedCodes', fills: 'Fill'
  }
  return renamed[list] ?? pascal(singular(list))
}

/** Objects that may hold more than they say. */
function isOpen ({ properties, additionalProperties }: Schema & { readonly additionalProperties?: unknown }): boolean {
  return properties === undefined || additionalProperties === true
}

function isPlain (type: GraphQLNullableInput): boolean {
  return !(type instanceof GraphQLInputObjectType) && !(type instanceof GraphQLList)
}

function asIs (given: unknown): unknown {
  return given
}
