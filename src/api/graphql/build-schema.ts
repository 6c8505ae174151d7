// The schema: every resource's fields, typed by the operations they are answered by.
import {
  GraphQLBoolean, GraphQLID, GraphQLInterfaceType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString,
  getNullableType, type GraphQLFieldConfig, type GraphQLOutputType
} from 'graphql'
import { pageLimitDefault, pageLimitMax } from '../../../schema/rest/common.ts'
import { idPattern, idPrefixes } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { cursorAt } from '../page.ts'
import type { GraphContext, LoadableNode } from './context.ts'
import { followEvents } from './follow-events.ts'
import { makeInputs, type GraphQLNullableInput } from './inputs.ts'
import { camel, pascal } from './names.ts'
import type { Carried, Operation, OperationInput, Operations } from './operations.ts'
import type { Act, Follow, GraphField, GraphNode, Link, Nested, Resource } from './resource.ts'
import { makeShapes, type Schema, type Shape } from './shapes.ts'

/** What the cost of a field is counted by; absent, what is loaded costs one. */
export interface FieldExtensions {
  /** The operation that answers it; its scope is the field's. */
  readonly operation?: string
  /** What it costs in itself. */
  readonly weight?: number
  /** How many things it answers at most, when that is known. */
  readonly size?: number
  /** The argument that says how many, and how many without it. */
  readonly sizedBy?: readonly [argument: string, otherwise: number]
  /** The argument that makes it cost more, how much it is when it is not said, and of how many of it each costs one. */
  readonly weighedBy?: readonly [argument: string, otherwise: number, ofOne: number]
  /** Its size is that of its `edges` and `nodes`, not of all it holds. */
  readonly pages?: true
}

/** A nested operation is a call of its own for each object around it. */
const nestedWeight = 10
export const nodesMax = 100

export interface Graph {
  readonly schema: GraphQLSchema
  readonly nodes: ReadonlyMap<string, LoadableNode>
  /** The operations that fields are answered by. */
  readonly used: ReadonlySet<string>
}

