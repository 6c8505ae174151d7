// Nothing that became true is lost on its way to its receiver (I8), with a fifth of the endpoints bad, workers killed as by a power cut
// and PostgreSQL stopped at once, at moments of chance. KAHUB_CALLBACK_EVENTS, KAHUB_CALLBACK_KILLS and KAHUB_CALLBACK_SEED ask for more,
// or for the same again.
import { createHmac, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { readId, type Uuid } from '../../src/base/ids.ts'
import { Problem } from '../../src/base/problem.ts'
import { strictCallbackRules } from '../../src/base/callback-url.ts'
import { failureKind } from '../../src/postgres/failure.ts'
import { startProduct, type ApiProcess } from '../support/api-process.ts'
import { healed } from '../support/healed.ts'
import { openHouse, type Reseller } from '../support/house.ts'
import { proveHouse } from '../support/prove-house.ts'
import { useOwnCluster } from '../support/postgres.ts'

const eventsWanted = Number(process.env.KAHUB_CALLBACK_EVENTS ?? 3_000)
const kills = Number(process.env.KAHUB_CALLBACK_KILLS ?? 5)
const seed = Number(process.env.KAHUB_CALLBACK_SEED ?? randomInt(2 ** 31))
/** Every so many kills it is PostgreSQL, but not so often that its supervisor would give it up. */
const postgresEvery = 2
const postgresPerMinuteMax = 4
const resellersCount = 16
const buyersAtOnce = 24
/** Of so many callbacks to the flapping endpoint, the first are refused. */
const flappingEvery = 400
const flappingRefusals = 6
const toleranceSeconds = 300
const settleMsMax = 120_000 + eventsWanted * 12
t.setTimeout(settleMsMax + 240_000)

/** What an endpoint does with callbacks. The bad ones stand beside a good one of the same reseller. */
type Kind = 'good' | 'flapping' | 'hole' | 'failing' | 'reset'
const beside: readonly Kind[] = ['flapping', 'hole', 'failing', 'reset']

interface Endpoint {
  readonly kind: Kind
  readonly path: string
  readonly reseller: number
  id: string
  secret: Buffer
  requests: number
  /** What was taken, by the endpoint's sequence: under which id, which event and order it told, how often. */
  readonly taken: Map<number, { readonly id: string, readonly event: string, readonly reference: string, times: number }>
  readonly refused: Map<string, number>
}

const random = mulberry32(seed)
const cluster = await useOwnCluster(t)
const house = await openHouse(t, { callbackRules: { ...strictCallbackRules, loopback: true } })
const share = Math.ceil(eventsWanted / resellersCount)
const sku = await house.sku({ codes: share * resellersCount, price: '1' })
const resellers: Reseller[] = []
for (let i = 0; i < resellersCount; i++) resellers.push(await house.reseller({ balance: String(share) }))

const endpoints: Endpoint[] = resellers.flatMap((_, reseller) =>
  (reseller < beside.length ? ['good' as const, beside[reseller]!] : ['good' as const]).map(kind =>
    ({ kind, path: `/${reseller}/${kind}`, reseller, id: '', secret: Buffer.alloc(0), requests: 0, taken: new Map(), refused: new Map() })))
const byPath = new Map(endpoints.map(endpoint => [endpoint.path, endpoint]))
const complete = endpoints.filter(({ kind }) => kind === 'good' || kind === 'flapping')
const bad = endpoints.filter(endpoint => !complete.includes(endpoint))

const seen = { taken: 0 }
const wrong: string[] = []
const receiver = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8').on('data', chunk => { text += chunk })
  request.once('end', () => receive(byPath.get(request.url!)!, request, text, response))
})
receiver.listen(0, '127.0.0.1')
await once(receiver, 'listening')
t.teardown(() => {
  receiver.closeAllConnections()
  receiver.close()
})

