// Documents that fit the schema of the graph, of any depth, with aliases, fragments, directives and variables.
import {
  getNamedType, isAbstractType, isCompositeType, isEnumType, isInputObjectType, isListType, isNonNullType, isRequiredArgument,
  isRequiredInputField, type GraphQLArgument, type GraphQLCompositeType, type GraphQLField, type GraphQLInputField, type GraphQLInputType,
  type GraphQLObjectType, type GraphQLSchema
} from 'graphql'
import type { Means } from './generate.ts'
import { unknownId } from './pool.ts'

export interface GraphDocument {
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

const depthMax = 7
const inputDepthMax = 4
const fieldsMax = 4
const argumentPercent = 35
const aliasPercent = 8
const directivePercent = 6
const fragmentPercent = 10
const variablePercent = 50

/** A document that the schema allows; whether its cost is allowed is left to chance. */
export function documentFor (schema: GraphQLSchema, kind: GraphDocument['kind'], means: Means): GraphDocument {
  const { draw } = means
  const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind]!
  const declared: string[] = []
  const variables: Record<string, unknown> = {}
  const fragments: string[] = []
  let named = 0

  const selectionOf = (type: GraphQLCompositeType, depth: number, fields: number): string => {
    const parts = Array.from({ length: fields }, () => partOf(type, depth))
    return `{ ${parts.join(' ')} }`
  }

  const partOf = (type: GraphQLCompositeType, depth: number): string => {
    const within = isAbstractType(type) && draw.percent(60) ? draw.pick(schema.getPossibleTypes(type)) : undefined
    if (within) return `... on ${within.name} ${selectionOf(within, depth, 1 + draw.below(2))}`
    if (depth > 0 && draw.percent(fragmentPercent)) return spreadOf(type, depth)
    const fielded = 'getFields' in type ? Object.values((type as GraphQLObjectType).getFields()) : []
    const open = fielded.filter(field => depth < depthMax || !isCompositeType(getNamedType(field.type)))
    if (open.length === 0 || draw.percent(3)) return '__typename'
    return fieldOf(draw.pick(open), depth)
  }

  const spreadOf = (type: GraphQLCompositeType, depth: number): string => {
    const name = `F${++named}`
    fragments.push(`fragment ${name} on ${type.name} ${selectionOf(type, depth, 1 + draw.below(2))}`)
    return `...${name}`
  }

  const fieldOf = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    // Fields of one name and other arguments do not go together: each has a name of its own then.
    const given = field.args.filter(argument => isRequiredArgument(argument) || draw.percent(argumentPercent))
    const alias = given.length > 0 || draw.percent(aliasPercent) ? `a${++named}: ` : ''
    const words = given.map(argument => `${argument.name}: ${valueFor(argument)}`).join(', ')
    const directives = [() => '@include(if: true)', () => '@skip(if: false)', condition]
    const directive = draw.percent(directivePercent) ? ` ${draw.pick(directives)()}` : ''
    const type = getNamedType(field.type)
    const inner = isCompositeType(type) ? ` ${selectionOf(type, depth + 1, 1 + draw.below(fieldsMax))}` : ''
    return `${alias}${field.name}${words && `(${words})`}${directive}${inner}`
  }

  const valueFor = (argument: GraphQLArgument): string => {
    const value = inputOf(argument.type, argument.name, means, 0)
    if (!draw.percent(variablePercent)) return literalOf(value, argument.type)
    return variable(String(argument.type), value)
  }

  const condition = (): string => `@include(if: ${variable('Boolean!', draw.percent(70))})`

  const variable = (type: string, value: unknown): string => {
    const name = `v${++named}`
    declared.push(`$${name}: ${type}`)
    variables[name] = value
    return `$${name}`
  }

  const fields = kind === 'query' ? 1 + draw.below(fieldsMax) : 1
  const selection = kind === 'query' ? selectionOf(root, 0, fields) : `{ ${fieldOf(draw.pick(Object.values(root.getFields())), 0)} }`
  const head = declared.length > 0 ? ` Q(${declared.join(', ')})` : ''
  return { kind, query: [`${kind}${head} ${selection}`, ...fragments].join('\n'), variables }
}

/** A value of an input type. */
function inputOf (type: GraphQLInputType, name: string, means: Means, depth: number): unknown {
  const { draw, pool } = means
  if (isNonNullType(type)) return inputOf(type.ofType, name, means, depth)
  if (isListType(type)) return Array.from({ length: draw.below(3) }, () => inputOf(type.ofType, name, means, depth + 1))
  if (isEnumType(type)) return draw.pick(type.getValues()).name
  if (isInputObjectType(type)) {
    const isGiven = (field: GraphQLInputField): boolean =>
      isRequiredInputField(field) || (depth < inputDepthMax && draw.percent(argumentPercent))
    const given = Object.values(type.getFields()).filter(isGiven)
    return Object.fromEntries(given.map(field => [field.name, inputOf(field.type, field.name, means, depth + 1)]))
  }
  switch (type.name) {
    case 'Int':
    case 'SafeInt': return draw.pick([0, 1, 2, 20, 100, 101, -1, 2 ** 31 - 1])
    case 'Float': return draw.pick([0, 1.5, -1])
    case 'Boolean': return draw.percent(50)
    case 'ID': return idFor(name, means)
  }
  if (type.name === 'Decimal') return draw.percent(70) ? draw.pick(['10', '0.5', '12.00', '-1']) : draw.pick(['', 'x', '1e3', '0.00001'])
  if (/DateTime/.test(type.name)) return new Date(Date.now() + (draw.below(2_000) - 1_000) * 3_600_000).toISOString()
  if (/JSON|Jwk/i.test(type.name)) return { kty: 'OKP', crv: 'X25519', x: 'a' }
  if (/cursor|after/.test(name)) return pool.one('cursor', draw) ?? 'c'
  if (/url/i.test(name)) return 'https://shop.invalid/hook'
  return draw.pick(['10', '0.5', 'CNY', 'text', `fuzz ${draw.below(2 ** 31)}`, '卡密', 'a\u0000b', '', 'x'.repeat(300)])
}

/** Ids that a name of an argument asks for. */
const prefixes: Readonly<Record<string, string>> = {
  sku: 'sku', order: 'ord', endpoint: 'ep', host: 'hst', session: 'ses', link: 'lnk', quote: 'quo', hold: 'hld', key: 'key'
}

function idFor (name: string, { draw, pool }: Means): string {
  const prefix = prefixes[name]
  if (prefix !== undefined && draw.percent(85)) return pool.one(prefix, draw) ?? unknownId(prefix)
  return draw.percent(90) ? pool.any(draw) ?? 'x' : draw.pick(['', 'x', 'ord_', unknownId('ord'), '\u0000'])
}

function literalOf (value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(value, type.ofType)
  if (isListType(type)) return `[${(value as unknown[]).map(item => literalOf(item, type.ofType)).join(', ')}]`
  if (isEnumType(type)) return String(value)
  if (isInputObjectType(type)) {
    const fields = type.getFields()
    return `{ ${Object.entries(value as object).map(([name, inner]) => `${name}: ${literalOf(inner, fields[name]!.type)}`).join(', ')} }`
  }
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value).map(([name, inner]) => `${name}: ${JSON.stringify(inner)}`).join(', ')} }`
  }
  return JSON.stringify(value)
}