/** Builds the schema of these resources over the operations of REST. */
export function buildSchema (resources: readonly Resource[], operations: Operations): Graph {
  const nodes = new Map<string, GraphNode>(resources.flatMap(({ nodes = {} }) => Object.entries(nodes)))
  const byPrefix = new Map([...nodes].map(([name, { kind, schema, summaries }]) => [
    idPrefixes[kind] as string, { name, schema, ...(summaries && { summaries }) }
  ]))
  const kinds = new Map([...nodes].map(([name, { kind }]) => [idPrefixes[kind] as string, { name, pattern: new RegExp(idPattern(kind)) }]))
  const nestedFields = mergeByType(resources.map(({ fields = {} }) => fields))
  const links = mergeByType(resources.map(({ links = {} }) => links))
  const used = new Set<string>()

  const Node = new GraphQLInterfaceType({
    name: 'Node',
    description: 'What has an id of its own. Ids are the same as in REST, and say by their prefix what they name.',
    fields: { id: { type: new GraphQLNonNull(GraphQLID) } },
    resolveType: ({ id }: { readonly id: string }) => typeNameOf(id)
  })
  const PageInfo = new GraphQLObjectType({
    name: 'PageInfo',
    description: 'Where a page stands in its list. Lists are read forwards only.',
    fields: {
      hasNextPage: { type: new GraphQLNonNull(GraphQLBoolean) },
      hasPreviousPage: { type: new GraphQLNonNull(GraphQLBoolean), description: 'Whether the page was asked for with after.' },
      startCursor: { type: GraphQLString, resolve: ({ startCursor }) => startCursor?.() ?? null },
      endCursor: { type: GraphQLString, resolve: ({ endCursor }) => endCursor?.() ?? null, description: 'Send it as after to read on.' }
    }
  })
  const inputs = makeInputs()
  const shapes = makeShapes({
    nodes: byPrefix,
    nodeInterface: Node,
    references: mergeByType(resources.map(({ references = {} }) => references)),
    fields: typeName => ({
      ...mapValues(nestedFields[typeName] ?? {}, (name, field) => nestedField(typeName, name, field)),
      ...mapValues(links[typeName] ?? {}, (_name, link) => linkField(link))
    })
  })
  const connections = new Map<string, GraphQLObjectType>()

  const query = new GraphQLObjectType<unknown, GraphContext>({
    name: 'Query',
    fields: {
      node: {
        type: Node,
        description: 'What has this id; null when you have nothing by it.',
        args: { id: { type: new GraphQLNonNull(GraphQLID) } },
        resolve: (_root, { id }, context) => loadNode(context, id)
      },
      nodes: {
        type: new GraphQLNonNull(new GraphQLList(Node)),
        description: `What have these ids, in their order, null where you have nothing by one; up to ${nodesMax}.`,
        args: { ids: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLID))) } },
        extensions: { sizedBy: ['ids', 1] } satisfies FieldExtensions,
        resolve: (_root, { ids }, context) => {
          if (ids.length > nodesMax) throw tooManyIds()
          return Promise.all((ids as string[]).map(id => loadNode(context, id)))
        }
      },
      ...fieldsOf(resources.map(({ queries = {} }) => queries), queryField)
    }
  })
  const mutation = new GraphQLObjectType<unknown, GraphContext>({
    name: 'Mutation',
    description: 'One of these a request.',
    fields: fieldsOf(resources.map(({ mutations = {} }) => mutations), mutationField)
  })
  const schema = new GraphQLSchema({
    query,
    mutation,
    subscription: new GraphQLObjectType<unknown, GraphContext>({
      name: 'SubscriptionRoot',
      description: 'What can be followed, over Server-Sent Events or a WebSocket.',
      fields: fieldsOf(resources.map(({ subscriptions = {} }) => subscriptions), followField)
    }),
    types: [...nodes.keys()].map(name => shapes.node(name))
  })
  const loadable = new Map([...nodes].map(([name, node]) => {
    const { show } = shapes.of(node.schema, name)
    return [name, { node, scope: operations.get(node.operation).scope, show }]
  }))
  return { schema, nodes: loadable, used }

  function typeNameOf (id: string): string | undefined {
    const kind = kinds.get(id.slice(0, id.indexOf('_')))
    return kind?.pattern.test(id) ? kind.name : undefined
  }

  function loadNode (context: GraphContext, id: string): Promise<unknown> | null {
    const typeName = typeNameOf(id)
    return typeName === undefined ? null : context.load(typeName, id)
  }

  function operationOf (id: string): Operation {
    used.add(id)
    return operations.get(id)
  }

  function queryField (name: string, field: GraphField): GraphQLFieldConfig<unknown, GraphContext> {
    const operation = operationOf(field.operation)
    return answeredBy(operation, field, name, pascal(name), 1, (_root, input, context) => context.carryOut(operation, input))
  }

  function nestedField (typeName: string, name: string, field: Nested): GraphQLFieldConfig<any, GraphContext> {
    const operation = operationOf(field.operation)
    return answeredBy(operation, field, name, typeName + pascal(name), nestedWeight, (object, input, context, path) => {
      const params = { ...input.params, ...fromObject(operation.schemas.params, object) }
      const query = { ...input.query, ...fromObject(operation.schemas.querystring, object) }
      return field.reveals ? context.reveal(operation, { params, query }, pathOf(path)) : context.carryOut(operation, { params, query })
    }, Object.keys(field.from))

    function fromObject (schema: Schema | undefined, object: any): Record<string, unknown> {
      const own = Object.entries(field.from).filter(([parameter]) => schema?.properties?.[parameter] !== undefined)
      return Object.fromEntries(own.map(([parameter, from]) => [parameter, object[from]]))
    }
  }

  function linkField ({ description, idOf }: Link): GraphQLFieldConfig<any, GraphContext> {
    return {
      type: Node,
      description,
      resolve (object, _args, context) {
        const id = idOf(object)
        return id === null ? null : loadNode(context, id)
      }
    }
  }

  function followField (_name: string, { operation: id, node, description, args }: Follow): GraphQLFieldConfig<unknown, GraphContext> {
    const operation = operationOf(id)
    const { type, show } = shapes.of(nodes.get(node)!.schema, node)
    return {
      type,
      description,
      args,
      extensions: { operation: id } satisfies FieldExtensions,
      subscribe: (_root, args, context) => followEvents(context, operation, args),
      resolve: (_root, _args, context) => show(context.event)
    }
  }

  /** A field with the parameters of an operation as arguments, and its answer as type. */
  function answeredBy (
    operation: Operation, field: GraphField, name: string, typeName: string, weight: number,
    ask: (object: any, input: OperationInput, context: GraphContext, path: Path) => Promise<Carried>, given: readonly string[] = []
  ): GraphQLFieldConfig<any, GraphContext> {
    const { as, rename = {} } = field
    const pages = as === 'connection'
    const names = pages ? { limit: 'first', cursor: 'after', after: 'afterSequence', ...rename } : rename
    const [params, query, body] = (['params', 'querystring', 'body'] as const)
      .map(part => operation.schemas[part] && inputs.arguments(without(operation.schemas[part], given), typeName, names))
    const shape = pages ? connectionOf(operation.answer, typeName) : answerShape(operation.answer, typeName)
    const sizedBy: FieldExtensions = pages
      ? { sizedBy: ['first', Number(operation.schemas.querystring?.properties?.limit?.default ?? pageLimitDefault)], pages: true }
      : 'sizedBy' in field && field.sizedBy !== undefined ? { sizedBy: [field.sizedBy, 1] } : {}
    const weighedBy: FieldExtensions = 'weighedBy' in field && field.weighedBy !== undefined ? { weighedBy: field.weighedBy } : {}
    return {
      type: getNullableType(shape.type),
      description: operation.description ?? `${operation.summary}.`,
      args: { ...params?.config, ...query?.config, ...body?.config },
      extensions: { operation: operation.id, weight, ...sizedBy, ...weighedBy } satisfies FieldExtensions,
      async resolve (object, args, context, info) {
        const input = { params: params?.read(args), query: query?.read(args), body: body?.read(args) }
        const { view } = await ask(object, input, context, info.path)
        const shown = shape.show(view, object?.currency)
        if (pages) shown.pageInfo.hasPreviousPage = args.after != null
        return shown
      }
    }
  }

  function mutationField (name: string, { operation: id, noun, beside = [] }: Act): GraphQLFieldConfig<unknown, GraphContext> {
    const operation = operationOf(id)
    const { params: paramsSchema, body: bodySchema, querystring } = operation.schemas
    const params = inputs.arguments(paramsSchema ?? {}, pascal(name))
    const query = inputs.arguments(querystring ?? {}, pascal(name))
    const input = bodySchema && inputs.of({ ...bodySchema, title: pascal(name) } as Schema, pascal(name))
    const answer = shapes.of(operation.answer, pascal(name))
    const answerType = getNullableType(answer.type) as GraphQLObjectType
    const creates = bodySchema?.properties?.reference !== undefined
    const field = noun ?? answerType.name.charAt(0).toLowerCase() + answerType.name.slice(1)
    const apart = beside.map(from => {
      const property = operation.answer.properties![from]!
      return { from, to: camel(from), description: property.description, ...shapes.of(property, pascal(name)) }
    })
    const payload = new GraphQLObjectType({
      name: `${pascal(name)}Payload`,
      fields: {
        [field]: { type: answer.type },
        ...Object.fromEntries(apart.map(({ to, type, description }) => [to, { type, ...(description !== undefined && { description }) }])),
        ...(creates && { replayed: { type: new GraphQLNonNull(GraphQLBoolean), description: 'Whether this reference came before: then this is what it made.' } })
      }
    })
    const needed = (bodySchema?.required?.length ?? 0) > 0
    return {
      type: payload,
      description: operation.description ?? `${operation.summary}.`,
      args: {
        ...params.config,
        ...query.config,
        ...(input && { input: { type: needed ? new GraphQLNonNull(input.type as GraphQLNullableInput) : input.type as GraphQLNullableInput } })
      },
      extensions: { operation: operation.id, weight: nestedWeight } satisfies FieldExtensions,
      async resolve (_root, args, context) {
        const { view, replayed } = await context.carryOut(operation, {
          params: params.read(args), query: query.read(args), ...(input && { body: input.read(args.input ?? {}) })
        })
        const told = apart.map(({ from, to, show }) => [to, show(view[from])])
        return { [field]: answer.show(view), ...Object.fromEntries(told), replayed }
      }
    }
  }

  /** An answer that is a list in `data` and nothing more is that list. */
  function answerShape (answer: Schema, typeName: string): Shape {
    const { properties = {} } = answer
    if (Object.keys(properties).join() !== 'data') return shapes.of(answer, typeName)
    const { type, show } = shapes.of(properties.data!, typeName)
    return { type, show: ({ data }, currency) => show(data, currency) }
  }

  function connectionOf (answer: Schema, typeName: string): Shape {
    const { data, has_more: _more, next_cursor: _next, ...others } = answer.properties!
    const item = shapes.of(data!.items!, typeName)
    const itemType = getNullableType(item.type) as GraphQLObjectType
    const more = Object.entries(others).map(([from, property]) => ({ from, to: camel(from), ...shapes.of(property, typeName) }))
    let type = connections.get(itemType.name)
    if (!type) {
      type = connectionType(itemType, item.type, more)
      connections.set(itemType.name, type)
    }
    return {
      type,
      show (page, currency) {
        const nodes = page.data.map((view: unknown) => item.show(view, currency))
        const cursor = (index: number): string => page[cursorAt]?.(index) ?? page.next_cursor
        return {
          nodes,
          edges: nodes.map((node: unknown, index: number) => ({ node, cursor: () => cursor(index) })),
          pageInfo: {
            hasNextPage: page.has_more,
            hasPreviousPage: false,
            startCursor: nodes.length === 0 ? null : () => cursor(0),
            endCursor: nodes.length === 0 ? () => page.next_cursor : () => cursor(nodes.length - 1)
          },
          ...Object.fromEntries(more.map(({ from, to, show }) => [to, show(page[from])]))
        }
      }
    }
  }

  function connectionType (itemType: GraphQLObjectType, type: GraphQLOutputType, more: readonly { readonly to: string, readonly type: GraphQLOutputType }[]) {
    const edge = new GraphQLObjectType({
      name: `${itemType.name}Edge`,
      fields: {
        node: { type, extensions: { weight: 1 } satisfies FieldExtensions },
        cursor: { type: new GraphQLNonNull(GraphQLString), resolve: ({ cursor }) => cursor() }
      }
    })
    return new GraphQLObjectType({
      name: `${itemType.name}Connection`,
      description: `A page of a list; first is 1 to ${pageLimitMax}.`,
      fields: {
        edges: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(edge))) },
        nodes: {
          type: new GraphQLNonNull(new GraphQLList(type)),
          description: 'The things themselves, for those who need no cursors.',
          extensions: { weight: 1 } satisfies FieldExtensions
        },
        pageInfo: { type: new GraphQLNonNull(PageInfo) },
        ...Object.fromEntries(more.map(({ to, type }) => [to, { type }]))
      }
    })
  }
}