for (const endpoint of endpoints) {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${endpoint.path}`
  const made = await resellers[endpoint.reseller]!.kahub.endpoints.create({ reference: endpoint.path, url, concurrency_max: 40 })
  endpoint.id = made.id
  endpoint.secret = Buffer.from(made.secret!.replace('whsec_', ''), 'base64')
}

const running: ApiProcess[] = []
const settings = { KAHUB_HOME: cluster.home, CALLBACK_LOOPBACK: '1' }
const start = async () => running.push(await startProduct(t, house.databaseUrl, house.masterKey, settings))
await start()
await start()

const total = share * resellersCount
t.test(`${total} events and ${kills} kills: every receiver that takes callbacks was told of all, and the rest is listed`, async t => {
  t.comment(`seed ${seed}`)
  const started = Date.now()
  const stop = new AbortController()
  t.teardown(() => stop.abort())
  const killed = { workers: 0, postgres: 0 }
  let bought = started
  const buying = buysAll(stop.signal).then(() => { bought = Date.now() })
  await Promise.all([buying, killsAtRandom(killed, stop.signal), settles(stop.signal)])

  t.same(wrong.slice(0, 5), [], 'every callback was genuine, its endpoint’s own, and the same at every attempt')
  let deliveries = 0
  let repeated = 0
  for (const [reseller] of resellers.entries()) {
    const [facts] = await house.db<{ events: bigint, orders: string[] }[]>`
      select count(*) as events, array_agg(data -> 'order' ->> 'reference') as orders from live.events
      where reseller_id = ${resellerId(reseller)} and type = 'order.completed'`
    t.equal(Number(facts!.events), share, 'each order was placed once, and told of once')
    for (const endpoint of complete.filter(one => one.reseller === reseller)) {
      const told = [...endpoint.taken.values()].map(({ reference }) => reference)
      t.same(missingOf(endpoint.taken, share), [], `${endpoint.path}: its sequence has no gap`)
      t.same(new Set(told), new Set(facts!.orders), `${endpoint.path} was told of every order`)
      t.equal(new Set([...endpoint.taken.values()].map(({ id }) => id)).size, share, 'each under an id of its own')
    }
    for (const endpoint of bad.filter(one => one.reseller === reseller)) await isListed(t, endpoint)
  }
  for (const { taken } of endpoints) for (const { times } of taken.values()) [deliveries, repeated] = [deliveries + 1, repeated + times - 1]

  t.ok(endpoints.find(({ kind }) => kind === 'flapping')!.refused.size > 0, 'the flapping endpoint has refused some')
  t.same(await proveHouse(house.db, 'live'), [], 'the invariants hold')
  const [waiting] = await house.db<{ due: bigint, dead: bigint }[]>`
    select count(*) filter (where state = 'due') as due, count(*) filter (where state = 'dead') as dead from live.deliveries`
  t.comment(`${total} events to ${endpoints.length} endpoints (${beside.length} bad): ${deliveries} deliveries taken, ` +
    `${repeated} of them again; ${waiting!.due} due and ${waiting!.dead} dead at endpoints that take none; ` +
    `${killed.workers} workers killed, PostgreSQL ${killed.postgres} times; ` +
    `bought in ${seconds(started, bought)} s, told in ${seconds(started)} s; 0 lost`)
  t.equal(killed.workers + killed.postgres, kills)
})

/** Takes a callback, or does with it what an endpoint of its kind does. */
function receive (endpoint: Endpoint, request: IncomingMessage, text: string, response: ServerResponse): void {
  endpoint.requests++
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(name => String(request.headers[`webhook-${name}`]))
  const fault = faultOf(endpoint, id!, timestamp!, signatures!, text)
  if (fault !== undefined) wrong.push(`${endpoint.path} ${id}: ${fault} ${text.slice(0, 200)}`)
  switch (endpoint.kind) {
    case 'hole': return
    case 'failing': return void response.writeHead(500).end()
    case 'reset': return void request.socket.destroy()
    case 'flapping': if (refuses(endpoint, id!)) return void response.writeHead(503).end()
  }
  const { sequence, id: event, data } = JSON.parse(text)
  const before = endpoint.taken.get(sequence)
  if (before) before.times++
  else {
    endpoint.taken.set(sequence, { id: id!, event, reference: data.order.reference, times: 1 })
    seen.taken++
  }
  response.writeHead(204).end()
}

/** It is down for some callbacks in a row, but no callback finds it down twice. */
function refuses ({ requests, refused }: Endpoint, id: string): boolean {
  if (requests % flappingEvery >= flappingRefusals || refused.has(id)) return false
  refused.set(id, requests)
  return true
}

/** What is wrong with a callback, by Standard Webhooks as it is written, and by what this endpoint may be told. */
function faultOf (endpoint: Endpoint, id: string, timestamp: string, signatures: string, text: string): string | undefined {
  const expected = `v1,${createHmac('sha256', endpoint.secret).update(`${id}.${timestamp}.${text}`).digest('base64')}`
  if (!signatures.split(' ').includes(expected)) return 'its signature is not valid'
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < toleranceSeconds)) return 'it was signed at another time'
  const { endpoint: named, sequence, id: event, data } = JSON.parse(text)
  if (named !== endpoint.id) return 'it is for another endpoint'
  if (!data.order.reference.startsWith(`r${endpoint.reseller}-`)) return 'it tells another reseller’s order'
  const before = endpoint.taken.get(sequence)
  if (before && (before.id !== id || before.event !== event)) return `it was ${before.id} of ${before.event} before`
  return undefined
}

/** Places every order once: the same reference again where no answer came. */
async function buysAll (ending: AbortSignal): Promise<void> {
  const wishes = resellers.flatMap((_, reseller) => Array.from({ length: share }, (_, n) => ({ reseller, reference: `r${reseller}-${n}` })))
  shuffle(wishes)
  const buy = async () => {
    for (let wish = wishes.pop(); wish && !ending.aborted; wish = wishes.pop()) await buysOnce(wish.reseller, wish.reference, ending)
  }
  await Promise.all(Array.from({ length: buyersAtOnce }, buy))
}

async function buysOnce (reseller: number, reference: string, ending: AbortSignal): Promise<void> {
  const { keyId } = resellers[reseller]!.credentials
  const lines = [{ skuId: readId('sku', sku)!, quantity: 1 }]
  const order = {
    resellerId: resellerId(reseller),
    keyId,
    nonce: null,
    ip: '127.0.0.1',
    reference,
    lines,
    fill: 'all_or_nothing',
    maxTotal: null,
    reveal: false,
    terms: null,
    settle: 'now',
    faults: 'order'
  } as const
  for (;;) {
    try {
      return void await house.worlds.live.placeOrder(order)
    } catch (error) {
      const code = error instanceof Problem ? error.code : failureKind(error)
      if (!['overloaded', 'database_unavailable', 'transient'].includes(code) || ending.aborted) throw error
      await pause(20)
    }
  }
}

/** Kills now a worker, now PostgreSQL, when so many callbacks have arrived as chance has it. */
async function killsAtRandom (killed: { workers: number, postgres: number }, ending: AbortSignal): Promise<void> {
  const expected = complete.length * share
  const moments = Array.from({ length: kills }, () => Math.floor((0.02 + 0.96 * random()) * expected)).sort((a, b) => a - b)
  const stops: number[] = []
  for (const [i, moment] of moments.entries()) {
    for (; seen.taken < moment; await pause(5)) if (ending.aborted) return
    if ((i + 1) % postgresEvery === 0 && stops.filter(at => at > Date.now() - 60_000).length < postgresPerMinuteMax) {
      stops.push(Date.now())
      const postmaster = cluster.postmasterPid()
      process.kill(postmaster, 'SIGQUIT')
      killed.postgres++
      // Connections may not have noticed yet; a worker that is started needs the database that comes after.
      for (; cluster.postmasterPid() === postmaster; await pause(5)) if (ending.aborted) return
      await healed(() => house.db`select 1`)
    } else {
      const victim = running.splice(Math.floor(random() * running.length), 1)[0]!
      await Promise.all([victim.kill(), start()])
      killed.workers++
    }
  }
}

/** Waits until nothing is due any more to an endpoint that takes callbacks. */
async function settles (ending: AbortSignal): Promise<void> {
  const ids = complete.map(({ id }) => readId('endpoint', id)!)
  for (const until = Date.now() + settleMsMax; Date.now() < until && !ending.aborted; await pause(200)) {
    if (complete.some(({ taken }) => taken.size < share)) continue
    const due = await healed(() => house.db`
      select 1 from live.deliveries where endpoint_id = any(${ids}::uuid[]) and state = 'due' limit 1`)
    if (due.length === 0) return
  }
  const left = complete.filter(({ taken }) => taken.size < share).map(({ path, taken }) => `${path} ${taken.size}`)
  throw new Error(`not all was told: ${left.join(', ')}`)
}

/** What a bad endpoint has not taken is told to its reseller, delivery by delivery. */
async function isListed (t: Test, { path, id, reseller }: Endpoint): Promise<void> {
  const listed = new Map<number, string>()
  const { kahub } = resellers[reseller]!.at(running[0]!.url)
  for await (const delivery of kahub.deliveries.list({ endpoint: id, limit: 100 })) listed.set(delivery.sequence, delivery.state)
  t.same(missingOf(listed, share), [], `${path}: each of its ${share} deliveries is listed`)
  t.same([...new Set(listed.values())].filter(state => !['due', 'dead'].includes(state)), [], `${path}: all of them are due or given up`)
}

function missingOf (sequences: ReadonlyMap<number, unknown>, count: number): number[] {
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(sequence => !sequences.has(sequence))
  return sequences.size > count ? [...missing, NaN] : missing
}

function resellerId (reseller: number): Uuid {
  return readId('reseller', resellers[reseller]!.id)!
}

function seconds (from: number, to = Date.now()): number {
  return Math.round((to - from) / 1000)
}

function shuffle (items: unknown[]): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[items[i], items[j]] = [items[j], items[i]]
  }
}

/** Numbers from 0 to 1 by chance, the same for the same seed. */
function mulberry32 (seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
