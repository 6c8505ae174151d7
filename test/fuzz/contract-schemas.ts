import { parse } from 'yaml'
import { contractText, readContract, type Operation } from '../support/contract.ts'

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly examples?: readonly unknown[]
}

export interface Parameter { readonly name: string, readonly in: string, readonly required?: boolean, readonly schema: Schema }

/** An operation with the schemas of what it takes. */
export interface Taking extends Omit<Operation, 'parameters'> {
  readonly parameters: readonly Parameter[]
  /** By media type. */
  readonly bodies: Readonly<Record<string, Schema>>
  /** Whether it is in no contract: it answers with pages. */
  readonly page?: true
}

const contract = parse(contractText)

/** The operations of the contract with what they take. */
export function readTaking (): readonly Taking[] {
  return readContract().map(operation => ({
    ...operation,
    parameters: operation.parameters as readonly Parameter[],
    bodies: Object.fromEntries(Object.entries(operation.body ?? {}).map(([type, media]) => [type, (media as { schema: Schema }).schema]))
  }))
}

/** A schema behind its reference. */
export function resolved (schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const place = schema.$ref.replace(/^#\//, '').split('/')
  return resolved(place.reduce((at, part) => at[part], contract) as Schema)
}
