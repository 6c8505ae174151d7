// Codes and secrets with marks in them go everywhere that codes and secrets go: imported, sold in every way there is, revealed, refused,
// told of by callbacks. What stays behind, and what left by other doors than the buyer's, is then given to be searched.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { startProduct } from '../support/api-process.ts'
import { openHouse, type Answer, type Exchange, type House, type Reseller } from '../support/house.ts'
import { useOwnCluster } from '../support/postgres.ts'
import { filesIn, placeOf, type Place } from './canaries-search.ts'

/** What every code of a voyage begins and ends with, and nothing else contains: two searches find them all, and halves of them. */
export const canaryMarks = ['CANARYSINGSINTHECOALMINE', 'MINEWITHCANARIESCLOSED'] as const
const callbackWaitMsMax = 20_000
const lookEveryMs = 50
const markLengthMin = 12
const schemas = ['live', 'test'] as const

export interface Voyage {
  /** Texts that may stand nowhere, by what they are. */
  readonly marks: ReadonlyMap<string, string>
  /** Where they must not be; each group is searched by itself. */
  readonly groups: readonly { readonly says: string, readonly places: AsyncIterable<Place> | Iterable<Place> }[]
  readonly house: House
  readonly home: string
  /** What did not go as it must for the search to mean something. */
  readonly faults: readonly string[]
}

/** Sends so many canaries on their way, and ends the server; its files are there until the test ends. */
export async function sendCanaries (t: Pick<Test, 'teardown'>, codeCount: number): Promise<Voyage> {
  const cluster = await useOwnCluster(t)
  const heard: Exchange[] = []
  const house = await openHouse(t, { hear: exchange => heard.push(exchange), sandboxGateway: 'both worlds' })
  const [compiled, temporary] = [await mkdtemp(join(tmpdir(), 'canary-compiled-')), await mkdtemp(join(tmpdir(), 'canary-temporary-'))]
  t.teardown(async () => { for (const folder of [compiled, temporary]) await rm(folder, { recursive: true, force: true }) })
  const receiver = await openReceiver(t)
  const product = await startProduct(t, house.databaseUrl, house.masterKey, {
    LOG_LEVEL: 'trace', CALLBACK_LOOPBACK: '1', SANDBOX_GATEWAY: '1', NODE_COMPILE_CACHE: compiled, TMPDIR: temporary
  })
  const faults: string[] = []
  const codes = Array.from({ length: codeCount }, () => ({ secret: canary(), number: canary(), serial: canary() }))
  const reseller = (await house.reseller()).at(product.url)
  const sku = await house.sku({ price: '10' })
  const sees = (says: string, { status, text }: Pick<Answer, 'status' | 'text'>, shown = true): void => {
    const has = text.includes(canaryMarks[0])
    if (status >= 300 || has !== shown) faults.push(`${says}: answered ${status}, ${has ? 'with' : 'without'} a canary`)
  }

  const endpoint = await reseller.send('POST', '/v1/endpoints', { body: { reference: 'endpoint', url: `${receiver.url}/hook` } })
  sees('an endpoint', endpoint, false)
  await comeIn(house, sku, codes)
  await goOut(reseller, sku, sees)
  const { token, contact } = await goByLink(product.url, reseller, sku, sees)
  const second = await reseller.send('POST', '/v1/keys', {
    body: { reference: 'key', name: 'second', algorithm: 'hmac-sha256', scopes: ['orders:read'] }
  })
  const posted = `POSTED${canary()}`
  await beRefused(house, reseller, sku, codes, posted)
  await arrive(receiver.received)
  const deliveries = await reseller.send('GET', '/v1/deliveries?limit=100')
  const events = await reseller.send('GET', '/v1/events?limit=100')
  const metrics = await (await fetch(product.metricsUrl)).text()
  if (await product.stop() !== 0) faults.push('the server did not end well')
  await house.db`checkpoint`

  const marks = new Map<string, string>([
    ...canaryMarks.map((mark, i) => [`the ${i === 0 ? 'beginning' : 'end'} of every code`, mark] as const),
    ['the secret of a reseller’s key', reseller.credentials.secret!],
    ['the secret of a key made by a key', second.json.secret],
    ['the secret of the operator’s key', house.operators.live.credentials.secret!],
    ['the secret of an endpoint', endpoint.json.secret],
    ['the master key', house.masterKey.split(':')[1]!],
    ['the token of a receipt', token],
    ['the contact of a buyer', contact]
  ])
  for (const [what, text] of marks) {
    if (typeof text === 'string' && text.length >= markLengthMin) continue
    faults.push(`${what} was not told: there is nothing to search for`)
    marks.delete(what)
  }
  const refusals = heard.filter(({ status }) => status >= 400)
  if (refusals.length < 8) faults.push(`only ${refusals.length} refusals were heard`)
  if (receiver.received.length === 0) faults.push('no callback arrived')
  if (product.written().length < 1_000) faults.push('at level trace there is no log')
  return {
    marks,
    house,
    home: cluster.home,
    faults,
    groups: [
      { says: 'files of PostgreSQL: data, WAL, log, temporary', places: filesIn(cluster.home) },
      { says: 'rows of all tables as text', places: rowsOf(house) },
      // The path of a request may stand in its log line; what is in a body may not.
      { says: 'log at level trace', places: [placeOf('the log', product.written())] },
      { says: 'metrics', places: [placeOf('the metrics', metrics)] },
      { says: 'refusals', places: refusals.map(({ target, text }) => placeOf(`the refusal of ${target.split('?')[0]}`, text)) },
      { says: 'callbacks as received', places: receiver.received.map(text => placeOf('a callback', text)) },
      { says: 'log of callbacks, and the feed', places: [placeOf('the deliveries', deliveries.text), placeOf('the feed', events.text)] },
      { says: 'compiled code', places: filesIn(compiled) },
      { says: 'temporary files', places: filesIn(temporary) }
    ]
  }
}

