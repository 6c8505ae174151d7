// A house of a test's own: the real app on real sockets over a database of its own, in both worlds, and actors to use it.
// Everything an actor hears passes `hear`, so that a test can hold every answer against the contract.
import { createHmac } from 'node:crypto'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { Test } from 'tap'
import { KahubAdmin } from '../../sdk/src/admin.ts'
import { Kahub, KahubError, type PlaceOrderBody, type PlaceOrderResult } from '../../sdk/src/index.ts'
import { resellerScopes, type Currency, type Scope, type World as WorldName } from '../../schema/vocabulary.ts'
import type { CallbackRules } from '../../src/base/callback-url.ts'
import { randomText } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/clock.ts'
import { newMasterKey, readMasterKeys } from '../../src/base/seal.ts'
import { contentDigest } from '../../src/base/digest.ts'
import { quoted } from '../../src/base/structured-fields.ts'
import { sign, signatureBase } from '../../src/base/signature.ts'
import { openWorlds, serve, type OpenWorlds, type SandboxGatewayPlace } from '../../src/compose.ts'
import type { Credentials } from '../../src/credentials.ts'
import { createOperatorKey } from '../../src/operator-key.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, type Db } from '../../src/postgres/pool.ts'
import { proveHouse } from './prove-house.ts'
import { openCluster } from './postgres.ts'
import { forbiddenIn, watchStates, waysGone } from './watch-states.ts'

export interface HouseOptions {
  readonly clock?: Clock
  /** Where callbacks may go, instead of the public Internet alone. */
  readonly callbackRules?: CallbackRules
  /** Where there is a sandbox gateway, instead of in the test world alone. */
  readonly sandboxGateway?: SandboxGatewayPlace
  /** Where the worlds find the database, instead of at its own address. */
  readonly through?: (databaseUrl: string) => Promise<string>
  /** Whether the house has the editor of the graph, as the embedded default has it. */
  readonly graphiql?: true
  /** Told every answer, of every actor. */
  readonly hear?: (exchange: Exchange) => void
}

