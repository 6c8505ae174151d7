// The scalars beyond those of GraphQL. What a scalar does not take is told as the contract says it.
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql'
import { DecimalAmount } from '../../../schema/rest/common.ts'

const amountPattern = new RegExp(DecimalAmount.pattern!)

/** An amount of money as its digits: a number would lose some. */
export const Decimal = scalarOf('Decimal', DecimalAmount.description!, value => {
  if (typeof value === 'string' && amountPattern.test(value)) return value
  throw new GraphQLError('An amount is a string of major units with at most four digits after the point, as in "98.25".')
})

/** A point in time as text; the operation behind a field checks it, as it does for REST. */
export const DateTime = scalarOf('DateTime', 'RFC 3339, UTC, as in 2026-11-21T08:00:00Z.', value => {
  if (typeof value === 'string') return value
  throw new GraphQLError('A time is a string, as in "2026-11-21T08:00:00Z".')
})

/** Numbers beyond GraphQL’s Int: numbers of orders and products, sequences. */
export const SafeInt = scalarOf('SafeInt', 'A whole number below 2⁵³, written as a JSON number.', value => {
  if (Number.isSafeInteger(value)) return value
  throw new GraphQLError('This is a whole number below 2⁵³.')
})

/** What has no shape of its own here. */
export const Json = scalarOf('JSON', 'Any JSON, named as in REST.', value => value)

function scalarOf (name: string, description: string, read: (value: unknown) => unknown): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    description,
    serialize: value => value,
    parseValue: read,
    parseLiteral: (node: ValueNode, variables) => read(node.kind === Kind.INT ? Number(node.value) : valueFromASTUntyped(node, variables))
  })
}