type Code = Readonly<Record<'secret' | 'number' | 'serial', string>>
type Sees = (says: string, answer: Pick<Answer, 'status' | 'text'>, shown?: boolean) => void

/** A text that is told from all others, and found by its ends. */
export function canary (): string {
  return canaryMarks[0] + randomBytes(9).toString('hex').toUpperCase() + canaryMarks[1]
}

const ndjson = { 'content-type': 'application/x-ndjson' }

async function comeIn (house: House, sku: string, codes: readonly Code[]): Promise<void> {
  const { admin } = house.operators.live
  const { id } = await admin.imports.create({ reference: 'canaries', sku, unit_cost: { amount: '1', currency: 'CNY' } })
  const [one, other] = [codes.slice(0, codes.length / 2), codes.slice(codes.length / 2)]
  await admin.imports.putPart(id, 1, Buffer.from(one.map(code => JSON.stringify(code) + '\n').join('')), 'application/x-ndjson')
  const rows = other.map(({ secret, number, serial }) => `${secret},${number},${serial}\n`)
  await admin.imports.putPart(id, 2, Buffer.from(`secret,number,serial\n${rows.join('')}`), 'text/csv')
  await admin.imports.commit(id)
}

/** Inline, again, fetched in every form, on the graph, in bulk, sealed. */
async function goOut (reseller: Reseller, sku: string, sees: Sees): Promise<void> {
  const orders = async (reference: string, more: object = {}) =>
    await reseller.send('POST', '/v1/orders', { body: { reference, lines: [{ sku, quantity: 5 }], ...more } })
  const inline = await orders('inline')
  sees('an order', inline)
  sees('the order again', await orders('inline'))
  sees('an order to be fetched', await orders('fetched', { deliver: 'fetch' }), false)
  for (const accept of ['application/json', 'application/x-ndjson', 'text/csv']) {
    sees(`codes as ${accept}`, await reseller.send('GET', `/v1/orders/${inline.json.id}/codes`, { headers: { accept } }))
  }
  const query = 'mutation($i:PlaceOrderInput!){placeOrder(input:$i){order{id lines{codes{secret number serial}}}}}'
  sees('an order on the graph', await reseller.send('POST', '/graphql', {
    body: { query, variables: { i: { reference: 'graph', lines: [{ sku, quantity: 3 }] } } }
  }))
  const bulk = await reseller.kahub.bulkOrders.create(`sku,quantity\n${sku},7\n${sku},2\n`, 'text/csv')
  await reseller.kahub.bulkOrders.confirm(bulk.id)
  for await (const { state } of reseller.kahub.bulkOrders.watch(bulk.id)) if (state === 'completed') break
  const { publicKey } = generateKeyPairSync('x25519')
  const jwk = publicKey.export({ format: 'jwk' }) as never
  const sealing = await reseller.kahub.encryptionKeys.create({ reference: 'vault', name: 'Vault', jwk })
  sees('a sealed order', await orders('sealed'), false)
  await reseller.kahub.encryptionKeys.retire(sealing.id)
}

