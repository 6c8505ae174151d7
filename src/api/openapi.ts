// What openapi.yaml says beyond the routes themselves: who signs, what refusals look like, how lists and money are written.
import swagger from '@fastify/swagger'
import type { RouteOptions } from 'fastify'
import { problemCodes, problems } from '../../schema/problems.ts'
import { callbackOf, eventMeanings } from '../../schema/rest/events.ts'
import { printedFaults } from '../../schema/sandbox-faults.ts'
import { eventTypes, type TokenScope } from '../../schema/vocabulary.ts'
import type { App } from './app-types.ts'
import { withCodeSamples } from './docs/code-samples.ts'
import { takesBearer } from './oauth/bearer.ts'
import { tokenPath } from './oauth/issuer.ts'
import { problemType } from './problems.ts'

const description = `Wholesale orders on sealed stock. Every request is signed (RFC 9421 HTTP Message Signatures, RFC 9530 Content-Digest);
every refusal is application/problem+json (RFC 9457) with a \`code\`; every creating call carries your own \`reference\`, and the same
reference gives the same result, for ever. Money is a decimal string of major units. Enums in answers may grow: treat unknown values as unknown.

Guides, from the first purchase to going live: [/docs](/docs). 中文指南：[/docs/zh-CN](/docs/zh-CN).`

const sandboxDescription = 'With a test key (key_test_…): play stock, play money, and faults on demand. The header `Kahub-Sandbox: ' +
  '<fault>[; parameter=value][; times=n][; repeat]` (several divided by commas), covered by the signature like every kahub- header, makes ' +
  'the call go wrong; so do goods whose product has the tag `fault:<fault>`. x-sandbox-faults lists the faults. The first call with a ' +
  'reference is struck, its repeat is not; an answer that was struck and comes nonetheless says so in Kahub-Sandbox-Fault. With a live ' +
  'key the header is refused (sandbox_only), so that nothing is bought by a test that points at the wrong world.'

const tokenScopeMeanings: Readonly<Record<TokenScope, string>> = {
  'catalog:read': 'Products, SKUs and your prices.',
  'stock:read': 'What is on the shelf.',
  'orders:read': 'Orders, quotes, holds, events and deliveries; never codes.',
  'wallet:read': 'Balances and their movements.',
  'links:read': 'Purchase links, sessions, what was bought through them, and settlements.'
}

const problemSchema = {
  $id: 'Problem',
  title: 'Problem',
  type: 'object',
  required: ['type', 'title', 'title_zh', 'status', 'detail', 'code', 'request_id', 'retryable'],
  properties: {
    type: { type: 'string', description: 'Where the code is explained.' },
    title: { type: 'string' },
    title_zh: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong here, and what to do.' },
    code: {
      type: 'string',
      enum: problemCodes,
      description: 'Stable; in order of precedence.',
      'x-status': Object.fromEntries(problemCodes.map(code => [code, problems[code].status]))
    },
    request_id: { type: 'string' },
    retryable: { type: 'boolean', description: 'The same request may succeed later without being changed.' },
    errors: {
      type: 'array',
      items: { type: 'object', required: ['pointer', 'detail'], properties: { pointer: { type: 'string' }, detail: { type: 'string' } } }
    }
  }
}

/** Registers the contract's printer; call it before the routes. */
export async function registerOpenApi (app: App, version: string): Promise<void> {
  await app.register(swagger, {
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => typeof json.$id === 'string' ? json.$id : `schema-${i}` },
    transformObject: document => withCodeSamples(nameBodies(hoistTitled({
      ...'openapiObject' in document ? document.openapiObject : document.swaggerObject,
      webhooks: webhooks(),
      'x-sandbox-faults': printedFaults()
    }))) as never,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'kahub', version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: 'http://127.0.0.1:8080', description: 'A kahub of your own (npm start).' }],
      tags: [
        { name: 'Account', description: 'Who you are, and your keys.' },
        { name: 'Catalogue', description: 'Products, SKUs and your prices.' },
        { name: 'Stock', description: 'What is on the shelf.' },
        { name: 'Orders', description: 'Buying, and fetching what was bought.' },
        { name: 'Quotes and holds', description: 'A binding price for a while; stock set aside for a while.' },
        { name: 'Bulk orders', description: 'A file of up to 100,000 lines: checked as a whole, confirmed, bought in the background.' },
        { name: 'Approvals', description: 'Purchases that need a second key, and budgets (采购审批).' },
        { name: 'Standing orders', description: 'Bought by the clock.' },
        { name: 'Reveals', description: 'Who saw which codes, and keys that deliveries are sealed to.' },
        { name: 'Wallet', description: 'Balances and every movement behind them.' },
        { name: 'Callbacks', description: 'Endpoints, what was delivered to them, and the feed of the same events.' },
        { name: 'Subscriptions', description: 'Be told of stock and of your prices.' },
        { name: 'Purchase links', description: 'Sold while the stream runs: hosts, sessions, links, and what buyers bought through them.' },
        { name: 'Settlement', description: 'What sales through purchase links came to, day by day, and what hosts were paid.' },
        { name: 'Sandbox', description: sandboxDescription },
        { name: 'Service', description: 'Health, public keys and tokens of this server, and why a signature is refused; not signed.' },
        { name: 'Admin: resellers', description: 'For the operator: levels, resellers, keys.' },
        { name: 'Admin: catalogue', description: 'For the operator: products, SKUs, prices.' },
        { name: 'Admin: stock', description: 'For the operator: imports, lots, codes.' },
        { name: 'Admin: callbacks', description: 'For the operator: endpoints that fail, and what is due.' },
        { name: 'Admin: money', description: 'For the operator: deposits, adjustments, credit, the books.' }
      ],
      components: {
        securitySchemes: {
          signature: {
            type: 'apiKey',
            in: 'header',
            name: 'Signature',
            description: 'RFC 9421, hmac-sha256 or ed25519, covering "@method" "@path" "@query" and content-digest when there is a body; ' +
              'parameters created, keyid, nonce, alg.'
          },
          bearer: {
            type: 'oauth2',
            description: 'A bearer token (RFC 6750) that reads, for ten minutes: client credentials with private_key_jwt, for ed25519 keys.',
            flows: { clientCredentials: { tokenUrl: tokenPath, scopes: tokenScopeMeanings } }
          }
        }
      }
    }
  })
  app.addSchema(problemSchema)
  app.addHook('onRoute', addCommonAnswers)
}

