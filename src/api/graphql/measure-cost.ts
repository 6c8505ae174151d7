// What a document may be, and what it costs, read off its syntax before anything is validated or carried out. Fragments are counted
// where they are spread, so a small document cannot hide a large one; counting ends with the first limit that is passed.
//   what is loaded costs 1, what comes with it (a scalar, an amount of money, an address) nothing; a change, or an operation beneath an
//   object, 10; codes 1 more for each ten that may be revealed
//   a list costs 1 for each of its things and what is asked of each, as many times as it may hold: `first` (20 when it is not said), the
//   number of ids that are asked for, 10 for a list inside an object; a page costs its things, whatever is asked of it
//   a list of the schema, by introspection, costs 50
import {
  getNamedType, isCompositeType, Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode,
  type GraphQLField, type GraphQLNamedType, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode, type ValueNode
} from 'graphql'
import { Problem } from '../../base/problem.ts'
import type { FieldExtensions } from './build-schema.ts'

export const depthMax = 8
export const aliasesMax = 15
export const costMax = 1_000
export const directivesMax = 20
/** The most that any list gives at once; some take a greater number and give no more. */
const sizeMax = 1_000
/** Fields and spreads of a document, fragments counted where they are spread. */
export const selectionsMax = 1_000
/** Introspection is deeper than data by its nature: lists of types within types are what makes it large. */
export const introspectionDepthMax = 15
export const introspectionListsMax = 3
const introspectionListWeight = 50
const introspectionLists = new Set(['types', 'fields', 'args', 'possibleTypes', 'interfaces', 'inputFields', 'enumValues'])

/** What a document costs with some variables. */
export type Cost = (variables: Readonly<Record<string, unknown>> | undefined) => number

interface SizedCost {
  readonly weight: number
  readonly item: number
  /** What each of its things costs at least. */
  readonly eachMin: number
  readonly size: (variables: Readonly<Record<string, unknown>>) => number
  readonly below: readonly SizedCost[]
}