/** What was asked and what came back. */
export interface Exchange {
  readonly method: string
  readonly target: string
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Opens a house; it is closed when the test ends. */
export async function openHouse (t: Pick<Test, 'teardown'>, options: HouseOptions = {}): Promise<House> {
  const cluster = await openCluster()
  const template = await cluster.template('kahub_watched', migrateWatched)
  const databaseUrl = cluster.url(await cluster.createDatabase(template))
  const masterKey = newMasterKey()
  const address = options.through ? await options.through(databaseUrl) : databaseUrl
  const worlds = await openWorlds(address, readMasterKeys(masterKey), options.clock, options.callbackRules, options.sandboxGateway)
  const serving = await serve(worlds, { host: '127.0.0.1', port: 0, metricsPort: 0, trustProxy: false, logger: false, ...(options.graphiql && { graphiql: true }) })
  const db = openOwner(databaseUrl)
  await db`set search_path = live`
  const agent = new Agent({ keepAlive: true })
  t.teardown(async () => {
    agent.destroy()
    await serving.close()
    await Promise.all([worlds.live.close(), worlds.test.close()])
    await db.end({ timeout: 1 })
    await cluster.stop()
  })

  const hear = options.hear ?? (() => {})
  const credentialsOf = async (world: WorldName) => ({ url: serving.url, ...await createOperatorKey(worlds[world]) })
  const means: Means = { hear, agent, clock: options.clock ?? Date.now }
  const operators = { live: newOperator(await credentialsOf('live'), means), test: newOperator(await credentialsOf('test'), means) }
  return furnish({ url: serving.url, metricsUrl: serving.metricsUrl, databaseUrl, masterKey, worlds, db, operators, means })
}

async function migrateWatched (url: string): Promise<void> {
  await migrate(url)
  const owner = openOwner(url)
  await watchStates(owner)
  await owner.end({ timeout: 1 })
}

/** The scopes of a key, a balance in the reseller's currency, a level that is made when it is not there. */
export interface ResellerWish {
  readonly level?: string
  readonly balance?: string
  readonly credit?: string
  readonly currency?: Currency
  readonly scopes?: readonly Scope[]
  readonly requestsPerMinute?: number | null
  readonly world?: WorldName
}

export interface SkuWish {
  /** The list price; null is none. */
  readonly price?: string | null
  readonly cost?: string
  readonly currency?: Currency
  /** How many codes, or which. */
  readonly codes?: number | readonly string[]
  readonly min?: number
  readonly max?: number
  readonly step?: number
  readonly floor?: string
  /** Quantity breaks: from this quantity on, at this rate. */
  readonly breaks?: Readonly<Record<number, string>>
  readonly product?: string
  readonly name?: string
  readonly world?: WorldName
}

type HeadersAfter = Readonly<Record<string, string | readonly string[] | null>>

/** One request, every part of which may be made wrong. */
export interface Tamper {
  readonly created?: number
  readonly nonce?: string
  readonly keyId?: string
  readonly secret?: string
  /** What the signature covers, instead of all it must. */
  readonly components?: readonly string[]
  /** The Content-Digest that is sent and signed; null is none. */
  readonly digest?: string | null
  /** The body that is sent instead of the one that was signed. */
  readonly bodyAfter?: string | Uint8Array
  /** The method that is sent instead of the one that was signed. */
  readonly methodAfter?: string
  /** The target that is sent instead of the one that was signed. */
  readonly targetAfter?: string
  /** Headers set after signing; null takes one away, a list sends it several times. */
  readonly headersAfter?: HeadersAfter | ((signed: Readonly<Record<string, string>>) => HeadersAfter)
  /** Whether the body goes in chunks, without Content-Length. */
  readonly chunked?: true
}

export interface Sending {
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly tamper?: Tamper
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The parsed body; undefined when it is not JSON. */
  readonly json: any
  /** The code of a refusal. */
  readonly code: string | undefined
}

export interface KeyWish {
  readonly scopes?: readonly Scope[]
  /** null: the level's limit, shared by all keys of the reseller. */
  readonly requestsPerMinute?: number | null
  readonly ipAllow?: readonly string[]
  readonly expiresAt?: string
}

export interface StockWish { readonly cost?: string, readonly currency?: Currency, readonly expiresAt?: string, readonly world?: WorldName }

/** Whoever holds a key. */
export interface Actor {
  readonly credentials: Credentials
  /** Sends a signed request over a bare socket. */
  send (method: string, target: string, sending?: Sending): Promise<Answer>
}

export interface Operator extends Actor { readonly admin: KahubAdmin }

export interface Reseller extends Actor {
  readonly id: string
  readonly kahub: Kahub
  /** Places an order, of one SKU or as its body says; a refusal is thrown. */
  places (body: Placing): Promise<PlaceOrderResult>
  /** The same reseller with a key of other scopes. */
  withKey (wish: KeyWish): Promise<Reseller>
  /** The same reseller at another server. */
  at (url: string): Reseller
}

export type Placing = PlaceOrderBody | (Omit<PlaceOrderBody, 'lines'> & { readonly sku: string, readonly quantity: number })

export interface House {
  readonly url: string
  readonly metricsUrl: string
  /** For more processes on the same database. */
  readonly databaseUrl: string
  readonly masterKey: string
  readonly worlds: OpenWorlds
  /** The owner of the database, in the schema live: it sees and may change every row. */
  readonly db: Db
  /** The operator of the live world, and of each. */
  readonly operator: KahubAdmin
  readonly operators: Readonly<Record<WorldName, Operator>>
  reseller (wish?: ResellerWish): Promise<Reseller>
  sku (wish?: SkuWish): Promise<string>
  /** Imports codes through the API; gives their secrets. */
  stocks (sku: string, codes: number | readonly string[], wish?: StockWish): Promise<readonly string[]>
  /** Asserts the books of wallet and stock and the invariants I1–I3, I6, I9, I11 in both worlds. */
  proves (t: Test): Promise<void>
}

/** What became of a call: the code of its refusal, or `accepted`. Anything else that is thrown is thrown on. */
export async function outcomeOf (call: PromiseLike<unknown>): Promise<string> {
  try {
    await call
    return 'accepted'
  } catch (error) {
    if (error instanceof KahubError) return error.code
    throw error
  }
}

interface Means { readonly hear: (exchange: Exchange) => void, readonly agent: Agent, readonly clock: Clock }

interface Walls {
  readonly url: string
  readonly metricsUrl: string
  readonly databaseUrl: string
  readonly masterKey: string
  readonly worlds: OpenWorlds
  readonly db: Db
  readonly operators: Readonly<Record<WorldName, Operator>>
  readonly means: Means
}

const defaultRequestsPerMinute = 10_000_000
const codesPerPart = 50_000

function furnish (walls: Walls): House {
  const { operators, means, url, ...rest } = walls
  let made = 0
  const name = (what: string) => `${what} ${++made}`
  const levels = new Map<string, Promise<unknown>>()
  const products = new Map<WorldName, Promise<string>>()

  /** Made once, however many ask for it at the same time; all of them wait for it. */
  const level = (id: string, world: WorldName): Promise<unknown> => {
    const made = levels.get(world + id) ??
      operators[world].admin.levels.put(id, { name: id, rank: 1, requests_per_minute: defaultRequestsPerMinute })
    levels.set(world + id, made)
    return made
  }

  const product = async (world: WorldName) => {
    const { admin } = operators[world]
    await admin.issuers.put('steam', { name: 'Steam' })
    return (await admin.products.create({ reference: 'product', name: 'Wallet', kind: 'code', issuer: 'steam' })).id
  }

  const house: House = {
    ...rest,
    url,
    operators,
    operator: operators.live.admin,

    async reseller ({
      level: levelId = 'gold', balance = '100000', credit, currency = 'CNY', scopes = resellerScopes,
      requestsPerMinute = defaultRequestsPerMinute, world = 'live'
    } = {}) {
      const { admin } = operators[world]
      await level(levelId, world)
      const reference = name('reseller')
      const { id } = await admin.resellers.create({ reference, name: reference, level: levelId, currency })
      const reason = 'for a test'
      if (Number(balance) > 0) await admin.deposits.create(id, { reference, amount: { amount: balance, currency }, reason })
      if (credit !== undefined) await admin.wallets.setCreditLimit(id, currency, { credit_limit: { amount: credit, currency }, reason })
      const withKey: Reseller['withKey'] = async wish => {
        const { scopes = resellerScopes, requestsPerMinute = defaultRequestsPerMinute, ipAllow = [], expiresAt } = wish
        const key = await admin.resellerKeys.create(id, {
          reference: name('key'),
          name: 'test',
          algorithm: 'hmac-sha256',
          scopes: [...scopes] as typeof resellerScopes[number][],
          requests_per_minute: requestsPerMinute,
          ip_allow: [...ipAllow],
          ...(expiresAt !== undefined && { expires_at: expiresAt })
        })
        return newReseller(id, { url, keyId: key.id, algorithm: 'hmac-sha256', secret: key.secret! }, means, withKey)
      }
      return await withKey({ scopes, requestsPerMinute })
    },

    async sku ({
      price = '10', cost = '0', currency = 'CNY', codes = 0, min, max, step, floor, breaks = {}, product: productId, name: skuName,
      world = 'live'
    } = {}) {
      const { admin } = operators[world]
      if (!products.has(world)) products.set(world, product(world))
      const { id: sku } = await admin.skus.create(productId ?? await products.get(world)!, {
        reference: name('sku'),
        name: skuName ?? `SKU ${made}`,
        currency,
        ...(min !== undefined && { quantity_min: min }),
        ...(max !== undefined && { quantity_max: max }),
        ...(step !== undefined && { quantity_step: step })
      })
      const rules = [
        ...(price === null ? [] : [{ kind: 'list' as const, sku, amount: { amount: price, currency } }]),
        ...(floor === undefined ? [] : [{ kind: 'floor' as const, sku, amount: { amount: floor, currency } }]),
        ...Object.entries(breaks).map(([from, rate]) => ({ kind: 'quantity_break' as const, sku, quantity_min: Number(from), rate }))
      ]
      if (rules.length > 0) await admin.prices.set({ rules })
      if (codes !== 0) await house.stocks(sku, codes, { cost, currency, world })
      return sku
    },

    async stocks (sku, codes, { cost = '0', currency = 'CNY', expiresAt, world = 'live' } = {}) {
      const { admin } = operators[world]
      const reference = name('import')
      const batch = made
      const secrets = typeof codes === 'number' ? Array.from({ length: codes }, (_, n) => `CODE-${batch}-${n}-${randomText(6)}`) : codes
      const expiry = expiresAt === undefined ? {} : { expires_at: expiresAt }
      const { id } = await admin.imports.create({ reference, sku, unit_cost: { amount: cost, currency }, ...expiry })
      for (let part = 1, from = 0; from < secrets.length; part++, from += codesPerPart) {
        const lines = secrets.slice(from, from + codesPerPart).map(secret => JSON.stringify({ secret }) + '\n')
        await admin.imports.putPart(id, part, Buffer.from(lines.join('')), 'application/x-ndjson')
      }
      await admin.imports.commit(id)
      return secrets
    },

    async proves (t) {
      for (const world of ['live', 'test'] as const) {
        t.same(forbiddenIn(await waysGone(walls.db, world)), [], `no state in the ${world} world was entered but as the tables say`)
        t.same(await proveHouse(walls.db, world), [], `the books of the ${world} world hold by SQL of the tests' own`)
        t.match(await operators[world].admin.books.prove(), { sound: true, faults: [] }, `the wallets of the ${world} world are sound`)
        t.match(await operators[world].admin.stock.prove(), { sound: true, faults: [] }, `the stock of the ${world} world is sound`)
      }
    }
  }
  return house
}

function newOperator (credentials: Credentials, means: Means): Operator {
  return { credentials, admin: new KahubAdmin({ ...credentials, ...clientMeans(means) }), send: senderOf(credentials, means) }
}

function newReseller (id: string, credentials: Credentials, means: Means, withKey: Reseller['withKey']): Reseller {
  const kahub = new Kahub({ ...credentials, ...clientMeans(means) })
  return {
    id,
    credentials,
    kahub,
    send: senderOf(credentials, means),
    places: body => kahub.orders.place('sku' in body ? oneLine(body) : body),
    withKey,
    at: url => newReseller(id, { ...credentials, url }, means, withKey)
  }
}

function oneLine ({ sku, quantity, ...more }: Extract<Placing, { sku: string }>): PlaceOrderBody {
  return { ...more, lines: [{ sku, quantity }] }
}

function clientMeans ({ hear, clock }: Means) {
  return {
    clock,
    fetch: async (url: string, init: RequestInit) => {
      const response = await fetch(url, init)
      const { pathname, search } = new URL(url)
      const type = response.headers.get('content-type') ?? ''
      // A stream stays one.
      const text = /^(application\/x-ndjson|text\/event-stream)/.test(type) ? '' : await response.clone().text()
      hear({ method: init.method!, target: pathname + search, status: response.status, type, text })
      return response
    }
  }
}

function senderOf (credentials: Credentials, means: Means): Actor['send'] {
  return (method, target, { body, headers = {}, tamper = {} } = {}) => {
    const bytes = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    const typed = bytes === undefined || 'content-type' in headers ? headers : { 'content-type': 'application/json', ...headers }
    const signed = signHeaders(credentials, means, { method, target, headers: typed, body: bytes }, tamper)
    const { headersAfter } = tamper
    return exchange(credentials.url, means, {
      method: tamper.methodAfter ?? method,
      target: tamper.targetAfter ?? target,
      headers: { ...signed, ...(typeof headersAfter === 'function' ? headersAfter(signed) : headersAfter) },
      body: tamper.bodyAfter ?? bytes,
      chunked: tamper.chunked ?? false
    })
  }
}

interface Signable {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

function signHeaders (credentials: Credentials, { clock }: Means, request: Signable, tamper: Tamper): Record<string, string> {
  const { created = Math.floor(clock() / 1000), nonce = randomText(16), components, digest } = tamper
  const { keyId = credentials.keyId, secret = credentials.secret } = tamper
  if (components === undefined && digest === undefined) {
    return { ...request.headers, ...sign(request, { id: keyId, algorithm: 'hmac-sha256', secret }, { created, nonce }) }
  }
  const headers: Record<string, string> = { ...request.headers }
  if (digest !== null && request.body !== undefined) headers['content-digest'] = digest ?? contentDigest(request.body)
  const covered = components ?? ['@method', '@path', '@query', ...('content-digest' in headers ? ['content-digest'] : [])]
  const names = covered.map(quoted).join(' ')
  const params = `(${names});created=${created};keyid=${quoted(keyId)};nonce=${quoted(nonce)};alg="hmac-sha256"`
  const base = signatureBase({ components: covered, params }, { ...request, headers })
  const bytes = createHmac('sha256', secret).update(base).digest('base64')
  return { ...headers, 'signature-input': `sig1=${params}`, signature: `sig1=:${bytes}:` }
}

interface Outgoing {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | readonly string[] | null>>
  readonly body: string | Uint8Array | undefined
  readonly chunked: boolean
}

function exchange (url: string, { agent, hear }: Means, { method, target, headers, body, chunked }: Outgoing): Promise<Answer> {
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null)) as Record<string, string | string[]>
  const measured = body !== undefined && !chunked && sent['content-length'] === undefined
  if (chunked) sent['transfer-encoding'] = 'chunked'
  if (measured) sent['content-length'] = String(Buffer.byteLength(body))
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ agent, hostname, port, method, path: target, headers: sent }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        const type = response.headers['content-type'] ?? ''
        const json = /\bjson\b/.test(type) && !type.includes('ndjson') ? JSON.parse(text) : undefined
        hear({ method, target, status: response.statusCode!, type, text })
        resolve({ status: response.statusCode!, headers: response.headers, text, json, code: json?.code })
      })
    })
    request.once('error', reject)
    request.end(body)
  })
}
