// What the collections hold: a first purchase, step by step, then every operation of a reseller, as openapi.yaml has them.
import { parse } from 'yaml'

/** A check of an answer, in words that Postman and Bruno share: chai on an expression over `answer`. */
export interface Check {
  readonly name: string
  readonly of: string
  readonly is: string
}

/** A request of a collection, and what is asked of its answer. */
export interface Step {
  readonly name: string
  readonly description: string
  readonly method: string
  /** From the root on, with variables in double braces. */
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  /** The example body as JSON; undefined when there is none. */
  readonly body: unknown
  /** The status that is right; undefined where any answer of the contract is. */
  readonly status: number | undefined
  readonly checks: readonly Check[]
  /** Variables for the steps after it, as expressions over `answer`. */
  readonly saves: Readonly<Record<string, string>>
}

export interface Folder {
  readonly name: string
  readonly description: string
  readonly steps: readonly Step[]
}

export interface Collection {
  readonly name: string
  readonly description: string
  readonly version: string
  readonly folders: readonly Folder[]
  /** Every variable, and what it is at the beginning. */
  readonly variables: Readonly<Record<string, string>>
}

/** Reads openapi.yaml; throws when the first purchase asks for what is not there. */
export function readCollection (contract: string): Collection {
  const document = parse(contract, { maxAliasCount: -1 }) as Document
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => ({ ...raw, path, method })))
  const offered = operations.filter(isOffered).sort((a, b) => turnOf(a) - turnOf(b))
  const folders = [firstPurchase(operations), ...document.tags.map(tag => ({
    ...tag, steps: offered.filter(({ tags }) => tags[0] === tag.name).map(operation => plainStep(document, operation))
  })).filter(({ steps }) => steps.length > 0)]
  const used = new Set([...JSON.stringify(folders).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!))
  const initial: Readonly<Record<string, string>> = Object.fromEntries(offered.flatMap(exampleIds))
  return {
    name: 'kahub',
    description: 'The wholesale API as a reseller uses it. Every request is signed by the script of the collection: set keyId and secret.',
    version: document.info.version,
    folders,
    variables: {
      baseUrl: document.servers[0]!.url, keyId: '', secret: '', ...Object.fromEntries([...used].map(name => [name, initial[name] ?? '']))
    }
  }
}

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly minimum?: number
  readonly format?: string
  readonly minProperties?: number
}

interface Parameter { readonly name: string, readonly in: string, readonly required?: boolean, readonly example?: string }

interface RawOperation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly parameters?: ReadonlyArray<Parameter>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

interface Operation extends RawOperation { readonly path: string, readonly method: string }

