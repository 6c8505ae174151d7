// GraphQL carries out the operations of REST: the same validation, the same work, the same view, so that neither door can say what
// the other does not. What a route is (its schemas, scope and handler) is remembered when it is registered.
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Scope } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import { holdsScope } from '../../domain/resellers/keyring.ts'
import type { App, Caller } from '../app-types.ts'
import type { Schema } from './shapes.ts'

interface ValidationFunction { (given: unknown): boolean, readonly errors?: unknown }

type Part = 'params' | 'querystring' | 'body'

/** A REST operation as GraphQL sees it. */
export interface Operation {
  readonly id: string
  readonly summary: string
  readonly description: string | undefined
  /** null: any caller. */
  readonly scope: Scope | null
  readonly schemas: Readonly<Partial<Record<Part, Schema>>>
  /** What it answers when it goes well. */
  readonly answer: Schema
  readonly route: RouteOptions
}

export interface OperationInput {
  readonly params?: object | undefined
  readonly query?: object | undefined
  readonly body?: object | undefined
}

export interface Carried { readonly view: any, readonly replayed: boolean }

export interface Operations {
  /** An operation by its operationId; throws when there is none. */
  get (id: string): Operation
  /** Ids of all that resellers have. */
  readonly ids: readonly string[]
  /** Refuses a caller without the scope, and input that does not fit. */
  check (operation: Operation, caller: Caller, input: OperationInput): void
  /** Does what the REST route does, for the caller of the request. */
  carryOut (operation: Operation, request: FastifyRequest, input: OperationInput, caller?: Caller): Promise<Carried>
}

/** Remembers every operation for resellers that is registered on the app from now on. */
export function rememberOperations (app: App): Operations {
  const operations = new Map<string, Operation>()
  const validators = new Map<Schema, ValidationFunction>()
  app.addHook('onRoute', route => {
    const operation = operationOf(route)
    if (operation) operations.set(operation.id, operation)
  })

  return {
    get (id) {
      const operation = operations.get(id)
      if (!operation) throw new Error(`there is no operation ${id}`)
      return operation
    },
    get ids () { return [...operations.keys()] },
    check,
    async carryOut (operation, request, input, caller = request.caller) {
      check(operation, caller, input)
      const asked = new Asked(request, input, caller) as unknown as FastifyRequest
      const answered = new Answered()
      const result = await operation.route.handler.call(app as never, asked, answered as unknown as FastifyReply)
      return { view: result === answered ? answered.body : result, replayed: answered.replayed }
    }
  }

  function check (operation: Operation, { key }: Caller, { params, query, body }: OperationInput): void {
    if (operation.scope !== null && !holdsScope(key, operation.scope)) {
      throw new Problem('scope_missing', `The key ${key.id} needs the scope ${operation.scope}.`, { scope: operation.scope })
    }
    const { schemas } = operation
    if (schemas.params) validate(schemas.params, 'params', params ?? {})
    if (schemas.querystring) validate(schemas.querystring, 'querystring', query ?? {})
    if (schemas.body) validate(schemas.body, 'body', body)
  }

  function validate (schema: Schema, part: Part, given: unknown): void {
    let check = validators.get(schema)
    if (!check) {
      check = app.validatorCompiler!({ schema, method: '', url: '', httpPart: part }) as unknown as ValidationFunction
      validators.set(schema, check)
    }
    // As Fastify tells it to the one place where errors become problems.
    if (!check(given)) throw Object.assign(new Error('invalid'), { validation: check.errors, validationContext: part })
  }
}

/** Tags of operations that are no reseller's. */
const otherTags = /^(Admin|Service)/

function operationOf (route: RouteOptions): Operation | undefined {
  const schema = route.schema as (Partial<Record<Part, Schema>> & RouteSchema) | undefined
  const scope = route.config?.scope
  if (schema?.operationId === undefined || scope === undefined || route.url.startsWith('/admin')) return undefined
  if (schema.tags?.some(tag => otherTags.test(tag))) return undefined
  const { operationId: id, summary = '', description, response = {}, params, querystring, body } = schema
  const answer = response[200] ?? response[201] ?? response[202] ?? {}
  return {
    id,
    summary,
    description,
    scope,
    schemas: { ...(params && { params }), ...(querystring && { querystring }), ...(body && { body }) },
    answer: answer.content?.['application/json']?.schema ?? answer,
    route
  }
}

interface RouteSchema {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly response?: Readonly<Record<number, Schema & { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>
}

/** A request as a handler reads it: the one that came, with the input and the caller of one operation. */
class Asked {
  readonly id: string
  readonly log: FastifyRequest['log']
  readonly raw: FastifyRequest['raw']
  readonly params: object
  readonly query: object
  readonly body: object | undefined
  readonly caller: Caller
  readonly #request: FastifyRequest

  constructor (request: FastifyRequest, { params = {}, query = {}, body }: OperationInput, caller: Caller) {
    this.id = request.id
    this.log = request.log
    this.raw = request.raw
    this.params = params
    this.query = query
    this.body = body
    this.caller = caller
    this.#request = request
  }

  get ip () { return this.#request.ip }
  get method () { return this.#request.method }
  /** A page of JSON, whatever the graph is asked to answer in. */
  get headers () { return { ...this.#request.headers, accept: 'application/json' } }
}

/** A reply that keeps what a handler says on it: its body, and whether it is a repeat. */
class Answered {
  body: unknown = undefined
  replayed = false

  header (name: string, value: unknown): this {
    if (name === 'idempotent-replayed') this.replayed = value === 'true'
    return this
  }

  code (): this { return this }
  type (): this { return this }

  send (body: unknown): this {
    this.body = body
    return this
  }
}