function tooManyIds (): Problem {
  const detail = `must have no more than ${nodesMax} in it`
  return new Problem('invalid_request', `ids ${detail}.`, { errors: [{ pointer: 'ids', detail }] })
}

function fieldsOf<Field> (
  groups: readonly Readonly<Record<string, Field>>[], make: (name: string, field: Field) => GraphQLFieldConfig<unknown, GraphContext>
): Record<string, GraphQLFieldConfig<unknown, GraphContext>> {
  return mapValues(Object.assign({}, ...groups) as Readonly<Record<string, Field>>, make)
}

function mapValues<Value, Made> (values: Readonly<Record<string, Value>>, make: (name: string, value: Value) => Made): Record<string, Made> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(name, value)]))
}

function mergeByType<Value> (parts: readonly Readonly<Record<string, Readonly<Record<string, Value>>>>[]): Record<string, Record<string, Value>> {
  const merged: Record<string, Record<string, Value>> = {}
  for (const part of parts) for (const [type, values] of Object.entries(part)) merged[type] = { ...merged[type], ...values }
  return merged
}

function without (schema: Schema | undefined, names: readonly string[]): Schema {
  return { ...schema, properties: Object.fromEntries(Object.entries(schema?.properties ?? {}).filter(([name]) => !names.includes(name))) }
}

interface Path { readonly prev: Path | undefined, readonly key: string | number }

function pathOf (path: Path): string {
  return path.prev ? `${pathOf(path.prev)}/${path.key}` : String(path.key)
}