/** A buyer pays at the sandbox gateway and reads the code on the receipt. */
async function goByLink (url: string, reseller: Reseller, sku: string, sees: Sees): Promise<{ token: string, contact: string }> {
  const contact = `canary.${randomBytes(6).toString('hex')}@buyers.example`
  const { slug } = await reseller.kahub.links.create({
    reference: 'link', title: 'Canaries', skus: [{ sku, retail_price: { amount: '20', currency: 'CNY' } }]
  })
  const cookies: string[] = []
  const asks = async (target: string, form?: Record<string, string>): Promise<Response> => {
    const answer = await fetch(new URL(target, url), {
      redirect: 'manual',
      headers: { cookie: cookies.join('; '), 'accept-language': 'en' },
      ...(form && { method: 'POST', body: new URLSearchParams(form) })
    })
    cookies.push(...answer.headers.getSetCookie().map(cookie => cookie.split(';')[0]!))
    return answer
  }
  const page = await (await asks(`/l/${slug}`)).text()
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!])
  const form = { ...Object.fromEntries(hidden), gateway: 'sandbox', quantity: '1', seen_price: '20.00', sku, contact }
  const started = await asks(`/l/${slug}/checkouts`, form)
  const pay = started.headers.get('location') ?? ''
  const paid = await asks(pay, { action: 'pay' })
  const back = await asks(paid.headers.get('location') ?? '/')
  const receipt = back.headers.get('location') ?? '/'
  const deadline = Date.now() + callbackWaitMsMax
  let text = ''
  do {
    await pause(lookEveryMs)
    text = await (await asks(receipt)).text()
  } while (!text.includes(canaryMarks[0]) && Date.now() < deadline)
  sees(`a purchase by link (${started.status} ${paid.status} ${back.status})`, { status: 200, text })
  return { token: receipt.split('/').at(-1)!.split('?')[0]!, contact }
}

/** Marks in what is refused: repeated codes, codes that cannot be read, orders with a member too many, a wrong secret. */
async function beRefused (house: House, reseller: Reseller, sku: string, codes: readonly Code[], posted: string): Promise<void> {
  const operator = house.operators.live
  const { id } = await operator.admin.imports.create({ reference: 'refused', sku, unit_cost: { amount: '1', currency: 'CNY' } })
  const part = `/admin/v1/imports/${id}/parts/1`
  await operator.send('PUT', part, { body: codes.slice(0, 3).map(code => JSON.stringify(code) + '\n').join(''), headers: ndjson })
  await operator.send('PUT', part, { body: `{"secret":"${canary()}","number":`, headers: ndjson })
  const torn = `secret,number\n${posted},\u0001${posted}\n"${posted}`
  await operator.send('PUT', part, { body: torn, headers: { 'content-type': 'text/csv' } })
  await operator.send('POST', '/admin/v1/codes/void', { body: { sku, codes: [{ secret: posted }], reason: 'leaked' } })
  const body = { reference: 'wrong', lines: [{ sku, quantity: 1 }] }
  await reseller.send('POST', '/v1/orders', { body: { ...body, colour: posted } })
  await reseller.send('POST', '/v1/orders', { body: `{"reference":"${posted}",` })
  await reseller.send('POST', '/v1/orders', { body: { ...body, lines: [{ sku: posted, quantity: 1 }] } })
  await reseller.send('POST', '/v1/orders', { body, tamper: { secret: posted } })
  await reseller.send('POST', '/graphql', { body: { query: `{ order(id: "${posted}") { id } }` } })
  await reseller.send('POST', '/v1/debug/signature', { body: { method: 'POST', url: '/v1/orders', headers: {}, body: 17 } })
}

interface Receiver { readonly url: string, readonly received: readonly string[] }

/** Keeps heads and bodies of callbacks as they came. */
async function openReceiver (t: Pick<Test, 'teardown'>): Promise<Receiver> {
  const received: string[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('latin1')
    received.push(`${request.url} ${JSON.stringify(request.headers)} ${body}`)
    response.writeHead(200).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

/** Waits until the callback of a completed order has come. */
async function arrive (received: readonly string[]): Promise<void> {
  const deadline = Date.now() + callbackWaitMsMax
  while (!received.some(text => text.includes('order.completed')) && Date.now() < deadline) await pause(lookEveryMs)
}

/** Every row of every table as text, as a dump would have it. */
async function * rowsOf ({ db }: House): AsyncGenerator<Place> {
  for (const schema of schemas) {
    const tables = await db<{ name: string }[]>`select table_name as name from information_schema.tables where table_schema = ${schema}`
    for (const { name } of tables) {
      const rows = await db<{ row: string }[]>`select t::text as row from ${db(`${schema}.${name}`)} t`
      yield placeOf(`${schema}.${name}`, rows.map(({ row }) => row).join('\n'))
    }
  }
}