/** Every signed route can refuse; each says what scope it needs. */
function addCommonAnswers (route: RouteOptions): void {
  const schema = route.schema as Record<string, unknown> | undefined
  if (!schema || schema.hide) return
  const scope = route.config?.scope
  if (scope !== undefined) {
    const byToken = takesBearer(route.config!, [route.method].flat()[0]!) ? [{ bearer: scope === null ? [] : [scope] }] : []
    schema.security = [{ signature: [] }, ...byToken]
    if (scope !== null) schema['x-scope'] = scope
  } else schema.security = []
  const refusal = { description: 'A refusal, with its code.', content: { [problemType]: { schema: { $ref: 'Problem#' } } } }
  // A route's own way of refusing, OAuth's, stands.
  const answers = schema.response as Record<string, unknown> | undefined
  schema.response = { ...answers, '4xx': answers?.['4xx'] ?? refusal, '5xx': answers?.['5xx'] ?? refusal }
}

/** What is sent to endpoints, by type of event (OpenAPI 3.1, webhooks). */
function webhooks (): object {
  return Object.fromEntries(eventTypes.map(type => [type, {
    post: {
      operationId: 'on' + type.split(/[._]/).map(word => word[0]!.toUpperCase() + word.slice(1)).join(''),
      summary: eventMeanings[type],
      tags: ['Callbacks'],
      security: [],
      parameters: webhookHeaders,
      // As JSON says it: TypeBox marks its schemas with symbols.
      requestBody: { required: true, content: { 'application/json': { schema: JSON.parse(JSON.stringify(callbackOf(type))) } } },
      responses: {
        '2XX': { description: 'You have it.' },
        '4XX': { description: 'It is tried again, later and later for three days; 410: the endpoint is disabled.' }
      }
    }
  }]))
}

const webhookHeaders = [
  ['webhook-id', 'The id of the delivery, dlv_…: the same at every attempt.'],
  ['webhook-timestamp', 'When the attempt began, in seconds since 1970.'],
  ['webhook-signature', 'Standard Webhooks: v1,… (HMAC-SHA256) and v1a,… (Ed25519), separated by spaces.']
].map(([name, description]) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } }))

type Node = { [name: string]: unknown }

interface Operation { readonly operationId: string, readonly requestBody?: { readonly content: Record<string, { schema?: Node }> } }
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Node }
}

/** Schemas with a title become components of that name, so that a reader and a generator meet each shape once. */
function hoistTitled (document: object): Document {
  const { components, ...rest } = document as { components: { schemas: Node } }
  const { schemas, ...others } = components
  const hoisted: Node = { ...schemas }
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node !== 'object' || node === null) return node
    const walked = Object.fromEntries(Object.entries(node).map(([name, value]) =>
      [name, value === 'Default Response' ? 'The answer.' : walk(value)]))
    const { title, type, description, ...shape } = walked
    if (typeof title !== 'string' || (type !== 'object' && !('enum' in shape))) return walked
    const known = hoisted[title]
    const schema = { title, type, ...shape }
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two shapes bear the title ${title}`)
    hoisted[title] = schema
    const ref = { $ref: `#/components/schemas/${title}` }
    return description === undefined ? ref : { ...ref, description }
  }
  const walked = walk(rest) as object
  return { ...walked as Document, components: { ...others, schemas: hoisted } }
}

/**
 * A body in JSON without a name becomes a component named after its operation, as in the SDK: placeOrder takes a PlaceOrderBody.
 * A file is a stream to the routes, which is of no type; to who reads the contract it is text.
 */
function nameBodies (document: Document): Document {
  for (const { operationId, requestBody } of Object.values(document.paths).flatMap(methods => Object.values(methods))) {
    for (const [type, media] of Object.entries(requestBody?.content ?? {})) {
      if (media.schema?.contentMediaType === type) media.schema = { type: 'string', ...media.schema }
      if (type !== 'application/json' || !media.schema || '$ref' in media.schema) continue
      const name = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Body`
      document.components.schemas[name] = media.schema
      media.schema = { $ref: `#/components/schemas/${name}` }
    }
  }
  return document
}