interface Document {
  readonly info: { readonly version: string }
  readonly servers: ReadonlyArray<{ readonly url: string }>
  readonly tags: ReadonlyArray<{ readonly name: string, readonly description: string }>
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** What resellers sign; not streams, which have no end, and not what is called without a signature. */
function isOffered ({ path, responses }: Operation): boolean {
  return path.startsWith('/v1/') && !Object.values(responses).some(({ content }) => content && 'text/event-stream' in content)
}

/** What makes something comes first, what ends it comes last. */
function turnOf ({ method, path }: Operation): number {
  const turns = ['post', 'get', 'put', 'patch', 'delete']
  return path.includes('{') && method === 'post' ? 2.5 : turns.indexOf(method)
}

/** Ids that no answer has given yet have the form that the contract shows. */
function exampleIds ({ path, parameters = [] }: Operation): Array<[string, string]> {
  return [...path.matchAll(pathParameter)].map(([, noun, name]) => {
    const { example } = parameters.find(parameter => parameter.in === 'path' && parameter.name === name)!
    return [variableOf(noun!, name!), example ?? textExamples[name!] ?? '']
  })
}

function firstPurchase (operations: readonly Operation[]): Folder {
  const step = (operationId: string, name: string, more: Partial<Step>): Step => {
    const operation = operations.find(one => one.operationId === operationId)
    if (operation === undefined) throw new Error(`openapi.yaml has no ${operationId}`)
    const { summary, method, path } = operation
    for (const [name] of more.query ?? []) {
      if (!operation.parameters?.some(parameter => parameter.name === name)) throw new Error(`${operationId} has no ${name}`)
    }
    const description = operation.description ?? ''
    const told = { name, description: `${summary}. ${description}`.trim(), method: method.toUpperCase(), path: withVariables(path) }
    return { ...told, query: [], body: undefined, status: 200, checks: [], saves: {}, ...more }
  }
  const order = { reference: '{{reference}}', lines: [{ sku: '{{skuId}}', quantity: 1 }] }
  return {
    name: 'First purchase',
    description: 'From the catalogue to a code. Run it as a whole: each step takes what it needs from the one before.',
    steps: [
      step('listProducts', '1 What there is', {
        query: [['limit', '20']],
        checks: [{ name: 'there is something to buy', of: 'answer.data', is: 'not.empty' }],
        saves: {
          skuId: 'answer.data.flatMap(product => product.skus).find(sku => sku.unit_price).id',
          reference: "'TRY-' + Date.now()"
        }
      }),
      step('getStock', '2 What is on the shelf', {
        query: [['sku', '{{skuId}}']],
        checks: [{ name: 'it is there', of: 'answer.data[0].available', is: 'above(0)' }]
      }),
      step('placeOrder', '3 Buy one', {
        body: order,
        status: 201,
        checks: [
          { name: 'the order is completed', of: 'answer.state', is: "equal('completed')" },
          { name: 'the code stands in it', of: 'answer.lines[0].codes[0].secret', is: "a('string')" }
        ],
        saves: { orderId: 'answer.id' }
      }),
      step('placeOrder', '4 Send it again: the same order, the same code, nothing paid twice', {
        body: order,
        checks: [{ name: 'it is the same order', of: 'answer.id', is: "equal(saved('orderId'))" }]
      }),
      step('getOrder', '5 Read it', {
        checks: [{ name: 'it is the order', of: 'answer.reference', is: "equal(saved('reference'))" }]
      }),
      step('placeOrder', '6 The same reference for something else is refused', {
        body: { ...order, lines: [{ sku: '{{skuId}}', quantity: 2 }] },
        status: 409,
        checks: [
          { name: 'the refusal says why', of: 'answer.code', is: "equal('reference_reused')" },
          { name: 'trying it again would not help', of: 'answer.retryable', is: 'equal(false)' }
        ]
      })
    ]
  }
}

function plainStep (document: Document, operation: Operation): Step {
  const { summary, description = '', method, path } = operation
  const media = operation.requestBody?.content['application/json']
  const isNeeded = ({ name, required }: Parameter) => required || (method === 'post' && name === 'reference')
  const query = operation.parameters?.filter(parameter => parameter.in === 'query' && isNeeded(parameter))
  const body = media && { ...exampleOf(document, media.schema, '') as object, ...better[operation.operationId] }
  return {
    name: summary,
    description,
    method: method.toUpperCase(),
    path: withVariables(path),
    query: query?.map(({ name }) => [name, textExamples[name] ?? 'example']) ?? [],
    body,
    status: undefined,
    checks: [],
    saves: savesOf(operation)
  }
}

/** What is made or listed here can be read by the requests beside it; but a key that is listed may be the one that signs. */
function savesOf ({ path, method }: Operation): Step['saves'] {
  const noun = /^\/v1\/([a-z-]+)$/.exec(path)?.[1]
  if (noun === undefined) return {}
  if (method === 'post') return { [variableOf(noun, 'id')]: 'answer.id' }
  const listed = method === 'get' && ['products', 'deliveries', 'events', 'approvals', 'budgets'].includes(noun)
  return listed ? { [variableOf(noun, 'id')]: 'answer.data[0]?.id' } : {}
}

const pathParameter = /([a-z-]+)\/\{(\w+)\}/g

/** `/v1/orders/{id}` as `/v1/orders/{{orderId}}`. */
function withVariables (path: string): string {
  return path.replace(pathParameter, (_, noun: string, name: string) => `${noun}/{{${variableOf(noun, name)}}}`)
}

/** The id of one of a resource has its name; that of a key must not be the one that signs. */
function variableOf (noun: string, name: string): string {
  if (name !== 'id') return name
  const one = noun.replace(/ies$/, 'y').replace(/s$/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return one === 'key' ? 'otherKeyId' : `${one}Id`
}

/** An example of what must be sent, and of a reference; what the contract gives as an example comes first. */
function exampleOf (document: Document, given: Schema, name: string): unknown {
  const schema = given.$ref === undefined ? given : document.components.schemas[given.$ref.split('/').at(-1)!]!
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (name in textExamples && type !== 'object') return textExamples[name]
  if (schema.anyOf) return exampleOf(document, schema.anyOf[0]!, name)
  if (schema.enum) return schema.enum[0]
  if (type === 'object') {
    const all = Object.keys(schema.properties ?? {})
    const needed = all.filter(field => field === 'reference' || schema.required?.includes(field))
    const names = needed.length < (schema.minProperties ?? 0) ? all.slice(0, schema.minProperties) : needed
    return Object.fromEntries(names.map(field => [field, exampleOf(document, schema.properties![field]!, field)]))
  }
  if (type === 'array') return [exampleOf(document, schema.items!, singular(name))]
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1
  return schema.examples?.[0] ?? (schema.format === 'date-time' ? '2026-11-21T00:00:00Z' : 'example')
}

function singular (name: string): string {
  return name.replace(/s$/, '')
}

/** Fields whose examples are the same wherever they stand. */
const textExamples: Readonly<Record<string, string>> = {
  currency: 'CNY',
  sku: '{{skuId}}',
  reference: '{{$guid}}',
  order_reference: '{{reference}}',
  url: 'https://shop.example.com/kahub',
  name: 'From a collection',
  reason: 'Not this time'
}

/** Bodies for which what must be sent makes no sense by itself. */
const better: Readonly<Record<string, object>> = {
  putApprovalPolicy: { amount_above: [{ amount: '100000', currency: 'CNY' }] },
  putBudget: { kind: 'cost_center', subject: 'shop-1' },
  createStandingOrder: { rule: { kind: 'schedule', every: 'month', day: 1, at: '09:00', time_zone: 'Asia/Shanghai', quantity: 1 } },
  // The public key of RFC 7748, section 6.1: put your own in its place, or nobody but its readers can open what is sealed to it.
  createEncryptionKey: { jwk: { kty: 'OKP', crv: 'X25519', x: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08' } }
}