/** Refuses a document that is too much whatever its variables; gives what it costs with them. */
export function measureCost (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const defaults = new Map((operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]))
  let selections = 0
  let aliases = 0
  let directives = operation.directives?.length ?? 0
  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }
  const below = costsOf(operation.selectionSet, roots[operation.operation] ?? undefined, { depth: 1, lists: 0, introspects: false }, [])
  if (operation.operation === 'mutation' && countRoots(operation.selectionSet, fragments) > 1) {
    throw tooMuch('A mutation has one field: each change is a request of its own, with a nonce and an answer of its own.')
  }
  return (variables = {}) => {
    const cost = sum(below, variables)
    if (cost > costMax) throw tooMuch(`It costs ${cost}, and ${costMax} is the most. Ask for fewer at once (first), or for less of each.`)
    return cost
  }

  function costsOf (set: SelectionSetNode, type: GraphQLNamedType | undefined, at: Place, spread: readonly string[]): SizedCost[] {
    return set.selections.flatMap(selection => {
      count(selection.directives?.length ?? 0)
      if (selection.kind === Kind.FIELD) return [costOfField(selection, type, at, spread)]
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type
        return costsOf(selection.selectionSet, on, at, spread)
      }
      const name = selection.name.value
      if (spread.includes(name)) throw tooMuch(`The fragment ${name} contains itself.`)
      const fragment = fragments.get(name)
      return fragment ? costsOf(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), at, [...spread, name]) : []
    })
  }

  function count (ofDirectives: number): void {
    if (++selections > selectionsMax) throw tooMuch(`It has more than ${selectionsMax} fields, fragments counted where they are spread.`)
    directives += ofDirectives
    if (directives > directivesMax) throw tooMuch(`It has more than ${directivesMax} directives.`)
  }

  function costOfField (node: FieldNode, type: GraphQLNamedType | undefined, at: Place, spread: readonly string[]): SizedCost {
    if (node.alias && ++aliases > aliasesMax) throw tooMuch(`It has more than ${aliasesMax} aliases.`)
    const name = node.name.value
    const introspects = at.introspects || name === '__schema' || name === '__type'
    const isIntrospectionList = introspects && introspectionLists.has(name)
    const lists = at.lists + (isIntrospectionList ? 1 : 0)
    if (lists > introspectionListsMax) throw tooMuch('It asks for types within types within types: ask for them by name (__type).')
    const deepest = introspects ? introspectionDepthMax : depthMax
    if (at.depth > deepest) throw tooMuch(`It is deeper than ${deepest} fields.`)
    const field = fieldOf(type, name)
    const fieldType = field ? getNamedType(field.type) : undefined
    const isObject = fieldType !== undefined && isCompositeType(fieldType)
    const { sizedBy, size, pages, weighedBy, weight: ownWeight } = (field?.extensions ?? {}) as FieldExtensions
    const isLoaded = isObject && field?.resolve && !sizedBy && size === undefined
    const weight = isIntrospectionList ? introspectionListWeight : ownWeight ?? (isLoaded ? 1 : 0)
    const below = node.selectionSet ? costsOf(node.selectionSet, fieldType, { depth: at.depth + 1, lists, introspects }, spread) : []
    if (weighedBy) {
      const [argument, otherwise, ofOne] = weighedBy
      const sizeGiven = argumentSize(node, argument, otherwise)
      below.push({ weight: 0, item: 1, eachMin: 1, size: variables => Math.ceil(sizeGiven(variables) / ofOne), below: [] })
    }
    const isSized = (sizedBy !== undefined || size !== undefined) && isObject && !pages
    return { weight, item: isSized ? 1 : 0, eachMin: pages ? 1 : 0, size: sizedBy ? argumentSize(node, ...sizedBy) : () => size ?? 1, below }
  }

  function argumentSize (node: FieldNode, argument: string, otherwise: number): SizedCost['size'] {
    const given = node.arguments?.find(({ name }) => name.value === argument)?.value
    if (given?.kind === Kind.VARIABLE) {
      const { value } = given.name
      const unsaid = sizeOf(defaults.get(value), otherwise)
      return variables => Object.hasOwn(variables, value) ? sizeOfValue(variables[value], otherwise) : unsaid
    }
    const size = sizeOf(given, otherwise)
    return () => size
  }
}

interface Place { readonly depth: number, readonly lists: number, readonly introspects: boolean }

function sum (costs: readonly SizedCost[], variables: Readonly<Record<string, unknown>>): number {
  let total = 0
  for (const { weight, item, eachMin, size, below } of costs) {
    const each = Math.max(eachMin, item + sum(below, variables))
    total += each === 0 ? weight : weight + size(variables) * each
  }
  return total
}

/** What is out of bounds is refused where it is used; here it counts as the most there can be. */
function sizeOfValue (value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise
  if (Array.isArray(value)) return value.length
  return typeof value === 'number' && value >= 0 ? Math.min(value, sizeMax) : 1
}

function sizeOf (node: ValueNode | undefined, otherwise: number): number {
  if (node?.kind === Kind.INT) return sizeOfValue(Number(node.value), otherwise)
  if (node?.kind === Kind.LIST) return node.values.length
  return node === undefined || node.kind === Kind.NULL ? otherwise : 1
}

function fieldOf (type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  return type && 'getFields' in type ? (type.getFields() as Record<string, GraphQLField<unknown, unknown>>)[name] : undefined
}

function countRoots (set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): number {
  let count = 0
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) count++
    else if (selection.kind === Kind.INLINE_FRAGMENT) count += countRoots(selection.selectionSet, fragments)
    else count += fragments.has(selection.name.value) ? countRoots(fragments.get(selection.name.value)!.selectionSet, fragments) : 0
  }
  return count
}

function tooMuch (detail: string): Problem {
  return new Problem('query_too_costly', detail)
}
